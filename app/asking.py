"""What the What if page asks of scenarios/: read once by content and scope, then run at once.

Belongs here: reading rooftops' facts under the visitor's scope, and the answers kept of them. The
arithmetic is programs/what_if.py, the words scenarios/words.py, the drawing app/components/.
"""

from __future__ import annotations

import streamlit as st

from app.planning import BY_CONTENT
from app.published import Published
from programs.what_if import NextUnits
from scenarios.facts import Group, group_of
from scenarios.lever_lines import Line, lever_lines
from scenarios.scenario import Scenario, curve
from scenarios.words import read_lever

# Frozen values with large arrays: shared, not copied. Some rooftops' facts and the group's.
shared = st.cache_resource(show_spinner=False, max_entries=40, hash_funcs=BY_CONTENT)
cached = st.cache_data(show_spinner=False, max_entries=400, hash_funcs=BY_CONTENT)


@shared
def facts_of(source: Published, rooftop_ids: tuple[str, ...]) -> Group:
    """Rooftops' facts; those without an open program have none to change.

    Raises ScenarioFactsError where the published rules lack a program's.
    """
    with source.connection_for(rooftop_ids) as connection:
        return group_of(connection, rooftop_ids, with_closed=True)


@shared
def lines_of(source: Published, rooftop_ids: tuple[str, ...]) -> tuple[Line, ...]:
    """The lines whose next units may move a program."""
    group = facts_of(source, rooftop_ids)
    return lever_lines([group.rooftop(one) for one in rooftop_ids])


@cached
def next_units(
    source: Published, rooftop_ids: tuple[str, ...], levers: tuple[str, ...], line: str
) -> NextUnits:
    """What the next units of a line are worth at one rooftop, beside the levers."""
    scenario = Scenario(rooftop_ids, tuple(read_lever(text) for text in levers))
    return curve(facts_of(source, rooftop_ids), scenario, read_lever(line))
