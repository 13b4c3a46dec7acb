"""Where every rooftop stands in every program and period, worked out car by car.

Belongs here: which cars count when, and the row of each element. What units pay is in payout.py,
what gates take of it in gates.py. No SQL, no shared arithmetic: slow and plain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import gates, payout, rules
from .facts import Known, Report, Rooftop, know
from .gates import WORST_FIRST, cents, rounded
from .payout import Tally
from .rules import Period
from .values import Car


@dataclass(frozen=True)
class Sold:
    """A car in a period: one more, or one less where an unwind lands in a later period."""

    car: Car
    on: date
    units: int = 1


def evaluate(home: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """One row per rooftop, program, element and period; money in cents."""
    known = know(home, known_at)
    for rooftop, book, period in enrolled(home, known):
        yield from _program(known, rooftop, book, period)


def enrolled(home: Path, known: Known) -> Iterator[tuple[Rooftop, dict[str, Any], Period]]:
    """Every rooftop with each program of its makes, in every period since it has them."""
    for book in rules.load(home):
        for rooftop in known.rooftops:
            if rooftop.oem != book["oem"] or not rooftop.makes & set(book["who"]["makes"]):
                continue
            for period in rules.periods(home, book, known.today):
                if period.end >= rooftop.since:
                    yield rooftop, book, period


def _program(
    known: Known, rooftop: Rooftop, book: dict[str, Any], period: Period
) -> Iterator[dict[str, Any]]:
    in_force = rules.in_force(book, period, known.today)
    rows = [
        _element(known, rooftop, in_force, element, period) for element in rules.elements(in_force)
    ]
    if "caps" in in_force:
        _cap(rows, in_force["caps"])
    for row in rows:
        yield {
            "rooftop_id": rooftop.rooftop,
            "program_code": book["program"],
            "element_code": row.pop("element"),
            "period_code": period.code,
            **row,
        }


def _cap(rows: list[dict[str, Any]], caps: dict[str, Any]) -> None:
    """The elements together pay at most a share of the MSRP: what is over is taken off the last."""
    if set(caps) != {"msrp_percent"}:
        raise ValueError(f"the evaluator can't read the caps {caps}")
    share = Fraction(str(caps["msrp_percent"])) / 100
    limit = rounded(share * max(row["paid_msrp_amount"] for row in rows))
    over = max(sum(row["amount_earned"] for row in rows) - limit, 0)
    for row in reversed(rows):
        taken = min(over, row["amount_earned"])
        row["amount_capped"] = taken
        row["amount_earned"] -= taken
        over -= taken


# --- counts ----------------------------------------------------------------------------------


def _sold(reports: list[Report], book: dict[str, Any]) -> Iterator[Sold]:
    """Every accepted report counts on its sale date; an unwound one no longer does.

    Where the program says so, it goes on counting and is taken off on the day of its unwind.
    """
    days = book.get("deadlines", {}).get("report_days_after_period")
    if days is not None and book["basis"]["unwind_lands"] != "sale_period":
        raise ValueError("the evaluator can't read a report deadline with late unwinds")
    for report in reports:
        if report.accepted_on is None or report.car.make not in book["who"]["makes"]:
            continue
        if report.unwound_on is None:
            yield Sold(report.car, report.sold_on)
        elif book["basis"]["unwind_lands"] == "unwind_period":
            yield Sold(report.car, report.sold_on)
            yield Sold(report.car, report.unwound_on, -1)


def sold_within(
    reports: list[Report], book: dict[str, Any], period: Period, today: date
) -> list[Sold]:
    """What counts in a period by a day."""
    in_time = _in_time(reports, book, period)
    return _within(_sold(in_time, book), period.start, min(period.end, today))


def _last_report_day(book: dict[str, Any], period: Period) -> date:
    """The last day on which the OEM may accept a report that still counts in the period."""
    days = book.get("deadlines", {}).get("report_days_after_period")
    return date.max if days is None else period.end + timedelta(days=days)


def _in_time(reports: list[Report], book: dict[str, Any], period: Period) -> list[Report]:
    last = _last_report_day(book, period)
    return [each for each in reports if each.accepted_on is None or each.accepted_on <= last]


def _within(sold: Iterable[Sold], first: date, last: date) -> list[Sold]:
    found = [each for each in sold if first <= each.on <= last]
    _at_most_once(found)
    return found


def _at_most_once(found: list[Sold]) -> None:
    units: dict[str, int] = {}
    for sold in found:
        units[sold.car.vin] = units.get(sold.car.vin, 0) + sold.units
    twice = [vin for vin, number in units.items() if number > 1]
    if twice:
        raise ValueError(f"{twice} would count twice: the evaluator has no rule for which")


# --- one element -----------------------------------------------------------------------------


def tally_of(known: Known, element: dict[str, Any], sold: list[Sold]) -> Tally:
    paid = [each for each in sold if rules.passes(each.car, _pays(element))]
    counted = [each for each in sold if rules.passes(each.car, element["counts"])]
    return Tally(
        sum(each.units for each in counted),
        sum(each.units for each in paid),
        sum((Fraction(each.car.msrp) * each.units for each in paid), Fraction(0)),
        _open_recalls(known, counted) if deducts(element) else 0,
    )


def _pays(element: dict[str, Any]) -> Any:
    return element["counts"] if element["pays"] == "same" else element["pays"]


def _element(
    known: Known,
    rooftop: Rooftop,
    book: dict[str, Any],
    element: dict[str, Any],
    period: Period,
) -> dict[str, Any]:
    reports = known.reports.get(rooftop.rooftop, [])
    sold = sold_within(reports, book, period, known.today)
    now = tally_of(known, element, sold)
    waiting = tally_of(known, element, _waiting(known, rooftop, book, period))
    key = (rooftop.dealer, book["program"], element["element"], period.code)
    official = known.official.get(key, {"units": None, "amount": None})
    objective, base = against(known, reports, book, element, period, key)
    bands = payout.bands(element, objective, base)
    counted = [each for each in sold if rules.passes(each.car, element["counts"])]
    edges = [edge for edge, _ in bands or []]
    states = {
        gate["gate"]: gates.state(known, rooftop, book, gate, period) for gate in element["gates"]
    }
    left = payout.left(element, bands, base, now)
    with_pending = gates.money(
        payout.left(element, bands, base, now.plus(waiting)), element["gates"], states
    )
    return {
        "element": element["element"],
        "counts_cars": element["counts"] != "nothing",
        "period_end": period.end,
        "reported_units": now.units,
        "pending_units": waiting.units,
        "official_units": official["units"],
        "official_amount": official["amount"],
        "objective_units": objective,
        "base_units": base,
        "paid_units": now.paid_units,
        "paid_msrp_amount": cents(now.msrp),
        "open_recall_units": _open_recalls(known, counted),
        "tier_number": sum(edge <= now.units for edge in edges),
        "tier_count": len(edges),
        **payout.next_tier(element, bands, base, now),
        "amount_before_gates": left.before,
        "amount_deducted": left.deducted,
        **gates.money(left, element["gates"], states),
        "amount_capped": 0,
        "amount_with_pending": with_pending["amount_earned"] + with_pending["amount_held"],
        "standing_state": "ok" if bands is not None else "no_objective",
        "gate_states": states,
        "gate_state": min(states.values(), key=WORST_FIRST.index) if states else "none",
    }


def _waiting(known: Known, rooftop: Rooftop, book: dict[str, Any], period: Period) -> list[Sold]:
    """Pending cars: they count as soon as they are reported, while that is still in time."""
    if known.today > _last_report_day(book, period):
        return []
    deals = [
        Sold(deal.car, deal.delivered_on)
        for deal in known.pending.get(rooftop.rooftop, [])
        if deal.car.make in book["who"]["makes"]
    ]
    return _within(deals, period.start, min(period.end, known.today))


def against(
    known: Known,
    reports: list[Report],
    book: dict[str, Any],
    element: dict[str, Any],
    period: Period,
    key: tuple[str, ...],
) -> tuple[int | None, int | None]:
    """The objective as known, or last year's units."""
    if element["against"] == "objective":
        told = known.objectives.get(key)
        return (told["units"] if told else None), None
    if element["against"] == "last_year":
        if period.year_before is None:
            raise ValueError(f"{key}: the calendar has no year before")
        before = _within(_sold(reports, book), *period.year_before)
        return None, tally_of(known, element, before).units
    return None, None


def _open_recalls(known: Known, counted: list[Sold]) -> int:
    """Counted cars that were delivered while a recall of theirs was open."""
    return sum(
        any(
            recall["opened"] <= sold.on
            and (recall["remedied"] is None or recall["remedied"] > sold.on)
            for recall in known.recalls.get(sold.car.vin, [])
        )
        for sold in counted
        if sold.units > 0
    )


def deducts(element: dict[str, Any]) -> bool:
    kinds = [each["kind"] for each in element.get("deductions", [])]
    if kinds not in ([], ["open_recall_share"]):
        raise ValueError(f"the evaluator can't read the deductions {kinds}")
    return bool(kinds)
