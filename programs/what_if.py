"""What if: the open programs of a rooftop before and after changes.

Here: each program's outcome; the worth of each next unit and what could be given away for it. One
meaning for the app and the command line. Not here: the changes (changes.py), a program with them
made (positions.py), chances and words (outcomes.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from programs.changes import Change, SoldCars, apply
from programs.filters import filters_of
from programs.money import ZERO
from programs.outcomes import Outcome, Position, work_out
from programs.positions import OpenFacts, RooftopFacts, position

# How far the curve of the next units goes: a good month of most stores, a week of a large one.
CURVE_UNITS = 30
CENT = Decimal("0.01")


def make_programs_ready(programs: Sequence[OpenFacts]) -> None:
    """Work out what is the same for every change."""
    work_out([program.before for program in programs])
    for program in programs:
        facts, draws = program.facts, program.every_draw
        _ = program.before.standing, facts.pending, facts.recalled, facts.by_vin, draws.fates


def what_if(rooftop: RooftopFacts, changes: Sequence[Change]) -> tuple[Outcome, ...]:
    """Each open program before and after the changes."""
    return what_ifs([(rooftop, changes)])[0]


def what_ifs(
    asked: Sequence[tuple[RooftopFacts, Sequence[Change]]],
) -> list[tuple[Outcome, ...]]:
    """The same of several rooftops, each with its changes."""
    outcomes = [
        tuple(
            Outcome(found.before, position(found, changes), changes)
            for found in rooftop.programs
        )
        for rooftop, changes in asked
    ]
    work_out(
        position for own in outcomes for outcome in own for position in (outcome.was, outcome.now)
    )
    return outcomes


@dataclass(frozen=True)
class NextUnits:
    """What 0, 1, ... 30 more units of a line add in all, beside the other changes: as it stands,
    and in the mean of the samples."""

    line: SoldCars
    amounts: tuple[Decimal, ...]
    expected_amounts: tuple[Decimal, ...]

    def give_away(self, units: int, *, expected: bool) -> Decimal:
        """The most that could be given away on each of the next units and not lose by it."""
        amounts = self.expected_amounts if expected else self.amounts
        if units < 1:
            return ZERO
        return max(amounts[units] / units, ZERO).quantize(CENT, ROUND_DOWN)


def next_units(
    rooftop: RooftopFacts, changes: Sequence[Change], line: SoldCars, most: int = CURVE_UNITS
) -> NextUnits:
    """The worth of the next units of a line, one after another."""
    amounts, expected = [ZERO] * (most + 1), [Fraction(0)] * (most + 1)
    for found in rooftop.programs:
        if not _moves(found, changes, line):
            continue
        line_of = _line_of(found, changes, line, most)
        work_out(line_of)
        for units, there in enumerate(line_of):
            amounts[units] += there.standing.amount_earned
            expected[units] += there.expected_cents
    return NextUnits(
        line,
        tuple(amount - amounts[0] for amount in amounts),
        tuple(
            Decimal(int(cents - expected[0] + Fraction(1, 2))).scaleb(-2).quantize(CENT)
            for cents in expected
        ),
    )


def _line_of(
    found: OpenFacts, changes: Sequence[Change], line: SoldCars, most: int
) -> list[Position]:
    """A program with 0, 1, ... more units of a line beside the other changes."""
    return [
        position(found, [*changes, replace(line, units=units)]) for units in range(most + 1)
    ]


def _moves(found: OpenFacts, changes: Sequence[Change], line: SoldCars) -> bool:
    """Whether a line's cars count or are paid in a program on any of their days."""
    rules = apply(changes, found.facts).rules
    members = [one.membership(line.unit) for one in filters_of(rules)]
    is_member = any(member.is_counted or member.is_paid for member in members)
    return is_member and any(found.facts.period.contains(day) for day in line.days)
