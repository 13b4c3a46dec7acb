"""What of an element's rules makes its ladder: tiers, edges, shape and caps in units.

Here: an element as a writer stated it to the plain values that the compiled tables hold.
Not here: the ladder itself, which needs a target (ladder.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from programs.money import ZERO
from programs.pay_lines import NO_SHARE, GroupPay
from programs.rule_models import Element
from programs.rule_tiers import Band
from programs.rule_values import ALL_UNITS, Rounding


@dataclass(frozen=True)
class TierRule:
    """One tier as the compiled table holds it; pct edges as 90 for 90 %."""

    tier_number: int
    from_edge: Decimal
    amount_per_unit: Decimal = ZERO
    amount_flat: Decimal = ZERO
    msrp_share: Decimal = NO_SHARE
    group_pays: tuple[GroupPay, ...] = ()

    @property
    def pays(self) -> tuple[GroupPay, ...]:
        """What the tier pays by group; one group of all units where none is stated."""
        whole = GroupPay(ALL_UNITS, self.amount_per_unit, self.msrp_share)
        return self.group_pays or (whole,)


@dataclass(frozen=True)
class LadderRules:
    """All that turns a target into a ladder; one row of `elements` with its `element_tiers`."""

    tiers: tuple[TierRule, ...]
    edge_unit: Literal["pct", "units", "score", "none"]
    edge_rounding: Rounding = "up"
    shape: Literal["retroactive", "marginal"] = "retroactive"
    choice: Literal["highest", "added"] = "highest"
    cap_units: int | None = None
    cap_base_share: Decimal | None = None
    cap_base_rounding: Rounding | None = None
    cap_base_minimum_units: int = 0
    cap_base_is_target: bool = True
    is_paid_by_line: bool = False


def ladder_rules(element: Element) -> LadderRules:
    """The ladder's part of an element's rules."""
    share = element.caps.share_of_base
    return LadderRules(
        tiers=tuple(
            _tier(element, number, band) for number, band in enumerate(element.tiers.bands, 1)
        ),
        edge_unit=edge_unit(element),
        edge_rounding=element.tiers.rounding,
        shape=element.tiers.shape,
        choice=element.tiers.choose,
        cap_units=element.caps.units,
        cap_base_share=share.percent / 100 if share else None,
        cap_base_rounding=share.rounding if share else None,
        cap_base_minimum_units=share.at_least if share else 0,
        cap_base_is_target=cap_base(element) in (None, element.against.target),
        is_paid_by_line=is_paid_by_line(element),
    )


def edge_unit(element: Element) -> Literal["pct", "units", "score", "none"]:
    """In what an element's edges are stated; `none` when nothing is aimed at."""
    if element.against.target == "nothing":
        return "none"
    return "pct" if element.tiers.edges == "percent" else element.tiers.edges


def cap_base(element: Element) -> Literal["objective", "last_year"] | None:
    """What a cap is a share of: as it says, or what the element is measured against."""
    share = element.caps.share_of_base
    if share is None or share.of is not None:
        return share.of if share else None
    target = element.against.target
    return target if target in ("objective", "last_year") else None


def is_paid_by_line(element: Element) -> bool:
    """Whether pay depends on which units were sold, and not only on their number and MSRP."""
    bands, caps = element.tiers.bands, element.caps
    if element.pay_groups or any(band.at_most_per_unit is not None for band in bands):
        return True
    is_uneven = not element.counts_equal_pays or any(band.msrp_percent for band in bands)
    if element.tiers.shape == "marginal":
        return is_uneven or any(band.flat for band in bands)
    return is_uneven and (caps.units is not None or caps.share_of_base is not None)


def _tier(element: Element, number: int, band: Band) -> TierRule:
    groups = ()
    if element.pay_groups or band.at_most_per_unit is not None:
        groups = tuple(_group_pay(code, band) for code in element.group_codes)
    whole = _group_pay(ALL_UNITS, band)
    return TierRule(
        tier_number=number,
        from_edge=band.from_edge,
        amount_per_unit=whole.amount_per_unit,
        amount_flat=band.flat if band.flat is not None else ZERO,
        msrp_share=whole.msrp_share,
        group_pays=groups,
    )


def _group_pay(code: str, band: Band) -> GroupPay:
    """What a band pays one group: what it says of the group, or of all units."""

    def of_group(stated: Mapping[str, Decimal] | None) -> Decimal | None:
        return None if stated is None else stated.get(code, stated.get(ALL_UNITS))

    percent = of_group(band.msrp_percent)
    return GroupPay(
        code,
        of_group(band.per_unit) or ZERO,
        percent / 100 if percent is not None else NO_SHARE,
        of_group(band.at_most_per_unit),
    )
