"""The schemas of the compiled tables: the contract between rulebooks and SQL.

Here: column names and types. Columns are added, never changed or taken away.
Not here: the rows (compiled.py, memberships.py).
"""

from __future__ import annotations

import pyarrow as pa

TEXT, WHOLE, FLAG, DAY = pa.string(), pa.int32(), pa.bool_(), pa.date32()
MONEY, SHARE = pa.decimal128(14, 2), pa.decimal128(9, 6)
EDGE, SCORE = pa.decimal128(18, 6), pa.decimal128(9, 3)

VERSION_KEY = {"program_code": TEXT, "program_version": WHOLE}

_COLUMNS: dict[str, dict[str, pa.DataType]] = {
    "rooftops": {
        "rooftop_id": TEXT,
        "rooftop_name": TEXT,
        "group_name": TEXT,
        "city": TEXT,
        "state_code": TEXT,
        "region_code": TEXT,
        "time_zone": TEXT,
        "is_open_sundays": FLAG,
        "opened_date": DAY,
    },
    "franchises": {
        "rooftop_id": TEXT,
        "make": TEXT,
        "oem_code": TEXT,
        "dealer_code": TEXT,
        "from_date": DAY,
        "to_date": DAY,
    },
    "programs": VERSION_KEY
    | {
        "program_name": TEXT,
        "oem_code": TEXT,
        "period_grain": TEXT,
        "calendar_code": TEXT,
        "announced_date": DAY,
        "effective_date": DAY,
        "ends_date": DAY,
        "bulletin_number": TEXT,
        "bulletin_date": DAY,
        "bulletin_file": TEXT,
        "rule_summary": TEXT,
        "cap_amount": MONEY,
        "cap_msrp_share": SHARE,
        "basis": TEXT,
        "unwind_lands": TEXT,
        "pays_money": FLAG,
        "report_days_after_sale": WHOLE,
    },
    "program_makes": VERSION_KEY | {"make": TEXT},
    "program_periods": VERSION_KEY
    | {
        "period_code": TEXT,
        "period_start_date": DAY,
        "period_end_date": DAY,
        "base_start_date": DAY,
        "base_end_date": DAY,
        "claim_deadline_date": DAY,
        "report_deadline_date": DAY,
        "documents_deadline_date": DAY,
    },
    "enrolments": VERSION_KEY
    | {"rooftop_id": TEXT, "dealer_code": TEXT, "from_date": DAY, "to_date": DAY},
    "elements": VERSION_KEY
    | {
        "element_code": TEXT,
        "element_name": TEXT,
        "element_order": WHOLE,
        "target_kind": TEXT,
        "edge_unit": TEXT,
        "edge_rounding": TEXT,
        "tier_shape": TEXT,
        "tier_choice": TEXT,
        "cap_units": WHOLE,
        "cap_base_share": SHARE,
        "cap_base_rounding": TEXT,
        "cap_base_minimum_units": WHOLE,
        "cap_amount": MONEY,
        "counts_equal_pays": FLAG,
        "is_volume": FLAG,
        "pays_nothing": FLAG,
        "is_paid_by_line": FLAG,
        "cap_base_kind": TEXT,
        "waived_tier_number": WHOLE,
        "score_metric_code": TEXT,
        "score_metric_source": TEXT,
        "score_minimum_sample": WHOLE,
        "score_places": WHOLE,
        "score_rounding": TEXT,
    },
    "element_tiers": VERSION_KEY
    | {
        "element_code": TEXT,
        "tier_number": WHOLE,
        "from_edge": EDGE,
        "to_edge": EDGE,
        "amount_per_unit": MONEY,
        "amount_flat": MONEY,
        "msrp_share": SHARE,
    },
    "gates": VERSION_KEY
    | {
        "element_code": TEXT,
        "gate_code": TEXT,
        "gate_name": TEXT,
        "conjunct_number": WHOLE,
        "leaf_number": WHOLE,
        "metric_code": TEXT,
        "metric_source": TEXT,
        "comparison": TEXT,
        "threshold_kind": TEXT,
        "threshold_value": SCORE,
        "minimum_sample": WHOLE,
        "item_type": TEXT,
        "due": TEXT,
        "effect": TEXT,
        "reduce_to_share": SHARE,
        "item_code": TEXT,
        "within_days": WHOLE,
    },
    "deductions": VERSION_KEY | {"element_code": TEXT, "deduction_code": TEXT, "kind": TEXT},
    "selling_days": {
        "rooftop_id": TEXT,
        "date": DAY,
        "is_selling_day": FLAG,
        "closed_reason": TEXT,
    },
    "memberships": {"unit_class_id": TEXT}
    | VERSION_KEY
    | {
        "element_code": TEXT,
        "is_counted": FLAG,
        "is_paid": FLAG,
        "reason_code": TEXT,
        "pay_reason_code": TEXT,
        "pay_group_code": TEXT,
    },
    "segments": {"unit_class_id": TEXT, "segment_code": TEXT},
    "segment_memberships": {"segment_code": TEXT}
    | VERSION_KEY
    | {"element_code": TEXT, "is_counted": FLAG, "is_paid": FLAG, "pay_group_code": TEXT},
    "pay_groups": VERSION_KEY
    | {
        "element_code": TEXT,
        "pay_group_code": TEXT,
        "pay_group_name": TEXT,
        "pay_group_order": WHOLE,
    },
    "element_tier_pays": VERSION_KEY
    | {
        "element_code": TEXT,
        "tier_number": WHOLE,
        "pay_group_code": TEXT,
        "amount_per_unit": MONEY,
        "msrp_share": SHARE,
        "amount_at_most_per_unit": MONEY,
    },
    "waivers": VERSION_KEY | {"element_code": TEXT, "gate_code": TEXT, "period_code": TEXT},
    "windows": VERSION_KEY
    | {
        "window_grain": TEXT,
        "window_code": TEXT,
        "period_code": TEXT,
        "period_number": WHOLE,
        "period_count": WHOLE,
    },
    "across_rules": VERSION_KEY
    | {
        "rule_code": TEXT,
        "rule_order": WHOLE,
        "rule_kind": TEXT,
        "element_code": TEXT,
        "window_grain": TEXT,
        "tier_number": WHOLE,
        "reaches_tier_number": WHOLE,
        "judged": TEXT,
        "caught_up_counts": FLAG,
        "amount_per_unit": MONEY,
        "amount_flat": MONEY,
        "msrp_share": SHARE,
    },
    "program_deductions": VERSION_KEY
    | {
        "deduction_code": TEXT,
        "deduction_order": WHOLE,
        "kind": TEXT,
        "rolling_months": WHOLE,
        "amount_per_unit": MONEY,
        "look_back_days": WHOLE,
    },
    "strike_steps": VERSION_KEY
    | {
        "deduction_code": TEXT,
        "from_strike": WHOLE,
        "taken_share": SHARE,
        "suspends_periods": WHOLE,
    },
    "stackings": VERSION_KEY
    | {
        "stacking_code": TEXT,
        "kind": TEXT,
        "keeps": TEXT,
        "cap_amount": MONEY,
        "cap_msrp_share": SHARE,
        "cap_base_program_code": TEXT,
    },
    "stacking_members": VERSION_KEY
    | {"stacking_code": TEXT, "member_program_code": TEXT, "member_order": WHOLE},
}

SCHEMAS: dict[str, pa.Schema] = {
    name: pa.schema(list(columns.items())) for name, columns in _COLUMNS.items()
}
