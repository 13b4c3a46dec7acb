"""A small, complete published/ folder, written without the pipeline: what the app's tests read.

Belongs here: the published tables' columns as agreed, and a hand-made group whose figures are
worked out from public bulletins (54 of 50 is $32,400, the next unit $33,600). Not the sample group,
which is made by sample_group/ and run through the whole pipeline.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

AS_OF = datetime.fromisoformat("2025-08-15T07:00:00-05:00")
TODAY = date(2025, 8, 15)
MONEY, UNITS, TEXT = "decimal(14,2)", "integer", "varchar"
Rows = Sequence[Mapping[str, Any]]


def _columns(text: str) -> dict[str, str]:
    """Read `name:type name:type`; without a type it is text."""
    return {
        name: kind or TEXT
        for name, _, kind in (word.partition(":") for word in text.replace("MONEY", MONEY).split())
    }


SCHEMAS = {
    "dim_rooftop": _columns(
        "rooftop_id rooftop_name group_name city state_code region_code time_zone makes "
        "dealer_codes "
        "opened_date:date is_open_sundays:boolean"
    ),
    "dim_program": _columns(
        "program_code program_version:integer program_name oem_code period_grain "
        "announced_date:date "
        "effective_date:date bulletin_number bulletin_date:date bulletin_file rule_summary "
        "is_current:boolean pays_money:boolean"
    ),
    "dim_element": _columns(
        "program_code program_version:integer element_code element_name element_order:integer "
        "target_kind "
        "tier_shape is_volume:boolean counts_equal_pays:boolean"
    ),
    "fct_program_standing": _columns(
        "rooftop_id program_code period_code dealer_code program_version:integer program_name "
        "period_start_date:date period_end_date:date period_grain is_open:boolean "
        "headline_element_code "
        "reported_units:integer pending_units:integer official_units:integer "
        "objective_units:integer "
        "attainment_pct:decimal(9,4) tier_number:integer tier_count:integer "
        "next_tier_number:integer "
        "units_to_next_tier:integer amount_before_gates:MONEY amount_deducted:MONEY "
        "amount_forfeited:MONEY amount_held:MONEY amount_capped:MONEY amount_earned:MONEY "
        "amount_adjusted:MONEY amount_with_pending:MONEY worth_of_next_tier_amount:MONEY "
        "gate_state gates_met_count:integer "
        "gates_count:integer gate_summary selling_days_total:integer selling_days_elapsed:integer "
        "selling_days_left:integer units_per_selling_day:decimal(9,4) "
        "needed_units_per_selling_day:decimal(9,4) paid_by_statement_amount:MONEY standing_state "
        "bulletin_number"
    ),
    "fct_program_adjustment": _columns(
        "rooftop_id program_code period_code adjustment_number:integer rule_kind rule_code "
        "rule_program_code rule_program_version:integer amount_earned:MONEY amount_held:MONEY "
        "rule_text evidence_text bulletin_number bulletin_file"
    ),
    "fct_element_standing": _columns(
        "rooftop_id program_code element_code period_code program_version:integer "
        "reported_units:integer "
        "pending_units:integer official_units:integer objective_units:integer base_units:integer "
        "cap_base_units:integer score_measured:decimal(18,3) score_measured_of:integer "
        "score_sample_count:integer "
        "attainment_pct:decimal(9,4) tier_number:integer tier_count:integer paid_units:integer "
        "paid_msrp_amount:MONEY delivered_units:integer open_recall_units:integer "
        "amount_before_gates:MONEY amount_deducted:MONEY amount_forfeited:MONEY amount_held:MONEY "
        "amount_capped:MONEY amount_earned:MONEY amount_with_pending:MONEY "
        "next_tier_number:integer "
        "next_tier_units:integer units_to_next_tier:integer next_tier_amount:MONEY "
        "worth_of_next_tier_amount:MONEY gate_state gate_effect standing_state"
    ),
    "fct_standing_daily": _columns(
        "rooftop_id program_code element_code period_code date:date program_version:integer "
        "reported_units:integer pending_units:integer objective_units:integer "
        "attainment_pct:decimal(9,4) "
        "tier_number:integer amount_earned:MONEY is_selling_day:boolean"
    ),
    "fct_ladder_segment": _columns(
        "rooftop_id program_code element_code period_code segment_number:integer "
        "program_version:integer "
        "from_units:integer to_units:integer tier_number:integer fixed_amount:MONEY "
        "amount_per_unit:MONEY "
        "paid_offset_units:integer msrp_share:decimal(9,6) edge_pct:decimal(18,6) "
        "edge_exact:decimal(18,6)"
    ),
    "fct_gate": _columns(
        "rooftop_id program_code element_code period_code gate_code conjunct_number:integer "
        "leaf_number:integer gate_name metric_code metric_source score:decimal(9,3) "
        "sample_count:integer "
        "minimum_sample:integer comparison threshold_value:decimal(9,3) threshold_kind "
        "score_date:date "
        "leaf_state gate_state effect reduce_to_share:decimal(9,6) evidence_text source_file "
        "source_row:bigint measured:decimal(18,3) measured_of:integer item_code"
    ),
    "fct_counted_unit": _columns(
        "rooftop_id program_code period_code vin dealer_code program_version:integer "
        "period_start_date:date "
        "period_end_date:date make model trim model_year:integer powertrain stock_type sale_type "
        "unit_class_id segment_code counting_date:date rdr_number rdr_status "
        "submitted_at:timestamptz "
        "accepted_at:timestamptz unwound_at:timestamptz deal_number deal_status delivery_date:date "
        "msrp_amount:MONEY count_state is_counted:boolean is_pending:boolean is_official:boolean "
        "is_paid:boolean reversed_units:integer reversed_date:date counted_element_codes "
        "paid_element_codes reason_code reason_text "
        "pay_reason_code "
        "has_open_recall:boolean difference_reason source_file source_row:bigint bulletin_number "
        "sale_date:date accepted_date:date reversed_msrp_amount:MONEY reversed_unit_class_id"
    ),
    "dim_unit_class": _columns(
        "unit_class_id make model trim model_year:integer powertrain stock_type sale_type"
    ),
    "fct_gap": _columns(
        "gap_id rooftop_id program_code period_code gap_code severity title detail "
        "amount_at_risk:MONEY "
        "last_day_date:date days_left:integer vin item_code evidence_text source_file "
        "source_row:bigint"
    ),
    "fct_feed_health": _columns(
        "feed_id vendor_code source_kind rooftop_id last_source_file last_known_at:timestamptz "
        "age_hours:decimal(9,1) expected_every_days:integer feed_state files_landed_count:integer "
        "files_set_aside_count:integer rows_landed_count:bigint rows_set_aside_count:bigint"
    ),
    "fct_set_aside": _columns(
        "source_file source_row:bigint source_kind vendor_code column_name reason offending_value "
        "known_at:timestamptz"
    ),
    "fct_inventory": _columns(
        "rooftop_id vin stock_number make model trim model_year:integer powertrain stock_type "
        "inventory_status "
        "msrp_amount:MONEY expected_date:date snapshot_date:date unit_class_id segment_code"
    ),
    "fct_forecast": _columns(
        "rooftop_id program_code element_code period_code as_of_date:date model_code "
        "units_to_date:integer pending_units:integer "
        "median_units:integer low_80_units:integer high_80_units:integer low_95_units:integer "
        "high_95_units:integer expected_units:double expected_amount:MONEY "
        "chance_gates_met:double chance_any_tier:double decided_by_date:date "
        "likeliest_tier_number:integer likeliest_tier_chance:double "
        "history_days:integer fallback_note"
    ),
    "fct_forecast_tier": _columns(
        "rooftop_id program_code element_code period_code tier_number:integer edge_units:integer "
        "chance:double chance_with_gates:double chance_without_pending:double"
    ),
    "fct_forecast_gate": _columns(
        "rooftop_id program_code element_code period_code gate_code conjunct_number:integer "
        "leaf_number:integer chance_gate_met:double chance_leaf_met:double assumption "
        "gate_states:tinyint[] "
        "surveys_to_date:integer expected_surveys_to_come:double low_80_surveys_to_come:integer "
        "high_80_surveys_to_come:integer perfect_survey_score:decimal(9,3) "
        "is_reachable_by_surveys:boolean perfect_surveys_needed:integer "
        "lowest_next_score:decimal(9,3) gate_states:integer[]"
    ),
    "fct_forecast_across": _columns(
        "rooftop_id program_code period_code counted_period_code counted_version:integer counted"
    ),
    "fct_forecast_score_tier": _columns(
        "rooftop_id program_code element_code period_code tier_number:integer "
        "edge_score:decimal(18,6) chance:double assumption tier_numbers:tinyint[]"
    ),
    "fct_forecast_day": _columns(
        "rooftop_id program_code element_code period_code date:date expected_units:double "
        "low_80_units:integer median_units:integer high_80_units:integer needed_units:double "
        "sureness:double"
    ),
    "fct_forecast_program": _columns(
        "rooftop_id program_code period_code expected_amount:MONEY low_80_amount:MONEY "
        "median_amount:MONEY high_80_amount:MONEY chance_any_amount:double "
        "expected_held_amount:MONEY expected_without_pending_amount:MONEY left_out_note"
    ),
    "fct_forecast_rooftop": _columns(
        "rooftop_id program_count:integer expected_amount:MONEY low_80_amount:MONEY "
        "median_amount:MONEY high_80_amount:MONEY expected_held_amount:MONEY left_out_note "
        "amount_cents:bigint[]"
    ),
    "fct_backtest": _columns(
        "panel forecaster origin series:bigint weighted_quantile_loss:double median_error:double "
        "brier:double calibration_error:double inside_80:double inside_95:double width_80:double "
        "log_score:double"
    ),
    "fct_backtest_third": _columns(
        "panel forecaster third:integer series:bigint inside_80:double inside_95:double "
        "calibration_error:double"
    ),
    "fct_backtest_reliability": _columns(
        "panel forecaster origin bin_low:double bin_high:double chances:bigint mean_chance:double "
        "share_reached:double"
    ),
    "fct_backtest_weight": _columns(
        "panel forecaster quarter model horizon:integer weight:double"
    ),
    "fct_forecast_sample": _columns(
        "rooftop_id segment_code period_end_date:date remaining_units:integer[]"
    ),
    "fct_daily_units": _columns(
        "rooftop_id segment_code counting_date:date eligible_units:integer "
        "reported_units:integer msrp_amount:MONEY"
    ),
    "fct_retail_gross": _columns(
        "deal_id rooftop_id vin make model model_year:integer stock_type delivery_date:date "
        "front_gross_amount:MONEY"
    ),
    "dim_element_limit": _columns(
        "program_code program_version:integer element_code cap_amount:MONEY "
        "program_cap_amount:MONEY program_cap_msrp_share:decimal(9,6) "
        "has_open_recall_deduction:boolean"
    ),
    "dim_gate_effect": _columns(
        "program_code program_version:integer element_code gate_code effect "
        "reduce_to_share:decimal(9,6)"
    ),
    "dim_segment_membership": _columns(
        "segment_code program_code program_version:integer element_code is_counted:boolean "
        "is_paid:boolean pay_group_code"
    ),
    "rule_document": _columns("kind file text"),
    "meta": _columns(
        "as_of_at:timestamptz known_at:timestamptz as_of_date:date group_name time_zone "
        "content_hash "
        "code_version"
    ),
}


def write_home(
    home: Path,
    *,
    rows: Mapping[str, Rows] | None = None,
    content_hash: str | None = None,
    as_of: datetime = AS_OF,
    published_at: datetime | None = None,
    outcome: str = "published",
    access: Rows | None = None,
) -> Path:
    """Write HOME/published, the small group's rows unless given; returns the home.

    Other rows are another content: what the app remembers of one it doesn't say of the other.
    """
    content_hash = content_hash or ("fixture0" if rows is None else uuid.uuid4().hex[:12])
    published_at = published_at or datetime.now(UTC)
    folder = home / "published"
    folder.mkdir(parents=True, exist_ok=True)
    (home / "notebook").mkdir(exist_ok=True)
    name = f"stairstep-{content_hash}.duckdb"
    _write_file(folder / name, rows, content_hash, as_of)
    pointer = {
        "file": name,
        "as_of": as_of.isoformat(),
        "known_at": as_of.isoformat(),
        "content_hash": content_hash,
        "published_at": published_at.isoformat(),
        "run_id": "run-1",
    }
    (folder / "current.json").write_text(json.dumps(pointer))
    write_last_run(home, outcome=outcome, finished_at=published_at)
    if access is not None:
        (folder / "access.json").write_text(json.dumps({"access": list(access)}))
    return home


def _write_file(
    path: Path, rows: Mapping[str, Rows] | None, content_hash: str, as_of: datetime
) -> None:
    """Write the published file; the small group as it is, is built once a process and copied."""
    if rows is None and as_of in _built:
        path.write_bytes(_built[as_of])
        return
    with duckdb.connect(str(path)) as connection:
        for table, columns in SCHEMAS.items():
            described = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            connection.execute(f"create table {table} ({described})")
        given = small_group() if rows is None else rows
        for table, table_rows in {**given, **_meta(content_hash, as_of)}.items():
            _insert(connection, table, table_rows)
    if rows is None and as_of == AS_OF:
        _built[as_of] = path.read_bytes()


_built: dict[datetime, bytes] = {}


def write_last_run(home: Path, *, outcome: str, finished_at: datetime = AS_OF) -> None:
    """Write last_run.json: published, or stopped by a critical gate on duplicate VINs."""
    gates = [
        _verdict(
            "landed_deals",
            "dms/deals",
            "expect_vin_check_digit_to_hold",
            "vin",
            "warning",
            False,
            2,
        ),
        _verdict(
            "mart_standing",
            "fct_program_standing",
            "expect_one_row_per_rooftop_program_period",
            None,
            "critical",
            outcome != "stopped_by_gate",
            0 if outcome != "stopped_by_gate" else 3,
        ),
    ]
    stages = [
        {
            "stage": "land",
            "seconds": 6.1,
            "rows_in": 41210,
            "rows_out": 41188,
            "rows_set_aside": 22,
        },
        {
            "stage": "transform",
            "seconds": 9.8,
            "rows_in": 41188,
            "rows_out": 20934,
            "rows_set_aside": 0,
        },
        {
            "stage": "forecast",
            "seconds": 17.4,
            "rows_in": 9120,
            "rows_out": 148,
            "rows_set_aside": None,
        },
    ]
    content = {
        "run_id": f"run-{outcome}",
        "as_of": (AS_OF + timedelta(days=outcome != "published")).isoformat(),
        "started_at": finished_at.isoformat(),
        "finished_at": finished_at.isoformat(),
        "outcome": outcome,
        "failed_step": None if outcome == "published" else "gate marts",
        "message": None if outcome == "published" else "2 critical expectations failed",
        "gates": gates,
        "stages": stages,
    }
    (home / "published").mkdir(parents=True, exist_ok=True)
    (home / "published" / "last_run.json").write_text(json.dumps(content))


def small_group() -> dict[str, Rows]:
    """Return every table's rows of the small group."""
    from tests.unit.app.small_group import tables

    return tables()


def money(text: str) -> Decimal:
    """Return dollars as stored."""
    return Decimal(text).quantize(Decimal("0.01"))


def _verdict(
    suite: str,
    asset: str,
    expectation: str,
    column: str | None,
    severity: str,
    success: bool,
    count: int,
) -> dict[str, Any]:
    return {
        "suite": suite,
        "asset": asset,
        "expectation": expectation,
        "column": column,
        "severity": severity,
        "success": success,
        "unexpected_count": count,
        "details": None,
    }


def _meta(content_hash: str, as_of: datetime) -> dict[str, Rows]:
    return {
        "meta": [
            {
                "as_of_at": as_of,
                "known_at": as_of,
                "as_of_date": TODAY,
                "group_name": "Summit Ridge Automotive Group",
                "time_zone": "America/Chicago",
                "content_hash": content_hash,
                "code_version": "test",
            }
        ]
    }


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Rows) -> None:
    columns = SCHEMAS[table]
    for row in rows:
        unknown = set(row) - set(columns)
        if unknown:
            raise KeyError(f"{table} has no column {sorted(unknown)}")
    if rows:
        # One statement for all rows: a statement each takes a second a home.
        marks = f"({', '.join('?' for _ in columns)})"
        connection.execute(
            f"insert into {table} values {', '.join(marks for _ in rows)}",
            [row.get(column) for row in rows for column in columns],
        )
