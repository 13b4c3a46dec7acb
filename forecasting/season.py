"""The season of the year and of the quarter, as far as a few years of months can tell.

Belongs here: month factors around a level that drifts, for the whole panel at once. Days within a
month go to `day_profile`.
"""

from __future__ import annotations

import numpy as np

from forecasting.day_features import Calendars, period_starts

# Beliefs in log units, before the months speak. Two to three years can't tell a season from chance
# at the size seasons have (a month of the year 2-5 %), so they are held tight.
QUARTER_MONTH_SCALE = 0.05
YEAR_MONTH_SCALE = 0.03
SELLING_DAYS_SCALE = 0.5
LEVEL_DRIFT = 0.08  # a month's step of the market's level
MONTH_NOISE = 0.06
GAP_FACTOR = 3.0  # after closed months the level may have moved this many times further
TYPICAL_SELLING_DAYS = 20.0
MINIMUM_SHARE_OPEN = 0.5  # a month with less of it known isn't a month
CALENDAR_UNITS_CAP = 20_000.0


def fit_season(
    calendars: Calendars, totals: np.ndarray, intensity: np.ndarray, known: np.ndarray
) -> np.ndarray:
    """float64 [calendars, days]: factor of each day's month.

    A ridge regression of the log level of months on month of the quarter, month of the year and the
    number of selling days, around a random walk. known: bool [days].
    """
    main = calendars.main
    month = calendars.month[main]
    months = int(month.max()) + 1
    cap = np.minimum(1.0, CALENDAR_UNITS_CAP / np.maximum(totals[:, known].sum(axis=1), 1.0))
    pace = cap * totals[:, known].sum(axis=1) / np.maximum(intensity[:, known].sum(axis=1), 1e-9)
    units = np.bincount(month[known], weights=cap @ totals[:, known], minlength=months)
    due = np.bincount(month, weights=pace @ intensity, minlength=months)
    due_known = np.bincount(month[known], weights=pace @ intensity[:, known], minlength=months)
    used = np.flatnonzero((due_known > MINIMUM_SHARE_OPEN * due) & (units > 0))
    if len(used) < 3:
        return np.ones_like(intensity)
    traits = _month_traits(calendars, months)
    effect = _ridge(np.log(units[used] / due_known[used]), traits[used], used)
    factors = np.exp(traits @ effect)
    return np.stack([factors[np.minimum(m, months - 1)] for m in calendars.month])


def _month_traits(calendars: Calendars, months: int) -> np.ndarray:
    """float64 [months, 16]: month of quarter (3), of year (12), log selling days. A sales month
    takes its name from the day in its middle."""
    main = calendars.main
    starts = period_starts(calendars.month[main])[: months + 1]
    middles = calendars.dates[(starts[:-1] + starts[1:] - 1) // 2]
    of_year = middles.astype("datetime64[M]").astype(np.int64) % 12
    selling = np.bincount(
        calendars.month[main], weights=calendars.is_selling_day[main], minlength=months
    )
    log_days = np.log(np.maximum(selling, 1.0) / TYPICAL_SELLING_DAYS)
    # The panel's first and last months may be cut; their few days aren't a short month.
    log_days[[0, -1]] = np.where(np.diff(starts)[[0, -1]] < 28, 0.0, log_days[[0, -1]])
    return np.c_[np.eye(3)[of_year % 3], np.eye(12)[of_year], log_days]


def _ridge(log_level: np.ndarray, traits: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Effects of the traits, float64 [16]; the level's walk is fitted beside them and dropped."""
    count, width = traits.shape
    gaps = np.diff(months)
    step = LEVEL_DRIFT * np.sqrt(gaps) * np.where(gaps > 1, GAP_FACTOR, 1.0)
    walk = np.diff(np.eye(count), axis=0) / step[:, None]
    belief = np.r_[
        np.full(3, QUARTER_MONTH_SCALE), np.full(12, YEAR_MONTH_SCALE), SELLING_DAYS_SCALE
    ]
    rows = np.block(
        [
            [np.eye(count) / MONTH_NOISE, traits / MONTH_NOISE],
            [walk, np.zeros((count - 1, width))],
            [np.zeros((width, count)), np.diag(1 / belief)],
        ]
    )
    target = np.r_[log_level / MONTH_NOISE, np.zeros(count - 1 + width)]
    return np.linalg.lstsq(rows, target, rcond=None)[0][count:]
