"""Prophet on one series at a time: the plain forecaster every other one is measured against.

Belongs here: how Prophet is set and which series are too thin for it. Running fits belongs to
`prophet_fit`, calendar columns to `calendar_features`, whole counts to `noise`, the fallback to
`pool_rate`; calibration and pooling are other candidates' work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.calendar_features import day_features, public_holidays
from forecasting.noise import draw_counts, estimate_noise, series_generator
from forecasting.panel import Panel, Simulation
from forecasting.pool_rate import PoolRateForecaster
from forecasting.prophet_fit import FitTask, Progress, run_fits

YEAR_DAYS = 365
# Another process imports Prophet anew (2 s), which is what about this many fits take: with fewer,
# thirteen fits took 18 s in two processes and 6 s in one.
FITS_WORTH_A_PROCESS = 24


@dataclass(frozen=True)
class ProphetOptions:
    """How Prophet is set, with why.

    history_days: three years of days; a fourth costs a third more time and says little of today.
    minimum_history_days: under three quarters Prophet alone is three times as wrong as its pool.
    minimum_units: in the last year; under it the fit chases single cars.
    quiet_days: a series that sold nothing for so long has ended or paused, but its trend goes on.
    yearly_history_days: a year's shape needs two years, or it is taken for trend.
    yearly_order, yearly_prior_scale: a weak yearly shape. With Prophet's own (order 10, scale 10)
        three years of low counts are remembered day by day: quantile loss 0.120 on 2023's
        registrations against 0.102, and 72 % against 81 % inside the 80 % band.
    changepoints, changepoint_range: one every two months, up to the last three, so that the level
        follows the years and the last weeks can't bend it.
    changepoint_prior_scale: Prophet's 0.05 follows the noise of low counts: quantile loss 0.130
        against 0.120 with 0.02, and 0.140 with 0.1, on 2023's registrations.
    holiday_country: ISO code, for public holidays on which stores sell; None: none are known.
    """

    history_days: int = 1096
    minimum_history_days: int = 270
    minimum_units: int = 36
    quiet_days: int = 90
    yearly_history_days: int = 730
    yearly_order: int = 2
    yearly_prior_scale: float = 0.02
    changepoints: int = 18
    changepoint_range: float = 0.92
    changepoint_prior_scale: float = 0.02
    regressor_prior_scale: float = 2.0
    holiday_country: str | None = None


class ProphetForecaster:
    """One Prophet fit per series; thin and short ones take their pool's pace and say so.

    Prophet samples the trend's future; times the calendar effects that gives expected units. A
    period's total (never a day) is floored at zero and whole counts are drawn around it, with a
    level that strays as much as the residuals of past months did. Fits run in up to `processes`
    processes; every draw comes from a generator seeded by (seed, series), so neither order nor
    process matters.
    """

    code = "prophet"

    def __init__(
        self,
        options: ProphetOptions | None = None,
        processes: int = 2,
        progress: Progress | None = None,
        fits_worth_a_process: int = FITS_WORTH_A_PROCESS,
    ) -> None:
        self.options = options or ProphetOptions()
        self.processes = processes
        self.progress = progress
        self.fits_worth_a_process = fits_worth_a_process

    def sample_remaining(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> np.ndarray:
        """int32 [ends, series, draws]; see `panel.Forecaster`."""
        return self.simulate(panel, origin, ends, draws, seed).remaining

    def simulate(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> Simulation:
        """Draws and, for each series that fell back, why. Raises ForecastError when a fit fails."""
        notes = fallback_notes(panel, origin, self.options)
        thin = [row for row, note in enumerate(notes) if note]
        full = [row for row, note in enumerate(notes) if not note]
        remaining = np.zeros((len(ends), panel.series_count, draws), dtype=np.int32)
        if thin:
            pace = PoolRateForecaster()
            remaining[:, thin] = pace.sample_rows(panel, thin, origin, ends, draws, seed)
        if full:
            remaining[:, full] = self._sample_fitted(panel, full, origin, ends, draws, seed)
        return Simulation(remaining, notes)

    def _sample_fitted(
        self,
        panel: Panel,
        rows: list[int],
        origin: int,
        ends: Sequence[int],
        draws: int,
        seed: int,
    ) -> np.ndarray:
        holidays = public_holidays(self.options.holiday_country, panel.dates)
        tasks = [
            self._task(panel, row, origin, ends, draws, seed, holidays) for row in rows
        ]
        worthwhile = max(1, len(tasks) // self.fits_worth_a_process)
        fits = run_fits(tasks, min(self.processes, worthwhile), self.progress)
        days = max(len(fit.fitted) for fit in fits)
        fitted = np.full((len(rows), days), np.nan)
        for place, fit in enumerate(fits):
            fitted[place, days - len(fit.fitted) :] = fit.fitted
        actual = panel.units[rows, origin - days : origin].astype(np.float64)
        noise = estimate_noise(actual, fitted, [panel.pools[row] for row in rows])
        paths = np.stack([fit.paths for fit in fits], axis=1)
        shock = series_generator("", seed, "common shock").standard_normal(draws)
        return draw_counts(paths, noise, [panel.keys[row] for row in rows], shock, seed)

    def _task(
        self,
        panel: Panel,
        row: int,
        origin: int,
        ends: Sequence[int],
        draws: int,
        seed: int,
        holidays: np.ndarray,
    ) -> FitTask:
        options = self.options
        first = max(first_sale(panel.units[row, :origin]), origin - options.history_days)
        span = slice(first, ends[-1] + 1)
        features = day_features(panel, row, holidays)
        long_enough = origin - first >= options.yearly_history_days
        return FitTask(
            key=panel.keys[row],
            dates=panel.dates[span],
            units=panel.units[row, first:origin].astype(np.float64),
            features={name: column[span] for name, column in features.items()},
            end_offsets=tuple(end - origin for end in ends),
            draws=draws,
            seed=int(series_generator(panel.keys[row], seed, "fit").integers(2**31)),
            changepoints=options.changepoints,
            changepoint_range=options.changepoint_range,
            changepoint_prior_scale=options.changepoint_prior_scale,
            regressor_prior_scale=options.regressor_prior_scale,
            yearly_order=options.yearly_order if long_enough else 0,
            yearly_prior_scale=options.yearly_prior_scale,
        )


def first_sale(known_units: np.ndarray) -> int:
    """Index of the first day with a unit; the number of days when there is none."""
    sold = known_units > 0
    return int(np.argmax(sold)) if sold.any() else len(known_units)


def fallback_notes(panel: Panel, origin: int, options: ProphetOptions) -> tuple[str, ...]:
    """Why each series is left to its pool's pace, or "" for those that are fitted."""
    members = {pool: panel.pools.count(pool) for pool in set(panel.pools)}
    notes = []
    for row, pool in enumerate(panel.pools):
        reason = _fallback_reason(panel.units[row, :origin], options)
        notes.append(
            f"{reason}: pace of its pool {pool} ({members[pool]} series)" if reason else ""
        )
    return tuple(notes)


def _fallback_reason(known_units: np.ndarray, options: ProphetOptions) -> str:
    history = len(known_units) - first_sale(known_units)
    in_last_year = int(known_units[-YEAR_DAYS:].sum())
    if history == 0:
        return "no units yet"
    if history < options.minimum_history_days:
        return f"{history} days of history"
    if in_last_year < options.minimum_units:
        return f"{in_last_year} units in the last year"
    if known_units[-options.quiet_days :].sum() == 0:
        return f"no units in the last {options.quiet_days} days"
    return ""
