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
from functools import lru_cache

import numpy as np

from programs.alike import Whole, one_of_each
from programs.period_end import SegmentDraws


@dataclass(frozen=True)
class Draws:
    """Units to come by segment, how each gate of an element ends, the tier that each element's
    score reaches. `weights`: how many draws each stands for, where not one."""

    units: Mapping[str, SegmentDraws]
    gates: Mapping[tuple[str, str], np.ndarray]
    tiers: Mapping[str, np.ndarray]
    size: int
    weights: Whole | None = None

    def of_segments(self, codes: Sequence[str], share: Fraction) -> Draws:
        """Some segments alone, on so large a share of the selling days left."""
        units = {code: self.units[code] for code in codes}
        if share != 1:
            units = {code: on_share(code, one, share) for code, one in units.items()}
        return replace(self, units=units)

    def distinct(self) -> Draws:
        """Those that differ: far fewer, as most draw the same few units."""
        rows = [one.remaining for one in self.units.values()]
        rows += [*self.gates.values(), *self.tiers.values()]
        if not rows:
            return replace(self, size=1, weights=np.array([self.size]))
        first, weights = one_of_each(rows)
        return Draws(
            {
                code: SegmentDraws(one.remaining[first], one.msrp_cents)
                for code, one in self.units.items()
            },
            {key: states[first] for key, states in self.gates.items()},
            {key: tiers[first] for key, tiers in self.tiers.items()},
            len(first),
            weights,
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


def on_share(code: str, draws: SegmentDraws, share: Fraction) -> SegmentDraws:
    """What is to come on so large a share of the selling days: each unit on a day of its own
    chance. The same at every call, and never more on fewer days."""
    whole, part = divmod(share, 1)
    units = draws.remaining
    # A power of two, so that rooftops of many sizes share few tables.
    most = 1 << int(units.max()).bit_length()
    kept = _kept(part, most, len(units))[units, _fates(code, len(units))]
    return SegmentDraws(kept + units * int(whole) if whole else kept, draws.msrp_cents)


@lru_cache(maxsize=1024)
def _fates(code: str, draws: int) -> np.ndarray:
    """Each draw's place among equally likely fates, in an order of the segment's own."""
    return np.random.default_rng(zlib.crc32(code.encode())).permutation(draws)


@lru_cache(maxsize=64)
def _kept(part: Fraction, most: int, fates: int) -> np.ndarray:
    """How many of 0, 1, ... `most` units are kept where each is with a chance of `part`: the
    binomial distribution cut into equally likely fates, the fewest first."""
    chance, ahead = float(part), np.zeros(most + 1)
    ahead[0] = 1.0
    kept = np.zeros((most + 1, fates), dtype=np.int64)
    for units in range(1, most + 1):
        ahead[1:] = ahead[1:] * (1 - chance) + ahead[:-1] * chance
        ahead[0] *= 1 - chance
        upto = np.rint(ahead[: units + 1].cumsum() * fates).astype(np.int64)
        upto[-1] = fates
        kept[units] = np.repeat(np.arange(units + 1), np.diff(upto, prepend=0))
    return kept
