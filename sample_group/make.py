"""Making a sample home: its config and its inbox, the same bytes for the same seed.

Here: copying, writing, removing what an older maker left. Not here: what is in the files (world.py,
vendors/, planting.py), whether anything has to be made (stamp.py).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sample_group.planting import plant
from sample_group.stamp import Stamp, fingerprint, write_stamp
from sample_group.stores import HOME_TEMPLATE
from sample_group.vendors import (
    cdk,
    customer_voice,
    dealertrack,
    dealervault,
    portal,
    reynolds,
    tekion,
)
from sample_group.vendors.dms import utc_milliseconds
from sample_group.world import make_world

VENDORS = (dealervault, dealertrack, tekion, cdk, reynolds, customer_voice, portal)
_MOMENT = re.compile(r"_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})")


def inbox_files(
    seed: int, progress: Callable[[str], None] = lambda message: None
) -> dict[str, bytes]:
    """Every file of the inbox with its bytes, by path relative to the inbox."""
    progress("inventing three years of sales")
    world = make_world(seed)
    files: dict[str, bytes] = {}
    for vendor in VENDORS:
        name = vendor.__name__.rpartition(".")[2]
        progress(f"writing the files of {name.replace('_', ' ')}")
        files |= vendor.files(world)
    plant(files)
    return dict(sorted(files.items()))


def make_home(
    home: Path,
    seed: int,
    previous: Stamp | None,
    progress: Callable[[str], None] = lambda message: None,
) -> Stamp:
    """Make config and inbox in `home`; files that only an earlier make wrote are removed."""
    files = {
        path.relative_to(HOME_TEMPLATE).as_posix(): path.read_bytes()
        for path in sorted(HOME_TEMPLATE.rglob("*"))
        if path.is_file()
    }
    files |= {f"inbox/{name}": data for name, data in inbox_files(seed, progress).items()}
    for name in previous.files if previous else ():
        if name not in files:
            (home / name).unlink(missing_ok=True)
    for name, data in files.items():
        _write(home / name, data)
    stamp = Stamp(fingerprint(seed), seed, {name: len(data) for name, data in files.items()})
    write_stamp(home, stamp)
    return stamp


def _write(path: Path, data: bytes) -> None:
    """Write unless the same bytes are there; inbox files get the time of their moment."""
    if not path.is_file() or path.stat().st_size != len(data) or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A run that looks into the inbox meanwhile never sees half a file.
        draft = path.with_name(f".{path.name}.part")
        draft.write_bytes(data)
        os.replace(draft, path)
    found = _MOMENT.search(path.name)
    if found:
        year, month, day, hour, minute = found.groups()
        local = np.datetime64(f"{year}-{month}-{day}T{hour}:{minute}", "s").astype(np.int64)
        moment = utc_milliseconds(int(local)) // 1000
        os.utime(path, (moment, moment))
