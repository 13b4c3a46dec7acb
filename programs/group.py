"""The dealer group: rooftops, their franchises, holidays and who may see what.

Here: the model of `stairstep.yaml` and reading it from text.
Not here: OEM sales calendars (calendars.py), selling days (selling_days.py); reading files.
"""

from __future__ import annotations

import datetime
from collections import Counter
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from programs.documents import StrictModel, problem_at, read_document, validate
from programs.errors import DocumentError


@cache
def _time_zones() -> frozenset[str]:
    """Asking costs 20 ms, and a group asks for each of its time zones."""
    return frozenset(available_timezones())


def _known_time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError(f"'{name}' is not a time zone; write one like America/Chicago")
    return name


TimeZone = Annotated[str, AfterValidator(_known_time_zone)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=80)]
Date = datetime.date


class Holidays(StrictModel):
    """Days on which no store of the group sells."""

    country: str = "US"
    closed: tuple[str, ...] = ()
    extra_dates: tuple[Date, ...] = ()


class Franchise(StrictModel):
    """One make at one rooftop, under one dealer code, from one day (to another, inclusive)."""

    make: str
    oem: Code
    dealer_code: str = Field(min_length=1)
    from_date: Date = Field(alias="from")
    to_date: Date | None = Field(default=None, alias="to")


class Rooftop(StrictModel):
    """One store."""

    id: Code
    name: str
    city: str
    state: str = Field(pattern=r"^[A-Z]{2}$")
    region: str
    time_zone: TimeZone
    is_open_sundays: bool = False
    closed_dates: tuple[Date, ...] = ()
    opened_date: Date
    franchises: tuple[Franchise, ...] = Field(min_length=1)


class Access(StrictModel):
    """Which rooftops a signed-in user may see; `all` for the whole group."""

    user: str
    rooftops: Literal["all"] | tuple[str, ...]


class Group(StrictModel):
    """A dealer group as its `stairstep.yaml` states it."""

    group_name: str
    time_zone: TimeZone
    as_of: AwareDatetime | None = None
    holidays: Holidays = Holidays()
    rooftops: tuple[Rooftop, ...] = Field(min_length=1)
    access: tuple[Access, ...] = ()

    def as_of_date(self, as_of: datetime.datetime) -> datetime.date:
        """The group's local date of a moment."""
        return as_of.astimezone(ZoneInfo(self.time_zone)).date()

    def rooftop(self, rooftop_id: str) -> Rooftop:
        """The rooftop of an id. Raises KeyError when there is none."""
        for rooftop in self.rooftops:
            if rooftop.id == rooftop_id:
                return rooftop
        raise KeyError(rooftop_id)


def read_group(text: str, file: str = "stairstep.yaml") -> Group:
    """Read a group from YAML text. Raises DocumentError naming file, line and field."""
    document = read_document(text, file)
    group = validate(Group, document, file)
    problems = [problem_at(document, file, path, message) for path, message in _cross_checks(group)]
    if problems:
        raise DocumentError(problems)
    return group


def _cross_checks(group: Group) -> list[tuple[tuple[str | int, ...], str]]:
    """Faults that no single field shows: repeated ids, dates that cross, unknown rooftops."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    ids = Counter(rooftop.id for rooftop in group.rooftops)
    for position, rooftop in enumerate(group.rooftops):
        here = ("rooftops", position)
        if ids[rooftop.id] > 1:
            found.append(((*here, "id"), f"'{rooftop.id}' is used twice; ids must differ"))
        for index, franchise in enumerate(rooftop.franchises):
            if franchise.to_date and franchise.to_date < franchise.from_date:
                found.append(
                    (
                        (*here, "franchises", index, "to"),
                        f"{franchise.to_date} is before from ({franchise.from_date})",
                    )
                )
    for position, access in enumerate(group.access):
        if access.rooftops == "all":
            continue
        for index, rooftop_id in enumerate(access.rooftops):
            if rooftop_id not in ids:
                found.append(
                    (
                        ("access", position, "rooftops", index),
                        f"'{rooftop_id}' is no rooftop of this group; "
                        f"known are {', '.join(sorted(ids))}",
                    )
                )
    return found
