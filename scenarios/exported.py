"""What an exported scenario says, whatever the file is: where, of when, what was changed.

Not here: the workbook (export_xlsx.py), the page (export_pdf.py), buttons and options.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from programs.errors import StairstepError
from scenarios.scenario import Result
from scenarios.words import Lever

UNNAMED = "What if"


class ExportError(StairstepError):
    """A file that can't be made, or not under this name."""


@dataclass(frozen=True)
class Exported:
    """A scenario as it leaves the house: what it came to, and its levers. `name` is what it was
    saved under."""

    result: Result
    levers: tuple[Lever, ...]
    name: str = UNNAMED

    @property
    def where(self) -> str:
        """The rooftop, or how many."""
        names = [found.rooftop.rooftop_name for found in self.result.rooftops]
        return names[0] if len(names) == 1 else f"{self.result.group_name}, {len(names)} rooftops"

    @property
    def of(self) -> str:
        """The day of the figures and the publication they were read from."""
        day = self.result.as_of_date
        return f"{day.day} {day:%B %Y}, publication {self.result.content_hash[:12]}"

    @property
    def changed(self) -> tuple[str, ...]:
        """What was changed: of one rooftop as it came out there, of several the levers."""
        said = [lever.said for lever in self.levers]
        if len(self.result.rooftops) == 1:
            said = [change.said for change in self.result.rooftops[0].changes]
        return tuple(text[0].upper() + text[1:] for text in said)

    def file_name(self, ending: str) -> str:
        """A name that every system takes."""
        words = f"{self.name} {self.where} {self.result.as_of_date}"
        kept = "".join(letter if letter.isalnum() else "-" for letter in words.lower())
        return "-".join(part for part in kept.split("-") if part) + f".{ending}"


def content_of(found: Exported, file_name: str) -> bytes:
    """The file's content, by the ending of its name. Raises ExportError for another ending."""
    ending = PurePath(file_name).suffix.lower()
    if ending == ".xlsx":
        from scenarios.export_xlsx import workbook

        return workbook(found)
    if ending == ".pdf":
        from scenarios.export_pdf import document

        return document(found)
    raise ExportError(f"{file_name}: a scenario is exported as .xlsx or .pdf")
