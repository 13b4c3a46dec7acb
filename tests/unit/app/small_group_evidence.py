"""The small group's evidence: VINs, gates, days, gaps, feeds, stock and forecasts.

Belongs here: hand-made rows beside the standings of small_group.py.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.unit.app.published_fixture import AS_OF, TODAY, Rows, money

NISSAN, HONDA, FORD = "lakeside-nissan", "northgate-honda", "prairie-ford"


def gates() -> Rows:
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


def vin(number: int) -> str:
    return f"1N6ED1EK{number % 10}SN{600000 + number}"


def units() -> Rows:
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
                "vin": vin(number),
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


def daily() -> Rows:
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


def gaps() -> Rows:
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
            evidence_text=f"{vin(54)}, {vin(55)}, {vin(56)}",
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
            vin=vin(57),
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


def adjustment() -> dict[str, Any]:
    """July closes two months that both stood at the first tier."""
    return {
        "rooftop_id": NISSAN,
        "program_code": "nissan-one",
        "period_code": "2025-07",
        "adjustment_number": 1,
        "rule_kind": "all_periods",
        "rule_code": "summer",
        "rule_program_code": "nissan-one",
        "rule_program_version": 1,
        "amount_earned": money("1000"),
        "amount_held": money("0"),
        "rule_text": "All periods at tier 1 or above pay $1,000 once more.",
        "evidence_text": "2025-06: 50 of 50 units, tier 2; 2025-07: 49 of 50 units, tier 1",
        "bulletin_number": "NNA-2025-06",
    }


def feeds() -> Rows:
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


def set_aside() -> Rows:
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


def inventory() -> Rows:
    return [
        {
            "rooftop_id": NISSAN,
            "vin": vin(200 + number),
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
