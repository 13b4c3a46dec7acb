"""Excel workbooks into `raw`, through calamine.

Here: one sheet's cells as texts: whole numbers without a point, dates and moments in ISO form.
A record's row is its row in the sheet. Not here: leading zeros that Excel ate (`pad` in the
mapping). A sheet has at most 1,048,576 rows, so cells are looked at one by one.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from orchestration.landing.conversions import literal
from orchestration.landing.faults import FileFault, LineFault
from orchestration.landing.mapping import Mapping
from orchestration.landing.reading import ReadFile, SourceFile, run
from orchestration.landing.sources import Slot, match_header, told, value_from_name

_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA")


def cell_text(value: Any) -> str | None:
    """A cell as the text that a person reads in it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def read_excel(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, slots: Sequence[Slot], file: SourceFile
) -> ReadFile:
    """Read one workbook into `raw`. Raises FileFault when it can't be opened or lacks columns."""
    cells = _cells(file, mapping.format.sheet)
    skip = mapping.format.skip_lines
    head = next((at for at in range(skip, len(cells)) if any(_filled(cells[at]))), None)
    if head is None:
        raise FileFault("has no header: its sheet is empty")
    header = [" ".join((cell_text(cell) or "").split()) for cell in cells[head]]
    match = match_header(mapping, slots, header)
    rows, faults = [], []
    for at in range(head + 1, len(cells)):
        if not any(_filled(cells[at])):
            continue
        read = [cells[at][place] for place in match.places if place is not None]
        if any(isinstance(cell, str) and cell in _ERRORS for cell in read):
            faults.append(LineFault(at + 1, "holds an Excel error such as #N/A"))
        else:
            rows.append(at)
    columns = [
        pa.array(
            [None if place is None else cell_text(cells[at][place]) for at in rows], pa.string()
        )
        for place in match.places
    ]
    _insert(con, slots, columns, file)
    notes = []
    if match.unexpected:
        notes.append(f"columns not in the mapping, dropped: {told(match.unexpected)}")
    return ReadFile(
        lines_in=len(cells),
        ignored=len(cells) - len(rows) - len(faults),
        rows=np.array(rows, np.int64) + 1,
        faults=faults,
        notes=notes,
    )


def _filled(row: Sequence[Any]) -> list[bool]:
    return [cell is not None and cell != "" for cell in row]


def _cells(file: SourceFile, sheet: str | None) -> list[list[Any]]:
    try:
        with CalamineWorkbook.from_path(str(file.path)) as book:
            names = book.sheet_names
            if sheet is None and len(names) != 1:
                raise FileFault(f"has {len(names)} sheets; say in the mapping which: format.sheet")
            if sheet is not None and sheet not in names:
                raise FileFault(f"has no sheet '{sheet}'; it has {told(names)}")
            return book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except CalamineError as error:
        kind = type(error).__name__
    raise FileFault(f"can't be opened as a workbook ({kind}): half-written or damaged")


def _insert(
    con: duckdb.DuckDBPyConnection,
    slots: Sequence[Slot],
    columns: Sequence[pa.Array],
    file: SourceFile,
) -> None:
    values = [
        literal(value_from_name(slot.names[0], file.source_file))
        if slot.is_from_name
        else slot.sql_name
        for slot in slots
    ]
    con.register("cells", pa.table(list(columns), names=[slot.sql_name for slot in slots]))
    try:
        run(con, f"INSERT INTO raw SELECT {', '.join(values)}, NULL FROM cells")
    finally:
        con.unregister("cells")
