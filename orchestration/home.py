"""Where things lie in the home folder of a group, and nothing else.

Every path that is shared by two rooms is spelled here once. Reading and writing the files belongs
to the module that owns them; what the group's own settings say belongs to `programs.group`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from programs.errors import StairstepError


class HomeError(StairstepError):
    """The folder given as a group's home is not one."""


@dataclass(frozen=True)
class Home:
    """The home folder of one group."""

    root: Path

    @property
    def group_file(self) -> Path:
        return self.root / "stairstep.yaml"

    @property
    def settings_file(self) -> Path:
        return self.root / "settings.yaml"

    @property
    def calendars(self) -> Path:
        return self.root / "calendars"

    @property
    def rulebooks(self) -> Path:
        return self.root / "rulebooks"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def warehouse_file(self) -> Path:
        return self.warehouse / "stairstep.duckdb"

    @property
    def compiled(self) -> Path:
        return self.warehouse / "compiled"

    @property
    def settled(self) -> Path:
        return self.warehouse / "settled"

    @property
    def forecast(self) -> Path:
        return self.warehouse / "forecast"

    @property
    def backtest(self) -> Path:
        return self.root / "backtest"

    @property
    def dbt(self) -> Path:
        return self.warehouse / "dbt"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def pointer(self) -> Path:
        return self.published / "current.json"

    @property
    def last_run(self) -> Path:
        return self.published / "last_run.json"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def lock_file(self) -> Path:
        return self.root / ".run.lock"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    def check(self) -> None:
        """Raises HomeError unless the folder holds a group's stairstep.yaml."""
        if not self.root.is_dir():
            raise HomeError(
                f"{self.root} does not exist; make it with `stairstep init {self.root}`, "
                "or name another with --home or STAIRSTEP_HOME"
            )
        if not self.group_file.is_file():
            raise HomeError(
                f"{self.root} holds no stairstep.yaml, so it is not a group's home; "
                "make one with `stairstep init DIR`, or name another with --home or STAIRSTEP_HOME"
            )
