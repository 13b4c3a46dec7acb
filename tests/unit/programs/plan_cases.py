"""Small planning questions and their answers by trying everything, for the tests of the solver.

Here: a generator from a seed, and exhaustive search through standing.py, one sample at a time in
Decimals: nothing of the solver's own arithmetic. Not here: what must hold (test_plan_search.py).
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np

from programs.element_cents import ElementSamples
from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.money import cents_half_up, dollars
from programs.plan import (
    Choice,
    CloseGate,
    Limits,
    Move,
    ProgramOutlook,
    ReportDelivered,
    SellMore,
)
from programs.standing import ElementFacts, ElementRules, ProgramCap, evaluate_program

TODAY = datetime.date(2025, 8, 15)


@dataclass(frozen=True)
class Case:
    """One small planning question."""

    outlooks: tuple[ProgramOutlook, ...]
    moves: tuple[Move, ...]
    limits: Limits


def small_case(seed: int, *, is_msrp_alike: bool = True) -> Case:
    """A question with up to three programs, four moves and one gate, small enough to try all."""
    rng = np.random.default_rng(seed)
    draws = int(rng.integers(1, 5))
    msrp = int(rng.integers(1, 6)) * 1_000_000
    programs = tuple(
        drawn_program(rng, f"p{number}", draws) for number in range(int(rng.integers(1, 4)))
    )
    keys = [key for program in programs for key in program.keys]
    moves: list[Move] = []
    for number in range(int(rng.integers(1, 4))):
        counted, paid = _effect(rng, keys)
        costs = np.sort(rng.integers(0, 4, int(rng.integers(0, 4))) * int(rng.integers(1, 60_000)))
        own = msrp if is_msrp_alike else int(rng.integers(1, 6)) * 1_000_000
        if rng.random() < 0.75:
            costs_cents = tuple(int(cost) for cost in costs)
            moves.append(
                SellMore(f"m{number}", f"Line {number}", costs_cents, own, counted, paid)
            )
        else:
            moves.append(
                ReportDelivered(
                    f"m{number}", f"Car {number}", f"VIN{number}", TODAY, TODAY,
                    int(rng.integers(0, 300)) * 100, own, counted, paid,
                )  # fmt: skip
            )
    unmet = sorted(
        {
            (program.program_code, gate.gate_code)
            for program in programs
            for element in program.elements
            for gate in element.gates_at_risk()
        }
    )
    if unmet and rng.random() < 0.7:
        some = frozenset(key for key in unmet if rng.random() < 0.7) or frozenset(unmet[:1])
        moves.append(CloseGate("gate", "Training", int(rng.integers(0, 500)) * 100, some))
    limits = Limits(
        budget_cents=int(rng.integers(0, 150_000)) if rng.random() < 0.4 else None,
        extra_units=int(rng.integers(0, 5)) if rng.random() < 0.4 else None,
    )
    return Case(programs, tuple(moves), limits)


def _effect(rng: np.random.Generator, keys: list) -> tuple[frozenset, frozenset]:
    counted = frozenset(key for key in keys if rng.random() < 0.7)
    paid = counted if rng.random() < 0.6 else frozenset(key for key in keys if rng.random() < 0.6)
    return counted, paid


def drawn_program(rng: np.random.Generator, code: str, draws: int) -> ProgramOutlook:
    elements = tuple(
        _element(rng, code, order, draws) for order in range(1, int(rng.integers(1, 3)) + 1)
    )
    amount = dollars(int(rng.integers(0, 400_000))) if rng.random() < 0.25 else None
    share = Decimal(int(rng.integers(1, 30))) / 1000 if rng.random() < 0.2 else None
    if rng.random() < 0.4:  # gates drawn to the end, in every sample
        elements = tuple(
            replace(one, gate_states=tuple(rng.integers(0, 4, draws) for _ in one.gates))
            for one in elements
        )
    msrp = sum((element.paid_msrp_cents for element in elements), np.zeros(draws, dtype=np.int64))
    return ProgramOutlook(code, code.upper(), "2025-08", elements, ProgramCap(amount, share), msrp)


def _element(rng: np.random.Generator, code: str, order: int, draws: int) -> ElementSamples:
    shape = "marginal" if rng.random() < 0.3 else "retroactive"
    edges = np.sort(rng.choice(np.arange(1, 14), int(rng.integers(1, 4)), replace=False))
    with_msrp = shape == "retroactive" and rng.random() < 0.35
    tiers = tuple(
        TierRule(
            number,
            Decimal(int(edge)),
            dollars(int(rng.integers(0, 60_000))),
            dollars(int(rng.integers(0, 100_000))) if shape == "retroactive" else Decimal("0.00"),
            Decimal(int(rng.integers(0, 20))) / 1000 if with_msrp else Decimal("0.000000"),
        )
        for number, edge in enumerate(edges, 1)
    )
    cap = int(rng.integers(1, 10)) if not with_msrp and rng.random() < 0.2 else None
    rules = ElementRules(
        code, f"e{order}", order,
        build_ladder(LadderRules(tiers, "units", shape=shape, cap_units=cap), None),
        cap_amount=dollars(int(rng.integers(1, 500_000))) if rng.random() < 0.2 else None,
        has_open_recall_deduction=bool(rng.random() < 0.2),
    )  # fmt: skip
    gates = ()
    if rng.random() < 0.4:
        effect, share = ("reduce", Decimal("0.5")) if rng.random() < 0.5 else ("forfeit", None)
        state = GateState(int(rng.integers(0, 4)))
        gates = (GateResult("gate", state, effect, share),)
    counted = rng.integers(0, 12, draws).astype(np.int64)
    return ElementSamples(
        rules, counted, counted.copy(), counted * 2_500_000, int(rng.integers(0, 3)), gates
    )


def all_choices(case: Case) -> Iterator[Choice]:
    """Everything that could be chosen within the limits, fewer units first."""
    units = [move for move in case.moves if not isinstance(move, CloseGate)]
    gates = [move for move in case.moves if isinstance(move, CloseGate)]
    for counts in itertools.product(*(range(len(move.unit_costs_cents) + 1) for move in units)):
        for made in itertools.product((False, True), repeat=len(gates)):
            choice = Choice(
                {move.code: count for move, count in zip(units, counts, strict=True) if count},
                frozenset(gate.code for gate, is_made in zip(gates, made, strict=True) if is_made),
            )
            if is_within(case, choice):
                yield choice


def is_within(case: Case, choice: Choice) -> bool:
    """Whether a choice keeps the limits."""
    sold = sum(
        choice.units.get(move.code, 0) for move in case.moves if isinstance(move, SellMore)
    )
    limits = case.limits
    is_afforded = limits.budget_cents is None or cost_cents(case, choice) <= limits.budget_cents
    return is_afforded and (limits.extra_units is None or sold <= limits.extra_units)


def cost_cents(case: Case, choice: Choice) -> int:
    """What a choice costs."""
    total = 0
    for move in case.moves:
        if isinstance(move, CloseGate):
            total += move.cost_cents if move.code in choice.gates else 0
        else:
            total += sum(move.unit_costs_cents[: choice.units.get(move.code, 0)])
    return total


def expected_cents(case: Case, choice: Choice) -> Fraction:
    """The mean over the samples of what all programs pay, by one standing a sample."""
    return sum((_program_cents(program, case, choice) for program in case.outlooks), Fraction(0))


def _program_cents(program: ProgramOutlook, case: Case, choice: Choice) -> Fraction:
    closed = {
        gate
        for move in case.moves
        if isinstance(move, CloseGate) and move.code in choice.gates
        for code, gate in move.closes
        if code == program.program_code
    }
    made = [
        (move, choice.units.get(move.code, 0))
        for move in case.moves
        if not isinstance(move, CloseGate)
    ]
    total = 0
    is_drawn = any(samples.gate_states for samples in program.elements)
    for draw in range(program.draws):
        elements = []
        for key, samples in zip(program.keys, program.elements, strict=True):
            paid = [(move, units) for move, units in made if key in move.paid_by]
            msrp = sum(move.msrp_cents * units for move, units in paid)
            facts = ElementFacts(
                int(samples.counted_units[draw])
                + sum(units for move, units in made if key in move.counted_by),
                int(samples.paid_units[draw]) + sum(units for _, units in paid),
                dollars(int(samples.paid_msrp_cents[draw]) + msrp),
                samples.open_recall_units,
                tuple(
                    replace(gate, state=GateState.MET) if gate.gate_code in closed else gate
                    for gate in _gates_of(samples, draw)
                ),
            )
            elements.append((samples.rules, facts))
        once = int(program.paid_msrp_cents[draw]) + sum(
            move.msrp_cents * units for move, units in made if move.paid_by & set(program.keys)
        )
        earned, held = _standing_cents(tuple(elements), program.cap, dollars(once))
        total += earned if is_drawn else earned + held
    return Fraction(total, program.draws)


def _gates_of(samples: ElementSamples, draw: int) -> tuple[GateResult, ...]:
    if not samples.gate_states:
        return samples.gates
    return tuple(
        replace(gate, state=GateState(int(states[draw])))
        for gate, states in zip(samples.gates, samples.gate_states, strict=True)
    )


@lru_cache(maxsize=20_000)
def _standing_cents(elements: tuple, cap: ProgramCap, paid_msrp: Decimal) -> tuple[int, int]:
    """Earned and held."""
    standing = evaluate_program("p", elements, cap, paid_msrp)
    return cents_half_up(standing.amount_earned), cents_half_up(standing.amount_held)
