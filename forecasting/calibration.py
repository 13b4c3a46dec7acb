"""Spread, bias and shape of a forecast, learnt from how its earlier forecasts came out.

Belongs here: the model of dispersion, the shrunk bias, the recalibration of normal scores and the
correlation between series, all from records of finished periods. Making the records goes to
`past_forecasts`, drawing to `joint_draws`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import optimize, special

from forecasting.counts import SCORES, log_probability, randomised_scores

HORIZON_EDGES = (14.5, 34.5, 57.5)  # days ahead: the last 10 %, 25 %, 50 % of a quarter, and more
VOLUME_EDGES = (8.0, 25.0, 80.0, 300.0)  # usual units a quarter
QUARTER_DAYS = 91.0
TYPICAL_DAYS, TYPICAL_QUARTERLY = 30.0, 30.0
# Beliefs before records speak (log linear excess; log level variance at 30 days and 30 units a
# quarter; its slopes in log days and in log volume) and how far they may be off; measured on
# registrations of offices, they hold for thin histories.
PRIOR = np.array([np.log(0.4), np.log(0.08), 0.0, -0.2])
PRIOR_SCALE = np.array([1.0, 1.0, 0.5, 0.3])
PRIOR_WEIGHT = 0.02  # records are correlated: a record says a fiftieth of what it seems to say
LAUNCH = 2.5  # times its mean: beyond it a series was launched, which says nothing of the market
DISPERSION_RECORDS = 6_000  # of those, at most: four parameters don't need more
OUTLIER_SCORE = 3.5  # launches and recalls: no spread is meant to hold them
BIAS_PERIODS = 24.0  # periods' worth of trust in no bias; a market swings 10 % a quarter by chance
# A period a year older weighs half: markets calm down and wake up. Shorter leaves too few periods.
PERIOD_HALF_LIFE_DAYS = 91.0
SHAPE_RECORDS = 500.0  # records' worth of trust in the negative binomial's own shape
# Periods' worth of trust that a series strays as its class does, and what one score says at most.
SERIES_PERIODS, SERIES_SCORE_CAP = 2.0, 2.5
ROOFTOP_VOTES = 8.0  # votes of its series' periods that a rooftop strays as others do
CELL_RECORDS = 120.0  # records' worth of trust in the common spread, per horizon and volume
MINIMUM_RECORDS = 100
MAXIMUM_SHARED = 0.9


@dataclass(frozen=True)
class Records:
    """Finished forecasts, one row each.

    mean: expected units. units: what came. days: from origin to end. quarterly: usual units a
    quarter. period: first day of the period it belongs to. occasion: which (origin, end). series:
    its row; pool, rooftop: groups of the series.
    """

    mean: np.ndarray
    units: np.ndarray
    days: np.ndarray
    quarterly: np.ndarray
    period: np.ndarray
    occasion: np.ndarray
    series: np.ndarray
    pool: np.ndarray
    rooftop: np.ndarray

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def weight(self) -> np.ndarray:
        """float64 [records], 1 in the latest period."""
        return 0.5 ** ((self.period.max() - self.period) / PERIOD_HALF_LIFE_DAYS)


@dataclass(frozen=True)
class Calibration:
    """How to spread a mean. linear: excess of variance over the mean, as a share of it.
    level, day_slope, volume_slope: log variance of the level at TYPICAL_DAYS ahead of a series of
    TYPICAL_QUARTERLY units, and its slopes in their logs. bias: log, per horizon
    band. shape: score drawn at each of SCORES. spread: [horizons, volumes] factor of the scores.
    series_spread: [rows that had records] factor of each series' own. market, pool, rooftop:
    shares of the level's variance that series have in common.
    record_count: how many records it was learnt from.
    """

    linear: float
    level: float
    day_slope: float
    volume_slope: float
    bias: np.ndarray
    shape: np.ndarray
    spread: np.ndarray
    series_spread: np.ndarray
    market: float
    pool: float
    rooftop: float
    record_count: int

    def level_variance(self, days: np.ndarray, quarterly: np.ndarray) -> np.ndarray:
        theta = (self.level, self.day_slope, self.volume_slope)
        return _level_variance(theta, days, quarterly)

    def dispersion(self, mean: np.ndarray, days: np.ndarray, quarterly: np.ndarray) -> np.ndarray:
        """Of the negative binomial: variance = mean + dispersion x mean^2."""
        return self.linear / np.maximum(mean, 1e-3) + self.level_variance(days, quarterly)

    def level_share(self, mean: np.ndarray, days: np.ndarray, quarterly: np.ndarray) -> np.ndarray:
        """Share of the variance that is the level's: what series can have in common."""
        level = self.level_variance(days, quarterly) * mean
        return level / (1 + self.linear + level)

    def unbiased(self, mean: np.ndarray, days: np.ndarray) -> np.ndarray:
        return mean * np.exp(self.bias[horizon_band(days)])

    def width(self, days: float, quarterly: np.ndarray, own: np.ndarray) -> np.ndarray:
        """float64 [series]: factor of the scores. own: each series', 1 where nothing is known."""
        band = horizon_band(np.array([days]))[0]
        return self.spread[band, volume_class(quarterly)] * own

    def drawn_scores(self, days: float, quarterly: np.ndarray, own: np.ndarray) -> np.ndarray:
        """float64 [series, scores]: the score to read a curve at, for each standard score."""
        return self.width(days, quarterly, own)[:, None] * self.shape[None, :]


def horizon_band(days: np.ndarray) -> np.ndarray:
    return np.searchsorted(HORIZON_EDGES, days)


def volume_class(quarterly: np.ndarray) -> np.ndarray:
    return np.searchsorted(VOLUME_EDGES, quarterly)


def uncalibrated() -> Calibration:
    """What is believed before any period has finished."""
    return Calibration(
        linear=float(np.exp(PRIOR[0])),
        level=float(PRIOR[1]),
        day_slope=float(PRIOR[2]),
        volume_slope=float(PRIOR[3]),
        bias=np.zeros(len(HORIZON_EDGES) + 1),
        shape=SCORES.copy(),
        spread=np.ones((len(HORIZON_EDGES) + 1, len(VOLUME_EDGES) + 1)),
        series_spread=np.ones(0),
        market=0.15,
        pool=0.2,
        rooftop=0.1,
        record_count=0,
    )


def calibrate(records: Records, seed: int = 0) -> Calibration:
    """Learn a calibration. With fewer than MINIMUM_RECORDS records the prior stays."""
    if len(records) < MINIMUM_RECORDS:
        return uncalibrated()
    bias = _bias(records)
    mean = np.maximum(records.mean * np.exp(bias[horizon_band(records.days)]), 1e-3)
    uniform = np.random.default_rng(seed).random(len(records))
    plain, used = uncalibrated(), np.ones(len(records), dtype=bool)
    for _ in range(2):
        theta = _fit_dispersion(records, mean, used)
        plain = replace(plain, **theta, bias=bias, record_count=len(records))
        dispersion = plain.dispersion(mean, records.days, records.quarterly)
        scores = randomised_scores(records.units, mean, dispersion, uniform)
        used = np.abs(scores) < OUTLIER_SCORE
    series_spread = _series_spread(scores, records)
    scores = scores / series_spread[records.series]
    spread = _spread(scores, records)
    band, volume = horizon_band(records.days), volume_class(records.quarterly)
    scores = scores / spread[band, volume]
    shape = _shape(scores, records.weight)
    scores = np.interp(scores, shape, SCORES)
    share = np.sqrt(plain.level_share(mean, records.days, records.quarterly))
    market, pool, rooftop = _shared(scores, share, records)
    return replace(
        plain,
        spread=spread,
        series_spread=series_spread,
        shape=shape,
        market=market,
        pool=pool,
        rooftop=rooftop,
    )


def _bias(records: Records) -> np.ndarray:
    """Log of actual over expected per horizon band: each period one vote, shrunk to none."""
    bias = np.zeros(len(HORIZON_EDGES) + 1)
    band = horizon_band(records.days)
    damped = 1.0 / (1.0 + 0.1 * records.mean)
    for b in range(len(bias)):
        votes = []
        for period in np.unique(records.period[band == b]):
            own = (band == b) & (records.period == period)
            due = (records.mean[own] * damped[own]).sum()
            if due > 1.0:
                held = np.minimum(records.units[own], LAUNCH * records.mean[own] + 5)
                came = (held * damped[own]).sum()
                votes.append(np.log((came + 1.0) / (due + 1.0)))
        if votes:
            bias[b] = np.clip(np.sum(votes) / (len(votes) + BIAS_PERIODS), -0.2, 0.2)
    return bias


def _level_variance(
    theta: tuple[float, float, float], days: np.ndarray, quarterly: np.ndarray
) -> np.ndarray:
    """exp(level + day slope x log days + volume slope x log volume), float64."""
    ahead = np.log(np.maximum(days, 1) / TYPICAL_DAYS)
    volume = np.log(np.clip(quarterly, 1.0, 3000.0) / TYPICAL_QUARTERLY)
    return np.exp(theta[0] + theta[1] * ahead + theta[2] * volume)


def _fit_dispersion(records: Records, mean: np.ndarray, used: np.ndarray) -> dict[str, float]:
    """Penalised maximum likelihood of the four parameters of the spread."""
    chosen = np.flatnonzero(used)
    scale = 1.0
    if len(chosen) > DISPERSION_RECORDS:
        scale = len(chosen) / DISPERSION_RECORDS
        chosen = np.random.default_rng(0).choice(chosen, DISPERSION_RECORDS, replace=False)
    units, mean, weight = records.units[chosen], mean[chosen], scale * records.weight[chosen]
    days, quarterly = records.days[chosen], records.quarterly[chosen]

    def loss(theta: np.ndarray) -> float:
        dispersion = np.exp(theta[0]) / mean + _level_variance(theta[1:], days, quarterly)
        likelihood = (weight * log_probability(units, mean, dispersion)).sum() * PRIOR_WEIGHT
        return 0.5 * (((theta - PRIOR) / PRIOR_SCALE) ** 2).sum() - likelihood

    bounds = [(np.log(0.01), np.log(5.0)), (np.log(5e-4), np.log(2.0)), (-1.0, 1.0), (-0.8, 0.2)]
    theta = optimize.minimize(loss, PRIOR, method="L-BFGS-B", bounds=bounds).x
    names = ("level", "day_slope", "volume_slope")
    slopes = dict(zip(names, map(float, theta[1:]), strict=True))
    return {"linear": float(np.exp(theta[0])), **slopes}


def _series_spread(scores: np.ndarray, records: Records) -> np.ndarray:
    """How far each series strays against its class, float64 [rows].

    Mean square of its scores, a vote a period, shrunk to its rooftop's and that to the class of its
    volume: a lumpy fleet store or series gets wide bands without widening everyone's.
    """
    volume = volume_class(records.quarterly)
    square = np.minimum(np.abs(scores), SERIES_SCORE_CAP) ** 2
    weight = records.weight
    classes = np.bincount(volume, weights=weight * square) / np.maximum(
        np.bincount(volume, weights=weight), 1e-9
    )
    rows = int(records.series.max()) + 1
    cell = np.unique(records.period, return_inverse=True)[1] * rows + records.series
    count = np.bincount(cell)
    ratio = np.bincount(cell, weights=square / classes[volume]) / np.maximum(count, 1)
    trust = np.bincount(cell, weights=weight) / np.maximum(count, 1)
    row = np.arange(len(count)) % rows
    said = np.bincount(row, weights=trust * ratio, minlength=rows)
    voted = np.bincount(row, weights=trust, minlength=rows)
    rooftop = np.zeros(rows, dtype=np.int64)
    rooftop[records.series] = records.rooftop
    store = (np.bincount(rooftop, weights=said) + ROOFTOP_VOTES) / (
        np.bincount(rooftop, weights=voted) + ROOFTOP_VOTES
    )
    return np.sqrt((said + SERIES_PERIODS * store[rooftop]) / (voted + SERIES_PERIODS))


def _spread(scores: np.ndarray, records: Records) -> np.ndarray:
    """Factor by which scores stray more than one, per horizon band and volume class.

    Each cell is shrunk to its horizon's, that to the whole's and that to one. Judged by where 80 %
    and 95 % of the absolute scores lie, so that one launch of a model can't widen every band.
    """
    band, volume = horizon_band(records.days), volume_class(records.quarterly)
    weight = records.weight
    whole = _shrunk_width(scores, weight, 1.0)
    result = np.full((len(HORIZON_EDGES) + 1, len(VOLUME_EDGES) + 1), whole)
    for b in range(result.shape[0]):
        of_band = _shrunk_width(scores[band == b], weight[band == b], whole)
        for v in range(result.shape[1]):
            own = (band == b) & (volume == v)
            result[b, v] = _shrunk_width(scores[own], weight[own], of_band)
    return result


def _shrunk_width(scores: np.ndarray, weight: np.ndarray, belief: float) -> float:
    if len(scores) < 10:
        return belief
    inner, outer = _weighted_quantiles(np.abs(scores), weight, np.array([0.8, 0.95]))
    width = 0.5 * (inner / special.ndtri(0.9) + outer / special.ndtri(0.975))
    trust = weight.sum() / (weight.sum() + CELL_RECORDS)
    return float(np.exp(trust * np.log(np.clip(width, 0.3, 3.0)) + (1 - trust) * np.log(belief)))


def _weighted_quantiles(
    values: np.ndarray, weight: np.ndarray, levels: np.ndarray
) -> np.ndarray:
    order = np.argsort(values)
    reached = np.cumsum(weight[order]) - 0.5 * weight[order]
    return np.interp(levels, reached / weight.sum(), values[order])


def _shape(scores: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Monotone map of standard scores to the scores that came, shrunk to none, float64 [scores]."""
    inside = np.abs(SCORES) <= 2.2  # further out there are too few records to bend anything
    came = _weighted_quantiles(scores, weight, special.ndtr(SCORES[inside]))
    trust = weight.sum() / (weight.sum() + SHAPE_RECORDS)
    moved = trust * (came - SCORES[inside])
    shape = SCORES + np.interp(SCORES, SCORES[inside], moved)
    return np.maximum.accumulate(shape + 1e-6 * np.arange(len(shape)))


def _shared(scores: np.ndarray, share: np.ndarray, records: Records) -> tuple[float, float, float]:
    """(market, pool, rooftop) shares of the level's variance, from products of pairs of scores.

    Per occasion the mean product of pairs, over what it would be were all levels one; the median
    over occasions, so that one lockdown or tax holiday isn't taken for every month's swing.
    """
    market = _pair_share(scores, share, records.occasion)
    groups = []
    for group in (records.pool, records.rooftop):
        cell = records.occasion.astype(np.int64) * (int(group.max()) + 1) + group
        together = _pair_share(scores, share, cell, by=records.occasion)
        groups.append(max(together - market, 0.0))
    total = market + sum(groups)
    factor = min(1.0, MAXIMUM_SHARED / total) if total > 0 else 1.0
    return market * factor, groups[0] * factor, groups[1] * factor


def _pair_share(
    scores: np.ndarray, share: np.ndarray, cell: np.ndarray, by: np.ndarray | None = None
) -> float:
    """Median over occasions of the sum of pair products over that of pair shares."""
    by = cell if by is None else by
    _, first, inverse = np.unique(cell, return_index=True, return_inverse=True)

    def pairs(values: np.ndarray) -> np.ndarray:
        total = np.bincount(inverse, weights=values)
        return total**2 - np.bincount(inverse, weights=values**2)

    _, occasion = np.unique(by[first], return_inverse=True)
    due = np.bincount(occasion, weights=pairs(share))
    came = np.bincount(occasion, weights=pairs(scores))
    enough = due > 1.0
    if not enough.any():
        return 0.0
    return float(np.clip(np.median(came[enough] / due[enough]), 0.0, 0.8))
