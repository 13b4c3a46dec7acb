"""Settlement: what a program finally pays over several periods, each change under its own name.

Here: periods earned back, bonuses over a window, strikes and chargebacks, as pure functions of
each period's state. docs/rulebooks/meaning.md, "Across periods", says the same in words.
Not here: one period alone (standing.py); several programs (stacking.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from programs.gates import is_held, kept_share
from programs.money import ZERO, round_money, round_units
from programs.program_states import PeriodState
from programs.rule_across import AllPeriods, CatchUp, Chargeback, LastPeriod, Strikes
from programs.rule_models import Element
from programs.spans import Window, months_before
from programs.standing import ProgramStanding


@dataclass(frozen=True)
class Adjustment:
    """One named change of a period's amounts. `kind` is what sort of rule made it, `code` which,
    `stated_by` the program whose rulebook has it."""

    kind: str
    code: str
    amount_earned: Decimal
    amount_held: Decimal
    stated_by: str


@dataclass(frozen=True)
class SettledPeriod:
    """One period of one program: its own standing, and what the rules around it make of it.

    `standing` is the period alone. amount_earned and amount_held are the standing's and all
    adjustments' together.
    """

    program_code: str
    period_code: str
    standing: ProgramStanding
    paid_msrp_amount: Decimal
    adjustments: tuple[Adjustment, ...] = ()
    # The tiers of its elements as they stand, also where they were earned back.
    tiers: Mapping[str, int] | None = None

    @property
    def amount_earned(self) -> Decimal:
        changes = (change.amount_earned for change in self.adjustments)
        return sum(changes, self.standing.amount_earned)

    @property
    def amount_held(self) -> Decimal:
        changes = (change.amount_held for change in self.adjustments)
        return sum(changes, self.standing.amount_held)

    def with_change(
        self, kind: str, code: str, earned: Decimal, held: Decimal, *, stated_by: str | None = None
    ) -> SettledPeriod:
        """This period with one more adjustment, by a rule of its own program unless another states
        it; one of nothing is left out."""
        if not earned and not held:
            return self
        change = Adjustment(kind, code, earned, held, stated_by or self.program_code)
        return replace(self, adjustments=(*self.adjustments, change))


def settle_program(
    states: Sequence[PeriodState], windows: Mapping[str, Sequence[Window]]
) -> tuple[SettledPeriod, ...]:
    """Each period of one program and rooftop, settled.

    `states` are the periods that have begun, in order. `windows` are by what a rule is `within`,
    each with all its periods, begun or not. A window goes by the rules of the last of its periods
    that has begun.
    """
    forced = _Forced(states)
    for rule, members, window in _rules(states, windows, (CatchUp, LastPeriod)):
        for state in _earned_back(rule, members, window):
            forced.raise_to(state, rule)
    settled = forced.settled()
    for rule, members, window in _rules(states, windows, (AllPeriods,)):
        earned, held = _bonus(rule, members, window, forced)
        last = members[-1].inputs.period_code
        settled[last] = settled[last].with_change(rule.kind, rule.rule, earned, held)
    for state, code, share in _struck(states):
        here = settled[state.inputs.period_code]
        earned = -round_money(Fraction(here.amount_earned) * Fraction(share))
        held = -round_money(Fraction(here.amount_held) * Fraction(share))
        settled[here.period_code] = here.with_change("strikes", code, earned, held)
    for state in states:
        here = settled[state.inputs.period_code]
        for deduction in state.rules.deductions:
            if isinstance(deduction, Chargeback):
                here = _charged_back(here, deduction, state)
        settled[here.period_code] = here
    return tuple(settled.values())


Rule = CatchUp | LastPeriod | AllPeriods


def _rules(
    states: Sequence[PeriodState],
    windows: Mapping[str, Sequence[Window]],
    kinds: tuple[type, ...],
) -> Iterator[tuple[Rule, list[PeriodState], Window]]:
    """Each rule of some kinds with each window it looks at and that window's begun periods."""
    by_code = {state.inputs.period_code: state for state in states}
    for within, found in windows.items():
        for window in found:
            members = [by_code[code] for code in window.period_codes if code in by_code]
            for rule in members[-1].rules.across if members else ():
                if rule.within == within and isinstance(rule, kinds):
                    having = [member for member in members if member.element(rule.element)]
                    if having:
                        yield rule, having, window


class _Forced:
    """Elements that stand at a tier which their own units don't reach, and what that changes."""

    def __init__(self, states: Sequence[PeriodState]) -> None:
        self._states = {state.inputs.period_code: state for state in states}
        self._tiers: dict[str, dict[str, int]] = {code: {} for code in self._states}
        self._settled = {
            code: SettledPeriod(
                state.rules.program, code, state.standing(), state.paid_msrp_amount
            )
            for code, state in self._states.items()
        }

    def raise_to(self, state: PeriodState, rule: CatchUp | LastPeriod) -> None:
        """Raise one element of one period to the rule's tier, where it stands lower."""
        code, tier = state.inputs.period_code, _tier_within(state, rule)
        if self.tier(state, rule.element) >= tier:
            return
        before = state.standing(self._tiers[code])
        self._tiers[code][rule.element] = tier
        after = state.standing(self._tiers[code])
        self._settled[code] = self._settled[code].with_change(
            rule.kind,
            rule.rule,
            after.amount_earned - before.amount_earned,
            after.amount_held - before.amount_held,
        )

    def tier(self, state: PeriodState, element: str) -> int:
        """The tier an element stands at, earned back or by itself."""
        return max(self._tiers[state.inputs.period_code].get(element, 0), own_tier(state, element))

    def settled(self) -> dict[str, SettledPeriod]:
        """The periods so far, by code and in order."""
        return {
            code: replace(
                found,
                tiers={
                    element.element.element: self.tier(self._states[code], element.element.element)
                    for element in self._states[code].elements
                },
            )
            for code, found in self._settled.items()
        }


def own_tier(state: PeriodState, element_code: str) -> int:
    """The tier that an element's own units (or score, or waiver) reach."""
    found = state.element(element_code)
    if found is None or found.rules.ladder is None:
        return 0
    return found.rules.ladder.segment_at(found.facts.counted_units).tier_number


def _tier_within(state: PeriodState, rule: CatchUp | LastPeriod) -> int:
    """The rule's tier, or the highest that the period has where its own version has fewer."""
    found = state.element(rule.element)
    return rule.tier if found is None else min(rule.tier, len(found.element.tiers.bands))


def _earned_back(rule: Rule, members: list[PeriodState], window: Window) -> Iterator[PeriodState]:
    """The missed periods of a window that a rule earns back."""
    if isinstance(rule, AllPeriods):
        return
    missed = [
        index
        for index, state in enumerate(members)
        if own_tier(state, rule.element) < _tier_within(state, rule)
    ]
    is_last_begun = members[-1].inputs.period_code == window.period_codes[-1]
    if isinstance(rule, LastPeriod):
        if is_last_begun and own_tier(members[-1], rule.element) >= rule.reaches:
            yield from (members[index] for index in missed if index < len(members) - 1)
        return
    element = members[-1].rules.element(rule.element)
    if rule.judged == "window_end":
        if is_last_begun and _reached_together(rule, element, members):
            yield from (members[index] for index in missed)
        return
    reached = [
        _reached_together(rule, element, members[: end + 1]) for end in range(len(members))
    ]
    yield from (members[index] for index in missed if any(reached[index:]))


def _reached_together(rule: CatchUp, element: Element, members: Sequence[PeriodState]) -> bool:
    """Whether some periods together reach the edge of the tier, as the window's version states the
    element, on their summed targets.

    A period whose objective is waived adds neither units nor objective.
    """
    found = [state.element(rule.element) for state in members]
    measured = [inputs for inputs in found if inputs is not None and not inputs.is_waived]
    if not measured:
        return False
    counted = sum(one.facts.counted_units for one in measured)
    # A period whose own version sets no target has none to add, whatever the portal says.
    targets = [
        one.target_units if one.element.against.target in ("objective", "last_year") else None
        for one in measured
    ]
    if element.against.target == "units":
        targets = [100 for _ in measured]  # the edge itself, once for each period
    if any(target is None for target in targets) or not sum(targets):
        return False
    return counted >= _edge(element, rule.tier, sum(targets))


def _edge(element: Element, tier: int, target: int) -> int:
    exact = Fraction(element.tiers.bands[tier - 1].from_edge) * target / 100
    return round_units(exact, element.tiers.rounding)


def _bonus(
    rule: AllPeriods, members: list[PeriodState], window: Window, forced: _Forced
) -> tuple[Decimal, Decimal]:
    """What a window's bonus earns and holds.

    Per unit and share of MSRP go by each period's paid units, each after that period's own gates
    and deduction; a flat amount after the hardest of them. Rounded once, on the whole.
    """
    tier_of = forced.tier if rule.caught_up_counts else own_tier
    begun = {state.inputs.period_code for state in members}
    is_whole = begun == set(window.period_codes)
    if not is_whole or any(tier_of(state, rule.element) < rule.tier for state in members):
        return ZERO, ZERO
    facts = [found.facts for state in members if (found := state.element(rule.element))]
    pays, total = rule.pays, Fraction(0)
    for state, fact in zip(members, facts, strict=True):
        found = state.element(rule.element)
        left = Fraction(kept_share(fact.gates))
        if found is not None and found.rules.has_open_recall_deduction:
            left *= 1 - fact.open_recall_share
        units, msrp = max(fact.paid_units, 0), max(Fraction(fact.paid_msrp_amount), Fraction(0))
        per_unit = Fraction(pays.per_unit or 0) * units
        total += (per_unit + Fraction(pays.msrp_percent or 0) / 100 * msrp) * left
    total += Fraction(pays.flat or 0) * Fraction(min(kept_share(fact.gates) for fact in facts))
    amount = round_money(total)
    return (ZERO, amount) if any(is_held(fact.gates) for fact in facts) else (amount, ZERO)


def _struck(states: Sequence[PeriodState]) -> Iterator[tuple[PeriodState, str, Decimal]]:
    """Periods of which strikes take a share, with the deduction's code and the share."""
    told = sorted(day for state in states for day in state.inputs.strikes)
    suspended: dict[str, int] = {}
    for state in states:
        for deduction in state.rules.deductions:
            if not isinstance(deduction, Strikes):
                continue
            left = suspended.get(deduction.deduction, 0)
            share = Decimal(1) if left else Decimal(0)
            suspends = 0
            known = state.inputs.dealer_strikes
            strikes = told if known is None else sorted(known)
            for number in _numbers(deduction, state, strikes):
                step = [found for found in deduction.steps if found.strike <= number][-1:]
                share = max([share, *(found.takes_percent / 100 for found in step)])
                suspends = max([suspends, *(found.suspends_periods for found in step)])
            if share:
                yield state, deduction.deduction, share
            suspended[deduction.deduction] = max(left - 1, suspends)


def _numbers(
    deduction: Strikes, state: PeriodState, strikes: Iterable[datetime.date]
) -> Iterator[int]:
    """The number, in its rolling months, of each strike that falls into a period."""
    earlier: list[datetime.date] = []
    for day in strikes:
        earlier.append(day)
        period = state.inputs.period
        if day in state.inputs.strikes if period is None else period.contains(day):
            since = months_before(day, deduction.rolling_months)
            yield sum(1 for other in earlier if other > since)


def _charged_back(
    here: SettledPeriod, deduction: Chargeback, state: PeriodState
) -> SettledPeriod:
    """Dollars for units of earlier periods unwound in this one: of what is earned first, then of
    what is held, and never more than there is."""
    units = sum(
        units
        for units, days in state.inputs.unwound
        if deduction.look_back_days is None or days <= deduction.look_back_days
    )
    amount = deduction.per_unit * units
    earned = min(amount, here.amount_earned)
    held = min(amount - earned, here.amount_held)
    return here.with_change(deduction.kind, deduction.deduction, -earned, -held)
