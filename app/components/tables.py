"""Tables and tiles as markup, where figures are read rather than sorted.

Belongs here: small tables written from records. Tables that a manager sorts or exports are
Streamlit's data frames, made in app/components/frames.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from app import format as fmt
from app.records import ProgramStanding


def tiles(*entries: tuple[str, str, str, str]) -> str:
    """Return a row of tiles: label, figure, remark, class."""
    return (
        '<div class="ss-tiles">'
        + "".join(
            f'<div class="ss-tile {kind}"><span>{escape(label)}</span><b>{escape(figure)}</b>'
            f"<small>{escape(remark)}</small></div>"
            for label, figure, remark, kind in entries
        )
        + "</div>"
    )


def table(heads: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    """Return a table; heads are (text, class), cells are markup already escaped by the caller."""
    head = "".join(f'<th scope="col" class="{cls}">{escape(text)}</th>' for text, cls in heads)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{cls}">{cell}</td>' for cell, (_, cls) in zip(row, heads, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="ss-scroll"><table class="ss-table {kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def ended_periods(standings: Sequence[ProgramStanding]) -> str:
    """Return ended periods: money first, as a phone shows the first columns alone."""
    rows = []
    for row in standings:
        earned, paid = row.amount_earned, row.paid_by_statement_amount
        rows.append(
            (
                f"<b>{escape(row.program_name)}</b>",
                escape(fmt.period(row.period_code, row.period_start_date, row.period_end_date)),
                fmt.money(earned),
                fmt.money(paid),
                _still_open(earned, paid),
                f"{fmt.units(row.reported_units)} of {fmt.units(row.objective_units)}"
                if row.objective_units is not None
                else fmt.units(row.reported_units),
                fmt.UNKNOWN if row.tier_number is None else str(row.tier_number),
            )
        )
    return table(
        (
            ("Program", "ss-name"),
            ("Period", "ss-keep"),
            ("Earned", "ss-num"),
            ("Paid by statement", "ss-num"),
            ("Open", "ss-num"),
            ("Units", "ss-num"),
            ("Tier", "ss-num"),
        ),
        rows,
    )


def _still_open(earned: Decimal | None, paid: Decimal | None) -> str:
    """Write what is earned and not yet paid; below zero the statements paid too much."""
    if earned is None or not (earned or paid):
        return fmt.UNKNOWN
    still_open = earned - (paid or 0)
    return fmt.money(still_open) if still_open else "settled"
