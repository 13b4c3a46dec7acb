"""The records that pages read: one frozen dataclass per published table.

Belongs here: shapes and the scope kind of each table. Reading them is app/published.py, choosing
rows app/queries.py. Money is Decimal as stored, a moment is aware, None means the pipeline doesn't
know. Scope kinds: `rooftop` (rows of the allowed rooftops), `rooftop_or_group` (those and group-
wide rows), `group` (only who sees the whole group), `open` (names no rooftop's business).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar


@dataclass(frozen=True)
class Record:
    """A row of a published table. `TABLE` names it, `SCOPE` says who may see its rows."""

    TABLE: ClassVar[str]
    SCOPE: ClassVar[str] = "rooftop"


@dataclass(frozen=True)
class Rooftop(Record):
    TABLE: ClassVar[str] = "dim_rooftop"
    rooftop_id: str
    rooftop_name: str
    city: str | None
    state_code: str | None
    region_code: str | None
    makes: str | list[str] | None


@dataclass(frozen=True)
class Program(Record):
    TABLE: ClassVar[str] = "dim_program"
    SCOPE: ClassVar[str] = "open"
    program_code: str
    program_version: int
    program_name: str
    bulletin_number: str | None
    bulletin_date: date | None
    bulletin_file: str | None
    rule_summary: str | None
    announced_date: date | None
    effective_date: date | None
    pays_money: bool


@dataclass(frozen=True)
class Element(Record):
    TABLE: ClassVar[str] = "dim_element"
    SCOPE: ClassVar[str] = "open"
    program_code: str
    program_version: int
    element_code: str
    element_name: str
    element_order: int
    target_kind: str
    tier_shape: str
    is_volume: bool
    counts_equal_pays: bool


@dataclass(frozen=True)
class ProgramStanding(Record):
    TABLE: ClassVar[str] = "fct_program_standing"
    rooftop_id: str
    program_code: str
    period_code: str
    dealer_code: str | None
    program_version: int
    program_name: str
    period_start_date: date
    period_end_date: date
    period_grain: str
    is_open: bool
    headline_element_code: str | None
    reported_units: int | None
    pending_units: int | None
    official_units: int | None
    objective_units: int | None
    attainment_pct: Decimal | None
    tier_number: int | None
    tier_count: int | None
    next_tier_number: int | None
    units_to_next_tier: int | None
    amount_before_gates: Decimal | None
    amount_deducted: Decimal | None
    amount_forfeited: Decimal | None
    amount_held: Decimal | None
    amount_capped: Decimal | None
    amount_earned: Decimal | None
    amount_with_pending: Decimal | None
    worth_of_next_tier_amount: Decimal | None
    gate_state: str | None
    gates_met_count: int | None
    gates_count: int | None
    gate_summary: str | None
    selling_days_total: int | None
    selling_days_elapsed: int | None
    selling_days_left: int | None
    units_per_selling_day: Decimal | None
    needed_units_per_selling_day: Decimal | None
    paid_by_statement_amount: Decimal | None
    standing_state: str
    bulletin_number: str | None


@dataclass(frozen=True)
class Adjustment(Record):
    """What a rule over several periods or between programs changes of a standing."""

    TABLE: ClassVar[str] = "fct_program_adjustment"
    rooftop_id: str
    program_code: str
    period_code: str
    adjustment_number: int
    rule_kind: str
    rule_code: str
    rule_program_code: str
    amount_earned: Decimal
    amount_held: Decimal
    rule_text: str
    evidence_text: str
    bulletin_number: str | None


@dataclass(frozen=True)
class ElementStanding(Record):
    TABLE: ClassVar[str] = "fct_element_standing"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    program_version: int
    reported_units: int | None
    pending_units: int | None
    official_units: int | None
    objective_units: int | None
    base_units: int | None
    attainment_pct: Decimal | None
    tier_number: int | None
    tier_count: int | None
    paid_units: int | None
    paid_msrp_amount: Decimal | None
    delivered_units: int | None
    open_recall_units: int | None
    amount_before_gates: Decimal | None
    amount_deducted: Decimal | None
    amount_forfeited: Decimal | None
    amount_held: Decimal | None
    amount_capped: Decimal | None
    amount_earned: Decimal | None
    amount_with_pending: Decimal | None
    next_tier_number: int | None
    next_tier_units: int | None
    units_to_next_tier: int | None
    next_tier_amount: Decimal | None
    worth_of_next_tier_amount: Decimal | None
    gate_state: str | None
    gate_effect: str | None
    standing_state: str


@dataclass(frozen=True)
class LadderSegment(Record):
    TABLE: ClassVar[str] = "fct_ladder_segment"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    segment_number: int
    from_units: int
    to_units: int | None
    tier_number: int
    fixed_amount: Decimal
    amount_per_unit: Decimal
    paid_offset_units: int
    msrp_share: Decimal
    edge_pct: Decimal | None
    edge_exact: Decimal | None


@dataclass(frozen=True)
class DailyStanding(Record):
    TABLE: ClassVar[str] = "fct_standing_daily"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    date: date
    reported_units: int | None
    pending_units: int | None
    objective_units: int | None
    tier_number: int | None
    amount_earned: Decimal | None
    is_selling_day: bool | None


@dataclass(frozen=True)
class Gate(Record):
    TABLE: ClassVar[str] = "fct_gate"
    rooftop_id: str
    program_code: str
    element_code: str | None
    period_code: str
    gate_code: str
    conjunct_number: int
    leaf_number: int
    gate_name: str
    metric_code: str | None
    metric_source: str | None
    score: Decimal | None
    sample_count: int | None
    minimum_sample: int | None
    comparison: str | None
    threshold_value: Decimal | None
    threshold_kind: str | None
    score_date: date | None
    leaf_state: str
    gate_state: str
    effect: str | None
    reduce_to_share: Decimal | None
    evidence_text: str | None
    source_file: str | None
    source_row: int | None


@dataclass(frozen=True)
class CountedUnit(Record):
    TABLE: ClassVar[str] = "fct_counted_unit"
    rooftop_id: str
    program_code: str
    period_code: str
    vin: str
    program_version: int
    make: str
    model: str
    trim: str | None
    model_year: int | None
    stock_type: str
    sale_type: str
    counting_date: date | None
    rdr_number: str | None
    rdr_status: str | None
    deal_number: str | None
    delivery_date: date | None
    msrp_amount: Decimal | None
    count_state: str
    is_counted: bool
    is_pending: bool
    is_official: bool | None
    is_paid: bool
    reversed_units: int | None
    reversed_date: date | None
    counted_element_codes: str | None
    paid_element_codes: str | None
    reason_code: str
    reason_text: str | None
    pay_reason_code: str | None
    has_open_recall: bool | None
    difference_reason: str | None
    source_file: str | None
    source_row: int | None
    bulletin_number: str | None


@dataclass(frozen=True)
class Gap(Record):
    TABLE: ClassVar[str] = "fct_gap"
    gap_id: str
    rooftop_id: str
    program_code: str | None
    period_code: str | None
    gap_code: str
    severity: str
    title: str
    detail: str | None
    amount_at_risk: Decimal | None
    last_day_date: date | None
    days_left: int | None
    vin: str | None
    item_code: str | None
    evidence_text: str | None
    source_file: str | None
    source_row: int | None
