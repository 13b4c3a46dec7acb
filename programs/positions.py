"""One open program with changes made: as it stands, and as it may end in every sample.

Here: a program's facts and draws put on the rules, with what is the same for every change worked
out once. Not here: the changes (changes.py), what came before and after (what_if.py), where facts
come from (scenarios/).
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import numpy as np

from programs.changes import Car, Change, Facts, SoldCars, apply, kept_days
from programs.filters import ElementFilter, UnitClass, filters_of
from programs.gates import GateResult, GateState, Reading
from programs.ladder_rules import is_paid_by_line
from programs.money import ZERO
from programs.more_cars import adds_up, beside
from programs.outcomes import Position
from programs.period_end import (
    OpenElement,
    OpenProgram,
    SegmentDraws,
    Share,
    element_samples,
    program_msrp_cents,
)
from programs.plan import ProgramOutlook
from programs.program_states import (
    PeriodState,
    SoldUnits,
    leaves_of,
    period_state,
    program_cap,
    sourced_metric,
)
from programs.rule_models import RuleVersion
from programs.samples import ElementSamples
from programs.scenario import ElementState, ProgramState
from programs.scenario_scores import scored
from programs.settled_samples import Across
from programs.standing import ElementFacts


@dataclass(frozen=True)
class OpenFacts:
    """One open program of a rooftop: what is known, and the draws of what is to come by segment.
    `segment_units` is what a segment's units are like, `gate_draws` how each gate of an element
    ends in each draw, `tier_draws` the tier that an element's score reaches. `today_units`
    are those of the as-of date, by segment; `segment_shares` what the published rules make of one,
    by segment and element. `across`: what the period is settled with where rules reach over
    several; `beyond`: the rules that it leaves out as it stands."""

    program_name: str
    oem_code: str
    as_of_date: datetime.date
    facts: Facts
    selling_days_left: int
    draws: Mapping[str, SegmentDraws]
    segment_units: Mapping[str, UnitClass]
    gate_draws: Mapping[tuple[str, str], np.ndarray] = field(default_factory=dict)
    tier_draws: Mapping[str, np.ndarray] = field(default_factory=dict)
    today_units: Mapping[str, int] = field(default_factory=dict)
    beyond: str = ""
    across: Across | None = None
    segment_shares: Mapping[tuple[str, str], Share] = field(default_factory=dict)

    @property
    def draw_count(self) -> int:
        """How many draws there are of what moves this program; one of nothing."""
        units = (one.remaining for one in self.draws.values())
        drawn = (*units, *self.gate_draws.values(), *self.tier_draws.values())
        return min(map(len, drawn), default=1)

    @cached_property
    def before(self) -> Position:
        """The program as it is."""
        return worked_out(self, self.facts, ())

    @cached_property
    def stands(self) -> tuple[PeriodState, PeriodState]:
        """With the cars that are reported, and with those pending too."""
        return _stands(self.facts)

    def gate_state(self, element_code: str, gate_code: str) -> GateState | None:
        """How a gate stands today; None where the rules in force have none of it."""
        for element in self.before.state.elements:
            for gate in element.facts.gates:
                if (element.rules.element_code, gate.gate_code) == (element_code, gate_code):
                    return gate.state
        return None


@dataclass(frozen=True)
class RooftopFacts:
    """One rooftop's open programs."""

    rooftop_id: str
    as_of_date: datetime.date
    programs: tuple[OpenFacts, ...]


def position(found: OpenFacts, changes: Sequence[Change]) -> Position:
    """The program as it stands and as it may end, with changes made."""
    sold = [change for change in changes if isinstance(change, SoldCars)]
    others = [change for change in changes if not isinstance(change, SoldCars)]
    facts = apply(others, found.facts)
    if sold and adds_up(facts.rules, sold):
        return beside(worked_out(found, facts, others) if others else found.before, facts, sold)
    return worked_out(found, apply(changes, found.facts), changes)


def worked_out(found: OpenFacts, facts: Facts, changes: Sequence[Change]) -> Position:
    """A position counted anew from all cars. `facts` have the changes made."""
    if facts is found.facts:
        reported, known = found.stands
    else:
        reported, known = _stands(facts)
    state = _program_state(found, facts, reported)
    share = kept_days(changes, facts.period, found.selling_days_left)
    outlook = _outlook(found, facts, state, known, share)
    if found.across is not None:
        outlook = replace(outlook, across=found.across.under(reported))
    return Position(state, outlook)


def _standing_on(facts: Facts, cars: Sequence[Car]) -> PeriodState:
    inputs = replace(
        facts.inputs,
        period=facts.period,
        sold=_sold(facts.rules, cars),
        readings={**facts.inputs.readings, **_timeliness(facts.rules, cars)},
    )
    return period_state(facts.rules, inputs, filters_of(facts.rules))


def _stands(facts: Facts) -> tuple[PeriodState, PeriodState]:
    """With the cars that are reported, and with those pending too."""
    cars = [car for car in facts.cars if car.state == "reported"]
    reported = _standing_on(facts, cars)
    return reported, reported if len(cars) == len(facts.cars) else _standing_on(facts, facts.cars)


def _timeliness(rules: RuleVersion, cars: Sequence[Car]) -> dict[str, Reading]:
    """The share of cars counted or paid that was reported in time, of each gate that goes by it."""
    leaves = [leaf for leaf in leaves_of(rules) if leaf.within_days is not None]
    if not leaves:
        return {}
    filters = filters_of(rules)
    own = [car for car in cars if car.units > 0 and _is_of(filters, car.unit)]
    found = {}
    for leaf in leaves:
        timely = sum(car.reported_days <= int(leaf.within_days or 0) for car in own)
        if own:
            reading = Reading(Decimal(100 * timely) / len(own), len(own))
            found[sourced_metric(leaf.metric_source, leaf.metric_code)] = reading
    return found


def _is_of(filters: Sequence[ElementFilter], unit: UnitClass) -> bool:
    """Whether any element counts or pays a class."""
    memberships = (one.membership(unit) for one in filters)
    return any(found.is_counted or found.is_paid for found in memberships)


def _sold(rules: RuleVersion, cars: Sequence[Car]) -> tuple[SoldUnits, ...]:
    """Sales in order of counting date; on one date those taken back last; then VIN. Where no
    element pays line by line their order is nothing to it, and those of a class are one line."""
    if any(is_paid_by_line(element) for element in rules.elements):
        ordered = sorted(cars, key=lambda car: (car.counting_date, car.units < 0, car.vin))
        return tuple(
            SoldUnits(car.unit, car.units, car.msrp_amount, int(car.has_open_recall))
            for car in ordered
        )
    by_class: dict[UnitClass, list[Car]] = {}
    for car in cars:
        by_class.setdefault(car.unit, []).append(car)
    return tuple(
        SoldUnits(
            unit,
            sum(car.units for car in alike),
            sum((car.msrp_amount for car in alike), ZERO),
            sum(car.has_open_recall for car in alike),
        )
        for unit, alike in by_class.items()
    )


def _program_state(found: OpenFacts, facts: Facts, reported: PeriodState) -> ProgramState:
    return ProgramState(
        program_code=facts.program_code,
        program_name=found.program_name,
        period_code=facts.period.code,
        elements=tuple(
            ElementState(
                element.rules,
                replace(element.facts, gates=_gates(element.facts.gates, facts.gates)),
                element.target_units,
            )
            for element in reported.elements
        ),
        cap=program_cap(facts.rules),
        paid_msrp_amount=reported.paid_msrp_amount,
        beyond=found.beyond,
    )


def _gates(
    gates: Sequence[GateResult], given: Mapping[str, GateState]
) -> tuple[GateResult, ...]:
    return tuple(replace(gate, state=given.get(gate.gate_code, gate.state)) for gate in gates)


def _outlook(
    found: OpenFacts, facts: Facts, state: ProgramState, known: PeriodState, share: Fraction
) -> ProgramOutlook:
    """The program's samples: what is known with pending cars taken as reported, and the draws.

    The as-of date's own cars are drawn again by the forecast, as it knew them.
    """
    filters = filters_of(facts.rules)
    shares = [
        _shares(found, element.element, one)
        for element, one in zip(facts.rules.elements, filters, strict=True)
    ]
    size = found.draw_count
    scores = [
        scored(found.tier_draws, size, one.element, found.facts, facts) for one in known.elements
    ]
    elements = tuple(
        OpenElement(
            rules=stood.rules,
            tier_ladders=score.ladders,
            facts=_known_facts(one.facts, stood.facts),
            shares=moved,
        )
        for one, stood, moved, score in zip(
            known.elements, state.elements, shares, scores, strict=True
        )
    )
    program = OpenProgram(
        rooftop_id="",
        program_code=facts.program_code,
        period_code=facts.period.code,
        period_start=facts.period.start,
        period_end=facts.period.end,
        oem_code=found.oem_code,
        calendar_code=None,
        cap=state.cap,
        elements=elements,
        paid_msrp_amount=known.paid_msrp_amount,
    )
    draws = {code: _thinned(code, one, share) for code, one in found.draws.items()}
    samples = [element_samples(element, draws, size) for element in elements]
    return ProgramOutlook(
        facts.program_code,
        found.program_name,
        facts.period.code,
        tuple(
            replace(
                one,
                gate_states=_gate_states(found, facts, one, size),
                score_tiers=score.tiers,
            )
            for one, score in zip(samples, scores, strict=True)
        ),
        state.cap,
        program_msrp_cents(program, draws, size),
    )


def _gate_states(
    found: OpenFacts, facts: Facts, one: ElementSamples, size: int
) -> tuple[np.ndarray, ...]:
    """How each gate ends in each draw: as forecast, and where a change turned or set it, as that
    leaves it. Empty where none is drawn."""
    code = one.rules.element_code
    if not any((code, gate.gate_code) in found.gate_draws for gate in one.gates):
        return ()
    states = []
    for gate in one.gates:
        drawn = found.gate_draws.get((code, gate.gate_code))
        is_changed = gate.gate_code in facts.gates or (
            facts is not found.facts and gate.state is not found.gate_state(code, gate.gate_code)
        )
        if drawn is None or is_changed:
            drawn = np.full(size, int(gate.state))
        states.append(drawn[:size])
    return tuple(states)


def _known_facts(known: ElementFacts, stood: ElementFacts) -> ElementFacts:
    """Units with pending ones; recalls and gates as they stand today."""
    return replace(known, gates=stood.gates, open_recall_units=stood.open_recall_units)


def _shares(found: OpenFacts, element_code: str, one: ElementFilter) -> tuple[Share, ...]:
    """What an element makes of each segment: by the units it is sold most as, or as published where
    none was sold of late."""
    shares = []
    for code in found.draws:
        unit, today = found.segment_units.get(code), found.today_units.get(code, 0)
        known = found.segment_shares.get((code, element_code))
        if unit is not None:
            member = one.membership(unit)
            known = Share(code, member.is_counted, member.is_paid, member.pay_group_code)
        if known is not None and (known.is_counted or known.is_paid):
            shares.append(replace(known, today_units=today))
    return tuple(shares)


def _thinned(code: str, draws: SegmentDraws, share: Fraction) -> SegmentDraws:
    """What is to come on so large a share of the selling days: each unit drawn once more, the same
    way at every call."""
    if share == 1:
        return draws
    whole, part = divmod(share, 1)
    dice = np.random.default_rng(zlib.crc32(code.encode()))
    extra = dice.binomial(draws.remaining, float(part))
    return replace(draws, remaining=draws.remaining * int(whole) + extra)
