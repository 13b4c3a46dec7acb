"""What a choice brings, sample by sample: how sure its gain is, and how it grows unit by unit.

Here: gains over the same samples as the plan's own figures. Not here: the search (plan_search.py),
whether a program is worth chasing (chase.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from programs.plan import Choice, CloseGate, Move, ProgramOutlook
from programs.plan_samples import after_moves, brought, choices_cents

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Spread:
    """A gain in cents over all samples: the edges of its middle 80 %, and the share of samples in
    which it is at least its cost."""

    low_cents: int
    high_cents: int
    pays: Fraction


def spread_of(
    outlooks: Sequence[ProgramOutlook], moves: Mapping[str, Move], choice: Choice, cost_cents: int
) -> Spread:
    """How a choice's gain is spread over the samples of all programs together."""
    gains = np.zeros(outlooks[0].draws, dtype=np.int64)
    for outlook in outlooks:
        then = after_moves(outlook, choice, moves)
        if then is not outlook:
            gains += brought(then) - brought(outlook)
    low, high = np.quantile(gains, (LOW, HIGH), method="inverted_cdf")
    return Spread(int(low), int(high), Fraction(int((gains >= cost_cents).sum()), len(gains)))


def gains_along(
    outlooks: Sequence[ProgramOutlook], moves: Mapping[str, Move], path: Sequence[Choice]
) -> tuple[Fraction, ...]:
    """The expected gain of each choice of units over no move at all, over all programs."""
    total = np.zeros(len(path), dtype=object)
    choices = [Choice(), *path]
    for outlook in outlooks:
        sums = choices_cents(outlook, moves, choices)
        total += (sums[1:] - sums[0]).astype(object)
    return tuple(Fraction(int(cents), outlooks[0].draws) for cents in total)


def cheapest_path(moves: Sequence[Move], most_units: int) -> tuple[Choice, ...]:
    """Choices of 1, 2, ... units, each the cheapest there are; equal ones in the order given."""
    steps = sorted(
        (cost, rank, number, move.code)
        for rank, move in enumerate(moves)
        if not isinstance(move, CloseGate)
        for number, cost in enumerate(move.unit_costs_cents)
    )
    units: dict[str, int] = {}
    path = []
    for *_, code in steps[:most_units]:
        units = {**units, code: units.get(code, 0) + 1}
        path.append(Choice(units))
    return tuple(path)

