"""The plan as a mixed-integer program: the tables as columns, the moves as what they must agree on.

Here: what is bought by which column and what it must agree with; and the prices of the same program
with parts of units. Not here: HiGHS (plan_highs.py), the questions (plan_search.py), the tables
(plan_tables.py).

A table is cut along its last kind of units into runs on which each further unit adds no more than
the one before. One binary a run says where the plan stands; inside a run the straight line between
its points is exact at whole units, so no binary a point is needed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from programs.plan import CloseGate, Limits, Move, SellMore
from programs.plan_highs import Columns, Rows, duals_of, problem_of, solved
from programs.plan_tables import Table

# A unit that adds less than this many cents isn't worth a line in a plan; it also decides between
# equal plans: fewer units first, then moves that were given first.
TIE_CENTS = 1e-3
Goal = Literal["net", "cost"]


class Step(NamedTuple):
    """One unit: its weight in cents (what it costs, less what its own MSRP pays above its pool's),
    its true cost in cents, and its move."""

    weight: float
    cost: int
    code: str


@dataclass(frozen=True)
class Group:
    """Moves that do the same to every part, so only their number matters: the cheapest first.
    `steps` are of each unit."""

    steps: tuple[Step, ...]
    is_sold: bool


@dataclass(frozen=True)
class Prices:
    """In cents what a unit along each axis of each table, a sale of the most allowed and a cent of
    the budget are worth, where parts of units could be had."""

    of_tables: tuple[tuple[float, ...], ...]
    of_unit: float = 0.0
    of_cent: float = 0.0

    @classmethod
    def none(cls, tables: Sequence[Table]) -> Prices:
        """Nothing has a price."""
        return cls(tuple((0.0,) * len(table.axes) for table in tables))


@dataclass(frozen=True)
class Reached:
    """A plan: units of each group, gates made, its net cents with ties, and what it brings more
    than no move, in cents over all samples."""

    units: tuple[int, ...]
    gates: frozenset[str]
    net_cents: float
    more_cents: int


@dataclass(frozen=True)
class Found:
    """What HiGHS found: units by move, gates, and a bound on the objective in cents."""

    units: dict[str, int]
    gates: frozenset[str]
    bound_cents: float


class Model:
    """One planning question. Amounts are cents a sample (a mean), costs are cents."""

    def __init__(
        self,
        tables: Sequence[Table],
        groups: Sequence[Group],
        gates: Sequence[CloseGate],
        draws: int,
        *,
        is_weighed: bool = False,
    ) -> None:
        """`is_weighed`: units of a group are told apart by weight, so which are taken matters."""
        self._groups, self._is_weighed = groups, is_weighed
        self._taken: list[tuple[int, str]] = []
        self._weights: list[tuple[int, float]] = []
        self._columns, self._rows = Columns(), Rows()
        self._draws = draws
        self._worth: list[tuple[int, float]] = []
        self._spent: list[tuple[int, float]] = []
        self._sold: list[tuple[int, float]] = []
        self._units = [self._add_group(group) for group in groups]
        self._gates = {gate.code: self._add_gate(gate) for gate in gates}
        group_of = {step.code: at for at, group in enumerate(groups) for step in group.steps}
        self._links = [self._add_table(table, group_of) for table in tables]

    def _add_group(self, group: Group) -> int:
        """A whole number of units, filled from steps of rising cost."""
        count = self._columns.add(0.0, len(group.steps), is_whole=True)
        terms = [(count, -1.0)]
        alike = Counter(
            step if self._is_weighed else step._replace(code="") for step in group.steps
        )
        for step, units in sorted(alike.items()):
            column = self._columns.add(0.0, units, is_whole=self._is_weighed)
            terms.append((column, 1.0))
            self._taken.append((column, step.code))
            self._weights.append((column, step.weight))
            self._spent.append((column, float(step.cost)))
            if group.is_sold:
                self._sold.append((column, 1.0))
        self._rows.add(terms, 0.0, 0.0)
        return count

    def _add_gate(self, gate: CloseGate) -> int:
        column = self._columns.add(0.0, 1.0, is_whole=True)
        self._spent.append((column, float(gate.cost_cents)))
        self._weights.append((column, float(gate.cost_cents)))
        return column

    def _add_table(self, table: Table, group_of: dict[str, int]) -> list[int]:
        """The rows that hold its axes to the moves along them."""
        part = table.part
        standing: list[tuple[int, float]] = []
        per_kind: list[list[tuple[int, float]]] = [[] for _ in part.kinds]
        per_gate: list[list[tuple[int, float]]] = [[] for _ in part.gate_codes]
        for mask, cents in enumerate(table.cents):
            more = cents - table.before_cents
            for prefix in np.ndindex(more.shape[:-1]) if part.kinds else [()]:
                line = more[prefix] if part.kinds else more.reshape(1)
                for run in concave_runs(line.tolist()):
                    chosen = self._add_run(run, line, prefix, per_kind)
                    standing.append((chosen, 1.0))
                    for bit, terms in enumerate(per_gate):
                        if mask >> bit & 1:
                            terms.append((chosen, 1.0))
        self._rows.add(standing, 1.0, 1.0)
        moved = [[self._gates[code]] for code in part.gate_codes]
        for kind in part.kinds:
            groups = sorted({group_of[code] for code in kind.codes})
            moved.append([self._units[group] for group in groups])
        links = [
            self._rows.add([*terms, *((column, -1.0) for column in columns)], 0.0, 0.0)
            for terms, columns in zip([*per_gate, *per_kind], moved, strict=True)
        ]
        gates = len(part.gate_codes)
        return [*reversed(links[:gates]), *links[gates:]]

    def _add_run(
        self,
        run: list[int],
        line: np.ndarray,
        prefix: tuple[int, ...],
        per_kind: list[list[tuple[int, float]]],
    ) -> int:
        """A binary for the run and, where it has more than one point, a weight for each."""
        chosen = self._columns.add(0.0, 1.0, is_whole=True)
        for terms, units in zip(per_kind[:-1], prefix, strict=False):
            if units:
                terms.append((chosen, float(units)))
        points = [chosen]
        if len(run) > 1:
            points = [self._columns.add(0.0, 1.0, is_whole=False) for _ in run]
            self._rows.add([*((point, 1.0) for point in points), (chosen, -1.0)], 0.0, 0.0)
        for point, units in zip(points, run, strict=True):
            if line[units]:
                self._worth.append((point, int(line[units]) / self._draws))
            if units:
                per_kind[-1].append((point, float(units)))
        return chosen

    def solve(
        self,
        limits: Limits,
        goal: Goal = "net",
        gain_cents: float = 0.0,
        start: Reached | None = None,
    ) -> Found | None:
        """The best plan for the most net money, or the least cost for a gain; None if there is
        none. A start is a plan to be better than. Amounts inside are dollars: they keep within
        what HiGHS tells apart."""
        rows, *_ = self._limited(limits)
        cost = self._cost(goal)
        if goal == "cost":
            rows.add([(column, cents / 100) for column, cents in self._worth],
                     gain_cents / 100, math.inf)  # fmt: skip
        given = None
        if start is not None:
            given = dict(zip(self._units, map(float, start.units), strict=True))
            given |= {column: float(code in start.gates) for code, column in self._gates.items()}
        answer = solved(problem_of(self._columns, rows, cost, is_whole=True), given)
        if answer is None:
            return None
        values, bound = answer
        return Found(
            self._units_by_move(values),
            frozenset(code for code, column in self._gates.items() if values[column] > 0.5),
            bound * 100,
        )

    def prices(self, limits: Limits) -> Prices:
        """Prices at which the most net money, were parts of units to be had, is bounded best."""
        rows, unit_row, cent_row = self._limited(limits)
        problem = problem_of(self._columns, rows, self._cost("net"), is_whole=False)
        duals = duals_of(problem)
        return Prices(
            tuple(tuple(-100 * duals[row] for row in links) for links in self._links),
            0.0 if unit_row is None else max(-100 * duals[unit_row], 0.0),
            0.0 if cent_row is None else max(-duals[cent_row], 0.0),
        )

    def _limited(self, limits: Limits) -> tuple[Rows, int | None, int | None]:
        """The rows with those of the limits, and where these are: of units, of the budget."""
        rows = Rows(
            list(self._rows.lower), list(self._rows.upper), list(self._rows.starts),
            list(self._rows.index), list(self._rows.value),
        )  # fmt: skip
        unit_row = cent_row = None
        if limits.extra_units is not None and self._sold:
            unit_row = rows.add(self._sold, -math.inf, float(limits.extra_units))
        if limits.budget_cents is not None and self._spent:
            spent = [(column, cost / 100) for column, cost in self._spent]
            cent_row = rows.add(spent, -math.inf, limits.budget_cents / 100)
        return rows, unit_row, cent_row

    def _cost(self, goal: Goal) -> list[float]:
        """What each column costs, in dollars."""
        cost = list(self._columns.cost)
        for column, amount in self._weights if goal == "net" else self._spent:
            cost[column] += amount / 100
        for rank, column in enumerate((*self._units, *self._gates.values())):
            cost[column] += tie_cents(rank) / 100
        if goal == "net":
            for column, amount in self._worth:
                cost[column] -= amount / 100
        return cost

    def _units_by_move(self, values: np.ndarray) -> dict[str, int]:
        """Of each group the cheapest units; where they are weighed, those that were taken."""
        if not self._is_weighed:
            return units_of(self._groups, [round(values[column]) for column in self._units])
        units: Counter[str] = Counter()
        for column, code in self._taken:
            units[code] += round(values[column])
        return {code: count for code, count in units.items() if count}


def units_of(groups: Sequence[Group], counts: Sequence[int]) -> dict[str, int]:
    """By move the cheapest units of each group."""
    units: Counter[str] = Counter()
    for group, count in zip(groups, counts, strict=True):
        units.update(step.code for step in group.steps[:count])
    return dict(units)


def tie_cents(rank: int) -> float:
    """What a unit weighs besides, so that equal plans are decided: by its move's place in order."""
    return TIE_CENTS * (1 + rank / 1000)


def concave_runs(values: Sequence[int]) -> list[list[int]]:
    """Positions of whole-number values cut into as few runs as greed finds, on each of which every
    step adds no more than the one before; inside a straight stretch only its ends are kept."""
    runs: list[list[int]] = []
    start = 0
    while start < len(values):
        run, end = [start], start + 1
        while end < len(values):
            if end - start >= 2:
                before = values[end - 1] - values[end - 2]
                step = values[end] - values[end - 1]
                if step > before:
                    break
                if step == before:
                    run.pop()
            run.append(end)
            end += 1
        runs.append(run)
        start = end
    return runs


def groups_of(
    moves: Sequence[Move], tables: Sequence[Table], weights: Mapping[str, Sequence[float]]
) -> list[Group]:
    """Moves of units in groups of one effect, in the order given; units by rising weight."""
    places: dict[str, list[tuple[int, int]]] = {}
    for at, table in enumerate(tables):
        for which, kind in enumerate(table.part.kinds):
            for code in kind.codes:
                places.setdefault(code, []).append((at, which))
    alike: dict[tuple, list[tuple[float, int, Step]]] = {}
    for rank, move in enumerate(moves):
        if move.code in places and not isinstance(move, CloseGate):
            key = (isinstance(move, SellMore), tuple(places[move.code]))
            pairs = zip(weights[move.code], move.unit_costs_cents, strict=True)
            steps = [(weight, rank, Step(weight, cost, move.code)) for weight, cost in pairs]
            alike.setdefault(key, []).extend(steps)
    return [
        Group(tuple(step for *_, step in sorted(steps)), is_sold)
        for (is_sold, _), steps in alike.items()
    ]
