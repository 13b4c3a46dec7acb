"""Standing: from counted and paid units to the amount earned, exact to the cent.

Here: one element's amount through gates, deduction and cap; a program's elements added up under
its caps; the worth of the next tier. What is taken off is named: earned + held + forfeited +
deducted + capped = before gates.
Not here: ladders (ladder.py), the states of gates (gates.py), many samples at once (samples.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from programs.gates import GateResult, GateState, gates_state, is_held, kept_share
from programs.ladder import Ladder
from programs.money import ZERO, dollars, half_up, round_money
from programs.pay_lines import UnitLine, mixed_parts

ONE = Fraction(1)


@dataclass(frozen=True)
class ElementRules:
    """What standing needs to know of one element of one rooftop and period. `ladder` is None
    where percent edges have no target (`no_objective`) or a score isn't known (`no_score`)."""

    program_code: str
    element_code: str
    element_order: int
    ladder: Ladder | None
    counts_equal_pays: bool = True
    is_volume: bool = True
    cap_amount: Decimal | None = None
    has_open_recall_deduction: bool = False
    no_ladder_state: str = "no_objective"


@dataclass(frozen=True)
class ElementFacts:
    """What has happened so far: units, the MSRP of the paid ones, open recalls, gates. `lines` are
    the units one by one, in order, for ladders that pay by line; without them they are taken as
    evenly mixed."""

    counted_units: int
    paid_units: int
    paid_msrp_amount: Decimal = ZERO
    open_recall_units: int = 0
    gates: tuple[GateResult, ...] = ()
    lines: tuple[UnitLine, ...] | None = None

    @property
    def open_recall_share(self) -> Fraction:
        """The share of delivered (counted) units with an open recall; 0 without any."""
        if self.counted_units <= 0:
            return Fraction(0)
        return Fraction(min(self.open_recall_units, self.counted_units), self.counted_units)


@dataclass(frozen=True)
class ElementStanding:
    """Where one element stands. Amounts are dollars and cents; the five add up to before gates."""

    program_code: str
    element_code: str
    element_order: int
    standing_state: str
    counted_units: int
    paid_units: int
    paid_msrp_amount: Decimal
    tier_number: int
    tier_count: int
    amount_before_gates: Decimal
    amount_forfeited: Decimal
    amount_deducted: Decimal
    amount_capped: Decimal
    amount_held: Decimal
    amount_earned: Decimal
    gate_state: GateState | None
    next_tier_number: int | None = None
    next_tier_units: int | None = None
    units_to_next_tier: int | None = None
    next_tier_amount: Decimal | None = None
    worth_of_next_tier_amount: Decimal | None = None


@dataclass(frozen=True)
class ProgramCap:
    """The most that a program pays: dollars, or a share of the MSRP of its paid units."""

    amount: Decimal | None = None
    msrp_share: Decimal | None = None

    def limit(self, paid_msrp_amount: Decimal) -> Decimal | None:
        """The cap in dollars, rounded half up to the cent; None without a cap."""
        limits = [] if self.amount is None else [self.amount]
        if self.msrp_share is not None:
            exact = Fraction(self.msrp_share) * max(Fraction(paid_msrp_amount), Fraction(0))
            limits.append(round_money(exact))
        return min(limits, default=None)


@dataclass(frozen=True)
class ProgramStanding:
    """A program's elements and their sums."""

    program_code: str
    elements: tuple[ElementStanding, ...]
    amount_before_gates: Decimal
    amount_forfeited: Decimal
    amount_deducted: Decimal
    amount_capped: Decimal
    amount_held: Decimal
    amount_earned: Decimal
    worth_of_next_tier_amount: Decimal


def evaluate_element(rules: ElementRules, facts: ElementFacts) -> ElementStanding:
    """One element's standing.

    The amount stays an exact fraction through gates, deduction and cap, and each step's result is
    rounded half up to the cent; so what is earned is rounded once, and the steps add up.
    """
    state = gates_state(facts.gates)
    if rules.ladder is None:
        return _without_ladder(rules, facts, state)
    segment = rules.ladder.segment_at(facts.counted_units)
    before = rules.ladder.amount(
        segment, facts.counted_units, facts.paid_units, facts.paid_msrp_amount, facts.lines
    )
    after_gates = _share_of(before, Fraction(kept_share(facts.gates)) if facts.gates else ONE)
    after_deduction = _share_of(after_gates, _share_after_deduction(rules, facts))
    after_cap = after_deduction
    if rules.cap_amount is not None:
        after_cap = min(after_deduction, Fraction(rules.cap_amount))
    amount_before = round_money(before)
    steps = [
        amount_before if step is before else round_money(step)
        for step in (after_gates, after_deduction, after_cap)
    ]
    held = is_held(facts.gates)
    return ElementStanding(
        program_code=rules.program_code,
        element_code=rules.element_code,
        element_order=rules.element_order,
        standing_state="ok",
        counted_units=facts.counted_units,
        paid_units=facts.paid_units,
        paid_msrp_amount=facts.paid_msrp_amount,
        tier_number=segment.tier_number,
        tier_count=rules.ladder.tier_count,
        amount_before_gates=amount_before,
        amount_forfeited=amount_before - steps[0],
        amount_deducted=steps[0] - steps[1],
        amount_capped=steps[1] - steps[2],
        amount_held=steps[2] if held else ZERO,
        amount_earned=ZERO if held else steps[2],
        gate_state=state,
        **_next_tier(rules.ladder, rules, facts, before),
    )


def _share_of(amount: Fraction | int, share: Fraction) -> Fraction | int:
    return amount if share is ONE else amount * share


def _without_ladder(
    rules: ElementRules, facts: ElementFacts, state: GateState | None
) -> ElementStanding:
    return ElementStanding(
        program_code=rules.program_code,
        element_code=rules.element_code,
        element_order=rules.element_order,
        standing_state=rules.no_ladder_state,
        counted_units=facts.counted_units,
        paid_units=facts.paid_units,
        paid_msrp_amount=facts.paid_msrp_amount,
        tier_number=0,
        tier_count=0,
        amount_before_gates=ZERO,
        amount_forfeited=ZERO,
        amount_deducted=ZERO,
        amount_capped=ZERO,
        amount_held=ZERO,
        amount_earned=ZERO,
        gate_state=state,
    )


def _share_after_deduction(rules: ElementRules, facts: ElementFacts) -> Fraction:
    if not (rules.has_open_recall_deduction and facts.open_recall_units):
        return ONE
    return ONE - facts.open_recall_share


def average_msrp(facts: ElementFacts) -> Decimal:
    """The average MSRP of the paid units to the cent; 0 without any."""
    if facts.paid_units <= 0 or facts.paid_msrp_amount <= 0:
        return ZERO
    top, bottom = facts.paid_msrp_amount.as_integer_ratio()
    return dollars(half_up(100 * top, bottom * facts.paid_units))


def _next_tier(
    ladder: Ladder, rules: ElementRules, facts: ElementFacts, before: Fraction | int
) -> dict[str, Any]:
    """The next tier, if there is one: its edge, the units to it, and what reaching it adds.

    The units to go are sold at the average MSRP so far. They are paid only where every counted
    unit is; otherwise they move the tier alone. The worth is before gates and after the deduction:
    the units to go have no open recall, so today's recalls are a smaller share of more units, as
    in a scenario that adds them.
    """
    target = ladder.next_tier(facts.counted_units)
    if target is None:
        return {}
    added = target.from_units - facts.counted_units
    paid_added = added if rules.counts_equal_pays else 0
    msrp = facts.paid_msrp_amount
    if paid_added and ladder.pays_msrp:
        msrp += paid_added * average_msrp(facts)
    then = ladder.amount(
        target,
        target.from_units,
        facts.paid_units + paid_added,
        msrp,
        _lines_with(ladder, facts, added, paid_added),
    )
    recalled = min(facts.open_recall_units, max(facts.counted_units, 0))
    share_then = _share_after_deduction(
        rules, ElementFacts(target.from_units, 0, open_recall_units=recalled)
    )
    share = _share_after_deduction(rules, facts)
    return {
        "next_tier_number": target.tier_number,
        "next_tier_units": target.from_units,
        "units_to_next_tier": added,
        "next_tier_amount": round_money(then),
        "worth_of_next_tier_amount": round_money(_share_of(then, share_then))
        - round_money(_share_of(before, share)),
    }


def _lines_with(
    ladder: Ladder, facts: ElementFacts, added: int, paid_added: int
) -> tuple[UnitLine, ...] | None:
    """The lines so far and the units to go, in pay groups as so far."""
    if facts.lines is None or ladder.by_line is None:
        return None
    if not paid_added:
        return (*facts.lines, UnitLine(added))
    first = ladder.by_line.brackets[0].pays[0].pay_group_code
    parts = mixed_parts(facts.lines, paid_added, average_msrp(facts), first)
    return (*facts.lines, UnitLine(added, parts))


def evaluate_program(
    program_code: str,
    elements: Sequence[tuple[ElementRules, ElementFacts]],
    cap: ProgramCap | None = None,
    paid_msrp_amount: Decimal = ZERO,
) -> ProgramStanding:
    """A program's standing: its elements added up, under its cap.

    `paid_msrp_amount` is the MSRP of the units that any element pays, each unit once. The cap keeps
    earned elements before held ones, each in order of element; later ones lose first.
    """
    standings = [evaluate_element(rules, facts) for rules, facts in elements]
    standings.sort(key=lambda standing: (standing.element_order, standing.element_code))
    limit = (cap or ProgramCap()).limit(paid_msrp_amount)
    if limit is not None:
        standings = _under_cap(standings, limit)
    return ProgramStanding(
        program_code=program_code,
        elements=tuple(standings),
        amount_before_gates=_sum(standing.amount_before_gates for standing in standings),
        amount_forfeited=_sum(standing.amount_forfeited for standing in standings),
        amount_deducted=_sum(standing.amount_deducted for standing in standings),
        amount_capped=_sum(standing.amount_capped for standing in standings),
        amount_held=_sum(standing.amount_held for standing in standings),
        amount_earned=_sum(standing.amount_earned for standing in standings),
        worth_of_next_tier_amount=_sum(
            standing.worth_of_next_tier_amount or ZERO for standing in standings
        ),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)


def _under_cap(standings: list[ElementStanding], limit: Decimal) -> list[ElementStanding]:
    left, capped = limit, {}
    for standing in sorted(standings, key=lambda found: found.amount_held > 0):
        amount = standing.amount_earned + standing.amount_held
        kept = min(amount, left)
        left -= kept
        if kept == amount:
            capped[standing.element_code] = standing
            continue
        capped[standing.element_code] = replace(
            standing,
            amount_earned=kept if standing.amount_held == 0 else ZERO,
            amount_held=kept if standing.amount_held > 0 else ZERO,
            amount_capped=standing.amount_capped + amount - kept,
        )
    return [capped[standing.element_code] for standing in standings]
