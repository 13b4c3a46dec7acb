"""The forecast of a morning: marts in, three tables out.

Belongs here: the order of the steps, the rows of the tables and the report of a run. Queries belong
to `marts` and `series`, draws to the registered forecaster, judging them to `chances`.

Periods of several lengths share one simulation: the forecaster is asked once for all open periods'
last days, so a month and the quarter that holds it are read off the same paths, and a car that
counts in four programs counts in all four in the same draw.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from forecasting.chances import ElementOutlook, judge_program
from forecasting.marts import open_warehouse, read_open_programs
from forecasting.panel import Simulation, draw_remaining
from forecasting.registry import DEFAULT_FORECASTER, ForecasterSettings, make_forecaster
from forecasting.series import SeriesSet, read_series
from forecasting.tables import to_table, write_tables
from programs.calendars import Calendar
from programs.period_end import OpenProgram, SegmentDraws

# What is being done, and the share of it that is done.
Moved = Callable[[str, float], None]


@dataclass(frozen=True)
class ForecastReport:
    """What a run did. fallback_count: series that took their pool's pace. rows: of each table.
    seconds: of each step, for the run's own record."""

    as_of_date: date
    model_code: str
    series_count: int
    fallback_count: int
    program_count: int
    rows: dict[str, int]
    seconds: dict[str, float]


@dataclass(frozen=True)
class _Drawn:
    """The series with their draws: remaining int32 [ends, series, draws], never below what is
    already known of the as-of date."""

    series: SeriesSet
    remaining: np.ndarray
    notes: tuple[str, ...]


def run_forecast(
    warehouse_path: Path,
    compiled_dir: Path,
    out_dir: Path,
    *,
    as_of_date: date,
    draws: int = 1_000,
    seed: int = 1,
    progress: Moved | None = None,
    forecaster_code: str = DEFAULT_FORECASTER,
    processes: int = 2,
    holiday_country: str | None = None,
    calendars: Mapping[str, Calendar] | None = None,
) -> ForecastReport:
    """Forecast every open program period and write fct_forecast, fct_forecast_tier and
    fct_forecast_sample to `out_dir` as Parquet.

    warehouse_path: the DuckDB file with the marts, opened read-only. compiled_dir: the compiled
    rules. progress: called with a message and the share done, at every series.
    holiday_country: ISO code for public holidays. calendars: OEM sales calendars by code, so that
    month-ends lie where the OEM's do. The same inputs and seed give the same files. Raises
    ForecastError when an input is missing or a fit fails.
    """
    clock = _Stopwatch()

    def fitted(done: int, of: int) -> None:
        if progress:
            progress(f"{done} of {of} series fitted", done / of)

    settings = ForecasterSettings(processes, holiday_country, fitted)
    forecaster = make_forecaster(forecaster_code, settings)
    with open_warehouse(warehouse_path, compiled_dir) as connection:
        programs = read_open_programs(connection, as_of_date)
        series = read_series(connection, programs, as_of_date, calendars)
    clock.lap("read")
    drawn = None
    if series is not None:
        simulation = draw_remaining(
            forecaster, series.panel, series.origin, series.end_days, draws, seed
        )
        drawn = _Drawn(series, _at_least_today(series, simulation), simulation.notes)
    clock.lap("simulate")
    tables = build_tables(programs, drawn, as_of_date, forecaster.code, draws)
    clock.lap("evaluate")
    write_tables(tables, out_dir)
    clock.lap("write")
    return ForecastReport(
        as_of_date=as_of_date,
        model_code=forecaster.code,
        series_count=series.panel.series_count if series else 0,
        fallback_count=sum(bool(note) for note in drawn.notes) if drawn else 0,
        program_count=len(programs),
        rows={name: table.num_rows for name, table in tables.items()},
        seconds=clock.seconds,
    )


def _at_least_today(series: SeriesSet, simulation: Simulation) -> np.ndarray:
    """A draw can't hold fewer units than are already known of the as-of date itself."""
    return np.maximum(simulation.remaining, series.today_units[None, :, None]).astype(np.int32)


def build_tables(
    programs: Sequence[OpenProgram],
    drawn: _Drawn | None,
    as_of_date: date,
    model_code: str,
    draws: int,
) -> dict[str, pa.Table]:
    """The three tables of the fixed schemas; all empty when nothing is open."""
    forecasts: list[dict] = []
    tiers: list[dict] = []
    for program in programs:
        segments = _segment_draws(program, drawn)
        for outlook in judge_program(program, segments, draws):
            key = {
                "rooftop_id": program.rooftop_id,
                "program_code": program.program_code,
                "element_code": outlook.element_code,
                "period_code": program.period_code,
            }
            head = {**key, "as_of_date": as_of_date, "model_code": model_code}
            forecasts.append(head | _forecast_row(outlook, program, drawn))
            tiers += [
                key | {
                    "tier_number": tier.tier_number,
                    "edge_units": tier.edge_units,
                    "chance": tier.chance,
                }
                for tier in outlook.tiers
            ]  # fmt: skip
    return {
        "fct_forecast": to_table("fct_forecast", forecasts),
        "fct_forecast_tier": to_table("fct_forecast_tier", tiers),
        "fct_forecast_sample": to_table("fct_forecast_sample", _sample_rows(programs, drawn)),
    }


def _segment_draws(program: OpenProgram, drawn: _Drawn | None) -> dict[str, SegmentDraws]:
    """Draws of the program's segments at its rooftop, to its period's end."""
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


def _forecast_row(outlook: ElementOutlook, program: OpenProgram, drawn: _Drawn | None) -> dict:
    rows = _element_rows(outlook.element_code, program, drawn)
    history = drawn.series.history_days[rows].max(initial=0) if drawn else 0
    return {
        "units_to_date": outlook.units_to_date,
        "median_units": outlook.median_units,
        "low_80_units": outlook.low_80_units,
        "high_80_units": outlook.high_80_units,
        "low_95_units": outlook.low_95_units,
        "high_95_units": outlook.high_95_units,
        "expected_units": outlook.expected_units,
        "expected_amount": outlook.expected_amount,
        "expected_before_gates_amount": outlook.expected_before_gates_amount,
        "gate_state": outlook.gate_state,
        "gate_assumption": outlook.gate_assumption,
        "chance_any_tier": outlook.chance_any_tier,
        "history_days": int(history),
        "fallback_note": _fallback_note(rows, drawn),
    }


def _element_rows(element_code: str, program: OpenProgram, drawn: _Drawn | None) -> list[int]:
    """The panel's rows that an element counts."""
    if drawn is None:
        return []
    element = next(e for e in program.elements if e.rules.element_code == element_code)
    counted = (share.segment_code for share in element.shares if share.is_counted)
    keys = [(program.rooftop_id, segment) for segment in counted]
    return [drawn.series.rows[key] for key in keys if key in drawn.series.rows]


def _fallback_note(rows: list[int], drawn: _Drawn | None) -> str | None:
    """Which of an element's series fell back and why; None when none did."""
    if drawn is None or not rows:
        return "nothing like it was ever sold here: no units are expected"
    noted = [row for row in rows if drawn.notes[row]]
    if not noted:
        return None
    reasons = "; ".join(sorted({drawn.notes[row] for row in noted}))
    return reasons if len(rows) == 1 else f"{len(noted)} of {len(rows)} segments: {reasons}"


def _sample_rows(programs: Sequence[OpenProgram], drawn: _Drawn | None) -> list[dict]:
    """One row per rooftop x segment x end of an open period that holds it."""
    if drawn is None:
        return []
    starts: dict[tuple[str, str, date], date] = {}
    for program in programs:
        for segment in program.segments:
            if (program.rooftop_id, segment) in drawn.series.rows:
                key = (program.rooftop_id, segment, program.period_end)
                starts[key] = min(program.period_start, starts.get(key, program.period_start))
    return [
        {
            "rooftop_id": rooftop,
            "segment_code": segment,
            "period_end_date": end,
            "remaining_units": drawn.remaining[
                drawn.series.ends.index(end), drawn.series.rows[rooftop, segment]
            ],
            "units_to_date": _units_since(drawn.series, drawn.series.rows[rooftop, segment], start),
            "units_from_date": start,
        }
        for (rooftop, segment, end), start in starts.items()
    ]


def _units_since(series: SeriesSet, row: int, start: date) -> int:
    """Units from a date to the day before the as-of date."""
    first = np.datetime64(start, "D")
    known = (series.panel.dates >= first) & (np.arange(len(series.panel.dates)) < series.origin)
    return int(series.panel.units[row, known].sum())


class _Stopwatch:
    """Seconds of each step, for the report only; no result depends on it."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(now - self._last, 3)
        self._last = now
