"""The small group's rows: four rooftops and the shapes of program that the page has to draw.

Belongs here: hand-made figures. Nissan One 54 of 50 and Honda's growth are the public worked
figures.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.unit.app.published_fixture import AS_OF, TODAY, Rows, money

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
        "fct_gate": _gates(),
        "fct_counted_unit": _units(),
        "fct_standing_daily": _daily(),
        "fct_gap": _gaps(),
        "fct_feed_health": _feeds(),
        "fct_set_aside": _set_aside(),
        "fct_inventory": _inventory(),
        "fct_forecast": _forecasts(),
        "fct_forecast_tier": _forecast_tiers(),
        "dim_segment_membership": _memberships(),
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
            "has_open_recall_deduction": False,
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


def _gates() -> Rows:
    return [
        {
            "rooftop_id": NISSAN,
            "program_code": "csi-quarter-bonus",
            "element_code": "volume",
            "period_code": "2025-Q3",
            "gate_code": "csi",
            "conjunct_number": 1,
            "leaf_number": 1,
            "gate_name": "CSI",
            "metric_code": "csi",
            "metric_source": "survey_average",
            "score": Decimal("91.4"),
            "sample_count": 17,
            "minimum_sample": 10,
            "comparison": ">=",
            "threshold_value": Decimal("92"),
            "threshold_kind": "fixed",
            "score_date": date(2025, 8, 14),
            "leaf_state": "not_met",
            "gate_state": "not_met",
            "effect": "forfeit",
            "evidence_text": "17 surveys average 91.4; 92 is needed",
            "source_file": "csi/surveys_20250814.csv",
            "source_row": 412,
        }
    ]


def _vin(number: int) -> str:
    return f"1N6ED1EK{number % 10}SN{600000 + number}"


def _units() -> Rows:
    rows = []
    models = (("Frontier", "SV"), ("Rogue", "SL"), ("Pathfinder", "Rock Creek"))
    for number in range(60):
        model, trim = models[number % 3]
        state = "reported" if number < 54 else "pending" if number < 57 else "not_counted"
        reason = {"reported": "counted", "pending": "pending_not_reported"}.get(
            state, "rdr_rejected"
        )
        rows.append(
            {
                "rooftop_id": NISSAN,
                "program_code": "nissan-one",
                "period_code": "2025-08",
                "vin": _vin(number),
                "dealer_code": "3127",
                "program_version": 1,
                "make": "Nissan",
                "model": model,
                "trim": trim,
                "model_year": 2025,
                "powertrain": "gas",
                "stock_type": "new",
                "sale_type": "retail",
                "segment_code": "s1",
                "counting_date": date(2025, 8, 1 + number % 14),
                "rdr_number": f"R{7000 + number}" if state != "pending" else None,
                "rdr_status": {"reported": "accepted", "pending": "none"}.get(state, "rejected"),
                "deal_number": f"D{9000 + number}",
                "delivery_date": date(2025, 8, 1 + number % 14),
                "msrp_amount": money("34000"),
                "count_state": state,
                "is_counted": state == "reported",
                "is_pending": state == "pending",
                "is_official": number < 53,
                "is_paid": state == "reported",
                "counted_element_codes": "volume",
                "paid_element_codes": "volume",
                "reason_code": reason,
                "reason_text": {
                    "counted": "RDR accepted",
                    "pending_not_reported": "Delivered, no RDR yet",
                    "rdr_rejected": "RDR rejected: customer name mismatch",
                }[reason],
                "pay_reason_code": "paid" if state == "reported" else "not_counted",
                "has_open_recall": False,
                "difference_reason": "not yet on the OEM's list" if number == 53 else None,
                "source_file": "portal/nissan_rdrs_20250814T2200.csv",
                "source_row": 210 + number,
                "bulletin_number": "NA-25-081",
            }
        )
    return rows


def _daily() -> Rows:
    rows = []
    for number in range(15):
        day = date(2025, 8, 1) + timedelta(days=number)
        rows.append(
            {
                "rooftop_id": NISSAN,
                "program_code": "nissan-one",
                "element_code": "volume",
                "period_code": "2025-08",
                "date": day,
                "program_version": 1,
                "reported_units": 54 * number // 14,
                "pending_units": min(number, 3),
                "objective_units": 50,
                "tier_number": 0,
                "amount_earned": money("0"),
                "is_selling_day": day.weekday() != 6,
            }
        )
    return rows


def _gaps() -> Rows:
    def gap(
        number: int,
        rooftop: str,
        code: str,
        severity: str,
        title: str,
        amount: str | None,
        last: date | None,
        **more: Any,
    ) -> dict:
        return {
            "gap_id": f"g{number}",
            "rooftop_id": rooftop,
            "gap_code": code,
            "severity": severity,
            "title": title,
            "amount_at_risk": None if amount is None else money(amount),
            "last_day_date": last,
            "days_left": None if last is None else (last - TODAY).days,
            **more,
        }

    return [
        gap(
            1,
            NISSAN,
            "delivered_not_reported",
            "critical",
            "3 delivered units have no RDR",
            "36000",
            date(2025, 8, 31),
            program_code="nissan-one",
            period_code="2025-08",
            detail="With them 57 units stand in tier 3.",
            evidence_text=f"{_vin(54)}, {_vin(55)}, {_vin(56)}",
            source_file="dealervault/1203_sales_20250814T2300.csv",
            source_row=88,
        ),
        gap(
            2,
            NISSAN,
            "rdr_rejected",
            "warning",
            "RDR R7057 was rejected",
            "1200",
            date(2025, 8, 31),
            program_code="nissan-one",
            period_code="2025-08",
            vin=_vin(57),
            evidence_text="Rejected: customer name mismatch",
            source_file="portal/nissan_rdrs.csv",
            source_row=267,
        ),
        gap(
            3,
            NISSAN,
            "gate_below",
            "critical",
            "CSI 91.4 is below its gate of 92",
            "20000",
            date(2025, 9, 30),
            program_code="csi-quarter-bonus",
            period_code="2025-Q3",
            evidence_text="17 surveys average 91.4",
        ),
        gap(
            4,
            NISSAN,
            "earned_not_paid",
            "warning",
            "July's statement is $350 short",
            "350",
            None,
            program_code="nissan-one",
            period_code="2025-07",
            evidence_text="Statement S-4411 paid 48 units",
        ),
        gap(
            5,
            FORD,
            "item_due",
            "info",
            "Sales consultant training is due",
            None,
            date(2025, 9, 12),
            program_code="ford-f150",
            item_code="TRN-12",
            evidence_text="2 of 9 people have not completed it",
        ),
    ]


def _feeds() -> Rows:
    return [
        {
            "feed_id": f"{vendor}-{kind}-{rooftop}",
            "vendor_code": vendor,
            "source_kind": kind,
            "rooftop_id": rooftop,
            "last_source_file": f"{vendor}/latest.csv",
            "last_known_at": AS_OF - timedelta(hours=hours),
            "age_hours": Decimal(hours),
            "expected_every_days": every,
            "feed_state": state,
            "files_landed_count": 40,
            "files_set_aside_count": aside,
            "rows_landed_count": 8000,
            "rows_set_aside_count": 3,
        }
        for vendor, kind, rooftop, hours, every, state, aside in (
            ("dealervault", "dms/deals", NISSAN, 8, 1, "fresh", 1),
            ("tekion", "dms/deals", HONDA, 9, 1, "fresh", 0),
            ("reynolds", "dms/deals", FORD, 230, 7, "late", 0),
            ("nissan", "portal/rdrs", None, 9, 1, "fresh", 0),
        )
    ]


def _set_aside() -> Rows:
    return [
        {
            "source_file": "dealervault/1203_sales_20250709.csv",
            "source_row": None,
            "vendor_code": "dealervault",
            "source_kind": "dms/deals",
            "reason": "half-written: the last line is cut off",
            "known_at": AS_OF - timedelta(days=37),
        },
        {
            "source_file": "tekion/deals_20250811.json",
            "source_row": 14,
            "vendor_code": "tekion",
            "source_kind": "dms/deals",
            "column_name": "vin",
            "reason": "not a VIN",
            "offending_value": "1HG",
            "known_at": AS_OF - timedelta(days=4),
        },
    ]


def _inventory() -> Rows:
    return [
        {
            "rooftop_id": NISSAN,
            "vin": _vin(200 + number),
            "stock_number": f"S{number}",
            "make": "Nissan",
            "model": ("Frontier", "Rogue", "Pathfinder")[number % 3],
            "trim": "SV",
            "model_year": 2025,
            "stock_type": "new",
            "inventory_status": "on_ground",
            "msrp_amount": money("34000"),
            "snapshot_date": TODAY,
            "segment_code": "s1",
        }
        for number in range(20)
    ]


def _forecasts() -> Rows:
    return [
        {
            "rooftop_id": rooftop,
            "program_code": program,
            "element_code": element,
            "period_code": period,
            "as_of_date": TODAY,
            "model_code": "prophet",
            "units_to_date": now,
            "median_units": median,
            "low_80_units": low,
            "high_80_units": high,
            "low_95_units": low - 4,
            "high_95_units": high + 4,
            "expected_units": float(median),
            "expected_amount": money(amount),
            "chance_any_tier": chance,
            "history_days": 1000,
        }
        for rooftop, program, element, period, now, median, low, high, amount, chance in (
            (NISSAN, "nissan-one", "volume", "2025-08", 57, 71, 63, 82, "85212.50", 1.0),
            (NISSAN, "csi-quarter-bonus", "volume", "2025-Q3", 115, 138, 124, 151, "9120.00", 0.41),
            (HONDA, "honda-growth", "growth", "2025-08", 106, 131, 118, 146, "54310.00", 1.0),
            (FORD, "ford-f150", "f150", "2025-Q3", 25, 44, 35, 53, "14000.00", 1.0),
        )
    ]


def _forecast_tiers() -> Rows:
    return [
        {
            "rooftop_id": rooftop,
            "program_code": program,
            "element_code": element,
            "period_code": period,
            "tier_number": tier,
            "edge_units": edge,
            "chance": chance,
        }
        for rooftop, program, element, period, tier, edge, chance in (
            (NISSAN, "nissan-one", "volume", "2025-08", 1, 45, 1.0),
            (NISSAN, "nissan-one", "volume", "2025-08", 2, 50, 1.0),
            (NISSAN, "nissan-one", "volume", "2025-08", 3, 55, 0.973),
            (NISSAN, "csi-quarter-bonus", "volume", "2025-Q3", 1, 140, 0.41),
            (HONDA, "honda-growth", "growth", "2025-08", 1, 100, 1.0),
            (FORD, "ford-f150", "f150", "2025-Q3", 1, 20, 1.0),
            (FORD, "ford-f150", "f150", "2025-Q3", 2, 24, 0.99),
        )
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
