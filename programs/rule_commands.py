"""What the command line does with rulebooks, as pure functions: check, test, use, schema.

Here: texts in, problems and lines out. Asking the way to a first file is rule_new.py, before and
after a change of rules rule_diff.py.
Not here: reading files, printing, exit codes (the command line).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from programs.documents import line_of, problem_at
from programs.errors import DocumentError, Problem
from programs.examples import example_differences
from programs.rule_diff import diff, facts_of_rows
from programs.rule_new import QUESTIONS, Question, asked, new
from programs.rule_references import Feeds, Surroundings, feeds_of, reference_problems
from programs.rule_schema import json_schema, schema_text
from programs.rulebook import Rulebook, example_problems, read_rulebook

__all__ = [
    "QUESTIONS",
    "ExampleLine",
    "Feeds",
    "Question",
    "Surroundings",
    "Usable",
    "asked",
    "check",
    "diff",
    "facts_of_rows",
    "feeds_of",
    "json_schema",
    "new",
    "schema_text",
    "test",
    "usable",
]


@dataclass(frozen=True)
class ExampleLine:
    """One example and how it came out. `messages` is empty when it did."""

    file: str
    line: int
    version: int
    name: str
    messages: tuple[str, ...]

    @property
    def is_passed(self) -> bool:
        return not self.messages

    def __str__(self) -> str:
        state = "ok  " if self.is_passed else "FAIL"
        why = f": {'; '.join(self.messages)}" if self.messages else ""
        return f"{state} {self.file}, line {self.line}, version {self.version}, {self.name}{why}"


@dataclass(frozen=True)
class Usable:
    """The rulebooks that can be used, and why the others can't."""

    rulebooks: tuple[Rulebook, ...]
    problems: tuple[Problem, ...]

    @property
    def refused_files(self) -> tuple[str, ...]:
        return tuple(sorted({problem.file for problem in self.problems}))


def check(texts: Mapping[str, str], around: Surroundings | None = None) -> list[Problem]:
    """Every problem of some rulebooks (text by file name), in order of file and line.

    Without `around` only what a rulebook says by itself is checked. Examples are run.
    """
    return list(usable(texts, around).problems)


def usable(texts: Mapping[str, str], around: Surroundings | None = None) -> Usable:
    """The rulebooks without a problem; one whose examples don't come out is not used."""
    books: list[Rulebook] = []
    problems: list[Problem] = []
    for file, text in sorted(texts.items()):
        try:
            book = read_rulebook(text, file, run_examples=False)
        except DocumentError as error:
            problems.extend(error.problems)
            continue
        books.append(book)
        problems.extend(example_problems(book))
    problems.extend(_named_twice(books))
    if around is not None:
        problems.extend(reference_problems(books, around))
    refused = {problem.file for problem in problems}
    problems.sort(key=lambda found: (found.file, found.line))
    return Usable(tuple(book for book in books if book.file not in refused), tuple(problems))


def _named_twice(books: Iterable[Rulebook]) -> Iterable[Problem]:
    seen: dict[str, str] = {}
    for book in books:
        first = seen.setdefault(book.program_code, book.file)
        if first != book.file:
            yield problem_at(
                book.versions[0].document,
                book.file,
                ("program",),
                f"'{book.program_code}' is already in {first}; a program has one file, with its "
                "revisions in it",
            )


def test(text: str, file: str) -> list[ExampleLine]:
    """Each example of a rulebook, of every version, and how it came out.

    Raises DocumentError when the rulebook itself can't be read.
    """
    book = read_rulebook(text, file, run_examples=False)
    return [
        ExampleLine(
            file=file,
            line=line_of(version.document, ("examples", index)),
            version=version.number,
            name=example.example,
            messages=tuple(example_differences(version.rules, example)),
        )
        for version in book.versions
        for index, example in enumerate(version.rules.examples)
    ]
