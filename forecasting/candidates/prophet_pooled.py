"""Prophet on pools: the shared day profile as its one multiplicative regressor.

Belongs here: one fit a pool (brand x region x segment), which says how fast the pool will sell
against its pace; series follow their pool. A fit a series, as Prophet comes, is `prophet_default`.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecasting.candidates.pooled_pace import PooledPace
from forecasting.candidates.prophet_default import quiet_prophet
from forecasting.situation import Situation

HISTORY_DAYS = 1096
MINIMUM_DAYS = 270  # under three quarters Prophet alone is three times as wrong as a pace
MINIMUM_POOL_UNITS = 150  # in the last year; a thinner pool's trend is noise
YEARLY_DAYS = 730  # a year's shape needs two years, or it is taken for trend
YEARLY_ORDER = 4
FACTOR_LIMIT = 2.0  # Prophet's trend may not move a pool further than this from its pace


@dataclass(frozen=True)
class ProphetPooled:
    """Mean model: the pooled pace times its pool's Prophet over its pool's pace."""

    pace: PooledPace = field(default_factory=PooledPace)
    jobs: int = field(default=1, repr=False)
    code: str = "prophet_pooled"

    def means(self, situation: Situation, ends: Sequence[int]) -> np.ndarray:
        """float64 [ends, series]; the pace itself for a pool too short or thin to be fitted."""
        from joblib import Parallel, delayed

        base = self.pace.means(situation, ends)
        tasks = pool_histories(situation, self.pace.levels(situation))
        days_ahead = max(ends) + 1 - situation.origin
        paths = Parallel(n_jobs=self.jobs)(
            delayed(fit_path)(dates, units, intensity, days_ahead)
            for _, dates, units, intensity in tasks
        )
        factor = np.ones((len(ends), situation.pool_of_series.max(initial=0) + 1))
        for (pool, *_), path in zip(tasks, paths, strict=True):
            running = np.cumsum(path)
            inside = situation.pool_of_series == pool
            for k, end in enumerate(ends):
                due = base[k, inside].sum()
                sold = max(running[end - situation.origin], 0.0)
                factor[k, pool] = np.clip(sold / max(due, 1e-9), 1 / FACTOR_LIMIT, FACTOR_LIMIT)
        return np.maximum.accumulate(base * factor[:, situation.pool_of_series], axis=0)


def pool_histories(
    situation: Situation, levels: np.ndarray
) -> list[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
    """(pool, dates, units, intensity) of each pool worth a fit.

    units: float [history], nan on days of a closed market, which Prophet leaves out. intensity:
    float [history + future], the pool's profile: its series' profiles weighted by their levels.
    """
    panel, origin, profile = situation.panel, situation.origin, situation.profile
    found = []
    for pool in range(situation.pool_of_series.max(initial=-1) + 1):
        rows = np.flatnonzero(situation.pool_of_series == pool)
        units = panel.units[rows, :origin].sum(axis=0).astype(np.float64)
        first = max(int(np.argmax(units > 0)), origin - HISTORY_DAYS)
        if origin - first < MINIMUM_DAYS or units[-365:].sum() < MINIMUM_POOL_UNITS:
            continue
        units[~situation.known] = np.nan
        weight = np.zeros((len(profile.intensity), profile.block_factors.shape[1]))
        np.add.at(
            weight,
            profile.calendars.of_series[rows],
            levels[rows][:, None] * profile.block_factors[rows],
        )
        calendars = np.arange(len(profile.intensity))[:, None]
        by_day = profile.intensity * weight[calendars, profile.blocks]
        found.append((pool, panel.dates[first:], units[first:], by_day.sum(axis=0)[first:]))
    return found


def fit_path(
    dates: np.ndarray, units: np.ndarray, intensity: np.ndarray, days_ahead: int
) -> np.ndarray:
    """float64 [days ahead]: expected units a day after the history, by a fit without samples."""
    history = len(units)
    scaled = intensity / max(intensity[:history].mean(), 1e-9) - 1.0
    frame = pd.DataFrame({"ds": pd.DatetimeIndex(dates), "shape": scaled})
    prophet_class = quiet_prophet()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=FutureWarning)
        model = prophet_class(
            seasonality_mode="multiplicative",
            weekly_seasonality=False,
            daily_seasonality=False,
            yearly_seasonality=YEARLY_ORDER if history >= YEARLY_DAYS else False,
            seasonality_prior_scale=0.5,
            uncertainty_samples=0,
        )
        model.add_regressor("shape", standardize=False, prior_scale=10.0, mode="multiplicative")
        model.fit(frame.iloc[:history].assign(y=units), seed=0)
        path = model.predict(frame.iloc[history : history + days_ahead])["yhat"]
    model.stan_backend.cleanup()
    return path.to_numpy()
