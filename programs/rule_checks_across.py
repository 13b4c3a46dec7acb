"""Faults of rules over several periods or programs: windows, tiers, strikes, stacking, awards.

Here: one small check per kind of fault, each yielding a path and what would be right.
Not here: whether the other programs exist (rule_references.py); the arithmetic (settlement.py).
"""

from __future__ import annotations

from collections.abc import Iterator

from programs.faults import Fault, Path, listed, repeated
from programs.rule_across import AllPeriods, CatchUp, Chargeback, FamilyCap, LastPeriod, Strikes
from programs.rule_models import Element, RuleVersion
from programs.spans import NESTS


def across_faults(version: RuleVersion) -> Iterator[Fault]:
    """Every fault of `across`, `deductions`, `stacking` and of a program without money."""
    yield from repeated(
        (("across", index, "rule"), rule.rule) for index, rule in enumerate(version.across)
    )
    for index, rule in enumerate(version.across):
        yield from _rule(version, rule, ("across", index))
    yield from repeated(
        (("deductions", index, "deduction"), found.deduction)
        for index, found in enumerate(version.deductions)
    )
    for index, deduction in enumerate(version.deductions):
        yield from _deduction(version, deduction, ("deductions", index))
    yield from repeated(
        (("stacking", index, "stacking"), rule.stacking)
        for index, rule in enumerate(version.stacking)
    )
    for index, rule in enumerate(version.stacking):
        yield from _stacking(version, rule, ("stacking", index))
    if not version.pays_money:
        yield from _award(version)


def _rule(version: RuleVersion, rule: CatchUp | LastPeriod | AllPeriods, here: Path) -> Iterator:
    yield from _window(version, rule.within, here)
    elements = {element.element: element for element in version.elements}
    element = elements.get(rule.element)
    if element is None:
        known = listed(elements)
        yield (*here, "element"), f"'{rule.element}' is no element; known are {known}"
        return
    count = len(element.tiers.bands)
    for name in ("tier", "reaches"):
        tier = getattr(rule, name, None)
        if tier is not None and tier > count:
            yield (*here, name), f"{tier} is no tier; '{rule.element}' has {count}"
    if isinstance(rule, AllPeriods):
        yield from _all_periods(version, rule, element, here)
    else:
        yield from _earned_back(element, here)


def _window(version: RuleVersion, within: str, here: Path) -> Iterator[Fault]:
    grain = version.when.grain
    if within not in NESTS[grain]:
        yield (
            (*here, "within"),
            f"a {within} doesn't hold several whole periods of grain {grain}; "
            f"write {', '.join(NESTS[grain])}",
        )
    elif within == "all" and grain != "free" and version.ends is None:
        yield (
            (*here, "within"),
            "all periods of a program that never ends can't be met; state `ends:`",
        )


def _earned_back(element: Element, here: Path) -> Iterator[Fault]:
    if not element.is_volume:
        yield (
            (*here, "element"),
            f"'{element.element}' is moved by no units, so it can't be caught up; "
            "name an element against objective, last_year or units",
        )
    elif element.tiers.shape == "marginal":
        yield (
            (*here, "element"),
            f"'{element.element}' pays the units above its edge, and a missed period has none; "
            "only retroactive tiers can be earned back",
        )


def _all_periods(
    version: RuleVersion, rule: AllPeriods, element: Element, here: Path
) -> Iterator[Fault]:
    if not rule.pays.model_fields_set:
        yield (*here, "pays"), "pays nothing stated; add per_unit, flat or msrp_percent"
    if element.against.target == "nothing":
        yield (
            (*here, "element"),
            f"'{element.element}' is against nothing, so every period meets it; "
            "name one with a target",
        )
    if element.pays == "nothing" and (rule.pays.per_unit or rule.pays.msrp_percent):
        yield (*here, "pays"), f"'{element.element}' pays no unit; pay a flat amount"
    caught_up = [
        found.rule
        for found in version.across
        if not isinstance(found, AllPeriods) and found.element == rule.element
    ]
    if caught_up and rule.caught_up_counts is None:
        yield (
            here,
            f"state `caught_up_counts: true` or false: does a period that '{caught_up[0]}' earns "
            "back count as met?",
        )
    if not caught_up and rule.caught_up_counts is not None:
        yield (*here, "caught_up_counts"), "no rule earns a period back here; remove it"


def _deduction(version: RuleVersion, deduction: Strikes | Chargeback, here: Path) -> Iterator:
    if isinstance(deduction, Chargeback):
        if version.basis.unwind_lands != "nowhere":
            yield (
                (*here, "kind"),
                f"with `unwind_lands: {version.basis.unwind_lands}` an unwound unit already loses "
                "its pay, and a chargeback would take it twice; write `unwind_lands: nowhere`",
            )
        return
    for index, step in enumerate(deduction.steps):
        path = (*here, "steps", index)
        if step.takes_percent > 100:
            yield (*path, "takes_percent"), f"{step.takes_percent} % is more than there is"
        if index and step.strike <= deduction.steps[index - 1].strike:
            yield (
                (*path, "strike"),
                f"{step.strike} is not above the step before "
                f"({deduction.steps[index - 1].strike}); order the steps",
            )


def _stacking(version: RuleVersion, rule: object, here: Path) -> Iterator[Fault]:
    yield from repeated(
        ((*here, "programs", index), code) for index, code in enumerate(rule.programs)
    )
    if rule.kind != "at_most_one_of" and version.program in rule.programs:
        index = rule.programs.index(version.program)
        yield (*here, "programs", index), "is this program itself; list the others only"
    if set(rule.programs) == {version.program}:
        yield (*here, "programs"), "lists no other program"
    if isinstance(rule, FamilyCap):
        yield from _family_cap(version, rule, here)


def _family_cap(version: RuleVersion, rule: FamilyCap, here: Path) -> Iterator[Fault]:
    if rule.amount is None and rule.msrp_percent is None:
        yield here, "caps nothing; add amount, or msrp_percent with `of`"
    if rule.msrp_percent is not None and rule.of is None:
        yield (
            (*here, "msrp_percent"),
            "percent of whose MSRP? state `of:`, the program whose paid units are the base",
        )
    if rule.of is not None and rule.of not in (version.program, *rule.programs):
        known = listed((version.program, *rule.programs))
        yield (*here, "of"), f"'{rule.of}' is not in this family; known are {known}"


def _award(version: RuleVersion) -> Iterator[Fault]:
    """A program without money is an award to hold, which its gates decide."""
    if not version.gates:
        yield ("pays_money",), "without money the gates decide the award; add `gates:`"
    for i, element in enumerate(version.elements):
        for j, band in enumerate(element.tiers.bands):
            for name in ("per_unit", "flat", "msrp_percent"):
                stated = getattr(band, name)
                if any(stated.values()) if isinstance(stated, dict) else stated:
                    yield (
                        ("elements", i, "tiers", "bands", j, name),
                        "pays, but the program says `pays_money: false`; write 0",
                    )
    for name in ("across", "deductions", "stacking"):
        if getattr(version, name):
            yield (name,), "is about money, and the program says `pays_money: false`; remove it"
