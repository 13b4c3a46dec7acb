"""What if: units of a model line added, and at once every program before and after.

Belongs here: the levers on screen and the order of the answers. The inputs are made in
app/levers.py, the arithmetic is programs.scenario. The address holds the levers, so a link shows
the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from app import format as fmt
from app.components.charts import value_curve as curve_chart
from app.components.states import nothing_here
from app.components.what_if import result_tiles, start_tiles, unchanged, what_if_card
from app.frame import Screen, choose_rooftop, open_screen
from app.levers import (
    ZERO,
    ModelLine,
    Rules,
    jumps,
    model_lines,
    next_unit,
    program_state,
    value_curve,
)
from app.queries import (
    ProgramView,
    element_limits,
    gate_effects,
    memberships,
    paid_msrp,
    program_views,
    stock,
)
from app.theme import show_chart
from programs.scenario import Move, ProgramState, Scenario, run_scenario

# Lines beyond these are a click away: a store sells most of its volume in a handful of models.
LINES_SHOWN = 8
MOST_UNITS = 99
BEST_SHOWN = 2
ROOFTOP_MOVED_KEY = "what_if_rooftop"


def show(screen: Screen) -> None:
    """Draw the page."""
    rooftop_id = choose_rooftop(screen)
    views = program_views(screen.source, rooftop_id)
    if not views:
        nothing_here(
            "No program is open here", "A what-if needs a program whose period holds this day."
        )
        return
    lines = model_lines(stock(screen.source, rooftop_id), memberships(screen.source), views)
    if not lines:
        nothing_here(
            "No model line to move",
            "Nothing that this rooftop sold lately or has on the ground counts in an open program.",
        )
        return
    msrp = paid_msrp(screen.source, rooftop_id)
    rules = Rules(element_limits(screen.source), gate_effects(screen.source))
    states = [
        program_state(
            view, rules, msrp.get((view.standing.program_code, view.standing.period_code), ZERO)
        )
        for view in views
    ]
    moves = _levers(rooftop_id, lines, states)
    scenario = run_scenario(states, moves)
    if moves:
        _answers(views, scenario, moves)
    else:
        st.html(start_tiles(scenario, _best_next(states, lines)))
    _curve(lines, states, moves)


def _levers(
    rooftop_id: str, lines: Sequence[ModelLine], states: Sequence[ProgramState]
) -> list[Move]:
    keys = {line.code: f"add-{line.code}" for line in lines}
    if st.session_state.get(ROOFTOP_MOVED_KEY, rooftop_id) != rooftop_id:
        for key in keys.values():
            st.session_state[key] = 0
    st.session_state[ROOFTOP_MOVED_KEY] = rooftop_id
    st.subheader("Sell this many more", anchor=False)
    st.caption("In brackets: on the ground this morning.")
    shown, rest = lines[:LINES_SHOWN], lines[LINES_SHOWN:]
    units = _inputs(shown, keys, lines)
    if rest:
        is_moved = any(st.session_state.get(keys[line.code]) for line in rest)
        with st.expander(f"{fmt.plural(len(rest), 'more model line')}", expanded=is_moved):
            units |= _inputs(rest, keys, lines)
    return [line.move(units[line.code]) for line in lines if units[line.code]]


def _inputs(
    shown: Sequence[ModelLine], keys: dict[str, str], lines: Sequence[ModelLine]
) -> dict[str, int]:
    has_one_make = len({line.label.split(" ")[0] for line in lines}) == 1
    units = {}
    with st.grid("auto", min_column_width=165):
        for line in shown:
            label = line.label.split(" ", 1)[1] if has_one_make else line.label
            units[line.code] = st.number_input(
                f"{label} ({line.on_ground_units})",
                min_value=0, max_value=MOST_UNITS, value=0, step=1, key=keys[line.code],
                bind="query-params",
            )  # fmt: skip
    return units


def _best_next(
    states: Sequence[ProgramState], lines: Sequence[ModelLine]
) -> list[tuple[str, Decimal]]:
    worths = [(line.label, next_unit(states, [], line)) for line in lines]
    return sorted(worths, key=lambda pair: -pair[1])[:BEST_SHOWN]


def _answers(views: Sequence[ProgramView], scenario: Scenario, moves: Sequence[Move]) -> None:
    st.html(result_tiles(scenario, sum(move.units for move in moves)))
    for view, change in zip(views, scenario.changes, strict=True):
        if change.before != change.after:
            st.html(what_if_card(view, change))
    same = [
        view
        for view, change in zip(views, scenario.changes, strict=True)
        if change.before == change.after
    ]
    if same:
        st.html(unchanged(same))


def _curve(
    lines: Sequence[ModelLine], states: Sequence[ProgramState], moves: Sequence[Move]
) -> None:
    st.subheader("What the next units are worth", anchor=False)
    moved = {move.label: move.units for move in moves}
    by_code = {line.code: line for line in lines}
    first = next((line.code for line in lines if line.label in moved), lines[0].code)
    chosen = st.selectbox(
        "Model line", list(by_code), index=list(by_code).index(first),
        format_func=lambda code: by_code[code].label, key="curve", width=340,
    )  # fmt: skip
    line = by_code[chosen]
    amounts = value_curve(states, moves, line)
    worth = next_unit(states, moves, line)
    others = len([label for label in moved if label != line.label])
    beside = f", with the {fmt.plural(others, 'other line')} as set above" if others else ""
    st.caption(
        f"The next one adds {fmt.money(worth)} over all programs. Each is taken at the "
        "line's "
        f"average MSRP of {fmt.money(line.msrp_amount)}{beside}."
    )
    show_chart(
        curve_chart(amounts, moved.get(line.label, 0), line.label, jumps(amounts)),
        key="value-curve",
        alt=f"What 0 to {len(amounts) - 1} more units of {line.label} add to all programs together",
    )


show(open_screen("what-if"))
