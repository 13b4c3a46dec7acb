"""`stairstep backtest` from a folder of registrations to its rows, tables and files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from forecasting.backtest_targets import targets
from orchestration.backtest_tables import TABLES, copy_backtest
from orchestration.cli import codes
from orchestration.cli.app import run
from orchestration.cli.backtest_print import print_backtest

FIELDS = [
    "panel", "forecaster", "origin", "series", "weighted_quantile_loss", "median_error", "brier",
    "calibration_error", "inside_80", "inside_95", "width_80", "log_score",
]  # fmt: skip
CHEAP = "run_rate,pooled_pace"


@pytest.fixture(scope="module")
def registrations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of made-up registrations: two offices, three makers, a pile at month-ends."""
    folder = tmp_path_factory.mktemp("registrations")
    random = np.random.default_rng(5)
    lines = ["date_reg,type,maker,model,colour,fuel,state"]
    for day in np.arange(np.datetime64("2022-01-01"), np.datetime64("2023-12-31")):
        if (day.astype(np.int64) + 3) % 7 < 5:
            pile = 3.0 if day.astype("datetime64[M]") != (day + 3).astype("datetime64[M]") else 1.0
            for office in ("Perak", "Melaka"):
                for maker, pace in (("Honda", 0.9), ("Mazda", 0.5), ("Proton", 2.5)):
                    sold = random.poisson(pace * pile)
                    lines += [f"{day},jip,{maker},A,red,petrol,{office}"] * sold
    (folder / "cars.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def finished(registrations: Path, tmp_path_factory: pytest.TempPathFactory):
    """The folder of files, and how long ago its checkpoints were written."""
    folder = tmp_path_factory.mktemp("out") / "backtest"
    words = ["--registrations", str(registrations), "--from", "2023Q3", "--out", str(folder)]
    words += ["--candidates", CHEAP]
    assert run(["backtest", *words]) == codes.OK
    return folder, words, {p: p.stat().st_mtime_ns for p in (folder / "cells").iterdir()}


def test_json_rows_have_the_fields_and_go_on_where_a_run_stopped(finished, capsys) -> None:
    folder, words, written = finished
    assert run(["backtest", *words, "--format", "json"]) == codes.OK
    said = capsys.readouterr()
    rows = json.loads(said.out)
    assert all(list(row) == FIELDS for row in rows)
    assert {row["panel"] for row in rows} == {"rooftop", "national"}
    assert [r["origin"] for r in rows[:5]] == [0.25, 0.5, 0.75, 0.9, "all"]
    assert rows[4]["series"] == 6 * 4 * 2  # series x origins x the two quarters that are known
    assert {p: p.stat().st_mtime_ns for p in (folder / "cells").iterdir()} == written
    assert "100%" in said.err
    loss = {(r["panel"], r["forecaster"]): r["weighted_quantile_loss"] for r in rows
            if r["origin"] == "all"}  # fmt: skip
    assert loss["rooftop", "pooled_pace"] < loss["rooftop", "run_rate"]


def test_csv_holds_the_same_rows(finished, capsys) -> None:
    _, words, _ = finished
    assert run(["backtest", *words, "--format", "csv"]) == codes.OK
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == FIELDS
    assert len(rows) == 2 * 2 * 5


def test_the_table_says_who_won_and_publish_reads_the_files(finished, capsys) -> None:
    import duckdb

    folder, words, _ = finished
    assert run(["backtest", *words]) == codes.OK
    said = capsys.readouterr().out
    assert "least quantile loss: 25% pooled_pace" in said
    assert "to reach" not in said  # what is in use isn't in this run
    with duckdb.connect() as connection:
        copy_backtest(connection, folder)
        for table in TABLES:
            assert connection.sql(f"select count(*) from {table}").fetchone() != (0,)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--from", "2024Q1"], "no quarter lies between 2024Q1 and 2023Q4"),
        (["--from", "2023Q4", "--to", "2024Q1"], "2024Q1 isn't wholly in the data"),
        (["--candidates", "oracle"], "no candidate is called 'oracle'"),
        (["--from", "spring"], "'spring' is not a quarter"),
    ],
)
def test_what_cannot_be_measured_is_said(registrations, tmp_path, capsys, words, said) -> None:
    line = ["backtest", "--registrations", str(registrations), "--out", str(tmp_path), *words]
    assert run(line) == codes.USER_ERROR
    assert said in capsys.readouterr().err


def test_without_a_home_or_a_folder_it_asks(capsys, monkeypatch) -> None:
    monkeypatch.delenv("STAIRSTEP_HOME", raising=False)
    assert run(["backtest"]) == codes.USER_ERROR
    assert "name its home folder" in capsys.readouterr().err


def row(forecaster: str, origin: float | str = "all", panel: str = "rooftop", **figures) -> dict:
    usual = {"series": 2_000, "weighted_quantile_loss": 0.1, "brier": 0.1, "inside_80": 0.8,
             "inside_95": 0.95, "calibration_error": 0.02}  # fmt: skip
    return {"panel": panel, "forecaster": forecaster, "origin": origin} | usual | figures


def test_targets_catch_each_planted_miss() -> None:
    base = [
        row("run_rate", weighted_quantile_loss=0.21),
        row("prophet_default", brier=0.13),
        row("stairstep"),
        row("stairstep", 0.25),
        row("prophet_default", panel="national", weighted_quantile_loss=0.14),
        row("stairstep", panel="national"),
    ]
    thirds = [row("stairstep") | {"third": 2}]
    found = targets(base, thirds)
    assert len(found) == 10 and all(target.is_reached for target in found)
    for place, change in (
        (0, {"weighted_quantile_loss": 0.2}), (1, {"brier": 0.12}), (2, {"inside_80": 0.83}),
        (2, {"inside_95": 0.97}), (2, {"calibration_error": 0.03}), (3, {"inside_80": 0.74}),
        (4, {"weighted_quantile_loss": 0.13}),
    ):  # fmt: skip
        planted = [r | change if n == place else r for n, r in enumerate(base)]
        assert sum(not target.is_reached for target in targets(planted, thirds)) == 1
    assert [t.what for t in targets(base, [thirds[0] | {"inside_95": 0.89}]) if not t.is_reached] \
        == ["inside the 95 % band in volume third 2"]  # fmt: skip
    few = [r | {"series": 50} for r in base]
    assert [t.is_judged for t in targets(few)] == [True, True, False, False, False, False, False,
                                                   True]  # fmt: skip


def test_the_printed_table_says_which_bound_was_missed(tmp_path, capsys) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    printed = {name: 0.1 for name in ("median_error", "width_80", "log_score")}
    rows = [row(code, **figures) | printed for code, figures in (
        ("run_rate", {"weighted_quantile_loss": 0.3}), ("stairstep", {"inside_80": 0.9}),
    )]  # fmt: skip
    pq.write_table(pa.Table.from_pylist([rows[1] | {"third": 1, "series": 30}]),
                   tmp_path / "thirds.parquet")  # fmt: skip
    (tmp_path / "years.json").write_text(json.dumps([r | {"year": 2023} for r in rows]))
    print_backtest(rows, tmp_path)
    said = " ".join(capsys.readouterr().out.split())
    assert "quantile loss to the run rate's 0.333 at most 0.49 reached" in said
    assert "inside the 80 % band 0.900 0.78 to 0.82 MISSED" in said
    assert "2 more bounds, on bands and chances, can't be told from luck" in said
