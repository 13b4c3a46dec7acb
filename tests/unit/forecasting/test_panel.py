"""The panel, and the guard that keeps the future from a forecaster."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecasting.panel import Panel, Simulation, draw_remaining


def make_panel(days: int = 20, series: int = 2) -> Panel:
    start = np.datetime64("2025-01-01")
    units = np.arange(series * days, dtype=np.int32).reshape(series, days)
    return Panel(
        keys=tuple(f"store|seg-{i}" for i in range(series)),
        dates=start + np.arange(days),
        units=units,
        is_selling_day=np.ones((series, days), dtype=bool),
        pools=("pool",) * series,
    )


class Echo:
    """Draws are the mean of everything it can see: any leak changes the answer."""

    code = "echo"

    def sample_remaining(self, panel, origin, ends, draws, seed):
        level = int(panel.units.sum())
        return np.stack(
            [np.full((panel.series_count, draws), level + end - origin) for end in ends]
        ).astype(np.int32)


class Answers:
    """Gives back the answer it was made with."""

    code = "answers"

    def __init__(self, remaining):
        self.remaining = remaining

    def sample_remaining(self, panel, origin, ends, draws, seed):
        return self.remaining


class Noted(Answers):
    code = "noted"

    def simulate(self, panel, origin, ends, draws, seed):
        return Simulation(self.remaining, ("thin",) * panel.series_count)


def test_as_known_hides_the_origin_and_later():
    panel = make_panel()
    known = panel.as_known(12)
    assert (known.units[:, 12:] == 0).all()
    assert (known.units[:, :12] == panel.units[:, :12]).all()
    assert panel.units[0, 12] == 12
    assert known.as_known(12) is known


def test_moving_the_future_changes_nothing_through_the_guard():
    panel = make_panel()
    moved = panel.units.copy()
    moved[:, 12:] += 1_000
    other = replace(panel, units=moved)
    ours = draw_remaining(Echo(), panel, 12, [13, 19], 3, 7)
    theirs = draw_remaining(Echo(), other, 12, [13, 19], 3, 7)
    assert (ours.remaining == theirs.remaining).all()
    # The check can fail: past the guard, the same forecaster does leak.
    assert (
        Echo().sample_remaining(panel, 12, [13], 3, 7)
        != Echo().sample_remaining(other, 12, [13], 3, 7)
    ).all()


def test_arrays_are_read_only():
    panel = make_panel()
    with pytest.raises(ValueError):
        panel.units[0, 0] = 5


@pytest.mark.parametrize(
    "change",
    [
        {"units": np.zeros((2, 19), dtype=np.int32)},
        {"units": np.zeros((2, 20), dtype=np.int64)},
        {"is_selling_day": np.zeros((2, 20), dtype=np.int32)},
        {"keys": ("a", "a")},
        {"pools": ("p",)},
        {"dates": np.datetime64("2025-01-01") + np.arange(20) * 2},
    ],
)
def test_a_panel_that_does_not_fit_is_refused(change):
    with pytest.raises(ValueError):
        replace(make_panel(), **change)


def test_day_index_and_select():
    panel = make_panel()
    assert panel.day_index(date(2025, 1, 5)) == 4
    with pytest.raises(ValueError, match="outside the panel"):
        panel.day_index(date(2026, 1, 5))
    chosen = panel.select([1])
    assert chosen.keys == ("store|seg-1",)
    assert (chosen.units[0] == panel.units[1]).all()


@pytest.mark.parametrize(
    ("origin", "ends", "draws"),
    [(12, [], 3), (12, [14, 13], 3), (12, [11], 3), (12, [20], 3), (25, [13], 3), (12, [13], 0)],
)
def test_a_question_that_makes_no_sense_is_refused(origin, ends, draws):
    with pytest.raises(ValueError):
        draw_remaining(Echo(), make_panel(), origin, ends, draws, 7)


@pytest.mark.parametrize(
    "remaining",
    [
        np.zeros((2, 2, 4), dtype=np.int32),
        np.zeros((2, 2, 3), dtype=np.int64),
        np.full((2, 2, 3), -1, dtype=np.int32),
        np.stack([np.full((2, 3), 5), np.full((2, 3), 4)]).astype(np.int32),
    ],
)
def test_an_answer_that_breaks_the_interface_is_refused(remaining):
    with pytest.raises(ValueError, match="answers"):
        draw_remaining(Answers(remaining), make_panel(), 12, [13, 19], 3, 7)


def test_notes_come_through():
    remaining = np.zeros((1, 2, 3), dtype=np.int32)
    assert draw_remaining(Noted(remaining), make_panel(), 12, [13], 3, 7).notes == ("thin", "thin")
    assert draw_remaining(Answers(remaining), make_panel(), 12, [13], 3, 7).notes == ("", "")
