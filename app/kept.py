"""The app's door to the group's notebook.

Belongs here: opening it once a process, and reading it under the visitor's rooftop scope. Tables
and rules of the notebook are notebook/.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from pathlib import Path

import streamlit as st

from notebook.decisions import Decision, read_decisions
from notebook.store import Notebook, open_notebook


@st.cache_resource(show_spinner=False, max_entries=4)
def notebook(home: Path) -> Notebook:
    """The notebook of a home. Raises NotebookError where it can't be opened; then it is tried
    again."""
    return open_notebook(home)


def decisions(
    home: Path, scope: frozenset[str] | None, rooftop_id: str | None, zone: tzinfo | None
) -> tuple[Decision, ...]:
    """Decisions within the scope, the newest first, their moments in the group's time zone.

    Raises NotebookError.
    """
    found = read_decisions(notebook(home), scope, rooftop_id)
    return tuple(replace(one, decided_at=one.decided_at.astimezone(zone)) for one in found)
