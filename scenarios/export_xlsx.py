"""A scenario as a workbook: every program before and after, and its ladder as live formulas.

Here: the first sheet, whose amounts after are the ladders' own cells, and a sheet a rooftop. Not
here: one program's formulas (ladder_sheets.py). Chances and expected amounts are values: they come
from the forecast's samples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from programs.positions import position
from scenarios.exported import Exported
from scenarios.ladder_sheets import Cells, write_program
from scenarios.sheet_rows import Formats, Rows

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from scenarios.scenario import RooftopResult

SUMMARY = "Scenario"
MONEY, UNITS, SHARE = '"$"#,##0.00;-"$"#,##0.00', "#,##0", "0.00%"
INPUT = {"bg_color": "#FFF4CE", "border": 1, "border_color": "#D9C27A"}
STYLES: Mapping[str, Mapping[str, object]] = {
    "plain": {},
    "note": {"italic": True, "font_color": "#6B6B6B"},
    "title": {"bold": True, "font_size": 14},
    "part": {"bold": True, "font_size": 12, "font_color": "#1F5C99"},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "headed": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "align": "right"},
    "strong": {"bold": True},
    "strong_units": {"bold": True, "num_format": UNITS},
    "strong_money": {"bold": True, "num_format": MONEY},
    "total": {"bold": True, "top": 1, "num_format": MONEY},
    "money": {"num_format": MONEY},
    "units": {"num_format": UNITS},
    "number": {"num_format": "0.##"},
    "share": {"num_format": SHARE},
    "chance": {"num_format": "0%"},
    "input": INPUT,
    "input_units": {**INPUT, "num_format": UNITS},
    "input_money": {**INPUT, "num_format": MONEY},
    "input_share": {**INPUT, "num_format": "0.0000%"},
}
HEADS = (
    "Rooftop", "Program", "Period", "Units before", "Units after", "Tier before", "Tier after",
    "Earned before", "Earned after", "Held before", "Held after", "Expected before",
    "Expected after", "Of tier", "Chance before", "Chance after",
)  # fmt: skip
TOTALS = tuple(
    f"{key}_{when}"
    for key in ("amount_earned", "amount_held", "expected_amount")
    for when in ("before", "after")
)


def workbook(found: Exported) -> bytes:
    """The workbook's content."""
    from xlsxwriter import Workbook

    held = BytesIO()
    with Workbook(held, {"in_memory": True, "strings_to_formulas": False}) as book:
        formats = {name: book.add_format(dict(style)) for name, style in STYLES.items()}
        book.set_properties({"title": f"{found.name}, {found.where}", "comments": found.of})
        summary = book.add_worksheet(SUMMARY)
        names = _sheet_names([one.rooftop.rooftop_id for one in found.result.rooftops])
        cells = [
            reference
            for one, name in zip(found.result.rooftops, names, strict=True)
            for reference in _ladders(book, formats, name, one)
        ]
        _summary(summary, formats, found, cells)
    return held.getvalue()


def _ladders(
    book: Workbook, formats: Formats, name: str, one: RooftopResult
) -> list[tuple[str, Cells]]:
    """A rooftop's sheet: each open program after the changes. Where its amounts are."""
    sheet = book.add_worksheet(name)
    sheet.set_column("A:A", 36)
    sheet.set_column("B:H", 16)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    rows = Rows(sheet, formats)
    rows.line(one.rooftop.rooftop_name, "title")
    rows.line("Yellow cells may be changed; amounts follow.", "note")
    rows.skip()
    return [
        (name, write_program(rows, position(program, one.changes).state))
        for program in one.rooftop.facts.programs
    ]


def _summary(
    sheet: Worksheet, formats: Formats, found: Exported, cells: Sequence[tuple[str, Cells]]
) -> None:
    sheet.set_column("A:B", 24)
    sheet.set_column("C:P", 15)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    rows = Rows(sheet, formats)
    rows.line(found.name, "title")
    rows.line(f"{found.where}; figures of {found.of}", "note")
    rows.line("Changed:", "strong")
    for text in found.changed:
        rows.line(text, "plain")
    rows.skip()
    for column, text in enumerate(HEADS):
        rows.text(column, text, "head" if column < 3 else "headed")
    rows.skip()
    sheet.freeze_panes(rows.row, 2)
    names = {
        one.rooftop.rooftop_id: one.rooftop.rooftop_name for one in found.result.rooftops
    }
    first = rows.number
    for values, (name, where) in zip(found.result.rows(), cells, strict=True):
        _program(rows, names[values["rooftop_id"]], values, name, where)
    _total(rows, first, found)
    rows.skip()
    for values in found.result.moved_rows():
        where = f"{names[values['rooftop_id']]}: " if len(names) > 1 else ""
        rows.line(f"{where}{values['explanation']}", "plain")


def _program(
    rows: Rows, rooftop: str, values: Mapping[str, Any], name: str, where: Cells
) -> None:
    """A program before and after; the amounts after are its ladder's cells."""
    link = f"internal:'{name}'!A{where.earned.rpartition('$')[2]}"
    rows.sheet.write_url(rows.row, 0, link, rows.formats["plain"], rooftop)
    rows.text(1, values["program_name"])
    rows.text(2, values["period_code"])
    for column, key in ((3, "counted_units"), (5, "tier_number")):
        rows.write(column, values[f"{key}_before"], "units")
        rows.write(column + 1, values[f"{key}_after"], "units")
    for column, key in ((7, "amount_earned"), (9, "amount_held"), (11, "expected_amount")):
        rows.write(column, Decimal(values[f"{key}_before"]), "money")
    for column, cell, key in ((8, where.earned, "amount_earned"), (10, where.held, "amount_held")):
        rows.write(column, f"='{name}'!{cell}", "money", float(values[f"{key}_after"]))
    rows.write(12, Decimal(values["expected_amount_after"]), "money")
    rows.write(13, values["chance_tier_number"], "units")
    rows.write(14, values["chance_before"], "chance")
    rows.write(15, values["chance_after"], "chance")
    rows.skip()


def _total(rows: Rows, first: int, found: Exported) -> None:
    total, last = found.result.total, rows.row
    rows.text(0, "Total", "strong")
    for letter, name in zip("HIJKLM", TOTALS, strict=True):
        formula = f"=SUM({letter}{first}:{letter}{last})"
        rows.write(ord(letter) - ord("A"), formula, "total", float(total[name]))
    rows.skip()


def _sheet_names(rooftop_ids: list[str]) -> list[str]:
    """Names that a sheet may have, each another one."""
    taken, names = {SUMMARY.lower()}, []
    for number, rooftop_id in enumerate(rooftop_ids, 1):
        name = re.sub(r"[\[\]:*?/\\']", "-", rooftop_id)[:31]
        if name.lower() in taken:
            name = f"{name[:25]}-{number}"
        taken.add(name.lower())
        names.append(name)
    return names
