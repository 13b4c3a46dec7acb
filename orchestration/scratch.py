"""A computation for another moment, beside the real one, which stays as it is.

It runs the same stages on the same landed files, in a folder of its own that is removed afterwards.
Landing is not repeated: what was known then is decided by each row's own moment.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from orchestration import dbt_build, stages
from orchestration.home import Home
from orchestration.lock import LockedError, run_lock
from orchestration.moments import MomentError, Moments
from orchestration.rules import load_calendars, load_group, load_rulebooks
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

    Only the marts named are built, else all. Raises StairstepError, at once for a moment that the
    data don't reach. Another call for the same moment on the same home is told to wait.
    """
    if not home.landing.is_dir():
        raise NotLandedError(
            f"nothing has landed in {home.root} yet; run `stairstep run --home {home.root}` first"
        )
    moments = Moments.of(as_of, known_at, load_group(home).time_zone)
    check_reach(home, moments)
    sweep(home)
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
            stages.settle(scratch, moments)
            built = stages.build_settled(scratch, moments, marts=marts, manifest=manifest)
            dbt_build.raise_failed(built)
            yield scratch.warehouse_file
        finally:
            shutil.rmtree(scratch.root, ignore_errors=True)


def check_reach(home: Home, moments: Moments) -> None:
    """Raises MomentError for a day that no period reaches, or when nothing was known by then."""
    landed = _landed_moments(home)
    if not landed:
        raise NotLandedError(f"no file of {home.inbox} has landed; `stairstep run` says why")
    first, last = _days_of_periods(home)
    if not first <= moments.as_of_date <= last:
        raise MomentError(
            f"--as-of {moments.as_of_date} is outside every period: sales calendars and free "
            f"dates reach from {first} to {last}"
        )
    oldest, newest = (moment.astimezone(moments.as_of.tzinfo) for moment in landed)
    if moments.known_at < oldest:
        raise MomentError(
            f"nothing was known by {moments.known_at:%Y-%m-%d %H:%M}: this group's files are of "
            f"{oldest:%Y-%m-%d %H:%M} to {newest:%Y-%m-%d %H:%M}; with --known-at "
            f"{newest:%Y-%m-%d} or later an earlier day is computed from what is known since"
        )


def _days_of_periods(home: Home) -> tuple[date, date]:
    """The first and the last day of any period, whenever it was announced."""
    dates = [
        (free.start, free.end)
        for book in load_rulebooks(home)
        for version in book.versions
        for free in version.rules.when.dates
    ]
    dates += [
        (calendar.months[0].start, calendar.months[-1].end)
        for calendar in load_calendars(home).values()
    ]
    return min(start for start, _ in dates), max(end for _, end in dates)


def _landed_moments(home: Home) -> list[datetime]:
    """When the first and the newest of the landed files were known; none without any."""
    import duckdb

    files = home.landing / "files.parquet"
    if not files.is_file():
        return []
    with duckdb.connect() as connection:
        found = connection.execute(
            "select min(known_at), max(known_at) from read_parquet(?) where outcome = 'landed'",
            [str(files)],
        ).fetchone()
    return [moment for moment in found or () if moment is not None]


def sweep(home: Home) -> None:
    """Removes the folders of computations whose process is gone, however it died."""
    for folder in sorted(home.scratch.glob("*/")):
        try:
            with run_lock(home.scratch / f"{folder.name}.lock", owner="sweeping"):
                shutil.rmtree(folder, ignore_errors=True)
        except LockedError:
            continue  # its owner lives and is still reading


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
