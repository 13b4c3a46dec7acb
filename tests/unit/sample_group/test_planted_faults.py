"""Each planted fault is in the bytes, and the facts that it spoils come again in good order."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

import sample_group
from sample_group.faults import PLANTED_FAULTS, PLANTED_PATTERNS, PlantedFault
from sample_group.vins import has_valid_check_digit
from tests.unit.sample_group.conftest import rows_of

Inbox = dict[str, bytes]
CHECKS: dict[str, Callable[[Inbox, PlantedFault], None]] = {}


def check(function: Callable[[Inbox, PlantedFault], None]) -> Callable[[Inbox, PlantedFault], None]:
    """Register the check of the fault that the function is named after."""
    CHECKS[function.__name__] = function
    return function


def line_of(inbox: Inbox, fault: PlantedFault) -> bytes:
    assert fault.row is not None
    return inbox[fault.path].splitlines()[fault.row - 1]


def vault_row(inbox: Inbox, fault: PlantedFault) -> dict[str, str]:
    assert fault.row is not None
    return rows_of(inbox[fault.path])[fault.row - 2]


def track_values(inbox: Inbox, fault: PlantedFault) -> dict[str, str]:
    header = inbox[fault.path].splitlines()[0].decode().split("|")
    return dict(zip(header, line_of(inbox, fault).decode().split("|"), strict=True))


def record_of(inbox: Inbox, path: str, key: str, number: int) -> dict:
    return json.loads(inbox[path])[key][number - 1]


@check
def restated_sale_date(inbox: Inbox, fault: PlantedFault) -> None:
    after = vault_row(inbox, fault)
    before = rows_of(inbox["dealervault/dv_sales_20250730T0500.csv"])
    same = [row for row in before if row["Deal Number"] == after["Deal Number"]]
    assert [row["VIN"] for row in same] == [after["VIN"]]
    assert (same[0]["Delivery Date"], after["Delivery Date"]) == ("07/28/2025", "07/29/2025")
    assert same[0]["Last Update Date"] < after["Last Update Date"]


@check
def lagging_feed(inbox: Inbox, fault: PlantedFault) -> None:
    pushes = [path for path in inbox if path.startswith("reynolds/RR_sales_2")]
    assert max(pushes) == fault.path


@check
def duplicate_file(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path] == inbox["dealervault/dv_sales_20250801T0500.csv"]


@check
def half_written_csv(inbox: Inbox, fault: PlantedFault) -> None:
    assert not inbox[fault.path].endswith(b"\n")
    assert inbox[fault.repaired_by or ""].startswith(inbox[fault.path])


@check
def half_written_json(inbox: Inbox, fault: PlantedFault) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(inbox[fault.path])
    assert inbox[fault.repaired_by or ""].startswith(inbox[fault.path])


@check
def truncated_last_line(inbox: Inbox, fault: PlantedFault) -> None:
    whole = inbox[fault.repaired_by or ""]
    assert whole.startswith(inbox[fault.path])
    assert whole.splitlines()[:-1] == inbox[fault.path].splitlines()[:-1]


@check
def missing_trailer(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path].endswith(b"\n")
    assert b"\nTRL|" not in inbox[fault.path]
    whole = inbox[fault.repaired_by or ""].splitlines()
    assert whole[-1] == b"TRL|%08d" % (len(whole) - 2)


@check
def reordered_columns(inbox: Inbox, fault: PlantedFault) -> None:
    header = next(csv.reader(io.StringIO(inbox[fault.path].decode())))
    usual = next(
        csv.reader(io.StringIO(inbox["dealervault/dv_sales_20250812T0500.csv"].decode("latin-1")))
    )
    assert header != usual
    assert sorted(header) == sorted(usual)
    vins = np.array([row["VIN"] for row in rows_of(inbox[fault.path])])
    assert has_valid_check_digit(vins).all()


@check
def renamed_column(inbox: Inbox, fault: PlantedFault) -> None:
    header = inbox[fault.path].splitlines()[0].decode().split(",")
    assert "VIN" not in header
    assert "Vehicle VIN" in header
    assert inbox[fault.path].splitlines()[1:] == inbox[fault.repaired_by or ""].splitlines()[1:]


@check
def duplicate_header(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path].splitlines()[0].split(b"|").count(b"DealNumber") == 2


@check
def empty_file_on_holiday(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path] == b""


@check
def empty_file(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path] == b""


@check
def mixed_line_endings(inbox: Inbox, fault: PlantedFault) -> None:
    crlf = inbox[fault.path].count(b"\r\n")
    assert 0 < crlf < inbox[fault.path].count(b"\n")


@check
def latin1_in_utf8(inbox: Inbox, fault: PlantedFault) -> None:
    with pytest.raises(UnicodeDecodeError):
        line_of(inbox, fault).decode()
    assert "É," in line_of(inbox, fault).decode("latin-1")
    following = inbox[fault.path].splitlines()[fault.row or 0]
    assert "Übergabe" in following.decode()


@check
def bad_utf8(inbox: Inbox, fault: PlantedFault) -> None:
    with pytest.raises(UnicodeDecodeError):
        line_of(inbox, fault).decode()
    assert b"\xff\xfe" in line_of(inbox, fault)


@check
def unterminated_quote(inbox: Inbox, fault: PlantedFault) -> None:
    assert line_of(inbox, fault).count(b'"') % 2 == 1
    others = inbox[fault.path].splitlines()[fault.row or 0 :]
    assert others
    assert all(line.count(b'"') % 2 == 0 for line in others)


@check
def wrong_store_number(inbox: Inbox, fault: PlantedFault) -> None:
    assert vault_row(inbox, fault)["Store Number"] == "1299"
    assert sum(row["Store Number"] == "1299" for row in rows_of(inbox[fault.path])) == 1


@check
def wrong_type_money(inbox: Inbox, fault: PlantedFault) -> None:
    assert track_values(inbox, fault)["ListPrice"] == "CALL"


@check
def wrong_type_year(inbox: Inbox, fault: PlantedFault) -> None:
    assert track_values(inbox, fault)["ModelYear"] == "20Z5"


@check
def wrong_type_date(inbox: Inbox, fault: PlantedFault) -> None:
    assert record_of(inbox, fault.path, "data", fault.row or 0)["contractDate"] == "yesterday"


@check
def missing_field(inbox: Inbox, fault: PlantedFault) -> None:
    header = inbox[fault.path].splitlines()[0]
    assert line_of(inbox, fault).count(b"|") == header.count(b"|") - 1


@check
def extra_field(inbox: Inbox, fault: PlantedFault) -> None:
    header = inbox[fault.path].splitlines()[0]
    assert line_of(inbox, fault).count(b"|") == header.count(b"|") + 1


@check
def two_values_in_list(inbox: Inbox, fault: PlantedFault) -> None:
    assert len(record_of(inbox, fault.path, "items", fault.row or 0)["VIN"]) == 2


@check
def short_vin(inbox: Inbox, fault: PlantedFault) -> None:
    assert len(record_of(inbox, fault.path, "data", fault.row or 0)["vehicle"]["vin"]) == 16


@check
def vin_check_digit(inbox: Inbox, fault: PlantedFault) -> None:
    row = vault_row(inbox, fault)
    assert not has_valid_check_digit(np.array([row["VIN"]]))[0]
    later = [
        other
        for day in ("14", "15")
        for other in rows_of(inbox[f"dealervault/dv_sales_202508{day}T0500.csv"])
        if other["Deal Number"] == row["Deal Number"]
    ]
    assert all(other["VIN"] == row["VIN"] for other in later)
    # The RDR of that car has the figures in the right order.
    reported = {
        line.split(",")[3]
        for path, data in inbox.items()
        if "/rdr_2025081" in path
        for line in data.decode().splitlines()
    }
    assert row["VIN"] not in reported
    assert any(sorted(vin) == sorted(row["VIN"]) for vin in reported)


@check
def cut_json_line(inbox: Inbox, fault: PlantedFault) -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(line_of(inbox, fault))
    for line in inbox[fault.path].splitlines()[2:]:
        json.loads(line)


@check
def short_fixed_line(inbox: Inbox, fault: PlantedFault) -> None:
    lengths = {len(line) for line in inbox[fault.path].splitlines()}
    assert len(lengths) == 2
    assert len(line_of(inbox, fault)) == min(lengths)


@check
def eaten_leading_zeros(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path].startswith(b"PK")
    book = CalamineWorkbook.from_filelike(io.BytesIO(inbox[fault.path]))
    rows = book.get_sheet_by_name("Objectives").to_python()
    assert rows[0][0] == "Dealer"
    assert rows[(fault.row or 0) - 1][0] == 417


@check
def unknown_file(inbox: Inbox, fault: PlantedFault) -> None:
    assert inbox[fault.path]


@pytest.mark.parametrize("fault", PLANTED_FAULTS, ids=lambda fault: fault.code)
def test_fault_is_in_the_bytes(inbox: Inbox, fault: PlantedFault) -> None:
    assert fault.path in inbox
    CHECKS[fault.code](inbox, fault)


@pytest.mark.parametrize(
    "fault",
    [fault for fault in PLANTED_FAULTS if fault.outcome in ("quarantine", "set_aside")],
    ids=lambda fault: fault.code,
)
def test_what_is_lost_comes_again(inbox: Inbox, fault: PlantedFault) -> None:
    assert fault.repaired_by in inbox
    assert fault.repaired_by != fault.path


def test_every_fault_has_its_own_code_and_check() -> None:
    codes = [fault.code for fault in PLANTED_FAULTS]
    assert len(set(codes)) == len(codes)
    assert set(codes) == set(CHECKS)


def test_readme_lists_every_fault_and_pattern() -> None:
    text = (Path(sample_group.__file__).parent / "README.md").read_text("utf-8")
    for fault in PLANTED_FAULTS:
        row = f"`{fault.path}`" + (f", row {fault.row}" if fault.row else "")
        assert f"| {fault.code} | {row} | {fault.outcome.replace('_', ' ')} |" in text
    for pattern in PLANTED_PATTERNS:
        assert f"| {pattern.code} | {pattern.store} |" in text
