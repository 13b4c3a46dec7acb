"""Where the notebook is: both doors read the same setting, and a wrong one is named, not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from notebook.place import NotebookError, address_of
from orchestration.home import Home
from orchestration.settings import SettingsError, read_settings


def test_without_a_setting_it_is_sqlite_in_the_home(tmp_path: Path) -> None:
    assert address_of(tmp_path, {}) == f"sqlite:///{tmp_path}/notebook/notebook.sqlite"


def test_the_variable_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("notebook: postgresql://file/x\n")
    assert address_of(tmp_path, {}) == "postgresql+psycopg2://file/x"
    given = {"STAIRSTEP_NOTEBOOK": "postgres://variable/x"}
    assert address_of(tmp_path, given) == "postgresql+psycopg2://variable/x"
    assert read_settings(Home(tmp_path), given).notebook == "postgres://variable/x"


def test_a_wrong_setting_is_refused_by_both_readers_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "settings.yaml").write_text("notebook: mysql://me:secret@x/y\n")
    with pytest.raises(NotebookError, match="setting 'notebook'") as by_notebook:
        address_of(tmp_path, {})
    with pytest.raises(SettingsError, match="setting 'notebook'") as by_settings:
        read_settings(Home(tmp_path), {})
    assert "secret" not in f"{by_notebook.value}{by_settings.value}"
