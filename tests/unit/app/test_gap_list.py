"""Gaps are gathered so that a manager acts once on what is one thing, and no dollar is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.components.gap_list import gap_list, gather
from app.records import Gap

TODAY = date(2025, 8, 15)
CAR = Gap(
    gap_id="a",
    rooftop_id="lakeside",
    program_code="nissan-one",
    period_code="2025-08",
    gap_code="delivered_not_reported",
    severity="warning",
    title="Delivered and not reported: Rogue 5N1",
    detail="No RDR has been submitted.",
    amount_at_risk=Decimal("5454.55"),
    last_day_date=date(2025, 9, 2),
    days_left=18,
    vin="5N1",
    item_code=None,
    evidence_text="Deal 33485.",
    source_file="sales.csv",
    source_row=32,
)
SECOND = replace(
    CAR, gap_id="b", severity="critical", title="Delivered and not reported: Kicks 3N8",
    amount_at_risk=Decimal("5454.54"), last_day_date=date(2025, 8, 17), days_left=2, vin="3N8",
)  # fmt: skip
OTHER_PERIOD = replace(CAR, gap_id="c", period_code="2025-07", amount_at_risk=None)
UNPAID = replace(CAR, gap_id="d", gap_code="earned_not_paid", amount_at_risk=Decimal("8000.00"))
UNPAID_TOO = replace(UNPAID, gap_id="e", amount_at_risk=Decimal("9000.00"))


def test_cars_of_one_reason_program_and_period_are_one_entry() -> None:
    first, *others = gather([UNPAID_TOO, UNPAID, CAR, SECOND, OTHER_PERIOD])
    assert first.gaps == (CAR, SECOND)
    assert first.amount == Decimal("10909.09")
    assert (first.severity, first.first_to_end) == ("critical", SECOND)
    assert [group.gaps for group in others] == [(UNPAID_TOO,), (UNPAID,), (OTHER_PERIOD,)]
    assert others[-1].amount is None


def test_an_entry_of_several_opens_down_to_each_car() -> None:
    html = gap_list(
        gather([CAR, SECOND]), str, {"nissan-one": "Nissan One"}, name_rooftop=True, today=TODAY
    )
    assert "2 cars delivered and not reported, 2025-08" in html
    assert "$10,909.09" in html and "2 days left" in html
    for words in ("Rogue 5N1", "Kicks 3N8", "$5,454.55", "$5,454.54", "sales.csv, row 32"):
        assert words in html


def test_a_single_gap_says_all_without_opening() -> None:
    html = gap_list(gather([CAR]), str, {}, name_rooftop=False, today=TODAY)
    assert "<details>" not in html
    assert "No RDR has been submitted." in html and "Deal 33485." in html
