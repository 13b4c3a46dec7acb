"""The stamp that lets a second run do nothing: what was made, by which maker, from which seed.

Here: reading, writing and comparing it; only the standard library, so that a second run is quick.
Not here: making the files (make.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

STAMP_NAME = ".sample-group.json"
_PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Stamp:
    """What a home holds: the maker's fingerprint, the seed, each file with its size in bytes."""

    fingerprint: str
    seed: int
    files: dict[str, int]


def fingerprint(seed: int) -> str:
    """Changes with the maker's code, its config and the seed."""
    digest = hashlib.sha256(str(seed).encode())
    for path in sorted(_PACKAGE.rglob("*")):
        is_other_group = "registrations" in path.relative_to(_PACKAGE).parts
        if path.suffix in (".py", ".yaml") and not is_other_group:
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def read_stamp(home: Path) -> Stamp | None:
    """The stamp of a home; None where there is none that can be read."""
    try:
        content = json.loads((home / STAMP_NAME).read_text("utf-8"))
        return Stamp(content["fingerprint"], content["seed"], content["files"])
    except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
        return None


def write_stamp(home: Path, stamp: Stamp) -> None:
    """Write the stamp, last of all: without it the next run makes everything again."""
    content = {"fingerprint": stamp.fingerprint, "seed": stamp.seed, "files": stamp.files}
    (home / STAMP_NAME).write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def is_complete(home: Path, stamp: Stamp) -> bool:
    """Whether every file of the stamp is there with its size."""
    for name, size in stamp.files.items():
        path = home / name
        if not path.is_file() or path.stat().st_size != size:
            return False
    return True
