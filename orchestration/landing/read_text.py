"""Delimited, fixed-width and line-by-line text into `raw`.

Here: many small files in one go (their good records in one short-lived private copy) and a large
one where it lies, unless it needs a copy. Not here: what is wrong with lines (text_scan.py).

DuckDB's reader checks only the columns that a query asks for: one column too many passes when the
last isn't selected. So the records it gets are already well-formed, its reject tables must stay
empty and its count must equal ours; otherwise the file is set aside whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import duckdb

from orchestration.landing.conversions import literal
from orchestration.landing.faults import FileFault
from orchestration.landing.mapping import Mapping
from orchestration.landing.reading import ReadFile, SourceFile, one, run
from orchestration.landing.sources import Match, Slot, match_header, told, value_from_name
from orchestration.landing.text_scan import Dialect, Scan, Use, scan_text

# Below, a copy costs less than a second look; above, a file is read where it lies if it can be.
LARGE_BYTES = 64 << 20
_MOST_LINE_BYTES = 2 << 20  # DuckDB's own limit unless told otherwise


def glob_free(path: Path) -> str:
    """A path as DuckDB takes it literally: it reads [, * and ? as a glob."""
    return re.sub(r"[\[*?]", lambda found: f"[{found.group()}]", str(path))


def _can_be_told(path: Path) -> bool:
    """Whether a path is text: names with bytes that are no UTF-8 can't stand in SQL."""
    name = str(path)
    return name.isprintable() and os.fsencode(name) == name.encode("utf-8", "replace")


def csv_source(
    path: Path,
    dialect: Dialect,
    columns: int,
    longest_line: int,
    *,
    skip: int = 0,
    newline: str = "\n",
    is_parallel: bool = True,
) -> str:
    """The SQL that reads well-formed records as VARCHAR columns f0, f1, ..."""
    listed = ", ".join(f"'f{index}': 'VARCHAR'" for index in range(columns))
    quote = literal(dialect.quote or "")
    shown = "\\r\\n" if newline == "\r\n" else "\\n"
    return (
        f"read_csv({literal(glob_free(path))}, columns={{{listed}}}, auto_detect=false, "
        "header=false, "
        f"skip={skip}, delim={literal(dialect.delimiter)}, quote={quote}, escape={quote}, "
        f"new_line='{shown}', encoding='utf-8', store_rejects=true, rejects_limit=0, "
        f"max_line_size={max(_MOST_LINE_BYTES, longest_line + 2)}, parallel={is_parallel})"
    )


def check_count(con: duckdb.DuckDBPyConnection, table: str, expected: int) -> None:
    """Raises FileFault unless DuckDB read every record that was seen, and rejected none."""
    held = one(con, f"SELECT count(*) FROM {table}")
    rejected = one(con, "SELECT count(*) FROM reject_errors")
    run(con, "DROP TABLE reject_errors")
    run(con, "DROP TABLE reject_scans")
    if held != expected or rejected:
        raise FileFault(f"{expected} records were seen, {held} could be read ({rejected} rejected)")


@dataclass
class _Group:
    """Files that DuckDB can read as one: the same columns in the same order."""

    names: tuple[str, ...]
    places: tuple[int | None, ...]
    name_values: tuple[str | None, ...]
    path: Path
    sink: BinaryIO | None = None
    skip: int = 0
    newline: str = "\n"
    scans: list[tuple[int, Scan]] = field(default_factory=list)


def dialect_of(mapping: Mapping) -> Dialect:
    """How the lines of a mapping's text files become fields."""
    form = mapping.format
    rest = {
        "skip_lines": form.skip_lines,
        "encodings": form.encodings,
        "trailer": form.trailer,
        "needs_final_newline": form.final_newline == "required",
    }
    if form.type != "csv":
        return Dialect.whole_lines(**rest)
    return Dialect(
        delimiter=form.delimiter, quote=form.quote, names=() if form.header else form.names, **rest
    )


def read_texts(
    con: duckdb.DuckDBPyConnection,
    mapping: Mapping,
    slots: Sequence[Slot],
    files: Sequence[SourceFile],
    folder: Path,
) -> list[ReadFile | FileFault]:
    """Read files into `raw`, in any order of rows across files. One answer a file.

    A FileFault raised (not returned) concerns the whole group: the caller tries files singly.
    """
    reader = _TextReader(con, mapping, slots, folder)
    answers: list[ReadFile | FileFault] = [
        reader.look(index, file) for index, file in enumerate(files)
    ]
    for group in reader.groups.values():
        for index, first_raw_row in reader.load(group):
            answer = answers[index]
            assert isinstance(answer, ReadFile)
            answer.first_raw_row = first_raw_row
    return answers


class _TextReader:
    def __init__(
        self, con: duckdb.DuckDBPyConnection, mapping: Mapping, slots: Sequence[Slot], folder: Path
    ) -> None:
        self.con, self.mapping, self.slots, self.folder = con, mapping, slots, folder
        self.dialect = dialect_of(mapping)
        self.groups: dict[object, _Group] = {}

    def look(self, index: int, file: SourceFile) -> ReadFile | FileFault:
        """Scan a file and put its records into a group."""
        sinks: list[tuple[BinaryIO, int]] = []
        try:
            match, group, scan = self._scan(index, file, sinks)
        except FileFault as fault:
            for sink, start in sinks:
                sink.seek(start)
                sink.truncate()
            return fault
        group.scans.append((index, scan))
        notes = []
        if match.unexpected:
            notes.append(f"columns not in the mapping, dropped: {told(match.unexpected)}")
        if scan.recoded_lines:
            fallbacks = ", ".join(self.dialect.encodings[1:])
            notes.append(f"{scan.recoded_lines} lines hold bytes read as {fallbacks}")
        return ReadFile(
            lines_in=scan.lines_in,
            ignored=scan.ignored,
            rows=scan.record_lines,
            faults=scan.faults,
            notes=notes,
            only_spaces=not (scan.has_odd_blanks or scan.has_quoted_newlines),
        )

    def _scan(
        self, index: int, file: SourceFile, sinks: list[tuple[BinaryIO, int]]
    ) -> tuple[Match, _Group, Scan]:
        values = tuple(
            value_from_name(slot.names[0], file.source_file) if slot.is_from_name else None
            for slot in self.slots
        )
        matches: list[Match] = []

        def read_columns(names: tuple[str, ...]) -> frozenset[int]:
            if self.mapping.format.type == "csv":
                matches.append(match_header(self.mapping, self.slots, names))
            else:
                matches.append(Match((0,) * len(self.slots), ()))
            return frozenset(place for place in matches[-1].places if place is not None)

        def look_only(names: tuple[str, ...]) -> Use:
            return Use(None, read_columns(names))

        def copy(names: tuple[str, ...]) -> Use:
            read = read_columns(names)
            group = self._group((names, values), names, matches[-1], values)
            assert group.sink is not None
            sinks.append((group.sink, group.sink.tell()))
            return Use(group.sink, read)

        if file.size > LARGE_BYTES and _can_be_told(file.path):
            scan = scan_text(file.path, self.dialect, look_only)
            if not scan.needs_copy:
                group = _Group(scan.names, matches[-1].places, values, file.path)
                group.skip, group.newline = scan.lines_before_data, scan.newline
                self.groups[index] = group
                return matches[-1], group, scan
        scan = scan_text(file.path, self.dialect, copy)
        if not matches:  # a file of declared names and no record: its use was never asked for
            read_columns(scan.names)
        return matches[-1], self._group((scan.names, values), scan.names, matches[-1], values), scan

    def _group(
        self, key: object, names: tuple[str, ...], match: Match, values: tuple[str | None, ...]
    ) -> _Group:
        if key not in self.groups:
            path = self.folder / f"records-{len(self.groups)}.txt"
            group = _Group(names, match.places, values, path, path.open("w+b"))
            self.groups[key] = group
        return self.groups[key]

    def load(self, group: _Group) -> list[tuple[int, int]]:
        """Have DuckDB read a group into `raw`; the index and first raw row of each of its files."""
        start = one(self.con, "SELECT count(*) FROM raw")
        firsts, total = [], 0
        for index, scan in group.scans:
            firsts.append((index, start + total))
            total += scan.records
        if group.sink is not None:
            group.sink.close()
        if total:
            longest = max(scan.longest_line for _, scan in group.scans)
            source = csv_source(
                group.path,
                self.dialect,
                len(group.names),
                longest,
                skip=group.skip,
                newline=group.newline,
                is_parallel=not any(scan.has_quoted_newlines for _, scan in group.scans),
            )
            run(self.con, f"INSERT INTO raw SELECT {self._values(group)} FROM {source}")
            check_count(self.con, "raw", start + total)
        if group.sink is not None:
            group.path.unlink()
        return firsts

    def _values(self, group: _Group) -> str:
        form = self.mapping.format
        if form.type == "fixed":
            return self._fixed_values(group)
        values = []
        for place, value in zip(group.places, group.name_values, strict=True):
            if value is not None:
                values.append(literal(value))
            else:
                values.append("NULL" if place is None else f"f{place}")
        return ", ".join([*values, "NULL"])

    def _fixed_values(self, group: _Group) -> str:
        fields = {field.name: field for field in self.mapping.format.fields}
        match = match_header(self.mapping, self.slots, list(fields))
        order = list(fields.values())
        values, needed = [], 0
        for place, value in zip(match.places, group.name_values, strict=True):
            if value is not None:
                values.append(literal(value))
            elif place is None:
                values.append("NULL")
            else:
                field_ = order[place]
                needed = max(needed, field_.start)
                values.append(f"substr(f0, {field_.start}, {field_.width})")
        fault = (
            f"CASE WHEN length(f0) < {needed} THEN 'has ' || length(f0) || ' characters, "
            f"its last field starts at {needed}' END"
        )
        return ", ".join([*values, fault])
