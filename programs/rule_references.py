"""What a rulebook names that lies outside of it: makes, dealer codes, calendars, feeds, programs.

Here: whether a group has what its rulebooks ask for, each fault with its line.
Not here: faults within one rulebook (rule_checks.py); reading files (callers).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from programs.calendars import Calendar
from programs.documents import problem_at
from programs.errors import Problem
from programs.faults import Fault, Path, listed
from programs.group import Franchise, Group
from programs.rule_checks_gates import conditions_of
from programs.rule_models import RuleVersion
from programs.rulebook import Rulebook, Version, periods_of

# `strike`: a strike against the dealer, dated by its due date.
ITEM_TYPES = frozenset({"training", "facility", "digital", "strike"})


@dataclass(frozen=True)
class Feeds:
    """What a group's feeds deliver. `metrics` of the score feed (None: its mapping names none, so
    any may come), whether single surveys and shipments come, and the item types."""

    metrics: frozenset[str] | None = None
    has_surveys: bool = True
    item_types: frozenset[str] = ITEM_TYPES
    has_shipments: bool = True


@dataclass(frozen=True)
class Surroundings:
    """What rulebooks are checked against. Without `feeds` no metric is looked for."""

    group: Group
    calendars: Mapping[str, Calendar]
    feeds: Feeds | None = None


def feeds_of(mappings: Iterable[Mapping[str, Any]]) -> Feeds:
    """What a home's mapping files deliver, from their documents as read."""
    metrics: set[str] = set()
    items: set[str] = set()
    names_any, has_surveys, has_shipments = False, False, False
    for mapping in mappings:
        kind, columns = mapping.get("kind"), mapping.get("columns") or {}
        if kind == "csi/scores":
            named = _codes(columns.get("metric_code"))
            names_any = names_any or not named
            metrics |= named
        elif kind == "csi/surveys":
            has_surveys = True
        elif kind == "portal/shipments":
            has_shipments = True
        elif kind == "portal/compliance_items":
            items |= _codes(columns.get("item_type")) or ITEM_TYPES
    known = None if names_any else frozenset(metrics)
    return Feeds(known, has_surveys, frozenset(items), has_shipments)


def _codes(column: Any) -> set[str]:
    """The values that a mapped column may have: its code table's, or its one constant."""
    if not isinstance(column, Mapping):
        return set()
    codes = column.get("codes") or {}
    return {str(value) for value in (*codes.values(), column.get("constant")) if value is not None}


def reference_problems(books: Sequence[Rulebook], around: Surroundings) -> list[Problem]:
    """Every fault of what rulebooks name, with file and line, in order."""
    by_code = {book.program_code: book for book in books}
    problems = [
        problem_at(version.document, book.file, path, message)
        for book in books
        for version in book.versions
        for path, message in _faults(version, by_code, around)
    ]
    problems += _stated_twice(books)
    return sorted(dict.fromkeys(problems), key=lambda found: (found.file, found.line, found.field))


def _faults(
    version: Version, books: Mapping[str, Rulebook], around: Surroundings
) -> Iterator[Fault]:
    rules = version.rules
    yield from _makes(rules, around.group)
    yield from _dealer_codes(rules, around.group)
    yield from _calendar(rules, around.calendars)
    if around.feeds is not None:
        if rules.basis.event == "wholesale" and not around.feeds.has_shipments:
            yield (
                ("basis", "event"),
                "no feed delivers wholesale shipments; map one (portal/shipments)",
            )
        yield from _metrics(rules, around.feeds)
    yield from _stacking(rules, books)


def _franchises(group: Group) -> list[Franchise]:
    return [franchise for rooftop in group.rooftops for franchise in rooftop.franchises]


def _makes(rules: RuleVersion, group: Group) -> Iterator[Fault]:
    by_make: dict[str, list[Franchise]] = {}
    for franchise in _franchises(group):
        by_make.setdefault(franchise.make.casefold(), []).append(franchise)
    for index, make in enumerate(rules.who.makes):
        found = by_make.get(make.casefold())
        if found is None:
            known = {one.make for franchises in by_make.values() for one in franchises}
            message = f"'{make}' is no make of this group; {_hint(make, known)}"
            yield ("who", "makes", index), message
            continue
        for other in sorted({one.oem for one in found if one.oem != rules.oem}):
            yield (
                ("oem",),
                f"'{rules.oem}', but stairstep.yaml has {make} under oem '{other}'; give both the "
                "same name",
            )


def _dealer_codes(rules: RuleVersion, group: Group) -> Iterator[Fault]:
    makes = {make.casefold() for make in rules.who.makes}
    known = {one.dealer_code for one in _franchises(group) if one.make.casefold() in makes}
    for index, enrolled in enumerate(rules.who.dealer_codes or ()):
        if known and enrolled.code not in known:
            path: Path = ("who", "dealer_codes", index)
            yield (
                path,
                f"'{enrolled.code}' is no dealer code of this group for {listed(rules.who.makes)}; "
                + _hint(enrolled.code, known),
            )


def _hint(name: str, known: Iterable[str]) -> str:
    by_fold = {found.casefold(): found for found in known}
    close = difflib.get_close_matches(name.casefold(), by_fold, n=1)
    return f"did you mean '{by_fold[close[0]]}'?" if close else f"known are {listed(known)}"


def _calendar(rules: RuleVersion, calendars: Mapping[str, Calendar]) -> Iterator[Fault]:
    code = rules.when.calendar
    if code is None:
        return
    if code not in calendars:
        yield ("when", "calendar"), f"'{code}' is no sales calendar; {_hint(code, calendars)}"
    elif not periods_of(rules, dict(calendars)):
        months = calendars[code].months
        yield (
            ("effective",),
            f"calendar '{code}' ({months[0].start} to {months[-1].end}) has no {rules.when.grain} "
            "that this version rules; add its months, or mend the dates",
        )


def _metrics(rules: RuleVersion, feeds: Feeds) -> Iterator[Fault]:
    for path, leaf in conditions_of(rules):
        if leaf.metric and leaf.within_days is None:
            yield from _metric(leaf.metric, leaf.source, (*path, "metric"), feeds)
        if leaf.items and leaf.items not in feeds.item_types:
            yield (
                (*path, "items"),
                f"no feed delivers {leaf.items} items; known are {listed(feeds.item_types)}",
            )
    for index, deduction in enumerate(rules.deductions):
        if deduction.kind == "strikes" and "strike" not in feeds.item_types:
            yield (
                ("deductions", index, "kind"),
                "no feed delivers strikes; map them as items of type strike "
                "(portal/compliance_items)",
            )
    for index, element in enumerate(rules.elements):
        if element.against.metric:
            path = ("elements", index, "against", "metric")
            yield from _metric(element.against.metric, element.against.source, path, feeds)


def _metric(metric: str, source: str, path: Path, feeds: Feeds) -> Iterator[Fault]:
    if source == "survey_average":
        if not feeds.has_surveys:
            yield path, "no feed delivers single surveys; map one (csi/surveys), or use its scores"
    elif feeds.metrics is not None and metric not in feeds.metrics:
        yield (
            path,
            f"no feed delivers the metric '{metric}'; {_hint(metric, feeds.metrics)} "
            "(metric_code in the mappings of csi/scores)",
        )


def _stacking(rules: RuleVersion, books: Mapping[str, Rulebook]) -> Iterator[Fault]:
    for i, rule in enumerate(rules.stacking):
        for j, code in enumerate(rule.programs):
            path: Path = ("stacking", i, "programs", j)
            if code not in books:
                yield path, f"'{code}' is no program; {_hint(code, books)}"
                continue
            other = books[code].latest.when
            if (other.grain, other.calendar) != (rules.when.grain, rules.when.calendar):
                yield (
                    path,
                    f"'{code}' goes by {_periods(other.grain, other.calendar)}, this program by "
                    f"{_periods(rules.when.grain, rules.when.calendar)}; only the same periods "
                    "can be stacked",
                )


def _periods(grain: str, calendar: str | None) -> str:
    return f"{grain} of {calendar}" if calendar else grain


def _stated_twice(books: Iterable[Rulebook]) -> list[Problem]:
    """Stacking codes that two rulebooks state: one would apply twice."""
    seen: dict[str, str] = {}
    problems = []
    for book in books:
        version = book.versions[-1]
        for index, rule in enumerate(version.rules.stacking):
            code = rule.stacking
            if seen.setdefault(code, book.file) != book.file:
                message = f"'{code}' is stated in {seen[code]} too; state it in one of them"
                path = ("stacking", index, "stacking")
                problems.append(problem_at(version.document, book.file, path, message))
    return problems
