"""What the forecast drew, as published: lists of one number a sample.

Here: rows with such a list, and how gates and scores end in each sample. Not here: the queries,
what is made of the samples (programs/).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import duckdb

ProgramKey = tuple[str, str, str]  # rooftop, program, period
GateDraws = dict[tuple[str, str], np.ndarray]  # by element and gate: a GateState in every draw


def with_lists(
    cursor: duckdb.DuckDBPyConnection, column: str
) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Rows with one column of lists as whole numbers; a row of Python's own would take ages."""
    table = cursor.to_arrow_table()
    lists = table.column(column).combine_chunks()
    for at, row in enumerate(table.drop_columns([column]).to_pylist()):
        yield row, lists[at].values.to_numpy(zero_copy_only=False).astype("int64")


def gate_draws(cursor: duckdb.DuckDBPyConnection) -> dict[ProgramKey, GateDraws]:
    """How each gate of an element ends in each draw, by program."""
    found: dict[ProgramKey, GateDraws] = defaultdict(dict)
    for row, states in with_lists(cursor, "gate_states"):
        key = (row["rooftop_id"], row["program_code"], row["period_code"])
        found[key][row["element_code"], row["gate_code"]] = states
    return found


def tier_draws(cursor: duckdb.DuckDBPyConnection) -> dict[ProgramKey, dict[str, np.ndarray]]:
    """The tier of each element that a score decides, in each draw, by program."""
    found: dict[ProgramKey, dict[str, np.ndarray]] = defaultdict(dict)
    for row, tiers in with_lists(cursor, "tier_numbers"):
        key = (row["rooftop_id"], row["program_code"], row["period_code"])
        found[key][row["element_code"]] = tiers
    return found
