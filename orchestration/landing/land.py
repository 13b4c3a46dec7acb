"""Landing: from the inbox to typed, append-only Parquet, each content exactly once.

Here: the order of steps that makes a kill at any moment harmless, and the public functions.
Not here: each step (inbox.py, plan.py, batch.py, ledger.py, exports.py), Dagster's wiring.

Parquet is written under a temporary name, brought to the disk and renamed; then the ledger's rows
are committed; then files.parquet is written. A run that is killed between leaves files without a
row, which the next run removes or replaces with the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from orchestration.landing import exports
from orchestration.landing.batch import Batch, BatchResult, Limits
from orchestration.landing.inbox import Look, look, stat_of, unseen
from orchestration.landing.kinds import KINDS
from orchestration.landing.ledger import Landing, Ledger
from orchestration.landing.mapping_files import LoadedMapping, read_mappings
from orchestration.landing.plan import Candidate, Work, plan_kind
from orchestration.landing.reading import SourceFile
from orchestration.landing.report import FileOutcome, LandingReport, Progress, Step
from orchestration.landing.store import Store, put_in_place, sync_folder, write_table
from orchestration.landing.text_scan import count_lines
from programs.errors import StairstepError
from programs.group import read_group

# Small files are read together: a batch costs DuckDB's planning once, and holds this much.
_BATCH_BYTES, _BATCH_FILES = 64 << 20, 200
# Long enough that a transfer in progress changes the file's size or time meanwhile; longer makes
# a run over fresh files wait for that long, once.
SETTLE_SECONDS = 2.0


@dataclass(frozen=True)
class PendingFile:
    """A file that the next landing would look at, and why."""

    source_file: str
    size: int
    why: str


def home_mappings(home: Path) -> tuple[LoadedMapping, ...]:
    """The mappings of a home, checked against its group. Raises StairstepError for faults."""
    path = home / "stairstep.yaml"
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise StairstepError(f"{path} does not exist; `stairstep init` writes one") from error
    texts = {file.name: file.read_bytes() for file in sorted((home / "mappings").glob("*.yaml"))}
    return _mappings_of(text, str(path), tuple(texts.items()))


@lru_cache(maxsize=4)
def _mappings_of(
    group: str, group_file: str, texts: tuple[tuple[str, bytes], ...]
) -> tuple[LoadedMapping, ...]:
    """A run lands eleven kinds, and reading twenty mappings takes half a second."""
    return read_mappings(dict(texts), read_group(group, group_file))


def land_kind(
    home: Path,
    source_kind: str,
    now: datetime,
    progress: Progress | None = None,
    *,
    settle_seconds: float = SETTLE_SECONDS,
    limits: Limits = Limits(),
) -> LandingReport:
    """Land everything of one kind that is new or out of date.

    `now` (aware) is noted as the loading moment; it is a file's known_at only where its mapping
    names no other. Raises StairstepError for a home or mapping that the user must mend.
    """
    if source_kind not in KINDS:
        raise StairstepError(f"'{source_kind}' is not a kind; known are {', '.join(KINDS)}")
    with _opened(home, now, progress, settle_seconds, limits) as landing:
        return landing.land(source_kind)


def land_all(
    home: Path,
    now: datetime,
    progress: Progress | None = None,
    *,
    settle_seconds: float = SETTLE_SECONDS,
    limits: Limits = Limits(),
) -> tuple[LandingReport, ...]:
    """Land every kind, with one look at the inbox. Otherwise as land_kind."""
    with _opened(home, now, progress, settle_seconds, limits) as landing:
        return tuple(landing.land(kind) for kind in KINDS)


def pending_files(home: Path) -> tuple[PendingFile, ...]:
    """What the next landing would look at: new or changed files, and contents whose mapping has
    changed. Reads and hashes nothing but the ledger."""
    store = Store(home)
    if not store.inbox.is_dir():
        return ()
    if not store.ledger.exists():
        return tuple(PendingFile(name, size, "new") for name, size in unseen(store.inbox, ()))
    mappings = home_mappings(home)
    ledger = Ledger(store.ledger)
    try:
        arrivals, landings = ledger.arrivals(), ledger.landings()
    finally:
        ledger.close()
    found = {
        name: PendingFile(name, size, "new or changed")
        for name, size in unseen(store.inbox, arrivals)
    }
    for kind in KINDS:
        for work in plan_kind(kind, arrivals, mappings, landings).work:
            pending = PendingFile(work.read_from, work.size, "not landed by its present mapping")
            found.setdefault(work.read_from, pending)
    return tuple(found[name] for name in sorted(found))


def export_files_table(home: Path) -> Path:
    """Write landing/files.parquet anew from the ledger, whole or not at all; returns its path."""
    store = Store(home)
    mappings = home_mappings(home)
    with store.locked():
        store.prepare()
        ledger = Ledger(store.ledger)
        try:
            _export(store, ledger, mappings)
        finally:
            ledger.close()
    return store.files_table


def feeds_table(home: Path) -> pa.Table:
    """The feeds that the mappings describe, with exports.FEEDS_SCHEMA."""
    return exports.feeds(home_mappings(home))


def _export(store: Store, ledger: Ledger, mappings: Sequence[LoadedMapping]) -> pa.Table:
    table = exports.files_table(ledger.arrivals(), mappings, ledger.landings())
    write_table(table, store.files_table)
    return table


@contextmanager
def _opened(
    home: Path, now: datetime, progress: Progress | None, settle_seconds: float, limits: Limits
) -> Iterator[_Landing]:
    mappings = home_mappings(home)
    store = Store(home)
    with store.locked():
        store.prepare()
        store.clear_leftovers()
        ledger = Ledger(store.ledger)
        try:
            arrivals = ledger.arrivals()
            seen = look(store.inbox, arrivals, now, settle_seconds)
            if {*seen.present} != {arrival for arrival in arrivals if arrival.is_present}:
                ledger.note_arrivals(seen.present)
            yield _Landing(store, ledger, mappings, seen, now, progress, limits)
        finally:
            ledger.close()


@dataclass
class _Landing:
    """An open landing, holding the store's lock."""

    store: Store
    ledger: Ledger
    mappings: tuple[LoadedMapping, ...]
    seen: Look
    now: datetime
    progress: Progress | None
    limits: Limits

    def land(self, source_kind: str) -> LandingReport:
        started = time.perf_counter()
        self._remove_unknown(source_kind)
        arrivals = self.ledger.arrivals()
        landings = self.ledger.landings(source_kind)
        plan = plan_kind(source_kind, arrivals, self.mappings, landings)
        if plan.forgotten:
            self.ledger.forget(source_kind, plan.forgotten)
            self._remove_unknown(source_kind)
        queue = _Queue(self, source_kind, plan.work, landings)
        self._tell("looked", source_kind, 0, len(plan.work))
        outcomes = queue.run()
        table = _export(self.store, self.ledger, self.mappings)
        self._tell("exported", source_kind, len(plan.work), len(plan.work))
        of_kind = [kind == source_kind for kind in table["source_kind"].to_pylist()]
        told = table.filter(pa.array(of_kind, pa.bool_()))["outcome"].to_pylist()
        return LandingReport(
            source_kind=source_kind,
            files=tuple(sorted(outcomes, key=lambda outcome: outcome.source_file)),
            files_known=len(told) - len(outcomes) - told.count("duplicate"),
            files_duplicate=told.count("duplicate"),
            files_unrecognised=table["outcome"].to_pylist().count("unrecognised"),
            waiting=tuple(sorted({*self.seen.waiting, *queue.changed})),
            seconds=time.perf_counter() - started,
        )

    def _tell(self, name: str, source_kind: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(Step(name, source_kind, done, total))

    def _remove_unknown(self, source_kind: str) -> None:
        """Remove Parquet that no row of the ledger stands for: a killed run's, or forgotten."""
        landings = self.ledger.landings(source_kind).values()
        known = {
            self.store.landed_path(source_kind, landing.content_hash)
            for landing in landings
            if landing.outcome == "landed"
        } | {
            self.store.quarantine_path(source_kind, landing.content_hash)
            for landing in landings
            if landing.outcome == "landed" and landing.rows_set_aside
        }
        suffix = self.store.quarantine_path(source_kind, "*").name
        for path in [
            *(self.store.landing / source_kind).glob("*.parquet"),
            *self.store.quarantine.glob(suffix),
        ]:
            if path not in known and path.name != "_schema.parquet":
                path.unlink()


class _Queue:
    """The contents of one kind, each landed by the first of its candidates that can."""

    def __init__(
        self,
        landing: _Landing,
        source_kind: str,
        work: Sequence[Work],
        before: dict[tuple[str, str], Landing],
    ) -> None:
        self.landing, self.source_kind, self.before = landing, source_kind, before
        self.todo = [(item, 0) for item in work]
        self.work = {item.content_hash: item for item in work}
        self.total, self.done = len(work), 0
        self.first_results: dict[str, BatchResult] = {}
        self.outcomes: list[FileOutcome] = []
        self.changed: list[str] = []
        self.stats = {a.source_file: (a.size, a.mtime_ns) for a in landing.seen.present}

    def run(self) -> list[FileOutcome]:
        with self.landing.store.private_folder() as folder:
            while self.todo:
                todo, self.todo = self.todo, []
                for batch in _batches(todo):
                    self._land(batch, folder)
        return self.outcomes

    def _land(self, batch: list[tuple[Work, int]], folder: Path) -> None:
        store, landing = self.landing.store, self.landing
        loaded = batch[0][0].candidates[batch[0][1]].loaded
        files = [self._source(work, work.candidates[turn]) for work, turn in batch]
        runner = Batch(loaded, folder, store.incoming, landing.now, landing.limits)
        turns = {work.content_hash: turn for work, turn in batch}
        results = []
        for result in runner.land(files):
            if self._is_unchanged(result):
                results.append(result)
            else:
                self.changed.append(self._name(result))
        landing._tell("written", self.source_kind, self.done, self.total)
        final = [final for result in results if (final := self._settle(result, turns))]
        self._put_in_place(final)
        store.clear_incoming()
        self.done += len(final)
        landing._tell("committed", self.source_kind, self.done, self.total)

    def _source(self, work: Work, candidate: Candidate) -> SourceFile:
        return SourceFile(
            path=self.landing.seen.paths[work.read_from],
            source_file=candidate.source_file,
            content_hash=work.content_hash,
            size=work.size,
            known_at=candidate.known_at,
        )

    def _is_unchanged(self, result: BatchResult) -> bool:
        """Whether what was read is what was hashed; otherwise it is left for the next run."""
        return stat_of(result.file.path) == self.stats[self._name(result)]

    def _name(self, result: BatchResult) -> str:
        return self.work[result.file.content_hash].read_from

    def _settle(self, result: BatchResult, turns: dict[str, int]) -> BatchResult | None:
        """The final result of a content, or None when its next candidate has a turn."""
        content_hash = result.file.content_hash
        work, turn = self.work[content_hash], turns[content_hash]
        if result.reason is None:
            return result
        first = self.first_results.setdefault(content_hash, result)
        if turn + 1 < len(work.candidates):
            self.todo.append((work, turn + 1))
            return None
        return first

    def _put_in_place(self, results: Sequence[BatchResult]) -> None:
        store, ledger = self.landing.store, self.landing.ledger
        replaced = [
            result.file.content_hash
            for result in results
            if (result.file.content_hash, self.source_kind) in self.before
        ]
        if replaced:
            ledger.mark_replacing(self.source_kind, replaced)
        for result in results:
            content_hash = result.file.content_hash
            if result.landed_path is not None:
                final = store.landed_path(self.source_kind, content_hash)
                put_in_place(result.landed_path, final)
            if result.quarantine_path is not None:
                final = store.quarantine_path(self.source_kind, content_hash)
                put_in_place(result.quarantine_path, final)
        sync_folder(store.landing / self.source_kind)
        sync_folder(store.quarantine)
        self.landing._tell("in_place", self.source_kind, self.done, self.total)
        rows = [self._ledger_row(result) for result in results]
        ledger.commit(rows)
        for row in rows:
            if row.outcome != "landed":
                store.landed_path(self.source_kind, row.content_hash).unlink(missing_ok=True)
            if row.outcome != "landed" or not row.rows_set_aside:
                store.quarantine_path(self.source_kind, row.content_hash).unlink(missing_ok=True)
            self.outcomes.append(_outcome_of(row))

    def _ledger_row(self, result: BatchResult) -> Landing:
        work = self.work[result.file.content_hash]
        loaded = next(c.loaded for c in work.candidates if c.source_file == result.file.source_file)
        lines_in, set_aside = result.lines_in, result.rows_set_aside
        if result.reason is not None:
            is_text = loaded.mapping.format.type in ("csv", "fixed", "jsonl")
            lines_in = set_aside = count_lines(result.file.path) if is_text and work.size else 0
        return Landing(
            content_hash=result.file.content_hash,
            source_kind=self.source_kind,
            plan_key=work.plan_key,
            vendor_code=loaded.mapping.vendor,
            source_file=result.file.source_file,
            known_at=result.file.known_at,
            outcome="landed" if result.reason is None else "set_aside",
            reason=result.reason or "; ".join(result.notes) or None,
            lines_in=lines_in,
            rows_landed=result.rows_landed if result.reason is None else 0,
            rows_set_aside=set_aside,
            rows_ignored=result.rows_ignored if result.reason is None else 0,
            first_loaded_at=self.landing.now,
            loaded_at=self.landing.now,
        )


def _outcome_of(row: Landing) -> FileOutcome:
    return FileOutcome(
        source_file=row.source_file,
        outcome="landed" if row.outcome == "landed" else "set_aside",
        reason=row.reason,
        known_at=row.known_at,
        lines_in=row.lines_in,
        rows_landed=row.rows_landed,
        rows_set_aside=row.rows_set_aside,
        rows_ignored=row.rows_ignored,
    )


def _batches(todo: Sequence[tuple[Work, int]]) -> Iterator[list[tuple[Work, int]]]:
    """Contents of the same mapping, in order, as many as are worth reading together."""
    batch: list[tuple[Work, int]] = []
    for work, turn in todo:
        if batch:
            first, first_turn = batch[0]
            same = first.candidates[first_turn].loaded is work.candidates[turn].loaded
            size = sum(item.size for item, _ in batch) + work.size
            if not same or size > _BATCH_BYTES or len(batch) >= _BATCH_FILES:
                yield batch
                batch = []
        batch.append((work, turn))
    if batch:
        yield batch
