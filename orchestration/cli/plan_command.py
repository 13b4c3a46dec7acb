"""`stairstep plan`: the moves worth most for a rooftop, with the proof that nothing is better.

Here: options and printing. Moves are put together by scenarios.levers, the search is
programs.plan_search, what it changes in each program programs.outcomes.
"""

from __future__ import annotations

import csv
import json
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.options import Format, FormatOption, HomeOption, home_of
from orchestration.cli.scenario_command import RooftopOption, money, outcome_row, print_outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestration.home import Home
    from programs.plan import Choice, Limits, Move, Plan
    from scenarios.inputs import RooftopInputs


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("plan")(plan)


def plan(
    rooftop: RooftopOption,
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="X", help="The most that may be spent.")
    ] = None,
    units: Annotated[
        int | None,
        typer.Option(
            "--units",
            min=0,
            help="The most cars to sell beyond the forecast; without it one a selling day left.",
        ),
    ] = None,
    unit_cost: Annotated[
        str | None,
        typer.Option(
            "--unit-cost",
            metavar="FIRST[+STEP]",
            help="What an extra car costs, and how much more each further one of its line: 500+25. "
            "Without it: what the store's own thinner deals gave away lately.",
        ),
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(
            "--cost",
            metavar="COST",
            help="For some cars: make=Nissan,model=Frontier,first=500,step=25. May be repeated.",
        ),
    ] = None,
    gate: Annotated[
        list[str] | None,
        typer.Option(
            "--gate", metavar="GATE", help="A gate that could be met, and its cost: csi=1500."
        ),
    ] = None,
    reach: Annotated[
        str | None,
        typer.Option("--reach", metavar="X", help="The cheapest way to this expected amount."),
    ] = None,
    drop: Annotated[
        str | None,
        typer.Option("--drop", metavar="P", help="What not chasing this program frees."),
    ] = None,
    home: HomeOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Print the moves that net the most expected money over all of a rooftop's programs at once.

    Within the cars on the ground and arriving in time, the selling days left and the limits given.
    It says what is proven: that no other plan nets a cent more, or by how much one might.

    [bold]Examples[/bold]

      stairstep plan --rooftop lakeside-nissan --budget 20000
      stairstep plan --rooftop lakeside-nissan --reach 250000 --unit-cost 400+25
    """
    from orchestration.publish import current_file
    from programs.plan import Limits
    from programs.plan_search import best_plan, cheapest_plan, drop_program
    from scenarios.inputs import ScenarioError, read_rooftop
    from scenarios.levers import (
        gates_to_plan,
        lines_to_plan,
        numbered,
        parse_money,
        rejected_reports,
    )

    if reach is not None and drop is not None:
        raise ScenarioError("--reach and --drop are two questions; ask one at a time")
    place = home_of(home)
    inputs = read_rooftop(current_file(place), rooftop)
    days = min(period.selling_days_left for period in inputs.programs)
    limits = Limits(
        None if budget is None else parse_money(budget, "--budget"),
        days if units is None else units,
    )
    rules, gross = _costs(place, inputs, unit_cost, cost or ())
    moves = numbered(
        (
            *rejected_reports(inputs),
            *lines_to_plan(inputs, rules, gross),
            *gates_to_plan(inputs, gate or ()),
        )
    )
    outlooks = [period.outlook for period in inputs.programs]
    notes = []
    if reach is not None:
        found = cheapest_plan(outlooks, moves, parse_money(reach, "--reach"), limits)
    elif drop is not None:
        dropped = drop_program(outlooks, moves, drop, limits)
        found = dropped.let_go
        notes.append(
            f"Dropping {drop} frees {dropped.freed_units} cars and "
            f"{_dollars(Fraction(dropped.freed_cents))} of cost, and gives up "
            f"{_dollars(dropped.lost_cents)} of expected money."
        )
    else:
        found = best_plan(outlooks, moves, limits)
    notes.append(_proof(found, limits, gross is not None))
    _print(output, rooftop, inputs, moves, found, notes)


def _costs(
    place: Home, inputs: RooftopInputs, unit_cost: str | None, costs: Sequence[str]
) -> tuple[list[Any], Any]:
    """Cost rules, and the store's recent gross where not every car has a rule."""
    from scenarios.levers import CostRule, parse_cost, parse_money, recent_gross

    rules = [parse_cost(text) for text in costs]
    if unit_cost is not None:
        first, _, step = unit_cost.partition("+")
        general = CostRule(
            {}, parse_money(first, "--unit-cost"), parse_money(step or "0", "--unit-cost")
        )
        return [general, *rules], None
    return rules, recent_gross(place.warehouse_file, inputs)


def _proof(found: Plan, limits: Limits, is_by_gross: bool) -> str:
    proof = "proven: no other is better by a cent"
    if not found.is_proven:
        proof = f"at most {_dollars(found.gap_cents)} from the best possible"
    spent = "" if limits.budget_cents is None else f", budget {_cents(limits.budget_cents)}"
    source = "costs from the store's recent gross" if is_by_gross else "costs as given"
    return f"At most {limits.extra_units} cars beyond the forecast{spent}; {source}; {proof}."


def _print(
    output: Format,
    rooftop: str,
    inputs: RooftopInputs,
    moves: Sequence[Move],
    found: Plan,
    notes: Sequence[str],
) -> None:
    steps = _steps(moves, found.choice)
    programs = _programs(rooftop, inputs, moves, found.choice)
    if output is Format.json:
        whole = {
            "rooftop_id": rooftop,
            "as_of_date": inputs.as_of_date.isoformat(),
            "steps": steps,
            "cost_amount": _plain(Fraction(found.cost_cents)),
            "expected_amount_before": _plain(found.expected_before_cents),
            "expected_amount_after": _plain(found.expected_after_cents),
            "net_amount": _plain(found.net_cents),
            "is_proven": found.is_proven,
            "gap_amount": _plain(found.gap_cents),
            "notes": list(notes),
            "programs": programs,
        }
        sys.stdout.write(json.dumps(whole, indent=1) + "\n")
    elif output is Format.csv:
        writer = csv.DictWriter(
            sys.stdout, ["rooftop_id", "move", "units", "cost_amount"], lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows({"rooftop_id": rooftop, **step} for step in steps)
    else:
        _table(steps, found, notes, programs)


def _steps(moves: Sequence[Move], choice: Choice) -> list[dict[str, Any]]:
    """The moves made, in the order given, each with its units and cost."""
    from programs.plan import CloseGate, ReportDelivered

    steps = []
    for move in moves:
        if isinstance(move, CloseGate):
            if move.code in choice.gates:
                steps.append((move.label, 0, move.cost_cents))
            continue
        units = choice.units.get(move.code, 0)
        if units:
            verb = "report" if isinstance(move, ReportDelivered) else "sell"
            steps.append((f"{verb} {move.label}", units, sum(move.unit_costs_cents[:units])))
    return [
        {"move": label, "units": units, "cost_amount": _plain(Fraction(cents))}
        for label, units, cents in steps
    ]


def _programs(
    rooftop: str, inputs: RooftopInputs, moves: Sequence[Move], choice: Choice
) -> list[dict[str, Any]]:
    """Each program before and after the plan, as a scenario of its units would show it."""
    from programs.gates import GateState
    from programs.money import dollars
    from programs.outcomes import outcome
    from programs.plan import CloseGate
    from programs.scenario import Move as Change

    made = [
        Change(
            move.label, choice.units[move.code], dollars(move.msrp_cents),
            move.counted_by, move.paid_by,
        )
        for move in moves
        if not isinstance(move, CloseGate) and choice.units.get(move.code)
    ]  # fmt: skip
    closed = {
        key
        for move in moves
        if isinstance(move, CloseGate) and move.code in choice.gates
        for key in move.closes
    }
    return [
        outcome_row(
            rooftop,
            outcome(
                period.state,
                period.outlook,
                made,
                {
                    (element.rules.element_code, gate.gate_code): GateState.MET
                    for element in period.outlook.elements
                    for gate in element.gates
                    if (period.state.program_code, gate.gate_code) in closed
                },
            ),
        )
        for period in inputs.programs
    ]


def _table(
    steps: Sequence[dict[str, Any]],
    found: Plan,
    notes: Sequence[str],
    programs: list[dict[str, Any]],
) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("move", no_wrap=True)
    for header in ("units", "cost"):
        table.add_column(header, justify="right", no_wrap=True)
    for step in steps:
        table.add_row(step["move"], str(step["units"] or ""), money(step["cost_amount"]))
    console = Console()
    wide = Console(width=None if console.is_terminal else 220)
    if steps:
        wide.print(table)
    else:
        wide.print("Nothing within the limits is worth its cost.")
    wide.print(
        f"Cost {_cents(found.cost_cents)}; expected {_dollars(found.expected_before_cents)} to "
        f"{_dollars(found.expected_after_cents)}; net {_dollars(found.net_cents)}.",
        highlight=False,
    )
    for note in notes:
        wide.print(note, markup=False, highlight=False)
    wide.print()
    print_outcomes(programs)


def _plain(cents: Fraction) -> str:
    """Dollars and cents as text, half a cent up."""
    from programs.money import round_money

    return str(round_money(cents / 100))


def _dollars(cents: Fraction) -> str:
    from programs.money import round_money
    from programs.scenario import money_text

    return money_text(round_money(cents / 100))


def _cents(cents: int) -> str:
    return _dollars(Fraction(cents))
