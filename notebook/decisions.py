"""Chase or let go: what was decided of a program's period, why, by whom, on which figures.

Here: the table, and how it is read and written. A decision is never changed or removed: deciding
again adds another one, and the newest holds. Figures are a document whose meaning is
scenarios/decided.py; their money is text with cents, never a float.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from notebook.base import Base, UtcMoment
from notebook.place import NotebookError
from notebook.store import Notebook

VERDICTS = ("chase", "let_go")
# A reason shorter than this says nothing to whoever reads it at the period's end.
SHORTEST_REASON = 3
LONGEST_REASON = 2000
_ID_BYTES = 5


class ProgramDecision(Base):
    """One decision on one program of one rooftop and period."""

    __tablename__ = "program_decision"
    __table_args__ = (Index(None, "rooftop_id", "program_code", "period_code"),)

    decision_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    rooftop_id: Mapped[str] = mapped_column(String(200))
    program_code: Mapped[str] = mapped_column(String(200))
    period_code: Mapped[str] = mapped_column(String(40))
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime] = mapped_column(UtcMoment)
    # The signed-in address; the name given where the group signs nobody in.
    decided_by: Mapped[str] = mapped_column(String(320))
    # The day of the figures, and the published content they were read from.
    as_of_date: Mapped[date] = mapped_column(Date)
    content_hash: Mapped[str] = mapped_column(String(128))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True)
class Decision:
    """One decision, as the app and the command line show it."""

    decision_id: str
    rooftop_id: str
    program_code: str
    period_code: str
    verdict: str
    reason: str
    decided_at: datetime
    decided_by: str
    as_of_date: date
    content_hash: str
    figures: Mapping[str, Any]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it decides: rooftop, program and period."""
        return self.rooftop_id, self.program_code, self.period_code


def record_decision(
    notebook: Notebook,
    *,
    rooftop_id: str,
    program_code: str,
    period_code: str,
    verdict: str,
    reason: str,
    decided_by: str,
    decided_at: datetime,
    as_of_date: date,
    content_hash: str,
    figures: Mapping[str, Any],
) -> Decision:
    """Keeps a decision. Raises NotebookError without a verdict, a reason or a name."""
    why, who = reason.strip(), " ".join(decided_by.split())
    if verdict not in VERDICTS:
        raise NotebookError(f"a decision is one of {', '.join(VERDICTS)}, not '{verdict}'")
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise NotebookError(f"say why, in {SHORTEST_REASON} to {LONGEST_REASON:,} characters")
    if not who:
        raise NotebookError("say who decides")
    row = ProgramDecision(
        decision_id=secrets.token_hex(_ID_BYTES),
        rooftop_id=rooftop_id,
        program_code=program_code,
        period_code=period_code,
        verdict=verdict,
        reason=why,
        decided_at=decided_at,
        decided_by=who,
        as_of_date=as_of_date,
        content_hash=content_hash,
        figures=dict(figures),
    )
    with notebook.writing() as session:
        session.add(row)
        session.flush()
        session.refresh(row)
        return _decision(row)


def read_decisions(
    notebook: Notebook, scope: Collection[str] | None, rooftop_id: str | None = None
) -> tuple[Decision, ...]:
    """What may be seen under a rooftop scope (None: all), the newest first."""
    query = select(ProgramDecision).order_by(
        ProgramDecision.decided_at.desc(), ProgramDecision.decision_id
    )
    if scope is not None:
        query = query.where(ProgramDecision.rooftop_id.in_(sorted(scope)))
    if rooftop_id is not None:
        query = query.where(ProgramDecision.rooftop_id == rooftop_id)
    with notebook.reading() as session:
        return tuple(_decision(row) for row in session.scalars(query))


def _decision(row: ProgramDecision) -> Decision:
    return Decision(
        decision_id=row.decision_id,
        rooftop_id=row.rooftop_id,
        program_code=row.program_code,
        period_code=row.period_code,
        verdict=row.verdict,
        reason=row.reason,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        as_of_date=row.as_of_date,
        content_hash=row.content_hash,
        figures=row.figures,
    )
