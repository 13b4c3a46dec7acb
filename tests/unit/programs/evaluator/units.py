"""Which sales are units of a period, and which of them an element counts and pays.

Belongs here: counting dates, unwinds, late reports, filters and pay groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any

from .facts import Period, Sale, Store, listed

NO_GROUP = "all"
TEXTS = ("make", "model", "trim", "powertrain", "stock_type", "sale_type")


@dataclass(frozen=True)
class Line:
    """A unit of a period (+1), or one of an earlier period that is taken back in it (-1)."""

    sale: Sale
    step: int


@dataclass(frozen=True)
class Unit:
    """A line as one element sees it."""

    line: Line
    is_counted: bool
    is_paid: bool
    group: str


def lines_of(
    rules: dict[str, Any],
    store: Store,
    period: Period,
    earlier: Iterable[tuple[Period, dict[str, Any]]],
) -> list[Line]:
    """The units of a period in their order: by day, on one day sales first, then by VIN. `earlier`
    are the periods before with the rules of each: what they didn't count isn't taken back."""
    lands = rules.get("basis", {}).get("unwind_lands", "sale_period")
    found = []
    for sale in store.sales:
        if sale.accepted_on is None or _is_late(rules, sale, period):
            continue
        if period.holds(sale.on) and store.is_enrolled(sale.on):
            gone = sale.unwound_on is not None
            if not (gone and (lands == "sale_period" or period.holds(sale.unwound_on))):
                found.append((sale.on, 0, sale.vin, Line(sale, 1)))
    if lands == "unwind_period":
        for before, then in earlier:
            for sale in store.sales:
                if sale.accepted_on is None or _is_late(then, sale, before):
                    continue
                was_unit = (
                    before.holds(sale.on)
                    and store.is_enrolled(sale.on)
                    and any(
                        is_counted(then, element, sale) or is_paid(then, element, sale)
                        for element in then["elements"]
                    )
                )
                if was_unit and sale.unwound_on is not None and period.holds(sale.unwound_on):
                    found.append((sale.unwound_on, 1, sale.vin, Line(sale, -1)))
    return [each[-1] for each in sorted(found, key=lambda each: each[:3])]


def _is_late(rules: dict[str, Any], sale: Sale, period: Period) -> bool:
    deadlines = rules.get("deadlines", {})
    after_sale = deadlines.get("report_days_after_sale")
    after_period = deadlines.get("report_days_after_period")
    assert sale.accepted_on is not None
    if after_sale is not None and sale.accepted_on > sale.on + timedelta(days=after_sale):
        return True
    return after_period is not None and sale.accepted_on > period.end + timedelta(days=after_period)


def base_units(rules: dict[str, Any], element: dict[str, Any], store: Store, base: Period) -> int:
    """Last year's units, by this year's filter: the sales that stand."""
    return sum(
        is_counted(rules, element, sale)
        for sale in store.sales
        if base.holds(sale.on) and sale.accepted_on is not None and sale.unwound_on is None
    )


def kind_of(element: dict[str, Any]) -> str:
    """What an element is measured against."""
    against = element["against"]
    return against if isinstance(against, str) else against.get("target", "score")


def is_counted(rules: dict[str, Any], element: dict[str, Any], sale: Sale) -> bool:
    counts = element["counts"]
    return counts != "nothing" and passes(rules, counts, sale)


def is_paid(rules: dict[str, Any], element: dict[str, Any], sale: Sale) -> bool:
    pays = element["pays"]
    if pays == "nothing":
        return False
    return is_counted(rules, element, sale) if pays == "same" else passes(rules, pays, sale)


def pays_what_counts(element: dict[str, Any]) -> bool:
    return element["counts"] != "nothing" and element["pays"] in ("same", element["counts"])


def units_of(rules: dict[str, Any], element: dict[str, Any], found: list[Line]) -> Iterator[Unit]:
    for line in found:
        counted = is_counted(rules, element, line.sale)
        paid = is_paid(rules, element, line.sale)
        if counted or paid:
            yield Unit(line, counted, paid, _group(element, line.sale) if paid else "")


def _group(element: dict[str, Any], sale: Sale) -> str:
    for group in element.get("pay_groups", []):
        if _has(group, sale):
            return group["group"]
    return NO_GROUP


def passes(rules: dict[str, Any], wanted: dict[str, Any], sale: Sale) -> bool:
    """Whether a sale is among those that a filter wants."""
    makes = wanted.get("make", rules["who"]["makes"])
    if not _has({**wanted, "make": makes}, sale):
        return False
    return not any(_has(left_out, sale) for left_out in wanted.get("except", []))


def _has(wanted: dict[str, Any], sale: Sale) -> bool:
    for name in TEXTS:
        if name in wanted and not any(
            _is_like(sale.traits.get(name), text) for text in listed(wanted[name])
        ):
            return False
    year = sale.traits.get("model_year")
    years = {"model_year", "model_year_from", "model_year_to"} & set(wanted)
    if years and year is None:
        return False
    if "model_year" in wanted:
        return year in listed(wanted["model_year"])
    return wanted.get("model_year_from", 0) <= (year or 0) <= wanted.get("model_year_to", 9999)


def _is_like(text: str | None, wanted: str) -> bool:
    if text is None:
        return False
    plain, pattern = (" ".join(each.lower().split()) for each in (text, wanted))
    return fnmatchcase(plain, pattern)
