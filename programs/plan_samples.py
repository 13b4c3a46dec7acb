"""A program's samples moved by choices: units sold besides, gates met, cars given away.

Here: the samples under one choice or many at once, and what they bring in whole cents.
Not here: the tables that plans are searched on (plan_tables.py), the arithmetic of one sample
(samples.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from programs.alike import Weights, Whole, one_of_each
from programs.element_cents import ElementSamples
from programs.gates import GateResult, GateState
from programs.plan import Choice, CloseGate, Move, PlanError, ProgramOutlook, SellMore
from programs.samples import ProgramCents, ProgramSamples, programs_cents
from programs.scenario import ElementKey
from programs.settled_samples import settled

# Samples evaluated in one go: some 100 MB of whole numbers at the most.
CHUNK = 1_000_000


@dataclass(frozen=True)
class Kind:
    """Units that do the same to a part: which of its elements count and pay them, at one MSRP."""

    counted_by: frozenset[ElementKey]
    paid_by: frozenset[ElementKey]
    msrp_cents: int
    codes: tuple[str, ...]
    most_units: int


def goes_by_msrp(outlook: ProgramOutlook) -> bool:
    """Whether MSRP tells the samples of a program apart."""
    if outlook.cap.msrp_share is not None or (outlook.across and outlook.across.pays_msrp):
        return True
    return any(element.goes_by_msrp for element in outlook.elements)


def distinct(outlook: ProgramOutlook) -> tuple[ProgramOutlook, Whole]:
    """The samples that differ, and how many there are of each: far fewer where only units pay."""
    with_msrp = goes_by_msrp(outlook)
    rows = []
    for element in outlook.elements:
        rows += (element if with_msrp else element.without_msrp()).arrays()
    if outlook.paid_msrp_cents is not None and with_msrp:
        rows.append(outlook.paid_msrp_cents)
    first, weights = one_of_each([np.asarray(row, dtype=np.int64) for row in rows])
    return _taken(outlook, first), weights


def _taken(outlook: ProgramOutlook, positions: Whole) -> ProgramOutlook:
    elements = tuple(
        element.changed(lambda values: values[positions]) for element in outlook.elements
    )
    msrp = outlook.paid_msrp_cents
    return replace(
        outlook,
        elements=elements,
        paid_msrp_cents=None if msrp is None else msrp[positions],
    )


def sums(
    outlook: ProgramOutlook, weights: Whole, kinds: Sequence[Kind], grid: np.ndarray
) -> Whole:
    """Cents over all samples, for each column of the grid (units of each kind)."""
    size = len(weights)
    step = max(1, CHUNK // size)
    sums = np.empty(grid.shape[1], dtype=np.int64)
    for start in range(0, grid.shape[1], step):
        units = grid[:, start : start + step]
        cents = brought(_shifted(outlook, kinds, units))
        sums[start : start + step] = cents.reshape(-1, size) @ weights
    return sums


def _shifted(
    outlook: ProgramOutlook, kinds: Sequence[Kind], units: np.ndarray
) -> ProgramOutlook:
    """All samples under each column of units: one long outlook, column by column."""
    columns = units.shape[1]

    def spread(values: Whole, extra: Whole) -> Whole:
        return (extra[:, None] + np.asarray(values, dtype=np.int64)[None, :]).reshape(-1)

    def added(names: Sequence[tuple[bool, int]]) -> Whole:
        total = np.zeros(columns, dtype=np.int64)
        for row, (applies, times) in zip(units, names, strict=True):
            if applies:
                total += row * times
        return total

    elements = []
    for key, element in zip(outlook.keys, outlook.elements, strict=True):
        counted = added([(key in kind.counted_by, 1) for kind in kinds])
        paid = added([(key in kind.paid_by, 1) for kind in kinds])
        msrp = added([(key in kind.paid_by, kind.msrp_cents) for kind in kinds])
        elements.append(
            replace(
                element.changed(lambda values: np.tile(values, columns)),
                counted_units=spread(element.counted_units, counted),
                paid_units=spread(element.paid_units, paid),
                paid_msrp_cents=spread(element.paid_msrp_cents, msrp),
            )
        )
    msrp_once = outlook.paid_msrp_cents
    if msrp_once is not None:
        extra = added([(bool(kind.paid_by), kind.msrp_cents) for kind in kinds])
        msrp_once = spread(msrp_once, extra)
    return replace(outlook, elements=tuple(elements), paid_msrp_cents=msrp_once)


def closed(outlook: ProgramOutlook, made: Sequence[CloseGate]) -> ProgramOutlook:
    """The outlook with gates met that the moves close."""
    closes = {gate for move in made for code, gate in move.closes if code == outlook.program_code}
    states = {
        (element.rules.element_code, gate.gate_code): GateState.MET
        for element in outlook.elements
        for gate in element.gates
        if gate.gate_code in closes
    }
    return with_gates(outlook, states)


def with_gates(
    outlook: ProgramOutlook, states: Mapping[tuple[str, str], GateState]
) -> ProgramOutlook:
    """The outlook with other states of some gates, by (element, gate)."""
    if not states:
        return outlook
    return replace(
        outlook,
        elements=tuple(
            replace(
                element,
                gates=gates_with(element.gates, element.rules.element_code, states),
                gate_states=_drawn_with(element, states),
            )
            for element in outlook.elements
        ),
    )


def _drawn_with(
    element: ElementSamples, states: Mapping[tuple[str, str], GateState]
) -> tuple[Whole, ...]:
    """The gates' draws, those of other states the same in every sample."""
    if not element.gate_states:
        return ()
    code = element.rules.element_code
    return tuple(
        np.full(len(drawn), int(states[code, gate.gate_code]))
        if (code, gate.gate_code) in states
        else drawn
        for gate, drawn in zip(element.gates, element.gate_states, strict=True)
    )


def gates_with(
    gates: Sequence[GateResult],
    element_code: str,
    states: Mapping[tuple[str, str], GateState],
) -> tuple[GateResult, ...]:
    """One element's gates with other states of some."""
    return tuple(
        replace(gate, state=states.get((element_code, gate.gate_code), gate.state))
        for gate in gates
    )


def brought(outlook: ProgramOutlook) -> Whole:
    """What each sample brings: what is earned where gates and scores were drawn to the end, as the
    forecast says it; with what is held where they stand as today."""
    return _brought(outlook, outlook_cents(outlook))


def _brought(outlook: ProgramOutlook, found: ProgramCents) -> Whole:
    is_drawn = any(element.is_drawn for element in outlook.elements)
    held = 0 if is_drawn else found.held
    if outlook.across is None:
        return found.earned + held
    return found.earned + found.earned_back + held + (0 if is_drawn else found.held_back)


def outlook_cents(outlook: ProgramOutlook) -> ProgramCents:
    """What the program pays in each sample."""
    return outlooks_cents([outlook])[0]


def outlooks_cents(outlooks: Sequence[ProgramOutlook]) -> list[ProgramCents]:
    """What several programs pay, each in each of its samples."""
    alone = programs_cents(
        [ProgramSamples(one.elements, one.cap, one.paid_msrp_cents) for one in outlooks]
    )
    return [
        cents
        if one.across is None
        else settled(cents, one.across, one.elements, one.paid_msrp_cents)
        for one, cents in zip(outlooks, alone, strict=True)
    ]


def after_moves(
    outlook: ProgramOutlook, choice: Choice, moves: Mapping[str, Move]
) -> ProgramOutlook:
    """The same samples with a choice made, every unit at its own MSRP."""
    added = []
    for code, units in sorted(choice.units.items()):
        move = moves[code]
        if isinstance(move, CloseGate):
            raise PlanError(f"{move.label} is a gate, not units")
        added.append((Kind(move.counted_by, move.paid_by, move.msrp_cents, (code,), units), units))
    met = closed(outlook, [moves[code] for code in sorted(choice.gates)])
    return after_units(met, added)


def after_units(outlook: ProgramOutlook, added: Sequence[tuple[Kind, int]]) -> ProgramOutlook:
    """The same samples with so many units of some kinds more; fewer where negative."""
    keys = frozenset(outlook.keys)
    kinds = [
        replace(kind, counted_by=kind.counted_by & keys, paid_by=kind.paid_by & keys)
        for kind, _ in added
    ]
    if not kinds:
        return outlook
    return _shifted(outlook, kinds, np.array([[units] for _, units in added], dtype=np.int64))


def choices_cents(
    outlook: ProgramOutlook, moves: Mapping[str, Move], choices: Sequence[Choice]
) -> Whole:
    """The sum over all samples under each of many choices of units, every unit at its own MSRP."""
    keys = frozenset(outlook.keys)
    codes = sorted({code for choice in choices for code in choice.units})
    kinds = [
        Kind(move.counted_by & keys, move.paid_by & keys, move.msrp_cents, (code,), 0)
        for code in codes
        if not isinstance(move := moves[code], CloseGate)
    ]
    grid = np.array(
        [[choice.units.get(code, 0) for choice in choices] for code in codes], dtype=np.int64
    ).reshape(len(codes), len(choices))
    alike, weights = distinct(outlook)
    return sums(alike, weights, kinds, grid)


def less_units(outlook: ProgramOutlook, line: SellMore, missing: Whole) -> ProgramOutlook:
    """The samples without some of a line's units, so many in each."""

    def less(values: Whole, applies: bool, times: int = 1) -> Whole:
        return np.asarray(values, dtype=np.int64) - missing * times if applies else values

    elements = tuple(
        replace(
            element,
            counted_units=less(element.counted_units, key in line.counted_by),
            paid_units=less(element.paid_units, key in line.paid_by),
            paid_msrp_cents=less(element.paid_msrp_cents, key in line.paid_by, line.msrp_cents),
        )
        for key, element in zip(outlook.keys, outlook.elements, strict=True)
    )
    once = outlook.paid_msrp_cents
    if once is not None:
        once = less(once, bool(line.paid_by & set(outlook.keys)), line.msrp_cents)
    return replace(outlook, elements=elements, paid_msrp_cents=once)


def expected_cents(outlook: ProgramOutlook) -> Fraction:
    """The mean over the samples, exact."""
    return all_expected_cents([outlook])[0]


def all_expected_cents(outlooks: Sequence[ProgramOutlook]) -> list[Fraction]:
    """The mean over each program's samples, all of them worked out together."""
    return [
        Fraction(int(_sum(_brought(one, cents), one.weights)), one.draws)
        for one, cents in zip(outlooks, outlooks_cents(outlooks), strict=True)
    ]


def _sum(values: np.ndarray, weights: Weights | None) -> np.integer:
    return values.sum() if weights is None else values @ weights.times


def chance_of_tier(
    samples: ElementSamples, tier_number: int, weights: Weights | None = None
) -> Fraction:
    """The share of draws in which an element reaches at least this tier; one of each sample, or as
    many as their weights."""
    ladder = samples.rules.ladder
    if ladder is None:
        return Fraction(0)
    edge = next((units for tier, units in ladder.tier_edges() if tier >= tier_number), None)
    if edge is None:
        return Fraction(0)
    reached = np.asarray(samples.counted_units) >= edge
    draws = len(reached) if weights is None else weights.total
    return Fraction(int(_sum(reached, weights)), draws)
