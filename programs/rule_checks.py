"""Faults of a rulebook that no single field shows: dates, periods, names and examples.

Here: the way through all checks, each yielding a path and what would be right.
Not here: a field's own shape (rule_models.py); elements (rule_checks_elements.py), gates
(rule_checks_gates.py), several periods or programs (rule_checks_across.py); references to
calendars, stores and feeds (rule_references.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from programs.calendars import MONTHS_OF_GRAIN
from programs.faults import Fault, Path, listed, repeated
from programs.rule_checks_across import across_faults
from programs.rule_checks_elements import element_faults
from programs.rule_checks_gates import gate_faults, items_of, metrics_of, span_faults
from programs.rule_examples import ExampleInputs
from programs.rule_models import Element, RuleVersion
from programs.rule_units import UnitFilter, When
from programs.spans import months_of

SAMPLE_CODES = {
    "month": "2025-08",
    "two_month": "2025-07_2025-08",
    "quarter": "2025-Q3",
    "half": "2025-H2",
    "year": "2025",
}


def faults_of(version: RuleVersion) -> Iterator[Fault]:
    """Every fault across fields of one version."""
    yield from _dates(version)
    yield from _periods(version)
    yield from _names(version)
    for position, element in enumerate(version.elements):
        here: Path = ("elements", position)
        yield from element_faults(element, here)
        yield from _makes(version, element, here)
        if element.against.waived is not None:
            path = (*here, "against", "waived", "periods")
            yield from span_faults(version.when, element.against.waived.periods, path)
        for index, gate in enumerate(element.gates):
            yield from gate_faults(version, gate, (*here, "gates", index))
    for index, gate in enumerate(version.gates):
        yield from gate_faults(version, gate, ("gates", index))
    yield from across_faults(version)
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
    yield from _free_dates(when)


def _free_dates(when: When) -> Iterator[Fault]:
    for index, span in enumerate(when.dates):
        path: Path = ("when", "dates", index)
        if (span.base_start is None) != (span.base_end is None):
            yield path, "state base_start and base_end, or neither"
        elif span.base_start and span.base_end and span.base_end < span.base_start:
            yield (*path, "base_end"), f"{span.base_end} is before base_start ({span.base_start})"
        if span.end < span.start:
            yield ("when", "dates", index, "end"), f"{span.end} is before start ({span.start})"
        elif index and span.start <= when.dates[index - 1].end:
            before = when.dates[index - 1].end
            yield (
                ("when", "dates", index, "start"),
                f"{span.start} overlaps the period before, which ends on {before}",
            )


def _names(version: RuleVersion) -> Iterator[Fault]:
    yield from repeated(
        ((("elements", i, "element"), e.element) for i, e in enumerate(version.elements))
    )
    program_gates = [(("gates", i, "gate"), g.gate) for i, g in enumerate(version.gates)]
    for i, element in enumerate(version.elements):
        own = [(("elements", i, "gates", j, "gate"), g.gate) for j, g in enumerate(element.gates)]
        yield from repeated([*program_gates, *own])


def _makes(version: RuleVersion, element: Element, here: Path) -> Iterator[Fault]:
    """Makes that a filter asks for and the program isn't about."""
    known = {make.casefold() for make in version.who.makes}
    for name in ("counts", "pays"):
        stated = getattr(element, name)
        for index, make in enumerate((stated.make or ()) if isinstance(stated, UnitFilter) else ()):
            if make.casefold() not in known:
                yield (
                    (*here, name, "make", index),
                    f"'{make}' is not in who.makes ({listed(version.who.makes)}), so no store is "
                    "enrolled for it; add it there",
                )


def _examples(version: RuleVersion) -> Iterator[Fault]:
    for index, example in enumerate(version.examples):
        here: Path = ("examples", index)
        stated = example.model_fields_set & set(ExampleInputs.model_fields)
        if example.periods and stated:
            name = min(stated)
            yield (*here, name), "several periods have their own inputs; state it under `periods`"
        if example.qualifies is not None and version.pays_money:
            yield (*here, "qualifies"), "is for `pays_money: false`; state the amount"
        if example.tier is not None and example.periods:
            yield (*here, "tier"), "several periods have their own tiers; state it under `periods`"
        yield from _inputs(version, example, here)
        for number, period in enumerate(example.periods):
            yield from _inputs(version, period, (*here, "periods", number))
        yield from repeated(
            ((*here, "periods", number, "period"), period.period)
            for number, period in enumerate(example.periods)
        )


def _inputs(version: RuleVersion, inputs: ExampleInputs, here: Path) -> Iterator[Fault]:
    codes = {element.element for element in version.elements}
    for name in ("objective", "base"):
        stated = getattr(inputs, name)
        for code in stated if isinstance(stated, dict) else ():
            if code not in codes:
                yield (*here, name, code), f"'{code}' is no element; known are {listed(codes)}"
    for name, known, what in (
        ("scores", metrics_of(version), "gate or target asks for this metric"),
        ("items", items_of(version), "gate asks for these items"),
        ("other_programs", _stacked(version), "stacking rule names this program"),
        ("other_msrp", _stacked(version), "stacking rule names this program"),
    ):
        for code in getattr(inputs, name):
            if code not in known:
                yield (*here, name, code), f"no {what}; asked are {listed(known)}"
    for index, sold in enumerate(inputs.sold):
        if sold.units < 0 and version.basis.unwind_lands != "unwind_period":
            yield (
                (*here, "sold", index, "units"),
                f"{sold.units} takes units back, and `unwind_lands: "
                f"{version.basis.unwind_lands}` has no such; write 0 or more",
            )
    kinds = {deduction.kind for deduction in version.deductions}
    for name, kind in (("strikes", "strikes"), ("unwound", "chargeback")):
        if getattr(inputs, name) and kind not in kinds:
            yield (*here, name), f"no deduction of kind {kind} asks for it; remove it"
    if (inputs.starts is None) != (inputs.ends is None):
        yield here, "state starts and ends, or neither"
    if inputs.period is not None:
        yield from _period(version, inputs.period, (*here, "period"))


def _period(version: RuleVersion, code: str, here: Path) -> Iterator[Fault]:
    when = version.when
    if when.grain == "free":
        known = [f"{span.start}_{span.end}" for span in when.dates]
        if code not in known:
            yield here, f"'{code}' is no period of this program; known are {listed(known)}"
    elif code[0] in "QHM" or len(months_of(code)) != MONTHS_OF_GRAIN[when.grain]:
        yield here, f"'{code}' is no {when.grain}; write one like {SAMPLE_CODES[when.grain]}"


def _stacked(version: RuleVersion) -> set[str]:
    return {code for rule in version.stacking for code in rule.programs} - {version.program}
