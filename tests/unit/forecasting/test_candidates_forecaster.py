"""The forecaster we use: leaks nothing, adds up, repeats itself, says where it leans on a pool."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from forecasting.calibration import volume_class
from forecasting.candidates.combination import (
    CalibratedForecaster,
    combined_means,
    model_weights,
)
from forecasting.candidates.pooled_pace import PooledPace
from forecasting.candidates.prophet_default import nested_totals, series_seed
from forecasting.candidates.roster import CANDIDATES, make_candidates, stairstep
from forecasting.errors import ForecastError
from forecasting.panel import draw_remaining
from forecasting.past_forecasts import Occasion, PastForecast, PastForecasts, past_occasions
from forecasting.situation import sample_rows
from tests.unit.forecasting.made_up_group import made_up_group

ORIGIN, ENDS = 1127, [1154, 1185]


@pytest.fixture(scope="module")
def panel():
    return made_up_group()


@pytest.fixture(scope="module")
def simulation(panel):
    return draw_remaining(stairstep(), panel, ORIGIN, ENDS, 400, seed=5)


def test_same_seed_same_numbers_other_seed_others(panel, simulation):
    again = draw_remaining(stairstep(), panel, ORIGIN, ENDS, 400, seed=5)
    np.testing.assert_array_equal(simulation.remaining, again.remaining)
    other = draw_remaining(stairstep(), panel, ORIGIN, ENDS, 400, seed=6)
    assert (other.remaining != simulation.remaining).any()


def test_moving_the_future_changes_nothing(panel, simulation):
    moved = panel.units.copy()
    moved[:, ORIGIN:] = 9
    asked_directly = stairstep().sample_remaining(
        replace(panel, units=moved), ORIGIN, ENDS, 400, seed=5
    )
    np.testing.assert_array_equal(simulation.remaining, asked_directly)


def test_calibration_knows_only_quarters_that_ended_before_the_origins_own(panel):
    occasions = past_occasions(panel, ORIGIN)
    assert occasions
    assert max(end for o in occasions for end in o.ends) < 1096  # 2025 began on day 1096
    moved = panel.units.copy()
    moved[:, 1096:] = 0  # the running quarter may move the forecast, not what was learnt
    learnt = stairstep().learn(panel.as_known(ORIGIN), ORIGIN)
    same = stairstep().learn(replace(panel, units=moved).as_known(ORIGIN), ORIGIN)
    assert learnt.calibration.linear == same.calibration.linear
    np.testing.assert_array_equal(learnt.weights, same.weights)


def test_bands_hold_what_came_on_a_made_up_group():
    panel = made_up_group(rooftops=60, seed=11)
    drawn = draw_remaining(stairstep(), panel, ORIGIN, [1154], 500, seed=1).remaining[0]
    actual = panel.units[:, ORIGIN:1155].sum(axis=1)
    low, high = np.quantile(drawn, [0.1, 0.9], axis=1)
    assert 0.68 <= ((actual >= low) & (actual <= high)).mean() <= 0.95


def test_a_group_is_the_sum_of_its_rooftops_and_swings_with_the_market():
    """Draw by draw the group is a sum; its spread is more than of rooftops drawn apart."""
    random = np.random.default_rng(2)
    panel = made_up_group(rooftops=20, segments=2, seed=4)
    swing = np.exp(np.repeat(random.normal(0, 0.35, 39), 31)[: len(panel.dates)])
    units = random.poisson(panel.units * 3 * swing).astype(np.int32)
    panel = replace(panel, units=units)
    drawn = draw_remaining(stairstep(), panel, ORIGIN, [1154], 600, seed=1).remaining[0]
    group = drawn.sum(axis=0)
    apart = sum(np.random.default_rng(i).permutation(row) for i, row in enumerate(drawn))
    assert group.mean() == pytest.approx(apart.mean())
    assert group.std() > 1.3 * apart.std()


def test_a_series_gets_the_same_draws_alone_or_among_others_of_its_panel(panel):
    """The order in which ends are asked doesn't matter to the ends asked."""
    one = draw_remaining(stairstep(), panel, ORIGIN, [1154], 200, seed=5).remaining[0]
    two = draw_remaining(stairstep(), panel, ORIGIN, ENDS, 200, seed=5).remaining[0]
    np.testing.assert_array_equal(one, two)


def test_a_later_end_holds_the_earlier_and_they_move_together(simulation):
    near, far = simulation.remaining
    assert (far >= near).all()
    row = int(near.mean(axis=1).argmax())
    assert np.corrcoef(near[row], far[row])[0, 1] > 0.3


def test_thin_and_new_series_say_so(panel):
    units, selling = panel.units.copy(), panel.is_selling_day.copy()
    units[0, : ORIGIN - 20] = 0
    selling[0, : ORIGIN - 20] = False
    units[1, :ORIGIN] = 0
    units[2, :ORIGIN] = 0
    units[2, 100], units[2, ORIGIN - 30] = 1, 1
    thin = replace(panel, units=units, is_selling_day=selling)
    notes = draw_remaining(stairstep(), thin, ORIGIN, ENDS, 50, seed=5).notes
    assert "days of history" in notes[0]
    assert "no unit in a year" in notes[1]
    assert "its pool make|region|segment-0 (6 series)" in notes[0]
    assert notes[2].startswith("1 units in a year")
    assert notes[3] == ""


def test_no_history_at_all_still_answers():
    panel = made_up_group(rooftops=2, days=60)
    drawn = draw_remaining(stairstep(), panel, 0, [30], 50, seed=1).remaining
    assert drawn.shape == (1, 4, 50)


def test_past_answers_are_kept_and_asked_again_only_after_a_correction(panel, tmp_path):
    asked = []

    class Counting(PooledPace):
        def means(self, situation, ends):
            asked.append(situation.origin)
            return super().means(situation, ends)

        def __repr__(self):
            return "counting"

    occasions = past_occasions(panel, ORIGIN, periods=2)
    model = Counting()
    first = PastForecasts(tmp_path).ask(panel, occasions, [model])
    count = len(asked)
    again = PastForecasts(tmp_path).ask(panel, occasions, [model])
    assert len(asked) == count == len(occasions)
    np.testing.assert_array_equal(first[0].means[model.code], again[0].means[model.code])
    units = panel.units.copy()
    units[0, occasions[-1].origin - 5] += 3
    PastForecasts(tmp_path).ask(replace(panel, units=units), occasions, [model])
    assert asked[count:] == [o.origin for o in occasions if o.origin > occasions[-1].origin - 5]


def test_weights_favour_the_model_that_erred_less_but_stay_shrunk():
    random = np.random.default_rng(0)
    truth = random.uniform(5, 50, (1, 400))
    units = random.poisson(truth)
    large = np.repeat([False, True], 200)
    answer = PastForecast(
        Occasion(0, 100, (130,)),
        {"good": truth, "bad": np.where(large, truth * 1.6, truth)},
        units,
        np.zeros(400),
    )
    volumes = np.where(large, 100.0, 50.0)
    weights = model_weights([answer] * 8, ["good", "bad"], [volumes] * 8)
    band = 1  # 31 days ahead
    middle, larger = volume_class(np.array([50.0, 100.0]))
    assert 0.5 < weights[band, middle, 0] < weights[band, larger, 0] < 0.8
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0)
    np.testing.assert_allclose(weights[0], 0.5)  # nothing was asked that near
    means = combined_means(answer.means, ["good", "bad"], weights, np.array([31.0]), volumes)
    np.testing.assert_allclose(means[0, ~large], truth[0, ~large])


def test_large_panels_are_learnt_from_whole_pools_of_a_sample():
    panel = made_up_group(rooftops=800, segments=3, days=60)
    rows = sample_rows(panel)
    assert 800 <= len(rows) < panel.series_count
    assert len({panel.pools[i] for i in rows}) <= 2


def test_every_candidate_of_the_roster_can_be_made():
    made = make_candidates(CANDIDATES, PastForecasts())
    assert [candidate.code for candidate in made] == list(CANDIDATES)
    assert isinstance(made[-1], CalibratedForecaster)
    with pytest.raises(ForecastError, match="no candidate is called 'oracle'"):
        make_candidates(["oracle"], PastForecasts())


@pytest.mark.parametrize("code", ["prophet_default", "prophet_pooled"])
def test_prophet_beside_us_repeats_itself_in_any_number_of_processes_and_leaks_nothing(code):
    """A year of days, so that a fit is quick: one a series, or one a pool on one past quarter."""
    panel = made_up_group(rooftops=2, segments=1, days=460)
    origin, ends = 400, [430]

    def asked(jobs: int, units: np.ndarray) -> np.ndarray:
        (candidate,) = make_candidates([code], PastForecasts(), jobs)
        return candidate.sample_remaining(
            replace(panel, units=units), origin, ends, 200, seed=5
        )

    alone = asked(1, panel.units)
    moved = panel.units.copy()
    moved[:, origin:] = 500
    np.testing.assert_array_equal(alone, asked(2, moved))
    came = panel.units[:, origin : ends[0] + 1].sum(axis=1)
    assert alone.mean(axis=2)[0] == pytest.approx(came, rel=0.5)


def test_prophets_totals_are_floored_once_not_each_day():
    days = np.array([[[-0.4, 2.0]], [[0.6, -3.0]]])
    totals = nested_totals(np.cumsum(days, axis=0))
    np.testing.assert_array_equal(totals, [[[0, 2]], [[0, 2]]])
    assert series_seed("a|b", 1) != series_seed("a|c", 1)
