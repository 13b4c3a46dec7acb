"""Negative binomial counts as continuous quantile curves, fast for many series.

Belongs here: the distribution of a count around a mean, its quantiles by table, its PIT, and the
rule that turns a curve back to whole units. Where mean and dispersion come from goes to
`calibration`, joint draws to `joint_draws`.

A count k is spread evenly over [k - 1/2, k + 1/2], so that quantiles are smooth and rounding gives
the count's own distribution back (Parzen's mid-distribution).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import special, stats

# Normal scores at which curves are held; beyond +-4 (1 in 30,000) a curve goes on flat.
SCORES = np.linspace(-4.0, 4.0, 129)
# Below this mean a count's steps are too coarse for curves: they are drawn from exact thresholds.
SMALL_MEAN = 8.0
SMALL_COUNTS = 128  # thresholds held; a count beyond them has chance 1e-5 at dispersion one
_LOG_MEANS = np.linspace(np.log(0.8 * SMALL_MEAN), np.log(2e5), 72)
_LOG_DISPERSIONS = np.linspace(np.log(1e-4), np.log(20.0), 20)


def quantile_curves(mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """float32 [series, scores]: spread-out quantiles at SCORES of negative binomials whose mean is
    SMALL_MEAN and more.

    mean: float [series]. dispersion: variance = mean + dispersion x mean^2, float [series].
    Interpolated in a table; off by less than a hundredth of a unit or a thousandth of the mean.
    """
    table = _table()
    # Quantiles are nearly straight in the mean and in the square root of the dispersion.
    i, wi = _cell(mean, np.exp(_LOG_MEANS))
    j, wj = _cell(np.sqrt(np.maximum(dispersion, 1e-4)), np.exp(_LOG_DISPERSIONS / 2))
    wi, wj = wi[:, None], wj[:, None]
    low = table[i, j] * (1 - wj) + table[i, j + 1] * wj
    high = table[i + 1, j] * (1 - wj) + table[i + 1, j + 1] * wj
    return (low * (1 - wi) + high * wi).astype(np.float32)


def score_thresholds(mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """float64 [series, counts]: the normal score above which a small count exceeds 0, 1, 2 ...

    Exact, by the recursion of the negative binomial's probabilities.
    """
    size, chance = _shape(np.maximum(mean, 1e-6), dispersion)
    steps = np.arange(1, SMALL_COUNTS)
    ratios = (steps - 1 + size[:, None]) / steps * (1 - chance[:, None])
    logs = np.cumsum(np.log(ratios), axis=1) + (size * np.log(chance))[:, None]
    probability = np.exp(np.c_[size * np.log(chance), logs])
    return special.ndtri(np.clip(np.cumsum(probability, axis=1), 0.0, 1.0))


def count_above(thresholds: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """int32 of the shape of scores [series, draws]: how many thresholds each score passes."""
    counts = np.empty(scores.shape, dtype=np.int32)
    for row in range(len(scores)):
        counts[row] = np.searchsorted(thresholds[row], scores[row])
    return np.minimum(counts, SMALL_COUNTS - 1)


def read_curves(curves: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """int32 of the shape of scores: whole units at normal scores.

    curves: float32 [series, scores]. scores: float32 [series, draws].
    """
    step = np.float32(SCORES[1] - SCORES[0])
    place = np.clip((scores - np.float32(SCORES[0])) / step, 0, len(SCORES) - 1.001)
    cell = place.astype(np.int32)
    fraction = place - cell
    low = np.take_along_axis(curves, cell, axis=1)
    high = np.take_along_axis(curves, cell + 1, axis=1)
    return np.maximum(np.rint(low + (high - low) * fraction), 0).astype(np.int32)


def randomised_scores(
    units: np.ndarray, mean: np.ndarray, dispersion: np.ndarray, uniform: np.ndarray
) -> np.ndarray:
    """Normal scores of outcomes under their forecasts, float64 [records]; standard normal when the
    forecasts are right. uniform: [records] in (0, 1), where in its step an outcome is taken to lie.
    """
    size, chance = _shape(mean, dispersion)
    below = stats.nbinom.cdf(units - 1, size, chance)
    at = stats.nbinom.pmf(units, size, chance)
    return special.ndtri(np.clip(below + uniform * at, 1e-6, 1 - 1e-6))


def log_probability(units: np.ndarray, mean: np.ndarray, dispersion: np.ndarray) -> np.ndarray:
    """Log of the negative binomial's probability, float64 [records]."""
    size, _ = _shape(mean, dispersion)
    return (
        special.gammaln(units + size)
        - special.gammaln(size)
        - special.gammaln(units + 1)
        + size * (np.log(size) - np.log(size + mean))
        + units * (np.log(mean) - np.log(size + mean))
    )


def _shape(mean: np.ndarray, dispersion: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    size = 1.0 / np.maximum(dispersion, 1e-6)
    return size, size / (size + mean)


def _cell(value: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cell = np.clip(np.searchsorted(grid, value, side="right") - 1, 0, len(grid) - 2)
    return cell, np.clip((value - grid[cell]) / (grid[cell + 1] - grid[cell]), 0.0, 1.0)


@lru_cache(maxsize=1)
def _table() -> np.ndarray:
    """float64 [means, dispersions, scores]; 0.2 million quantiles."""
    mean, dispersion = np.exp(_LOG_MEANS)[:, None], np.exp(_LOG_DISPERSIONS)[None, :]
    mean, dispersion = np.broadcast_arrays(mean, dispersion)
    size, chance = _shape(mean, dispersion)
    level = special.ndtr(SCORES)[None, None, :]
    size, chance = size[:, :, None], chance[:, :, None]
    variance = mean[:, :, None] * (1 + mean[:, :, None] * dispersion[:, :, None])
    # A count above a few hundred is as good as continuous: the gamma quantile with the same mean
    # and variance saves nine tenths of the time.
    scale = variance / mean[:, :, None]
    smooth = special.gammaincinv(np.broadcast_to(mean[:, :, None] / scale, variance.shape), level)
    smooth = smooth * scale
    small = np.flatnonzero(np.exp(_LOG_MEANS) < 120)
    exact = stats.nbinom.ppf(level, size[small], chance[small])
    below = stats.nbinom.cdf(exact - 1, size[small], chance[small])
    at = np.maximum(stats.nbinom.pmf(exact, size[small], chance[small]), 1e-300)
    smooth[small] = exact - 0.5 + np.clip((level - below) / at, 0, 1)
    return smooth
