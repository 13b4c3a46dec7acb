"""The rows of the forecast's tables, from what was drawn and judged.

Belongs here: which figure stands in which column. Columns and keys belong to `tables`, judging to
`chances`, `amounts` and `day_paths`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa

from forecasting.amounts import PaidProgram, by_rooftop, summed
from forecasting.chances import ElementOutlook, ProgramOutlook
from forecasting.day_paths import DaySplit, ElementPath, element_path
from forecasting.gate_draws import GateDraws, LeafDraws
from forecasting.histories import ProgramKey
from forecasting.score_draws import TierDraws
from forecasting.series import SeriesSet
from forecasting.tables import SCHEMAS, to_table
from programs.counted_text import counted_text
from programs.element_cents import UNSCORED
from programs.gates import GateState
from programs.period_end import OpenElement, OpenProgram, SegmentDraws
from programs.settled_rooftop import RuledPeriod

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Morning:
    """What a forecast is of, and how many draws it has."""

    as_of_date: date
    model_code: str
    draws: int
    seed: int


@dataclass(frozen=True)
class Drawn:
    """The series with their draws: remaining int32 [ends, series, draws], never below what is
    already known of the as-of date. notes: one a series. split: over the days left."""

    series: SeriesSet
    remaining: np.ndarray
    notes: tuple[str, ...]
    split: DaySplit


class Rows:
    """Rows of all tables, filled program by program."""

    def __init__(self, drawn: Drawn | None, morning: Morning) -> None:
        self._drawn, self._morning = drawn, morning
        self._rows: dict[str, list[dict]] = defaultdict(list)

    def tables(self) -> dict[str, pa.Table]:
        """All tables of the fixed schemas; empty ones too."""
        return {name: to_table(name, self._rows[name]) for name in SCHEMAS}

    def segment_draws(self, program: OpenProgram) -> dict[str, SegmentDraws]:
        """Draws of the program's segments at its rooftop, to its period's end."""
        drawn = self._drawn
        if drawn is None:
            return {}
        end = drawn.series.ends.index(program.period_end)
        found = {}
        for segment in sorted(program.segments):
            row = drawn.series.rows.get((program.rooftop_id, segment))
            if row is not None:
                cents = int(drawn.series.msrp_cents[row])
                found[segment] = SegmentDraws(drawn.remaining[end, row], cents)
        return found

    def add_program(
        self, outlook: ProgramOutlook, gates: Mapping[str, Sequence[GateDraws]]
    ) -> None:
        """The rows of one program's elements, tiers, gates and days."""
        program = outlook.program
        elements = {element.rules.element_code: element for element in program.elements}
        for found in outlook.elements:
            element, key = elements[found.element_code], _key(program, found.element_code)
            rows = self._element_rows(program, element)
            path = self._path(program, element, found, rows)
            head = {
                "as_of_date": self._morning.as_of_date,
                "model_code": self._morning.model_code,
            }
            self._rows["fct_forecast"].append(
                key | head | _forecast(found) | _decided(found, path) | self._history(rows)
            )
            self._rows["fct_forecast_tier"] += [
                key | {
                    "tier_number": tier.tier_number,
                    "edge_units": tier.edge_units,
                    "chance": tier.chance,
                    "chance_with_gates": tier.chance_with_gates,
                    "chance_without_pending": tier.chance_without_pending,
                }
                for tier in found.tiers
            ]  # fmt: skip
            self._rows["fct_forecast_day"] += [
                key | {
                    "date": day.day,
                    "expected_units": day.expected_units,
                    "low_80_units": day.low_80_units,
                    "median_units": day.median_units,
                    "high_80_units": day.high_80_units,
                    "needed_units": day.needed_units,
                    "sureness": day.sureness,
                }
                for day in (path.days if path else ())
            ]  # fmt: skip
        for code, found_gates in gates.items():
            self._rows["fct_forecast_gate"] += [
                _key(program, code) | _gate(gate, leaf)
                for gate in found_gates
                for leaf in gate.leaves
            ]

    def add_score_tiers(self, program: OpenProgram, drawn: Mapping[str, TierDraws]) -> None:
        """A row per tier of each element whose tier a score decides."""
        for code, found in drawn.items():
            is_known = bool((found.tiers != UNSCORED).any())
            self._rows["fct_forecast_score_tier"] += [
                _key(program, code) | {
                    "tier_number": number,
                    "edge_score": edge,
                    "chance": float((found.tiers >= number).mean()) if is_known else None,
                    "assumption": found.assumption,
                    "tier_numbers": found.tiers,
                }
                for number, edge in enumerate(found.edges, start=1)
            ]  # fmt: skip

    def add_amounts(self, paid: Sequence[PaidProgram]) -> None:
        """What programs, rooftops and the group are paid."""
        head = {"as_of_date": self._morning.as_of_date}
        self._rows["fct_forecast_program"] = [
            {
                "rooftop_id": one.program.rooftop_id,
                "program_code": one.program.program_code,
                "period_code": one.program.period_code,
            } | head | one.amounts.row()
            for one in paid
        ]  # fmt: skip
        rooftops = {
            rooftop: summed([one.amounts for one in programs])
            for rooftop, programs in by_rooftop(paid).items()
        }
        counts = {rooftop: len(programs) for rooftop, programs in by_rooftop(paid).items()}
        self._rows["fct_forecast_rooftop"] = [
            {"rooftop_id": rooftop, "program_count": counts[rooftop]} | head | amounts.row()
            for rooftop, amounts in rooftops.items()
        ]
        if rooftops:
            whole = summed(list(rooftops.values())).row()
            self._rows["fct_forecast_group"] = [{"rooftop_count": len(rooftops)} | head | whole]

    def add_histories(self, kept: Mapping[ProgramKey, Sequence[RuledPeriod]]) -> None:
        """What programs are settled with, for scenarios to settle them again."""
        self._rows["fct_forecast_across"] = [
            {
                "rooftop_id": rooftop,
                "program_code": program,
                "period_code": period,
                "counted_period_code": found.code,
                "counted_version": found.version.number,
                "counted": counted_text(found.counted),
            }
            for (rooftop, program, period), periods in kept.items()
            for found in periods
        ]

    def add_samples(self, programs: Sequence[OpenProgram]) -> None:
        """One row per rooftop x segment x end of an open period that holds it."""
        drawn = self._drawn
        if drawn is None:
            return
        starts: dict[tuple[str, str, date], date] = {}
        for program in programs:
            for segment in program.segments:
                if (program.rooftop_id, segment) in drawn.series.rows:
                    key = (program.rooftop_id, segment, program.period_end)
                    starts[key] = min(program.period_start, starts.get(key, program.period_start))
        self._rows["fct_forecast_sample"] = [
            {
                "rooftop_id": rooftop,
                "segment_code": segment,
                "period_end_date": end,
                "remaining_units": drawn.remaining[
                    drawn.series.ends.index(end), drawn.series.rows[rooftop, segment]
                ],
                "units_to_date": _units_since(
                    drawn.series, drawn.series.rows[rooftop, segment], start
                ),
                "units_from_date": start,
            }
            for (rooftop, segment, end), start in starts.items()
        ]

    def _element_rows(self, program: OpenProgram, element: OpenElement) -> list[int]:
        """The panel's rows that an element counts."""
        if self._drawn is None:
            return []
        known = self._drawn.series.rows
        keys = [(program.rooftop_id, s.segment_code) for s in element.shares if s.is_counted]
        return [known[key] for key in keys if key in known]

    def _path(
        self, program: OpenProgram, element: OpenElement, found: ElementOutlook, rows: list[int]
    ) -> ElementPath | None:
        if self._drawn is None or not rows:
            return None
        end = self._drawn.series.ends.index(program.period_end)
        facts, ladder = element.facts, element.rules.ladder
        reported = facts.counted_units - element.pending_counted_units
        target = ladder.next_tier(reported) if ladder else None
        return element_path(
            self._drawn.split,
            rows,
            self._drawn.remaining[: end + 1, rows].sum(axis=1),
            as_of_date=self._morning.as_of_date,
            units_before=facts.counted_units - element.today_counted_units,
            units_now=facts.counted_units,
            tier_numbers=found.tier_numbers,
            next_edge=target.from_units if target else None,
            seed=self._morning.seed,
            name="|".join(_key(program, found.element_code).values()),
        )

    def _history(self, rows: list[int]) -> dict:
        drawn = self._drawn
        if drawn is None or not rows:
            nothing = "nothing like it was ever sold here: no units are expected"
            return {"history_days": 0, "fallback_note": nothing}
        noted = [row for row in rows if drawn.notes[row]]
        reasons = "; ".join(sorted({drawn.notes[row] for row in noted}))
        if noted and len(rows) > 1:
            reasons = f"{len(noted)} of {len(rows)} segments: {reasons}"
        days = drawn.series.history_days[rows].max(initial=0)
        return {"history_days": int(days), "fallback_note": reasons or None}


def _key(program: OpenProgram, element_code: str) -> dict[str, str]:
    return {
        "rooftop_id": program.rooftop_id,
        "program_code": program.program_code,
        "element_code": element_code,
        "period_code": program.period_code,
    }


def _forecast(outlook: ElementOutlook) -> dict:
    band, first = outlook.band, outlook.first_tier
    return {
        "units_to_date": outlook.units_to_date,
        "pending_units": outlook.pending_units,
        "median_units": band.median,
        "low_80_units": band.low_80,
        "high_80_units": band.high_80,
        "low_95_units": band.low_95,
        "high_95_units": band.high_95,
        "expected_units": outlook.expected_units,
        "expected_amount": outlook.expected_amount,
        "expected_held_amount": outlook.expected_held_amount,
        "expected_before_gates_amount": outlook.expected_before_gates_amount,
        "expected_without_pending_amount": outlook.expected_without_pending_amount,
        "gate_state": outlook.gate_state,
        "gate_assumption": outlook.gate_assumption,
        "chance_gates_met": outlook.chance_gates_met,
        "chance_any_tier": first.chance if first else None,
    }


def _decided(outlook: ElementOutlook, path: ElementPath | None) -> dict:
    """Without a ladder there is no outcome to decide."""
    if path is None or not outlook.tiers:
        return {}
    return {
        "decided_by_date": path.decided_by,
        "likeliest_tier_number": path.likeliest_tier,
        "likeliest_tier_chance": path.likeliest_chance,
    }


def _gate(gate: GateDraws, found: LeafDraws) -> dict:
    row = {
        "gate_code": gate.gate_code,
        "conjunct_number": found.leaf.conjunct_number,
        "leaf_number": found.leaf.leaf_number,
        "chance_gate_met": _chance_met(gate.states),
        "chance_leaf_met": _chance_met(found.states),
        "assumption": found.assumption,
        "gate_states": gate.states,
    }
    surveys = found.surveys
    if surveys is None:
        return row
    return row | {
        "surveys_to_date": surveys.count_to_date,
        "expected_surveys_to_come": surveys.expected_to_come,
        "low_80_surveys_to_come": surveys.low_80_to_come,
        "high_80_surveys_to_come": surveys.high_80_to_come,
        "perfect_survey_score": _score(surveys.perfect_score),
        "is_reachable_by_surveys": surveys.perfect_needed is not None,
        "perfect_surveys_needed": surveys.perfect_needed,
        "lowest_next_score": _score(surveys.lowest_next),
    }


def _chance_met(states: np.ndarray) -> float | None:
    """The share of draws in which it is met; None where it is unknown in all."""
    if (states == GateState.UNKNOWN).all():
        return None
    return float((states == GateState.MET).mean())


def _score(exact: Fraction | None) -> Decimal | None:
    if exact is None:
        return None
    return (Decimal(exact.numerator) / exact.denominator).quantize(THOUSANDTH, ROUND_HALF_UP)


def _units_since(series: SeriesSet, row: int, start: date) -> int:
    """Units from a date to the day before the as-of date."""
    first = np.datetime64(start, "D")
    known = (series.panel.dates >= first) & (np.arange(len(series.panel.dates)) < series.origin)
    return int(series.panel.units[row, known].sum())
