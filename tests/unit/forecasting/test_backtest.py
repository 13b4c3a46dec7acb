"""The backtest: what it measures, that it goes on where it stopped, and its files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from forecasting import backtest
from forecasting.backtest import run_backtest
from forecasting.backtest_cells import (
    BacktestError,
    BacktestPanel,
    measurable_quarters,
    measured_rows,
    quarter_days,
    quarters_between,
    run_cell,
    usual_units,
)
from forecasting.backtest_home import home_panels
from forecasting.registrations import RegistrationsError, office_selling_days, read_registrations
from programs.rulebook import read_rulebook
from tests.unit.forecasting.made_up_group import made_up_group
from tests.unit.forecasting.small_warehouse import TODAY, daily_units, make_home
from tests.unit.forecasting.test_score_draws import TEXT, home_with_surveys

QUARTERS = ["2024Q3", "2024Q4"]
FIELDS = {
    "panel", "forecaster", "origin", "series", "weighted_quantile_loss", "median_error", "brier",
    "calibration_error", "inside_80", "inside_95", "width_80", "log_score",
}  # fmt: skip


@dataclass
class Asked:
    """A candidate that counts how often it is asked."""

    code: str = "asked"
    times: int = 0

    def sample_remaining(self, panel, origin, ends, draws, seed):
        self.times += 1
        return np.ones((len(ends), panel.series_count, draws), np.int32)

    def __repr__(self):
        return "asked"


@pytest.fixture(scope="module")
def source():
    return BacktestPanel("rooftop", made_up_group(rooftops=10), 8.0, 5000.0)


@pytest.fixture(scope="module")
def finished(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("backtest")
    seen = []
    codes = ["run_rate", "stairstep"]
    rows = run_backtest([source], QUARTERS, codes, folder, lambda _, share: seen.append(share))
    return folder, rows, seen


def test_rows_have_the_fields_and_every_origin(finished):
    _, rows, seen = finished
    assert all(set(row) == FIELDS for row in rows)
    origins = [row["origin"] for row in rows if row["forecaster"] == "stairstep"]
    assert origins == [0.25, 0.5, 0.75, 0.9, "all"]
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_we_beat_the_run_rate(finished):
    _, rows, _ = finished
    loss = {r["forecaster"]: r["weighted_quantile_loss"] for r in rows if r["origin"] == "all"}
    assert loss["stairstep"] < 0.7 * loss["run_rate"]


def test_files_for_the_page(finished):
    folder, rows, _ = finished
    assert json.loads((folder / "table.json").read_text()) == rows
    reliability = pq.read_table(folder / "reliability.parquet").to_pylist()
    assert {"panel", "forecaster", "origin", "bin_low", "mean_chance", "share_reached"} <= set(
        reliability[0]
    )
    thirds = pq.read_table(folder / "thirds.parquet").to_pylist()
    assert {row["third"] for row in thirds} == {1, 2, 3}
    weights = json.loads((folder / "weights.json").read_text())
    assert weights[0]["models"] == ["pooled_pace", "slow_pace", "pool_momentum", "trees"]
    assert sum(weights[0]["weights_by_horizon"][0]) == pytest.approx(1.0, abs=1e-3)
    assert {row["year"] for row in json.loads((folder / "years.json").read_text())} == {2024}


def test_an_interrupted_run_goes_on(source, tmp_path):
    candidate = Asked()
    first = run_cell(source, candidate, "2024Q3", tmp_path)
    assert candidate.times == 4
    again = run_cell(source, candidate, "2024Q3", tmp_path)
    assert candidate.times == 4
    np.testing.assert_array_equal(first.scored.pinball, again.scored.pinball)
    run_cell(source, candidate, "2024Q4", tmp_path)
    assert candidate.times == 8


def test_a_corrected_row_is_measured_again(source, tmp_path):
    candidate = Asked()
    run_cell(source, candidate, "2024Q3", tmp_path)
    units = source.panel.units.copy()
    units[0, 100] += 1
    corrected = replace(source, panel=replace(source.panel, units=units))
    run_cell(corrected, candidate, "2024Q3", tmp_path)
    assert candidate.times == 8


def test_series_are_chosen_by_what_was_known_before_the_quarter(source):
    panel = source.panel
    first, after = quarter_days(panel, "2024Q4")
    moved = panel.units.copy()
    moved[:, first:] = 500
    other = replace(source, panel=replace(panel, units=moved))
    np.testing.assert_array_equal(measured_rows(source, "2024Q4"), measured_rows(other, "2024Q4"))
    spans = [slice(*quarter_days(panel, "2024Q4", back)) for back in (1, 2, 3, 4)]
    totals = [panel.units[:, span].sum(axis=1) for span in spans]
    np.testing.assert_array_equal(usual_units(panel, "2024Q4"), np.median(totals, axis=0))


def test_quarters_that_cannot_be_measured_say_why(source, tmp_path):
    with pytest.raises(BacktestError, match="2026Q1 isn't wholly in the data"):
        run_cell(source, Asked(), "2026Q1", tmp_path)
    with pytest.raises(BacktestError, match="no quarter before 2022Q1"):
        usual_units(source.panel, "2022Q1")
    with pytest.raises(BacktestError, match="not a quarter"):
        quarters_between("2023", "2024Q1")
    with pytest.raises(BacktestError, match="no quarter lies between"):
        quarters_between("2024Q2", "2024Q1")
    assert quarters_between("2023Q3", "2024-Q2") == ["2023Q3", "2023Q4", "2024Q1", "2024Q2"]


def test_a_folder_without_registrations_is_an_error(tmp_path):
    with pytest.raises(RegistrationsError, match="no .parquet or .csv"):
        read_registrations(tmp_path)
    (tmp_path / "cars.csv").write_text("date_reg,maker\n2023-01-01,Honda\n")
    with pytest.raises(RegistrationsError, match="no column model, state"):
        read_registrations(tmp_path)


def test_registrations_become_two_panels(tmp_path):
    lines = ["date_reg,type,maker,model,colour,fuel,state"]
    days = np.arange(np.datetime64("2023-01-02"), np.datetime64("2023-03-01"))
    for day in days:
        lines += [f"{day},jip,Honda,CR-V,red,petrol,Johor"] * 7
        lines += [f"{day},jip,Honda,City,red,petrol,Rakan Niaga"] * 5
    (tmp_path / "cars_2023.csv").write_text("\n".join(lines) + "\n")
    panels = read_registrations(tmp_path)
    assert panels.rooftop.keys == ("Johor|Honda", "Rakan Niaga|Honda")
    assert panels.rooftop.units.sum() == 12 * len(days)
    assert "national|Honda" in panels.national.keys
    assert str(panels.rooftop.dates[0]) == "2023-01-01"
    assert str(panels.rooftop.dates[-1]) == "2023-03-31"
    source = backtest.registration_panels(tmp_path)[0]
    assert list(source.rows) == [0]


def test_johor_rests_on_friday_until_2025():
    friday = np.array(["2024-10-18", "2025-01-10"], dtype="datetime64[D]")
    sunday = friday + 2
    assert office_selling_days("Johor", friday).tolist() == [False, True]
    assert office_selling_days("Johor", sunday).tolist() == [True, False]
    assert office_selling_days("Rakan Niaga", sunday).tolist() == [False, False]


def test_a_homes_series_are_known_until_the_day_before_its_morning(tmp_path):
    home = make_home(tmp_path, daily_units())
    (source,) = home_panels(home / "stairstep.duckdb", home / "compiled", TODAY)
    assert "old-nissan|seg-n" in source.panel.keys
    assert source.known_until == np.datetime64(TODAY) - 1
    assert measurable_quarters([source]) == ["2024Q4", "2025Q1", "2025Q2"]
    with pytest.raises(BacktestError, match="2025Q3 isn't wholly in the data, .* to 2025-08-14"):
        run_cell(source, Asked(), "2025Q3", tmp_path / "cells")


def test_a_home_whose_tiers_go_by_scores_is_measured_by_its_rulebooks(tmp_path):
    home = home_with_surveys(tmp_path, [100])
    book = read_rulebook(TEXT, "vw-quarter.yaml", run_examples=False)
    (source,) = home_panels(
        home / "stairstep.duckdb", home / "compiled", TODAY, rulebooks=[book]
    )
    assert "vw|seg-new" in source.panel.keys


def test_a_quarter_whose_last_days_are_missing_is_not_known():
    source = BacktestPanel("rooftop", made_up_group(rooftops=2), 8.0, 5000.0, known_days=1185)
    assert measurable_quarters([source])[-1] == "2024Q4"
    assert measurable_quarters([replace(source, known_days=None)])[-1] == "2025Q1"
    with pytest.raises(BacktestError, match="no quarter is known as a whole"):
        measurable_quarters([replace(source, known_days=400)])
