"""Reading a group's configuration from its home, and writing compiled rules as Parquet for dbt.

What the documents mean and how they compile belongs to `programs`, which does no I/O; what SQL
makes of the tables, to dbt_project.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.home import Home
from programs.calendars import Calendar, read_calendar
from programs.errors import StairstepError
from programs.group import Group, read_group

if TYPE_CHECKING:
    import pyarrow as pa

    from programs.rule_references import Surroundings
    from programs.rulebook import Rulebook


# The texts of the rules that a run went by, as published.
DOCUMENTS = "rule_document"


class ConfigurationError(StairstepError):
    """The home lacks a document that a run needs."""


def load_group(home: Home) -> Group:
    """The group of stairstep.yaml. Raises DocumentError naming file, line and field."""
    home.check()
    return read_group(_text(home.group_file), _shown(home, home.group_file))


def load_calendars(home: Home) -> dict[str, Calendar]:
    """The sales calendars by their code."""
    calendars = [
        read_calendar(_text(path), _shown(home, path)) for path in _documents(home.calendars)
    ]
    return {calendar.code: calendar for calendar in calendars}


def load_rulebooks(home: Home, known_on: date | None = None) -> list[Rulebook]:
    """The programs' rulebooks, in order of file name; only what was announced by a date, if given.

    A revision that isn't announced yet may stand in a file already. Left in, it would split the
    segments of a past morning, which knew nothing of it.
    """
    from programs.rulebook import read_rulebook

    books = [read_rulebook(_text(path), _shown(home, path)) for path in _documents(home.rulebooks)]
    if known_on is None:
        return books
    known = [
        replace(
            book,
            versions=tuple(
                version for version in book.versions if version.rules.announced <= known_on
            ),
        )
        for book in books
    ]
    return [book for book in known if book.versions]


def load_surroundings(home: Home) -> Surroundings:
    """What the home's rulebooks are checked against: group, calendars, and what feeds deliver."""
    from programs.documents import read_document
    from programs.rule_references import Surroundings, feeds_of

    mappings = [
        read_document(_text(path), _shown(home, path))
        for path in sorted(home.mappings.glob("*.y*ml"))
    ]
    return Surroundings(
        group=load_group(home),
        calendars=load_calendars(home),
        feeds=feeds_of(mappings) if mappings else None,
    )


def write_documents(home: Home) -> None:
    """Writes the rulebooks and calendars as they stand to warehouse/compiled, to be published:
    a scenario under other rules needs the rules themselves."""
    import pyarrow as pa

    folders = {"rulebook": home.rulebooks, "calendar": home.calendars}
    rows = [
        {"kind": kind, "file": _shown(home, path), "text": _text(path)}
        for kind, folder in folders.items()
        for path in _documents(folder)
    ]
    schema = pa.schema([(name, pa.string()) for name in ("kind", "file", "text")])
    write_tables({DOCUMENTS: pa.Table.from_pylist(rows, schema=schema)}, home.compiled)


def write_tables(tables: Mapping[str, pa.Table], folder: Path) -> int:
    """Writes each table as <name>.parquet, whole or not at all; gives back the rows written."""
    import pyarrow.parquet as parquet

    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        temporary = folder / f".{name}.{os.getpid()}.tmp"
        parquet.write_table(table, temporary)
        os.replace(temporary, folder / f"{name}.parquet")
    return sum(table.num_rows for table in tables.values())


def _documents(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yaml", ".yml"))
    if not found:
        raise ConfigurationError(
            f"{folder} holds no .yaml file; a run needs at least one ({folder.name})"
        )
    return found


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _shown(home: Home, path: Path) -> str:
    return str(path.relative_to(home.root))
