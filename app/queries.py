"""Which rows a page reads, cached by content and rooftop scope.

Belongs here: one function per question a page asks of the published tables, and exact sums of
money. Shapes are app/records.py, opening the file app/published.py, drawing app/components/. Every
answer's cache key holds the content hash and the scope, because the cache is shared by all users.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from app.forecast_records import (
    Forecast,
    ForecastGate,
    ForecastProgram,
    ForecastScoreTier,
    ForecastTier,
)
from app.published import Published
from app.records import (
    Adjustment,
    CountedUnit,
    DailyStanding,
    Element,
    ElementStanding,
    Gap,
    Gate,
    LadderSegment,
    Program,
    ProgramStanding,
    Record,
    Rooftop,
)
from app.run_records import FeedHealth, SetAside

cached = st.cache_data(
    show_spinner=False, max_entries=400, hash_funcs={Published: lambda source: source.cache_key}
)

# Key of one element's period at one rooftop: (rooftop_id, program_code, element_code, period_code).
ElementKey = tuple[str, str, str, str]


@dataclass(frozen=True)
class ElementView:
    """All that is known of one element's standing, gathered for drawing."""

    standing: ElementStanding
    element: Element | None
    segments: tuple[LadderSegment, ...]
    forecast: Forecast | None
    forecast_tiers: tuple[ForecastTier, ...]
    forecast_gates: tuple[ForecastGate, ...] = ()
    score_tiers: tuple[ForecastScoreTier, ...] = ()


@dataclass(frozen=True)
class ProgramView:
    """All that is known of one program's standing at one rooftop."""

    standing: ProgramStanding
    program: Program | None
    elements: tuple[ElementView, ...]
    gates: tuple[Gate, ...]
    amount: ForecastProgram | None = None
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def headline(self) -> ElementView | None:
        """The element whose units the program's line shows."""
        for view in self.elements:
            if view.standing.element_code == self.standing.headline_element_code:
                return view
        return self.elements[0] if self.elements else None


def element_key(row: Record) -> ElementKey:
    """Return the key that the element-level tables share."""
    return row.rooftop_id, row.program_code, row.element_code, row.period_code  # type: ignore[attr-defined]


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """Add money exactly; an unknown amount adds nothing."""
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))


@cached
def rooftops(source: Published) -> tuple[Rooftop, ...]:
    """Return the rooftops within the scope, by name."""
    return source.read(Rooftop, order_by="rooftop_name, rooftop_id")


@cached
def program_standings(
    source: Published, rooftop_id: str | None = None, is_open: bool | None = True
) -> tuple[ProgramStanding, ...]:
    """Return standings of one rooftop or all; of open periods, ended ones (False), both (None)."""
    where, parameters = ["true"], []
    if rooftop_id is not None:
        where.append("rooftop_id = ?")
        parameters.append(rooftop_id)
    if is_open is not None:
        where.append("is_open" if is_open else "not is_open")
    return source.read(
        ProgramStanding,
        " and ".join(where),
        parameters,
        # Open periods: the one that ends first needs the eye first. Ended ones: the latest first.
        order_by="case when is_open then period_end_date end nulls last, period_end_date desc,"
        " program_name, rooftop_id, program_code",
    )


@cached
def program_views(
    source: Published, rooftop_id: str, is_open: bool | None = True
) -> tuple[ProgramView, ...]:
    """Return one rooftop's programs with elements, ladders, forecasts, gates and adjustments."""
    standings = program_standings(source, rooftop_id, is_open)
    own = ("rooftop_id = ?", [rooftop_id])
    elements = {
        (row.program_code, row.program_version, row.element_code): row
        for row in source.read(Element, order_by="program_code, program_version, element_order")
    }
    programs = {(row.program_code, row.program_version): row for row in source.read(Program)}
    segments = _grouped(source.read(LadderSegment, *own, order_by="segment_number"))
    forecasts = {element_key(row): row for row in source.read(Forecast, *own)}
    tiers = _grouped(source.read(ForecastTier, *own, order_by="tier_number"))
    score_tiers = _grouped(source.read(ForecastScoreTier, *own, order_by="tier_number"))
    gates_ahead = _grouped(source.read(ForecastGate, *own, order_by="conjunct_number, leaf_number"))
    amounts = {
        (row.program_code, row.period_code): row for row in source.read(ForecastProgram, *own)
    }
    adjustments: dict[tuple[str, str], list[Adjustment]] = {}
    for change in source.read(Adjustment, *own, order_by="adjustment_number"):
        adjustments.setdefault((change.program_code, change.period_code), []).append(change)
    gates = source.read(
        Gate, *own, order_by="element_code nulls first, gate_code, conjunct_number, leaf_number"
    )

    def order(row: ElementStanding) -> tuple[int, str]:
        found = elements.get((row.program_code, row.program_version, row.element_code))
        return (found.element_order if found else 999, row.element_code)

    views: dict[tuple[str, str], list[ElementView]] = {}
    for row in sorted(source.read(ElementStanding, *own), key=order):
        view = ElementView(
            standing=row,
            element=elements.get((row.program_code, row.program_version, row.element_code)),
            segments=tuple(segments.get(element_key(row), ())),
            forecast=forecasts.get(element_key(row)),
            forecast_tiers=tuple(tiers.get(element_key(row), ())),
            forecast_gates=tuple(gates_ahead.get(element_key(row), ())),
            score_tiers=tuple(score_tiers.get(element_key(row), ())),
        )
        views.setdefault((row.program_code, row.period_code), []).append(view)
    return tuple(
        ProgramView(
            standing=row,
            program=programs.get((row.program_code, row.program_version)),
            elements=tuple(views.get((row.program_code, row.period_code), ())),
            gates=tuple(
                gate
                for gate in gates
                if (gate.program_code, gate.period_code) == (row.program_code, row.period_code)
            ),
            amount=amounts.get((row.program_code, row.period_code)),
            adjustments=tuple(adjustments.get((row.program_code, row.period_code), ())),
        )
        for row in standings
    )


@cached
def chances_of_next_tier(source: Published) -> dict[tuple[str, str, str], float]:
    """Return the headline element's chance of its next tier, by rooftop, program, period."""
    headline = {
        (row.rooftop_id, row.program_code, row.headline_element_code, row.period_code): row
        for row in program_standings(source)
    }
    chances = {}
    for row in source.read(ForecastTier):
        standing = headline.get(element_key(row))
        if standing is not None and standing.next_tier_number == row.tier_number:
            chances[row.rooftop_id, row.program_code, row.period_code] = row.chance
    return chances


@cached
def expected_amounts(source: Published) -> dict[tuple[str, str, str], Decimal]:
    """Return the forecast's expected amount by rooftop, program and period."""
    return {
        (row.rooftop_id, row.program_code, row.period_code): row.expected_amount
        for row in source.read(ForecastProgram)
    }


@cached
def daily_standings(
    source: Published, rooftop_id: str, program_code: str, element_code: str, period_code: str
) -> tuple[DailyStanding, ...]:
    """Return one element's standing on each day of its period."""
    return source.read(
        DailyStanding,
        "rooftop_id = ? and program_code = ? and element_code = ? and period_code = ?",
        [rooftop_id, program_code, element_code, period_code],
        order_by="date",
    )


@cached
def counted_units(
    source: Published, rooftop_id: str, program_code: str, period_code: str
) -> tuple[CountedUnit, ...]:
    """Return every VIN weighed for one program and period, newest first."""
    return source.read(
        CountedUnit,
        "rooftop_id = ? and program_code = ? and period_code = ?",
        [rooftop_id, program_code, period_code],
        order_by="counting_date desc nulls last, vin",
    )


@cached
def gaps(source: Published, rooftop_id: str | None = None) -> tuple[Gap, ...]:
    """Return what will cost money if nobody acts: most dollars first, then the nearest last day."""
    where, parameters = ("rooftop_id = ?", [rooftop_id]) if rooftop_id else ("true", [])
    return source.read(
        Gap,
        where,
        parameters,
        order_by="amount_at_risk desc nulls last, last_day_date nulls last, rooftop_id, gap_id",
    )


def to_act_on(found: Iterable[Gap]) -> tuple[Gap, ...]:
    """Return the gaps that want someone to act: critical ones and warnings."""
    return tuple(gap for gap in found if gap.severity in ("critical", "warning"))


@cached
def feeds(source: Published) -> tuple[FeedHealth, ...]:
    """Return the feeds' health, the worst first."""
    return source.read(
        FeedHealth,
        order_by="case feed_state when 'missing' then 0 when 'late' then 1 else 2 end,"
        " vendor_code, source_kind, feed_id",
    )


def own_feeds(found: Iterable[FeedHealth]) -> tuple[FeedHealth, ...]:
    """Return the feeds without a vendor's sum row where its rooftops have rows of their own."""
    rows = tuple(found)
    by_rooftop = {(row.vendor_code, row.source_kind) for row in rows if row.rooftop_id is not None}
    return tuple(
        row
        for row in rows
        if row.rooftop_id is not None or (row.vendor_code, row.source_kind) not in by_rooftop
    )


@cached
def set_aside(source: Published) -> tuple[SetAside, ...]:
    """Return the files and rows that could not be read, newest first."""
    return source.read(
        SetAside,
        order_by="known_at desc nulls last, source_file, source_row nulls first, column_name",
        limit=5000,
    )


def _grouped(rows: Iterable[Record]) -> dict[ElementKey, list]:
    groups: dict[ElementKey, list] = {}
    for row in rows:
        groups.setdefault(element_key(row), []).append(row)
    return groups
