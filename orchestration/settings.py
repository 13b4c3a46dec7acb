"""How this installation runs: typed, read once, from HOME/settings.yaml and the environment.

Variables win over the file, the file over the defaults. What the group *is* (rooftops, franchises,
calendars) belongs to stairstep.yaml and `programs.group`; nothing here may change a published
number except through `seed` and `draws`, which are part of the inputs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from notebook.place import checked
from orchestration.home import Home
from programs.errors import StairstepError

PREFIX = "STAIRSTEP_"
_ADDRESSES = ("storage", "notebook")  # never shown: they may hold a password


class SettingsError(StairstepError):
    """A setting can't be read, or has a value that can't be."""


class Settings(BaseModel):
    """All settings of an installation; each with its unit and what breaks when it is wrong."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # "sqlite" keeps Dagster's runs in HOME/dagster, enough for one run at a time. A postgresql://
    # address is the step up when several processes write: SQLite then locks.
    storage: str = "sqlite"
    # "sqlite" keeps saved scenarios and decisions in HOME/notebook; a postgresql:// address keeps
    # them there. The app reads the same setting by itself (notebook.place).
    notebook: str = "sqlite"
    # Joint draws of the future per rooftop. Below 500 a chance moves by over 2 points between
    # seeds; above 5,000 memory and time grow and nothing is gained on screen.
    draws: Annotated[int, Field(ge=100, le=50_000)] = 2_000
    # Same inputs and seed: same numbers.
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 20_250_815
    # Seconds a file in inbox/ must have kept its size and time before it is read: a slower upload
    # would be set aside as half-written and read anew when it is whole. 0 in a drop folder written
    # by rename.
    settle_seconds: Annotated[float, Field(ge=0, le=3_600)] = 30.0
    # How often the sensor looks into inbox/.
    sensor_seconds: Annotated[int, Field(ge=5, le=86_400)] = 60
    # The daily run, in the group's time zone: after the nightly extracts, before the sales meeting.
    daily_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "06:30"
    # How many published files stay for readers that still hold one, and for how long at least.
    keep_published: Annotated[int, Field(ge=1, le=100)] = 3
    keep_published_seconds: Annotated[int, Field(ge=0)] = 3_600
    # Retries of a landing step, for files that another program still holds.
    retries: Annotated[int, Field(ge=0, le=10)] = 2

    @field_validator("storage")
    @classmethod
    def _storage_is_known(cls, value: str) -> str:
        if value == "sqlite" or value.startswith(("postgresql://", "postgres://")):
            return value
        raise ValueError("use 'sqlite' or a postgresql:// address")

    @field_validator("notebook")
    @classmethod
    def _notebook_is_known(cls, value: str) -> str:
        return checked(value)


def read_settings(home: Home, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of `home`. Raises SettingsError naming the source and the setting."""
    variables = os.environ if environ is None else environ
    values: dict[str, object] = dict(_from_file(home.settings_file))
    for name in Settings.model_fields:
        given = variables.get(PREFIX + name.upper())
        if given is not None and given != "":
            values[name] = given
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        shown = "" if name in _ADDRESSES else f", not {first.get('input')!r}"
        raise SettingsError(
            f"setting '{name}' ({home.settings_file} or {PREFIX}{name.upper()}): "
            f"{first['msg']}{shown}"
        ) from error


def _from_file(path: Path) -> Mapping[str, object]:
    if not path.is_file():
        return {}
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not readable YAML: {error}".replace("\n", " ")) from error
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise SettingsError(f"{path} must hold `setting: value` lines")
    return values
