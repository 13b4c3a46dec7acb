"""The small group's rows: four rooftops and the shapes of program that the page has to draw.

Belongs here: hand-made figures. Nissan One 54 of 50 and Honda's growth are the public worked
figures.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from tests.unit.app import small_group_evidence as evidence
from tests.unit.app.published_fixture import TODAY, Rows, money

NISSAN, HONDA, FORD, VW = "lakeside-nissan", "northgate-honda", "prairie-ford", "harbor-volkswagen"
AUGUST = ("2025-08", date(2025, 8, 1), date(2025, 8, 31))
JULY = ("2025-07", date(2025, 7, 1), date(2025, 7, 31))
QUARTER = ("2025-Q3", date(2025, 7, 1), date(2025, 9, 30))


def tables() -> dict[str, Rows]:
    """Return the rows of each published table."""
    return {
        "dim_rooftop": _rooftops(),
        "dim_program": _programs(),
        "dim_element": _elements(),
        "fct_program_standing": _program_standings(),
        "fct_element_standing": _element_standings(),
        "fct_ladder_segment": _segments(),
        "fct_gate": evidence.gates(),
        "fct_counted_unit": evidence.units(),
        "fct_standing_daily": evidence.daily(),
        "fct_gap": evidence.gaps(),
        "fct_feed_health": evidence.feeds(),
        "fct_set_aside": evidence.set_aside(),
        "fct_inventory": evidence.inventory(),
        "fct_forecast": evidence.forecasts(),
        "fct_forecast_tier": evidence.forecast_tiers(),
        "dim_segment_membership": _memberships(),
        "dim_element_limit": _limits(),
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


def _programs() -> Rows:
    rules = {
        "nissan-one": (
            "Nissan One",
            "nissan",
            "month",
            "NA-25-081",
            "90, 100 or 110 % of the objective pays $350, $600 or $1,200 on every unit.",
        ),
        "honda-growth": (
            "Honda Growth",
            "honda",
            "month",
            "HM-25-114",
            "$3,000 for each unit above last August, at most 20 % of the base.",
        ),
        "ford-f150": (
            "Ford F-150",
            "ford",
            "quarter",
            "FD-2025-33",
            "100 or 120 % pays $750 or $1,000; the new model year counts and isn't paid.",
        ),
        "vw-bonus": (
            "Volkswagen Bonus",
            "volkswagen",
            "quarter",
            "VW-Q3-25",
            "New, certified and CSI add up, at most 3.0 % of MSRP.",
        ),
        "csi-quarter-bonus": (
            "Quality Quarter",
            "nissan",
            "quarter",
            "NA-25-070",
            "$20,000 at 140 units, forfeited below a CSI of 92.",
        ),
    }
    return [
        {
            "program_code": code,
            "program_version": 1,
            "program_name": name,
            "oem_code": oem,
            "period_grain": grain,
            "bulletin_number": number,
            "bulletin_date": date(2025, 6, 25),
            "bulletin_file": f"bulletins/{number}.pdf",
            "rule_summary": rule,
            "announced_date": date(2025, 6, 25),
            "effective_date": date(2025, 7, 1),
            "is_current": True,
            "pays_money": True,
        }
        for code, (name, oem, grain, number, rule) in rules.items()
    ]


def _elements() -> Rows:
    return [
        {
            "program_code": program,
            "program_version": 1,
            "element_code": code,
            "element_name": name,
            "element_order": order,
            "target_kind": target,
            "tier_shape": shape,
            "is_volume": volume,
            "counts_equal_pays": equal,
        }
        for program, code, name, order, target, shape, volume, equal in (
            ("nissan-one", "volume", "Volume", 1, "objective", "retroactive", True, True),
            ("honda-growth", "growth", "Growth", 1, "growth", "marginal", True, True),
            ("ford-f150", "f150", "F-150", 1, "objective", "retroactive", True, False),
            ("vw-bonus", "new", "New", 1, "objective", "retroactive", True, True),
            ("vw-bonus", "certified", "Certified", 2, "objective", "retroactive", True, True),
            ("vw-bonus", "csi", "CSI goals", 3, "none", "retroactive", False, True),
            ("csi-quarter-bonus", "volume", "Volume", 1, "units", "retroactive", True, True),
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
            amount_earned=money("17150"),
            amount_before_gates=money("17150"),
            amount_with_pending=money("17150"),
            worth_of_next_tier_amount=money("12850"),
            paid_by_statement_amount=money("16800"),
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


def _segments() -> Rows:
    def ladder(
        rooftop: str, program: str, element: str, period: str, steps: list[tuple]
    ) -> list[dict]:
        return [
            {
                "rooftop_id": rooftop,
                "program_code": program,
                "element_code": element,
                "period_code": period,
                "segment_number": number,
                "program_version": 1,
                "from_units": start,
                "to_units": end,
                "tier_number": tier,
                "fixed_amount": money(fixed),
                "amount_per_unit": money(per_unit),
                "paid_offset_units": offset,
                "msrp_share": Decimal(0),
                "edge_pct": None if edge is None else Decimal(edge),
                "edge_exact": Decimal(start),
            }
            for number, (start, end, tier, fixed, per_unit, offset, edge) in enumerate(steps)
        ]

    nissan = [
        (0, 45, 0, "0", "0", 0, None),
        (45, 50, 1, "0", "350", 0, "90"),
        (50, 55, 2, "0", "600", 0, "100"),
        (55, None, 3, "0", "1200", 0, "110"),
    ]
    return [
        *ladder(NISSAN, "nissan-one", "volume", "2025-08", nissan),
        *ladder(NISSAN, "nissan-one", "volume", "2025-07", nissan),
        *ladder(
            NISSAN,
            "csi-quarter-bonus",
            "volume",
            "2025-Q3",
            [(0, 140, 0, "0", "0", 0, None), (140, None, 1, "20000", "0", 0, None)],
        ),
        *ladder(
            HONDA,
            "honda-growth",
            "growth",
            "2025-08",
            [
                (0, 100, 0, "0", "0", 0, None),
                (100, 120, 1, "0", "3000", 100, None),
                (120, None, 1, "60000", "0", 0, None),
            ],
        ),
        *ladder(
            FORD,
            "ford-f150",
            "f150",
            "2025-Q3",
            [
                (0, 20, 0, "0", "0", 0, None),
                (20, 24, 1, "0", "750", 0, "100"),
                (24, None, 2, "0", "1000", 0, "120"),
            ],
        ),
    ]


def _memberships() -> Rows:
    return [
        {
            "segment_code": segment,
            "program_code": program,
            "program_version": 1,
            "element_code": element,
            "is_counted": True,
            "is_paid": paid,
        }
        for segment, program, element, paid in (
            ("s1", "nissan-one", "volume", True),
            ("s1", "csi-quarter-bonus", "volume", True),
            ("f24", "ford-f150", "f150", False),
            ("f23", "ford-f150", "f150", True),
        )
    ]


def _limits() -> Rows:
    keys = ("program_code", "program_version", "element_code")
    return [
        {**{key: row[key] for key in keys}, "has_open_recall_deduction": False}
        for row in _elements()
    ]
