"""What the calendar says about a day: closed, month-end, holiday.

Belongs here: indicator columns made from a series' selling days and a country's public holidays; no
units are read. Fitting them belongs to the models, OEM periods to `programs`.
"""

from __future__ import annotations

import numpy as np

from forecasting.panel import Panel

# The last five selling days hold about half of a month's registrations, the last one a sixth; the
# first five hold a twelfth (measured on 2.66 million registrations). Wider bands blur the last day,
# narrower ones have too few months to learn from.
MONTH_BANDS: dict[str, tuple[int, int]] = {
    "last_day_of_month": (-1, -1),
    "last_days_2_3_of_month": (-3, -2),
    "last_days_4_5_of_month": (-5, -4),
    "first_days_1_2_of_month": (1, 2),
    "first_days_3_5_of_month": (3, 5),
}


def selling_day_positions(panel: Panel, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Position of each day among its month's selling days, from the month's start and its end.

    Two int arrays [days]: 1 for the first selling day (2 the second, ...) and -1 for the last (-2
    the one before, ...); 0 on closed days. Where a calendar month is cut off by the panel's end,
    the rest of it is taken to follow the weekdays' usual rule, so that it doesn't look finished.
    """
    dates, selling, months = panel.dates, panel.is_selling_day[row], panel.months(row)
    if panel.sales_month is None:
        last_month = dates[-1].astype("datetime64[M]")
        after = np.arange(dates[-1] + 1, (last_month + 1).astype("datetime64[D]"))
        selling = np.append(selling, usually_open(dates, selling)[weekdays(after)])
        months = np.append(months, np.full(len(after), months[-1]))
    total = np.cumsum(selling)
    _, starts, inverse = np.unique(months, return_index=True, return_inverse=True)
    before = np.where(starts > 0, total[starts - 1], 0)
    ends = np.append(starts[1:], len(selling)) - 1
    from_start = np.where(selling, total - before[inverse], 0)
    from_end = np.where(selling, total - total[ends][inverse] - 1, 0)
    return from_start[: len(dates)], from_end[: len(dates)]


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


def day_features(panel: Panel, row: int, is_holiday: np.ndarray) -> dict[str, np.ndarray]:
    """Indicator columns of one series, float [days] each, by name.

    closed_day: the store doesn't sell. eve_of_closed_day: it sells, and is shut the next day
    although that weekday is usually open. open_holiday: a public holiday on which it sells.
    """
    is_selling_day = panel.is_selling_day[row]
    from_start, from_end = selling_day_positions(panel, row)
    shut = ~is_selling_day & usually_open(panel.dates, is_selling_day)[weekdays(panel.dates)]
    features = {
        "closed_day": ~is_selling_day,
        "eve_of_closed_day": is_selling_day & np.append(shut[1:], False),
        "open_holiday": is_selling_day & is_holiday,
    }
    for name, (low, high) in MONTH_BANDS.items():
        position = from_start if low > 0 else from_end
        features[name] = (position >= low) & (position <= high)
    return {name: column.astype(np.float64) for name, column in features.items()}
