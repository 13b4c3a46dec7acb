"""The small group's rows: four rooftops and the shapes of program that the page has to draw.

Belongs here: hand-made figures. Nissan One 54 of 50 and Honda's growth are the public worked
figures.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.unit.app import small_group_evidence as evidence
from tests.unit.app import small_group_forecast as forecast
from tests.unit.app import small_group_rules as rules
from tests.unit.app import small_group_samples as samples
from tests.unit.app.published_fixture import TODAY, Rows, money

NISSAN, HONDA, FORD, VW = "lakeside-nissan", "northgate-honda", "prairie-ford", "harbor-volkswagen"
AUGUST = ("2025-08", date(2025, 8, 1), date(2025, 8, 31))
JULY = ("2025-07", date(2025, 7, 1), date(2025, 7, 31))
QUARTER = ("2025-Q3", date(2025, 7, 1), date(2025, 9, 30))


def tables() -> dict[str, Rows]:
    """Return the rows of each published table."""
    return {
        "dim_rooftop": _rooftops(),
        "dim_program": rules.programs(),
        "dim_element": rules.elements(),
        "fct_program_standing": _program_standings(),
        "fct_program_adjustment": [evidence.adjustment()],
        "fct_element_standing": _element_standings(),
        "fct_ladder_segment": rules.segments(),
        "fct_gate": evidence.gates(),
        "fct_counted_unit": evidence.units(),
        "fct_standing_daily": evidence.daily(),
        "fct_gap": evidence.gaps(),
        "fct_feed_health": evidence.feeds(),
        "fct_set_aside": evidence.set_aside(),
        "fct_inventory": evidence.inventory(),
        "fct_forecast": forecast.forecasts(),
        "fct_forecast_tier": forecast.forecast_tiers(),
        "fct_forecast_gate": forecast.forecast_gates(),
        "fct_forecast_day": forecast.forecast_days(),
        "fct_forecast_program": forecast.forecast_programs(),
        "fct_forecast_rooftop": forecast.forecast_rooftops(),
        **forecast.backtest(),
        "fct_forecast_sample": samples.forecast_samples(),
        "fct_retail_gross": samples.retail_gross(),
        "rule_document": rules.documents(),
        "dim_segment_membership": rules.memberships(),
        "dim_element_limit": rules.limits(),
        "dim_gate_effect": [
            {
                "program_code": "csi-quarter-bonus",
                "program_version": 1,
                "element_code": "volume",
                "gate_code": "csi",
                "effect": "forfeit",
            }
        ],
    }


def _rooftops() -> Rows:
    return [
        {
            "rooftop_id": code,
            "rooftop_name": name,
            "group_name": "Summit Ridge",
            "city": city,
            "state_code": state,
            "region_code": "midwest",
            "makes": make,
            "time_zone": "America/Chicago",
        }
        for code, name, city, state, make in (
            (NISSAN, "Lakeside Nissan", "Madison", "WI", "Nissan"),
            (HONDA, "Northgate Honda", "Peoria", "IL", "Honda"),
            (FORD, "Prairie Ford", "Columbia", "MO", "Ford"),
            (VW, "Harbor Volkswagen", "Milwaukee", "WI", "Volkswagen"),
        )
    ]


def _standing(
    rooftop: str, program: str, name: str, element: str, period: tuple, **given: Any
) -> dict:
    code, start, end = period
    row = {
        "rooftop_id": rooftop,
        "program_code": program,
        "period_code": code,
        "dealer_code": "3127",
        "program_version": 1,
        "program_name": name,
        "period_start_date": start,
        "period_end_date": end,
        "period_grain": "month" if len(code) == 7 and "Q" not in code else "quarter",
        "is_open": start <= TODAY <= end,
        "headline_element_code": element,
        "amount_deducted": money("0"),
        "amount_forfeited": money("0"),
        "amount_held": money("0"),
        "amount_capped": money("0"),
        "amount_adjusted": money("0"),
        "gate_state": "none",
        "gates_met_count": 0,
        "gates_count": 0,
        "standing_state": "ok",
        "selling_days_total": 26,
        "selling_days_elapsed": 12,
        "selling_days_left": 14,
        "paid_by_statement_amount": None,
        "bulletin_number": "NA-25-081",
    }
    return {**row, **given}


def _program_standings() -> Rows:
    return [
        _standing(
            NISSAN,
            "nissan-one",
            "Nissan One",
            "volume",
            AUGUST,
            reported_units=54,
            pending_units=3,
            official_units=53,
            objective_units=50,
            attainment_pct=Decimal("108"),
            tier_number=2,
            tier_count=3,
            next_tier_number=3,
            units_to_next_tier=1,
            amount_before_gates=money("32400"),
            amount_earned=money("32400"),
            amount_with_pending=money("68400"),
            worth_of_next_tier_amount=money("33600"),
            units_per_selling_day=Decimal("4.5"),
            needed_units_per_selling_day=Decimal("0.0714"),
        ),
        _standing(
            NISSAN,
            "csi-quarter-bonus",
            "Quality Quarter",
            "volume",
            QUARTER,
            reported_units=112,
            pending_units=3,
            official_units=112,
            objective_units=None,
            tier_number=0,
            tier_count=1,
            next_tier_number=1,
            units_to_next_tier=28,
            amount_before_gates=money("0"),
            amount_earned=money("0"),
            amount_with_pending=money("0"),
            worth_of_next_tier_amount=money("20000"),
            gate_state="not_met",
            gates_met_count=0,
            gates_count=1,
            gate_summary="CSI 91.4 of 92",
            selling_days_total=78,
            selling_days_elapsed=38,
            selling_days_left=40,
            units_per_selling_day=Decimal("2.9474"),
            needed_units_per_selling_day=Decimal("0.7"),
            bulletin_number="NA-25-070",
        ),
        _standing(
            NISSAN,
            "nissan-one",
            "Nissan One",
            "volume",
            JULY,
            reported_units=49,
            pending_units=0,
            official_units=49,
            objective_units=50,
            attainment_pct=Decimal("98"),
            tier_number=1,
            tier_count=3,
            next_tier_number=2,
            units_to_next_tier=1,
            amount_earned=money("18150"),
            amount_adjusted=money("1000"),
            amount_before_gates=money("17150"),
            amount_with_pending=money("18150"),
            worth_of_next_tier_amount=money("12850"),
            paid_by_statement_amount=money("17800"),
        ),
        _standing(
            HONDA,
            "honda-growth",
            "Honda Growth",
            "growth",
            AUGUST,
            reported_units=104,
            pending_units=2,
            official_units=104,
            tier_number=1,
            tier_count=1,
            amount_before_gates=money("12000"),
            amount_earned=money("12000"),
            amount_with_pending=money("18000"),
            worth_of_next_tier_amount=None,
            units_per_selling_day=Decimal("8.6667"),
        ),
        _standing(
            FORD,
            "ford-f150",
            "Ford F-150",
            "f150",
            QUARTER,
            reported_units=24,
            pending_units=1,
            official_units=24,
            objective_units=20,
            attainment_pct=Decimal("120"),
            tier_number=2,
            tier_count=2,
            amount_before_gates=money("14000"),
            amount_earned=money("14000"),
            amount_with_pending=money("14000"),
            units_per_selling_day=Decimal("0.6316"),
        ),
        _standing(
            VW,
            "vw-bonus",
            "Volkswagen Bonus",
            "new",
            QUARTER,
            reported_units=0,
            pending_units=0,
            objective_units=None,
            standing_state="no_objective",
            amount_before_gates=money("0"),
            amount_earned=money("0"),
            amount_with_pending=money("0"),
        ),
    ]


def _element_standings() -> Rows:
    more = {
        ("nissan-one", "2025-08"): {
            "paid_units": 54,
            "paid_msrp_amount": money("1836000"),
            "next_tier_units": 55,
            "next_tier_amount": money("66000"),
        },
        ("nissan-one", "2025-07"): {
            "amount_earned": money("17150"),
            "amount_with_pending": money("17150"),
            "paid_units": 49,
            "paid_msrp_amount": money("1666000"),
            "next_tier_units": 50,
            "next_tier_amount": money("30000"),
        },
        ("csi-quarter-bonus", "2025-Q3"): {
            "paid_units": 112,
            "paid_msrp_amount": money("3808000"),
            "next_tier_units": 140,
            "next_tier_amount": money("20000"),
            "gate_effect": "forfeit",
        },
        ("honda-growth", "2025-08"): {
            "base_units": 100,
            "paid_units": 104,
            "paid_msrp_amount": money("3640000"),
        },
        ("ford-f150", "2025-Q3"): {"paid_units": 14, "paid_msrp_amount": money("812000")},
    }
    columns = (
        "rooftop_id program_code period_code program_version reported_units pending_units "
        "official_units "
        "objective_units attainment_pct tier_number tier_count amount_before_gates amount_deducted "
        "amount_forfeited amount_held amount_capped amount_earned amount_with_pending "
        "next_tier_number "
        "units_to_next_tier worth_of_next_tier_amount gate_state standing_state"
    ).split()
    rows = []
    for row in _program_standings():
        element = {column: row.get(column) for column in columns}
        element |= {"element_code": row["headline_element_code"], "gate_effect": None}
        element |= {"delivered_units": row["reported_units"], "open_recall_units": 0}
        rows.append(element | more.get((row["program_code"], row["period_code"]), {}))
    return rows
