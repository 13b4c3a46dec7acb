"""What next: the moves that could be made, the limits on them, and the plan that was found.

Here: honest moves only. Units still to be sold to customers, cars already delivered and not yet
reported, gates still to be met. No move holds a date, a delivery or a sale type to be changed.
Not here: what moves are worth (plan_tables.py), the search (plan_search.py), words (plan_words.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from programs.alike import Weights, Whole
from programs.element_cents import ElementSamples
from programs.errors import StairstepError
from programs.gates import GateState
from programs.scenario import ElementKey
from programs.settled_samples import Across
from programs.standing import ProgramCap

# What a store can do more of by selling. A loaner, demo or fleet code is no customer's sale.
CustomerSale = Literal["retail", "lease"]
GateKey = tuple[str, str]


class PlanError(StairstepError):
    """A move, limit or goal that can't be planned with."""


@dataclass(frozen=True)
class ProgramOutlook:
    """One program of one rooftop and period with its joint samples: sample i of every element and
    of every program is one possible period end, known units included.

    `paid_msrp_cents` counts each paid unit once; only a cap that is a share of MSRP, and rules over
    several periods (`across`), need it. `weights`: how many draws each sample stands for, where
    those that are alike are one.
    """

    program_code: str
    program_name: str
    period_code: str
    elements: tuple[ElementSamples, ...]
    cap: ProgramCap = ProgramCap()
    paid_msrp_cents: Whole | None = None
    across: Across | None = None
    weights: Weights | None = None

    @property
    def draws(self) -> int:
        if self.weights is not None:
            return self.weights.total
        return len(self.elements[0].counted_units)

    @property
    def keys(self) -> tuple[ElementKey, ...]:
        """(program, element) of each element, in order."""
        return tuple((self.program_code, found.rules.element_code) for found in self.elements)


@dataclass(frozen=True)
class SellMore:
    """Units of one model line that could be sold beyond what the samples hold.

    `unit_costs_cents` is what the first, second, ... extra unit costs, never less than the one
    before; there are as many as there are cars that can be delivered before the period ends.
    """

    code: str
    label: str
    unit_costs_cents: tuple[int, ...]
    msrp_cents: int = 0
    counted_by: frozenset[ElementKey] = frozenset()
    paid_by: frozenset[ElementKey] = frozenset()
    sale_type: CustomerSale = "retail"

    def __post_init__(self) -> None:
        if self.sale_type not in get_args(CustomerSale):
            raise PlanError(
                f"{self.label}: a plan proposes sales to customers (retail or lease), "
                f"not '{self.sale_type}'"
            )
        costs = self.unit_costs_cents
        for number, (one, after) in enumerate(zip(costs, costs[1:], strict=False), 2):
            if after < one:
                raise PlanError(
                    f"{self.label}: unit {number} costs {after / 100:,.2f}, less than the one "
                    f"before ({one / 100:,.2f}); give costs that never fall"
                )


@dataclass(frozen=True)
class ReportDelivered:
    """One car that the store delivered and whose report is missing or was rejected, as the store's
    own books have it. `as_of_date` is the day of planning: what isn't delivered by then can't be
    reported."""

    code: str
    label: str
    vin: str
    delivered_date: datetime.date
    as_of_date: datetime.date
    cost_cents: int = 0
    msrp_cents: int = 0
    counted_by: frozenset[ElementKey] = frozenset()
    paid_by: frozenset[ElementKey] = frozenset()

    def __post_init__(self) -> None:
        if self.delivered_date > self.as_of_date:
            raise PlanError(
                f"{self.vin}: not delivered by {self.as_of_date}, so it can't be reported"
            )

    @property
    def unit_costs_cents(self) -> tuple[int, ...]:
        return (self.cost_cents,)


@dataclass(frozen=True)
class CloseGate:
    """Work that meets gates which aren't met today: training, an item, a score. `closes` names
    (program, gate) pairs."""

    code: str
    label: str
    cost_cents: int
    closes: frozenset[GateKey]


Units = SellMore | ReportDelivered
Move = SellMore | ReportDelivered | CloseGate


@dataclass(frozen=True)
class Limits:
    """What the manager sets. `extra_units`: the most units sold beyond the forecast in all, by
    hand or from the selling days left."""

    budget_cents: int | None = None
    extra_units: int | None = None

    def __post_init__(self) -> None:
        for name, value in (("budget", self.budget_cents), ("units", self.extra_units)):
            if value is not None and value < 0:
                raise PlanError(f"a limit of {value} on {name} can't be kept; give 0 or more")


@dataclass(frozen=True)
class Choice:
    """How many units of which moves, and which gates, by code. What isn't named isn't done."""

    units: Mapping[str, int] = field(default_factory=dict)
    gates: frozenset[str] = frozenset()

    @property
    def unit_count(self) -> int:
        return sum(self.units.values())


@dataclass(frozen=True)
class Plan:
    """A choice with its exact figures, in cents. Expected amounts are means over the samples, gates
    as they are drawn (where none are, those not decided yet are taken as met). No other plan is
    better by more than `gap_cents` (nets more; for the cheapest way to an amount: costs less), as
    the search proved."""

    choice: Choice
    cost_cents: int
    expected_before_cents: Fraction
    expected_after_cents: Fraction
    gap_cents: Fraction

    @property
    def gain_cents(self) -> Fraction:
        """Expected cents more than without the plan, before its cost."""
        return self.expected_after_cents - self.expected_before_cents

    @property
    def net_cents(self) -> Fraction:
        """Expected cents more than without the plan, after its cost."""
        return self.gain_cents - self.cost_cents

    @property
    def is_proven(self) -> bool:
        """Whether no other plan is better by a cent or more."""
        return self.gap_cents < 1


def unmet(outlooks: Iterable[ProgramOutlook]) -> set[GateKey]:
    """The gates that are not met today, not decided yet, or not met in some sample."""
    return {
        (outlook.program_code, gate.gate_code)
        for outlook in outlooks
        for element in outlook.elements
        for gate in element.gates
        if gate.state is not GateState.MET or gate in element.gates_at_risk()
    }


def check_moves(outlooks: Sequence[ProgramOutlook], moves: Sequence[Move]) -> None:
    """Raises PlanError for codes used twice, moves of programs that aren't there, samples that
    aren't joint, and gates that are not open to be closed."""
    codes = [move.code for move in moves]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    if twice:
        raise PlanError(f"moves need codes of their own; twice: {', '.join(twice)}")
    names = [outlook.program_code for outlook in outlooks]
    if len(set(names)) < len(names):
        raise PlanError("a program is given twice; plan one open period of each")
    if len({outlook.draws for outlook in outlooks}) > 1:
        raise PlanError("the programs' samples differ in number, so they aren't joint")
    if any(outlook.draws == 0 for outlook in outlooks):
        raise PlanError("there are no samples to plan with; run the forecast first")
    left = unmet(outlooks)
    for move in moves:
        if isinstance(move, CloseGate) and not move.closes & left:
            raise PlanError(f"{move.label}: there is no such gate left to meet")
