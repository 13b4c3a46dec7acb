"""Rooftops: the whole group side by side, rooftop by program, with totals.

Belongs here: the order of things on this page. The matrix is app/components/matrix.py.
"""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from app import format as fmt
from app.components import frames
from app.components.matrix import ORDERS, Line, lines, matrix
from app.components.outlook import spread_remark
from app.components.spread import show_spread
from app.components.states import nothing_here
from app.components.tables import tiles
from app.forecast_queries import rooftop_amounts, together
from app.frame import Screen, open_screen, warn_of_feeds
from app.queries import (
    chances_of_next_tier,
    expected_amounts,
    gaps,
    program_standings,
    to_act_on,
    total,
)

COLUMNS = (
    frames.Column("Rooftop", pa.string()),
    frames.Column("Program", pa.string()),
    frames.Column("Period", pa.string()),
    frames.Column("Reported", pa.int64()),
    frames.Column("Pending", pa.int64()),
    frames.Column("Official", pa.int64()),
    frames.Column("Objective", pa.int64()),
    frames.Column("Tier", pa.int64()),
    frames.Column("To next tier", pa.int64()),
    frames.Column("Chance", pa.float64(), st.column_config.NumberColumn(format="percent")),
    frames.Column("Earned", frames.MONEY, frames.money_config()),
    frames.Column("Next tier's worth", frames.MONEY, frames.money_config()),
    frames.Column(
        "Expected", frames.MONEY, frames.money_config("The forecast's average at period end")
    ),
)


def show(screen: Screen) -> None:
    """Draw the page."""
    warn_of_feeds(screen, None)
    standings = program_standings(screen.source)
    if not standings:
        nothing_here("No program is open", "No rooftop has a program whose period holds this day.")
        return
    chances, expected = chances_of_next_tier(screen.source), expected_amounts(screen.source)
    risks = to_act_on(gaps(screen.source))
    amounts = rooftop_amounts(screen.source)
    spread = together(amounts.values())
    st.html(
        tiles(
            (
                "earned so far",
                fmt.money(total(row.amount_earned for row in standings)),
                f"at {fmt.plural(len({row.rooftop_id for row in standings}), 'rooftop')}",
                "ss-first",
            ),
            (
                "expected by period end",
                fmt.about_money(spread.expected_amount) if spread else fmt.UNKNOWN,
                spread_remark(spread) if spread else "no forecast",
                "",
            ),
            (
                "next tiers are worth",
                fmt.money(total(row.worth_of_next_tier_amount for row in standings)),
                f"{sum(row.next_tier_number is not None for row in standings)} tiers to reach",
                "",
            ),
            (
                "at risk",
                fmt.money(total(gap.amount_at_risk for gap in risks)),
                f"in {fmt.plural(len(risks), 'gap')}",
                "ss-risk",
            ),
        )
    )
    show_spread(spread, "What the whole group's open programs may pay", key="group-amounts")
    order = st.segmented_control(
        "Sort by",
        list(ORDERS),
        format_func=ORDERS.get,
        default="earned",
        key="order",
        bind="query-params",
        required=True,
    )
    names = {row.rooftop_id: row.rooftop_name for row in screen.rooftops}
    ordered = lines(standings, names, chances, order)
    st.html(matrix(ordered, amounts))
    with st.expander("As a table to sort and export", icon=":material/table_rows:"):
        rows = _table(ordered, chances, expected)
        frames.show(COLUMNS, rows, key="standings-table")
        st.download_button(
            "Download CSV",
            frames.to_csv([column.title for column in COLUMNS], rows),
            file_name=f"standings-{screen.meta.as_of_date}.csv",
            mime="text/csv",
        )


def _table(ordered: list[Line], chances: dict, expected: dict) -> list[tuple]:
    return [
        (
            line.name,
            row.program_name,
            fmt.period(row.period_code, row.period_start_date, row.period_end_date),
            row.reported_units,
            row.pending_units,
            row.official_units,
            row.objective_units,
            row.tier_number,
            row.units_to_next_tier,
            chances.get((row.rooftop_id, row.program_code, row.period_code)),
            row.amount_earned,
            row.worth_of_next_tier_amount,
            expected.get((row.rooftop_id, row.program_code, row.period_code)),
        )
        for line in ordered
        for row in line.standings
    ]


show(open_screen("rooftops"))
