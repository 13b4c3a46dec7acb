"""Samples of elements through their ladders: whole cents over NumPy arrays, exact.

Here: the arithmetic of standing.py for arrays of counted units, paid units and paid MSRP, gates and
deductions among it; elements of many programs together. Not here: ladders as arrays
(ladder_tables.py), programs and their caps (samples.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from programs.alike import SAFE, Whole
from programs.gates import GateResult, GateState, is_held, kept_share
from programs.ladder import Ladder, Segment
from programs.ladder_tables import ExactCents, LadderTable, ladder_table
from programs.line_samples import ByLine, PaidAhead
from programs.money import cents_half_up
from programs.pay_lines import UnitLine
from programs.same import Same
from programs.standing import ElementRules

# In place of a tier: the score that decides it isn't known, so nothing is paid.
UNSCORED = -1
NO_LADDER = Ladder((Segment(0, None, 0),), 0)
CHUNK = 20_000


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

    def _states(self) -> tuple[np.ndarray, ...]:
        size = len(self.counted_units)
        return self.gate_states or tuple(np.full(size, int(gate.state)) for gate in self.gates)

    def all_gates_met(self) -> np.ndarray:
        """bool per sample: every gate is met, or waived."""
        met = np.ones(len(self.counted_units), dtype=bool)
        for gate, states in zip(self.gates, self._states(), strict=True):
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
class _Part:
    """Samples of one element on one ladder: `at` these positions, or all of them. `times` / `over`
    is the share that gates leave, `held` whether one holds it; one for all samples or each its
    own."""

    samples: ElementSamples
    ladder: Ladder
    times: Whole | int
    over: Whole | int
    held: np.ndarray | bool
    at: Whole | None = None

    @property
    def size(self) -> int:
        return len(self.samples.counted_units)

    @property
    def is_kept(self) -> bool:
        """Whether gates take nothing off in any sample."""
        return isinstance(self.times, int) and self.times == self.over


def elements_cents(elements: Sequence[ElementSamples]) -> list[ElementCents]:
    """Elements of any programs, each with samples of its own."""
    parts = [list(_parts(samples)) for samples in elements]
    found: dict[int, ElementCents] = {}
    for chunk in _chunks([part for own in parts for part in own]):
        found |= zip(map(id, chunk), _cents(chunk), strict=True)
    return [_joined([(part.at, found[id(part)]) for part in own]) for own in parts]


def _chunks(parts: Iterable[_Part]) -> Iterator[list[_Part]]:
    """Parts to be worked out together: those that gates leave whole apart from those they don't,
    few enough samples to stay near the processor, and each that pays line by line alone."""
    chunks: dict[bool, list[_Part]] = {True: [], False: []}
    left = {True: CHUNK, False: CHUNK}
    for part in parts:
        if part.ladder.by_line is not None:
            yield [part]
            continue
        kind = part.is_kept
        if chunks[kind] and left[kind] < part.size:
            yield chunks[kind]
            chunks[kind], left[kind] = [], CHUNK
        chunks[kind].append(part)
        left[kind] -= part.size
    yield from filter(None, chunks.values())


def _parts(samples: ElementSamples) -> Iterator[_Part]:
    """An element's samples on each ladder that a score gives them; one without scores."""
    if samples.score_tiers is None:
        yield _Part(samples, samples.rules.ladder or NO_LADDER, *_gate_ends(samples))
        return
    for tier in np.unique(samples.score_tiers).tolist():
        at = np.flatnonzero(samples.score_tiers == tier)
        chosen = samples.changed(lambda values, at=at: values[at])
        ladder = samples.tier_ladders.get(tier) or NO_LADDER
        yield _Part(chosen, ladder, *_gate_ends(chosen), at)


def _gate_ends(
    samples: ElementSamples,
) -> tuple[Whole | int, Whole | int, np.ndarray | bool]:
    """What gates leave of an amount, as a fraction's top and bottom, and whether one holds it."""
    if not samples.gates:
        return 1, 1, False
    if not samples.gate_states:
        kept = Fraction(kept_share(samples.gates))
        return kept.numerator, kept.denominator, is_held(samples.gates)
    of_kinds = _GateKinds.of(tuple((gate.effect, gate.reduce_to_share) for gate in samples.gates))
    states = samples.gate_states
    kept = np.minimum.reduce([own[one] for own, one in zip(of_kinds.kept, states, strict=True)])
    held = [own[one] for own, one in zip(of_kinds.holding, states, strict=True)]
    return of_kinds.tops[kept], of_kinds.bottoms[kept], np.logical_or.reduce(held)


@dataclass(frozen=True)
class _GateKinds:
    """What gates of some effects leave in each state: of each gate its share, as a place among all
    of theirs from the smallest, and whether it holds; the shares as fractions."""

    kept: np.ndarray
    holding: np.ndarray
    tops: np.ndarray
    bottoms: np.ndarray

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, effects: tuple[tuple[Any, Decimal | None], ...]) -> _GateKinds:
        ends = [
            [GateResult("", state, effect, share) for state in GateState]
            for effect, share in effects
        ]
        shares = sorted({Fraction(gate.kept_share) for own in ends for gate in own})
        return cls(
            np.array([[shares.index(Fraction(gate.kept_share)) for gate in own] for own in ends]),
            np.array([[gate.is_holding for gate in own] for own in ends]),
            np.array([share.numerator for share in shares]),
            np.array([share.denominator for share in shares]),
        )


def _joined(parts: Sequence[tuple[Whole | None, ElementCents]]) -> ElementCents:
    """Parts of the samples put back in place."""
    if parts[0][0] is None:
        return parts[0][1]
    size = sum(len(cents.earned) for _, cents in parts)
    whole = [np.empty(size, dtype=np.int64) for _ in range(4)]
    for at, cents in parts:
        fields = (cents.tier_number, cents.before_gates, cents.earned, cents.held)
        for column, values in zip(whole, fields, strict=True):
            column[at] = values
    return ElementCents(*whole)


def _cents(parts: Sequence[_Part]) -> list[ElementCents]:
    """Parts one after another as one long part, and cut again. One that pays line by line comes
    alone."""
    columns = _Columns(parts)
    counted = np.maximum(columns.of(lambda part: part.samples.counted_units), 0)
    table, position = _placed(parts, columns, counted)
    by_line = parts[0].ladder.by_line
    if by_line is None:
        paid = columns.of(lambda part: part.samples.paid_units)
        msrp = columns.of(lambda part: part.samples.paid_msrp_cents)
        exact: ExactCents | ByLine = ExactCents.of(table, position, paid, msrp)
    else:
        exact = ByLine.of(parts[0].ladder, by_line, parts[0].samples, position)
    before = kept = exact.rounded(1, 1, None, None)
    left, of = _after_deduction(parts, columns, counted)
    if left is not None or not all(part.is_kept for part in parts):
        times, over = columns.of(lambda part: part.times), columns.of(lambda part: part.over)
        kept = exact.rounded(times, over, left, of)
    caps = [part.samples.rules.cap_amount for part in parts]
    if any(cap is not None for cap in caps):
        kept = np.minimum(kept, columns.of_each([_cap_cents(cap) for cap in caps]))
    held = columns.of(lambda part: part.held)
    rows = (
        table.tiers[position], before, np.where(held, 0, kept), np.where(held, kept, 0)
    )  # fmt: skip
    return [
        ElementCents(*(row[start:end] for row in rows))
        for start, end in itertools.pairwise(columns.edges)
    ]


def _cap_cents(cap: Decimal | None) -> int:
    return SAFE if cap is None else cents_half_up(cap)


class _Columns:
    """Values of parts put one after another."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = parts
        self._sizes = [part.size for part in parts]
        self.edges = [0, *itertools.accumulate(self._sizes)]

    def of(self, value: Callable[[_Part], np.ndarray | int | bool]) -> np.ndarray:
        """Arrays of the parts' samples, or one value for all samples of a part."""
        values = [value(part) for part in self._parts]
        if not any(isinstance(one, np.ndarray) for one in values):
            return self.of_each(values)
        return np.concatenate(
            [
                one if isinstance(one, np.ndarray) else np.full(size, one)
                for one, size in zip(values, self._sizes, strict=True)
            ]
        )

    def of_each(self, values: Sequence[Any]) -> np.ndarray:
        """One value for all samples of a part."""
        return np.repeat(np.array(values), self._sizes)


def _placed(
    parts: Sequence[_Part], columns: _Columns, counted: Whole
) -> tuple[LadderTable, np.ndarray]:
    """The segments of all ladders, one ladder after another, and each sample's among them."""
    table = LadderTable.joined([ladder_table(Same(part.ladder)) for part in parts])
    span = max(int(counted.max(initial=0)), int(table.edges.max())) + 1
    numbers = np.repeat(np.arange(len(parts)), [len(part.ladder.segments) for part in parts])
    own = columns.of_each(range(len(parts)))
    position = np.searchsorted(table.edges + numbers * span, counted + own * span, side="right")
    return table, position - 1


def _after_deduction(
    parts: Sequence[_Part], columns: _Columns, counted: Whole
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Units without an open recall, and of how many; None where nothing is deducted."""
    deducted = [
        part.samples.open_recall_units if part.samples.rules.has_open_recall_deduction else 0
        for part in parts
    ]
    if not any(deducted):
        return None, None
    recalls = columns.of_each(deducted)
    return np.where(counted > 0, counted - np.minimum(recalls, counted), 1), np.maximum(counted, 1)
