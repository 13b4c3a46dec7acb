"""The ledger: which file contents arrived under which names, and what became of each.

Here: SQLite at landing/ledger.sqlite, read and written in whole transactions.
Not here: what has to be landed (plan.py), the table that others read (exports.py).

A content (SHA-256) lands at most once per kind. Its Parquet is in place before its row is
committed, so a row always has its file; a file without a row is a killed run's and is removed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE arrivals (
    source_file TEXT NOT NULL, content_hash TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, first_seen_at TEXT NOT NULL, is_present INTEGER NOT NULL,
    PRIMARY KEY (source_file, content_hash)
) WITHOUT ROWID;
CREATE TABLE landings (
    content_hash TEXT NOT NULL, source_kind TEXT NOT NULL, plan_key TEXT NOT NULL,
    vendor_code TEXT NOT NULL, source_file TEXT NOT NULL, known_at TEXT NOT NULL,
    outcome TEXT NOT NULL, reason TEXT, lines_in INTEGER NOT NULL, rows_landed INTEGER NOT NULL,
    rows_set_aside INTEGER NOT NULL, rows_ignored INTEGER NOT NULL,
    first_loaded_at TEXT NOT NULL, loaded_at TEXT NOT NULL,
    PRIMARY KEY (content_hash, source_kind)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Arrival:
    """A content under a name. `is_present`: the inbox held it when last looked at."""

    source_file: str
    content_hash: str
    size: int
    mtime_ns: int
    first_seen_at: datetime
    is_present: bool


@dataclass(frozen=True)
class Landing:
    """What became of a content for a kind. `plan_key`: by which names and mappings; empty while
    it is being replaced. `reason`: why it is set aside, or notes on one that landed."""

    content_hash: str
    source_kind: str
    plan_key: str
    vendor_code: str
    source_file: str
    known_at: datetime
    outcome: str
    reason: str | None
    lines_in: int
    rows_landed: int
    rows_set_aside: int
    rows_ignored: int
    first_loaded_at: datetime
    loaded_at: datetime

    @property
    def has_records(self) -> bool:
        return self.lines_in > self.rows_ignored


def stamp(moment: datetime) -> str:
    """A moment as text that sorts. Raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Ledger:
    """An open ledger. Use it holding the store's lock."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = FULL")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            script = f"BEGIN; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            self._db.executescript(script)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def arrivals(self) -> list[Arrival]:
        """Every name and content ever seen, in order of name and content."""
        rows = self._db.execute("SELECT * FROM arrivals ORDER BY source_file, content_hash")
        return [
            Arrival(name, content, size, mtime, datetime.fromisoformat(seen), bool(present))
            for name, content, size, mtime, seen, present in rows
        ]

    def note_arrivals(self, present: Iterable[Arrival]) -> None:
        """Note what the inbox holds now; a name seen before keeps its first moment."""
        rows = [
            (a.source_file, a.content_hash, a.size, a.mtime_ns, stamp(a.first_seen_at), 1)
            for a in present
        ]
        with self._transaction() as db:
            db.execute("UPDATE arrivals SET is_present = 0")
            db.executemany(
                "INSERT INTO arrivals VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns, "
                "is_present = 1",
                rows,
            )

    def landings(self, source_kind: str | None = None) -> dict[tuple[str, str], Landing]:
        """By content and kind; of one kind, or all."""
        where, values = ("WHERE source_kind = ?", [source_kind]) if source_kind else ("", [])
        names = ", ".join(field.name for field in fields(Landing))
        rows = self._db.execute(f"SELECT {names} FROM landings {where}", values)
        return {(row[0], row[1]): _landing(row) for row in rows}

    def mark_replacing(self, source_kind: str, contents: Iterable[str]) -> None:
        """Say, before their files are replaced, that these landings are no longer to be trusted."""
        with self._transaction() as db:
            db.executemany(
                "UPDATE landings SET plan_key = '' WHERE source_kind = ? AND content_hash = ?",
                [(source_kind, content) for content in contents],
            )

    def commit(self, landings: Iterable[Landing]) -> None:
        """Put landings in; one that was there keeps its first moment."""
        rows = [
            tuple(stamp(v) if isinstance(v, datetime) else v for v in astuple(landing))
            for landing in landings
        ]
        names = [field.name for field in fields(Landing)]
        kept = ("content_hash", "source_kind", "first_loaded_at")
        changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in kept)
        with self._transaction() as db:
            db.executemany(
                f"INSERT INTO landings ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) "
                f"ON CONFLICT DO UPDATE SET {changes}",
                rows,
            )

    def forget(self, source_kind: str, contents: Iterable[str]) -> None:
        """Drop landings whose files no mapping of this kind claims any more."""
        with self._transaction() as db:
            db.executemany(
                "DELETE FROM landings WHERE source_kind = ? AND content_hash = ?",
                [(source_kind, content) for content in contents],
            )


def _landing(row: tuple[object, ...]) -> Landing:
    values = {
        field.name: datetime.fromisoformat(str(value)) if field.name.endswith("_at") else value
        for field, value in zip(fields(Landing), row, strict=True)
    }
    return Landing(**values)  # type: ignore[arg-type]
