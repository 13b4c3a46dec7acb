"""What lies in the inbox: names, contents, and which files are still being written.

Here: walking, hashing once per change, leaving alone what is in motion. The inbox is only read.
Not here: what a file is (plan.py). The clock read here only tells a file at rest from one in
motion; no landed value depends on it.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from orchestration.landing.ledger import Arrival

# Names that transfer programs give a file until it is whole.
_IN_TRANSFER = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".writing")
_Stat = tuple[int, int]


@dataclass(frozen=True)
class Look:
    """What the inbox holds: files at rest with their contents, and names left for the next run."""

    present: tuple[Arrival, ...]
    waiting: tuple[str, ...]
    paths: dict[str, Path]


@dataclass(frozen=True)
class _Found:
    source_file: str
    path: Path
    stat: _Stat


def look(inbox: Path, known: Iterable[Arrival], now: datetime, settle_seconds: float) -> Look:
    """Walk the inbox; hash what is new or changed since the ledger saw it.

    A file that changed in the last `settle_seconds` is watched for that long: when it changes
    again, or grows while it is read, it waits for the next run.
    """
    cache = {(a.source_file, a.size, a.mtime_ns): a for a in known if a.is_present}
    found = list(_walk(inbox))
    waiting = [f.source_file for f in found if f.source_file.casefold().endswith(_IN_TRANSFER)]
    at_rest = [f for f in found if not f.source_file.casefold().endswith(_IN_TRANSFER)]
    new = [f for f in at_rest if (f.source_file, *f.stat) not in cache]
    if settle_seconds > 0 and any(_is_young(f, settle_seconds) for f in new):
        time.sleep(settle_seconds)
    present: list[Arrival] = []
    for file in at_rest:
        arrival = cache.get((file.source_file, *file.stat)) or _read(file, now)
        if arrival is None:
            waiting.append(file.source_file)
        else:
            present.append(arrival)
    paths = {file.source_file: file.path for file in at_rest}
    return Look(tuple(present), tuple(sorted(waiting)), paths)


def unseen(inbox: Path, known: Iterable[Arrival]) -> Iterator[tuple[str, int]]:
    """Names and sizes of files, new or changed since the ledger saw them. Hashes nothing."""
    cache = {(a.source_file, a.size, a.mtime_ns) for a in known if a.is_present}
    for file in _walk(inbox):
        is_whole = not file.source_file.casefold().endswith(_IN_TRANSFER)
        if is_whole and (file.source_file, *file.stat) not in cache:
            yield file.source_file, file.stat[0]


def _walk(inbox: Path) -> Iterator[_Found]:
    """Files in order of their path, hidden ones and Excel's lock files aside."""
    for folder, folders, names in os.walk(inbox):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if not name.startswith((".", "~$")) and (stat := _stat(path)) is not None:
                yield _Found(_readable(path.relative_to(inbox).as_posix()), path, stat)


def _readable(name: str) -> str:
    """A name that can be stored: bytes that are no UTF-8 are shown as replacement signs."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def stat_of(path: Path) -> _Stat | None:
    """Size and time of change in nanoseconds; None when it is gone."""
    return _stat(path)


def _stat(path: Path) -> _Stat | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_young(file: _Found, settle_seconds: float) -> bool:
    return time.time() - file.stat[1] / 1e9 < settle_seconds


def _read(file: _Found, now: datetime) -> Arrival | None:
    """Hash a file; None when it can't be opened, or changed since it was first looked at."""
    try:
        with file.path.open("rb") as opened:
            content_hash = hashlib.file_digest(opened, "sha256").hexdigest()
    except (FileNotFoundError, PermissionError):
        return None
    if _stat(file.path) != file.stat:
        return None
    size, mtime_ns = file.stat
    return Arrival(file.source_file, content_hash, size, mtime_ns, now, True)
