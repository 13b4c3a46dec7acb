"""Landing one batch: files of one mapping, read together, each to its own Parquet file.

Here: reading into `raw`, running the mapping's two queries, cutting their rows up by file and
writing them under temporary names. Not here: which files (plan.py), putting the Parquet in place
and the ledger (land.py).

The queries give each row of `raw` once, in order; a row's file and line follow from its number.
Both are checked, so a reordering in the engine would raise and never mislabel a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.convert import create_raw, queries
from orchestration.landing.faults import FileFault
from orchestration.landing.kinds import META_COLUMNS, QUARANTINE_SCHEMA
from orchestration.landing.mapping_files import LoadedMapping
from orchestration.landing.read_excel import read_excel
from orchestration.landing.read_json import read_json, read_json_lines
from orchestration.landing.read_text import read_texts
from orchestration.landing.reading import EMPTY_FILE, ReadFile, SourceFile, one, run, table
from orchestration.landing.sources import slots_of
from orchestration.landing.text_block import Ints

# A row of deals takes about 200 bytes as Arrow; more at once costs memory, less costs planning.
_ROWS_AT_ONCE = 500_000


@dataclass
class BatchResult:
    """What became of one file. `reason` set: it is set aside whole and nothing was written."""

    file: SourceFile
    reason: str | None = None
    notes: list[str] = field(default_factory=list)
    lines_in: int = 0
    rows_landed: int = 0
    rows_set_aside: int = 0
    rows_ignored: int = 0
    landed_path: Path | None = None
    quarantine_path: Path | None = None


@dataclass(frozen=True)
class Limits:
    """What DuckDB may use. 2 GB holds five million deals of one file; what is more is spilled."""

    memory: str = "2GB"
    threads: int = 2


class Batch:
    """One batch. `folder`: private and short-lived, for copies that hold customers;
    `out`: where the temporary Parquet files go, on the same disk as their final place."""

    def __init__(
        self, loaded: LoadedMapping, folder: Path, out: Path, loaded_at: datetime, limits: Limits
    ) -> None:
        self.loaded, self.folder, self.out = loaded, folder, out
        self.loaded_at, self.limits = loaded_at, limits
        self.slots = slots_of(loaded.mapping)

    def land(self, files: Sequence[SourceFile]) -> list[BatchResult]:
        """Land files; when the engine gives up on them together, one by one."""
        empty = [self._land_empty(file) for file in files if file.size == 0]
        return empty + self._land_filled([file for file in files if file.size > 0])

    def _land_empty(self, file: SourceFile) -> BatchResult:
        if not self.loaded.mapping.format.may_be_empty:
            return BatchResult(file, reason=EMPTY_FILE)
        path = self.out / f".{file.content_hash}.landed.tmp"
        pq.write_table(self.loaded.kind.arrow_schema.empty_table(), path)
        return BatchResult(file, notes=[EMPTY_FILE], landed_path=path)

    def _land_filled(self, files: Sequence[SourceFile]) -> list[BatchResult]:
        if not files:
            return []
        try:
            return self._land_together(files)
        except FileFault as fault:
            if len(files) == 1:
                return [BatchResult(files[0], reason=fault.reason)]
        return [result for file in files for result in self._land_filled([file])]

    def _land_together(self, files: Sequence[SourceFile]) -> list[BatchResult]:
        with duckdb.connect(config=self._config()) as con:
            run(con, "SET TimeZone = 'UTC'")
            run(con, create_raw(self.slots))
            answers = self._read(con, files)
            return _Writer(self, con, files, answers).write()

    def _config(self) -> dict[str, str | int]:
        return {
            "memory_limit": self.limits.memory,
            "threads": self.limits.threads,
            "temp_directory": str(self.folder / "spill"),
            "preserve_insertion_order": "true",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }

    def _read(
        self, con: duckdb.DuckDBPyConnection, files: Sequence[SourceFile]
    ) -> list[ReadFile | FileFault]:
        mapping, slots = self.loaded.mapping, self.slots
        if mapping.format.type in ("csv", "fixed"):
            return read_texts(con, mapping, slots, files, self.folder)
        answers: list[ReadFile | FileFault] = []
        for file in files:
            start = one(con, "SELECT count(*) FROM raw")
            try:
                if mapping.format.type == "json":
                    answer = read_json(con, mapping, slots, file)
                elif mapping.format.type == "jsonl":
                    answer = read_json_lines(con, mapping, slots, file, self.folder)
                else:
                    answer = read_excel(con, mapping, slots, file)
            except FileFault as fault:
                answers.append(fault)  # raised before anything went into `raw`
                continue
            answer.first_raw_row = start
            answers.append(answer)
        return answers


class _Writer:
    """Cuts the queries' rows up by file. Files stand in `raw` one after the other."""

    def __init__(
        self,
        batch: Batch,
        con: duckdb.DuckDBPyConnection,
        files: Sequence[SourceFile],
        answers: Sequence[ReadFile | FileFault],
    ) -> None:
        self.batch, self.con = batch, con
        self.results = [
            BatchResult(file, reason=answer.reason)
            if isinstance(answer, FileFault)
            else BatchResult(file, notes=answer.notes, lines_in=answer.lines_in)
            for file, answer in zip(files, answers, strict=True)
        ]
        self.read = [
            (index, answer) for index, answer in enumerate(answers) if isinstance(answer, ReadFile)
        ]
        # A file without records shares its first row with the next one; the stable sort and
        # side="right" below give that row to the last, which is the one that has it.
        self.read.sort(key=lambda pair: (pair[1].first_raw_row, len(pair[1].rows)))
        self.starts = np.array([answer.first_raw_row for _, answer in self.read], np.int64)
        self.rows = np.concatenate([np.zeros(0, np.int64), *(a.rows for _, a in self.read)])
        self.skipped = np.zeros(len(self.read), np.int64)
        self.set_aside: dict[int, list[pa.Table]] = {}

    def write(self) -> list[BatchResult]:
        only_spaces = all(answer.only_spaces for _, answer in self.read)
        sql = queries(self.batch.loaded, only_spaces)
        bad = self._write_landed(sql.checked)
        if len(bad):
            self._take_faults(sql.faults, bad)
        for position, (index, answer) in enumerate(self.read):
            self._close(index, answer, int(self.skipped[position]))
        return self.results

    def _split(self, raw_rows: Ints) -> Iterator[tuple[int, slice]]:
        """The files that a run of rows belongs to, in order, each with its slice."""
        owner = np.searchsorted(self.starts, raw_rows, side="right") - 1
        bounds = np.flatnonzero(np.diff(owner)) + 1
        edges = [0, *bounds.tolist(), len(owner)]
        for start, end in zip(edges, edges[1:], strict=False):
            if start < end:
                yield self.read[owner[start]][0], slice(start, end)

    def _write_landed(self, sql: str) -> Ints:
        """Write the rows that fit; returns the numbers of those that do not."""
        schema = self.batch.loaded.kind.arrow_schema
        writers: dict[int, pq.ParquetWriter] = {}
        bad: list[Ints] = [np.zeros(0, np.int64)]
        try:
            for index, _ in self.read:
                path = self._path(index, "landed")
                self.results[index].landed_path = path
                writers[index] = pq.ParquetWriter(path, schema, compression="zstd")
            for first in range(0, len(self.rows), _ROWS_AT_ONCE):
                answer = table(self.con, sql, [first, first + _ROWS_AT_ONCE])
                landed, lost = self._sorted_out(answer, first)
                bad.append(lost)
                raw_rows = landed.column("raw_row").to_numpy()
                for index, part in self._split(raw_rows):
                    found = self._with_meta(landed, raw_rows, index, part)
                    writers[index].write_table(found)
                    self.results[index].rows_landed += found.num_rows
        finally:
            for writer in writers.values():
                writer.close()
        return np.concatenate(bad)

    def _sorted_out(self, answer: pa.Table, first: int) -> tuple[pa.Table, Ints]:
        """The rows that land, and the numbers of those that don't fit; counts those not wanted."""
        raw_rows = answer.column("raw_row").to_numpy()
        expected = np.arange(first, min(first + _ROWS_AT_ONCE, len(self.rows)))
        if not np.array_equal(raw_rows, expected):
            raise RuntimeError("DuckDB gave rows out of order, or not each once")
        is_wanted = answer.column("is_wanted").to_numpy()
        is_good = answer.column("is_good").to_numpy()
        owner = np.searchsorted(self.starts, raw_rows[~is_wanted], side="right") - 1
        self.skipped += np.bincount(owner, minlength=len(self.read))
        landed = answer.filter(pa.array(is_wanted & is_good)).combine_chunks()
        return landed, raw_rows[is_wanted & ~is_good]

    def _with_meta(self, found: pa.Table, raw_rows: Ints, index: int, part: slice) -> pa.Table:
        file, count = self.results[index].file, part.stop - part.start
        kind = self.batch.loaded.kind
        own = [found.column(column.name).slice(part.start, count) for column in kind.columns]
        values = {
            "vendor_code": self.batch.loaded.mapping.vendor,
            "_source_file": file.source_file,
            "_loaded_at": self.batch.loaded_at,
            "_content_hash": file.content_hash,
            "_known_at": file.known_at,
        }
        meta = [
            pa.array(self.rows[raw_rows[part]])
            if name == "_source_row"
            else pa.repeat(pa.scalar(values[name], arrow), count)
            for name, _, arrow in META_COLUMNS
        ]
        schema = kind.arrow_schema
        arrays = [
            array.cast(field.type) for array, field in zip([*own, *meta], schema, strict=True)
        ]
        return pa.Table.from_arrays(arrays, schema=schema)

    def _take_faults(self, sql: str, bad: Ints) -> None:
        self.con.register("bad_rows", pa.table({"raw_row": bad}))
        run(self.con, "CREATE OR REPLACE TEMP TABLE bad AS SELECT raw_row FROM bad_rows")
        self.con.unregister("bad_rows")
        found = table(self.con, sql)
        raw_rows = found.column("raw_row").to_numpy()
        for index, part in self._split(raw_rows):
            count = part.stop - part.start
            self._set_aside(
                index,
                self.rows[raw_rows[part]],
                *(
                    found.column(name).slice(part.start, count)
                    for name in ("column_name", "reason", "offending_value")
                ),
            )

    def _set_aside(
        self,
        index: int,
        rows: Ints,
        column: pa.ChunkedArray | pa.Array,
        reason: pa.ChunkedArray | pa.Array,
        value: pa.ChunkedArray | pa.Array,
    ) -> None:
        file, loaded = self.results[index].file, self.batch.loaded
        constants = {
            "content_hash": file.content_hash,
            "source_file": file.source_file,
            "source_kind": loaded.kind.name,
            "vendor_code": loaded.mapping.vendor,
            "known_at": file.known_at,
        }
        own = {
            "source_row": pa.array(rows),
            "column_name": column,
            "reason": reason,
            "offending_value": value,
        }
        arrays = [
            own[field.name].cast(field.type)
            if field.name in own
            else pa.repeat(pa.scalar(constants[field.name], field.type), len(rows))
            for field in QUARANTINE_SCHEMA
        ]
        found = pa.Table.from_arrays(arrays, schema=QUARANTINE_SCHEMA)
        self.set_aside.setdefault(index, []).append(found)

    def _close(self, index: int, answer: ReadFile, skipped: int) -> None:
        """The account of one file, and its quarantine."""
        result = self.results[index]
        if answer.faults:
            nothing = pa.nulls(len(answer.faults), pa.string())
            rows = np.array([fault.line for fault in answer.faults], np.int64)
            reasons = pa.array([fault.reason for fault in answer.faults], pa.string())
            self._set_aside(index, rows, nothing, reasons, nothing)
        result.rows_ignored = answer.ignored + skipped
        result.rows_set_aside = answer.lines_in - result.rows_landed - result.rows_ignored
        tables = self.set_aside.get(index, [])
        told = len({row for part in tables for row in part["source_row"].to_pylist()})
        if told != result.rows_set_aside:
            raise RuntimeError(
                f"{result.file.source_file}: {answer.lines_in} lines in, {result.rows_landed} "
                f"landed, {result.rows_ignored} ignored, but {told} set aside with a reason"
            )
        if tables:
            whole = pa.concat_tables(tables).sort_by(
                [("source_row", "ascending"), ("column_name", "ascending")]
            )
            result.quarantine_path = self._path(index, "quarantine")
            pq.write_table(whole, result.quarantine_path, compression="zstd")

    def _path(self, index: int, what: str) -> Path:
        return self.batch.out / f".{self.results[index].file.content_hash}.{what}.tmp"
