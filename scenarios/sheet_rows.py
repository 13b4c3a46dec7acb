"""Rows of a sheet, one under another: headings, labelled cells, formulas with their results.

Not here: what is written (ladder_sheets.py, car_sheets.py, export_xlsx.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Formats = Mapping[str, Any]


class Rows:
    """A sheet, and the row that is written next."""

    def __init__(self, sheet: Worksheet, formats: Formats, row: int = 0) -> None:
        self.sheet, self.formats, self.row = sheet, formats, row

    @property
    def number(self) -> int:
        """The row that is written next, as formulas know it."""
        return self.row + 1

    def skip(self) -> None:
        self.row += 1

    def write(self, column: int, value: object, style: str, was: object = "") -> None:
        """A cell; a formula with what it comes to, for readers that don't work formulas out."""
        if isinstance(value, str) and value.startswith("="):
            self.sheet.write_formula(self.row, column, value, self.formats[style], was)
        elif value is not None:
            self.sheet.write(self.row, column, value, self.formats[style])

    def text(self, column: int, text: str, style: str = "plain") -> None:
        """Words, whatever they begin with: a name that someone typed is never a formula."""
        self.sheet.write_string(self.row, column, text, self.formats[style])

    def line(self, text: str, style: str) -> None:
        self.text(0, text, style)
        self.skip()

    def heads(self, *texts: str) -> None:
        for column, text in enumerate(texts):
            self.text(column, text, "headed" if column else "head")
        self.skip()

    def named(
        self, label: str, value: object, style: str, was: object = "", note: str = ""
    ) -> str:
        """A label and its cell beside it. The cell's address."""
        self.text(0, label)
        self.write(1, value, style, was)
        if note:
            self.text(2, note, "note")
        self.skip()
        return f"$B${self.row}"

    def table(
        self, names: Sequence[str], rows: Iterable[Sequence[tuple[object, str]]]
    ) -> dict[str, str]:
        """Rows of values with their styles; each column's range by its name."""
        first = self.number
        for values in rows:
            for column, (value, style) in enumerate(values):
                if isinstance(value, str):
                    self.text(column, value, style)
                else:
                    self.write(column, value, style)
            self.skip()
        return {
            name: f"${letter}${first}:${letter}${self.row}"
            for name, letter in zip(names, "ABCDEFGH", strict=False)
        }
