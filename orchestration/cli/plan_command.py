"""`stairstep plan`: the moves worth most for a rooftop or the group, with the proof that nothing is
better.

Here: options. What is asked and answered is scenarios.plans and scenarios.group_plans, how it is
printed plan_tables.py beside this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import Format, FormatOption, HomeOption, home_of

if TYPE_CHECKING:
    from scenarios.moves import Wishes


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("plan")(plan)


def plan(
    rooftop: Annotated[
        str | None, typer.Option("--rooftop", metavar="R", help="The rooftop's id.")
    ] = None,
    group: Annotated[
        bool,
        typer.Option(
            "--group",
            help="All rooftops: where the next car is worth most, transfers and trades that pay.",
        ),
    ] = False,
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="X", help="The most that may be spent, by each rooftop."),
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
            help="For some cars: make=Nissan,model=Frontier,first=500,step=25,most=3. "
            "May be repeated.",
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
    transfer_cost: Annotated[
        str,
        typer.Option("--transfer-cost", metavar="X", help="What moving one car costs the group."),
    ] = "250",
    home: HomeOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Print the moves that net the most expected money over all programs at once.

    Within the cars on the ground and arriving in time, the selling days left and the limits given.
    It says what is proven: that no other plan nets a cent more, or by how much one might.

    [bold]Examples[/bold]

      stairstep plan --rooftop lakeside-nissan --budget 20000
      stairstep plan --rooftop lakeside-nissan --reach 250000 --unit-cost 400+25
      stairstep plan --group
    """
    from scenarios.inputs import ScenarioError

    if group == (rooftop is not None):
        raise ScenarioError("plan for one rooftop (--rooftop R) or for all (--group)")
    if sum(one is not None and one is not False for one in (reach, drop, group or None)) > 1:
        raise ScenarioError("--reach, --drop and --group are three questions; ask one at a time")
    wishes = _wishes(budget, units, unit_cost, cost or (), gate or ())
    if rooftop is None:
        _plan_group(home, wishes, transfer_cost, output)
    else:
        _plan_rooftop(home, rooftop, wishes, reach, drop, output)


def _wishes(budget, units, unit_cost, costs, gates) -> Wishes:  # noqa: ANN001 - as typed
    from scenarios.costs import parse_cost, parse_unit_cost
    from scenarios.levers import parse_money, parse_pairs
    from scenarios.moves import Wishes

    general = [] if unit_cost is None else [parse_unit_cost(unit_cost)]
    return Wishes(
        budget_cents=None if budget is None else parse_money(budget, "--budget"),
        extra_units=units,
        rules=(*general, *(parse_cost(text) for text in costs)),
        gate_costs_cents={
            name: parse_money(amount, "--gate")
            for text in gates
            for name, amount in parse_pairs(text, "--gate").items()
        },
    )


def _plan_rooftop(home, rooftop, wishes, reach, drop, output) -> None:  # noqa: ANN001 - as typed
    from orchestration.cli.plan_tables import print_answer
    from orchestration.publish import current_file
    from scenarios.levers import parse_money
    from scenarios.moves import question_of
    from scenarios.plans import best_of, cheapest_of, freed_text, without
    from scenarios.reading import read_rooftop

    question = question_of(read_rooftop(current_file(home_of(home)), rooftop), wishes)
    said = []
    if reach is not None:
        answer = cheapest_of(question, parse_money(reach, "--reach"))
    elif drop is not None:
        dropped, answer = without(question, drop)
        said.append(freed_text(dropped))
    else:
        answer = best_of(question)
    print_answer(output, question, answer, said)


def _plan_group(home, wishes, transfer_cost, output) -> None:  # noqa: ANN001 - as typed
    from orchestration.cli.plan_tables import print_group
    from orchestration.publish import current_file
    from scenarios.group_plans import group_plan
    from scenarios.levers import parse_money
    from scenarios.reading import read_group

    inputs, reasons = read_group(current_file(home_of(home)))
    found = group_plan(inputs, wishes, parse_money(transfer_cost, "--transfer-cost"))
    print_group(output, found, reasons)
