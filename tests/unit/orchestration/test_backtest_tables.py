"""A backtest's files become published tables; without any they are there and empty."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.backtest_tables import TABLES, BacktestFileError, copy_backtest

FIGURES = {
    "series": 40, "weighted_quantile_loss": 0.08, "median_error": 0.11, "brier": 0.11,
    "calibration_error": 0.02, "inside_80": 0.81, "inside_95": 0.95, "width_80": 0.4,
    "log_score": 3.2,
}  # fmt: skip
ROW = {"panel": "rooftop", "forecaster": "stairstep"}


def write_backtest(folder: Path) -> None:
    """Files as `forecasting.backtest` writes them."""
    folder.mkdir()
    table = [ROW | {"origin": origin} | FIGURES for origin in (0.25, "all")]
    (folder / "table.json").write_text(json.dumps(table))
    (folder / "years.json").write_text(json.dumps([{"year": 2024} | table[0]]))
    weights = ROW | {
        "quarter": "2024Q4", "models": ["a", "b"],
        "weights_by_horizon": [[0.25, 0.75], [0.5, 0.5]], "records": 7,
    }  # fmt: skip
    (folder / "weights.json").write_text(json.dumps([weights]))
    bins = {"origin": "all", "bin_low": 0.6, "bin_high": 0.7, "chances": 40,
            "mean_chance": 0.66, "share_reached": 0.65}  # fmt: skip
    pq.write_table(pa.Table.from_pylist([ROW | bins]), folder / "reliability.parquet")
    pq.write_table(pa.Table.from_pylist([ROW | {"third": 1} | FIGURES]), folder / "thirds.parquet")


def test_every_file_is_a_table(tmp_path: Path) -> None:
    write_backtest(tmp_path / "backtest")
    with duckdb.connect() as connection:
        assert copy_backtest(connection, tmp_path / "backtest") == list(TABLES)
        found = connection.sql("select origin, series, brier from fct_backtest order by origin")
        assert found.fetchall() == [("0.25", 40, 0.11), ("all", 40, 0.11)]
        weights = connection.sql("select model, horizon, weight from fct_backtest_weight")
        assert sorted(weights.fetchall()) == [
            ("a", 1, 0.25), ("a", 2, 0.5), ("b", 1, 0.75), ("b", 2, 0.5),
        ]  # fmt: skip
        for table, column in (("reliability", "share_reached"), ("third", "inside_80"),
                              ("year", "inside_95")):  # fmt: skip
            (value,) = connection.sql(f"select {column} from fct_backtest_{table}").fetchone()
            assert 0.6 < value < 1


def test_without_a_backtest_the_tables_are_empty(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        for table in copy_backtest(connection, tmp_path / "backtest"):
            assert connection.sql(f"select count(*) from {table}").fetchone() == (0,)


@pytest.mark.parametrize(("content", "said"), [("{", "no JSON"), ('[{"panel": "x"}]', "without")])
def test_a_broken_file_is_named(tmp_path: Path, content: str, said: str) -> None:
    folder = tmp_path / "backtest"
    write_backtest(folder)
    (folder / "table.json").write_text(content)
    with (
        duckdb.connect() as connection,
        pytest.raises(BacktestFileError, match=rf"table\.json .*{said}.*stairstep backtest"),
    ):
        copy_backtest(connection, folder)
