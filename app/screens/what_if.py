"""What if: cars, scores, reports or rules changed, and at once every program before and after.

Belongs here: the levers on screen, where they are held, and the order of the answers. The address
holds them, or the saved scenario they are, so a link shows the same. What levers mean is
scenarios/, the arithmetic programs/what_if.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter

import streamlit as st

from app import asking, kept
from app import format as fmt
from app.components.charts import jumps
from app.components.charts import value_curve as curve_chart
from app.components.lever_forms import (
    line_inputs,
    readable,
    set_levers,
    units_of,
    with_units,
)
from app.components.other_levers import other_levers
from app.components.saved_scenarios import save_form, saved_list, take_along
from app.components.states import banner, nothing_here
from app.components.what_if import (
    give_away,
    outcome_table,
    result_tiles,
    start_tiles,
    unchanged,
    what_if_card,
)
from app.frame import Screen, choose_rooftop, open_screen
from app.queries import program_views
from app.theme import show_chart
from notebook.place import NotebookError
from notebook.scenarios import Saved, find_scenario
from scenarios.lever_lines import Line
from scenarios.rooftops import Group, ScenarioFactsError
from scenarios.scenario import Result, Scenario, run
from scenarios.words import LeverError, read_lever

LEVERS, SEEN, PLACE = "what_if_levers", "what_if_address", "what_if_rooftop"
CURVE, DRAFTS = "what_if_curve", "what_if_drafts"
MOVED_SHOWN = 25
Address = tuple[str | None, tuple[str, ...]]


def show(screen: Screen, started: float) -> None:
    """Draw the page. `started` is when the server began on it."""
    saved = _follow_address(screen)
    rooftop_id = choose_rooftop(screen, with_group=len(screen.rooftops) > 1)
    if st.session_state.get(PLACE, rooftop_id) != rooftop_id and saved is None:
        st.session_state[LEVERS] = []
    st.session_state[PLACE] = rooftop_id
    ids = _rooftop_ids(screen, rooftop_id, saved)
    try:
        group = asking.facts_of(screen.source, ids)
    except ScenarioFactsError as error:
        nothing_here("There is nothing to change here", str(error))
        return
    ids = tuple(one for one in ids if group.rooftop(one).facts.programs)
    if not ids:
        nothing_here(
            "No program is open here", "A what-if needs a program whose period holds this day."
        )
        return
    lines = asking.lines_of(screen.source, ids)
    if saved is not None:
        _say_saved(saved)
    levers = _levers(screen, group, ids, lines)
    asked = Scenario(ids, tuple(read_lever(text) for text in levers), _drafts(levers))
    with asking.without_collection():
        try:
            result = run(group, asked)
        except LeverError as error:
            banner("danger", "This can't be:", f"{error}.", "lever-fault")
            return
        _answers(screen, result, rooftop_id, bool(levers))
        seconds = perf_counter() - started
        st.caption(f"Answered in {1000 * seconds:.0f} ms of the server's time.")
    if rooftop_id is not None and lines:
        _curve(screen, ids, levers, lines)
    if levers:
        save_form(screen, asked, result)
        take_along(asked, result, None if saved is None else saved.name)
    saved_list(screen, group, rooftop_id)


def _rooftop_ids(screen: Screen, rooftop_id: str | None, saved: Saved | None) -> tuple[str, ...]:
    if rooftop_id is not None:
        return (rooftop_id,)
    if saved is not None and len(saved.rooftop_ids) > 1:
        return saved.rooftop_ids
    return tuple(row.rooftop_id for row in screen.rooftops)


# -- the address and the levers that are held


def _follow_address(screen: Screen) -> Saved | None:
    """Take the levers from an address that was opened or followed; the saved scenario shown."""
    asked = _address()
    if asked != st.session_state.get(SEEN, (None, ())):
        texts, faults = readable(asked[1])
        st.session_state[LEVERS] = texts
        for fault in faults:
            banner("warning", "Left out of this link:", f"{fault}.", "left-out")
    saved = _saved(screen, asked[0]) if asked[0] else None
    if saved is not None and asked != st.session_state.get(SEEN):
        st.session_state[LEVERS] = [found.text for found in Scenario.of(saved.levers).levers]
        st.session_state[DRAFTS] = dict(Scenario.of(saved.levers).drafts)
        is_one = len(saved.rooftop_ids) == 1
        st.query_params["rooftop"] = saved.rooftop_ids[0] if is_one else "all"
    st.session_state[SEEN] = asked
    return saved


def _drafts(levers: Sequence[str]) -> dict[str, str]:
    """The drafts that some levers try."""
    tried = {read_lever(text).get("file") for text in levers}
    drafts = st.session_state.get(DRAFTS, {})
    return {name: text for name, text in drafts.items() if name in tried}


def _address() -> Address:
    return st.query_params.get("scenario"), tuple(st.query_params.get_all("lever"))


def _saved(screen: Screen, scenario_id: str) -> Saved | None:
    try:
        found = find_scenario(kept.notebook(screen.home), scenario_id, screen.visitor.scope)
    except NotebookError as error:
        banner("danger", "Saved scenarios can't be read:", f"{error}.", "notebook-closed")
        return None
    if found is None:
        banner(
            "warning", "No such scenario:",
            "it was removed, or holds a rooftop that isn't open to you.", "no-scenario",
        )  # fmt: skip
    return found


def _keep(levers: list[str]) -> None:
    """Hold these levers, in the address too; they are no saved scenario any more."""
    st.session_state[LEVERS] = levers
    st.query_params.pop("scenario", None)
    st.query_params["lever"] = levers
    st.session_state[SEEN] = (None, tuple(levers))


def _levers(
    screen: Screen, group: Group, ids: tuple[str, ...], lines: Sequence[Line]
) -> list[str]:
    """Draw the levers and return those that are set."""
    levers: list[str] = list(st.session_state.get(LEVERS, []))

    def change(line: Line, units: int) -> None:
        _keep(with_units(levers, line, units))
        st.session_state[CURVE] = line.lever.text

    seen = line_inputs(lines, units_of(levers), change, is_group=len(ids) > 1)

    def add(found) -> None:  # noqa: ANN001 - a Lever
        _keep([*levers, found.text])
        st.rerun()

    def keep_draft(name: str, text: str) -> None:
        st.session_state[DRAFTS] = {**st.session_state.get(DRAFTS, {}), name: text}

    choices = asking.choices(screen.source, ids)
    other_levers(choices, group.as_of_date, add, keep_draft, is_one=len(ids) == 1)
    set_levers(levers, seen, _keep)
    return levers


def _say_saved(saved: Saved) -> None:
    said = f"of {fmt.day(saved.as_of_date)}"
    if saved.created_by:
        said += f", by {saved.created_by}"
    banner("quiet", f"{saved.name}:", f"{said}, on this morning's figures.", "saved-scenario")
    if saved.readings:
        st.caption(saved.readings[-1].figures["sentence"])


# -- the answers


def _answers(screen: Screen, result: Result, rooftop_id: str | None, is_changed: bool) -> None:
    if not is_changed:
        st.html(start_tiles(result))
        return
    st.html(result_tiles(result))
    if rooftop_id is None:
        _moved_programs(screen, result)
        return
    views = {
        (view.standing.program_code, view.standing.period_code): view
        for view in program_views(screen.source, rooftop_id)
    }
    (found,) = result.rooftops
    same = []
    for outcome in found.outcomes:
        if outcome.is_moved:
            st.html(what_if_card(views[outcome.program_code, outcome.period_code], outcome))
        else:
            same.append(outcome.program_name)
    if same:
        st.html(unchanged(same))


def _moved_programs(screen: Screen, result: Result) -> None:
    """The group's programs that move, most first; beyond the first few behind a click."""
    moved = sorted(result.moved, key=lambda one: one[1].moved_amount, reverse=True)
    if not moved:
        st.caption("No program is moved by these.")
        return
    st.caption(f"{fmt.plural(len(moved), 'program')} moved, the most first.")
    st.html(outcome_table(moved[:MOVED_SHOWN], screen.rooftop_name))
    if rest := moved[MOVED_SHOWN:]:
        label = fmt.plural(len(rest), "more program")
        more = st.expander(label, key="more-moved", on_change="rerun")
        # Closed, its rows aren't written: a group has hundreds.
        if more.open:
            more.html(outcome_table(rest, screen.rooftop_name))


def _curve(
    screen: Screen, ids: tuple[str, ...], levers: Sequence[str], lines: Sequence[Line]
) -> None:
    st.subheader("What the next units are worth", anchor=False)
    units = units_of(levers)
    by_text = {line.lever.text: line for line in lines}
    if st.session_state.get(CURVE) not in by_text:
        st.session_state[CURVE] = next((text for text in by_text if text in units), [*by_text][0])
    chosen = st.selectbox(
        "Model line", list(by_text),
        format_func=lambda text: by_text[text].label, key=CURVE, width=340,
    )  # fmt: skip
    line = by_text[chosen]
    others = with_units(levers, line, 0)
    drafts = tuple(sorted(_drafts(others).items()))
    found = asking.next_units(screen.source, ids, tuple(others), line.sell(1).text, drafts)
    beside = ", beside the other changes above" if others else ""
    st.caption(
        f"The next one adds {fmt.money(found.amounts[1])} today over all programs, "
        f"{fmt.money(found.expected_amounts[1])} at the end. Each is taken at the line's average "
        f"MSRP of {fmt.money(found.line.msrp_amount)}{beside}. "
        "The steps are what they add today, the dots what they add at the end, in the mean."
    )
    show_chart(
        curve_chart(found, units.get(chosen, 0), line.label, jumps(found.amounts)),
        key="value-curve",
        alt=f"What 0 to {len(found.amounts) - 1} more units of {line.label} add to all programs",
    )
    st.html(give_away(found))


began = perf_counter()
show(open_screen("what-if"), began)
