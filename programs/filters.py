"""Which units count and which are paid: a unit's class against an element's filters.

Here: a class (make, model, trim, model year, powertrain, stock type, sale type) to counted and
paid, each with its reason code. Evaluated once per class; SQL joins on the class.
Not here: dates, RDR states and duplicates, which need the facts (dbt's int_* models).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from programs.ladder_rules import is_paid_by_line
from programs.rule_models import Element, RuleVersion
from programs.rule_units import UnitFilter, UnitTraits
from programs.rule_values import ALL_UNITS
from programs.same import Same

# The order in which a unit's traits are looked at: the first that fails is the reason given.
TRAITS = ("make", "model", "trim", "model_year", "powertrain", "stock_type", "sale_type")
COUNTED, PAID, NOT_COUNTED = "counted", "paid", "not_counted"
PAYS_NOTHING = "element_pays_nothing"


@dataclass(frozen=True)
class UnitClass:
    """All that a filter may look at. Text as landed; None is unknown and matches no stated list."""

    make: str
    model: str | None = None
    trim: str | None = None
    model_year: int | None = None
    powertrain: str | None = None
    stock_type: str = "new"
    sale_type: str = "retail"


@dataclass(frozen=True)
class Membership:
    """What one element makes of one class. `pay_group_code` is `all` where the element has no
    groups, None where nothing is paid."""

    is_counted: bool
    is_paid: bool
    reason_code: str
    pay_reason_code: str
    pay_group_code: str | None = None


Test = Callable[[UnitClass], bool]


class ElementFilter:
    """An element's two filters, ready to be asked about many classes. `is_paid_by_line`: its pay
    depends on which units are sold."""

    def __init__(self, rules: RuleVersion, element: Element) -> None:
        self._counts = _reasons(element.counts, rules.who.makes) if element.counts else None
        stated = element.pays if isinstance(element.pays, UnitFilter) else None
        self._pays = _reasons(stated, rules.who.makes) if stated else None
        self._pays_nothing = element.pays == "nothing"
        self._groups = [(group.group, _traits_test(group)) for group in element.pay_groups]
        self.is_paid_by_line = is_paid_by_line(element)
        self._known: dict[UnitClass, Membership] = {}

    def membership(self, unit: UnitClass) -> Membership:
        """Counted and paid, each with its reason; a class is looked at once."""
        found = self._known.get(unit)
        if found is None:
            found = self._known[unit] = self._judged(unit)
        return found

    def _judged(self, unit: UnitClass) -> Membership:
        reason = NOT_COUNTED if self._counts is None else self._counts(unit)
        is_counted = reason == COUNTED
        if self._pays_nothing:
            return Membership(is_counted, False, reason, PAYS_NOTHING)
        if self._pays is None:
            pay_reason = PAID if is_counted else NOT_COUNTED
        else:
            pay_reason = self._pays(unit)
            pay_reason = PAID if pay_reason == COUNTED else pay_reason
        is_paid = pay_reason == PAID
        return Membership(
            is_counted, is_paid, reason, pay_reason, self._group(unit) if is_paid else None
        )

    def _group(self, unit: UnitClass) -> str:
        """The first pay group that holds the unit; the last one holds all the rest."""
        return next((code for code, test in self._groups if test(unit)), ALL_UNITS)


@lru_cache(maxsize=512)
def _made_filters(same: Same[RuleVersion]) -> tuple[ElementFilter, ...]:
    return tuple(ElementFilter(same.part, element) for element in same.part.elements)


def filters_of(rules: RuleVersion) -> tuple[ElementFilter, ...]:
    """The filters of a version, made once: they remember the classes they were asked about."""
    return _made_filters(Same(rules))


def _traits_test(stated: UnitTraits) -> Test:
    tests = [test for _, test in _tests(stated, default_makes=None)]
    return lambda unit: all(test(unit) for test in tests)


def _reasons(stated: UnitFilter, program_makes: tuple[str, ...]) -> Callable[[UnitClass], str]:
    """A function from class to `counted` or the first wrong trait."""
    tests = _tests(stated, default_makes=program_makes)
    exclusions = [_tests(excluded, default_makes=None) for excluded in stated.excluding]

    def reason(unit: UnitClass) -> str:
        for trait, test in tests:
            if not test(unit):
                return f"wrong_{trait}"
        for excluded in exclusions:
            if all(test(unit) for _, test in excluded):
                return f"wrong_{excluded[0][0]}"
        return COUNTED

    return reason


def _tests(stated: UnitTraits, default_makes: tuple[str, ...] | None) -> list[tuple[str, Test]]:
    tests: list[tuple[str, Test]] = []
    makes = stated.make or default_makes
    if makes:
        tests.append(("make", _text_test("make", makes)))
    for trait in ("model", "trim"):
        wanted = getattr(stated, trait)
        if wanted:
            tests.append((trait, _text_test(trait, wanted)))
    if stated.model_year or stated.model_year_from is not None or stated.model_year_to is not None:
        tests.append(("model_year", _year_test(stated)))
    for trait in ("powertrain", "stock_type", "sale_type"):
        wanted = getattr(stated, trait)
        if wanted:
            tests.append((trait, _text_test(trait, wanted)))
    return tests


def _text_test(trait: str, wanted: tuple[str, ...]) -> Test:
    plain = {plain_text(text) for text in wanted if "*" not in text}
    patterns = [
        re.compile(".*".join(re.escape(part) for part in plain_text(text).split("*")))
        for text in wanted
        if "*" in text
    ]

    def test(unit: UnitClass) -> bool:
        value = getattr(unit, trait)
        if value is None:
            return False
        text = plain_text(value)
        return text in plain or any(pattern.fullmatch(text) for pattern in patterns)

    return test


def _year_test(stated: UnitTraits) -> Test:
    years = set(stated.model_year or ())
    first, last = stated.model_year_from, stated.model_year_to

    def test(unit: UnitClass) -> bool:
        year = unit.model_year
        if year is None:
            return False
        if years:
            return year in years
        return (first is None or year >= first) and (last is None or year <= last)

    return test


@lru_cache(maxsize=4096)
def plain_text(text: str) -> str:
    """Text as filters compare it: case and extra spaces don't matter."""
    return " ".join(text.casefold().split())
