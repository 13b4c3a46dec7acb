"""The plan as a mixed-integer program: the tables as columns, the moves as what they must agree on.

Here: building the program's arrays and handing them to HiGHS, one thread and one seed.
Not here: what the columns mean to a manager (plan_search.py), the tables (plan_tables.py).

A table is cut along its last kind of units into runs on which each further unit adds no more than
the one before. One binary a run says where the plan stands; inside a run the straight line between
its points is exact at whole units, so no binary a point is needed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np

from programs.plan import CloseGate, Limits, Move, PlanError, SellMore
from programs.plan_tables import Table

# A unit that adds less than this many cents isn't worth a line in a plan; it also decides between
# equal plans: fewer units first, then moves that were given first.
TIE_CENTS = 1e-3
# A proof to a twentieth of a tie.
PROOF_CENTS = 5e-5
SECONDS = 60.0

Goal = Literal["net", "cost"]


@dataclass
class _Columns:
    """Columns of the program under construction."""

    cost: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    is_whole: list[bool] = field(default_factory=list)

    def add(self, cost: float, upper: float, *, is_whole: bool) -> int:
        self.cost.append(cost)
        self.upper.append(upper)
        self.is_whole.append(is_whole)
        return len(self.cost) - 1


@dataclass
class _Rows:
    """Rows of the program under construction."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, terms: Sequence[tuple[int, float]], lower: float, upper: float) -> None:
        self.index += [column for column, _ in terms]
        self.value += [value for _, value in terms]
        self.starts.append(len(self.index))
        self.lower.append(lower)
        self.upper.append(upper)


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
        self._columns, self._rows = _Columns(), _Rows()
        self._draws = draws
        self._worth: list[tuple[int, float]] = []
        self._spent: list[tuple[int, float]] = []
        self._sold: list[tuple[int, float]] = []
        self._units = [self._add_group(group) for group in groups]
        self._gates = {gate.code: self._add_gate(gate) for gate in gates}
        group_of = {step.code: at for at, group in enumerate(groups) for step in group.steps}
        self._before = 0
        for table in tables:
            self._before += table.before_cents
            self._add_table(table, group_of)

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

    def _add_table(self, table: Table, group_of: dict[str, int]) -> None:
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
        for kind, terms in zip(part.kinds, per_kind, strict=True):
            groups = sorted({group_of[code] for code in kind.codes})
            self._rows.add(terms + [(self._units[group], -1.0) for group in groups], 0.0, 0.0)
        for code, terms in zip(part.gate_codes, per_gate, strict=True):
            self._rows.add([*terms, (self._gates[code], -1.0)], 0.0, 0.0)

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
        start: tuple[Sequence[int], frozenset[str]] | None = None,
    ) -> Found | None:
        """The best plan for the most net money, or the least cost for a gain; None if there is
        none. A start is a plan to be better than. Amounts inside are dollars: they keep within
        what HiGHS tells apart."""
        rows = _Rows(
            list(self._rows.lower), list(self._rows.upper), list(self._rows.starts),
            list(self._rows.index), list(self._rows.value),
        )  # fmt: skip
        if limits.budget_cents is not None and self._spent:
            spent = [(column, cost / 100) for column, cost in self._spent]
            rows.add(spent, -math.inf, limits.budget_cents / 100)
        if limits.extra_units is not None and self._sold:
            rows.add(self._sold, -math.inf, float(limits.extra_units))
        cost = list(self._columns.cost)
        for column, amount in self._weights if goal == "net" else self._spent:
            cost[column] += amount / 100
        for rank, column in enumerate((*self._units, *self._gates.values())):
            cost[column] += TIE_CENTS / 100 * (1 + rank / 1000)
        if goal == "net":
            for column, amount in self._worth:
                cost[column] -= amount / 100
        else:
            rows.add([(column, cents / 100) for column, cents in self._worth],
                     gain_cents / 100, math.inf)  # fmt: skip
        given = None
        if start is not None:
            units, gates = start
            given = {column: float(count) for column, count in zip(self._units, units, strict=True)}
            given |= {column: float(code in gates) for code, column in self._gates.items()}
        answer = _highs(self._columns, rows, cost, given)
        if answer is None:
            return None
        values, bound = answer
        return Found(
            self._units_by_move(values),
            frozenset(code for code, column in self._gates.items() if values[column] > 0.5),
            bound * 100,
        )


    def _units_by_move(self, values: np.ndarray) -> dict[str, int]:
        """Of each group the cheapest units; where they are weighed, those that were taken."""
        units: Counter[str] = Counter()
        if self._is_weighed:
            for column, code in self._taken:
                units[code] += round(values[column])
        else:
            for group, column in zip(self._groups, self._units, strict=True):
                units.update(step.code for step in group.steps[: round(values[column])])
        return {code: count for code, count in units.items() if count}


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


def _highs(
    columns: _Columns, rows: _Rows, cost: list[float], start: Mapping[int, float] | None
) -> tuple[np.ndarray, float] | None:
    """The columns' values at the least cost, and a proven lower bound of it; None if infeasible."""
    import highspy

    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = len(cost), len(rows.lower)
    problem.col_cost_ = np.array(cost)
    problem.col_lower_ = np.zeros(len(cost))
    problem.col_upper_ = np.array(columns.upper, dtype=float)
    problem.row_lower_ = np.array(rows.lower)
    problem.row_upper_ = np.array(rows.upper)
    problem.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    problem.a_matrix_.start_ = np.array(rows.starts)
    problem.a_matrix_.index_ = np.array(rows.index)
    problem.a_matrix_.value_ = np.array(rows.value)
    whole, free = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    problem.integrality_ = [whole if found else free for found in columns.is_whole]

    class Quiet(highspy.Highs):
        """Without callbacks, which aren't needed and whose start prints a banner."""

        def enableCallbacks(self) -> None:  # noqa: N802 - HiGHS names it so
            self.silent()

    solver = Quiet()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", PROOF_CENTS / 100),
        ("mip_feasibility_tolerance", 1e-8),
        ("primal_feasibility_tolerance", 1e-8),
        ("dual_feasibility_tolerance", 1e-7),
        ("time_limit", SECONDS),
        # Measured on thirty programs of one store, from a greedy start: these cost more than they
        # save.
        ("mip_allow_restart", False),
        ("mip_heuristic_run_rins", False),
        ("mip_heuristic_run_rens", False),
    ):
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise RuntimeError(f"HiGHS doesn't take {name} = {value}")
    solver.passModel(problem)
    if start:
        solver.setSolution(
            len(start), np.array(list(start), dtype=np.int32), np.array(list(start.values()))
        )
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise PlanError(
                f"no plan was found within {SECONDS:.0f} seconds; limit the extra units"
            )
        raise RuntimeError(f"HiGHS ended with {solver.modelStatusToString(status)}")
    return np.array(solver.getSolution().col_value), info.mip_dual_bound


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
