"""What a landing tells: per file, per kind, and step by step while it runs.

Here: the frozen shapes that land.py gives out. Not here: how they are shown (command line,
Dagster), nor files.parquet (exports.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal["landed", "set_aside", "duplicate", "unrecognised"]


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file under one name. `reason`: why it was set aside, or notes."""

    source_file: str
    outcome: Outcome
    reason: str | None
    known_at: datetime | None
    lines_in: int
    rows_landed: int
    rows_set_aside: int
    rows_ignored: int


@dataclass(frozen=True)
class LandingReport:
    """One landing of one kind. The counts are of this run; what had landed before isn't in them.

    `files` lists what this run landed or set aside. `waiting`: files still being written, left
    for the next run. rows_in = rows_landed + rows_set_aside + rows_ignored.
    """

    source_kind: str
    files: tuple[FileOutcome, ...]
    files_known: int
    files_duplicate: int
    files_unrecognised: int
    waiting: tuple[str, ...]
    seconds: float

    def _count(self, outcome: Outcome) -> int:
        return sum(file.outcome == outcome for file in self.files)

    @property
    def files_landed(self) -> int:
        return self._count("landed")

    @property
    def files_set_aside(self) -> int:
        return self._count("set_aside")

    @property
    def rows_in(self) -> int:
        return sum(file.lines_in for file in self.files)

    @property
    def rows_landed(self) -> int:
        return sum(file.rows_landed for file in self.files)

    @property
    def rows_set_aside(self) -> int:
        return sum(file.rows_set_aside for file in self.files)

    @property
    def rows_ignored(self) -> int:
        return sum(file.rows_ignored for file in self.files)


@dataclass(frozen=True)
class Step:
    """A step that a landing has just finished: `looked`, `written`, `in_place`, `committed`,
    `exported`; `done` of `total` contents of the kind are through."""

    name: str
    source_kind: str
    done: int
    total: int


Progress = Callable[[Step], None]
