"""Every page in every state: what is published, nothing, old, a failed run, no access."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app.navigation import PAGES, SCREENS, Page, page
from app.published import HOME_SETTING
from tests.unit.app.pages import Opened, open_page
from tests.unit.app.published_fixture import AS_OF, write_home, write_last_run
from tests.unit.app.small_group import FORD, NISSAN

MakeHome = Callable[..., Path]
MAIN = SCREENS.parent / "main.py"
each_page = pytest.mark.parametrize("entry", PAGES, ids=[entry.code for entry in PAGES])
GM = {"is_logged_in": True, "email": "GM@example.invalid"}
ACCESS = [{"user": "gm@example.invalid", "rooftops": [NISSAN]}]


def recent(**ago: float) -> datetime:
    """A moment shortly before now: the pages compare what was published with the clock."""
    return datetime.now(UTC) - timedelta(**ago)


@each_page
def test_normal(entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_page(entry, make_home(), monkeypatch)
    assert entry.title in opened.text
    assert "Aug 15, 2025, 7:00 AM CDT" in opened.text
    assert not any(opened.has(state) for state in ("stale", "failed", "empty", "no-access"))
    again = opened.test.run()  # by what the first visit left in the caches
    assert not again.exception, [error.value for error in again.exception]


@each_page
def test_no_home_is_set(entry: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_page(entry, None, monkeypatch)
    assert opened.has("empty")
    assert HOME_SETTING in opened.text


@each_page
def test_nothing_published(entry: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_page(entry, tmp_path, monkeypatch)
    assert opened.has("empty")
    assert "stairstep run" in opened.text


@each_page
def test_nothing_published_because_the_first_run_was_stopped(
    entry: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_last_run(tmp_path, outcome="stopped_by_gate")
    opened = open_page(entry, tmp_path, monkeypatch)
    assert opened.has("empty")
    assert "expect one row per rooftop program period" in opened.text


@each_page
def test_published_without_rows(
    entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(entry, make_home(rows={}), monkeypatch)
    assert opened.has("empty")


@each_page
def test_stale(entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    as_of = recent(days=3)
    opened = open_page(
        entry, make_home(as_of=as_of, published_at=as_of + timedelta(minutes=3)), monkeypatch
    )
    assert opened.has("stale")
    assert "Nothing newer for 2 days" in opened.text or "Nothing newer for 3 days" in opened.text


@each_page
def test_fresh_is_not_stale(
    entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_of = recent(hours=25)
    opened = open_page(
        entry, make_home(as_of=as_of, published_at=as_of + timedelta(minutes=3)), monkeypatch
    )
    assert not opened.has("stale")
    assert "a past morning" not in opened.text


@each_page
def test_a_run_of_the_same_content_is_fresh(
    entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pointer stays as it is when nothing changed; the run's end says that someone looked."""
    as_of = recent(days=3)
    home = make_home(as_of=as_of, published_at=as_of + timedelta(minutes=3))
    write_last_run(home, outcome="published", finished_at=recent(hours=1))
    assert not open_page(entry, home, monkeypatch).has("stale")


@each_page
@pytest.mark.parametrize("outcome", ["stopped_by_gate", "failed"])
def test_failed_run_keeps_what_was_published(
    entry: Page, outcome: str, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(entry, make_home(outcome=outcome), monkeypatch)
    assert opened.has("failed")
    assert "still those of Fri Aug 15, 2025" in opened.text
    if outcome == "stopped_by_gate":
        assert "expect one row per rooftop program period on fct_program_standing" in opened.text
    else:
        assert "It stopped at gate marts." in opened.text


@each_page
def test_sign_in_is_asked_for(
    entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(entry, make_home(access=ACCESS), monkeypatch, user={"is_logged_in": False})
    assert opened.has("sign-in")
    assert "Lakeside" not in opened.text


@each_page
@pytest.mark.parametrize(
    ("user", "access"),
    [
        ({"is_logged_in": True, "email": "stranger@example.invalid"}, ACCESS),
        ({**GM, "email_verified": False}, ACCESS),
        (GM, None),
        ({"is_logged_in": True}, ACCESS),
    ],
    ids=["not on the list", "not verified", "no list", "no address"],
)
def test_no_access(
    entry: Page, user: dict, access: list | None, make_home: MakeHome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened = open_page(entry, make_home(access=access), monkeypatch, user=user)
    assert opened.has("no-access")
    assert "Lakeside" not in opened.text
    assert "$" not in opened.text


@each_page
def test_one_rooftops_manager_sees_that_rooftop_alone(
    entry: Page, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that names another rooftop shows nothing of it."""
    home = make_home(access=ACCESS)
    everyone = open_page(entry, home, monkeypatch)
    opened = open_page(entry, home, monkeypatch, user=GM, query={"rooftop": FORD})
    assert not opened.has("no-access")
    for name in ("Prairie Ford", "Northgate Honda", "Harbor Volkswagen", "Ford F-150"):
        assert name not in opened.text
    for box in opened.test.selectbox:
        assert "Prairie Ford" not in box.options
    if entry.code == "rooftops":
        assert "Prairie Ford" in everyone.text


@each_page
@pytest.mark.parametrize("broken", ["not json", "{}", '{"file": "gone.duckdb"}'])
def test_a_broken_pointer_is_said(
    entry: Page, broken: str, make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home()
    (home / "published" / "current.json").write_text(broken)
    opened = open_page(entry, home, monkeypatch)
    assert opened.has("unreadable")
    assert "current.json" in opened.text


def test_a_publication_of_another_version_is_said(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home()
    [file] = (home / "published").glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table fct_ladder_segment")
    monkeypatch.setenv(HOME_SETTING, str(home))
    opened = Opened(AppTest.from_file(str(MAIN), default_timeout=30).run())
    assert opened.has("unreadable")
    assert "stairstep run" in opened.text
    assert not opened.test.exception


def test_every_screen_is_a_page_and_every_page_a_screen() -> None:
    files = {path.name for path in SCREENS.glob("*.py")} - {"__init__.py"}
    assert files == {entry.file.name for entry in PAGES}
    assert len({entry.address for entry in PAGES}) == len(PAGES)
    assert not (SCREENS.parent / "pages").exists()


def test_standing_shows_the_worked_figures(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(page("standing"), make_home(), monkeypatch, query={"rooftop": NISSAN})
    assert opened.value("amount-earned") == "$32,400"
    assert (opened.value("reported-units"), opened.value("pending-units")) == ("54", "3")
    assert opened.value("official-units") == "53"
    assert "1 more unit reaches tier 3, worth $33,600 more." in opened.text
    assert "Chance 97 % , about 19 in 20." in opened.text
    assert "A gate is not met, so as things are it would be forfeited." in opened.text


def test_standing_says_what_the_period_may_still_bring(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = open_page(page("standing"), make_home(), monkeypatch, query={"rooftop": NISSAN}).text
    # The chance of 41 % falls into the bin of 104 that were checked.
    assert "Of 104 that were checked between 40 and 50 %, 44 % came true." in text
    assert "26 %, about 1 in 4, of the tier and every gate together." in text
    assert "41 % once the 3 pending RDRs are reported, 33 % if they never are." in text
    assert "By the evening of Sat Sep 20 the tier is 90 % sure;" in text
    assert "now no tier is likeliest, 59 %." in text
    assert "Three perfect surveys bring it back to 92." in text
    assert "5 to 12 more are expected by the end. Chance 64 %, about 2 in 3." in text
    assert "About $9,120 on average, in 8 of 10 cases $0 to $20,000." in text
    assert "Another about $4,000 hangs on gates of which nothing is known yet." in text
    assert "expected a day 1.0" in text


def test_amounts_are_added_draw_by_draw_within_the_scope(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """106,400 and 184,000 together; each rooftop's own 80 % band would add up to something else."""
    home = make_home(access=[*ACCESS, {"user": "boss@example.invalid", "rooftops": "all"}])
    boss = {"is_logged_in": True, "email": "boss@example.invalid"}
    whole = open_page(page("rooftops"), home, monkeypatch, user=boss)
    assert "about $145,200 8 in 10: $106,400 to $184,000" in whole.text
    assert "Not in this figure: strikes." in whole.text or any(
        "Not in this figure: strikes." in caption.value for caption in whole.test.caption
    )
    own = open_page(page("rooftops"), home, monkeypatch, user=GM)
    assert "about $76,200 8 in 10: $32,400 to $120,000" in own.text


def test_how_good_says_it_in_words_and_figures(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(page("how-good"), make_home(), monkeypatch)
    assert "it was off by 2.0 points on average. 80 % of the ends lay inside" in opened.text
    assert "Its misses are 50 % of the run rate's." in opened.text
    table = opened.text[opened.text.index("Misses, of the run rate's") :]
    places = [table.index(name) for name in ("Stairstep", "Prophet as it comes", "Run rate ")]
    assert places == sorted(places), "the best stands first"
    assert "no band" in opened.text
    assert "the largest third" in opened.text.lower()
    assert "Boosted trees patterns found in all stores' past 40 % 40 %" in opened.text


def test_a_forecaster_that_was_never_checked_has_no_record(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.app.small_group import tables

    rows = tables()
    for row in rows["fct_forecast"]:
        row["model_code"] = "never_checked"
    home = make_home(rows=rows)
    assert "wasn't measured in this backtest" in open_page(page("how-good"), home, monkeypatch).text
    standing = open_page(page("standing"), home, monkeypatch, query={"rooftop": NISSAN})
    assert "that were checked" not in standing.text


def test_how_good_names_the_command_before_the_first_backtest(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.app.small_group import tables

    rows = {name: found for name, found in tables().items() if "backtest" not in name}
    opened = open_page(page("how-good"), make_home(rows=rows), monkeypatch)
    assert opened.has("nothing-here")
    assert "stairstep backtest --home" in opened.text
    # The other pages are the same, but for how often such chances came true.
    standing = open_page(
        page("standing"), make_home(rows=rows), monkeypatch, query={"rooftop": NISSAN}
    )
    assert "that were checked" not in standing.text
    assert "Three perfect surveys" in standing.text


def test_a_score_says_how_likely_it_ends_in_each_tier(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.app.small_group import tables

    key = {
        "rooftop_id": NISSAN, "program_code": "nissan-one", "element_code": "volume",
        "period_code": "2025-08", "assumption": "no score is published yet: nothing is paid on it",
    }  # fmt: skip
    chances = {1: (Decimal(92), 0.85), 2: (Decimal("96.5"), 0.38)}
    for known, said in ((True, "tier 1 from 92 85 %"), (False, "No score is published yet")):
        rows = [
            key | {"tier_number": number, "edge_score": edge, "chance": chance if known else None}
            for number, (edge, chance) in chances.items()
        ]
        home = make_home(rows=tables() | {"fct_forecast_score_tier": rows})
        text = open_page(page("standing"), home, monkeypatch, query={"rooftop": NISSAN}).text
        assert said in text
        assert ("tier 2 from 96.5 38 %" in text) == known


def test_rooftops_add_up_exactly(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_page(page("rooftops"), make_home(), monkeypatch)
    assert opened.value("group-earned") == "$58,400"


def test_what_if_names_the_rules_that_the_publication_lacks(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.unit.app.small_group import tables

    home = make_home(rows=tables() | {"rule_document": []})
    opened = open_page(page("what-if"), home, monkeypatch, query={"rooftop": NISSAN})
    assert opened.has("nothing-here")
    assert "the published rules lack version 1 of" in opened.text


def test_explain_lists_each_vin_with_its_source(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(
        page("explain"), make_home(), monkeypatch,
        query={"rooftop": NISSAN, "program": "nissan-one", "period": "2025-08"},
    )  # fmt: skip
    table = opened.test.dataframe[0].value
    assert len(table) == 60
    assert table["Source"].str.startswith("portal/nissan_rdrs_20250814T2200.csv, row ").all()
    assert table["Rule"].str.contains("nissan-one version 1").all()
    assert "110 % of 50 is 55, pays $1,200 a unit" in opened.text


def test_explain_leads_over_adjustments_to_what_is_earned(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_page(
        page("explain"), make_home(), monkeypatch,
        query={"rooftop": NISSAN, "program": "nissan-one", "period": "2025-07"},
    )  # fmt: skip
    assert opened.value("amount-earned") == "$18,150"
    text = opened.text
    said = ("Elements together", "$17,150", "Bonus for all periods", "+$1,000", "bulletin NNA-2025")
    places = [text.index(part, text.index("Over several periods")) for part in said]
    assert places == sorted(places)


def test_a_tier_is_worth_its_period_alone_where_another_rule_changes_it(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.unit.app.small_group import tables

    rows = tables()
    row = rows["fct_program_adjustment"][0] | {"period_code": "2025-08", "amount_earned": 0}
    row |= {"rule_kind": "strikes", "amount_held": -5}
    home = write_home(tmp_path, rows=rows | {"fct_program_adjustment": [row]})
    text = open_page(page("standing"), home, monkeypatch, query={"rooftop": NISSAN}).text
    assert "worth $33,600 more in this period alone" in text
    assert "Strikes: −$5 held" in text
    text = open_page(page("standing"), make_home(), monkeypatch, query={"rooftop": NISSAN}).text
    assert "worth $33,600 more." in text


def test_gaps_are_sorted_by_money(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    text = open_page(page("gaps"), make_home(), monkeypatch).text
    places = [text.index(amount) for amount in ("$36,000", "$20,000", "$1,200", "$350 ")]
    assert places == sorted(places)


def test_a_late_feed_is_said_where_its_sales_are_counted(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home()
    there = open_page(page("standing"), home, monkeypatch, query={"rooftop": FORD})
    elsewhere = open_page(page("standing"), home, monkeypatch, query={"rooftop": NISSAN})
    assert "Prairie Ford deals (9 days old)" in there.text
    assert not elsewhere.has("feeds-behind")


def test_a_newer_publication_is_seen_without_a_restart(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home()
    opened = open_page(page("standing"), home, monkeypatch, query={"rooftop": NISSAN})
    assert opened.value("amount-earned") == "$32,400"
    from tests.unit.app.small_group import tables

    rows = tables()
    for row in rows["fct_program_standing"]:
        row["amount_earned"] = row["amount_earned"] + 1
    write_home(home, rows=rows, content_hash="newer0")
    opened.test.run()
    assert opened.value("amount-earned") == "$32,401"


def test_the_small_group_is_of_one_moment() -> None:
    assert AS_OF.isoformat() == "2025-08-15T07:00:00-05:00"
