"""What the calendar says about a day: closed, month-end, holiday.

Belongs here: indicator columns made from a series' selling days and a country's public holidays; no
units are read. Fitting them belongs to the models, OEM periods to `programs`.
"""

from __future__ import annotations

import numpy as np

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


def selling_day_positions(
    dates: np.ndarray, is_selling_day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Position of each day among its calendar month's selling days, from its start and its end.

    dates: datetime64[D] [days]; is_selling_day: bool [days]. Returns two int arrays [days]: 1 for
    the first selling day (2 the second, ...) and -1 for the last (-2 the one before, ...); 0 on
    closed days. Where the calendar stops inside a month, the rest of that month is taken to follow
    the weekdays' usual rule, so that a truncated month doesn't look finished.
    """
    months = dates.astype("datetime64[M]")
    after = np.arange(dates[-1] + 1, (months[-1] + 1).astype("datetime64[D]"))
    open_weekdays = usually_open(dates, is_selling_day)
    selling = np.concatenate([is_selling_day, open_weekdays[weekdays(after)]])
    month_of = np.concatenate([months, after.astype("datetime64[M]")])
    total = np.cumsum(selling)
    _, starts, inverse = np.unique(month_of, return_index=True, return_inverse=True)
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


def day_features(
    dates: np.ndarray, is_selling_day: np.ndarray, is_holiday: np.ndarray
) -> dict[str, np.ndarray]:
    """Indicator columns, float [days] each, by name.

    closed_day: the store doesn't sell. eve_of_closed_day: it sells, and is shut the next day
    although that weekday is usually open. open_holiday: a public holiday on which it sells.
    """
    from_start, from_end = selling_day_positions(dates, is_selling_day)
    shut = ~is_selling_day & usually_open(dates, is_selling_day)[weekdays(dates)]
    features = {
        "closed_day": ~is_selling_day,
        "eve_of_closed_day": is_selling_day & np.append(shut[1:], False),
        "open_holiday": is_selling_day & is_holiday,
    }
    for name, (low, high) in MONTH_BANDS.items():
        position = from_start if low > 0 else from_end
        features[name] = (position >= low) & (position <= high)
    return {name: column.astype(np.float64) for name, column in features.items()}
