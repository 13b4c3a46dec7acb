"""Which files are looked at, which wait, and under which name and mapping a content counts."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from orchestration.landing import inbox, land_kind, pending_files
from orchestration.landing.land import export_files_table, feeds_table
from orchestration.landing.mapping import Moment
from orchestration.landing.plan import file_moment
from programs.errors import StairstepError
from tests.unit.landing.tiny_home import DEALS, NOW, TinyHome, deal, deals

FILE = "tiny/deals_20250801T0500.csv"
MOMENT = Moment.model_validate(
    {"pattern": r"_(\d{8}T\d{4})", "format": "%Y%m%dT%H%M", "time_zone": "America/Chicago"}
)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("x_20250801T0500.csv", datetime(2025, 8, 1, 10, tzinfo=UTC)),
        ("x_20250101T0500.csv", datetime(2025, 1, 1, 11, tzinfo=UTC)),
        ("x_20251301T0500.csv", None),
        ("x.csv", None),
    ],
)
def test_a_files_moment_is_in_its_name(name: str, moment: datetime | None) -> None:
    assert file_moment(MOMENT, name, NOW) == moment


def test_without_a_pattern_the_moment_is_when_the_file_was_first_seen(home: TinyHome) -> None:
    text = "\n".join(line for line in DEALS.splitlines() if not line.startswith("moment:"))
    home.mapping("deals", text)
    home.put(FILE, deals(deal()))
    home.land(now=NOW)
    os.utime(home.path / "inbox" / FILE, (1, 1))  # touched: hashed again, still the same arrival
    home.land(now=NOW + timedelta(days=1))
    assert home.files()[FILE]["known_at"] == NOW and home.rows()[0]["_known_at"] == NOW


def test_a_second_run_reads_nothing_and_changes_nothing(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    home.land()
    before = {p: p.stat().st_mtime_ns for p in (home.path / "landing").rglob("*.parquet")}
    (home.path / "inbox" / FILE).chmod(0)  # it could not be opened, were one to try as a user
    report = home.land(now=NOW + timedelta(days=1))
    assert (report.files, report.files_known) == ((), 1)
    assert {p: p.stat().st_mtime_ns for p in (home.path / "landing").rglob("*.parquet")} == before


def test_names_in_transfer_and_hidden_ones_are_left_alone(home: TinyHome) -> None:
    for name in ("deals_1.csv.part", "deals_2.CSV.filepart", ".deals_3.csv", "~$deals_4.csv"):
        home.put(f"tiny/{name}", deals(deal()))
    report = home.land()
    assert report.waiting == ("tiny/deals_1.csv.part", "tiny/deals_2.CSV.filepart")
    assert home.files() == {}


def test_a_file_still_being_written_waits_for_the_next_run(home: TinyHome) -> None:
    path = home.put(FILE, deals(deal()))
    is_done = threading.Event()

    def keep_writing() -> None:
        while not is_done.wait(0.05):
            with path.open("a") as file:
                file.write(deal() + "\n")

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        report = land_kind(home.path, "dms/deals", NOW, settle_seconds=0.5)
    finally:
        is_done.set()
        writer.join()
    assert report.waiting == (FILE,) and home.rows() == []
    assert land_kind(home.path, "dms/deals", NOW, settle_seconds=0.2).files_landed == 1


def test_a_file_at_rest_is_not_waited_for(home: TinyHome) -> None:
    path = home.put(FILE, deals(deal()))
    os.utime(path, (time.time() - 60, time.time() - 60))
    started = time.perf_counter()
    assert land_kind(home.path, "dms/deals", NOW, settle_seconds=30).files_landed == 1
    assert time.perf_counter() - started < 25


def test_a_file_that_changes_between_hash_and_reading_is_not_landed(home: TinyHome) -> None:
    path = home.put(FILE, deals(deal()))

    def change(step: object) -> None:
        if getattr(step, "name", "") == "looked":
            path.write_text(deals(deal(Deal="D2")))

    report = home.land(progress=change)
    assert report.files == () and report.waiting == (FILE,)
    assert home.rows() == [] and list((home.path / "landing" / ".incoming").iterdir()) == []
    home.land()
    assert [row["deal_number"] for row in home.rows()] == ["D2"]


def test_pending_files_say_why(home: TinyHome) -> None:
    assert pending_files(home.path) == ()
    home.put(FILE, deals(deal()))
    assert [(p.source_file, p.why) for p in pending_files(home.path)] == [(FILE, "new")]
    home.land()
    assert pending_files(home.path) == ()
    home.put(FILE, deals(deal(), deal(Deal="D2")))
    assert [p.why for p in pending_files(home.path)] == ["new or changed"]
    home.land()
    home.mapping("deals", DEALS.replace("U: used", "U: certified"))
    assert [p.why for p in pending_files(home.path)] == ["not landed by its present mapping"]


def test_a_new_content_under_an_old_name_is_a_new_file(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    home.land()
    home.put(FILE, deals(deal(Deal="D2")))
    report = home.land()
    assert report.files_landed == 1
    assert sorted(row["deal_number"] for row in home.rows()) == ["D1", "D2"]


def test_a_file_set_aside_lands_when_its_mapping_is_mended(home: TinyHome) -> None:
    home.put(FILE, deals(deal(Sale="X"), deal(Deal="D2")))
    home.put("tiny/deals_20250802T0500.csv", deals(deal(Deal="D3")).replace("VIN", "Serial"))
    home.land()
    assert [row["deal_number"] for row in home.rows()] == ["D2"]
    mended = DEALS.replace("L: lease", "L: lease, X: fleet").replace(
        "{from: VIN}", "{from: [VIN, Serial]}"
    )
    home.mapping("deals", mended)
    report = home.land()
    assert report.files_landed == 2
    assert [row["deal_number"] for row in home.rows()] == ["D1", "D2", "D3"]
    assert home.quarantine() == []
    home.mapping("deals", DEALS)
    home.land()
    assert [row["deal_number"] for row in home.rows()] == ["D2"]
    assert len(home.quarantine()) == 1


def test_a_file_that_left_the_inbox_stays_landed(home: TinyHome) -> None:
    path = home.put(FILE, deals(deal()))
    home.land()
    path.unlink()
    home.mapping("deals", DEALS.replace("U: used", "U: certified"))
    assert home.land().files == ()
    assert len(home.rows()) == 1 and home.files()[FILE]["outcome"] == "landed"


def test_a_content_whose_mapping_went_away_is_taken_out(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    home.land()
    home.mapping("deals", DEALS.replace("tiny/*deals*", "elsewhere/*deals*"))
    home.land()
    assert home.rows() == [] and home.files()[FILE]["outcome"] == "unrecognised"


def test_the_first_mapping_that_can_read_a_content_lands_it(home: TinyHome) -> None:
    other = DEALS.replace("vendor: tiny", "vendor: other").replace("tiny/*", "other/*")
    home.mapping("other", other.replace("{from: VIN}", "{from: Serial}"))
    home.put("other/deals_20250701T0500.csv", deals(deal()))
    home.put("tiny/deals_20250801T0500.csv", deals(deal()))
    home.land()
    assert [row["vendor_code"] for row in home.rows()] == ["tiny"]
    told = home.files()
    assert told["tiny/deals_20250801T0500.csv"]["outcome"] == "landed"
    assert told["other/deals_20250701T0500.csv"]["outcome"] == "duplicate"


def test_a_later_arrival_with_an_earlier_moment_counts(home: TinyHome) -> None:
    home.put("tiny/deals_20250805T0500.csv", deals(deal()))
    home.land()
    home.put("tiny/deals_20250801T0500.csv", deals(deal()))
    home.land()
    [row] = home.rows()
    assert row["_source_file"] == "tiny/deals_20250801T0500.csv"
    assert row["_known_at"] == home.files()[row["_source_file"]]["known_at"]


def test_leftovers_of_a_killed_run_are_cleared(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    home.land()
    landing = home.path / "landing"
    strays = [
        landing / "dms" / "deals" / f"{'0' * 64}.parquet",
        landing / "quarantine" / f"{'0' * 64}.dms-deals.parquet",
        landing / ".incoming" / "x.tmp",
        home.path / ".landing-private" / "abc" / "records-0.txt",
    ]
    for stray in strays:
        stray.parent.mkdir(parents=True, exist_ok=True)
        stray.write_bytes(b"Zebulon")
    home.land()
    assert not any(stray.exists() for stray in strays) and len(home.rows()) == 1


def test_private_copies_are_for_this_user_only(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    seen: list[tuple[int, list[str]]] = []

    def look(step: object) -> None:
        private = home.path / ".landing-private"
        if private.exists():
            seen.append((private.stat().st_mode & 0o777, [p.name for p in private.rglob("*.txt")]))

    home.land(progress=look)
    assert seen and all(mode == 0o700 and names == [] for mode, names in seen)
    assert not (home.path / ".landing-private").exists()


def test_the_users_errors_are_one_line_each(home: TinyHome) -> None:
    with pytest.raises(StairstepError, match="'dms/sales' is not a kind"):
        land_kind(home.path, "dms/sales", NOW)
    (home.path / "stairstep.yaml").unlink()
    with pytest.raises(StairstepError, match="stairstep.yaml does not exist"):
        home.land()


def test_an_inbox_that_is_missing_is_said(home: TinyHome) -> None:
    (home.path / "inbox").rmdir()
    with pytest.raises(StairstepError, match="inbox does not exist; make it"):
        home.land()


def test_a_moment_without_zone_is_refused(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    with pytest.raises(ValueError, match="time zone"):
        home.land(now=datetime(2025, 8, 15))  # noqa: DTZ001


def test_feeds(home: TinyHome) -> None:
    home.mapping("one", DEALS.replace("vendor: tiny", "vendor: one").replace(', "14": west', "")
                 .replace("tiny/*", "one/*"))  # fmt: skip
    assert feeds_table(home.path).to_pylist() == [
        {"feed_id": f"{vendor}/dms/deals", "vendor_code": vendor, "source_kind": "dms/deals",
         "rooftop_id": rooftop, "expected_every_days": 1}
        for vendor, rooftop in (("one", "east"), ("tiny", None))
    ]  # fmt: skip


def test_the_files_table_can_be_written_anew(home: TinyHome) -> None:
    home.put(FILE, deals(deal()))
    home.land()
    before = home.files()
    (home.path / "landing" / "files.parquet").unlink()
    export_files_table(home.path)
    assert home.files() == before


def test_unseen_tells_new_from_known(home: TinyHome) -> None:
    home.put(FILE, "x")
    assert [name for name, _ in inbox.unseen(home.path / "inbox", ())] == [FILE]
