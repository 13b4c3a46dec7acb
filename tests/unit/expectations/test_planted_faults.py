"""Each expectation catches the bad row that is planted for it, by its name.

A check without a planted fault fails the first test, so none can be added that was never seen to
fail. The faults are planted in the tables, not in the frames: the SQL between the two is asked as
well.
"""

from __future__ import annotations

import duckdb
import pytest

from expectations import forecasts, landed, marts
from expectations.runner import run_suite
from expectations.suites import Suite, Verdict
from orchestration.gates.forecast_frames import ForecastFrames
from orchestration.gates.landed_frames import LandedFrames, view_of
from orchestration.gates.mart_frames import MartFrames
from orchestration.landing.kinds import KINDS

FIRST_FILE = "_source_file like '%-1.csv' and _source_row = 0"

# What goes wrong in any kind, by the name of the check that must catch it. `{t}` is the kind's
# table.
COMMON = {
    "content_hash_is_unique": "update {t} set _source_file = 'again.csv' where "
    "_content_hash like '%-1' and _source_row > 5",
    "vendor_code_is_given": "update files set vendor_code = null; "
    "update {t} set vendor_code = null where _content_hash like '%-1'",
    "known_at_is_given": "update {t} set _known_at = null where _content_hash like '%-1'",
    "row_count_equals_distinct_row_count": f"insert into {{t}} from {{t}} where {FIRST_FILE}",
    "row_count_equals_ledger_row_count": f"delete from {{t}} where {FIRST_FILE}",
    "missing_required_count_is_zero": f"update {{t}} set {{required}} = null where {FIRST_FILE}",
    "unknown_code_count_is_zero": f"update {{t}} set {{code}} = 'odd' where {FIRST_FILE}",
}
PER_KIND = {
    "invalid_vin_count_is_zero": "is_vin_valid = false",
    "lowest_msrp_amount_is_in_range": "msrp_amount = -1",
    "highest_msrp_amount_is_in_range": "msrp_amount = 2000000.01",
    "lowest_model_year_is_in_range": "model_year = 1949",
    "highest_model_years_ahead_is_in_range": "model_year = 2028",
    "future_delivery_count_is_zero": "delivery_date = date '2025-08-16'",
    "undated_delivered_count_is_zero": "delivery_date = null",
    "lowest_score_is_in_range": "score = -0.001",
    "highest_score_is_in_range": "score = 1000.001",
    "lowest_sample_count_is_in_range": "sample_count = -1",
    "lowest_objective_units_is_in_range": "objective_units = -1",
    "highest_objective_units_is_in_range": "objective_units = 100001",
    "reported_before_sale_count_is_zero": "sale_date = date '2025-07-21'",
    "lowest_official_units_is_in_range": "official_units = -1",
    "largest_amount_is_in_range": "amount = -10000000.01",
    "undated_strike_count_is_zero": "item_type = 'strike', due_date = null",
    "cancelled_before_shipped_count_is_zero": "cancelled_date = date '2025-05-31'",
    "remedied_before_opened_count_is_zero": "remedied_date = date '2025-05-31'",
}
ACROSS = {
    ("landed_rooftops", "known_rooftop_id_is_given"): "update dms_deals set rooftop_id = 'east' "
    f"where {FIRST_FILE}",
    ("landed_dealer_codes", "known_dealer_code_is_given"): "update portal_objectives set "
    f"dealer_code = '9999' where {FIRST_FILE}",
    ("landed_reported_sales", "matched_share_is_in_range"): "update portal_rdrs set "
    "vin = 'OTHER' || vin where _source_row % 3 = 0",
    ("landed_weekly_volume", "volume_ratio_is_in_range"): "delete from dms_deals where "
    "delivery_date between date '2025-08-09' and date '2025-08-14'",
    ("landed_group_volume", "volume_ratio_is_in_range"): "delete from dms_deals where "
    "delivery_date > date '2025-08-07'",
    ("landed_freshness", "feed_state_is_known"): "update files set "
    "known_at = known_at - interval 3 day where source_kind = 'dms/deals'",
    ("landed_files", "outcome_is_known"): "update files set outcome = 'lost' "
    "where source_file = 'dms/deals-1.csv'",
    ("landed_files", "unaccounted_line_count_is_zero"): "update files set lines_in = lines_in + 1 "
    "where source_file = 'dms/deals-1.csv'",
    ("landed_files", "set_aside_file_count_is_zero"): "update files set outcome = 'set_aside' "
    "where source_file = 'dms/deals-1.csv'",
    ("landed_files", "row_count_is_at_least_rows_set_aside"): "update files set rows_landed = 10, "
    "rows_set_aside = 53 where source_file = 'dms/deals-1.csv'",
}

ONE = "rooftop_id = 'north' and period_code = '2025-08'"
ONE_ELEMENT = f"{ONE} and element_code = 'volume'"
AMOUNTS = ("earned", "held", "forfeited", "deducted", "capped")


def _not_negative(suite: str, table: str, where: str) -> dict[tuple[str, str], str]:
    faults = {
        (suite, f"amount_{name}_cents_is_in_range"): f"update w.marts.{table} set "
        f"amount_{name} = -0.01 where {where}"
        for name in (*AMOUNTS, "before_gates")
    }
    faults[(suite, "amounts_add_up")] = (
        f"update w.marts.{table} set amount_held = amount_held + 0.01 where {where}"
    )
    return faults


STANDING, ELEMENT = "w.marts.fct_program_standing", "w.marts.fct_element_standing"
UNIT, LADDER = "w.marts.fct_counted_unit", "w.marts.fct_ladder_segment"
MARTS = {
    ("marts_every_row", "standing_row_count_is_in_range"): f"delete from {STANDING} where {ONE}",
    ("marts_every_row", "element_row_count_equals_element_count"): f"delete from {ELEMENT} "
    f"where {ONE_ELEMENT}",
    ("marts_program_standing", "key_is_unique"): f"insert into {STANDING} from {STANDING} "
    f"where {ONE}",
    ("marts_program_standing", "standing_state_is_known"): f"update {STANDING} set "
    f"standing_state = 'odd' where {ONE}",
    ("marts_program_standing", "gate_state_is_known"): f"update {STANDING} set gate_state = 'odd' "
    f"where {ONE}",
    **_not_negative("marts_program_standing", "fct_program_standing", ONE),
    **{
        (
            "marts_program_standing",
            f"amount_{name}_cents_equals_summed_amount_{name}_cents",
        ): f"update w.marts.fct_program_adjustment set amount_{name} = amount_{name} + 0.01"
        for name in ("earned", "held")
    },
    **{
        (
            "marts_settlement",
            f"alone_{name}_cents_equals_element_{name}_cents",
        ): f"update settled_periods set alone_{name}_amount = 0.01 where {ONE}"
        for name in ("earned", "held", "with_pending")
    },
    ("marts_program_standing", "selling_days_total_equals_selling_days_counted"): f"update "
    f"{STANDING} set selling_days_left = 14 where {ONE}",
    ("marts_element_standing", "key_is_unique"): f"insert into {ELEMENT} from {ELEMENT} "
    f"where {ONE_ELEMENT}",
    **_not_negative("marts_element_standing", "fct_element_standing", ONE_ELEMENT),
    ("marts_element_standing", "reported_units_is_in_range"): f"update {ELEMENT} set "
    f"reported_units = -1 where {ONE_ELEMENT}",
    ("marts_element_standing", "pending_units_is_in_range"): f"update {ELEMENT} set "
    f"pending_units = -1 where {ONE_ELEMENT}",
    ("marts_element_standing", "tier_number_is_in_range"): f"update {ELEMENT} set tier_number = -1 "
    f"where {ONE_ELEMENT}",
    ("marts_element_standing", "tier_count_is_at_least_tier_number"): f"update {ELEMENT} set "
    f"tier_number = 4 where {ONE_ELEMENT}",
    ("marts_element_standing", "reported_units_is_at_least_paid_reported_units"): f"update "
    f"{ELEMENT} set paid_units = 11 where {ONE_ELEMENT}",
    ("marts_element_standing", "reported_units_equals_counted_unit_count"): f"delete from {UNIT} "
    f"where {ONE} and vin = 'VIN000003'",
    ("marts_counted_units", "duplicate_count_is_zero"): f"insert into {UNIT} from {UNIT} "
    f"where {ONE} and vin = 'VIN000003'",
    ("marts_counted_units", "unexplained_count_is_zero"): f"update {UNIT} set reason_code = '' "
    f"where {ONE} and vin = 'VIN000003'",
    ("marts_counted_units", "untraced_count_is_zero"): f"update {UNIT} set source_row = null "
    f"where {ONE} and vin = 'VIN000003'",
    ("marts_counted_units", "outside_period_count_is_zero"): f"update {UNIT} set "
    f"counting_date = date '2025-09-01' where {ONE} and vin = 'VIN000003'",
    ("marts_standing_daily", "reported_units_equals_standing_reported_units"): "update "
    "w.marts.fct_standing_daily set reported_units = 9 where date = date '2025-08-15'",
    (
        "marts_standing_daily",
        "amount_earned_cents_equals_standing_amount_earned_cents",
    ): "update w.marts.fct_standing_daily "
    "set amount_earned = 700.01 where date = date '2025-08-15'",
    ("marts_ladders", "first_from_units_is_zero"): f"update {LADDER} set from_units = 1 "
    f"where {ONE_ELEMENT} and segment_number = 1",
    ("marts_ladders", "open_end_missing_is_zero"): f"update {LADDER} set to_units = 99 "
    f"where {ONE_ELEMENT} and segment_number = 3",
    ("marts_ladders", "broken_join_count_is_zero"): f"update {LADDER} set to_units = 8 "
    f"where {ONE_ELEMENT} and segment_number = 1",
    ("marts_ladders", "falling_tier_count_is_zero"): f"update {LADDER} set tier_number = 3 "
    f"where {ONE_ELEMENT} and segment_number = 2",
    ("marts_gaps", "gap_id_is_unique"): "insert into w.marts.fct_gap from w.marts.fct_gap "
    "where gap_id = 'gap-1'",
    ("marts_gaps", "rooftop_id_is_given"): "update w.marts.fct_gap set rooftop_id = null "
    "where gap_id = 'gap-1'",
    ("marts_gaps", "severity_is_known"): "update w.marts.fct_gap set severity = 'odd' "
    "where gap_id = 'gap-1'",
    ("marts_gaps", "amount_at_risk_cents_is_in_range"): "update w.marts.fct_gap set "
    "amount_at_risk = -1 where gap_id = 'gap-1'",
    ("marts_feed_health", "feed_id_is_unique"): "insert into w.marts.fct_feed_health "
    "from w.marts.fct_feed_health where feed_id = 'feed-1'",
    ("marts_feed_health", "feed_state_is_known"): "update w.marts.fct_feed_health set "
    "feed_state = 'odd' where feed_id = 'feed-1'",
}
FORECAST = f"update fct_forecast set {{}} where {ONE_ELEMENT}"
GATE = f"update fct_forecast_gate set {{}} where {ONE_ELEMENT}"
DAY = f"update fct_forecast_day set {{}} where {ONE_ELEMENT} and date = date '2025-08-15'"
TIER = f"update fct_forecast_tier set {{}} where {ONE_ELEMENT} and tier_number = 1"
SCORE_TIER = f"{ONE} and tier_number = 2"


def _amount_faults(suite: str, table: str, where: str) -> dict[tuple[str, str], str]:
    wrong = {
        "low_95_amount_cents_is_in_range": "low_95_amount = -0.01",
        "low_80_amount_cents_is_at_least_low_95_amount_cents": "low_95_amount = 0.01",
        "median_amount_cents_is_at_least_low_80_amount_cents": "median_amount = -0.01",
        "high_80_amount_cents_is_at_least_median_amount_cents": "high_80_amount = 0.01",
        "high_95_amount_cents_is_at_least_high_80_amount_cents": "high_95_amount = 0.01",
        "expected_amount_cents_equals_mean_amount_cents": "expected_amount = 1200.01",
        "expected_held_amount_cents_is_in_range": "expected_held_amount = -0.01",
        "chance_any_amount_is_in_range": "chance_any_amount = 1.01",
    }
    return {
        (suite, check): f"update {table} set {fault} where {where}"
        for check, fault in wrong.items()
    }


FORECASTS = {
    ("forecasts_bands", "key_is_unique"): "insert into fct_forecast from fct_forecast "
    f"where {ONE_ELEMENT}",
    ("forecasts_bands", "low_80_units_is_at_least_low_95_units"): FORECAST.format(
        "low_80_units = 13"
    ),
    ("forecasts_bands", "median_units_is_at_least_low_80_units"): FORECAST.format(
        "median_units = 15"
    ),
    ("forecasts_bands", "high_80_units_is_at_least_median_units"): FORECAST.format(
        "high_80_units = 19"
    ),
    ("forecasts_bands", "high_95_units_is_at_least_high_80_units"): FORECAST.format(
        "high_95_units = 23"
    ),
    ("forecasts_bands", "low_95_units_is_at_least_units_to_date"): FORECAST.format(
        "units_to_date = 15"
    ),
    ("forecasts_bands", "high_95_units_is_at_least_expected_units"): FORECAST.format(
        "expected_units = 29.5"
    ),
    ("forecasts_bands", "chance_any_tier_is_in_range"): FORECAST.format("chance_any_tier = 1.01"),
    ("forecasts_bands", "expected_amount_cents_is_in_range"): FORECAST.format(
        "expected_amount = -0.01"
    ),
    ("forecasts_bands", "expected_held_amount_cents_is_in_range"): FORECAST.format(
        "expected_held_amount = -0.01"
    ),
    ("forecasts_bands", "amount_cents_rounded_up_is_at_least_paid_amount_cents"): FORECAST.format(
        "expected_amount = 1300.02"
    ),
    ("forecasts_bands", "unknown_gate_amount_cents_is_zero"): FORECAST.format(
        "chance_gates_met = null"
    ),
    ("forecasts_bands", "chance_gates_met_is_in_range"): FORECAST.format("chance_gates_met = 1.01"),
    ("forecasts_bands", "days_to_decision_is_in_range"): FORECAST.format(
        "decided_by_date = date '2025-08-14'"
    ),
    ("forecasts_bands", "days_to_period_end_is_at_least_days_to_decision"): FORECAST.format(
        "decided_by_date = date '2025-09-30'"
    ),
    ("forecasts_bands", "history_days_is_in_range"): FORECAST.format("history_days = -1"),
    ("forecasts_tiers", "key_is_unique"): "insert into fct_forecast_tier from fct_forecast_tier "
    f"where {ONE_ELEMENT} and tier_number = 1",
    ("forecasts_tiers", "chance_is_in_range"): TIER.format("chance = 1.01"),
    ("forecasts_tiers", "chance_of_tier_below_is_at_least_chance"): TIER.format("chance = 0.65"),
    ("forecasts_tiers", "chance_any_tier_equals_chance_of_first_tier"): FORECAST.format(
        "chance_any_tier = 0.79"
    ),
    ("forecasts_tiers", "chance_is_at_least_chance_with_gates"): TIER.format(
        "chance_with_gates = 0.81"
    ),
    ("forecasts_tiers", "chance_is_at_least_chance_without_pending"): TIER.format(
        "chance_without_pending = 0.81"
    ),
    ("forecasts_gates", "gate_row_count_is_in_range"): "delete from fct_forecast_gate "
    f"where {ONE_ELEMENT}",
    ("forecasts_gates", "chance_gate_met_is_in_range"): GATE.format("chance_gate_met = 1.01"),
    ("forecasts_gates", "chance_leaf_met_is_in_range"): GATE.format("chance_leaf_met = -0.01"),
    ("forecasts_gates", "met_draw_count_equals_met_draws_stated"): GATE.format(
        "gate_states = [3, 0, 1, 3]::tinyint[]"
    ),
    ("forecasts_score_tiers", "key_is_unique"): "insert into fct_forecast_score_tier "
    f"from fct_forecast_score_tier where {SCORE_TIER}",
    ("forecasts_score_tiers", "tier_row_count_is_in_range"): "delete from "
    f"fct_forecast_score_tier where {ONE}",
    ("forecasts_score_tiers", "chance_is_in_range"): (
        f"update fct_forecast_score_tier set chance = -0.01 where {SCORE_TIER}"
    ),
    ("forecasts_score_tiers", "chance_of_tier_below_is_at_least_stated_chance"): (
        f"update fct_forecast_score_tier set chance = 0.8 where {SCORE_TIER}"
    ),
    ("forecasts_score_tiers", "reached_draw_count_equals_reached_draws_stated"): (
        f"update fct_forecast_score_tier set tier_numbers = [2, 2, 1, 1] where {SCORE_TIER}"
    ),
    ("forecasts_days", "key_is_unique"): "insert into fct_forecast_day from fct_forecast_day "
    f"where {ONE_ELEMENT} and date = date '2025-08-15'",
    ("forecasts_days", "high_80_units_is_at_least_median_units"): DAY.format("high_80_units = 11"),
    ("forecasts_days", "median_units_is_at_least_low_80_units"): DAY.format("low_80_units = 13"),
    ("forecasts_days", "expected_units_is_at_least_expected_units_before"): DAY.format(
        "expected_units = 13.7"
    ),
    ("forecasts_days", "sureness_is_in_range"): DAY.format("sureness = 1.01"),
    ("forecasts_days", "days_to_period_end_is_in_range"): DAY.format("date = date '2025-10-01'"),
    ("forecasts_programs", "amount_row_count_is_in_range"): "delete from fct_forecast_program "
    f"where {ONE}",
    **_amount_faults("forecasts_programs", "fct_forecast_program", ONE),
    # A rule over several periods that the forecast doesn't know of.
    ("forecasts_programs", "so_far_amount_cents_equals_standing_amount_cents"): "update "
    f"w.marts.fct_program_standing set amount_earned = amount_earned + 500 where {ONE}",
    ("forecasts_rooftops", "rooftop_id_is_unique"): "insert into fct_forecast_rooftop "
    "from fct_forecast_rooftop where rooftop_id = 'north'",
    ("forecasts_rooftops", "draw_apart_count_is_zero"): "update fct_forecast_program "
    f"set amount_cents = [1, 100000, 260000]::bigint[] where {ONE}",
    **_amount_faults("forecasts_rooftops", "fct_forecast_rooftop", "rooftop_id = 'north'"),
    ("forecasts_group", "group_row_count_is_in_range"): "insert into fct_forecast_group "
    "from fct_forecast_group",
    ("forecasts_group", "draw_apart_count_is_zero"): "update fct_forecast_rooftop "
    "set amount_cents = [0, 100001, 260000]::bigint[] where rooftop_id = 'north'",
    **_amount_faults("forecasts_group", "fct_forecast_group", "true"),
    ("forecasts_coverage", "forecast_row_count_is_in_range"): "delete from fct_forecast "
    f"where {ONE_ELEMENT}",
    ("forecasts_samples", "key_is_unique"): "insert into fct_forecast_sample "
    "from fct_forecast_sample where rooftop_id = 'north'",
    ("forecasts_samples", "draw_count_equals_expected_draw_count"): "update fct_forecast_sample "
    "set remaining_units = [1, 2]::integer[] where rooftop_id = 'north'",
    ("forecasts_samples", "lowest_remaining_units_is_in_range"): "update fct_forecast_sample "
    "set remaining_units = [-1, 2, 3]::integer[] where rooftop_id = 'north'",
}


def _kind_faults() -> dict[tuple[str, str], str]:
    faults = {}
    for kind in KINDS.values():
        suite = landed.KINDS[view_of(kind)]
        codes = [column.name for column in kind.columns if column.allowed]
        required = next(c.name for c in kind.columns if c.is_required and not c.allowed)
        for check in suite.checks:
            if check.name in PER_KIND:
                sql = f"update {view_of(kind)} set {PER_KIND[check.name]} where {FIRST_FILE}"
            else:
                sql = COMMON.get(check.name)
                if sql and "{code}" in sql and not codes:
                    sql = None
                code = codes[0] if codes else ""
                sql = sql and sql.format(t=view_of(kind), required=required, code=code)
            if sql:
                faults[(suite.name, check.name)] = sql
    return faults


FAULTS: dict[tuple[str, str], str] = {**_kind_faults(), **ACROSS, **MARTS, **FORECASTS}
SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (*landed.KINDS.values(), *landed.ACROSS, *marts.SUITES, *forecasts.SUITES)
}
EXPECTED_DAYS = {("vendor", kind): 1 for kind in KINDS}


def _ask(
    suite: Suite,
    tables: duckdb.DuckDBPyConnection,
    frames: LandedFrames,
    mart: MartFrames,
) -> list[Verdict]:
    kinds = {f"landed_{view_of(kind)}": kind for kind in KINDS.values()}
    if suite.name in kinds:
        frame = frames.kind(kinds[suite.name])
    elif suite.name == "landed_freshness":
        frame = frames.freshness(EXPECTED_DAYS)
    elif suite.name.startswith("landed_"):
        frame = getattr(frames, suite.name.removeprefix("landed_"))()
    elif suite.name.startswith("forecasts_"):
        frame = getattr(ForecastFrames(tables), suite.name)()
    else:
        frame = getattr(mart, suite.name)()
    assert len(frame) > 0, "the sound world has nothing for this suite, so it shows nothing"
    return run_suite(suite, frame)


def test_every_check_has_a_planted_fault() -> None:
    checks = {(suite.name, check.name) for suite in SUITES.values() for check in suite.checks}
    assert checks - set(FAULTS) == set()


def test_no_fault_is_planted_for_a_check_that_is_gone() -> None:
    checks = {(suite.name, check.name) for suite in SUITES.values() for check in suite.checks}
    assert set(FAULTS) - checks == set()


@pytest.mark.parametrize("name", sorted(SUITES))
def test_the_sound_world_passes(
    name: str, tables: duckdb.DuckDBPyConnection, landed: LandedFrames, marts: MartFrames
) -> None:
    failed = [v for v in _ask(SUITES[name], tables, landed, marts) if not v.success]
    assert failed == []


@pytest.mark.parametrize(("suite", "check"), sorted(FAULTS))
def test_a_planted_fault_is_caught_by_name(
    suite: str,
    check: str,
    tables: duckdb.DuckDBPyConnection,
    landed: LandedFrames,
    marts: MartFrames,
) -> None:
    tables.execute(FAULTS[(suite, check)])
    verdicts = {v.expectation: v for v in _ask(SUITES[suite], tables, landed, marts)}
    assert not verdicts[check].success
    assert verdicts[check].unexpected_count >= 1
    assert verdicts[check].details


def test_an_old_feed_is_late_and_an_unheard_of_one_is_missing(landed: LandedFrames) -> None:
    frame = landed.freshness({("vendor", "dms/deals"): 1, ("nobody", "csi/scores"): 7})
    assert dict(zip(frame["feed"], frame["feed_state"], strict=True)) == {
        "vendor dms/deals": "fresh",
        "nobody csi/scores": "missing",
    }
