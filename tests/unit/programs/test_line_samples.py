"""Pay by which units are sold, over draws: by hand, and as the same cars one by one are paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.filters import UnitClass
from programs.pay_lines import PaidPart, UnitLine
from programs.period_end import (
    OpenElement,
    SegmentDraws,
    Share,
    element_samples,
    without_pending,
)
from programs.program_states import PeriodInputs, SoldUnits, period_state
from programs.rulebook import read_rulebook
from programs.samples import element_cents
from programs.standing import evaluate_element

EXAMPLES = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"
TRUCK, COUPE = UnitClass("Example", "Ranch"), UnitClass("Example", "Coupe")
FLEET = UnitClass("Example", "Ranch", sale_type="fleet")
SHARES = (
    Share("trucks", True, True, "trucks"),
    Share("rest", True, True, "rest"),
    Share("fleet", True, False),
)
PRICE = {"trucks": 4_000_000, "rest": 2_500_000, "fleet": 0}


def state(name: str, objective: int, base: int | None, *sold: SoldUnits):
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    rules = read_rulebook(text, name, run_examples=False).latest
    code = rules.elements[0].element
    inputs = PeriodInputs(sold=sold, objectives={code: objective}, bases={code: base})
    return period_state(rules, inputs).elements[0]


def ends(found, shares, **more: list[int]):
    """The element's draws with so many more of each segment."""
    element = OpenElement(found.rules, found.facts, shares)
    drawn = {
        code: SegmentDraws(np.array(units), PRICE.get(code, 4_000_000))
        for code, units in more.items()
    }
    return element, element_samples(element, drawn, len(next(iter(more.values()))))


def test_units_to_come_take_the_pay_of_their_own_group():
    """Objective 10: seven sold (three trucks). 100 % pays trucks $800 and the rest $300, 110 %
    trucks 3 % of MSRP up to $1,500 and the rest $500; fleet only counts."""
    found = state(
        "shape-pay-groups", 10, None,
        SoldUnits(TRUCK, 3, Decimal(210_000)), SoldUnits(COUPE, 4, Decimal(100_000)),
    )  # fmt: skip
    _, samples = ends(
        found, SHARES, trucks=[0, 3, 0, 1, 4], rest=[0, 0, 3, 1, 0], fleet=[2, 0, 0, 1, 0]
    )
    assert element_cents(samples).earned.tolist() == [
        0,                # nine units: no tier
        600_000,          # six trucks at 800, four others at 300
        450_000,          # three at 800, seven at 300
        470_000,          # four at 800, five at 300, one fleet car that only counts
        1_130_000,        # eleven: 3 dear trucks at 1,500, 4 to come at 1,200, 4 others at 500
    ]  # fmt: skip


def test_units_above_the_edge_are_paid_among_those_that_only_count():
    """$1,000 for each paid unit above ten; of four to come, evenly mixed, two are fleet."""
    found = state("shape-marginal-line-by-line", 10, 100, SoldUnits(COUPE, 9, Decimal(360_000)))
    mixed = (Share("retail", True, True), Share("fleet", True, False))
    _, samples = ends(found, mixed, retail=[1, 2, 2, 0], fleet=[0, 1, 0, 4])
    # The tenth pays nothing. Of three to come the last two are above ten, and two in three are
    # paid: 4/3. Of two the eleventh is, whole. Four fleet cars pay nothing.
    assert element_cents(samples).earned.tolist() == [0, 133_333, 100_000, 0]


@settings(max_examples=30, deadline=None)
@given(
    shape=st.sampled_from(["shape-pay-groups", "shape-marginal-line-by-line"]),
    objective=st.integers(1, 12),
    base=st.integers(1, 60),
    trucks=st.integers(0, 5),
    coupes=st.integers(0, 5),
    more=st.lists(st.integers(0, 12), min_size=1, max_size=4),
    group=st.sampled_from(["trucks", "rest"]),
)
def test_cars_of_one_kind_to_come_are_paid_as_if_each_were_sold(
    shape, objective, base, trucks, coupes, more, group
):
    sold = (SoldUnits(TRUCK, trucks, Decimal(60_000) * trucks),
            SoldUnits(COUPE, coupes, Decimal(20_000) * coupes))  # fmt: skip
    found = state(shape, objective, base, *sold)
    pay_group = group if shape == "shape-pay-groups" else None
    _, samples = ends(found, (Share("own", True, True, pay_group),), own=more)
    cents = element_cents(samples).earned
    car = UnitLine(1, (PaidPart(pay_group or "all", 1, Decimal(40_000)),))
    for units, earned in zip(more, cents.tolist(), strict=True):
        facts = replace(
            found.facts,
            counted_units=found.facts.counted_units + units,
            paid_units=found.facts.paid_units + units,
            paid_msrp_amount=found.facts.paid_msrp_amount + 40_000 * units,
            lines=(*found.facts.lines, *[car] * units),
        )
        assert earned == int(evaluate_element(found.rules, facts).amount_earned * 100)


def test_without_its_pending_cars_an_element_has_their_lines_no_more():
    sold = (SoldUnits(TRUCK, 6, Decimal(240_000)), SoldUnits(COUPE, 4, Decimal(100_000)))
    found = state("shape-pay-groups", 9, None, *sold)
    element, samples = ends(found, SHARES, trucks=[0], rest=[0], fleet=[0])
    element = replace(
        element, pending_counted_units=1, pending_paid_units=1,
        pending_paid_msrp_amount=Decimal(40_000),
        reported_lines=(UnitLine(5, (PaidPart("trucks", 5, Decimal(200_000)),)),
                        UnitLine(4, (PaidPart("rest", 4, Decimal(100_000)),))),
    )  # fmt: skip
    # Ten of nine are 110 %: 6 at 1,200 and 4 at 500; nine are 100 %: 5 at 800 and 4 at 300.
    assert element_cents(samples).earned.tolist() == [920_000]
    assert element_cents(without_pending(element, samples)).earned.tolist() == [520_000]


def test_no_units_to_come_is_what_stands():
    sold = (SoldUnits(TRUCK, 6, Decimal(240_000)), SoldUnits(COUPE, 4, Decimal(100_000)))
    found = state("shape-pay-groups", 9, None, *sold)
    nothing = element_samples(OpenElement(found.rules, found.facts, SHARES), {}, 2)
    whole = int(evaluate_element(found.rules, found.facts).amount_earned * 100)
    assert element_cents(nothing).earned.tolist() == [whole, whole] and whole > 0


@pytest.mark.parametrize("today", [0, 2])
def test_the_as_of_dates_own_cars_keep_their_own_pay(today):
    """Drawn again, they are the ones that are known already: at their own MSRP, in their group."""
    found = state("shape-pay-groups", 5, None, SoldUnits(TRUCK, 6, Decimal(300_000)))
    shares = (Share("trucks", True, True, "trucks", today_units=today),)
    _, samples = ends(found, shares, trucks=[today, today + 1])
    # Six known at 3 % of 50,000, the most there is; one more at 3 % of 40,000.
    assert element_cents(samples).earned.tolist() == [900_000, 1_020_000]
