"""The shared day profile: how a period's units spread over its days, learnt from the whole panel.

Belongs here: the pooled Poisson regression on what a day is, each calendar's departure from it, a
weak season of the year, and how pools and series depart in the parts of a month. A series' level
goes to `candidates.pooled_pace`; what a day is goes to `day_features`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from forecasting.day_features import (
    BLOCK_COUNT,
    Calendars,
    day_features,
    group_calendars,
    month_blocks,
    period_starts,
)
from forecasting.panel import Panel
from forecasting.season import fit_season
from forecasting.structural_breaks import closed_market_days
from forecasting.threads import one_thread

HISTORY_DAYS = 1100  # three years: a fourth says little of today's month-ends
# Daily counts of a calendar vary about this much more than Poisson, in variance; 1 would let the
# features chase single days, 10 would hold them at their priors.
OVERDISPERSION = 3.0
CALENDAR_PRIOR_SCALE = 0.3  # log units: how far a calendar may depart from the shared profile
# One calendar's weight in the shared profile ends here, or an online channel with most of a
# market's units would be the profile of everyone else.
CALENDAR_UNITS_CAP = 20_000.0
MINIMUM_CALENDAR_UNITS = 20
ALTERNATIONS = 2  # of profile and month levels; a third round moves no score on registrations
# Units' worth of trust in the level above, for how a pool and a series spread over a month's parts.
POOL_BLOCK_UNITS, SERIES_BLOCK_UNITS = 100.0, 30.0
POOL_SERIES_CAP = 2000.0  # one large series isn't its pool
BLOCK_HALF_LIFE_DAYS = 365.0
CHUNK_SERIES = 8192  # series handled at once, so that copies stay small


@dataclass(frozen=True)
class DayProfile:
    """Relative selling intensity of every day for every series; about 1 on an average day.

    calendars: the panel's. intensity: float64 [calendars, days]. blocks: int8 [calendars, days].
    block_factors: float64 [series, blocks]. is_known: bool [days], before the origin and not in a
    closed market; days from the origin on count as open.
    """

    calendars: Calendars
    intensity: np.ndarray
    blocks: np.ndarray
    block_factors: np.ndarray
    is_closed: np.ndarray
    origin: int

    @property
    def is_known(self) -> np.ndarray:
        return (np.arange(len(self.is_closed)) < self.origin) & ~self.is_closed

    def exposure(self, weights: np.ndarray, rows: np.ndarray | None = None) -> np.ndarray:
        """Sum over days of intensity x weights, float64 [series or rows, columns of weights].

        weights: float [days, columns]. Days before a series could sell give nothing.
        """
        calendars = self.calendars
        chosen = np.arange(len(calendars.of_series)) if rows is None else np.asarray(rows)
        pairs = calendars.of_series[chosen] * (len(self.is_closed) + 1) + calendars.start[chosen]
        distinct, which = np.unique(pairs, return_inverse=True)
        sums = np.zeros((len(distinct), BLOCK_COUNT, weights.shape[1]))
        for i, pair in enumerate(distinct):
            calendar, start = divmod(int(pair), len(self.is_closed) + 1)
            intensity, blocks = self.intensity[calendar, start:], self.blocks[calendar, start:]
            for block in range(BLOCK_COUNT):
                sums[i, block] = (intensity * (blocks == block)) @ weights[start:]
        return np.einsum("sb,sbk->sk", self.block_factors[chosen], sums[which])


def unmasked_age(is_known: np.ndarray, origin: int) -> np.ndarray:
    """float64 [days]: known days between each day and the origin (1 = the day before it)."""
    running = np.r_[0, np.cumsum(is_known)]
    return (running[origin] - running[:-1]).astype(np.float64)


def fit_profile(panel: Panel, origin: int) -> DayProfile:
    """Learn the profile from the days before `origin`. Needs no minimum: with little history the
    features stay at their priors and every open day is alike."""
    calendars = group_calendars(panel)
    totals = calendar_totals(panel, calendars)
    is_closed = np.zeros(len(panel.dates), dtype=bool)
    first = max(0, origin - HISTORY_DAYS)
    is_closed[first:origin] = closed_market_days(totals[:, first:origin].sum(axis=0))
    known = np.zeros(len(panel.dates), dtype=bool)
    known[first:origin] = ~is_closed[first:origin]
    intensity = _fit_intensity(calendars, totals, np.flatnonzero(known))
    if known.any():
        intensity *= fit_season(calendars, totals, intensity, known)
    blocks = np.stack([month_blocks(calendars, c) for c in range(len(intensity))])
    flat = np.ones((panel.series_count, BLOCK_COUNT))
    profile = DayProfile(calendars, intensity, blocks, flat, is_closed, origin)
    factors = _block_factors(panel, profile) if known.any() else flat
    return DayProfile(calendars, intensity, blocks, factors, is_closed, origin)


def calendar_totals(panel: Panel, calendars: Calendars) -> np.ndarray:
    """float64 [calendars, days]: units of all series that keep a calendar."""
    order = np.argsort(calendars.of_series, kind="stable")
    edges = np.searchsorted(
        calendars.of_series[order], np.arange(len(calendars.is_selling_day) + 1)
    )
    return np.stack(
        [
            panel.units[order[low:high]].sum(axis=0, dtype=np.float64)
            for low, high in zip(edges[:-1], edges[1:], strict=True)
        ]
    )


def month_levels(
    totals: np.ndarray, intensity: np.ndarray, month: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Units against intensity by month, shrunk by half a unit to the whole: (levels [months],
    whole). All arrays are of the same known days."""
    months = int(month.max()) + 1
    units = np.bincount(month, weights=totals, minlength=months)
    exposure = np.bincount(month, weights=intensity, minlength=months)
    whole = max(units.sum(), 0.5) / max(exposure.sum(), 1e-9)
    return (units + 0.5) / (exposure + 0.5 / whole), whole


def _fit_intensity(calendars: Calendars, totals: np.ndarray, known: np.ndarray) -> np.ndarray:
    """float64 [calendars, days]: the shared regression, then each calendar's departure from it."""
    features = [day_features(calendars, c) for c in range(len(totals))]
    shared = _regressor(warm_start=True)
    scale = features[0].prior_scale
    design = np.stack([f.matrix for f in features]) * scale
    count, days, _ = design.shape
    intensity = np.ones((count, days))
    if len(known) < 28 or totals[:, known].sum() < MINIMUM_CALENDAR_UNITS:
        return intensity
    cap = np.minimum(1.0, CALENDAR_UNITS_CAP / np.maximum(totals[:, known].sum(axis=1), 1.0))
    for _ in range(ALTERNATIONS):
        level = np.stack(
            [
                month_levels(totals[c, known], intensity[c, known], m)[0][m]
                for c, m in enumerate(calendars.month[:, known])
            ]
        )
        rate, weight = totals[:, known] / level, level * cap[:, None]
        rows = design[:, known].reshape(-1, design.shape[2])
        _fit(shared, rows, rate.ravel(), weight.ravel())
        intensity = np.exp(shared.intercept_ + design @ shared.coef_)
    for c in range(count):
        month = calendars.month[c, known]
        if totals[c, known].sum() >= MINIMUM_CALENDAR_UNITS and count > 1:
            expected = month_levels(totals[c, known], intensity[c, known], month)[0][month]
            expected = expected * intensity[c, known]
            own = design[c] / scale * CALENDAR_PRIOR_SCALE
            model = _fit(_regressor(), own[known], totals[c, known] / expected, expected)
            intensity[c] *= np.exp(model.intercept_ + own @ model.coef_)
    return intensity


def _regressor(warm_start: bool = False):
    """A Poisson regression; its ridge is set when it is fitted."""
    from sklearn.linear_model import PoissonRegressor

    return PoissonRegressor(solver="newton-cholesky", max_iter=60, warm_start=warm_start)


def _fit(model, design: np.ndarray, rate: np.ndarray, weight: np.ndarray):
    """Fit a rate on columns scaled to prior deviation one."""
    from sklearn import config_context
    from sklearn.exceptions import ConvergenceWarning

    used = weight > 1e-9
    model.set_params(alpha=OVERDISPERSION / weight[used].sum())
    # Hundreds of small fits: checking their inputs took a fifth of them.
    checks = config_context(assume_finite=True, skip_parameter_validation=True)
    with warnings.catch_warnings(), one_thread(), checks:
        # A thin panel may stop short of the last digit; the prior keeps it sane.
        warnings.simplefilter("ignore", category=ConvergenceWarning)
        return model.fit(design[used], rate[used], sample_weight=weight[used])


def _block_factors(panel: Panel, profile: DayProfile) -> np.ndarray:
    """How pools, then series, spread over the parts of a month: float64 [series, blocks].

    Units are compared with the profile scaled to the series' own total of each finished month, so
    that only the shape within a month is judged. Gamma-Poisson shrinkage at both levels.
    """
    units, expected = _block_units(panel, profile)
    _, pool = np.unique(np.array(panel.pools), return_inverse=True)
    capped = np.minimum(1.0, POOL_SERIES_CAP / np.maximum(units.sum(axis=1), 1.0))[:, None]
    factors = _shrunk(units * capped, expected * capped, POOL_BLOCK_UNITS, pool)
    own = np.arange(len(units))
    return factors * _shrunk(units, expected * factors, SERIES_BLOCK_UNITS, own)


def _shrunk(
    units: np.ndarray, expected: np.ndarray, prior_units: float, group: np.ndarray
) -> np.ndarray:
    groups = int(group.max()) + 1
    observed, due = np.zeros((groups, units.shape[1])), np.zeros((groups, units.shape[1]))
    np.add.at(observed, group, units)
    np.add.at(due, group, expected)
    due *= (observed.sum(axis=1) / np.maximum(due.sum(axis=1), 1e-9))[:, None]
    return ((observed + prior_units) / (due + prior_units))[group]


def _block_units(panel: Panel, profile: DayProfile) -> tuple[np.ndarray, np.ndarray]:
    """(units, expected) by series and block, float64 [series, blocks], recent months weighing more;
    finished months only, closed days out."""
    calendars, origin = profile.calendars, profile.origin
    age = unmasked_age(profile.is_known, origin)
    day_weight = profile.is_known * 0.5 ** (age / BLOCK_HALF_LIFE_DAYS)
    units = np.zeros((panel.series_count, BLOCK_COUNT))
    expected = np.zeros_like(units)
    for c in range(len(profile.intensity)):
        rows = np.flatnonzero(calendars.of_series == c)
        starts = period_starts(calendars.month[c])
        starts = starts[starts <= origin]
        if len(starts) < 2:
            continue
        months = [
            (low, high)
            for low, high in zip(starts[:-1], starts[1:], strict=True)
            if low >= origin - HISTORY_DAYS
        ]
        if not months:
            continue
        low, high = months[0][0], months[-1][1]
        position = np.searchsorted([a for a, _ in months], np.arange(low, high), side="right") - 1
        known = profile.is_known[low:high]
        cell = position * BLOCK_COUNT + profile.blocks[c, low:high]
        indicator = np.zeros((len(panel.dates), len(months) * BLOCK_COUNT))
        indicator[np.flatnonzero(known) + low, cell[known]] = 1.0
        sold = _sums_by_cell(panel.units[:, low:high], rows, cell, known, indicator.shape[1])
        due = profile.exposure(indicator, rows)
        recency = np.array([day_weight[a:b].max() for a, b in months]).repeat(BLOCK_COUNT)
        shape = (len(rows), len(months), BLOCK_COUNT)
        sold, due = sold.reshape(shape), due.reshape(shape)
        level = sold.sum(axis=2, keepdims=True) / np.maximum(due.sum(axis=2, keepdims=True), 1e-9)
        weight = recency.reshape(shape[1:])
        units[rows] = (sold * weight).sum(axis=1)
        expected[rows] = (due * level * weight).sum(axis=1)
    return units, expected


def _sums_by_cell(
    units: np.ndarray, rows: np.ndarray, cell: np.ndarray, known: np.ndarray, cells: int
) -> np.ndarray:
    """float64 [rows, cells]: units of the known days of each cell."""
    days = np.flatnonzero(known)
    days = days[np.argsort(cell[days], kind="stable")]
    present, first = np.unique(cell[days], return_index=True)
    sums = np.zeros((len(rows), cells))
    for low in range(0, len(rows), CHUNK_SERIES):
        part = units[np.ix_(rows[low : low + CHUNK_SERIES], days)]
        sums[low : low + CHUNK_SERIES, present] = np.add.reduceat(part, first, axis=1)
    return sums


def units_sum(
    panel: Panel, weights: np.ndarray, rows: np.ndarray | None = None, chunk: int = CHUNK_SERIES
) -> np.ndarray:
    """Sum over the first days of units x weights, float64 [series or rows, columns].

    weights: float [days up to an origin, columns]. Chunked so that the float copy stays small.
    """
    days = len(weights)
    chosen = np.arange(panel.series_count) if rows is None else np.asarray(rows)
    weights = weights.astype(np.float32)
    result = np.empty((len(chosen), weights.shape[1]))
    for low in range(0, len(chosen), chunk):
        part = panel.units[chosen[low : low + chunk], :days].astype(np.float32)
        result[low : low + chunk] = part @ weights
    return result
