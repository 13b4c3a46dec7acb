"""From simulated units to chances and money, through every ladder, gate and deduction of a program.

Belongs here: one program's outlook from its joint samples, and what sampled totals say. A ladder's
arithmetic belongs to `programs`, draws of units to forecasters, of gates to `gate_draws`, the path
to the period's end to `day_paths`, rows to `rows`.

Gates pay, and scores reach their tier, in each draw as they end in it. Of a gate that nothing is
known of, the amount is held: it is in no expected amount, and the gate isn't counted as met. Open
recalls are taken as they stand today: cars with one keep it, cars to come have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from forecasting.gate_draws import GateDraws
from forecasting.score_draws import TierDraws
from programs.element_cents import ElementCents, ElementSamples
from programs.gates import GateState, gates_state
from programs.money import dollars
from programs.period_end import (
    OpenElement,
    OpenProgram,
    SegmentDraws,
    element_samples,
    open_program_cents,
    program_msrp_cents,
    without_pending,
)
from programs.samples import ProgramCents

# Edges of the 80 % and 95 % bands, and the median between them.
BAND_QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
Gates = Mapping[str, Sequence[GateDraws]]


@dataclass(frozen=True)
class Band:
    """The 95 % and 80 % bands of whole numbers, and their median."""

    low_95: int
    low_80: int
    median: int
    high_80: int
    high_95: int

    @classmethod
    def of(cls, values: np.ndarray) -> Band:
        """Of samples; each edge is a value that was drawn."""
        edges = np.quantile(values, BAND_QUANTILES, method="inverted_cdf")
        return cls(*(int(edge) for edge in edges))


@dataclass(frozen=True)
class TierChance:
    """The chance of ending the period in this tier or a higher one: on units with every pending
    unit reported; with all gates met besides (None: a gate isn't known); and on units if no pending
    one is ever reported."""

    tier_number: int
    edge_units: int
    chance: float
    chance_with_gates: float | None
    chance_without_pending: float


@dataclass(frozen=True)
class ElementOutlook:
    """What the draws say of one element at its period's end. Amounts and chances are None where no
    ladder stands (no objective yet)."""

    element_code: str
    units_to_date: int
    pending_units: int
    band: Band
    expected_units: float
    expected_amount: Decimal | None
    expected_held_amount: Decimal | None
    expected_before_gates_amount: Decimal | None
    expected_without_pending_amount: Decimal | None
    gate_state: str
    gate_assumption: str
    chance_gates_met: float | None
    tiers: tuple[TierChance, ...]
    units: np.ndarray
    tier_numbers: np.ndarray

    @property
    def first_tier(self) -> TierChance | None:
        """The chance of any tier at all."""
        return self.tiers[0] if self.tiers else None


@dataclass(frozen=True)
class ProgramOutlook:
    """A program's volume elements, in order, and what all its elements pay in each draw, before any
    rule between programs. paid_msrp_cents: of units that any element pays, each once. so_far: the
    one sample in which nothing comes and nothing pending is reported."""

    program: OpenProgram
    elements: tuple[ElementOutlook, ...]
    cents: ProgramCents
    without_pending: ProgramCents
    paid_msrp_cents: np.ndarray
    so_far: ProgramCents


def judge_program(
    program: OpenProgram,
    draws_of: Mapping[str, SegmentDraws],
    draws: int,
    gates: Gates | None = None,
    tiers: Mapping[str, TierDraws] | None = None,
) -> ProgramOutlook:
    """The outlook of one program. No draw ends below what is known already.

    `draws_of` has the program's segments by code; one that isn't there sells nothing. `gates` are
    each element's, in order of code; without them gates stay as they stand today. `tiers` are those
    that scores decide, by element. Draw k of everything belongs together, so elements that share
    cars, and the cap over them, move together. Amounts are exact cents in every
    draw; their mean is rounded half up once.
    """
    drawn, scored = gates or {}, tiers or {}
    samples = [
        replace(
            element_samples(element, draws_of, draws),
            gate_states=_states(element, drawn.get(element.rules.element_code, ())),
            score_tiers=_tiers(scored.get(element.rules.element_code)),
        )
        for element in program.elements
    ]
    msrp = program_msrp_cents(program, draws_of, draws)
    cents = cents_without = open_program_cents(program, samples, msrp)
    if program.has_pending:
        fewer = [
            without_pending(element, found)
            for element, found in zip(program.elements, samples, strict=True)
        ]
        pending_msrp = int(program.pending_paid_msrp_amount * 100)
        cents_without = open_program_cents(program, fewer, msrp - pending_msrp)
    return ProgramOutlook(
        program,
        tuple(
            _outlook(element, found, paid, less, drawn.get(element.rules.element_code, ()))
            for element, found, paid, less in zip(
                program.elements, samples, cents.elements, cents_without.elements, strict=True
            )
            if element.rules.is_volume
        ),
        cents,
        cents_without,
        msrp,
        _so_far(program),
    )


def _so_far(program: OpenProgram) -> ProgramCents:
    """What it pays as it stands: the same arithmetic with nothing drawn."""
    reported = [
        without_pending(element, element_samples(element, {}, 1)) for element in program.elements
    ]
    msrp = program_msrp_cents(program, {}, 1) - int(program.pending_paid_msrp_amount * 100)
    return open_program_cents(program, reported, msrp)


def _states(element: OpenElement, gates: Sequence[GateDraws]) -> tuple[np.ndarray, ...]:
    """States in order of the element's gates; none where nothing was drawn."""
    found = {gate.gate_code: gate.states for gate in gates}
    return tuple(found[gate.gate_code] for gate in element.facts.gates) if found else ()


def _tiers(drawn: TierDraws | None) -> np.ndarray | None:
    return None if drawn is None else drawn.tiers


def _outlook(
    element: OpenElement,
    samples: ElementSamples,
    cents: ElementCents,
    without: ElementCents,
    gates: Sequence[GateDraws],
) -> ElementOutlook:
    ladder, units = element.rules.ladder, samples.counted_units
    state = gates_state(element.facts.gates)
    all_met = samples.all_gates_met()
    is_known = not any(_is_unknown(samples, place) for place in range(len(samples.gates)))
    return ElementOutlook(
        element_code=element.rules.element_code,
        units_to_date=element.facts.counted_units,
        pending_units=element.pending_counted_units,
        band=Band.of(units),
        expected_units=float(units.mean()),
        expected_amount=mean_dollars(cents.earned) if ladder else None,
        expected_held_amount=mean_dollars(cents.held) if ladder else None,
        expected_before_gates_amount=mean_dollars(cents.before_gates) if ladder else None,
        expected_without_pending_amount=mean_dollars(without.earned) if ladder else None,
        gate_state=state.code if state is not None else "none",
        gate_assumption=gate_assumption(samples, gates),
        chance_gates_met=float(all_met.mean()) if is_known else None,
        tiers=tuple(
            TierChance(
                tier,
                edge,
                float((cents.tier_number >= tier).mean()),
                float(((cents.tier_number >= tier) & all_met).mean()) if is_known else None,
                float((without.tier_number >= tier).mean()),
            )
            for tier, edge in (ladder.tier_edges() if ladder else ())
        ),
        units=units,
        tier_numbers=cents.tier_number,
    )


def _gate_states(samples: ElementSamples, place: int) -> np.ndarray:
    if samples.gate_states:
        return samples.gate_states[place]
    return np.array([samples.gates[place].state])


def _is_unknown(samples: ElementSamples, place: int) -> bool:
    """Whether a gate that isn't waived is undecided in every draw: then its chance isn't known."""
    states = _gate_states(samples, place)
    undecided = (states == GateState.UNKNOWN) | (states == GateState.TOO_EARLY)
    return samples.gates[place].effect != "waive" and bool(undecided.all())


def gate_assumption(samples: ElementSamples, gates: Sequence[GateDraws] = ()) -> str:
    """How the amounts take each gate, in words."""
    if not samples.gates:
        return "no gates"
    leaves = {gate.gate_code: gate.leaves for gate in gates}
    said = []
    for place, gate in enumerate(samples.gates):
        how = "; ".join(dict.fromkeys(leaf.assumption for leaf in leaves.get(gate.gate_code, ())))
        taken = _taken(samples, place)
        said.append(f"{gate.gate_code}: {taken}" + (f" ({how})" if how else ""))
    return ". ".join(said)


def _taken(samples: ElementSamples, place: int) -> str:
    gate, states = samples.gates[place], _gate_states(samples, place)
    if gate.effect == "waive":
        return "waived, paid"
    if _is_unknown(samples, place):
        return "nothing known yet, so held and not counted as met"
    lost = "forfeited"
    if gate.effect == "reduce" and gate.reduce_to_share is not None:
        lost = f"reduced to {gate.reduce_to_share * 100:.0f} %"
    shares = {
        "met": float((states == GateState.MET).mean()),
        lost: float((states == GateState.NOT_MET).mean()),
    }
    shares["held, not known"] = 1 - sum(shares.values())
    return ", ".join(f"{said} in {_percent(share)}" for said, share in shares.items() if share > 0)


def _percent(share: float) -> str:
    if 0 < share < 0.01:
        return "under 1 %"
    return "all draws" if share == 1 else f"{min(share, 0.99):.0%}".replace("%", " %")


def mean_dollars(cents: np.ndarray) -> Decimal:
    """The mean of whole cents, half a cent up; summed as integers, so no order of draws matters."""
    total, count = int(cents.sum()), len(cents)
    return dollars((2 * total + count) // (2 * count))
