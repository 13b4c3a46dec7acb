"""What a forecaster is given and what it must give back.

Belongs here: the panel of daily units, the interface every forecaster has, and the guard between
them, which hides the future and checks the answer. Models go to their own modules, reading marts to
`pipeline`, turning units into chances and money to `chances`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, runtime_checkable

import numpy as np

ONE_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Panel:
    """Daily units of many series over one calendar: history first, then the days to come.

    keys: one name a series, e.g. ``lakeside-nissan|seg-3``; unique.
    dates: datetime64[D], contiguous days.
    units: int32 [series, days]; a day at or after the origin is not to be read by a forecaster.
    is_selling_day: bool [series, days]; False before a rooftop opened (or its feed began), so the
        first True of a row is where that series' history starts.
    pools: the pool each series belongs to (brand x region x segment), where a thin series learns.
    sales_month: int32 [series, days], a rising number for the OEM's month that holds each day, as
        sales pile up at its end and not at the calendar's. None: calendar months. Where it is
        given, the panel reaches the end of the last month it begins.
    is_holiday: bool [days], a public holiday, whether or not stores are open. None: none are known.

    The arrays are read-only views. Raises ValueError when shapes, types or dates don't fit.
    """

    keys: tuple[str, ...]
    dates: np.ndarray
    units: np.ndarray
    is_selling_day: np.ndarray
    pools: tuple[str, ...]
    sales_month: np.ndarray | None = None
    is_holiday: np.ndarray | None = None

    def __post_init__(self) -> None:
        dates = np.asarray(self.dates, dtype="datetime64[D]")
        if dates.ndim != 1 or (len(dates) > 1 and not (np.diff(dates) == ONE_DAY).all()):
            raise ValueError("panel dates must be one row of contiguous days")
        shape = (len(self.keys), len(dates))
        kinds = {"units": np.int32, "is_selling_day": np.bool_, "sales_month": np.int32}
        for name, kind in kinds.items():
            if name == "sales_month" and self.sales_month is None:
                continue
            array = np.asarray(getattr(self, name))
            if array.shape != shape or array.dtype != kind:
                raise ValueError(
                    f"panel {name} must be {np.dtype(kind)} {shape}, "
                    f"not {array.dtype} {array.shape}"
                )
            object.__setattr__(self, name, _read_only(array))
        if len(set(self.keys)) != len(self.keys):
            raise ValueError("panel keys must be unique")
        if len(self.pools) != len(self.keys):
            raise ValueError("panel pools must name one pool a series")
        if self.is_holiday is not None:
            holidays = np.asarray(self.is_holiday)
            if holidays.shape != dates.shape or holidays.dtype != np.bool_:
                raise ValueError(
                    f"panel is_holiday must be bool {dates.shape}, "
                    f"not {holidays.dtype} {holidays.shape}"
                )
            object.__setattr__(self, "is_holiday", _read_only(holidays))
        object.__setattr__(self, "dates", _read_only(dates))

    @property
    def series_count(self) -> int:
        return len(self.keys)

    def day_index(self, day: date | np.datetime64) -> int:
        """Index of a day. Raises ValueError when the panel doesn't reach it."""
        index = int((np.datetime64(day, "D") - self.dates[0]) / ONE_DAY)
        if not 0 <= index < len(self.dates):
            raise ValueError(f"{day} lies outside the panel ({self.dates[0]} to {self.dates[-1]})")
        return index

    def as_known(self, origin: int) -> Panel:
        """The panel as of the morning of day `origin`: units of that day and later are zero.

        The calendar of the future stays, it is known. Nothing is copied when nothing is hidden.
        """
        _check_origin(self, origin)
        if not self.units[:, origin:].any():
            return self
        units = self.units.copy()
        units[:, origin:] = 0
        return replace(self, units=units)

    def select(self, rows: Sequence[int]) -> Panel:
        """The same calendar with some of the series, in the order given."""
        chosen = np.asarray(rows, dtype=np.int64)
        return Panel(
            keys=tuple(self.keys[i] for i in chosen),
            dates=self.dates,
            units=self.units[chosen],
            is_selling_day=self.is_selling_day[chosen],
            pools=tuple(self.pools[i] for i in chosen),
            sales_month=None if self.sales_month is None else self.sales_month[chosen],
            is_holiday=self.is_holiday,
        )


@dataclass(frozen=True)
class Simulation:
    """Joint draws of the units still to come.

    remaining: int32 [ends, series, draws]; units from the origin to each end inclusive. Draw k is
        one possible future: the same k belongs together over all series and all ends, so a later
        end is never below an earlier one.
    notes: one a series: why it fell back to its pool, or "".
    """

    remaining: np.ndarray
    notes: tuple[str, ...]


class Forecaster(Protocol):
    """A model that simulates the rest of a period."""

    code: str

    def sample_remaining(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> np.ndarray:
        """int32 [len(ends), series, draws]: units from day index `origin` (the first unknown day)
        to day index `end` inclusive, jointly drawn. Same inputs and seed give the same numbers."""
        ...


@runtime_checkable
class NotedForecaster(Protocol):
    """A forecaster that also says which series fell back to their pool, and why."""

    code: str

    def simulate(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> Simulation: ...


def draw_remaining(
    forecaster: Forecaster | NotedForecaster,
    panel: Panel,
    origin: int,
    ends: Sequence[int],
    draws: int,
    seed: int,
) -> Simulation:
    """Ask a forecaster through the guard: it sees `panel.as_known(origin)`; its answer is checked.

    `ends` are day indices, strictly rising, none before `origin`. All ends are read off the same
    simulated paths, so a month and the quarter that holds it agree draw by draw.
    Raises ValueError when the question or the answer breaks the interface.
    """
    _check_question(panel, origin, ends, draws)
    known = panel.as_known(origin)
    if isinstance(forecaster, NotedForecaster):
        simulation = forecaster.simulate(known, origin, ends, draws, seed)
    else:
        remaining = forecaster.sample_remaining(known, origin, ends, draws, seed)
        simulation = Simulation(remaining, ("",) * panel.series_count)
    _check_answer(forecaster.code, simulation, (len(ends), panel.series_count, draws))
    return simulation


def _check_origin(panel: Panel, origin: int) -> None:
    if not 0 <= origin <= len(panel.dates):
        raise ValueError(f"origin {origin} lies outside the panel's {len(panel.dates)} days")


def _check_question(panel: Panel, origin: int, ends: Sequence[int], draws: int) -> None:
    _check_origin(panel, origin)
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    if not ends or list(ends) != sorted(set(ends)):
        raise ValueError(f"ends must be strictly rising day indices, not {list(ends)}")
    if ends[0] < origin or ends[-1] >= len(panel.dates):
        raise ValueError(
            f"ends must lie between the origin {origin} and the panel's last day "
            f"{len(panel.dates) - 1}, not {list(ends)}"
        )


def _check_answer(code: str, simulation: Simulation, shape: tuple[int, int, int]) -> None:
    remaining = simulation.remaining
    if remaining.shape != shape or remaining.dtype != np.int32:
        raise ValueError(
            f"forecaster {code} must return int32 {shape}, not {remaining.dtype} {remaining.shape}"
        )
    if len(simulation.notes) != shape[1]:
        raise ValueError(f"forecaster {code} must return one note a series")
    if remaining.size and remaining[0].min() < 0:
        raise ValueError(f"forecaster {code} returned negative units")
    if (np.diff(remaining, axis=0) < 0).any():
        raise ValueError(f"forecaster {code}: a later end has fewer units than an earlier one")


def _read_only(array: np.ndarray) -> np.ndarray:
    view = array.view()
    view.flags.writeable = False
    return view
