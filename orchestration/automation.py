"""What starts a run without a person: the sensor on inbox/ and the daily schedule.

Both ask for the job `everything` and leave the moment to the group's settings. What the job does
belongs to the assets; when an asset is too old, to their freshness policies.
"""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.home import Home
from orchestration.settings import Settings

JOB = "everything"
RUNNING = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def inbox_sensor(
    home: Home,
    settings: Settings,
    job: Any,
    now: Callable[[], float] = time.time,
) -> dg.SensorDefinition:
    """Asks for a run when files with new content have settled in inbox/.

    The cursor keeps size, time and hash of each file seen, so that only changed files are read, and
    a file that is touched, moved or sent again asks for nothing.
    """

    @dg.sensor(
        name="inbox",
        job=job,
        minimum_interval_seconds=settings.sensor_seconds,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="New content in inbox/, once it has stopped growing.",
    )
    def inbox(context: dg.SensorEvaluationContext):
        if _is_running(context.instance):
            return dg.SkipReason("a run is under way; new files are looked at when it ends")
        seen: dict[str, list] = json.loads(context.cursor) if context.cursor else {}
        found, unsettled = look(home.inbox, seen, settle_seconds=settings.settle_seconds, now=now())
        before = {entry[2] for entry in seen.values()}
        fresh = sorted({entry[2] for entry in found.values()} - before)
        cursor = json.dumps({**seen, **found})
        if not fresh:
            context.update_cursor(cursor)
            waiting = f"; {unsettled} still settling" if unsettled else ""
            return dg.SkipReason(f"no new content in {len(found)} files{waiting}")
        return dg.SensorResult(
            run_requests=[
                dg.RunRequest(run_key=_digest(fresh), tags={"new_files": str(len(fresh))})
            ],
            cursor=cursor,
        )

    return inbox


def daily_schedule(settings: Settings, time_zone: str, job: Any) -> dg.ScheduleDefinition:
    """The run of each morning, in the group's time zone."""
    hour, minute = settings.daily_at.split(":")
    return dg.ScheduleDefinition(
        name="every_morning",
        job=job,
        cron_schedule=f"{int(minute)} {int(hour)} * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="After the nightly extracts, before the sales meeting.",
    )


def look(
    inbox: Path, seen: dict[str, list], *, settle_seconds: float, now: float
) -> tuple[dict[str, list], int]:
    """Settled files of `inbox` as path -> [size, time, hash], and how many have not settled."""
    found: dict[str, list] = {}
    unsettled = 0
    for path in sorted(inbox.rglob("*")):
        if not path.is_file() or path.name.startswith("."):
            continue
        try:
            entry = _entry(path, seen.get(str(path.relative_to(inbox))), settle_seconds, now)
        except FileNotFoundError:  # renamed or removed while we looked: seen at the next look
            entry = None
        if entry is None:
            unsettled += 1
        else:
            found[str(path.relative_to(inbox))] = entry
    return found, unsettled


def _entry(path: Path, known: list | None, settle_seconds: float, now: float) -> list | None:
    stat = path.stat()
    # The time of the change as the system keeps it: a copy that keeps the sender's time can't fake
    # it.
    if now - stat.st_ctime < settle_seconds:
        return None
    if known and known[:2] == [stat.st_size, stat.st_ctime_ns]:
        return known
    with path.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256").hexdigest()
    after = path.stat()
    if (after.st_size, after.st_ctime_ns) != (stat.st_size, stat.st_ctime_ns):
        return None
    return [stat.st_size, stat.st_ctime_ns, content]


def _is_running(instance: dg.DagsterInstance) -> bool:
    filters = dg.RunsFilter(job_name=JOB, statuses=RUNNING)
    return bool(instance.get_runs(filters=filters, limit=1))


def _digest(hashes: list[str]) -> str:
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:32]
