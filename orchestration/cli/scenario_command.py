"""`stairstep scenario`: a few more cars or another score, and what every program makes of it.

Here: options and printing. The published rows are read by scenarios.inputs, words
are understood by scenarios.levers, and the arithmetic is programs.outcomes.
"""

from __future__ import annotations

import csv
import json
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.options import Format, FormatOption, HomeOption, home_of

if TYPE_CHECKING:
    from programs.outcomes import Outcome

RooftopOption = Annotated[str, typer.Option("--rooftop", metavar="R", help="The rooftop's id.")]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("scenario")(scenario)


def scenario(
    rooftop: RooftopOption,
    add: Annotated[
        list[str] | None,
        typer.Option(
            "--add",
            metavar="CARS",
            help="Cars sold besides: make=Nissan,model=Frontier,units=5 "
            "(also trim, model_year, powertrain, stock_type). May be repeated.",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SCORE",
            help="A score or item as it might be: csi=93.1, training=done. May be repeated.",
        ),
    ] = None,
    home: HomeOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Print what a few more cars, or another score, change in every program of a rooftop.

    One car counts everywhere it counts. Chances and expected amounts are from the forecast's own
    samples, before and after.

    [bold]Examples[/bold]

      stairstep scenario --rooftop lakeside-nissan --add 'make=Nissan,model=Frontier,units=5'
      stairstep scenario --rooftop kettle-moraine-toyota --set csi=93.1 --format json
    """
    from orchestration.publish import current_file
    from programs.money import dollars
    from programs.outcomes import outcome
    from programs.scenario import Move
    from scenarios.inputs import ScenarioError
    from scenarios.levers import added, parse_set, tried_states
    from scenarios.reading import read_rooftop

    if not add and not set_:
        raise ScenarioError("nothing is changed; give --add or --set (see --help)")
    place = home_of(home)
    inputs = read_rooftop(current_file(place), rooftop)
    moves = [
        Move(
            found.line.label,
            found.units,
            dollars(found.line.msrp_cents),
            found.line.counted_by,
            found.line.paid_by,
        )
        for found in (added(inputs, text) for text in add or ())
    ]
    scores = dict(parse_set(inputs, text) for text in set_ or ())
    outcomes = [
        outcome(period.state, period.outlook, moves, tried_states(period, scores))
        for period in inputs.programs
    ]
    rows = [outcome_row(rooftop, found) for found in outcomes]
    if output is Format.json:
        sys.stdout.write(json.dumps(_whole(rooftop, inputs.as_of_date, rows), indent=1) + "\n")
    elif output is Format.csv:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        print_outcomes(rows)


def outcome_row(rooftop: str, found: Outcome) -> dict[str, Any]:
    """One program before and after, as JSON and CSV hold it: money in dollars and cents as text."""
    one, two = found.headline
    chance = found.chance
    return {
        "rooftop_id": rooftop,
        "program_code": found.program_code,
        "period_code": found.period_code,
        "counted_units_before": one.counted_units,
        "counted_units_after": two.counted_units,
        "tier_number_before": one.tier_number,
        "tier_number_after": two.tier_number,
        "amount_earned_before": str(found.before.amount_earned),
        "amount_earned_after": str(found.after.amount_earned),
        "amount_held_before": str(found.before.amount_held),
        "amount_held_after": str(found.after.amount_held),
        "expected_amount_before": str(found.expected_before),
        "expected_amount_after": str(found.expected_after),
        "chance_tier_number": chance.tier_number if chance else None,
        "chance_before": float(chance.before) if chance else None,
        "chance_after": float(chance.after) if chance else None,
        "explanation": found.explanation,
    }


def _whole(rooftop: str, as_of_date: Any, rows: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {
        name: str(sum((Decimal(row[name]) for row in rows), Decimal("0.00")))
        for name in rows[0]
        if name.startswith(("amount_", "expected_amount_"))
    }
    return {
        "rooftop_id": rooftop,
        "as_of_date": as_of_date.isoformat(),
        "programs": rows,
        "total": sums,
    }


def print_outcomes(rows: list[dict[str, Any]]) -> None:
    """The table a person reads, and a sentence for each program."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in ("program", "period"):
        table.add_column(header, no_wrap=True)
    for header in ("units", "tier", "earned", "held", "expected", "chance"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row["program_code"],
            row["period_code"],
            _pair(row, "counted_units", str),
            _pair(row, "tier_number", str),
            _pair(row, "amount_earned", money),
            _pair(row, "amount_held", money),
            _pair(row, "expected_amount", money),
            _chance(row),
        )
    console = Console()
    wide = Console(width=None if console.is_terminal else 220)
    wide.print(table)
    for row in rows:
        wide.print(row["explanation"], markup=False, highlight=False)


def _pair(row: dict[str, Any], name: str, said: Any) -> str:
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
