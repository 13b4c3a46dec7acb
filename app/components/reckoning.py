"""The reckoning: one element's amount, line by line, from units to dollars earned.

Belongs here: the markup of stored figures in the order that leads from one to the next, each with
its rule. The words are programs/explanation_words.py, which the command line prints too.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from app import format as fmt
from app.queries import ElementView, ProgramView
from programs.adjustment_words import adjustment_lines
from programs.explanation import ExplainedElement, gates_of_rows
from programs.explanation_words import Line, element_lines


def reckoning(view: ProgramView) -> str:
    """Return the markup: one list an element, what adjusts them, the sum, the bulletin."""
    standing, program = view.standing, view.program
    lists = "".join(_element(view, element) for element in view.elements)
    several = ""
    if view.adjustments:
        adjusted = [vars(change) for change in view.adjustments]
        several = "<h3>Over several periods and programs</h3>" + _table(
            adjustment_lines(vars(standing), adjusted)
        )
    elif len(view.elements) > 1:
        several = (
            '<p class="ss-sum"><span>Elements together</span><b>'
            f"{fmt.money(standing.amount_earned)}</b></p>"
        )
    rule = escape(program.rule_summary or "") if program else ""
    bulletin = escape(standing.bulletin_number or "no bulletin named")
    dates = ""
    if program and program.effective_date:
        dates = (
            f"announced {fmt.full_day(program.announced_date)}, in force from "
            f"{fmt.full_day(program.effective_date)}, version {program.program_version}"
        )
    file = f" <i>{escape(program.bulletin_file)}</i>" if program and program.bulletin_file else ""
    return (
        '<section class="ss-card ss-reckoning"><header><div><h2>'
        f"{escape(standing.program_name)}</h2>"
        f"<p>{rule}</p></div>"
        f'<div class="ss-earned"><span>earned so far</span><b data-testid="amount-earned">'
        f"{fmt.money(standing.amount_earned)}</b></div></header>{lists}{several}"
        f'<footer><p class="ss-source"><b>Bulletin {bulletin}</b><span>{dates}{file}</span></p>'
        "</footer>"
        "</section>"
    )


def _element(view: ProgramView, element: ElementView) -> str:
    name = element.element.element_name if element.element else element.standing.element_code
    title = f"<h3>{escape(name)}</h3>" if len(view.elements) > 1 else ""
    explained = ExplainedElement(
        rules=vars(element.element) if element.element else {"is_volume": True},
        standing=vars(element.standing),
        ladder=tuple(vars(segment) for segment in element.segments),
    )
    gates = gates_of_rows(vars(gate) for gate in view.gates)
    return title + _table(element_lines(explained, gates))


def _table(lines: Iterable[Line]) -> str:
    body = "".join(
        f'<tr class="{_kind(line)}"><th scope="row">{_label(line)}</th>'
        f"<td>{escape(line.text)}</td><td>{escape(line.figure)}</td></tr>"
        for line in lines
    )
    return f'<table class="ss-lines"><tbody>{body}</tbody></table>'


def _kind(line: Line) -> str:
    fixed = {"loss": "ss-loss", "earned": "ss-total"}
    return fixed.get(line.part) or (f"ss-{line.state}" if line.state else "")


def _label(line: Line) -> str:
    """The label; a line that belongs to the one above it is set in."""
    text = escape(line.label.strip())
    return f'<span class="ss-inner">{text}</span>' if line.label.startswith(" ") else text
