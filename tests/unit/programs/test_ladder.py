"""Ladders against a slow reading of the same rules: one unit at a time, no segments."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.ladder import Ladder, LadderRules, TierRule, build_ladder, ladder_from_rows
from programs.money import round_money, round_units
from tests.unit.programs.strategies import MONEY, ladders


def reached(rules: LadderRules, tier: TierRule, target: int, units: int) -> bool:
    """Whether a number of units reaches a tier: compared, never divided."""
    exact = tier.from_edge * target / 100 if rules.edge_unit == "pct" else tier.from_edge
    exact = Fraction(exact)
    if rules.edge_rounding == "up":
        return units >= exact
    if rules.edge_rounding == "down":
        return units + 1 > exact
    return 2 * units + 1 > 2 * exact  # nearest, a half up: units >= floor(exact + 1/2)


def slow_amount(rules: LadderRules, target: int, units: int, msrp: Decimal) -> Fraction:
    if rules.shape == "marginal":
        total, paid = Fraction(0), 0
        for unit in range(1, units + 1):
            # A unit is above an edge when the units before it reach that edge.
            tiers = [tier for tier in rules.tiers if reached(rules, tier, target, unit - 1)]
            if tiers and (rules.cap_units is None or paid < rules.cap_units):
                total += Fraction(tiers[-1].amount_per_unit)
                paid += 1
        return total
    tiers = [tier for tier in rules.tiers if reached(rules, tier, target, units)]
    paying = tiers if rules.choice == "added" else tiers[-1:]
    paid = units if rules.cap_units is None else min(units, rules.cap_units)
    return sum(
        (
            Fraction(tier.amount_flat)
            + Fraction(tier.amount_per_unit) * paid
            + Fraction(tier.msrp_share) * Fraction(msrp)
            for tier in paying
        ),
        Fraction(0),
    )


@given(ladders(), st.integers(1, 150), st.integers(0, 300), MONEY)
def test_segments_pay_what_the_rules_say(rules, target, units, msrp):
    ladder = build_ladder(rules, target)
    amount = ladder.segment_at(units).amount(units, msrp)
    assert amount == slow_amount(rules, target, units, msrp)


@given(ladders(), st.integers(1, 150), st.integers(0, 300))
def test_the_tier_is_the_highest_reached(rules, target, units):
    ladder = build_ladder(rules, target)
    tiers = [tier.tier_number for tier in rules.tiers if reached(rules, tier, target, units)]
    assert ladder.segment_at(units).tier_number == max(tiers, default=0)


@given(ladders(), st.integers(1, 150))
def test_segments_neither_overlap_nor_leave_a_gap(rules, target):
    segments = build_ladder(rules, target).segments
    assert segments[0].from_units == 0
    assert segments[-1].to_units is None
    for here, after in zip(segments, segments[1:], strict=False):
        assert here.from_units < here.to_units == after.from_units


@given(ladders(), st.integers(1, 150), st.integers(0, 300))
def test_the_next_tier_is_the_first_unit_that_reaches_it(rules, target, units):
    ladder = build_ladder(rules, target)
    tier, following = ladder.segment_at(units).tier_number, ladder.next_tier(units)
    if following is None:
        assert ladder.segment_at(10**9).tier_number == tier
    else:
        assert ladder.segment_at(following.from_units - 1).tier_number == tier
        assert ladder.segment_at(following.from_units).tier_number > tier


@given(ladders(), st.integers(1, 150))
def test_a_ladder_survives_its_published_rows(rules, target):
    ladder = build_ladder(rules, target)
    rows = [dict(vars(segment)) for segment in reversed(ladder.segments)]
    assert ladder_from_rows(rows, ladder.tier_count) == ladder


def test_edges_that_round_to_one_unit_leave_the_higher_tier():
    tiers = (TierRule(1, Decimal(90), Decimal(1)), TierRule(2, Decimal(100), Decimal(2)))
    ladder = build_ladder(LadderRules(tiers, "pct"), 3)
    assert [(found.from_units, found.tier_number) for found in ladder.segments] == [(0, 0), (3, 2)]
    assert ladder.tier_edges() == ((2, 3),)


@pytest.mark.parametrize("target", [None, 0])
def test_percent_of_no_objective_is_no_ladder(target):
    rules = LadderRules((TierRule(1, Decimal(100), Decimal(1)),), "pct")
    assert build_ladder(rules, target) is None


def test_absolute_edges_need_no_objective():
    ladder = build_ladder(LadderRules((TierRule(1, Decimal(7), Decimal(1)),), "units"), None)
    assert isinstance(ladder, Ladder)
    assert ladder.edges == (0, 7)


@pytest.mark.parametrize(
    ("exact", "up", "down", "nearest"),
    [("51.7", 52, 51, 52), ("51.5", 52, 51, 52), ("51.4999", 52, 51, 51), ("51", 51, 51, 51)],
)
def test_fractional_edges_round_as_stated(exact, up, down, nearest):
    number = Decimal(exact)
    rounded = [round_units(number, how) for how in ("up", "down", "nearest")]
    assert rounded == [up, down, nearest]


@given(st.fractions(min_value=0, max_value=10**9))
def test_money_rounds_half_up(amount):
    rounded = round_money(amount)
    assert rounded == Decimal(math.floor(amount * 100 + Fraction(1, 2))) / 100
    assert rounded.as_tuple().exponent == -2
