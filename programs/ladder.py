"""The ladder: what N counted units pay, as exact half-open segments.

Here: an element's tiers and its target (objective, base or score) to segments, looking one up.
Not here: units paid line by line (pay_lines.py), gates, deductions and program caps (standing.py),
many samples at once (samples.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from programs.ladder_rules import LadderRules, TierRule, edge_unit, ladder_rules
from programs.money import ZERO, round_units
from programs.pay_lines import NO_SHARE, Bracket, GroupPay, PayByLine, UnitLine, mixed_lines

UNKNOWN_CAP = -1

__all__ = [
    "Ladder",
    "LadderRules",
    "Segment",
    "TierRule",
    "build_ladder",
    "by_line_from_rows",
    "edge_unit",
    "ladder_from_rows",
    "ladder_rules",
]


@dataclass(frozen=True)
class Segment:
    """Counted units [from_units, to_units) and what they pay:

    fixed_amount + amount_per_unit × max(paid_units − paid_offset_units, 0)
    + msrp_share × paid_msrp_amount. Tier 0 is below the first tier. `edge_pct` and `edge_exact`
    are the tier's stated edge and its units before rounding; None below the first tier.
    """

    from_units: int
    to_units: int | None
    tier_number: int
    fixed_amount: Decimal = ZERO
    amount_per_unit: Decimal = ZERO
    paid_offset_units: int = 0
    msrp_share: Decimal = NO_SHARE
    edge_pct: Decimal | None = None
    edge_exact: Decimal | None = None

    def amount(self, paid_units: int, paid_msrp_amount: Decimal) -> Fraction | int:
        """What the segment pays, exact; never below 0, also where more was unwound than sold."""
        fixed, per_unit, msrp_share = self._exact
        amount = fixed + per_unit * max(paid_units - self.paid_offset_units, 0)
        if msrp_share:
            top, bottom = paid_msrp_amount.as_integer_ratio()
            amount += Fraction(msrp_share.numerator * top, msrp_share.denominator * bottom)
        return amount if amount > 0 else 0

    @cached_property
    def _exact(self) -> tuple[Fraction | int, ...]:
        """Dollars fixed and per unit, and the share of MSRP: whole ones as integers, which are
        added up sooner."""
        exact = map(Fraction, (self.fixed_amount, self.amount_per_unit, self.msrp_share))
        return tuple(one.numerator if one.denominator == 1 else one for one in exact)


@dataclass(frozen=True)
class Ladder:
    """All segments from 0 units up, without gap or overlap."""

    segments: tuple[Segment, ...]
    tier_count: int
    by_line: PayByLine | None = None

    def amount(
        self,
        segment: Segment,
        counted_units: int,
        paid_units: int,
        paid_msrp_amount: Decimal,
        lines: Iterable[UnitLine] | None = None,
    ) -> Fraction | int:
        """What a segment of this ladder pays, exact. Only `by_line` asks for the lines; without
        them the paid units are taken as evenly mixed among the counted ones."""
        if self.by_line is None:
            return segment.amount(paid_units, paid_msrp_amount)
        if lines is None:
            first = self.by_line.brackets[0].pays[0].pay_group_code
            lines = mixed_lines(counted_units, paid_units, paid_msrp_amount, first)
        return self.by_line.amount(segment.tier_number, lines)

    @cached_property
    def pays_msrp(self) -> bool:
        """Whether anything it pays is a share of MSRP."""
        by_line = self.by_line.brackets if self.by_line else ()
        return any(segment.msrp_share for segment in self.segments) or any(
            pay.msrp_share for bracket in by_line for pay in bracket.pays
        )

    @cached_property
    def edges(self) -> tuple[int, ...]:
        """The first unit of each segment, in order; the first is 0."""
        return tuple(segment.from_units for segment in self.segments)

    def segment_at(self, counted_units: int) -> Segment:
        """The segment that holds a number of counted units (negative counts as 0)."""
        return self.segments[bisect_right(self.edges, max(counted_units, 0)) - 1]

    def next_tier(self, counted_units: int) -> Segment | None:
        """The first segment of the next higher tier; None at the top."""
        tier = self.segment_at(counted_units).tier_number
        return next((found for found in self.segments if found.tier_number > tier), None)

    def tier_edges(self) -> tuple[tuple[int, int], ...]:
        """(tier_number, first unit) of each tier that can be reached, in order."""
        return self._tier_edges

    @cached_property
    def _tier_edges(self) -> tuple[tuple[int, int], ...]:
        first: dict[int, int] = {}
        for segment in self.segments:
            if segment.tier_number:
                first.setdefault(segment.tier_number, segment.from_units)
        return tuple(first.items())


def build_ladder(
    rules: LadderRules,
    target_units: int | None,
    *,
    cap_base_units: int | None = None,
    fixed_tier: int | None = None,
) -> Ladder | None:
    """The ladder against a target: the objective, or last year's units.

    None (state `no_objective`) when percent edges have no target: it isn't known, or it is an
    objective of 0. A base of 0 is a target only for marginal tiers: every unit is above it.
    `cap_base_units` is the base of a cap that is a share of something else than the target; None
    there is no ladder either. `fixed_tier` is for a tier that units don't decide (a score, a waived
    objective, a period earned back): the ladder then pays that tier from 0 units on.
    """
    cap = _cap_units(rules, target_units, cap_base_units)
    if cap == UNKNOWN_CAP:
        return None
    if fixed_tier is not None:
        return _at_one_tier(rules, fixed_tier, cap)
    if rules.edge_unit == "score":
        return None
    if rules.edge_unit == "pct":
        if target_units is None or (target_units == 0 and rules.shape != "marginal"):
            return None
    starts = [_start(rules, tier, target_units) for tier in rules.tiers]
    if rules.shape == "marginal":
        segments = _marginal(rules, starts)
    else:
        segments = _retroactive(rules, starts)
    by_line = _by_line(rules, [start.from_units for start in starts], cap)
    if by_line is None:
        segments = _capped(segments, rules, cap)
    if segments[0].from_units > 0:
        segments.insert(0, Segment(0, segments[0].from_units, 0))
    return Ladder(tuple(segments), len(rules.tiers), by_line)


def _at_one_tier(rules: LadderRules, tier_number: int, cap: int | None) -> Ladder:
    """The ladder that stands at one tier, whatever was sold."""
    count = len(rules.tiers)
    if tier_number == 0:
        return Ladder((Segment(0, None, 0),), count)
    starts = [Segment(0, None, tier.tier_number) for tier in rules.tiers]
    by_line = _by_line(rules, [0] * count, cap)
    segments = [_paying(rules, starts, tier_number - 1)]
    return Ladder(
        tuple(segments if by_line else _capped(segments, rules, cap)), count, by_line
    )


def _by_line(rules: LadderRules, edges: list[int], cap: int | None) -> PayByLine | None:
    if not rules.is_paid_by_line:
        return None
    brackets = tuple(
        Bracket(tier.tier_number, edge, tier.amount_flat, tier.pays)
        for tier, edge in zip(rules.tiers, edges, strict=True)
    )
    return PayByLine(rules.shape, rules.choice, brackets, cap)


def _start(rules: LadderRules, tier: TierRule, target_units: int | None) -> Segment:
    """A tier's edge in whole units, as a segment that pays nothing yet."""
    edge_pct = None
    if rules.edge_unit == "pct":
        edge_pct = tier.from_edge
        exact = Fraction(tier.from_edge) * (target_units or 0) / 100
    else:
        exact = Fraction(tier.from_edge)
    # An edge has at most 4 places and a hundredth two more, so this division is exact.
    edge_exact = Decimal(exact.numerator) / Decimal(exact.denominator)
    units = round_units(exact, rules.edge_rounding)
    return Segment(units, None, tier.tier_number, edge_pct=edge_pct, edge_exact=edge_exact)


def _closed(segments: list[Segment]) -> list[Segment]:
    """Each segment up to the next one's edge; those that rounding left empty are dropped."""
    ends = [segment.from_units for segment in segments[1:]] + [None]
    closed = [replace(segment, to_units=end) for segment, end in zip(segments, ends, strict=True)]
    return [
        found for found in closed if found.to_units is None or found.to_units > found.from_units
    ]


def _retroactive(rules: LadderRules, starts: list[Segment]) -> list[Segment]:
    """Each tier pays on every paid unit, back to the first; `added` tiers pay those below too."""
    return _closed([_paying(rules, starts, position) for position in range(len(starts))])


def _paying(rules: LadderRules, starts: list[Segment], position: int) -> Segment:
    paying = rules.tiers[0 if rules.choice == "added" else position : position + 1]
    return replace(
        starts[position],
        fixed_amount=sum((tier.amount_flat for tier in paying), ZERO),
        amount_per_unit=sum((tier.amount_per_unit for tier in paying), ZERO),
        msrp_share=sum((tier.msrp_share for tier in paying), NO_SHARE),
    )


def _marginal(rules: LadderRules, starts: list[Segment]) -> list[Segment]:
    """Each tier pays only the units above its own edge, and those below keep what they paid."""
    segments, fixed = [], ZERO
    for position, (start, tier) in enumerate(zip(starts, rules.tiers, strict=True)):
        if position:
            before = rules.tiers[position - 1]
            fixed += before.amount_per_unit * (start.from_units - starts[position - 1].from_units)
        segments.append(
            replace(
                start,
                fixed_amount=fixed,
                amount_per_unit=tier.amount_per_unit,
                paid_offset_units=start.from_units,
            )
        )
    return _closed(segments)


def _cap_units(
    rules: LadderRules, target_units: int | None, cap_base_units: int | None
) -> int | None:
    """The most units that are paid; None without a cap, UNKNOWN_CAP without its own base."""
    if rules.cap_base_share is None or rules.cap_base_rounding is None:
        return rules.cap_units
    base = target_units or 0
    if not rules.cap_base_is_target:
        if cap_base_units is None:
            return UNKNOWN_CAP
        base = cap_base_units
    share = Fraction(rules.cap_base_share) * base
    return max(rules.cap_base_minimum_units, round_units(share, rules.cap_base_rounding))


def _capped(segments: list[Segment], rules: LadderRules, cap: int | None) -> list[Segment]:
    """Segments split where the cap in units is reached; from there on the amount stands still.

    What is paid is what counts (else it is paid by line), so the cap lies on counted units: above
    the first edge for marginal tiers, from the first unit for retroactive ones.
    """
    if cap is None:
        return segments
    limit = cap + (segments[0].from_units if rules.shape == "marginal" else 0)
    capped: list[Segment] = []
    standing: Decimal | None = None
    for segment in segments:
        if segment.to_units is not None and segment.to_units <= limit:
            capped.append(segment)
            continue
        if segment.from_units < limit:
            capped.append(replace(segment, to_units=limit))
        at_limit = segment.fixed_amount + segment.amount_per_unit * max(
            limit - segment.paid_offset_units, 0
        )
        if rules.shape == "marginal":
            # Brackets above the limit add nothing to what the limit paid.
            standing = at_limit if standing is None else standing
            at_limit = standing
        capped.append(
            replace(
                segment,
                from_units=max(segment.from_units, limit),
                fixed_amount=at_limit,
                amount_per_unit=ZERO,
                paid_offset_units=0,
            )
        )
    return capped


def by_line_from_rows(
    ladder: Ladder,
    tiers: Iterable[Mapping[str, Any]],
    pays: Iterable[Mapping[str, Any]],
    *,
    shape: str,
    choice: str,
    cap_units: int | None,
) -> Ladder:
    """A ladder that pays line by line, from its element's rows of the compiled `element_tiers` and
    `element_tier_pays`. `cap_units` is the cap of that rooftop and period, in units."""
    by_tier: dict[int, list[GroupPay]] = {}
    for row in pays:
        by_tier.setdefault(int(row["tier_number"]), []).append(
            GroupPay(
                row["pay_group_code"],
                Decimal(row["amount_per_unit"]),
                Decimal(row["msrp_share"]),
                row["amount_at_most_per_unit"],
            )
        )
    edges, brackets = dict(ladder.tier_edges()), []
    # From the top: a tier that rounding left empty begins where the next one does.
    following = max(edges.values(), default=0)
    for row in sorted(tiers, key=lambda row: -int(row["tier_number"])):
        number = int(row["tier_number"])
        following = edges.get(number, following)
        flat = Decimal(row["amount_flat"])
        brackets.append(Bracket(number, following, flat, tuple(by_tier.get(number, ()))))
    kind = PayByLine(shape, choice, tuple(reversed(brackets)), cap_units)
    return replace(ladder, by_line=kind)


def ladder_from_rows(rows: Iterable[Mapping[str, Any]], tier_count: int) -> Ladder | None:
    """The ladder of one element, rooftop and period from rows of the mart `fct_ladder_segment`.

    Each row is a mapping with that table's columns; None without rows (no objective). One that pays
    line by line needs `by_line_from_rows` too.
    """
    segments = [
        Segment(
            from_units=int(row["from_units"]),
            to_units=None if row["to_units"] is None else int(row["to_units"]),
            tier_number=int(row["tier_number"]),
            fixed_amount=Decimal(row["fixed_amount"]),
            amount_per_unit=Decimal(row["amount_per_unit"]),
            paid_offset_units=int(row["paid_offset_units"]),
            msrp_share=Decimal(row["msrp_share"]),
            edge_pct=row["edge_pct"],
            edge_exact=row["edge_exact"],
        )
        for row in rows
    ]
    segments.sort(key=lambda segment: segment.from_units)
    return Ladder(tuple(segments), tier_count) if segments else None
