"""The app's pages, as data, and the one function that makes the menu of them.

Belongs here: what pages there are, their names, addresses and files. What a page shows is its file
in app/screens/. To add a page: a file there and an entry here; the page test opens it by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

SCREENS = Path(__file__).parent / "screens"
PAGES_KEY = "navigation_pages"


@dataclass(frozen=True)
class Page:
    """One page: a file that runs alone, and its address. The first is the app's own address."""

    code: str
    title: str
    icon: str
    purpose: str

    @property
    def address(self) -> str:
        """The page's path; empty for the first page, which answers at the app's own address."""
        return "" if self.code == PAGES[0].code else self.code

    @property
    def file(self) -> Path:
        """The page's file."""
        return SCREENS / f"{self.code.replace('-', '_')}.py"


PAGES = (
    Page("standing", "Standing", ":material/stairs:", "Where each program stands this morning"),
    Page("rooftops", "Rooftops", ":material/grid_view:", "The whole group, side by side"),
    Page("what-if", "What if", ":material/tune:", "What a few more units would be worth"),
    Page("what-next", "What next", ":material/route:", "The moves that are worth most"),
    Page(
        "chase",
        "Chase or let go",
        ":material/alt_route:",
        "What each program is worth chasing, and what was decided",
    ),
    Page("gaps", "Gaps", ":material/priority_high:", "What will cost money if nobody acts"),
    Page("explain", "Explain", ":material/manage_search:", "From the amount down to each VIN"),
    Page(
        "how-good",
        "How good is this?",
        ":material/target:",
        "How often the chances on these pages came true",
    ),
    Page(
        "data-health",
        "Data health",
        ":material/monitor_heart:",
        "Feeds, gates and what was set aside",
    ),
)


def page(code: str) -> Page:
    """Return the page of that code; KeyError when there is none."""
    return next(entry for entry in PAGES if entry.code == code)


def build_navigation() -> st.Page:
    """Make the menu and return the page that the address asks for."""
    made = {
        entry.code: st.Page(
            entry.file,
            title=entry.title,
            icon=entry.icon,
            # The first page answers at "/" alone; its code leads there, see below.
            url_path=entry.code if entry.address else "home",
            default=not entry.address,
        )
        for entry in PAGES
    }
    st.session_state[PAGES_KEY] = made
    typed = st.Page(_to_first_page, url_path=PAGES[0].code, visibility="hidden")
    return st.navigation([*made.values(), typed])


def _to_first_page() -> None:
    """Lead an address typed with the first page's code to "/", with what it asked for."""
    first = st.session_state[PAGES_KEY][PAGES[0].code]
    st.switch_page(first, query_params=st.query_params.to_dict())


def link(code: str, label: str, *, icon: str | None = None, **parameters: str | None) -> None:
    """Draw a link to a page with its state in the address; plain where the page runs alone."""
    given = {name: value for name, value in parameters.items() if value is not None}
    made = st.session_state.get(PAGES_KEY)
    if made is None:
        st.caption(f"{label} ({page(code).title})")
        return
    st.page_link(made[code], label=label, icon=icon or page(code).icon, query_params=given)
