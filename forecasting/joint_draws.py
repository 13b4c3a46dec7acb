"""Joint draws: one possible future of all series and all period ends at a time.

Belongs here: scores that series share with their market, pool and rooftop, chained over ends, and
read off each series' own calibrated curve. So a group's forecast is the sum of its rooftops',
draw by draw. What the shares are goes to `calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.calibration import Calibration
from forecasting.counts import (
    SCORES,
    SMALL_MEAN,
    count_above,
    quantile_curves,
    read_curves,
    score_thresholds,
)

CHUNK_SERIES = 4096


def draw_joint(
    calibration: Calibration,
    means: np.ndarray,
    days: Sequence[int],
    quarterly: np.ndarray,
    own_spread: np.ndarray,
    pool: np.ndarray,
    rooftop: np.ndarray,
    draws: int,
    seed: int,
) -> np.ndarray:
    """int32 [ends, series, draws] of units until each end, never falling with the end.

    means: float64 [ends, series], rising with the end. days: from the origin to each end.
    quarterly: usual units a quarter, [series]. own_spread: each series' own factor of the
    spread, [series]. pool, rooftop: group numbers [series].
    """
    ends, series = means.shape
    result = np.empty((ends, series, draws), dtype=np.int32)
    # Shared scores per end; a series' own are drawn by chunk from streams of their own, so that
    # memory stays bounded and the order of chunks doesn't matter.
    shared = [_shared_scores(calibration, pool, rooftop, draws, (seed, 0, k)) for k in range(ends)]
    for chunk, low in enumerate(range(0, series, CHUNK_SERIES)):
        rows = slice(low, min(low + CHUNK_SERIES, series))
        previous = None
        for k in range(ends):
            fresh = _scores(
                calibration, shared[k], means[k, rows], days[k], quarterly[rows], pool[rows],
                rooftop[rows], draws, (seed, 1, chunk, k),
            )  # fmt: skip
            if k:
                keep = _chain(calibration, means[k - 1 : k + 1, rows], days[k - 1 : k + 1],
                              quarterly[rows])  # fmt: skip
                fresh = keep * previous + np.sqrt(1 - keep**2) * fresh
            previous = fresh
            result[k, rows] = _read(
                calibration, means[k, rows], days[k], quarterly[rows], own_spread[rows], fresh
            )
            if k:
                np.maximum(result[k, rows], result[k - 1, rows], out=result[k, rows])
    return result


def _read(
    calibration: Calibration,
    mean: np.ndarray,
    days: float,
    quarterly: np.ndarray,
    own_spread: np.ndarray,
    scores: np.ndarray,
) -> np.ndarray:
    """int32 [series, draws]: recalibrated counts at standard scores."""
    counts = np.empty(scores.shape, dtype=np.int32)
    small = mean < SMALL_MEAN
    for chosen, read in ((small, _read_small), (~small, _read_large)):
        if chosen.any():
            counts[chosen] = read(
                calibration, mean[chosen], days, quarterly[chosen], own_spread[chosen],
                scores[chosen],
            )  # fmt: skip
    return counts


def _read_small(
    calibration: Calibration,
    mean: np.ndarray,
    days: float,
    quarterly: np.ndarray,
    own_spread: np.ndarray,
    scores: np.ndarray,
) -> np.ndarray:
    horizon = np.full(len(mean), float(days))
    exact = score_thresholds(mean, calibration.dispersion(mean, horizon, quarterly))
    needed = exact / calibration.width(days, quarterly, own_spread)[:, None]
    # Where the recalibrated score passes a threshold, the plain one passes this; beyond the map's
    # ends it goes on straight, or every score above 4 would pass all thresholds at once.
    shape = calibration.shape
    beyond = np.clip(needed - shape[-1], 0, None) + np.clip(needed - shape[0], None, 0)
    return count_above(np.interp(needed, shape, SCORES) + beyond, scores)


def _read_large(
    calibration: Calibration,
    mean: np.ndarray,
    days: float,
    quarterly: np.ndarray,
    own_spread: np.ndarray,
    scores: np.ndarray,
) -> np.ndarray:
    return read_curves(calibrated_curves(calibration, mean, days, quarterly, own_spread), scores)


def calibrated_curves(
    calibration: Calibration,
    mean: np.ndarray,
    days: float,
    quarterly: np.ndarray,
    own_spread: np.ndarray,
) -> np.ndarray:
    """float32 [series, scores]: spread-out quantiles after recalibration."""
    horizon = np.full(len(mean), float(days))
    plain = quantile_curves(mean, calibration.dispersion(mean, horizon, quarterly))
    at = calibration.drawn_scores(days, quarterly, own_spread)
    step = SCORES[1] - SCORES[0]
    place = np.clip((at - SCORES[0]) / step, 0, len(SCORES) - 1.001)
    cell = place.astype(np.int64)
    fraction = (place - cell).astype(np.float32)
    low = np.take_along_axis(plain, cell, axis=1)
    high = np.take_along_axis(plain, cell + 1, axis=1)
    return low + (high - low) * fraction


def _shared_scores(
    calibration: Calibration, pool: np.ndarray, rooftop: np.ndarray, draws: int, seed: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(market [draws], pools [pools, draws], rooftops [rooftops, draws]), standard normal."""
    random = np.random.default_rng(seed)
    pools, rooftops = int(pool.max(initial=0)) + 1, int(rooftop.max(initial=0)) + 1
    return (
        random.standard_normal(draws, dtype=np.float32),
        random.standard_normal((pools, draws), dtype=np.float32),
        random.standard_normal((rooftops, draws), dtype=np.float32),
    )


def _scores(
    calibration: Calibration,
    shared: tuple[np.ndarray, np.ndarray, np.ndarray],
    mean: np.ndarray,
    days: float,
    quarterly: np.ndarray,
    pool: np.ndarray,
    rooftop: np.ndarray,
    draws: int,
    seed: tuple,
) -> np.ndarray:
    """Standard normal scores, float32 [series, draws], with the calibration's common parts."""
    market, pools, rooftops = shared
    horizon = np.full(len(mean), float(days))
    share = calibration.level_share(mean, horizon, quarterly).astype(np.float32)
    weights = [
        np.sqrt(share * part)[:, None]
        for part in (calibration.market, calibration.pool, calibration.rooftop)
    ]
    own = np.sqrt(np.maximum(1 - sum(weight**2 for weight in weights), 0))
    scores = np.random.default_rng(seed).standard_normal((len(mean), draws), dtype=np.float32)
    scores *= own
    scores += weights[0] * market
    scores += weights[1] * pools[pool]
    scores += weights[2] * rooftops[rooftop]
    return scores


def _chain(
    calibration: Calibration, means: np.ndarray, days: Sequence[float], quarterly: np.ndarray
) -> np.ndarray:
    """Correlation of totals to a near and a far end, float32 [series, 1]: the far one holds the
    near one, and both share the level. means: float64 [2, series]."""
    levels, variances = [], []
    for mean, ahead in zip(means, days, strict=True):
        level = calibration.level_variance(np.full(len(mean), float(ahead)), quarterly)
        levels.append(level)
        variances.append(mean * (1 + calibration.linear) + level * mean**2)
    between = np.maximum(means[1] - means[0], 0)
    together = variances[0] + np.minimum(*levels) * means[0] * between
    correlation = together / np.sqrt(np.maximum(variances[0] * variances[1], 1e-12))
    return np.clip(correlation, 0.0, 0.9999).astype(np.float32)[:, None]
