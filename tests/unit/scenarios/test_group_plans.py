"""A group's plan is each rooftop's own; the next car goes where it nets most."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.gates import GateState
from programs.plan import Choice, unmet
from programs.plan_search import best_plan, evaluate
from scenarios.group_plans import group_plan, next_units
from scenarios.inputs import RooftopInputs, ScenarioError
from scenarios.moves import Wishes, question_of
from tests.unit.scenarios.store_cases import drawn_wishes, small_store

SEEDS = st.integers(0, 2**32 - 1)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_each_rooftops_plan_is_its_own_best(seed: int) -> None:
    wishes = drawn_wishes(seed)
    group = {name: small_store(seed + at, name) for at, name in enumerate("ab")}
    done: list[tuple[int, int]] = []
    found = group_plan(group, wishes, 50_00, lambda *moved: done.append(moved))
    assert done == [(1, 4), (2, 4), (3, 4), (4, 4), (4, 4)]
    for name, inputs in group.items():
        question = question_of(inputs, wishes)
        assert found.plans[name] == best_plan(question.outlooks, question.moves, question.limits)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_the_next_car_nets_what_a_plan_of_it_alone_does(seed: int) -> None:
    questions = {
        name: question_of(small_store(seed + at, name), drawn_wishes(seed))
        for at, name in enumerate("ab")
    }
    found = next_units(questions)
    expected = []
    for name, question in questions.items():
        for line in question.lines:
            if line.most_units:
                one = evaluate(question.outlooks, question.moves, Choice({line.move.code: 1}))
                expected.append((name, line.move.label, line.most_units, one.net_cents))
    said = [(one.rooftop_id, one.label, one.cars, one.net_cents) for one in found]
    assert sorted(said) == sorted(expected)
    assert [one.net_cents for one in found] == sorted((one[3] for one in expected), reverse=True)


def test_a_rooftop_that_cannot_be_planned_says_why_and_leaves_the_others() -> None:
    silent = replace(small_store(3, "silent"), gross={})
    found = group_plan({"silent": silent, "b": small_store(4, "b")}, Wishes(), 0)
    assert set(found.plans) == {"b"}
    assert "too few recent deals" in found.unplanned["silent"]


def test_a_gates_cost_is_for_the_rooftops_that_have_not_met_it() -> None:
    stores = [small_store(seed, f"store-{seed}") for seed in range(80)]

    def states(store: RooftopInputs) -> set[GateState]:
        return {score.state for period in store.programs for score in period.scores}

    open_gate = next(store for store in stores if states(store) == {GateState.NOT_MET})
    met = next(
        store
        for store in stores
        if states(store) == {GateState.MET}
        and not unmet(period.outlook for period in store.programs)
    )
    wishes = Wishes(gate_costs_cents={"csi": 0})
    assert group_plan({"open": open_gate, "met": met}, wishes, 0).unplanned == {}
    with pytest.raises(ScenarioError, match="no gate 'csi'"):
        question_of(met, wishes)
    assert any(move.code == "gate-csi" for move in question_of(open_gate, wishes).moves)
