"""What a model is told on one morning: the panel as known, the origin, and the day profile.

Belongs here: the shared inputs of all mean models, made once per morning, and the sums over windows
of days that they are built from. The models go to `candidates`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from forecasting.day_profile import DayProfile, fit_profile, units_sum, unmasked_age
from forecasting.panel import Panel
from forecasting.threads import one_thread

# Pools, not rooftops, are learnt: so many series of a large panel are enough.
SAMPLE_SERIES = 900


@dataclass(frozen=True)
class Situation:
    """A panel of which days before `origin` are known, and its profile."""

    panel: Panel
    origin: int
    profile: DayProfile

    @cached_property
    def age(self) -> np.ndarray:
        """float64 [origin]: known days between each day and the origin."""
        return unmasked_age(self.profile.is_known, self.origin)[: self.origin]

    @cached_property
    def known(self) -> np.ndarray:
        """bool [origin]: days that teach something."""
        return self.profile.is_known[: self.origin]

    @cached_property
    def pool_of_series(self) -> np.ndarray:
        return _group_numbers(self.panel.pools)

    @cached_property
    def rooftop_of_series(self) -> np.ndarray:
        return _rooftop_numbers(self.panel.keys)

    def sums(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(units, exposure) weighted over the days before the origin, float64 [series, columns]
        each; days of a closed market count in neither."""
        live = weights * self.known[:, None]
        full = np.zeros((len(self.panel.dates), live.shape[1]))
        full[: self.origin] = live
        with one_thread():
            return units_sum(self.panel, live), self.profile.exposure(full)

    def ahead(self, ends: Sequence[int], starts: Sequence[int] | None = None) -> np.ndarray:
        """Exposure from the origin (or each start) to each end inclusive: float64 [series, ends].
        """
        days = np.arange(len(self.panel.dates))[:, None]
        low = np.full(len(ends), self.origin) if starts is None else np.asarray(starts)
        return self.profile.exposure(((days >= low) & (days <= np.asarray(ends))).astype(float))


@lru_cache(maxsize=4)
def _group_numbers(names: tuple[str, ...]) -> np.ndarray:
    """Each name's number among the distinct ones, int64; the same panels come each morning."""
    numbers = np.unique(np.array(names), return_inverse=True)[1]
    numbers.flags.writeable = False
    return numbers


@lru_cache(maxsize=4)
def _rooftop_numbers(keys: tuple[str, ...]) -> np.ndarray:
    return _group_numbers(tuple(key.split("|", 1)[0] for key in keys))


def sample_rows(panel: Panel) -> np.ndarray:
    """Rows that are learnt from: all, or whole pools until there are enough, int64, rising.

    The choice depends on the pools' names and sizes alone.
    """
    if panel.series_count <= SAMPLE_SERIES:
        return np.arange(panel.series_count)
    pools, of_series = np.unique(np.array(panel.pools), return_inverse=True)
    order = np.random.default_rng(len(pools)).permutation(len(pools))
    rows: list[np.ndarray] = []
    for pool in order:
        rows.append(np.flatnonzero(of_series == pool))
        if sum(map(len, rows)) >= SAMPLE_SERIES:
            break
    chosen = np.concatenate(rows)
    if len(chosen) > 2 * SAMPLE_SERIES:
        chosen = chosen[: 2 * SAMPLE_SERIES]
    return np.sort(chosen)


class MeanModel(Protocol):
    """A model of the expected units still to come. Uncertainty is put around it elsewhere."""

    code: str

    def means(self, situation: Situation, ends: Sequence[int]) -> np.ndarray:
        """float64 [ends, series], positive and not falling with the end."""
        ...


def make_situation(panel: Panel, origin: int) -> Situation:
    """The situation of a morning; units of later days are hidden even if the panel has them."""
    known = panel.as_known(origin)
    return Situation(known, origin, fit_profile(known, origin))


def known_digest(panel: Panel, day: int) -> str:
    """A digest of all that is known on the morning of a day."""
    digest = hashlib.blake2b(_calendar_bytes(panel), digest_size=16)
    digest.update(np.ascontiguousarray(panel.units[:, :day]))
    return digest.hexdigest()


def prefix_digests(panel: Panel, mornings: Sequence[int]) -> dict[int, str]:
    """Hex digests by morning: each names all that is known on the morning of that day.

    Units of earlier days, and the whole calendar, which is known ahead.
    """
    base = hashlib.blake2b(_calendar_bytes(panel), digest_size=16)
    by_day = np.ascontiguousarray(panel.units.T)
    digests, seen = {}, 0
    for morning in sorted(set(mornings)):
        base.update(by_day[seen:morning])
        digests[morning], seen = base.hexdigest(), morning
    return digests


def _calendar_bytes(panel: Panel) -> bytes:
    """What is known of a panel on any morning: its calendar, and who is in it."""
    parts = [panel.dates.view(np.int64), np.packbits(panel.is_selling_day, axis=1)]
    if panel.sales_month is not None:
        parts.append(panel.sales_month)
    if panel.is_holiday is not None:
        parts.append(panel.is_holiday)
    names = "\n".join((*panel.keys, *panel.pools)).encode()
    return b"".join([*(np.ascontiguousarray(part).tobytes() for part in parts), names])
