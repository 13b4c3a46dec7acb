"""Period codes: their months, what a named span holds, and windows."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.calendars import MONTHS_OF_GRAIN
from programs.spans import (
    is_named,
    months_before,
    months_of,
    plain_period,
    whole_window,
    window_code,
    windows_of,
)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2025-08", (2025, 8), (2025, 8)),
        ("2025-07_2025-08", (2025, 7), (2025, 8)),
        ("2025-Q3", (2025, 7), (2025, 9)),
        ("2025-H2", (2025, 7), (2025, 12)),
        ("2025", (2025, 1), (2025, 12)),
    ],
)
def test_a_code_s_months(code, first, last):
    months = sorted(months_of(code))
    assert (months[0], months[-1]) == (first, last)
    period = plain_period(code)
    assert period.start == datetime.date(*first, 1)
    assert (period.end + datetime.timedelta(days=1)).day == 1
    assert len(months) == MONTHS_OF_GRAIN[period.grain]


def test_free_dates_have_no_months():
    code = "2025-11-28_2026-01-02"
    assert months_of(code) == frozenset()
    assert plain_period(code).end == datetime.date(2026, 1, 2)
    assert is_named(code, [code])
    assert not is_named(code, ["2025-11-28_2026-01-03", "Q4", "2025"])


@pytest.mark.parametrize(
    ("code", "span", "is_held"),
    [
        ("2019-10", "Q4", True),
        ("2019-09", "Q4", False),
        ("2019-Q4", "Q4", True),
        ("2019-H2", "Q4", False),
        ("2019-Q4", "H2", True),
        ("2019-11", "M11", True),
        ("2019-Q4", "M11", False),
        ("2019-11", "2019", True),
        ("2020-11", "2019-Q4", False),
        ("2019-11", "2019-11_2019-12", True),
        ("2019-10", "2019-11_2019-12", False),
    ],
)
def test_a_named_span_holds_whole_periods_only(code, span, is_held):
    assert is_named(code, [span]) is is_held


@pytest.mark.parametrize(
    ("within", "grain", "code", "window", "members"),
    [
        ("quarter", "month", "2025-08", "2025-Q3", ("2025-07", "2025-08", "2025-09")),
        ("two_month", "month", "2014-11", "2014-11_2014-12", ("2014-11", "2014-12")),
        ("year", "half", "2025-H1", "2025", ("2025-H1", "2025-H2")),
        ("half", "quarter", "2025-Q3", "2025-H2", ("2025-Q3", "2025-Q4")),
    ],
)
def test_windows_hold_whole_periods(within, grain, code, window, members):
    assert window_code(within, code) == window
    assert whole_window(within, grain, code) == members


def test_periods_are_gathered_in_windows_in_order():
    codes = ["2024-12", "2025-01", "2025-02", "2025-04"]
    found = windows_of("quarter", codes)
    assert [(window.code, window.period_codes) for window in found] == [
        ("2024-Q4", ("2024-12",)),
        ("2025-Q1", ("2025-01", "2025-02")),
        ("2025-Q2", ("2025-04",)),
    ]
    (whole,) = windows_of("all", codes)
    assert whole.period_codes == tuple(codes)


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 1, 1)), st.integers(0, 60))
def test_months_before_keeps_the_day_or_takes_the_month_s_last(day, months):
    before = months_before(day, months)
    assert (day.year * 12 + day.month) - (before.year * 12 + before.month) == months
    assert before.day == day.day or (
        before.day < day.day and (before + datetime.timedelta(days=1)).day == 1
    )
