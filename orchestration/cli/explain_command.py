"""`stairstep explain`: from one program's amount down to the cars, as text, JSON or CSV.

Here: choosing the marts and printing. Gathering rows is `orchestration.explain`, their words
`programs.explanation_words`; nothing is computed anew.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

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

if TYPE_CHECKING:
    from rich.table import Table

    from orchestration.explain import Explanation
    from programs.explanation_words import Line

# Wide enough that a car's line is whole where no person can widen the window.
PIPED_WIDTH = 300
CSV_COLUMNS = (
    "part", "element_code", "label", "text", "figure", "vin", "counting_date", "count_state",
    "is_official", "is_paid", "reason_code", "rule", "bulletin_number", "source_file", "source_row",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("explain")(explain)


def explain(
    rooftop: Annotated[str, typer.Option("--rooftop", metavar="R", help="The rooftop's id.")],
    program: Annotated[str, typer.Option("--program", metavar="P", help="The program's code.")],
    period: Annotated[
        str | None,
        typer.Option(
            "--period",
            metavar="C",
            help="A period's code, such as 2025-08; without it the open one, else the latest.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Explain one standing: amount, tier, edge, units, each VIN with file and row, each gate.

    Reads what is published. With another --as-of it is computed anew, with the rules, objectives
    and files known then (or by --known-at).

    [bold]Examples[/bold]

      stairstep explain --rooftop lakeside-nissan --program nissan-one
      stairstep explain --rooftop lakeside-nissan --program nissan-one --as-of 2025-08-05
      stairstep explain --rooftop lakeside-nissan --program nissan-one --format csv > cars.csv
    """
    from orchestration.cli.sources import marts_as_of
    from orchestration.explain import MARTS, Question
    from orchestration.explain import explain as gathered

    question = Question(rooftop, program, period)
    with marts_as_of(home_of(home), as_of, known_at, marts=MARTS) as source:
        found = gathered(
            source.file, source.schema, question, as_of=source.as_of, known_at=source.known_at
        )
    {Format.json: _json, Format.csv: _csv, Format.table: _text}[output](found)


def _json(found: Explanation) -> None:
    sys.stdout.write(json.dumps(as_document(found), indent=1, default=str) + "\n")


def as_document(found: Explanation) -> dict[str, Any]:
    """The whole explanation as one nested document; money and scores stay decimals."""
    from programs.explanation_words import edge_rounding, element_lines, rule_text

    return {
        "as_of": found.as_of.isoformat(),
        "known_at": found.known_at.isoformat(),
        "rooftop": found.rooftop,
        "program": found.program,
        "standing": found.standing,
        "elements": [
            {
                "rules": element.rules,
                "standing": element.standing,
                "ladder": [
                    {**segment, "edge_rounding": edge_rounding(segment)}
                    for segment in element.ladder
                ],
                "lines": [as_data(line) for line in element_lines(element, found.gates)],
            }
            for element in found.elements
        ],
        "gates": [
            {
                "gate_code": gate.code,
                "gate_name": gate.name,
                "element_code": gate.element_code,
                "gate_state": gate.state,
                "effect": gate.effect,
                "alternatives": [list(leaves) for leaves in gate.alternatives],
            }
            for gate in found.gates
        ],
        "adjustments": list(found.adjustments),
        "units": [{**unit, "rule": rule_text(unit)} for unit in found.units],
        "differences": [
            {
                "vin": difference.unit["vin"],
                "held_by": list(difference.held_by),
                "missing_in": list(difference.missing_in),
                "reason": difference.reason,
                "reason_code": difference.unit["reason_code"],
                "source_file": difference.unit["source_file"],
                "source_row": difference.unit["source_row"],
            }
            for difference in found.differences
        ],
    }


def as_data(line: Line) -> dict[str, Any]:
    """A line for JSON and CSV."""
    return {**vars(line), "label": line.label.strip()}


def _csv(found: Explanation) -> None:
    writer = csv.DictWriter(sys.stdout, fieldnames=CSV_COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(csv_rows(found))


def csv_rows(found: Explanation) -> Iterator[dict[str, Any]]:
    """One row a fact: the reckoning's lines, adjustments among them, then each car, then each
    difference."""
    from programs.adjustment_words import adjustment_lines
    from programs.explanation_words import (
        element_lines,
        paid_text,
        rule_text,
        vehicle_text,
        why_text,
    )

    bulletin = found.standing["bulletin_number"]
    for element in found.elements:
        for line in element_lines(element, found.gates):
            row = {**as_data(line), "bulletin_number": bulletin}
            yield {name: row[name] for name in CSV_COLUMNS if name in row}
    for line in adjustment_lines(found.standing, found.adjustments):
        row = as_data(line)
        yield {name: row[name] for name in CSV_COLUMNS if name in row}
    copied = (
        "vin", "counting_date", "count_state", "is_official", "is_paid", "reason_code",
        "bulletin_number", "source_file", "source_row",
    )  # fmt: skip
    for unit in found.units:
        yield {
            "part": "vin",
            "element_code": unit["counted_element_codes"],
            "label": vehicle_text(unit),
            "text": why_text(unit),
            "figure": paid_text(unit),
            "rule": rule_text(unit),
            **{name: unit[name] for name in copied},
        }
    for difference in found.differences:
        yield {
            "part": "difference",
            "label": f"in {', '.join(difference.held_by)}; "
            f"not in {', '.join(difference.missing_in)}",
            "text": difference.reason,
            **{name: difference.unit[name] for name in copied},
        }


def _text(found: Explanation) -> None:
    terminal = Console()
    console = Console(
        width=None if terminal.is_terminal else PIPED_WIDTH, highlight=False, markup=False
    )
    for line in heading(found):
        console.print(line, soft_wrap=True)
    for table in (*_reckonings(found), _differences(found), _cars(found)):
        console.print()
        if table.title:
            console.print(table.title, style="bold")
            table.title = None
        console.print(table)


def heading(found: Explanation) -> Iterator[str]:
    """Whose standing it is, of when, by which rule and bulletin, and what it earns."""
    from programs.explanation_words import full_day, money

    standing, program = found.standing, found.program
    yield (
        f"{found.rooftop['rooftop_name']}: {standing['program_name']}, {standing['period_code']} "
        f"({full_day(standing['period_start_date'])} to {full_day(standing['period_end_date'])})"
    )
    yield f"as of {found.as_of.isoformat()}, known by {found.known_at.isoformat()}"
    if program["rule_summary"]:
        yield f"Rule: {' '.join(program['rule_summary'].split())}"
    file = f" ({program['bulletin_file']})" if program["bulletin_file"] else ""
    yield (
        f"Bulletin {standing['bulletin_number'] or 'not named'}{file}, announced "
        f"{full_day(program['announced_date'])}, in force from "
        f"{full_day(program['effective_date'])}, version {program['program_version']}"
    )
    yield f"earned so far: {money(standing['amount_earned'])}"


def _reckonings(found: Explanation) -> Iterator[Table]:
    from programs.adjustment_words import adjustment_lines
    from programs.explanation_words import element_lines, money

    for element in found.elements:
        table = _table(str(element.rules["element_name"]), ("", "", ">"), has_header=False)
        for line in element_lines(element, found.gates):
            table.add_row(line.label, line.text, line.figure)
        yield table
    if found.adjustments:
        title = "Over several periods and programs"
        table = _table(title, ("", "", ">"), has_header=False)
        for line in adjustment_lines(found.standing, found.adjustments):
            table.add_row(line.label, line.text, line.figure)
        yield table
    elif len(found.elements) > 1:
        table = _table("", ("", "", ">"), has_header=False)
        table.add_row("Elements together", "", money(found.standing["amount_earned"]))
        yield table


def _differences(found: Explanation) -> Table:
    from programs.explanation import COUNTS
    from programs.explanation_words import source_text

    counts = ", ".join(
        f"{name} {sum(bool(unit[flag]) for unit in found.units):,}"
        for name, flag in COUNTS.items()
        if name != "official" or found.has_official_list
    )
    listed = "" if found.has_official_list else "; the OEM gave no list of cars"
    title = f"Cars in one count and not in another: {len(found.differences)} ({counts}{listed})"
    table = _table(title, ("VIN", "in", "not in", "reason", "source"))
    for difference in found.differences:
        table.add_row(
            difference.unit["vin"],
            ", ".join(difference.held_by),
            ", ".join(difference.missing_in),
            difference.reason,
            source_text(difference.unit),
        )
    return table


def _cars(found: Explanation) -> Table:
    from programs.explanation_words import (
        listed_text,
        paid_text,
        rule_text,
        source_text,
        vehicle_text,
        why_text,
        words,
    )

    table = _table(
        f"Every VIN that was weighed: {len(found.units)} "
        f"(bulletin {found.standing['bulletin_number'] or 'not named'})",
        ("VIN", "vehicle", "date", "count", "why", "paid", "OEM's list", "rule", "source"),
    )
    for unit in found.units:
        table.add_row(
            unit["vin"],
            vehicle_text(unit),
            str(unit["counting_date"] or "-"),
            words(unit["count_state"]),
            why_text(unit),
            paid_text(unit),
            listed_text(unit),
            rule_text(unit),
            source_text(unit),
        )
    return table


def _table(title: str, columns: tuple[str, ...], *, has_header: bool = True) -> Table:
    """A plain table; only sentences wrap, so that figures, VINs and files stay whole."""
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, show_header=has_header)
    table.title = title or None
    sentences = {"reason", "why", "vehicle", "rule", ""}
    for name in columns:
        table.add_column(
            "" if name == ">" else name,
            justify="right" if name == ">" else "left",
            no_wrap=name not in sentences,
            overflow="fold",
        )
    return table
