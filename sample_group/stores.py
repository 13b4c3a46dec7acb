"""The sample's twelve stores: who they are (read from `home/`) and how much they sell.

Here: stores with vendor, store number and volumes; sales calendars as day arrays; open days.
Not here: the rhythm's figures (rhythm.py), the deals themselves (sales.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import holidays
import numpy as np
import yaml

HOME_TEMPLATE = Path(__file__).parent / "home"
FIRST_DAY = np.datetime64("2022-08-01")
TODAY = np.datetime64("2025-08-15")  # the as-of date: its deals are not sold yet
LAST_DAY = np.datetime64("2025-09-30")  # the end of the quarter: what is expected reaches to here
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Volume:
    """Units a month as of summer 2025, and what is particular about a store."""

    vendor: str
    store_number: str
    new: float
    certified: float
    used: float
    lease: float = 0.22  # share of new retail business
    csi: float = 92.0  # what its surveys average
    responses: float = 0.24  # surveys per retail delivery
    # (first day, last day, factor): weeks in which a store sold more or less than its rhythm
    surges: tuple[tuple[str, str, float], ...] = ()


VOLUMES = {
    "lakeside-nissan": Volume(
        "dealervault", "1203", 66, 6, 38, surges=(("2025-08-01", "2025-08-14", 2.3),)
    ),
    "capitol-nissan": Volume("dealertrack", "007", 50, 5, 30),
    "prairie-nissan": Volume("dealervault", "1217", 46, 4, 26, csi=90.5),
    "gateway-nissan": Volume(
        "tekion", "gateway_4410", 98, 9, 55, surges=(("2025-08-01", "2025-08-14", 2.2),)
    ),
    "northshore-honda": Volume("dealervault", "1240", 124, 14, 60, lease=0.34),
    "ozark-honda": Volume("tekion", "ozark_4427", 82, 8, 44),
    "badger-ford": Volume("dealertrack", "011", 92, 9, 48, lease=0.16),
    "riverbend-volkswagen": Volume("dealertrack", "015", 46, 12, 28, lease=0.36, csi=93.0),
    "fox-valley-chevrolet": Volume("dealervault", "1266", 88, 9, 46, lease=0.18),
    "heartland-cdjr": Volume(
        "cdk", "C158", 63, 7, 40, lease=0.15, surges=(("2025-08-01", "2025-08-14", 1.6),)
    ),
    "kettle-moraine-toyota": Volume("dealervault", "1281", 136, 16, 58, csi=86.3),
    "bootheel-toyota": Volume("reynolds", "62", 42, 4, 24, csi=93.0, responses=0.05),
}
# Makes of one store: shares of its new business.
MAKE_SHARES = {"heartland-cdjr": {"Chrysler": 0.12, "Dodge": 0.14, "Jeep": 0.42, "Ram": 0.32}}


@dataclass(frozen=True)
class Calendar:
    """An OEM's sales months over the days from FIRST_DAY to LAST_DAY."""

    code: str
    month_of_day: np.ndarray  # position in `codes`, for each day
    codes: tuple[str, ...]
    starts: tuple[np.datetime64, ...]
    ends: tuple[np.datetime64, ...]

    def period(self, code: str) -> tuple[np.datetime64, np.datetime64]:
        """First and last day (inclusive) of a month `2025-08` or a quarter `2025-Q3`."""
        if "Q" not in code:
            position = self.codes.index(code)
            return self.starts[position], self.ends[position]
        year, quarter = code.split("-Q")
        months = [self.codes.index(f"{year}-{int(quarter) * 3 - k:02d}") for k in (2, 0)]
        return self.starts[months[0]], self.ends[months[1]]


@dataclass(frozen=True)
class Store:
    """One rooftop with what the maker needs to know of it."""

    id: str
    name: str
    state: str
    region: str
    oem: str
    dealer_code: str
    makes: tuple[str, ...]
    opened: np.datetime64
    volume: Volume
    is_open: np.ndarray = field(repr=False)  # for each day from FIRST_DAY to LAST_DAY

    def make_shares(self) -> dict[str, float]:
        """Share of each make in the store's new business."""
        return MAKE_SHARES.get(self.id, {self.makes[0]: 1.0})


def all_days() -> np.ndarray:
    """Every day of the sample's time, FIRST_DAY to LAST_DAY."""
    return np.arange(FIRST_DAY, LAST_DAY + 1)


def read_stores(home: Path = HOME_TEMPLATE) -> list[Store]:
    """The stores of `home/stairstep.yaml` in order. Raises KeyError for one without volume."""
    config = yaml.load((home / "stairstep.yaml").read_text("utf-8"), Loader=_Loader)
    days = all_days()
    closed_names = set(config["holidays"]["closed"])
    closed = {day for day, names in _federal_holidays().items() if closed_names & set(names)}
    stores = []
    for rooftop in config["rooftops"]:
        shut = closed | {np.datetime64(day) for day in rooftop["closed_dates"]}
        is_open = ~np.isin(days, np.array(sorted(shut)))
        if not rooftop["is_open_sundays"]:
            is_open &= (days.astype(np.int64) + 3) % 7 != 6
        opened = np.datetime64(rooftop["opened_date"])
        franchises = rooftop["franchises"]
        stores.append(
            Store(
                id=rooftop["id"],
                name=rooftop["name"],
                state=rooftop["state"],
                region=rooftop["region"],
                oem=franchises[0]["oem"],
                dealer_code=franchises[0]["dealer_code"],
                makes=tuple(franchise["make"] for franchise in franchises),
                opened=opened,
                volume=VOLUMES[rooftop["id"]],
                is_open=is_open & (days >= opened),
            )
        )
    return stores


def read_calendars(home: Path = HOME_TEMPLATE) -> dict[str, Calendar]:
    """The sales calendars of `home/calendars`, by code."""
    days = all_days()
    calendars = {}
    for path in sorted((home / "calendars").glob("*.yaml")):
        content = yaml.load(path.read_text("utf-8"), Loader=_Loader)
        starts = [np.datetime64(month["start"]) for month in content["months"]]
        calendars[content["code"]] = Calendar(
            code=content["code"],
            month_of_day=np.searchsorted(np.array(starts), days, side="right") - 1,
            codes=tuple(str(month["code"]) for month in content["months"]),
            starts=tuple(starts),
            ends=tuple(np.datetime64(month["end"]) for month in content["months"]),
        )
    return calendars


def is_holiday() -> np.ndarray:
    """For each day whether it is a federal holiday, open or closed."""
    return np.isin(all_days(), np.array(sorted(_federal_holidays())))


def _federal_holidays() -> dict[np.datetime64, list[str]]:
    years = range(2022, 2027)
    days = holidays.country_holidays("US", years=years, observed=False)
    return {np.datetime64(day): days.get_list(day) for day in days}
