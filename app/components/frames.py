"""Tables that a manager sorts, searches and exports, as Arrow tables and CSV.

Belongs here: columns chosen from records, money as exact decimals all the way. Tables that are only
read are markup, in app/components/tables.py.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import streamlit as st

MONEY = pa.decimal128(14, 2)
# A spreadsheet runs a cell that begins with one of these as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """A column: its heading, its Arrow type, and how Streamlit shows it."""

    title: str
    kind: pa.DataType
    config: Any = None


def arrow(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Return the rows as an Arrow table; ValueError when a row's length isn't the columns'."""
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"{len(columns)} columns and a row of {len(row)}")
    return pa.table(
        {
            column.title: pa.array([row[place] for row in rows], type=column.kind)
            for place, column in enumerate(columns)
        }
    )


def show(
    columns: Sequence[Column], rows: Sequence[Sequence[Any]], key: str, height: int | None = None
) -> None:
    """Draw a sortable table."""
    st.dataframe(
        arrow(columns, rows),
        hide_index=True,
        width="stretch",
        height=height or "auto",
        key=key,
        placeholder="–",
        column_config={column.title: column.config for column in columns if column.config},
    )


def money_config(help_text: str | None = None) -> Any:
    """Show a column as dollars."""
    return st.column_config.NumberColumn(format="dollar", help=help_text)


def to_csv(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    """Return the rows as CSV; text that a spreadsheet would run is written as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([_safe(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return "" if value is None else value
