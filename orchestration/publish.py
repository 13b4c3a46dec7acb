"""Publishing: one new read-only DuckDB file named by its content, and a pointer to it.

Readers follow published/current.json and never see a half-written file; a run never waits for them.
What is in the tables belongs to dbt and forecasting; whether they may be published, to the gates.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.backtest_tables import copy_backtest
from orchestration.home import Home
from orchestration.journal import now_text, read_json, sync_folder, write_json
from orchestration.moments import Moments
from orchestration.rules import DOCUMENTS
from programs.errors import StairstepError

if TYPE_CHECKING:
    import duckdb

    from programs.group import Access

MARTS = "marts"
ACCESS = "access.json"
PREFIX, SUFFIX = "stairstep-", ".duckdb"
# What describes the file but isn't its content: it may differ and the content be the same.
NOT_CONTENT = ("gate_results",)


class PublishError(StairstepError):
    """There is nothing whole to publish, or nothing published to read."""


@dataclass(frozen=True)
class Published:
    """The outcome of a publication."""

    file: Path
    content_hash: str
    is_new: bool
    row_counts: Mapping[str, int]


def publish(
    home: Home,
    *,
    run_id: str,
    moments: Moments,
    group_name: str,
    time_zone: str,
    code_version: str,
    gates: Sequence[Mapping[str, Any]],
    keep: int,
    keep_seconds: int,
) -> Published:
    """Builds the new file and switches to it; the same content changes nothing.

    The caller holds the run's lock. Raises PublishError when the warehouse has no marts or a
    forecast table is missing.
    """
    home.published.mkdir(parents=True, exist_ok=True)
    for left in home.published.glob(".building-*"):
        left.unlink()
    building = home.published / f".building-{os.getpid()}{SUFFIX}"
    meta = {
        "as_of_at": moments.as_of.isoformat(),
        "known_at": moments.known_at.isoformat(),
        "as_of_date": moments.as_of_date.isoformat(),
        "group_name": group_name,
        "time_zone": time_zone,
    }
    content_hash, row_counts = _write(home, building, meta, code_version, gates)
    target = home.published / f"{PREFIX}{content_hash[:16]}{SUFFIX}"
    pointer = read_json(home.pointer)
    if pointer and pointer["content_hash"] == content_hash and target.is_file():
        building.unlink()
        return Published(target, content_hash, is_new=False, row_counts=row_counts)
    _make_durable(building, target)
    write_json(
        home.pointer,
        {
            "file": target.name,
            "as_of": meta["as_of_at"],
            "known_at": meta["known_at"],
            "content_hash": content_hash,
            "published_at": now_text(),
            "run_id": run_id,
        },
    )
    remove_old(home, keep=keep, keep_seconds=keep_seconds)
    return Published(target, content_hash, is_new=True, row_counts=row_counts)


def write_access(home: Home, access: Sequence[Access]) -> None:
    """Publishes who may see which rooftops beside the pointer: it holds for whatever is current."""
    home.published.mkdir(parents=True, exist_ok=True)
    write_json(
        home.published / ACCESS, {"access": [entry.model_dump(mode="json") for entry in access]}
    )


def current_file(home: Home) -> Path:
    """The file that the pointer names. Raises PublishError when nothing is published yet."""
    return home.published / published_pointer(home)["file"]


def published_pointer(home: Home) -> dict[str, Any]:
    """What stands published: file, moments, content. Raises PublishError when nothing does."""
    pointer = read_json(home.pointer)
    if pointer is None:
        raise PublishError(
            f"nothing is published in {home.root} yet; run `stairstep run --home {home.root}` first"
        )
    return pointer


def remove_old(home: Home, *, keep: int, keep_seconds: int) -> list[Path]:
    """Removes published files beyond the `keep` newest, never the current nor one younger than
    given.
    """
    current = current_file(home)
    files = sorted(
        home.published.glob(f"{PREFIX}*{SUFFIX}"),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    oldest_kept = time.time() - keep_seconds
    removed = [
        path for path in files[keep:] if path != current and path.stat().st_mtime < oldest_kept
    ]
    for path in removed:
        path.unlink()
    return removed


def content_hash_of(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> str:
    """sha256 over each table's name, columns, types and rows, whatever order the rows stand in.

    Rows go in as their number and the sums of two 64-bit hashes of each: a sum knows no order and a
    repeated row counts twice, and it takes a second where sorting and digesting four million wide
    rows takes two minutes. DuckDB may hash otherwise in another version; then the same content is
    published once more under another name.
    """
    digest = hashlib.sha256()
    connection.execute("set TimeZone = 'UTC'")
    for table in sorted(tables):
        columns = connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where table_name = ? and schema_name = 'main' and database_name = current_database() "
            "order by column_name",
            [table],
        ).fetchall()
        names = ", ".join(f'"{name}"' for name, _ in columns)
        rows = connection.execute(
            f"select count(*), sum(hash({names})::hugeint)::varchar, "
            f"sum(hash('second', {names})::hugeint)::varchar from \"{table}\""
        ).fetchone()
        digest.update(json.dumps([table, columns, rows]).encode())
    return digest.hexdigest()


def _write(
    home: Home,
    building: Path,
    meta: Mapping[str, str],
    code_version: str,
    gates: Sequence[Mapping[str, Any]],
) -> tuple[str, dict[str, int]]:
    import duckdb

    with duckdb.connect(str(building)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        tables = [
            *_copy_marts(connection, home.warehouse_file),
            *_copy_forecast(connection, home.forecast),
            *copy_backtest(connection, home.backtest),
            _copy_documents(connection, home.compiled / f"{DOCUMENTS}.parquet"),
        ]
        connection.execute(
            "create table meta as select ?::timestamptz as as_of_at, ?::timestamptz as known_at, "
            "?::date as as_of_date, ? as group_name, ? as time_zone",
            list(meta.values()),
        )
        content_hash = content_hash_of(connection, [*tables, "meta"])
        connection.execute("alter table meta add column content_hash varchar")
        connection.execute("alter table meta add column code_version varchar")
        connection.execute(
            "update meta set content_hash = ?, code_version = ?", [content_hash, code_version]
        )
        _write_gates(connection, gates)
        counts = {
            table: connection.execute(f'select count(*) from "{table}"').fetchone()[0]
            for table in tables
        }
        connection.execute("checkpoint")
    return content_hash, counts


def _copy_marts(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> list[str]:
    if not warehouse.is_file():
        raise PublishError(f"{warehouse} does not exist: nothing was transformed")
    connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
    tables = [
        name
        for (name,) in connection.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'warehouse' and table_schema = ? order by table_name",
            [MARTS],
        ).fetchall()
    ]
    if not tables:
        raise PublishError(f"{warehouse} holds no marts: nothing was transformed")
    for table in tables:
        connection.execute(f'create table "{table}" as from warehouse.{MARTS}."{table}"')
    connection.execute("detach warehouse")
    return tables


def _copy_forecast(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    files = sorted(folder.glob("*.parquet"))
    if not files:
        raise PublishError(f"{folder} holds no forecast")
    for file in files:
        connection.execute(f"create table \"{file.stem}\" as from read_parquet('{_quoted(file)}')")
    return [file.stem for file in files]


def _copy_documents(connection: duckdb.DuckDBPyConnection, file: Path) -> str:
    if not file.is_file():
        raise PublishError(f"{file} does not exist: no rules were compiled")
    connection.execute(f"create table {DOCUMENTS} as from read_parquet('{_quoted(file)}')")
    return DOCUMENTS


def _write_gates(connection: duckdb.DuckDBPyConnection, gates: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(
        "create table gate_results (suite varchar, asset varchar, expectation varchar, "
        "column_name varchar, severity varchar, is_success boolean, unexpected_count bigint, "
        "details varchar)"
    )
    for gate in gates:
        connection.execute(
            "insert into gate_results values (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                gate[name]
                for name in (
                    "suite",
                    "asset",
                    "expectation",
                    "column",
                    "severity",
                    "success",
                    "unexpected_count",
                    "details",
                )
            ],  # fmt: skip
        )


def _make_durable(building: Path, target: Path) -> None:
    handle = os.open(building, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    building.chmod(0o444)
    os.replace(building, target)
    sync_folder(target.parent)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
