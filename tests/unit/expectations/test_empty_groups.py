"""A group that is just beginning passes; one whose rows were lost on the way does not."""

from __future__ import annotations

import duckdb
import pytest

from expectations.suites import Verdict
from orchestration.gates.mart_frames import MartFrames
from orchestration.gates.run import _ask, _marts

UNITS, LADDERS = "marts_counted_units", "marts_ladders"
NO_UNITS = "delete from w.marts.fct_counted_unit"
NO_LADDERS = "delete from w.marts.fct_ladder_segment"


def _verdicts(marts: MartFrames) -> dict[tuple[str, str], Verdict]:
    return {(v.suite, v.expectation): v for v in _ask(_marts(marts), lambda suite: None)}


def test_sales_without_units_were_lost(
    tables: duckdb.DuckDBPyConnection, marts: MartFrames
) -> None:
    tables.execute(NO_UNITS)
    assert not _verdicts(marts)[(UNITS, "frame_has_rows")].success


@pytest.mark.parametrize(
    "none_to_count",
    [
        "delete from w.intermediate.int_sales",
        "update w.intermediate.int_sales set rooftop_id = 'east'",
        "update w.intermediate.int_sales set rdr_counting_date = date '2019-01-05'",
    ],
)
def test_without_sales_of_the_periods_there_are_rightly_no_units(
    tables: duckdb.DuckDBPyConnection, marts: MartFrames, none_to_count: str
) -> None:
    tables.execute(NO_UNITS)
    tables.execute(none_to_count)
    assert _verdicts(marts)[(UNITS, "frame_has_rows")].success


def test_targets_without_ladders_were_lost(
    tables: duckdb.DuckDBPyConnection, marts: MartFrames
) -> None:
    tables.execute(NO_LADDERS)
    assert not _verdicts(marts)[(LADDERS, "frame_has_rows")].success


def test_without_objectives_there_are_rightly_no_ladders(
    tables: duckdb.DuckDBPyConnection, marts: MartFrames
) -> None:
    tables.execute(NO_LADDERS)
    tables.execute("update w.marts.fct_element_standing set standing_state = 'no_objective'")
    assert _verdicts(marts)[(LADDERS, "frame_has_rows")].success
