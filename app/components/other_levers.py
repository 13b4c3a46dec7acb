"""A form for each kind of lever but units by line: cars told apart, reports, scores, rules, days.

Belongs here: widgets, and the words of levers they make, offered where they mean something. What
there is to choose from is scenarios/choices.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

import streamlit as st

from app import format as fmt
from app.components.states import banner
from programs.errors import DocumentError
from programs.rulebook import read_rulebook
from scenarios.choices import Choices, Named
from scenarios.words import Lever, lever

MOST_UNITS = 99
SALE_TYPES = ("retail", "lease", "fleet", "loaner", "demo")
STATES = {"met": "met", "not_met": "not met"}
DAYS = {"closed": "closed", "open": "open"}
ANY = "any"
Add = Callable[[Lever], None]
# Keeps the text of a draft under its file's name.
KeepDraft = Callable[[str, str], None]


def other_levers(
    choices: Choices, today: date, add: Add, keep_draft: KeepDraft, *, is_one: bool
) -> None:
    """The forms, each behind a click; the cars of one rooftop can be picked by VIN."""
    _section(
        "Cars of one trim, year or sale type, and their days", "directions_car",
        partial(_narrow, choices, today, add),
    )  # fmt: skip
    if choices.pending or choices.counted:
        _section(
            "Pending reports, unwinds, recalls", "assignment_turned_in",
            partial(_reports, choices, today, add, is_one=is_one),
        )  # fmt: skip
    if choices.surveys or choices.scores or choices.items or choices.gates:
        _section("Surveys, scores, training, gates", "grade", partial(_scores, choices, add))
    _section(
        "Objectives, bulletins, closing days", "edit_calendar",
        partial(_rules, choices, today, add, keep_draft),
    )  # fmt: skip


def _section(label: str, icon: str, draw: Callable[[], None]) -> None:
    """A section whose widgets are made only while it is open: a group's cars are many."""
    found = st.expander(label, icon=f":material/{icon}:", key=f"open-{icon}", on_change="rerun")
    if found.open:
        with found:
            draw()


def _line(*widths: int) -> list:
    return st.columns(list(widths), vertical_alignment="bottom")


def _added(place, label: str, key: str) -> bool:  # noqa: ANN001 - a column
    return place.button(label, key=key, width="stretch")


def _narrow(choices: Choices, today: date, add: Add) -> None:
    models = _models(choices)
    with st.grid("auto", min_column_width=165):
        make, model = st.selectbox("Model", models, format_func=" ".join, key="narrow-model")
        own = [unit for unit in choices.units if (unit.make, unit.model) == (make, model)]
        kinds = sorted({str(one.stock_type) for one in own}, key=lambda kind: kind != "new")
        kind = st.selectbox("New or used", kinds, key="narrow-kind")
        own = [one for one in own if one.stock_type == kind]
        trims = sorted({str(one.trim) for one in own if one.trim})
        trim = st.selectbox("Trim", [ANY, *trims], key="narrow-trim")
        years = sorted({one.model_year for one in own if one.model_year})
        year = st.selectbox("Model year", [ANY, *map(str, years)], key="narrow-year")
        sale_type = st.selectbox("Sale type", SALE_TYPES, key="narrow-sale")
        count = st.number_input(
            "Units", min_value=-MOST_UNITS, max_value=MOST_UNITS, value=1, key="narrow-units"
        )
        first = st.date_input("From", value=today, min_value=today, key="narrow-first")
        last = st.date_input("To", value=first, min_value=first, key="narrow-last")
    st.caption("Less than none takes away what would have been sold.")
    if st.button("Add these cars", key="narrow-add") and count:
        days = [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)]
        add(
            lever(
                "add", make=make, model=model, trim=None if trim == ANY else trim,
                model_year=None if year == ANY else year,
                stock_type=None if kind == "new" else kind,
                sale_type=None if sale_type == "retail" else sale_type, units=int(count),
                on=None if days == [today] else "/".join(map(str, days)),
            )
        )  # fmt: skip


def _models(choices: Choices) -> list[tuple[str, str]]:
    """Make and model; those that are sold new come first."""
    new = {(unit.make, unit.model) for unit in choices.units if unit.stock_type == "new"}
    every = {(unit.make, unit.model) for unit in choices.units}
    found = sorted(every, key=lambda one: (one not in new, str(one[0]), str(one[1])))
    return [(str(make), str(model)) for make, model in found]


def _reports(choices: Choices, today: date, add: Add, *, is_one: bool) -> None:
    if choices.pending:
        which, when, button = _line(2, 1, 1)
        count = fmt.plural(len(choices.pending), "pending report")
        picked: Sequence[str] = ()
        if is_one:
            picked = _picked(which, count, choices.pending, "report-vins", "All, or choose")
        else:
            which.markdown(f"{count}, all of them")
        day = when.date_input("Accepted on", value=today, min_value=today, key="report-day")
        if _added(button, "Report them", "report-add"):
            add(lever("report", by=day, vin="/".join(picked) or None))
    if choices.counted and is_one:
        which, button = _line(3, 1)
        picked = _picked(which, "Sales taken back", choices.counted, "unwind-vins", "Choose")
        if _added(button, "Unwind them", "unwind-add") and picked:
            add(lever("unwind", vin="/".join(picked)))
    elif choices.counted:
        models = _models(choices)
        which, many, button = _line(2, 1, 1)
        make, model = which.selectbox(
            "Sales taken back, the newest", models, format_func=" ".join, key="unwind-model"
        )
        count = many.number_input("At each rooftop", min_value=1, value=1, key="unwind-units")
        if _added(button, "Unwind them", "unwind-add"):
            add(lever("unwind", make=make, model=model, units=int(count)))
    if choices.recalled:
        many, button = _line(3, 1)
        label = f"Of {fmt.plural(choices.recalled, 'delivered car')} with an open recall, closed"
        count = many.number_input(
            label, min_value=1, max_value=choices.recalled, value=choices.recalled,
            key="recalls-count", disabled=not is_one,
        )  # fmt: skip
        if _added(button, "Close them", "recalls-add"):
            add(lever("recalls", close="all" if count == choices.recalled else int(count)))


def _picked(place, label: str, cars: Named, key: str, none: str) -> Sequence[str]:  # noqa: ANN001
    """VINs chosen; `none` says what choosing none means."""
    return place.multiselect(label, list(cars), key=key, format_func=cars.get, placeholder=none)


def _scores(choices: Choices, add: Add) -> None:
    if choices.surveys:
        which, score, count, button = _line(1, 1, 1, 1)
        name = which.selectbox("Surveys of", choices.surveys, key="survey-metric")
        value = score.number_input("Score of each", min_value=0.0, value=95.0, step=0.5)
        number = count.number_input("How many", min_value=1, max_value=1000, value=3)
        if _added(button, "Add surveys", "survey-add"):
            add(lever("survey", metric=name, score=f"{value:g}", count=int(number)))
    if choices.scores:
        which, score, count, button = _line(1, 1, 1, 1)
        name = which.selectbox("Score", choices.scores, key="score-metric")
        value = score.number_input("As it might be", min_value=0.0, value=92.0, step=0.1)
        sample = count.number_input("Of how many surveys", min_value=1, value=None,
                                    placeholder="as it is", key="score-sample")  # fmt: skip
        if _added(button, "Set the score", "score-add"):
            add(lever("set", **{name: f"{value:g}"}, sample=sample))
    if choices.items:
        which, button = _line(3, 1)
        item = which.selectbox("Complete by its deadline", choices.items, key="item-code")
        if _added(button, "Complete it", "item-add"):
            add(lever("set", **{item: "done"}))
    if choices.gates:
        which, state, button = _line(2, 1, 1)
        code = which.selectbox("Gate", choices.gates, key="gate-code")
        turned = state.selectbox("Is", list(STATES), format_func=STATES.get, key="gate-state")
        if _added(button, "Set the gate", "gate-add"):
            add(lever("gate", **{code: turned}))


def _rules(choices: Choices, today: date, add: Add, keep_draft: KeepDraft) -> None:
    if choices.aimed:
        which, units, button = _line(2, 1, 1)
        code = which.selectbox(
            "Objective of", list(choices.aimed), format_func=choices.aimed.get, key="aim-program"
        )
        number = units.number_input("Units", min_value=0, value=50, step=1, key="aim-units")
        if _added(button, "Set the objective", "objective-add"):
            add(lever("objective", program=code, units=int(number)))
    if choices.versions:
        which, version, button = _line(2, 1, 1)
        code = which.selectbox(
            "Bulletin of", list(choices.versions), format_func=choices.names.get,
            key="rules-program",
        )  # fmt: skip
        number = version.selectbox(
            "Version", range(1, choices.versions[code] + 1), key="rules-version"
        )
        if _added(button, "Try these rules", "rules-add"):
            add(lever("bulletin", program=code, version=number))
    file, button = _line(3, 1)
    draft = file.file_uploader("A draft of a bulletin, as a rulebook", type=["yaml", "yml"])
    if _added(button, "Try this draft", "draft-add") and draft is not None:
        _try_draft(choices, draft.name, draft.getvalue(), add, keep_draft)
    day, state, button = _line(2, 1, 1)
    when = day.date_input("The rooftop's day", value=today, min_value=today, key="days-day")
    turned = state.selectbox("Is", list(DAYS), format_func=DAYS.get, key="days-state")
    if _added(button, "Set the day", "days-add"):
        add(lever("days", **{turned: when}))


def _try_draft(
    choices: Choices, name: str, content: bytes, add: Add, keep_draft: KeepDraft
) -> None:
    try:
        text = content.decode("utf-8")
        code = read_rulebook(text, name).program_code
    except (UnicodeDecodeError, DocumentError) as error:
        banner("danger", "Not tried:", f"{error}.", "draft-fault")
        return
    if code not in choices.names:
        said = f"{name} is of {code}, which isn't open here."
        banner("danger", "Not tried:", said, "draft-fault")
        return
    keep_draft(name, text)
    add(lever("bulletin", program=code, file=name))
