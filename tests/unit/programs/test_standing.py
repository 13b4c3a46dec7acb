"""Gates, deductions and caps: what is taken off is named, and adds up to the cent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.element_cents import ElementSamples
from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.money import round_money
from programs.samples import element_cents, program_cents
from programs.standing import (
    ElementFacts,
    ElementRules,
    evaluate_element,
    evaluate_program,
)
from tests.unit.programs.strategies import elements, programs


def slow_final(rules: ElementRules, facts: ElementFacts) -> Fraction:
    """What is left of an element's amount, read off the rules with no rounding on the way."""
    if rules.ladder is None:
        return Fraction(0)
    amount = rules.ladder.segment_at(facts.counted_units).amount(
        facts.paid_units, facts.paid_msrp_amount
    )
    shares = [Fraction(1)]
    for gate in facts.gates:
        if gate.state is GateState.NOT_MET and gate.effect == "forfeit":
            shares.append(Fraction(0))
        if gate.state is GateState.NOT_MET and gate.effect == "reduce":
            shares.append(Fraction(gate.reduce_to_share))
    amount *= min(shares)
    if rules.has_open_recall_deduction and facts.counted_units > 0:
        still_open = min(facts.open_recall_units, facts.counted_units)
        amount = amount * (facts.counted_units - still_open) / facts.counted_units
    return min(amount, Fraction(rules.cap_amount)) if rules.cap_amount is not None else amount


def is_undecided(facts: ElementFacts) -> bool:
    undecided = (GateState.UNKNOWN, GateState.TOO_EARLY)
    return any(gate.state in undecided and gate.effect != "waive" for gate in facts.gates)


@given(elements())
def test_an_element_earns_or_holds_its_exact_amount_rounded_once(element):
    rules, facts = element
    standing = evaluate_element(rules, facts)
    final, nothing = round_money(slow_final(rules, facts)), Decimal("0.00")
    expected = (nothing, final) if is_undecided(facts) else (final, nothing)
    assert (standing.amount_earned, standing.amount_held) == expected


@given(programs())
def test_what_is_taken_off_adds_up_to_the_cent(program):
    parts, cap, paid_msrp = program
    standing = evaluate_program("p", parts, cap, paid_msrp)
    for found in (standing, *standing.elements):
        total = (
            found.amount_earned
            + found.amount_held
            + found.amount_forfeited
            + found.amount_deducted
            + found.amount_capped
        )
        assert total == found.amount_before_gates
        assert min(found.amount_earned, found.amount_held, found.amount_capped) >= 0


@given(programs())
def test_a_program_keeps_within_its_cap_and_takes_no_more_than_it_must(program):
    parts, cap, paid_msrp = program
    standing = evaluate_program("p", parts, cap, paid_msrp)
    uncapped = evaluate_program("p", parts)
    limits = [] if cap.amount is None else [cap.amount]
    if cap.msrp_share is not None:
        limits.append(round_money(Fraction(cap.msrp_share) * max(Fraction(paid_msrp), 0)))
    whole = uncapped.amount_earned + uncapped.amount_held
    assert standing.amount_earned + standing.amount_held == min([whole, *limits])
    assert standing.amount_earned == min([uncapped.amount_earned, *limits])


@settings(max_examples=300)
@given(programs())
def test_samples_pay_the_same_cents(program):
    parts, cap, paid_msrp = program
    standing = evaluate_program("p", parts, cap, paid_msrp)
    cents = program_cents(
        [as_samples(rules, facts) for rules, facts in parts],
        cap,
        np.array([int(paid_msrp * 100)]),
    )
    assert cents.earned[0] == standing.amount_earned * 100
    assert cents.held[0] == standing.amount_held * 100
    for found, element in zip(cents.elements, standing.elements, strict=True):
        assert found.tier_number[0] == element.tier_number
        assert found.before_gates[0] == element.amount_before_gates * 100
        assert found.earned[0] == element.amount_earned * 100


@given(elements(), st.lists(st.tuples(*[st.integers(0, 200)] * 2), min_size=1, max_size=20))
def test_many_samples_at_once_are_each_alone(element, counts):
    rules, facts = element
    cents = element_cents(
        ElementSamples(
            rules,
            np.array([counted for counted, _ in counts]),
            np.array([paid for _, paid in counts]),
            np.array([paid * 31_234_56 for _, paid in counts]),
            facts.open_recall_units,
            facts.gates,
        )
    )
    for index, (counted, paid) in enumerate(counts):
        alone = evaluate_element(
            rules,
            ElementFacts(
                counted, paid, paid * Decimal("31234.56"), facts.open_recall_units, facts.gates
            ),
        )
        assert cents.earned[index] == alone.amount_earned * 100


@settings(max_examples=60)
@given(programs(), st.data())
def test_gates_may_stand_otherwise_in_every_sample(program, data):
    """Each sample pays what it would alone with its own gates, also under a program's cap."""
    parts, cap, paid_msrp = program
    size = 4
    each = [
        [data.draw(st.lists(st.sampled_from(GateState), min_size=size, max_size=size))
         for _ in facts.gates]
        for _, facts in parts
    ]  # fmt: skip
    samples = [
        replace(
            as_samples(rules, facts, size), gate_states=tuple(np.array(row) for row in states)
        )
        for (rules, facts), states in zip(parts, each, strict=True)
    ]
    cents = program_cents(samples, cap, np.full(size, int(paid_msrp * 100)))
    for k in range(size):
        alone = evaluate_program("p", [
            (rules, replace(facts, gates=tuple(
                replace(gate, state=row[k]) for gate, row in zip(facts.gates, states, strict=True)
            )))
            for (rules, facts), states in zip(parts, each, strict=True)
        ], cap, paid_msrp)  # fmt: skip
        assert cents.earned[k] == alone.amount_earned * 100
        assert cents.held[k] == alone.amount_held * 100
        for found, states, (_, facts) in zip(samples, each, parts, strict=True):
            met = all(
                gate.effect == "waive" or row[k] is GateState.MET
                for gate, row in zip(facts.gates, states, strict=True)
            )
            assert found.all_gates_met()[k] == met


def test_samples_beyond_int64_stay_exact():
    """Sums that int64 can't hold on the way are still exact to the cent."""
    rules, facts = huge_element()
    cents = element_cents(as_samples(rules, facts))
    assert cents.earned[0] == evaluate_element(rules, facts).amount_earned * 100
    assert cents.earned[0] > 10**13


def huge_element() -> tuple[ElementRules, ElementFacts]:
    tier = TierRule(1, Decimal(1), Decimal("999999.99"), msrp_share=Decimal("0.123457"))
    rules = ElementRules(
        "p", "e", 1, build_ladder(LadderRules((tier,), "units"), None),
        has_open_recall_deduction=True,
    )  # fmt: skip
    gate = GateResult("g", GateState.NOT_MET, "reduce", Decimal("0.987653"))
    return rules, ElementFacts(999_983, 999_983, Decimal("99999999999.99"), 7, (gate,))


def as_samples(rules: ElementRules, facts: ElementFacts, size: int = 1) -> ElementSamples:
    return ElementSamples(
        rules,
        np.full(size, facts.counted_units),
        np.full(size, facts.paid_units),
        np.full(size, int(facts.paid_msrp_amount * 100)),
        facts.open_recall_units,
        facts.gates,
    )


@pytest.mark.parametrize("state", [GateState.UNKNOWN, GateState.TOO_EARLY])
def test_an_undecided_gate_never_pays_and_never_forfeits(state):
    rules, facts = huge_element()
    facts = ElementFacts(10, 10, gates=(GateResult("g", state),))
    standing = evaluate_element(rules, facts)
    assert standing.amount_earned == 0
    assert standing.amount_forfeited == 0
    assert standing.amount_held == Decimal("9999999.90")


def test_units_that_are_counted_and_not_paid_move_only_the_tier():
    tiers = (TierRule(1, Decimal(20), Decimal(750)), TierRule(2, Decimal(24), Decimal(1000)))
    ladder = build_ladder(LadderRules(tiers, "units"), None)
    rules = ElementRules("p", "e", 1, ladder, counts_equal_pays=False)
    standing = evaluate_element(rules, ElementFacts(23, 14))
    assert standing.next_tier_amount == 14_000
    assert standing.worth_of_next_tier_amount == 3_500


def test_the_next_tier_is_worth_what_a_scenario_of_its_units_adds():
    """Chevrolet, one short of 120 % with two open recalls: the 96th car has none, so 2 of 96."""
    ladder = build_ladder(LadderRules((TierRule(1, Decimal(120), Decimal(1000)),), "pct"), 80)
    rules = ElementRules("p", "e", 1, ladder, has_open_recall_deduction=True)
    facts = ElementFacts(95, 95, open_recall_units=2)
    standing = evaluate_element(rules, facts)
    assert standing.worth_of_next_tier_amount == 94_000
    reached = evaluate_element(rules, replace(facts, counted_units=96, paid_units=96))
    assert reached.amount_earned - standing.amount_earned == standing.worth_of_next_tier_amount


def test_the_next_tier_is_sold_at_the_average_msrp():
    tiers = (TierRule(1, Decimal(3), msrp_share=Decimal("0.01")),)
    rules = ElementRules("p", "e", 1, build_ladder(LadderRules(tiers, "units"), None))
    standing = evaluate_element(rules, ElementFacts(2, 2, Decimal("66666.67")))
    # The average is 33,333.335, so 33,333.34 to the cent; three make 100,000.01.
    assert standing.worth_of_next_tier_amount == Decimal("1000.00")
    assert standing.next_tier_amount == Decimal("1000.00")
