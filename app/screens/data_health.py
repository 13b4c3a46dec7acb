"""Data health: the latest run, its checks, each feed's age, and what could not be read.

Belongs here: the order of things on this page. Feeds and set-aside rows come from the marts, the
run's stages and verdicts from last_run.json, so a run that published nothing is seen too.
"""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from app import format as fmt
from app.components import frames
from app.components.health import feed_table, gate_table, run_summary, stage_table
from app.components.states import nothing_here
from app.frame import Screen, open_screen
from app.queries import feeds, set_aside

SET_ASIDE_COLUMNS = (
    frames.Column("File", pa.string(), st.column_config.TextColumn(width=290)),
    frames.Column("Row", pa.int64(), st.column_config.NumberColumn(width=60)),
    frames.Column("Reason", pa.string(), st.column_config.TextColumn(width=400)),
    frames.Column("Column", pa.string(), st.column_config.TextColumn(width=120)),
    frames.Column("Value", pa.string(), st.column_config.TextColumn(width=140)),
    frames.Column("Known", pa.date32(), st.column_config.DateColumn(format="MMM D, YYYY")),
    frames.Column("Kind", pa.string()),
)


def show(screen: Screen) -> None:
    """Draw the page."""
    found = feeds(screen.source)
    _run(screen)
    st.subheader("Feeds", anchor=False)
    if found:
        st.html(feed_table(found, screen.rooftop_name))
    else:
        nothing_here("No feed yet", "Files that arrive in the inbox show here, with their age.")
    _checks(screen)
    _set_aside(screen)


def _run(screen: Screen) -> None:
    if screen.last_run is None:
        nothing_here("No run is on record", "What was published carries no record of its run.")
        return
    st.html(run_summary(screen.last_run, screen.meta.time_zone))
    if screen.last_run.stages:
        with st.expander("What each stage took", icon=":material/timer:"):
            st.html(stage_table(screen.last_run.stages))


def _checks(screen: Screen) -> None:
    st.subheader("Checks of the latest run", anchor=False)
    gates = screen.last_run.gates if screen.last_run else ()
    if not gates:
        nothing_here(
            "No check has run yet", "Every run checks the landed files, the marts and the forecast."
        )
        return
    failing = [gate for gate in gates if not gate.success]
    if failing:
        st.html(gate_table(failing))
    passed = len(gates) - len(failing)
    with st.expander(f"{fmt.plural(passed, 'check')} passed", icon=":material/check:"):
        st.html(gate_table([gate for gate in gates if gate.success]))


def _set_aside(screen: Screen) -> None:
    st.subheader("Set aside", anchor=False)
    if screen.visitor.scope is not None:
        nothing_here(
            "For the whole group only",
            "Files hold several rooftops' rows, so this list is open to those who see all.",
        )
        return
    rows = set_aside(screen.source)
    if not rows:
        nothing_here("Nothing was set aside", "Every line of every file was read.")
        return
    files = [row for row in rows if row.source_row is None]
    st.caption(
        f"{fmt.plural(len(files), 'file')} set aside whole and "
        f"{fmt.plural(len(rows) - len(files), 'row')} in quarantine. Nothing of them is counted."
    )
    table = [
        (
            row.source_file,
            row.source_row,
            row.reason,
            row.column_name,
            row.offending_value,
            row.known_at.date() if row.known_at else None,
            row.source_kind,
        )
        for row in rows
    ]
    frames.show(SET_ASIDE_COLUMNS, table, key="set-aside", height=min(38 + 35 * len(table), 460))


show(open_screen("data-health"))
