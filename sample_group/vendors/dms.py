"""What every DMS knows at a moment: deals with their state, cars in stock. Vendor-neutral.

Here: rows for a window of time. Not here: their spelling (one module a vendor).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sample_group.catalog import variants
from sample_group.people import Person
from sample_group.sales import DAY, NEVER, SALE_TYPES, STOCK_TYPES
from sample_group.vendors.windows import Window
from sample_group.world import World

BOOKED, DELIVERED, FINALIZED, CANCELLED = range(4)


class DayText(dict[int, str]):
    """Days since 1970 as text in one form, each spelt once."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, day: int) -> str:
        text = np.datetime64(day, "D").astype(object).strftime(self._form).upper()
        self[day] = text
        return text


@dataclass(slots=True)
class DealRow:
    """One deal as a DMS has it at a moment. Days since 1970; None where the DMS has none."""

    deal: int
    store: int
    number: int
    stock_number: str
    vin: str
    make: str
    model: str
    trim: str
    year: int
    powertrain: str
    stock_type: str
    sale_type: str
    state: int
    contract_day: int
    delivery_day: int | None
    finalized_day: int | None
    msrp: int
    gross_cents: int
    updated_at: int
    contract_at: int
    delivered_at: int
    person: Person
    second_person: Person | None


def deal_rows(world: World, vendor: str, window: Window) -> list[DealRow]:
    """The vendor's deals that changed in the window, as they are at its end, in order of change."""
    deals = world.deals
    at = window.at
    mine = np.isin(deals.store, world.stores_of_vendor(vendor)) & (deals.contract_at <= at)
    moments = np.stack(
        [
            deals.contract_at,
            deals.delivered_at,
            deals.finalized_at,
            deals.cancelled_at,
            deals.restated_at,
        ]
    )
    updated = np.where(moments <= at, moments, 0).max(axis=0)
    found = np.flatnonzero(mine & (updated > window.since))
    found = found[np.lexsort((found, updated[found]))]
    state = np.select(
        [deals.cancelled_at <= at, deals.finalized_at <= at, deals.delivered_at <= at],
        [CANCELLED, FINALIZED, DELIVERED],
        BOOKED,
    )
    return list(_deal_rows(world, found, state, updated, at))


def _deal_rows(
    world: World, found: np.ndarray, state: np.ndarray, updated: np.ndarray, at: int
) -> Iterator[DealRow]:
    deals, catalogue = world.deals, variants()
    variant = deals.variant[found]
    delivery = deals.delivered_at[found] // DAY
    delivery = delivery - ((deals.restated_at[found] < NEVER) & (deals.restated_at[found] > at))
    columns = (
        found,
        deals.store[found],
        deals.number[found],
        stock_numbers(world, found),
        deals.vin[found],
        catalogue.make[variant],
        catalogue.model[variant],
        catalogue.trim[variant],
        deals.model_year[found],
        catalogue.powertrain[variant],
        np.array(STOCK_TYPES)[deals.stock_type[found]],
        np.array(SALE_TYPES)[deals.sale_type[found]],
        state[found],
        deals.contract_at[found] // DAY,
        np.where(deals.delivered_at[found] <= at, delivery, -1),
        np.where(deals.finalized_at[found] <= at, deals.finalized_at[found] // DAY, -1),
        deals.msrp[found],
        deals.gross[found],
        updated[found],
        deals.contract_at[found],
        deals.delivered_at[found],
        deals.person[found],
    )
    people = world.people
    for *values, person in zip(*(column.tolist() for column in columns), strict=True):
        values[14] = None if values[14] < 0 else values[14]
        values[15] = None if values[15] < 0 else values[15]
        second = people[(person * 7 + 13) % len(people)] if values[2] % 6 == 0 else None
        yield DealRow(*values, people[person], second)


@dataclass(slots=True)
class StockRow:
    """One car in stock or on its way, on the morning of a snapshot."""

    store: int
    stock_number: str
    vin: str
    make: str
    model: str
    trim: str
    year: int
    powertrain: str
    stock_type: str
    is_on_ground: bool
    expected_day: int | None
    msrp: int


_AHEAD_DAYS = 21  # how far ahead a store sees what the factory has shipped


def stock_rows(world: World, vendor: str, window: Window) -> list[StockRow]:
    """The vendor's cars that are not sold yet on the morning of the window."""
    deals, catalogue = world.deals, variants()
    today = int(window.day.astype(np.int64))
    found = np.flatnonzero(
        np.isin(deals.store, world.stores_of_vendor(vendor))
        & (deals.contract_at > window.at)
        & (deals.arrived_day <= today + np.where(deals.stock_type == 0, _AHEAD_DAYS, 0))
        & (deals.contract_at // DAY - deals.arrived_day > 0)
    )
    variant = deals.variant[found]
    on_ground = deals.arrived_day[found] <= today
    columns = (
        deals.store[found],
        stock_numbers(world, found),
        deals.vin[found],
        catalogue.make[variant],
        catalogue.model[variant],
        catalogue.trim[variant],
        deals.model_year[found],
        catalogue.powertrain[variant],
        np.array(STOCK_TYPES)[deals.stock_type[found]],
        on_ground,
        np.where(on_ground, -1, deals.arrived_day[found]),
        deals.msrp[found],
    )
    rows = [StockRow(*values) for values in zip(*(c.tolist() for c in columns), strict=True)]
    for row in rows:
        row.expected_day = None if row.expected_day == -1 else row.expected_day
    return rows


def stock_numbers(world: World, deals: np.ndarray) -> np.ndarray:
    """Stock numbers: the store's letter, the car's number, a letter for used and certified."""
    letters = np.array([chr(ord("A") + position) for position in range(len(world.stores))])
    tails = np.array(["", "C", "U"])[world.deals.stock_type[deals]]
    car = np.array([f"{number:06d}" for number in world.deals.car[deals].tolist()], dtype="U6")
    return np.strings.add(np.strings.add(letters[world.deals.store[deals]], car), tails)


def clock(seconds: int) -> str:
    """Time of day: 14:05:59."""
    second = seconds % DAY
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def utc_milliseconds(local: int) -> int:
    """A local moment of the central time zone in milliseconds since 1970 UTC."""
    return (local + _offset(local // DAY)) * 1000


def _offset(day: int) -> int:
    """Seconds from central time to UTC on a day (no deal is made in the night of a change)."""
    if day not in _OFFSETS:
        date = np.datetime64(day, "D")
        year = date.astype("datetime64[Y]")
        march = _sunday(year.astype("datetime64[M]") + 2, 2)
        november = _sunday(year.astype("datetime64[M]") + 10, 1)
        _OFFSETS[day] = 5 * 3600 if march <= date < november else 6 * 3600
    return _OFFSETS[day]


_OFFSETS: dict[int, int] = {}


def _sunday(month: np.datetime64, number: int) -> np.datetime64:
    return np.busday_offset(
        month.astype("datetime64[D]"), number - 1, roll="forward", weekmask="Sun"
    )
