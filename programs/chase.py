"""Chase or let go: one program at mid-period, what is at stake and what closing the gap takes.

Here: the figures that a manager decides on, the rule that words an advice, and where the samples
leave it open. Not here: the best plan over all programs (plan_search.py), what was decided
(notebook/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import numpy as np

from programs.alike import Whole
from programs.element_cents import ElementSamples
from programs.gates import GateState
from programs.money import ZERO, dollars
from programs.plan import Choice, CloseGate, Limits, Move, ProgramOutlook
from programs.plan_gain import HIGH, LOW, Spread, cheapest_path, gains_along, spread_of
from programs.plan_samples import brought, chance_of_tier, expected_cents
from programs.scenario import Move as Change
from programs.scenario import ProgramState, moved

Verdict = Literal["chase", "long_shot", "let_go", "secured", "unknown"]
# A tier this likely needs nobody; below it a unit more is still worth knowing.
SECURED = Fraction(95, 100)
# What "making it" means to a manager: four times in five. Higher: the gap looks dearer than it is
# decided on; lower: a coin toss passes for a plan.
AIM = Fraction(4, 5)
# What pays in fewer samples than this is a bet, though it pays on average.
LONG_SHOT = Fraction(1, 2)
RULES = {
    "chase": "chase: the units that pay best bring more than they cost, over all programs",
    "long_shot": "a long shot: the units that pay best bring more than they cost on average, and "
    "less in more than half of the samples",
    "let_go": "let go: no number of units within the limits brings more than it costs",
    "secured": "secured: every tier is reached in at least 95 of 100 samples",
    "unknown": "not known: there is no ladder to climb yet",
}


@dataclass(frozen=True)
class Effort:
    """Some extra units, the cheapest that count, and what they bring over all programs."""

    choice: Choice
    cost_cents: int
    gain_cents: Fraction
    chance: Fraction

    @property
    def units(self) -> int:
        return self.choice.unit_count

    @property
    def net_cents(self) -> Fraction:
        return self.gain_cents - self.cost_cents


@dataclass(frozen=True)
class Chase:
    """One program's question. `tier_number` is the first tier that isn't secured (the top one where
    all are), `stake_amount` what the unit at its edge is worth, or the first beyond it. `to_aim`
    are the fewest units that make it likely, None where it is or the limits don't reach so far;
    `best` those that net most, None where there are none to sell. Low and high: the middle 80 % of
    samples."""

    program_code: str
    program_name: str
    period_code: str
    verdict: Verdict
    tier_number: int | None
    edge_units: int | None
    units_now: int
    low_units: int
    high_units: int
    chance: Fraction | None
    expected_cents: Fraction
    low_cents: int
    high_cents: int
    stake_amount: Decimal
    to_aim: Effort | None
    best: Effort | None
    spread: Spread | None
    doubts: tuple[str, ...]

    @property
    def rule(self) -> str:
        """The rule that made the verdict."""
        return RULES[self.verdict]

    @property
    def is_likely(self) -> bool:
        """Whether the tier is likely without any more units."""
        return self.chance is not None and self.chance >= AIM


def chase_of(
    state: ProgramState,
    outlook: ProgramOutlook,
    outlooks: Sequence[ProgramOutlook],
    moves: Sequence[Move],
    limits: Limits,
    notes: Sequence[str] = (),
) -> Chase:
    """One program of `outlooks` weighed with the moves that there are. `notes`: why the forecast is
    less sure of it than usual."""
    element = _element(outlook)
    if element is None:
        return _unknown(state, outlook, notes)
    tier = _open_tier(element)
    number, edge = tier or element.rules.ladder.tier_edges()[-1]
    key = (outlook.program_code, element.rules.element_code)
    counting = [
        move
        for move in moves
        if not isinstance(move, CloseGate) and key in move.counted_by and move.unit_costs_cents
    ]
    efforts = _efforts(outlooks, counting, limits, element, edge) if tier else []
    best = max(efforts, key=lambda effort: effort.net_cents, default=None)
    by_code = {move.code: move for move in counting}
    spread = spread_of(outlooks, by_code, best.choice, best.cost_cents) if best else None
    head = next(
        one for one in state.standing().elements if one.element_code == element.rules.element_code
    )
    low, high = _band(element.counted_units)
    low_cents, high_cents = _band(brought(outlook))
    chance = _share(element, edge)
    return Chase(
        program_code=outlook.program_code,
        program_name=outlook.program_name,
        period_code=outlook.period_code,
        verdict=_verdict(best, spread) if tier else "secured",
        tier_number=number,
        edge_units=edge,
        units_now=head.counted_units,
        low_units=low,
        high_units=high,
        chance=chance,
        expected_cents=expected_cents(outlook),
        low_cents=low_cents,
        high_cents=high_cents,
        stake_amount=_stake(state, counting, key, edge - head.counted_units) if tier else ZERO,
        to_aim=None
        if chance >= AIM
        else next((one for one in efforts if one.chance >= AIM), None),
        best=best,
        spread=spread,
        doubts=(*_doubts(element, tier), *notes),
    )


def _element(outlook: ProgramOutlook) -> ElementSamples | None:
    """The volume element with a ladder whose next tier is least sure."""
    climbing = [
        element
        for element in outlook.elements
        if element.rules.is_volume and element.rules.ladder and element.rules.ladder.tier_edges()
    ]
    return min(
        climbing,
        key=lambda one: _share(one, tier[1]) if (tier := _open_tier(one)) else Fraction(2),
        default=None,
    )


def _open_tier(element: ElementSamples) -> tuple[int, int] | None:
    """The first tier that isn't secured, and its edge; None when all are."""
    edges = element.rules.ladder.tier_edges() if element.rules.ladder else ()
    return next(
        ((tier, edge) for tier, edge in edges if chance_of_tier(element, tier) < SECURED), None
    )


def _share(element: ElementSamples, edge: int, extra: int = 0) -> Fraction:
    reached = int((np.asarray(element.counted_units) + extra >= edge).sum())
    return Fraction(reached, len(element.counted_units))


def _efforts(
    outlooks: Sequence[ProgramOutlook],
    counting: Sequence[Move],
    limits: Limits,
    element: ElementSamples,
    edge: int,
) -> list[Effort]:
    by_code = {move.code: move for move in counting}
    cars = sum(len(move.unit_costs_cents) for move in counting if not isinstance(move, CloseGate))
    most = cars if limits.extra_units is None else min(cars, limits.extra_units)
    path = cheapest_path(counting, most)
    found = []
    for choice, gain in zip(path, gains_along(outlooks, by_code, path), strict=True):
        cost = sum(
            sum(by_code[code].unit_costs_cents[:units]) for code, units in choice.units.items()
        )
        if limits.budget_cents is not None and cost > limits.budget_cents:
            break
        found.append(Effort(choice, cost, gain, _share(element, edge, choice.unit_count)))
    return found


def _verdict(best: Effort | None, spread: Spread | None) -> Verdict:
    if best is None or spread is None or best.net_cents <= 0:
        return "let_go"
    return "chase" if spread.pays >= LONG_SHOT else "long_shot"


def _stake(
    state: ProgramState, counting: Sequence[Move], key: tuple[str, str], short: int
) -> Decimal:
    """What the unit at the edge adds, as the program stands, or the first beyond it where that is
    more: a marginal tier's own edge pays nothing yet."""
    line = next((move for move in counting if not isinstance(move, CloseGate)), None)
    paid_by = line.paid_by if line else frozenset({key})
    msrp = dollars(line.msrp_cents) if line else ZERO

    def pays(units: int) -> Decimal:
        change = Change("units to the edge", units, msrp, frozenset({key}), paid_by)
        then = moved(state, [change]).standing()
        return then.amount_earned + then.amount_held

    below, at, beyond = (pays(short + more) for more in (-1, 0, 1))
    return max(at - below, beyond - at)


def _band(values: Whole) -> tuple[int, int]:
    low, high = np.quantile(values, (LOW, HIGH), method="inverted_cdf")
    return int(low), int(high)


def _doubts(element: ElementSamples, tier: tuple[int, int] | None) -> tuple[str, ...]:
    found = []
    low, high = _band(element.counted_units)
    if tier is not None and low < tier[1] <= high:
        found.append(f"the middle 80 % of samples, {low} to {high} units, lies on both sides")
    drawn = element.gate_states or (None,) * len(element.gates)
    for gate, states in zip(element.gates, drawn, strict=True):
        if gate.effect == "waive":
            continue
        if states is not None:
            met = Fraction(int((states == GateState.MET).sum()), len(states))
            if met < 1:
                found.append(f"gate {gate.gate_code} is met in {round(met * 100)} % of samples")
            continue
        if gate.state is GateState.MET:
            continue
        if gate.state is GateState.NOT_MET:
            what = "pays nothing" if gate.effect == "forfeit" else "pays less"
            found.append(f"gate {gate.gate_code} is not met today: it {what}")
        else:
            found.append(f"gate {gate.gate_code} is {gate.state.code.replace('_', ' ')}: "
                         "taken as met")  # fmt: skip
    return tuple(found)


def _unknown(state: ProgramState, outlook: ProgramOutlook, notes: Sequence[str]) -> Chase:
    units = max((element.facts.counted_units for element in state.elements), default=0)
    return Chase(
        outlook.program_code, outlook.program_name, outlook.period_code, "unknown", None, None,
        units, 0, 0, None, expected_cents(outlook), 0, 0, ZERO, None, None, None, tuple(notes),
    )  # fmt: skip
