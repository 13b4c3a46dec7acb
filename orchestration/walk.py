"""What every step of a run shares: the home, the settings, the moments, the journal and the lock.

It is a Dagster resource with the life of the run (steps run in process), so the lock is held from
the first step to the last and the outcome is written however the run ends. What a step does belongs
to its stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orchestration.home import Home
from orchestration.journal import Counts, Journal, Progress, Silent
from orchestration.lock import run_lock
from orchestration.moments import Moments, parse_moment
from orchestration.settings import Settings, read_settings

if TYPE_CHECKING:
    from programs.group import Group


@dataclass
class Walk:
    """One run's surroundings."""

    home: Home
    settings: Settings
    moments: Moments
    group: Group
    journal: Journal
    started_at: datetime
    inputs_hash: str = ""
    has_waiting_files: bool = False  # some were still being written, so the inputs are not all in
    shared: dict[str, Any] = field(
        default_factory=dict
    )  # results handed from step to step, in process

    def stage(self, name: str) -> AbstractContextManager[Counts]:
        return self.journal.stage(name)


def moments_for(group: Group, *, as_of: str, known_at: str, now: datetime) -> Moments:
    """The moments asked for in words; what isn't said is the group's own as-of, else `now`."""
    asked = parse_moment(as_of, group.time_zone) if as_of else (group.as_of or now)
    known = parse_moment(known_at, group.time_zone, option="--known-at") if known_at else None
    return Moments.of(asked, known, group.time_zone)


def walk_resource(home: Home, progress: Progress | None = None) -> Any:
    """The Dagster resource that opens a Walk for the life of a run."""
    import dagster as dg

    @dg.resource(
        config_schema={
            "as_of": dg.Field(
                str,
                default_value="",
                description="Date or ISO moment asked about; empty: the group's own, else now.",
            ),
            "known_at": dg.Field(
                str,
                default_value="",
                description="Only what was known by then; empty: the as-of moment.",
            ),
        },
        description="Home, settings, moments, journal and lock of a run.",
    )
    def walk(context: dg.InitResourceContext) -> Iterator[Walk]:
        yield from open_walk(
            home,
            run_id=context.run_id or "outside-a-run",
            as_of=context.resource_config["as_of"],
            known_at=context.resource_config["known_at"],
            progress=progress or Silent(),
            now=_run_start(context),
        )

    return walk


def open_walk(
    home: Home, *, run_id: str, as_of: str, known_at: str, progress: Progress, now: datetime
) -> Iterator[Walk]:
    """Yields one Walk with the lock held; writes the outcome when the run is over."""
    from orchestration.inputs import inputs_hash
    from orchestration.rules import load_group
    from orchestration.scratch import sweep

    home.check()
    group = load_group(home)
    settings = read_settings(home)
    moments = moments_for(group, as_of=as_of, known_at=known_at, now=now)
    with run_lock(home.lock_file, owner=f"run {run_id}"):
        sweep(home)
        journal = Journal(
            home,
            run_id,
            as_of=moments.as_of.isoformat(),
            known_at=moments.known_at.isoformat(),
            progress=progress,
        )
        try:
            yield Walk(
                home=home,
                settings=settings,
                moments=moments,
                group=group,
                journal=journal,
                started_at=now,
                inputs_hash=inputs_hash(home, settings, moments),
            )
        finally:
            journal.finish()


def _run_start(context: Any) -> datetime:
    """When Dagster recorded the run: the one reading of the clock that all its steps share."""
    record = context.instance.get_run_record_by_id(context.run_id) if context.run_id else None
    if record is None:
        return Clock.now()
    return record.create_timestamp


class Clock:
    """The clock of the outermost rim; tests hand in another."""

    now: Callable[[], datetime] = staticmethod(lambda: datetime.now().astimezone())
