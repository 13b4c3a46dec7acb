"""A file that is too large for a copy without need: read where it lies, in parallel, rows in order;
with damage in its middle, from a private copy. Line numbers must hold in both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.landing.read_text import LARGE_BYTES
from tests.unit.landing.tiny_home import TinyHome, deal, deals

NAME = "tiny/deals_20250801T0500 [1].csv"
ROWS = 420_000
BAD_LINES = {1_000: "x,y", 200_000: '"open', 300_001: deal(Year="?")}


@pytest.mark.parametrize("damaged", [False, True], ids=["clean", "damaged"])
def test_rows_keep_their_lines(tmp_path: Path, damaged: bool) -> None:
    home = TinyHome.make(tmp_path / "home [of all?]")  # no glob, to DuckDB
    before, after = deal(Deal="@", Customer='"Testperson, ""Zeb"""').split("@")
    filler = "." * 80  # in a column that is read, so that no column is cheap
    lines = [f"{before}{line}{after}".replace("Rogue", filler) for line in range(2, ROWS + 2)]
    if damaged:
        for line, text in BAD_LINES.items():
            lines[line - 2] = text
    path = home.put(NAME, deals(*lines).replace("\n", "\r\n"))
    assert path.stat().st_size > LARGE_BYTES
    copies: list[int] = []

    def look(step: object) -> None:
        copies.append(len(list(home.path.glob(".landing-private/*/*.txt"))))

    report = home.land(progress=look)
    bad = len(BAD_LINES) if damaged else 0
    assert (report.rows_landed, report.rows_set_aside, report.rows_ignored) == (ROWS - bad, bad, 1)
    landed = pa.concat_tables(
        pq.read_table(path, columns=["deal_number", "_source_row"])
        for path in (home.path / "landing" / "dms" / "deals").glob("*.parquet")
    )
    lines_told = landed["_source_row"].to_numpy()
    assert (landed["deal_number"].cast(pa.int64()).to_numpy() == lines_told).all()
    assert len(np.unique(lines_told)) == len(lines_told) == ROWS - bad
    assert [row for row, _, _ in home.reasons()] == (sorted(BAD_LINES) if damaged else [])
    assert set(copies) == {0}, "a private copy outlived its batch"
