"""The user's sentence in a real browser: five trucks more, the next tier, saved, the same by link.

Belongs here: the What if page on the sample group's whole run, from the first click to a link that
another browser opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_server import serving
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.pipeline]
ROOFTOP = "lakeside-nissan"
FRONTIER = ".st-key-add-nissan-frontier input"
SENTENCE = re.compile("5 Frontiers take Nissan One from 39 to 44 of 44 × 100 % = 44: tier 2")


@pytest.fixture
def own_app(sample_copy: Path, tmp_path: Path) -> Iterator[str]:
    """The app on a copy of the sample group's run: what is saved stays in it."""
    with serving(sample_copy, tmp_path / "own-app.log") as address:
        yield address


def test_five_trucks_reach_the_next_tier_and_a_saved_link_shows_the_same(
    own_app: str, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{own_app}/what-if?rooftop={ROOFTOP}")
    lever = tab.locator(FRONTIER)
    for _ in range(5):
        lever.press("ArrowUp")
    lever.press("Enter")
    card = tab.get_by_test_id("what-if-nissan-one")
    expect(card.get_by_test_id("amount-after")).to_have_text("$26,400")
    expect(card).to_contain_text(SENTENCE)
    expect(tab).to_have_url(re.compile("lever=add"))
    tab.get_by_label("Name", exact=True).fill("Five more Frontiers")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_test_id("saved-scenario")).to_contain_text("Five more Frontiers")
    expect(tab).to_have_url(re.compile("scenario=[0-9a-f]{10}"))
    expect(tab).not_to_have_url(re.compile("lever="))
    said = card.inner_text()
    scenario_id = re.search("scenario=([0-9a-f]+)", tab.url)[1]
    other = open_tab(PHONE)
    other.goto(f"{own_app}/what-if?scenario={scenario_id}")
    there = other.get_by_test_id("what-if-nissan-one")
    expect(there.get_by_test_id("amount-after")).to_have_text("$26,400")
    assert there.inner_text() == said
    expect(other.locator(FRONTIER)).to_have_value("5")
