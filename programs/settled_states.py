"""A period's state from what the marts have counted: elements, gates and, where pay goes by line,
units.

Here: rows of one rooftop, program and period as the settlement takes them. Nothing is counted or
judged anew, so SQL and settlement stand on the same figures.
Not here: the rules over several periods (settlement.py), reading the rows (orchestration).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.calendars import Period
from programs.gates import GateResult, GateState
from programs.ladder_rules import cap_base, is_paid_by_line
from programs.pay_lines import unit_lines
from programs.program_states import (
    ElementInputs,
    PeriodInputs,
    PeriodState,
    element_rules,
    target_units,
    waived_tier_of,
)
from programs.rule_models import Element, RuleVersion
from programs.standing import ElementFacts

Row = Mapping[str, Any]


@dataclass(frozen=True)
class StrikeItem:
    """One strike against the dealer code, dated."""

    day: datetime.date
    item_code: str


@dataclass(frozen=True)
class UnwoundUnit:
    """A paid unit of an earlier period, and the days from its sale to its unwind in this one."""

    vin: str
    period_code: str
    days: int


@dataclass(frozen=True)
class CountedPeriod:
    """One rooftop, program and period as it was counted. Rows are by element, each with its
    pending units beside; `strikes` are all of the dealer code up to the as-of date."""

    period: Period
    is_open: bool
    elements: Sequence[Row]
    gates: Sequence[Row] = ()
    lines: Sequence[Row] = ()
    paid_msrp_amount: Decimal = Decimal(0)
    pending_paid_msrp_amount: Decimal = Decimal(0)
    strikes: tuple[StrikeItem, ...] = ()
    unwound: tuple[UnwoundUnit, ...] = ()

    @property
    def has_pending(self) -> bool:
        """Whether any element has pending units, counted or paid."""
        return any(row["pending_units"] or row["pending_paid_units"] for row in self.elements)


def counted_state(
    rules: RuleVersion, counted: CountedPeriod, *, with_pending: bool = False
) -> PeriodState:
    """The state as it stands, or as it would with every pending unit reported under today's
    gates."""
    inputs = _inputs(rules, counted)
    rows = {row["element_code"]: row for row in counted.elements}
    gates, lines = _by_element(counted.gates), _by_element(counted.lines)
    elements = tuple(
        _element(
            rules,
            element,
            order,
            inputs,
            rows[element.element],
            _facts(
                element,
                rows[element.element],
                gates[element.element],
                lines[element.element],
                with_pending,
            ),
        )
        for order, element in enumerate(rules.elements, 1)
    )
    pending = counted.pending_paid_msrp_amount if with_pending else Decimal(0)
    return PeriodState(rules, inputs, elements, counted.paid_msrp_amount + pending)


def _inputs(rules: RuleVersion, counted: CountedPeriod) -> PeriodInputs:
    objectives, bases = {}, {}
    rows = {row["element_code"]: row for row in counted.elements}
    for element in rules.elements:
        row, of = rows[element.element], cap_base(element)
        objective, base = row["objective_units"], row["base_units"]
        # What only a cap is a share of is no target, and stands apart.
        if of == "objective" and objective is None:
            objective = row["cap_base_units"]
        if of == "last_year" and base is None:
            base = row["cap_base_units"]
        objectives[element.element], bases[element.element] = objective, base
    return PeriodInputs(
        period=counted.period,
        objectives=objectives,
        bases=bases,
        is_open=counted.is_open,
        dealer_strikes=tuple(strike.day for strike in counted.strikes),
        unwound=tuple((1, unit.days) for unit in counted.unwound),
    )


def _element(
    rules: RuleVersion,
    element: Element,
    order: int,
    inputs: PeriodInputs,
    row: Row,
    facts: ElementFacts,
) -> ElementInputs:
    target = target_units(element, inputs)
    found = element_rules(
        rules,
        element,
        order,
        target,
        cap_base_units=row["cap_base_units"],
        fixed_tier=row["fixed_tier_number"],
    )
    is_waived = waived_tier_of(element, inputs.period_code) is not None
    return ElementInputs(element, found, facts, target, is_waived)


def _facts(
    element: Element,
    row: Row,
    gates: Sequence[Row],
    lines: Sequence[Row],
    with_pending: bool,
) -> ElementFacts:
    def units(name: str, pending: str) -> int:
        return row[name] + (row[pending] if with_pending else 0)

    msrp = row["pending_paid_msrp_amount"] if with_pending else Decimal(0)
    return ElementFacts(
        counted_units=units("reported_units", "pending_units"),
        paid_units=units("paid_units", "pending_paid_units"),
        paid_msrp_amount=row["paid_msrp_amount"] + msrp,
        open_recall_units=units("open_recall_units", "pending_open_recall_units"),
        gates=tuple(_gate(gate) for gate in gates),
        lines=unit_lines(lines, with_pending=with_pending) if is_paid_by_line(element) else None,
    )


def _gate(row: Row) -> GateResult:
    state = GateState(row["gate_state_rank"])
    return GateResult(row["gate_code"], state, row["effect"], row["reduce_to_share"])


def _by_element(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["element_code"]].append(row)
    return found
