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
    },
    "segments": {"unit_class_id": TEXT, "segment_code": TEXT},
    "segment_memberships": {"segment_code": TEXT}
    | VERSION_KEY
    | {"element_code": TEXT, "is_counted": FLAG, "is_paid": FLAG},
}

SCHEMAS: dict[str, pa.Schema] = {
    name: pa.schema(list(columns.items())) for name, columns in _COLUMNS.items()
}
