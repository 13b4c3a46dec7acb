"""A program's position with cars sold besides, from its sums: nothing is counted anew.

Here: when sums are enough, and how they move; a test holds it to the position counted anew
(positions.py). Not here: other changes, amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from programs.calendars import Period
from programs.changes import Facts, SoldCars
from programs.filters import filters_of
from programs.ladder_rules import is_paid_by_line
from programs.money import ZERO, cents_half_up
from programs.outcomes import Position
from programs.program_states import leaves_of
from programs.rule_models import RuleVersion
from programs.same import Same

# Where a gate goes by the units themselves.
BY_UNITS = ("element_units", "element_attainment")


def adds_up(rules: RuleVersion, sold: Sequence[SoldCars]) -> bool:
    """Whether more cars move nothing of a program but its sums: none is paid by itself, no gate
    goes by how many there are, and their MSRP is in whole cents."""
    return _is_summed(Same(rules)) and all(
        one.msrp_amount == one.msrp_amount.quantize(ZERO) for one in sold
    )


@lru_cache(maxsize=512)
def _is_summed(same: Same[RuleVersion]) -> bool:
    rules = same.part
    return not any(is_paid_by_line(element) for element in rules.elements) and not any(
        leaf.within_days is not None or leaf.metric_source in BY_UNITS for leaf in leaves_of(rules)
    )


def beside(base: Position, facts: Facts, sold: Sequence[SoldCars]) -> Position:
    """A position with cars sold besides, where they add up: the units and MSRP so far and in every
    sample move by theirs. `facts` are the base's own."""
    filters = filters_of(facts.rules)
    moves = [
        (one.unit, _units_in(facts.period, one), one.msrp_amount)
        for one in sold
    ]
    elements, samples = [], []
    for one, element, drawn in zip(
        filters, base.state.elements, base.outlook.elements, strict=True
    ):
        members = [(one.membership(unit), units, msrp) for unit, units, msrp in moves]
        counted = sum(units for member, units, _ in members if member.is_counted)
        paid = sum(units for member, units, _ in members if member.is_paid)
        msrp = sum((units * msrp for member, units, msrp in members if member.is_paid), ZERO)
        elements.append(
            replace(
                element,
                facts=replace(
                    element.facts,
                    counted_units=element.facts.counted_units + counted,
                    paid_units=element.facts.paid_units + paid,
                    paid_msrp_amount=element.facts.paid_msrp_amount + msrp,
                    lines=None,
                ),
            )
        )
        samples.append(
            replace(
                drawn,
                counted_units=drawn.counted_units + counted,
                paid_units=drawn.paid_units + paid,
                paid_msrp_cents=drawn.paid_msrp_cents + cents_half_up(msrp),
            )
        )
    once = sum(
        (
            units * msrp
            for unit, units, msrp in moves
            if any(one.membership(unit).is_paid for one in filters)
        ),
        ZERO,
    )
    paid_cents = base.outlook.paid_msrp_cents
    return Position(
        replace(
            base.state,
            elements=tuple(elements),
            paid_msrp_amount=base.state.paid_msrp_amount + once,
        ),
        replace(
            base.outlook,
            elements=tuple(samples),
            paid_msrp_cents=None if paid_cents is None else paid_cents + cents_half_up(once),
        ),
    )


def _units_in(period: Period, sold: SoldCars) -> int:
    """The units of some cars whose days fall into a period."""
    return sum(car.units for car in sold.cars(1) if period.contains(car.counting_date))
