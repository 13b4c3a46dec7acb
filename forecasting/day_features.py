"""What a day is, for every series at once: weekday, place in the sales month, closures around it.

Belongs here: groups of series that share a selling calendar, the feature matrix of a calendar's
days, and the parts of a month. Learning what the features are worth goes to `day_profile`, weekdays
and public holidays by themselves to `calendar_features`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from forecasting.calendar_features import usually_open, weekdays
from forecasting.panel import Panel

# Closures of at least this many days in a row (weekend included) get their own features: sales are
# pulled before them and are slow to come back. 4 = a weekend and two holidays; 3 would catch every
# long weekend, which the plain eve features already know.
LONG_CLOSURE_DAYS = 4
# More calendars than this are gathered by their weekly pattern: a feature matrix a rooftop would
# cost memory and learn nothing that the pattern doesn't know.
MAXIMUM_CALENDARS = 64
# Parts of a month by selling days left, today included: rest, last 6-10, last 3-5, last 2.
BLOCK_COUNT = 4
_BLOCK_EDGES = (2, 5, 10)
FAR = 99


@dataclass(frozen=True)
class Calendars:
    """The distinct selling calendars of a panel.

    dates: datetime64[D] [days]. is_selling_day: bool [calendars, days]. month: int64 [calendars,
    days], sales months counted from the first day's. of_series: int64 [series], each one's
    calendar. start: int64 [series], the first day it could sell (days, if it never could).
    is_holiday: bool [days], public holidays; None where none are known.
    """

    dates: np.ndarray
    is_selling_day: np.ndarray
    month: np.ndarray
    of_series: np.ndarray
    start: np.ndarray
    is_holiday: np.ndarray | None = None

    @property
    def main(self) -> int:
        """The calendar that most series keep."""
        return int(np.bincount(self.of_series).argmax())


@dataclass(frozen=True)
class DayFeatures:
    """matrix: float64 [days, features]; names; prior_scale: how far, in log units, one standard
    deviation of belief reaches before data speak (float64 [features])."""

    matrix: np.ndarray
    names: tuple[str, ...]
    prior_scale: np.ndarray


def group_calendars(panel: Panel) -> Calendars:
    """Gather series by calendar; what lies before a series' first selling day is told by `start`.

    With more than MAXIMUM_CALENDARS of them, series are gathered by the weekdays they sell on and
    their sales months; a day then sells where most of its opened members sell.
    """
    selling, days = panel.is_selling_day, len(panel.dates)
    start = np.where(selling.any(axis=1), selling.argmax(axis=1), days)
    patterns, of_series = _unique_rows(_signature(selling, panel.sales_month))
    first = _first_of(of_series, len(patterns))
    rows = selling[first]
    if len(rows) > MAXIMUM_CALENDARS:
        months = None if panel.sales_month is None else panel.sales_month[first]
        patterns, of_pattern = _unique_rows(_signature(_weekly_patterns(rows), months))
        of_series = of_pattern[of_series]
        rows = _majority(rows, of_pattern, len(patterns))
        first = _first_of(of_series, len(patterns))
    if panel.sales_month is None:
        month = np.broadcast_to(calendar_months(panel.dates), rows.shape)
    else:
        month = panel.sales_month[first].astype(np.int64)
        month = month - month[:, :1]
    return Calendars(panel.dates, rows, month, of_series, start, panel.is_holiday)


def calendar_months(dates: np.ndarray) -> np.ndarray:
    """Calendar months since the first day's, int64 [days]."""
    months = dates.astype("datetime64[M]").astype(np.int64)
    return months - months[0]


def period_starts(period: np.ndarray) -> np.ndarray:
    """Day index on which each period of a rising row begins, and the row's length at the end."""
    return np.r_[np.flatnonzero(np.diff(period, prepend=period[0] - 1)), len(period)]


def selling_days_of_month(is_selling: np.ndarray, month: np.ndarray) -> tuple[np.ndarray, ...]:
    """Selling days (done, left) of each day's month, today counted in both, int64 [days] each."""
    running = np.r_[0, np.cumsum(is_selling)]
    starts = period_starts(month)
    lengths = np.diff(starts)
    before = np.repeat(running[starts[:-1]], lengths)
    total = np.repeat(np.diff(running[starts]), lengths)
    done = running[1:] - before
    return np.maximum(done, 1), total - done + 1


def month_blocks(calendars: Calendars, index: int) -> np.ndarray:
    """Which part of its month a day lies in, int8 [days]: 0 the rest ... 3 the last two days."""
    days = len(calendars.dates)
    _, selling, month = _whole_last_month(
        calendars.dates, calendars.is_selling_day[index], calendars.month[index]
    )
    _, left = selling_days_of_month(selling, month)
    return (BLOCK_COUNT - 1 - np.searchsorted(_BLOCK_EDGES, left[:days])).astype(np.int8)


def day_features(calendars: Calendars, index: int) -> DayFeatures:
    """Features of one calendar's days: weekday, place in the month, holidays and their eves."""
    rows = (calendars.dates.view(np.int64), calendars.is_selling_day[index], calendars.month[index])
    holidays = b"" if calendars.is_holiday is None else calendars.is_holiday.tobytes()
    return _features(*(np.ascontiguousarray(row).tobytes() for row in rows), holidays)


@lru_cache(maxsize=2 * MAXIMUM_CALENDARS)
def _features(
    dates_bytes: bytes, selling_bytes: bytes, month_bytes: bytes, holiday_bytes: bytes
) -> DayFeatures:
    """The same by content: each morning of a backtest asks for the same calendars."""
    days = np.frombuffer(dates_bytes, dtype=np.int64).view("datetime64[D]")
    selling = np.frombuffer(selling_bytes, dtype=bool)
    months = np.frombuffer(month_bytes, dtype=np.int64)
    dates, is_selling, month = _whole_last_month(days, selling, months)
    columns: dict[str, tuple[np.ndarray, float]] = {}
    selling = is_selling.astype(np.float64)
    day_of_week, usual_days = weekdays(dates), usually_open(dates, is_selling)
    for k in range(7):
        columns[f"weekday_{k}"] = (selling * (day_of_week == k), 0.5)
    done, left = selling_days_of_month(is_selling, month)
    for k in range(1, 13):
        columns[f"left_{k}"] = (selling * (left == k), 1.0)
    columns["left_13_15"] = (selling * ((left >= 13) & (left <= 15)), 1.0)
    for k in range(1, 9):
        columns[f"done_{k}"] = (selling * (done == k), 1.0)
    columns["closed"] = (1 - selling, 3.0)
    columns["closed_saturday"] = ((1 - selling) * (day_of_week == 5), 3.0)
    columns["closed_sunday"] = ((1 - selling) * (day_of_week == 6), 3.0)
    columns.update(_holiday_columns(is_selling, day_of_week, usual_days))
    columns.update(_closure_columns(is_selling, done, left))
    if holiday_bytes:
        holidays = np.zeros(len(dates), dtype=bool)
        holidays[: len(days)] = np.frombuffer(holiday_bytes, dtype=bool)
        columns.update(_open_holiday_columns(selling, holidays))
    matrix = np.stack([values for values, _ in columns.values()], axis=1)[: len(days)]
    scale = np.array([scale for _, scale in columns.values()])
    return DayFeatures(matrix, tuple(columns), scale)


def _whole_last_month(
    dates: np.ndarray, selling: np.ndarray, month: np.ndarray
) -> tuple[np.ndarray, ...]:
    """(dates, selling days, months) of a calendar, the last calendar month made whole.

    A panel may end inside a month; its last days would else look like the month's end. The rest of
    it follows the weekdays' usual rule. OEM months always arrive whole.
    """
    month_end = (dates[-1].astype("datetime64[M]") + 1).astype("datetime64[D]")
    more = np.arange(dates[-1] + 1, month_end)
    follows_calendar = np.array_equal(month, calendar_months(dates))
    if len(more) == 0 or not follows_calendar:
        return dates, selling, month
    usual = usually_open(dates, selling)[weekdays(more)]
    return (
        np.r_[dates, more],
        np.r_[selling, usual],
        np.r_[month, np.full(len(more), month[-1])],
    )


def _holiday_columns(
    is_selling: np.ndarray, day_of_week: np.ndarray, usual: np.ndarray
) -> dict[str, tuple[np.ndarray, float]]:
    """A holiday is a closed day on a weekday that mostly sells; eves and mornings after."""
    selling = is_selling.astype(np.float64)
    holiday = np.maximum.accumulate(is_selling) & ~is_selling & usual[day_of_week]
    running = np.r_[0, np.cumsum(holiday)]
    days = np.arange(len(is_selling))

    def holidays_between(first: int, last: int) -> np.ndarray:
        low = np.clip(days + first, 0, len(days))
        high = np.clip(days + last + 1, 0, len(days))
        return running[high] - running[low]

    next_day, previous_day = holidays_between(1, 1) > 0, holidays_between(-1, -1) > 0
    return {
        "holiday": (holiday.astype(np.float64), 3.0),
        "eve_1": (selling * next_day, 0.3),
        "eve_2_3": (selling * ((holidays_between(2, 3) > 0) & ~next_day), 0.3),
        "after_1": (selling * previous_day, 0.3),
        "after_2_3": (selling * ((holidays_between(-3, -2) > 0) & ~previous_day), 0.3),
        "many_ahead_5": (selling * (holidays_between(1, 5) >= 2), 0.3),
        "many_behind_5": (selling * (holidays_between(-5, -1) >= 2), 0.3),
        "many_ahead_10": (selling * (holidays_between(1, 10) >= 2), 0.3),
        "many_behind_10": (selling * (holidays_between(-10, -1) >= 2), 0.3),
    }


def _open_holiday_columns(
    selling: np.ndarray, is_holiday: np.ndarray
) -> dict[str, tuple[np.ndarray, float]]:
    """Public holidays on which stores sell, and the weekend before: Memorial Day and Labor Day are
    among a dealer's best days, and no closure tells of them."""
    coming = np.r_[is_holiday, np.zeros(3, dtype=bool)]
    count = len(is_holiday)
    near = coming[1 : count + 1] | coming[2 : count + 2] | coming[3 : count + 3]
    after = np.r_[False, is_holiday[:-1]]
    return {
        "open_holiday": (selling * is_holiday, 0.5),
        "holiday_in_3_days": (selling * (near & ~is_holiday), 0.3),
        "after_holiday": (selling * (after & ~is_holiday), 0.3),
    }


def _closure_columns(
    is_selling: np.ndarray, done: np.ndarray, left: np.ndarray
) -> dict[str, tuple[np.ndarray, float]]:
    """Selling days counted to and from each long closure, and where these meet a month's ends."""
    selling = is_selling.astype(np.float64)
    ahead, behind = _days_to_closures(is_selling)
    columns = {}
    for name, distance in (("to_closure", ahead), ("from_closure", behind)):
        for low, high in ((1, 1), (2, 2), (3, 3), (4, 5), (6, 8)):
            near = (distance >= low) & (distance <= high)
            columns[f"{name}_{low}_{high}"] = (selling * near, 0.5)
    columns["from_closure_month_end"] = (selling * ((behind <= 5) & (left <= 5)), 0.5)
    columns["to_closure_month_end"] = (selling * ((ahead <= 5) & (left <= 5)), 0.5)
    columns["from_closure_month_start"] = (selling * ((behind <= 5) & (done <= 5)), 0.5)
    return columns


def _days_to_closures(is_selling: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Selling days until the next and since the last long closure (1 = the day beside it)."""
    days = len(is_selling)
    edges = np.flatnonzero(np.diff(np.r_[0, (~is_selling).astype(np.int8), 0]))
    ahead, behind = np.full(days, FAR), np.full(days, FAR)
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        # A closure cut by the calendar's ends is the time before a rooftop opened, or unknown.
        if last - first < LONG_CLOSURE_DAYS or first == 0 or last == days:
            continue
        after = np.flatnonzero(is_selling[last : last + 20])[:10] + last
        behind[after] = np.minimum(behind[after], np.arange(1, len(after) + 1))
        low = max(0, first - 20)
        before = np.flatnonzero(is_selling[low:first])[::-1][:10] + low
        ahead[before] = np.minimum(ahead[before], np.arange(1, len(before) + 1))
    return ahead, behind


def _unique_rows(packed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct rows and each row's index among them; rows compared as whole byte strings."""
    as_bytes = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse = np.unique(as_bytes, return_index=True, return_inverse=True)
    return packed[first], inverse.astype(np.int64).ravel()


def _signature(rows: np.ndarray, months: np.ndarray | None) -> np.ndarray:
    """uint8 [rows, bytes]: equal where selling days (once opened) and sales months are equal."""
    packed = np.packbits(rows, axis=1)
    if months is None:
        return packed
    turns = np.packbits(np.diff(months, axis=1, prepend=months[:, :1]) != 0, axis=1)
    return np.concatenate([packed, turns], axis=1)


def _first_of(group: np.ndarray, group_count: int) -> np.ndarray:
    """The first row of each group, int64 [groups]."""
    first = np.full(group_count, len(group))
    np.minimum.at(first, group, np.arange(len(group)))
    return first


def _weekly_patterns(rows: np.ndarray) -> np.ndarray:
    """bool [rows, 7]: which days of the week mostly sell, once the rooftop has opened."""
    phase = np.arange(rows.shape[1]) % 7
    has_opened = np.maximum.accumulate(rows, axis=1)
    one_hot = (phase[:, None] == np.arange(7)).astype(np.float32)
    sold = rows.astype(np.float32) @ one_hot
    opened = np.maximum(has_opened.astype(np.float32) @ one_hot, 1)
    return sold / opened > 0.5


def _majority(rows: np.ndarray, group: np.ndarray, group_count: int) -> np.ndarray:
    """The calendar of a group: a day sells where most of its opened members sell."""
    votes = np.zeros((group_count, rows.shape[1]))
    np.add.at(votes, group, np.where(rows, 1.0, -1.0) * np.maximum.accumulate(rows, axis=1))
    return votes > 0
