"""How likely which amount is, behind a click: the distribution and what it leaves out.

Belongs here: the expander alone. Sums of draws are app/forecast_queries.py, the chart
app/components/charts.py, sentences app/components/outlook.py.
"""

from __future__ import annotations

import streamlit as st

from app.components.charts import amount_chart
from app.components.outlook import held_text, left_out_text, spread_remark
from app.forecast_queries import AmountSpread
from app.theme import show_chart


def show_spread(spread: AmountSpread | None, title: str, key: str) -> None:
    """Draw the expander; nothing without a forecast, or where one amount is as good as sure."""
    if spread is None or spread.low_80_amount == spread.high_80_amount:
        return
    with st.expander(title, icon=":material/bar_chart:"):
        show_chart(
            amount_chart(spread), key=key, alt=f"{title}: {spread_remark(spread)}"
        )
        remarks = [
            "What the open periods pay at their end, after gates and rules between programs; "
            "full colour holds 8 of 10 cases. What goes together is added up together."
        ]
        if spread.expected_held_amount:
            remarks.append(held_text(spread.expected_held_amount))
        if spread.left_out:
            remarks.append(left_out_text(spread.left_out))
        st.caption(" ".join(remarks))
