"""Answers to planning questions, for the command line and the app alike: with their inputs, their
rule and their uncertainty.

Here: the search asked, and each move and program of a plan as it is shown. Not here: the search
(programs/plan_search.py), the moves (moves.py), printing and drawing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from programs.chase import Chase, chase_of
from programs.gates import GateState
from programs.money import dollars, money_text, round_money
from programs.outcomes import Outcome, outcome, percent
from programs.plan import Choice, CloseGate, Plan, ReportDelivered, SellMore
from programs.plan_gain import Spread, spread_of
from programs.plan_samples import expected_cents
from programs.plan_search import Dropped, best_plan, cheapest_plan, drop_program, evaluate
from programs.scenario import Move as Change
from scenarios.inputs import OpenPeriod
from scenarios.moves import PlannedLine, Question


@dataclass(frozen=True)
class Step:
    """One move of a plan: what to do, its cost, what the plan nets less without it, and where its
    figures come from."""

    what: str
    units: int
    cost_cents: int
    worth_cents: Fraction
    source: str


@dataclass(frozen=True)
class Answer:
    """A plan with its moves, each program before and after, and how sure its gain is."""

    plan: Plan
    steps: tuple[Step, ...]
    outcomes: tuple[Outcome, ...]
    spread: Spread | None
    notes: tuple[str, ...]


def best_of(question: Question) -> Answer:
    """The plan that nets the most."""
    return _answer(question, best_plan(question.outlooks, question.moves, question.limits))


def cheapest_of(question: Question, reach_cents: int) -> Answer:
    """The cheapest way to an expected amount. Raises PlanError where nothing reaches it."""
    found = cheapest_plan(question.outlooks, question.moves, reach_cents, question.limits)
    return _answer(question, found)


def without(question: Question, program_code: str) -> tuple[Dropped, Answer]:
    """The best plan that doesn't chase a program, and what that frees. Raises PlanError for one
    that isn't open."""
    found = drop_program(question.outlooks, question.moves, program_code, question.limits)
    return found, _answer(question, found.let_go)


def freed_text(found: Dropped) -> str:
    """What dropping a program frees, in a sentence."""
    return (
        f"Dropping {found.program_code} frees {found.freed_units} cars and "
        f"{cents_text(Fraction(found.freed_cents))} of cost, and gives up "
        f"{cents_text(found.lost_cents)} of expected money."
    )


def chases_of(question: Question) -> tuple[Chase, ...]:
    """Each open program of a rooftop: chase it or let it go."""
    return tuple(
        chase_of(
            period.state,
            period.outlook,
            question.outlooks,
            question.moves,
            question.limits,
            _doubts(period),
        )
        for period in question.inputs.programs
    )


def pending_worth(period: OpenPeriod) -> tuple[int, Fraction]:
    """Cars delivered and not reported in a program, and the expected cents that hang on reporting
    them: every figure takes them as reported."""
    units = max((one.counted_units for one in period.pending), default=0)
    if not units:
        return 0, Fraction(0)
    outlook = period.outlook
    once = outlook.paid_msrp_cents
    unreported = replace(
        outlook,
        elements=tuple(
            replace(
                element,
                counted_units=element.counted_units - one.counted_units,
                paid_units=element.paid_units - one.paid_units,
                paid_msrp_cents=element.paid_msrp_cents - one.paid_msrp_cents,
            )
            for element, one in zip(outlook.elements, period.pending, strict=True)
        ),
        paid_msrp_cents=None if once is None else once - period.pending_msrp_cents,
    )
    return units, expected_cents(outlook) - expected_cents(unreported)


def cents_text(cents: Fraction) -> str:
    """Exact cents as dollars, half a cent up."""
    return money_text(round_money(cents / 100))


def proof_text(plan: Plan) -> str:
    """What is proven of a plan."""
    if plan.is_proven:
        return "proven: no other plan is better by a cent"
    return f"at most {cents_text(plan.gap_cents)} from the best possible"


def line_text(line: PlannedLine) -> str:
    """A line's cars and costs, with where they come from."""
    return (
        f"{line.on_ground_units} on the ground, {line.arriving_units} arriving, "
        f"{line.own_units} the forecast sells anyway; {line.costs.source}"
    )


def outcomes_of(question: Question, choice: Choice) -> tuple[Outcome, ...]:
    """Each program before and after a choice, as a scenario of its units would show it."""
    made = [
        Change(
            move.label, choice.units[move.code], dollars(move.msrp_cents),
            move.counted_by, move.paid_by,
        )
        for move in question.moves
        if not isinstance(move, CloseGate) and choice.units.get(move.code)
    ]  # fmt: skip
    closed = {
        key
        for move in question.moves
        if isinstance(move, CloseGate) and move.code in choice.gates
        for key in move.closes
    }
    return tuple(
        outcome(
            period.state,
            period.outlook,
            made,
            {
                (element.rules.element_code, gate.gate_code): GateState.MET
                for element in period.outlook.elements
                for gate in element.gates
                if (period.state.program_code, gate.gate_code) in closed
            },
        )
        for period in question.inputs.programs
    )


def _answer(question: Question, plan: Plan) -> Answer:
    by_code = {move.code: move for move in question.moves}
    is_empty = not plan.choice.units and not plan.choice.gates
    spread = (
        None if is_empty else spread_of(question.outlooks, by_code, plan.choice, plan.cost_cents)
    )
    return Answer(
        plan,
        _steps(question, plan),
        outcomes_of(question, plan.choice),
        spread,
        tuple(_notes(question, plan, spread)),
    )


def _steps(question: Question, plan: Plan) -> tuple[Step, ...]:
    """The moves made, in the order given."""
    sources = {line.move.code: line_text(line) for line in question.lines}
    steps = []
    for move in question.moves:
        units = plan.choice.units.get(move.code, 0)
        if isinstance(move, CloseGate):
            if move.code not in plan.choice.gates:
                continue
            what, cost, source = move.label, move.cost_cents, "cost as given"
        elif units:
            what, source = _what(move), sources.get(move.code, "its report was rejected")
            cost = sum(move.unit_costs_cents[:units])
        else:
            continue
        rest = Choice(
            {code: count for code, count in plan.choice.units.items() if code != move.code},
            plan.choice.gates - {move.code},
        )
        less = evaluate(question.outlooks, question.moves, rest)
        steps.append(Step(what, units, cost, plan.net_cents - less.net_cents, source))
    return tuple(steps)


def _what(move: SellMore | ReportDelivered) -> str:
    return f"{'report' if isinstance(move, ReportDelivered) else 'sell'} {move.label}"


def _notes(question: Question, plan: Plan, spread: Spread | None) -> list[str]:
    limits = question.limits
    budget = (
        "no budget set"
        if limits.budget_cents is None
        else f"budget {cents_text(Fraction(limits.budget_cents))}"
    )
    draws = question.outlooks[0].draws
    notes = [
        f"At most {limits.extra_units} cars beyond the forecast, {budget}; "
        f"expected money is the mean of {draws:,} samples; {proof_text(plan)}."
    ]
    if spread is not None:
        notes.append(
            f"It brings more than it costs in {percent(spread.pays)} of the samples; in the middle "
            f"80 % of them it brings {cents_text(Fraction(spread.low_cents))} to "
            f"{cents_text(Fraction(spread.high_cents))}."
        )
    for period in question.inputs.programs:
        units, worth = pending_worth(period)
        if units:
            notes.append(
                f"{period.state.program_name}: {_cars(units)} delivered and not reported "
                f"{'is' if units == 1 else 'are'} taken as reported; {cents_text(worth)} of the "
                "expected money hangs on it."
            )
    return notes


def _cars(units: int) -> str:
    return f"{units} car{'' if units == 1 else 's'}"


def _doubts(period: OpenPeriod) -> Sequence[str]:
    units, worth = pending_worth(period)
    pending = (
        [f"{_cars(units)} not reported yet, taken as reported: {cents_text(worth)} hangs on it"]
        if units
        else []
    )
    return (*pending, *(f"forecast: {_pool_said(note)}" for note in period.fallback_notes))


def _pool_said(note: str) -> str:
    """A forecast's note with its pool's code as a person reads it: without the segment's hash."""
    return re.sub(r"\|seg-\w+", "", note).replace("|", ", ")
