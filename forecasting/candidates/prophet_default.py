"""Prophet as it comes: one default fit per series, sampled days summed. The comparison.

Belongs here: the uncalibrated loop that a dealer group would write first, kept honest so that the
others have something to beat. Prophet on pools, with our regressors, goes to `prophet_pooled`.
"""

from __future__ import annotations

import hashlib
import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from forecasting.panel import Panel

MINIMUM_POINTS = 2  # Prophet refuses fewer.


@dataclass(frozen=True)
class ProphetDefault:
    """Forecaster: `Prophet()` on each series' own days, from its first unit on.

    Samples of the days are summed, the sum (not each day) is floored at zero. Series are drawn
    apart, as Prophet knows nothing of its neighbours. jobs: processes to fit in.
    """

    jobs: int = field(default=1, repr=False)
    code: str = "prophet_default"

    def sample_remaining(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> np.ndarray:
        from joblib import Parallel, delayed

        tasks = (
            delayed(sample_series)(
                panel.dates, panel.units[i, :origin], ends, draws, series_seed(key, seed)
            )
            for i, key in enumerate(panel.keys)
        )
        drawn = Parallel(n_jobs=self.jobs, batch_size=8)(tasks)
        return np.stack(drawn, axis=1) if drawn else np.zeros((len(ends), 0, draws), np.int32)


def series_seed(key: str, seed: int) -> int:
    """A seed that depends on the series' name and not on its place in the panel."""
    digest = hashlib.sha256(f"{seed}|{key}".encode()).digest()
    return int.from_bytes(digest[:4], "little")


def sample_series(
    dates: np.ndarray, known_units: np.ndarray, ends: Sequence[int], draws: int, seed: int
) -> np.ndarray:
    """int32 [ends, draws] for one series, whose known days are `dates[:len(known_units)]`."""
    origin = len(known_units)
    first_sale = int(np.argmax(known_units > 0)) if (known_units > 0).any() else origin
    if origin - first_sale < MINIMUM_POINTS:
        return np.zeros((len(ends), draws), np.int32)
    daily = _fit_and_sample(dates, known_units, first_sale, max(ends), draws, seed)
    return nested_totals(np.cumsum(daily, axis=0)[[end - origin for end in ends]])


def nested_totals(totals: np.ndarray) -> np.ndarray:
    """Real-valued totals [ends, ..., draws] to int32: floored at zero, never falling with the end.

    Only totals are floored; flooring each day biases low counts up by a tenth and more.
    """
    whole = np.rint(np.maximum(totals, 0.0)).astype(np.int32)
    return np.maximum.accumulate(whole, axis=0)


def quiet_prophet():
    """The Prophet class, with its logger and its compiler's held to errors."""
    from cmdstanpy.utils.logging import get_logger
    from prophet import Prophet
    from prophet.forecaster import logger

    # Asked for first: each sets its own level when it is made, and would undo ours.
    for held in (get_logger(), logger):
        held.setLevel(logging.ERROR)
        held.propagate = False
    return Prophet


def _fit_and_sample(
    dates: np.ndarray, known: np.ndarray, first: int, last: int, draws: int, seed: int
) -> np.ndarray:
    prophet_class = quiet_prophet()
    origin = len(known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=FutureWarning)
        model = prophet_class(uncertainty_samples=draws)
        history = pd.DataFrame({"ds": pd.DatetimeIndex(dates[first:origin]), "y": known[first:]})
        model.fit(history, seed=seed)
        np.random.seed(seed)  # Prophet draws from the global generator.
        future = pd.DataFrame({"ds": pd.DatetimeIndex(dates[origin : last + 1])})
        samples = model.predictive_samples(future)["yhat"]
    model.stan_backend.cleanup()
    return samples
