"""Prophet as a forecaster: rhythm, seeds, leaks, fallbacks, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecasting.panel import Panel, draw_remaining
from forecasting.prophet_fit import ForecastError, run_fits
from forecasting.prophet_model import ProphetForecaster, ProphetOptions, fallback_notes, first_sale

START = np.datetime64("2023-01-01")
DAYS = 1_004  # to 2025-09-30
ORIGIN = 957  # 2025-08-15
MONTH_END, QUARTER_END = 973, 1_003
DRAWS = 400


def rhythm(level: float, seed: int, first_day: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sundays closed, three times as many on a month's last three selling days."""
    dates = START + np.arange(DAYS)
    selling = (dates.astype(np.int64) + 3) % 7 != 6
    month = dates.astype("datetime64[M]")
    left = np.array([(selling & (month == month[i]))[i:].sum() for i in range(DAYS)])
    mean = level * selling * np.where(left <= 3, 3.0, 1.0)
    mean[:first_day] = 0.0
    return np.random.default_rng(seed).poisson(mean).astype(np.int32), selling


@pytest.fixture(scope="module")
def panel() -> Panel:
    made = [rhythm(1.2, 1), rhythm(0.6, 2), rhythm(0.4, 3, first_day=900), rhythm(0.004, 4)]
    return Panel(
        keys=("north|seg-1", "south|seg-1", "new|seg-1", "thin|seg-1"),
        dates=START + np.arange(DAYS),
        units=np.stack([units for units, _ in made]),
        is_selling_day=np.stack([selling for _, selling in made]),
        pools=("make|region|seg-1",) * 4,
    )


@pytest.fixture(scope="module")
def drawn(panel):
    return draw_remaining(
        ProphetForecaster(processes=1), panel, ORIGIN, [MONTH_END, QUARTER_END], DRAWS, 11
    )


def expected_units(level: float, end: int) -> float:
    """The mean that `rhythm` draws from, between the origin and an end, by a plain loop."""
    total = 0.0
    dates = START + np.arange(DAYS)
    for i in range(ORIGIN, end + 1):
        if (int(dates[i].astype(np.int64)) + 3) % 7 == 6:
            continue
        rest = [
            d for d in range(i, DAYS)
            if dates[d].astype("datetime64[M]") == dates[i].astype("datetime64[M]")
            and (int(dates[d].astype(np.int64)) + 3) % 7 != 6
        ]  # fmt: skip
        total += level * (3.0 if len(rest) <= 3 else 1.0)
    return total


@pytest.mark.parametrize(("row", "level"), [(0, 1.2), (1, 0.6)])
@pytest.mark.parametrize(("place", "end"), [(0, MONTH_END), (1, QUARTER_END)])
def test_it_finds_the_rhythm(drawn, row, level, place, end):
    true = expected_units(level, end)
    draws = drawn.remaining[place, row]
    assert abs(draws.mean() - true) < 0.25 * true
    # Poisson noise alone is sqrt(mean): the spread is neither narrower nor absurd.
    assert 0.9 * np.sqrt(true) < draws.std() < 4 * np.sqrt(true)


def test_a_month_never_exceeds_the_quarter_that_holds_it(drawn):
    assert (drawn.remaining[1] >= drawn.remaining[0]).all()
    # Joint, not drawn apart: a good month goes with a good quarter.
    assert np.corrcoef(drawn.remaining[0, 0], drawn.remaining[1, 0])[0, 1] > 0.3


def test_asking_for_a_month_too_leaves_the_quarter_as_it_was(panel):
    """The same distribution, whether or not a shorter period is read off the same paths."""
    forecaster, only = ProphetForecaster(processes=1), panel.select([0])
    both = draw_remaining(forecaster, only, ORIGIN, [MONTH_END, QUARTER_END], 4_000, 11)
    alone = draw_remaining(forecaster, only, ORIGIN, [QUARTER_END], 4_000, 11)
    quarter, asked_alone = both.remaining[1, 0], alone.remaining[0, 0]
    assert abs(quarter.mean() - asked_alone.mean()) < 0.03 * asked_alone.mean()
    assert abs(quarter.std() - asked_alone.std()) < 0.1 * asked_alone.std()


def test_order_and_processes_do_not_matter(panel, drawn):
    turned = panel.select([3, 1, 2, 0])
    forecaster = ProphetForecaster(processes=2, fits_worth_a_process=1)
    theirs = draw_remaining(forecaster, turned, ORIGIN, [MONTH_END, QUARTER_END], DRAWS, 11)
    assert (theirs.remaining[:, [3, 1, 2, 0]] == drawn.remaining).all()


def test_another_seed_gives_other_draws(panel, drawn):
    other = draw_remaining(
        ProphetForecaster(processes=1), panel, ORIGIN, [MONTH_END, QUARTER_END], DRAWS, 12
    )
    assert (other.remaining != drawn.remaining).any()


def test_moving_the_future_changes_nothing(panel, drawn):
    """Not even past the guard: the model itself reads no day at or after the origin."""
    moved = panel.units.copy()
    moved[:, ORIGIN:] = 500
    theirs = ProphetForecaster(processes=1).simulate(
        replace(panel, units=moved), ORIGIN, [MONTH_END, QUARTER_END], DRAWS, 11
    )
    assert (theirs.remaining == drawn.remaining).all()
    assert theirs.notes == drawn.notes


def test_thin_and_short_series_fall_back_and_say_so(panel, drawn):
    assert drawn.notes[0] == drawn.notes[1] == ""
    assert "days of history: pace of its pool make|region|seg-1 (4 series)" in drawn.notes[2]
    assert "units in the last year" in drawn.notes[3]
    new, thin = drawn.remaining[1, 2].mean(), drawn.remaining[1, 3].mean()
    assert abs(new - expected_units(0.4, QUARTER_END)) < 0.5 * expected_units(0.4, QUARTER_END)
    assert thin < 0.5 * new


def test_a_series_that_ended_is_not_sent_on_by_its_trend(panel):
    units = panel.units.copy()
    units[0, ORIGIN - 120 :] = 0
    ended = replace(panel, units=units)
    notes = fallback_notes(ended, ORIGIN, ProphetOptions())
    assert notes[0].startswith("no units in the last 90 days")


def test_a_series_without_a_unit_says_so(panel):
    units = panel.units.copy()
    units[3] = 0
    empty = replace(panel, units=units).select([3])
    drawn = draw_remaining(ProphetForecaster(processes=1), empty, ORIGIN, [QUARTER_END], 50, 1)
    assert drawn.notes[0].startswith("no units yet")
    assert drawn.remaining.max() == 0
    assert first_sale(units[3]) == DAYS


def test_it_leaves_no_files_no_noise_and_the_global_generator_alone(panel, capfd, tmp_path):
    tempfile.tempdir = str(tmp_path)
    try:
        before = np.random.get_state()[1].copy()
        draw_remaining(ProphetForecaster(processes=1), panel.select([0]), ORIGIN, [MONTH_END], 9, 1)
        assert (np.random.get_state()[1] == before).all()
        left = [path for path in Path(tmp_path).rglob("*") if path.is_file()]
    finally:
        tempfile.tempdir = None
    assert left == []
    assert capfd.readouterr() == ("", "")


def test_processes_leave_no_files_and_no_workers(panel, monkeypatch, tmp_path):
    from joblib.externals.loky import reusable_executor

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    forecaster = ProphetForecaster(processes=2, fits_worth_a_process=1)
    draw_remaining(forecaster, panel, ORIGIN, [MONTH_END], 9, 1)
    assert [path for path in Path(tmp_path).rglob("*") if path.is_file()] == []
    executor = reusable_executor._executor
    assert executor is None or not executor._processes


KILLED_RUN = """
import sys, time
import numpy as np
from forecasting.prophet_fit import FitTask, run_fits
units = np.random.default_rng(1).poisson(2.0, 1_000).astype(float)
dates = np.datetime64("2022-01-01") + np.arange(1_030)
tasks = [
    FitTask(f"s{i}", dates, units, {}, (29,), 10, i, 18, 0.9, 0.02, 2.0, 2, 0.02)
    for i in range(5_000)
]
run_fits(tasks, 2, lambda done, of: done == 5 and print("fitting", flush=True))
"""


def test_a_killed_run_leaves_no_workers_and_no_files(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", KILLED_RUN]
    run = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert run.stdout is not None and run.stdout.readline() == b"fitting\n"
    workers = [child for child in children(run.pid) if "LokyProcess" in command_line(child)]
    assert len(workers) == 2
    os.kill(run.pid, signal.SIGKILL)
    run.communicate()
    deadline = time.monotonic() + 30
    while any("LokyProcess" in command_line(worker) for worker in workers):
        assert time.monotonic() < deadline, "workers outlive their run"
        time.sleep(0.2)
    assert list(tmp_path.iterdir()) == []


def children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(process) for path in listed for process in path.read_text().split()]


def command_line(process: int) -> str:
    """Empty for a process that is gone, or gone and not yet waited for."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except FileNotFoundError:
        return ""


def test_progress_is_told(panel):
    told = []
    ProphetForecaster(processes=1, progress=lambda done, of: told.append((done, of))).simulate(
        panel, ORIGIN, [MONTH_END], 9, 1
    )
    assert told == [(1, 2), (2, 2)]


def test_a_fit_that_fails_names_its_series(panel):
    forecaster = ProphetForecaster(processes=1)
    task = forecaster._task(panel, 0, ORIGIN, [MONTH_END], 9, 1, np.zeros(DAYS, dtype=bool))
    features = {**task.features, "closed_day": np.full_like(task.features["closed_day"], 1e200)}
    with pytest.raises(ForecastError, match=r"north\|seg-1"):
        run_fits([replace(task, features=features)], 1)
