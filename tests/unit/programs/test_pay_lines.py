"""Pay line by line against a slow reading of meaning.md: one unit at a time, from the page."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.element_cents import ElementSamples
from programs.ladder import Ladder, Segment, build_ladder, by_line_from_rows
from programs.pay_lines import Bracket, GroupPay, PaidPart, PayByLine, UnitLine
from programs.samples import element_cents
from programs.scenario import ElementState, Move, ProgramState, moved
from programs.standing import ElementFacts, ElementRules, evaluate_element
from tests.unit.programs.strategies import MONEY, SHARES, ladders

GROUPS = ("trucks", "rest")


@st.composite
def payments(draw) -> PayByLine:
    shape = draw(st.sampled_from(["retroactive", "marginal"]))
    edges = sorted(draw(st.lists(st.integers(0, 12), min_size=1, max_size=4)))
    brackets = tuple(
        Bracket(
            number,
            edge,
            draw(MONEY),
            tuple(
                GroupPay(group, draw(MONEY), draw(SHARES), draw(st.none() | MONEY))
                for group in GROUPS
            ),
        )
        for number, edge in enumerate(edges, 1)
    )
    choice = "highest" if shape == "marginal" else draw(st.sampled_from(["highest", "added"]))
    return PayByLine(shape, choice, brackets, draw(st.none() | st.integers(0, 8)))


@st.composite
def single_lines(draw, steps=(1, 1, 1, -1)) -> UnitLine:
    step = draw(st.sampled_from(steps))
    counted, paid = draw(st.sampled_from([(1, 1), (1, 1), (1, 0), (0, 1)]))
    msrp = Decimal(draw(st.integers(0, 9_000_000))) / 100
    part = PaidPart(draw(st.sampled_from(GROUPS)), step, step * msrp)
    return UnitLine(step * counted, (part,) if paid else ())


LINES = st.lists(single_lines(), max_size=25)


def slow_amount(pays: PayByLine, tier: int, lines: list[UnitLine]) -> Fraction:
    """Section 4 of meaning.md, "Line by line", sentence by sentence."""
    if tier == 0:
        return Fraction(0)
    number = paid_number = 0
    total = Fraction(0)
    for line in lines:
        step, position = (line.counted_units or line.paid[0].units), None
        if line.counted_units == 1:
            number += 1
            position = number
        elif line.counted_units == -1:
            position = number
            number -= 1
        if not line.paid:
            continue
        if pays.shape == "marginal":
            above = 0 if position is None else position
            below = [found for found in pays.brackets if above > found.from_units]
            if not below:
                continue
            applying = [below[-1]]
        else:
            applying = [found for found in pays.brackets if found.tier_number <= tier]
            applying = applying if pays.choice == "added" else applying[-1:]
        if step == 1:
            paid_number += 1
            paid_position = paid_number
        else:
            paid_position = paid_number
            paid_number -= 1
        if pays.cap_units is not None and not 1 <= paid_position <= pays.cap_units:
            continue
        (part,) = line.paid
        msrp = Fraction(part.msrp_amount) / step
        for bracket in applying:
            (pay,) = [pay for pay in bracket.pays if pay.pay_group_code == part.pay_group_code]
            amount = Fraction(pay.amount_per_unit) + Fraction(pay.msrp_share) * msrp
            if pay.at_most_per_unit is not None:
                amount = min(amount, Fraction(pay.at_most_per_unit))
            total += step * amount
    flats = [found.amount_flat for found in pays.brackets if found.tier_number <= tier]
    adds_up = pays.shape == "marginal" or pays.choice == "added"
    return max(total + sum(Fraction(flat) for flat in (flats if adds_up else flats[-1:])), 0)


def tier_of(pays: PayByLine, lines: list[UnitLine]) -> int:
    counted = max(sum(line.counted_units for line in lines), 0)
    return sum(1 for found in pays.brackets if found.from_units <= counted)


@settings(max_examples=300)
@given(payments(), LINES)
def test_lines_are_paid_as_the_page_says(pays, lines):
    tier = tier_of(pays, lines)
    assert pays.amount(tier, lines) == slow_amount(pays, tier, lines)


@given(payments(), st.lists(st.tuples(single_lines(steps=(1,)), st.integers(1, 6)), max_size=6))
def test_alike_units_may_share_a_line(pays, groups):
    single = [line for line, count in groups for _ in range(count)]
    together = [
        UnitLine(
            line.counted_units * count,
            tuple(
                PaidPart(part.pay_group_code, part.units * count, part.msrp_amount * count)
                for part in line.paid
            ),
        )
        for line, count in groups
    ]
    tier = tier_of(pays, single)
    assert pays.amount(tier, together) == pays.amount(tier, single)


@given(ladders(), st.integers(1, 60), st.lists(st.sampled_from([1, 1, 1, -1]), max_size=80), MONEY)
def test_line_by_line_is_the_short_form_where_both_apply(rules, target, steps, msrp):
    """All units alike, all counted and paid: the same amount either way."""
    if rules.cap_units is not None:
        # The short form leaves MSRP under a cap in units to the line-by-line one.
        tiers = tuple(replace(tier, msrp_share=Decimal("0.000000")) for tier in rules.tiers)
        rules = replace(rules, tiers=tiers)
    lines = tuple(UnitLine(step, (PaidPart("all", step, step * msrp),)) for step in steps)
    units = sum(steps)
    facts = ElementFacts(units, units, units * msrp, lines=lines)
    short = evaluate_element(
        ElementRules("p", "e", 1, build_ladder(rules, target)), replace(facts, lines=None)
    )
    by_line = evaluate_element(
        ElementRules("p", "e", 1, build_ladder(replace(rules, is_paid_by_line=True), target)), facts
    )
    if units >= 0:
        assert by_line.amount_before_gates == short.amount_before_gates
        assert by_line.tier_number == short.tier_number
        assert by_line.worth_of_next_tier_amount == short.worth_of_next_tier_amount


def test_take_backs_undo_the_unit_that_stands_there():
    """Thirteen above ten, and one of last month's taken back: two are above, as with twelve."""
    pay = GroupPay("all", Decimal("100.00"))
    pays = PayByLine("marginal", "highest", (Bracket(1, 10, Decimal("0.00"), (pay,)),), None)
    sold = [UnitLine(13, (PaidPart("all", 13),)), UnitLine(-1, (PaidPart("all", -1),))]
    assert pays.amount(1, sold) == 200
    assert pays.amount(1, [UnitLine(12, (PaidPart("all", 12),))]) == 200


@given(ladders(), st.integers(1, 60), st.lists(single_lines(steps=(1,)), max_size=12), MONEY)
def test_by_line_ladders_survive_their_rows(rules, target, lines, msrp):
    tiers = tuple(
        replace(
            tier,
            group_pays=tuple(
                GroupPay(group, tier.amount_per_unit * (index + 1), tier.msrp_share, msrp)
                for index, group in enumerate(GROUPS)
            ),
        )
        for tier in rules.tiers
    )
    rules = replace(rules, tiers=tiers, is_paid_by_line=True)
    ladder = build_ladder(rules, target)
    rebuilt = by_line_from_rows(
        replace(ladder, by_line=None),
        [{"tier_number": tier.tier_number, "amount_flat": tier.amount_flat} for tier in tiers],
        [
            {
                "tier_number": tier.tier_number,
                "pay_group_code": pay.pay_group_code,
                "amount_per_unit": pay.amount_per_unit,
                "msrp_share": pay.msrp_share,
                "amount_at_most_per_unit": pay.at_most_per_unit,
            }
            for tier in tiers
            for pay in tier.pays
        ],
        shape=rules.shape,
        choice=rules.choice,
        cap_units=rules.cap_units,
    )
    assert rebuilt == ladder


@settings(max_examples=60)
@given(payments(), LINES, st.lists(single_lines(steps=(1,)), max_size=4), st.booleans())
def test_samples_of_known_units_pay_the_same_cents(pays, lines, more, has_deduction):
    """Where the sample is what has been sold, and where alike units are still to come."""
    edges = [found.from_units for found in pays.brackets]
    segments = tuple(
        Segment(start, None, found.tier_number)
        for found, start in zip(pays.brackets, edges, strict=True)
    )
    if edges[0]:
        segments = (Segment(0, None, 0), *segments)
    ladder = Ladder(segments, len(pays.brackets), pays)
    rules = ElementRules("p", "e", 1, ladder, has_open_recall_deduction=has_deduction)
    alike = [more[0]] * len(more) if more else []
    whole = (*lines, *alike)
    facts = ElementFacts(
        sum(line.counted_units for line in whole),
        sum(int(line.paid_units) for line in whole),
        sum((Decimal(part.msrp_amount) for line in whole for part in line.paid), Decimal(0)),
        2,
        lines=whole,
    )
    known = lines if all(len(line.paid) == 0 for line in alike) else whole
    cents = element_cents(
        ElementSamples(
            rules,
            np.array([facts.counted_units]),
            np.array([facts.paid_units]),
            np.array([int(facts.paid_msrp_amount * 100)]),
            facts.open_recall_units,
            lines=tuple(known),
        )
    )
    standing = evaluate_element(rules, facts)
    assert cents.before_gates[0] == standing.amount_before_gates * 100
    assert cents.earned[0] == standing.amount_earned * 100


def test_a_move_is_paid_in_its_group():
    pay = (GroupPay("trucks", Decimal(800)), GroupPay("rest", Decimal(300)))
    by_line = PayByLine("retroactive", "highest", (Bracket(1, 3, Decimal(0), pay),), None)
    ladder = Ladder((Segment(0, 3, 0), Segment(3, None, 1)), 1, by_line)
    facts = ElementFacts(2, 2, lines=(UnitLine(2, (PaidPart("rest", 2),)),))
    key = ("p", "e")
    state = ProgramState(
        "p", "P", "2025-08", (ElementState(ElementRules("p", "e", 1, ladder), facts),)
    )
    move = Move("Hauler", 1, Decimal(0), frozenset({key}), frozenset({key}), ((key, "trucks"),))
    after = moved(state, [move]).standing()
    assert (state.standing().amount_earned, after.amount_earned) == (0, 1400)
    # Without its lines the store's next unit would be one of the rest, as its units so far.
    assert state.standing().worth_of_next_tier_amount == 900
