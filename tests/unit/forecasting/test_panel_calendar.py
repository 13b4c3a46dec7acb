"""What the calendar says about a day, by hand-counted months."""

from __future__ import annotations

import numpy as np
import pytest

from forecasting.calendar_features import (
    day_features,
    public_holidays,
    selling_day_positions,
    usually_open,
)
from forecasting.panel import Panel

AUGUST = np.datetime64("2025-08-01")  # a Friday


def one_series(days: int, closed: tuple[int, ...] = (), sales_month=None) -> Panel:
    """August 2025 on, Sundays closed, and the days of the month named in `closed`."""
    dates = AUGUST + np.arange(days)
    selling = (dates.astype(np.int64) + 3) % 7 != 6
    selling[[day - 1 for day in closed]] = False
    return Panel(
        keys=("store|seg",),
        dates=dates,
        units=np.zeros((1, days), dtype=np.int32),
        is_selling_day=selling[None, :],
        pools=("pool",),
        sales_month=sales_month,
    )


def day(dates_from_first: np.ndarray, number: int) -> int:
    return int(dates_from_first[number - 1])


def test_positions_in_a_month():
    start, end = selling_day_positions(one_series(31), 0)
    # 26 selling days; the 3rd, 10th, 17th, 24th and 31st are Sundays, so the 30th is the last.
    assert (day(start, 1), day(start, 2), day(start, 3), day(start, 4)) == (1, 2, 0, 3)
    assert (day(end, 30), day(end, 29), day(end, 31), day(end, 1)) == (-1, -2, 0, -26)


def test_a_month_cut_off_by_the_panel_is_not_finished():
    start, end = selling_day_positions(one_series(15), 0)
    whole_start, whole_end = selling_day_positions(one_series(31), 0)
    assert (start == whole_start[:15]).all()
    assert (end == whole_end[:15]).all()


def test_the_sales_calendar_decides_where_a_month_ends():
    """August's sales month runs to Tuesday 2 September: the pile-up is there."""
    months = np.where(np.arange(61) <= 32, 0, 1).astype(np.int32)[None, :]
    _, end = selling_day_positions(one_series(61, sales_month=months), 0)
    assert (int(end[32]), int(end[31]), int(end[29]), int(end[30])) == (-1, -2, -3, 0)
    start, _ = selling_day_positions(one_series(61, sales_month=months), 0)
    assert int(start[33]) == 1


def test_features_mark_the_days_they_name():
    holidays = np.zeros(31, dtype=bool)
    holidays[[3, 14]] = True  # Monday 4th, open; Friday 15th, closed
    features = day_features(one_series(31, closed=(15,)), 0, holidays)
    marked = {name: (np.flatnonzero(column) + 1).tolist() for name, column in features.items()}
    assert marked["closed_day"] == [3, 10, 15, 17, 24, 31]
    assert marked["eve_of_closed_day"] == [14]  # a Saturday before a Sunday is no eve
    assert marked["open_holiday"] == [4]
    assert marked["last_day_of_month"] == [30]
    assert marked["last_days_2_3_of_month"] == [28, 29]
    assert marked["last_days_4_5_of_month"] == [26, 27]
    assert marked["first_days_1_2_of_month"] == [1, 2]
    assert marked["first_days_3_5_of_month"] == [4, 5, 6]


def test_weekday_rule_is_read_from_the_store():
    panel = one_series(31)
    assert usually_open(panel.dates, panel.is_selling_day[0]).tolist() == [True] * 6 + [False]


def test_holidays_of_a_country():
    dates = np.datetime64("2025-07-01") + np.arange(31)
    assert (np.flatnonzero(public_holidays("US", dates)) + 1).tolist() == [4]
    assert not public_holidays(None, dates).any()


def test_months_without_a_sales_calendar_are_the_calendars():
    months = one_series(40).months(0)
    assert int(months[30]) + 1 == int(months[31])
    with pytest.raises(ValueError, match="sales_month"):
        one_series(31, sales_month=np.zeros((1, 30), dtype=np.int32))
