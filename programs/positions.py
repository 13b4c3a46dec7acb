"""One open program with changes made: as it stands, and as it may end in every sample.

Here: a program's facts and draws put on the rules, with what is the same for every change worked
out once. Not here: the changes (changes.py), what came before and after (what_if.py), where facts
come from (scenarios/).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from programs.car_sums import Sold, moved_lots, sold_of
from programs.changes import Change, SoldCars, apply, kept_days
from programs.element_cents import ElementSamples
from programs.facts import Facts
from programs.filters import ElementFilter, UnitClass, filters_of
from programs.gates import GateResult, GateState
from programs.more_cars import adds_up, beside
from programs.open_draws import Draws, every_draw
from programs.outcomes import Ends, Position
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
    period_state,
    program_cap,
)
from programs.replaced import replaced
from programs.rule_models import RuleVersion
from programs.scenario import ElementState, ProgramState
from programs.scenario_scores import drawn_ladders
from programs.settled_samples import Across


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

    @cached_property
    def before(self) -> Position:
        """The program as it is."""
        return worked_out(self, self.facts, ())

    @cached_property
    def outlook(self) -> ProgramOutlook:
        """Its samples, one for each draw, so that those of several programs are of one future."""
        return _outlook(self, self.facts, self.opened, self.every_draw)

    @cached_property
    def opened(self) -> Opened:
        """The program as it is, ready to be played to its end."""
        return _opened(self, self.facts)

    @cached_property
    def every_draw(self) -> Draws:
        """Each draw of what moves this program."""
        return every_draw(self.draws, self.gate_draws, self.tier_draws)

    @cached_property
    def stands(self) -> tuple[PeriodState, PeriodState]:
        """With the cars that are reported, and with those pending too."""
        return _stands(self, self.facts)

    @cached_property
    def sold(self) -> tuple[Sold, Sold]:
        """What its cars add up to under its rules: those reported, and with those pending too."""
        return sold_of(self.facts)

    @cached_property
    def shares(self) -> list[tuple[Share, ...]]:
        """What each element makes of each segment under its rules."""
        return _shares(self, self.facts.rules)

    @cached_property
    def drawn(self) -> Draws:
        """The draws that differ in what moves the program under its rules."""
        return _drawn(self, self.facts.rules, Fraction(1))

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
    more = [one.units_in(facts.period) for one in sold]
    reported, known = ([*more, *lots] for lots in moved_lots(facts.moved))
    is_moved = bool(sold or facts.moved)
    if is_moved and not adds_up(facts.rules, [*reported, *known]):
        return worked_out(found, apply(changes, found.facts), changes)
    if facts.moved:
        facts = replaced(facts, moved=())
    share = kept_days(changes, facts.period, found.selling_days_left)
    is_same = facts == found.facts and share == 1
    base = found.before if is_same else _on_share(found, facts, share)
    return beside(base, facts.rules, reported, known)


def worked_out(found: OpenFacts, facts: Facts, changes: Sequence[Change]) -> Position:
    """A position counted anew from all cars. `facts` have the changes made."""
    return _on_share(found, facts, kept_days(changes, facts.period, found.selling_days_left))


def _on_share(found: OpenFacts, facts: Facts, share: Fraction) -> Position:
    """On so large a share of the selling days left."""
    opened = found.opened if facts is found.facts else _opened(found, facts)
    is_same = facts.rules is found.facts.rules and share == 1
    drawn = found.drawn if is_same else _drawn(found, facts.rules, share)
    return Position(opened.state, Ends(_outlook(found, facts, opened, drawn)))


def _stands(found: OpenFacts, facts: Facts) -> tuple[PeriodState, PeriodState]:
    """With the cars that are reported, and with those pending too."""
    own = found.facts
    is_known = facts.known_cars is own.known_cars and facts.rules is own.rules and not facts.moved
    reported, known = found.sold if is_known else sold_of(facts)
    stands = _standing_on(facts, reported)
    return stands, stands if known is reported else _standing_on(facts, known)


def _standing_on(facts: Facts, sold: Sold) -> PeriodState:
    inputs = replace(
        facts.inputs,
        period=facts.period,
        readings={**facts.inputs.readings, **sold.timeliness},
    )
    return period_state(facts.rules, inputs, sold.sums)


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


@dataclass(frozen=True)
class Opened:
    """A program as it stands, and ready to be played to its end. `scored`: the elements whose tier
    goes by the score that was drawn."""

    state: ProgramState
    program: OpenProgram
    scored: frozenset[str]


def _opened(found: OpenFacts, facts: Facts) -> Opened:
    reported, known = found.stands if facts is found.facts else _stands(found, facts)
    state = _program_state(found, facts, reported)
    ladders = {
        one.element.element: drawn_ladders(found.tier_draws, one.element, found.facts, facts)
        for one in known.elements
    }
    elements = tuple(
        OpenElement(
            rules=stood.rules,
            tier_ladders=ladders[one.element.element] or {},
            # Units with pending ones; recalls and gates as they stand today.
            facts=replace(
                one.facts, gates=stood.facts.gates, open_recall_units=stood.facts.open_recall_units
            ),
            shares=moved,
        )
        for one, stood, moved in zip(
            known.elements, state.elements, _shares_under(found, facts.rules), strict=True
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
        across=None if found.across is None else found.across.under(reported),
    )
    scored = frozenset(code for code, found in ladders.items() if found is not None)
    return Opened(state, program, scored)


def _outlook(found: OpenFacts, facts: Facts, opened: Opened, drawn: Draws) -> ProgramOutlook:
    """The program's samples: what is known with pending cars taken as reported, and the draws.

    The as-of date's own cars are drawn again by the forecast, as it knew them.
    """
    program, elements = opened.program, []
    for element in program.elements:
        code = element.rules.element_code
        samples = element_samples(element, drawn.units, drawn.size)
        states = _gate_states(found, facts, samples, drawn)
        if states or code in opened.scored:
            tiers = drawn.tiers[code] if code in opened.scored else None
            samples = replace(samples, gate_states=states, score_tiers=tiers)
        elements.append(samples)
    needs_msrp = program.cap.msrp_share is not None or program.across is not None
    return ProgramOutlook(
        facts.program_code,
        found.program_name,
        facts.period.code,
        tuple(elements),
        program.cap,
        program_msrp_cents(program, drawn.units, drawn.size) if needs_msrp else None,
        program.across,
        drawn.weights,
    )


def _drawn(found: OpenFacts, rules: RuleVersion, share: Fraction) -> Draws:
    """The draws that differ in what moves a program under some rules."""
    codes = {one.segment_code for shares in _shares_under(found, rules) for one in shares}
    return found.every_draw.of_segments(sorted(codes), share).distinct()


def _gate_states(
    found: OpenFacts, facts: Facts, one: ElementSamples, drawn: Draws
) -> tuple[np.ndarray, ...]:
    """How each gate ends in each draw: as forecast, and where a change turned or set it, as that
    leaves it. Empty where none is drawn."""
    code = one.rules.element_code
    if not any((code, gate.gate_code) in drawn.gates for gate in one.gates):
        return ()
    states = []
    for gate in one.gates:
        ends = drawn.gates.get((code, gate.gate_code))
        is_changed = gate.gate_code in facts.gates or (
            facts is not found.facts and gate.state is not found.gate_state(code, gate.gate_code)
        )
        if ends is None or is_changed:
            ends = np.full(drawn.size, int(gate.state))
        states.append(ends)
    return tuple(states)


def _shares_under(found: OpenFacts, rules: RuleVersion) -> list[tuple[Share, ...]]:
    return found.shares if rules is found.facts.rules else _shares(found, rules)


def _shares(found: OpenFacts, rules: RuleVersion) -> list[tuple[Share, ...]]:
    """What each element makes of each segment: by the units it is sold most as, or as published
    where none was sold of late."""
    return [
        tuple(_shares_of(found, element.element, one))
        for element, one in zip(rules.elements, filters_of(rules), strict=True)
    ]


def _shares_of(found: OpenFacts, element_code: str, one: ElementFilter) -> Iterator[Share]:
    for code in found.draws:
        unit, today = found.segment_units.get(code), found.today_units.get(code, 0)
        known = found.segment_shares.get((code, element_code))
        if unit is not None:
            member = one.membership(unit)
            known = Share(code, member.is_counted, member.is_paid, member.pay_group_code)
        if known is not None and (known.is_counted or known.is_paid):
            yield replace(known, today_units=today)
