"""The inbox as a whole: the same bytes for a seed, one mapping a file, honest totals."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import sample_group
from orchestration.landing.mapping_files import load_mappings
from programs.group import read_group
from sample_group import DEFAULT_SEED
from sample_group.__main__ import main
from sample_group.make import inbox_files
from sample_group.stamp import STAMP_NAME
from sample_group.stores import HOME_TEMPLATE
from sample_group.world import World, make_world
from tests.unit.sample_group.conftest import moment_of, rows_of

Inbox = dict[str, bytes]
SOLD = ("Retail", "Lease")


def test_same_seed_same_bytes(inbox: Inbox) -> None:
    again = inbox_files(DEFAULT_SEED)
    assert list(again) == list(inbox)
    assert [path for path, data in again.items() if data != inbox[path]] == []


def test_another_seed_other_sales(world: World) -> None:
    assert make_world(7).deals.vin.tolist() != world.deals.vin.tolist()


def test_the_faults_find_a_place_for_other_seeds() -> None:
    assert inbox_files(11)


def test_size_and_number_of_files(inbox: Inbox) -> None:
    assert sum(map(len, inbox.values())) < 60e6
    assert len(inbox) < 700


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "home"
    assert main(["--home", str(folder)]) == 0
    return folder


def state(home: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in home.rglob("*")
        if path.is_file()
    }


def test_second_run_changes_nothing_and_is_quick(home: Path) -> None:
    before = state(home)
    started = time.perf_counter()
    command = [sys.executable, "-m", "sample_group", "--home", str(home)]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "nothing to do" in said.stdout
    assert time.perf_counter() - started < 5  # a busy machine; alone it takes a tenth of a second
    assert state(home) == before


def test_nothing_but_config_inbox_and_stamp_is_written(home: Path) -> None:
    there = {path.name for path in home.iterdir()}
    assert there == {"stairstep.yaml", "calendars", "rulebooks", "mappings", "inbox", STAMP_NAME}


def test_inbox_files_carry_the_time_of_their_moment(home: Path) -> None:
    # 05:00 in Chicago, daylight saving time: 10:00 UTC.
    path = home / "inbox/dealervault/dv_sales_20250814T0500.csv"
    assert path.stat().st_mtime == 1755165600


def test_a_lost_file_is_made_again(home: Path) -> None:
    lost = home / "inbox/portal/nissan/rdr_20250815T0600.csv"
    data = lost.read_bytes()
    lost.unlink()
    assert main(["--home", str(home)]) == 0
    assert lost.read_bytes() == data


def test_another_group_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stairstep.yaml").write_text("group_name: Somebody's\n")
    assert main(["--home", str(tmp_path)]) == 1
    assert "another group" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["stairstep.yaml"]


def test_every_file_belongs_to_one_mapping(inbox: Inbox) -> None:
    group = read_group((HOME_TEMPLATE / "stairstep.yaml").read_text("utf-8"))
    mappings = [loaded.mapping for loaded in load_mappings(HOME_TEMPLATE / "mappings", group)]
    claimed = {path: sum(mapping.matches(path) for mapping in mappings) for path in inbox}
    assert [path for path, count in claimed.items() if count != 1] == [
        "portal/nissan/bulletin_20250729.txt"
    ]
    for mapping in mappings:
        assert any(mapping.matches(path) for path in inbox), (mapping.vendor, mapping.kind)


def test_no_file_knows_what_happens_after_its_moment(inbox: Inbox) -> None:
    for path, data in inbox.items():
        if "/rdr_" in path:
            stamp = moment_of(path)
            latest = max(row["Event Time"] for row in rows_of(data))
            shown = re.sub(r"[-:]", "", latest).replace(" ", "T")
            assert shown[:13] <= stamp, path


def test_each_rdr_event_is_told_once(inbox: Inbox) -> None:
    events = Counter(
        (row["RDR Number"], row["Event"])
        for path, data in inbox.items()
        if "/rdr_" in path
        for row in rows_of(data)
    )
    assert max(events.values()) == 1
    kinds = Counter(event for _, event in events)
    assert set(kinds) == {"Submitted", "Accepted", "Rejected", "Unwound"}
    assert 0.01 < kinds["Rejected"] / kinds["Submitted"] < 0.06
    assert 0.005 < kinds["Unwound"] / kinds["Submitted"] < 0.03


def rdr_rows(inbox: Inbox, oem: str) -> list[dict[str, str]]:
    return [
        row
        for path, data in inbox.items()
        if path.startswith(f"portal/{oem}/rdr_")
        for row in rows_of(data)
    ]


def counted(inbox: Inbox, oem: str, code: str, first: str, last: str, at: str) -> set[str]:
    """VINs of new cars retailed or leased, accepted and not unwound by `at`: the files alone."""
    status: dict[str, dict[str, str]] = {}
    for row in rdr_rows(inbox, oem):
        if row["Event Time"] <= at:
            status.setdefault(row["RDR Number"], row | {"Events": ""})["Events"] += row["Event"]
    return {
        row["VIN"]
        for row in status.values()
        if row["Dealer Code"] == code
        and row["Vehicle Type"] == "New"
        and row["Sale Type"] in SOLD
        and first <= row["Sale Date"] <= last
        and "Accepted" in row["Events"]
        and "Unwound" not in row["Events"]
    }


@pytest.mark.parametrize("code", ["3127", "3391", "3448", "3615"])
@pytest.mark.parametrize(
    ("period", "first", "last"),
    [("2025-07", "2025-07-01", "2025-07-31"), ("2025-06", "2025-06-03", "2025-06-30")],
)
def test_official_standings_are_the_truth(
    inbox: Inbox, code: str, period: str, first: str, last: str
) -> None:
    stated = [
        row
        for path, data in inbox.items()
        if path.startswith("portal/nissan/standings")
        for row in rows_of(data)
        if row["Dealer Code"] == code and row["Period"] == period
    ]
    final = max(stated, key=lambda row: row["As Of"])
    truth = counted(inbox, "nissan", code, first, last, f"{final['As Of']} 23:59:59")
    assert int(final["Units"]) == len(truth)


def test_planted_differences_of_the_official_lists(inbox: Inbox) -> None:
    listed = rows_of(inbox["portal/nissan/vin_list_20250811T0610.csv"])
    moved = [row for row in listed if row["Counted"] == "N"]
    assert [row["Reason"] for row in moved] == ["Counted under dealer code 3615"]
    there = {row["VIN"] for row in listed if row["Dealer Code"] == "3615" and row["Counted"] == "Y"}
    assert moved[0]["VIN"] in there
    truth = counted(inbox, "nissan", "3615", "2025-08-01", "2025-09-02", "2025-08-10 23:59:59")
    assert moved[0]["VIN"] not in truth


def test_statements_leave_out_what_was_planted(inbox: Inbox) -> None:
    lines = [
        row
        for path, data in inbox.items()
        if path.startswith("portal/nissan/payments")
        for row in rows_of(data)
    ]
    paid = Counter((row["Dealer Code"], row["Period"]) for row in lines)
    june = counted(inbox, "nissan", "3615", "2025-06-03", "2025-06-30", "2025-07-10 23:59:59")
    assert paid["3615", "2025-06"] == len(june) - 2
    assert paid["3448", "2025-06"] == 0
    assert paid["3127", "2025-05"] == 0
    assert paid["3127", "2025-06"] > 0


def test_the_as_of_morning_is_interesting(inbox: Inbox) -> None:
    at = "2025-08-15 06:00:00"
    announced = sorted(
        (row["Announced"], row["Dealer Code"], row["Period"], int(row["Objective"]))
        for path, data in inbox.items()
        if path.startswith("portal/nissan/objectives")
        for row in rows_of(data)
    )
    objectives = {(code, period): units for _, code, period, units in announced}
    august = ("2025-08-01", "2025-09-02", at)
    lakeside = len(counted(inbox, "nissan", "3127", *august))
    assert lakeside + 1 == -(-objectives["3127", "2025-08"] * 90 // 100)
    gateway = len(counted(inbox, "nissan", "3615", *august))
    assert gateway >= -(-objectives["3615", "2025-08"] * 110 // 100)
    assert ("3391", "2025-08") not in objectives
    heartland = len(counted(inbox, "stellantis", "44986", "2025-08-01", "2025-09-02", at))
    assert heartland == 23  # two under the first step of the flat bonus


def test_objectives_are_near_what_is_sold(world: World) -> None:
    actual = asked = 0
    for one in world.objectives:
        program = next(p for p in sample_group_programs() if p.code == one.program)
        if program.oem in ("nissan", "toyota") and "2023" <= one.period < "2025-06":
            element = next(e for e in program.elements if e.code == one.element)
            actual += world.counter.count(
                one.store, program, element, one.period, one.announced_at + 10**7
            )
            asked += one.units
    assert 0.85 < actual / asked < 1.15


def sample_group_programs() -> tuple:
    from sample_group.standings import PROGRAMS

    return PROGRAMS


def test_evening_contracts_are_the_next_day_in_utc(inbox: Inbox) -> None:
    late = 0
    for path, data in inbox.items():
        if path.startswith("tekion/deals_history_2025"):
            for record in json.loads(data)["data"]:
                local_hour = (record["contractDate"] // 3_600_000 - 5) % 24
                late += local_hour >= 19
    assert late > 10


def test_customers_are_all_found_and_all_invented(home: Path, inbox: Inbox) -> None:
    found = sample_group.customers(home)
    assert (
        min(map(len, (found.names, found.addresses, found.phones, found.emails, found.birth_dates)))
        > 200
    )
    every = set(found.all())
    for path, data in inbox.items():
        if path.startswith("dealervault/dv_sales_history"):
            for row in rows_of(data):
                personal = {
                    value
                    for name, value in row.items()
                    if re.search("Name|Address|Phone|Email|Birth", name)
                    and re.match("Customer|Co-Buyer", name)
                }
                personal -= {row["Customer First Name"], row["Co-Buyer First Name"], ""}
                assert personal <= every
    for record in json.loads(inbox["tekion/deals_history_20250721T0500.json"])["data"]:
        who = record["customer"]
        told = {
            who["lastName"],
            who["address"]["line1"],
            who["phone"],
            who["email"],
            who["birthDate"],
        }
        assert told <= every
    for row in rows_of(inbox["dealertrack/DT_deals_history_20250721T0500.txt"], "|"):
        if row["CompanyNumber"] != "TRL":
            told = {
                row[f"Buyer{part}"] for part in ("Name", "Address", "Phone", "Email", "BirthDate")
            }
            assert told <= every
    assert all(email.endswith("@example.invalid") for email in found.emails)
    assert all(re.search(r"555-?01\d\d$", phone) for phone in found.phones)


def test_customers_need_a_sample_home(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no sample group"):
        sample_group.customers(tmp_path)
