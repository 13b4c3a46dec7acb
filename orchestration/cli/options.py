"""What commands share: the --home and --format options, the state of a call, the output."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orchestration.home import Home, HomeError


class GateStopped(Exception):
    """A gate stopped the run: an outcome with its own exit code, not an error of the user."""


class Format(StrEnum):
    """How rows are printed."""

    table = "table"
    json = "json"
    csv = "csv"


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The group's home folder; without it STAIRSTEP_HOME.", show_default=False
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print.")]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="MOMENT",
        help="A date (that morning at 07:00) or an ISO moment; without it the group's own.",
        show_default=False,
    ),
]

KnownAtOption = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="MOMENT",
        help="Use only what was known by then; without it the as-of moment.",
        show_default=False,
    ),
]


@dataclass
class State:
    """What holds for one call of the command line."""

    debug: bool = False


state = State()


def home_of(given: Path | None) -> Home:
    """The home that was named, checked. Raises HomeError when none was, or it isn't one."""
    named = given or os.environ.get("STAIRSTEP_HOME")
    if not named:
        raise HomeError("which group? name its home folder with --home or STAIRSTEP_HOME")
    home = Home(Path(named).expanduser().resolve())
    home.check()
    return home
