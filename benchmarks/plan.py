"""How long the best plan takes (`python -m benchmarks.plan`): a store of 30 programs, 460 stores.

Here: made-up stores of stated size, seconds of wall clock and of processor, and the plan against
two baselines: the units one by one where each adds most (greedy), and doing nothing.
Not here: whether a plan is right (tests/unit/programs/test_plan_search.py tries everything).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from programs.ladder import LadderRules, TierRule, build_ladder
from programs.plan import Choice, Limits, Plan, ProgramOutlook, SellMore
from programs.plan_search import best_plan, evaluate
from programs.samples import ElementSamples
from programs.standing import ElementRules

DRAWS = 2000
MODEL_LINES = 12
# Cars of one model line on the ground and arriving before the period ends.
CARS = 20
EXTRA_UNITS = 25
STORE_PROGRAMS = 30
GROUP_STORES = 460
GROUP_PROGRAMS = 6
NISSAN_ONE = ((90, 350), (100, 600), (110, 1200))


@dataclass(frozen=True)
class Store:
    """One made-up store's question."""

    outlooks: tuple[ProgramOutlook, ...]
    moves: tuple[SellMore, ...]


def made_store(seed: int, programs: int) -> Store:
    """A store whose programs each count about a third of its model lines, with objectives between
    what is nearly sure and what is nearly out of reach; extra units from $150 to $1,400, rising."""
    rng = np.random.default_rng(seed)
    sold = rng.negative_binomial(6, 6 / (6 + 12), size=(MODEL_LINES, DRAWS)).astype(np.int64)
    counts = rng.random((programs, MODEL_LINES)) < 0.35
    counts[np.arange(programs), rng.integers(0, MODEL_LINES, programs)] = True
    outlooks = tuple(
        _program(rng, number, sold[counts[number]].sum(axis=0)) for number in range(programs)
    )
    moves = []
    for line in range(MODEL_LINES):
        keys = frozenset(
            outlook.keys[0] for outlook, row in zip(outlooks, counts, strict=True) if row[line]
        )
        first, step = int(rng.integers(15, 90)) * 1000, int(rng.integers(5, 25)) * 100
        costs = tuple(first + step * unit for unit in range(CARS))
        moves.append(SellMore(f"line-{line}", f"line {line}", costs, 0, keys, keys))
    return Store(outlooks, tuple(moves))


def _program(rng: np.random.Generator, number: int, units: np.ndarray) -> ProgramOutlook:
    code = f"program-{number}"
    objective = int(np.quantile(units, rng.uniform(0.3, 0.95)))
    pay = float(rng.uniform(0.1, 0.6))
    tiers = tuple(
        TierRule(tier, Decimal(edge), Decimal(int(amount * pay)))
        for tier, (edge, amount) in enumerate(NISSAN_ONE, 1)
    )
    rules = ElementRules(
        code, "volume", 1, build_ladder(LadderRules(tiers, "pct"), objective)
    )
    element = ElementSamples(rules, units, units, np.zeros_like(units))
    return ProgramOutlook(code, code, "2025-08", (element,))


def greedy(store: Store, limits: Limits) -> Plan:
    """Unit by unit, each time the one that adds most; stops where none pays for itself."""
    units: dict[str, int] = {}
    best = evaluate(store.outlooks, store.moves, Choice())
    while limits.extra_units is None or sum(units.values()) < limits.extra_units:
        tried = [
            evaluate(store.outlooks, store.moves, Choice({**units, move.code: had + 1}))
            for move in store.moves
            if (had := units.get(move.code, 0)) < len(move.unit_costs_cents)
        ]
        found = max(tried, key=lambda plan: plan.net_cents, default=best)
        if found.net_cents <= best.net_cents:
            break
        best, units = found, dict(found.choice.units)
    return best


@dataclass(frozen=True)
class Timed:
    """A plan with its seconds."""

    plan: Plan
    wall: float
    processor: float


def timed(store: Store, limits: Limits) -> Timed:
    """The best plan of a store and how long it took."""
    wall, processor = time.perf_counter(), time.process_time()
    plan = best_plan(store.outlooks, store.moves, limits)
    return Timed(plan, time.perf_counter() - wall, time.process_time() - processor)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when a promise isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plan", description=__doc__)
    parser.add_argument("--stores", type=int, default=GROUP_STORES)
    parser.add_argument("--group-programs", type=int, default=GROUP_PROGRAMS)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(arguments)
    limits = Limits(extra_units=EXTRA_UNITS)
    timed(made_store(0, 2), limits)  # the first call loads the solver
    ones = [timed(made_store(1000 + n, STORE_PROGRAMS), limits) for n in range(options.repeats)]
    print(
        f"one store: {STORE_PROGRAMS} programs, {MODEL_LINES} model lines of {CARS} cars, "
        f"{DRAWS:,} samples, at most {EXTRA_UNITS} extra units, {len(ones)} stores one by one"
    )
    _print_seconds(ones)
    store = made_store(1000, STORE_PROGRAMS)
    _print_baseline(ones[0].plan, greedy(store, limits))
    started, processor = time.perf_counter(), time.process_time()
    group = [
        timed(made_store(seed, options.group_programs), limits) for seed in range(options.stores)
    ]
    wall, processor = time.perf_counter() - started, time.process_time() - processor
    print(
        f"group: {options.stores} stores of {options.group_programs} programs, one after another"
    )
    _print_seconds(group)
    print(f"  whole group: {wall:.1f} s wall clock, {processor:.1f} s processor (making included)")
    promises = {
        "a store's plan proven in under a second of processor time (median)": statistics.median(
            one.processor for one in ones
        )
        < 1,
        "the group in under a minute of processor time": processor < 60,
        "every plan proven to the cent": all(one.plan.is_proven for one in [*ones, *group]),
    }
    for promise, is_kept in promises.items():
        print(f"{'kept' if is_kept else 'NOT KEPT'}: {promise}")
    return 0 if all(promises.values()) else 1


def _print_seconds(found: Sequence[Timed]) -> None:
    for name in ("wall", "processor"):
        seconds = sorted(getattr(one, name) for one in found)
        print(f"  {name}: median {statistics.median(seconds):.3f} s, slowest {seconds[-1]:.3f} s")
    proven = sum(one.plan.is_proven for one in found)
    print(f"  proven to the cent: {proven} of {len(found)}")


def _print_baseline(plan: Plan, simple: Plan) -> None:
    ratio = float(plan.net_cents / simple.net_cents) if simple.net_cents else float("inf")
    print(
        f"  first store: the plan nets ${float(plan.net_cents) / 100:,.2f} with "
        f"{plan.choice.unit_count} units, greedy ${float(simple.net_cents) / 100:,.2f} with "
        f"{simple.choice.unit_count}: {ratio:.3f} of greedy"
    )


if __name__ == "__main__":
    sys.exit(main())
