"""What a run did: its stages with their counts and seconds, its gate verdicts, and how it ended.

The journal of a run is appended line by line under HOME/logs/runs, so that a killed run leaves its
trace; at the end it becomes published/last_run.json and logs/gates/<run_id>.json. Counts, names and
reasons only: no datum of a customer is ever handed in here.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from orchestration.home import Home
from programs.errors import StairstepError

PUBLISHED, STOPPED, FAILED = "published", "stopped_by_gate", "failed"
INTERRUPTED = "interrupted"  # the message of a run that a person or the system ended
INTERRUPTS = {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}


class Progress(Protocol):
    """Who watches a run: the command line's bars, or nobody."""

    def started(self, stage: str) -> None: ...

    def moved(self, stage: str, message: str, share: float | None = None) -> None: ...

    def finished(self, stage: str, seconds: float, counts: Counts) -> None: ...

    def failed(self, stage: str, seconds: float) -> None: ...


class Silent:
    """A watcher that shows nothing."""

    def started(self, stage: str) -> None:
        return None

    def moved(self, stage: str, message: str, share: float | None = None) -> None:
        return None

    def finished(self, stage: str, seconds: float, counts: Counts) -> None:
        return None

    def failed(self, stage: str, seconds: float) -> None:
        return None


@dataclass
class Counts:
    """Rows that a stage read, gave on and set aside; and what else is worth showing."""

    rows_in: int = 0
    rows_out: int = 0
    rows_set_aside: int = 0
    more: dict[str, Any] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        return {
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "rows_set_aside": self.rows_set_aside,
            **self.more,
        }


class Journal:
    """The record of one run. One writer: the process that runs it."""

    def __init__(
        self, home: Home, run_id: str, *, as_of: str, known_at: str, progress: Progress
    ) -> None:
        self.home = home
        self.run_id = run_id
        self.progress = progress
        self.outcome: str | None = None
        self.failure: tuple[str, str] | None = None
        self.gates: list[dict[str, Any]] = []
        self.stages: list[dict[str, Any]] = []
        self.head = {
            "run_id": run_id,
            "as_of": as_of,
            "known_at": known_at,
            "started_at": now_text(),
        }
        self._file = home.logs / "runs" / f"{run_id}.jsonl"
        self._append({"event": "started", **self.head})

    @contextmanager
    def stage(self, name: str) -> Iterator[Counts]:
        """Times a stage; an exception is noted with the stage's name and goes on up."""
        counts = Counts()
        start = time.perf_counter()
        self.progress.started(name)
        try:
            yield counts
        except BaseException as error:
            self.note_failure(name, error)
            self._close(name, start, counts)
            self.progress.failed(name, time.perf_counter() - start)
            raise
        seconds = self._close(name, start, counts)
        if self.failure is not None and self.failure[0] == name:
            self.failure = None  # it was tried again, and held
        self.progress.finished(name, seconds, counts)

    def _close(self, name: str, start: float, counts: Counts) -> float:
        seconds = time.perf_counter() - start
        line = {
            "stage": name,
            "seconds": round(seconds, 3),
            "rows_in": counts.rows_in,
            "rows_out": counts.rows_out,
            "rows_set_aside": counts.rows_set_aside,
        }
        self.stages.append(line)
        self._append({"event": "stage", **line})
        return seconds

    def note_gates(self, verdicts: Sequence[Mapping[str, Any]]) -> None:
        """Keeps gate verdicts, as plain mappings, in the order they were given."""
        for verdict in verdicts:
            self.gates.append(dict(verdict))
            self._append({"event": "gate", **verdict})

    def note_failure(self, step: str, error: BaseException) -> None:
        """Keeps the first failure; later ones are its consequences."""
        if self.failure is None:
            name = type(error).__name__
            self.failure = (step, INTERRUPTED if name in INTERRUPTS else _told(error))
            self._append({"event": "failure", "step": step, "error": name})

    def note_gate_stop(self, step: str, message: str) -> None:
        self.failure = self.failure or (step, message)
        self.outcome = STOPPED

    def finish(self, outcome: str | None = None) -> None:
        """Writes the outcome. Without one: as noted; failed when a stage failed; else nothing was
        asked.
        """
        ended = outcome or self.outcome or (FAILED if self.failure else None)
        if ended is None:
            return
        self.outcome = ended
        step, message = self.failure or (None, None)
        record = {
            **self.head,
            "finished_at": now_text(),
            "outcome": ended,
            "failed_step": step,
            "message": message,
            "gates": self.gates,
            "stages": self.stages,
        }
        self._append({"event": "finished", "outcome": ended})
        write_json(
            self.home.logs / "gates" / f"{self.run_id}.json", {**self.head, "gates": self.gates}
        )
        write_json(self.home.last_run, record)

    def _append(self, line: Mapping[str, Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"at": now_text(), **line}, default=str) + "\n")


def _told(error: BaseException) -> str:
    """The first line of what an error says; its type only where it says nothing of its own."""
    lines = str(error).strip().splitlines()
    if not lines:
        return type(error).__name__
    return lines[0] if isinstance(error, StairstepError) else f"{type(error).__name__}: {lines[0]}"


def now_text() -> str:
    """The clock, for records only: no computation sees it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Writes whole or not at all: readers see the old file or the new one, also after a crash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(value, stream, indent=1, default=str)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes a rename in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_json(path: Path) -> dict[str, Any] | None:
    """The mapping in `path`, or None when there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
