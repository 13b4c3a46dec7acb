"""What if: units added to a rooftop's programs, each program before and after, and why.

Here: pure functions on frozen states that the app and the command line build from published rows.
One unit moves every element that counts or pays it.
Not here: the arithmetic (standing.py), chances (forecasting), the choice of moves (plan).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from programs.ladder import Segment
from programs.money import ZERO, money_text
from programs.pay_lines import PaidPart, UnitLine
from programs.rule_values import ALL_UNITS
from programs.standing import (
    ElementFacts,
    ElementRules,
    ElementStanding,
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
        """The program's standing as it is."""
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


@dataclass(frozen=True)
class ProgramChange:
    """One program before and after, and what changed in a sentence."""

    program_code: str
    program_name: str
    before: ProgramStanding
    after: ProgramStanding
    explanation: str

    @property
    def change_amount(self) -> Decimal:
        """Dollars earned more (or less)."""
        return self.after.amount_earned - self.before.amount_earned


@dataclass(frozen=True)
class Scenario:
    """All programs before and after."""

    changes: tuple[ProgramChange, ...]

    @property
    def amount_before(self) -> Decimal:
        return sum((change.before.amount_earned for change in self.changes), ZERO)

    @property
    def amount_after(self) -> Decimal:
        return sum((change.after.amount_earned for change in self.changes), ZERO)

    @property
    def change_amount(self) -> Decimal:
        return self.amount_after - self.amount_before


def run_scenario(programs: Sequence[ProgramState], moves: Sequence[Move]) -> Scenario:
    """Every program before and after the moves, in the order given."""
    return Scenario(tuple(_change(program, moves) for program in programs))


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


def _change(program: ProgramState, moves: Sequence[Move]) -> ProgramChange:
    before, then = program.standing(), moved(program, moves)
    after = then.standing()
    return ProgramChange(
        program.program_code,
        program.program_name,
        before,
        after,
        _explain(program, moves, before, after),
    )


def _explain(
    program: ProgramState,
    moves: Sequence[Move],
    before: ProgramStanding,
    after: ProgramStanding,
) -> str:
    keys = {element.key for element in program.elements}
    moving = [move for move in moves if move.units and keys & (move.counted_by | move.paid_by)]
    if not moving:
        said = _said([move for move in moves if move.units]) or "No units"
        return f"{said}: nothing of it counts or pays in {program.program_name}."
    parts = [
        part
        for state in program.elements
        if (part := _element_part(state, _found(before, state), _found(after, state)))
    ]
    units = "; ".join(parts) or "units don't change"
    return f"{_said(moving)}: {program.program_name} {units}; {_amounts(before, after)}."


def _found(standing: ProgramStanding, state: ElementState) -> ElementStanding:
    code = state.rules.element_code
    return next(element for element in standing.elements if element.element_code == code)


def _said(moves: Sequence[Move]) -> str:
    return ", ".join(f"{move.units:+d} {move.label}" for move in moves)


def _element_part(state: ElementState, before: ElementStanding, after: ElementStanding) -> str:
    """How one element's count and tier moved; '' when neither did."""
    if before.counted_units == after.counted_units or not state.rules.is_volume:
        return ""
    moved_to = f"from {before.counted_units} to {after.counted_units} units"
    ladder = state.rules.ladder
    if ladder is None:
        return f"{moved_to}, but there is no objective to measure them against"
    segment = ladder.segment_at(after.counted_units)
    if after.tier_number > before.tier_number:
        scope = "the units above the edge" if segment.paid_offset_units else "every paid unit"
        flat = segment.amount_per_unit == 0 and segment.msrp_share == 0
        pays = "" if flat else f" on {scope}"
        return f"{moved_to}, reaching {_edge(state, segment)}: tier {after.tier_number}{pays}"
    if after.tier_number < before.tier_number:
        return f"{moved_to}, falling back to tier {after.tier_number}"
    if after.units_to_next_tier is None:
        return f"{moved_to}, still in the top tier"
    place = f"tier {after.tier_number}" if after.tier_number else "below the first tier"
    return f"{moved_to}, still {place}, {after.units_to_next_tier} short of {after.next_tier_units}"


def _edge(state: ElementState, segment: Segment) -> str:
    """The edge of a segment's tier as the rule makes it: `110 % of 47 = 51.7, so 52`."""
    ladder = state.rules.ladder
    edges = dict(ladder.tier_edges()) if ladder else {}
    units = edges.get(segment.tier_number, segment.from_units)
    if segment.edge_pct is None or segment.edge_exact is None or state.target_units is None:
        return f"{units} units"
    text = f"{_plain(segment.edge_pct)} % of {state.target_units} = {_plain(segment.edge_exact)}"
    return text if segment.edge_exact == units else f"{text}, so {units}"


def _amounts(before: ProgramStanding, after: ProgramStanding) -> str:
    text = f"{money_text(before.amount_earned)} to {money_text(after.amount_earned)}"
    if before.amount_held or after.amount_held:
        text += (
            f" earned, {money_text(before.amount_held)} to {money_text(after.amount_held)} "
            "held until its gates are decided"
        )
    return text


def _plain(number: Decimal) -> str:
    """A decimal without trailing zeros: 110, 51.7."""
    return f"{number.normalize():f}"
