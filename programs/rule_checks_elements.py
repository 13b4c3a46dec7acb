"""Faults across the fields of one element: filters, bands, edges, pay groups, caps.

Here: one small check per kind of fault, each yielding a path and what would be right.
Not here: gates (rule_checks_gates.py); rules over several periods (rule_checks_across.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from programs.faults import Fault, Path, listed, repeated
from programs.ladder_rules import cap_base
from programs.rule_models import Element
from programs.rule_tiers import Band, Tiers
from programs.rule_units import UnitFilter, UnitTraits
from programs.rule_values import ALL_UNITS

BY_GROUP = ("per_unit", "msrp_percent", "at_most_per_unit")
EDGES_OF_TARGET = {
    "objective": "percent",
    "last_year": "percent",
    "units": "units",
    "score": "score",
}


def element_faults(element: Element, here: Path) -> Iterator[Fault]:
    """Every fault of one element, its gates left out."""
    yield from _bands(element.tiers, here)
    if element.against.target == "score" and element.against.metric is None:
        yield (
            (*here, "against"),
            "a score needs `metric:`; or state `target:` objective, units or last_year",
        )
        return
    yield from _edges(element, here)
    yield from _target(element, here)
    yield from _pay_groups(element, here)
    yield from _caps(element, here)
    yield from _what_counts(element, here)
    yield from repeated(
        ((*here, "deductions", index, "deduction"), found.deduction)
        for index, found in enumerate(element.deductions)
    )


def _what_counts(element: Element, here: Path) -> Iterator[Fault]:
    if element.counts is None:
        if element.against.target not in ("nothing", "score"):
            yield (
                (*here, "counts"),
                "nothing counts, so there is nothing to measure against "
                f"{element.against.target}; write `against: nothing`",
            )
        elif element.pays == "same":
            yield (*here, "pays"), "`same` as what counts, but nothing counts; state what is paid"
    elif isinstance(element.counts, UnitFilter):
        yield from _filter(element.counts, (*here, "counts"))
    if isinstance(element.pays, UnitFilter):
        yield from _filter(element.pays, (*here, "pays"))
    elif element.pays == "nothing":
        yield from _pays_nothing(element, here)


def _pays_nothing(element: Element, here: Path) -> Iterator[Fault]:
    for index, band in enumerate(element.tiers.bands):
        if _pays_something(band):
            yield (
                (*here, "tiers", "bands", index),
                "pays, but the element says `pays: nothing`; write `flat: 0`, or say what is paid",
            )


def _pays_something(band: Band) -> bool:
    amounts = [*(band.per_unit or {}).values(), *(band.msrp_percent or {}).values()]
    return bool(band.flat) or any(amounts)


def _filter(found: UnitFilter, here: Path) -> Iterator[Fault]:
    yield from _years(found, here)
    for index, excluded in enumerate(found.excluding):
        yield from _years(excluded, (*here, "except", index))
        if not excluded.model_fields_set:
            yield (*here, "except", index), "is empty and would exclude every unit"


def _years(traits: UnitTraits, here: Path) -> Iterator[Fault]:
    first, last = traits.model_year_from, traits.model_year_to
    if first is not None and last is not None and last < first:
        yield (*here, "model_year_to"), f"{last} is before model_year_from ({first})"
    if traits.model_year and (first is not None or last is not None):
        yield (*here, "model_year"), "state model_year or model_year_from and _to, not both"


def _bands(tiers: Tiers, here: Path) -> Iterator[Fault]:
    """Bands are half-open, in order, and leave nothing between them undefined."""
    for index, band in enumerate(tiers.bands):
        path = (*here, "tiers", "bands", index)
        if band.at_most_per_unit is not None and not (band.per_unit or band.msrp_percent):
            yield (*path, "at_most_per_unit"), "limits nothing; add per_unit or msrp_percent"
        elif band.per_unit is None and band.flat is None and band.msrp_percent is None:
            yield path, "pays nothing stated; add per_unit, flat or msrp_percent (0 for nothing)"
        if band.to_edge is not None and band.to_edge <= band.from_edge:
            yield (*path, "to"), f"{band.to_edge} must be above from ({band.from_edge})"
        if index:
            yield from _joint(tiers.bands[index - 1], band, path)
    last = tiers.bands[-1]
    if last.to_edge is not None:
        yield (
            (*here, "tiers", "bands", len(tiers.bands) - 1, "to"),
            f"leaves {last.to_edge} and above undefined; remove `to`, or add a band that pays 0",
        )


def _joint(before: Band, band: Band, path: Path) -> Iterator[Fault]:
    if band.from_edge <= before.from_edge:
        yield (
            (*path, "from"),
            f"{band.from_edge} is not above the band before ({before.from_edge}); "
            "order the bands from low to high",
        )
    elif before.to_edge is not None and before.to_edge < band.from_edge:
        yield (
            (*path, "from"),
            f"leaves {before.to_edge} to {band.from_edge} undefined; say which band it is in: "
            f"the band before must end where this begins",
        )
    elif before.to_edge is not None and before.to_edge > band.from_edge:
        yield (
            (*path, "from"),
            f"overlaps the band before, which ends at {before.to_edge}; a band runs from its "
            f"edge up to and without the next, so both must be the same number",
        )


def _edges(element: Element, here: Path) -> Iterator[Fault]:
    tiers, target = element.tiers, element.against.target
    path = (*here, "tiers", "edges")
    wanted = EDGES_OF_TARGET.get(target)
    if target in ("objective", "last_year") and tiers.edges != wanted:
        yield path, f"against {target} edges are in percent; or write `against: units`"
    elif target == "units" and tiers.edges == "percent":
        yield path, "percent of what? against units, edges are in units"
    elif wanted and tiers.edges != wanted:
        yield path, f"against {target} edges are in {wanted}, not in {tiers.edges}"
    elif target == "nothing" and tiers.edges == "score":
        yield path, "score of what? write `against: {metric: ...}`, or edges in units"
    if target == "nothing" and (len(tiers.bands) > 1 or tiers.bands[0].from_edge != 0):
        yield (
            (*here, "tiers", "bands"),
            "against nothing there is one band, from 0; state a target for more",
        )
    if tiers.edges == "units" and "rounding" not in tiers.model_fields_set:
        for index, band in enumerate(tiers.bands):
            if band.from_edge != band.from_edge.to_integral_value():
                yield (
                    (*here, "tiers", "bands", index, "from"),
                    f"{band.from_edge} is no whole unit; state `rounding: up`, down or nearest",
                )
    if tiers.shape == "marginal" and tiers.choose == "added":
        yield (*here, "tiers", "choose"), "marginal bands already add up; write `choose: highest`"


def _target(element: Element, here: Path) -> Iterator[Fault]:
    path = (*here, "against")
    if element.against.target == "score":
        yield from _score(element, path)
    else:
        for name in ("metric", "source", "minimum_sample", "rounded"):
            if name in element.against.model_fields_set:
                yield (
                    (*path, name),
                    f"only a score has {name}; remove it, or write `target: score`",
                )
    if element.against.waived is not None:
        yield from _waived(element, (*path, "waived"))


def _score(element: Element, path: Path) -> Iterator[Fault]:
    against = element.against
    if against.rounded is None:
        yield (
            path,
            "state `rounded: exact` or `rounded: {places: 0, rounding: nearest}`: it decides "
            f"whether a score just under {element.tiers.bands[0].from_edge} reaches it",
        )
    elif not isinstance(against.rounded, str):
        for band in element.tiers.bands:
            if -Decimal(band.from_edge).normalize().as_tuple().exponent > against.rounded.places:
                yield (
                    (*path, "rounded"),
                    f"the edge {band.from_edge} has more places than the rounded score; "
                    f"round to more places than {against.rounded.places}",
                )
    if element.tiers.shape == "marginal":
        yield (
            (*path[:-1], "tiers", "shape"),
            "marginal tiers pay the units above an edge, and a score has no units; "
            "write `shape: retroactive`",
        )


def _waived(element: Element, path: Path) -> Iterator[Fault]:
    count, tier = len(element.tiers.bands), element.against.waived.tier
    if element.against.target not in ("objective", "last_year"):
        yield path, f"against {element.against.target} there is no objective to waive; remove it"
    if element.tiers.shape == "marginal":
        yield path, "without an objective no unit is above it: marginal tiers can't be waived"
    if tier is None and count > 1:
        yield (
            path,
            f"there are {count} tiers; state `tier:`, the one that these periods earn",
        )
    if tier is not None and tier > count:
        yield (*path, "tier"), f"{tier} is no tier; there are {count}"


def _pay_groups(element: Element, here: Path) -> Iterator[Fault]:
    groups, path = element.pay_groups, (*here, "pay_groups")
    yield from repeated(
        ((*path, index, "group"), found.group) for index, found in enumerate(groups)
    )
    for index, group in enumerate(groups):
        if group.group == ALL_UNITS:
            yield (*path, index, "group"), "'all' stands for every group; give it another name"
        yield from _years(group, (*path, index))
        is_last = index == len(groups) - 1
        if not is_last and not group.stated_traits:
            yield (*path, index), "holds all the rest, so later groups are empty; put it last"
        if is_last and group.stated_traits:
            yield (
                (*path, index),
                "a paid unit of no group would be undefined; add a last group without traits "
                "for the rest (paying 0 if nothing)",
            )
    codes = [group.group for group in groups]
    for index, band in enumerate(element.tiers.bands):
        for name in BY_GROUP:
            yield from _by_group(getattr(band, name), codes, (*here, "tiers", "bands", index, name))


def _by_group(stated: dict[str, Decimal] | None, codes: list[str], path: Path) -> Iterator[Fault]:
    if stated is None or list(stated) == [ALL_UNITS]:
        return
    if not codes:
        yield path, "is stated by group, but the element has no pay_groups; add them"
        return
    for code in stated:
        if code not in codes:
            yield (*path, code), f"'{code}' is no pay group; known are {listed(codes)}"
    missing = [code for code in codes if code not in stated]
    if missing and path[-1] != "at_most_per_unit":
        yield path, f"says nothing of {listed(missing)}; write 0 if it is not paid"


def _caps(element: Element, here: Path) -> Iterator[Fault]:
    caps, path = element.caps, (*here, "caps")
    if caps.units is not None and caps.share_of_base is not None:
        yield (*path, "units"), "state units or share_of_base, not both"
    elif caps.share_of_base is not None and cap_base(element) is None:
        yield (
            (*path, "share_of_base"),
            f"against {element.against.target} there is no base to take a share of; "
            "state `of: last_year` or `of: objective`, or cap in units",
        )
    elif caps.units is not None or caps.share_of_base is not None:
        name = "units" if caps.units is not None else "share_of_base"
        if not any(band.per_unit or band.msrp_percent for band in element.tiers.bands):
            yield (
                (*path, name),
                "caps the units that are paid, but no band pays by unit or MSRP; cap in dollars",
            )
