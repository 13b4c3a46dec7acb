"""Where a group's notebook is kept: SQLite in HOME/notebook, or Postgres by one setting.

The setting is `notebook` in HOME/settings.yaml or STAIRSTEP_NOTEBOOK, read here so that the app and
the command line open the same one. Opening it is notebook/store.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from programs.errors import StairstepError

SETTING = "notebook"
VARIABLE = "STAIRSTEP_NOTEBOOK"
SQLITE = "sqlite"
_POSTGRES = ("postgresql://", "postgres://")
# Named, because SQLAlchemy's own default driver is another one, which is not installed.
_DRIVER = "postgresql+psycopg2://"


class NotebookError(StairstepError):
    """The notebook can't be opened, or does not hold what was asked for."""


def checked(value: str) -> str:
    """The setting as given. Raises ValueError where it names neither kind of database."""
    if value == SQLITE or value.startswith(_POSTGRES):
        return value
    raise ValueError("use 'sqlite' or a postgresql:// address")


def address_of(home: Path, environ: Mapping[str, str] | None = None) -> str:
    """The database address of a home's notebook. Raises NotebookError where the setting is wrong.

    The message names the setting and never its value, which may hold a password.
    """
    variables = os.environ if environ is None else environ
    settings = home / "settings.yaml"
    given = variables.get(VARIABLE) or _from_file(settings)
    try:
        value = checked(given)
    except ValueError as error:
        raise NotebookError(f"setting '{SETTING}' ({settings} or {VARIABLE}): {error}") from error
    if value == SQLITE:
        return f"sqlite:///{home / 'notebook' / 'notebook.sqlite'}"
    return _DRIVER + value.split("://", 1)[1]


def _from_file(path: Path) -> str:
    if not path.is_file():
        return SQLITE
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise NotebookError(f"{path} is not readable YAML: {error}".replace("\n", " ")) from error
    return str(values.get(SETTING) or SQLITE) if isinstance(values, dict) else SQLITE
