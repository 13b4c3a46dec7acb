"""What a change of rules does: the same sales under the old rules and under the new.

Here: per rooftop, period and element the units, tier and dollars before and after.
Not here: reading sales from a published file, printing (the command line).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.calendars import Calendar, Period
from programs.errors import StairstepError
from programs.filters import UnitClass
from programs.gates import GateState, Reading
from programs.money import ZERO
from programs.program_states import (
    PeriodInputs,
    PeriodState,
    SoldUnits,
    period_state,
    sourced_metric,
)
from programs.rulebook import Rulebook, Version, periods_of, windows_in_force
from programs.settlement import SettledPeriod, settle_program

Row = Mapping[str, Any]


@dataclass(frozen=True)
class RooftopFacts:
    """What was so at one rooftop, period by period and in order."""

    rooftop_id: str
    periods: tuple[PeriodInputs, ...]


@dataclass(frozen=True)
class Side:
    """One element under one set of rules; the amount is the whole program's."""

    version: int
    counted_units: int
    paid_units: int
    tier_number: int
    amount_earned: Decimal
    amount_held: Decimal


@dataclass(frozen=True)
class DiffLine:
    """One rooftop, period and element before and after. A side is None where that rulebook doesn't
    rule the period, or has no such element."""

    rooftop_id: str
    period_code: str
    element_code: str
    before: Side | None
    after: Side | None

    @property
    def is_changed(self) -> bool:
        def plain(side: Side | None) -> tuple[object, ...] | None:
            return side and (
                side.counted_units,
                side.paid_units,
                side.tier_number,
                side.amount_earned,
                side.amount_held,
            )

        return plain(self.before) != plain(self.after)


def diff(
    old: Rulebook,
    new: Rulebook,
    facts: Iterable[RooftopFacts],
    calendars: Mapping[str, Calendar],
    known_on: datetime.date,
) -> list[DiffLine]:
    """Every rooftop, period and element under both rulebooks, with the versions announced by
    `known_on`. Stacking with other programs is left out: it isn't these rules' own."""
    lines = []
    for rooftop in facts:
        before = _sides(old, rooftop, calendars, known_on)
        after = _sides(new, rooftop, calendars, known_on)
        for inputs in rooftop.periods:
            code = inputs.period_code
            here, there = before.get(code, {}), after.get(code, {})
            for element in dict.fromkeys((*here, *there)):
                lines.append(
                    DiffLine(
                        rooftop.rooftop_id, code, element, here.get(element), there.get(element)
                    )
                )
    return lines


def _sides(
    book: Rulebook,
    rooftop: RooftopFacts,
    calendars: Mapping[str, Calendar],
    known_on: datetime.date,
) -> dict[str, dict[str, Side]]:
    """By period and element what one rulebook makes of a rooftop."""
    ruling: list[tuple[Version, PeriodState]] = []
    for inputs in rooftop.periods:
        if inputs.period is None:
            raise StairstepError(f"{rooftop.rooftop_id}: facts without a period can't be compared")
        version = book.version_for(inputs.period, known_on)
        if version is not None:
            ruling.append((version, period_state(version.rules, inputs)))
    if not ruling:
        return {}
    windows = windows_in_force(book, (version for version, _ in ruling), dict(calendars))
    settled = settle_program([state for _, state in ruling], windows)
    return {
        found.period_code: _elements(version, state, found)
        for (version, state), found in zip(ruling, settled, strict=True)
    }


def _elements(version: Version, state: PeriodState, found: SettledPeriod) -> dict[str, Side]:
    return {
        element.element.element: Side(
            version.number,
            element.facts.counted_units,
            element.facts.paid_units,
            (found.tiers or {}).get(element.element.element, 0),
            found.amount_earned,
            found.amount_held,
        )
        for element in state.elements
    }


def facts_of_rows(
    periods: Iterable[Period],
    units: Iterable[Row],
    targets: Iterable[Row],
    readings: Iterable[Row] = (),
    items: Iterable[Row] = (),
    *,
    as_of_date: datetime.date,
) -> list[RooftopFacts]:
    """Facts of one program's rooftops from flat rows, as the published marts hold them.

    units: rooftop_id, period_code, counting_date, vin, make, model, trim, model_year, powertrain,
    stock_type, sale_type, msrp_amount, has_open_recall: one row per reported sale, whatever the old
    rules made of its class; `units` -1 with its MSRP negative takes an earlier sale back. targets:
    rooftop_id, period_code, element_code, objective_units, base_units. readings: rooftop_id,
    period_code, metric_code, score, sample_count, region_average, national_average, and
    metric_source where the scores and the surveys of one metric are both known. items: rooftop_id,
    period_code, item (type or code), state.
    """
    by_code = {period.code: period for period in periods}
    sold = _grouped(units)
    found_targets, found_readings = _grouped(targets), _grouped(readings)
    found_items = _grouped(items)
    keys = sorted(
        key
        for key in {*sold, *found_targets}
        if key[1] in by_code and by_code[key[1]].start <= as_of_date
    )
    facts: dict[str, list[PeriodInputs]] = {}
    for rooftop_id, code in keys:
        key, period = (rooftop_id, code), by_code[code]
        facts.setdefault(rooftop_id, []).append(
            PeriodInputs(
                period=period,
                sold=_sold(sold.get(key, ())),
                objectives=_by_element(found_targets.get(key, ()), "objective_units"),
                bases=_by_element(found_targets.get(key, ()), "base_units"),
                readings={
                    _metric(row): Reading(
                        row.get("score"),
                        row.get("sample_count"),
                        row.get("region_average"),
                        row.get("national_average"),
                    )
                    for row in found_readings.get(key, ())
                },
                items={
                    row["item"]: GateState[row["state"].upper()]
                    for row in found_items.get(key, ())
                },
                is_open=period.end >= as_of_date,
            )
        )
    return [
        RooftopFacts(rooftop_id, tuple(sorted(found, key=_start)))
        for rooftop_id, found in facts.items()
    ]


def _start(inputs: PeriodInputs) -> datetime.date:
    return inputs.period.start if inputs.period else datetime.date.min


def _grouped(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    grouped: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        grouped.setdefault((row["rooftop_id"], row["period_code"]), []).append(row)
    return grouped


def _sold(rows: Sequence[Row]) -> tuple[SoldUnits, ...]:
    """Sales in order of counting date; on one date those taken back last; then VIN."""
    return tuple(
        SoldUnits(
            UnitClass(
                make=row["make"],
                model=row.get("model"),
                trim=row.get("trim"),
                model_year=row.get("model_year"),
                powertrain=row.get("powertrain"),
                stock_type=row["stock_type"],
                sale_type=row["sale_type"],
            ),
            row.get("units", 1),
            row.get("msrp_amount") or ZERO,
            1 if row.get("has_open_recall") else 0,
        )
        for row in sorted(rows, key=_order)
    )


def _metric(row: Row) -> str:
    source = row.get("metric_source")
    return sourced_metric(source, row["metric_code"]) if source else row["metric_code"]


def _order(row: Row) -> tuple[datetime.date, bool, str]:
    return row["counting_date"], row.get("units", 1) < 0, row["vin"]


def _by_element(rows: Iterable[Row], column: str) -> dict[str, int | None]:
    return {row["element_code"]: row.get(column) for row in rows}


def periods_between(
    books: Iterable[Rulebook], calendars: Mapping[str, Calendar]
) -> tuple[Period, ...]:
    """Every period that any version of some rulebooks may rule, in order."""
    found = {
        period
        for book in books
        for version in book.versions
        for period in periods_of(version.rules, dict(calendars))
    }
    return tuple(sorted(found))
