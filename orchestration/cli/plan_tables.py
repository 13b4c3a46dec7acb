"""How plans are printed: as tables for a person, as JSON and CSV for a program.

Here: rows and columns. What is asked is plan_command.py, what is answered scenarios/.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from orchestration.cli.options import Format
from orchestration.cli.scenario_print import money, print_outcomes
from scenarios.scenario import outcome_row

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from scenarios.group_plans import GroupPlan
    from scenarios.moves import Question
    from scenarios.plans import Answer


def print_answer(
    output: Format, question: Question, answer: Answer, said: Sequence[str] = ()
) -> None:
    """One rooftop's plan. `said` comes before the plan's own notes."""
    rooftop = question.inputs.rooftop_id
    steps = [
        {
            "move": step.what,
            "units": step.units,
            "cost_amount": plain(step.cost_cents),
            "worth_amount": plain(step.worth_cents),
            "source": step.source,
        }
        for step in answer.steps
    ]
    programs = [outcome_row(rooftop, one) for one in answer.outcomes]
    notes = [*said, *answer.notes]
    if output is Format.json:
        _print_json(_whole(question, answer, steps, programs, notes))
    elif output is Format.csv:
        _print_csv([{"rooftop_id": rooftop, **step} for step in steps])
    else:
        _print_steps(steps, answer, notes, programs)


def print_group(output: Format, found: GroupPlan, reasons: Mapping[str, str]) -> None:
    """The group's plans, next cars and transfers."""
    plans = [
        {
            "rooftop_id": rooftop,
            "units": plan.choice.unit_count,
            "cost_amount": plain(plan.cost_cents),
            "expected_amount_before": plain(plan.expected_before_cents),
            "expected_amount_after": plain(plan.expected_after_cents),
            "net_amount": plain(plan.net_cents),
            "is_proven": plan.is_proven,
            "gap_amount": plain(plan.gap_cents),
        }
        for rooftop, plan in sorted(found.plans.items(), key=lambda item: -item[1].net_cents)
    ]
    if output is Format.csv:
        _print_csv(plans)
        return
    nexts = [
        {
            "rooftop_id": one.rooftop_id,
            "line": one.label,
            "cars": one.cars,
            "gain_amount": plain(one.gain_cents),
            "cost_amount": plain(one.cost_cents),
            "net_amount": plain(one.net_cents),
        }
        for one in found.next_units
    ]
    moved = [
        {
            "giver_id": one.giver_id,
            "receiver_id": one.receiver_id,
            "line": one.label,
            "units": one.units,
            "giver_loses_amount": plain(one.giver_loses_cents),
            "receiver_gains_amount": plain(one.receiver_gains_cents),
            "cost_amount": plain(one.cost_cents),
            "net_amount": plain(one.net_cents),
        }
        for one in found.transfers
    ]
    traded = [
        {
            "first_id": one.first_id,
            "first_gives": one.first_gives,
            "first_gains_amount": plain(one.first_gains_cents),
            "second_id": one.second_id,
            "second_gives": one.second_gives,
            "second_gains_amount": plain(one.second_gains_cents),
            "cost_amount": plain(one.cost_cents),
            "net_amount": plain(one.net_cents),
        }
        for one in found.trades
    ]
    unplanned = {**reasons, **found.unplanned}
    if output is Format.json:
        _print_json(
            {
                "plans": plans,
                "next_units": nexts,
                "transfers": moved,
                "trades": traded,
                "unplanned": unplanned,
            }
        )
        return
    wide = _console()
    wide.print("Each rooftop's own plan")
    wide.print(_table(plans, ("rooftop_id",), ("gap_amount", "is_proven")))
    wide.print("\nWhere the next car is worth most")
    wide.print(_table(nexts[:NEXT_SHOWN], ("rooftop_id", "line")))
    wide.print("\nTransfers of stock that pay")
    if moved:
        wide.print(_table(moved, ("giver_id", "receiver_id", "line")))
    else:
        wide.print("None: no store could use another one's cars for more than moving them costs.")
    wide.print("\nTrades of one car for another that pay")
    if traded:
        wide.print(_table(traded, ("first_id", "first_gives", "second_id", "second_gives")))
    else:
        wide.print("None: no two stores have a car that the other one needs for more than moving.")
    for reason in unplanned.values():
        wide.print(f"no plan: {reason}", markup=False, highlight=False)


# More than a screen of next cars is a file's business (--format json).
NEXT_SHOWN = 15


def plain(cents: Fraction | int) -> str:
    """Dollars and cents as text, half a cent up."""
    from programs.money import round_money

    return str(round_money(Fraction(cents) / 100))


def _whole(
    question: Question,
    answer: Answer,
    steps: Sequence[Mapping[str, Any]],
    programs: Sequence[Mapping[str, Any]],
    notes: Sequence[str],
) -> dict[str, Any]:
    plan, spread = answer.plan, answer.spread
    return {
        "rooftop_id": question.inputs.rooftop_id,
        "as_of_date": question.inputs.as_of_date.isoformat(),
        "steps": steps,
        "cost_amount": plain(plan.cost_cents),
        "expected_amount_before": plain(plan.expected_before_cents),
        "expected_amount_after": plain(plan.expected_after_cents),
        "net_amount": plain(plan.net_cents),
        "is_proven": plan.is_proven,
        "gap_amount": plain(plan.gap_cents),
        "low_gain_amount": plain(spread.low_cents) if spread else None,
        "high_gain_amount": plain(spread.high_cents) if spread else None,
        "pays_share": float(spread.pays) if spread else None,
        "notes": list(notes),
        "programs": programs,
    }


def _print_steps(
    steps: Sequence[Mapping[str, Any]],
    answer: Answer,
    notes: Sequence[str],
    programs: list[dict[str, Any]],
) -> None:
    wide, plan = _console(), answer.plan
    if steps:
        wide.print(_table(steps, ("move", "source")))
    else:
        wide.print("Nothing within the limits is worth its cost.")
    wide.print(
        f"Cost {money(plain(plan.cost_cents))}; expected {money(plain(plan.expected_before_cents))}"
        f" to {money(plain(plan.expected_after_cents))}; net {money(plain(plan.net_cents))}.",
        highlight=False,
    )
    for note in notes:
        wide.print(note, markup=False, highlight=False)
    wide.print()
    print_outcomes(programs, programs)


def _table(
    rows: Sequence[Mapping[str, Any]], left: Sequence[str], hidden: Sequence[str] = ()
) -> Table:
    from rich.table import Table

    names = [name for name in rows[0] if name not in hidden] if rows else []
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in names:
        table.add_column(
            name.removesuffix("_amount").removesuffix("_id").replace("_", " "),
            justify="left" if name in left else "right",
            no_wrap=name != "source",
        )
    for row in rows:
        table.add_row(
            *(money(row[name]) if name.endswith("_amount") or "_amount_" in name else
              str(row[name]) for name in names)
        )  # fmt: skip
    return table


def _print_json(whole: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(whole, indent=1) + "\n")


def _print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _console() -> Console:
    from rich.console import Console

    console = Console()
    return Console(width=None if console.is_terminal else 220)
