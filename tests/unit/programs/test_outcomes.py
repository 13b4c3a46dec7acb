"""A change in one program: exact amounts and samples move together, and so do the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.changes import ClosingDays
from programs.element_cents import ElementSamples
from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.money import cents_half_up, round_money
from programs.outcomes import Ends, Outcome, Position, outcome, percent
from programs.plan import Choice, CloseGate, ProgramOutlook
from programs.plan_samples import chance_of_tier
from programs.scenario import ElementState, Move, ProgramState
from programs.standing import ElementFacts, ElementRules
from tests.unit.programs.plan_cases import expected_cents, small_case

KEY = frozenset({("nissan-one", "volume")})
TIERS = tuple(
    TierRule(number, Decimal(edge), Decimal(amount))
    for number, (edge, amount) in enumerate([(90, 350), (100, 600), (110, 1200)], 1)
)


def _nissan(gates: tuple[GateResult, ...] = ()) -> tuple[ProgramState, ProgramOutlook]:
    """54 of 50 so far; four period ends in which 54 to 57 are sold."""
    rules = ElementRules("nissan-one", "volume", 1, build_ladder(LadderRules(TIERS, "pct"), 50))
    facts = ElementFacts(54, 54, gates=gates)
    units = np.array([54, 54, 54, 57])
    samples = ElementSamples(rules, units, units, units * 0, gates=gates)
    return (
        ProgramState("nissan-one", "Nissan One", "2025-06", (ElementState(rules, facts, 50),)),
        ProgramOutlook("nissan-one", "Nissan One", "2025-06", (samples,)),
    )


def test_five_frontiers_take_nissan_one_to_its_third_tier() -> None:
    found = outcome(*_nissan(), [Move("Frontier", 5, Decimal(0), KEY, KEY)])
    assert found.chance is not None
    assert (found.chance.tier_number, found.chance.before, found.chance.after) == (
        3, Fraction(1, 4), Fraction(1),
    )  # fmt: skip
    assert found.explanation == (
        "5 Frontiers take Nissan One from 54 to 59 of 50 × 110 % = 55: tier 3 on every unit, "
        "$32,400 to $70,800; chance 25 % to over 99 %, expected $41,400 to $71,700."
    )


def test_a_gate_that_turns_is_said_with_what_it_changes() -> None:
    gate = GateResult("csi", GateState.NOT_MET)
    found = outcome(*_nissan((gate,)), [], {("volume", "csi"): GateState.MET})
    assert found.before.amount_earned == 0
    assert found.after.amount_earned == Decimal("32400.00")
    assert found.expected_after == Decimal("41400.00")
    assert found.explanation.startswith(
        "The csi gate takes Nissan One to csi met (was not met); $0 to $32,400; "
    )


def test_closed_days_leave_what_stands_and_move_what_is_to_come() -> None:
    state, outlook = _nissan()
    (samples,) = outlook.elements
    fewer = np.array([54, 54, 54, 54])
    later = replace(outlook, elements=(replace(samples, counted_units=fewer, paid_units=fewer),))
    days = ClosingDays((date(2025, 6, 20), date(2025, 6, 21)))
    found = Outcome(
        Position(state, Ends(outlook)), Position(state, Ends(later)), [days]
    )
    assert found.explanation == (
        "2 days closed (20 Jun, 21 Jun) leave Nissan One as it stands today; chance of tier 3 "
        "25 % to under 1 %, expected $41,400 to $32,400."
    )


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_expected_amounts_are_those_of_the_cars_really_sold(seed: int, units: int) -> None:
    case = small_case(seed)
    moves = [move for move in case.moves if not isinstance(move, CloseGate)]
    changes = [
        Move(move.code, units, Decimal(move.msrp_cents) / 100, move.counted_by, move.paid_by)
        for move in moves
    ]
    choice = Choice({move.code: units for move in moves})
    sold = sum(
        (
            cents_half_up(outcome(_state(program), program, changes).expected_after)
            for program in case.outlooks
        ),
        0,
    )
    exact = expected_cents(case, choice)
    # Each program's mean is rounded by itself.
    assert abs(sold - exact) <= Fraction(len(case.outlooks), 2)


def _state(program: ProgramOutlook) -> ProgramState:
    """The program as it stands in its first sample."""
    elements = tuple(
        ElementState(
            element.rules,
            ElementFacts(
                int(element.counted_units[0]),
                int(element.paid_units[0]),
                round_money(Fraction(int(element.paid_msrp_cents[0]), 100)),
                element.open_recall_units,
                element.gates,
            ),
        )
        for element in program.elements
    )
    return ProgramState(
        program.program_code, program.program_name, program.period_code, elements, program.cap
    )


def test_chances_in_words() -> None:
    assert [percent(Fraction(n, 1000)) for n in (0, 4, 10, 995, 990, 1000, 745)] == [
        "under 1 %", "under 1 %", "1 %", "over 99 %", "99 %", "over 99 %", "75 %",
    ]  # fmt: skip
    (element,) = _nissan()[1].elements
    assert [chance_of_tier(element, tier) for tier in (1, 2, 3, 4)] == [
        1, 1, Fraction(1, 4), 0,
    ]  # fmt: skip
