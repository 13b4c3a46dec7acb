"""One Prophet fit in one process: its fitted mean, and simulated mean paths.

Belongs here: everything that touches Prophet and cmdstanpy, imported when a fit runs, their loggers
held, their files kept in a folder that goes with the fit. Which series to fit, and whole counts
around the paths, belong to `prophet_model`.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import signal
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from programs.errors import StairstepError

Progress = Callable[[int, int], None]
# How often a worker process looks whether the run that started it still lives.
WATCH_SECONDS = 2.0


class ForecastError(StairstepError):
    """A forecast that couldn't be made; the message names the series and what to do."""


@dataclass(frozen=True)
class FitTask:
    """One series: history first, then the days to come.

    dates: datetime64[D] [history + future]; units: float [history]; features: float columns over
    both. end_offsets: days after the first future day, rising. seed: of this series alone.
    """

    key: str
    dates: np.ndarray
    units: np.ndarray
    features: dict[str, np.ndarray]
    end_offsets: tuple[int, ...]
    draws: int
    seed: int
    changepoints: int
    changepoint_range: float
    changepoint_prior_scale: float
    regressor_prior_scale: float
    yearly_order: int  # 0: no yearly shape
    yearly_prior_scale: float


@dataclass(frozen=True)
class SeriesFit:
    """paths: float [ends, draws], expected units from the first future day to each end, one path a
    draw. fitted: float [history], expected units of each past day."""

    paths: np.ndarray
    fitted: np.ndarray


def run_fits(
    tasks: Sequence[FitTask], processes: int, progress: Progress | None = None
) -> list[SeriesFit]:
    """Fit every task, in `processes` processes, in the order given. `progress(done, of)` is called
    after each. Raises ForecastError naming the first series whose fit fails."""
    done: list[SeriesFit] = []
    if processes == 1 or len(tasks) == 1:
        results = (fit_series(task) for task in tasks)
        return _collect(results, done, len(tasks), progress)
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    try:
        parallel = Parallel(
            n_jobs=processes, backend="loky", return_as="generator", batch_size=1
        )
        fit = delayed(_fit_while_parent_lives)
        results = parallel(fit(task, os.getpid()) for task in tasks)
        return _collect(results, done, len(tasks), progress)
    finally:
        # Idle workers would go on holding Prophet's memory.
        get_reusable_executor().shutdown(wait=True)


def fit_series(task: FitTask) -> SeriesFit:
    """Fit one series and simulate its trend. Raises ForecastError when Stan finds no optimum."""
    with _quiet(), _own_numpy_seed(task.seed), tempfile.TemporaryDirectory() as folder:
        import pandas as pd

        model = _new_model(task)
        frame = pd.DataFrame({"ds": pd.DatetimeIndex(task.dates), **task.features})
        history = frame.iloc[: len(task.units)].assign(y=task.units)
        backend = model.stan_backend
        backend.model = _InputFiles(backend.model, Path(folder))
        try:
            # L-BFGS always: Newton, which Prophet picks below 100 days, is 30 times slower here.
            model.fit(history, seed=task.seed, algorithm="LBFGS")
        except RuntimeError as error:
            raise ForecastError(
                f"Prophet found no fit for {task.key}: {error}; "
                "look at its daily units, or choose another forecaster"
            ) from error
        return _simulate(model, frame, task)


def _fit_while_parent_lives(task: FitTask, parent: int) -> SeriesFit:
    _watch(parent)
    return fit_series(task)


@functools.cache
def _watch(parent: int) -> None:
    """End this worker soon after its run was killed: it may be waiting for the rest of a message
    that never comes, and would wait for ever. Interrupted, not killed, so that it cleans up."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        for _ in range(5):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent watch").start()


def _new_model(task: FitTask):
    from prophet import Prophet

    model = Prophet(
        growth="linear",
        n_changepoints=task.changepoints,
        changepoint_range=task.changepoint_range,
        changepoint_prior_scale=task.changepoint_prior_scale,
        weekly_seasonality=3,
        yearly_seasonality=False,
        daily_seasonality=False,
        seasonality_mode="multiplicative",
        uncertainty_samples=task.draws,
    )
    if task.yearly_order:
        model.add_seasonality(
            "yearly", 365.25, task.yearly_order, prior_scale=task.yearly_prior_scale
        )
    for name in task.features:
        model.add_regressor(
            name,
            prior_scale=task.regressor_prior_scale,
            standardize=False,
            mode="multiplicative",
        )
    return model


def _simulate(model, frame, task: FitTask) -> SeriesFit:
    """Mean of every past day, and cumulative mean paths: sampled trend times calendar effects.

    Prophet's own observation noise is left out: it is the same normal noise on a closed Sunday as
    on a month's last day. `noise` puts counts around the paths instead.
    """
    past = len(task.units)
    effect = _calendar_effect(model, frame)
    # Prophet's own scale of time; setup_dataframe and predict would make every column again.
    days = frame[["ds"]].assign(t=(frame["ds"] - model.start) / model.t_scale, floor=0.0)
    fitted = np.asarray(model.predict_trend(days.iloc[:past])) * effect[:past]
    trend = model.sample_predictive_trend_vectorized(days.iloc[past:], task.draws)
    paths = np.cumsum(np.asarray(trend) * effect[past:], axis=1)
    return SeriesFit(paths[:, list(task.end_offsets)].T, fitted)


def _calendar_effect(model, frame) -> np.ndarray:
    """1 + the fitted effects of each day: seasonalities first, then regressors, as Prophet orders
    its coefficients. All are multiplicative."""
    columns = [
        model.fourier_series(frame["ds"], shape["period"], shape["fourier_order"])
        for shape in model.seasonalities.values()
    ]
    columns.append(frame[list(model.extra_regressors)].to_numpy())
    return 1.0 + np.hstack(columns) @ model.params["beta"][0]


def _collect(
    results: Iterable[SeriesFit], done: list[SeriesFit], count: int, progress: Progress | None
) -> list[SeriesFit]:
    for result in results:
        done.append(result)
        if progress:
            progress(len(done), count)
    return done


class _InputFiles:
    """A Stan model whose inputs are files of ours. cmdstanpy's own writer is pure Python and takes
    two fifths of a fit; the same numbers through json's C encoder take a tenth of that."""

    def __init__(self, model, folder: Path) -> None:
        self._model = model
        self._folder = folder

    def optimize(self, *, data: dict, inits: dict, **settings):
        return self._model.optimize(
            data=self._written("data", data),
            inits=self._written("inits", inits),
            output_dir=str(self._folder),
            **settings,
        )

    def _written(self, name: str, values: dict) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(values, default=lambda number: number.item()))
        return str(path)


@contextmanager
def _quiet():
    """Hold both libraries to errors, then put their levels back. Their loggers are asked for
    first: each sets its own level when it is made, and would undo ours."""
    from cmdstanpy.utils.logging import get_logger
    from prophet.forecaster import logger as prophet_logger

    loggers = [get_logger(), prophet_logger]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            # Prophet's own calls into pandas, which a later Prophet will mend.
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _own_numpy_seed(seed: int):
    """Prophet draws from NumPy's global generator: seed it for this fit, then put it back."""
    state = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(state)
