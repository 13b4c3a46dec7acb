"""Panels of daily units from folders of vehicle registrations, a row a vehicle.

Belongs here: reading such a folder, the offices' selling days, and the two panels measured on
(office x maker as rooftops, national makers and models). Slicing into quarters and scoring goes to
`backtest`, models to `candidates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from forecasting.calendar_features import weekdays
from forecasting.panel import Panel
from programs.errors import StairstepError

# ISO 3166-2 codes by which the holiday calendar knows the states that hold an office.
STATE_CODES = {
    "Johor": "JHR", "Kedah": "KDH", "Kelantan": "KTN", "Melaka": "MLK", "Negeri Sembilan": "NSN",
    "Pahang": "PHG", "Pulau Pinang": "PNG", "Perak": "PRK", "Perlis": "PLS", "Selangor": "SGR",
    "Terengganu": "TRG", "Sabah": "SBH", "Sarawak": "SWK", "W.P. Kuala Lumpur": "KUL",
    "W.P. Labuan": "LBN", "W.P. Putrajaya": "PJY",
}  # fmt: skip
# Offices that rest on Friday and Saturday, and the first day on which they no longer do: Johor's
# state government announced in October 2024 that its weekend moves to Saturday and Sunday.
RESTS_FRIDAY_UNTIL: dict[str, date | None] = {
    "Johor": date(2025, 1, 1), "Kedah": None, "Kelantan": None, "Terengganu": None,
}  # fmt: skip
FEDERAL_CODE = "KUL"
NATIONAL = "national"
# Not an office but the dealers' own channel for all of the country; most rows.
ONLINE_CHANNEL = "Rakan Niaga"
REQUIRED_COLUMNS = ("date_reg", "maker", "model", "state")
# A national model or maker below this many units in all is left out: it can't reach the volume
# that the national panel is measured on, and would only slow everything down.
NATIONAL_MINIMUM_UNITS = 600


class RegistrationsError(StairstepError):
    """A registrations folder that can't be read; the message names the folder and the remedy."""


@dataclass(frozen=True)
class RegistrationPanels:
    """The two panels of one folder. `rooftop`: office x maker. `national`: makers, then models."""

    rooftop: Panel
    national: Panel


def read_registrations(folder: Path) -> RegistrationPanels:
    """Read every Parquet or CSV file of a folder, a row a registered vehicle.

    Columns used: date_reg, maker, model, state. Raises RegistrationsError when the folder holds no
    such file or a file lacks a column.
    """
    sales = _daily_counts(Path(folder))
    first, last = sales["date_reg"].min(), sales["date_reg"].max()
    start = np.datetime64(pd.Timestamp(first.year, 3 * ((first.month - 1) // 3) + 1, 1), "D")
    quarter_end = pd.Timestamp(last) + pd.offsets.QuarterEnd(0)
    dates = np.arange(start, np.datetime64(quarter_end, "D") + 1)
    day = (sales["date_reg"].to_numpy("datetime64[D]") - start).astype(np.int64)
    units = sales["units"].to_numpy(np.int32)

    offices = sales["state"] + "|" + sales["maker"]
    makers = NATIONAL + "|" + sales["maker"]
    models = NATIONAL + "|" + sales["maker"] + " " + sales["model"]
    rooftop = _counts_by(offices, day, units, len(dates))
    national = _counts_by(makers, day, units, len(dates))
    national.update(_counts_by(models, day, units, len(dates)))
    national = {k: v for k, v in national.items() if v.sum() >= NATIONAL_MINIMUM_UNITS}
    maker_of_model = dict(zip(models, sales["maker"], strict=True))
    maker_of_model.update(zip(makers, sales["maker"], strict=True))
    return RegistrationPanels(
        rooftop=_panel(rooftop, dates, {k: k.split("|")[1] for k in rooftop}),
        national=_panel(national, dates, {k: maker_of_model[k] for k in national}),
    )


def office_selling_days(office: str, dates: np.ndarray) -> np.ndarray:
    """bool [days]: days on which an office registers cars, from its weekend and its holidays.

    The dealers' online channel (and the nation) rests on Sundays and federal holidays only.
    """
    weekday = weekdays(dates)
    if office not in STATE_CODES:
        rests = weekday == 6
        return ~rests & ~_is_holiday(dates, FEDERAL_CODE)
    saturday_sunday = weekday >= 5
    if office in RESTS_FRIDAY_UNTIL:
        until = RESTS_FRIDAY_UNTIL[office]
        friday_saturday = (weekday == 4) | (weekday == 5)
        is_before = dates < np.datetime64(until, "D") if until else np.ones(len(dates), dtype=bool)
        rests = np.where(is_before, friday_saturday, saturday_sunday)
    else:
        rests = saturday_sunday
    return ~rests & ~_is_holiday(dates, STATE_CODES[office])


def _daily_counts(folder: Path) -> pd.DataFrame:
    files = sorted(folder.glob("*.parquet")) + sorted(folder.glob("*.csv"))
    if not files:
        raise RegistrationsError(
            f"{folder}: no .parquet or .csv file of registrations; point --registrations at a "
            "folder that holds some"
        )
    frames = [_read_file(path) for path in files]
    sales = pd.concat(frames, ignore_index=True)
    return sales.groupby(["date_reg", "state", "maker", "model"], as_index=False)["units"].sum()


def _read_file(path: Path) -> pd.DataFrame:
    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    with duckdb.connect() as connection:
        relation = connection.sql(f"select * from {reader}(?)", params=[str(path)])
        missing = [name for name in REQUIRED_COLUMNS if name not in relation.columns]
        if missing:
            raise RegistrationsError(
                f"{path}: no column {', '.join(missing)}; a registrations file has "
                f"{', '.join(REQUIRED_COLUMNS)}"
            )
        return connection.sql(
            "select cast(date_reg as date) as date_reg, coalesce(trim(state), '') as state, "
            "coalesce(trim(maker), '') as maker, coalesce(trim(model), '') as model, "
            f"count(*)::int as units from {reader}(?) where date_reg is not null "
            "group by all order by all",
            params=[str(path)],
        ).df()


def _counts_by(
    names: pd.Series, day: np.ndarray, units: np.ndarray, day_count: int
) -> dict[str, np.ndarray]:
    codes, keys = pd.factorize(names, sort=True)
    counts = np.bincount(codes * day_count + day, weights=units, minlength=len(keys) * day_count)
    table = counts.reshape(len(keys), day_count).astype(np.int32)
    return {str(key): table[i] for i, key in enumerate(keys)}


def _panel(counts: dict[str, np.ndarray], dates: np.ndarray, pools: dict[str, str]) -> Panel:
    keys = tuple(counts)
    selling = {office: office_selling_days(office, dates) for office in {_office(k) for k in keys}}
    units = np.stack([counts[key] for key in keys])
    is_selling_day = np.stack([selling[_office(key)] for key in keys])
    return Panel(keys, dates, units, is_selling_day, tuple(pools[key] for key in keys))


def _office(key: str) -> str:
    return key.split("|", 1)[0]




@lru_cache(maxsize=64)
def _holiday_days(state_code: str, first_year: int, last_year: int) -> frozenset[np.datetime64]:
    import holidays  # Reads its tables at import: only paid where a calendar is made.

    years = range(first_year, last_year + 1)
    known = holidays.country_holidays("MY", subdiv=state_code, years=years)
    return frozenset(np.datetime64(day, "D") for day in known)


def _is_holiday(dates: np.ndarray, state_code: str) -> np.ndarray:
    years = dates.astype("datetime64[Y]").astype(int) + 1970
    days = _holiday_days(state_code, int(years[0]), int(years[-1]))
    return np.isin(dates, np.array(sorted(days), dtype="datetime64[D]"))
