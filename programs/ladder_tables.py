"""Ladders by column, and many amounts at once: exact whole numbers over NumPy arrays.

Here: the segments of one ladder or several as arrays, and cents as fractions rounded once. Not
here: which samples stand on which segment (element_cents.py), one amount (ladder.py, money.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

from programs.alike import SAFE, Whole
from programs.ladder import Ladder
from programs.money import cents_half_up
from programs.same import Same


@dataclass(frozen=True)
class LadderTable:
    """A ladder's segments by column, their pay as whole numerators over a denominator; Python's
    own integers where they are too large for int64."""

    edges: np.ndarray
    tiers: np.ndarray
    offsets: np.ndarray
    fixed: np.ndarray
    per_unit: np.ndarray
    shares: np.ndarray
    denominators: np.ndarray

    @classmethod
    def joined(cls, tables: Sequence[LadderTable]) -> LadderTable:
        if len(tables) == 1:
            return tables[0]
        return cls(*(np.concatenate(column) for column in zip(*map(_columns, tables), strict=True)))


def _columns(table: LadderTable) -> tuple[np.ndarray, ...]:
    return (
        table.edges, table.tiers, table.offsets, table.fixed, table.per_unit, table.shares,
        table.denominators,
    )  # fmt: skip


@lru_cache(maxsize=8192)
def ladder_table(same: Same[Ladder]) -> LadderTable:
    segments = same.part.segments
    shares = [Fraction(segment.msrp_share) for segment in segments]
    denominator = math.lcm(*(share.denominator for share in shares))

    def cents(amounts: Iterable[Decimal]) -> np.ndarray:
        return _whole([cents_half_up(one) * denominator for one in amounts])

    return LadderTable(
        edges=np.array(same.part.edges),
        tiers=np.array([segment.tier_number for segment in segments]),
        offsets=np.array([segment.paid_offset_units for segment in segments]),
        fixed=cents(segment.fixed_amount for segment in segments),
        per_unit=cents(segment.amount_per_unit for segment in segments),
        shares=_whole([int(share * denominator) for share in shares]),
        denominators=_whole([denominator] * len(segments)),
    )


def _whole(numbers: Sequence[int]) -> np.ndarray:
    return np.array(numbers, dtype=np.int64 if max(map(abs, numbers)) < SAFE else object)


@dataclass(frozen=True)
class ExactCents:
    """numerator / denominator cents per sample, before anything is rounded or taken off."""

    numerator: np.ndarray
    denominator: np.ndarray | int

    @classmethod
    def of(
        cls, table: LadderTable, position: np.ndarray, paid_units: Whole, msrp: Whole
    ) -> ExactCents:
        """fixed + per unit × units above the offset + share × MSRP, over a common denominator."""
        units = np.maximum(paid_units - table.offsets[position], 0)
        bound = (
            int(table.fixed.max())
            + int(table.per_unit.max()) * int(units.max(initial=0))
            + int(table.shares.max()) * int(np.abs(msrp).max(initial=0))
        )
        kind = np.int64 if bound < SAFE else object
        fixed, per_unit, shares = (
            column.astype(kind) for column in (table.fixed, table.per_unit, table.shares)
        )
        numerator = fixed[position] + per_unit[position] * units
        if shares.any():
            numerator += shares[position] * msrp
        return cls(np.maximum(numerator, 0), table.denominators[position])

    def rounded(
        self,
        times: Whole | int,
        over: Whole | int,
        left: np.ndarray | None,
        of: np.ndarray | None,
    ) -> Whole:
        """Cents after × times/over × left/of, rounded half up once."""
        most, least, widest = (
            max(int(np.max(one, initial=1)), 1) for one in (times, over, 1 if of is None else of)
        )
        largest = int(np.max(self.numerator, initial=0))
        below = int(np.max(self.denominator, initial=1)) * least
        bound = 2 * widest * (largest * most + 2 * below)
        kind = np.int64 if bound < SAFE else object
        top = self.numerator.astype(kind, copy=False) * times
        bottom = np.asarray(self.denominator).astype(kind, copy=False) * over
        if left is not None and of is not None:
            top, bottom = top * left, bottom * of
        return ((2 * top + bottom) // (2 * bottom)).astype(np.int64)
