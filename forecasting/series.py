"""From daily units to the panel: one series per rooftop x segment that an open program needs.

Belongs here: which series there are, their pools, calendars and daily units as arrays. Which
programs are open belongs to `marts`, the simulation to forecasters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from forecasting.calendar_features import public_holidays
from forecasting.errors import ForecastError
from forecasting.panel import Panel
from programs.calendars import Calendar
from programs.period_end import OpenProgram

# Prices of the last year: older model years were cheaper, a shorter window has too few units.
MSRP_DAYS = 365
SeriesKey = tuple[str, str]  # rooftop, segment


@dataclass(frozen=True)
class SeriesSet:
    """The panel with what belongs to its rows.

    origin: index of the as-of date. ends: the open periods' last days, rising, with `end_days`
    their indices. today_units: int [series], known already of the as-of date itself. msrp_cents:
    int [series], mean MSRP of a unit. history_days: int [series], since the first unit.
    """

    panel: Panel
    rows: Mapping[SeriesKey, int]
    origin: int
    ends: tuple[date, ...]
    end_days: tuple[int, ...]
    today_units: np.ndarray
    msrp_cents: np.ndarray
    history_days: np.ndarray


@dataclass(frozen=True)
class _Wanted:
    """One series before its units are read."""

    rooftop_id: str
    segment_code: str
    pool: str
    calendar_code: str | None

    @property
    def key(self) -> SeriesKey:
        return self.rooftop_id, self.segment_code


def read_series(
    connection: duckdb.DuckDBPyConnection,
    programs: Sequence[OpenProgram],
    as_of_date: date,
    calendars: Mapping[str, Calendar] | None = None,
    holiday_country: str | None = None,
) -> SeriesSet | None:
    """Every series that an open program counts or pays; None when there is none.

    calendars: OEM sales calendars by code, for where months end; without them months are the
    calendar's. holiday_country: ISO code; without it no public holidays are known. Raises
    ForecastError when the compiled selling days don't reach the periods' ends.
    """
    wanted = _wanted_series(connection, programs)
    first_day = _first_day(connection, as_of_date)
    if not wanted or first_day is None:
        return None
    ends = tuple(sorted({program.period_end for program in programs}))
    chosen = {
        code: calendar
        for code, calendar in (calendars or {}).items()
        if any(series.calendar_code == code for series in wanted)
    }
    last_day = max([ends[-1], *(_month_end(calendar, ends[-1]) for calendar in chosen.values())])
    dates = np.arange(np.datetime64(first_day, "D"), np.datetime64(last_day, "D") + 1)
    origin = (as_of_date - first_day).days
    units = _read_units(connection, wanted, first_day, len(dates))
    panel = Panel(
        keys=tuple(f"{series.rooftop_id}|{series.segment_code}" for series in wanted),
        dates=dates,
        units=np.where(np.arange(len(dates)) < origin, units, 0).astype(np.int32),
        is_selling_day=_read_selling_days(connection, wanted, first_day, len(dates)),
        pools=tuple(series.pool for series in wanted),
        sales_month=_sales_months(wanted, dates, chosen) if chosen else None,
        is_holiday=public_holidays(holiday_country, dates) if holiday_country else None,
    )
    return SeriesSet(
        panel=panel,
        rows={series.key: row for row, series in enumerate(wanted)},
        origin=origin,
        ends=ends,
        end_days=tuple((end - first_day).days for end in ends),
        today_units=units[:, origin],
        msrp_cents=_read_msrp(connection, wanted, as_of_date),
        history_days=_history_days(panel.units, origin),
    )


def _wanted_series(
    connection: duckdb.DuckDBPyConnection, programs: Sequence[OpenProgram]
) -> tuple[_Wanted, ...]:
    """Rooftop x segment of the open programs, where that rooftop or another of its pool ever sold
    one: a new store has none of its own yet, but a segment that nobody sells needs no forecast."""
    regions = dict(connection.execute("select rooftop_id, region_code from rooftops").fetchall())
    sold = connection.execute(
        "select distinct rooftop_id, segment_code from warehouse.marts.fct_daily_units"
    ).fetchall()
    sold_in = {(regions.get(rooftop), segment) for rooftop, segment in sold}
    oems: dict[SeriesKey, set[tuple[str, str | None]]] = {}
    for program in programs:
        for segment in program.segments:
            key = (program.rooftop_id, segment)
            oems.setdefault(key, set()).add((program.oem_code, program.calendar_code))
    found = []
    for (rooftop, segment), codes in sorted(oems.items()):
        region = regions.get(rooftop)
        if (region, segment) in sold_in:
            oem = min(oem for oem, _ in codes)
            calendar = min((code for _, code in codes if code), default=None)
            found.append(_Wanted(rooftop, segment, f"{oem}|{region}|{segment}", calendar))
    return tuple(found)


def _first_day(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> date | None:
    """The first day that both the facts and the selling days know; None without facts."""
    row = connection.execute(
        """
        select greatest(
            (select min(counting_date) from warehouse.marts.fct_daily_units),
            (select min(date) from selling_days)
        )
        where exists (
            select 1 from warehouse.marts.fct_daily_units where counting_date < ?
        )
        """,
        [as_of_date],
    ).fetchone()
    return row[0] if row else None


def _wanted_table(wanted: Sequence[_Wanted]) -> pa.Table:
    return pa.table(
        {
            "series_row": pa.array(range(len(wanted)), pa.int32()),
            "rooftop_id": [series.rooftop_id for series in wanted],
            "segment_code": [series.segment_code for series in wanted],
        }
    )


def _read_units(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[_Wanted], first_day: date, days: int
) -> np.ndarray:
    """int32 [series, days] of eligible units (reported and pending)."""
    connection.register("wanted_series", _wanted_table(wanted))
    cells = connection.execute(
        """
        select
            wanted_series.series_row,
            datediff('day', cast(? as date), daily.counting_date) as day,
            cast(sum(daily.eligible_units) as integer) as units
        from warehouse.marts.fct_daily_units as daily
        inner join wanted_series using (rooftop_id, segment_code)
        where daily.counting_date >= ? and datediff('day', cast(? as date), daily.counting_date) < ?
        group by all
        """,
        [first_day, first_day, first_day, days],
    ).fetchnumpy()
    units = np.zeros((len(wanted), days), dtype=np.int32)
    units[cells["series_row"], cells["day"]] = cells["units"]
    return units


def _read_selling_days(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[_Wanted], first_day: date, days: int
) -> np.ndarray:
    """bool [series, days]; closed before a rooftop's first unit of any kind: its feed begins there,
    and days that nobody reported aren't days without a sale."""
    last_day = first_day + timedelta(days=days - 1)
    cells = connection.execute(
        """
        with first_units as (
            select rooftop_id, min(counting_date) as first_date
            from warehouse.marts.fct_daily_units
            group by rooftop_id
        )

        select
            selling_days.rooftop_id,
            datediff('day', cast(? as date), selling_days.date) as day,
            selling_days.is_selling_day
                and selling_days.date >= greatest(
                    rooftops.opened_date, first_units.first_date
                ) as is_open
        from selling_days
        inner join rooftops using (rooftop_id)
        left join first_units using (rooftop_id)
        where selling_days.date between ? and ?
        """,
        [first_day, first_day, last_day],
    ).to_arrow_table()
    stores = sorted({series.rooftop_id for series in wanted})
    place = {store: number for number, store in enumerate(stores)}
    numbers = np.array([place.get(store, -1) for store in cells["rooftop_id"].to_pylist()])
    known = numbers >= 0
    by_store = np.full((len(stores), days), -1, dtype=np.int8)
    by_store[numbers[known], cells["day"].to_numpy()[known]] = (
        cells["is_open"].to_numpy(zero_copy_only=False)[known].astype(np.int8)
    )
    if (by_store < 0).any():
        store, day = np.argwhere(by_store < 0)[0]
        raise ForecastError(
            f"selling days of {stores[store]} are missing on {first_day + timedelta(days=int(day))}"
            f"; compile the rules to at least {last_day}"
        )
    return by_store[[place[series.rooftop_id] for series in wanted]] == 1


def _read_msrp(
    connection: duckdb.DuckDBPyConnection, wanted: Sequence[_Wanted], as_of_date: date
) -> np.ndarray:
    """int64 [series], mean MSRP in cents of the last year's units: the rooftop's own where it has
    any with a price, else the segment's over all rooftops, else 0."""
    rows = connection.execute(
        """
        with recent as (
            select * from warehouse.marts.fct_daily_units
            where counting_date <= ? and counting_date > ?
                and msrp_amount > 0 and eligible_units > 0
        ),

        own as (
            select rooftop_id, segment_code, sum(msrp_amount) as msrp, sum(eligible_units) as units
            from recent
            group by all
        ),

        everywhere as (
            select segment_code, sum(msrp_amount) as msrp, sum(eligible_units) as units
            from recent
            group by all
        )

        select
            wanted_series.series_row,
            coalesce(own.msrp, everywhere.msrp) as msrp,
            coalesce(own.units, everywhere.units) as units
        from wanted_series
        left join own using (rooftop_id, segment_code)
        left join everywhere using (segment_code)
        """,
        [as_of_date, as_of_date - timedelta(days=MSRP_DAYS)],
    ).fetchall()
    cents = np.zeros(len(wanted), dtype=np.int64)
    for row, msrp, units in rows:
        if msrp is not None:
            # Half up on exact integers: (2 x cents + units) // (2 x units).
            cents[row] = (2 * int(msrp * 100) + int(units)) // (2 * int(units))
    return cents


def _sales_months(
    wanted: Sequence[_Wanted], dates: np.ndarray, calendars: Mapping[str, Calendar]
) -> np.ndarray:
    """int32 [series, days]: year x 12 + month of each series' own sales calendar."""
    by_code = {code: month_numbers(calendar, dates) for code, calendar in calendars.items()}
    plain = dates.astype("datetime64[M]").astype(np.int32) + 1970 * 12 + 1
    return np.stack([by_code.get(series.calendar_code or "", plain) for series in wanted])


def month_numbers(calendar: Calendar, dates: np.ndarray) -> np.ndarray:
    """int32 [days]: year x 12 + month of a sales calendar, and the plain month on days before and
    after those that it knows."""
    starts = np.array([month.start for month in calendar.months], dtype="datetime64[D]")
    numbers = np.array([month.year * 12 + month.number for month in calendar.months])
    plain = dates.astype("datetime64[M]").astype(np.int64) + 1970 * 12 + 1
    place = np.searchsorted(starts, dates, side="right") - 1
    inside = numbers[np.clip(place, 0, None)]
    last_end = np.datetime64(calendar.months[-1].end, "D")
    before, after = place < 0, dates > last_end
    found = np.where(before, np.minimum(plain, numbers[0] - 1), inside)
    return np.where(after, np.maximum(plain, numbers[-1] + 1), found).astype(np.int32)


def _month_end(calendar: Calendar, day: date) -> date:
    month = calendar.period_of("month", day)
    return month.end if month else day


def _history_days(units: np.ndarray, origin: int) -> np.ndarray:
    """Days from each series' first unit to the origin; 0 for one that never sold."""
    sold = units[:, :origin] > 0
    return np.where(sold.any(axis=1), origin - sold.argmax(axis=1), 0)
