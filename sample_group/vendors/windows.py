"""When files are written: the mornings of the extracts and what each covers.

Here: moments (local seconds) and their spelling in file names. Not here: the rows (dms.py,
portal.py). History comes as one file a quarter or half-year, the last 25 mornings as they came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sample_group.sales import local_seconds

LONG_AGO = 0
BACKFILL_END = np.datetime64("2025-07-21")  # the last morning covered by a history file
LAST_MORNING = np.datetime64("2025-08-15")
_YEARS = ["2023-01-01", "2024-01-01", "2025-01-01", "2025-07-21"]
_QUARTERS = [
    f"{year}-{month}-01" for year in (2023, 2024, 2025) for month in ("01", "04", "07", "10")
]


@dataclass(frozen=True)
class Window:
    """A file written at `at` with everything that changed after `since`."""

    since: int
    at: int
    is_history: bool

    @property
    def stamp(self) -> str:
        """The moment as it stands in file names: 20250729T0500."""
        text = str(np.datetime64(self.at, "s"))
        return text[:16].replace("-", "").replace(":", "")

    @property
    def day(self) -> np.datetime64:
        """The morning's date."""
        return np.datetime64(self.at, "s").astype("datetime64[D]")


def mornings() -> list[np.datetime64]:
    """The mornings after the last history file, oldest first."""
    return list(np.arange(BACKFILL_END + 1, LAST_MORNING + 1))


def nightly(hour: str) -> list[Window]:
    """A history file a quarter, then one each morning at `hour` (`05:00`)."""
    history = ["2022-10-01", *(day for day in _QUARTERS if day < "2025-07-21"), "2025-07-21"]
    return _chain(history, [str(day) for day in mornings()], hour)


def after_selling_days(hour: str) -> list[Window]:
    """A history file a half-year, then one each morning but Mondays: Sundays sell nothing."""
    days = [str(day) for day in mornings() if _weekday(day) != 0]
    return _chain(_half_years(), days, hour)


def weekly(hour: str) -> list[Window]:
    """A history file a year, then one each Monday morning."""
    return _chain(_YEARS, [str(day) for day in mornings() if _weekday(day) == 0], hour)


def now_and_then(hour: str) -> list[Window]:
    """A history file a year, then any morning but Mondays that has something to say."""
    return _chain(_YEARS, [str(day) for day in mornings() if _weekday(day) != 0], hour)


def by_hand(hour: str) -> list[Window]:
    """A history file a quarter, then two pushes, the last ten days before the as-of morning."""
    history = ["2022-10-01", *(day for day in _QUARTERS if day < "2025-07-21"), "2025-07-21"]
    return _chain(history, ["2025-07-29", "2025-08-05"], hour)


def snapshots(hour: str) -> list[Window]:
    """Tuesday and Friday mornings."""
    days = [str(day) for day in mornings() if _weekday(day) in (1, 4)]
    return _chain([], days, hour)


def _half_years() -> list[str]:
    return [
        *(day for day in _QUARTERS if day[5:7] in ("01", "07") and day < "2025-07-21"),
        "2025-07-21",
    ]


def _chain(history: list[str], days: list[str], hour: str) -> list[Window]:
    moments = [local_seconds(f"{day}T{hour}:00") for day in (*history, *days)]
    return [
        Window(since, at, number < len(history))
        for number, (since, at) in enumerate(zip([LONG_AGO, *moments], moments, strict=False))
    ]


def _weekday(day: np.datetime64) -> int:
    return (int(day.astype(np.int64)) + 3) % 7
