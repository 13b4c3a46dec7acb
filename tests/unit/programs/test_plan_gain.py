"""How a plan's gain is spread over the samples, and grows along the cheapest cars."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.element_cents import ElementSamples
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.plan import Choice, CloseGate, ProgramOutlook, SellMore
from programs.plan_gain import cheapest_path, gains_along, spread_of
from programs.plan_search import evaluate
from programs.standing import ElementRules
from tests.unit.programs.plan_cases import small_case

KEY = frozenset({("p", "e")})


def test_the_spread_is_of_gains_sample_by_sample() -> None:
    """A sample one short gains $1,000, one that is there or too far off nothing."""
    tier = TierRule(1, Decimal(10), amount_flat=Decimal(1_000))
    rules = ElementRules("p", "e", 1, build_ladder(LadderRules((tier,), "units"), None))
    units = np.array([9] * 3 + [10] * 4 + [5] * 3)
    outlook = ProgramOutlook(
        "p", "P", "2025-08", (ElementSamples(rules, units, units, units * 0),)
    )
    moves = {"line": SellMore("line", "Line", (1,), 0, KEY, KEY)}
    found = spread_of([outlook], moves, Choice({"line": 1}), 1_000_00)
    assert (found.low_cents, found.high_cents, found.pays) == (0, 1_000_00, Fraction(3, 10))
    assert spread_of([outlook], moves, Choice({"line": 1}), 1_000_01).pays == 0
    assert spread_of([outlook], moves, Choice(), 0).pays == 1


def test_the_cheapest_cars_come_first_and_equal_ones_in_the_order_given() -> None:
    moves = [
        SellMore("a", "A", (300, 500)),
        SellMore("b", "B", (100, 300)),
        CloseGate("gate", "Training", 1, frozenset({("p", "gate")})),
    ]
    path = cheapest_path(moves, 3)
    assert [dict(choice.units) for choice in path] == [
        {"b": 1}, {"b": 1, "a": 1}, {"b": 2, "a": 1}
    ]  # fmt: skip
    assert len(cheapest_path(moves, 9)) == 4


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_gains_along_a_path_are_those_of_the_plans(seed: int) -> None:
    case = small_case(seed)
    by_code = {move.code: move for move in case.moves}
    path = cheapest_path(case.moves, 5)
    expected = [evaluate(case.outlooks, case.moves, choice).gain_cents for choice in path]
    assert list(gains_along(case.outlooks, by_code, path)) == expected
