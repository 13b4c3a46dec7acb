"""A tiny home for the SQL alone: landed Parquet, the ledger's export and compiled rules.

Here: building that home by the kinds' own schemas and running dbt over it in this process. Not
here: any test; reading vendor files (landing has its own tests).
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet

from orchestration import dbt_build, stages
from orchestration.home import Home
from orchestration.landing.exports import FEEDS_SCHEMA, FILES_SCHEMA
from orchestration.landing.kinds import KINDS, QUARANTINE_SCHEMA
from orchestration.moments import Moments
from orchestration.rules import write_tables
from orchestration.settle import settled_tables
from programs.calendars import Calendar, read_calendar
from programs.compiled import compile_group, compile_memberships
from programs.group import Group, read_group
from programs.rulebook import Rulebook, read_rulebook

RULEBOOKS = Path(__file__).parent / "dbt_rulebooks"
ZONE = "America/Chicago"
EARLY = "2025-01-01T05:00:00"
CAR: dict[str, Any] = {
    "model": "Model",
    "trim": "Base",
    "model_year": 2025,
    "powertrain": "gas",
    "stock_type": "new",
    "sale_type": "retail",
    "msrp_amount": Decimal("30000.00"),
    "is_vin_valid": True,
}
STORE_YAML = """
  - id: {rooftop_id}
    name: {rooftop_id}
    city: Madison
    state: WI
    region: midwest
    time_zone: America/Chicago
    opened_date: 2015-01-01
    franchises:
      - make: {make}
        oem: {oem}
        dealer_code: "{dealer_code}"
        from: {from_date}
"""
Tables = dict[str, pa.Table]


@dataclass(frozen=True)
class Store:
    """One rooftop with one franchise."""

    rooftop_id: str
    make: str
    oem: str
    dealer_code: str
    from_date: date = date(2015, 1, 1)
    to_date: date | None = None


def moment(text: str) -> datetime:
    """An aware moment from ISO text; without an offset it is Chicago's summer time."""
    return datetime.fromisoformat(text if text[-6] in "+-" else f"{text}-05:00")


def group_of(stores: Sequence[Store]) -> Group:
    """A group of these stores, all in one region and time zone."""
    text = f"group_name: Test\ntime_zone: {ZONE}\nrooftops:"
    for store in stores:
        text += STORE_YAML.format(**vars(store))
        if store.to_date:
            text += f"        to: {store.to_date}\n"
    return read_group(text)


def plain_calendar(first_year: int = 2023, last_year: int = 2026) -> Calendar:
    """Sales months that are calendar months."""
    text = "code: plain\nmonths:\n"
    for year, month in itertools.product(range(first_year, last_year + 1), range(1, 13)):
        end = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        text += f"  - {{code: {year}-{month:02d}, start: {end.replace(day=1)}, end: {end}}}\n"
    return read_calendar(text, "plain.yaml")


def rulebook(name: str, change: Callable[[str], str] = str) -> Rulebook:
    """A rulebook of dbt_rulebooks/ by its program code; `change` edits its text first."""
    path = RULEBOOKS / f"{name}.yaml"
    return read_rulebook(change(path.read_text(encoding="utf-8")), path.name)


@dataclass
class SmallHome:
    """A home under construction. Rows are dicts by column; what isn't given is null or plain."""

    root: Path
    stores: Sequence[Store]
    rulebooks: Sequence[Rulebook]
    calendar: Calendar = field(default_factory=plain_calendar)
    files: list[dict[str, Any]] = field(default_factory=list)
    feeds: list[dict[str, Any]] = field(default_factory=list)
    serials: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.home = Home(self.root)
        empty = {name: kind.arrow_schema for name, kind in KINDS.items()}
        for name, schema in (empty | {"quarantine": QUARANTINE_SCHEMA}).items():
            folder = self.home.landing / name
            folder.mkdir(parents=True, exist_ok=True)
            parquet.write_table(schema.empty_table(), folder / "_schema.parquet")
        self.home.warehouse.mkdir(parents=True, exist_ok=True)

    def vin(self) -> str:
        """A new VIN; its check digit is landing's business."""
        return f"1TEST{next(self.serials):012d}"

    def store(self, rooftop_id: str) -> Store:
        return next(store for store in self.stores if store.rooftop_id == rooftop_id)

    def land(
        self,
        kind: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        known_at: str = EARLY,
        file: str | None = None,
        vendor: str = "vendor",
        also_named: Mapping[str, str] | None = None,
    ) -> str:
        """One file of a kind, as landed; gives its content hash.

        `also_named`: the same bytes sent under other names, each with its own moment.
        """
        name = file or f"{vendor}/{kind.replace('/', '_')}_{len(self.files)}.csv"
        content_hash = hashlib.sha256(f"{name}{rows}".encode()).hexdigest()
        meta = {
            "vendor_code": vendor,
            "_source_file": name,
            "_loaded_at": moment(known_at),
            "_content_hash": content_hash,
            "_known_at": moment(known_at),
        }
        schema = KINDS[kind].arrow_schema
        blank = dict.fromkeys(schema.names)
        full = [
            blank | dict(row) | meta | {"_source_row": number} for number, row in enumerate(rows, 2)
        ]
        path = self.home.landing / kind / f"{content_hash}.parquet"
        parquet.write_table(pa.Table.from_pylist(full, schema=schema), path)
        self.note_file(kind, content_hash, name, vendor, known_at, rows=len(rows))
        for other, other_known_at in (also_named or {}).items():
            self.note_file(kind, content_hash, other, vendor, other_known_at, outcome="duplicate")
        return content_hash

    def note_file(
        self,
        kind: str | None,
        content_hash: str,
        name: str,
        vendor: str | None,
        known_at: str,
        *,
        outcome: str = "landed",
        reason: str | None = None,
        rows: int = 0,
    ) -> None:
        """One line of the ledger's export."""
        self.files.append(
            {
                "content_hash": content_hash,
                "source_file": name,
                "vendor_code": vendor,
                "source_kind": kind,
                "outcome": outcome,
                "reason": reason,
                "known_at": moment(known_at),
                "lines_in": rows,
                "rows_landed": rows,
                "rows_set_aside": 0,
                "rows_ignored": 0,
                "first_loaded_at": moment(known_at),
            }
        )

    def deal(self, rooftop_id: str, vin: str, on: str | None, **changes: Any) -> dict[str, Any]:
        """A finalized DMS deal, delivered on a day; its number is the VIN's unless given."""
        own = {
            "rooftop_id": rooftop_id,
            "store_number": "1",
            "deal_number": f"D{vin[-6:]}",
            "vin": vin,
            "make": self.store(rooftop_id).make,
            "deal_status": "finalized",
            "delivery_date": date.fromisoformat(on) if on else None,
        }
        return CAR | own | changes

    def rdr(
        self, rooftop_id: str, vin: str, on: str, event: str = "accepted", **changes: Any
    ) -> dict[str, Any]:
        """An RDR event of a sale on a day, at noon of it; its number is the VIN's unless given."""
        store = self.store(rooftop_id)
        own = {
            "oem_code": store.oem,
            "dealer_code": store.dealer_code,
            "rdr_number": f"R{vin[-6:]}",
            "vin": vin,
            "make": store.make,
            "sale_date": date.fromisoformat(on),
            "event_code": event,
            "event_at": moment(f"{on}T12:00:00"),
        }
        return CAR | own | changes

    def sell(self, rooftop_id: str, units: int, on: str, **changes: Any) -> list[str]:
        """Cars delivered by the DMS and accepted by the OEM on a day, known that evening."""
        vins = [self.vin() for _ in range(units)]
        known_at = f"{on}T20:00:00"
        deals = [self.deal(rooftop_id, vin, on, **changes) for vin in vins]
        reports = [self.rdr(rooftop_id, vin, on, **changes) for vin in vins]
        self.land("dms/deals", deals, known_at=known_at)
        self.land("portal/rdrs", reports, known_at=known_at)
        return vins

    def objective(
        self,
        rooftop_id: str,
        program: str,
        period: str,
        units: int,
        *,
        element: str = "volume",
        announced: str = "2025-01-01",
        known_at: str = EARLY,
    ) -> None:
        """An announced objective, in a file of its own."""
        store = self.store(rooftop_id)
        row = {
            "oem_code": store.oem,
            "dealer_code": store.dealer_code,
            "program_code": program,
            "element_code": element,
            "period_code": period,
            "objective_units": units,
            "announced_date": date.fromisoformat(announced),
        }
        self.land("portal/objectives", [row], known_at=known_at)

    def build(
        self,
        as_of: str,
        known_at: str | None = None,
        *,
        compiled: Callable[[Tables], Tables] = dict,
    ) -> Warehouse:
        """Writes the ledger's export and the compiled rules, and runs all phases.

        `compiled` may change any compiled table before dbt sees it.
        """
        moments = Moments.of(moment(as_of), moment(known_at) if known_at else None, ZONE)
        exports = {"files": (self.files, FILES_SCHEMA), "feeds": (self.feeds, FEEDS_SCHEMA)}
        for name, (rows, schema) in exports.items():
            table = pa.Table.from_pylist(rows, schema=schema)
            parquet.write_table(table, self.home.landing / f"{name}.parquet")
        tables = compile_group(
            group_of(self.stores),
            [self.calendar],
            self.rulebooks,
            as_of_date=moments.as_of_date,
        )
        write_tables(compiled(tables), self.home.compiled)
        dbt_build.raise_failed(dbt_build.build(self.home, moments, select="tag:facts"))
        with duckdb.connect(str(self.home.warehouse_file), read_only=True) as connection:
            classes = connection.execute("from intermediate.int_unit_classes").to_arrow_table()
        write_tables(compiled(compile_memberships(self.rulebooks, classes)), self.home.compiled)
        dbt_build.raise_failed(stages.build_marts(self.home, moments))
        settled = settled_tables(
            self.home.warehouse_file,
            self.rulebooks,
            {self.calendar.code: self.calendar},
            moments.as_of_date,
        )
        write_tables(settled, self.home.settled)
        dbt_build.raise_failed(stages.build_settled(self.home, moments))
        return Warehouse(self.home.warehouse_file)


@dataclass(frozen=True)
class Warehouse:
    """The tables of a built home, read only."""

    path: Path

    def table(self, sql: str, *values: Any) -> pa.Table:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute("set search_path = 'marts'")
            return connection.execute(sql, list(values)).to_arrow_table()

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return self.table(sql, *values).to_pylist()

    def row(self, sql: str, *values: Any) -> dict[str, Any]:
        """The one row of a query; fails when there isn't exactly one."""
        found = self.rows(sql, *values)
        assert len(found) == 1, f"{len(found)} rows: {sql} {values}"
        return found[0]

    def standing(self, rooftop_id: str, program: str, period: str) -> dict[str, Any]:
        sql = "from fct_program_standing where (rooftop_id, program_code, period_code) = (?, ?, ?)"
        return self.row(sql, rooftop_id, program, period)

    def element(
        self, rooftop_id: str, program: str, period: str, element: str = "volume"
    ) -> dict[str, Any]:
        sql = """
            from fct_element_standing
            where (rooftop_id, program_code, period_code, element_code) = (?, ?, ?, ?)
        """
        return self.row(sql, rooftop_id, program, period, element)

    def unit(self, vin: str, program: str, period: str) -> dict[str, Any]:
        sql = "from fct_counted_unit where (vin, program_code, period_code) = (?, ?, ?)"
        return self.row(sql, vin, program, period)

    def units(self, vin: str, program: str) -> dict[str, tuple[str, str]]:
        """Period to (count_state, reason_code) of a car in a program."""
        sql = "from fct_counted_unit where (vin, program_code) = (?, ?)"
        rows = self.rows(sql, vin, program)
        return {row["period_code"]: (row["count_state"], row["reason_code"]) for row in rows}


def run_unit_tests(home: Home, moments: Moments) -> dict[str, str]:
    """Runs dbt's unit tests over a built home: name to status."""
    from dbt.cli.main import dbtRunner

    known = json.dumps(dbt_build._vars(moments))
    arguments = ["test", "--select", "test_type:unit", "--vars", known]
    with dbt_build._environment(home):
        try:
            outcome = dbtRunner().invoke([*arguments, *dbt_build._flags(home)])
        finally:
            dbt_build.close_warehouse()
    if outcome.exception is not None:
        raise outcome.exception
    return {result.node.name: str(result.status) for result in outcome.result.results}
