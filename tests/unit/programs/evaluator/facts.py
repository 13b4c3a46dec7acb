"""What happened at one rooftop, as the feeds tell it, and small sums that everything needs.

Belongs here: plain records and exact rounding. No rule of any program.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Period:
    """A sales period by its code, both days included."""

    code: str
    start: date
    end: date

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True)
class Sale:
    """One sale of one car. `on` is the day of the event that the program counts by. No day of
    acceptance: the OEM hasn't accepted a report."""

    vin: str
    on: date
    accepted_on: date | None
    traits: dict[str, Any]
    msrp: Fraction
    has_open_recall: bool = False
    unwound_on: date | None = None


@dataclass(frozen=True)
class Score:
    metric: str
    on: date
    score: Fraction
    sample: int | None = None
    region: Fraction | None = None
    nation: Fraction | None = None


@dataclass(frozen=True)
class Survey:
    metric: str
    on: date
    score: Fraction


@dataclass(frozen=True)
class Item:
    type: str
    code: str
    due: date | None
    completed: date | None


@dataclass(frozen=True)
class Store:
    """All that is known of one rooftop. Objectives by program, element and period; so are last
    year's units where they are told and not counted from sales, and by period the percent of
    timely reports. `spans` are the days on which it is enrolled; none: always."""

    sales: tuple[Sale, ...] = ()
    objectives: dict[tuple[str, str, str], int] = field(default_factory=dict)
    told_bases: dict[tuple[str, str, str], int] = field(default_factory=dict)
    told_timely: dict[str, Fraction] = field(default_factory=dict)
    scores: tuple[Score, ...] = ()
    surveys: tuple[Survey, ...] = ()
    items: tuple[Item, ...] = ()
    strikes: tuple[date, ...] = ()
    spans: tuple[tuple[date, date], ...] = ()

    def is_enrolled(self, day: date) -> bool:
        return not self.spans or any(first <= day <= last for first, last in self.spans)


def number(stated: Any) -> Fraction:
    """A number of a rulebook, exactly as it is written."""
    return Fraction(str(stated))


def cents(dollars: Fraction) -> int:
    return math.floor(dollars * 100 + Fraction(1, 2))


def whole(exact: Fraction, rounding: str) -> int:
    """Units: up, down, or to the nearest with a half up."""
    if rounding == "up":
        return math.ceil(exact)
    return math.floor(exact if rounding == "down" else exact + Fraction(1, 2))


def listed(stated: Any) -> list[Any]:
    return stated if isinstance(stated, list) else [stated]
