"""A home per test, each with a content hash of its own, so that no cached answer crosses tests."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.app.published_fixture import write_home


@pytest.fixture
def make_home(tmp_path: Path) -> Callable[..., Path]:
    """Return a maker of homes with the small group published."""

    def make(**given: Any) -> Path:
        given.setdefault("content_hash", uuid.uuid4().hex[:12])
        return write_home(tmp_path / f"home-{given['content_hash']}", **given)

    return make
