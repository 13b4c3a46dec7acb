"""What the day profile and the paces learn, and that they learn it from the past alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.candidates.pooled_pace import PooledPace, PoolMomentum
from forecasting.candidates.run_rate import RunRate
from forecasting.candidates.trees import BoostedTrees
from forecasting.day_features import day_features, group_calendars, selling_days_of_month
from forecasting.day_profile import fit_profile
from forecasting.situation import make_situation
from forecasting.structural_breaks import chance_still_sells, closed_market_days
from tests.unit.forecasting.made_up_group import made_up_group

ORIGIN = 1127  # 2025-02-01


@pytest.fixture(scope="module")
def panel():
    return made_up_group()


def test_profile_finds_the_month_end_pile(panel):
    profile = fit_profile(panel, ORIGIN)
    march = np.arange(1155, 1186)
    march = march[panel.is_selling_day[0, march]]
    intensity = profile.intensity[0, march]
    assert intensity[-2:].mean() / intensity[5:15].mean() == pytest.approx(4.0, rel=0.25)


def test_closed_days_get_next_to_nothing(panel):
    profile = fit_profile(panel, ORIGIN)
    closed = ~panel.is_selling_day[0]
    assert profile.intensity[0, closed].max() < 0.1 * profile.intensity[0, ~closed].mean()


def test_a_holiday_weekend_on_which_stores_sell_is_learnt(panel):
    """Planted: each public holiday, open, sells three times as much, and no closure tells of it."""
    weekday = (panel.dates.astype(np.int64) + 3) % 7
    day = panel.dates.astype("datetime64[D]").astype(object)
    is_holiday = (weekday == 0) & np.array([d.month % 2 == 1 and 8 <= d.day <= 14 for d in day])
    units = panel.units.copy()
    units[:, is_holiday] *= 3
    told = replace(panel, units=units, is_holiday=is_holiday)
    march, plain = 1164, 1171  # Mondays; the first is a holiday of the future
    assert is_holiday[march] and not is_holiday[plain]
    learnt = fit_profile(told, ORIGIN).intensity[0]
    assert learnt[march] > 2.0 * learnt[plain]
    unaware = fit_profile(replace(told, is_holiday=None), ORIGIN).intensity[0]
    assert unaware[march] == pytest.approx(unaware[plain], rel=0.2)


def test_a_months_last_selling_day_has_one_left(panel):
    month = np.repeat([0, 1], [31, 28])
    selling = np.ones(59, dtype=bool)
    selling[30] = False
    done, left = selling_days_of_month(selling, month)
    assert left[29] == 1 and done[29] == 30
    assert left[31] == 28 and done[31] == 1


def test_a_cut_last_month_does_not_look_finished():
    cut = made_up_group(days=1186 - 11)  # ends on 20 March
    calendars = group_calendars(cut)
    features = day_features(calendars, 0)
    last_day = features.matrix[-1, features.names.index("left_1")]
    assert last_day == 0.0


@pytest.mark.parametrize("model", [PooledPace(), PoolMomentum(), BoostedTrees()])
def test_means_are_near_the_truth_and_rise_with_the_end(panel, model):
    situation = make_situation(panel, ORIGIN)
    means = model.means(situation, [1140, 1154, 1185])
    assert (np.diff(means, axis=0) >= 0).all()
    actual = panel.units[:, ORIGIN:1186].sum()
    assert means[2].sum() == pytest.approx(actual, rel=0.2)


@pytest.mark.parametrize("model", [PooledPace(), PoolMomentum(), BoostedTrees()])
def test_nothing_of_the_future_is_seen(panel, model):
    moved = panel.units.copy()
    moved[:, ORIGIN:] = moved[:, ORIGIN:][::-1] * 7 + 3
    other = replace(panel, units=moved)
    before = model.means(make_situation(panel, ORIGIN), [1154])
    after = model.means(make_situation(other, ORIGIN), [1154])
    np.testing.assert_array_equal(before, after)


def test_a_new_rooftop_sells_like_its_pool(panel):
    """On its first morning it is the mean of its pool, not of the whole panel."""
    selling, units = panel.is_selling_day.copy(), panel.units.copy()
    units[::2] *= 5  # the pool of the first segment sells more than the other
    selling[0, :ORIGIN] = False
    units[0, :ORIGIN] = 0
    new = replace(panel, units=units, is_selling_day=selling)
    means = PooledPace().means(make_situation(new, ORIGIN), [1154])[0]
    others = means[2::2]
    assert means[0] == pytest.approx(others.mean(), rel=0.35)
    assert means[0] > means[1::2].max()


def test_a_rooftop_of_ten_days_is_judged_by_its_ten_days(panel):
    """Days before it opened aren't days without a sale."""
    selling, units = panel.is_selling_day.copy(), panel.units.copy()
    selling[0, : ORIGIN - 10] = False
    units[0, : ORIGIN - 10] = 0
    new = replace(panel, units=units, is_selling_day=selling)
    blind = replace(panel, units=units)
    young = PooledPace().means(make_situation(new, ORIGIN), [1154])[0, 0]
    unaware = PooledPace().means(make_situation(blind, ORIGIN), [1154])[0, 0]
    old = PooledPace().means(make_situation(panel, ORIGIN), [1154])[0, 0]
    assert abs(np.log(young / old)) < abs(np.log(unaware / old))


def test_a_series_that_ended_is_not_sold_on(panel):
    units = panel.units.copy()
    units[0, ORIGIN - 200 :] = 0
    ended = replace(panel, units=units)
    means = PooledPace().means(make_situation(ended, ORIGIN), [1154])[0]
    assert means[0] < 0.02 * PooledPace().means(make_situation(panel, ORIGIN), [1154])[0, 0]
    assert chance_still_sells(np.array([0.0]))[0] == 1.0


def test_a_lockdown_is_found_and_leaves_the_profile_and_the_pace_alone(panel):
    units = panel.units.copy()
    units[:, 800:870] = 0
    locked = replace(panel, units=units)
    closed = closed_market_days(locked.units[:, :ORIGIN].sum(axis=0))
    assert closed[805:865].all() and not closed[:770].any() and not closed[900:].any()
    free = PooledPace().means(make_situation(panel, ORIGIN), [1154])[0]
    after = PooledPace().means(make_situation(locked, ORIGIN), [1154])[0]
    np.testing.assert_allclose(after, free, rtol=0.15)


def test_oem_months_move_the_pile(panel):
    """With months that end five days later the profile's pile follows the panel's months."""
    later = np.searchsorted(
        np.flatnonzero(np.diff(panel.dates.astype("datetime64[M]").astype(int))) + 5,
        np.arange(len(panel.dates)),
    )
    shifted = np.roll(panel.units, 5, axis=1)
    months = np.tile(later.astype(np.int32), (panel.series_count, 1))
    oem = replace(panel, units=shifted, sales_month=months)
    profile = fit_profile(oem, ORIGIN)
    day = int(np.flatnonzero(np.diff(later))[-1])  # the last day of an OEM month
    assert profile.intensity[0, day - 1 : day + 1].max() > 2 * profile.intensity[0, day + 6]


def test_run_rate_is_units_a_selling_day_times_days_left():
    panel = made_up_group(rooftops=1, segments=1)
    first, origin, end = 1096, 1120, 1185  # first quarter of 2025
    drawn = RunRate().sample_remaining(panel, origin, [end], 3, 0)
    elapsed = panel.is_selling_day[0, first:origin].sum()
    ahead = panel.is_selling_day[0, origin : end + 1].sum()
    expected = round(panel.units[0, first:origin].sum() / elapsed * ahead)
    assert drawn.shape == (1, 1, 3) and (drawn == expected).all()
