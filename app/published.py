"""The one door to what was published: the pointer, its file, the outcome of the latest run.

Belongs here: finding and opening HOME/published, and reading rows of it into frozen records under a
rooftop scope. Which rows a page wants is app/queries.py, their shape app/records.py; who may see
what is app/access.py. Nothing here writes, and nothing outside HOME/published is read.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import duckdb

from app.records import Record
from app.run_records import GateResult, LastRun, Stage

HOME_SETTING = "STAIRSTEP_HOME"
POINTER_NAME = "current.json"
LAST_RUN_NAME = "last_run.json"
ACCESS_NAME = "access.json"

RecordType = TypeVar("RecordType", bound=Record)


class PublishedError(Exception):
    """What was published can't be read; the message says which part and what to do."""


@dataclass(frozen=True)
class Pointer:
    """What current.json says: which file is current, and of which moment its figures are."""

    path: Path
    as_of: datetime
    known_at: datetime
    content_hash: str
    published_at: datetime
    run_id: str


@dataclass(frozen=True)
class Meta:
    """The published file's own word about itself (its one-row table `meta`)."""

    as_of: datetime
    as_of_date: date
    group_name: str
    time_zone: str


def home_folder() -> Path | None:
    """Return the group's home from the STAIRSTEP_HOME setting, or None where it isn't set."""
    setting = os.environ.get(HOME_SETTING, "").strip()
    return Path(setting).expanduser().resolve() if setting else None


def read_pointer(home: Path) -> Pointer | None:
    """Return the pointer, or None when nothing was ever published.

    Raises PublishedError when the pointer is there and can't be followed.
    """
    path = home / "published" / POINTER_NAME
    content = _read_json(path)
    if content is None:
        return None
    try:
        pointer = Pointer(
            path=path.parent / content["file"],
            as_of=datetime.fromisoformat(content["as_of"]),
            known_at=datetime.fromisoformat(content["known_at"]),
            content_hash=content["content_hash"],
            published_at=datetime.fromisoformat(content["published_at"]),
            run_id=content["run_id"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PublishedError(
            f"{POINTER_NAME} is not a pointer ({error!r}). Run `stairstep run` to publish anew."
        ) from error
    if not pointer.path.is_file():
        raise PublishedError(
            f"{POINTER_NAME} names {pointer.path.name}, which is not in {path.parent.name}/. "
            "Run `stairstep run` to publish anew."
        )
    return pointer


def read_last_run(home: Path) -> LastRun | None:
    """Return how the latest run ended, or None where no run has ended yet."""
    content = _read_json(home / "published" / LAST_RUN_NAME)
    if content is None:
        return None
    return LastRun(
        run_id=content.get("run_id", ""),
        as_of=_moment(content.get("as_of")),
        started_at=_moment(content.get("started_at")),
        finished_at=_moment(content.get("finished_at")),
        outcome=content.get("outcome", "failed"),
        failed_step=content.get("failed_step"),
        message=content.get("message"),
        gates=tuple(_gate_result(row) for row in content.get("gates") or ()),
        stages=tuple(_stage(row) for row in content.get("stages") or ()),
    )


def read_access(home: Path) -> dict[str, frozenset[str] | None] | None:
    """Return who may see which rooftops (None: all of them), or None where no list was published.

    access.json holds `{"access": [{"user": address, "rooftops": [id, ...] | "all"}, ...]}`.
    """
    content = _read_json(home / "published" / ACCESS_NAME)
    if content is None:
        return None
    rows = content["access"] if isinstance(content, dict) else content
    return {
        row["user"].strip().lower(): (
            None if row["rooftops"] == "all" else frozenset(row["rooftops"])
        )
        for row in rows
    }


class Published:
    """One published file, opened read-only, answering under one rooftop scope.

    `scope` None sees all; otherwise only the named rooftops' rows ever leave the file, because the
    filter is part of every query. DuckDB cursors are one per query, so threads don't share one.
    """

    def __init__(self, pointer: Pointer, scope: frozenset[str] | None) -> None:
        self.pointer = pointer
        self.scope = scope
        self._connection = _connection(pointer)

    @property
    def cache_key(self) -> tuple[str, tuple[str, ...] | None]:
        """What an answer depends on: the content and the scope. Part of every cache key."""
        return self.pointer.content_hash, None if self.scope is None else tuple(sorted(self.scope))

    def meta(self) -> Meta:
        """Return the file's own description; the moment in the group's time zone."""
        row = self._fetch("select as_of_at, as_of_date, group_name, time_zone from meta", [])
        if not row:
            raise PublishedError("The published file's `meta` is empty. Run `stairstep run`.")
        as_of, as_of_date, group_name, time_zone = row[0]
        if isinstance(as_of, str):
            as_of = datetime.fromisoformat(as_of)
        return Meta(as_of.astimezone(ZoneInfo(time_zone)), as_of_date, group_name, time_zone)

    def read(
        self,
        record: type[RecordType],
        where: str = "true",
        parameters: Sequence[Any] = (),
        order_by: str = "",
        limit: int | None = None,
    ) -> tuple[RecordType, ...]:
        """Return the table's rows within the scope as records; decimals stay decimals."""
        columns = [field.name for field in fields(record)]
        scope_sql, scope_parameters = self._scope_of(record)
        sql = f"select {', '.join(columns)} from {record.TABLE} where ({where}) and {scope_sql}"
        if order_by:
            sql += f" order by {order_by}"
        if limit is not None:
            sql += f" limit {int(limit)}"
        rows = self._fetch(sql, [*parameters, *scope_parameters])
        return tuple(record(*row) for row in rows)

    @contextmanager
    def connection_for(self, rooftop_ids: Collection[str]) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for `scenarios`, which asks for the named rooftops' rows alone.

        Raises PublishedError for a rooftop outside the scope: the caller offered it by mistake.
        """
        outside = set(rooftop_ids) - (self.scope if self.scope is not None else set(rooftop_ids))
        if outside:
            raise PublishedError("This page asked for a rooftop that isn't open to you.")
        try:
            with self._connection.cursor() as cursor:
                yield cursor
        except duckdb.Error as error:
            raise self._unlike(error) from error

    def _unlike(self, error: duckdb.Error) -> PublishedError:
        first_line = str(error).splitlines()[0]
        return PublishedError(
            f"{self.pointer.path.name} does not hold what this page reads ({first_line}): another "
            "version of Stairstep published it. Run `stairstep run` to publish anew."
        )

    def _scope_of(self, record: type[Record]) -> tuple[str, list[Any]]:
        if self.scope is None or record.SCOPE == "open":
            return "true", []
        if record.SCOPE == "group":
            return "false", []
        marks = ", ".join("?" for _ in self.scope) or "null"
        own = f"rooftop_id in ({marks})"
        if record.SCOPE == "rooftop_or_group":
            own = f"({own} or rooftop_id is null)"
        return own, sorted(self.scope)

    def _fetch(self, sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        try:
            with self._connection.cursor() as cursor:
                return cursor.execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            raise self._unlike(error) from error


# A published file is immutable and its name holds its hash, so one connection per file is enough
# for
# the whole process; it is dropped once two newer files were opened, when no session reads it any
# more.
_CONNECTIONS_KEPT = 3
_connections: dict[Path, duckdb.DuckDBPyConnection] = {}
_connections_lock = threading.Lock()


def _connection(pointer: Pointer) -> duckdb.DuckDBPyConnection:
    with _connections_lock:
        found = _connections.pop(pointer.path, None)
        if found is None:
            try:
                found = duckdb.connect(str(pointer.path), read_only=True)
            except duckdb.Error as error:
                raise PublishedError(
                    f"{pointer.path.name} can't be opened: {str(error).splitlines()[0]}"
                ) from error
        _connections[pointer.path] = found
        while len(_connections) > _CONNECTIONS_KEPT:
            _connections.pop(next(iter(_connections)))
        return found


def _read_json(path: Path) -> Any | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise PublishedError(
            f"{path.name} is not readable JSON (line {error.lineno}). Run `stairstep run`."
        ) from error


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _gate_result(row: dict[str, Any]) -> GateResult:
    return GateResult(
        suite=row.get("suite", ""),
        asset=row.get("asset", ""),
        expectation=row.get("expectation", ""),
        column=row.get("column"),
        severity=row.get("severity", ""),
        success=bool(row.get("success")),
        unexpected_count=row.get("unexpected_count"),
        details=row.get("details") if isinstance(row.get("details"), str) else None,
    )


def _stage(row: dict[str, Any]) -> Stage:
    return Stage(
        stage=row.get("stage", ""),
        seconds=row.get("seconds"),
        rows_in=row.get("rows_in"),
        rows_out=row.get("rows_out"),
        rows_set_aside=row.get("rows_set_aside"),
    )
