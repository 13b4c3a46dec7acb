"""Perfect surveys: the smallest number that meets a gate, checked by trying each number."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.surveys import SurveySum, lowest_next_score, perfect_surveys_needed

SCORES = st.lists(st.integers(0, 100), max_size=12)


@given(SCORES, st.integers(50, 100), st.sampled_from([">=", ">"]), st.integers(0, 14))
def test_the_number_of_perfect_surveys_is_the_smallest_that_works(
    scores, threshold, comparison, minimum
):
    so_far = SurveySum(Fraction(sum(scores)), len(scores))
    tried = [
        number
        for number in range(1400)
        if SurveySum(so_far.total + 100 * number, so_far.count + number).meets(
            comparison, Fraction(threshold), minimum
        )
    ]
    found = perfect_surveys_needed(
        so_far, Fraction(100), comparison, Fraction(threshold), minimum
    )
    assert found == (tried[0] if tried else None)


@pytest.mark.parametrize(
    ("scores", "threshold", "needed"),
    [
        ([95] * 6 + [90], 95, 1),  # the domain's own: 94.3 under a gate of 95
        ([100, 100, 76], 92, 0),
        ([90, 90, 90, 90, 90, 90], 92, 2),
        ([86, 88, 84, 86], 92, 3),  # 24 short, and each perfect one gains 8
        ([80, 90], 100, None),
    ],
)
def test_three_perfect_surveys_bring_you_back(scores, threshold, needed):
    so_far = SurveySum(Fraction(sum(scores)), len(scores))
    found = perfect_surveys_needed(so_far, Fraction(100), ">=", Fraction(threshold), 0)
    assert found == needed


@given(st.lists(st.integers(0, 100), min_size=1, max_size=12), st.integers(50, 99))
def test_the_next_survey_may_be_as_low_as_said_and_no_lower(scores, threshold):
    so_far = SurveySum(Fraction(sum(scores)), len(scores))
    lowest = lowest_next_score(so_far, Fraction(threshold))

    def after(score: Fraction) -> bool:
        then = SurveySum(so_far.total + score, so_far.count + 1)
        return then.meets(">=", Fraction(threshold), 1)

    assert after(lowest)
    assert lowest == 0 or not after(lowest - Fraction(1, 1000))
