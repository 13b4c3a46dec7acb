"""The rhythm of sales: how a day's volume depends on weekday, month-end, holidays, season and
trend.

Here: figures measured once on real registrations, and the weights of days made of them.
Not here: how many units a store sells (stores.py) or which (sales.py).

Source of the figures: "Car Registration Transactions", open data of the road transport department
of Malaysia (JPJ), CC BY 4.0, read from the repository calvintongcy/JPJ-Vehicle-Registration at
commit aedf2f981788e40fbb255a90bbd7f0fcf7689e83. All 1.2 million registrations from 2022-07-01 to
2023-12-31 (no lockdown), by day; a Poisson regression of the day's total on weekday, selling day
from the month's start and end, and month. A selling day there is Monday to Saturday, national
holidays left out. A registration office rests on Saturday afternoons: an American showroom does
not, and the figures are kept as measured.
"""

from __future__ import annotations

import numpy as np

# Monday to Sunday, Tuesday = 1. Sundays: the offices that open then belong to other weekends.
WEEKDAYS = (0.903, 1.0, 1.045, 1.094, 0.945, 0.230, 0.064)
# The last selling day of the month, the last but one, ... against a day in the middle.
LAST_DAYS = (4.748, 3.214, 2.492, 2.045, 1.653)
# The first three selling days of the month: the pile-up has emptied the floor.
FIRST_DAYS = (0.282, 0.289, 0.333)
# The day before a national holiday; a national holiday on a weekday (331 against 3,093
# registrations).
HOLIDAY_EVE = 0.948
HOLIDAY = 0.107
# January to December 2023 with the trend taken out, mean 1.
SEASON = (0.845, 1.038, 1.067, 0.872, 0.960, 0.924, 1.004, 1.036, 1.051, 1.071, 0.983, 1.150)
# The second half of 2023 against the second half of 2022: 450,493 / 400,710.
TREND_PER_YEAR = 1.124
# Share of a month's registrations on its last 1, 3 and 5 selling days; mean of 18 months. For
# tests.
SHARE_OF_LAST = {1: 0.135, 3: 0.308, 5: 0.427}


def day_weights(
    days: np.ndarray, is_open: np.ndarray, month_of_day: np.ndarray, is_holiday: np.ndarray
) -> np.ndarray:
    """The weight of each day, 0 where the store is closed; about 1 on a Tuesday in mid-month.

    `days` datetime64[D], consecutive; `month_of_day` numbers the sales months in the order of the
    days; `is_holiday` marks national holidays, open ones too. All of one length. Season and trend:
    `level`.
    """
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    weights = np.asarray(WEEKDAYS)[weekday]
    weights = np.where(is_holiday, weights * HOLIDAY, weights)
    eve = np.append(is_holiday[1:], False)
    weights = np.where(eve & ~is_holiday, weights * HOLIDAY_EVE, weights)
    from_start, to_end = selling_day_positions(is_open, month_of_day)
    for position, factor in enumerate(LAST_DAYS, start=1):
        weights = np.where(to_end == position, weights * factor, weights)
    for position, factor in enumerate(FIRST_DAYS, start=1):
        weights = np.where(from_start == position, weights * factor, weights)
    return np.where(is_open, weights, 0.0)


def selling_day_positions(
    is_open: np.ndarray, month_of_day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Selling-day numbers from the month's start and from its end (1, 2, ...); 0 if closed."""
    opened = is_open.astype(np.int64)
    total = np.bincount(month_of_day, weights=opened).astype(np.int64)
    running = np.cumsum(opened)
    before = np.concatenate(([0], np.cumsum(total)))[month_of_day]
    from_start = np.where(is_open, running - before, 0)
    to_end = np.where(is_open, total[month_of_day] - (running - before) + 1, 0)
    return from_start, to_end


def level(days: np.ndarray, today: np.datetime64) -> np.ndarray:
    """Season and trend of each day; the trend is 1 at `today`."""
    months = days.astype("datetime64[M]").astype(np.int64) % 12
    years = (days - today).astype(np.int64) / 365.25
    return np.asarray(SEASON)[months] * TREND_PER_YEAR**years
