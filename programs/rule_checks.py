"""Faults of a rulebook that no single field shows: bands, caps, gates and dates that contradict.

Here: one small check per kind of fault, each yielding a path and what would be right.
Not here: a field's own shape (rule_models.py); references to calendars and stores (compiled.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from programs.rule_models import Condition, Element, Gate, RuleVersion, Tiers, UnitTraits

Path = tuple[str | int, ...]
Fault = tuple[Path, str]
COMPARISONS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}


def faults_of(version: RuleVersion) -> Iterator[Fault]:
    """Every fault across fields of one version."""
    yield from _dates(version)
    yield from _periods(version)
    yield from _names(version)
    for position, element in enumerate(version.elements):
        here: Path = ("elements", position)
        yield from _element(element, here)
        for index, gate in enumerate(element.gates):
            yield from _gate(gate, (*here, "gates", index))
    for index, gate in enumerate(version.gates):
        yield from _gate(gate, ("gates", index))
    yield from _examples(version)


def _dates(version: RuleVersion) -> Iterator[Fault]:
    if version.ends and version.ends < version.effective:
        yield ("ends",), f"{version.ends} is before effective ({version.effective})"
    for index, code in enumerate(version.who.dealer_codes or ()):
        if code.from_date and code.to_date and code.to_date < code.from_date:
            path: Path = ("who", "dealer_codes", index, "to")
            yield path, f"{code.to_date} is before from ({code.from_date})"


def _periods(version: RuleVersion) -> Iterator[Fault]:
    when = version.when
    if when.grain == "free":
        if when.calendar:
            yield ("when", "calendar"), "free dates need no calendar; remove it"
        if not when.dates:
            yield ("when", "grain"), "free needs `dates: [{start: ..., end: ...}]`"
    else:
        if when.dates:
            yield ("when", "dates"), f"only `grain: free` has dates; this grain is {when.grain}"
        if not when.calendar:
            yield ("when", "grain"), f"{when.grain} needs `calendar:` with a sales calendar's code"
    for index, span in enumerate(when.dates):
        if span.end < span.start:
            yield ("when", "dates", index, "end"), f"{span.end} is before start ({span.start})"
        elif index and span.start <= when.dates[index - 1].end:
            before = when.dates[index - 1].end
            yield (
                ("when", "dates", index, "start"),
                f"{span.start} overlaps the period before, which ends on {before}",
            )


def _names(version: RuleVersion) -> Iterator[Fault]:
    yield from _repeated(
        ((("elements", i, "element"), e.element) for i, e in enumerate(version.elements))
    )
    program_gates = [(("gates", i, "gate"), g.gate) for i, g in enumerate(version.gates)]
    for i, element in enumerate(version.elements):
        own = [(("elements", i, "gates", j, "gate"), g.gate) for j, g in enumerate(element.gates)]
        yield from _repeated([*program_gates, *own])


def _repeated(named: Iterable[tuple[Path, str]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield path, f"'{name}' is used twice; give each its own name"
        seen.add(name)


def _element(element: Element, here: Path) -> Iterator[Fault]:
    yield from _bands(element.tiers, here)
    yield from _edges(element, here)
    yield from _caps(element, here)
    if element.counts is None and element.against.target == "nothing" and element.pays is None:
        yield (*here, "pays"), "`same` as what counts, but nothing counts; state what is paid"
    if element.counts is None and element.against.target != "nothing":
        yield (
            (*here, "counts"),
            f"nothing counts, so there is nothing to measure against {element.against.target}; "
            "write `against: nothing`",
        )
    for name in ("counts", "pays"):
        found = getattr(element, name)
        if found is not None:
            yield from _years(found, (*here, name))
            for index, excluded in enumerate(found.excluding):
                yield from _years(excluded, (*here, name, "except", index))
                if not excluded.model_fields_set:
                    yield (*here, name, "except", index), "is empty and would exclude every unit"


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
        if band.per_unit is None and band.flat is None and band.msrp_percent is None:
            yield path, "pays nothing stated; add per_unit, flat or msrp_percent (0 for nothing)"
        if band.to_edge is not None and band.to_edge <= band.from_edge:
            yield (*path, "to"), f"{band.to_edge} must be above from ({band.from_edge})"
        if index == 0:
            continue
        before = tiers.bands[index - 1]
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
    last = tiers.bands[-1]
    if last.to_edge is not None:
        yield (
            (*here, "tiers", "bands", len(tiers.bands) - 1, "to"),
            f"leaves {last.to_edge} and above undefined; remove `to`, or add a band that pays 0",
        )


def _edges(element: Element, here: Path) -> Iterator[Fault]:
    tiers, target = element.tiers, element.against.target
    path = (*here, "tiers", "edges")
    if target in ("objective", "last_year") and tiers.edges != "percent":
        yield path, f"against {target} edges are in percent; or write `against: units`"
    if target == "units" and tiers.edges != "units":
        yield path, "percent of what? against units, edges are in units"
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
    if tiers.shape == "marginal":
        yield from _marginal(element, here)


def _marginal(element: Element, here: Path) -> Iterator[Fault]:
    if not element.counts_equal_pays:
        yield (
            (*here, "pays"),
            "marginal tiers pay the units above the edge, so what is paid must be `same` as "
            "what counts",
        )
    if element.tiers.choose == "added":
        yield (*here, "tiers", "choose"), "marginal bands already add up; write `choose: highest`"
    for index, band in enumerate(element.tiers.bands):
        for name in ("flat", "msrp_percent"):
            if getattr(band, name) is not None:
                yield (
                    (*here, "tiers", "bands", index, name),
                    "marginal tiers pay per unit above the edge; use per_unit",
                )


def _caps(element: Element, here: Path) -> Iterator[Fault]:
    caps, path = element.caps, (*here, "caps")
    if caps.units is not None and caps.share_of_base is not None:
        yield (*path, "units"), "state units or share_of_base, not both"
    if caps.share_of_base is not None and element.against.target not in ("objective", "last_year"):
        yield (
            (*path, "share_of_base"),
            f"against {element.against.target} there is no base to take a share of; "
            "measure against last_year or objective, or cap in units",
        )
    if caps.units is not None or caps.share_of_base is not None:
        name = "units" if caps.units is not None else "share_of_base"
        if not element.counts_equal_pays:
            yield (*path, name), "a cap in units needs `pays: same`; cap in dollars instead"
        if any(band.per_unit is None for band in element.tiers.bands):
            yield (*path, name), "a cap in units needs per_unit in every band"


def _gate(gate: Gate, here: Path) -> Iterator[Fault]:
    yield from _condition(gate.require, (*here, "require"))
    if not isinstance(gate.effect, str) and gate.effect.reduce_to_percent >= Decimal(100):
        yield (
            (*here, "effect", "reduce_to_percent"),
            f"{gate.effect.reduce_to_percent} % is no reduction; write less than 100, or waive",
        )


def _condition(condition: Condition, here: Path) -> Iterator[Fault]:
    stated = [
        name for name in ("any", "all", "metric", "items") if getattr(condition, name) is not None
    ]
    if len(stated) != 1:
        said = " and ".join(stated) or "none of them"
        yield here, f"a condition is exactly one of any, all, metric, items; this says {said}"
        return
    compared = [name for name in COMPARISONS if getattr(condition, name) is not None]
    if stated[0] == "metric":
        if len(compared) != 1:
            yield (
                (*here, "metric"),
                "needs exactly one of at_least, above, at_most, below to compare with",
            )
        elif condition.source == "survey_average" and isinstance(
            getattr(condition, compared[0]), str
        ):
            yield (
                (*here, compared[0]),
                "single surveys carry no average of others; write a number, or `source: csi_score`",
            )
        return
    if compared:
        yield (*here, compared[0]), f"compares nothing here; only a metric has {compared[0]}"
    if condition.minimum_sample is not None:
        yield (*here, "minimum_sample"), "only a metric has a sample"
    if stated[0] in ("any", "all"):
        parts = getattr(condition, stated[0])
        if not parts:
            yield (*here, stated[0]), "is empty; list at least one condition"
        for index, part in enumerate(parts):
            yield from _condition(part, (*here, stated[0], index))


def _examples(version: RuleVersion) -> Iterator[Fault]:
    codes = {element.element for element in version.elements}
    for index, example in enumerate(version.examples):
        for name in ("objective", "base"):
            stated = getattr(example, name)
            for code in stated if isinstance(stated, dict) else ():
                if code not in codes:
                    yield (
                        ("examples", index, name, code),
                        f"'{code}' is no element; known are {', '.join(sorted(codes))}",
                    )
