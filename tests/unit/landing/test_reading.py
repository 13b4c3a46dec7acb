"""An error of the engine never carries a line of the file; a lack of memory is no fault of it."""

from __future__ import annotations

import traceback
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.faults import FileFault
from orchestration.landing.read_text import glob_free
from orchestration.landing.reading import one, rows, run, table
from programs.errors import StairstepError

CUSTOMER = "Zebu" + "lon"  # apart, or the traceback would quote this file


@pytest.mark.parametrize("ask", [run, rows, one, table])
def test_the_engines_words_are_left_out(ask: object) -> None:
    con = duckdb.connect()
    with pytest.raises(FileFault) as raised:
        ask(con, "SELECT CAST(? AS INTEGER)", [CUSTOMER])  # type: ignore[operator]
    told = "".join(traceback.format_exception(raised.value))
    assert raised.value.reason == "DuckDB gave up on it (ConversionException)"
    assert CUSTOMER not in told


def test_a_lack_of_memory_stops_the_run_and_sets_nothing_aside() -> None:
    con = duckdb.connect(config={"memory_limit": "8MB", "temp_directory": "", "threads": 1})
    with pytest.raises(StairstepError, match="OutOfMemoryException.*run again"):
        table(con, "SELECT range, md5(range::VARCHAR) AS m FROM range(3000000) ORDER BY m")


def test_a_path_with_glob_signs_is_that_path(tmp_path: Path) -> None:
    path = tmp_path / "a[1] *?.csv"
    path.write_text("1\n")
    (tmp_path / "a1 xy.csv").write_text("2\n")
    assert duckdb.sql(f"FROM read_csv('{glob_free(path)}', header=false)").fetchall() == [(1,)]
