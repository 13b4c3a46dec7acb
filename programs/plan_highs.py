"""Handing a program of columns and rows to HiGHS: one thread, one seed, the same answer each time.

Here: the arrays, the options, the plain answers. Not here: what the columns mean (plan_model.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from programs.plan import PlanError

if TYPE_CHECKING:
    from highspy import Highs, HighsLp

# A proof to a twentieth of what decides between equal plans (plan_model.TIE_CENTS).
PROOF_CENTS = 5e-5
SECONDS = 60.0


@dataclass
class Columns:
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
class Rows:
    """Rows of the program under construction."""

    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def add(self, terms: Sequence[tuple[int, float]], lower: float, upper: float) -> int:
        self.index += [column for column, _ in terms]
        self.value += [value for _, value in terms]
        self.starts.append(len(self.index))
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.lower) - 1


def problem_of(columns: Columns, rows: Rows, cost: list[float], *, is_whole: bool) -> HighsLp:
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
    if is_whole:
        problem.integrality_ = [whole if found else free for found in columns.is_whole]
    return problem


def _solver() -> Highs:
    import highspy

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
        # Measured on thirty programs of one store: these cost more than they save.
        ("mip_allow_restart", False),
        ("mip_heuristic_run_rins", False),
        ("mip_heuristic_run_rens", False),
    ):
        if solver.setOptionValue(name, value) != highspy.HighsStatus.kOk:
            raise RuntimeError(f"HiGHS doesn't take {name} = {value}")
    return solver


def duals_of(problem: HighsLp) -> np.ndarray:
    """The rows' duals."""
    solver = _solver()
    solver.passModel(problem)
    solver.run()
    return np.array(solver.getSolution().row_dual)


def solved(problem: HighsLp, start: Mapping[int, float] | None) -> tuple[np.ndarray, float] | None:
    """The columns' values at the least cost, and a proven lower bound of it; None if infeasible."""
    import highspy

    solver = _solver()
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
