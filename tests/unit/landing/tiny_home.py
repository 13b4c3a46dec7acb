"""A home of two stores in two time zones, small enough to write each fault by hand.

Here: its group, mappings of every format, and reading back what landed. Not here: assertions.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing import LandingReport, Progress, land_kind

NOW = datetime(2025, 8, 15, 12, 0, tzinfo=UTC)
GOOD_VIN = "1M8GDM9AXKP042788"  # the worked example of 49 CFR 565: its check digit is X
BAD_VIN = "1M8GDM9A1KP042788"

GROUP = """\
group_name: Tiny Group
time_zone: America/Chicago
rooftops:
  - id: east
    name: East
    city: Detroit
    state: MI
    region: midwest
    time_zone: America/Detroit
    opened_date: 2019-01-01
    franchises: [{make: Nissan, oem: nissan, dealer_code: "3127", from: 2019-01-01}]
  - id: west
    name: West
    city: Reno
    state: NV
    region: west
    time_zone: America/Los_Angeles
    opened_date: 2019-01-01
    franchises: [{make: Nissan, oem: nissan, dealer_code: "3128", from: 2019-01-01}]
"""

_MOMENT = """\
moment: {pattern: "_(\\\\d{8}T\\\\d{4})", format: "%Y%m%dT%H%M", time_zone: America/Chicago}
"""
_STORES = """\
stores: {column: "Store", rooftops: {"12": east, "14": west}}
"""
_DEAL_COLUMNS = """\
columns:
  deal_number: {from: Deal}
  stock_number: {from: Stock}
  vin: {from: VIN}
  make: {from: Make}
  model: {from: Model}
  model_year: {from: Year}
  stock_type: {from: "N/U", codes: {N: new, U: used}}
  sale_type: {from: Sale, codes: {R: retail, L: lease}}
  deal_status: {from: Status, codes: {F: finalized, D: delivered}, otherwise: booked,
                default_from: [{column: Delivered, when: filled, value: delivered},
                               {value: booked}]}
  delivery_date: {from: Delivered, type: date, format: "%m/%d/%Y", null_tokens: ["0", "00010101"]}
  msrp_amount: {from: MSRP}
personal: ["Customer*"]
"""
DEALS = f"""\
vendor: tiny
kind: dms/deals
files: "tiny/*deals*.csv"
expected_every_days: 1
format: {{type: csv, encodings: [utf-8, latin-1]}}
{_MOMENT}{_STORES}{_DEAL_COLUMNS}"""

HEADER = (
    "Store,Deal,Stock,VIN,Make,Model,Year,N/U,Sale,Status,Delivered,MSRP,Customer,Customer Phone"
)
_ROW = {
    "Store": "12",
    "Deal": "D1",
    "Stock": "S1",
    "VIN": GOOD_VIN,
    "Make": "Nissan",
    "Model": "Rogue",
    "Year": "2025",
    "N/U": "N",
    "Sale": "R",
    "Status": "F",
    "Delivered": "08/01/2025",
    "MSRP": "30000.50",
    "Customer": "Zebulon Testperson",
    "Customer Phone": "555-0142",
}


def deal(**changes: str) -> str:
    """One line of a deals file, without its line end, some of its values changed."""
    return ",".join((_ROW | changes).values())


def deals(*lines: str, header: str = HEADER) -> str:
    """A whole deals file."""
    return "".join(f"{line}\n" for line in (header, *lines))


@dataclass
class TinyHome:
    """The home under test; every method works on its real files."""

    path: Path

    @classmethod
    def make(cls, path: Path) -> TinyHome:
        home = cls(path)
        for folder in ("inbox", "mappings"):
            (path / folder).mkdir(parents=True)
        (path / "stairstep.yaml").write_text(GROUP)
        home.mapping("deals", DEALS)
        return home

    def mapping(self, name: str, text: str) -> None:
        (self.path / "mappings" / f"{name}.yaml").write_text(text)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.path / "inbox" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(
        self, kind: str = "dms/deals", now: datetime = NOW, progress: Progress | None = None
    ) -> LandingReport:
        return land_kind(self.path, kind, now, progress, settle_seconds=0)

    def rows(self, kind: str = "dms/deals") -> list[dict[str, Any]]:
        return self._rows(self.path / "landing" / kind, ["_source_file", "_source_row"])

    def quarantine(self) -> list[dict[str, Any]]:
        keys = ["source_file", "source_row", "column_name"]
        return self._rows(self.path / "landing" / "quarantine", keys)

    def files(self) -> dict[str, dict[str, Any]]:
        """files.parquet by name; every row's account must add up."""
        found = pq.read_table(self.path / "landing" / "files.parquet").to_pylist()
        for row in found:
            parts = row["rows_landed"] + row["rows_set_aside"] + row["rows_ignored"]
            assert row["lines_in"] == parts, row
        return {row["source_file"]: row for row in found}

    def reasons(self) -> list[tuple[int | None, str | None, str]]:
        return [(q["source_row"], q["column_name"], q["reason"]) for q in self.quarantine()]

    def content(self) -> dict[str, Any]:
        """All that landing holds, without the landing clock: for comparing two homes."""
        tables = {
            path.relative_to(self.path).as_posix(): self._without_clock(pq.read_table(path))
            for path in sorted((self.path / "landing").rglob("*.parquet"))
        }
        return {name: table.to_pylist() for name, table in tables.items()}

    def everything_written(self) -> str:
        """Every text that stands anywhere under landing, Parquet and SQLite decoded."""
        found = []
        for path in sorted((self.path / "landing").rglob("*")):
            if path.suffix == ".parquet":
                found.append(str(pq.read_table(path).to_pydict()))
                found.append(str(pq.read_metadata(path).metadata))
            elif path.suffix == ".sqlite":
                with sqlite3.connect(path) as db:
                    found.append("\n".join(db.iterdump()))
                found.append(path.read_bytes().decode("latin-1"))
            elif path.is_file():
                found.append(path.read_bytes().decode("latin-1"))
        return "\n".join(found)

    @staticmethod
    def _without_clock(table: pa.Table) -> pa.Table:
        return table.drop_columns(
            [name for name in ("_loaded_at", "first_loaded_at") if name in table.column_names]
        )

    @staticmethod
    def _rows(folder: Path, keys: list[str]) -> list[dict[str, Any]]:
        found = [
            row
            for path in sorted(folder.glob("*.parquet"))
            for row in pq.read_table(path).to_pylist()
        ]
        return sorted(
            found, key=lambda row: [(type(row[key]).__name__, row[key]) for key in keys if row[key]]
        )
