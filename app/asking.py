"""What the What if page asks of scenarios/: read once by content and scope, then run at once.

Belongs here: reading rooftops' facts under the visitor's scope, and the answers kept of them. The
arithmetic is programs/what_if.py, the words scenarios/words.py, the drawing app/components/.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import streamlit as st

from app.planning import BY_CONTENT
from app.published import Published
from programs.what_if import NextUnits
from scenarios.choices import Choices, choices_of
from scenarios.facts import group_of
from scenarios.lever_lines import Line, lever_lines
from scenarios.rooftops import Group
from scenarios.scenario import Scenario, curve, make_ready
from scenarios.words import read_lever

Read = TypeVar("Read")
# A group's ids are one text sooner than they are hashed one by one.
BY_TEXT = {**BY_CONTENT, tuple: repr}
# Frozen values with large arrays: shared, not copied. Some rooftops' facts and the group's.
shared = st.cache_resource(show_spinner=False, max_entries=40, hash_funcs=BY_TEXT)
cached = st.cache_data(show_spinner=False, max_entries=400, hash_funcs=BY_TEXT)


@shared
def facts_of(source: Published, rooftop_ids: tuple[str, ...]) -> Group:
    """Rooftops' facts; those without an open program have none to change.

    Raises ScenarioFactsError where the published rules lack a program's.
    """
    with source.connection_for(rooftop_ids) as connection:
        found = group_of(connection, rooftop_ids, with_closed=True)
    make_ready(found)
    return _kept(found)


@shared
def lines_of(source: Published, rooftop_ids: tuple[str, ...]) -> tuple[Line, ...]:
    """The lines whose next units may move a program."""
    group = facts_of(source, rooftop_ids)
    return _kept(lever_lines([group.rooftop(one) for one in rooftop_ids]))


@shared
def choices(source: Published, rooftop_ids: tuple[str, ...]) -> Choices:
    """What can be changed beside units."""
    group = facts_of(source, rooftop_ids)
    books = {code: len(book.versions) for code, book in group.rules.books.items()}
    return _kept(choices_of([group.rooftop(one) for one in rooftop_ids], books))


@contextmanager
def without_collection() -> Iterator[None]:
    """An answer that no collection of garbage holds up: it comes when the figures are drawn."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _kept(found: Read) -> Read:
    """Kept as long as the publication: a group's cars are not walked again by every collection of
    garbage, which would hold up one click in some by a third of a second."""
    gc.collect()
    gc.freeze()
    return found


@cached
def next_units(
    source: Published,
    rooftop_ids: tuple[str, ...],
    levers: tuple[str, ...],
    line: str,
    drafts: tuple[tuple[str, str], ...],
) -> NextUnits:
    """What the next units of a line are worth at one rooftop, beside the levers. `drafts` are the
    rulebooks that a lever tries, by their file's name."""
    asked = Scenario(rooftop_ids, tuple(read_lever(text) for text in levers), dict(drafts))
    return curve(facts_of(source, rooftop_ids), asked, read_lever(line))
