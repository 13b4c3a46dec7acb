"""The maker's own arithmetic: edges, objectives that make a situation, what the OEMs pay."""

from __future__ import annotations

import numpy as np
import pytest

from sample_group.awards import Awards
from sample_group.objectives import AS_OF, edge_units, objective_for
from sample_group.standings import PROGRAMS
from sample_group.world import World


@pytest.mark.parametrize(
    ("objective", "edge", "units"), [(47, 110, 52), (50, 90, 45), (50, 100, 50), (80, 120, 96)]
)
def test_edges_round_up(objective: int, edge: int, units: int) -> None:
    assert edge_units(objective, edge) == units


@pytest.mark.parametrize("edge", [70, 90, 100, 110, 120])
@pytest.mark.parametrize("short", [1, 2, 0, -6])
@pytest.mark.parametrize("count", [9, 16, 44, 131])
def test_objective_puts_a_count_short_of_an_edge(count: int, edge: int, short: int) -> None:
    objective = objective_for(count, edge, short)
    assert edge_units(objective, edge) <= count + short < edge_units(objective + 1, edge)


def amounts(world: World, code: str, store: str, period: str) -> tuple[int, int, int | None]:
    """Counted units, cents and objective of a program's first element on the as-of morning."""
    program = next(program for program in PROGRAMS if program.code == code)
    element = program.elements[0]
    rooftop = next(one for one in world.stores if one.id == store)
    awards: Awards = world.awards
    award = awards.award(rooftop, program, element, period, AS_OF)
    objective = awards.objective(rooftop, code, element.code, period, AS_OF)
    return award.units, award.cents, objective


@pytest.mark.parametrize("period", ["2025-03", "2025-04", "2025-05", "2025-06", "2025-07"])
def test_nissan_pays_every_unit_back_to_the_first(world: World, period: str) -> None:
    units, cents, objective = amounts(world, "nissan-one", "lakeside-nissan", period)
    assert objective is not None
    share = 100 * units / objective
    rate = 1200 if share >= 110 else 600 if share >= 100 else 350 if share >= 90 else 0
    assert cents == units * rate * 100


def test_honda_pays_growth_up_to_a_fifth(world: World) -> None:
    units, cents, _ = amounts(world, "honda-growth", "northshore-honda", "2025-07")
    base, _, _ = amounts(world, "honda-growth", "northshore-honda", "2024-07")
    assert cents == 300_000 * max(0, min(units - base, max(1, base // 5)))


def test_the_gate_takes_the_second_quarter_of_kettle_moraine(world: World) -> None:
    units, cents, objective = amounts(
        world, "csi-quarter-bonus", "kettle-moraine-toyota", "2025-Q2"
    )
    assert objective is not None
    assert units >= objective
    assert cents == 0


def test_surveys_on_the_as_of_morning(world: World) -> None:
    stores = {store.id: store for store in world.stores}
    day = np.datetime64("2025-08-10")
    kettle = world.scoreboard.score(stores["kettle-moraine-toyota"], day)
    assert kettle is not None
    assert kettle.surveys >= 6
    assert kettle.thousandths < min(90_000, kettle.region_thousandths)
    assert world.scoreboard.score(stores["bootheel-toyota"], day) is None


def test_a_recall_counts_when_the_car_was_delivered_with_it(world: World) -> None:
    units, cents, objective = amounts(world, "chevrolet-volume", "fox-valley-chevrolet", "2025-Q2")
    assert objective is not None
    assert units >= edge_units(objective, 120)
    deducted = units * 100_000 - cents
    assert 0 < deducted < units * 10_000
    assert deducted % 100_000 == 0  # $1,000 a unit, and each open recall takes one unit's worth
