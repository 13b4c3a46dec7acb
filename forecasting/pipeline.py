"""The forecast of a morning: marts in, tables out.

Belongs here: the order of the steps and the report of a run. Queries belong to `marts`, `series`
and `gate_facts`, draws to the forecaster in use, judging them to `chances`, `amounts` and
`day_paths`, rows to `rows`.

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

from forecasting.amounts import program_amounts
from forecasting.candidates.roster import IN_USE, make_candidates
from forecasting.chances import judge_program
from forecasting.day_paths import DaySplit
from forecasting.gate_draws import GateDraws, GateSimulator, UnitDraws
from forecasting.gate_facts import GateFacts, read_gate_facts
from forecasting.histories import ProgramKey, ReadHistories, with_histories
from forecasting.marts import (
    Version,
    open_warehouse,
    read_open_programs,
    rules_by_version,
    rules_of,
)
from forecasting.panel import Simulation, draw_remaining
from forecasting.past_forecasts import PastForecasts
from forecasting.rows import Drawn, Morning, Rows
from forecasting.score_draws import ScoreSimulator
from forecasting.series import SeriesSet, read_series
from forecasting.tables import write_tables
from forecasting.wider_rules import WiderRules, read_wider_rules
from programs.calendars import Calendar
from programs.period_end import OpenProgram, SegmentDraws, element_samples
from programs.rule_models import Element, RuleVersion
from programs.rulebook import Rulebook
from programs.settled_rooftop import RuledPeriod

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
class _Known:
    """What is read before anything is drawn."""

    programs: tuple[OpenProgram, ...]
    rules: Mapping[Version, RuleVersion]
    histories: Mapping[ProgramKey, Sequence[RuledPeriod]]
    series: SeriesSet | None
    gates: GateFacts
    wider: WiderRules


def run_forecast(
    warehouse_path: Path,
    compiled_dir: Path,
    out_dir: Path,
    *,
    as_of_date: date,
    draws: int = 1_000,
    seed: int = 1,
    progress: Moved | None = None,
    forecaster_code: str = IN_USE,
    processes: int = 2,
    holiday_country: str | None = None,
    calendars: Mapping[str, Calendar] | None = None,
    rulebooks: Sequence[Rulebook] = (),
    histories: ReadHistories | None = None,
) -> ForecastReport:
    """Forecast every open program period and write the tables of `tables.SCHEMAS` to `out_dir` as
    Parquet.

    warehouse_path: the DuckDB file with the marts, opened read-only. compiled_dir: the compiled
    rules. progress: called with a message and the share done. forecaster_code: of
    `roster.CANDIDATES`. processes: how many a candidate that fits Prophet may use; no number
    depends on it. holiday_country: ISO code for public holidays. calendars: OEM sales calendars by
    code, so that month-ends lie where the OEM's do. rulebooks: what the warehouse was built by;
    programs whose pay hangs on more than units ask for theirs. histories: gives the periods of
    some rooftops' programs as they are settled; without it rules over several periods are left
    out, and named. The same inputs and seed give the
    same files. Raises ForecastError when an input is missing.
    """
    clock = _Stopwatch()

    def asked(done: int, of: int) -> None:
        if progress:
            progress(f"{done} of {of} past mornings judged", done / of)

    (forecaster,) = make_candidates([forecaster_code], PastForecasts(), processes, asked)
    with open_warehouse(warehouse_path, compiled_dir) as connection:
        rules = rules_by_version(rulebooks)
        programs, kept = with_histories(
            read_open_programs(connection, as_of_date, rules), rulebooks, histories, calendars or {}
        )
        known = _Known(
            programs,
            rules,
            kept,
            read_series(connection, programs, as_of_date, calendars, holiday_country),
            read_gate_facts(connection, as_of_date),
            read_wider_rules(connection),
        )
    clock.lap("read")
    drawn = None
    if known.series is not None:
        simulation = draw_remaining(
            forecaster, known.series.panel, known.series.origin, known.series.end_days, draws, seed
        )
        drawn = Drawn(
            known.series, _at_least_today(known.series, simulation), simulation.notes,
            DaySplit(known.series),
        )  # fmt: skip
    clock.lap("simulate")
    tables = build_tables(known, drawn, Morning(as_of_date, forecaster.code, draws, seed), progress)
    clock.lap("evaluate")
    write_tables(tables, out_dir)
    clock.lap("write")
    return ForecastReport(
        as_of_date=as_of_date,
        model_code=forecaster.code,
        series_count=known.series.panel.series_count if known.series else 0,
        fallback_count=sum(bool(note) for note in drawn.notes) if drawn else 0,
        program_count=len(programs),
        rows={name: table.num_rows for name, table in tables.items()},
        seconds=clock.seconds,
    )


def _at_least_today(series: SeriesSet, simulation: Simulation) -> np.ndarray:
    """A draw can't hold fewer units than are already known of the as-of date itself."""
    return np.maximum(simulation.remaining, series.today_units[None, :, None]).astype(np.int32)


def build_tables(
    known: _Known, drawn: Drawn | None, morning: Morning, progress: Moved | None = None
) -> dict[str, pa.Table]:
    """The tables of the fixed schemas; all empty when nothing is open."""
    ends = {program.period_end for program in known.programs}
    scores = ScoreSimulator(
        known.gates, morning.as_of_date, sorted(ends), morning.draws, morning.seed
    )
    simulator = GateSimulator(
        known.gates, scores, morning.as_of_date, morning.draws, morning.seed
    )
    rows = Rows(drawn, morning)
    outlooks = []
    for place, program in enumerate(known.programs, start=1):
        segments = rows.segment_draws(program)
        gates = _gates(program, segments, simulator, morning.draws)
        tiers = scores.tiers(program, _by_score(program, known.rules))
        outlook = judge_program(program, segments, morning.draws, gates, tiers)
        rows.add_program(outlook, gates)
        rows.add_score_tiers(program, tiers)
        outlooks.append(outlook)
        if progress:
            done = place / len(known.programs)
            progress(f"{place} of {len(known.programs)} programs judged", done)
    paid = program_amounts(outlooks, known.wider)
    rows.add_amounts(paid)
    rows.add_samples(known.programs)
    rows.add_histories(known.histories)
    return rows.tables()


def _by_score(
    program: OpenProgram, rules: Mapping[Version, RuleVersion]
) -> list[Element]:
    """The program's elements whose tier a score decides."""
    if not any(element.tier_ladders for element in program.elements):
        return []
    stated = rules_of(rules, program.program_code, program.program_version)
    return [element for element in stated.elements if element.against.target == "score"]


def _gates(
    program: OpenProgram,
    segments: Mapping[str, SegmentDraws],
    simulator: GateSimulator,
    draws: int,
) -> dict[str, tuple[GateDraws, ...]]:
    """Every element's gates in every draw."""
    if not any(element.facts.gates for element in program.elements):
        return {}
    counted = {share.segment_code for e in program.elements for share in e.shares
               if share.is_counted}  # fmt: skip
    known_of_today = max(element.today_counted_units for element in program.elements)
    pending = max(element.pending_counted_units for element in program.elements)
    to_come = np.full(draws, pending - known_of_today, dtype=np.int64)
    for code in sorted(counted & set(segments)):
        to_come += segments[code].remaining
    units = UnitDraws(
        {
            element.rules.element_code: element_samples(element, segments, draws).counted_units
            for element in program.elements
        },
        np.maximum(to_come, 0),
    )
    return {
        element.rules.element_code: simulator.gates(program, element.rules.element_code, units)
        for element in program.elements
    }


class _Stopwatch:
    """Seconds of each step, for the report only; no result depends on it."""

    def __init__(self) -> None:
        self._last = time.perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(now - self._last, 3)
        self._last = now
