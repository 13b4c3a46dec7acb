"""What next for a group: each rooftop's plan, where the next car is worth most, and transfers.

Here: questions of many rooftops together, on the same rules as one alone. Not here: one rooftop's
answers (plans.py), the search (programs/).

A transfer moves cars of one line from a rooftop to another before the period ends. The giving
store's best plan without them, and with what its forecast can then no longer sell, is set against
the receiving store's best plan with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from programs.plan import Choice, Plan, PlanError, ProgramOutlook
from programs.plan_gain import gains_along
from programs.plan_samples import less_units
from programs.plan_search import best_plan
from scenarios.inputs import RooftopInputs, ScenarioError
from scenarios.moves import MOST_TRANSFERRED, PlannedLine, Question, Wishes, question_of

# Received cars that make no difference of this much aren't worth a phone call.
WORTH_A_CALL_CENTS = 1_00
# Givers asked for each line that a store could use: those with most cars to spare first.
GIVERS_ASKED = 5
Moved = Callable[[int, int], None]


@dataclass(frozen=True)
class NextUnit:
    """What one more car of a line brings at a rooftop, over all its programs, and costs."""

    rooftop_id: str
    label: str
    cars: int
    gain_cents: Fraction
    cost_cents: int

    @property
    def net_cents(self) -> Fraction:
        return self.gain_cents - self.cost_cents


@dataclass(frozen=True)
class Transfer:
    """Cars of one line from a rooftop to another. Both sides are best plans, before and after."""

    giver_id: str
    receiver_id: str
    label: str
    units: int
    giver_loses_cents: Fraction
    receiver_gains_cents: Fraction
    cost_cents: int

    @property
    def net_cents(self) -> Fraction:
        """What the group is expected to have more, the cost of moving paid."""
        return self.receiver_gains_cents - self.giver_loses_cents - self.cost_cents


@dataclass(frozen=True)
class GroupPlan:
    """Each rooftop's best plan, and what the group could do across rooftops. `unplanned`: why a
    rooftop has no plan."""

    plans: Mapping[str, Plan]
    next_units: tuple[NextUnit, ...]
    transfers: tuple[Transfer, ...]
    unplanned: Mapping[str, str]


def group_plan(
    inputs: Mapping[str, RooftopInputs],
    wishes: Wishes,
    transfer_cost_cents: int,
    moved: Moved = lambda done, of: None,
) -> GroupPlan:
    """All rooftops' plans. Wishes hold for each; a gate is planned where it is unmet. `moved` is
    told how many rooftops are done."""
    questions, plans, unplanned = {}, {}, {}
    for number, (rooftop, own) in enumerate(inputs.items()):
        try:
            questions[rooftop] = question_of(own, _own_wishes(own, wishes))
            plans[rooftop] = _solved(questions[rooftop])
        except (PlanError, ScenarioError) as error:
            unplanned[rooftop] = str(error)
            questions.pop(rooftop, None)
        moved(number + 1, len(inputs))
    return GroupPlan(
        plans,
        next_units(questions),
        transfers(questions, plans, transfer_cost_cents),
        unplanned,
    )


def _own_wishes(inputs: RooftopInputs, wishes: Wishes) -> Wishes:
    """The group's wishes as far as they mean this rooftop: gates that it has and hasn't met."""
    names = {
        name
        for period in inputs.programs
        for score in period.scores
        for name in (score.gate_code, score.metric_code)
        if score.state.code != "met"
    }
    gates = {name: cents for name, cents in wishes.gate_costs_cents.items() if name in names}
    return replace(wishes, gate_costs_cents=gates)


def next_units(questions: Mapping[str, Question]) -> tuple[NextUnit, ...]:
    """One more car of each line at each rooftop that has one, those that net most first."""
    found = []
    for rooftop, question in questions.items():
        lines = [line for line in question.lines if line.most_units]
        by_code = {line.move.code: line.move for line in lines}
        path = [Choice({code: 1}) for code in by_code]
        for line, gain in zip(
            lines, gains_along(question.outlooks, by_code, path), strict=True
        ):
            cost = line.move.unit_costs_cents[0]
            found.append(NextUnit(rooftop, line.move.label, line.most_units, gain, cost))
    return tuple(sorted(found, key=lambda one: (-one.net_cents, one.rooftop_id, one.label)))


def transfers(
    questions: Mapping[str, Question], plans: Mapping[str, Plan], cost_cents: int
) -> tuple[Transfer, ...]:
    """Transfers that pay, the best first, each rooftop in one at the most.

    A rooftop is asked what it could use only where more cars of all its lines would make its plan
    better at all: more cars never make a plan worse.
    """
    found = []
    for receiver, question in questions.items():
        for line in _wanted(question, plans[receiver], cost_cents):
            found += _offers(questions, plans, receiver, line, cost_cents)
    return _apart(found)


def _solved(question: Question) -> Plan:
    return best_plan(question.outlooks, question.moves, question.limits)


def _wanted(question: Question, plan: Plan, cost_cents: int) -> list[PlannedLine]:
    """Lines of which the best plan would sell more than there are."""
    more = replace(question, lines=tuple(line.with_units(MOST_TRANSFERRED)
                                         for line in question.lines))  # fmt: skip
    wider = _solved(more)
    if wider.net_cents - plan.net_cents < max(WORTH_A_CALL_CENTS, cost_cents):
        return []
    units = wider.choice.units
    return [line for line in question.lines if units.get(line.move.code, 0) > line.most_units]


def _offers(
    questions: Mapping[str, Question],
    plans: Mapping[str, Plan],
    receiver: str,
    line: PlannedLine,
    cost_cents: int,
) -> list[Transfer]:
    """The best number of cars of a line from each of the rooftops that can spare most."""
    question, plan = questions[receiver], plans[receiver]
    if line.key[2] != "used" and line.key[0] not in question.inputs.makes:
        return []
    gains = [
        _solved(_with_line(question, line, units)).net_cents - plan.net_cents
        for units in range(1, MOST_TRANSFERRED + 1)
    ]
    found = []
    for giver, own in _givers(questions, plans, receiver, line):
        best: Transfer | None = None
        for units in range(1, min(MOST_TRANSFERRED, own.on_ground_units) + 1):
            loss = _loss(questions[giver], plans[giver], own, units)
            one = Transfer(
                giver, receiver, line.move.label, units, loss, gains[units - 1], cost_cents * units
            )
            if best is None or one.net_cents > best.net_cents:
                best = one
        if best is not None and best.net_cents >= WORTH_A_CALL_CENTS:
            found.append(best)
    return found


def _givers(
    questions: Mapping[str, Question], plans: Mapping[str, Plan], receiver: str, line: PlannedLine
) -> list[tuple[str, PlannedLine]]:
    """Rooftops with cars of the line on the ground, those with most that no plan uses first. One
    whose objective isn't known yet gives none: nobody knows what it would lose."""
    found = []
    for rooftop, question in questions.items():
        own = next((one for one in question.lines if one.key == line.key), None)
        if rooftop != receiver and own and own.on_ground_units and _is_known(question, own):
            used = plans[rooftop].choice.units.get(own.move.code, 0)
            found.append((used - own.most_units, rooftop, own))
    return [(rooftop, own) for _, rooftop, own in sorted(found, key=lambda one: one[:2])][
        :GIVERS_ASKED
    ]


def _is_known(question: Question, line: PlannedLine) -> bool:
    moved = line.move.counted_by | line.move.paid_by
    return all(
        element.rules.ladder is not None
        for outlook in question.outlooks
        for key, element in zip(outlook.keys, outlook.elements, strict=True)
        if key in moved and element.rules.is_volume
    )


def _with_line(question: Question, line: PlannedLine, units: int) -> Question:
    return replace(
        question,
        lines=tuple(
            one.with_units(units) if one.key == line.key else one for one in question.lines
        ),
    )


def _loss(question: Question, plan: Plan, line: PlannedLine, units: int) -> Fraction:
    """What the giving rooftop's expectation and its best plan lose together.

    In each sample it sells its share of the segment in this line, rounded up; what it then has no
    car for is lost. Cars it would plan to sell besides are gone as well.
    """
    spare = line.most_units - plan.choice.units.get(line.move.code, 0)
    then = _with_line(question, line, -units)
    outlooks = _short(question, line, units)
    if outlooks is None:
        if spare >= units:
            return Fraction(0)  # neither a sample nor the plan has any use for them
        outlooks = question.outlooks
    after = best_plan(outlooks, then.moves, question.limits)
    return plan.expected_after_cents - plan.cost_cents - (
        after.expected_after_cents - after.cost_cents
    )


def _short(
    question: Question, line: PlannedLine, units: int
) -> tuple[ProgramOutlook, ...] | None:
    """The outlooks with the sales that are lost for want of these cars; None where none is."""
    lost = {end: found for end, found in _lost(question, line, units).items() if found.any()}
    if not lost:
        return None
    outlooks = []
    for period in question.inputs.programs:
        missing = lost.get(period.period_end)
        outlook = period.outlook
        outlooks.append(outlook if missing is None else less_units(outlook, line.move, missing))
    return tuple(outlooks)


def _lost(question: Question, line: PlannedLine, units: int) -> dict:
    """By period end, how many sales each sample loses."""
    cars = line.on_ground_units + line.arriving_units
    segment, sold = line.key[3], {}
    rows = [row for row in question.inputs.stock if row.segment_code == segment]
    for row in rows:
        key = (row.make, row.model, row.stock_type, row.segment_code)
        sold[key] = sold.get(key, 0) + row.sold_units
    share = Fraction(sold.get(line.key, 0), max(sum(sold.values()), 1))
    found = {}
    for (code, end), draws in question.inputs.draws.items():
        if code == segment:
            own = -(-draws.remaining * share.numerator // share.denominator)
            found[end] = np.minimum(own, cars) - np.minimum(own, cars - units)
    return found


def _apart(found: Sequence[Transfer]) -> tuple[Transfer, ...]:
    """The best of them with each rooftop in one at the most, so that what they bring adds up."""
    kept: list[Transfer] = []
    taken: set[str] = set()
    for one in sorted(
        found, key=lambda one: (-one.net_cents, one.giver_id, one.receiver_id, one.label)
    ):
        if not taken & {one.giver_id, one.receiver_id}:
            kept.append(one)
            taken |= {one.giver_id, one.receiver_id}
    return tuple(kept)
