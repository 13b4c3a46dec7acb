"""Scores against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.scores import (
    band,
    calibration_error,
    chance_of,
    join,
    reliability,
    score,
    summarise,
)


def test_a_point_forecast_loses_its_absolute_error():
    scored = score(np.full((2, 50), 10), np.array([13, 6]), np.array([10.0, 10.0]))
    np.testing.assert_allclose(scored.pinball, [3.0, 4.0])
    summary = summarise(scored)
    assert summary.weighted_quantile_loss == pytest.approx(7 / 19)
    assert summary.median_error == pytest.approx(7 / 19)


def test_a_better_spread_loses_less_than_its_median():
    draws = np.arange(101)[None, :].repeat(1, axis=0)
    assert score(draws, np.array([90]), np.array([50.0])).pinball[0] < 40


def test_chances_count_draws_at_or_above_the_edge():
    draws = np.array([[8, 9, 10, 11]])
    assert chance_of(draws, np.array([[10, 12]])).tolist() == [[0.5, 0.0]]


def test_thresholds_round_up_and_equal_reaches():
    scored = score(np.array([[52, 51]]), np.array([52]), np.array([47.0]))
    # 90, 100 and 110 % of 47 are 42.3, 47 and 51.7: 43, 47 and 52 units.
    assert scored.reached.tolist() == [[1.0, 1.0, 1.0]]
    assert scored.chance.tolist() == [[1.0, 1.0, 0.5]]


def test_band_of_counts_spreads_each_count_over_its_unit():
    """Poisson(2.3): closed quantiles hold [0, 4], 92 %; the band of spread counts [1, 4], 82 %."""
    draws = np.random.default_rng(0).poisson(2.3, (1, 200_000))
    low, high = band(draws, 0.8)
    assert (low[0], high[0]) == (1.0, 4.0)


def test_band_of_a_sure_forecast_is_its_point():
    low, high = band(np.full((1, 100), 7), 0.8)
    assert (low[0], high[0]) == (7.0, 7.0)


def test_band_covers_its_share_of_large_counts():
    random = np.random.default_rng(1)
    draws = random.poisson(400, (1, 4000)).repeat(500, axis=0)
    actual = random.poisson(400, 500)
    low, high = band(draws, 0.8)
    assert ((actual >= low) & (actual <= high)).mean() == pytest.approx(0.8, abs=0.05)


def test_calibration_error_by_hand():
    chance = np.array([0.15, 0.15, 0.85, 0.85])
    reached = np.array([0.0, 1.0, 1.0, 1.0])
    # Two bins of two: gaps 0.35 and 0.15.
    assert calibration_error(chance, reached) == pytest.approx(0.25)
    bins = reliability(chance, reached)
    assert [b["chances"] for b in bins] == [2, 2]
    assert [b["share_reached"] for b in bins] == [0.5, 1.0]
    assert reliability(np.array([1.0]), np.array([1.0]))[0]["bin_low"] == 0.9


def test_brier_and_log_score_prefer_the_truth():
    random = np.random.default_rng(2)
    level = random.gamma(10, 3.0, 300)
    actual = random.poisson(level)
    usual = np.full(300, 30.0)
    right = summarise(score(random.poisson(level[:, None], (300, 400)), actual, usual))
    wide = summarise(score(random.poisson(random.gamma(3, 10.0, (300, 400))), actual, usual))
    assert right.brier < wide.brier
    assert right.log_score < wide.log_score
    assert right.width_80 < wide.width_80


def test_joining_and_choosing_rows():
    parts = [score(np.full((1, 9), k), np.array([k]), np.array([5.0])) for k in (4, 6)]
    joined = join(parts)
    assert len(joined) == 2
    assert joined.rows(np.array([False, True])).actual.tolist() == [6.0]
    with pytest.raises(ValueError, match="no forecast"):
        summarise(joined.rows(np.array([False, False])))
