"""A computation for another moment, beside the real one, which stays as it is.

It runs the same stages on the same landed files, in a folder of its own that is removed afterwards.
Landing is not repeated: what was known then is decided by each row's own moment.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from orchestration import dbt_build, stages
from orchestration.home import Home
from orchestration.lock import run_lock
from orchestration.moments import Moments
from orchestration.rules import load_group
from programs.errors import StairstepError

SHARED = ("stairstep.yaml", "calendars", "rulebooks", "mappings", "landing")


class NotLandedError(StairstepError):
    """Nothing has landed, so nothing can be computed."""


@contextmanager
def computed(
    home: Home,
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    marts: Sequence[str] = (),
) -> Iterator[Path]:
    """The warehouse file with the marts as of the moment, for as long as the block reads it.

    Only the marts named are built, else all. Raises StairstepError. Another call for the same
    moment on the same home is told to wait.
    """
    if not home.landing.is_dir():
        raise NotLandedError(
            f"nothing has landed in {home.root} yet; run `stairstep run --home {home.root}` first"
        )
    moments = Moments.of(as_of, known_at, load_group(home).time_zone)
    name = hashlib.sha256(f"{moments.as_of} {moments.known_at}".encode()).hexdigest()[:12]
    scratch = Home(home.scratch / name)
    with run_lock(home.scratch / f"{name}.lock", owner=f"computing as of {moments.as_of}"):
        try:
            _lay_out(home, scratch)
            stages.compile_rules(scratch, moments)
            manifest = dbt_build.parse(scratch)
            dbt_build.raise_failed(stages.build_facts(scratch, moments, manifest=manifest))
            stages.compile_memberships(scratch, moments)
            built = stages.build_marts(scratch, moments, marts=marts, manifest=manifest)
            dbt_build.raise_failed(built)
            yield scratch.warehouse_file
        finally:
            shutil.rmtree(scratch.root, ignore_errors=True)


def _lay_out(home: Home, scratch: Home) -> None:
    """A home that shares configuration and landing, with a warehouse of its own."""
    shutil.rmtree(scratch.root, ignore_errors=True)
    scratch.root.mkdir(parents=True)
    for name in SHARED:
        (scratch.root / name).symlink_to(home.root / name)
    scratch.compiled.mkdir(parents=True)
    parsed = home.dbt / "target" / "partial_parse.msgpack"
    if parsed.is_file():  # only what depends on the folder is parsed anew
        (scratch.dbt / "target").mkdir(parents=True)
        shutil.copy2(parsed, scratch.dbt / "target" / parsed.name)
