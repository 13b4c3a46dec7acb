"""Each fault and pattern planted in the sample ends where its list says, through a real run.

Here: outcomes in landing, warehouse and what is published, one by one. Not here: that the faults
are in the bytes (tests/unit/sample_group), how landing reads any file (tests/unit/landing).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sample_group.faults import PLANTED_FAULTS, PLANTED_PATTERNS, PlantedFault, PlantedPattern

LANDED = "read_parquet('{home}/landing/{kind}/*.parquet', union_by_name = true)"
FAULTS = {fault.code: fault for fault in PLANTED_FAULTS}
PATTERNS = {pattern.code: pattern for pattern in PLANTED_PATTERNS}
# What a fault that lands, or a pattern, must have become; by code.
ENDS: dict[str, Callable[[Sample, Any], None]] = {}


class Sample:
    """The run's home, with what is published, landed and in its warehouse."""

    def __init__(self, home: Path) -> None:
        self.home = home
        pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
        self._published = home / "published" / pointer["file"]

    def rows(self, sql: str, *values: Any, database: Path | None = None) -> list[dict[str, Any]]:
        with duckdb.connect(str(database or self._published), read_only=True) as connection:
            cursor = connection.execute(sql, values)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, *values: Any, database: Path | None = None) -> dict[str, Any]:
        (found,) = self.rows(sql, *values, database=database)
        return found

    def landed(self, kind: str, path: str) -> list[dict[str, Any]]:
        """The rows that landed from a file, in its order."""
        source = LANDED.format(home=self.home, kind=kind)
        sql = f"from {source} where _source_file = ? order by _source_row"
        return self.rows(sql, path)

    def file(self, path: str) -> dict[str, Any]:
        sql = f"from '{self.home}/landing/files.parquet' where source_file = ?"
        return self.row(sql, path)

    def text_rows(self, path: str) -> list[dict[str, str]]:
        """A CSV of the inbox by its header, whatever its line ends."""
        text = (self.home / "inbox" / path).read_bytes().decode("latin-1")
        return list(csv.DictReader(io.StringIO(text.replace("\r\n", "\n"))))

    def gap(self, code: str, rooftop_id: str, *, holds: str = "") -> dict[str, Any]:
        sql = """
            from fct_gap
            where gap_code = ? and rooftop_id = ? and contains(concat(title, vin), ?)
        """
        return self.row(sql, code, rooftop_id, holds)


@pytest.fixture(scope="module")
def sample(sample_run: Path) -> Sample:
    return Sample(sample_run)


def ends(function: Callable[[Sample, Any], None]) -> Callable[[Sample, Any], None]:
    """Register what becomes of the fault or pattern that the function is named after."""
    ENDS[function.__name__] = function
    return function


@pytest.mark.parametrize("code", FAULTS)
def test_a_planted_fault_ends_where_the_list_says(sample: Sample, code: str) -> None:
    fault = FAULTS[code]
    file = sample.file(fault.path)
    assert file["outcome"] == fault.landing_outcome
    counted = file["rows_landed"] + file["rows_set_aside"] + file["rows_ignored"]
    assert file["lines_in"] == counted
    if fault.outcome in ("quarantine", "set_aside"):
        said = sample.row(
            "from fct_set_aside where source_file = ? and source_row is not distinct from ?",
            fault.path,
            fault.row if fault.outcome == "quarantine" else None,
        )
        assert fault.reason.casefold() in said["reason"].casefold()
    else:
        ENDS[code](sample, fault)
    if fault.repaired_by is not None:
        assert sample.file(fault.repaired_by)["outcome"] == "landed"


@pytest.mark.parametrize("code", PATTERNS)
def test_a_planted_pattern_is_shown(sample: Sample, code: str) -> None:
    ENDS[code](sample, PATTERNS[code])


# --- faults that land --------------------------------------------------------------------------


@ends
def restated_sale_date(sample: Sample, fault: PlantedFault) -> None:
    (restated,) = [row for row in sample.landed("dms/deals", fault.path) if row["_source_row"] == 2]
    stands = sample.row(
        "from intermediate.int_deals_latest where rooftop_id = ? and deal_number = ?",
        restated["rooftop_id"],
        restated["deal_number"],
        database=sample.home / "warehouse" / "stairstep.duckdb",
    )
    assert stands["delivery_date"] == date(2025, 7, 29)
    source = LANDED.format(home=sample.home, kind="dms/deals")
    versions = sample.rows(f"from {source} where deal_number = ?", restated["deal_number"])
    assert {row["delivery_date"] for row in versions} >= {date(2025, 7, 28), date(2025, 7, 29)}


@ends
def lagging_feed(sample: Sample, fault: PlantedFault) -> None:
    (feed,) = sample.rows(
        "from fct_feed_health where last_source_file = ? and rooftop_id is null", fault.path
    )
    assert feed["feed_state"] == fault.reason
    assert sample.gap("feed_late", "bootheel-toyota", holds="dms/deals")["severity"] == "warning"


@ends
def duplicate_file(sample: Sample, fault: PlantedFault) -> None:
    assert sample.landed("dms/deals", fault.path) == []
    assert fault.reason in sample.file(fault.path)["reason"]


@ends
def reordered_columns(sample: Sample, fault: PlantedFault) -> None:
    landed = [(row["deal_number"], row["vin"]) for row in sample.landed("dms/deals", fault.path)]
    written = [(row["Deal Number"], row["VIN"]) for row in sample.text_rows(fault.path)]
    assert landed == written and landed


@ends
def empty_file_on_holiday(sample: Sample, fault: PlantedFault) -> None:
    assert (sample.home / "inbox" / fault.path).stat().st_size == 0
    assert sample.rows("from fct_set_aside where source_file = ?", fault.path) == []


@ends
def mixed_line_endings(sample: Sample, fault: PlantedFault) -> None:
    landed = sample.landed("dms/deals", fault.path)
    written = sample.text_rows(fault.path)
    assert [row["deal_number"] for row in landed] == [row["Deal Number"] for row in written]
    assert not [value for row in landed for value in row.values() if "\r" in str(value)]


@ends
def latin1_in_utf8(sample: Sample, fault: PlantedFault) -> None:
    (row,) = [row for row in sample.landed("dms/deals", fault.path) if row["_source_row"] == 2]
    assert "É" in row["stock_number"]


@ends
def vin_check_digit(sample: Sample, fault: PlantedFault) -> None:
    (row,) = [row for row in sample.landed("dms/deals", fault.path) if row["_source_row"] == 2]
    assert row["is_vin_valid"] is False
    gap = sample.gap("vin_invalid", row["rooftop_id"], holds=row["vin"])
    assert (gap["source_file"], gap["source_row"]) == (fault.path, 2)
    assert fault.reason in gap["title"]


@ends
def eaten_leading_zeros(sample: Sample, fault: PlantedFault) -> None:
    rows = sample.landed("portal/objectives", fault.path)
    assert {row["dealer_code"] for row in rows if row["_source_row"] == 2} == {"00417"}


@ends
def unknown_file(sample: Sample, fault: PlantedFault) -> None:
    file = sample.file(fault.path)
    assert file["source_kind"] is None
    assert file["reason"] == "no mapping's files match its path"


# --- patterns ----------------------------------------------------------------------------------


@ends
def same_day_unwinds(sample: Sample, pattern: PlantedPattern) -> None:
    gap = sample.gap(pattern.code, pattern.store)
    assert gap["title"] == "5 sales reported and unwound on 2025-06-30"


@ends
def loaner_burst(sample: Sample, pattern: PlantedPattern) -> None:
    gap = sample.gap(pattern.code, pattern.store)
    assert "2025-07-31" in gap["title"]
    assert gap["evidence_text"].count(",") >= 8, "nine loaner codes, each named"


def difference(sample: Sample, store: str, period: str, words: str) -> dict[str, Any]:
    sql = """
        from fct_counted_unit
        where rooftop_id = ? and period_code = ? and contains(difference_reason, ?)
    """
    return sample.row(sql, store, period, words)


@ends
def counted_under_other_code(sample: Sample, pattern: PlantedPattern) -> None:
    unit = difference(sample, pattern.store, "2025-08", "Counted under dealer code 3615")
    assert unit["count_state"] == "reported" and unit["is_official"] is False
    assert sample.gap("official_differs", pattern.store, holds="2025-08")


@ends
def missing_from_official(sample: Sample, pattern: PlantedPattern) -> None:
    unit = difference(sample, pattern.store, "2025-07", "list")
    assert unit["count_state"] == "reported" and unit["is_official"] is False
    assert sample.gap("official_differs", pattern.store, holds="2025-07")


@ends
def earned_not_paid(sample: Sample, pattern: PlantedPattern) -> None:
    gap = sample.gap("earned_not_paid", pattern.store, holds="2025-06")
    assert (gap["severity"], gap["evidence_text"]) == (
        "warning",
        f"Earned {gap['amount_at_risk']}, paid by statements 0.00",
    )


@ends
def earned_long_ago(sample: Sample, pattern: PlantedPattern) -> None:
    assert sample.gap("earned_not_paid", pattern.store, holds="2025-05")["severity"] == "critical"


@ends
def paid_short(sample: Sample, pattern: PlantedPattern) -> None:
    gap = sample.gap("earned_not_paid", pattern.store, holds="2025-06")
    assert gap["amount_at_risk"] > 0
    assert "paid by statements 0.00" not in gap["evidence_text"]


@ends
def no_objective_yet(sample: Sample, pattern: PlantedPattern) -> None:
    row = sample.row(
        "from fct_program_standing where rooftop_id = ? and period_code = '2025-08'", pattern.store
    )
    assert (row["standing_state"], row["objective_units"]) == ("no_objective", None)


@ends
def csi_under_gate(sample: Sample, pattern: PlantedPattern) -> None:
    """Both ways of its gate, the fixed number and the region's average, are under."""
    fixed = sample.gap("gate_below", pattern.store, holds="needs >= 90.000")
    region = sample.gap(
        "gate_below", pattern.store, holds="against the region: csi 89.224, needs >= 92"
    )
    assert fixed["period_code"] == region["period_code"] == "2025-Q3"


@ends
def short_of_surveys(sample: Sample, pattern: PlantedPattern) -> None:
    gap = sample.gap("gate_short_of_surveys", pattern.store)
    assert gap["period_code"] == "2025-Q3"
