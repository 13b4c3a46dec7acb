"""`stairstep backtest`: how good forecasts were on past quarters, every forecaster side by side.

Here: options, where files go, and the progress shown. Measuring is forecasting.backtest, what must
be reached forecasting.backtest_targets, the printed tables backtest_print.py beside this.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.options import Format, FormatOption, HomeOption, home_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from forecasting.backtest_cells import BacktestPanel
    from orchestration.home import Home

DEFAULT_QUARTERS = 4
DEFAULT_FOLDER = Path("backtest")
PLAIN_EVERY_SECONDS = 5.0


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("backtest")(backtest)


def backtest(
    registrations: Annotated[
        Path | None,
        typer.Option(
            "--registrations", metavar="DIR",
            help="A folder of vehicle registrations (.parquet or .csv with date_reg, maker, model, "
            "state), measured instead of a group's own sales.",
            show_default=False,
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="Q", help="The first quarter: 2023Q1. Without it the last "
                     f"{DEFAULT_QUARTERS} that are known.", show_default=False),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="Q", help="The last quarter; without it the last known.",
                     show_default=False),
    ] = None,
    candidates: Annotated[
        str,
        typer.Option("--candidates", metavar="CODES", help="Forecasters, with commas between, or "
                     "all. Prophet takes most of the time."),
    ] = "all",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where files go: HOME/backtest for a home, else "
                     f"./{DEFAULT_FOLDER}.", show_default=False),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=1, help="Processes that Prophet may use.")
    ] = 2,
    home: HomeOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Forecast past quarters as of past mornings, and compare with what came.

    Each quarter is forecast at 25, 50, 75 and 90 % of its days by every forecaster, from what was
    known that morning, calibrated on earlier quarters alone. A run that is interrupted goes on
    where it stopped. The app's page "How good is this?" shows a home's after the next run.

    [bold]Examples[/bold]

      stairstep backtest --home my-group
      stairstep backtest --registrations DIR --from 2022Q1 --to 2023Q4
      stairstep backtest --registrations DIR --candidates run_rate,stairstep --format json
    """  # fmt: skip
    from forecasting.backtest import run_backtest
    from forecasting.candidates.roster import CANDIDATES

    # A folder of registrations needs no home; one that is named shows them in its app.
    place = home_of(home) if home is not None or registrations is None else None
    folder = out or (place.backtest if place else DEFAULT_FOLDER)
    panels = _panels(registrations, place)
    quarters = _quarters(panels, first, last)
    codes = CANDIDATES if candidates == "all" else [c.strip() for c in candidates.split(",")]
    with _Progress() as progress:
        rows = run_backtest(panels, quarters, codes, folder, progress, jobs)
    if output is Format.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    elif output is Format.csv:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        from orchestration.cli.backtest_print import print_backtest

        print_backtest(rows, folder)


def _panels(registrations: Path | None, place: Home | None) -> list[BacktestPanel]:
    if registrations is not None:
        from forecasting.backtest import registration_panels

        return registration_panels(registrations.expanduser())
    from forecasting.backtest_home import home_panels
    from orchestration.lock import check_unlocked
    from orchestration.moments import parse_moment
    from orchestration.publish import published_pointer
    from orchestration.rules import load_calendars, load_group, load_rulebooks

    assert place is not None
    check_unlocked(place.lock_file)
    group = load_group(place)
    as_of = parse_moment(published_pointer(place)["as_of"], group.time_zone)
    return home_panels(
        place.warehouse_file,
        place.compiled,
        as_of.date(),
        load_calendars(place),
        group.holidays.country,
        load_rulebooks(place),
    )


def _quarters(panels: list[BacktestPanel], first: str | None, last: str | None) -> list[str]:
    from forecasting.backtest_cells import measurable_quarters, quarters_between

    if first and last:
        return quarters_between(first, last)
    known = measurable_quarters(panels)
    if first or last:
        return quarters_between(first or known[0], last or known[-1])
    return known[-DEFAULT_QUARTERS:]


class _Progress:
    """What is asked now: a live line on a terminal, a line every few seconds elsewhere, always on
    standard error."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console: Console = Console(stderr=True)
        self._status: Any = self._console.status("") if self._console.is_terminal else None
        self._began = time.monotonic()
        self._said_at = 0.0

    def __enter__(self) -> Callable[[str, float], None]:
        if self._status:
            self._status.start()
        return self.show

    def __exit__(self, *_: object) -> None:
        if self._status:
            self._status.stop()

    def show(self, message: str, share: float) -> None:
        now = time.monotonic()
        text = f"{share:4.0%}  {now - self._began:5.0f} s  {message}"
        if self._status:
            self._status.update(text)
        elif now - self._said_at >= PLAIN_EVERY_SECONDS or share == 1.0:
            self._said_at = now
            self._console.print(text, highlight=False, markup=False, soft_wrap=True)
