"""What a change does to one program: exact as it stands, and in chances and expected money.

Here: a scenario's before and after beside the same samples before and after, and the sentence that
says both. Not here: the exact scenario (scenario.py), the choice of moves (plan_search.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Protocol

from programs.change_words import explain, units_said
from programs.element_cents import ElementSamples
from programs.gates import GateState
from programs.money import cents_half_up, dollars, half_up, money_text
from programs.plan import ProgramOutlook
from programs.plan_samples import (
    Kind,
    after_units,
    all_expected_cents,
    chance_of_tier,
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


class Ends:
    """What a program's samples say, each worked out once."""

    def __init__(self, outlook: ProgramOutlook) -> None:
        self.outlook = outlook
        self.mean_cents: Fraction | None = None
        self._chances: dict[tuple[str, int], Fraction] = {}

    @cached_property
    def samples(self) -> Mapping[str, ElementSamples]:
        return {one.rules.element_code: one for one in self.outlook.elements}

    def chance(self, element_code: str, tier: int) -> Fraction:
        """The chance that an element ends in at least this tier."""
        key = (element_code, tier)
        if key not in self._chances:
            samples = self.samples[element_code]
            self._chances[key] = chance_of_tier(samples, tier, self.outlook.weights)
        return self._chances[key]


@dataclass(frozen=True)
class Position:
    """One program as it stands, and as it may end. What follows is worked out once."""

    state: ProgramState
    ends: Ends

    @property
    def outlook(self) -> ProgramOutlook:
        return self.ends.outlook

    @property
    def standing(self) -> ProgramStanding:
        """Where it stands today."""
        return self.state.standing()

    @property
    def expected_cents(self) -> Fraction:
        """The mean over the samples, exact."""
        if self.ends.mean_cents is None:
            work_out([self])
        return self.ends.mean_cents

    @cached_property
    def expected_amount(self) -> Decimal:
        """The same to the cent."""
        return dollars(half_up(*self.expected_cents.as_integer_ratio()))


def work_out(positions: Iterable[Position]) -> None:
    """Expect the amounts of many positions together, which is sooner than one by one."""
    ends = {id(one.ends): one.ends for one in positions if one.ends.mean_cents is None}
    cents = all_expected_cents([one.outlook for one in ends.values()])
    for one, mean in zip(ends.values(), cents, strict=True):
        one.mean_cents = mean


class Said(Protocol):
    """A change in words, and whether it is one thing."""

    @property
    def said(self) -> str: ...

    @property
    def is_one(self) -> bool: ...


@dataclass(frozen=True)
class Named:
    """A change that is nothing but its words."""

    said: str
    is_one: bool


@dataclass(frozen=True)
class Outcome:
    """One program before and after some changes."""

    was: Position
    now: Position
    changes: Sequence[Said]

    @property
    def program_code(self) -> str:
        return self.now.state.program_code

    @property
    def program_name(self) -> str:
        return self.now.state.program_name

    @property
    def period_code(self) -> str:
        return self.now.state.period_code

    @property
    def before(self) -> ProgramStanding:
        return self.was.standing

    @property
    def after(self) -> ProgramStanding:
        return self.now.standing

    @property
    def expected_before(self) -> Decimal:
        return self.was.expected_amount

    @property
    def expected_after(self) -> Decimal:
        return self.now.expected_amount

    @cached_property
    def chance(self) -> TierChance | None:
        """Of the tier that the change is about: the one it reaches, else the next, else the top
        one; of the element whose chance moves most. None without a ladder to climb."""
        found = []
        was, now = self.was.ends, self.now.ends
        for code, samples in now.samples.items():
            ladder = samples.rules.ladder
            if code not in was.samples or not (samples.rules.is_volume and ladder):
                continue
            if not (edges := ladder.tier_edges()):
                continue
            one, two = _element(self.before, code), _element(self.after, code)
            tier = two.tier_number if two.tier_number > one.tier_number else two.next_tier_number
            tier = tier or edges[-1][0]
            found.append(TierChance(code, tier, was.chance(code, tier), now.chance(code, tier)))
        return max(found, key=lambda chance: abs(chance.after - chance.before), default=None)

    @property
    def headline(self) -> tuple[ElementStanding, ElementStanding]:
        """The element whose units are shown, before and after: the chance's own, else the first."""
        code = self.chance.element_code if self.chance else self.after.elements[0].element_code
        return _element(self.before, code), _element(self.after, code)

    @cached_property
    def is_moved(self) -> bool:
        """Whether anything that is shown of it is another after than before."""
        if self.was is self.now:
            return False
        before, after = self.before, self.after
        if (
            before.amount_earned != after.amount_earned
            or before.amount_held != after.amount_held
            or self.expected_before != self.expected_after
        ):
            return True
        (one, two), chance = self.headline, self.chance
        return (one.counted_units, one.tier_number) != (two.counted_units, two.tier_number) or (
            chance is not None and chance.before != chance.after
        )

    @property
    def moved_amount(self) -> Decimal:
        """How much money is moved, up or down: as it stands or as expected, whichever is more."""
        return max(
            abs(self.after.amount_earned - self.before.amount_earned),
            abs(self.expected_after - self.expected_before),
        )

    @cached_property
    def explanation(self) -> str:
        """What was changed, and what that makes of the program, in a sentence."""
        chance, expected = self.chance, (self.expected_before, self.expected_after)
        is_ahead = expected[0] != expected[1] or (chance and chance.before != chance.after)
        words = explain(
            self.was.state, self.now.state, self.before, self.after,
            [(change.said, change.is_one) for change in self.changes], is_ahead=bool(is_ahead),
        )  # fmt: skip
        said = f"{words.text}{_chance_part(chance, words.tier_number, *expected)}."
        return f"{said} {self.now.state.beyond}".rstrip()


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
        moved(_gated(state, states), made),
        Ends(after_units(with_gates(outlook, states), kinds)),
    )
    turned = sorted({gate for (element, gate) in states if _has(state, element, gate)})
    said = [Named(units_said(move.units, move.label), abs(move.units) == 1) for move in made]
    said += [Named(f"the {code} gate", True) for code in turned]
    return Outcome(Position(state, Ends(outlook)), then, said)


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
    """A chance in whole percent, never 0 or 100: no count of samples makes a thing certain."""
    whole = int(chance * 100 + Fraction(1, 2))
    if whole < 1:
        return "under 1 %"
    return "over 99 %" if whole > 99 else f"{whole} %"
