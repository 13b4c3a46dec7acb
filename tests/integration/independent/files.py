"""Raw inbox files as plain rows: text, JSON and Excel, with what is broken left out.

Belongs here: opening, decoding, splitting, and the few simple rules of what can't be believed (a
file that breaks off, a header without the columns, a line of another length). What columns mean is
read in dms.py and portal.py.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from python_calamine import CalamineWorkbook

GROUP_ZONE = ZoneInfo("America/Chicago")
MOMENT = re.compile(r"_(\d{8}T\d{4})")


@dataclass(frozen=True)
class Row:
    """One record as written, with the file's moment, and its place for the last tie."""

    cells: dict[str, Any]
    known_at: datetime
    file: str
    line: int


def known_files(inbox: Path, pattern: str, known_at: datetime) -> list[tuple[Path, datetime]]:
    """The files whose moment (in the name) is past, oldest first; each content once."""
    found, seen = [], set()
    dated = [(_moment(path), path) for path in inbox.glob(pattern)]
    for moment, path in sorted(dated, key=lambda pair: (pair[0], str(pair[1]))):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if moment <= known_at and digest not in seen:
            seen.add(digest)
            found.append((path, moment))
    return found


def _moment(path: Path) -> datetime:
    written = MOMENT.search(path.name)
    if written is None:
        raise ValueError(f"{path}: no moment in the name")
    return datetime.strptime(written.group(1), "%Y%m%dT%H%M").replace(tzinfo=GROUP_ZONE)


def text_rows(
    path: Path,
    moment: datetime,
    *,
    needed: Sequence[str],
    delimiter: str = ",",
    encodings: Sequence[str] = ("utf-8",),
    counting_trailer: str | None = None,
) -> Iterator[Row]:
    """The sound lines of a delimited file; none of a file that breaks off or has another header."""
    raw = path.read_bytes()
    if not raw.endswith(b"\n"):  # empty, or the transfer broke off
        return
    lines = [line.rstrip(b"\r") for line in raw.split(b"\n")[:-1]]
    header = _fields(lines[0], delimiter, encodings) or []
    if len(set(header)) != len(header) or not set(needed) <= set(header):
        return
    body = list(enumerate(lines[1:], start=2))
    if counting_trailer is not None:
        last = (_fields(lines[-1], delimiter, encodings) or [""]) if body else [""]
        if last[0] != counting_trailer or int(last[1]) != len(body) - 1:
            return
        body = body[:-1]
    for number, line in body:
        fields = _fields(line, delimiter, encodings)
        if fields is not None and len(fields) == len(header):
            yield Row(dict(zip(header, fields, strict=True)), moment, str(path), number)


def _fields(line: bytes, delimiter: str, encodings: Sequence[str]) -> list[str] | None:
    """One physical line is one record: a quote left open spoils its own line and no other."""
    for encoding in encodings:
        try:
            text = line.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return None
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else None


def json_rows(path: Path, moment: datetime, records: str) -> Iterator[Row]:
    """The records of a JSON file; none of a file that breaks off."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return
    for number, record in enumerate(content[records], start=1):
        yield Row(record, moment, str(path), number)


def sheet_rows(path: Path, moment: datetime, sheet: str) -> Iterator[Row]:
    """The rows of a sheet with a header."""
    table = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python()
    for number, values in enumerate(table[1:], start=2):
        yield Row(dict(zip(table[0], values, strict=True)), moment, str(path), number)
