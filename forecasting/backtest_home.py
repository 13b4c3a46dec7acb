"""A group's own history as a panel to measure forecasts on.

Belongs here: what of a home's daily units is measured, and until when it is known. Reading the
marts belongs to `series`, measuring to `backtest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from forecasting.backtest_cells import BacktestError, BacktestPanel
from forecasting.marts import open_warehouse, read_open_programs, rules_by_version
from forecasting.series import read_series
from programs.calendars import Calendar
from programs.rulebook import Rulebook

# Rooftop x segment series of any size are what a program counts; under two units a quarter a
# share of what came means nothing.
HOME_UNITS = (2.0, np.inf)


def home_panels(
    warehouse_path: Path,
    compiled_dir: Path,
    as_of_date: date,
    calendars: Mapping[str, Calendar] | None = None,
    holiday_country: str | None = None,
    rulebooks: Sequence[Rulebook] = (),
) -> list[BacktestPanel]:
    """The series that a run as of that morning forecasts, known until the day before it.

    Parameters as of `pipeline.run_forecast`. Raises ForecastError when the warehouse isn't there,
    BacktestError when no open program has a series.
    """
    with open_warehouse(warehouse_path, compiled_dir) as connection:
        programs = read_open_programs(connection, as_of_date, rules_by_version(rulebooks))
        series = read_series(connection, programs, as_of_date, calendars, holiday_country)
    if series is None:
        raise BacktestError(
            f"no program that is open on {as_of_date} counts a segment that was ever sold, "
            "so there is nothing to measure; run `stairstep run` on more history first"
        )
    return [BacktestPanel("rooftop", series.panel, *HOME_UNITS, known_days=series.origin)]
