"""Runs the job `everything` in this process, and says how it ended in our own words.

The command line and the tests come in here; the daemon runs the same definitions without it.
Dagster's instance for a home (SQLite or Postgres) is set up here too.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.home import Home
from orchestration.journal import (
    FAILED,
    INTERRUPTED,
    INTERRUPTS,
    Journal,
    Progress,
    Silent,
    read_json,
)
from orchestration.lock import LockedError, check_unlocked
from orchestration.settings import Settings, read_settings

JOB = "everything"


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended. `record` is what last_run.json says of it."""

    run_id: str
    outcome: str  # published, stopped_by_gate, failed
    failed_step: str | None
    message: str | None
    record: dict[str, Any]
    error: BaseException | None = None


def prepare_instance(home: Home, settings: Settings) -> Path:
    """Writes HOME/dagster/dagster.yaml from the settings and names it as DAGSTER_HOME."""
    import yaml

    folder = home.dagster
    folder.mkdir(parents=True, exist_ok=True)
    wanted = yaml.safe_dump(_instance_config(settings), sort_keys=False)
    header = "# Written from the settings at each start; change HOME/settings.yaml instead.\n"
    file = folder / "dagster.yaml"
    if not file.is_file() or file.read_text(encoding="utf-8") != header + wanted:
        file.write_text(header + wanted, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folder)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "yes"
    if settings.storage != "sqlite":
        os.environ["STAIRSTEP_STORAGE"] = settings.storage
    return folder


def run_everything(
    home: Home,
    *,
    as_of: str = "",
    known_at: str = "",
    progress: Progress | None = None,
    settings: Settings | None = None,
) -> RunOutcome:
    """Runs the whole job on `home` in this process and gives back how it ended.

    Raises StairstepError for what a user can mend before a step has begun (home, settings, lock);
    KeyboardInterrupt when the user stops it.
    """
    check_unlocked(home.lock_file)
    watcher = progress or Silent()
    try:
        job = _prepared_job(home, settings or read_settings(home), watcher)
    except Exception as error:
        _note_early_failure(home, as_of, known_at, error)
        raise
    import dagster as dg

    with dg.DagsterInstance.get() as instance:
        try:
            result = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                run_config={
                    "resources": {"walk": {"config": {"as_of": as_of, "known_at": known_at}}},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
            )
        except dg.DagsterExecutionInterruptedError as error:
            raise KeyboardInterrupt from error
        outcome = _outcome(home, result)
        if outcome.message == INTERRUPTED:  # within a step Dagster makes a failure of it
            raise KeyboardInterrupt
        return outcome


def _prepared_job(home: Home, settings: Settings, progress: Progress) -> Any:
    from orchestration.build import build_definitions
    from orchestration.walk import walk_resource

    prepare_instance(home, settings)
    definitions = build_definitions(
        home=home.root, resources={"walk": walk_resource(home, progress)}
    )
    return definitions.resolve_job_def(JOB)


def _note_early_failure(home: Home, as_of: str, known_at: str, error: Exception) -> None:
    """A run that fails before its first step is a failed run too: the app has to say so."""
    journal = Journal(
        home, f"not-begun-{uuid.uuid4()}", as_of=as_of, known_at=known_at, progress=Silent()
    )
    journal.note_failure("configuration", error)
    journal.finish()


def _outcome(home: Home, result: Any) -> RunOutcome:
    """What the run's own journal says; where it wrote none, what Dagster says, which is noted."""
    record = read_json(home.last_run) or {}
    if record.get("run_id") != result.run_id:
        step, name, message = _failure(result)
        if name == LockedError.__name__:  # the outcome to be shown is that of the run it met
            return RunOutcome(result.run_id, FAILED, step, message, {})
        journal = Journal(home, result.run_id, as_of="", known_at="", progress=Silent())
        journal.failure = (step or "run", INTERRUPTED if name in INTERRUPTS else message)
        journal.finish()
        record = read_json(home.last_run) or {}
    return RunOutcome(
        run_id=result.run_id,
        outcome=record["outcome"],
        failed_step=record["failed_step"],
        message=record["message"],
        record=record,
    )


def _failure(result: Any) -> tuple[str | None, str, str]:
    """The first failed step, and the name and message of the error at the bottom of it."""
    for event in result.all_events:
        error = getattr(event.event_specific_data, "error", None)
        if error is not None:
            while error.cause is not None:
                error = error.cause
            return event.step_key, error.cls_name or "", " ".join(str(error.message).split())
    return None, "", "the run ended without saying why; see `stairstep dagster`"


def _instance_config(settings: Settings) -> dict[str, Any]:
    config: dict[str, Any] = {
        "telemetry": {"enabled": False},
        "concurrency": {"runs": {"max_concurrent_runs": 1}},
        "python_logs": {"python_log_level": "WARNING"},
        "freshness": {"enabled": True},
        # Steps print nothing: what they say is in the events and in HOME/logs. The default starts
        # two watching processes a step.
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
    }
    if settings.storage != "sqlite":
        config["storage"] = {"postgres": {"postgres_url": {"env": "STAIRSTEP_STORAGE"}}}
    return config
