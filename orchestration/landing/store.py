"""The folders of a home that landing reads and writes, and how a file gets there whole.

Here: paths, the lock, temporary names, replacing in one step, clearing what a killed run left.
Not here: what the files mean. Copies that hold customers live under `.landing-private` (mode
700), apart from landing/, warehouse/, published/ and logs/; they never outlive a run, and the
next run clears what a killed one left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from orchestration.landing.kinds import KINDS, QUARANTINE_SCHEMA
from programs.errors import StairstepError


@dataclass(frozen=True)
class Store:
    """The layout of one home."""

    home: Path

    @property
    def inbox(self) -> Path:
        return self.home / "inbox"

    @property
    def landing(self) -> Path:
        return self.home / "landing"

    @property
    def ledger(self) -> Path:
        return self.landing / "ledger.sqlite"

    @property
    def files_table(self) -> Path:
        return self.landing / "files.parquet"

    @property
    def quarantine(self) -> Path:
        return self.landing / "quarantine"

    @property
    def private(self) -> Path:
        return self.home / ".landing-private"

    @property
    def incoming(self) -> Path:
        """Where Parquet is written before it is put in place: same disk, outside every glob."""
        return self.landing / ".incoming"

    def landed_path(self, source_kind: str, content_hash: str) -> Path:
        return self.landing / source_kind / f"{content_hash}.parquet"

    def quarantine_path(self, source_kind: str, content_hash: str) -> Path:
        """One content may feed two kinds, so the kind is part of the name."""
        return self.quarantine / f"{content_hash}.{source_kind.replace('/', '-')}.parquet"

    def prepare(self) -> None:
        """Make the folders and each kind's zero-row `_schema.parquet`, so no glob is ever empty."""
        if not self.inbox.is_dir():
            raise StairstepError(
                f"{self.inbox} does not exist; make it, put the vendors' files there and run again"
            )
        schemas = {self.quarantine: QUARANTINE_SCHEMA}
        schemas |= {self.landing / name: kind.arrow_schema for name, kind in KINDS.items()}
        for folder, schema in schemas.items():
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / "_schema.parquet"
            if not path.exists() or not pq.read_schema(path).equals(schema):
                write_table(schema.empty_table(), path)
        self.incoming.mkdir(exist_ok=True)

    def clear_leftovers(self) -> None:
        """Remove what a killed run left under temporary names. Call it holding the lock."""
        shutil.rmtree(self.private, ignore_errors=True)
        self.clear_incoming()

    def clear_incoming(self) -> None:
        """Remove Parquet that didn't come to its place: of files set aside after all."""
        for path in self.incoming.iterdir():
            path.unlink()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One landing at a time; another waits. A killed process lets go by itself."""
        self.landing.mkdir(parents=True, exist_ok=True)
        with (self.landing / ".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def private_folder(self) -> Iterator[Path]:
        """A folder that only this user can read and that doesn't outlive the block."""
        self.private.mkdir(mode=0o700, exist_ok=True)
        self.private.chmod(0o700)
        folder = Path(tempfile.mkdtemp(dir=self.private))
        try:
            yield folder
        finally:
            shutil.rmtree(self.private, ignore_errors=True)


def put_in_place(path: Path, final: Path) -> None:
    """Give a finished file its name in one step, its bytes being on the disk before."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(path, final)


def sync_folder(folder: Path) -> None:
    """Have a folder's names on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_table(table: pa.Table, final: Path) -> None:
    """Write a Parquet file whole or not at all. A file that holds the same is left alone."""
    if final.exists() and pq.read_table(final).equals(table, check_metadata=False):
        return
    path = final.with_name(f".{final.name}.tmp")
    pq.write_table(table, path, compression="zstd")
    put_in_place(path, final)
    sync_folder(final.parent)
