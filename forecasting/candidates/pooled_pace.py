"""Pooled pace: one gamma-Poisson level per series around the shared day profile.

Belongs here: the level by discounted units against discounted exposure, shrunk to a year's level
and that to the pool's. The profile belongs to `day_profile`, spread to `calibration`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.situation import Situation
from forecasting.structural_breaks import chance_still_sells

SILENCE_WINDOWS = (7, 14, 28, 56, 112, 224)


@dataclass(frozen=True)
class PooledPace:
    """Mean model. Both half-lives in days on which the market was open.

    half_life_days: 30 to 60 are alike on registrations, 20 chases noise, 90 and more lag behind
        supply. year_half_life_days: the slow level that the fast one is shrunk to.
    prior_units: units' worth of trust in the slow level; 1.5 to 6 are alike.
    pool_units: units' worth of trust in the pool's mean level, for a series with next to nothing.
    """

    half_life_days: float = 45.0
    year_half_life_days: float = 365.0
    prior_units: float = 3.0
    pool_units: float = 0.5
    code: str = "pooled_pace"

    def means(self, situation: Situation, ends: Sequence[int]) -> np.ndarray:
        """float64 [ends, series]."""
        return (self.levels(situation)[:, None] * situation.ahead(ends)).T

    def levels(self, situation: Situation) -> np.ndarray:
        """float64 [series]: units per unit of exposure, as of the origin."""
        fast = 0.5 ** (situation.age / self.half_life_days)
        slow = 0.5 ** (situation.age / self.year_half_life_days)
        silent = [situation.age <= window for window in SILENCE_WINDOWS]
        units, exposure = situation.sums(np.stack([fast, slow, *silent], axis=1).astype(float))
        prior = pool_levels(units[:, 1], exposure[:, 1], situation.pool_of_series)
        year = (units[:, 1] + self.pool_units) / (exposure[:, 1] + self.pool_units / prior)
        level = (units[:, 0] + self.prior_units) / (exposure[:, 0] + self.prior_units / year)
        expected = np.where(units[:, 2:] == 0, exposure[:, 2:] * year[:, None], 0.0).max(axis=1)
        # Half a unit of grace, or a series of one car a year would be buried each spring.
        return level * chance_still_sells(np.maximum(expected - 0.5, 0.0))


@dataclass(frozen=True)
class PoolMomentum:
    """Mean model: a slow level per series, moved by how fast its pool and its rooftop sell now.

    Supply of a maker moves all of its stores at once, and shows in the pool weeks before it shows
    in a store's own few units. Half-lives in days on which the market was open.
    pool_units, rooftop_units: units' worth of trust that pool and rooftop sell as before.
    """

    half_life_days: float = 45.0
    slow_half_life_days: float = 180.0
    own_units: float = 0.5
    pool_units: float = 10.0
    rooftop_units: float = 50.0
    code: str = "pool_momentum"

    def means(self, situation: Situation, ends: Sequence[int]) -> np.ndarray:
        """float64 [ends, series]."""
        fast = 0.5 ** (situation.age / self.half_life_days)
        slow = 0.5 ** (situation.age / self.slow_half_life_days)
        units, exposure = situation.sums(np.stack([fast, slow], axis=1))
        prior = pool_levels(units[:, 1], exposure[:, 1], situation.pool_of_series)
        level = (units[:, 1] + self.own_units) / (exposure[:, 1] + self.own_units / prior)
        for group, trust in (
            (situation.pool_of_series, self.pool_units),
            (situation.rooftop_of_series, self.rooftop_units),
        ):
            sold = np.bincount(group, weights=units[:, 0])
            due = np.bincount(group, weights=exposure[:, 0] * level)
            level = level * ((sold + trust) / (due + trust))[group]
        return (level[:, None] * situation.ahead(ends)).T


def pool_levels(units: np.ndarray, exposure: np.ndarray, pool: np.ndarray) -> np.ndarray:
    """Mean level of each series' pool, shrunk by one unit to the panel's, float64 [series]."""
    whole = max(units.sum(), 0.5) / max(exposure.sum(), 1e-9)
    sold, due = np.bincount(pool, weights=units), np.bincount(pool, weights=exposure)
    return ((sold + 1.0) / (due + 1.0 / whole))[pool]
