"""The lines of an explanation that lead from the elements' amounts over adjustments to the last."""

from __future__ import annotations

from decimal import Decimal

from programs.adjustment_words import adjustment_lines, change_text

STANDING = {"amount_earned": Decimal("9500.00"), "amount_held": Decimal("0.00")}
BACK = {
    "rule_kind": "catch_up",
    "rule_code": "quarter",
    "rule_text": "A missed period is earned back.",
    "evidence_text": "2014-11: 18 of 20 units",
    "bulletin_number": "B-1",
    "amount_earned": Decimal("10000.00"),
    "amount_held": Decimal("0.00"),
}
STRUCK = BACK | {
    "rule_kind": "strikes",
    "rule_code": "ads",
    "bulletin_number": None,
    "amount_earned": Decimal("-1500.00"),
}


def test_lines_lead_from_the_elements_to_what_is_earned_after_all():
    lines = [(line.label, line.figure) for line in adjustment_lines(STANDING, [BACK, STRUCK])]
    assert lines == [
        ("Elements together", "$1,000"),
        ("Earned back", "+$10,000"),
        ("  quarter", ""),
        ("Strikes", "−$1,500"),
        ("  ads", ""),
        ("Earned after all", "$9,500"),
    ]


def test_each_adjustment_names_its_figures_and_bulletin():
    texts = [line.text for line in adjustment_lines(STANDING, [BACK, STRUCK])]
    assert "2014-11: 18 of 20 units (bulletin B-1)" in texts
    assert "2014-11: 18 of 20 units (bulletin not named)" in texts


def test_what_is_held_after_all_is_said():
    standing = STANDING | {"amount_held": Decimal("250.50")}
    assert adjustment_lines(standing, [BACK])[-1].figure == "$250.50"


def test_without_an_adjustment_there_is_nothing_to_say():
    assert adjustment_lines(STANDING, []) == ()


def test_held_changes_are_named_beside_earned_ones():
    row = {"amount_earned": Decimal("-1.25"), "amount_held": Decimal(300)}
    assert change_text(row) == "−$1.25, +$300 held"
