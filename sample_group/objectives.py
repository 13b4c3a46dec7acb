"""The objectives that the seven OEMs announce, and when they revise them.

Here: objectives near what the rhythm lets expect, the places where the sample wants a particular
situation on its as-of morning, revisions. Not here: counting (standings.py), the files (vendors/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from sample_group.sales import DAY, expected_weights, local_seconds
from sample_group.standings import PROGRAMS, Counter, Element, Program, periods
from sample_group.stores import Calendar, Store, all_days

AS_OF = local_seconds("2025-08-15T06:00:00")  # the portals' last files before the as-of morning


@dataclass(frozen=True)
class Objective:
    """One announcement of one objective; a later one for the same period revises it."""

    store: Store
    program: str
    element: str
    period: str
    units: int
    announced_at: int  # local seconds
    effective: np.datetime64


@dataclass(frozen=True)
class Situation:
    """An objective chosen so that the as-of morning shows something: `short` units under an edge.

    `short` 0 or below: that many past the edge. `announced` None: known from the period's start.
    """

    store: str
    program: str
    element: str
    period: str
    edge: int
    short: int
    announced: str | None = None


SITUATIONS = (
    # One car under the first tier.
    Situation("lakeside-nissan", "nissan-one", "volume", "2025-08", 90, 1),
    # Past the top tier since a revision in mid-month, after hail had damaged the stock.
    Situation("gateway-nissan", "nissan-one", "volume", "2025-08", 110, 0, "2025-08-11T09:00:00"),
    # A closed month two cars under its second tier: pending reports decide it.
    Situation("prairie-nissan", "nissan-one", "volume", "2025-07", 100, 2),
    Situation("badger-ford", "ford-f150", "f150", "2025-07", 120, 1),
    # Two certified cars under the first tier in mid-quarter.
    Situation("riverbend-volkswagen", "vw-bonus", "certified", "2025-Q3", 70, 2),
    # Last quarter over its objective; its CSI gate takes the money.
    Situation("kettle-moraine-toyota", "csi-quarter-bonus", "volume", "2025-Q2", 100, -6),
    Situation("fox-valley-chevrolet", "chevrolet-volume", "volume", "2025-Q2", 120, -3),
)  # fmt: skip
# Not announced yet on the as-of morning.
MISSING = {("capitol-nissan", "2025-08")}
# Whose only tier is far over the objective asks less.
_ASKED = {"gm": 0.87, "ford": 0.92}
# Other mid-period revisions: store, program, element, period, moment, share of the first figure.
REVISIONS = (
    ("bootheel-toyota", "csi-quarter-bonus", "volume", "2025-Q3", "2025-08-05T09:00:00", 0.9),
    ("fox-valley-chevrolet", "chevrolet-volume", "volume", "2025-Q3", "2025-08-07T09:00:00", 0.92),
    ("riverbend-volkswagen", "vw-bonus", "new", "2025-Q2", "2025-05-12T09:00:00", 1.06),
    ("capitol-nissan", "nissan-one", "volume", "2024-11", "2024-11-14T09:00:00", 0.90),
)


def make_objectives(
    stores: Sequence[Store], calendars: dict[str, Calendar], counter: Counter, seed: int
) -> list[Objective]:
    """Every objective announced up to the as-of morning, in the order of the announcements."""
    random = np.random.default_rng([seed, 4])
    made: list[Objective] = []
    for program in PROGRAMS:
        if not program.has_objectives:
            continue
        calendar = calendars[program.oem]
        for store in (store for store in stores if store.oem == program.oem):
            expected = expected_weights(store, calendar)
            for element in program.elements:
                for period in periods(program, calendar):
                    factor = random.uniform(
                        0.93, 1.08
                    )  # drawn always: one store never moves another
                    made += _announced(
                        store, program, element, period, calendar, expected, factor, counter
                    )
    return sorted(made, key=lambda one: (one.announced_at, one.store.id, one.program, one.element))


def _announced(
    store: Store,
    program: Program,
    element: Element,
    period: str,
    calendar: Calendar,
    expected: np.ndarray,
    factor: float,
    counter: Counter,
) -> list[Objective]:
    first, last = calendar.period(period)
    if first < store.opened or (store.id, period) in MISSING:
        return []
    days = all_days()
    in_period = (days >= first) & (days <= last)
    monthly = _monthly(store, element) * _ASKED.get(program.oem, 1.0)
    usual = max(round(expected[in_period].sum() * monthly * factor), 3)
    start = int(first.astype(np.int64)) * DAY - DAY * 2 + 9 * 3600
    original = Objective(store, program.code, element.code, period, usual, start, first)
    key = (store.id, program.code, element.code, period)
    for situation in SITUATIONS:
        if key == (situation.store, situation.program, situation.element, situation.period):
            count = counter.count(store, program, element, period, AS_OF)
            units = objective_for(count, situation.edge, situation.short)
            return _with_revision(original, units, situation.announced)
    for revision in REVISIONS:
        if key == revision[:4]:
            return _with_revision(original, round(usual * revision[5]), revision[4])
    return [original]


def _with_revision(original: Objective, units: int, announced: str | None) -> list[Objective]:
    revised = Objective(
        original.store,
        original.program,
        original.element,
        original.period,
        units,
        original.announced_at if announced is None else local_seconds(announced),
        original.effective,
    )
    return [revised] if announced is None else [original, revised]


def objective_for(count: int, edge: int, short: int) -> int:
    """The largest objective whose `edge` percent, rounded up, is at most `count` + `short`."""
    objective = max(int(Fraction(count + short) * 100 / edge), 1)
    while edge_units(objective, edge) > count + short and objective > 1:
        objective -= 1
    return objective


def edge_units(objective: int, edge: int) -> int:
    """Units at which `edge` percent of the objective are reached."""
    return ceil(Fraction(objective * edge, 100))


def _monthly(store: Store, element: Element) -> float:
    """What the OEM thinks a store sells in a month of what the element counts."""
    volume = (
        store.volume.certified if element.stock_type == "certified" else store.volume.new * 0.915
    )
    return volume * (0.34 if element.model == "F-150" else 1.0)
