"""What an open period pays over many samples where rules over several periods reach it.

Here: each distinct end of the period among the samples, settled once (settlement.py) with the
periods before it, and mapped back. So every sample is what its standing would be, to the cent.
Not here: what the period pays alone (samples.py), rules between programs (stacking_samples.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from programs.alike import Whole
from programs.element_cents import ElementSamples
from programs.gates import GateState
from programs.line_samples import LinesAhead
from programs.money import cents_half_up, dollars
from programs.program_states import ElementInputs, PeriodState
from programs.rule_across import AllPeriods, Strikes
from programs.samples import ProgramCents
from programs.settlement import SettledPeriod, settle_program
from programs.spans import Window
from programs.standing import ElementFacts

Windows = Mapping[str, Sequence[Window]]
Paid = tuple[int, int]  # cents earned and held


@dataclass(frozen=True)
class Across:
    """What an open period is settled with: the periods before it that share a rule with it, and
    itself as reported so far. changed: itself under other rules or objectives, where it ends
    under those."""

    earlier: tuple[PeriodState, ...]
    now: PeriodState
    windows: Windows
    changed: PeriodState | None = None

    @property
    def then(self) -> PeriodState:
        """The period whose rules and objectives the ends go by."""
        return self.changed or self.now

    def under(self, state: PeriodState) -> Across:
        """The same where the period stands otherwise; its strikes and unwinds stay."""
        known = self.now.inputs
        inputs = replace(
            state.inputs, dealer_strikes=known.dealer_strikes, unwound=known.unwound
        )
        return replace(self, changed=replace(state, inputs=inputs))

    @cached_property
    def settled_so_far(self) -> Paid:
        """What the earlier periods stand at today."""
        return self._earlier_cents(self.now)[1]

    @property
    def pays_msrp(self) -> bool:
        """Whether a bonus over periods is a share of MSRP."""
        return any(
            isinstance(rule, AllPeriods) and bool(rule.pays.msrp_percent)
            for state in (*self.earlier, self.then)
            for rule in state.rules.across
        )

    def settle(self, then: PeriodState) -> tuple[Paid, Paid]:
        """The period's own cents as it ends, and what its end changes of the earlier ones."""
        own, earlier = self._earlier_cents(then)
        before = self.settled_so_far
        return own, (earlier[0] - before[0], earlier[1] - before[1])

    def _earlier_cents(self, then: PeriodState) -> tuple[Paid, Paid]:
        *earlier, own = settle_program((*self.earlier, then), self.windows)
        return _cents([own]), _cents(earlier)


def _cents(settled: Sequence[SettledPeriod]) -> Paid:
    return (
        sum(cents_half_up(one.amount_earned) for one in settled),
        sum(cents_half_up(one.amount_held) for one in settled),
    )


def across(states: Sequence[PeriodState], windows: Windows) -> Across | None:
    """The last of some periods with those that its pay hangs on; None where it stands alone."""
    *earlier, now = states
    if not any(state.rules.across or state.rules.deductions for state in states):
        return None
    # A suspension is handed on from period to period.
    is_struck = any(
        isinstance(one, Strikes) for state in states for one in state.rules.deductions
    )
    near = {state.inputs.period_code for state in states} if is_struck else _near(now, windows)
    return Across(
        tuple(state for state in earlier if state.inputs.period_code in near), now, windows
    )


def _near(now: PeriodState, windows: Windows) -> set[str]:
    """The periods that share a window with one, or with another that does."""
    found, before = {now.inputs.period_code}, set()
    while found != before:
        before = set(found)
        for window in (one for windows_of in windows.values() for one in windows_of):
            if found & set(window.period_codes):
                found |= set(window.period_codes)
    return found


def settled(
    alone: ProgramCents,
    context: Across,
    elements: Sequence[ElementSamples],
    paid_msrp_cents: Whole,
) -> ProgramCents:
    """A program's cents with the rules over several periods, from its cents alone."""
    by_msrp = context.pays_msrp or context.then.rules.caps.msrp_percent is not None
    rows = [paid_msrp_cents] if by_msrp else []
    for samples in elements:
        told = by_msrp or samples.goes_by_msrp
        rows += (samples if told else samples.without_msrp()).arrays()
    _, first, which = np.unique(
        np.stack(rows).astype(np.int64), axis=1, return_index=True, return_inverse=True
    )
    ends = _Ends(context.then, elements, paid_msrp_cents)
    cents = [(*own, *back) for own, back in (context.settle(ends.at(i)) for i in first.tolist())]
    earned, held, earned_back, held_back = np.array(cents, dtype=np.int64)[which.reshape(-1)].T
    return replace(
        alone, earned=earned, held=held, earned_back=earned_back, held_back=held_back
    )


class _Ends:
    """The open period as it ends in each sample."""

    def __init__(
        self, now: PeriodState, elements: Sequence[ElementSamples], paid_msrp_cents: Whole
    ) -> None:
        self._now, self._msrp = now, paid_msrp_cents
        self._elements = {samples.rules.element_code: samples for samples in elements}

    def at(self, index: int) -> PeriodState:
        """One sample's."""
        return replace(
            self._now,
            elements=tuple(
                _ended(found, self._elements[found.element.element], index)
                for found in self._now.elements
            ),
            paid_msrp_amount=dollars(int(self._msrp[index])),
        )


def _ended(found: ElementInputs, samples: ElementSamples, index: int) -> ElementInputs:
    ladder = samples.rules.ladder
    if samples.score_tiers is not None:
        ladder = samples.tier_ladders.get(int(samples.score_tiers[index]))
    lines = None
    if ladder is not None and ladder.by_line is not None:
        lines = (*samples.lines, *LinesAhead(samples, ladder.by_line).of(index))
    gates = samples.gates
    if samples.gate_states:
        gates = tuple(
            replace(gate, state=GateState(int(states[index])))
            for gate, states in zip(gates, samples.gate_states, strict=True)
        )
    return replace(
        found,
        rules=replace(found.rules, ladder=ladder),
        facts=ElementFacts(
            counted_units=int(samples.counted_units[index]),
            paid_units=int(samples.paid_units[index]),
            paid_msrp_amount=dollars(int(samples.paid_msrp_cents[index])),
            open_recall_units=samples.open_recall_units,
            gates=gates,
            lines=lines,
        ),
    )
