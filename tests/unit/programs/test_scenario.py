"""What if: one truck counts everywhere it counts, and the sentence says why."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from programs.examples import element_rules, program_cap
from programs.gates import GateResult, GateState
from programs.rule_models import RuleVersion
from programs.scenario import ElementState, Move, ProgramState, moved, run_scenario
from programs.standing import ElementFacts
from tests.unit.programs.strategies import programs

NISSAN = ("nissan-one", "volume")


def state(rules: RuleVersion, target: int | None, facts: ElementFacts) -> ProgramState:
    elements = tuple(
        ElementState(element_rules(rules, element, order, target), facts, target)
        for order, element in enumerate(rules.elements, 1)
    )
    return ProgramState(
        rules.program, rules.name, "2025-08", elements, program_cap(rules), facts.paid_msrp_amount
    )


def frontiers(units: int, *keys: tuple[str, str]) -> Move:
    keys = frozenset(keys or (NISSAN,))
    return Move("Frontier", units, Decimal("38000.00"), keys, keys)


def test_five_frontiers_take_nissan_one_to_its_top(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(54, 54))
    scenario = run_scenario([program], [frontiers(5)])
    (change,) = scenario.changes
    assert scenario.amount_before == Decimal("32400.00")
    assert scenario.amount_after == Decimal("70800.00")
    assert change.explanation == (
        "+5 Frontier: Nissan One from 54 to 59 units, reaching 110 % of 50 = 55: tier 3 on every "
        "paid unit; $32,400 to $70,800."
    )


def test_a_rounded_edge_says_how_it_was_rounded(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 47, ElementFacts(51, 51))
    (change,) = run_scenario([program], [frontiers(1)]).changes
    assert "reaching 110 % of 47 = 51.7, so 52: tier 3" in change.explanation


def test_too_few_units_say_how_many_are_missing(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(46, 46))
    (change,) = run_scenario([program], [frontiers(2)]).changes
    assert change.explanation == (
        "+2 Frontier: Nissan One from 46 to 48 units, still tier 1, 2 short of 50; "
        "$16,100 to $16,800."
    )


def test_an_unwound_sale_falls_back(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(50, 50))
    (change,) = run_scenario([program], [frontiers(-1)]).changes
    assert change.change_amount == Decimal("-12850.00")
    assert "-1 Frontier: Nissan One from 50 to 49 units, falling back to tier 1" in (
        change.explanation
    )


def test_a_truck_that_counts_nowhere_says_so(sample_rulebooks):
    program = state(sample_rulebooks["honda-growth"].latest, 50, ElementFacts(50, 50))
    (change,) = run_scenario([program], [frontiers(5)]).changes
    assert change.change_amount == 0
    assert change.explanation == (
        "+5 Frontier: nothing of it counts or pays in Honda growth bonus."
    )


def test_one_unit_counts_in_every_program_that_counts_it(sample_rulebooks):
    states = [
        state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(49, 49)),
        state(sample_rulebooks["cdjr-flat-bonus"].latest, None, ElementFacts(24, 24)),
    ]
    keys = (NISSAN, ("cdjr-flat-bonus", "volume"))
    scenario = run_scenario(states, [frontiers(1, *keys)])
    assert [change.change_amount for change in scenario.changes] == [12850, 7500]
    assert scenario.change_amount == 20350
    assert "reaching 25 units: tier 1;" in scenario.changes[1].explanation


def test_units_above_last_year_s(sample_rulebooks):
    program = state(sample_rulebooks["honda-growth"].latest, 100, ElementFacts(98, 98))
    (change,) = run_scenario([program], [frontiers(5, ("honda-growth", "growth"))]).changes
    assert change.change_amount == 9000
    assert "reaching 100 % of 100 = 100: tier 1 on the units above the edge" in change.explanation


def test_held_money_is_told_apart(sample_rulebooks):
    gate = GateResult("csi", GateState.TOO_EARLY)
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(49, 49, gates=(gate,)))
    (change,) = run_scenario([program], [frontiers(1)]).changes
    assert change.explanation.endswith(
        "$0 to $0 earned, $17,150 to $30,000 held until its gates are decided."
    )


def test_without_an_objective_nothing_can_be_reached(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, None, ElementFacts(49, 49))
    (change,) = run_scenario([program], [frontiers(1)]).changes
    assert "there is no objective to measure them against" in change.explanation


def test_volkswagen_s_new_cars_pay_in_all_three_elements(sample_rulebooks):
    rules = sample_rulebooks["vw-bonus"].latest
    program = state(rules, 100, ElementFacts(99, 99, Decimal("3960000.00")))
    keys = frozenset(("vw-bonus", code) for code in ("new", "certified", "csi"))
    move = Move("Atlas", 1, Decimal("40000.00"), frozenset({("vw-bonus", "new")}), keys)
    after = moved(program, [move])
    assert after.paid_msrp_amount == Decimal("4000000.00")
    assert [found.facts.counted_units for found in after.elements] == [100, 99, 99]
    assert [found.facts.paid_units for found in after.elements] == [100, 100, 100]


@given(programs(), st.integers(-20, 60), st.integers(-20, 60))
def test_moves_add_up_in_any_order(program, first, second):
    parts, cap, msrp = program
    elements = tuple(ElementState(rules, facts) for rules, facts in parts)
    before = ProgramState("p", "P", "2025-08", elements, cap, msrp)
    keys = frozenset(element.key for element in elements)
    moves = [
        Move(name, n, Decimal("1.25"), keys, keys) for name, n in (("a", first), ("b", second))
    ]
    assert moved(before, moves) == moved(before, moves[::-1])
    (change,) = run_scenario([before], moves).changes
    assert change.before == before.standing()
    assert change.after == moved(before, moves).standing()
