"""Mean models, weighted by how they did, calibrated and drawn jointly: what the pipeline uses.

Belongs here: weights in log space from earlier errors, and the forecaster that puts models, past
forecasts, calibration and joint draws together. Each part has a module of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecasting.calibration import (
    HORIZON_EDGES,
    QUARTER_DAYS,
    VOLUME_EDGES,
    Calibration,
    Records,
    calibrate,
    horizon_band,
    volume_class,
)
from forecasting.joint_draws import draw_joint
from forecasting.panel import Panel, Simulation
from forecasting.past_forecasts import (
    MAXIMUM_PERIODS,
    MINIMUM_EXPECTED_UNITS,
    PastForecast,
    PastForecasts,
    past_occasions,
)
from forecasting.situation import MeanModel, Situation, make_situation, sample_rows

# Weights go this far from equal towards inverse squared errors: choosing a winner by the last
# quarters' errors was worse than equal weights, and errors of models are mostly the same errors.
WEIGHT_TRUST = 0.5
# Records' worth of trust in equal weights, and in the horizon's own against a volume class's.
WEIGHT_RECORDS, VOLUME_RECORDS = 500.0, 2_000.0
# Part of a checkpoint's name: raised when learning or drawing changes without a setting changing.
CALIBRATION_VERSION = 5
SHORT_HISTORY_DAYS = 180
THIN_UNITS = 6  # in the last year


@dataclass(frozen=True)
class Learnt:
    """What the past taught. weights: float64 [horizon bands, volume classes, models], the last axis
    sums to one. rows: of the panel, that the past was asked about."""

    weights: np.ndarray
    calibration: Calibration
    rows: np.ndarray

    def own_spread(self, series_count: int) -> np.ndarray:
        """Each series' own factor of the spread, 1 where the past wasn't asked, [series]."""
        factor = np.ones(series_count)
        known = self.calibration.series_spread
        factor[self.rows[: len(known)]] = known
        return factor


@dataclass
class CalibratedForecaster:
    """Forecaster of one mean model, or of several weighted in log space.

    code: its name in tables. models: at least one. past: keeps answers about the past, may be
    shared by forecasters. periods: how many earlier quarters are learnt from.
    """

    code: str
    models: tuple[MeanModel, ...]
    past: PastForecasts = field(default_factory=PastForecasts)
    periods: int = MAXIMUM_PERIODS
    progress: Callable[[int, int], None] | None = None

    def sample_remaining(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> np.ndarray:
        """int32 [ends, series, draws]; see `panel.Forecaster`."""
        return self.simulate(panel, origin, ends, draws, seed).remaining

    def simulate(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> Simulation:
        """Joint draws, and why a series leans on its pool."""
        known = panel.as_known(origin)
        learnt = self.learn(known, origin)
        situation = make_situation(known, origin)
        means, quarterly = self._means(situation, learnt, ends)
        days = [end - origin + 1 for end in ends]
        remaining = draw_joint(
            learnt.calibration,
            means,
            days,
            quarterly,
            learnt.own_spread(panel.series_count),
            situation.pool_of_series,
            situation.rooftop_of_series,
            draws,
            seed,
        )
        return Simulation(remaining, history_notes(known, origin))

    def describe(self) -> str:
        """What its answers depend on besides the panel: models and settings, not what it keeps."""
        return f"{self.code}|{self.models!r}|{self.periods}|{CALIBRATION_VERSION}"

    def learn(self, panel: Panel, origin: int) -> Learnt:
        """Weights and calibration from the quarters that ended before the origin's own."""
        rows = sample_rows(panel)
        sample = panel.select(rows).as_known(origin)
        occasions = past_occasions(sample, origin, self.periods)
        answers = self.past.ask(sample, occasions, self.models, self.progress)
        volumes = [_quarterly(sample, answer.occasion.origin) for answer in answers]
        weights = model_weights(answers, [model.code for model in self.models], volumes)
        records = make_records(sample, answers, self.models, weights, volumes)
        return Learnt(weights, calibrate(records), rows)

    def _means(
        self, situation: Situation, learnt: Learnt, ends: Sequence[int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """(means [ends, series], expected units a quarter [series])."""
        answers = {model.code: model.means(situation, ends) for model in self.models}
        days = np.array([end - situation.origin + 1.0 for end in ends])
        codes = [model.code for model in self.models]
        quarterly = _quarterly(situation.panel, situation.origin)
        means = combined_means(answers, codes, learnt.weights, days, quarterly)
        unbiased = np.stack(
            [learnt.calibration.unbiased(mean, np.array([d]))
             for mean, d in zip(means, days, strict=True)]
        )  # fmt: skip
        return np.maximum.accumulate(unbiased, axis=0), quarterly


def combined_means(
    answers: dict[str, np.ndarray],
    codes: Sequence[str],
    weights: np.ndarray,
    days: np.ndarray,
    quarterly: np.ndarray,
) -> np.ndarray:
    """Weighted mean of logarithms, float64 [ends, series]."""
    by_series = weights[horizon_band(days)[:, None], volume_class(quarterly)[None, :]]
    logs = np.stack([np.log(np.maximum(answers[code], 1e-3)) for code in codes])
    return np.exp(np.einsum("mes,esm->es", logs, by_series))


def model_weights(
    answers: Sequence[PastForecast], codes: Sequence[str], volumes: Sequence[np.ndarray]
) -> np.ndarray:
    """float64 [horizon bands, volume classes, models]: inverse mean squared log errors, a class's
    shrunk to its horizon's, that to equal. volumes: usual units a quarter [series], an answer each.
    """
    cells = (len(HORIZON_EDGES) + 1, len(VOLUME_EDGES) + 1)
    squares, counts = np.zeros((*cells, len(codes))), np.zeros(cells)
    for answer, quarterly in zip(answers, volumes, strict=True):
        volume = volume_class(quarterly)
        days = np.array(answer.occasion.ends) - answer.occasion.origin + 1.0
        for k, band in enumerate(horizon_band(days)):
            used = answer.means[codes[0]][k] >= MINIMUM_EXPECTED_UNITS
            came = np.log(answer.units[k, used] + 1.0)
            own = volume[used]
            counts[band] += np.bincount(own, minlength=cells[1])
            for m, code in enumerate(codes):
                error = came - np.log(answer.means[code][k, used] + 1.0)
                held = np.clip(error**2, 0, 1.0)
                squares[band, :, m] += np.bincount(own, weights=held, minlength=cells[1])
    equal = 1.0 / len(codes)
    near = counts.sum(axis=1)
    trust = (near / (near + WEIGHT_RECORDS))[:, None]
    of_horizon = equal + trust * (_towards_winner(squares.sum(axis=1), near) - equal)
    trust = (counts / (counts + VOLUME_RECORDS))[..., None]
    base = of_horizon[:, None, :]
    return base + trust * (_towards_winner(squares, counts) - base)


def _towards_winner(squares: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Weights that go WEIGHT_TRUST of the way from equal to inverse mean squares, [..., models]."""
    inverse = 1.0 / (squares / np.maximum(counts, 1)[..., None] + 1e-3)
    inverse /= inverse.sum(axis=-1, keepdims=True)
    equal = 1.0 / squares.shape[-1]
    return equal + WEIGHT_TRUST * (inverse - equal)


def make_records(
    panel: Panel,
    answers: Sequence[PastForecast],
    models: Sequence[MeanModel],
    weights: np.ndarray,
    volumes: Sequence[np.ndarray],
) -> Records:
    """Rows to calibrate on, from the combined means of the past."""
    pool = np.unique(np.array(panel.pools), return_inverse=True)[1]
    rooftops = np.array([key.split("|", 1)[0] for key in panel.keys])
    rooftop = np.unique(rooftops, return_inverse=True)[1]
    codes = [model.code for model in models]
    parts: list[np.ndarray] = []
    occasion = 0
    for answer, quarterly in zip(answers, volumes, strict=True):
        days = np.array(answer.occasion.ends) - answer.occasion.origin + 1.0
        means = combined_means(answer.means, codes, weights, days, quarterly)
        for k in range(len(days)):
            used = np.flatnonzero(means[k] >= MINIMUM_EXPECTED_UNITS)
            occasion += 1
            columns = (
                means[k, used], answer.units[k, used], np.full(len(used), days[k]), quarterly[used],
                np.full(len(used), answer.occasion.period), np.full(len(used), occasion),
                used, pool[used], rooftop[used],
            )  # fmt: skip
            parts.append(np.stack(columns))
    table = np.concatenate(parts, axis=1) if parts else np.zeros((9, 0))
    whole = [column.astype(np.int64) for column in table[4:]]
    return Records(table[0], table[1], table[2], table[3], *whole)


def history_notes(panel: Panel, origin: int) -> tuple[str, ...]:
    """Why a series leans on its pool, or ""."""
    has_sold = panel.units[:, :origin] > 0
    if origin == 0:
        return ("no history: its pool's pace",) * panel.series_count
    first = np.where(has_sold.any(axis=1), has_sold.argmax(axis=1), origin)
    year = panel.units[:, max(0, origin - 365) : origin].sum(axis=1)
    notes = []
    sizes = Counter(panel.pools)
    for days, units, pool in zip(origin - first, year, panel.pools, strict=True):
        pace = f"its pool {pool} ({sizes[pool]} series)"
        if units == 0:
            notes.append(f"no unit in a year: pace of {pace}, as far as it still sells")
        elif days < SHORT_HISTORY_DAYS:
            notes.append(f"{days} days of history: leans on {pace}")
        elif units < THIN_UNITS:
            notes.append(f"{units} units in a year: leans on {pace}")
        else:
            notes.append("")
    return tuple(notes)


def _quarterly(panel: Panel, origin: int) -> np.ndarray:
    """Usual units a quarter: the median of the last four spans of 91 days, float64 [series].

    Spans before a series could sell don't count. The median, so that one delivery of a fleet
    doesn't put a small store among the large ones.
    """
    span = int(QUARTER_DAYS)
    edges = [origin - k * span for k in range(4, -1, -1) if origin >= k * span]
    if len(edges) < 2:
        days = max(origin, 1)
        return panel.units[:, :origin].sum(axis=1) * QUARTER_DAYS / days
    start = np.where(
        panel.is_selling_day.any(axis=1), panel.is_selling_day.argmax(axis=1), len(panel.dates)
    )
    spans = [panel.units[:, a:b].sum(axis=1) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    totals = np.stack(spans).astype(np.float64)
    totals[start[None, :] > np.array(edges[:-1])[:, None]] = np.nan
    totals[-1] = np.where(np.isnan(totals[-1]), spans[-1], totals[-1])
    return np.nanmedian(totals, axis=0)
