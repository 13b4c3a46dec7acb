"""The way to a period's end, selling day by selling day: expected pace, needed pace, and when the
outcome is decided.

Belongs here: splitting drawn units over the days left, and what the paths say. The draws to each
end stay as they are: only how they spread over the days between is drawn, by the panel's shared day
profile (weekdays, month-ends, holidays), as units of a gamma-Poisson pace do given their total.

Decided by: the first selling day whose evening tells the outcome with 90 % sureness, and each
evening after it too. An evening's sureness is how often the best guess of the tier, given the units
by then, is the tier that the period ends in, over the draws: who names it then is right nine times
in ten. A period of which one tier holds nine draws in ten is decided on the as-of date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from forecasting.day_profile import fit_profile
from forecasting.series import SeriesSet
from forecasting.survey_draws import stream

SURE = 0.9
# Draws that paths are made of: sureness and bands to a point or two, at half the time.
PATH_DRAWS = 500


@dataclass(frozen=True)
class DayRow:
    """One selling day. Units are counted units by its evening. needed_units: that must be there by
    then to reach the next tier in the expected rhythm; None without a next tier."""

    day: date
    expected_units: float
    low_80_units: int
    median_units: int
    high_80_units: int
    needed_units: float | None
    sureness: float


@dataclass(frozen=True)
class ElementPath:
    """An element's selling days left, and the one that decides (the as-of date: decided now)."""

    days: tuple[DayRow, ...]
    decided_by: date
    likeliest_tier: int
    likeliest_chance: float


class DaySplit:
    """How the units to come of each series spread over the days from the as-of date on."""

    def __init__(self, series: SeriesSet) -> None:
        panel, first, last = series.panel, series.origin, series.end_days[-1]
        days = np.arange(first, last + 1)
        columns = np.zeros((len(panel.dates), len(days)))
        columns[days, np.arange(len(days))] = 1.0
        self.weights = fit_profile(panel, first).exposure(columns)
        self.is_selling_day = panel.is_selling_day[:, first : last + 1]
        self.weights *= self.is_selling_day
        self._ends = [end - first for end in series.end_days]

    def paths(
        self, rows: Sequence[int], remaining: np.ndarray, random: np.random.Generator
    ) -> np.ndarray:
        """Units sold by each evening, int64 [days, draws], of some series together.

        remaining: int [ends, draws], their units to the first ends; the last of these is the
        path's end.
        """
        ends = self._ends[: len(remaining)]
        weights = self.weights[list(rows)].sum(axis=0)
        daily = np.zeros((ends[-1] + 1, remaining.shape[1]), dtype=np.int64)
        start, before = 0, np.zeros(remaining.shape[1], dtype=np.int64)
        for end, until in zip(ends, remaining, strict=True):
            left = until.astype(np.int64) - before
            for day in range(start, end + 1):
                rest = weights[day : end + 1].sum()
                share = 1.0 if day == end else weights[day] / rest if rest > 0 else 0.0
                daily[day] = random.binomial(left, min(share, 1.0))
                left = left - daily[day]
            start, before = end + 1, until.astype(np.int64)
        return daily.cumsum(axis=0)


def element_path(
    split: DaySplit,
    rows: Sequence[int],
    remaining: np.ndarray,
    *,
    as_of_date: date,
    units_before: int,
    units_now: int,
    tier_numbers: np.ndarray,
    next_edge: int | None,
    seed: int,
    name: str,
) -> ElementPath | None:
    """One element's path; None where none of its series is forecast.

    remaining: int [ends, draws] of its counted units, to each end up to its period's. units_before:
    counted before the as-of date; units_now: with those of the date itself. tier_numbers: the tier
    each draw ends in.
    """
    if not rows:
        return None
    tiers = tier_numbers[:PATH_DRAWS]
    sold = split.paths(rows, remaining[:, :PATH_DRAWS], stream(seed, "path", name))
    units = np.maximum(units_before + sold, units_now)
    sure = sureness(units, tiers)
    is_open = split.is_selling_day[list(rows), : len(units)].any(axis=0)
    is_open[-1] = True
    mean = units.mean(axis=1)
    needed = _needed(mean, units_now, next_edge)
    bands = np.quantile(units, [0.1, 0.5, 0.9], axis=1, method="inverted_cdf")
    likeliest = np.bincount(tiers)
    return ElementPath(
        days=tuple(
            DayRow(
                as_of_date + timedelta(days=int(day)),
                float(mean[day]),
                *(int(edge) for edge in bands[:, day]),
                None if needed is None else float(needed[day]),
                float(sure[day]),
            )
            for day in np.flatnonzero(is_open)
        ),
        decided_by=_decided_by(as_of_date, sure, is_open, likeliest.max() / len(tiers)),
        likeliest_tier=int(likeliest.argmax()),
        likeliest_chance=float(likeliest.max() / len(tiers)),
    )


def _needed(mean: np.ndarray, units_now: int, next_edge: int | None) -> np.ndarray | None:
    """The units still needed, in the rhythm that units are expected in."""
    if next_edge is None:
        return None
    to_come = max(float(mean[-1]) - units_now, 1e-9)
    rhythm = np.clip((mean - units_now) / to_come, 0.0, 1.0)
    rhythm[-1] = 1.0
    return units_now + max(next_edge - units_now, 0) * rhythm


def sureness(units: np.ndarray, tiers: np.ndarray) -> np.ndarray:
    """Per evening, how often the best guess of the tier from the units by then is right.

    units: int [days, draws]; tiers: int [draws], the tier each draw ends in. More units never speak
    for a lower tier, so a guess is a number of units from which each tier is named; the best
    numbers are found exactly, by running the tiers from the lowest up over the draws in order.
    """
    days, draws = units.shape
    order = np.argsort(units, axis=1, kind="stable")
    ranked, reached = np.take_along_axis(units, order, axis=1), tiers[order]
    # A guess can change only where the units do: draws with equal units are never told apart.
    may_change = np.ones((days, draws + 1), dtype=bool)
    may_change[:, 1:-1] = ranked[:, 1:] != ranked[:, :-1]
    right = np.zeros((days, draws + 1), dtype=np.int64)
    for place, tier in enumerate(np.unique(tiers)):
        so_far = np.zeros((days, draws + 1), dtype=np.int64)
        np.cumsum(reached == tier, axis=1, out=so_far[:, 1:])
        if not place:
            right = so_far
            continue
        begun = np.where(may_change, right - so_far, -draws)
        right = so_far + np.maximum.accumulate(begun, axis=1)
    return right[:, -1] / draws


def _decided_by(
    as_of_date: date, sure: np.ndarray, is_open: np.ndarray, sure_now: float
) -> date:
    if sure_now >= SURE:
        return as_of_date
    unsure = np.flatnonzero(sure < SURE)
    first = int(unsure[-1]) + 1 if len(unsure) else 0
    selling = np.flatnonzero(is_open)
    place = min(int(np.searchsorted(selling, first)), len(selling) - 1)
    return as_of_date + timedelta(days=int(selling[place]))
