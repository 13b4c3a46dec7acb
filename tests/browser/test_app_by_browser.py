"""The app as its reader meets it: each page drawn by a browser, links, and a publication under "
"it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.navigation import PAGES
from tests.browser.conftest import DESKTOP, PHONE
from tests.unit.app.published_fixture import write_home, write_last_run
from tests.unit.app.small_group import NISSAN, tables

pytestmark = pytest.mark.browser
# The page looks for something newer every 20 s.
SEEN_WITHIN = 45_000
OVERFLOW = """() => {
  const main = document.querySelector('[data-testid=stMain]');
  return main.scrollWidth - main.clientWidth;
}"""


@pytest.mark.parametrize("light", ["light", "dark"])
def test_every_page_fits_a_desk_and_a_phone_and_fetches_nothing_from_elsewhere(
    light: str, small_app: str, open_tab: Callable[..., Page]
) -> None:
    for size in (DESKTOP, PHONE):
        tab = open_tab(size, light=light)
        asked: list[str] = []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        for entry in PAGES:
            tab.goto(f"{small_app}/{entry.address}?rooftop={NISSAN}")
            expect(tab.locator(".ss-heading h1")).to_have_text(entry.title)
            expect(tab.get_by_test_id("stException")).to_have_count(0)
            tab.wait_for_timeout(500)
            assert tab.evaluate(OVERFLOW) <= 0, f"{entry.code} is wider than {size[0]}"
        strangers = [url for url in asked if not re.match(rf"(data|blob):|{small_app}", url)]
        assert not strangers


def test_the_menu_leads_to_each_page_and_keeps_the_rooftop(
    small_app: str, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{small_app}/?rooftop={NISSAN}")
    expect(tab.locator(".ss-card h2").first).to_have_text("Nissan One")
    tab.get_by_test_id("stSidebarNavLink").filter(has_text="What if").click()
    expect(tab.locator(".ss-heading h1")).to_have_text("What if")
    expect(tab).to_have_url(re.compile(f"rooftop={NISSAN}"))


def test_the_first_page_s_code_is_an_address_too(
    small_app: str, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{small_app}/{PAGES[0].code}?rooftop={NISSAN}")
    expect(tab.locator(".ss-heading h1")).to_have_text(PAGES[0].title)
    expect(tab.locator(".ss-card h2").first).to_have_text("Nissan One")
    expect(tab).to_have_url(re.compile(f"/\\?.*rooftop={NISSAN}"))
    expect(tab.get_by_text("Page not found")).to_have_count(0)
    expect(tab.get_by_test_id("stSidebarNavLink")).to_have_count(len(PAGES))


def test_a_card_leads_to_its_vins(small_app: str, open_tab: Callable[..., Page]) -> None:
    tab = open_tab()
    tab.goto(f"{small_app}/?rooftop={NISSAN}")
    tab.get_by_test_id("stPageLink").filter(has_text="Explain").first.click()
    expect(tab.locator(".ss-heading h1")).to_have_text("Explain")
    expect(tab.locator(".ss-reckoning h2")).to_have_text("Nissan One")
    expect(tab.get_by_test_id("amount-earned")).to_have_text("$32,400")
    for part in (f"rooftop={NISSAN}", "program=nissan-one", "period=2025-08"):
        expect(tab).to_have_url(re.compile(part))


def test_a_publication_is_seen_by_an_open_page(
    small_app: str, small_home: Path, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{small_app}/?rooftop={NISSAN}")
    amount = tab.get_by_test_id("program-nissan-one").get_by_test_id("amount-earned")
    expect(amount).to_have_text("$32,400")
    rows = tables()
    for row in rows["fct_program_standing"]:
        row["amount_earned"] += 1
    write_home(small_home, rows=rows, content_hash="second0")
    expect(amount).to_have_text("$32,401", timeout=SEEN_WITHIN)


def test_a_stopped_run_is_said_on_an_open_page(
    small_app: str, small_home: Path, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{small_app}/?rooftop={NISSAN}")
    expect(tab.get_by_test_id("amount-earned").first).to_have_text("$32,400")
    write_last_run(small_home, outcome="stopped_by_gate", finished_at=datetime.now(UTC))
    expect(tab.get_by_test_id("failed")).to_be_visible(timeout=SEEN_WITHIN)
    expect(tab.get_by_test_id("amount-earned").first).to_have_text("$32,400")
    last_run = json.loads((small_home / "published" / "last_run.json").read_text())
    assert last_run["outcome"] == "stopped_by_gate"
