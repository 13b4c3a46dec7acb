"""The fingerprint of everything that a published file is a function of.

With it a run that would change nothing is known to be one without running it.

Inputs: files in inbox/, the group's configuration, the seed and draws, the two moments, and our own
code. The fingerprint of what came *out* (the content hash) belongs to `orchestration.publish`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from orchestration.home import Home
from orchestration.moments import Moments
from orchestration.settings import Settings

CODE = Path(__file__).resolve().parent.parent
CODE_FOLDERS = ("programs", "orchestration", "expectations", "forecasting", "dbt_project")
CODE_SUFFIXES = {".py", ".sql", ".yml", ".yaml", ".csv"}


def inputs_hash(home: Home, settings: Settings, moments: Moments) -> str:
    """sha256 over the inputs. About 1 s per GB of inbox: every byte is read, times and sizes can
    lie.
    """
    digest = hashlib.sha256()
    parts = (
        f"as_of={moments.as_of.isoformat()}",
        f"known_at={moments.known_at.isoformat()}",
        f"draws={settings.draws}",
        f"seed={settings.seed}",
        f"code={code_version()}",
    )
    for part in parts:
        digest.update(part.encode() + b"\0")
    for path in _inputs(home):
        digest.update(str(path.relative_to(home.root)).encode() + b"\0")
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def code_version() -> str:
    """The first 12 hex digits of a hash over the code that computes."""
    digest = hashlib.sha256()
    for folder in CODE_FOLDERS:
        for path in _files(CODE / folder):
            if path.suffix in CODE_SUFFIXES and not _is_made(path):
                digest.update(str(path.relative_to(CODE)).encode() + b"\0")
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _inputs(home: Home) -> Iterable[Path]:
    yield home.group_file
    for folder in (home.calendars, home.rulebooks, home.mappings, home.inbox):
        yield from _files(folder)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _is_made(path: Path) -> bool:
    return bool({"target", "logs", "__pycache__"} & set(path.parts))
