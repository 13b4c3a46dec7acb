"""OEM sales calendars: the OEM's own months, and periods of any grain made of them.

Here: reading `calendars/*.yaml`, and the periods of a grain. Dates are inclusive on both ends.
Not here: which days a store sells (selling_days.py); which periods a program uses (compiled.py).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Literal

from pydantic import Field

from programs.documents import StrictModel, problem_at, read_document, validate
from programs.errors import DocumentError
from programs.group import Code

Grain = Literal["month", "two_month", "quarter", "half", "year", "free"]
MONTHS_OF_GRAIN = {"month": 1, "two_month": 2, "quarter": 3, "half": 6, "year": 12}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Period:
    """A span of days, both ends included, under the code it is known by."""

    start: datetime.date
    end: datetime.date
    code: str
    grain: str

    def contains(self, day: datetime.date) -> bool:
        return self.start <= day <= self.end


class Month(StrictModel):
    """One month of an OEM's sales calendar; it rarely ends with the calendar's month."""

    code: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    start: datetime.date
    end: datetime.date

    @property
    def year(self) -> int:
        return int(self.code[:4])

    @property
    def number(self) -> int:
        return int(self.code[5:])


class Calendar(StrictModel):
    """An OEM's sales calendar: contiguous months in order."""

    code: Code
    name: str = ""
    months: tuple[Month, ...] = Field(min_length=1)

    @cached_property
    def _by_code(self) -> dict[str, Month]:
        return {month.code: month for month in self.months}

    def periods(self, grain: Grain) -> tuple[Period, ...]:
        """All complete periods of a grain, in order. A quarter short of a month is left out."""
        if grain == "free":
            raise ValueError("free dates come from the rulebook, not from a calendar")
        size = MONTHS_OF_GRAIN[grain]
        periods = []
        for month in self.months:
            if (month.number - 1) % size == 0:
                period = self._period(month.year, month.number, size, grain)
                if period:
                    periods.append(period)
        return tuple(periods)

    def period_of(self, grain: Grain, day: datetime.date) -> Period | None:
        """The period of a grain that holds a day; None outside the calendar."""
        return next((period for period in self.periods(grain) if period.contains(day)), None)

    def year_before(self, period: Period) -> Period | None:
        """Last year's same period of this calendar; None where the calendar doesn't reach."""
        code = _code_a_year_before(period.code)
        return next((found for found in self.periods(period.grain) if found.code == code), None)

    def _period(self, year: int, first: int, size: int, grain: str) -> Period | None:
        codes = [f"{year}-{number:02d}" for number in range(first, first + size)]
        if any(code not in self._by_code for code in codes):
            return None
        start, end = self._by_code[codes[0]].start, self._by_code[codes[-1]].end
        return Period(start, end, period_code(grain, codes), grain)


def period_code(grain: str, months: list[str]) -> str:
    """The code of a period made of months: 2025-08, 2025-07_2025-08, 2025-Q3, 2025-H2, 2025."""
    year, first = months[0][:4], int(months[0][5:])
    match grain:
        case "month":
            return months[0]
        case "two_month":
            return f"{months[0]}_{months[-1]}"
        case "quarter":
            return f"{year}-Q{(first - 1) // 3 + 1}"
        case "half":
            return f"{year}-H{(first - 1) // 6 + 1}"
        case "year":
            return year
    raise ValueError(f"'{grain}' has no period code")


def free_period(start: datetime.date, end: datetime.date) -> Period:
    """A period of free dates, from a bulletin that names its days."""
    return Period(start, end, f"{start.isoformat()}_{end.isoformat()}", "free")


def _code_a_year_before(code: str) -> str:
    """2025-07_2025-08 to 2024-07_2024-08, and so for every code."""
    return "_".join(f"{int(part[:4]) - 1}{part[4:]}" for part in code.split("_"))


def read_calendar(text: str, file: str) -> Calendar:
    """Read a sales calendar from YAML text. Raises DocumentError naming file, line and field."""
    document = read_document(text, file)
    calendar = validate(Calendar, document, file)
    problems = [
        problem_at(document, file, path, message) for path, message in _cross_checks(calendar)
    ]
    if problems:
        raise DocumentError(problems)
    return calendar


def _cross_checks(calendar: Calendar) -> list[tuple[tuple[str | int, ...], str]]:
    """Months that cross, leave a gap or are out of order."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for position, month in enumerate(calendar.months):
        here = ("months", position)
        if month.end < month.start:
            found.append(((*here, "end"), f"{month.end} is before start ({month.start})"))
        if position == 0:
            continue
        before = calendar.months[position - 1]
        if _next_month(before) != month.code:
            found.append(
                (
                    (*here, "code"),
                    f"'{month.code}' doesn't follow '{before.code}'; keep them in row",
                )
            )
        elif month.start != before.end + ONE_DAY:
            found.append(
                (
                    (*here, "start"),
                    f"{month.start} leaves a gap or overlap; "
                    f"{before.code} ends on {before.end}, so this must be {before.end + ONE_DAY}",
                )
            )
    return found


def _next_month(month: Month) -> str:
    year, number = (month.year + 1, 1) if month.number == 12 else (month.year, month.number + 1)
    return f"{year}-{number:02d}"
