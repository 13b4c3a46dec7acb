"""JSON into `raw`: an array of records, records under a path, or one record a line.

Here: valid or not, the paths that a mapping reads, lists of one unwrapped by declaration.
Not here: lines as lines (text_scan.py), what a text means (conversions.py).
A record's row is its number in the array, or its physical line in a file of lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.conversions import literal
from orchestration.landing.faults import FileFault
from orchestration.landing.mapping import Mapping
from orchestration.landing.read_text import check_count, csv_source, dialect_of
from orchestration.landing.reading import ReadFile, SourceFile, numbered, one, rows, run
from orchestration.landing.sources import Slot, missing_fault, told, value_from_name
from orchestration.landing.text_scan import Use, scan_text

_LOOKED_AT_FOR_KEYS = 20


def json_path(dotted: str) -> str:
    """`vehicles.0.vin` as DuckDB writes it: `$."vehicles"[0]."vin"`."""
    steps = [f"[{step}]" if step.isdigit() else f'."{step}"' for step in dotted.split(".")]
    return "$" + "".join(steps)


def read_json(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, slots: Sequence[Slot], file: SourceFile
) -> ReadFile:
    """Read one JSON document into `raw`. Raises FileFault when it is cut or has another shape."""
    text = _decoded(file, mapping.format.encodings)
    if not one(con, "SELECT json_valid(?)", [text]):
        raise FileFault(f"is not valid JSON{_where(text)}: half-written or damaged")
    path = json_path(mapping.format.records) if mapping.format.records else "$"
    if one(con, f"SELECT json_type(?, {literal(path)})", [text]) != "ARRAY":
        where = f"at '{mapping.format.records}'" if mapping.format.records else "at its top"
        raise FileFault(f"has no list of records {where}")
    run(
        con,
        "CREATE OR REPLACE TEMP TABLE records AS SELECT record, CAST(NULL AS VARCHAR) AS fault "
        f"FROM (SELECT unnest(json_extract(?, {literal(path + '[*]')})) AS record)",
        [text],
    )
    count = one(con, "SELECT count(*) FROM records")
    notes = load_records(con, mapping, slots, file)
    return ReadFile(lines_in=count, ignored=0, rows=numbered(1, count), notes=notes)


def read_json_lines(
    con: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    slots: Sequence[Slot],
    file: SourceFile,
    folder: Path,
) -> ReadFile:
    """Read one file of JSON records, one a line, into `raw`."""
    copy = folder / "json-lines.txt"
    dialect = dialect_of(mapping)
    with copy.open("w+b") as sink:
        scan = scan_text(file.path, dialect, lambda names: Use(sink))
    if scan.records:
        source = csv_source(copy, dialect, 1, scan.longest_line)
        run(
            con,
            "CREATE OR REPLACE TEMP TABLE records AS SELECT "
            "CASE WHEN json_valid(f0) THEN CAST(f0 AS JSON) END AS record, CASE WHEN NOT "
            f"json_valid(f0) THEN 'is not valid JSON: cut or damaged' END AS fault FROM {source}",
        )
        check_count(con, "records", scan.records)
        notes = load_records(con, mapping, slots, file)
    else:
        notes = []
    copy.unlink()
    return ReadFile(scan.lines_in, scan.ignored, scan.record_lines, scan.faults, notes)


def _decoded(file: SourceFile, encodings: Sequence[str]) -> str:
    octets = file.path.read_bytes()
    for encoding in encodings:
        try:
            return octets.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except UnicodeDecodeError:
            continue
    raise FileFault(f"is not {' or '.join(encodings)}")


def _where(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:  # its message holds no text of the file
        return f" (line {error.lineno}, column {error.colno})"
    return ""


def load_records(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, slots: Sequence[Slot], file: SourceFile
) -> list[str]:
    """From the table `records` (record JSON, fault VARCHAR) to `raw`, in order; gives notes."""
    paths = [name for slot in slots if not slot.is_from_name for name in slot.names]
    listed = ", ".join(literal(json_path(path)) for path in paths)
    run(
        con,
        "CREATE OR REPLACE TEMP TABLE extracted AS SELECT "
        "CASE WHEN fault IS NULL AND json_type(record) = 'OBJECT' "
        f"THEN json_extract(record, [{listed}]) END AS held, "
        "CASE WHEN fault IS NULL AND coalesce(json_type(record), '') <> 'OBJECT' "
        "THEN 'is not an object' ELSE fault END AS fault FROM records",
    )
    notes = _check_keys(con, mapping, slots, paths)
    place = {path: index for index, path in enumerate(paths, start=1)}
    held, values, faults = ["fault"], [], []
    for slot in slots:
        if slot.is_from_name:
            values.append(literal(value_from_name(slot.names[0], file.source_file)))
            continue
        found = ", ".join(f"held[{place[name]}]" for name in slot.names)
        held.append(f"coalesce({found}) AS {slot.sql_name}")
        value, is_faulty = _scalar(slot.sql_name, mapping.format.unwrap_lists)
        values.append(value)
        faults.append(f"WHEN {is_faulty} THEN {literal(_shape_fault(slot.names[0]))}")
    run(
        con,
        f"INSERT INTO raw SELECT {', '.join(values)}, "
        f"CASE WHEN fault IS NOT NULL THEN fault {' '.join(faults)} END "
        f"FROM (SELECT {', '.join(held)} FROM extracted)",
    )
    run(con, "DROP TABLE extracted")
    run(con, "DROP TABLE records")
    return notes


def _shape_fault(name: str) -> str:
    return f"{name} holds a list or an object, not a value"


def _scalar(held: str, unwrap: bool) -> tuple[str, str]:
    """The text of a JSON value, and whether it isn't one value."""
    is_nested = f"json_type({held}) IN ('ARRAY', 'OBJECT')"
    if not unwrap:
        return f"CASE WHEN NOT {is_nested} THEN json_extract_string({held}, '$') END", is_nested
    inner = f"coalesce(json_type({held}, '$[0]'), 'NULL') NOT IN ('ARRAY', 'OBJECT')"
    is_one = f"(json_type({held}) = 'ARRAY' AND json_array_length({held}) <= 1 AND {inner})"
    value = (
        f"CASE WHEN {is_one} THEN json_extract_string({held}, '$[0]') "
        f"WHEN NOT {is_nested} THEN json_extract_string({held}, '$') END"
    )
    return value, f"{is_nested} AND NOT {is_one}"


def _check_keys(
    con: duckdb.DuckDBPyConnection, mapping: Mapping, slots: Sequence[Slot], paths: Sequence[str]
) -> list[str]:
    """A key that no record has was renamed: the file is set aside. Unknown keys make a note."""
    counts = ", ".join(f"count(held[{index}])" for index in range(1, len(paths) + 1))
    row = rows(con, f"SELECT count(held), {counts} FROM extracted")[0]
    if not row[0]:
        return []
    present = {path for path, count in zip(paths, row[1:], strict=True) if count}
    sample = rows(
        con, f"SELECT record FROM records WHERE fault IS NULL LIMIT {_LOOKED_AT_FOR_KEYS}"
    )
    seen = dict.fromkeys(path for (record,) in sample for path in _leaves(json.loads(record), ""))
    unexpected = [
        path
        for path in seen
        if not mapping.is_personal(path)
        and not any(f"{known}.".startswith(f"{path}.") for known in paths)
    ]
    wanted = [slot for slot in slots if not slot.is_from_name]
    missing = [
        slot.names[0] for slot in wanted if not slot.is_optional and not present & {*slot.names}
    ]
    if missing:
        raise missing_fault(missing, unexpected, len(missing) * 2 <= len(wanted))
    return [f"keys not in the mapping, dropped: {told(unexpected)}"] if unexpected else []


def _leaves(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif path:
        yield path
