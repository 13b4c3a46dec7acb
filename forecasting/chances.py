"""From simulated units to chances and money, through every ladder, gate and deduction of a program.

Belongs here: adding the draws of an element's segments to what is known, and what the sampled
totals say. A ladder's arithmetic belongs to `programs`, draws to forecasters, rows to `pipeline`.

Gates and open recalls are taken as they stand today: a gate met pays, one not met has its effect,
an undecided one is taken as met and named in the assumption; cars with an open recall keep it, cars
to come have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from programs.gates import GateResult, GateState, gates_state
from programs.money import dollars
from programs.period_end import (
    OpenElement,
    OpenProgram,
    SegmentDraws,
    element_samples,
    program_msrp_cents,
)
from programs.samples import ElementCents, ElementSamples, program_cents

# Edges of the 80 % and 95 % bands, and the median between them.
BAND_QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)


@dataclass(frozen=True)
class TierChance:
    """The chance of ending the period in this tier or a higher one, on units."""

    tier_number: int
    edge_units: int
    chance: float


@dataclass(frozen=True)
class ElementOutlook:
    """What the draws say of one element at its period's end. Amounts and chances are None where no
    ladder stands (no objective yet)."""

    element_code: str
    units_to_date: int
    low_95_units: int
    low_80_units: int
    median_units: int
    high_80_units: int
    high_95_units: int
    expected_units: float
    expected_amount: Decimal | None
    expected_before_gates_amount: Decimal | None
    gate_state: str
    gate_assumption: str
    chance_any_tier: float | None
    tiers: tuple[TierChance, ...]


def judge_program(
    program: OpenProgram, draws_of: Mapping[str, SegmentDraws], draws: int
) -> tuple[ElementOutlook, ...]:
    """The outlook of each volume element, in order. No draw ends below what is known already.

    `draws_of` has the program's segments by code; one that isn't there sells nothing. Draw k of
    every segment belongs together, so elements that share cars, and the cap over them, move
    together. Amounts are exact cents in every draw; their mean is rounded half up once.
    """
    samples = [element_samples(element, draws_of, draws) for element in program.elements]
    cents = program_cents(samples, program.cap, program_msrp_cents(program, draws_of, draws))
    return tuple(
        _outlook(element, sampled, paid)
        for element, sampled, paid in zip(program.elements, samples, cents.elements, strict=True)
        if element.rules.is_volume
    )


def _outlook(
    element: OpenElement, samples: ElementSamples, cents: ElementCents
) -> ElementOutlook:
    units = samples.counted_units
    low_95, low_80, median, high_80, high_95 = (
        int(edge) for edge in np.quantile(units, BAND_QUANTILES, method="inverted_cdf")
    )
    ladder = element.rules.ladder
    state = gates_state(element.facts.gates)
    return ElementOutlook(
        element_code=element.rules.element_code,
        units_to_date=element.facts.counted_units,
        low_95_units=low_95,
        low_80_units=low_80,
        median_units=median,
        high_80_units=high_80,
        high_95_units=high_95,
        expected_units=float(units.mean()),
        expected_amount=_mean_dollars(cents.earned + cents.held) if ladder else None,
        expected_before_gates_amount=_mean_dollars(cents.before_gates) if ladder else None,
        gate_state=state.code if state is not None else "none",
        gate_assumption=gate_assumption(element.facts.gates),
        chance_any_tier=float((cents.tier_number >= 1).mean()) if ladder else None,
        tiers=tuple(
            TierChance(tier, edge, float((cents.tier_number >= tier).mean()))
            for tier, edge in (ladder.tier_edges() if ladder else ())
        ),
    )


def gate_assumption(gates: tuple[GateResult, ...]) -> str:
    """How the expected amount takes each gate, in words."""
    if not gates:
        return "no gates"
    return "; ".join(f"{gate.gate_code} {_taken(gate)}" for gate in gates)


def _taken(gate: GateResult) -> str:
    if gate.effect == "waive":
        return "waived: paid"
    if gate.state is GateState.MET:
        return "met today: paid"
    if gate.state is GateState.NOT_MET:
        if gate.effect == "reduce" and gate.reduce_to_share is not None:
            return f"not met today: reduced to {gate.reduce_to_share * 100:.0f} %"
        return "not met today: forfeited"
    return f"{gate.state.code.replace('_', ' ')}: taken as met"


def _mean_dollars(cents: np.ndarray) -> Decimal:
    """The mean of whole cents, half a cent up; summed as integers, so no order of draws matters."""
    total, count = int(cents.sum()), len(cents)
    return dollars((2 * total + count) // (2 * count))
