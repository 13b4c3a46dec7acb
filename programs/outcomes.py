"""What a change does to one program: exact as it stands, and in chances and expected money.

Here: a scenario's before and after beside the same samples before and after, and the sentence that
says both. Not here: the exact scenario (scenario.py), the choice of moves (plan_search.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from programs.gates import GateState
from programs.money import cents_half_up, round_money
from programs.plan import ProgramOutlook
from programs.plan_tables import (
    Kind,
    after_units,
    chance_of_tier,
    expected_cents,
    gates_with,
    with_gates,
)
from programs.scenario import Move, ProgramState, money_text, moved, run_scenario
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
        code = self.chance.element_code if self.chance else self.before.elements[0].element_code
        return _element(self.before, code), _element(self.after, code)


def outcome(
    state: ProgramState,
    outlook: ProgramOutlook,
    moves: Sequence[Move],
    gate_states: GateStates | None = None,
) -> Outcome:
    """One program under some moves and with some gates in another state."""
    gated = _gated(state, gate_states or {})
    change = run_scenario([gated], moves).changes[0]
    then = after_units(
        with_gates(outlook, gate_states or {}),
        [
            (
                Kind(move.counted_by, move.paid_by, cents_half_up(move.msrp_amount), (), 0),
                move.units,
            )
            for move in moves
            if move.units
        ],
    )
    before, after = state.standing(), moved(gated, moves).standing()
    chance = _chance(state, before, after, outlook, then)
    made = Outcome(
        program_code=state.program_code,
        program_name=state.program_name,
        period_code=state.period_code,
        before=before,
        after=after,
        expected_before=round_money(expected_cents(outlook) / 100),
        expected_after=round_money(expected_cents(then) / 100),
        chance=chance,
        explanation="",
    )
    said = [_gates_part(state, gate_states or {}, before, change.before)]
    if moves or not said[0]:
        said.append(change.explanation.removesuffix("."))
    text = "; ".join(part for part in [*said, _chance_part(made)] if part)
    return replace(made, explanation=f"{text}.")


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
    return next(element for element in standing.elements if element.element_code == code)


def _chance(
    state: ProgramState,
    before: ProgramStanding,
    after: ProgramStanding,
    outlook: ProgramOutlook,
    then: ProgramOutlook,
) -> TierChance | None:
    """The tier that a change is about: the one it reaches, else the next, else the top one; of the
    element whose chance moves most. None without a ladder to climb."""
    found = []
    for samples, samples_then in zip(outlook.elements, then.elements, strict=True):
        rules = samples.rules
        if rules.ladder is None or not rules.is_volume or not rules.ladder.tier_edges():
            continue
        one, two = _element(before, rules.element_code), _element(after, rules.element_code)
        tier = two.tier_number if two.tier_number > one.tier_number else two.next_tier_number
        tier = tier or rules.ladder.tier_edges()[-1][0]
        found.append(
            TierChance(
                rules.element_code,
                tier,
                chance_of_tier(samples, tier),
                chance_of_tier(samples_then, tier),
            )
        )
    return max(found, key=lambda chance: abs(chance.after - chance.before), default=None)


def _gates_part(
    state: ProgramState, gate_states: GateStates, before: ProgramStanding, then: ProgramStanding
) -> str:
    """How gates turn and what that alone changes; '' when none turns."""
    turned = sorted(
        {
            f"{gate.gate_code} from {_said(gate.state)} to {_said(new)}"
            for element in state.elements
            for gate in element.facts.gates
            if (new := gate_states.get((element.rules.element_code, gate.gate_code))) is not None
            and new is not gate.state
        }
    )
    if not turned:
        return ""
    return (
        f"{state.program_name}: {', '.join(turned)}, "
        f"{money_text(before.amount_earned)} to {money_text(then.amount_earned)} earned and "
        f"{money_text(before.amount_held)} to {money_text(then.amount_held)} held"
    )


def _said(state: GateState) -> str:
    return state.code.replace("_", " ")


def _chance_part(made: Outcome) -> str:
    if made.chance is None:
        return ""
    tier = f"chance of tier {made.chance.tier_number} at the period's end"
    return (
        f"{tier} {percent(made.chance.before)} to {percent(made.chance.after)}, "
        f"expected {money_text(made.expected_before)} to {money_text(made.expected_after)}"
    )


def percent(chance: Fraction) -> str:
    """A chance in whole percent; above 99 or below 1 only what is so in every or no sample."""
    if 0 < chance < Fraction(1, 100):
        return "under 1 %"
    if Fraction(99, 100) < chance < 1:
        return "over 99 %"
    return f"{int(chance * 100 + Fraction(1, 2))} %"
