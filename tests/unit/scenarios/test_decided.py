"""A decision's figures as they were on the screen, and what became of it in words."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import duckdb
import pytest

from programs.plan import Limits
from scenarios.decided import Became, figures_of, read_became, words_of
from tests.unit.programs.test_chase import weighed

END = datetime.date(2025, 8, 31)


def became(units: int, amount: str = "1000.00", *, is_open: bool = False) -> Became:
    return Became(is_open, END, units, 1, Decimal(amount))


def test_the_figures_are_those_of_the_screen_and_can_be_kept() -> None:
    figures = figures_of(weighed([9] * 6 + [10] * 4), Limits(budget_cents=5_000_00, extra_units=7))
    assert json.loads(json.dumps(figures)) == figures
    assert figures["advice"] == "chase"
    assert (figures["edge_units"], figures["units_now"]) == (10, 8)
    assert (figures["chance"], figures["stake_amount"]) == (0.4, "1000.00")
    assert (figures["expected_amount"], figures["budget_amount"]) == ("400.00", "5000.00")
    assert figures["to_aim"]["units"] == 1 and figures["best"]["net_amount"] == "500.00"
    assert figures["pays_share"] == 0.6 and figures["extra_units"] == 7
    assert figures["doubts"][-1] == "few days of history"


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (None, "Its period is no longer among the published ones."),
        (became(8, "0.00", is_open=True), "Open until 2025-08-31: 8 units and $0 so far."),
        (
            became(10),
            "Ended with 10 units and $1,000, tier 1 was reached, inside the 9 to 10 units "
            "expected then. Expected then: $400.",
        ),
        (
            became(9, "0.00"),
            "Ended with 9 units and $0, tier 1 was missed by 1 unit, inside the 9 to 10 units "
            "expected then. Expected then: $400.",
        ),
        (
            became(8, "0.00"),
            "Ended with 8 units and $0, tier 1 was missed by 2 units, outside the 9 to 10 "
            "units expected then. Expected then: $400.",
        ),
    ],
)
def test_what_happened_is_set_against_what_was_shown(now: Became | None, said: str) -> None:
    assert words_of(figures_of(weighed([9] * 6 + [10] * 4), Limits()), now) == said


def test_what_became_is_read_for_the_rooftops_asked_alone() -> None:
    with duckdb.connect() as connection:
        connection.execute(
            """create table fct_program_standing as select * from (values
            ('a', 'p', '2025-07', date '2025-07-31', false, 2, 12, 900.00, 100.00, 'ok'),
            ('a', 'q', '2025-08', date '2025-08-31', true, null, null, null, null, 'ok'),
            ('a', 'r', '2025-08', date '2025-08-31', true, 0, 0, 0.00, 0.00, 'not_enrolled'),
            ('b', 'p', '2025-07', date '2025-07-31', false, 1, 3, 1.00, 0.00, 'ok')
            ) t(rooftop_id, program_code, period_code, period_end_date, is_open, tier_number,
                reported_units, amount_earned, amount_held, standing_state)"""
        )
        found = read_became(connection, ["a"])
    assert found == {
        ("a", "p", "2025-07"): Became(
            False, datetime.date(2025, 7, 31), 12, 2, Decimal("1000.00")
        ),
        ("a", "q", "2025-08"): Became(True, END, 0, None, Decimal(0)),
    }
