"""What else the portals know: recalls, training and facility items, statements, differences.

Here: these facts with the moments at which they became known, and where the OEM's own count
differs.
Not here: counting (standings.py), amounts (awards.py), the files (vendors/portal.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sample_group.awards import Awards
from sample_group.objectives import AS_OF
from sample_group.sales import Deals
from sample_group.standings import PROGRAMS, Counter, Program, end_of, periods
from sample_group.stores import TODAY, Calendar, Store

_NOT_YET = np.datetime64("9999-12-31")


@dataclass(frozen=True)
class Recall:
    """One campaign that applies to one car."""

    oem: str
    vin: str
    campaign: str
    opened: np.datetime64
    remedied: np.datetime64  # the year 9999: still open


def make_recalls(stores: Sequence[Store], deals: Deals, seed: int) -> list[Recall]:
    """Campaigns on one new car in forty since 2024; most are remedied within months."""
    random = np.random.default_rng([seed, 6])
    days = deals.delivery_day
    recent = (days >= np.datetime64("2024-01-01")) & (days < TODAY)
    deal = np.flatnonzero((deals.stock_type == 0) & recent & (random.random(len(deals)) < 0.025))
    opened = days[deal] + random.integers(-20, 15, len(deal))
    remedied = np.where(
        random.random(len(deal)) < 0.72, opened + random.integers(10, 75, len(deal)), _NOT_YET
    )
    recalls = []
    for one, first, last in zip(deal, opened, remedied, strict=True):
        oem = stores[deals.store[one]].oem
        campaign = f"{oem[:2].upper()}25{int(first.astype(int)) % 7 + 1:02d}"
        recalls.append(Recall(oem, str(deals.vin[one]), campaign, first, last))
    return recalls


@dataclass(frozen=True)
class Item:
    """One training, facility or digital item of one store."""

    store: Store
    program: str | None
    code: str
    type: str
    name: str
    due: np.datetime64
    completed: np.datetime64 | None
    updated: np.datetime64


_ITEMS = (
    ("SLS", "Training", "Sales consultant certification"),
    ("PRD", "Training", "New model product course"),
    ("FIN", "Training", "Finance compliance course"),
    ("DIG", "Digital", "Certified website provider"),
    ("IMG", "Facility", "Image programme inspection"),
)
# Not completed on the as-of morning: (store, item, quarter).
_OPEN_ITEMS = {
    ("bootheel-toyota", "PRD", "2025-Q3"),
    ("fox-valley-chevrolet", "IMG", "2025-Q3"),
    ("ozark-honda", "DIG", "2025-Q3"),
    ("heartland-cdjr", "FIN", "2025-Q2"),
}


def make_items(stores: Sequence[Store], calendars: dict[str, Calendar], seed: int) -> list[Item]:
    """Five items a store and quarter, due in its course; nearly all completed in time."""
    random = np.random.default_rng([seed, 7])
    quarters = [f"{year}-Q{n}" for year in range(2022, 2026) for n in range(1, 5)]
    items = []
    for store in stores:
        for quarter in (q for q in quarters if "2022-Q4" <= q <= "2025-Q3"):
            first, last = calendars[store.oem].period(quarter)
            for code, kind, name in _ITEMS:
                early = int(random.integers(3, 40))
                due = last if kind != "Training" else last - 30
                completed = due - early
                if (store.id, code, quarter) in _OPEN_ITEMS or completed >= TODAY:
                    completed = None
                if first < store.opened:
                    continue
                program = (
                    "csi-quarter-bonus" if store.oem == "toyota" and kind == "Training" else None
                )
                updated = first - 10
                items.append(
                    Item(store, program, f"{code}-{quarter}", kind, name, due, None, updated)
                )
                if completed is not None:
                    full = (program, f"{code}-{quarter}", kind, name, due, completed, completed)
                    items.append(Item(store, *full))
    return items


@dataclass(frozen=True)
class Statement:
    """One line of a statement: a car, or all units of a period in one."""

    store: Store
    number: str
    day: np.datetime64
    program: str
    period: str
    vin: str | None
    units: int
    cents: int


BY_VIN_FROM = "2025-03"  # Nissan's statements list cars since then
UNPAID = {
    ("prairie-nissan", "nissan-one", "2025-06"),
    ("lakeside-nissan", "nissan-one", "2025-05"),
}
# That many cars are not on the statement.
PAID_SHORT = {("gateway-nissan", "nissan-one", "2025-06"): 2}


_PAID_AFTER_DAYS, _CORRECTED_AFTER_DAYS = 24, 75


def make_statements(
    stores: Sequence[Store], calendars: dict[str, Calendar], awards: Awards
) -> list[Statement]:
    """What the OEMs have paid: 24 days after a period's end, and what they put right on day 75.

    A correction pays late reports and charges back unwound cars; it may be negative.
    """
    lines: list[Statement] = []
    for program in PROGRAMS:
        calendar = calendars[program.oem]
        for store in (store for store in stores if store.oem == program.oem):
            for period in periods(program, calendar):
                first, last = calendar.period(period)
                key = (store.id, program.code, period)
                day = last + _PAID_AFTER_DAYS
                if first < store.opened or key in UNPAID or day >= TODAY:
                    continue
                lines += _paid(store, program, period, day, awards, PAID_SHORT.get(key, 0))
                later = last + _CORRECTED_AFTER_DAYS
                if key not in PAID_SHORT and later < TODAY:
                    lines += _corrected(store, program, period, later, awards)
    return sorted(lines, key=lambda line: (line.day, line.store.id, line.program, line.period))


def _paid(
    store: Store, program: Program, period: str, day: np.datetime64, awards: Awards, short: int
) -> list[Statement]:
    at = awards.final_moment(program, period)
    number = _statement_number(store, program, day)
    cents = _earned_cents(store, program, period, at, awards)
    if not cents:
        return []
    head = awards.award(store, program, program.elements[0], period, at)
    if program.code == "nissan-one" and period >= BY_VIN_FROM:
        each = cents // head.units
        vins = awards.vins(head.paid)
        return [
            Statement(store, number, day, program.code, period, vin, 1, each)
            for vin in vins[: len(vins) - short]
        ]
    return [Statement(store, number, day, program.code, period, None, head.units, cents)]


def _corrected(
    store: Store, program: Program, period: str, day: np.datetime64, awards: Awards
) -> list[Statement]:
    moments = (awards.final_moment(program, period), end_of(day - 1))
    before, now = (_earned_cents(store, program, period, at, awards) for at in moments)
    if before == now:
        return []
    units = [
        awards.award(store, program, program.elements[0], period, at).units if cents else 0
        for at, cents in zip(moments, (before, now), strict=True)
    ]
    number = _statement_number(store, program, day) + "-C"
    change = units[1] - units[0]
    return [Statement(store, number, day, program.code, period, None, change, now - before)]


def _earned_cents(store: Store, program: Program, period: str, at: int, awards: Awards) -> int:
    """The cents of all elements of a period at a moment."""
    earned = sum(
        awards.award(store, program, element, period, at).cents for element in program.elements
    )
    if program.code == "vw-bonus":
        earned += awards.volkswagen_csi(store, program, period, at)
    return earned


def _statement_number(store: Store, program: Program, day: np.datetime64) -> str:
    return f"{store.dealer_code}-{str(day)[2:7].replace('-', '')}-{program.code[:3].upper()}"


@dataclass(frozen=True)
class Difference:
    """A car that the OEM counts elsewhere than the sale says, or not at all."""

    store: str
    program: str
    period: str
    vin: str
    counted_by: str | None  # the store under whose dealer code the OEM counts it
    accepted_at: int  # local seconds; before it no list of the OEM can know of the car


def make_differences(stores: Sequence[Store], counter: Counter) -> list[Difference]:
    """One Nissan of this month counted under another code, one Honda of July missing."""
    by_id = {store.id: store for store in stores}
    programs = {program.code: program for program in PROGRAMS}
    wanted = (
        ("lakeside-nissan", "nissan-one", "2025-08", "gateway-nissan"),
        ("ozark-honda", "honda-growth", "2025-07", None),
    )
    found = []
    for store_id, code, period, other in wanted:
        program = programs[code]
        reports = counter.units(by_id[store_id], program, program.elements[0], period, AS_OF)
        first = reports[np.argmin(counter.accepted_at[reports])]
        accepted_at = int(counter.accepted_at[first])
        found.append(
            Difference(store_id, code, period, str(counter.vin[first]), other, accepted_at)
        )
    return found
