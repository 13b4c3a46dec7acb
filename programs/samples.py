"""Many samples through one ladder at once: whole cents over NumPy arrays, exact.

Here: the arithmetic of standing.py for arrays of counted units, paid units and paid MSRP, in
integers only; a property test holds the two equal, to the cent.
Not here: where samples come from (forecasting); one standing with all its parts (standing.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from programs.gates import GateResult, GateState, is_held, kept_share
from programs.ladder import Ladder
from programs.line_samples import ByLine, PaidAhead
from programs.money import cents_half_up
from programs.pay_lines import UnitLine
from programs.same import Same
from programs.standing import ElementRules, ProgramCap

Whole = npt.NDArray[np.int64]
# Below this no step of the arithmetic leaves int64; above it Python's own integers are used.
SAFE = 2**62
# In place of a tier: the score that decides it isn't known, so nothing is paid.
UNSCORED = -1


@dataclass(frozen=True)
class ElementSamples:
    """One element's samples, all arrays of one length; MSRP in cents. Open recalls are the same in
    every sample, and so are gates, unless `gate_states` has each gate's state (GateState) in every
    sample, in order of `gates`. `lines` are the units so far and `ahead` the paid ones to come, for
    ladders that pay by line. `score_tiers`: the tier that a score reaches in each sample, of which
    `tier_ladders` has the ladders."""

    rules: ElementRules
    counted_units: Whole
    paid_units: Whole
    paid_msrp_cents: Whole
    open_recall_units: int = 0
    gates: tuple[GateResult, ...] = ()
    lines: tuple[UnitLine, ...] = ()
    gate_states: tuple[Whole, ...] = ()
    score_tiers: Whole | None = None
    tier_ladders: Mapping[int, Ladder] = field(default_factory=dict)
    ahead: tuple[PaidAhead, ...] = ()

    @property
    def is_drawn(self) -> bool:
        """Whether it is known how each sample ends, gates and score included."""
        return bool(self.gate_states) or self.score_tiers is not None

    @property
    def goes_by_msrp(self) -> bool:
        """Whether MSRP tells samples apart."""
        ladders = (self.rules.ladder, *self.tier_ladders.values())
        return any(ladder is not None and ladder.pays_msrp for ladder in ladders)

    def arrays(self) -> list[Whole]:
        """All that tells one sample from another."""
        scores = () if self.score_tiers is None else (self.score_tiers,)
        return [
            np.asarray(values)
            for values in (
                self.counted_units, self.paid_units, self.paid_msrp_cents, *self.gate_states,
                *scores, *(one.units for one in self.ahead),
            )
        ]  # fmt: skip

    def without_msrp(self) -> ElementSamples:
        """The same where MSRP tells no samples apart."""
        return replace(self, paid_msrp_cents=np.zeros_like(self.paid_units))

    def changed(self, change: Callable[[Whole], Whole]) -> ElementSamples:
        """The same with every array as a function makes it: samples chosen, or repeated."""
        return replace(
            self,
            counted_units=change(np.asarray(self.counted_units)),
            paid_units=change(np.asarray(self.paid_units)),
            paid_msrp_cents=change(np.asarray(self.paid_msrp_cents)),
            gate_states=tuple(change(states) for states in self.gate_states),
            score_tiers=None if self.score_tiers is None else change(self.score_tiers),
            ahead=tuple(replace(one, units=change(one.units)) for one in self.ahead),
        )

    def gates_at_risk(self) -> tuple[GateResult, ...]:
        """The gates that could still cost something: not met today or, where they are drawn, in
        some sample."""
        if not self.gate_states:
            return tuple(gate for gate in self.gates if gate.state is GateState.NOT_MET)
        return tuple(
            gate
            for gate, states in zip(self.gates, self.gate_states, strict=True)
            if bool((states != GateState.MET).any())
        )

    def all_gates_met(self) -> np.ndarray:
        """bool per sample: every gate is met, or waived."""
        met = np.ones(len(self.counted_units), dtype=bool)
        for gate, states in zip(self.gates, _states(self), strict=True):
            if gate.effect != "waive":
                met &= states == GateState.MET
        return met


@dataclass(frozen=True)
class ElementCents:
    """What each sample pays in cents, and the tier it reaches."""

    tier_number: Whole
    before_gates: Whole
    earned: Whole
    held: Whole


@dataclass(frozen=True)
class ProgramCents:
    """A program's samples: its elements in the order given, under its cap, and their sums; what
    its end changes of earlier periods where rules reach over several (settled_samples.py)."""

    elements: tuple[ElementCents, ...]
    earned: Whole
    held: Whole
    earned_back: Whole
    held_back: Whole


def element_cents(samples: ElementSamples) -> ElementCents:
    """One element's cents in every sample; zeros where there is no ladder."""
    return program_cents([samples]).elements[0]


def _alike_cents(samples: ElementSamples) -> ElementCents:
    """The same where gates and scores end alike in every sample."""
    rules, nothing = samples.rules, np.zeros(len(samples.counted_units), dtype=np.int64)
    if rules.ladder is None:
        return ElementCents(nothing, nothing, nothing, nothing)
    counted = np.maximum(np.asarray(samples.counted_units, dtype=np.int64), 0)
    table = _table(Same(rules.ladder))
    position = np.searchsorted(table.edges, counted, side="right") - 1
    if rules.ladder.by_line is None:
        exact: _Exact | ByLine = _Exact.of(table, samples, position)
    else:
        exact = ByLine.of(rules.ladder, rules.ladder.by_line, samples, position)
    before = exact.rounded(1, 1, None, None)
    kept = Fraction(kept_share(samples.gates))
    left, of = _after_deduction(samples, counted)
    kept_cents = before
    if kept != 1 or left is not None:
        kept_cents = exact.rounded(kept.numerator, kept.denominator, left, of)
    if rules.cap_amount is not None:
        kept_cents = np.minimum(kept_cents, cents_half_up(rules.cap_amount))
    held = is_held(samples.gates)
    return ElementCents(
        tier_number=table.tiers[position],
        before_gates=before,
        earned=nothing if held else kept_cents,
        held=kept_cents if held else nothing,
    )


def program_cents(
    elements: Sequence[ElementSamples],
    cap: ProgramCap | None = None,
    paid_msrp_cents: Whole | None = None,
) -> ProgramCents:
    """A program's cents in every sample. `paid_msrp_cents` counts each paid unit once; it is
    needed for a cap that is a share of MSRP. The cap takes earned elements before held ones, each
    in order of element."""
    limit = _limits(cap or ProgramCap(), paid_msrp_cents, len(elements[0].counted_units))
    parts = [
        (positions, _under_limit(alike, None if limit is None else limit[positions]))
        for positions, alike in _by_outcome(elements)
    ]
    found = [_joined([(at, part[i]) for at, part in parts]) for i in range(len(elements))]
    zero = np.zeros(len(elements[0].counted_units), dtype=np.int64)
    return ProgramCents(
        elements=tuple(found),
        earned=sum((cents.earned for cents in found), zero),
        held=sum((cents.held for cents in found), zero),
        earned_back=zero,
        held_back=zero,
    )


def _by_outcome(
    elements: Sequence[ElementSamples],
) -> Iterator[tuple[np.ndarray, list[ElementSamples]]]:
    """Samples whose gates and scores all end alike: their positions, and the elements of those
    alone."""
    if not any(samples.is_drawn for samples in elements):
        yield np.arange(len(elements[0].counted_units)), list(elements)
        return
    ends = np.stack([row for samples in elements for row in (*_states(samples), *_tiers(samples))])
    for positions in _alike(ends):
        left = iter(ends[:, positions[0]].tolist())
        yield positions, [_ending_alike(samples, positions, left) for samples in elements]


def _alike(ends: np.ndarray) -> Iterator[np.ndarray]:
    """The positions of each column that there is, in order of the columns."""
    which = np.zeros(ends.shape[1], dtype=np.int64)
    for row in ends:
        # Numbered anew after each row, so that many rows don't leave int64.
        least = int(row.min())
        steps = int(row.max()) - least + 1
        _, which = np.unique(which * steps + (row - least), return_inverse=True)
    for number in range(int(which.max(initial=-1)) + 1):
        yield np.flatnonzero(which == number)


def _states(samples: ElementSamples) -> tuple[np.ndarray, ...]:
    size = len(samples.counted_units)
    return samples.gate_states or tuple(np.full(size, int(g.state)) for g in samples.gates)


def _tiers(samples: ElementSamples) -> tuple[np.ndarray, ...]:
    return () if samples.score_tiers is None else (samples.score_tiers,)


def _ending_alike(
    samples: ElementSamples, positions: np.ndarray, ends: Iterator[int]
) -> ElementSamples:
    chosen = samples.changed(lambda values: values[positions])
    gates = tuple(replace(gate, state=GateState(next(ends))) for gate in samples.gates)
    rules = samples.rules
    if samples.score_tiers is not None:
        rules = replace(rules, ladder=samples.tier_ladders.get(next(ends)))
    return replace(chosen, rules=rules, gates=gates, gate_states=(), score_tiers=None)


def _under_limit(elements: Sequence[ElementSamples], limit: Whole | None) -> list[ElementCents]:
    found = [_alike_cents(samples) for samples in elements]
    return found if limit is None else _under_cap(elements, found, limit)


def _joined(parts: Sequence[tuple[np.ndarray, ElementCents]]) -> ElementCents:
    """Parts of the samples put back in place."""
    if len(parts) == 1:
        return parts[0][1]
    size = sum(len(positions) for positions, _ in parts)
    whole = [np.empty(size, dtype=np.int64) for _ in range(4)]
    for at, cents in parts:
        fields = (cents.tier_number, cents.before_gates, cents.earned, cents.held)
        for column, values in zip(whole, fields, strict=True):
            column[at] = values
    return ElementCents(*whole)


@dataclass(frozen=True)
class _Table:
    """A ladder's segments by column, their pay as whole numerators over one denominator: Python's
    own integers, so that no bound on them overflows."""

    edges: np.ndarray
    tiers: np.ndarray
    offsets: np.ndarray
    fixed: np.ndarray
    per_unit: np.ndarray
    shares: np.ndarray
    denominator: int


@lru_cache(maxsize=8192)
def _table(same: Same[Ladder]) -> _Table:
    segments = same.part.segments
    shares = [Fraction(segment.msrp_share) for segment in segments]
    denominator = math.lcm(*(share.denominator for share in shares))

    def cents(amounts: Iterable[Decimal]) -> np.ndarray:
        return np.array([cents_half_up(one) * denominator for one in amounts], dtype=object)

    return _Table(
        edges=np.array(same.part.edges),
        tiers=np.array([segment.tier_number for segment in segments]),
        offsets=np.array([segment.paid_offset_units for segment in segments]),
        fixed=cents(segment.fixed_amount for segment in segments),
        per_unit=cents(segment.amount_per_unit for segment in segments),
        shares=np.array([int(share * denominator) for share in shares], dtype=object),
        denominator=denominator,
    )


@dataclass(frozen=True)
class _Exact:
    """numerator / denominator cents per sample, before anything is rounded or taken off."""

    numerator: np.ndarray
    denominator: int

    @classmethod
    def of(cls, table: _Table, samples: ElementSamples, position: np.ndarray) -> _Exact:
        """fixed + per unit × units above the offset + share × MSRP, over a common denominator."""
        units = np.maximum(
            np.asarray(samples.paid_units, dtype=np.int64) - table.offsets[position], 0
        )
        msrp = np.asarray(samples.paid_msrp_cents, dtype=np.int64)
        bound = (
            table.fixed.max()
            + table.per_unit.max() * int(units.max(initial=0))
            + table.shares.max() * int(np.abs(msrp).max(initial=0))
        )
        kind = np.int64 if bound < SAFE else object
        fixed, per_unit, shares = (
            column.astype(kind)[position] for column in (table.fixed, table.per_unit, table.shares)
        )
        numerator = fixed + per_unit * units.astype(kind) + shares * msrp.astype(kind)
        return cls(np.maximum(numerator, 0), table.denominator)

    def rounded(
        self, times: int, over: int, left: np.ndarray | None, of: np.ndarray | None
    ) -> Whole:
        """Cents after × times/over × left/of, rounded half up once."""
        largest = int(self.numerator.max(initial=0))
        widest = int(of.max(initial=1)) if of is not None else 1
        bound = 2 * widest * (largest * times + 2 * self.denominator * over)
        kind = np.int64 if bound < SAFE else object
        top = self.numerator.astype(kind, copy=False) * times
        bottom = np.full(len(top), self.denominator * over, dtype=kind)
        if left is not None and of is not None:
            top, bottom = top * left.astype(kind), bottom * of.astype(kind)
        return ((2 * top + bottom) // (2 * bottom)).astype(np.int64)


def _after_deduction(
    samples: ElementSamples, counted: Whole
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Units without an open recall, and of how many; None where nothing is deducted."""
    if not samples.rules.has_open_recall_deduction:
        return None, None
    open_recalls = np.minimum(samples.open_recall_units, counted)
    return np.where(counted > 0, counted - open_recalls, 1), np.maximum(counted, 1)


def share_of_cents(share: Fraction, cents: Whole) -> Whole:
    """A share of whole cents, rounded half up."""
    return _Exact(cents, share.denominator).rounded(share.numerator, 1, None, None)


def _limits(cap: ProgramCap, paid_msrp_cents: Whole | None, size: int) -> Whole | None:
    limits = []
    if cap.amount is not None:
        limits.append(np.full(size, cents_half_up(cap.amount), dtype=np.int64))
    if cap.msrp_share is not None:
        if paid_msrp_cents is None:
            raise ValueError("a cap on MSRP needs the paid MSRP of every sample")
        msrp = np.maximum(np.asarray(paid_msrp_cents, dtype=np.int64), 0)
        limits.append(share_of_cents(Fraction(cap.msrp_share), msrp))
    return np.minimum.reduce(limits) if limits else None


def _under_cap(
    elements: Sequence[ElementSamples], found: list[ElementCents], limit: Whole
) -> list[ElementCents]:
    def rank(index: int) -> tuple[bool, int, str]:
        rules = elements[index].rules
        return is_held(elements[index].gates), rules.element_order, rules.element_code

    left, capped = limit, dict(enumerate(found))
    for index in sorted(capped, key=rank):
        cents = capped[index]
        kept = np.minimum(cents.earned + cents.held, left)
        left = left - kept
        held = is_held(elements[index].gates)
        nothing = np.zeros_like(kept)
        capped[index] = ElementCents(
            cents.tier_number,
            cents.before_gates,
            nothing if held else kept,
            kept if held else nothing,
        )
    return [capped[index] for index in range(len(found))]
