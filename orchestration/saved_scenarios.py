"""Saved scenarios on the morning's figures, after a publication.

Here: that it is done, and what is said when the notebook can't be opened. How one is read anew is
scenarios/keeping.py.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from orchestration.home import Home
from programs.errors import StairstepError


def read_anew(home: Home, file: Path, at: datetime) -> str:
    """Reads what is saved on a published file; says how many, or why none.

    What is published stands by then: a notebook that is away holds up no morning's figures, and is
    said where the run's figures are.
    """
    from notebook.store import open_notebook
    from scenarios.keeping import reread_all

    try:
        return f"{reread_all(open_notebook(home.root), file, at)} read anew"
    except StairstepError as error:
        return f"not read: {error}"
