"""`stairstep run`: land, check, transform, forecast, publish.

Here: whether there is anything to do, showing it as it goes, and saying how it ended. Running
belongs to `orchestration.execute`.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orchestration.cli.options import (
    AsOfOption,
    GateStopped,
    HomeOption,
    KnownAtOption,
    home_of,
    state,
)
from programs.errors import StairstepError

if TYPE_CHECKING:
    from orchestration.execute import RunOutcome
    from orchestration.home import Home


class RunFailed(StairstepError):
    """A run ended with an error that is told in one line."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("run")(run)


def run(
    home: HomeOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Run even when nothing has changed since the last run.")
    ] = False,
) -> None:
    """Land what is in inbox/, check it, transform, forecast and publish.

    Nothing new in the files, rulebooks, settings and moment: nothing is done. A gate that fails
    stops the run, and what was published last stays up.

    [bold]Examples[/bold]

      stairstep run --home my-group
      stairstep run --as-of 2025-08-15
      stairstep run --as-of 2025-08-31T18:00 --known-at 2025-09-04
    """
    place = home_of(home)
    console = Console(stderr=True)
    if not force and _nothing_to_do(place, as_of or "", known_at or ""):
        console.print(
            f"nothing new since the last run; {_published(place)}", highlight=False, soft_wrap=True
        )
        return
    from orchestration.cli.progress import Stages
    from orchestration.execute import run_everything

    start = time.perf_counter()
    with Stages(console) as stages:
        outcome = run_everything(place, as_of=as_of or "", known_at=known_at or "", progress=stages)
    _tell(console, place, outcome, time.perf_counter() - start)


def _nothing_to_do(home: Home, as_of: str, known_at: str) -> bool:
    """Whether nothing has changed. What can't be read is for the run to say and to record."""
    try:
        return _is_unchanged(home, as_of, known_at)
    except StairstepError:
        return False


def _is_unchanged(home: Home, as_of: str, known_at: str) -> bool:
    """True when the last run published exactly what a run would publish now."""
    from orchestration.inputs import inputs_hash
    from orchestration.journal import PUBLISHED, read_json
    from orchestration.rules import load_group
    from orchestration.settings import read_settings
    from orchestration.walk import moments_for

    last, pointer = read_json(home.last_run), read_json(home.pointer)
    if not last or not pointer or last.get("outcome") != PUBLISHED:
        return False
    if last.get("content_hash") != pointer["content_hash"]:
        return False
    if not (home.published / pointer["file"]).is_file():
        return False
    moments = moments_for(
        load_group(home), as_of=as_of, known_at=known_at, now=datetime.now().astimezone()
    )
    return last.get("inputs_hash") == inputs_hash(home, read_settings(home), moments)


def _tell(console: Console, home: Home, outcome: RunOutcome, seconds: float) -> None:
    from orchestration.journal import PUBLISHED, STOPPED

    if outcome.outcome == PUBLISHED:
        _tell_warnings(console, outcome)
        console.print(
            f"done in {seconds:.1f} s; {_published(home)}",
            highlight=False,
            soft_wrap=True,
        )
        return
    kept = f"this run published nothing; {_still_up(home)}"
    if outcome.outcome == STOPPED:
        raise GateStopped(f"stopped by {outcome.failed_step}: {outcome.message}; {kept}")
    if state.debug:
        console.print(f"events: stairstep dagster --home {home.root}, run {outcome.run_id}")
    raise RunFailed(f"{outcome.failed_step or 'run'} failed: {outcome.message}; {kept}")


def _tell_warnings(console: Console, outcome: RunOutcome) -> None:
    failed = [gate for gate in outcome.record["gates"] if not gate["success"]]
    for gate in failed[:5]:
        console.print(
            f"warning: {gate['asset']}: {gate['expectation']}: {gate['details']}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
    if len(failed) > 5:
        console.print(f"and {len(failed) - 5} more, under Data health", highlight=False)


def _still_up(home: Home) -> str:
    """What people go on seeing after a run that published nothing."""
    from orchestration.journal import read_json

    pointer = read_json(home.pointer)
    if not pointer:
        return "nothing was published before either"
    return f"still up is the standing as of {pointer['as_of']} ({pointer['file']})"


def _published(home: Home) -> str:
    from orchestration.journal import read_json

    pointer = read_json(home.pointer)
    if not pointer:
        return "nothing is published yet"
    return f"published: as of {pointer['as_of']} ({pointer['file']})"
