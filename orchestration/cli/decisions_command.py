"""`stairstep decisions`: what was chased and what was let go, why, and what became of it.

Here: options and printing. Keeping decisions is notebook/decisions.py, their words are
scenarios/decided.py; they are made in the app, beside the figures they are made on.
"""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.options import Format, FormatOption, HomeOption, home_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notebook.decisions import Decision
    from scenarios.decided import Became, Key

SAID = {"chase": "chase", "let_go": "let go"}


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("decisions")(decisions)


def decisions(
    rooftop: Annotated[
        str | None,
        typer.Option("--rooftop", metavar="R", help="Only this rooftop's; without it all."),
    ] = None,
    home: HomeOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Print what was decided of each program, who decided why, and what became of it.

    The newest decision on a program's period holds; earlier ones stay readable.

    [bold]Examples[/bold]

      stairstep decisions
      stairstep decisions --rooftop lakeside-nissan --format json
    """
    import duckdb

    from notebook.decisions import read_decisions
    from notebook.store import open_notebook
    from orchestration.publish import current_file
    from scenarios.decided import read_became

    place = home_of(home)
    found = read_decisions(open_notebook(place.root), None, rooftop)
    with duckdb.connect(str(current_file(place)), read_only=True) as connection:
        became = read_became(connection, sorted({one.rooftop_id for one in found}))
    rows = [_row(one, became) for one in found]
    if output is Format.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    elif output is Format.csv:
        flat = [{name: value for name, value in row.items() if name != "figures"} for row in rows]
        if flat:
            writer = csv.DictWriter(sys.stdout, list(flat[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(flat)
    else:
        _print_table(rows)


def _row(decision: Decision, became: Mapping[Key, Became]) -> dict[str, Any]:
    from scenarios.decided import words_of

    return {
        "decided_at": decision.decided_at.isoformat(),
        "decided_by": decision.decided_by,
        "rooftop_id": decision.rooftop_id,
        "program_code": decision.program_code,
        "period_code": decision.period_code,
        "verdict": decision.verdict,
        "reason": decision.reason,
        "became": words_of(decision.figures, became.get(decision.key)),
        "as_of_date": decision.as_of_date.isoformat(),
        "content_hash": decision.content_hash,
        "figures": dict(decision.figures),
    }


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    wide = Console(width=None if console.is_terminal else 220)
    if not rows:
        wide.print("Nothing is decided yet; decisions are made in the app, under Chase or let go.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in ("decided", "by", "rooftop", "program", "period", "decision"):
        table.add_column(header, no_wrap=True)
    for header in ("why", "what became of it"):
        table.add_column(header)
    for row in rows:
        table.add_row(
            row["decided_at"][:16].replace("T", " "), row["decided_by"], row["rooftop_id"],
            row["program_code"], row["period_code"], SAID[row["verdict"]], row["reason"],
            row["became"],
        )  # fmt: skip
    wide.print(table)
