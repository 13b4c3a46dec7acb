"""Faults across the fields of a gate: conditions, comparisons, effects, waivers.

Here: one small check per kind of fault, each yielding a path and what would be right.
Not here: whether a feed delivers the metric (rule_references.py); a gate's states (gates.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from programs.faults import Fault, Path, listed
from programs.rule_gates import Condition, Gate
from programs.rule_models import RuleVersion
from programs.rule_units import When
from programs.spans import is_named, months_of, whole_window

COMPARISONS = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}
KINDS = ("any", "all", "metric", "items", "units_of", "attainment_of")
# What belongs to one kind of condition only.
FIELDS_OF_KIND = {
    "source": "metric",
    "within_days": "metric",
    "minimum_sample": "metric",
    "only": "items",
    "due": "items",
}


def gate_faults(version: RuleVersion, gate: Gate, here: Path) -> Iterator[Fault]:
    """Every fault of one gate."""
    yield from _condition(version, gate.require, (*here, "require"))
    if not isinstance(gate.effect, str) and gate.effect.reduce_to_percent >= Decimal(100):
        yield (
            (*here, "effect", "reduce_to_percent"),
            f"{gate.effect.reduce_to_percent} % is no reduction; write less than 100, or waive",
        )
    yield from span_faults(version.when, gate.waived_in, (*here, "waived_in"))


def span_faults(when: When, spans: Sequence[str], here: Path) -> Iterator[Fault]:
    """Named periods that no period of the program lies in."""
    for index, span in enumerate(spans):
        if not _may_hold(when, span):
            wanted = "the free dates themselves" if when.grain == "free" else f"a {when.grain}"
            yield (
                (*here, index),
                f"no period of this program lies within {span}; name one that holds {wanted}",
            )


def _may_hold(when: When, span: str) -> bool:
    if when.grain == "free":
        return span in {f"{dates.start}_{dates.end}" for dates in when.dates}
    months = [] if span[0] in "QHM" else sorted(months_of(span))
    if span[0] not in "QHM" and not months:
        return False
    year = months[0][0] if months else 2020
    codes = whole_window("year", when.grain, f"{year}-01")
    return any(is_named(code, [span]) for code in codes)


def _condition(version: RuleVersion, condition: Condition, here: Path) -> Iterator[Fault]:
    stated = [name for name in KINDS if getattr(condition, name) is not None]
    if len(stated) != 1:
        said = " and ".join(stated) or "none of them"
        yield here, f"a condition is exactly one of {', '.join(KINDS)}; this says {said}"
        return
    kind = stated[0]
    for name, owner in FIELDS_OF_KIND.items():
        if owner != kind and name in condition.model_fields_set:
            yield (*here, name), f"means nothing here; only a condition on {owner} has {name}"
    compared = [name for name in COMPARISONS if getattr(condition, name) is not None]
    if kind in ("metric", "units_of", "attainment_of"):
        if len(compared) != 1:
            yield (
                (*here, kind),
                "needs exactly one of at_least, above, at_most, below to compare with",
            )
            return
        if kind == "metric":
            yield from _metric(condition, compared[0], here)
        else:
            yield from _units(version, condition, kind, compared[0], here)
        return
    if compared:
        yield (*here, compared[0]), f"compares nothing here; only a metric has {compared[0]}"
    if kind in ("any", "all"):
        parts = getattr(condition, kind)
        if not parts:
            yield (*here, kind), "is empty; list at least one condition"
        for index, part in enumerate(parts):
            yield from _condition(version, part, (*here, kind, index))


def _metric(condition: Condition, compared: str, here: Path) -> Iterator[Fault]:
    is_average = isinstance(getattr(condition, compared), str)
    if condition.within_days is not None:
        if "source" in condition.model_fields_set:
            yield (
                (*here, "source"),
                "with within_days the metric is our own count of timely reports; remove source",
            )
        if is_average:
            yield (
                (*here, compared),
                "our own count of timely reports has no average of others; write a percent",
            )
    elif condition.source == "survey_average" and is_average:
        yield (
            (*here, compared),
            "single surveys carry no average of others; write a number, or `source: csi_score`",
        )


def _units(
    version: RuleVersion, condition: Condition, kind: str, compared: str, here: Path
) -> Iterator[Fault]:
    code = getattr(condition, kind)
    elements = {element.element: element for element in version.elements}
    if code not in elements:
        yield (*here, kind), f"'{code}' is no element; known are {listed(elements)}"
        return
    element = elements[code]
    if element.counts is None:
        yield (*here, kind), f"element '{code}' counts nothing; name one that counts units"
    elif kind == "attainment_of" and element.against.target not in ("objective", "last_year"):
        yield (
            (*here, kind),
            f"element '{code}' is against {element.against.target}, which has no attainment in "
            "percent; write `units_of`, or measure it against its objective",
        )
    if isinstance(getattr(condition, compared), str):
        yield (*here, compared), "counted units have no average of others; write a number"


def conditions_of(version: RuleVersion) -> Iterator[tuple[Path, Condition]]:
    """Every single condition of every gate, with its path."""
    gates: list[tuple[Path, Gate]] = [
        (("gates", index), gate) for index, gate in enumerate(version.gates)
    ]
    gates += [
        (("elements", i, "gates", j), gate)
        for i, element in enumerate(version.elements)
        for j, gate in enumerate(element.gates)
    ]
    for path, gate in gates:
        yield from _singles((*path, "require"), gate.require)


def _singles(path: Path, condition: Condition) -> Iterator[tuple[Path, Condition]]:
    for kind in ("any", "all"):
        parts = getattr(condition, kind)
        if parts is not None:
            for index, part in enumerate(parts):
                yield from _singles((*path, kind, index), part)
            return
    yield path, condition


def metrics_of(version: RuleVersion) -> set[str]:
    """The metrics that gates and targets ask for."""
    asked = {leaf.metric for _, leaf in conditions_of(version) if leaf.metric}
    return asked | {found.against.metric for found in version.elements if found.against.metric}


def items_of(version: RuleVersion) -> set[str]:
    """The items that gates ask for: the one of an item code, or all of a type."""
    return {leaf.only or leaf.items for _, leaf in conditions_of(version) if leaf.items}
