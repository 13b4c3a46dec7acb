"""`stairstep app` and `stairstep dagster`: the dashboard and Dagster's UI, on this machine only.

Both become the process they start, so Ctrl-C and signals reach it and nothing is left behind.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import HomeOption, home_of

ADDRESS = "127.0.0.1"
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
    os.execve(sys.executable, arguments, environment)
