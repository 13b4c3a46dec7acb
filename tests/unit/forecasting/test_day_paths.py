"""The days to a period's end: what they add up to, and when the outcome is decided."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forecasting.day_paths import DaySplit, element_path, sureness

TODAY = date(2025, 8, 15)


def split(weights: list[float], ends: list[int]) -> DaySplit:
    made = DaySplit.__new__(DaySplit)
    made.weights = np.array([weights])
    made.is_selling_day = made.weights > 0
    made._ends = ends
    return made


def test_paths_keep_the_draws_to_each_end_and_sell_on_open_days_alone():
    random = np.random.default_rng(1)
    month = random.poisson(5, 400)
    remaining = np.stack([month, month + random.poisson(5, 400)])
    days = split([1, 0, 2, 1, 0, 3], [2, 5])
    sold = days.paths([0], remaining, random)
    assert (sold[2] == remaining[0]).all()
    assert (sold[5] == remaining[1]).all()
    assert (np.diff(sold, axis=0) >= 0).all()
    assert (sold[1] == sold[0]).all()
    assert (sold[4] == sold[3]).all()
    assert 0.25 < sold[0].sum() / remaining[0].sum() < 0.42  # a third of the rhythm to the 17th


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), min_size=1, max_size=14))
def test_sureness_is_that_of_the_best_guess(pairs):
    """Tried over every pair of thresholds."""
    units = np.array([[u for u, _ in pairs]])
    tiers = np.array([t for _, t in pairs])
    best = max(
        int((np.where(units[0] >= high, 2, np.where(units[0] >= low, 1, 0)) == tiers).sum())
        for low, high in itertools.combinations_with_replacement(range(7), 2)
    )
    assert sureness(units, tiers)[0] == best / len(pairs)


def path_of(remaining: np.ndarray, tiers: np.ndarray, weights: list[float], **given):
    return element_path(
        split(weights, [len(weights) - 1]), [0], remaining[None, :], as_of_date=TODAY,
        units_before=10, units_now=10, tier_numbers=tiers, next_edge=given.get("edge"),
        seed=1, name="x",
    )  # fmt: skip


def test_the_outcome_is_decided_when_little_more_can_change_it():
    """Half of the draws reach the edge. A day that holds all units decides at once; a month-end
    decides at the end; one tier in nineteen of twenty draws is decided now."""
    remaining = np.random.default_rng(3).poisson(20, 500)
    tiers = (remaining >= 20).astype(np.int64)
    first = path_of(remaining, tiers, [1, 0, 0.0001, 0.0001])
    assert first.decided_by == TODAY  # sold today, so this evening tells
    last = path_of(remaining, tiers, [0.0001, 0, 0.0001, 1])
    assert last.decided_by == date(2025, 8, 18)
    assert [row.sureness >= 0.9 for row in last.days] == [False, False, True]
    sure = path_of(remaining, (np.arange(500) % 20 > 0).astype(np.int64), [1, 1, 1, 1])
    assert (sure.decided_by, sure.likeliest_tier, sure.likeliest_chance) == (TODAY, 1, 0.95)


def test_needed_units_come_in_the_expected_rhythm():
    remaining = np.full(500, 40)
    path = path_of(remaining, np.ones(500, dtype=np.int64), [1, 0, 1, 2], edge=30)
    assert [row.day.day for row in path.days] == [15, 17, 18]
    assert path.days[-1].needed_units == 30
    for row in path.days:
        # 20 needed where 40 are expected: half of each day's rhythm.
        assert abs((row.needed_units - 10) * 2 - (row.expected_units - 10)) < 1e-9
    assert path_of(remaining, np.ones(500, dtype=np.int64), [1, 1]).days[0].needed_units is None
