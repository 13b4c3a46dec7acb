"""What scenarios and plans are made of: one rooftop's open programs, samples and model lines.

Here: the records alone. Not here: reading them (reading.py), the arithmetic (programs/), what is
tried of them (levers.py, moves.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from programs.errors import StairstepError
from programs.gates import GateState, Leaf
from programs.period_end import SegmentDraws
from programs.plan import ProgramOutlook
from programs.scenario import ElementKey, ProgramState

# Front gross of recent retail deals, the thinnest first, by (make, model, stock type).
Gross = Mapping[tuple[str, str, str], Sequence[Decimal]]


class ScenarioError(StairstepError):
    """A question that the published data can't answer, or a lever that isn't there."""


@dataclass(frozen=True)
class StockRow:
    """Cars of one description at the rooftop: sold of late, and to be had before a date."""

    make: str
    model: str
    trim: str | None
    model_year: int | None
    powertrain: str | None
    stock_type: str
    segment_code: str
    sold_units: int
    on_ground_units: int
    arriving_dates: tuple[date, ...]
    priced_units: int
    msrp_amount: Decimal


@dataclass(frozen=True)
class Score:
    """One leaf of a gate as published, so that another score can be tried in its place."""

    program_code: str
    element_code: str
    gate_code: str
    conjunct_number: int
    metric_code: str
    state: GateState
    leaf: Leaf | None
    sample_count: int | None


@dataclass(frozen=True)
class Pending:
    """An element's units that are delivered and not reported."""

    counted_units: int = 0
    paid_units: int = 0
    paid_msrp_cents: int = 0


@dataclass(frozen=True)
class OpenPeriod:
    """One open program: as it stands, and with its samples.

    `pending`: of each element, what is delivered and not yet reported; the samples take it as
    reported. `fallback_notes`: why the forecast took the pace of a pool, where it did.
    """

    state: ProgramState
    outlook: ProgramOutlook
    period_end: date
    selling_days_left: int
    scores: tuple[Score, ...]
    pending: tuple[Pending, ...] = ()
    pending_msrp_cents: int = 0
    fallback_notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RooftopInputs:
    """All that one rooftop's scenarios and plans need. Memberships: by segment, the elements of
    the open programs that count it and those that pay it. `draws`: of each segment to each period's
    end. `makes`: those whose new cars the rooftop may sell."""

    rooftop_id: str
    as_of_date: date
    programs: tuple[OpenPeriod, ...]
    stock: tuple[StockRow, ...]
    counted_by: Mapping[str, frozenset[ElementKey]]
    paid_by: Mapping[str, frozenset[ElementKey]]
    rejected: tuple[dict[str, Any], ...]
    draws: Mapping[tuple[str, date], SegmentDraws]
    gross: Gross
    makes: frozenset[str]
