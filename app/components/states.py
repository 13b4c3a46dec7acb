"""What a page says about itself: its heading, how old its figures are, and why it can't show any.

Belongs here: banners and the full-page states (no home, nothing published, no access, sign-in).
When which one is due is decided in app/frame.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from app import format as fmt
from app.published import Meta
from app.run_records import FeedHealth, LastRun


def heading(title: str, purpose: str, meta: Meta, *, is_past_moment: bool) -> None:
    """Draw the page's title and the moment its figures are of.

    A run that was asked about a past morning says so: its figures are right, and not today's.
    """
    remark = "<span>a past morning, as the run was asked</span>" if is_past_moment else ""
    st.html(
        f'<header class="ss-heading"><div><h1>{escape(title)}</h1><p>{escape(purpose)}</p></div>'
        f'<p class="ss-asof" data-testid="as-of">as of <b>{escape(fmt.moment(meta.as_of))}</b>'
        f"{remark}</p>"
        "</header>"
    )


def brand(group_name: str | None, address: str | None) -> None:
    """Draw the app's name, whose figures these are and who looks, in the sidebar."""
    lines = "".join(f"<p>{escape(text)}</p>" for text in (group_name, address) if text)
    st.html(
        '<div class="ss-brand"><i></i><i></i><i></i><b>Stairstep</b></div>'
        f'<div class="ss-brand-group">{lines}</div>'
    )


def banner(kind: str, title: str, body: str, test_id: str) -> None:
    """Draw a banner; kind is `danger`, `warning` or `quiet`."""
    role = "alert" if kind == "danger" else "status"
    st.html(
        f'<div class="ss-banner ss-{kind}" role="{role}" data-testid="{test_id}">'
        f"<b>{escape(title)}</b><span>{escape(body)}</span></div>"
    )


def failed(last_run: LastRun, meta: Meta) -> None:
    """Say that the latest run published nothing, why, and whose figures are on screen."""
    stays = f"The figures here are still those of {fmt.moment(meta.as_of)}."
    banner("danger", failure_title(last_run), f"{failure_reason(last_run)} {stays}", "failed")


def failure_title(last_run: LastRun) -> str:
    """Name how the latest run ended."""
    when = f" of {fmt.full_day(last_run.as_of.date())}" if last_run.as_of else ""
    if last_run.outcome == "stopped_by_gate":
        return f"The run{when} was stopped by a check on the data"
    return f"The run{when} failed"


def failure_reason(last_run: LastRun) -> str:
    """Name the step or check that stopped the latest run."""
    gates = last_run.failed_gates
    if gates:
        first = gates[0]
        where = f"{first.asset}, {first.column}" if first.column else first.asset
        more = f" and {fmt.plural(len(gates) - 1, 'more check')}" if len(gates) > 1 else ""
        return f"{first.suite}: {fmt.words(first.expectation)} on {where}{more}."
    step = f"at {fmt.words(last_run.failed_step)}" if last_run.failed_step else ""
    message = (last_run.message or "").strip().rstrip(".")
    return " ".join(part for part in (f"It stopped {step}." if step else "", f"{message}.") if part)


def stale(age: str, meta: Meta) -> None:
    """Say that the figures are old."""
    banner(
        "warning",
        f"Nothing newer for {age}.",
        f"The figures are those of {fmt.moment(meta.as_of)}. Data health shows the latest run.",
        "stale",
    )


def feeds_behind(behind: Sequence[FeedHealth], name_of: Callable[[str | None], str]) -> None:
    """Say which feeds lag behind what they promise: their sales may be missing from the counts."""
    named = [
        f"{name_of(row.rooftop_id) if row.rooftop_id else row.vendor_code} "
        f"{fmt.words(row.source_kind.partition('/')[2])} "
        + (f"({fmt.age(row.age_hours)} old)" if row.feed_state == "late" else "(never came)")
        for row in behind[:3]
    ]
    more = f", and {len(behind) - 3} more" if len(behind) > 3 else ""
    banner(
        "warning",
        f"{fmt.plural(len(behind), 'feed is', 'feeds are')} behind.",
        f"{', '.join(named)}{more}. Sales since then are not counted.",
        "feeds-behind",
    )


def nothing_published(title: str, last_run: LastRun | None) -> None:
    """Full page: no run has published yet."""
    if last_run is not None and not last_run.is_published:
        body = f"{failure_title(last_run)}. {failure_reason(last_run)}"
    else:
        body = "As soon as a run has passed its checks, this page fills by itself."
    _full_page(title, "Nothing is published yet", body, "stairstep run", "empty")


def no_home(title: str, setting: str) -> None:
    """Full page: the app doesn't know whose figures to show."""
    _full_page(
        title,
        "No group folder is set",
        f"Start the app with `stairstep app --home DIR`, or set {setting} to the group's folder.",
        "stairstep app --home DIR",
        "empty",
    )


def no_access(title: str, reason: str) -> None:
    """Full page: signed in, and nothing may be seen."""
    _full_page(
        title,
        "No rooftop is open to you",
        f"{reason} Who looks after Stairstep in your group can add you under `access` in "
        "stairstep.yaml; it holds from the next run.",
        None,
        "no-access",
    )


def sign_in(title: str) -> None:
    """Full page: someone has to sign in first."""
    _full_page(
        title,
        "Please sign in",
        "Figures are shown by rooftop, to the people who run it.",
        None,
        "sign-in",
    )
    st.button("Sign in", on_click=st.login, type="primary")


def no_rooftops(title: str) -> None:
    """Full page: something is published, and no rooftop of it is within the scope."""
    _full_page(
        title,
        "No rooftops here",
        "What is published holds none of the rooftops open to you.",
        None,
        "empty",
    )


def unreadable(title: str, reason: str) -> None:
    """Full page: what was published can't be read."""
    _full_page(title, "What was published can't be read", reason, None, "unreadable")


def nothing_here(title: str, body: str, command: str | None = None) -> None:
    """Draw an empty part of a page: what would be here, why nothing is, and what brings it."""
    code = f"<code>{escape(command)}</code>" if command else ""
    st.html(
        f'<div class="ss-nothing" data-testid="nothing-here"><b>{escape(title)}</b>'
        f"<span>{escape(body)}</span>{code}</div>"
    )


def _full_page(title: str, headline: str, body: str, command: str | None, test_id: str) -> None:
    code = f"<code>{escape(command)}</code>" if command else ""
    st.html(
        f'<div class="ss-full" data-testid="{test_id}"><div class="ss-full-mark"><i></i><i></i><i>'
        "</i>"
        f"</div><p>{escape(title)}</p><h1>{escape(headline)}</h1>"
        f"<span>{escape(body)}</span>{code}</div>"
    )
