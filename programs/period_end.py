"""What open periods may end with: what is known so far, and the units that were drawn on top of it.

Here: an open program with its facts, and its joint samples from the draws of its segments.
Not here: how units are drawn (forecasting), what the samples pay (samples.py), the choice of moves
(plan.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import numpy as np

from programs.alike import Whole
from programs.element_cents import ElementSamples
from programs.ladder import Ladder
from programs.line_samples import PaidAhead
from programs.money import ZERO, cents_half_up
from programs.pay_lines import UnitLine
from programs.rule_values import ALL_UNITS
from programs.samples import ProgramCents, program_cents
from programs.settled_samples import Across, settled
from programs.standing import ElementFacts, ElementRules, ProgramCap


@dataclass(frozen=True)
class Share:
    """One unit segment's part in an element. today_units: of the as-of date itself, which the
    simulation draws again."""

    segment_code: str
    is_counted: bool
    is_paid: bool
    pay_group_code: str | None = None
    today_units: int = 0


@dataclass(frozen=True)
class OpenElement:
    """An element of an open period as it stands, with pending units taken as if reported.

    facts: as of now, the as-of date's own units included; their lines where it pays by line.
    pending_*: how many aren't reported yet. reported_lines: the lines without those. tier_ladders:
    by tier, where a score decides it.
    """

    rules: ElementRules
    facts: ElementFacts
    shares: tuple[Share, ...]
    pending_counted_units: int = 0
    pending_paid_units: int = 0
    pending_paid_msrp_amount: Decimal = ZERO
    tier_ladders: Mapping[int, Ladder] = field(default_factory=dict)
    reported_lines: tuple[UnitLine, ...] = ()

    @property
    def today_counted_units(self) -> int:
        """Counted units of the as-of date itself."""
        return sum(share.today_units for share in self.shares if share.is_counted)

    @property
    def is_paid_by_line(self) -> bool:
        """Whether its pay depends on which units are sold."""
        ladders = (self.rules.ladder, *self.tier_ladders.values())
        return any(ladder is not None and ladder.by_line is not None for ladder in ladders)


@dataclass(frozen=True)
class OpenProgram:
    """A program of one rooftop in an open period, with all its elements: a cap binds them together.

    paid_msrp_amount: of the units that any element pays, each once, as of now; pending_...: those
    not reported yet. across: what it is settled with, where rules reach over several periods.
    """

    rooftop_id: str
    program_code: str
    period_code: str
    period_start: date
    period_end: date
    oem_code: str
    calendar_code: str | None
    cap: ProgramCap
    elements: tuple[OpenElement, ...]
    paid_msrp_amount: Decimal
    pending_paid_msrp_amount: Decimal = ZERO
    program_version: int = 1
    across: Across | None = None

    @property
    def has_pending(self) -> bool:
        """Whether any of its units isn't reported yet."""
        return any(
            element.pending_counted_units or element.pending_paid_units
            for element in self.elements
        )

    @property
    def segments(self) -> set[str]:
        return {share.segment_code for element in self.elements for share in element.shares}


@dataclass(frozen=True)
class SegmentDraws:
    """One segment of one rooftop. remaining: int [draws], units from the as-of date to the period's
    end, at least those already known of the as-of date. msrp_cents: of a unit to come."""

    remaining: np.ndarray
    msrp_cents: int

    def to_come(self, share: Share) -> np.ndarray:
        """Units beyond those known already, of which the as-of date's are drawn again."""
        remaining = self.remaining.astype(np.int64, copy=False)
        return np.maximum(remaining - share.today_units, 0) if share.today_units else remaining


def element_samples(
    element: OpenElement, draws_of: Mapping[str, SegmentDraws], draws: int
) -> ElementSamples:
    """One element's units, paid units and MSRP at the period's end in every draw."""
    facts, ahead = element.facts, []
    counted, paid = facts.counted_units, facts.paid_units
    msrp = cents_half_up(facts.paid_msrp_amount)
    for share in element.shares:
        segment = draws_of.get(share.segment_code)
        if segment is None:
            continue
        more = segment.to_come(share)
        if share.is_counted:
            counted = counted + more
        if share.is_paid:
            paid = paid + more
            msrp = msrp + more * segment.msrp_cents
            ahead.append(PaidAhead(share.pay_group_code or ALL_UNITS, segment.msrp_cents, more))
    return ElementSamples(
        rules=element.rules,
        counted_units=_in_each(counted, draws),
        paid_units=_in_each(paid, draws),
        paid_msrp_cents=_in_each(msrp, draws),
        open_recall_units=facts.open_recall_units,
        gates=facts.gates,
        tier_ladders=element.tier_ladders,
        lines=facts.lines or () if element.is_paid_by_line else (),
        ahead=tuple(ahead) if element.is_paid_by_line else (),
    )


def _in_each(value: Whole | int, draws: int) -> Whole:
    return value if isinstance(value, np.ndarray) else np.full(draws, value, dtype=np.int64)


def without_pending(element: OpenElement, samples: ElementSamples) -> ElementSamples:
    """The same samples if no pending unit is ever reported."""
    pending_cents = cents_half_up(element.pending_paid_msrp_amount)
    return replace(
        samples,
        counted_units=samples.counted_units - element.pending_counted_units,
        paid_units=samples.paid_units - element.pending_paid_units,
        paid_msrp_cents=samples.paid_msrp_cents - pending_cents,
        lines=element.reported_lines if samples.lines else (),
    )


def program_msrp_cents(
    program: OpenProgram, draws_of: Mapping[str, SegmentDraws], draws: int
) -> np.ndarray:
    """MSRP of the units that any element pays, each once, in every draw: a cap may be a share of
    it."""
    msrp = np.full(draws, cents_half_up(program.paid_msrp_amount), dtype=np.int64)
    paid = {
        share.segment_code: share
        for element in program.elements
        for share in element.shares
        if share.is_paid
    }
    for code in sorted(paid.keys() & draws_of.keys()):
        msrp += draws_of[code].to_come(paid[code]) * draws_of[code].msrp_cents
    return msrp


def open_program_cents(
    program: OpenProgram, samples: Sequence[ElementSamples], paid_msrp_cents: Whole
) -> ProgramCents:
    """What a program pays in every sample, under its cap and with its rules over periods."""
    alone = program_cents(samples, program.cap, paid_msrp_cents)
    if program.across is None:
        return alone
    return settled(alone, program.across, samples, paid_msrp_cents)
