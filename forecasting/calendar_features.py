"""What the calendar says about days, whoever sells: weekdays, usual weeks, public holidays.

Belongs here: facts of dates; no units are read. Features that a model learns from belong to
`day_features`, OEM periods to `programs`.
"""

from __future__ import annotations

import numpy as np


def weekdays(dates: np.ndarray) -> np.ndarray:
    """Monday 0 to Sunday 6, int [days]."""
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7


def usually_open(dates: np.ndarray, is_selling_day: np.ndarray) -> np.ndarray:
    """bool [7]: the weekdays on which this series sells on most weeks of its history."""
    first = int(np.argmax(is_selling_day))
    days = weekdays(dates[first:])
    seen = np.bincount(days, minlength=7)
    opened = np.bincount(days, weights=is_selling_day[first:], minlength=7)
    return opened * 2 > seen


def public_holidays(country: str | None, dates: np.ndarray) -> np.ndarray:
    """bool [days]: public holidays of an ISO country code; all False without a country."""
    if country is None:
        return np.zeros(len(dates), dtype=bool)
    import holidays

    years = dates.astype("datetime64[Y]").astype(int) + 1970
    calendar = holidays.country_holidays(country, years=range(years.min(), years.max() + 1))
    names = np.array(sorted(calendar), dtype="datetime64[D]")
    return np.isin(dates, names)
