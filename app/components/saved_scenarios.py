"""Saved scenarios on the What if page: saving one or taking it along, the list, side by side.

Belongs here: widgets and their tables. It reads the clock once, to say when one was saved; no
figure depends on it. What is kept is notebook/scenarios.py, how they are read anew
scenarios/keeping.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from html import escape

import streamlit as st

from app import asking, kept
from app import format as fmt
from app.components.states import banner
from app.components.tables import table
from app.frame import Screen
from notebook.place import NotebookError
from notebook.scenarios import Saved, remove_scenario, rename_scenario, saved_scenarios
from scenarios.exported import UNNAMED, Exported, content_of
from scenarios.keeping import reread, save
from scenarios.rooftops import Group, ScenarioFactsError
from scenarios.scenario import Result, Scenario, run
from scenarios.words import LeverError

TOTALS = (
    ("earned", "amount_earned_after"),
    ("held until gates are known", "amount_held_after"),
    ("expected at the end", "expected_amount_after"),
)

FILES = (
    ("Excel, with live ladders", "xlsx", ":material/table_view:"),
    ("PDF", "pdf", ":material/picture_as_pdf:"),
)


def save_form(screen: Screen, asked: Scenario, result: Result) -> None:
    """Save what is shown under a name; the address then names it."""
    st.subheader("Keep it", anchor=False)
    with st.form("save-scenario", border=False):
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        name = left.text_input("Name", max_chars=120, placeholder="Five more Frontiers")
        if not right.form_submit_button("Save", type="primary", width="stretch"):
            return
    try:
        saved = save(
            kept.notebook(screen.home), screen.pointer.path, asked, result, name,
            at=datetime.now(UTC), by=screen.visitor.address or "",
        )  # fmt: skip
    except NotebookError as error:
        banner("danger", "Not saved:", f"{error}.", "not-saved")
        return
    _open(saved)


def take_along(asked: Scenario, result: Result, name: str | None) -> None:
    """Buttons that make a file of what is shown, when they are clicked."""
    found = Exported(result, asked.levers, name or UNNAMED)
    with st.container(horizontal=True):
        for label, ending, icon in FILES:
            file_name = found.file_name(ending)
            st.download_button(
                label, partial(content_of, found, file_name), file_name=file_name,
                on_click="ignore", icon=icon, key=f"download-{ending}",
            )  # fmt: skip


def _open(saved: Saved) -> None:
    st.query_params["lever"] = []
    st.query_params["scenario"] = saved.scenario_id
    st.rerun()


def saved_list(screen: Screen, group: Group, rooftop_id: str | None) -> None:
    """What was saved for this rooftop, or for all, and what became of each."""
    try:
        found = saved_scenarios(kept.notebook(screen.home), screen.visitor.scope, rooftop_id)
    except NotebookError as error:
        banner("danger", "Saved scenarios can't be read:", f"{error}.", "notebook-closed")
        return
    if not found:
        return
    st.subheader("Saved", anchor=False)
    st.html(_list(screen, found))
    names = {one.scenario_id: one for one in found}
    chosen = st.multiselect(
        "Open one, or several side by side", list(names), key="compare",
        format_func=lambda code: names[code].name,
    )  # fmt: skip
    if len(chosen) == 1:
        _one(screen, names[chosen[0]])
    elif chosen:
        _side_by_side(screen, [names[code] for code in chosen])


def _list(screen: Screen, found: Sequence[Saved]) -> str:
    """What was saved, the newest first, each with what it comes to this morning."""
    rows = []
    for saved in found:
        total = saved.figures["total"]
        where = ", ".join(screen.rooftop_name(one) for one in saved.rooftop_ids[:2])
        if len(saved.rooftop_ids) > 2:
            where = fmt.plural(len(saved.rooftop_ids), "rooftop")
        by = f", by {saved.created_by}" if saved.created_by else ""
        expected = fmt.money(Decimal(total["expected_amount_after"]))
        rows.append(
            f'<li class="ss-gap ss-step"><div class="ss-gap-money">'
            f"<b>{fmt.money(Decimal(total['amount_earned_after']))}</b>"
            f"<span>earned with it, {expected} expected</span></div><div>"
            f'<h3><a href="what-if?scenario={saved.scenario_id}" target="_self">'
            f"{escape(saved.name)}</a></h3>"
            f'<p class="ss-where">{escape(where)}, {fmt.day(saved.as_of_date)}{escape(by)}</p>'
            f"<p>{escape(_now(screen, saved))}</p></div></li>"
        )
    return f'<ol class="ss-gaps" data-testid="saved">{"".join(rows)}</ol>'


def _now(screen: Screen, saved: Saved) -> str:
    """What became of it: as the run read it, or read now where none did yet."""
    for reading in saved.readings:
        if reading.content_hash == screen.pointer.content_hash:
            return reading.figures["sentence"]
    if saved.as_of_date >= screen.meta.as_of_date:
        return "Saved on these figures."
    try:
        group = asking.facts_of(screen.source, saved.rooftop_ids)
    except ScenarioFactsError as error:
        return str(error)
    return reread(screen.pointer.path, group, saved)["sentence"]


def _one(screen: Screen, saved: Saved) -> None:
    name = st.text_input("New name", value=saved.name, max_chars=120, key="new-name")
    open_it, rename, remove = st.columns(3)
    book, scope = kept.notebook(screen.home), screen.visitor.scope
    if open_it.button("Open", key="open-saved", width="stretch"):
        _open(saved)
    try:
        if rename.button("Rename", key="rename-saved", width="stretch"):
            rename_scenario(book, saved.scenario_id, name, scope)
            st.rerun()
        if remove.button("Delete", key="remove-saved", width="stretch"):
            remove_scenario(book, saved.scenario_id, scope)
            st.query_params.pop("scenario", None)
            st.rerun()
    except NotebookError as error:
        banner("danger", "Not changed:", f"{error}.", "not-changed")


def _side_by_side(screen: Screen, found: Sequence[Saved]) -> None:
    """Each on this morning's figures."""
    results = []
    for saved in found:
        try:
            group = asking.facts_of(screen.source, saved.rooftop_ids)
            results.append(run(group, Scenario.of(saved.levers)))
        except (LeverError, ScenarioFactsError) as error:
            banner("warning", f"{saved.name}:", f"{error}.", "lever-fault")
            return
    totals = [result.total for result in results]
    programs = {
        (row["rooftop_id"], row["program_code"], row["period_code"]): row["program_name"]
        for result in results
        for row in result.rows()
    }
    by_key = [
        {(row["rooftop_id"], row["program_code"], row["period_code"]): row for row in one.rows()}
        for one in results
    ]
    rows = [
        (f"<b>{label}</b>", *(fmt.money(total[name]) for total in totals))
        for label, name in TOTALS
    ] + [
        (escape(name), *(_cell(rows.get(key)) for rows in by_key))
        for key, name in programs.items()
    ]
    heads = (("", "ss-name"), *((saved.name, "ss-num") for saved in found))
    st.html(f'<div data-testid="compared">{table(heads, rows, "ss-measured")}</div>')


def _cell(row: dict | None) -> str:
    if row is None:
        return fmt.UNKNOWN
    said = fmt.plural(row["counted_units_after"], "unit")
    if row["chance_tier_number"] is not None:
        said += f", tier {row['chance_tier_number']}: {fmt.chance(row['chance_after'])}"
    return f"{fmt.money(Decimal(row['amount_earned_after']))}<br><small>{said}</small>"
