"""How long plans take (`python -m benchmarks.plan`): the sample's largest rooftop with 30 programs,
and a group of 460 rooftops.

Here: seconds of wall clock and of processor, what is proven, and the plan against the simple way:
units one by one where each adds most. Not here: whether a plan is right
(tests/unit/programs/test_plan_search.py tries everything).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.plan_home import PROGRAMS, ROOFTOP, sample_file
from benchmarks.plan_stores import other_programs, stores_of
from programs.plan import Choice, CloseGate, Plan
from programs.plan_search import best_plan, evaluate
from scenarios.group_plans import group_plan
from scenarios.moves import Question, Wishes, question_of
from scenarios.reading import read_rooftop

GROUP_STORES, GROUP_PROGRAMS = 460, 6
TRANSFER_COST_CENTS = 250_00


class Clock:
    """Seconds of wall clock and of processor since it was made."""

    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self._wall, time.process_time() - self._processor


def timed(question: Question) -> tuple[Plan, float, float]:
    """The best plan of a store and how long it took."""
    clock = Clock()
    plan = best_plan(question.outlooks, question.moves, question.limits)
    return plan, *clock.read()


def greedy(question: Question) -> Plan:
    """Unit by unit, each time the one that adds most; stops where none pays for itself."""
    outlooks, limits = question.outlooks, question.limits
    moves = [move for move in question.moves if not isinstance(move, CloseGate)]
    units: dict[str, int] = {}
    best = evaluate(outlooks, moves, Choice())
    while limits.extra_units is None or sum(units.values()) < limits.extra_units:
        tried = [
            evaluate(outlooks, moves, Choice({**units, move.code: had + 1}))
            for move in moves
            if (had := units.get(move.code, 0)) < len(move.unit_costs_cents)
        ]
        found = max(tried, key=lambda plan: plan.net_cents, default=best)
        if found.net_cents <= best.net_cents:
            break
        best, units = found, dict(found.choice.units)
    return best


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when a promise isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan", description=__doc__)
    parser.add_argument("--home", type=Path, help="a folder to make the sample in, or made before")
    parser.add_argument("--stores", type=int, default=GROUP_STORES)
    parser.add_argument("--others", type=int, default=100, help="other sets of 30 programs")
    options = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        return measure(options.home or Path(folder), options.stores, options.others)


def measure(home: Path, stores: int, others: int) -> int:
    """The figures of a sample home, made where it isn't there yet."""
    inputs = read_rooftop(sample_file(home), ROOFTOP)
    question = question_of(inputs, Wishes())
    cars = sum(line.most_units for line in question.lines)
    print(
        f"{ROOFTOP}: {len(question.outlooks)} programs, {len(question.lines)} model lines, "
        f"{cars} cars to sell, {question.outlooks[0].draws:,} samples, at most "
        f"{question.limits.extra_units} extra units"
    )
    timed(question)  # the first call loads the solver
    own = timed(question)
    _print_seconds([own])
    _print_baseline(own[0], greedy(question))
    print(f"{others} other sets of {PROGRAMS} programs on its model lines")
    found = [timed(other_programs(question, seed, PROGRAMS)) for seed in range(others)]
    _print_seconds(found)
    group = _print_group(lambda: stores_of(inputs, stores, GROUP_PROGRAMS))
    promises = {
        "the largest rooftop's plan of 30 programs in under a second": own[1] < 1,
        "the slowest of the others in under a second of processor time": all(
            processor < 1 for *_, processor in found
        ),
        "the group, exchanges included, in under a minute of processor time": group[1] < 60,
        "every plan proven to the cent": all(
            plan.is_proven for plan in [own[0], *(one[0] for one in found), *group[0]]
        ),
    }
    for promise, is_kept in promises.items():
        print(f"{'kept' if is_kept else 'NOT KEPT'}: {promise}")
    return 0 if all(promises.values()) else 1


def _print_group(made: Callable) -> tuple[list[Plan], float]:
    group = made()
    print(f"group: {len(group)} rooftops of {GROUP_PROGRAMS} programs, one after another")
    clock, planned = Clock(), []

    def moved(done: int, of: int) -> None:
        if 2 * done == of:
            planned.append(clock.read())

    found = group_plan(group, Wishes(), TRANSFER_COST_CENTS, moved)
    wall, processor = planned[0]
    print(f"  every rooftop's plan: {wall:.1f} s wall clock, {processor:.1f} s processor")
    wall, processor = clock.read()
    print(
        f"  next cars, {len(found.transfers)} transfers and {len(found.trades)} trades besides: "
        f"{wall:.1f} s wall clock, {processor:.1f} s processor in all"
    )
    plans = list(found.plans.values())
    print(f"  proven to the cent: {sum(plan.is_proven for plan in plans)} of {len(plans)}")
    return plans, processor


def _print_seconds(found: Sequence[tuple[Plan, float, float]]) -> None:
    for at, name in ((1, "wall clock"), (2, "processor")):
        seconds = sorted(one[at] for one in found)
        print(f"  {name}: median {statistics.median(seconds):.3f} s, slowest {seconds[-1]:.3f} s")
    print(f"  proven to the cent: {sum(one[0].is_proven for one in found)} of {len(found)}")


def _print_baseline(plan: Plan, simple: Plan) -> None:
    print(
        f"  the plan nets ${float(plan.net_cents) / 100:,.2f} with {plan.choice.unit_count} units, "
        f"greedy ${float(simple.net_cents) / 100:,.2f} with {simple.choice.unit_count}"
    )


if __name__ == "__main__":
    sys.exit(main())
