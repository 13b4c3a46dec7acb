"""The staircase's geometry and what is written on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.components.stair import FLOOR, picture, rate_beyond, rate_text, stair
from app.published import Published, read_pointer
from app.queries import ElementView, program_views
from tests.unit.app.small_group import FORD, HONDA, NISSAN, VW

MakeHome = Callable[..., Path]


def element(home: Path, rooftop: str, program: str) -> ElementView:
    views = program_views(Published(read_pointer(home), None), rooftop)
    return next(view for view in views if view.standing.program_code == program).headline


def test_steps_stand_at_their_edges_and_rise(make_home: MakeHome) -> None:
    drawn = picture(element(make_home(), NISSAN, "nissan-one"))
    assert [step.edge_units for step in drawn.steps] == [45, 50, 55]
    assert [step.is_reached for step in drawn.steps] == [True, True, False]
    lefts = [step.left for step in drawn.steps]
    tops = [step.top for step in drawn.steps]
    assert lefts == sorted(lefts)
    assert tops == sorted(tops, reverse=True)
    assert drawn.reported == pytest.approx(54 / drawn.units_shown)
    assert drawn.steps[1].left < drawn.reported < drawn.steps[2].left


@pytest.mark.parametrize(
    ("rooftop", "program"),
    [(NISSAN, "nissan-one"), (NISSAN, "csi-quarter-bonus"), (HONDA, "honda-growth"),
     (FORD, "ford-f150")],
)  # fmt: skip
def test_everything_lies_within_the_drawing(
    rooftop: str, program: str, make_home: MakeHome
) -> None:
    drawn = picture(element(make_home(), rooftop, program))
    for x, y in drawn.outline:
        assert 0 <= x <= 1
        assert 0 <= y <= 1
    assert drawn.reported + drawn.pending <= 1
    low, median, high = drawn.band
    assert 0 <= low <= median <= high <= 1


def test_below_the_first_tier_the_floor_still_shows_progress(make_home: MakeHome) -> None:
    drawn = picture(element(make_home(), NISSAN, "csi-quarter-bonus"))
    assert drawn.outline[0][1] == pytest.approx(1 - FLOOR)
    assert drawn.reported > 0.5


def test_a_marginal_ladder_ramps(make_home: MakeHome) -> None:
    """Honda pays by the unit above the base: between base and cap the stair is a slope."""
    drawn = picture(element(make_home(), HONDA, "honda-growth"))
    by_place = {round(x * drawn.units_shown): y for x, y in drawn.outline[:-2]}
    assert by_place[100] == pytest.approx(1 - FLOOR)
    assert by_place[120] == pytest.approx(0)


def test_supposed_units_take_the_place_of_pending_ones(make_home: MakeHome) -> None:
    view = element(make_home(), NISSAN, "nissan-one")
    drawn = picture(view, added=5)
    assert drawn.pending == 0
    assert drawn.added == pytest.approx(5 / drawn.units_shown)
    assert "54 + 5 = 59" in stair(view, added=5)


def test_without_an_objective_there_is_no_stair(make_home: MakeHome) -> None:
    assert stair(element(make_home(), VW, "vw-bonus")) == ""


def test_what_a_step_pays_is_said(make_home: MakeHome) -> None:
    nissan = element(make_home(), NISSAN, "nissan-one").segments
    honda = element(make_home(), HONDA, "honda-growth").segments
    assert [rate_text(row) for row in nissan] == [
        "nothing", "$350 a unit", "$600 a unit", "$1,200 a unit",
    ]  # fmt: skip
    assert rate_text(honda[1]) == "$3,000 a unit above 100"
    assert rate_text(honda[2]) == "$60,000 flat"


def test_an_edge_that_pays_nothing_says_what_units_beyond_it_pay(make_home: MakeHome) -> None:
    honda = element(make_home(), HONDA, "honda-growth")

    def at_the_ground(worth: str) -> ElementView:
        amount = Decimal(worth)
        below = replace(honda.standing, next_tier_number=1, worth_of_next_tier_amount=amount)
        return replace(honda, standing=below)

    assert rate_beyond(at_the_ground("0.00")) == "$3,000 a unit"
    assert rate_beyond(at_the_ground("3000.00")) is None
    assert rate_beyond(element(make_home(), NISSAN, "nissan-one")) is None
