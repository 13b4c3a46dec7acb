"""Explain: from the amount to the tier, the edge and its rounding, the gates, and each VIN.

Belongs here: the drill-down of one program and period at one rooftop. Nothing is computed anew:
each line is a stored figure, with the source file and row that it came from.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import streamlit as st

from app import format as fmt
from app.components import frames
from app.components.reckoning import reckoning
from app.components.states import nothing_here
from app.frame import Screen, choose_rooftop, keep_choice, open_screen
from app.navigation import link
from app.queries import ProgramView, counted_units, program_views
from app.records import CountedUnit
from programs import explanation_words as words

VIEWS = {
    "all": "All",
    "reported": "Reported",
    "pending": "Pending",
    "not_counted": "Not counted",
    "differs": "Counted differently by the OEM",
    "unpaid": "Counted, not paid",
}
COLUMNS = (
    frames.Column("VIN", pa.string(), st.column_config.TextColumn(width=165, pinned=True)),
    frames.Column("Vehicle", pa.string(), st.column_config.TextColumn(width=225)),
    frames.Column("Counting date", pa.date32(), st.column_config.DateColumn(format="MMM D")),
    frames.Column("Count", pa.string()),
    frames.Column("Why", pa.string(), st.column_config.TextColumn(width=330)),
    frames.Column("Source", pa.string(), st.column_config.TextColumn(width=340)),
    frames.Column("Paid", pa.string()),
    frames.Column("OEM's list", pa.string()),
    frames.Column("Rule", pa.string(), st.column_config.TextColumn(width=330)),
    frames.Column("RDR", pa.string()),
    frames.Column("Deal", pa.string()),
    frames.Column("MSRP", frames.MONEY, frames.money_config()),
)


def show(screen: Screen) -> None:
    """Draw the page."""
    left, middle, right = st.columns(3)
    with left:
        rooftop_id = choose_rooftop(screen)
    views = program_views(screen.source, rooftop_id, is_open=None)
    if not views:
        nothing_here("Nothing to explain", "This rooftop is enrolled in no program.")
        return
    with middle:
        names = {view.standing.program_code: view.standing.program_name for view in views}
        program = keep_choice("program", "Program", list(names), names)
    own = [view for view in views if view.standing.program_code == program]
    with right:
        periods = {
            view.standing.period_code: fmt.period(
                view.standing.period_code,
                view.standing.period_start_date,
                view.standing.period_end_date,
            )
            for view in own
        }
        period = keep_choice("period", "Period", list(periods), periods)
    view = next(v for v in own if v.standing.period_code == period)
    st.html(reckoning(view))
    _units(screen, view)
    link("what-if", "What would a few more units change?", rooftop=rooftop_id, program=program)


def _units(screen: Screen, view: ProgramView) -> None:
    standing = view.standing
    units = counted_units(
        screen.source, standing.rooftop_id, standing.program_code, standing.period_code
    )
    st.subheader("Every VIN that was weighed", anchor=False)
    if not units:
        nothing_here("No VIN yet", "No sale of this period has come in.")
        return
    counts = {kind: len(_of_kind(units, kind)) for kind in VIEWS}
    chosen = st.segmented_control(
        "Show",
        [kind for kind, count in counts.items() if count or kind == "all"],
        format_func=lambda kind: f"{VIEWS[kind]} {counts[kind]:,}",
        default="all",
        key="units",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )
    rows = [_row(unit) for unit in _of_kind(units, chosen)]
    frames.show(COLUMNS, rows, key="units-table", height=min(38 + 35 * max(len(rows), 1), 560))
    st.download_button(
        "Download CSV",
        frames.to_csv([column.title for column in COLUMNS], rows),
        file_name=f"{standing.rooftop_id}-{standing.program_code}-{standing.period_code}.csv",
        mime="text/csv",
        icon=":material/download:",
    )


def _of_kind(units: Sequence[CountedUnit], kind: str) -> list[CountedUnit]:
    tests = {
        "all": lambda unit: True,
        "differs": lambda unit: bool(unit.difference_reason),
        "unpaid": lambda unit: unit.is_counted and not unit.is_paid,
    }
    test = tests.get(kind, lambda unit: unit.count_state == kind)
    return [unit for unit in units if test(unit)]


def _row(unit: CountedUnit) -> tuple:
    row = vars(unit)
    return (
        unit.vin,
        words.vehicle_text(row),
        unit.counting_date,
        words.words(unit.count_state),
        words.why_text(row),
        words.source_text(row) or None,
        words.paid_text(row),
        words.listed_text(row),
        words.rule_text(row),
        unit.rdr_number,
        unit.deal_number,
        unit.msrp_amount,
    )


show(open_screen("explain"))
