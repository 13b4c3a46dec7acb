"""A rulebook: one program's rules, in every version ever announced.

Here: YAML text to a checked Rulebook, its revisions merged, and which version rules a period.
Not here: the parts' models (rule_models.py), faults across fields (rule_checks.py), running the
examples (examples.py), tables for SQL (compiled.py), reading files (callers).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from programs.calendars import Calendar, Period, free_period
from programs.documents import Listing, Mapping, problem_at, read_document, validate
from programs.errors import DocumentError, Problem, UnknownReferenceError
from programs.rule_checks import faults_of
from programs.rule_models import Revision, RuleVersion
from programs.spans import Window, windows_of

# What a revision can't change: it would be another program.
FIXED_SECTIONS = ("program", "oem", "announced", "effective", "ends", "source", "revisions")


@dataclass(frozen=True)
class Version:
    """One version of a program: its number (1 = first), its rules, and the document it came from
    (for the line of anything said about it)."""

    number: int
    rules: RuleVersion
    document: Mapping


@dataclass(frozen=True)
class Rulebook:
    """One program in all its versions, oldest first."""

    file: str
    versions: tuple[Version, ...]

    @property
    def program_code(self) -> str:
        return self.versions[0].rules.program

    @property
    def latest(self) -> RuleVersion:
        return self.versions[-1].rules

    def version_for(self, period: Period, known_on: datetime.date) -> Version | None:
        """The version that rules a period, of those announced by a date; None before the first.

        A version rules every period from the one that holds its effective date on, whole; a later
        announcement goes before an earlier one.
        """
        ruling = [
            version
            for version in self.versions
            if version.rules.announced <= known_on and rules_period(version.rules, period)
        ]
        return ruling[-1] if ruling else None


def rules_period(rules: RuleVersion, period: Period) -> bool:
    """Whether a version may rule a period: effective by its end, not ended before its start."""
    return rules.effective <= period.end and (rules.ends is None or rules.ends >= period.start)


def periods_of(rules: RuleVersion, calendars: dict[str, Calendar]) -> tuple[Period, ...]:
    """The periods that a version rules. Raises UnknownReferenceError for an unknown calendar."""
    when = rules.when
    if when.grain == "free":
        periods = tuple(free_period(span.start, span.end) for span in when.dates)
    else:
        calendar = calendars.get(str(when.calendar))
        if calendar is None:
            raise UnknownReferenceError(
                f"{rules.program}: when.calendar: '{when.calendar}' is no calendar; "
                f"known are {', '.join(sorted(calendars)) or 'none'}"
            )
        periods = calendar.periods(when.grain)
    return tuple(period for period in periods if rules_period(rules, period))


def windows_of_version(
    book: Rulebook, version: Version, calendars: dict[str, Calendar]
) -> dict[str, tuple[Window, ...]]:
    """The windows that a version's rules look at, by what they are `within`.

    A window holds all periods that the program rules in it, also those of the versions before: a
    revision in its middle doesn't shorten it.
    """
    ruled: dict[str, Period] = {}
    for found in book.versions[: version.number]:
        own = periods_of(found.rules, calendars)
        first = min((period.start for period in own), default=None)
        # A version that changes the grain takes the periods of the old one with it.
        ruled = {
            code: period
            for code, period in ruled.items()
            if first is None or period.end < first or period in own
        }
        ruled.update((period.code, period) for period in own)
    codes = [period.code for period in sorted(ruled.values())]
    withins = sorted({rule.within for rule in version.rules.across})
    return {within: windows_of(within, codes) for within in withins}


def windows_in_force(
    book: Rulebook, versions: Iterable[Version], calendars: dict[str, Calendar]
) -> dict[str, tuple[Window, ...]]:
    """The windows that any of some versions looks at: a revision that drops a rule drops it from
    its own periods on, not from the windows that ended before it."""
    found: dict[str, tuple[Window, ...]] = {}
    for version in sorted(versions, key=lambda version: version.number):
        found.update(windows_of_version(book, version, calendars))
    return found


def read_rulebook(text: str, file: str, *, run_examples: bool = True) -> Rulebook:
    """Read a rulebook from YAML text, check it, and run its examples.

    `file` is the name that errors carry. Raises DocumentError naming file, line, field, what is
    wrong and what would be right; an example that doesn't come out is such an error too.
    """
    rulebook = rulebook_of(read_document(text, file), file)
    if run_examples:
        problems = example_problems(rulebook)
        if problems:
            raise DocumentError(problems)
    return rulebook


def rulebook_of(document: Mapping, file: str) -> Rulebook:
    """A rulebook from a document that was read, checked; its examples aren't run. Raises
    DocumentError as `read_rulebook` does."""
    return Rulebook(file, tuple(_versions(document, file)))


def example_problems(rulebook: Rulebook) -> list[Problem]:
    """The examples of a rulebook, of every version, that don't come out."""
    # Examples evaluate rulebooks, so they import this module: bound here, when used.
    from programs.examples import failed_examples

    problems = [
        problem_at(version.document, rulebook.file, ("examples", failure.index), failure.message)
        for version in rulebook.versions
        for failure in failed_examples(version.rules)
    ]
    return list(dict.fromkeys(problems))


def _versions(document: Mapping, file: str) -> list[Version]:
    revisions = document.get("revisions", Listing())
    if not isinstance(revisions, Listing):
        problem = problem_at(document, file, ("revisions",), "must be a list of revisions")
        raise DocumentError([problem])
    current = _without(document, "revisions")
    versions = [_version(1, current, file)]
    for index, stated in enumerate(revisions):
        current = _revised(document, current, stated, index, file)
        version = _version(index + 2, current, file)
        if version.rules.announced < versions[-1].rules.announced:
            path = ("revisions", index, "announced")
            message = "is before the version before; order revisions by announcement"
            raise DocumentError([problem_at(document, file, path, message)])
        versions.append(version)
    return versions


def _version(number: int, document: Mapping, file: str) -> Version:
    rules = validate(RuleVersion, document, file)
    problems = [problem_at(document, file, path, message) for path, message in faults_of(rules)]
    if problems:
        raise DocumentError(problems)
    return Version(number, rules, document)


def _revised(document: Mapping, current: Mapping, stated: Any, index: int, file: str) -> Mapping:
    """The document after one revision: the sections under `change` replaced whole."""
    try:
        validate(Revision, stated, file)
    except DocumentError as error:
        raise DocumentError(
            [
                Problem(found.file, found.line, f"revisions[{index}].{found.field}", found.message)
                for found in error.problems
            ]
        ) from error
    changes = stated["change"]
    for name in changes:
        if name in FIXED_SECTIONS or name not in _known_sections():
            path = ("revisions", index, "change", name)
            sections = sorted(set(_known_sections()) - set(FIXED_SECTIONS))
            message = f"is no section a revision can change; those are {', '.join(sections)}"
            raise DocumentError([problem_at(document, file, path, message)])
    revised = _without(current, "ends")
    for source in (_without(stated, "change"), changes):
        for name, value in source.items():
            revised[name] = value
            revised.key_lines[name] = source.key_lines[name]
    return revised


def _known_sections() -> list[str]:
    return [field.alias or name for name, field in RuleVersion.model_fields.items()]


def _without(document: Mapping, *names: str) -> Mapping:
    """A shallow copy without some keys; lines are kept."""
    copy = Mapping({name: value for name, value in document.items() if name not in names})
    copy.line = document.line
    copy.key_lines = dict(document.key_lines)
    return copy
