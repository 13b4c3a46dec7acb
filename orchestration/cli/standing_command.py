"""`stairstep standing`: where each rooftop stands in each program, as a table, JSON or CSV.

Here: choosing and printing rows. They come from what is published, or from a scratch computation
for another moment (`orchestration.scratch`); the arithmetic belongs to the marts.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from orchestration.cli.options import (
    AsOfOption,
    Format,
    FormatOption,
    HomeOption,
    KnownAtOption,
    home_of,
)
from programs.errors import StairstepError

COLUMNS = (
    "rooftop_id", "program_code", "period_code", "reported_units", "pending_units",
    "official_units", "objective_units", "attainment_pct", "tier_number", "tier_count",
    "units_to_next_tier", "worth_of_next_tier_amount", "amount_earned", "amount_held",
    "amount_adjusted", "gate_state", "selling_days_left", "standing_state",
)  # fmt: skip
MARTS = ("fct_program_standing", "dim_rooftop", "dim_program")
HEADERS = {
    "rooftop_id": "rooftop",
    "program_code": "program",
    "period_code": "period",
    "reported_units": "reported",
    "pending_units": "pending",
    "official_units": "official",
    "objective_units": "objective",
    "attainment_pct": "attained",
    "tier": "tier",
    "units_to_next_tier": "to next",
    "worth_of_next_tier_amount": "worth",
    "amount_earned": "earned",
    "amount_held": "held",
    "gate_state": "gates",
    "selling_days_left": "days left",
}


class UnknownError(StairstepError):
    """A rooftop or program that isn't in the group."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("standing")(standing)


def standing(
    home: HomeOption = None,
    rooftop: Annotated[
        str | None, typer.Option("--rooftop", metavar="R", help="Only this rooftop's id.")
    ] = None,
    program: Annotated[
        str | None, typer.Option("--program", metavar="P", help="Only this program's code.")
    ] = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    all_periods: Annotated[
        bool, typer.Option("--all-periods", help="Closed periods too, not only open ones.")
    ] = False,
    output: FormatOption = Format.table,
) -> None:
    """Print where each rooftop stands in each program.

    Reads what is published. With another --as-of it is computed anew, beside what is published
    and without touching it.

    [bold]Examples[/bold]

      stairstep standing --home my-group
      stairstep standing --rooftop lakeside-nissan --program nissan-one
      stairstep standing --as-of 2025-07-31 --format csv > july.csv
      stairstep standing --as-of 2025-07-31 --known-at 2025-08-15
    """
    from orchestration.cli.sources import marts_as_of

    with marts_as_of(home_of(home), as_of, known_at, marts=MARTS) as source:
        rows = read_rows(source.file, source.schema, rooftop, program, all_periods=all_periods)
        if not rows:
            raise UnknownError(_nothing(source.file, source.schema, rooftop, program))
    {Format.json: _json, Format.csv: _csv, Format.table: _table}[output](rows)


def read_rows(
    file: Path, schema: str, rooftop: str | None, program: str | None, *, all_periods: bool
) -> list[dict[str, Any]]:
    """Rows of fct_program_standing, in order of rooftop, program and period."""
    import duckdb

    conditions = ["standing_state <> 'not_enrolled'"]
    parameters: list[str] = []
    for column, value in (("rooftop_id", rooftop), ("program_code", program)):
        if value is not None:
            conditions.append(f"{column} = ?")
            parameters.append(value)
    if not all_periods:
        conditions.append("is_open")
    sql = (
        f"select {', '.join(COLUMNS)} from {schema}.fct_program_standing "
        f"where {' and '.join(conditions)} order by rooftop_id, program_code, period_code"
    )
    with duckdb.connect(str(file), read_only=True) as connection:
        cursor = connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _nothing(file: Path, schema: str, rooftop: str | None, program: str | None) -> str:
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        for table, column, value in (
            ("dim_rooftop", "rooftop_id", rooftop),
            ("dim_program", "program_code", program),
        ):
            if value is None:
                continue
            known = [
                name
                for (name,) in connection.execute(
                    f"select distinct {column} from {schema}.{table} order by 1"
                ).fetchall()
            ]
            if value not in known:
                return f"there is no {column.split('_')[0]} {value!r}; known: {', '.join(known)}"
    return "no open standing matches; try --all-periods, or another --rooftop or --program"


def _json(rows: Sequence[dict[str, Any]]) -> None:
    sys.stdout.write(json.dumps(rows, indent=1, default=str) + "\n")


def _csv(rows: Sequence[dict[str, Any]]) -> None:
    writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _table(rows: Sequence[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, header in HEADERS.items():
        is_text = name in ("rooftop_id", "program_code", "period_code", "gate_state")
        table.add_column(header, justify="left" if is_text else "right", no_wrap=True)
    before = ""
    for row in rows:
        cells = [_cell(name, row) for name in HEADERS]
        if row["rooftop_id"] == before:
            cells[0] = ""
        before = row["rooftop_id"]
        table.add_row(*cells)
    console = Console()
    # Cut short a column only where a person can widen the window.
    Console(width=None if console.is_terminal else 220).print(table)


def _cell(name: str, row: dict[str, Any]) -> str:
    if name == "tier":
        return f"{row['tier_number']} of {row['tier_count']}" if row["tier_count"] else "-"
    value = row[name]
    if value is None:
        return "-"
    if name.endswith("_amount") or name.startswith("amount_"):
        return f"${value:,.2f}"
    if name.endswith("_pct"):
        return f"{Decimal(value):.1f} %"
    return str(value)
