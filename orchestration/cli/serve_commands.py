"""`stairstep app` and `stairstep dagster`: the dashboard and Dagster's UI, on this machine only.

The dashboard is one process and takes this one's place. Dagster's UI is a family of processes, some
of which outlive their parent: it runs in a group of its own, and the group is ended as a whole.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import HomeOption, home_of

ADDRESS = "127.0.0.1"
# What a family of processes may take to end by itself, twice, before it is ended.
GRACE_SECONDS = 15.0
APP = Path(__file__).resolve().parent.parent.parent / "app" / "main.py"

PortOption = Annotated[int, typer.Option("--port", min=1, max=65_535, help="The port to serve on.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("app")(dashboard)
    app.command("dagster")(dagster)


def dashboard(home: HomeOption = None, port: PortOption = 8501) -> None:
    """Serve the dashboard on 127.0.0.1:8501. It shows a new publication without a restart.

    [bold]Example[/bold]

      stairstep app --home my-group
    """
    place = home_of(home)
    environment = {**os.environ, "STAIRSTEP_HOME": str(place.root)}
    arguments = [
        sys.executable, "-m", "streamlit", "run", str(APP),
        "--server.address", ADDRESS,
        "--server.port", str(port),
        "--server.headless", "true",
        "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    typer.echo(f"Stairstep: http://{ADDRESS}:{port}  (Ctrl-C ends it)", err=True)
    os.execve(sys.executable, arguments, environment)


def dagster(home: HomeOption = None, port: PortOption = 3000) -> None:
    """Serve Dagster's UI on 127.0.0.1:3000, with the inbox sensor and the daily run switched on.

    [bold]Example[/bold]

      stairstep dagster --home my-group
    """
    from orchestration.execute import prepare_instance
    from orchestration.settings import read_settings

    place = home_of(home)
    prepare_instance(place, read_settings(place))
    environment = {**os.environ, "STAIRSTEP_HOME": str(place.root)}
    arguments = [
        sys.executable, "-m", "dagster", "dev",
        "--module-name", "orchestration.definitions",
        "--host", ADDRESS,
        "--port", str(port),
    ]  # fmt: skip
    typer.echo(f"Dagster: http://{ADDRESS}:{port}  (Ctrl-C ends it)", err=True)
    raise typer.Exit(run_group(arguments, environment))


def run_group(arguments: list[str], environment: dict[str, str]) -> int:
    """Runs a family of processes until it ends or is told to; none of it is left behind.

    Ctrl-C and SIGTERM are handed to the whole group, which may finish for GRACE_SECONDS; a run
    under way ends as if it had been interrupted itself. Gives back the exit code, 0 when it was
    told to end.
    """
    process = subprocess.Popen(arguments, env=environment, start_new_session=True)
    told: list[int] = []

    def hand_on(number: int, frame: object) -> None:
        told.append(number)
        _signal_group(process.pid, signal.SIGINT if len(told) == 1 else signal.SIGTERM)

    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while process.poll() is None and not told:
            time.sleep(0.2)
        if told:
            _await_group(process, GRACE_SECONDS)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _signal_group(process.pid, signal.SIGTERM)
        _await_group(process, GRACE_SECONDS)
        _signal_group(process.pid, signal.SIGKILL)
    return 0 if told else process.wait()


def _signal_group(group: int, number: int) -> bool:
    """Whether there was anyone to hear it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def _await_group(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Until nobody of the group is left, or the time is up."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        process.poll()  # else the ended leader stays as a zombie and counts as alive
        if not _signal_group(process.pid, 0):
            return
        time.sleep(0.1)
