"""A tiny home for the SQL alone: landed Parquet, a ledger export and compiled rules, written by the contract's schemas.

Here: building that home and running dbt over it in this process. Not here: any test; reading vendor files
(landing has its own tests).
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet

from orchestration import dbt_build
from orchestration.home import Home
from orchestration.landing.kinds import KINDS, QUARANTINE_SCHEMA
from orchestration.moments import Moments
from orchestration.rules import write_tables
from programs.calendars import Calendar, read_calendar
from programs.compiled import compile_group, compile_memberships
from programs.group import Group, read_group
from programs.rulebook import Rulebook, read_rulebook

RULEBOOKS = Path(__file__).parent / "dbt_rulebooks"
ZONE = "America/Chicago"
FILES_SCHEMA = pa.schema(
    {
        "content_hash": pa.string(),
        "source_file": pa.string(),
        "vendor_code": pa.string(),
        "source_kind": pa.string(),
        "outcome": pa.string(),
        "reason": pa.string(),
        "known_at": pa.timestamp("us", tz="UTC"),
        "lines_in": pa.int64(),
        "rows_landed": pa.int64(),
        "rows_set_aside": pa.int64(),
        "rows_ignored": pa.int64(),
        "first_loaded_at": pa.timestamp("us", tz="UTC"),
    }
)
FEEDS_SCHEMA = pa.schema(
    {
        "vendor_code": pa.string(),
        "source_kind": pa.string(),
        "rooftop_id": pa.string(),
        "expected_every_days": pa.int32(),
    }
)


@dataclass(frozen=True)
class Store:
    """One rooftop with one franchise."""

    rooftop_id: str
    make: str
    oem: str
    dealer_code: str
    to_date: date | None = None
    from_date: date = date(2015, 1, 1)


def moment(text: str) -> datetime:
    """An aware moment from ISO text; without an offset it is Chicago's summer time."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else datetime.fromisoformat(text + "-05:00")


def group_of(stores: Sequence[Store]) -> Group:
    """A group of these stores, all in one region and time zone."""
    rooftops = []
    for store in stores:
        end = f", to: {store.to_date}" if store.to_date else ""
        rooftops.append(
            f"""
  - id: {store.rooftop_id}
    name: {store.rooftop_id}
    city: Madison
    state: WI
    region: midwest
    time_zone: {ZONE}
    opened_date: 2015-01-01
    franchises:
      - {{make: {store.make}, oem: {store.oem}, dealer_code: "{store.dealer_code}", from: {store.from_date}{end}}}"""
        )
    return read_group(f"group_name: Test\ntime_zone: {ZONE}\nrooftops:{''.join(rooftops)}\n")


def plain_calendar() -> Calendar:
    """Sales months that are calendar months, 2023 to 2026."""
    months = []
    for year, month in itertools.product(range(2023, 2027), range(1, 13)):
        start = date(year, month, 1)
        after = date(year + month // 12, month % 12 + 1, 1)
        end = date.fromordinal(after.toordinal() - 1)
        months.append(f"  - {{code: {year}-{month:02d}, start: {start}, end: {end}}}")
    return read_calendar("code: plain\nmonths:\n" + "\n".join(months) + "\n", "plain.yaml")


def rulebook(name: str) -> Rulebook:
    """A rulebook of dbt_rulebooks/ by its program code."""
    path = RULEBOOKS / f"{name}.yaml"
    return read_rulebook(path.read_text(encoding="utf-8"), path.name)


@dataclass
class SmallHome:
    """A home under construction. Rows are dicts by column; what isn't given gets a plain default."""

    root: Path
    stores: Sequence[Store]
    rulebooks: Sequence[Rulebook]
    files: list[dict[str, Any]] = field(default_factory=list)
    feeds: list[dict[str, Any]] = field(default_factory=list)
    _vins: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.home = Home(self.root)
        for kind in KINDS.values():
            folder = self.home.landing / kind.name
            folder.mkdir(parents=True, exist_ok=True)
            parquet.write_table(kind.arrow_schema.empty_table(), folder / "_schema.parquet")
        quarantine = self.home.landing / "quarantine"
        quarantine.mkdir(parents=True, exist_ok=True)
        parquet.write_table(QUARANTINE_SCHEMA.empty_table(), quarantine / "_schema.parquet")
        self.home.warehouse.mkdir(parents=True, exist_ok=True)

    def vin(self) -> str:
        """A new VIN; its check digit is landing's business."""
        return f"1TEST{next(self._vins):012d}"

    def store(self, rooftop_id: str) -> Store:
        return next(store for store in self.stores if store.rooftop_id == rooftop_id)

    def land(
        self,
        kind: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        known_at: str = "2025-01-01T05:00:00",
        file: str | None = None,
        vendor: str = "vendor",
        also_named: Mapping[str, str] | None = None,
    ) -> str:
        """One file of a kind, as landed; gives its content hash. `also_named`: the same bytes sent again
        under other names, each with its own moment."""
        schema = KINDS[kind].arrow_schema
        name = file or f"{vendor}/{kind.replace('/', '_')}_{len(self.files)}.csv"
        content_hash = hashlib.sha256(f"{name}{rows}".encode()).hexdigest()
        known = moment(known_at)
        meta = {
            "vendor_code": vendor, "_source_file": name, "_loaded_at": known,
            "_content_hash": content_hash, "_known_at": known,
        }  # fmt: skip
        full = [
            {column: None for column in schema.names} | dict(row) | meta | {"_source_row": number}
            for number, row in enumerate(rows, 2)
        ]
        path = self.home.landing / kind / f"{content_hash}.parquet"
        parquet.write_table(pa.Table.from_pylist(full, schema=schema), path)
        self._file(content_hash, name, vendor, kind, "landed", known, len(rows))
        for other, other_known in (also_named or {}).items():
            self._file(content_hash, other, vendor, kind, "duplicate", moment(other_known), 0)
        return content_hash

    def _file(
        self, content_hash: str, name: str, vendor: str, kind: str, outcome: str, known: datetime, rows: int
    ) -> None:
        self.files.append(
            {
                "content_hash": content_hash, "source_file": name, "vendor_code": vendor,
                "source_kind": kind, "outcome": outcome, "known_at": known, "lines_in": rows,
                "rows_landed": rows, "rows_set_aside": 0, "rows_ignored": 0, "first_loaded_at": known,
            }
        )  # fmt: skip

    def sell(
        self,
        rooftop_id: str,
        units: int,
        on: str,
        *,
        known_at: str | None = None,
        reported: bool = True,
        delivered: bool = True,
        msrp: str | None = "30000.00",
        **traits: Any,
    ) -> list[str]:
        """New cars sold at retail on a day: delivered by the DMS and accepted by the OEM that day."""
        store = self.store(rooftop_id)
        vins = [self.vin() for _ in range(units)]
        car = {
            "make": store.make, "model": "Model", "trim": "Base", "model_year": 2025, "powertrain": "gas",
            "stock_type": "new", "sale_type": "retail", "is_vin_valid": True,
            "msrp_amount": Decimal(msrp) if msrp else None,
        } | traits  # fmt: skip
        known = known_at or f"{on}T20:00:00"
        if delivered:
            self.land("dms/deals", [self.deal(rooftop_id, vin, on, **car) for vin in vins], known_at=known)
        if reported:
            self.land("portal/rdrs", [self.rdr(rooftop_id, vin, on, **car) for vin in vins], known_at=known)
        return vins

    def deal(self, rooftop_id: str, vin: str, delivered_on: str | None, **changes: Any) -> dict[str, Any]:
        """A DMS deal row; its number is the VIN's."""
        store = self.store(rooftop_id)
        return {
            "rooftop_id": rooftop_id, "store_number": "1", "deal_number": f"D{vin[-6:]}",
            "vin": vin, "make": store.make, "model": "Model", "trim": "Base", "model_year": 2025,
            "powertrain": "gas", "stock_type": "new", "sale_type": "retail",
            "deal_status": "finalized", "msrp_amount": Decimal("30000.00"), "is_vin_valid": True,
            "delivery_date": date.fromisoformat(delivered_on) if delivered_on else None,
        } | changes  # fmt: skip

    def rdr(
        self, rooftop_id: str, vin: str, sold_on: str, event: str = "accepted", at: str | None = None, **changes: Any
    ) -> dict[str, Any]:
        """An RDR event row; its number is the VIN's unless given."""
        store = self.store(rooftop_id)
        return {
            "oem_code": store.oem, "dealer_code": store.dealer_code, "rdr_number": f"R{vin[-6:]}",
            "vin": vin, "make": store.make, "model": "Model", "trim": "Base", "model_year": 2025,
            "powertrain": "gas", "stock_type": "new", "sale_type": "retail",
            "msrp_amount": Decimal("30000.00"), "sale_date": date.fromisoformat(sold_on),
            "event_code": event, "event_at": moment(at or f"{sold_on}T12:00:00"), "is_vin_valid": True,
        } | changes  # fmt: skip

    def objective(
        self, rooftop_id: str, program: str, period: str, units: int, *,
        element: str = "volume", announced: str = "2025-01-01", known_at: str = "2025-01-01T05:00:00",
    ) -> None:  # fmt: skip
        """An announced objective, in a file of its own."""
        store = self.store(rooftop_id)
        row = {
            "oem_code": store.oem, "dealer_code": store.dealer_code, "program_code": program,
            "element_code": element, "period_code": period, "objective_units": units,
            "announced_date": date.fromisoformat(announced),
        }  # fmt: skip
        self.land("portal/objectives", [row], known_at=known_at)

    def build(self, as_of: str, known_at: str | None = None) -> Warehouse:
        """Writes the ledger's export and the compiled rules, and runs both phases."""
        moments = Moments.of(moment(as_of), moment(known_at) if known_at else None, ZONE)
        parquet.write_table(
            pa.Table.from_pylist(self.files, schema=FILES_SCHEMA), self.home.landing / "files.parquet"
        )
        if self.feeds:
            parquet.write_table(
                pa.Table.from_pylist(self.feeds, schema=FEEDS_SCHEMA), self.home.landing / "feeds.parquet"
            )
        tables = compile_group(
            group_of(self.stores), [plain_calendar()], self.rulebooks, as_of_date=moments.as_of_date
        )
        write_tables(tables, self.home.compiled)
        dbt_build.raise_failed(dbt_build.build(self.home, moments, select="tag:facts"))
        with duckdb.connect(str(self.home.warehouse_file), read_only=True) as connection:
            classes = connection.execute("from intermediate.int_unit_classes").to_arrow_table()
        write_tables(compile_memberships(self.rulebooks, classes), self.home.compiled)
        dbt_build.raise_failed(dbt_build.build(self.home, moments, exclude="tag:facts"))
        return Warehouse(self.home.warehouse_file)


@dataclass(frozen=True)
class Warehouse:
    """The marts of a built home."""

    path: Path

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """Rows of a query as dicts, read only."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set search_path = 'marts'")
            cursor = connection.execute(sql, list(values))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, *values: Any) -> dict[str, Any]:
        """The one row of a query; fails when there isn't exactly one."""
        found = self.rows(sql, *values)
        assert len(found) == 1, f"{len(found)} rows: {sql} {values}"
        return found[0]

    def standing(self, rooftop_id: str, program: str, period: str) -> dict[str, Any]:
        return self.row(
            "from fct_program_standing where rooftop_id = ? and program_code = ? and period_code = ?",
            rooftop_id, program, period,
        )  # fmt: skip

    def element(self, rooftop_id: str, program: str, period: str, element: str = "volume") -> dict[str, Any]:
        return self.row(
            "from fct_element_standing where rooftop_id = ? and program_code = ? and period_code = ? "
            "and element_code = ?",
            rooftop_id, program, period, element,
        )  # fmt: skip

    def unit(self, vin: str, program: str, period: str) -> dict[str, Any]:
        return self.row(
            "from fct_counted_unit where vin = ? and program_code = ? and period_code = ?",
            vin, program, period,
        )  # fmt: skip


def environment_for(home: Home) -> dict[str, str]:
    """The environment of a dbt command over a home."""
    return {**os.environ, "STAIRSTEP_HOME": str(home.root), "DO_NOT_TRACK": "1"}
