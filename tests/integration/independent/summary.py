"""A program's row as it is printed: its headline element, its sums, the selling days left.

Belongs here: what `stairstep standing` says of a rooftop's program, put together from the element
rows of standing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml

from .gates import WORST_FIRST, rounded

HEADLINE = (
    "reported_units",
    "pending_units",
    "official_units",
    "objective_units",
    "tier_number",
    "tier_count",
    "units_to_next_tier",
    "base_units",
    "standing_state",
)
SUMS = (
    "worth_of_next_tier_amount",
    "amount_before_gates",
    "amount_deducted",
    "amount_forfeited",
    "amount_held",
    "amount_capped",
    "amount_earned",
    "amount_with_pending",
)


def programs(home: Path, rows: Iterable[dict[str, Any]], today: date) -> Iterator[dict[str, Any]]:
    """One row per rooftop, program and period: elements in the bulletin's order; money in cents."""
    closed = _closed_days(home)
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        key = (row["rooftop_id"], row["program_code"], row["period_code"])
        found.setdefault(key, []).append(row)
    for (rooftop, program, period), elements in found.items():
        # What a program is known by is the first element that counts cars.
        headline = next(row for row in elements if row["counts_cars"])
        yield {
            "rooftop_id": rooftop,
            "program_code": program,
            "period_code": period,
            "period_end": headline["period_end"],
            **{name: headline[name] for name in HEADLINE},
            **{name: sum(row[name] or 0 for row in elements) for name in SUMS},
            "attainment_pct": _attainment(headline),
            "gate_state": _worst(row["gate_state"] for row in elements),
            "selling_days_left": _selling_days(today, headline["period_end"], closed[rooftop]),
        }


def _attainment(row: dict[str, Any]) -> int | None:
    """Of the objective, or of last year's units; in ten thousandths of a percent."""
    target = row["objective_units"] or row["base_units"]
    return rounded(Fraction(row["reported_units"] * 1_000_000, target)) if target else None


def _worst(states: Iterable[str]) -> str:
    decided = [state for state in states if state != "none"]
    return min(decided, key=WORST_FIRST.index) if decided else "none"


def _selling_days(first: date, last: date, closed: set[date]) -> int:
    """Days still to be sold on, today included; all stores here close on Sundays."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(day.isoweekday() != 7 and day not in closed for day in days)


def _closed_days(home: Path) -> dict[str, set[date]]:
    """Each store's own closing days and the group's holidays."""
    group = yaml.safe_load((home / "stairstep.yaml").read_text(encoding="utf-8"))
    names = {"New Year's Day", "Independence Day", "Thanksgiving Day", "Christmas Day"}
    if set(group["holidays"]["closed"]) != names or group["holidays"]["extra_dates"]:
        raise ValueError("stairstep.yaml: the evaluator knows other holidays")
    shared = set()
    for year in range(2021, 2028):
        november = date(year, 11, 1)
        thursday = november + timedelta(days=(4 - november.isoweekday()) % 7)
        shared |= {date(year, 1, 1), date(year, 7, 4), date(year, 12, 25)}
        shared.add(thursday + timedelta(weeks=3))
    found = {}
    for store in group["rooftops"]:
        if store["is_open_sundays"]:
            raise ValueError(f"{store['id']}: the evaluator knows no store that sells on Sundays")
        found[store["id"]] = shared | set(store["closed_dates"])
    return found
