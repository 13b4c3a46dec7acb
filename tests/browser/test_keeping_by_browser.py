"""What a manager keeps, in a real browser: a scenario by link and as a file, a decision and why.

Belongs here: the What if and the Chase or let go page on the sample group's whole run, from the
first click to what another browser opens, or another program.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app import format as fmt
from app.navigation import page
from notebook.decisions import read_decisions
from notebook.store import open_notebook
from tests.browser.app_server import serving
from tests.browser.conftest import PHONE
from tests.exported_files import pdf_text, recalculated

pytestmark = [pytest.mark.browser, pytest.mark.pipeline]
ROOFTOP = "lakeside-nissan"
FRONTIER = ".st-key-add-nissan-frontier input"
SENTENCE = re.compile("5 Frontiers take Nissan One from 39 to 44 of 44 × 100 % = 44: tier 2")


@pytest.fixture(scope="module")
def own_home(sample_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sample group's run: what is kept stays in it."""
    return shutil.copytree(sample_run, tmp_path_factory.mktemp("own") / "home", symlinks=True)


@pytest.fixture(scope="module")
def own_app(own_home: Path) -> Iterator[str]:
    """The app on that copy."""
    with serving(own_home, own_home.parent / "own-app.log") as address:
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


LEVERS = ("make=Nissan,model=Frontier,units=5", "make=Volkswagen,model=Jetta,units=3")


def test_money_is_the_same_cent_on_screen_in_the_files_and_on_the_command_line(
    own_app: str, own_home: Path, open_tab: Callable[..., Page], tmp_path: Path
) -> None:
    said = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "scenario", "--home", str(own_home),
         "--rooftop", "all", *(word for one in LEVERS for word in ("--add", one)),
         "--format", "json", "--export", str(tmp_path / "command-line.pdf")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures = json.loads(said.stdout)
    total = {name: Decimal(amount) for name, amount in figures["total"].items()}
    assert total["amount_earned_after"] % 1, "cents are at stake"
    tab = open_tab()
    address = "&".join(f"lever=add {one}" for one in LEVERS)
    tab.goto(f"{own_app}/what-if?rooftop=all&{address}")
    tiles = tab.get_by_test_id("scenario")
    expect(tiles).to_contain_text(fmt.money(total["amount_earned_after"]))
    expect(tiles).to_contain_text(fmt.money(total["expected_amount_after"]))
    for ending in ("xlsx", "pdf"):
        with tab.expect_download() as made:
            tab.locator(f".st-key-download-{ending} button").click()
        assert made.value.suggested_filename.endswith(f"-2025-08-15.{ending}")
        made.value.save_as(tmp_path / f"screen.{ending}")
    sheet = recalculated(tmp_path / "screen.xlsx", tmp_path).get_sheet_by_name("Scenario")
    rows = sheet.to_python()
    head = next(row for row in rows if row[0] == "Rooftop")
    first = rows.index(head) + 1
    counted = rows[first : first + len(figures["programs"]) + 1]
    moved = [row for row in figures["programs"] if row["expected_amount_before"]
             != row["expected_amount_after"]]  # fmt: skip
    texts = [pdf_text(tmp_path / name) for name in ("screen.pdf", "command-line.pdf")]
    for name, heading in (("earned", "Earned after"), ("held", "Held after")):
        column = head.index(heading)
        key = f"amount_{name}_after"
        expected = [Decimal(row[key]) for row in figures["programs"]] + [total[key]]
        assert [Decimal(repr(row[column])) for row in counted] == expected
    for text in texts:
        for amounts in (*moved, total):
            for key in ("amount_earned_after", "expected_amount_after"):
                assert f"${Decimal(amounts[key]):,.2f}" in text


def test_a_decision_is_kept_with_its_reason_and_seen_in_another_browser(
    own_app: str, own_home: Path, open_tab: Callable[..., Page]
) -> None:
    tab = open_tab()
    tab.goto(f"{own_app}/{page('chase').address}?rooftop={ROOFTOP}")
    card = tab.get_by_test_id("chase-nissan-one")
    expect(card).to_contain_text("at stake")
    keep = tab.get_by_role("button", name="Keep this decision")
    tab.get_by_text("Let it go", exact=True).click()
    tab.get_by_label("Who decides").fill("Pat Moreno")
    keep.click()
    expect(tab.get_by_test_id("not-kept")).to_contain_text("say why")
    assert not read_decisions(open_notebook(own_home), None), "nothing is kept without a reason"
    tab.get_by_text("Let it go", exact=True).click()
    tab.get_by_label("Who decides").fill("Pat Moreno")
    tab.get_by_label("Why").fill("Two transporters are late.")
    keep.click()
    expect(tab.get_by_test_id("kept")).to_contain_text("Let it go: Nissan One")
    expect(card.get_by_test_id("decided")).to_contain_text("let go Pat Moreno")
    other = open_tab(PHONE)
    other.goto(f"{own_app}/{page('chase').address}?rooftop={ROOFTOP}")
    told = other.get_by_test_id("decisions")
    expect(told).to_contain_text("Two transporters are late.")
    expect(told).to_contain_text("Pat Moreno")
    (decision,) = read_decisions(open_notebook(own_home), None)
    then = f"Then: {decision.figures['units_now']} units reported"
    expect(told).to_contain_text(then)
