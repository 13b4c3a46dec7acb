"""Nothing leaks into the forecast as it is run, no number hangs on how it is run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecasting.pipeline import run_forecast
from forecasting.tables import SCHEMAS
from programs.rulebook import Rulebook, read_rulebook
from tests.unit.forecasting.small_warehouse import NISSAN_SEGMENT, QUARTER, TODAY
from tests.unit.forecasting.test_score_draws import TEXT, home_with_surveys

DAY = timedelta(days=1)
SURVEYED = read_rulebook(TEXT, "vw-quarter.yaml", run_examples=False)
PUBLISHED = read_rulebook(
    TEXT.replace("survey_average, minimum_sample: 5", "figure"), "vw-quarter.yaml",
    run_examples=False,
)  # fmt: skip
# What a replay of a past morning meets in the warehouse and may not look at.
FUTURE = {
    "marts.fct_daily_units": [
        ("old-nissan", NISSAN_SEGMENT, TODAY + days * DAY, 50, 50, 1_000_000) for days in (1, 9)
    ],
    "intermediate.int_csi_surveys_latest": [
        ("V1", "volkswagen", f"late{days}", TODAY + days * DAY, 500) for days in range(1, 30)
    ],
    "intermediate.int_csi_scores_latest": [
        ("V1", "volkswagen", "csi", QUARTER[1], TODAY + days * DAY, 10 * days, None, 0, 0)
        for days in range(1, 10)
    ],
    "intermediate.int_compliance_items_latest": [
        ("training", "V1", f"late{days}", TODAY + days * DAY, TODAY + days * DAY)
        for days in range(1, 10)
    ],
}


def home_of(folder: Path, *, is_published: bool) -> Path:
    """VW's CSI tier by its surveys, or by a published figure with a past."""
    home = home_with_surveys(folder, [100] * 12 + [90] * 8)
    past = [
        ("V1", "volkswagen", "csi", QUARTER[1], TODAY - 3 * days * DAY, score, None, 93, 92)
        for days, score in enumerate([95.1, 95.2, 95.0] * 5, start=1)
    ]
    with duckdb.connect(str(home / "stairstep.duckdb")) as connection:
        _add(connection, "intermediate.int_csi_scores_latest", past)
        if is_published:
            _add(
                connection, "intermediate.int_gate_scores",
                [("vw", "vw-quarter", QUARTER[0], "csi", 95.5, None, TODAY - DAY)],
            )  # fmt: skip
    if is_published:
        path = home / "compiled" / "elements.parquet"
        rows = pq.read_table(path).to_pylist()
        for row in rows:
            if row["edge_unit"] == "score":
                row["score_metric_source"] = "csi_score"
        pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)
    return home


def _add(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"insert into {table} values ({marks})", rows)


def forecast(home: Path, out: Path, book: Rulebook, **settings) -> dict[str, pa.Table]:
    run_forecast(
        home / "stairstep.duckdb", home / "compiled", out, as_of_date=TODAY,
        rulebooks=[book], **{"draws": 120, "seed": 5} | settings,
    )  # fmt: skip
    return {name: pq.read_table(out / f"{name}.parquet") for name in SCHEMAS}


@pytest.mark.parametrize("book", [SURVEYED, PUBLISHED], ids=["surveys", "figure"])
def test_moving_the_future_moves_nothing_that_is_published(book, tmp_path):
    is_published = book is PUBLISHED
    known = home_of(tmp_path / "known", is_published=is_published)
    moved = home_of(tmp_path / "moved", is_published=is_published)
    with duckdb.connect(str(moved / "stairstep.duckdb")) as connection:
        for table, rows in FUTURE.items():
            _add(connection, table, rows)
    ours, theirs = (forecast(home, home / "out", book) for home in (known, moved))
    tiers = ours["fct_forecast_score_tier"].to_pylist()
    assert {row["chance"] for row in tiers} - {0.0, 1.0, None}  # the score does decide something
    for name in SCHEMAS:
        assert theirs[name].equals(ours[name]), name


def test_any_number_of_processes_gives_the_same_numbers(tmp_path):
    home = home_of(tmp_path, is_published=False)
    alone, two = (
        forecast(home, tmp_path / str(processes), SURVEYED, processes=processes)
        for processes in (1, 2)
    )
    other = forecast(home, tmp_path / "seed", SURVEYED, seed=6)
    for name in SCHEMAS:
        assert two[name].equals(alone[name]), name
    for name in ("fct_forecast_sample", "fct_forecast_score_tier", "fct_forecast_group"):
        assert not other[name].equals(alone[name]), name
