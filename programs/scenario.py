"""A program's state, ready to stand, and what units added to it move.

Here: one unit moves every element that counts or pays it. Not here: the arithmetic (standing.py),
other changes (changes.py), chances and words (outcomes.py), the choice of moves (plan.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from programs.money import ZERO
from programs.pay_lines import PaidPart, UnitLine
from programs.rule_values import ALL_UNITS
from programs.standing import (
    ElementFacts,
    ElementRules,
    ProgramCap,
    ProgramStanding,
    evaluate_program,
)

ElementKey = tuple[str, str]


@dataclass(frozen=True)
class ElementState:
    """One element as it stands. `target_units` is its objective or base, for the explanation."""

    rules: ElementRules
    facts: ElementFacts
    target_units: int | None = None

    @property
    def key(self) -> ElementKey:
        return (self.rules.program_code, self.rules.element_code)


@dataclass(frozen=True)
class ProgramState:
    """One program of one rooftop and period, alone. `paid_msrp_amount` counts each paid unit once;
    `beyond` names the rules over several periods or programs that it leaves out."""

    program_code: str
    program_name: str
    period_code: str
    elements: tuple[ElementState, ...]
    cap: ProgramCap = ProgramCap()
    paid_msrp_amount: Decimal = ZERO
    beyond: str = ""

    def standing(self) -> ProgramStanding:
        """The program's standing as it is, worked out once."""
        return self._standing

    @cached_property
    def _standing(self) -> ProgramStanding:
        return evaluate_program(
            self.program_code,
            [(element.rules, element.facts) for element in self.elements],
            self.cap,
            self.paid_msrp_amount,
        )


@dataclass(frozen=True)
class Move:
    """Units of one model line added (or, negative, taken away), and the elements they move.

    `msrp_amount` is one unit's. `counted_by` and `paid_by` name (program, element) pairs: those of
    the unit's class, or of its segment. `pay_groups` name the pay group of those that have some.
    """

    label: str
    units: int
    msrp_amount: Decimal = ZERO
    counted_by: frozenset[ElementKey] = frozenset()
    paid_by: frozenset[ElementKey] = frozenset()
    pay_groups: tuple[tuple[ElementKey, str], ...] = ()

    def line(self, key: ElementKey) -> UnitLine:
        """These units as one element sees them."""
        counted = self.units if key in self.counted_by else 0
        if key not in self.paid_by:
            return UnitLine(counted)
        group = dict(self.pay_groups).get(key, ALL_UNITS)
        return UnitLine(counted, (PaidPart(group, self.units, self.units * self.msrp_amount),))


def moved(program: ProgramState, moves: Sequence[Move]) -> ProgramState:
    """The program's state after the moves. Units and MSRP don't fall below zero."""
    elements = tuple(_moved_element(element, moves) for element in program.elements)
    keys = {element.key for element in program.elements}
    msrp = sum((move.units * move.msrp_amount for move in moves if move.paid_by & keys), ZERO)
    return replace(
        program, elements=elements, paid_msrp_amount=max(program.paid_msrp_amount + msrp, ZERO)
    )


def _moved_element(element: ElementState, moves: Sequence[Move]) -> ElementState:
    counted = sum(move.units for move in moves if element.key in move.counted_by)
    paying = [move for move in moves if element.key in move.paid_by]
    facts = element.facts
    msrp = sum((move.units * move.msrp_amount for move in paying), ZERO)
    return replace(
        element,
        facts=replace(
            facts,
            counted_units=max(facts.counted_units + counted, 0),
            paid_units=max(facts.paid_units + sum(move.units for move in paying), 0),
            paid_msrp_amount=max(facts.paid_msrp_amount + msrp, ZERO),
            lines=_moved_lines(element, moves),
        ),
    )


def _moved_lines(element: ElementState, moves: Sequence[Move]) -> tuple[UnitLine, ...] | None:
    """The units so far and then those of the moves; taken away from the end."""
    if element.facts.lines is None:
        return None
    key = element.key
    added = [move.line(key) for move in moves if key in move.counted_by | move.paid_by]
    return (*element.facts.lines, *added)
