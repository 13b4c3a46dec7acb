"""Noise around a fitted mean: found where it was planted, and drawn as it was found."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.noise import MAX_DISPERSION, Noise, draw_counts, estimate_noise
from forecasting.panel import Panel
from forecasting.pool_rate import PoolRateForecaster

SERIES, DAYS = 40, 28 * 26
POOLS = ("a",) * 20 + ("b",) * 20


def planted(level_sd: float, common_sd: float, dispersion: float, mean: float = 2.0, seed: int = 4):
    """Counts around a flat mean, with a level per four weeks, part of it shared by all series."""
    generator = np.random.default_rng(seed)
    months = DAYS // 28
    own = generator.normal(0, level_sd, (SERIES, months))
    shared = generator.normal(0, common_sd, months)
    level = np.repeat(np.exp(own + shared), 28, axis=1)
    expected = mean * level
    if dispersion > 1:
        expected = generator.gamma(expected / (dispersion - 1), dispersion - 1)
    return generator.poisson(expected).astype(float), np.full((SERIES, DAYS), mean)


def test_poisson_days_have_no_extra_noise():
    noise = estimate_noise(*planted(0, 0, 1), POOLS)
    assert noise.dispersion.mean() == pytest.approx(1, abs=0.05)
    assert noise.level_variance.max() < 0.005
    assert noise.common_variance < 0.002


def test_dispersion_is_found():
    noise = estimate_noise(*planted(0, 0, 3), POOLS)
    assert noise.dispersion.mean() == pytest.approx(3, rel=0.1)
    assert noise.level_variance.max() < 0.01


def test_a_level_that_strays_is_found_and_its_common_part_too():
    own = estimate_noise(*planted(0.2, 0, 1), POOLS)
    assert own.level_variance.mean() == pytest.approx(0.04, rel=0.4)
    assert own.common_variance < 0.01
    shared = estimate_noise(*planted(0.1, 0.2, 1), POOLS)
    assert shared.level_variance.mean() == pytest.approx(0.05, rel=0.5)
    assert shared.common_variance == pytest.approx(0.04, rel=0.6)
    assert (shared.common_variance <= shared.level_variance).all()


def test_days_without_history_are_left_out():
    actual, fitted = planted(0, 0, 1)
    fitted[:10, : DAYS // 2] = np.nan
    actual[:10, : DAYS // 2] = 1e6
    assert estimate_noise(actual, fitted, POOLS).dispersion.max() < 1.5


def test_a_fit_that_is_plainly_wrong_does_not_blow_up():
    actual, fitted = planted(0, 0, 1)
    noise = estimate_noise(actual * 1_000, fitted, POOLS)
    assert noise.dispersion.max() == MAX_DISPERSION


def draw(paths: np.ndarray, noise: Noise, seed: int = 1) -> np.ndarray:
    shock = np.random.default_rng(9).standard_normal(paths.shape[2])
    return draw_counts(paths, noise, [f"s{i}" for i in range(paths.shape[1])], shock, seed)


def flat(means: tuple[float, ...], series: int = 2, draws: int = 40_000) -> np.ndarray:
    return np.broadcast_to(np.array(means)[:, None, None], (len(means), series, draws)).copy()


def test_draws_have_the_mean_and_spread_that_were_asked_for():
    noise = Noise(np.array([1.0, 3.0]), np.array([0.0, 0.0]), 0.0)
    drawn = draw(flat((20.0, 50.0)), noise)
    assert drawn.dtype == np.int32
    assert drawn.mean(axis=2) == pytest.approx(np.array([[20, 20], [50, 50]]), rel=0.01)
    assert drawn.var(axis=2)[1] == pytest.approx([50, 150], rel=0.04)


def test_a_level_widens_a_total_and_leaves_its_mean():
    noise = Noise(np.array([1.0, 1.0]), np.array([0.04, 0.04]), 0.04)
    drawn = draw(flat((100.0,)), noise)[0]
    assert drawn.mean(axis=1) == pytest.approx([100, 100], rel=0.01)
    assert drawn.var(axis=1) == pytest.approx([100 + 400] * 2, rel=0.06)
    # All of it is the market's swing, so series rise and fall together: 400 of 500.
    assert np.corrcoef(drawn)[0, 1] == pytest.approx(0.8, abs=0.03)
    apart = draw(flat((100.0,)), Noise(np.ones(2), np.array([0.04, 0.04]), 0.0))[0]
    assert abs(np.corrcoef(apart)[0, 1]) < 0.02


def test_only_totals_are_floored():
    """A path that dips below zero and comes back keeps its total; clipped days would add 10."""
    paths = np.stack([flat((-10.0,))[0], flat((30.0,))[0]])
    drawn = draw(paths, Noise(np.ones(2), np.zeros(2), 0.0))
    assert drawn[0].max() == 0
    assert drawn[1].mean() == pytest.approx(30, rel=0.01)


def test_a_series_own_draws_do_not_depend_on_its_neighbours():
    noise = Noise(np.array([1.5, 1.5]), np.array([0.02, 0.02]), 0.01)
    both = draw(flat((20.0, 50.0), draws=500), noise)
    one = Noise(noise.dispersion[:1], noise.level_variance[:1], 0.01)
    assert (draw(flat((20.0, 50.0), series=1, draws=500), one)[:, 0] == both[:, 0]).all()


def pool_panel(own_rate: float) -> Panel:
    """Nine series at one unit a day, Sundays closed, and a tenth of 30 days at its own rate."""
    dates = np.datetime64("2024-01-01") + np.arange(600)
    selling = np.tile((dates.astype(np.int64) + 3) % 7 != 6, (10, 1))
    units = np.random.default_rng(2).poisson(selling * 1.0).astype(np.int32)
    units[9] = np.where(np.arange(600) >= 510, units[9] * 0 + int(own_rate), 0) * selling[9]
    return Panel(
        keys=tuple(f"s{i}" for i in range(10)),
        dates=dates,
        units=units,
        is_selling_day=selling,
        pools=("p",) * 10,
    )


@pytest.mark.parametrize(("own", "low", "high"), [(3, 60, 80), (0, 0, 4)])
def test_a_thin_series_moves_from_its_pools_pace_to_its_own(own, low, high):
    """26 selling days to come: 26 at the pool's pace. Thirty days at 3 a day pull it to its own;
    a series that never sold while its pool did is held near zero."""
    panel = pool_panel(own)
    drawn = PoolRateForecaster().sample_remaining(panel, 540, [569], 2_000, 1)
    assert drawn[0, 0].mean() == pytest.approx(26, rel=0.15)
    assert low < drawn[0, 9].mean() < high


def test_the_less_it_has_sold_the_wider_its_draws():
    panel = pool_panel(1)
    drawn = PoolRateForecaster().sample_remaining(panel, 540, [569], 4_000, 1)[0]
    assert drawn[9].std() / drawn[9].mean() > 1.2 * drawn[0].std() / drawn[0].mean()
