"""The runner's guards: what Great Expectations would let through."""

from __future__ import annotations

import pandas as pd
import pytest

from expectations.runner import NOT_EMPTY, ExpectationError, is_stop, run_suite
from expectations.suites import Suite, at_least, between, not_null, one_of, unique, zero

FRAME = pd.DataFrame({"key": ["a", "b", "b"], "units": [1, -2, 3], "name": ["x", None, "z"]})


def _suite(*checks: object, may_be_empty: bool = False) -> Suite:
    return Suite("suite", "asset", tuple(checks), may_be_empty=may_be_empty)


def test_an_empty_suite_is_refused() -> None:
    with pytest.raises(ExpectationError, match="has no checks"):
        run_suite(_suite(), FRAME)


def test_a_check_named_twice_is_refused() -> None:
    with pytest.raises(ExpectationError, match="key_is_given twice"):
        run_suite(_suite(not_null("key", "why"), not_null("key", "why")), FRAME)


def test_a_missing_column_is_an_error_not_a_verdict() -> None:
    with pytest.raises(ExpectationError, match="no column gone"):
        run_suite(_suite(not_null("gone", "why")), FRAME)


def test_an_exception_inside_a_result_is_raised() -> None:
    mixed = pd.DataFrame({"units": [1, "two", None]}, dtype=object)
    with pytest.raises(ExpectationError, match="units_is_in_range"):
        run_suite(_suite(between("units", "why", low=0)), mixed)


def test_an_unexpectedly_empty_frame_fails() -> None:
    (verdict,) = run_suite(_suite(not_null("key", "why", severity="warning")), FRAME.head(0))
    assert verdict.expectation == NOT_EMPTY
    assert is_stop(verdict)


def test_a_frame_that_may_be_empty_passes_and_says_so() -> None:
    (verdict,) = run_suite(_suite(not_null("key", "why"), may_be_empty=True), FRAME.head(0))
    assert verdict.success
    assert verdict.details == "no rows, which can be"


def test_verdicts_come_in_order_with_counts_and_examples() -> None:
    suite = _suite(
        unique(["key"], "twice"),
        between("units", "negative", low=0, severity="warning"),
        not_null("name", "nameless"),
        one_of("key", ["a", "b"], "odd"),
    )
    verdicts = run_suite(suite, FRAME)
    assert [v.success for v in verdicts] == [False, False, False, True]
    assert [v.unexpected_count for v in verdicts] == [2, 1, 1, 0]
    assert verdicts[1].examples == ("-2",)
    assert [is_stop(v) for v in verdicts] == [True, False, True, False]
    assert verdicts[1].details == "1 of 3: negative"


def test_the_same_suite_can_be_asked_again_of_another_frame() -> None:
    suite = _suite(zero("units", "why"))
    first = run_suite(suite, pd.DataFrame({"units": [0, 0]}))
    second = run_suite(suite, pd.DataFrame({"units": [0, 1]}))
    assert [first[0].success, second[0].success] == [True, False]


def test_a_pair_with_one_side_missing_fails() -> None:
    frame = pd.DataFrame({"high": [3.0, None], "low": [1.0, 2.0]})
    (verdict,) = run_suite(_suite(at_least("high", "low", "why")), frame)
    assert not verdict.success
