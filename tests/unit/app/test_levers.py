"""The what-if's inputs: published rows give back the published standing, and model lines tell "
"apart."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from app.levers import (
    CURVE_UNITS,
    ModelLine,
    Rules,
    jumps,
    model_lines,
    next_unit,
    program_state,
    value_curve,
)
from app.published import Published, read_pointer
from app.queries import (
    element_limits,
    gate_effects,
    memberships,
    paid_msrp,
    program_views,
    rooftops,
    stock,
)
from programs.scenario import run_scenario
from tests.unit.app.small_group import FORD, NISSAN, tables

MakeHome = Callable[..., Path]


def opened(home: Path) -> Published:
    return Published(read_pointer(home), None)


def states_of(source: Published, rooftop: str) -> list:
    rules = Rules(element_limits(source), gate_effects(source))
    msrp = paid_msrp(source, rooftop)
    return [
        program_state(
            view, rules,
            msrp.get((view.standing.program_code, view.standing.period_code), Decimal(0)),
        )
        for view in program_views(source, rooftop)
    ]  # fmt: skip


def lines_of(source: Published, rooftop: str) -> tuple[ModelLine, ...]:
    return model_lines(stock(source, rooftop), memberships(source), program_views(source, rooftop))


def test_states_give_back_what_was_published(make_home: MakeHome) -> None:
    """Unmoved, the scenario's amounts are the marts' own: one meaning of the arithmetic."""
    source = opened(make_home())
    for rooftop in rooftops(source):
        views = program_views(source, rooftop.rooftop_id)
        for view, state in zip(views, states_of(source, rooftop.rooftop_id), strict=True):
            standing = state.standing()
            assert standing.amount_earned == view.standing.amount_earned
            headline = standing.elements[0]
            assert headline.worth_of_next_tier_amount == view.standing.worth_of_next_tier_amount
            assert headline.units_to_next_tier == view.standing.units_to_next_tier


def test_five_frontiers_make_the_next_tier(make_home: MakeHome) -> None:
    source = opened(make_home())
    frontier = next(line for line in lines_of(source, NISSAN) if "Frontier" in line.label)
    scenario = run_scenario(states_of(source, NISSAN), [frontier.move(5)])
    assert scenario.change_amount == Decimal("38400.00")
    assert {change.program_code for change in scenario.changes} == {
        "nissan-one",
        "csi-quarter-bonus",
    }


def test_the_curve_is_the_scenario_unit_by_unit(make_home: MakeHome) -> None:
    source = opened(make_home())
    states, line = states_of(source, NISSAN), lines_of(source, NISSAN)[0]
    amounts = value_curve(states, [line.move(7)], line)
    assert len(amounts) == CURVE_UNITS + 1
    assert amounts[:3] == (Decimal("0.00"), Decimal("33600.00"), Decimal("34800.00"))
    assert next_unit(states, [], line) == Decimal("33600.00")
    assert next_unit(states, [line.move(1)], line) == Decimal("1200.00")


def test_the_jumps_of_a_curve_are_its_tiers(make_home: MakeHome) -> None:
    source = opened(make_home())
    states, line = states_of(source, NISSAN), lines_of(source, NISSAN)[0]
    assert jumps(value_curve(states, [], line)) == ((1, Decimal("33600.00")),)
    assert jumps([Decimal(0)] * 31) == ()


def test_lines_that_move_nothing_are_not_offered(make_home: MakeHome) -> None:
    rows = tables()
    for row in rows["fct_inventory"]:
        if row["model"] == "Rogue":
            row["segment_code"] = "none"
    for row in rows["fct_counted_unit"]:
        if row["model"] == "Rogue":
            row["segment_code"] = "none"
    labels = {line.label for line in lines_of(opened(make_home(rows=rows)), NISSAN)}
    assert labels == {"Nissan Frontier", "Nissan Pathfinder"}


@pytest.mark.parametrize("counts_alone", [2024])
def test_a_model_of_two_segments_is_two_lines(counts_alone: int, make_home: MakeHome) -> None:
    """The old model year counts and is paid, the new one only counts: each has its lever."""
    rows = tables()
    truck = {"rooftop_id": FORD, "make": "Ford", "model": "F-150", "stock_type": "new",
             "inventory_status": "on_ground", "msrp_amount": Decimal("58000")}  # fmt: skip
    rows["fct_inventory"] = [
        {**truck, "vin": f"V{year}{number}", "model_year": year, "segment_code": segment}
        for year, segment in ((2023, "f23"), (counts_alone, "f24"))
        for number in range(3)
    ]
    source = opened(make_home(rows=rows))
    lines = {line.label: line for line in lines_of(source, FORD)}
    assert set(lines) == {"Ford F-150, 2023", "Ford F-150, 2024"}
    states = states_of(source, FORD)
    assert next_unit(states, [], lines["Ford F-150, 2023"]) == Decimal("1000.00")
    assert next_unit(states, [], lines["Ford F-150, 2024"]) == Decimal("0.00")


def test_codes_are_unique(make_home: MakeHome) -> None:
    lines = lines_of(opened(make_home()), NISSAN)
    assert len({line.code for line in lines}) == len({line.label for line in lines}) == len(lines)
