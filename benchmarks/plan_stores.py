"""Stores made of one real store's inputs, for `benchmarks.plan`: other programs, other samples.

Here: what is drawn anew and what is kept. Not here: the store's own run (plan_home.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import numpy as np

from benchmarks.plan_home import LADDERS
from programs.element_cents import ElementSamples
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.plan import Limits, ProgramOutlook
from programs.scenario import ElementKey
from programs.standing import ElementRules
from scenarios.inputs import OpenPeriod, RooftopInputs
from scenarios.moves import PlannedLine, Question


def other_programs(question: Question, seed: int, programs: int) -> Question:
    """The store's model lines, cars, costs and samples under programs that each count about a third
    of the lines, with targets between what is nearly sure and what is nearly out of reach."""
    rng = np.random.default_rng(seed)
    lines, inputs = question.lines, question.inputs
    end = inputs.programs[0].period_end
    segments = list(dict.fromkeys(line.key[3] for line in lines))
    sold = np.array([inputs.draws[segment, end].remaining for segment in segments])
    counts = rng.random((programs, len(segments))) < 0.35
    counts[np.arange(programs), rng.integers(0, len(segments), programs)] = True
    outlooks = [_program(rng, number, sold[row].sum(axis=0)) for number, row in enumerate(counts)]
    first = [one.keys[0] for one in outlooks]
    keys = {
        segment: frozenset(key for key, row in zip(first, counts, strict=True) if row[at])
        for at, segment in enumerate(segments)
    }
    periods = tuple(replace(inputs.programs[0], outlook=one) for one in outlooks)
    return Question(
        replace(inputs, programs=periods),
        tuple(_counted(line, keys) for line in lines),
        (),
        Limits(extra_units=question.limits.extra_units),
    )


def _counted(line: PlannedLine, keys: Mapping[str, frozenset[ElementKey]]) -> PlannedLine:
    own = keys[line.key[3]]
    return replace(line, move=replace(line.move, counted_by=own, paid_by=own))


def _program(rng: np.random.Generator, number: int, units: np.ndarray) -> ProgramOutlook:
    code = f"program-{number}"
    units = units + int(rng.integers(0, 40))  # what is sold already
    ladder, pay = LADDERS[int(rng.integers(0, len(LADDERS)))], float(rng.uniform(0.1, 0.6))
    tiers = tuple(
        TierRule(tier, Decimal(edge), Decimal(int(amount * pay)))
        for tier, (edge, amount) in enumerate(ladder, 1)
    )
    objective = int(np.quantile(units, rng.uniform(0.3, 0.95)))
    rules = ElementRules(code, "volume", 1, build_ladder(LadderRules(tiers, "pct"), objective))
    return ProgramOutlook(
        code, code, "2025-08", (ElementSamples(rules, units, units, np.zeros_like(units)),)
    )


def stores_of(inputs: RooftopInputs, stores: int, programs: int) -> dict[str, RooftopInputs]:
    """A group of stores like this one, each with some of its programs, its samples drawn anew, a
    few units more or fewer sold so far, and more or fewer cars."""
    return {f"store-{number:03}": _store(inputs, number, programs) for number in range(stores)}


def _store(inputs: RooftopInputs, number: int, programs: int) -> RooftopInputs:
    rng = np.random.default_rng(number)
    draws = inputs.programs[0].outlook.draws
    drawn, chosen = rng.integers(0, draws, draws), rng.permutation(len(inputs.programs))[:programs]
    periods = tuple(
        _redrawn(inputs.programs[at], drawn, int(rng.integers(-8, 9))) for at in sorted(chosen)
    )
    codes = {period.outlook.program_code for period in periods}

    def of_these(by: Mapping[str, frozenset[ElementKey]]) -> dict[str, frozenset[ElementKey]]:
        return {
            segment: frozenset(key for key in keys if key[0] in codes)
            for segment, keys in by.items()
        }

    return replace(
        inputs,
        rooftop_id=f"store-{number:03}",
        programs=periods,
        stock=tuple(
            replace(row, on_ground_units=int(row.on_ground_units * rng.uniform(0.3, 1.5)))
            for row in inputs.stock
        ),
        counted_by=of_these(inputs.counted_by),
        paid_by=of_these(inputs.paid_by),
        rejected=(),
        draws={
            key: replace(one, remaining=one.remaining[drawn]) for key, one in inputs.draws.items()
        },
    )


def _redrawn(period: OpenPeriod, drawn: np.ndarray, more: int) -> OpenPeriod:
    outlook = period.outlook
    elements = tuple(
        replace(
            taken := element.changed(lambda values: values[drawn]),
            counted_units=np.maximum(taken.counted_units + more, 0),
            paid_units=np.maximum(taken.paid_units + more, 0),
        )
        for element in outlook.elements
    )
    once = outlook.paid_msrp_cents
    msrp = None if once is None else once[drawn]
    return replace(period, outlook=replace(outlook, elements=elements, paid_msrp_cents=msrp))
