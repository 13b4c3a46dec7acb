"""What a change does to one program: exact as it stands, and in chances and expected money.

Here: a scenario's before and after beside the same samples before and after, and the sentence that
says both. Not here: the exact scenario (scenario.py), the choice of moves (plan_search.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from programs.change_words import explain, units_said
from programs.gates import GateState
from programs.money import cents_half_up, money_text, round_money
from programs.plan import ProgramOutlook
from programs.plan_samples import (
    Kind,
    after_units,
    chance_of_tier,
    expected_cents,
    gates_with,
    with_gates,
)
from programs.scenario import Move, ProgramState, moved
from programs.standing import ElementStanding, ProgramStanding

GateStates = Mapping[tuple[str, str], GateState]


@dataclass(frozen=True)
class TierChance:
    """The chance of at least a tier at the period's end, before and after, from one set of
    samples."""

    element_code: str
    tier_number: int
    before: Fraction
    after: Fraction


@dataclass(frozen=True)
class Outcome:
    """One program before and after. Expected amounts take gates not decided yet as met."""

    program_code: str
    program_name: str
    period_code: str
    before: ProgramStanding
    after: ProgramStanding
    expected_before: Decimal
    expected_after: Decimal
    chance: TierChance | None
    explanation: str

    @property
    def headline(self) -> tuple[ElementStanding, ElementStanding]:
        """The element whose units are shown, before and after: the chance's own, else the first."""
        code = self.chance.element_code if self.chance else self.after.elements[0].element_code
        return _element(self.before, code), _element(self.after, code)


@dataclass(frozen=True)
class Position:
    """One program as it stands, and as it may end. What follows is worked out once."""

    state: ProgramState
    outlook: ProgramOutlook

    @cached_property
    def standing(self) -> ProgramStanding:
        """Where it stands today."""
        return self.state.standing()

    @cached_property
    def expected_cents(self) -> Fraction:
        """The mean over the samples, exact."""
        return expected_cents(self.outlook)

    @cached_property
    def expected_amount(self) -> Decimal:
        """The same to the cent."""
        return round_money(self.expected_cents / 100)


def outcome(
    state: ProgramState,
    outlook: ProgramOutlook,
    moves: Sequence[Move],
    gate_states: GateStates | None = None,
) -> Outcome:
    """One program under some moves and with some gates in another state."""
    states = gate_states or {}
    made = [move for move in moves if move.units]
    kinds = [
        (Kind(move.counted_by, move.paid_by, cents_half_up(move.msrp_amount), (), 0), move.units)
        for move in made
    ]
    then = Position(
        moved(_gated(state, states), made), after_units(with_gates(outlook, states), kinds)
    )
    turned = sorted({gate for (element, gate) in states if _has(state, element, gate)})
    subjects = [(units_said(move.units, move.label), abs(move.units) == 1) for move in made]
    subjects += [(f"the {code} gate", True) for code in turned]
    return outcome_between(Position(state, outlook), then, subjects)


def outcome_between(
    before: Position, after: Position, subjects: Sequence[tuple[str, bool]]
) -> Outcome:
    """One program before and after. `subjects` are what was changed, in words, and whether each is
    one thing: they begin the sentence."""
    one, two = before.standing, after.standing
    chance = _chance(one, two, before.outlook, after.outlook)
    expected = [before.expected_amount, after.expected_amount]
    is_ahead = expected[0] != expected[1] or (chance and chance.before != chance.after)
    words = explain(before.state, after.state, one, two, subjects, is_ahead=bool(is_ahead))
    return Outcome(
        program_code=after.state.program_code,
        program_name=after.state.program_name,
        period_code=after.state.period_code,
        before=one,
        after=two,
        expected_before=expected[0],
        expected_after=expected[1],
        chance=chance,
        explanation=" ".join(
            part
            for part in (
                f"{words.text}{_chance_part(chance, words.tier_number, *expected)}.",
                after.state.beyond,
            )
            if part
        ),
    )


def _has(state: ProgramState, element_code: str, gate_code: str) -> bool:
    return any(
        element.rules.element_code == element_code
        and any(gate.gate_code == gate_code for gate in element.facts.gates)
        for element in state.elements
    )


def _gated(state: ProgramState, gate_states: GateStates) -> ProgramState:
    elements = tuple(
        replace(
            element,
            facts=replace(
                element.facts,
                gates=gates_with(
                    element.facts.gates, element.rules.element_code, gate_states
                ),
            ),
        )
        for element in state.elements
    )
    return replace(state, elements=elements)


def _element(standing: ProgramStanding, code: str) -> ElementStanding:
    """The element of a code; the first where these rules have none of it."""
    same = (element for element in standing.elements if element.element_code == code)
    return next(same, standing.elements[0])


def _chance(
    before: ProgramStanding,
    after: ProgramStanding,
    outlook: ProgramOutlook,
    later: ProgramOutlook,
) -> TierChance | None:
    """The tier that a change is about: the one it reaches, else the next, else the top one; of the
    element whose chance moves most. None without a ladder to climb."""
    found = []
    samples_before = {samples.rules.element_code: samples for samples in outlook.elements}
    for samples_then in later.elements:
        rules = samples_then.rules
        samples = samples_before.get(rules.element_code)
        if samples is None or rules.ladder is None or not rules.is_volume:
            continue
        if not rules.ladder.tier_edges():
            continue
        one, two = _element(before, rules.element_code), _element(after, rules.element_code)
        tier = two.tier_number if two.tier_number > one.tier_number else two.next_tier_number
        tier = tier or rules.ladder.tier_edges()[-1][0]
        chance = chance_of_tier(samples, tier)
        then = chance if samples_then is samples else chance_of_tier(samples_then, tier)
        found.append(TierChance(rules.element_code, tier, chance, then))
    return max(found, key=lambda chance: abs(chance.after - chance.before), default=None)


def _chance_part(
    chance: TierChance | None, named_tier: int | None, before: Decimal, after: Decimal
) -> str:
    money = f"expected {money_text(before)} to {money_text(after)}"
    if before == after:
        money = f"expected {money_text(before)} either way"
    if chance is None:
        return f"; {money}"
    said = "chance" if chance.tier_number == named_tier else f"chance of tier {chance.tier_number}"
    one, two = percent(chance.before), percent(chance.after)
    return f"; {said} {one} to {two}, {money}" if one != two else f"; {said} stays {one}, {money}"


def percent(chance: Fraction) -> str:
    """A chance in whole percent; above 99 or below 1 only what is so in every or no sample."""
    if 0 < chance < Fraction(1, 100):
        return "under 1 %"
    if Fraction(99, 100) < chance < 1:
        return "over 99 %"
    return f"{int(chance * 100 + Fraction(1, 2))} %"
