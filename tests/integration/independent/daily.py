"""Each day of a period as a chart shows it: what counted by then, against the objective by then.

Belongs here: the same counts and bands as standing.py, day by day. Cars stand from their sale date
to the day of their unwind, an objective from the day it was announced; gates and open recalls are
not looked at, so amounts are told only where neither plays a part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from . import payout, portal, rules
from .facts import Known, Report, Rooftop, know, objectives_announced
from .gates import cents
from .rules import Period
from .standing import against, deducts, enrolled, sold_within, tally_of


def evaluate_days(home: Path, known_at: datetime, since: date) -> Iterator[dict[str, Any]]:
    """One row per rooftop, program, element, period and day, of the periods that end by `since` or
    later."""
    known = know(home, known_at)
    told = list(portal.objectives(home / "inbox", known_at))
    by_day: dict[date, Any] = {}
    for rooftop, book, period in enrolled(home, known):
        if period.end < since:
            continue
        for number in range((min(period.end, known.today) - period.start).days + 1):
            day = period.start + timedelta(days=number)
            if day not in by_day:
                by_day[day] = objectives_announced(told, day)
            then = replace(known, today=day, objectives=by_day[day])
            in_force = rules.in_force(book, period, known.today)
            for element in rules.elements(in_force):
                yield {
                    "rooftop_id": rooftop.rooftop,
                    "program_code": book["program"],
                    "element_code": element["element"],
                    "period_code": period.code,
                    "date": day,
                    **_day(then, rooftop, in_force, element, period),
                }


def _day(
    then: Known, rooftop: Rooftop, book: dict[str, Any], element: dict[str, Any], period: Period
) -> dict[str, Any]:
    reports = known_reports = then.reports.get(rooftop.rooftop, [])
    reports = [_as_on(report, then.today) for report in known_reports]
    now = tally_of(then, element, sold_within(reports, book, period, then.today))
    key = (rooftop.dealer, book["program"], element["element"], period.code)
    objective, base = against(then, known_reports, book, element, period, key)
    bands = payout.bands(element, objective, base)
    plain = not element["gates"] and not deducts(element)
    return {
        "reported_units": now.units,
        "objective_units": objective,
        "tier_number": sum(edge <= now.units for edge, _ in bands or []),
        "amount_earned": cents(payout.left(element, bands, base, now).left) if plain else None,
    }


def _as_on(report: Report, day: date) -> Report:
    """The report without an unwind that was still to come."""
    if report.unwound_on is None or report.unwound_on <= day:
        return report
    return replace(report, unwound_on=None)
