"""What goes into a reader and what comes out of it, whatever the format.

Here: the file to be read, the account of one that was read, and running SQL without letting a
line of data out through an error. Not here: the readers (read_text.py, read_json.py,
read_excel.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.landing.faults import FileFault, LineFault
from orchestration.landing.text_block import Ints
from programs.errors import StairstepError

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


# Not the file's fault: it isn't set aside for them, the run stops and may be repeated.
_OURS = (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.InterruptException)
_Values = Sequence[Any]


@contextmanager
def _without_its_words() -> Iterator[None]:
    """Turns an error of DuckDB into ours without its words and without a cause: they quote lines
    of the file, and those hold customers."""
    try:
        yield
    except _OURS as error:
        kind = type(error).__name__
        raise StairstepError(
            f"landing stopped ({kind}): give it more memory or disk space and run again"
        ) from None
    except duckdb.Error as error:
        raise FileFault(f"DuckDB gave up on it ({type(error).__name__})") from None


def run(con: duckdb.DuckDBPyConnection, sql: str, values: _Values = ()) -> None:
    """Execute a statement over data. Raises FileFault, or StairstepError for want of memory."""
    with _without_its_words():
        con.execute(sql, list(values))


def rows(con: duckdb.DuckDBPyConnection, sql: str, values: _Values = ()) -> list[tuple[Any, ...]]:
    """The rows of a query over data. Raises as `run`."""
    with _without_its_words():
        return con.execute(sql, list(values)).fetchall()


def one(con: duckdb.DuckDBPyConnection, sql: str, values: _Values = ()) -> Any:
    """The first value of the first row of a query over data; None without rows. Raises as `run`."""
    found = rows(con, sql, values)
    return found[0][0] if found else None


def table(con: duckdb.DuckDBPyConnection, sql: str, values: _Values = ()) -> pa.Table:
    """The whole answer of a query over data: a streamed one loses the order. Raises as `run`."""
    with _without_its_words():
        return con.execute(sql, list(values)).to_arrow_table().combine_chunks()
