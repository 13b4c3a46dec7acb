"""The records of how the data is: feeds, what was set aside, and how the latest run ended.

Belongs here: shapes beside those of app/records.py. Reading last_run.json is app/published.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from app.records import Record


@dataclass(frozen=True)
class FeedHealth(Record):
    TABLE: ClassVar[str] = "fct_feed_health"
    SCOPE: ClassVar[str] = "rooftop_or_group"
    feed_id: str
    vendor_code: str
    source_kind: str
    rooftop_id: str | None
    last_source_file: str | None
    last_known_at: datetime | None
    age_hours: Decimal | float | None
    expected_every_days: int | None
    feed_state: str
    files_landed_count: int | None
    files_set_aside_count: int | None
    rows_landed_count: int | None
    rows_set_aside_count: int | None


@dataclass(frozen=True)
class SetAside(Record):
    TABLE: ClassVar[str] = "fct_set_aside"
    SCOPE: ClassVar[str] = "group"
    source_file: str
    source_row: int | None
    source_kind: str | None
    vendor_code: str | None
    column_name: str | None
    reason: str
    offending_value: str | None
    known_at: datetime | None


@dataclass(frozen=True)
class GateResult:
    """One expectation's verdict in the latest run (from last_run.json)."""

    suite: str
    asset: str
    expectation: str
    column: str | None
    severity: str
    success: bool
    unexpected_count: int | None
    details: str | None


@dataclass(frozen=True)
class Stage:
    """One stage of the latest run: its time and its rows (from last_run.json)."""

    stage: str
    seconds: float | None
    rows_in: int | None
    rows_out: int | None
    rows_set_aside: int | None


@dataclass(frozen=True)
class LastRun:
    """How the latest run ended; its figures are the published ones only when it published."""

    run_id: str
    as_of: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    outcome: str
    failed_step: str | None
    message: str | None
    gates: tuple[GateResult, ...]
    stages: tuple[Stage, ...]

    @property
    def is_published(self) -> bool:
        """Whether this run's figures are the ones on screen."""
        return self.outcome == "published"

    @property
    def failed_gates(self) -> tuple[GateResult, ...]:
        """The critical expectations that stopped the walk."""
        return tuple(g for g in self.gates if not g.success and g.severity == "critical")
