"""A scenario: rooftops, levers, and what they come to; as a document that can be saved and read.

Here: asking, running and the figures of it as rows. Not here: the words (words.py), what they mean
(meaning.py), the arithmetic (programs/what_if.py), where it is saved (notebook/).
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from programs.changes import Change
from programs.money import ZERO
from programs.outcomes import Outcome
from programs.what_if import NextUnits, make_programs_ready, next_units, what_ifs
from scenarios.cars import sold_cars
from scenarios.meaning import Bulletins, changes_of
from scenarios.rooftops import Group, Rooftop
from scenarios.words import Lever, LeverError, read_lever

FORMAT = 1
AMOUNTS = (
    "amount_earned_before", "amount_earned_after", "amount_held_before", "amount_held_after",
    "expected_amount_before", "expected_amount_after",
)  # fmt: skip


@dataclass(frozen=True)
class Scenario:
    """What is asked: some rooftops with some levers. `drafts` are rulebooks that a lever tries, by
    the name of their file."""

    rooftop_ids: tuple[str, ...]
    levers: tuple[Lever, ...] = ()
    drafts: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """As it is saved."""
        return {
            "format": FORMAT,
            "rooftops": list(self.rooftop_ids),
            "levers": [lever.text for lever in self.levers],
            "drafts": dict(self.drafts),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Scenario:
        """As it was saved. Raises LeverError for a document of another kind."""
        if document.get("format") != FORMAT:
            raise LeverError("this scenario is of a newer version; bring Stairstep up to date")
        return cls(
            tuple(document["rooftops"]),
            tuple(read_lever(text) for text in document["levers"]),
            dict(document.get("drafts") or {}),
        )


@dataclass(frozen=True)
class RooftopResult:
    """One rooftop before and after."""

    rooftop: Rooftop
    changes: tuple[Change, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Result:
    """A scenario's rooftops before and after."""

    as_of_date: datetime.date
    content_hash: str
    group_name: str
    rooftops: tuple[RooftopResult, ...]

    def outcomes(self) -> Iterator[tuple[str, Outcome]]:
        """Each program's with its rooftop's id."""
        for found in self.rooftops:
            for outcome in found.outcomes:
                yield found.rooftop.rooftop_id, outcome

    @cached_property
    def moved(self) -> tuple[tuple[str, Outcome], ...]:
        """Those that the levers move."""
        return tuple(one for one in self.outcomes() if one[1].is_moved)

    def rows(self) -> list[dict[str, Any]]:
        """One row a program of a rooftop, with its sentence."""
        return [outcome_row(*one) for one in self.outcomes()]

    def moved_rows(self) -> list[dict[str, Any]]:
        """The rows of programs that the levers move."""
        return [outcome_row(*one) for one in self.moved]

    @cached_property
    def total(self) -> dict[str, Decimal]:
        """The sums over all programs and rooftops, exact."""
        columns = zip(*(_amounts(outcome) for _, outcome in self.outcomes()), strict=True)
        return {
            name: sum(amounts, ZERO)
            for name, amounts in itertools.zip_longest(AMOUNTS, columns, fillvalue=())
        }

    def figures(self) -> dict[str, Any]:
        """As they are saved and printed; money as text with cents."""
        return {
            "as_of_date": self.as_of_date.isoformat(),
            "content_hash": self.content_hash,
            "programs": self.rows(),
            "total": {name: str(amount) for name, amount in self.total.items()},
        }


def make_ready(group: Group) -> None:
    """Work out what every lever is put beside, so that the first one moved is answered as soon as
    the next."""
    rooftops = group.rooftops.values()
    make_programs_ready([program for one in rooftops for program in one.facts.programs])
    for one in rooftops:
        _ = one.open_cars, one.pending_vins, one.recalled_vins, one.classes_by_model


def bulletins_of(group: Group, scenario: Scenario) -> Bulletins:
    """The rules that levers may try."""
    return Bulletins(group.rules.books, scenario.drafts)


def run(group: Group, scenario: Scenario) -> Result:
    """The scenario on the group's facts. Raises LeverError for a lever that means nothing, and
    ScenarioFactsError for a rooftop that isn't there."""
    rooftops = [group.rooftop(rooftop_id) for rooftop_id in scenario.rooftop_ids]
    changes = _changes(rooftops, scenario, bulletins_of(group, scenario))
    asked = [(one.facts, found) for one, found in zip(rooftops, changes, strict=True)]
    return Result(
        group.as_of_date,
        group.content_hash,
        group.group_name,
        tuple(map(RooftopResult, rooftops, changes, what_ifs(asked))),
    )


def _changes(
    rooftops: Sequence[Rooftop], scenario: Scenario, bulletins: Bulletins
) -> list[tuple[Change, ...]]:
    """Each rooftop's changes. A lever of every rooftop may mean nothing at some (a make they don't
    sell), but not at all of them."""
    found: list[list[Change]] = [[] for _ in rooftops]
    for lever in scenario.levers:
        faults = []
        for rooftop, changes in zip(rooftops, found, strict=True):
            try:
                changes += changes_of(rooftop, [lever], bulletins)
            except LeverError as error:
                faults.append(error)
        if faults and (len(faults) == len(rooftops) or lever.rooftop_id is not None):
            raise faults[0]
    return [tuple(changes) for changes in found]


def rooftops_of(file: Path) -> tuple[str, ...]:
    """The rooftops of a published file that have an open program."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select distinct rooftop_id from fct_program_standing "
            "where is_open and standing_state <> 'not_enrolled' order by 1"
        ).fetchall()
    return tuple(row[0] for row in rows)


def curve(group: Group, scenario: Scenario, line: Lever) -> NextUnits:
    """What the next units of a line are worth at the scenario's first rooftop, beside its other
    levers."""
    rooftop = group.rooftop(scenario.rooftop_ids[0])
    others = [lever for lever in scenario.levers if not is_same_line(lever, line)]
    changes = changes_of(rooftop, others, bulletins_of(group, scenario))
    return next_units(rooftop.facts, changes, sold_cars(rooftop, line))


def is_same_line(one: Lever, two: Lever) -> bool:
    """Whether two levers add cars of one description and days."""
    return one.kind == two.kind == "add" and _described(one) == _described(two)


def _described(lever: Lever) -> Sequence[tuple[str, str]]:
    return sorted((name, value.lower()) for name, value in lever.pairs if name != "units")


def _amounts(found: Outcome) -> tuple[Decimal, ...]:
    """One program's amounts before and after, in order of AMOUNTS."""
    before, after = found.before, found.after
    return (
        before.amount_earned, after.amount_earned, before.amount_held, after.amount_held,
        found.expected_before, found.expected_after,
    )  # fmt: skip


def outcome_row(rooftop: str, found: Outcome) -> dict[str, Any]:
    """One program before and after, as JSON and CSV hold it: money in dollars and cents as text."""
    one, two = found.headline
    chance = found.chance
    return {
        "rooftop_id": rooftop,
        "program_code": found.program_code,
        "program_name": found.program_name,
        "period_code": found.period_code,
        "counted_units_before": one.counted_units,
        "counted_units_after": two.counted_units,
        "tier_number_before": one.tier_number,
        "tier_number_after": two.tier_number,
        **dict(zip(AMOUNTS, map(str, _amounts(found)), strict=True)),
        "chance_tier_number": chance.tier_number if chance else None,
        "chance_before": float(chance.before) if chance else None,
        "chance_after": float(chance.after) if chance else None,
        "explanation": found.explanation,
    }
