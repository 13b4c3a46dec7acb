"""A tiny sound world of landed rows, marts and forecasts, in which faults are planted.

It is one in-memory DuckDB with the tables that the gates' frames read, so a planted row goes
through the same SQL and the same suite as real data does. A test changes it inside a transaction
that is undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.gates.landed_frames import LandedFrames, view_of
from orchestration.gates.mart_frames import MartFrames
from orchestration.home import Home
from orchestration.landing.kinds import KINDS, SQL_TYPES, Column, Kind
from orchestration.moments import Moments
from programs.group import read_group

AS_OF = datetime(2025, 8, 15, 12, tzinfo=UTC)
MOMENTS = Moments(as_of=AS_OF, known_at=AS_OF, as_of_date=date(2025, 8, 15))
GROUP = """
group_name: Two Stores
time_zone: UTC
rooftops:
  - id: north
    name: North
    city: Madison
    state: WI
    region: midwest
    time_zone: UTC
    opened_date: 2019-01-01
    franchises: [{make: Nissan, oem: nissan, dealer_code: "3127", from: 2019-01-01}]
  - id: south
    name: South
    city: Peoria
    state: IL
    region: midwest
    time_zone: UTC
    opened_date: 2019-01-01
    franchises: [{make: Nissan, oem: nissan, dealer_code: "3128", from: 2019-01-01}]
"""
# Values that hold for a column of that name in any kind; else its type decides.
BY_NAME = {
    "rooftop_id": "'north'",
    "oem_code": "'nissan'",
    "dealer_code": "'3127'",
    "vin": "printf('VIN%06d', file * 1000 + i)",
    "deal_number": "printf('D%06d', file * 1000 + i)",
    "model_year": "2025",
    "msrp_amount": "30000.00",
    "score": "93.5",
    "is_vin_valid": "true",
    "opened_date": "date '2025-06-01'",
    "remedied_date": "date '2025-07-01'",
    # From the day before the as-of date back, one a day, so that every week is alike.
    "delivery_date": "date '2025-08-14' - i::int",
    "sale_date": "date '2025-07-15' - i::int",
    "event_at": "timestamptz '2025-07-20 10:00:00+00'",
    "event_code": "'accepted'",
    "deal_status": "'finalized'",
}
BY_TYPE = {
    "text": "'x'",
    "int": "10",
    "money": "100.00",
    "score": "90.0",
    "date": "date '2025-07-01'",
    "moment": "timestamptz '2025-08-14 20:00:00+00'",
    "bool": "true",
}
ROWS = 63  # nine weeks, a deal a day


@pytest.fixture(scope="session")
def _tables() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for kind in KINDS.values():
            _make_kind(connection, kind)
        _make_files(connection)
        connection.execute(
            "create table rooftops as from (values ('north'), ('south')) t(rooftop_id)"
        )
        connection.execute(
            "create table dealer_codes as "
            "from (values ('nissan', '3127'), ('nissan', '3128')) t(oem_code, dealer_code)"
        )
        connection.execute("attach ':memory:' as w")
        connection.execute("create schema w.marts")
        connection.execute((Path(__file__).parent / "sound_marts.sql").read_text())
        yield connection


@pytest.fixture
def tables(_tables: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sound world; what a test changes in it is undone."""
    _tables.execute("begin")
    yield _tables
    _tables.execute("rollback")


@pytest.fixture
def landed(tables: duckdb.DuckDBPyConnection, tmp_path: Path) -> LandedFrames:
    return LandedFrames(tables, Home(tmp_path), MOMENTS, read_group(GROUP))


@pytest.fixture
def marts(tables: duckdb.DuckDBPyConnection) -> MartFrames:
    return MartFrames(tables, MOMENTS)


def _make_kind(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    columns = ", ".join(
        f"({_value(column)})::{SQL_TYPES[column.type]} as {column.name}" for column in kind.columns
    )
    connection.execute(
        f"create table {view_of(kind)} as select {columns}, 'vendor' as vendor_code, "
        f"'{kind.name}-' || file || '.csv' as _source_file, i as _source_row, "
        "timestamptz '2025-08-15 06:00:00+00' as _loaded_at, "
        f"'{kind.name}-hash-' || file as _content_hash, "
        "timestamptz '2025-08-15 05:00:00+00' as _known_at "
        f"from range(0, {ROWS}) t(i), range(1, 3) f(file)"
    )


def _value(column: Column) -> str:
    if column.name in BY_NAME:
        return BY_NAME[column.name]
    return f"'{column.allowed[0]}'" if column.allowed else BY_TYPE[column.type]


def _make_files(connection: duckdb.DuckDBPyConnection) -> None:
    each = " union all ".join(
        f"select '{kind.name}' as source_kind, {file} as file"
        for kind in KINDS.values()
        for file in (1, 2)
    )
    connection.execute(
        "create table files as select source_kind || '-hash-' || file as content_hash, "
        "source_kind || '-' || file || '.csv' as source_file, "
        "'vendor' as vendor_code, source_kind, "
        "'landed' as outcome, null::varchar as reason, "
        f"timestamptz '2025-08-15 05:00:00+00' as known_at, {ROWS + 1} as lines_in, "
        f"{ROWS} as rows_landed, 0 as rows_set_aside, 1 as rows_ignored from ({each})"
    )
