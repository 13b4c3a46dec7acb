"""Selling days: the days a store may sell.

Here: one store's selling days from holidays, the Sunday rule and the store's closing days.
Not here: periods (calendars.py); pace and counts of selling days left (dbt's marts).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import holidays as holidays_package

from programs.errors import UnknownReferenceError
from programs.group import Holidays, Rooftop

SUNDAY = 6


@dataclass(frozen=True)
class Day:
    """One day of one store. `closed_reason` is None on a selling day."""

    date: datetime.date
    closed_reason: str | None

    @property
    def is_selling_day(self) -> bool:
        return self.closed_reason is None


def closed_holidays(
    settings: Holidays, first: datetime.date, last: datetime.date
) -> dict[datetime.date, str]:
    """The group's closed holidays between two dates (inclusive), with their names.

    Only the day itself is closed, never the day on which offices observe it. Raises
    UnknownReferenceError for a holiday that the country doesn't have.
    """
    try:
        days = holidays_package.country_holidays(
            settings.country, years=range(first.year, last.year + 1), observed=False
        )
    except NotImplementedError as error:
        raise UnknownReferenceError(
            f"holidays.country: '{settings.country}' is not a country code; write one like US"
        ) from error
    known = sorted({name for day in days for name in days.get_list(day)})
    for name in settings.closed:
        if name not in known:
            raise UnknownReferenceError(
                f"holidays.closed: '{name}' is no holiday of {settings.country}; "
                f"known are {', '.join(known)}"
            )
    wanted = set(settings.closed)
    closed = {day: name for day in days for name in days.get_list(day) if name in wanted} | {
        day: "group closed" for day in settings.extra_dates
    }
    return {day: name for day, name in closed.items() if first <= day <= last}


def store_days(
    rooftop: Rooftop,
    closed: dict[datetime.date, str],
    first: datetime.date,
    last: datetime.date,
) -> Iterator[Day]:
    """Each day from first to last (inclusive) of one store. `closed` is from closed_holidays."""
    own_closed = set(rooftop.closed_dates)
    day = first
    while day <= last:
        yield Day(day, _closed_reason(rooftop, closed, own_closed, day))
        day += timedelta(days=1)


def _closed_reason(
    rooftop: Rooftop,
    closed: dict[datetime.date, str],
    own_closed: set[datetime.date],
    day: datetime.date,
) -> str | None:
    if day < rooftop.opened_date:
        return "not open yet"
    if day in closed:
        return closed[day]
    if day in own_closed:
        return "store closed"
    if day.weekday() == SUNDAY and not rooftop.is_open_sundays:
        return "Sunday"
    return None
