"""The tiny home, fresh for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.landing.tiny_home import TinyHome


@pytest.fixture
def home(tmp_path: Path) -> TinyHome:
    return TinyHome.make(tmp_path / "home")
