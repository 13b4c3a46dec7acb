"""Gaps: what will cost money if nobody acts, most dollars first.

Belongs here: filters and order. What a gap is and what it costs is decided in the marts.
"""

from __future__ import annotations

import streamlit as st

from app import format as fmt
from app.components import frames
from app.components.gap_list import KINDS, gap_list
from app.components.states import nothing_here
from app.components.tables import tiles
from app.frame import Screen, choose_rooftop, open_screen
from app.queries import gaps, program_standings, total
from app.records import Gap

CSV_COLUMNS = (
    "rooftop_id",
    "program_code",
    "period_code",
    "gap_code",
    "severity",
    "title",
    "detail",
    "amount_at_risk",
    "last_day_date",
    "days_left",
    "vin",
    "item_code",
    "evidence_text",
    "source_file",
    "source_row",
)
SHOWN_AT_ONCE = 60


def show(screen: Screen) -> None:
    """Draw the page."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        rooftop_id = choose_rooftop(screen, with_group=True)
    found = gaps(screen.source, rooftop_id)
    if not found:
        nothing_here(
            "Nothing is at risk",
            "Every delivered unit is reported and every gate is where it should be.",
        )
        return
    kinds = [kind for kind in KINDS if any(gap.gap_code == kind for gap in found)]
    with right:
        chosen = st.pills(
            "Kind",
            kinds,
            selection_mode="multi",
            format_func=lambda kind: KINDS[kind],
            key="kind",
            bind="query-params",
        )
    shown = [gap for gap in found if not chosen or gap.gap_code in chosen]
    _summary(shown)
    programs = {
        row.program_code: row.program_name for row in program_standings(screen.source, is_open=None)
    }
    st.html(
        gap_list(
            shown[:SHOWN_AT_ONCE], screen.rooftop_name, programs, name_rooftop=rooftop_id is None
        )
    )
    if len(shown) > SHOWN_AT_ONCE:
        st.caption(
            f"The {SHOWN_AT_ONCE} with most at risk are shown; the download holds all "
            f"{len(shown):,}."
        )
    st.download_button(
        "Download CSV",
        frames.to_csv(CSV_COLUMNS, [[getattr(gap, name) for name in CSV_COLUMNS] for gap in shown]),
        file_name=f"gaps-{screen.meta.as_of_date}.csv",
        mime="text/csv",
        icon=":material/download:",
    )


def _summary(shown: list[Gap]) -> None:
    soon = [gap for gap in shown if gap.days_left is not None and 0 <= gap.days_left <= 7]
    critical = [gap for gap in shown if gap.severity == "critical"]
    st.html(
        tiles(
            (
                "at risk",
                fmt.money(total(gap.amount_at_risk for gap in shown)),
                f"in {fmt.plural(len(shown), 'gap')}",
                "ss-risk",
            ),
            (
                "due within 7 days",
                fmt.money(total(gap.amount_at_risk for gap in soon)),
                f"in {fmt.plural(len(soon), 'gap')}",
                "",
            ),
            (
                "critical",
                f"{len(critical):,}",
                fmt.money(total(gap.amount_at_risk for gap in critical)),
                "",
            ),
        )
    )


show(open_screen("gaps"))
