"""What breaks a series, found and handled in the forecast as it is run: from marts to tables."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq
import pytest

from forecasting.pipeline import run_forecast
from tests.unit.forecasting.small_warehouse import (
    FLEET,
    NISSAN_SEGMENT,
    QUARTER,
    TODAY,
    VW_NEW,
    daily_units,
    make_home,
)

ROW = tuple[str, str, date, int]


def to_come(folder, units: list[ROW]) -> dict[tuple[str, str], float]:
    """Mean units to come to the quarter's end, by rooftop and segment."""
    home = make_home(folder, units)
    run_forecast(
        home / "stairstep.duckdb", home / "compiled", folder / "out",
        as_of_date=TODAY, draws=200, seed=5,
    )  # fmt: skip
    rows = pq.read_table(folder / "out" / "fct_forecast_sample.parquet").to_pylist()
    return {
        (row["rooftop_id"], row["segment_code"]): float(np.mean(row["remaining_units"]))
        for row in rows
        if row["period_end_date"] == QUARTER[2]
    }


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> dict[tuple[str, str], float]:
    return to_come(tmp_path_factory.mktemp("plain"), daily_units())


def test_a_lockdown_is_left_out_and_not_averaged_in(plain, tmp_path):
    """Ten weeks of spring without a sale in any store: ten of the last seventeen."""
    first, last = TODAY - timedelta(days=120), TODAY - timedelta(days=50)
    found = to_come(tmp_path, [row for row in daily_units() if not first <= row[2] < last])
    for key in (("old-nissan", NISSAN_SEGMENT), ("vw", VW_NEW)):
        assert found[key] == pytest.approx(plain[key], rel=0.25), key


def test_a_model_that_ended_is_expected_no_more(plain, tmp_path):
    """No fleet car for half a year, at a store that sold two a week; its other cars go on."""
    end = TODAY - timedelta(days=180)
    found = to_come(
        tmp_path, [row for row in daily_units() if row[1] != FLEET or row[2] < end]
    )
    assert plain["old-nissan", FLEET] > 5
    assert found["old-nissan", FLEET] < plain["old-nissan", FLEET] / 10
    own = ("old-nissan", NISSAN_SEGMENT)
    assert found[own] == pytest.approx(plain[own], rel=0.25)


def test_a_new_store_starts_at_its_pools_pace_and_is_no_break_for_the_others(plain, tmp_path):
    """Two weeks old, at 1.4 a selling day like the store beside it; without it nothing else
    moves."""
    new, old = plain["new-nissan", NISSAN_SEGMENT], plain["old-nissan", NISSAN_SEGMENT]
    assert new == pytest.approx(old, rel=0.4)
    found = to_come(tmp_path, [row for row in daily_units() if row[0] != "new-nissan"])
    assert found["old-nissan", NISSAN_SEGMENT] == pytest.approx(old, rel=0.2)
