"""The draws of what is to come in an open period: all of them, or those that differ.

Here: units by segment, gates and scores of each draw, how often each comes, and units to come on
fewer or more selling days. Not here: how they are drawn (forecasting), what they come to
(positions.py).
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

import numpy as np

from programs.alike import Weights, one_of_each
from programs.period_end import SegmentDraws

# Numbers of units in one table: rooftops of many sizes share a few.
BLOCK = 64


@dataclass(frozen=True)
class Draws:
    """Units to come by segment, how each gate of an element ends, the tier that each element's
    score reaches. `weights`: how many draws each stands for, where not one."""

    units: Mapping[str, SegmentDraws]
    gates: Mapping[tuple[str, str], np.ndarray]
    tiers: Mapping[str, np.ndarray]
    size: int
    weights: Weights | None = None

    @cached_property
    def fates(self) -> Mapping[str, Fates]:
        """What befalls the units of each segment on other selling days."""
        return {code: Fates.of(code, one.remaining) for code, one in self.units.items()}

    def of_segments(self, codes: Sequence[str], share: Fraction) -> Draws:
        """Some segments alone, on so large a share of the selling days left: each unit on a day of
        its own chance. The same at every call, and never more on fewer days."""
        units = {code: self.units[code] for code in codes}
        if share != 1:
            units = {
                code: SegmentDraws(self.fates[code].on_share(share), one.msrp_cents)
                for code, one in units.items()
            }
        return replace(self, units=units)

    def distinct(self) -> Draws:
        """Those that differ: far fewer, as most draw the same few units."""
        if len(self.units) == 1 and not self.gates and not self.tiers:
            ((code, one),) = self.units.items()
            times = np.bincount(one.remaining)
            units = np.flatnonzero(times)
            drawn = {code: SegmentDraws(units, one.msrp_cents)}
            return Draws(drawn, {}, {}, len(units), Weights(times[units], self.size))
        rows = [one.remaining for one in self.units.values()]
        rows += [*self.gates.values(), *self.tiers.values()]
        if not rows:
            return replace(self, size=1, weights=Weights(np.array([self.size]), self.size))
        first, times = one_of_each(rows)
        return Draws(
            {
                code: SegmentDraws(one.remaining[first], one.msrp_cents)
                for code, one in self.units.items()
            },
            {key: states[first] for key, states in self.gates.items()},
            {key: tiers[first] for key, tiers in self.tiers.items()},
            len(first),
            Weights(times, self.size),
        )


def every_draw(
    units: Mapping[str, SegmentDraws],
    gates: Mapping[tuple[str, str], np.ndarray],
    tiers: Mapping[str, np.ndarray],
) -> Draws:
    """All draws, as many as there are of everything; one where nothing is drawn."""
    lists = (*(one.remaining for one in units.values()), *gates.values(), *tiers.values())
    size = min(map(len, lists), default=1)
    return Draws(
        {code: replace(one, remaining=one.remaining[:size]) for code, one in units.items()},
        {key: states[:size] for key, states in gates.items()},
        {key: numbers[:size] for key, numbers in tiers.items()},
        size,
    )


@dataclass(frozen=True)
class Fates:
    """A segment's units in every draw, each with a fate of its own: its place in a table that has
    a row for each number of units, from the first of `first` to the last of `last` block, and a
    column for each fate."""

    units: np.ndarray
    first: int
    last: int
    places: np.ndarray

    @classmethod
    def of(cls, code: str, units: np.ndarray) -> Fates:
        first, last = int(units.min()) // BLOCK, int(units.max()) // BLOCK
        dice = np.random.default_rng(zlib.crc32(code.encode()))
        columns = dice.permutation(len(units))
        return cls(units, first, last, (units - first * BLOCK) * len(units) + columns)

    def on_share(self, share: Fraction) -> np.ndarray:
        """The units on so large a share of the selling days."""
        whole, part = divmod(share, 1)
        if not part:
            return self.units * int(whole)
        kept = _kept(part, self.first, self.last, len(self.units)).take(self.places)
        return kept + self.units * int(whole) if whole else kept


@lru_cache(maxsize=16)
def _kept(part: Fraction, first: int, last: int, fates: int) -> np.ndarray:
    """How many of some units are kept where each is with a chance of `part`: a row for each number
    of units in the blocks asked for, a column for each fate."""
    return np.concatenate(
        [_kept_in_block(part, block, fates) for block in range(first, last + 1)]
    )


@lru_cache(maxsize=64)
def _kept_in_block(part: Fraction, block: int, fates: int) -> np.ndarray:
    """The binomial distribution of each number of units, cut into equally likely fates, the fewest
    kept first."""
    kept = np.arange((block + 1) * BLOCK)
    units = kept[block * BLOCK :, None]
    lost = np.maximum(units - kept, 0)
    logs = np.concatenate([[0.0], np.log(kept[1:]).cumsum()])  # of factorials
    ways = logs[units] - logs[kept] - logs[lost]
    chances = np.exp(ways + kept * np.log(float(part)) + lost * np.log(float(1 - part)))
    upto = np.rint((chances * (kept <= units)).cumsum(axis=1) * fates).astype(np.int64)
    upto[kept >= units] = fates
    times = np.diff(upto, axis=1, prepend=0)
    every = np.broadcast_to(kept.astype(np.int16), times.shape)
    return np.repeat(every.ravel(), times.ravel()).reshape(BLOCK, fates)
