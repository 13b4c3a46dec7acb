"""How scenarios are printed: tables, JSON and CSV, and the list of saved ones.

Not here: options (scenario_command.py), what the rows are (scenarios/scenario.py).
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

from orchestration.cli.options import Format

if TYPE_CHECKING:
    from notebook.scenarios import Saved
    from scenarios.scenario import Result


def print_result(result: Result, output: Format) -> None:
    rows = result.rows()
    if output is Format.json:
        figures = result.figures()
        if len(result.rooftops) == 1:
            figures = {"rooftop_id": result.rooftops[0].rooftop.rooftop_id} | figures
        sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    elif output is Format.csv:
        _csv(rows)
    else:
        print_outcomes(rows, rows if len(result.rooftops) == 1 else result.moved_rows())
        if len(rows) > 1:
            total = {name: str(amount) for name, amount in result.total.items()}
            typer.echo(
                f"Total: earned {_pair(total, 'amount_earned', money)}, held "
                f"{_pair(total, 'amount_held', money)}, expected "
                f"{_pair(total, 'expected_amount', money)}"
            )


def _csv(rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def print_list(found: Sequence[Saved], output: Format) -> None:
    rows = [
        {
            "scenario_id": saved.scenario_id,
            "name": saved.name,
            "rooftop_ids": " ".join(saved.rooftop_ids),
            "as_of_date": saved.as_of_date.isoformat(),
            "created_by": saved.created_by,
            "amount_earned_after": saved.figures["total"]["amount_earned_after"],
            "expected_amount_after": saved.figures["total"]["expected_amount_after"],
            "now": saved.readings[-1].figures["sentence"] if saved.readings else "",
        }
        for saved in found
    ]
    if output is Format.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    elif output is Format.csv:
        _csv(rows)
    elif not rows:
        typer.echo("No scenario is saved yet; add --save NAME to one.")
    else:
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        for header in ("id", "name", "rooftop", "of", "earned", "expected"):
            table.add_column(header, no_wrap=header != "name")
        for row in rows:
            table.add_row(
                row["scenario_id"], row["name"], row["rooftop_ids"], row["as_of_date"],
                money(row["amount_earned_after"]), money(row["expected_amount_after"]),
            )  # fmt: skip
        _console().print(table)
        for row in rows:
            if row["now"]:
                _console().print(f"{row['name']}: {row['now']}", markup=False, highlight=False)


def print_compared(found: Sequence[Saved], results: Sequence[Result], output: Format) -> None:
    """Saved scenarios side by side, each on today's data."""
    rows = [
        {"scenario": saved.name} | row
        for saved, result in zip(found, results, strict=True)
        for row in result.rows()
    ]
    if output is Format.json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
    elif output is Format.csv:
        _csv(rows)
    else:
        from rich.table import Table

        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("", no_wrap=True)
        for saved in found:
            table.add_column(saved.name, justify="right")
        names = ("amount_earned_after", "amount_held_after", "expected_amount_after")
        totals = [result.total for result in results]
        for name in names:
            label = name.removesuffix("_after").replace("_", " ")
            table.add_row(label, *(money(str(total[name])) for total in totals))
        _console().print(table)


def print_outcomes(rows: list[dict[str, Any]], explained: list[dict[str, Any]]) -> None:
    """The table a person reads, and a sentence for each program to be explained."""
    from rich.table import Table

    has_many = len({row["rooftop_id"] for row in rows}) > 1
    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in (*(("rooftop",) if has_many else ()), "program", "period"):
        table.add_column(header, no_wrap=True)
    for header in ("units", "tier", "earned", "held", "expected", "chance"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            *((row["rooftop_id"],) if has_many else ()),
            row["program_code"],
            row["period_code"],
            _pair(row, "counted_units", str),
            _pair(row, "tier_number", str),
            _pair(row, "amount_earned", money),
            _pair(row, "amount_held", money),
            _pair(row, "expected_amount", money),
            _chance(row),
        )
    wide = _console()
    wide.print(table)
    for row in explained:
        wide.print(row["explanation"], markup=False, highlight=False)


def _console() -> Any:
    from rich.console import Console

    console = Console()
    return Console(width=None if console.is_terminal else 220)


def _pair(row: Mapping[str, Any], name: str, said: Any) -> str:
    before, after = said(row[f"{name}_before"]), said(row[f"{name}_after"])
    return before if before == after else f"{before} > {after}"


def money(amount: str) -> str:
    """Dollars and cents with their sign and commas."""
    return f"${Decimal(amount):,.2f}"


def _chance(row: dict[str, Any]) -> str:
    from fractions import Fraction

    from programs.outcomes import percent

    if row["chance_tier_number"] is None:
        return "-"
    before, after = (percent(Fraction(row[f"chance_{when}"])) for when in ("before", "after"))
    change = before if before == after else f"{before} > {after}"
    return f"tier {row['chance_tier_number']}: {change}"
