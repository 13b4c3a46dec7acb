"""What units are to the elements of a version: how many count and are paid, their MSRP and recalls.

Here: units of some classes through the filters, added up. Not here: one class against one filter
(filters.py), objectives, scores and gates (program_states.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.filters import ElementFilter, UnitClass
from programs.money import ZERO
from programs.pay_lines import PaidPart, UnitLine


@dataclass(frozen=True)
class SoldUnits:
    """Units of one class, one after another in order; negative: sales of an earlier period taken
    back. `msrp_amount` is theirs together."""

    unit: UnitClass
    units: int
    msrp_amount: Decimal = ZERO
    open_recalls: int = 0


@dataclass(frozen=True)
class ElementSums:
    """What some units are to one element; `lines` where it pays line by line."""

    counted_units: int = 0
    paid_units: int = 0
    paid_msrp_amount: Decimal = ZERO
    open_recall_units: int = 0
    lines: tuple[UnitLine, ...] | None = None


@dataclass(frozen=True)
class UnitSums:
    """What some units are to each element of a version, in order, and the MSRP of those that any
    element pays, each once."""

    elements: tuple[ElementSums, ...]
    paid_msrp_amount: Decimal


def unit_sums(filters: Sequence[ElementFilter], sold: Sequence[SoldUnits]) -> UnitSums:
    """Units through the filters of a version's elements."""
    elements = tuple(_element_sums(found, sold) for found in filters)
    if len(elements) == 1:
        return UnitSums(elements, elements[0].paid_msrp_amount)
    paid_once = (
        one.msrp_amount
        for one in sold
        if any(found.membership(one.unit).is_paid for found in filters)
    )
    return UnitSums(elements, sum(paid_once, ZERO))


def _element_sums(found: ElementFilter, sold: Sequence[SoldUnits]) -> ElementSums:
    counted, paid, msrp, recalls = 0, 0, ZERO, 0
    for one in sold:
        member = found.membership(one.unit)
        if member.is_counted:
            counted += one.units
            recalls += one.open_recalls
        if member.is_paid:
            paid += one.units
            msrp += one.msrp_amount
    lines = _lines(found, sold) if found.is_paid_by_line else None
    return ElementSums(counted, paid, msrp, recalls, lines)


def _lines(found: ElementFilter, sold: Sequence[SoldUnits]) -> tuple[UnitLine, ...]:
    """The units that one element counts or pays, in order."""
    lines = []
    for units in sold:
        member = found.membership(units.unit)
        if not (member.is_counted or member.is_paid):
            continue
        paid = ()
        if member.is_paid and member.pay_group_code is not None:
            paid = (PaidPart(member.pay_group_code, units.units, units.msrp_amount),)
        lines.append(UnitLine(units.units if member.is_counted else 0, paid))
    return tuple(lines)
