"""What goes into a reader and what comes out of it, whatever the format.

Here: the file to be read, the account of one that was read, and running SQL without letting a
line of data out through an error. Not here: the readers (read_text.py, read_json.py,
read_excel.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from orchestration.landing.faults import FileFault, LineFault
from orchestration.landing.text_block import Ints

# A quiet day's file where the mapping says `may_be_empty`; elsewhere perhaps never written.
EMPTY_FILE = "is empty (0 bytes)"


@dataclass(frozen=True)
class SourceFile:
    """One content to land: where it lies, under which name it counts, and its moment (aware)."""

    path: Path
    source_file: str
    content_hash: str
    size: int
    known_at: datetime


@dataclass
class ReadFile:
    """The account of a file whose records are in `raw` from `first_raw_row` on, in order.

    `rows` holds each record's line (text) or number (JSON, Excel).
    lines_in = len(rows) + len(faults) + ignored. `only_spaces`: no value has other blanks.
    """

    lines_in: int
    ignored: int
    rows: Ints
    faults: list[LineFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    first_raw_row: int = 0
    only_spaces: bool = False


def numbered(first: int, count: int) -> Ints:
    """Consecutive record numbers."""
    return np.arange(first, first + count, dtype=np.int64)


def run(con: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any] = ()) -> Any:
    """Execute SQL over data. A failure becomes a FileFault without DuckDB's own words and without
    a cause: they quote lines of the file, and those hold customers."""
    try:
        return con.execute(sql, list(values))
    except duckdb.Error as error:
        kind = type(error).__name__
    raise FileFault(f"DuckDB's reader gave up on it ({kind})")


def one(con: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any] = ()) -> Any:
    """The first value of the first row of a query over data."""
    row = run(con, sql, values).fetchone()
    return row[0] if row else None
