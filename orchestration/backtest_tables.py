"""The backtest's files as published tables: how good the forecasts were, for the app's page.

Here: which of HOME/backtest's files becomes which table, and empty ones while nobody has asked for
a backtest. What stands in the files belongs to `forecasting.backtest`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from programs.errors import StairstepError

if TYPE_CHECKING:
    import duckdb

FIGURES = (
    "series bigint, weighted_quantile_loss double, median_error double, brier double, "
    "calibration_error double, inside_80 double, inside_95 double, width_80 double, "
    "log_score double"
)
# Rows as the backtest writes them; `origin` is the share of the period elapsed, or all.
TABLES = {
    "fct_backtest": f"panel varchar, forecaster varchar, origin varchar, {FIGURES}",
    "fct_backtest_year": f"year integer, panel varchar, forecaster varchar, origin varchar, "
    f"{FIGURES}",
    "fct_backtest_third": f"panel varchar, forecaster varchar, third integer, {FIGURES}",
    "fct_backtest_reliability": "panel varchar, forecaster varchar, origin varchar, "
    "bin_low double, bin_high double, chances bigint, mean_chance double, share_reached double",
    # What each model weighs among those that are combined, at each horizon (1 is the nearest).
    "fct_backtest_weight": "panel varchar, forecaster varchar, quarter varchar, model varchar, "
    "horizon integer, weight double",
}


class BacktestFileError(StairstepError):
    """A file of HOME/backtest that can't be read."""


def copy_backtest(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Makes every table, filled where `folder` has its file. Raises BacktestFileError, which names
    the file, where one is there and isn't what a backtest writes."""
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({columns})")
    for table, file in (("fct_backtest", "table.json"), ("fct_backtest_year", "years.json")):
        _insert(connection, table, _read(folder / file), folder / file)
    _insert(
        connection,
        "fct_backtest_weight",
        [
            {
                "panel": row["panel"],
                "forecaster": row["forecaster"],
                "quarter": row["quarter"],
                "model": model,
                "horizon": place,
                "weight": weight,
            }
            for row in _read(folder / "weights.json")
            for place, weights in enumerate(row["weights_by_horizon"], start=1)
            for model, weight in zip(row["models"], weights, strict=True)
        ],
        folder / "weights.json",
    )
    for table, file in (
        ("fct_backtest_reliability", "reliability.parquet"),
        ("fct_backtest_third", "thirds.parquet"),
    ):
        if (folder / file).is_file():
            connection.execute(
                f"insert into {table} by name select * from read_parquet(?)", [str(folder / file)]
            )
    return list(TABLES)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise BacktestFileError(
            f"{path} is no JSON (line {error.lineno}); run `stairstep backtest` again"
        ) from error


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    rows: Sequence[dict[str, Any]],
    path: Path,
) -> None:
    names = [column.split()[0] for column in TABLES[table].split(", ")]
    if not rows:
        return
    try:
        values = [[row[name] for name in names] for row in rows]
    except KeyError as error:
        raise BacktestFileError(
            f"{path} has a row without {error}; run `stairstep backtest` again"
        ) from error
    marks = ", ".join("?" for _ in names)
    connection.executemany(f"insert into {table} values ({marks})", values)
