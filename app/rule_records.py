"""The records that a what-if reads: rules of amounts, and what a rooftop sells.

Belongs here: shapes beside those of app/records.py, which says how a record is read. What is made
of them is app/levers.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from app.records import Record


@dataclass(frozen=True)
class ElementLimit(Record):
    """What caps and deducts an element's amount."""

    TABLE: ClassVar[str] = "dim_element_limit"
    SCOPE: ClassVar[str] = "open"
    program_code: str
    program_version: int
    element_code: str
    cap_amount: Decimal | None
    program_cap_amount: Decimal | None
    program_cap_msrp_share: Decimal | None
    has_open_recall_deduction: bool


@dataclass(frozen=True)
class GateEffect(Record):
    """What a gate leaves of an amount when it isn't met."""

    TABLE: ClassVar[str] = "dim_gate_effect"
    SCOPE: ClassVar[str] = "open"
    program_code: str
    program_version: int
    element_code: str | None
    gate_code: str
    effect: str
    reduce_to_share: Decimal | None


@dataclass(frozen=True)
class SegmentMembership(Record):
    """Whether a segment's units count and are paid in an element; no row means neither."""

    TABLE: ClassVar[str] = "dim_segment_membership"
    SCOPE: ClassVar[str] = "open"
    segment_code: str
    program_code: str
    program_version: int
    element_code: str
    is_counted: bool
    is_paid: bool


@dataclass(frozen=True)
class Stock(Record):
    """Retail units of one description at a rooftop: lately sold, and on the ground, by segment."""

    # A VIN counts in several programs, so sold units are made distinct before they are counted.
    TABLE: ClassVar[str] = """(
        select rooftop_id, make, model, trim, model_year, powertrain, stock_type, segment_code,
            count(*) filter (is_sold) as sold_units,
            count(*) filter (not is_sold) as on_ground_units,
            count(msrp_amount) as priced_units,
            sum(msrp_amount) as msrp_amount
        from (
            select distinct rooftop_id, vin, make, model, trim, model_year, powertrain, stock_type,
                segment_code, msrp_amount, true as is_sold
            from fct_counted_unit
            where sale_type = 'retail' and (is_counted or is_pending)
                and counting_date > (select as_of_date from meta) - 120
            union all
            select rooftop_id, vin, make, model, trim, model_year, null, stock_type,
                segment_code, msrp_amount, false
            from fct_inventory
            where inventory_status = 'on_ground'
        )
        group by all
    )"""
    rooftop_id: str
    make: str
    model: str
    trim: str | None
    model_year: int | None
    powertrain: str | None
    stock_type: str
    segment_code: str
    sold_units: int
    on_ground_units: int
    priced_units: int
    msrp_amount: Decimal | None


@dataclass(frozen=True)
class PaidMsrp(Record):
    """The MSRP of a program's paid units, each unit once: what a cap by share is a share of."""

    TABLE: ClassVar[str] = """(
        select rooftop_id, program_code, period_code, sum(msrp_amount) as paid_msrp_amount
        from fct_counted_unit where is_paid group by all
    )"""
    rooftop_id: str
    program_code: str
    period_code: str
    paid_msrp_amount: Decimal | None
