"""A group's home from the template, as a newcomer gets it, and its definitions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.cli.init_command import TEMPLATE


@pytest.fixture(scope="session")
def template_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's copy. Shared: read it only."""
    home = tmp_path_factory.mktemp("template") / "home"
    shutil.copytree(TEMPLATE, home)
    return home


@pytest.fixture(scope="session")
def definitions(template_home: Path):
    """Fresh definitions of the template's group; dbt is parsed once for it."""
    from orchestration.build import build_definitions

    return build_definitions(home=template_home)
