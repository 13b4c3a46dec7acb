"""What extra units and closed gates are worth: small exact tables over all samples at once.

Here: an element's (or capped program's) cents, summed over the samples, for each number of extra
units of each kind and each set of gates closed.
Not here: choosing (plan_search.py), the samples under a choice (plan_samples.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from programs.plan import CloseGate, Move, PlanError, ProgramOutlook, SellMore, Units
from programs.plan_samples import Kind, closed, distinct, goes_by_msrp, sums
from programs.standing import ProgramCap

# A table of more entries than this takes longer to fill than a manager waits.
MOST_ENTRIES = 60_000
# Where MSRP pays no two samples are alike, so that a smaller table takes a second to fill.
MOST_OWN_MSRP = 1_000


@dataclass(frozen=True)
class Part:
    """Elements whose money can only be known together: one alone, or all under a program's cap."""

    outlook: ProgramOutlook
    kinds: tuple[Kind, ...]
    gate_codes: tuple[str, ...]
    is_msrp_pooled: bool


@dataclass(frozen=True)
class Table:
    """`cents[gates][n1, n2, ...]` sums what the samples bring (`brought`) with that many extra
    units of each kind; `gates` is a bit mask over the part's gate moves that are made."""

    part: Part
    cents: tuple[np.ndarray, ...]

    @property
    def axes(self) -> tuple[tuple[str, ...], ...]:
        """The moves along each axis of `whole`."""
        gates = tuple((code,) for code in reversed(self.part.gate_codes))
        return (*gates, *(kind.codes for kind in self.part.kinds))

    @property
    def shape(self) -> tuple[int, ...]:
        """Of `whole`."""
        return (2,) * len(self.part.gate_codes) + self.cents[0].shape

    def whole(self) -> np.ndarray:
        """One array: an axis of two for each gate, the last one first, then one for each kind."""
        return np.stack(self.cents).reshape(self.shape)

    @property
    def before_cents(self) -> int:
        """The sum without any move."""
        return int(self.cents[0].flat[0])


def parts_of(
    outlooks: Sequence[ProgramOutlook], moves: Sequence[Move], most_sold: int | None
) -> list[Part]:
    """Each part with the kinds of units that move it; at most `most_sold` are sold in all. Parts
    that no move touches are kept."""
    units = [move for move in moves if not isinstance(move, CloseGate)]
    gates = [move for move in moves if isinstance(move, CloseGate)]
    return [
        _part(alone, units, gates, most_sold) for outlook in outlooks for alone in _split(outlook)
    ]


def _split(outlook: ProgramOutlook) -> Iterator[ProgramOutlook]:
    """One outlook per element, or the whole where a cap or a rule over several periods binds them
    together."""
    if outlook.cap != ProgramCap() or outlook.across is not None:
        yield outlook
        return
    for element in outlook.elements:
        yield replace(outlook, elements=(element,))


def _part(
    outlook: ProgramOutlook,
    units: Sequence[Units],
    gates: Sequence[CloseGate],
    most_sold: int | None,
) -> Part:
    """Units of one effect and, where MSRP pays, of one MSRP are one kind. Where that makes too
    large a table, those of one effect are, at their average MSRP."""
    pays_msrp = goes_by_msrp(outlook)
    kinds = _kinds(outlook, units, most_sold, at_own_msrp=pays_msrp)
    is_pooled = pays_msrp and _entries(kinds) > MOST_OWN_MSRP
    if is_pooled:
        own = len(kinds)
        kinds = _kinds(outlook, units, most_sold, at_own_msrp=False)
        is_pooled = len(kinds) < own
    known = {
        (outlook.program_code, gate.gate_code)
        for element in outlook.elements
        for gate in element.gates_at_risk()
    }
    closing = tuple(gate.code for gate in gates if gate.closes & known)
    return Part(outlook, tuple(kinds), closing, is_pooled)


def _kinds(
    outlook: ProgramOutlook, units: Sequence[Units], most_sold: int | None, *, at_own_msrp: bool
) -> list[Kind]:
    keys = frozenset(outlook.keys)
    pays_msrp = goes_by_msrp(outlook)
    by_effect: dict[tuple[frozenset, frozenset, int], list[Units]] = {}
    for move in units:
        counted, paid = move.counted_by & keys, move.paid_by & keys
        if (counted or paid) and move.unit_costs_cents:
            own = move.msrp_cents if at_own_msrp and paid else 0
            by_effect.setdefault((counted, paid, own), []).append(move)
    kinds = []
    for (counted, paid, _), alike in sorted(by_effect.items(), key=_order):
        total = sum(len(move.unit_costs_cents) for move in alike)
        msrp = sum(move.msrp_cents * len(move.unit_costs_cents) for move in alike)
        kinds.append(
            Kind(
                counted,
                paid,
                msrp_cents=(2 * msrp + total) // (2 * total) if pays_msrp and paid else 0,
                codes=tuple(move.code for move in alike),
                most_units=_most_units(alike, most_sold),
            )
        )
    return kinds


def _entries(kinds: Sequence[Kind]) -> int:
    return math.prod(kind.most_units + 1 for kind in kinds)


def _most_units(alike: Sequence[Units], most_sold: int | None) -> int:
    sold = sum(len(move.unit_costs_cents) for move in alike if isinstance(move, SellMore))
    rest = sum(len(move.unit_costs_cents) for move in alike) - sold
    return rest + (sold if most_sold is None else min(sold, most_sold))


def _order(item: tuple[tuple[frozenset, frozenset, int], list[Units]]) -> tuple:
    (counted, paid, msrp), _ = item
    return sorted(counted), sorted(paid), msrp


def fill(part: Part, moves: Mapping[str, Move]) -> Table:
    """The part's table. Raises PlanError where it would be too large."""
    shape = tuple(kind.most_units + 1 for kind in part.kinds)
    entries = _entries(part.kinds) << len(part.gate_codes)
    if entries > MOST_ENTRIES:
        raise PlanError(
            f"{part.outlook.program_name}: {len(part.kinds)} kinds of units and "
            f"{len(part.gate_codes)} gates make {entries:,} cases; limit the extra units"
        )
    grid = np.indices(shape).reshape(len(shape), -1) if shape else np.zeros((0, 1), dtype=np.int64)
    alike, weights = distinct(part.outlook)
    cents = []
    for mask in range(1 << len(part.gate_codes)):
        made = [code for bit, code in enumerate(part.gate_codes) if mask >> bit & 1]
        met = closed(alike, [moves[code] for code in made])
        cents.append(sums(met, weights, part.kinds, grid).reshape(shape))
    return Table(part, tuple(cents))
