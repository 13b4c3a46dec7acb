"""No plan proposes to move a date, to report a car not delivered, or a sale that isn't one: for
generated rooftops, a store's plan and its other questions, group plans, transfers and trades."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from programs.plan import CloseGate, PlanError, ReportDelivered, SellMore, unmet
from scenarios.exchanges import Trade, Transfer
from scenarios.group_plans import GroupPlan, group_plan
from scenarios.inputs import RooftopInputs
from scenarios.moves import LineKey, Question, Wishes, question_of
from scenarios.plans import Answer, best_of, cheapest_of, without
from tests.unit.programs.plan_cases import TODAY
from tests.unit.scenarios.store_cases import END, drawn_wishes, small_store

SEEDS = st.integers(0, 2**32 - 1)
# What a step says: a sale of cars of a line, the report of one car, or a gate. Nothing besides.
STEP = re.compile(r"sell Nissan L[0-9]|report Nissan L[0-9] VIN[0-9]|meet gate")
# What would be a way to report what isn't so.
DISHONEST = re.compile(
    r"\d{4}-\d\d-\d\d|\b(back ?dat\w*|earlier|later|postpone\w*|unwind|demo|loaner|courtesy|fleet|"
    r"employee|wholesale|punch\w*|as retail|as lease)\b",
    re.IGNORECASE,
)


def cars(inputs: RooftopInputs) -> dict[LineKey, tuple[int, int]]:
    """By line: cars on the ground, and with those that arrive before the period ends."""
    found: dict[LineKey, tuple[int, int]] = {}
    for row in inputs.stock:
        key = (row.make, row.model, row.stock_type, row.segment_code)
        here, there = found.get(key, (0, 0))
        arriving = sum(day <= END for day in row.arriving_dates)
        here, there = here + row.on_ground_units, there + row.on_ground_units + arriving
        found[key] = (here, there)
    return found


def check_choice(question: Question, choice) -> None:  # noqa: ANN001 - of a plan
    """Each move made is of a car that is there, delivered, or of work that is left."""
    by_code = {move.code: move for move in question.moves}
    known = cars(question.inputs)
    delivered = {
        row["vin"] for row in question.inputs.rejected if row["delivery_date"] <= TODAY
    }
    lines = {line.move.code: line for line in question.lines}
    for code, units in choice.units.items():
        move = by_code[code]
        if isinstance(move, ReportDelivered):
            assert units == 1
            assert move.vin in delivered, f"{move.vin} isn't delivered"
            assert move.delivered_date <= move.as_of_date == TODAY
        else:
            assert isinstance(move, SellMore)
            assert move.sale_type in ("retail", "lease")
            assert units <= known[lines[code].key][1], f"{units} {move.label} aren't there"
    for code in choice.gates:
        gate = by_code[code]
        assert isinstance(gate, CloseGate)
        assert gate.closes <= unmet(question.outlooks)


def check_answer(question: Question, answer: Answer) -> None:
    check_choice(question, answer.plan.choice)
    for step in answer.steps:
        assert STEP.fullmatch(step.what), step.what
        assert not DISHONEST.search(step.what)
    for note in answer.notes:
        assert not DISHONEST.search(note), note


def wishes_of(inputs: RooftopInputs, seed: int) -> Wishes:
    """Drawn wishes, with a cost for the gate where it is unmet."""
    wishes = drawn_wishes(seed)
    is_unmet = bool(unmet(period.outlook for period in inputs.programs))
    return replace(wishes, gate_costs_cents={"gate": 10_000}) if is_unmet else wishes


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_a_stores_plans_are_honest(seed: int) -> None:
    inputs = small_store(seed, lines=3)
    question = question_of(inputs, wishes_of(inputs, seed))
    best = best_of(question)
    check_answer(question, best)
    middle = (best.plan.expected_before_cents + best.plan.expected_after_cents) / 2
    try:
        check_answer(question, cheapest_of(question, int(middle)))
    except PlanError:
        assert best.plan.expected_after_cents < int(middle)
    check_answer(question, without(question, "p0")[1])


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_a_groups_plans_and_exchanges_are_honest(seed: int) -> None:
    group = {name: small_store(seed + at, name, lines=3) for at, name in enumerate("abc")}
    wishes = drawn_wishes(seed)
    found = group_plan(group, wishes, 50_00)
    for name, plan in found.plans.items():
        check_choice(question_of(group[name], wishes), plan.choice)
    check_exchanges(group, found)


def check_exchanges(group: dict[str, RooftopInputs], found: GroupPlan) -> None:
    """Only cars that stand at the giver today change hands, and nothing but cars does."""
    here = {
        (name, f"{key[0]} {key[1]}"): units
        for name, inputs in group.items()
        for key, (units, _) in cars(inputs).items()
    }
    for one in found.transfers:
        assert 1 <= one.units <= here[one.giver_id, one.label]
    for one in found.trades:
        assert here[one.first_id, one.first_gives] and here[one.second_id, one.second_gives]
    rooftops = [
        name
        for one in (*found.transfers, *found.trades)
        for name in (
            (one.giver_id, one.receiver_id)
            if isinstance(one, Transfer)
            else (one.first_id, one.second_id)
        )
    ]
    assert len(rooftops) == len(set(rooftops))
    for kind in (Transfer, Trade):
        fields = {field.name for field in dataclasses.fields(kind)}
        assert not any(word in name for name in fields for word in ("date", "sale", "deliver"))
