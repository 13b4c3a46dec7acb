"""The frame of every page: who looks, what is published, how old it is, and what went wrong.

Belongs here: opening a page (style, access, pointer, banners) and the choices that several pages
share (rooftop, program). It reads the clock once, to say how old the figures are; no figure depends
on it. States a page can't go on from (nothing published, no access) are drawn here and end the
page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NoReturn

import streamlit as st

from app import format as fmt
from app.access import Visitor, visitor_of
from app.components import states
from app.navigation import page
from app.published import (
    HOME_SETTING,
    Meta,
    Pointer,
    Published,
    PublishedError,
    home_folder,
    read_access,
    read_last_run,
    read_pointer,
)
from app.queries import feeds, own_feeds, rooftops
from app.records import Rooftop
from app.run_records import LastRun
from app.theme import use_style

# A nightly run may be a couple of hours late without anyone having to care; after that it is stale.
STALE_AFTER = timedelta(hours=26)
# A run whose figures are of a moment this long before it was published was asked about the past.
PAST_MOMENT_AFTER = timedelta(hours=26)
WATCH_EVERY = timedelta(seconds=20)
NO_VISITOR = Visitor(address=None, scope=None)


@dataclass(frozen=True)
class Screen:
    """What an opened page works with."""

    home: Path
    source: Published
    pointer: Pointer
    meta: Meta
    last_run: LastRun | None
    visitor: Visitor
    rooftops: tuple[Rooftop, ...]

    def rooftop_name(self, rooftop_id: str | None) -> str:
        """Return a rooftop's name; the id where it has none."""
        return "Whole group" if rooftop_id is None else self._names.get(rooftop_id, rooftop_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        return {row.rooftop_id: row.rooftop_name for row in self.rooftops}


def open_screen(code: str) -> Screen:
    """Open the page: returns what it works with, or draws why not and ends the run."""
    use_style()
    entry = page(code)
    try:
        return _open(entry.title, entry.purpose)
    except PublishedError as error:
        states.unreadable(entry.title, str(error))
        st.stop()


def _open(title: str, purpose: str) -> Screen:
    home = home_folder()
    if home is None:
        _sidebar(None, NO_VISITOR)
        _end(states.no_home, title, HOME_SETTING)
    visitor = visitor_of(st.user.to_dict(), read_access(home))
    if visitor.needs_sign_in:
        _sidebar(None, NO_VISITOR)
        _end(states.sign_in, title)
    if not visitor.may_see_any:
        _sidebar(None, visitor)
        _end(states.no_access, title, visitor.refusal or "No rooftop is open to you.")
    last_run, pointer = read_last_run(home), read_pointer(home)
    _watch(home, _seen(pointer, last_run))
    if pointer is None:
        _sidebar(None, visitor)
        _end(states.nothing_published, title, last_run)
    source = Published(pointer, visitor.scope)
    meta = source.meta()
    stores = rooftops(source)
    screen = Screen(home, source, pointer, meta, last_run, visitor, stores)
    is_past = pointer.published_at - pointer.as_of > PAST_MOMENT_AFTER
    states.heading(title, purpose, meta, is_past_moment=is_past)
    _say_what_is_wrong(screen, datetime.now(UTC), is_past_moment=is_past)
    _sidebar(meta.group_name, visitor)
    if not stores:
        _end(states.no_rooftops, title)
    return screen


def choose_rooftop(screen: Screen, *, with_group: bool = False) -> str | None:
    """Let the manager choose a rooftop; the address keeps it. None is the whole group."""
    options: list[str] = [row.rooftop_id for row in screen.rooftops]
    if with_group:
        options.insert(0, "all")
    chosen = keep_choice(
        "rooftop",
        "Rooftop",
        options,
        {row.rooftop_id: row.rooftop_name for row in screen.rooftops} | {"all": "Whole group"},
    )
    return None if chosen == "all" else chosen


def keep_choice(name: str, label: str, options: Sequence[str], names: Mapping[str, str]) -> str:
    """Draw a choice that lives in the address and is kept from page to page.

    An address that changed (a followed link) wins over the widget; otherwise the widget wins.
    """
    key, url_key, kept_key = f"{name}_choice", f"{name}_in_address", f"{name}_kept"
    state, asked = st.session_state, st.query_params.get(name)
    wanted = [state.get(key), state.get(kept_key), options[0]]
    if asked != state.get(url_key):
        wanted.insert(0, asked)
    # Set at every run: on another page the same key is a new widget, which would start at the top.
    state[key] = next(option for option in wanted if option in options)
    chosen = st.selectbox(
        label, options, key=key, format_func=lambda option: names.get(option, option), width=340
    )
    if st.query_params.get(name) != chosen:
        st.query_params[name] = chosen
    state[url_key] = state[kept_key] = chosen
    return chosen


def _end(draw, title: str, *details) -> NoReturn:  # noqa: ANN001, ANN002
    draw(title, *details)
    st.stop()


def _say_what_is_wrong(screen: Screen, now: datetime, *, is_past_moment: bool) -> None:
    pointer, last_run = screen.pointer, screen.last_run
    if last_run is not None and not last_run.is_published:
        states.failed(last_run, screen.meta)
        return
    if is_past_moment:
        return
    # The same content published again leaves the pointer as it is, so the run's end counts too.
    fresh_at = pointer.published_at
    if last_run is not None and last_run.is_published and last_run.finished_at is not None:
        fresh_at = max(fresh_at, last_run.finished_at)
    if now - fresh_at > STALE_AFTER:
        hours = (now - fresh_at).total_seconds() / 3600
        states.stale(fmt.age(hours), screen.meta)


def warn_of_feeds(screen: Screen, rooftop_id: str | None) -> None:
    """Say which feeds lag whose sales this page counts: the rooftop's own and the group-wide."""
    behind = [
        row
        for row in own_feeds(feeds(screen.source))
        if row.feed_state in ("late", "missing")
        and (rooftop_id is None or row.rooftop_id in (rooftop_id, None))
    ]
    if behind:
        states.feeds_behind(behind, screen.rooftop_name)


def _sidebar(group_name: str | None, visitor: Visitor) -> None:
    with st.sidebar:
        states.brand(group_name, visitor.address)
        if visitor.address is not None:
            st.button("Sign out", on_click=st.logout, width="stretch")


def _seen(pointer: Pointer | None, last_run: LastRun | None) -> tuple[str, str, str]:
    return (
        pointer.content_hash if pointer else "",
        pointer.run_id if pointer else "",
        last_run.run_id if last_run else "",
    )


@st.fragment(run_every=WATCH_EVERY)
def _watch(home: Path, seen: tuple[str, str, str]) -> None:
    """Redraw the page when something newer was published or another run ended."""
    try:
        now_there = _seen(read_pointer(home), read_last_run(home))
    except PublishedError:
        return  # The next full run of the page says what is wrong.
    if now_there != seen:
        st.rerun()
