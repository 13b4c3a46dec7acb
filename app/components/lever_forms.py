"""The widgets of a what-if: units by line, and a form for each other kind of lever.

Belongs here: widgets, and the words of levers they make. Which levers are set is the page's; what
they mean is scenarios/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from app import format as fmt
from scenarios.facts import Rooftop
from scenarios.lever_lines import Line
from scenarios.meaning import gate_codes, known_metrics
from scenarios.words import Lever, LeverError, lever, read_lever

# Lines beyond these are a click away: a store sells most of its volume in a handful of models.
LINES_SHOWN = 8
MOST_UNITS = 99
SALE_TYPES = ("retail", "lease", "fleet", "loaner", "demo")
STATES = {"met": "met", "not_met": "not met"}
ANY = "any"
Change = Callable[[Line, int], None]
Add = Callable[[Lever], None]


def line_inputs(lines: Sequence[Line], units: Mapping[str, int], change: Change) -> None:
    """Units of each line; those beyond the first few behind a click."""
    st.subheader("Sell this many more", anchor=False)
    st.caption("In brackets: on the ground this morning.")
    shown, rest = lines[:LINES_SHOWN], lines[LINES_SHOWN:]
    makes = {line.lever.get("make") for line in lines}
    _grid(shown, units, change, with_make=len(makes) > 1)
    if rest:
        is_moved = any(units.get(line.lever.text) for line in rest)
        with st.expander(fmt.plural(len(rest), "more model line"), expanded=is_moved):
            _grid(rest, units, change, with_make=len(makes) > 1)


def _grid(
    lines: Sequence[Line], units: Mapping[str, int], change: Change, *, with_make: bool
) -> None:
    with st.grid("auto", min_column_width=165):
        for line in lines:
            key = "add-" + "-".join(value for _, value in line.lever.pairs)
            key = key.replace(" ", "-").lower()
            _hold(key, units.get(line.lever.text, 0))
            make = f"{line.lever.get('make')} "
            label = line.label if with_make else line.label.replace(make, "", 1)
            st.number_input(
                f"{label} ({line.on_ground_units})", min_value=0, max_value=MOST_UNITS, step=1,
                key=key, on_change=_moved, args=(line, key, change),
            )  # fmt: skip


def _hold(key: str, value: object) -> None:
    """Give a widget its value, where it isn't the one it shows: a value that is set overrides what
    was clicked since, so of five quick clicks some would be lost."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _moved(line: Line, key: str, change: Change) -> None:
    change(line, int(st.session_state[key]))


def other_levers(rooftops: Sequence[Rooftop], today: date, add: Add) -> None:
    """A form for each other kind of lever that means something here."""
    with st.expander("Cars of one trim, year or sale type", icon=":material/directions_car:"):
        _narrow(rooftops, add)
    with st.expander(
        "Pending reports, recalls, surveys, gates, objectives", icon=":material/tune:"
    ):
        _reports(rooftops, today, add)
        _scores(rooftops, add)
        _objectives(rooftops, add)


def _narrow(rooftops: Sequence[Rooftop], add: Add) -> None:
    units = [known.unit for rooftop in rooftops for known in rooftop.classes]
    models = sorted({(str(unit.make), str(unit.model)) for unit in units})
    with st.grid("auto", min_column_width=165):
        make, model = st.selectbox(
            "Model", models, format_func=" ".join, key="narrow-model"
        )  # fmt: skip
        own = [unit for unit in units if (unit.make, unit.model) == (make, model)]
        trim = st.selectbox("Trim", [ANY, *sorted({str(one.trim) for one in own if one.trim})])
        years = sorted({one.model_year for one in own if one.model_year})
        year = st.selectbox("Model year", [ANY, *map(str, years)])
        sale_type = st.selectbox("Sale type", SALE_TYPES)
        count = st.number_input("Units", min_value=-MOST_UNITS, max_value=MOST_UNITS, value=1)
    if st.button("Add these cars", key="narrow-add") and count:
        add(
            lever(
                "add", make=make, model=model, trim=None if trim == ANY else trim,
                model_year=None if year == ANY else year,
                sale_type=None if sale_type == "retail" else sale_type, units=int(count),
            )
        )  # fmt: skip


def _reports(rooftops: Sequence[Rooftop], today: date, add: Add) -> None:
    cars = [
        car
        for rooftop in rooftops
        for found in rooftop.facts.programs
        for car in found.facts.cars
        if car.units > 0
    ]
    pending = {car.vin for car in cars if car.state == "pending"}
    recalled = {car.vin for car in cars if car.has_open_recall}
    if pending:
        left, right = st.columns([2, 1], vertical_alignment="bottom")
        day = left.date_input(
            f"{fmt.plural(len(pending), 'pending report')} accepted on", value=today,
            min_value=today, key="report-day",
        )  # fmt: skip
        if right.button("Report them", key="report-add", width="stretch"):
            add(lever("report", by=day))
    if recalled and st.button(
        f"Close {fmt.plural(len(recalled), 'open recall')} of delivered cars", key="recalls-add"
    ):
        add(lever("recalls", close="all"))


def _scores(rooftops: Sequence[Rooftop], add: Add) -> None:
    surveys = sorted(
        {metric for one in rooftops for sums in one.survey_sums.values() for metric in sums}
    )
    if surveys:
        metric, score, count, button = st.columns(4, vertical_alignment="bottom")
        name = metric.selectbox("Surveys of", surveys, key="survey-metric")
        value = score.number_input("Score of each", min_value=0.0, value=95.0, step=0.5)
        number = count.number_input("How many", min_value=1, max_value=1000, value=3)
        if button.button("Add surveys", key="survey-add", width="stretch"):
            add(lever("survey", metric=name, score=f"{value:g}", count=int(number)))
    known = [known_metrics(one) for one in rooftops]
    scores = sorted({metric for found, _ in known for metric in found})
    if scores:
        metric, score, button = st.columns(3, vertical_alignment="bottom")
        name = metric.selectbox("Score", scores, key="score-metric")
        value = score.number_input("As it might be", min_value=0.0, value=92.0, step=0.1)
        if button.button("Set the score", key="score-add", width="stretch"):
            add(lever("set", **{name: f"{value:g}"}))
    gates = sorted({code for one in rooftops for code in gate_codes(one)})
    if gates:
        which, state, button = st.columns(3, vertical_alignment="bottom")
        code = which.selectbox("Gate", gates, key="gate-code")
        turned = state.selectbox("Is", list(STATES), format_func=STATES.get)
        if button.button("Set the gate", key="gate-add", width="stretch"):
            add(lever("gate", **{code: turned}))


def _objectives(rooftops: Sequence[Rooftop], add: Add) -> None:
    having = {
        found.facts.program_code: found.program_name
        for one in rooftops
        for found in one.facts.programs
        if any(element.against.target == "objective" for element in found.facts.rules.elements)
    }
    if having:
        which, units, button = st.columns(3, vertical_alignment="bottom")
        code = which.selectbox("Program", list(having), format_func=having.get)
        number = units.number_input("Objective", min_value=0, value=50, step=1)
        if button.button("Set the objective", key="objective-add", width="stretch"):
            add(lever("objective", program=code, units=int(number)))


def set_levers(
    levers: Sequence[str], lines: Sequence[Line], keep: Callable[[list[str]], None]
) -> None:
    """The levers that no number above shows, each with a way to take it out."""
    shown = {line.lever.text for line in lines}
    others = [text for text in levers if _plain(text) not in shown]
    if not others:
        return
    key = "levers-set"
    _hold(key, others)

    def kept() -> None:
        left = st.session_state[key]
        keep([text for text in levers if text not in others or text in left])

    st.multiselect(
        "Also changed", others, key=key, on_change=kept, format_func=_said
    )


def _said(text: str) -> str:
    found = read_lever(text)
    return f"{found.kind}: " + ", ".join(f"{name} {value}" for name, value in found.pairs)


def _plain(text: str) -> str | None:
    """An `add` lever's words without its units; None for another lever."""
    found = read_lever(text)
    pairs = [(name, value) for name, value in found.pairs if name != "units"]
    if found.kind != "add" or found.units < 0 or found.rooftop_id is not None:
        return None
    return Lever("add", tuple(pairs)).text


def units_of(levers: Sequence[str]) -> dict[str, int]:
    """Units by line."""
    return {plain: read_lever(text).units for text in levers if (plain := _plain(text))}


def with_units(levers: Sequence[str], line: Line, units: int) -> list[str]:
    """The levers with so many units of a line."""
    others = [text for text in levers if _plain(text) != line.lever.text]
    return [*others, line.sell(units).text] if units else others


def readable(levers: Sequence[str]) -> tuple[list[str], list[str]]:
    """Levers of an address that are words of levers, and why the others aren't."""
    good, faults = [], []
    for text in levers:
        try:
            good.append(read_lever(text).text)
        except LeverError as error:
            faults.append(str(error))
    return good, faults
