"""The best plan for one rooftop: over all its programs at once, with the proof that it is the best.

Here: the questions (most net money, the cheapest way to an amount, what dropping a program frees)
and their exact answers. Not here: the mixed-integer program (plan_model.py), the walk of what it
leaves open (plan_walk.py), tables (plan_tables.py), what may be proposed at all (plan.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from programs.money import dollars
from programs.plan import (
    Choice,
    CloseGate,
    Limits,
    Move,
    Plan,
    PlanError,
    ProgramOutlook,
    check_moves,
    unmet,
)
from programs.plan_model import (
    TIE_CENTS,
    Found,
    Goal,
    Group,
    Model,
    Reached,
    groups_of,
    units_of,
)
from programs.plan_samples import Kind, after_moves, expected_cents
from programs.plan_tables import Part, Table, fill, parts_of
from programs.plan_walk import Priced, Walk, found_by

NO_LIMITS = Limits()
# How often pools of different MSRP are weighed anew; the second time rarely changes anything.
ROUNDS = 3
# A step in MSRP small enough to stay on one rung and large enough to show above rounding.
MSRP_STEP_CENTS = 100_00


@dataclass(frozen=True)
class Dropped:
    """What dropping a program frees: the best plan with it, and the best that doesn't chase it."""

    program_code: str
    chased: Plan
    let_go: Plan

    @property
    def freed_cents(self) -> int:
        """Cost that is no longer spent."""
        return self.chased.cost_cents - self.let_go.cost_cents

    @property
    def freed_units(self) -> int:
        """Extra units that need not be sold."""
        return self.chased.choice.unit_count - self.let_go.choice.unit_count

    @property
    def lost_cents(self) -> Fraction:
        """Expected money that isn't made, of all programs, before cost."""
        return self.chased.expected_after_cents - self.let_go.expected_after_cents


def best_plan(
    outlooks: Sequence[ProgramOutlook], moves: Sequence[Move], limits: Limits = NO_LIMITS
) -> Plan:
    """The plan with the most expected money after its cost, within the limits.

    Equal plans (to a thousandth of a cent a unit): fewer units, then moves given first. Raises
    PlanError for moves that don't fit together.
    """
    question = Search(outlooks, moves, limits)
    return question.answer("net", Fraction(0))


def cheapest_plan(
    outlooks: Sequence[ProgramOutlook],
    moves: Sequence[Move],
    reach_cents: int,
    limits: Limits = NO_LIMITS,
) -> Plan:
    """The least costly plan under which the programs are expected to pay at least an amount.

    Raises PlanError where nothing within the limits reaches it.
    """
    question = Search(outlooks, moves, limits)
    return question.answer("cost", Fraction(reach_cents))


def drop_program(
    outlooks: Sequence[ProgramOutlook],
    moves: Sequence[Move],
    program_code: str,
    limits: Limits = NO_LIMITS,
) -> Dropped:
    """The best plan with a program and the best without an eye on it. What the second one makes in
    the dropped program by the way is counted too."""
    kept = [outlook for outlook in outlooks if outlook.program_code != program_code]
    if len(kept) == len(outlooks):
        names = ", ".join(outlook.program_code for outlook in outlooks)
        raise PlanError(f"there is no open program '{program_code}' to drop; open are {names}")
    chased = best_plan(outlooks, moves, limits)
    if not kept:
        return Dropped(program_code, chased, evaluate(outlooks, moves, Choice()))
    left = [move for move in moves if not isinstance(move, CloseGate) or move.closes & unmet(kept)]
    other = best_plan(kept, left, limits)
    let_go = evaluate(outlooks, moves, other.choice)
    return Dropped(program_code, chased, replace(let_go, gap_cents=other.gap_cents))


def evaluate(
    outlooks: Sequence[ProgramOutlook], moves: Sequence[Move], choice: Choice
) -> Plan:
    """The exact figures of a choice, whoever made it, every unit at its own MSRP. No gap is
    claimed: it is 0 because nothing was searched."""
    by_code = {move.code: move for move in moves}
    return Plan(
        choice,
        cost_of(choice, by_code),
        sum((expected_cents(outlook) for outlook in outlooks), Fraction(0)),
        sum(
            (expected_cents(after_moves(outlook, choice, by_code)) for outlook in outlooks),
            Fraction(0),
        ),
        Fraction(0),
    )


def cost_of(choice: Choice, moves: Mapping[str, Move]) -> int:
    """What a choice costs in cents. Raises PlanError for units beyond a move's most."""
    total = 0
    for code, units in choice.units.items():
        move = moves[code]
        if isinstance(move, CloseGate) or not 0 <= units <= len(move.unit_costs_cents):
            raise PlanError(f"{move.label}: {units} units are not among the moves")
        total += sum(move.unit_costs_cents[:units])
    for code in choice.gates:
        gate = moves[code]
        if not isinstance(gate, CloseGate):
            raise PlanError(f"{gate.label} is not a gate")
        total += gate.cost_cents
    return total


class Search:
    """Outlooks, moves and limits with the tables filled, asked once for the most or the least."""

    def __init__(
        self, outlooks: Sequence[ProgramOutlook], moves: Sequence[Move], limits: Limits
    ) -> None:
        check_moves(outlooks, moves)
        self._outlooks, self._limits = outlooks, limits
        self._moves = {move.code: move for move in moves}
        self._gates = [move for move in moves if isinstance(move, CloseGate)]
        self._before = sum((expected_cents(outlook) for outlook in outlooks), Fraction(0))
        self._parts = parts_of(outlooks, moves, limits.extra_units)
        self._tables = [fill(part, self._moves) for part in self._parts]
        self._draws = outlooks[0].draws if outlooks else 1
        self._is_pooled = any(part.is_msrp_pooled for part in self._parts)

    def within(self, most: Mapping[str, int], known: Plan | None = None) -> Plan:
        """The best plan with at most so many units of some moves, of others all that were given.
        `known`: a plan within these, which makes it quicker."""
        moves = [
            move
            if isinstance(move, CloseGate) or move.code not in most
            else replace(move, unit_costs_cents=move.unit_costs_cents[: most[move.code]])
            for move in self._moves.values()
        ]
        if not self._is_pooled and (reached := self._walked(moves, known)) is not None:
            groups, best = reached
            choice = Choice(units_of(groups, best.units), best.gates)
            after = self._before + Fraction(best.more_cents, self._draws)
            cost = cost_of(choice, self._moves)
            return Plan(choice, cost, self._before, after, Fraction(0))
        return best_plan(self._outlooks, moves, self._limits)

    def _walked(
        self, moves: Sequence[Move], known: Plan | None
    ) -> tuple[list[Group], Reached] | None:
        """By the prices of all moves, as prices may be any."""
        groups = groups_of(moves, self._tables, _own_costs(moves))
        walk = Walk(self._priced, groups, self._gates, self._limits)
        if walk.is_small:
            return groups, walk.good()
        ties = TIE_CENTS * 1.1 * self._most_units()
        reached = float(known.net_cents) - ties if known else walk.good().net_cents
        best = walk.best(reached)
        return None if best is None else (groups, best)

    @cached_property
    def _priced(self) -> Priced:
        moves = list(self._moves.values())
        groups = groups_of(moves, self._tables, _own_costs(moves))
        model = Model(self._tables, groups, self._gates, self._draws)
        return Priced(self._tables, self._draws, model.prices(self._limits))

    def answer(self, goal: Goal, reach_cents: Fraction) -> Plan:
        """The best plan found, its gap to what is proven possible."""
        best: Plan | None = None
        weights = _own_costs(self._moves.values())
        bound = 0.0
        for _ in range(ROUNDS if self._is_pooled and goal == "net" else 1):
            plan, found_bound = self._solved(goal, reach_cents, weights)
            bound = found_bound if best is None else bound
            if best is not None and _merit(goal, plan) <= _merit(goal, best):
                break
            best = plan
            if self._is_pooled:
                weights = self._weights_by_msrp(plan.choice)
        if best is None:
            raise RuntimeError("no round of the search was run")
        if self._is_pooled:
            bound = self._bound_at_highest_msrp(goal, reach_cents)
        ties = TIE_CENTS * 1.1 * self._most_units()
        gap = Fraction(-bound + ties) - _merit(goal, best)
        return replace(best, gap_cents=max(gap, Fraction(0)))

    def _solved(
        self, goal: Goal, reach_cents: Fraction, weights: Mapping[str, Sequence[float]]
    ) -> tuple[Plan, float]:
        """A plan by exact figures, and a bound on it in cents."""
        wanted = reach_cents - self._before
        for _ in range(4):
            found = self._found(self._tables, goal, wanted, weights)
            if found is None:
                raise self._unreachable(reach_cents)
            plan = self._exact(Choice(found.units, found.gates))
            short = reach_cents - plan.expected_after_cents
            if goal == "net" or short <= 0:
                return plan, found.bound_cents
            wanted += short + Fraction(1, 100)
        raise self._unreachable(reach_cents)

    def _found(
        self,
        tables: Sequence[Table],
        goal: Goal,
        wanted: Fraction,
        weights: Mapping[str, Sequence[float]],
    ) -> Found | None:
        """By walking all plans that are left open where these are few, else by the mixed-integer
        program. A walk takes a group's units by weight, so a budget must not tell them apart."""
        groups = groups_of(list(self._moves.values()), tables, weights)
        limits, start = self._limits, None
        is_walked = goal == "net" and not (self._is_pooled and limits.budget_cents is not None)
        given, draws = (groups, self._gates), self._draws
        if is_walked and (walk := Walk(Priced(tables, draws), *given, limits)).is_small:
            return found_by(groups, walk.good())
        model = Model(tables, *given, draws, is_weighed=self._is_pooled)
        if is_walked:
            walk = Walk(Priced(tables, draws, model.prices(limits)), *given, limits)
            start = walk.good()
            if (best := walk.best(start.net_cents)) is not None:
                return found_by(groups, best)
        return model.solve(limits, goal, float(wanted), start)

    def _exact(self, choice: Choice) -> Plan:
        after = sum(
            (expected_cents(after_moves(one, choice, self._moves)) for one in self._outlooks),
            Fraction(0),
        )
        return Plan(choice, cost_of(choice, self._moves), self._before, after, Fraction(0))

    def _weights_by_msrp(self, choice: Choice) -> dict[str, Sequence[float]]:
        """Costs less what a unit's MSRP pays above its pool's average, as the plan stands."""
        costs: dict[str, Sequence[float]] = dict(_own_costs(self._moves.values()))
        for part in self._parts:
            if not part.is_msrp_pooled:
                continue
            for kind in part.kinds:
                slope = _slope(part, kind, choice, self._moves)
                for code in kind.codes:
                    more = slope * (self._moves[code].msrp_cents - kind.msrp_cents)
                    costs[code] = [cost - more for cost in costs[code]]
        return costs

    def _bound_at_highest_msrp(self, goal: Goal, reach_cents: Fraction) -> float:
        """A bound for pools: no plan makes more than if every unit had its pool's highest MSRP."""
        tables = []
        for part, table in zip(self._parts, self._tables, strict=True):
            if part.is_msrp_pooled:
                kinds = tuple(
                    replace(kind, msrp_cents=max(self._moves[code].msrp_cents
                                                 for code in kind.codes))
                    for kind in part.kinds
                )  # fmt: skip
                table = fill(replace(part, kinds=kinds), self._moves)
            tables.append(table)
        own = _own_costs(self._moves.values())
        found = self._found(tables, goal, reach_cents - self._before, own)
        if found is None:
            raise RuntimeError("the bound is infeasible where a plan was found")
        return found.bound_cents

    def _most_units(self) -> int:
        sold = sum(len(costs) for costs in _own_costs(self._moves.values()).values())
        return sold + len(self._gates)

    def _unreachable(self, reach_cents: Fraction) -> PlanError:
        amount = dollars(int(reach_cents))
        return PlanError(f"nothing within the limits is expected to reach ${amount:,.2f}")


def _own_costs(moves: Iterable[Move]) -> dict[str, tuple[float, ...]]:
    return {
        move.code: tuple(float(cost) for cost in move.unit_costs_cents)
        for move in moves
        if not isinstance(move, CloseGate)
    }


def _merit(goal: Goal, plan: Plan) -> Fraction:
    """What is to be as large as can be, in cents."""
    return plan.net_cents if goal == "net" else Fraction(-plan.cost_cents)


def _slope(part: Part, kind: Kind, choice: Choice, moves: Mapping[str, Move]) -> float:
    """Expected cents for each further cent of MSRP of the kind's units, as the plan stands."""
    units = {code: count for code, count in choice.units.items() if count}
    mine = sum(count for code, count in units.items() if code in kind.codes)
    if not mine:
        units, mine = {**units, kind.codes[0]: 1}, 1
    dearer = {
        code: replace(move, msrp_cents=move.msrp_cents + MSRP_STEP_CENTS)
        if code in kind.codes and not isinstance(move, CloseGate)
        else move
        for code, move in moves.items()
    }
    tried = Choice(units, choice.gates)
    now = expected_cents(after_moves(part.outlook, tried, moves))
    then = expected_cents(after_moves(part.outlook, tried, dearer))
    return float((then - now) / (mine * MSRP_STEP_CENTS))
