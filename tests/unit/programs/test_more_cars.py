"""Cars put beside a position's sums give the position counted anew from all cars, sample by sample.

Here: programs of any shape with cars, draws and other changes. Not here: whether a position is
right (tests/integration/test_scenario_is_sold.py).
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs import more_cars
from programs.changes import Car, Facts, GateSet, ObjectiveSet, SoldCars, apply
from programs.gates import GateState
from programs.outcomes import Position
from programs.period_end import SegmentDraws
from programs.plan_samples import outlook_cents
from programs.positions import OpenFacts, position, worked_out
from programs.program_states import PeriodInputs
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook, rulebook_of
from tests.unit.programs.rulebook_strategies import MONTHS, UNITS, as_read, documents, period_inputs

ROOT = Path(__file__).parents[3]
MANY = settings(
    max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
DAYS = st.dates(datetime.date(2025, 4, 1), datetime.date(2025, 4, 30))
AROUND = st.dates(datetime.date(2025, 4, 20), datetime.date(2025, 5, 5))
CARS = st.lists(
    st.builds(
        lambda sold, state, day: Car(
            "", sold.unit, state, day, day, sold.msrp_amount, bool(sold.open_recalls)
        ),
        UNITS, st.sampled_from(["reported", "reported", "pending"]), DAYS,
    ),
    max_size=12,
)  # fmt: skip
MORE = st.builds(
    lambda sold, units, days: SoldCars("car", sold.unit, units, tuple(days), sold.msrp_amount),
    UNITS, st.integers(-3, 9), st.lists(AROUND, min_size=1, max_size=3),
)  # fmt: skip
OTHERS = st.sampled_from([(), (ObjectiveSet("p", 7),), (GateSet("g1", GateState.MET),)])


BOOKS = [
    read_rulebook(path.read_text(encoding="utf-8"), path.name, run_examples=False)
    for path in sorted((ROOT / "sample_group" / "home" / "rulebooks").glob("*.yaml"))
]


@st.composite
def rules_and_inputs(draw) -> tuple[RuleVersion, PeriodInputs]:
    """Programs of any shape; the sample's as often, whose units mostly add up."""
    inputs = draw(period_inputs(MONTHS[-1], True))
    if draw(st.booleans()):
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
@given(open_facts(), st.lists(MORE, min_size=1, max_size=2), OTHERS)
def test_sums_give_what_counting_anew_gives(found, sold, others):
    changes = [*others, *sold]
    if more_cars.adds_up(apply(others, found.facts).rules, sold):
        SEEN["by sums"] += 1
        SEEN["moved"] += position(found, changes).standing != found.before.standing
    assert same(position(found, changes), anew(found, changes))


def test_enough_went_by_sums_and_moved_money():
    assert SEEN["by sums"] > 20, SEEN
    assert SEEN["moved"] > 10, SEEN


def test_a_unit_too_many_is_noticed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(more_cars, "_units_in", lambda period, sold: sold.units + 1)
    noticed = []

    @MANY
    @given(open_facts(), MORE)
    def look(found, sold):
        noticed.append(not same(position(found, [sold]), anew(found, [sold])))

    look()
    assert any(noticed)
