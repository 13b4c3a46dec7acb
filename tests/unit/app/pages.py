"""Opening a page file as a test: its own run, a home, a visitor, and the markup it drew.

Belongs here: the helper only; what a page must show is in test_pages.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.navigation import Page
from app.published import HOME_SETTING


@dataclass
class Opened:
    """A page after its run."""

    test: AppTest

    @property
    def markup(self) -> str:
        """All of the page's own markup."""
        return "\n".join(element.proto.body for element in self.test.get("html"))

    @property
    def text(self) -> str:
        """The markup's words, without the style sheet and without tags."""
        without_style = re.sub(r"<style>.*?</style>", "", self.markup, flags=re.S)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", without_style)))

    def has(self, test_id: str) -> bool:
        """Whether something with this test id was drawn."""
        return f'data-testid="{test_id}"' in self.markup

    def value(self, test_id: str) -> str:
        """Return the text of the first element with this test id."""
        found = re.search(rf'data-testid="{test_id}"[^>]*>([^<]*)<', self.markup)
        if found is None:
            raise AssertionError(f"nothing on the page has the test id {test_id}")
        return unescape(found.group(1))


def open_page(
    page: Page,
    home: Path | None,
    monkeypatch: pytest.MonkeyPatch,
    *,
    user: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
) -> Opened:
    """Run a page's file by itself; fails when it raised."""
    monkeypatch.setenv(HOME_SETTING, "" if home is None else str(home))
    test = AppTest.from_file(str(page.file), default_timeout=30)
    for name, value in (query or {}).items():
        test.query_params[name] = value
    if user is not None:
        test.user = dict(user)
    test.run()
    assert not test.exception, [error.value for error in test.exception]
    return Opened(test)
