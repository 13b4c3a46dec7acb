"""What if: one truck counts everywhere it counts, and the sentence says why."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from programs.change_words import explain, units_said
from programs.examples import element_rules, program_cap
from programs.gates import GateResult, GateState
from programs.rule_models import RuleVersion
from programs.scenario import ElementState, Move, ProgramState, moved
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


def told(program: ProgramState, move: Move) -> tuple[Decimal, str]:
    """What a move adds, and the sentence."""
    after = moved(program, [move])
    one, two = program.standing(), after.standing()
    subject = (units_said(move.units, move.label), abs(move.units) == 1)
    words = explain(program, after, one, two, [subject])
    return two.amount_earned - one.amount_earned, words.text


def test_five_frontiers_take_nissan_one_to_its_top(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(54, 54))
    assert told(program, frontiers(5)) == (
        Decimal("38400.00"),
        "5 Frontiers take Nissan One from 54 to 59 of 50 × 110 % = 55: tier 3 on every unit, "
        "$32,400 to $70,800",
    )


def test_a_rounded_edge_says_how_it_was_rounded(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 47, ElementFacts(51, 51))
    assert "of 47 × 110 % = 51.7, so 52: tier 3" in told(program, frontiers(1))[1]


def test_too_few_units_say_how_many_are_missing(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(46, 46))
    assert told(program, frontiers(2))[1] == (
        "2 Frontiers take Nissan One from 46 to 48, 2 short of 50 for tier 2; $16,100 to $16,800"
    )


def test_an_unwound_sale_falls_back(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(50, 50))
    change, said = told(program, frontiers(-1))
    assert change == Decimal("-12850.00")
    assert said.startswith("1 Frontier fewer takes Nissan One from 50 to 49, back to tier 1, ")


def test_a_truck_that_counts_nowhere_says_so(sample_rulebooks):
    program = state(sample_rulebooks["honda-growth"].latest, 50, ElementFacts(50, 50))
    assert told(program, frontiers(5)) == (0, "5 Frontiers change nothing in Honda growth bonus")


def test_one_unit_counts_in_every_program_that_counts_it(sample_rulebooks):
    states = [
        state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(49, 49)),
        state(sample_rulebooks["cdjr-flat-bonus"].latest, None, ElementFacts(24, 24)),
    ]
    move = frontiers(1, NISSAN, ("cdjr-flat-bonus", "volume"))
    found = [told(one, move) for one in states]
    assert [change for change, _ in found] == [12850, 7500]
    assert "of the 25 it takes: tier 1" in found[1][1]


def test_units_above_last_year_s(sample_rulebooks):
    program = state(sample_rulebooks["honda-growth"].latest, 100, ElementFacts(98, 98))
    change, said = told(program, frontiers(5, ("honda-growth", "growth")))
    assert change == 9000
    assert "of 100 × 100 % = 100: tier 1 on the units above" in said


def test_held_money_is_told_apart(sample_rulebooks):
    gate = GateResult("csi", GateState.TOO_EARLY)
    program = state(sample_rulebooks["nissan-one"].latest, 50, ElementFacts(49, 49, gates=(gate,)))
    assert told(program, frontiers(1))[1].endswith(
        "earned $0 as before, held $17,150 to $30,000 until its gates are decided"
    )


def test_without_an_objective_nothing_can_be_reached(sample_rulebooks):
    program = state(sample_rulebooks["nissan-one"].latest, None, ElementFacts(49, 49))
    assert "no objective to measure them against" in told(program, frontiers(1))[1]


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
