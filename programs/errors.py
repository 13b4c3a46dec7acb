"""Errors that a user can cause and can mend.

Here: the base class and the error of a document (YAML) with its file, line and field.
Not here: faults of the program itself, which stay ordinary exceptions with a traceback.
"""

from __future__ import annotations

from dataclasses import dataclass


class StairstepError(Exception):
    """Something the user can mend. The message is one line: what, where, what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


@dataclass(frozen=True)
class Problem:
    """One fault of one document. `line` is 1-based; `field` is a dotted path, '' for the whole."""

    file: str
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}, line {self.line}: {field}{self.message}"


class DocumentError(StairstepError):
    """A document that can't be used, with every problem found in it, in order of line."""

    def __init__(self, problems: list[Problem]) -> None:
        if not problems:
            raise ValueError("a DocumentError needs at least one problem")
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        more = len(self.problems) - 1
        super().__init__(str(self.problems[0]) + (f" (and {more} more)" if more else ""))


class UnknownReferenceError(StairstepError):
    """A name that points to nothing: a calendar, rooftop, element or holiday nobody defined."""
