"""Cars put beside a position's sums give the position counted anew from all cars, sample by sample.

Here: programs of any shape with cars, draws and other changes. Not here: whether a position is
right (tests/integration/test_scenario_is_sold.py).
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs import more_cars, positions
from programs.calendars import Period
from programs.changes import (
    ClosingDays,
    GateSet,
    ObjectiveSet,
    RecallsClosed,
    Reported,
    SoldCars,
    Unwound,
    apply,
)
from programs.facts import Car, Facts
from programs.filters import UnitClass
from programs.gates import GateState
from programs.outcomes import Position
from programs.period_end import SegmentDraws
from programs.plan_samples import chance_of_tier, expected_cents, outlook_cents
from programs.positions import OpenFacts, position, worked_out
from programs.program_states import PeriodInputs
from programs.rule_gates import Gate
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook, rulebook_of
from programs.spans import plain_period
from programs.unit_sums import SoldUnits
from tests.unit.programs.rulebook_strategies import (
    MONTHS,
    UNITS,
    as_read,
    documents,
    period_inputs,
)

ROOT = Path(__file__).parents[3]
MANY = settings(
    max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
DAYS = st.dates(datetime.date(2025, 4, 1), datetime.date(2025, 4, 30))
AROUND = st.dates(datetime.date(2025, 4, 20), datetime.date(2025, 5, 5))
CARS = st.lists(
    st.builds(
        lambda sold, state, day: Car(
            "", sold.unit, state, day, day, sold.msrp_amount, bool(sold.open_recalls)
        ),
        UNITS, st.sampled_from(["reported", "pending"]), DAYS,
    ),
    min_size=4, max_size=12,
)  # fmt: skip
MORE = st.builds(
    lambda sold, units, days: SoldCars("car", sold.unit, units, tuple(days), sold.msrp_amount),
    UNITS, st.integers(-3, 9), st.lists(AROUND, min_size=1, max_size=3),
)  # fmt: skip
SOME = frozenset(f"V{number:02}" for number in range(0, 12, 2))
OTHERS = st.lists(
    st.sampled_from([
        ObjectiveSet("p", 7), GateSet("g1", GateState.MET),
        Reported(datetime.date(2025, 4, 22), None, 1),
        Reported(datetime.date(2025, 4, 29), SOME, 1),
        Unwound(SOME, "car"), RecallsClosed(SOME), ClosingDays((datetime.date(2025, 4, 21),)),
    ]),
    max_size=3,
)  # fmt: skip


BOOKS = [
    read_rulebook(path.read_text(encoding="utf-8"), path.name, run_examples=False)
    for path in sorted((ROOT / "sample_group" / "home" / "rulebooks").glob("*.yaml"))
]


@st.composite
def rules_and_inputs(draw) -> tuple[RuleVersion, PeriodInputs]:
    """Programs of any shape; the sample's more often, whose units mostly add up."""
    inputs = draw(period_inputs(MONTHS[-1], True))
    if draw(st.integers(0, 2)) == 0:
        return rulebook_of(as_read(draw(documents())), "drawn.yaml").versions[0].rules, inputs
    rules = draw(st.sampled_from(BOOKS)).versions[-1].rules
    counts = {element.element: draw(st.integers(1, 12)) for element in rules.elements}
    text = rules.model_copy(update={"who": rules.who.model_copy(update={"makes": ("Example",)})})
    return text, replace(inputs, objectives=counts, bases=counts)


@st.composite
def open_facts(draw) -> OpenFacts:
    rules, inputs = draw(rules_and_inputs())
    cars = tuple(
        replace(car, vin=f"V{number:02}") for number, car in enumerate(draw(CARS))
    )
    sizes = draw(st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=2,
                          max_size=2))  # fmt: skip
    facts = Facts(rules.program, inputs.period, rules, replace(inputs, sold=()), cars, {})
    return OpenFacts(
        "Drawn", "example", datetime.date(2025, 4, 20), facts, 9,
        {f"s{n}": SegmentDraws(np.array(size), 31_234_56) for n, size in enumerate(sizes)},
        {f"s{n}": draw(UNITS).unit for n in range(2)},
    )  # fmt: skip


def same(one: Position, two: Position) -> bool:
    paid = [outlook_cents(position.outlook) for position in (one, two)]
    return (
        one.standing == two.standing
        and one.expected_cents == two.expected_cents
        and np.array_equal(paid[0].earned, paid[1].earned)
        and np.array_equal(paid[0].held, paid[1].held)
        and all(
            np.array_equal(a.counted_units, b.counted_units)
            for a, b in zip(one.outlook.elements, two.outlook.elements, strict=True)
        )
    )


def anew(found: OpenFacts, changes) -> Position:  # noqa: ANN001
    return worked_out(found, apply(changes, found.facts), changes)


SEEN: Counter[str] = Counter()


@MANY
@given(open_facts(), st.lists(MORE, max_size=2), OTHERS)
def test_sums_give_what_counting_anew_gives(found, sold, others):
    changes = [*others, *sold]
    lots = [one.units_in(found.facts.period) for one in sold]
    if changes and more_cars.adds_up(apply(others, found.facts).rules, lots):
        SEEN["by sums"] += 1
        is_moved = position(found, changes).state != found.before.state
        SEEN.update(type(one).__name__ for one in changes if is_moved)
    assert same(position(found, changes), anew(found, changes))


def test_enough_went_by_sums_and_moved_money():
    assert SEEN["by sums"] > 20 and SEEN["SoldCars"] > 5, SEEN


def store() -> OpenFacts:
    """Ten cars reported and two pending, one of each with an open recall that is deducted."""
    (rules,) = (one.versions[-1].rules for one in BOOKS if one.program_code == "chevrolet-volume")
    unit, day = UnitClass("Chevrolet", "Equinox", model_year=2025), datetime.date(2025, 4, 9)
    cars = tuple(
        Car(f"V{number:02}", unit, "pending" if number > 9 else "reported", day, day,
            Decimal("31234.56"), has_open_recall=number in (4, 10))
        for number in range(12)
    )  # fmt: skip
    inputs = PeriodInputs(plain_period(MONTHS[-1]), objectives={"volume": 7}, is_open=True)
    draws = {"s": SegmentDraws(np.array([0, 1, 1, 2]), 31_234_56)}
    facts = Facts(rules.program, inputs.period, rules, inputs, cars, {})
    return OpenFacts("Chevrolet", "gm", datetime.date(2025, 4, 20), facts, 9, draws, {"s": unit})


@pytest.mark.parametrize(
    "changes",
    [
        [Reported(datetime.date(2025, 4, 22), None, 2)],
        [Unwound(frozenset({"V04", "V05"}), "car")],
        [RecallsClosed(frozenset({"V04"}))],
        [Reported(datetime.date(2025, 4, 22), None, 2), Unwound(frozenset({"V10"}), "car")],
        [RecallsClosed(frozenset({"V04", "V10"})), Unwound(frozenset({"V04"}), "car")],
        [SoldCars("car", UnitClass("Chevrolet"), 2, (datetime.date(2025, 4, 22),), Decimal(1))],
        [Unwound(frozenset({"V01"}), "car"), ClosingDays((datetime.date(2025, 4, 21),))],
    ],
)
def test_each_lever_goes_by_sums(changes, monkeypatch: pytest.MonkeyPatch):
    found = store()
    wanted = anew(found, changes)
    assert wanted.standing != found.before.standing
    monkeypatch.setattr(positions, "sold_of", None)  # no car is counted any more
    assert same(position(found, changes), wanted)


def test_a_sale_and_its_return_taken_out_together_still_move_what_goes_by_single_cars():
    """They add up to nothing, but a share of cars reported in time has one fewer."""
    found = store()
    rules = found.facts.rules
    timely = Gate.model_validate(
        {"gate": "timely", "name": "Timely", "effect": "forfeit",
         "require": {"metric": "timely", "within_days": 3, "at_least": 95}}
    )  # fmt: skip
    late = replace(found.facts.known_cars[0], vin="V99", reported_days=9)
    back = replace(late, units=-1, msrp_amount=-late.msrp_amount)
    facts = replace(
        found.facts,
        rules=rules.model_copy(update={"gates": (timely,)}),
        known_cars=(*found.facts.known_cars, late, back),
    )
    found, changes = replace(found, facts=facts), [Unwound(frozenset({"V99"}), "car")]
    wanted = anew(found, changes)
    assert wanted.standing != found.before.standing and same(position(found, changes), wanted)


@MANY
@given(open_facts())
def test_draws_that_differ_expect_what_all_of_them_do(found):
    found = replace(found, draws={
        code: replace(one, remaining=np.tile(one.remaining, 3))
        for code, one in found.draws.items()
    })  # fmt: skip
    some, every = found.before.outlook, found.outlook
    assert expected_cents(some) == expected_cents(every)
    assert len(some.weights.times) <= 6 < every.draws == some.draws == 18
    for one, two in zip(some.elements, every.elements, strict=True):
        for tier in (1, 2):
            assert chance_of_tier(one, tier, some.weights) == chance_of_tier(two, tier)


def test_a_unit_too_many_is_noticed(monkeypatch: pytest.MonkeyPatch):
    units_in = SoldCars.units_in

    def more(self: SoldCars, period: Period) -> SoldUnits:
        found = units_in(self, period)
        return replace(found, units=found.units + 1)

    monkeypatch.setattr(SoldCars, "units_in", more)
    noticed = []

    @MANY
    @given(open_facts(), MORE)
    def look(found, sold):
        noticed.append(not same(position(found, [sold]), anew(found, [sold])))

    look()
    assert any(noticed)
