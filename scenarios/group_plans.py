"""What next for a group: each rooftop's plan, where the next car is worth most, and exchanges.

Here: questions of many rooftops together, on the same rules as one alone. Not here: one rooftop's
answers (plans.py), cars between rooftops (exchanges.py), the search (programs/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from programs.plan import Choice, Plan, PlanError
from programs.plan_gain import gains_along
from programs.plan_search import best_plan
from scenarios.exchanges import Trade, Transfer, exchanges
from scenarios.inputs import RooftopInputs, ScenarioError
from scenarios.moves import Question, Wishes, question_of

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
class GroupPlan:
    """Each rooftop's best plan, and what the group could do across rooftops. `unplanned`: why a
    rooftop has no plan."""

    plans: Mapping[str, Plan]
    next_units: tuple[NextUnit, ...]
    transfers: tuple[Transfer, ...]
    trades: tuple[Trade, ...]
    unplanned: Mapping[str, str]


def group_plan(
    inputs: Mapping[str, RooftopInputs],
    wishes: Wishes,
    transfer_cost_cents: int,
    moved: Moved = lambda done, of: None,
) -> GroupPlan:
    """All rooftops' plans. Wishes hold for each; a gate is planned where it is unmet. `moved` is
    told how many steps are done of how many: each rooftop's plan, then what it wants of others."""
    questions, plans, unplanned = {}, {}, {}
    steps = 2 * len(inputs)
    for number, (rooftop, own) in enumerate(inputs.items()):
        try:
            questions[rooftop] = question_of(own, _own_wishes(own, wishes))
            plans[rooftop] = _solved(questions[rooftop])
        except (PlanError, ScenarioError) as error:
            unplanned[rooftop] = str(error)
            questions.pop(rooftop, None)
        moved(number + 1, steps)
    transfers, trades = exchanges(
        questions, plans, transfer_cost_cents, lambda done: moved(len(inputs) + done, steps)
    )
    moved(steps, steps)
    return GroupPlan(plans, next_units(questions), transfers, trades, unplanned)


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


def _solved(question: Question) -> Plan:
    return best_plan(question.outlooks, question.moves, question.limits)
