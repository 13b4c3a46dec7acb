"""Saved scenarios and what became of them: tables, and how they are read and written.

Here: a scenario's name, its levers as given, the figures on the screen when it was saved, and one
reading a day since. Levers and figures are documents whose meaning is programs/; their money is
text with cents, never a float.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from notebook.base import Base, UtcMoment
from notebook.place import NotebookError
from notebook.store import Notebook

# What a rooftop scope is: None sees all of them.
Scope = Collection[str] | None
_ID_BYTES = 5


class SavedScenario(Base):
    """One what-if under a name. But for its name never changed: saved again, it is another one."""

    __tablename__ = "saved_scenario"
    __table_args__ = (UniqueConstraint("place_code", "name"),)

    scenario_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    # A rooftop's id, or "group": a name is free in each of them.
    place_code: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcMoment)
    # The signed-in address; empty where the group signs nobody in.
    created_by: Mapped[str] = mapped_column(String(320), default="")
    # The day of the figures, and the published content they were read from.
    as_of_date: Mapped[date] = mapped_column(Date)
    content_hash: Mapped[str] = mapped_column(String(128))
    levers: Mapped[dict[str, Any]] = mapped_column(JSON)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)

    rooftops: Mapped[list[SavedScenarioRooftop]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="SavedScenarioRooftop.rooftop_id"
    )
    readings: Mapped[list[ScenarioReading]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ScenarioReading.as_of_date"
    )


class SavedScenarioRooftop(Base):
    """A rooftop whose figures a saved scenario shows: who may not see all of them sees none."""

    __tablename__ = "saved_scenario_rooftop"

    scenario_id: Mapped[str] = mapped_column(
        ForeignKey("saved_scenario.scenario_id", ondelete="cascade"), primary_key=True
    )
    rooftop_id: Mapped[str] = mapped_column(String(200), primary_key=True)


class ScenarioReading(Base):
    """What a saved scenario came to on a later day, with the data known then."""

    __tablename__ = "scenario_reading"

    scenario_id: Mapped[str] = mapped_column(
        ForeignKey("saved_scenario.scenario_id", ondelete="cascade"), primary_key=True
    )
    as_of_date: Mapped[date] = mapped_column(Date, primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcMoment)
    content_hash: Mapped[str] = mapped_column(String(128))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class Reading:
    """One reading, as the app and the command line show it."""

    as_of_date: date
    content_hash: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Saved:
    """One saved scenario with its readings, the earliest first."""

    scenario_id: str
    place_code: str
    name: str
    created_at: datetime
    created_by: str
    as_of_date: date
    content_hash: str
    rooftop_ids: tuple[str, ...]
    levers: Mapping[str, Any]
    figures: Mapping[str, Any]
    readings: tuple[Reading, ...]


def save_scenario(
    notebook: Notebook,
    *,
    place_code: str,
    name: str,
    rooftop_ids: Sequence[str],
    levers: Mapping[str, Any],
    figures: Mapping[str, Any],
    as_of_date: date,
    content_hash: str,
    created_at: datetime,
    created_by: str = "",
) -> Saved:
    """Saves a scenario. Raises NotebookError where the name is empty, too long or taken."""
    title = _title(name)
    if not rooftop_ids:
        raise NotebookError("a scenario is of at least one rooftop")
    with notebook.writing() as session:
        row = SavedScenario(
            scenario_id=secrets.token_hex(_ID_BYTES),
            place_code=place_code,
            name=title,
            created_at=created_at,
            created_by=created_by,
            as_of_date=as_of_date,
            content_hash=content_hash,
            levers=dict(levers),
            figures=dict(figures),
            rooftops=[SavedScenarioRooftop(rooftop_id=one) for one in sorted(set(rooftop_ids))],
        )
        session.add(row)
        _flush(session, row)
        session.refresh(row)
        return _saved(row)


def rename_scenario(notebook: Notebook, scenario_id: str, name: str, scope: Scope) -> Saved:
    """Gives a scenario another name. Raises NotebookError where it may not be seen, or the name is
    empty, too long or taken."""
    with notebook.writing() as session:
        row = _found(session, scenario_id, scope, None)
        if row is None:
            raise NotebookError(f"no scenario '{scenario_id}' is saved")
        row.name = _title(name)
        _flush(session, row)
        return _saved(row)


def saved_scenarios(
    notebook: Notebook, scope: Scope, rooftop_id: str | None = None
) -> tuple[Saved, ...]:
    """What may be seen under a scope, the newest first; of one rooftop, or of all."""
    with notebook.reading() as session:
        query = _visible(scope).order_by(
            SavedScenario.created_at.desc(), SavedScenario.scenario_id
        )
        if rooftop_id is not None:
            query = query.where(SavedScenario.rooftops.any(rooftop_id=rooftop_id))
        return tuple(_saved(row) for row in session.scalars(query))


def find_scenario(
    notebook: Notebook, wanted: str, scope: Scope, place_code: str | None = None
) -> Saved | None:
    """One saved scenario by its id, or by its name in a place; None where it may not be seen."""
    with notebook.reading() as session:
        row = _found(session, wanted, scope, place_code)
        return None if row is None else _saved(row)


def remove_scenario(notebook: Notebook, scenario_id: str, scope: Scope) -> bool:
    """Removes a scenario with its readings; whether there was one to remove."""
    with notebook.writing() as session:
        row = _found(session, scenario_id, scope, None)
        if row is not None:
            session.delete(row)
        return row is not None


def note_reading(
    notebook: Notebook,
    scenario_id: str,
    *,
    as_of_date: date,
    content_hash: str,
    figures: Mapping[str, Any],
    read_at: datetime,
) -> None:
    """Notes what a scenario comes to on a day; a day read again keeps the later reading."""
    with notebook.writing() as session:
        session.merge(
            ScenarioReading(
                scenario_id=scenario_id,
                as_of_date=as_of_date,
                content_hash=content_hash,
                figures=dict(figures),
                read_at=read_at,
            )
        )


def _title(name: str) -> str:
    title = " ".join(name.split())
    if not title or len(title) > SavedScenario.name.type.length:  # type: ignore[attr-defined]
        raise NotebookError("a scenario's name has 1 to 120 characters")
    return title


def _flush(session: Session, row: SavedScenario) -> None:
    title, place_code = row.name, row.place_code
    try:
        session.flush()
    except IntegrityError as error:
        raise NotebookError(
            f"'{title}' is saved already for {place_code}; choose another name, "
            "or remove that one first"
        ) from error


def _visible(scope: Scope):  # noqa: ANN202 - a select, whose type says nothing
    query = select(SavedScenario)
    if scope is None:
        return query
    return query.where(
        ~SavedScenario.rooftops.any(SavedScenarioRooftop.rooftop_id.not_in(sorted(scope)))
    )


def _found(
    session: Session, wanted: str, scope: Scope, place_code: str | None
) -> SavedScenario | None:
    by_id = session.scalar(_visible(scope).where(SavedScenario.scenario_id == wanted))
    if by_id is not None or place_code is None:
        return by_id
    return session.scalar(
        _visible(scope).where(
            SavedScenario.place_code == place_code, SavedScenario.name == wanted
        )
    )


def _saved(row: SavedScenario) -> Saved:
    return Saved(
        scenario_id=row.scenario_id,
        place_code=row.place_code,
        name=row.name,
        created_at=row.created_at,
        created_by=row.created_by,
        as_of_date=row.as_of_date,
        content_hash=row.content_hash,
        rooftop_ids=tuple(found.rooftop_id for found in row.rooftops),
        levers=row.levers,
        figures=row.figures,
        readings=tuple(
            Reading(found.as_of_date, found.content_hash, found.figures) for found in row.readings
        ),
    )
