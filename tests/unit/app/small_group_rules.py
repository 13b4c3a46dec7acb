"""The small group's rules: programs, elements, ladders, and what counts in them.

Belongs here: hand-made rules beside the standings of small_group.py.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.unit.app.published_fixture import Rows, money

SAMPLE = Path(__file__).parents[3] / "sample_group" / "home"
NISSAN, HONDA, FORD = "lakeside-nissan", "northgate-honda", "prairie-ford"


def programs() -> Rows:
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


def documents() -> Rows:
    """The sample group's own rulebooks and calendars, which say the same."""
    return [
        {"kind": kind, "file": path.name, "text": path.read_text(encoding="utf-8")}
        for kind, folder in (("rulebook", "rulebooks"), ("calendar", "calendars"))
        for path in sorted((SAMPLE / folder).glob("*.yaml"))
    ]


def elements() -> Rows:
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


def segments() -> Rows:
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


def memberships() -> Rows:
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


def limits() -> Rows:
    keys = ("program_code", "program_version", "element_code")
    return [
        {**{key: row[key] for key in keys}, "has_open_recall_deduction": False}
        for row in elements()
    ]
