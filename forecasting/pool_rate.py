"""The pace of a pool: what a series too short or too thin for a model of its own falls back to.

Belongs here: a pool's recent units a selling day, by place in the month, and a gamma-Poisson level
per series around it. Deciding who falls back belongs to the model that does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecasting.calendar_features import selling_day_positions
from forecasting.noise import series_generator
from forecasting.panel import Panel

HALF_LIFE_DAYS = 90  # a pace older than a quarter counts half: model years come and go
MEMORY_DAYS = 365
# Units' worth of trust in the pool's pace against the series' own: with 4 recent units of its own a
# series is half itself. Lower chases noise, higher keeps a small store at its pool's level.
PRIOR_UNITS = 4.0
# Where a day stands in its month: the last day, last 2-3, last 4-5, first 5, middle.
MONTH_CELLS = 5
MINIMUM_POOL_UNITS = 20  # below it, the pool's month shape is noise: the whole panel's is used


class PoolRateForecaster:
    """Units a selling day of the pool, scaled to the series by how it did against that pace.

    Level: gamma with shape `PRIOR_UNITS` + own recent units, so that the less a series has sold,
    the wider its draws. Counts are Poisson within a draw's level.
    """

    code = "pool_rate"

    def sample_remaining(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> np.ndarray:
        """int32 [ends, series, draws]; see `panel.Forecaster`."""
        return self.sample_rows(panel, range(panel.series_count), origin, ends, draws, seed)

    def sample_rows(
        self,
        panel: Panel,
        rows: Sequence[int],
        origin: int,
        ends: Sequence[int],
        draws: int,
        seed: int,
    ) -> np.ndarray:
        """The same for some rows of the panel, with their pools learnt from all of it."""
        cells = _month_cells(panel)
        weights = _recency(origin)
        start = origin - len(weights)
        units = panel.units[:, start:origin].astype(np.float64) * weights
        days = _days_on_offer(panel, origin)[:, start:] * weights
        totals = np.zeros((2, panel.series_count, MONTH_CELLS))
        for cell in range(MONTH_CELLS):
            inside = cells[:, start:origin] == cell
            totals[0, :, cell] = (units * inside).sum(axis=1)
            totals[1, :, cell] = (days * inside).sum(axis=1)
        remaining = np.zeros((len(ends), len(rows), draws), dtype=np.int64)
        for place, row in enumerate(rows):
            rate = _pool_rate(totals, panel.pools, row)
            expected_own = float((totals[1, row] * rate).sum())
            own = float(totals[0, row].sum())
            future = np.where(
                panel.is_selling_day[row, origin:], rate[cells[row, origin:]], 0.0
            ).cumsum()
            steps = np.diff([future[end - origin] for end in ends], prepend=0.0)
            rng = series_generator(panel.keys[row], seed, self.code)
            level = rng.gamma(PRIOR_UNITS + own, 1.0, draws) / (PRIOR_UNITS + expected_own)
            remaining[:, place, :] = rng.poisson(steps[:, None] * level).cumsum(axis=0)
        return remaining.astype(np.int32)


def _days_on_offer(panel: Panel, origin: int) -> np.ndarray:
    """bool [series, days before the origin]: selling days from a series' first unit on. Before it a
    new model or store wasn't there to sell; one that never sold was, and that says something."""
    sold = panel.units[:, :origin] > 0
    started = np.logical_or.accumulate(sold, axis=1) | ~sold.any(axis=1, keepdims=True)
    return panel.is_selling_day[:, :origin] & started


def _recency(origin: int) -> np.ndarray:
    """Weight of each of the last days before the origin, [days], newest last."""
    age = np.arange(min(MEMORY_DAYS, origin), 0, -1)
    return 0.5 ** (age / HALF_LIFE_DAYS)


def _pool_rate(totals: np.ndarray, pools: Sequence[str], row: int) -> np.ndarray:
    """Units a selling day by month cell of the row's pool, [cells]; the level is the pool's own
    even where the shape is borrowed from the whole panel."""
    members = np.fromiter((pool == pools[row] for pool in pools), dtype=bool, count=len(pools))
    units, days = totals[0, members].sum(axis=0), totals[1, members].sum(axis=0)
    all_units, all_days = totals[0].sum(axis=0), totals[1].sum(axis=0)
    everywhere = np.divide(all_units, all_days, out=np.zeros(MONTH_CELLS), where=all_days > 0)
    own = np.divide(units, days, out=everywhere.copy(), where=days > 0)
    if units.sum() >= MINIMUM_POOL_UNITS:
        return own
    expected = float((everywhere * days).sum())
    return everywhere * (float(units.sum()) / expected if expected > 0 else 0.0)


def _month_cells(panel: Panel) -> np.ndarray:
    """int8 [series, days]: place in the month, 0 to 4 as listed at MONTH_CELLS."""
    cells = np.empty(panel.units.shape, dtype=np.int8)
    made: dict[bytes, np.ndarray] = {}
    for row, selling in enumerate(panel.is_selling_day):
        name = np.packbits(selling).tobytes() + panel.months(row).tobytes()
        if name not in made:
            start, end = selling_day_positions(panel, row)
            made[name] = np.select(
                [end == -1, (end >= -3) & (end < 0), (end >= -5) & (end < 0), start >= 6],
                [0, 1, 2, 4],
                default=3,
            )
        cells[row] = made[name]
    return cells
