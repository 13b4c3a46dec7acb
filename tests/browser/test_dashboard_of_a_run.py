"""The dashboard that a whole run of the sample group made: what it shows is what the marts hold."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import format as fmt
from app.navigation import PAGES
from app.published import Published, read_pointer
from app.queries import program_standings, rooftops, total
from scenarios.facts import group_of
from scenarios.lever_lines import Line, lever_lines
from scenarios.rooftops import Group
from scenarios.scenario import Result, Scenario, run

pytestmark = pytest.mark.browser
# Enough to cross an edge somewhere in the group, so that the amount on the page has to move.
MOST_UNITS = 12


@pytest.fixture(scope="module")
def source(sample_run: Path) -> Published:
    """What the run published, read as the app reads it."""
    pointer = read_pointer(sample_run)
    assert pointer is not None
    return Published(pointer, None)


@pytest.fixture(scope="module")
def group(source: Published) -> Group:
    """All rooftops' facts, as scenarios take them."""
    ids = tuple(row.rooftop_id for row in rooftops(source))
    with source.connection_for(ids) as connection:
        return group_of(connection, ids, with_closed=True)


def gain(result: Result) -> Decimal:
    total = result.total
    return total["amount_earned_after"] - total["amount_earned_before"]


def best_move(group: Group) -> tuple[str, Line, int, Result]:
    """Return the rooftop, line and fewest units that change its amount most in one step."""
    found = []
    for rooftop_id, rooftop in group.rooftops.items():
        for line in lever_lines([rooftop])[:3]:
            for units in range(1, MOST_UNITS + 1):
                result = run(group, Scenario((rooftop_id,), (line.sell(units),)))
                if gain(result) > 0:
                    found.append((rooftop_id, line, units, result))
    assert found, "no rooftop of the sample gains anything by its first lines"
    return max(found, key=lambda move: (gain(move[3]), -move[2]))


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
    sample_app: str, group: Group, open_tab: Callable[..., Page]
) -> None:
    rooftop_id, line, units, result = best_move(group)
    totals = result.total
    tab = open_tab()
    tab.goto(f"{sample_app}/what-if?rooftop={rooftop_id}")
    tiles = tab.get_by_test_id("scenario")
    expect(tiles).to_contain_text(fmt.money(totals["amount_earned_before"]))
    key = "-".join(["add", *(value for _, value in line.lever.pairs)]).replace(" ", "-").lower()
    lever = tab.locator(f".st-key-{key} input")
    lever.fill(str(units))
    lever.press("Enter")
    expect(tiles).to_contain_text(fmt.money(totals["amount_earned_after"]))
    expect(tiles).to_contain_text(fmt.signed_money(gain(result)))
    changed = next(
        found for found in result.rooftops[0].outcomes
        if found.before.amount_earned != found.after.amount_earned
    )  # fmt: skip
    expect(
        tab.get_by_test_id(f"what-if-{changed.program_code}").get_by_test_id("amount-after")
    ).to_have_text(fmt.money(changed.after.amount_earned))


def test_unmoved_states_are_the_published_standings(source: Published, group: Group) -> None:
    """The marts' arithmetic and the what-if's are one: every open program, to the cent."""
    published = {
        (row.rooftop_id, row.program_code, row.period_code): row
        for row in program_standings(source)
    }
    compared = 0
    for rooftop_id, rooftop in group.rooftops.items():
        for found in rooftop.facts.programs:
            standing = found.before.state.standing()
            where = (rooftop_id, found.facts.program_code, found.facts.period.code)
            stored = published[where]
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
