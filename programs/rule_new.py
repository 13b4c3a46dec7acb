"""Asking the way to a first rulebook: the questions as data, and the file that answers make.

Here: QUESTIONS, which of them are asked, and YAML text from the answers, with the writer's next
steps as comments. Not here: asking (the command line); checking the file (rule_commands.py).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Literal

from programs.calendars import MONTHS_OF_GRAIN
from programs.errors import StairstepError

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One question. `asked_when` names an earlier answer and the values that lead here; `default`
    is taken for an empty answer; without a default an answer is needed."""

    key: str
    ask: str
    kind: Literal["code", "text", "date", "choice", "list", "number", "bands"] = "text"
    choices: tuple[str, ...] = ()
    default: str | None = None
    help: str = ""
    asked_when: tuple[str, tuple[str, ...]] | None = None


_SHAPED = ("objective", "last_year", "units")
QUESTIONS: tuple[Question, ...] = (
    Question("name", "What is the program called?"),
    Question(
        "program",
        "A short code for it?",
        "code",
        help="Small letters, digits and hyphens: nissan-one. It never changes.",
    ),
    Question("oem", "Which OEM?", "code", help="As in stairstep.yaml: nissan, honda, gm."),
    Question("makes", "Which makes?", "list", help="Several with commas: Chevrolet, Buick."),
    Question("bulletin", "The bulletin's number or title?"),
    Question("announced", "Announced on?", "date", help="Like 2025-06-01."),
    Question("effective", "In effect from?", "date"),
    Question("ends", "Ends on?", "date", default="", help="Empty: until it is revised."),
    Question(
        "grain",
        "Judged over which period?",
        "choice",
        choices=(*MONTHS_OF_GRAIN, "free"),
        default="month",
    ),
    Question(
        "calendar",
        "Which sales calendar?",
        "code",
        asked_when=("grain", tuple(MONTHS_OF_GRAIN)),
        help="The code of a file in calendars/.",
    ),
    Question(
        "dates",
        "From and to which dates?",
        "list",
        asked_when=("grain", ("free",)),
        help="First and last day: 2025-11-28, 2026-01-02.",
    ),
    Question(
        "basis",
        "What makes a sale count?",
        "choice",
        choices=("rdr", "delivery", "wholesale"),
        default="rdr",
        help="rdr: the OEM accepted the retail delivery report.",
    ),
    Question("models", "Only some models?", "list", default="", help="Empty: all. Titan* for any."),
    Question(
        "stock_types",
        "New, used, certified?",
        "list",
        choices=("new", "used", "certified"),
        default="new",
    ),
    Question(
        "sale_types",
        "Which sales count?",
        "list",
        choices=("retail", "lease", "fleet", "loaner", "demo", "employee", "wholesale"),
        default="retail, lease",
        help="Fleet and loaners count for few OEMs: look it up.",
    ),
    Question(
        "against",
        "Measured against what?",
        "choice",
        choices=(*_SHAPED, "nothing"),
        default="objective",
        help="objective: the portal's. last_year: the same period a year before. units: a number.",
    ),
    Question(
        "shape",
        "Paid on every unit back to the first, or only on those above the edge?",
        "choice",
        choices=("retroactive", "marginal"),
        default="retroactive",
        asked_when=("against", _SHAPED),
    ),
    Question(
        "rounding",
        "An edge of 51.7 units is 52 (up), 51 (down) or 52 (nearest)?",
        "choice",
        choices=("up", "down", "nearest"),
        default="up",
        asked_when=("against", ("objective", "last_year")),
    ),
    Question(
        "pay",
        "How is it paid?",
        "choice",
        choices=("per_unit", "flat", "msrp_percent"),
        default="per_unit",
    ),
    Question(
        "bands",
        "From which edge does it pay how much?",
        "bands",
        asked_when=("against", _SHAPED),
        help="Edge and pay: 90: 350, 100: 600, 110: 1200. Edges in % or, against units, in units.",
    ),
    Question("amount", "How much?", "number", asked_when=("against", ("nothing",))),
    Question(
        "example_target",
        "From the bulletin's example: the objective (or last year's units)?",
        "number",
        asked_when=("against", ("objective", "last_year")),
        help="One exactly at an edge tells most.",
    ),
    Question("example_units", "Units sold in it?", "number"),
    Question(
        "example_msrp",
        "Their MSRP together?",
        "number",
        asked_when=("pay", ("msrp_percent",)),
    ),
    Question("example_amount", "What does the bulletin say it pays?", "number"),
)


def asked(answers: Answers) -> list[Question]:
    """The questions that these answers lead to, in order; ask until each has an answer."""
    return [
        question
        for question in QUESTIONS
        if question.asked_when is None
        or _answer(answers, question.asked_when[0]) in question.asked_when[1]
    ]


def _answer(answers: Answers, key: str) -> str:
    question = next(found for found in QUESTIONS if found.key == key)
    return answers.get(key, "").strip() or (question.default or "")


def fault_of(question: Question, answer: str) -> str | None:
    """What is wrong with one answer, to ask again; None when it will do."""
    answer = answer.strip() or (question.default or "")
    if not answer:
        return None if question.default is not None else "an answer is needed"
    parts = [part.strip() for part in answer.split(",") if part.strip()]
    match question.kind:
        case "code" if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", answer):
            return f"'{answer}' is no code; write small letters, digits and hyphens: nissan-one"
        case "date" if not _is_date(answer):
            return f"'{answer}' is not a date like 2025-08-01"
        case "choice" if answer not in question.choices:
            return f"'{answer}' is not one of {', '.join(question.choices)}"
        case "list" if question.choices and set(parts) - set(question.choices):
            return f"'{answer}' is not of {', '.join(question.choices)}"
        case "number" if _number(answer) is None:
            return f"'{answer}' is not a number"
        case "bands" if _bands(answer) is None:
            return f"'{answer}' is not edge and pay like 90: 350, 100: 600, in rising order"
    if question.key == "dates" and not (len(parts) == 2 and all(map(_is_date, parts))):
        return f"'{answer}' is not two dates like 2025-11-28, 2026-01-02"
    return None


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "").removeprefix("$"))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def _bands(text: str) -> list[tuple[Decimal, Decimal]] | None:
    bands = []
    for part in text.split(","):
        edge, colon, pay = part.partition(":")
        numbers = _number(edge.strip().removesuffix("%").strip()), _number(pay.strip())
        if not colon or numbers[0] is None or numbers[1] is None:
            return None
        bands.append((numbers[0], numbers[1]))
    edges = [edge for edge, _ in bands]
    return bands if edges == sorted(set(edges)) else None


def new(answers: Answers) -> str:
    """A first rulebook as YAML text. Raises StairstepError for an answer that won't do.

    The file is whole and can be checked at once; its comments say what to look up next.
    """
    for question in asked(answers):
        fault = fault_of(question, answers.get(question.key, ""))
        if fault:
            raise StairstepError(f"{question.key}: {fault}")
    found = {question.key: _answer(answers, question.key) for question in asked(answers)}
    return _TEXT.format(
        name=_quoted(found["name"]),
        bulletin=_quoted(found["bulletin"]),
        program=found["program"],
        oem=found["oem"],
        makes=_listed(found["makes"]),
        announced=found["announced"],
        effective=found["effective"],
        ends=f"ends: {found['ends']}\n" if found["ends"] else "",
        when=_when(found),
        basis=found["basis"],
        units=_units(found),
        against=found["against"],
        tiers=_tiers(found),
        examples=_example(found),
    )


_TEXT = """\
# Check this file with `stairstep rules check`; every key is explained in docs/rulebooks/README.md.
program: {program}
name: {name}
oem: {oem}
summary: {name}   # one sentence: who earns what, for what. It is shown beside every amount.
announced: {announced}
effective: {effective}
{ends}source: {{bulletin: {bulletin}, date: {announced}}}   # add `file:` where the bulletin is kept

who: {{makes: {makes}, dealer_codes: all}}   # or a list of codes, quoted: ["00417"]
when: {when}
basis: {{event: {basis}, unwind_lands: sale_period}}   # or unwind_period, where the OEM says so
# deadlines: {{report_days_after_period: 10, claim_days_after_period: 60}}

elements:
  - element: volume
    name: Volume
    counts: {units}
    pays: same   # or a filter of its own, where not all that counts is paid
    against: {against}
    tiers:
{tiers}
    # caps: {{amount: 50000}}
    # gates: conditions besides volume, such as CSI or training

examples:   # add the bulletin's other figures, most of all those on both sides of an edge
{examples}"""


def _quoted(text: str) -> str:
    """Text as YAML reads it back, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _listed(text: str) -> str:
    return "[" + ", ".join(_quoted(part) for part in _parts(text)) + "]"


def _when(found: Answers) -> str:
    if found["grain"] == "free":
        start, end = _parts(found["dates"])
        return f"{{grain: free, dates: [{{start: {start}, end: {end}}}]}}"
    return f"{{calendar: {found['calendar']}, grain: {found['grain']}}}"


def _units(found: Answers) -> str:
    model = f"model: {_listed(found['models'])}, " if found["models"] else ""
    stock = ", ".join(_parts(found["stock_types"]))
    sales = ", ".join(_parts(found["sale_types"]))
    return f"{{{model}stock_type: [{stock}], sale_type: [{sales}]}}"


def _tiers(found: Answers) -> str:
    if found["against"] == "nothing":
        bands: Sequence[tuple[Decimal, Decimal]] = [(Decimal(0), _number(found["amount"]) or 0)]
    else:
        bands = _bands(found["bands"]) or []
    edges = "percent" if found["against"] in ("objective", "last_year") else "units"
    lines = [f"      edges: {edges}"]
    if edges == "percent" or any(edge % 1 for edge, _ in bands):
        lines.append(f"      rounding: {found.get('rounding', 'up')}")
    lines += [f"      shape: {found.get('shape', 'retroactive')}", "      bands:"]
    for position, (edge, pay) in enumerate(bands):
        after = f", to: {bands[position + 1][0]}" if position + 1 < len(bands) else ""
        lines.append(f"        - {{from: {edge}{after}, {found['pay']}: {pay}}}")
    return "\n".join(lines)


def _example(found: Answers) -> str:
    target = ""
    if "example_target" in found:
        key = "base" if found["against"] == "last_year" else "objective"
        target = f"    {key}: {_number(found['example_target'])}\n"
    named = found["models"] and _parts(found["models"])[0].replace("*", "")
    model = f", model: {_quoted(named)}" if named else ""
    stock, sale = _parts(found["stock_types"])[0], _parts(found["sale_types"])[0]
    msrp = f", msrp_total: {_number(found['example_msrp'])}" if "example_msrp" in found else ""
    return (
        "  - example: the bulletin's own\n"
        f"{target}"
        f"    sold: [{{units: {_number(found['example_units'])}{model}, stock_type: {stock}, "
        f"sale_type: {sale}{msrp}}}]\n"
        f"    amount: {_number(found['example_amount'])}\n"
    )
