"""The dashboard that a whole run of the sample group made: what it shows is what the marts hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import format as fmt
from app.levers import ModelLine, Rules, model_lines, program_state
from app.navigation import PAGES
from app.published import Published, read_pointer
from app.queries import (
    element_limits,
    gate_effects,
    memberships,
    paid_msrp,
    program_standings,
    program_views,
    rooftops,
    stock,
    total,
)
from programs.scenario import ProgramState, Scenario, run_scenario

pytestmark = pytest.mark.browser
# Enough to cross an edge somewhere in the group, so that the amount on the page has to move.
MOST_UNITS = 12


@pytest.fixture(scope="module")
def source(sample_run: Path) -> Published:
    """What the run published, read as the app reads it."""
    pointer = read_pointer(sample_run)
    assert pointer is not None
    return Published(pointer, None)


def states_of(source: Published, rooftop_id: str) -> list[ProgramState]:
    rules = Rules(element_limits(source), gate_effects(source))
    msrp = paid_msrp(source, rooftop_id)
    return [
        program_state(
            view, rules,
            msrp.get((view.standing.program_code, view.standing.period_code), Decimal(0)),
        )
        for view in program_views(source, rooftop_id)
    ]  # fmt: skip


def best_move(source: Published) -> tuple[str, ModelLine, int, Scenario]:
    """Return the rooftop, line and fewest units that change its amount most in one step."""
    found = []
    for rooftop in rooftops(source):
        views = program_views(source, rooftop.rooftop_id)
        lines = model_lines(stock(source, rooftop.rooftop_id), memberships(source), views)
        states = states_of(source, rooftop.rooftop_id)
        for line in lines[:3]:
            for units in range(1, MOST_UNITS + 1):
                scenario = run_scenario(states, [line.move(units)])
                if scenario.change_amount > 0:
                    found.append((rooftop.rooftop_id, line, units, scenario))
    assert found, "no rooftop of the sample gains anything by its first lines"
    return max(found, key=lambda move: (move[3].change_amount, -move[2]))


def test_each_standing_on_the_page_is_the_marts(
    sample_app: str, source: Published, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    standings = program_standings(source)
    assert len({row.rooftop_id for row in standings}) == 12
    for row in standings:
        tab.goto(f"{sample_app}/?rooftop={row.rooftop_id}")
        card = tab.locator(
            f'[data-testid="program-{row.program_code}"][data-period="{row.period_code}"]'
        )
        expect(card.get_by_test_id("amount-earned")).to_have_text(fmt.money(row.amount_earned))
        expect(card.get_by_test_id("reported-units").first).to_have_text(
            fmt.units(row.reported_units)
        )


def test_the_group_adds_up_to_the_cent(
    sample_app: str, source: Published, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{sample_app}/rooftops")
    earned = total(row.amount_earned for row in program_standings(source))
    expect(tab.get_by_test_id("group-earned")).to_have_text(fmt.money(earned))


def test_a_moved_lever_shows_the_programs_own_arithmetic(
    sample_app: str, source: Published, open_tab: Callable[..., Page]
) -> None:
    rooftop_id, line, units, scenario = best_move(source)
    tab = open_tab()
    tab.goto(f"{sample_app}/what-if?rooftop={rooftop_id}")
    expect(tab.get_by_test_id("scenario")).to_contain_text(fmt.money(scenario.amount_before))
    lever = tab.locator(f".st-key-add-{line.code} input")
    lever.fill(str(units))
    lever.press("Enter")
    expect(tab.get_by_test_id("scenario")).to_contain_text(fmt.money(scenario.amount_after))
    expect(tab.get_by_test_id("scenario")).to_contain_text(fmt.signed_money(scenario.change_amount))
    changed = next(change for change in scenario.changes if change.change_amount)
    expect(
        tab.get_by_test_id(f"what-if-{changed.program_code}").get_by_test_id("amount-after")
    ).to_have_text(fmt.money(changed.after.amount_earned))


def test_unmoved_states_are_the_published_standings(source: Published) -> None:
    """The marts' arithmetic and the what-if's are one: every open program, to the cent."""
    compared = 0
    for rooftop in rooftops(source):
        views = program_views(source, rooftop.rooftop_id)
        states = states_of(source, rooftop.rooftop_id)
        for view, state in zip(views, states, strict=True):
            standing, stored = state.standing(), view.standing
            where = f"{stored.rooftop_id} {stored.program_code} {stored.period_code}"
            assert standing.amount_earned == stored.amount_earned, where
            assert standing.amount_held == stored.amount_held, where
            assert standing.amount_forfeited == stored.amount_forfeited, where
            assert standing.amount_capped == stored.amount_capped, where
            assert standing.worth_of_next_tier_amount == stored.worth_of_next_tier_amount, where
            compared += 1
    assert compared >= 12


def test_every_page_of_the_run_opens(sample_app: str, open_tab: Callable[..., Page]) -> None:
    tab = open_tab()
    for entry in PAGES:
        tab.goto(f"{sample_app}/{entry.address}")
        expect(tab.locator(".ss-heading h1")).to_have_text(entry.title)
        expect(tab.get_by_test_id("stException")).to_have_count(0)
        expect(tab.get_by_test_id("unreadable")).to_have_count(0)
