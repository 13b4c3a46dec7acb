"""How good forecasts were: quantile loss, chances, bands, reliability.

Belongs here: pure scoring of samples against what came, and the band and chance read off samples
the same way everywhere. Which forecasts are scored goes to `backtest`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

# Every twentieth; the mean of pinball losses over them, doubled, is close to the continuous ranked
# probability score and equals the absolute error for a point.
QUANTILE_LEVELS = np.arange(1, 20) / 20
THRESHOLD_SHARES = (0.9, 1.0, 1.1)
RELIABILITY_BINS = 10
BANDS = (0.8, 0.95)
SMALLEST_PROBABILITY = 1e-4  # of an outcome that no draw came near; bounds the log score


@dataclass(frozen=True)
class Scored:
    """Scores of forecasts, one row each. All float64 [rows] unless said.

    actual; pinball: mean over levels, doubled; error: of the median. chance, reached: [rows,
    thresholds]. is_inside: bool [rows, bands]. width_80. log_probability: of what came.
    volume: what the row's volume third is judged by.
    """

    actual: np.ndarray
    pinball: np.ndarray
    error: np.ndarray
    chance: np.ndarray
    reached: np.ndarray
    is_inside: np.ndarray
    width_80: np.ndarray
    log_probability: np.ndarray
    volume: np.ndarray

    def __len__(self) -> int:
        return len(self.actual)

    def rows(self, chosen: np.ndarray) -> Scored:
        return Scored(*(getattr(self, f.name)[chosen] for f in fields(self)))


@dataclass(frozen=True)
class Summary:
    """One row of the backtest's table. Shares and scores over `series` forecasts; quantile loss and
    error as shares of the units that came; width as a share of them too."""

    series: int
    weighted_quantile_loss: float
    median_error: float
    brier: float
    calibration_error: float
    inside_80: float
    inside_95: float
    width_80: float
    log_score: float


def band(samples: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Whole units (low, high) [rows] of the central band that should hold `share` of outcomes.

    samples: int [rows, draws]. Each count is spread over the unit around it (mid-distribution), and
    the whole units between the spread quantiles are the band; an end moves by a unit where the band
    then holds nearer to its share of the draws. A closed band of plain quantiles of counts holds 84
    to 88 % at nominal 80, as both its ends are counted whole.
    """
    low, high = spread_quantiles(samples, [(1 - share) / 2, (1 + share) / 2])
    low, high = np.ceil(low - 1e-9), np.floor(high + 1e-9)
    median = np.quantile(samples, 0.5, axis=1)
    low, high = np.minimum(low, np.floor(median)), np.maximum(high, np.ceil(median))
    best, gap = (low, high), _coverage_gap(samples, low, high, share)
    for below, above in ((1, 0), (0, -1), (-1, 0), (0, 1)):
        moved = np.minimum(low + below, np.floor(median)), np.maximum(high + above, np.ceil(median))
        other = _coverage_gap(samples, *moved, share)
        nearer = other < gap - 1e-9
        best = tuple(np.where(nearer, m, b) for m, b in zip(moved, best, strict=True))
        gap = np.where(nearer, other, gap)
    return best


def _coverage_gap(
    samples: np.ndarray, low: np.ndarray, high: np.ndarray, share: float
) -> np.ndarray:
    held = (samples >= low[:, None]) & (samples <= high[:, None])
    return np.abs(held.mean(axis=1) - share)


def spread_quantiles(samples: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """float64 [levels, rows]: quantiles of samples with each count spread over [k-1/2, k+1/2]."""
    ordered = np.sort(samples, axis=1)
    draws = ordered.shape[1]
    result = np.empty((len(levels), len(ordered)))
    for i, row in enumerate(ordered):
        values, counts = np.unique(row, return_counts=True)
        edges = np.r_[0.0, np.cumsum(counts)] / draws
        place = np.clip(np.searchsorted(edges, levels, side="right") - 1, 0, len(values) - 1)
        inside = (np.asarray(levels) - edges[place]) / (counts[place] / draws)
        result[:, i] = values[place] - 0.5 + inside
    return result


def chance_of(samples: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Share of draws at or above each threshold: float64 [rows, thresholds].

    samples: int [rows, draws]. thresholds: [rows, thresholds].
    """
    return np.stack(
        [(samples >= column[:, None]).mean(axis=1) for column in thresholds.T], axis=1
    )


def score(samples: np.ndarray, actual: np.ndarray, usual: np.ndarray) -> Scored:
    """Score totals of a period.

    samples: int [rows, draws] of the period's total. actual: [rows]. usual: [rows], the median of
    the last four quarters' totals, whose 90, 100 and 110 % are the thresholds of the chances.
    """
    levels = np.quantile(samples, QUANTILE_LEVELS, axis=1).T
    miss = actual[:, None] - levels
    pinball = 2 * np.maximum(QUANTILE_LEVELS * miss, (QUANTILE_LEVELS - 1) * miss).mean(axis=1)
    edges = np.ceil(np.outer(usual, THRESHOLD_SHARES) - 1e-9)
    inside, widths = [], []
    for share in BANDS:
        low, high = band(samples, share)
        inside.append((actual >= low) & (actual <= high))
        widths.append(high - low)
    return Scored(
        actual=actual.astype(np.float64),
        pinball=pinball,
        error=np.abs(actual - np.quantile(samples, 0.5, axis=1)),
        chance=chance_of(samples, edges),
        reached=(actual[:, None] >= edges).astype(np.float64),
        is_inside=np.stack(inside, axis=1),
        width_80=widths[0],
        log_probability=_log_probability(samples, actual),
        volume=usual.astype(np.float64),
    )


def join(parts: Sequence[Scored]) -> Scored:
    return Scored(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Scored))
    )


def summarise(scored: Scored) -> Summary:
    """The table's figures over all rows given. Raises ValueError for none."""
    if len(scored) == 0:
        raise ValueError("no forecast to summarise")
    total = max(scored.actual.sum(), 1.0)
    return Summary(
        series=len(scored),
        weighted_quantile_loss=float(scored.pinball.sum() / total),
        median_error=float(scored.error.sum() / total),
        brier=float(((scored.chance - scored.reached) ** 2).mean()),
        calibration_error=calibration_error(scored.chance, scored.reached),
        inside_80=float(scored.is_inside[:, 0].mean()),
        inside_95=float(scored.is_inside[:, 1].mean()),
        width_80=float(scored.width_80.sum() / total),
        log_score=float(-scored.log_probability.mean()),
    )


def reliability(chance: np.ndarray, reached: np.ndarray) -> list[dict[str, float]]:
    """Bins of a tenth: how many chances, their mean, and the share that came true."""
    chances, came = chance.ravel(), reached.ravel()
    place = np.minimum((chances * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    bins = []
    for b in range(RELIABILITY_BINS):
        own = place == b
        if own.any():
            bins.append(
                {
                    "bin_low": b / RELIABILITY_BINS,
                    "bin_high": (b + 1) / RELIABILITY_BINS,
                    "chances": int(own.sum()),
                    "mean_chance": float(chances[own].mean()),
                    "share_reached": float(came[own].mean()),
                }
            )
    return bins


def calibration_error(chance: np.ndarray, reached: np.ndarray) -> float:
    """Expected calibration error: gaps of the bins, weighted by how many chances they hold."""
    bins = reliability(chance, reached)
    gaps = [b["chances"] * abs(b["mean_chance"] - b["share_reached"]) for b in bins]
    return float(sum(gaps) / sum(b["chances"] for b in bins))


def _log_probability(samples: np.ndarray, actual: np.ndarray) -> np.ndarray:
    """Log of the share of draws near what came, per unit. The nearer draws are counted within a
    kernel as wide as a twentieth of the draws' spread, so that a large total isn't never met."""
    spread = np.subtract(*np.quantile(samples, [0.9, 0.1], axis=1))
    reach = np.floor(spread / 20)
    near = (np.abs(samples - actual[:, None]) <= reach[:, None]).mean(axis=1)
    return np.log(np.maximum(near / (2 * reach + 1), SMALLEST_PROBABILITY))
