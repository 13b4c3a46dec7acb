"""The widgets of a what-if: units by line, and the levers that are set.

Belongs here: widgets, and the words of levers they make. The forms of the other kinds of lever are
other_levers.py; which levers are set is the page's; what they mean is scenarios/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app import format as fmt
from scenarios.lever_lines import Line
from scenarios.words import Lever, LeverError, read_lever

# Lines beyond these are a click away: a store sells most of its volume in a handful of models.
LINES_SHOWN = 8
MOST_UNITS = 99
Change = Callable[[Line, int], None]


def line_inputs(
    lines: Sequence[Line], units: Mapping[str, int], change: Change, *, is_group: bool
) -> Sequence[Line]:
    """Units of each line; those beyond the first few behind a click. The lines that are seen."""
    st.subheader("Sell this many more", anchor=False)
    each = " Each rooftop that sells the line sells so many more." if is_group else ""
    st.caption(f"In brackets: on the ground this morning.{each}")
    shown, rest = lines[:LINES_SHOWN], lines[LINES_SHOWN:]
    makes = {line.lever.get("make") for line in lines}
    _grid(shown, units, change, with_make=len(makes) > 1)
    if rest:
        label = fmt.plural(len(rest), "more model line")
        more = st.expander(label, key="more-lines", on_change="rerun")
        # Closed, its widgets aren't made: a group has hundreds of lines.
        if more.open:
            with more:
                _grid(rest, units, change, with_make=len(makes) > 1)
            return lines
    return shown


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
        "Also changed", others, key=key, on_change=kept,
        format_func=lambda text: read_lever(text).said,
    )  # fmt: skip


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
