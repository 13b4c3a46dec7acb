"""Shows a run's stages as they go: a live line on a terminal, plain lines elsewhere.

It only shows; what is kept of a run belongs to `orchestration.journal`.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from rich.console import Console

from orchestration.journal import Counts

# Elsewhere than on a terminal a long stage says every few seconds that it is alive.
PLAIN_EVERY_SECONDS = 5.0
NAMES = {
    "compiled_rules": "compile rulebooks",
    "compiled_memberships": "sort cars into programs",
    "dbt_facts": "transform: facts",
    "dbt_marts": "transform: standings",
    "settle": "settle over periods and programs",
    "dbt_settled": "transform: settled standings",
    "gate_landed": "check landed data",
    "gate_marts": "check standings",
    "gate_forecasts": "check forecasts",
    "forecast": "forecast",
    "publish": "publish",
}


class Stages:
    """A watcher of a run (see `orchestration.journal.Progress`), to be used as a context."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = console.is_terminal
        self._status = console.status("starting") if self._live else None
        self._current = ""
        self._started_at = 0.0
        self._said_at = 0.0
        self._note = ""
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="progress", daemon=True)

    def __enter__(self) -> Stages:
        if self._status:
            self._status.start()
        self._ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._ticker.join()
        if self._status:
            self._status.stop()

    def started(self, stage: str) -> None:
        with self._lock:
            self._current, self._note = stage, ""
            self._started_at = self._said_at = time.monotonic()
        self._show()

    def moved(self, stage: str, message: str, share: float | None = None) -> None:
        with self._lock:
            self._note = message if share is None else f"{share:.0%} {message}"

    def finished(self, stage: str, seconds: float, counts: Counts) -> None:
        with self._lock:
            self._current = ""
        aside = f", {counts.rows_set_aside:,} set aside" if counts.rows_set_aside else ""
        self._line(f"{shown(stage):<34}{seconds:7.1f} s  {_rows(counts)}{aside}")

    def failed(self, stage: str, seconds: float) -> None:
        with self._lock:
            self._current = ""
        self._line(f"{shown(stage):<34}{seconds:7.1f} s  failed")

    def _tick(self) -> None:
        while not self._done.wait(0.5):
            self._show()

    def _show(self) -> None:
        with self._lock:
            stage, note = self._current, self._note
            now = time.monotonic()
            seconds = now - self._started_at
            is_due = now - self._said_at >= PLAIN_EVERY_SECONDS
            if is_due:
                self._said_at = now
        if not stage:
            return
        if self._status:
            self._status.update(f"{shown(stage)}  {seconds:.0f} s  {note}")
        elif is_due:
            self._line(f"{shown(stage)}: {seconds:.0f} s so far  {note}".rstrip())

    def _line(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


def shown(stage: str) -> str:
    """A stage in a person's words."""
    return NAMES.get(stage, stage.replace("landing/", "land ").replace("_", " "))


def _rows(counts: Counts) -> str:
    if "checks" in counts.more:
        failed = counts.more["failed"]
        return f"{counts.more['checks']} checks" + (f", {failed} to look at" if failed else "")
    return f"{counts.rows_in:,} in, {counts.rows_out:,} out"
