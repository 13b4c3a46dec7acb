"""What an extra car costs: as the manager words it, or as the store's deals of late say."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.costs import (
    ENOUGH_DEALS,
    CostRule,
    costs_by_gross,
    costs_by_rule,
    parse_cost,
    parse_unit_cost,
)
from scenarios.inputs import ScenarioError

ROGUE = ("Nissan", "Rogue", "new")


def test_a_curve_as_worded() -> None:
    rule = parse_cost("make=Nissan,model=Rogue,first=500,step=25.50,most=3")
    assert rule == CostRule({"make": "Nissan", "model": "Rogue"}, 50_000, 2_550, 3)
    assert costs_by_rule(rule, 3).unit_costs_cents == (50_000, 52_550, 55_100)
    assert parse_unit_cost("500+25") == CostRule({}, 50_000, 2_500)
    assert parse_unit_cost("500") == CostRule({}, 50_000, 0)
    assert parse_cost("model=Rogue,most=0").first_cents is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model=Rogue", "say what the first costs"),
        ("first=500,most=two", "most=two is no whole number"),
        ("first=500,colour=red", "'colour' describes no car"),
    ],
)
def test_words_that_say_nothing_are_refused(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        parse_cost(text)


def test_the_stores_own_deals_say_what_one_more_gives_away() -> None:
    """Nine deals of $100 to $900: down from the median to the thinnest at twice the usual sales."""
    gross = {ROGUE: [Decimal(100 * deal) for deal in range(9, 0, -1)]}
    found = costs_by_gross(gross, ROGUE, Fraction(1), 4)
    assert found.unit_costs_cents == (20_000, 40_000, 40_000, 40_000)
    assert found.source == "9 Rogue deals of late: median $500 gross, thinnest $100"
    slower = costs_by_gross(gross, ROGUE, Fraction(2), 4)
    assert slower.unit_costs_cents == (10_000, 20_000, 30_000, 40_000)


def test_too_few_deals_are_helped_out_by_the_makes_and_then_by_the_stores() -> None:
    few = [Decimal(1_000)] * (ENOUGH_DEALS - 1)
    own = {ROGUE: few}
    with pytest.raises(ScenarioError, match="too few recent deals of Nissan"):
        costs_by_gross(own, ROGUE, Fraction(1), 1)
    make = own | {("Nissan", "Versa", "new"): [Decimal(0)]}
    assert "8 Nissan deals" in costs_by_gross(make, ROGUE, Fraction(1), 1).source
    used = own | {("Nissan", "Versa", "used"): few, ("Kia", "Soul", "new"): few}
    assert "14 new car deals" in costs_by_gross(used, ROGUE, Fraction(1), 1).source


@given(
    st.lists(st.integers(-500_000, 900_000), min_size=ENOUGH_DEALS, max_size=40),
    st.fractions(0, 30),
)
def test_costs_never_fall(cents: list[int], usual: Fraction) -> None:
    gross = {ROGUE: [Decimal(one) / 100 for one in cents]}
    costs = costs_by_gross(gross, ROGUE, usual, 30).unit_costs_cents
    assert min(costs) >= 0
    assert list(costs) == sorted(costs)
    assert costs[-1] <= max(cents) - min(cents)
