"""Gaps: what will cost money if nobody acts, most dollars first.

Belongs here: filters and order. What a gap is and what it costs is decided in the marts.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import format as fmt
from app.components import frames
from app.components.gap_list import KINDS, gap_list, gather
from app.components.states import nothing_here
from app.components.tables import tiles
from app.frame import Screen, choose_rooftop, open_screen
from app.queries import gaps, program_standings, to_act_on, total
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
SHOWN_AT_ONCE = 40


def show(screen: Screen) -> None:
    """Draw the page."""
    rooftop_id = choose_rooftop(screen, with_group=True)
    found = gaps(screen.source, rooftop_id)
    if not found:
        nothing_here(
            "Nothing is at risk",
            "Every delivered unit is reported and every gate is where it should be.",
        )
        return
    acts = to_act_on(found)
    sets = {"act": acts, "info": [gap for gap in found if gap not in set(acts)], "all": found}
    names = {"act": "To act on", "info": "For information", "all": "All"}
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        which = st.segmented_control(
            "Show", [name for name in names if sets[name]],
            format_func=lambda name: f"{names[name]} {len(sets[name]):,}",
            default="act" if acts else "info", key="show", bind="query-params", required=True,
        )  # fmt: skip
        kinds = [kind for kind in KINDS if any(gap.gap_code == kind for gap in sets[which])]
        chosen = st.multiselect(
            "Kind", kinds, format_func=lambda kind: KINDS[kind], key="kind", bind="query-params",
            placeholder="All kinds", width=420,
        )  # fmt: skip
    shown = [gap for gap in sets[which] if not chosen or gap.gap_code in chosen]
    _summary(shown)
    programs = {
        row.program_code: row.program_name for row in program_standings(screen.source, is_open=None)
    }
    groups = gather(shown)
    st.html(
        gap_list(
            groups[:SHOWN_AT_ONCE], screen.rooftop_name, programs,
            name_rooftop=rooftop_id is None, today=screen.meta.as_of_date,
        )
    )  # fmt: skip
    if len(groups) > SHOWN_AT_ONCE:
        st.caption(
            f"The {SHOWN_AT_ONCE} entries with most at risk are shown; the download holds all "
            f"{fmt.plural(len(shown), 'gap')}."
        )
    st.download_button(
        "Download CSV",
        frames.to_csv(CSV_COLUMNS, [[getattr(gap, name) for name in CSV_COLUMNS] for gap in shown]),
        file_name=f"gaps-{screen.meta.as_of_date}.csv", mime="text/csv", icon=":material/download:",
    )  # fmt: skip


def _summary(shown: Sequence[Gap]) -> None:
    soon = [gap for gap in shown if gap.days_left is not None and 0 <= gap.days_left <= 7]
    overdue = [gap for gap in shown if gap.days_left is not None and gap.days_left < 0]
    st.html(
        tiles(
            ("at risk", fmt.money(total(gap.amount_at_risk for gap in shown)),
             f"in {fmt.plural(len(shown), 'gap')}", "ss-risk"),
            ("last day within 7 days", fmt.money(total(gap.amount_at_risk for gap in soon)),
             f"in {fmt.plural(len(soon), 'gap')}", ""),
            ("last day has passed", fmt.money(total(gap.amount_at_risk for gap in overdue)),
             f"in {fmt.plural(len(overdue), 'gap')}", ""),
        )
    )  # fmt: skip


show(open_screen("gaps"))
