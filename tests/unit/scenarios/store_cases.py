"""Small rooftops as scenarios read them, drawn from a seed: programs, samples, cars and deals.

Here: the generator alone. Its programs are those of the solver's own tests (plan_cases.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from programs.period_end import SegmentDraws
from programs.plan import ProgramOutlook
from programs.scenario import ElementState, ProgramState
from programs.standing import ElementFacts
from scenarios.costs import CostRule
from scenarios.inputs import OpenPeriod, RooftopInputs, Score, StockRow
from scenarios.moves import Wishes
from tests.unit.programs.plan_cases import TODAY, drawn_program

END = date(2025, 8, 31)
MAKE = "Nissan"


def small_store(seed: int, rooftop_id: str = "store", lines: int = 2) -> RooftopInputs:
    """A rooftop with one or two programs; every line is a segment of its own."""
    rng = np.random.default_rng(seed)
    draws = int(rng.integers(1, 4))
    programs = [drawn_program(rng, f"p{n}", draws) for n in range(int(rng.integers(1, 3)))]
    keys = [key for program in programs for key in program.keys]
    segments = [f"s{line}" for line in range(lines)]
    counted = {segment: _some(rng, keys) for segment in segments}
    return RooftopInputs(
        rooftop_id=rooftop_id,
        as_of_date=TODAY,
        programs=tuple(open_period(program) for program in programs),
        stock=tuple(_row(rng, line) for line in range(lines)),
        counted_by=counted,
        paid_by={
            segment: own if rng.random() < 0.7 else _some(rng, keys)
            for segment, own in counted.items()
        },
        rejected=tuple(_rejected(rng, number, keys) for number in range(int(rng.integers(0, 3)))),
        draws={
            (segment, END): SegmentDraws(rng.integers(0, 4, draws).astype(np.int64), 2_500_000)
            for segment in segments
        },
        gross={
            (MAKE, f"L{line}", "new"): tuple(
                Decimal(int(gross)) for gross in np.sort(rng.integers(-500, 3000, 9))
            )
            for line in range(lines)
        },
        makes=frozenset({MAKE}),
    )


def drawn_wishes(seed: int) -> Wishes:
    """What a manager might set."""
    rng = np.random.default_rng(seed)
    rule = CostRule({}, int(rng.integers(0, 60_000)), int(rng.integers(0, 9_000)))
    return Wishes(
        budget_cents=int(rng.integers(0, 150_000)) if rng.random() < 0.3 else None,
        extra_units=int(rng.integers(0, 5)) if rng.random() < 0.7 else None,
        rules=(rule,) if rng.random() < 0.7 else (),
    )


def open_period(outlook: ProgramOutlook) -> OpenPeriod:
    """The program as it stands at the least of its samples, its gates as today."""
    elements = tuple(
        ElementState(
            samples.rules,
            ElementFacts(
                int(samples.counted_units.min()),
                int(samples.paid_units.min()),
                Decimal(int(samples.paid_msrp_cents.min())) / 100,
                gates=samples.gates,
            ),
        )
        for samples in outlook.elements
    )
    return OpenPeriod(
        state=ProgramState(
            outlook.program_code, outlook.program_name, outlook.period_code, elements, outlook.cap
        ),
        outlook=outlook,
        period_end=END,
        selling_days_left=3,
        scores=tuple(
            Score(outlook.program_code, samples.rules.element_code, gate.gate_code, 1, "csi",
                  gate.state, None, None)
            for samples in outlook.elements
            for gate in samples.gates
        ),
    )  # fmt: skip


def _row(rng: np.random.Generator, line: int) -> StockRow:
    arriving = [TODAY + timedelta(days=int(day)) for day in rng.integers(1, 30, rng.integers(0, 2))]
    return StockRow(
        MAKE, f"L{line}", None, 2025, None, "new", f"s{line}",
        sold_units=int(rng.integers(0, 4)),
        on_ground_units=int(rng.integers(0, 6)),
        arriving_dates=tuple(sorted(arriving)),
        priced_units=1,
        msrp_amount=Decimal(25_000),
    )  # fmt: skip


def _rejected(rng: np.random.Generator, number: int, keys: list) -> dict:
    return {
        "vin": f"VIN{number}",
        "make": MAKE,
        "model": "L0",
        "segment_code": "s0",
        "program_code": keys[0][0],
        "delivery_date": TODAY + timedelta(days=int(rng.integers(-5, 6))),
        "msrp_amount": Decimal(25_000),
    }


def _some(rng: np.random.Generator, keys: list) -> frozenset:
    return frozenset(key for key in keys if rng.random() < 0.8)
