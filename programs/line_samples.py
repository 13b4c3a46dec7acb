"""Pay that depends on which units are sold, over many samples: exact dollars of each.

Here: the units so far and those to come through pay_lines.py, once for each kind of sample. Units
to come stand after all others, the paid ones evenly among the counted; each is of its segment, so
of its pay group, at its segment's MSRP. What a sample has beyond them is in pay groups as so far.
Not here: gates, deductions and caps of the samples (samples.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from programs.ladder import Ladder
from programs.money import cents_half_up
from programs.pay_lines import (
    PaidPart,
    PayByLine,
    Running,
    UnitLine,
    mixed_parts,
    spread_lines,
)

if TYPE_CHECKING:
    from programs.element_cents import ElementSamples

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PaidAhead:
    """Paid units still to come of one pay group at one MSRP, in every sample."""

    pay_group_code: str
    msrp_cents: int
    units: Whole


class LinesAhead:
    """The units that samples have beyond the lines so far, as lines of their own."""

    def __init__(self, samples: ElementSamples, by_line: PayByLine) -> None:
        self._samples = samples
        self._first = by_line.brackets[0].pays[0].pay_group_code
        self._counted = sum(line.counted_units for line in samples.lines)
        self._paid = sum((line.paid_units for line in samples.lines), Fraction(0))
        self._cents = sum(
            (Fraction(part.msrp_amount) * 100 for line in samples.lines for part in line.paid),
            Fraction(0),
        )

    def of(self, index: int) -> tuple[UnitLine, ...]:
        """Those of one sample: paid units ahead by group, and others in groups as so far."""
        samples = self._samples
        units = [int(one.units[index]) for one in samples.ahead]
        parts = [
            PaidPart(one.pay_group_code, count, Fraction(count * one.msrp_cents, 100))
            for one, count in zip(samples.ahead, units, strict=True)
            if count
        ]
        rest = int(samples.paid_units[index]) - self._paid - sum(units)
        if rest:
            msrp = (int(samples.paid_msrp_cents[index]) - self._cents) / 100
            left = msrp - sum((Fraction(part.msrp_amount) for part in parts), Fraction(0))
            parts += mixed_parts(samples.lines, rest, left / rest, self._first)
        return spread_lines(int(samples.counted_units[index]) - self._counted, tuple(parts))


@dataclass(frozen=True)
class ByLine:
    """Exact dollars per sample of a ladder that pays line by line."""

    amounts: tuple[Fraction, ...]

    @classmethod
    def of(
        cls, ladder: Ladder, by_line: PayByLine, samples: ElementSamples, position: np.ndarray
    ) -> ByLine:
        """The units so far are run once per tier, those to come once per kind of sample."""
        so_far: dict[int, Running] = {}
        ahead, rows = LinesAhead(samples, by_line), np.stack(samples.arrays())
        known: dict[bytes, Fraction] = {}
        amounts = []
        for index, place in enumerate(position):
            sample = rows[:, index].tobytes()
            if sample not in known:
                tier = ladder.segments[int(place)].tier_number
                if tier and tier not in so_far:
                    so_far[tier] = by_line.run(tier, samples.lines)
                known[sample] = by_line.amount(tier, ahead.of(index), so_far.get(tier))
            amounts.append(known[sample])
        return cls(tuple(amounts))

    def rounded(
        self,
        times: Whole | int,
        over: Whole | int,
        left: np.ndarray | None,
        of: np.ndarray | None,
    ) -> Whole:
        """Cents after × times/over × left/of, rounded half up once."""
        tops = np.broadcast_to(times if left is None else times * left, len(self.amounts))
        bottoms = np.broadcast_to(over if of is None else over * of, len(self.amounts))
        cents = [
            cents_half_up(amount * Fraction(top, bottom))
            for amount, top, bottom in zip(
                self.amounts, tops.tolist(), bottoms.tolist(), strict=True
            )
        ]
        return np.array(cents, dtype=np.int64)
