"""`stairstep init`: a new group's folder from the annotated template.

The template itself is in `orchestration/group_template/`; what its documents may say belongs to
`programs`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from programs.errors import StairstepError

TEMPLATE = Path(__file__).resolve().parent.parent / "group_template"
NEXT_STEPS = (
    "{home}/stairstep.yaml: your rooftops, their franchises and dealer codes",
    "{home}/calendars/: when each OEM's sales months end",
    "{home}/mappings/: one file for each vendor and kind of file, which column is what",
    "{home}/rulebooks/: one file a program (`stairstep rules new` asks its way to a first), "
    "then `stairstep rules check --home {home}`",
    "{home}/inbox/: put the vendors' files there",
    "stairstep run --home {home}, then stairstep app --home {home}",
)


class InitError(StairstepError):
    """The folder can't be made."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("init")(init)


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder to make; it may not hold files yet.")
    ],
) -> None:
    """Make a new group's folder: settings, a calendar, a rulebook, mappings, an inbox.

    Every file explains itself line by line, and the whole runs as it is.

    [bold]Example[/bold]

      stairstep init my-group
    """
    target = directory.expanduser()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InitError(f"{target} already holds something; name a new or an empty folder")
    try:
        shutil.copytree(TEMPLATE, target, dirs_exist_ok=True)
    except OSError as error:
        raise InitError(f"{target} can't be made: {error.strerror}") from error
    typer.echo(
        f"Made {target}, which runs as it is for an invented Nissan store. To make it yours:"
    )
    for number, step in enumerate(NEXT_STEPS, 1):
        typer.echo(f"  {number}. {step.format(home=target)}")
