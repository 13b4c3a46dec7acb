"""Boosted trees with a Poisson loss: what recent windows say beyond the pooled pace.

Belongs here: the features of a morning (paces of series, pool and rooftop over seven windows), the
mornings of the past it is trained on, and the correction of the pace it gives. Spread around the
mean goes to `calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from forecasting.candidates.pooled_pace import PooledPace
from forecasting.day_features import period_starts
from forecasting.situation import Situation, known_digest, make_situation, sample_rows
from forecasting.threads import one_thread

WINDOWS = (7, 14, 28, 56, 112, 224)
YEAR = 365
TRAINING_DAYS = 600
MORNING_STEP_DAYS = 10
LONGEST_AHEAD_DAYS = 93  # a quarter
SHORTEST_AHEAD_DAYS = 3
MINIMUM_HISTORY_DAYS = 200
MINIMUM_UNITS = 2.0  # expected in sixty days; thinner series teach only noise
MAXIMUM_ROWS = 12_000  # twice as many, and twice the trees, say nothing more and cost three times
OWN_UNITS, GROUP_UNITS = 2.0, 10.0  # shrinkage of log paces
DISPERSION = 0.05  # down-weights large means: their errors aren't Poisson
# Log paces in steps of 0.02 and log sizes of 0.05, within limits: at most 251 distinct values each,
# fewer than there are bins. Finding bins of weighted columns costs ten times what growing does.
PACE_STEP, PACE_LIMIT, SIZE_STEP, SIZE_LIMIT = 0.02, 2.5, 0.05, 6.0
CORRECTION_LIMIT = 0.7  # log units; a leaf of few launches must not double a series


@dataclass(frozen=True)
class BoostedTrees:
    """Mean model: pooled pace times a learnt factor.

    Trained on what was known on the first day of the origin's half-year, by a sample of whole
    pools: what windows say changes slowly, and a training a morning would cost more than all else.
    """

    pace: PooledPace = field(default_factory=PooledPace)
    code: str = "trees"
    _trained: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def means(self, situation: Situation, ends: Sequence[int]) -> np.ndarray:
        """float64 [ends, series]; the pooled pace itself while there is too little to train on."""
        base = self.pace.means(situation, ends)
        model = self._model(situation)
        if model is None:
            return base
        paces = _paces(situation, np.array([situation.origin]))[0]
        rows = [
            np.c_[paces, _horizon(situation.origin, end, base[k])] for k, end in enumerate(ends)
        ]
        with one_thread():
            factor = np.stack([model.predict(x) for x in rows])
        limit = np.exp(CORRECTION_LIMIT)
        return np.maximum.accumulate(base * np.clip(factor, 1 / limit, limit), axis=0)

    def _model(self, situation: Situation):
        panel = situation.panel
        day = half_year_start(panel.dates, situation.origin)
        if day < MINIMUM_HISTORY_DAYS:
            return None
        rows = sample_rows(panel)
        sample = panel if len(rows) == panel.series_count else panel.select(rows)
        name = known_digest(sample, day)
        if name not in self._trained:
            self._trained[name] = self.train(make_situation(sample, day))
        return self._trained[name]

    def train(self, situation: Situation):
        """A fitted regressor, or None. Deterministic."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        data = _training_rows(situation, self.pace)
        if data is None:
            return None
        features, units, offset = data
        model = HistGradientBoostingRegressor(
            loss="poisson",
            max_iter=40,
            learning_rate=0.1,
            max_leaf_nodes=8,
            min_samples_leaf=200,
            l2_regularization=5.0,
            early_stopping=False,
            random_state=0,
        )
        weight = offset / (1 + DISPERSION * offset)
        with one_thread():
            return model.fit(features, units / offset, sample_weight=weight)


def half_year_start(dates: np.ndarray, origin: int) -> int:
    """Index of the first day of the calendar half-year that holds the day before the origin."""
    halves = dates.astype("datetime64[M]").astype(np.int64) // 6
    return int(np.searchsorted(halves, halves[max(origin - 1, 0)]))


def _horizon(origin: int, end: int, expected: np.ndarray) -> np.ndarray:
    days = np.full(len(expected), (end - origin + 1) / 90.0)
    return np.c_[days, _stepped(np.log(expected + 0.01), SIZE_STEP, SIZE_LIMIT)]


def _stepped(values: np.ndarray, step: float, limit: float) -> np.ndarray:
    return np.rint(np.clip(values, -limit, limit) / step) * step


def _training_rows(
    situation: Situation, pace: PooledPace
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """(features, units, pace's mean) of past mornings, each scaled to its morning's own total, so
    that the market's swings aren't learnt as traits of series."""
    origin = situation.origin
    mornings = [
        day
        for day in range(origin - SHORTEST_AHEAD_DAYS - 1, MINIMUM_HISTORY_DAYS, -MORNING_STEP_DAYS)
        if day > origin - TRAINING_DAYS and situation.known[max(0, day - 20) : day].all()
    ][::-1]
    starts = period_starts(situation.profile.calendars.month[situation.profile.calendars.main])
    month_ends = starts[1:] - 1
    targets = [(m, e) for m, day in enumerate(mornings) for e in _ends(situation, day, month_ends)]
    if len({m for m, _ in targets}) < 10:
        return None
    first = np.array(mornings)
    paces = _paces(situation, first)
    levels = _past_levels(situation, first, pace)
    days = np.arange(origin)[:, None]
    low, high = first[[m for m, _ in targets]], np.array([e for _, e in targets])
    units, exposure = situation.sums(((days >= low) & (days <= high)).astype(float))
    blocks = []
    for k, (m, end) in enumerate(targets):
        expected = levels[:, m] * exposure[:, k]
        used = np.flatnonzero(
            expected * 60 / (end - mornings[m] + 1) >= MINIMUM_UNITS
        )
        if len(used) < 5:
            continue
        damped = 1 / (1 + DISPERSION * expected[used])
        swing = (units[used, k] * damped).sum() / max((expected[used] * damped).sum(), 1e-9)
        scaled = expected[used] * max(swing, 0.05)
        x = np.c_[paces[m][used], _horizon(mornings[m], end, expected[used])]
        blocks.append(np.c_[x, units[used, k], scaled])
    if not blocks:
        return None
    rows = np.concatenate(blocks)
    if len(rows) > MAXIMUM_ROWS:
        chosen = np.random.default_rng(0).choice(len(rows), MAXIMUM_ROWS, replace=False)
        rows = rows[np.sort(chosen)]
    return rows[:, :-2], rows[:, -2], rows[:, -1]


def _ends(situation: Situation, day: int, month_ends: np.ndarray) -> list[int]:
    """Month ends a morning can be judged on by now, in open markets."""
    ahead = month_ends[(month_ends >= day + SHORTEST_AHEAD_DAYS) & (month_ends < situation.origin)]
    near = ahead[ahead - day < LONGEST_AHEAD_DAYS]
    return [int(end) for end in near if situation.known[day : end + 1].all()]


def _past_levels(situation: Situation, mornings: np.ndarray, pace: PooledPace) -> np.ndarray:
    """The pace's level as of each past morning, float64 [series, mornings]."""
    age = situation.age[:, None]
    behind = situation.age[mornings - 1][None, :]
    before = np.arange(situation.origin)[:, None] < mornings[None, :]

    def discounted(half_life: float) -> np.ndarray:
        return np.where(before, 0.5 ** (np.maximum(age - behind, 0) / half_life), 0.0)

    units, exposure = situation.sums(discounted(pace.year_half_life_days))
    whole = units.sum(axis=0) / np.maximum(exposure.sum(axis=0), 1e-9)
    year = (units + pace.pool_units) / (exposure + pace.pool_units / np.maximum(whole, 1e-9))
    units, exposure = situation.sums(discounted(pace.half_life_days))
    return (units + pace.prior_units) / (exposure + pace.prior_units / year)


def _paces(situation: Situation, mornings: np.ndarray) -> np.ndarray:
    """Features of mornings, float64 [mornings, series, features]: log paces over each window
    against the year's, of the series, its pool and its rooftop; the month so far; the year's level.
    """
    origin = situation.origin
    age = np.r_[situation.age, 0.0]
    behind = age[mornings - 1][None, :]
    before = np.arange(origin)[:, None] < mornings[None, :]
    since = np.where(before, age[:origin, None] - behind + 1, np.inf)
    starts = period_starts(situation.profile.calendars.month[situation.profile.calendars.main])
    month_start = starts[np.searchsorted(starts, mornings, side="right") - 1]
    in_month = before & (np.arange(origin)[:, None] >= month_start[None, :])
    masks = [since <= window for window in (YEAR, *WINDOWS)] + [in_month]
    units, exposure = situation.sums(np.concatenate(masks, axis=1).astype(float))
    count = len(mornings)
    units = units.reshape(-1, len(masks), count)
    exposure = exposure.reshape(-1, len(masks), count)
    whole = units[:, 0].sum(axis=0) / np.maximum(exposure[:, 0].sum(axis=0), 1e-9)
    base = (units[:, 0] + 0.5) / (exposure[:, 0] + 0.5 / np.maximum(whole, 1e-9))
    features = [_stepped(np.log(base / np.maximum(whole, 1e-9)), SIZE_STEP, SIZE_LIMIT)]
    for k in range(1, len(masks)):
        due = exposure[:, k] * base
        pace = np.log((units[:, k] + OWN_UNITS) / (due + OWN_UNITS))
        features.append(_stepped(pace, PACE_STEP, PACE_LIMIT))
        if k < len(masks) - 1:
            for group in (situation.pool_of_series, situation.rooftop_of_series):
                features.append(_group_pace(units[:, k], due, group))
    features.append(_stepped(np.log(exposure[:, -1] * base + 0.1), SIZE_STEP, SIZE_LIMIT))
    elapsed = np.broadcast_to((mornings - month_start) / 30.0, base.shape)
    features.append(elapsed)
    return np.stack(features, axis=-1).transpose(1, 0, 2)


def _group_pace(units: np.ndarray, due: np.ndarray, group: np.ndarray) -> np.ndarray:
    groups = int(group.max()) + 1
    sold, expected = np.zeros((groups, units.shape[1])), np.zeros((groups, units.shape[1]))
    np.add.at(sold, group, units)
    np.add.at(expected, group, due)
    pace = np.log((sold + GROUP_UNITS) / (expected + GROUP_UNITS))
    return _stepped(pace, PACE_STEP, PACE_LIMIT)[group]
