"""What the calendar says about a day, by hand-counted months."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.calendar_features import public_holidays, usually_open
from forecasting.day_features import day_features, group_calendars
from forecasting.panel import Panel
from forecasting.situation import prefix_digests

AUGUST = np.datetime64("2025-08-01")  # a Friday


def one_series(days: int, holidays: tuple[int, ...] | None = None, sales_month=None) -> Panel:
    """August 2025 on, Sundays closed; public holidays on the days of the month named."""
    dates = AUGUST + np.arange(days)
    selling = (dates.astype(np.int64) + 3) % 7 != 6
    is_holiday = None
    if holidays is not None:
        is_holiday = np.isin(np.arange(days), np.array(holidays) - 1)
    return Panel(
        keys=("store|seg",),
        dates=dates,
        units=np.zeros((1, days), dtype=np.int32),
        is_selling_day=selling[None, :],
        pools=("pool",),
        sales_month=sales_month,
        is_holiday=is_holiday,
    )


def marked(panel: Panel) -> dict[str, list[int]]:
    """Days of the month on which each feature is set."""
    features = day_features(group_calendars(panel), 0)
    return {
        name: (np.flatnonzero(features.matrix[:, k]) + 1).tolist()
        for k, name in enumerate(features.names)
    }


def test_a_holiday_on_which_stores_sell_is_told_with_the_days_before_it():
    found = marked(one_series(31, holidays=(18,)))  # a Monday
    assert found["open_holiday"] == [18]
    assert found["holiday_in_3_days"] == [15, 16]  # the 17th is a Sunday, closed
    assert found["after_holiday"] == [19]
    assert "open_holiday" not in marked(one_series(31))


def test_a_holiday_beside_the_cut_end_of_a_panel_stays_inside_it():
    found = marked(one_series(15, holidays=(15,)))
    assert (found["open_holiday"], found["after_holiday"]) == ([15], [])


def test_holidays_are_kept_by_a_choice_of_rows_and_name_what_is_known():
    panel = one_series(31, holidays=(18,))
    assert panel.select([0]).is_holiday is not None
    other = one_series(31, holidays=(19,))
    assert prefix_digests(panel, [5]) != prefix_digests(other, [5])


def test_weekday_rule_is_read_from_the_store():
    panel = one_series(31)
    assert usually_open(panel.dates, panel.is_selling_day[0]).tolist() == [True] * 6 + [False]


def test_holidays_of_a_country():
    dates = np.datetime64("2025-07-01") + np.arange(31)
    assert (np.flatnonzero(public_holidays("US", dates)) + 1).tolist() == [4]
    assert not public_holidays(None, dates).any()


def test_calendar_arrays_must_fit_the_panel():
    with pytest.raises(ValueError, match="sales_month"):
        one_series(31, sales_month=np.zeros((1, 30), dtype=np.int32))
    with pytest.raises(ValueError, match="is_holiday"):
        Panel(
            keys=(), dates=AUGUST + np.arange(3), units=np.zeros((0, 3), np.int32),
            is_selling_day=np.zeros((0, 3), bool), pools=(), is_holiday=np.zeros(2, bool),
        )  # fmt: skip
