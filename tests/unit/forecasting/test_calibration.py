"""Recalibration: what it corrects, what it leaves alone, and what it refuses to believe."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from forecasting.calibration import (
    PRIOR,
    Records,
    calibrate,
    horizon_band,
    uncalibrated,
    volume_class,
)
from forecasting.counts import (
    SCORES,
    count_above,
    quantile_curves,
    randomised_scores,
    read_curves,
    score_thresholds,
)
from forecasting.joint_draws import draw_joint


def make_records(periods=8, series=150, dispersion=0.1, common=0.0, bias=1.0, seed=1) -> Records:
    random = np.random.default_rng(seed)
    usual = np.exp(random.uniform(np.log(8), np.log(300), series))
    columns = []
    for period in range(periods):
        for k, days in enumerate((9, 23, 46, 69)):
            mean = usual * days / 91
            shock = np.exp(random.normal(-common / 2, np.sqrt(common))) if common else 1.0
            level = random.gamma(1 / dispersion, dispersion, series) * shock
            units = random.poisson(mean * bias * level)
            columns.append(
                (mean, units, np.full(series, days), usual, np.full(series, 91 * period),
                 np.full(series, 4 * period + k), np.arange(series), np.zeros(series, int),
                 np.arange(series))
            )  # fmt: skip
    stacked = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
    return Records(*[np.asarray(column) for column in stacked])


def coverage(records: Records, calibration, share: float) -> float:
    inside = []
    for days in np.unique(records.days):
        own = records.days == days
        drawn = draw_joint(
            calibration,
            calibration.unbiased(records.mean[own], records.days[own])[None, :],
            [float(days)],
            records.quarterly[own],
            np.ones(own.sum()),
            records.pool[own],
            np.zeros(own.sum(), int),
            400,
            seed=3,
        )[0]
        low, high = np.quantile(drawn, [(1 - share) / 2, (1 + share) / 2], axis=1)
        inside.append((records.units[own] >= low) & (records.units[own] <= high))
    return float(np.concatenate(inside).mean())


@pytest.mark.parametrize("dispersion", [0.03, 0.3])
def test_bands_learn_how_far_a_group_strays(dispersion):
    learnt = calibrate(make_records(dispersion=dispersion))
    fresh = make_records(dispersion=dispersion, periods=4, seed=9)
    assert coverage(fresh, learnt, 0.8) == pytest.approx(0.82, abs=0.05)
    assert coverage(fresh, learnt, 0.95) == pytest.approx(0.95, abs=0.03)


def test_heavy_tails_are_recalibrated_without_widening_the_middle():
    records = make_records(dispersion=0.05)
    lumpy = records.units.copy()
    lumpy[::12] *= 3
    learnt = calibrate(Records(**{**vars(records), "units": lumpy}))
    centre, tail = np.searchsorted(SCORES, [0.7, 2.0])
    assert learnt.shape[tail] / SCORES[tail] > learnt.shape[centre] / SCORES[centre]
    assert (np.diff(learnt.shape) > 0).all()


def test_bias_is_believed_slowly():
    learnt = calibrate(make_records(bias=1.3, dispersion=0.02))
    assert (0.02 < learnt.bias).all() and (learnt.bias < 0.5 * np.log(1.3)).all()
    one = calibrate(make_records(bias=1.3, dispersion=0.02, periods=1))
    assert (one.bias < learnt.bias).all()


def test_common_shock_is_found_and_absent_when_there_is_none():
    shaken = calibrate(make_records(common=0.08, dispersion=0.05, periods=12))
    calm = calibrate(make_records(common=0.0, dispersion=0.05, periods=12))
    assert shaken.market > 0.25
    assert calm.market < 0.08


def test_recent_periods_weigh_more():
    """Spread halves in the last two of eight periods: the learnt one lies nearer to theirs."""
    wide, narrow = make_records(dispersion=0.4, periods=6), make_records(dispersion=0.02, periods=2)
    late = Records(**{**vars(narrow), "period": narrow.period + 6 * 91})
    joined = Records(
        **{name: np.concatenate([vars(wide)[name], vars(late)[name]]) for name in vars(wide)}
    )
    early = Records(**{**vars(joined), "period": joined.period.max() - joined.period})
    assert calibrate(joined).level < calibrate(early).level


def test_too_few_records_leave_the_prior():
    few = make_records(periods=1, series=20)
    assert calibrate(few).record_count == 0
    assert calibrate(few).level == PRIOR[1]


def test_a_lumpy_series_gets_its_own_width():
    records = make_records(dispersion=0.05, series=100)
    units = records.units.astype(float)
    lumpy = records.series == 7
    units[lumpy] *= np.random.default_rng(0).choice([0.2, 2.4], lumpy.sum())
    learnt = calibrate(Records(**{**vars(records), "units": np.rint(units)}))
    assert learnt.series_spread[7] > 1.4
    assert np.median(learnt.series_spread) == pytest.approx(1.0, abs=0.1)


def test_bands_and_classes_are_half_open_upwards():
    assert list(horizon_band(np.array([9, 23, 46, 69]))) == [0, 1, 2, 3]
    assert list(volume_class(np.array([3, 9, 300.5]))) == [0, 1, 4]
    assert uncalibrated().spread.shape == (4, 5)


@pytest.mark.parametrize(("mean", "dispersion"), [(0.05, 0.5), (0.7, 1.0), (3.0, 0.2), (7.9, 0.3)])
def test_small_counts_are_exact(mean, dispersion):
    scores = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)[None, :]
    drawn = count_above(score_thresholds(np.array([mean]), np.array([dispersion])), scores)[0]
    size = 1 / dispersion
    for k in range(4):
        expected = stats.nbinom.pmf(k, size, size / (size + mean))
        assert (drawn == k).mean() == pytest.approx(expected, abs=2e-3)
    assert drawn.mean() == pytest.approx(mean, rel=0.02)


@pytest.mark.parametrize(("mean", "dispersion"), [(8.5, 0.3), (40, 0.05), (900, 0.02), (9e3, 0.2)])
def test_curves_have_the_distributions_moments(mean, dispersion):
    scores = stats.norm.ppf((np.arange(50_000) + 0.5) / 50_000)[None, :].astype(np.float32)
    drawn = read_curves(quantile_curves(np.array([mean]), np.array([dispersion])), scores)[0]
    assert drawn.mean() == pytest.approx(mean, rel=0.01)
    assert drawn.std() == pytest.approx(np.sqrt(mean + dispersion * mean**2), rel=0.02)


def test_scores_of_right_forecasts_are_standard_normal():
    random = np.random.default_rng(4)
    mean, dispersion = np.full(20_000, 4.0), np.full(20_000, 0.3)
    units = random.poisson(random.gamma(1 / 0.3, 0.3 * 4.0, 20_000))
    scores = randomised_scores(units, mean, dispersion, random.random(20_000))
    assert scores.mean() == pytest.approx(0, abs=0.03)
    assert scores.std() == pytest.approx(1, abs=0.03)
