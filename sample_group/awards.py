"""What the OEMs pay: amounts per element of closed and running periods, in cents.

Here: the arithmetic of the seven bulletins as their OEMs do it, for official standings and
statements.
Not here: `programs`, which works out the same from the rulebooks: the two never share code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from sample_group.objectives import Objective, edge_units
from sample_group.standings import Counter, Element, Program, end_of
from sample_group.stores import Calendar, Store
from sample_group.surveys import Scoreboard

_NISSAN = ((110, 120_000), (100, 60_000), (90, 35_000))  # percent, cents a unit
_FORD = ((120, 100_000), (100, 75_000))
_TOYOTA = ((120, 40_000), (100, 20_000))
_TOYOTA_FROM_JULY_2025 = ((110, 40_000), (100, 20_000))
_CDJR = ((55, 3_200_000), (40, 1_800_000), (25, 750_000))  # units, cents
_VW_NEW = ((125, Fraction(175, 10_000)), (100, Fraction(1, 100)), (75, Fraction(25, 10_000)))
_VW_CERTIFIED = ((100, Fraction(50, 10_000)), (70, Fraction(25, 10_000)))
_VW_CSI = Fraction(75, 10_000)


@dataclass(frozen=True)
class Award:
    """Units and cents of one element, and the reports whose cars are paid."""

    units: int
    cents: int
    paid: np.ndarray  # positions of reports


class Awards:
    """Works out any element of any period at a moment, from what is known then."""

    def __init__(
        self,
        calendars: dict[str, Calendar],
        counter: Counter,
        objectives: Sequence[Objective],
        scoreboard: Scoreboard,
        open_recalls: Mapping[str, tuple[np.datetime64, np.datetime64]],
    ) -> None:
        self._calendars = calendars
        self._counter = counter
        self._objectives = objectives
        self._scoreboard = scoreboard
        self._open_recalls = open_recalls

    def objective(
        self, store: Store, program: str, element: str, period: str, at: int
    ) -> int | None:
        """The latest objective announced by the moment `at`."""
        known = [
            one
            for one in self._objectives
            if one.announced_at <= at
            and (one.store.id, one.program, one.element, one.period)
            == (store.id, program, element, period)
        ]
        return known[-1].units if known else None

    def award(
        self, store: Store, program: Program, element: Element, period: str, at: int
    ) -> Award:
        """What an element of a period has earned at a moment."""
        units = self._counter.units(store, program, element, period, at)
        off = self._counter.taken_off(store, program, element, period, at)
        count = len(units) - off
        objective = self.objective(store, program.code, element.code, period, at)
        if program.code == "honda-growth":
            return Award(count, self._growth(store, program, element, period, at, count), units)
        if program.code == "cdjr-flat-bonus":
            return Award(count, next((pay for edge, pay in _CDJR if count >= edge), 0), units)
        if objective is None:
            return Award(count, 0, units[:0])
        if program.code == "vw-bonus":
            return Award(count, self._volkswagen(store, program, element, period, at, count), units)
        if program.code == "ford-f150":
            units = units[self._is_outgoing(units, period)]
        per_unit = next(
            (pay for edge, pay in _ladder(program, period) if count >= edge_units(objective, edge)),
            0,
        )
        cents = per_unit * len(units)
        if program.code == "chevrolet-volume" and count:
            share = 1 - Fraction(self._open_count(units, at), count)
            cents = _rounded(cents * share)
        if program.code == "csi-quarter-bonus" and not self.has_satisfied(store, period, at):
            cents = 0
        return Award(count, cents, units if per_unit else units[:0])

    def has_satisfied(self, store: Store, period: str, at: int) -> bool:
        """Whether CSI is at or over 90, or over the region, at the period's end or today."""
        _, last = self._calendars[store.oem].period(period)
        today = np.datetime64(at, "s").astype("datetime64[D]")
        score = self._scoreboard.score(store, min(last, today - 1))
        if score is None:
            return False
        if store.oem == "toyota" and score.thousandths >= 90_000:
            return True
        return score.thousandths >= score.region_thousandths

    def _growth(
        self, store: Store, program: Program, element: Element, period: str, at: int, count: int
    ) -> int:
        before = f"{int(period[:4]) - 1}{period[4:]}"
        base = self._counter.count(store, program, element, before, at)
        cap = max(base * 20 // 100, 1)
        return 300_000 * min(max(count - base, 0), cap)

    def _volkswagen(
        self, store: Store, program: Program, element: Element, period: str, at: int, count: int
    ) -> int:
        objective = self.objective(store, program.code, element.code, period, at) or 0
        ladder = _VW_CERTIFIED if element.code == "certified" else _VW_NEW
        share = next((part for edge, part in ladder if count >= edge_units(objective, edge)), 0)
        return _rounded(Fraction(share) * self._new_msrp(store, program, period, at))

    def volkswagen_csi(self, store: Store, program: Program, period: str, at: int) -> int:
        """The amount of the satisfaction element."""
        if not self.has_satisfied(store, period, at):
            return 0
        return _rounded(_VW_CSI * self._new_msrp(store, program, period, at))

    def _new_msrp(self, store: Store, program: Program, period: str, at: int) -> int:
        paid = self._counter.units(store, program, program.elements[0], period, at)
        return int(self._counter.msrp[paid].sum()) * 100

    def _is_outgoing(self, units: np.ndarray, period: str) -> np.ndarray:
        """Which F-150 are of the model year that is paid in a month."""
        years = self._counter.model_year[units]
        if period < "2024-04":
            return (years == 2021) | (years == 2022)
        return years == (2023 if period < "2025-04" else 2024)

    def _open_count(self, units: np.ndarray, at: int) -> int:
        """Cars that were delivered with an open recall, as far as it is known at a moment."""
        today = np.datetime64(at, "s").astype("datetime64[D]")
        days = self._counter.sale_day[units]
        count = 0
        for vin, day in zip(self._counter.vin[units], days, strict=True):
            opened, remedied = self._open_recalls.get(vin, (today, today))
            count += bool(opened <= min(day, today) and day < remedied)
        return count

    def vins(self, reports: np.ndarray) -> list[str]:
        """The VINs of some reports, sorted."""
        return sorted(self._counter.vin[reports].tolist())

    def final_moment(self, program: Program, period: str) -> int:
        """When an OEM closes its books on a period: ten days after its end."""
        return end_of(self._calendars[program.oem].period(period)[1] + 10)


def _ladder(program: Program, period: str) -> tuple[tuple[int, int], ...]:
    if program.code == "nissan-one":
        return _NISSAN
    if program.code == "ford-f150":
        return _FORD
    if program.code == "chevrolet-volume":
        return ((120, 100_000),)
    return _TOYOTA_FROM_JULY_2025 if period >= "2025-Q3" else _TOYOTA


def _rounded(cents: Fraction) -> int:
    """Half a cent rounds up."""
    return int(cents + Fraction(1, 2))
