"""From expected units to whole cars: how far reality strays from a fitted mean.

Belongs here: estimating day-to-day and level noise from a fit's residuals, and drawing joint whole
counts around mean paths. What the mean is belongs to the models; calibration on earlier periods to
`calibration`.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BLOCK_DAYS = 28  # four whole weeks: long enough to average weekdays and one month-end out
DISPERSION_PRIOR_UNITS = 50.0  # a series with fewer units leans on the panel's dispersion
MAX_DISPERSION = 25.0  # beyond it the mean is wrong, not noisy; keeps the draws' arithmetic sane
MAX_LEVEL_VARIANCE = 0.5  # a level off by 70 %: a break, which wider noise would only hide
MIN_POOL_BLOCKS = 24  # two years of one series: fewer blocks say too little of their own


@dataclass(frozen=True)
class Noise:
    """dispersion: float [series], variance over mean of a day's count, at least 1 (Poisson).
    level_variance: float [series], relative variance of a month's level around the fitted mean.
    common_variance: the part of it that all series share (the market's swing)."""

    dispersion: np.ndarray
    level_variance: np.ndarray
    common_variance: float


def estimate_noise(actual: np.ndarray, fitted: np.ndarray, pools: Sequence[str]) -> Noise:
    """Method of moments on residuals.

    actual, fitted: float [series, days], days before the origin; nan in `fitted` where a series
    has no history. The daily squared error over the mean gives the dispersion; what four-week sums
    stray beyond that dispersion is the level's variance, per pool; what the series' sums stray
    together is the common part.
    """
    known = np.isfinite(fitted)
    mean = np.where(known, np.maximum(np.nan_to_num(fitted), 0.0), 0.0)
    error = np.where(known, actual - np.nan_to_num(fitted), 0.0)
    squared, units = (error**2).sum(axis=1), mean.sum(axis=1)
    overall = squared.sum() / max(units.sum(), 1.0)
    dispersion = (squared + DISPERSION_PRIOR_UNITS * overall) / (units + DISPERSION_PRIOR_UNITS)
    dispersion = np.clip(dispersion, 1.0, MAX_DISPERSION)
    errors, means = _blocks(error), _blocks(mean)
    excess = (errors**2 - dispersion[:, None] * means).sum(axis=1)
    level = _per_pool(excess, (means**2).sum(axis=1), (means > 0).sum(axis=1), pools)
    pair_errors = errors.sum(axis=0) ** 2 - (errors**2).sum(axis=0)
    pair_means = means.sum(axis=0) ** 2 - (means**2).sum(axis=0)
    common = float(pair_errors.sum() / pair_means.sum()) if pair_means.sum() > 0 else 0.0
    return Noise(dispersion, level, float(np.clip(common, 0.0, level.min(initial=np.inf))))


def draw_counts(
    paths: np.ndarray, noise: Noise, keys: Sequence[str], common_shock: np.ndarray, seed: int
) -> np.ndarray:
    """Whole units around cumulative mean paths: int32 [ends, series, draws].

    paths: float [ends, series, draws], expected units from the origin to each end. Only these
    totals are floored at zero, never a day's. One level per series and draw scales all its ends,
    part of it from `common_shock` (standard normal [draws], shared by all series); between two
    ends the count is negative binomial with variance `dispersion` x mean, so ends add up draw by
    draw.
    """
    means = np.maximum.accumulate(np.maximum(paths, 0.0), axis=0)
    steps = np.diff(means, axis=0, prepend=0.0)
    counts = np.empty(steps.shape, dtype=np.int64)
    for row, key in enumerate(keys):
        rng = series_generator(key, seed, "counts")
        own = noise.level_variance[row] - noise.common_variance
        log_variance = np.log1p(max(own, 0.0))
        common_log_variance = np.log1p(noise.common_variance)
        level = np.exp(
            np.sqrt(log_variance) * rng.standard_normal(steps.shape[2])
            + np.sqrt(common_log_variance) * common_shock
            - (log_variance + common_log_variance) / 2
        )
        expected = steps[:, row, :] * level
        counts[:, row, :] = _overdispersed(rng, expected, float(noise.dispersion[row]))
    return np.cumsum(counts, axis=0).astype(np.int32)


def series_generator(key: str, seed: int, purpose: str) -> np.random.Generator:
    """A generator of a series' own: its numbers don't depend on which other series are present, in
    which order or in which process they are drawn."""
    return np.random.default_rng([seed, zlib.crc32(key.encode()), zlib.crc32(purpose.encode())])


def _overdispersed(rng: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    """Poisson whose mean is gamma: variance `dispersion` x mean at every mean, so parts add up."""
    extra = dispersion - 1.0
    if extra < 1e-6:
        return rng.poisson(mean)
    return rng.poisson(rng.gamma(np.maximum(mean, 1e-12) / extra, extra))


def _blocks(values: np.ndarray) -> np.ndarray:
    """Sums of whole four-week blocks, counted back from the last day: [series, blocks]."""
    count = values.shape[1] // BLOCK_DAYS
    used = values[:, values.shape[1] - count * BLOCK_DAYS :]
    return used.reshape(len(values), count, BLOCK_DAYS).sum(axis=2)


def _per_pool(
    excess: np.ndarray, weight: np.ndarray, blocks: np.ndarray, pools: Sequence[str]
) -> np.ndarray:
    """Ratio of sums per pool; a pool with few blocks takes the whole panel's."""
    names, group = np.unique(np.asarray(pools, dtype=object).astype(str), return_inverse=True)
    tops = np.bincount(group, weights=excess, minlength=len(names))
    bottoms = np.bincount(group, weights=weight, minlength=len(names))
    counts = np.bincount(group, weights=blocks, minlength=len(names))
    overall = excess.sum() / weight.sum() if weight.sum() > 0 else 0.0
    own = np.divide(tops, bottoms, out=np.full(len(names), overall), where=bottoms > 0)
    ratio = np.where(counts >= MIN_POOL_BLOCKS, own, overall)
    return np.clip(ratio, 0.0, MAX_LEVEL_VARIANCE)[group]
