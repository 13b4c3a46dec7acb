"""One run at a time on one home: a lock that the operating system lets go of when its owner dies.

Only the lock lives here. Who takes it: the run itself (`orchestration.walk`); readers of published/
never.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from programs.errors import StairstepError


class LockedError(StairstepError):
    """Another run is working on the same home."""


@contextmanager
def run_lock(path: Path, *, owner: str) -> Iterator[None]:
    """Holds the lock file `path` while the block runs; LockedError when another process does.

    flock is bound to the open file: when the owner dies, however it dies, the next run just takes
    over. The note inside (process, owner) is only for the message.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LockedError(_message(path, os.pread(handle, 4096, 0))) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps({"pid": os.getpid(), "owner": owner}).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def check_unlocked(path: Path) -> None:
    """Raises LockedError when a run holds the lock now."""
    if path.exists():
        with run_lock(path, owner="check"):
            pass


def _message(path: Path, note: bytes) -> str:
    try:
        owner = json.loads(note)
        who = f"process {owner['pid']} ({owner['owner']})"
    except (ValueError, KeyError, TypeError):
        who = "another process"
    return f"{who} is already running on {path.parent}; wait for it to end, or stop it, then repeat"
