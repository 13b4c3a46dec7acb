"""Periods by their codes: which months one holds, what a named span selects, windows of periods.

Here: arithmetic on period codes (2025-08, 2025-Q3, ...) that needs no dates.
Not here: a calendar's own dates (calendars.py); what happens in a window (settlement.py).
"""

from __future__ import annotations

import datetime
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from programs.calendars import MONTHS_OF_GRAIN, Period, period_code

ALL_PERIODS = "all"
Month = tuple[int, int]  # year, month

# Which periods make up which windows: a window holds whole periods and more than one.
NESTS = {
    "month": ("two_month", "quarter", "half", "year", ALL_PERIODS),
    "two_month": ("half", "year", ALL_PERIODS),
    "quarter": ("half", "year", ALL_PERIODS),
    "half": ("year", ALL_PERIODS),
    "year": (ALL_PERIODS,),
    "free": (ALL_PERIODS,),
}


@dataclass(frozen=True)
class Window:
    """Periods that a rule looks at together, in order."""

    code: str
    period_codes: tuple[str, ...]


@lru_cache(maxsize=4096)
def months_of(code: str) -> frozenset[Month]:
    """The sales months of a period's code; none for free dates."""
    parts = code.split("_")
    if len(parts[0]) == 10:
        return frozenset()
    first, last = _ends(parts[0])[0], _ends(parts[-1])[1]
    (year, number), (last_year, last_number) = first, last
    count = (last_year - year) * 12 + last_number - number + 1
    return frozenset(_after((year, number), step) for step in range(count))


def _ends(code: str) -> tuple[Month, Month]:
    year, _, part = code.partition("-")
    first, last = _numbers(part)
    return (int(year), first), (int(year), last)


def _numbers(part: str) -> tuple[int, int]:
    """First and last month of a part of a year: '' the year, Q3, H2, M11, 11."""
    if not part:
        return 1, 12
    if part[0] == "Q":
        return 3 * int(part[1]) - 2, 3 * int(part[1])
    if part[0] == "H":
        return 6 * int(part[1]) - 5, 6 * int(part[1])
    number = int(part.removeprefix("M"))
    return number, number


def _after(month: Month, steps: int) -> Month:
    years, number = divmod(month[1] - 1 + steps, 12)
    return month[0] + years, number + 1


def is_named(code: str, spans: Iterable[str]) -> bool:
    """Whether a period lies whole within one of the named spans (Q4 is every year's)."""
    months = months_of(code)
    return any(
        code == span or (bool(months) and all(_holds(span, month) for month in months))
        for span in spans
    )


def _holds(span: str, month: Month) -> bool:
    if span[0] in "QHM":
        first, last = _numbers(span)
        return first <= month[1] <= last
    return month in months_of(span)


def window_code(within: str, code: str) -> str:
    """The code of the window that holds a period."""
    if within == ALL_PERIODS:
        return ALL_PERIODS
    year, number = min(months_of(code))
    size = MONTHS_OF_GRAIN[within]
    first = number - (number - 1) % size
    return period_code(within, [f"{year}-{month:02d}" for month in range(first, first + size)])


def whole_window(within: str, grain: str, code: str) -> tuple[str, ...]:
    """The codes of all periods of a grain in the window that holds a period. Not for `all`."""
    months = [f"{year}-{month:02d}" for year, month in sorted(months_of(window_code(within, code)))]
    size = MONTHS_OF_GRAIN[grain]
    return tuple(
        period_code(grain, months[first : first + size]) for first in range(0, len(months), size)
    )


def windows_of(within: str, codes: Sequence[str]) -> tuple[Window, ...]:
    """Periods, in order, as the windows that hold them."""
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(window_code(within, code), []).append(code)
    return tuple(Window(code, tuple(members)) for code, members in found.items())


def plain_period(code: str) -> Period:
    """A period with the plain calendar's dates, where no sales calendar is at hand."""
    parts = code.split("_")
    if len(parts[0]) == 10:
        start, end = (datetime.date.fromisoformat(part) for part in parts)
        return Period(start, end, code, "free")
    months = sorted(months_of(code))
    (year, first), (last_year, last) = months[0], months[-1]
    end = datetime.date(last_year, last, monthrange(last_year, last)[1])
    return Period(datetime.date(year, first, 1), end, code, _grain(code))


def _grain(code: str) -> str:
    count = len(months_of(code))
    return next(grain for grain, size in MONTHS_OF_GRAIN.items() if size == count)


def months_before(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month, months ago; the month's last day where it has no such day."""
    year, number = _after((day.year, day.month), -months)
    return datetime.date(year, number, min(day.day, monthrange(year, number)[1]))
