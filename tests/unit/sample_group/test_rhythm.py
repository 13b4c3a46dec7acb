"""The sample sells in the rhythm that was measured on real registrations."""

from __future__ import annotations

import numpy as np
import pytest

from sample_group import rhythm
from sample_group.rhythm import SHARE_OF_LAST, TREND_PER_YEAR, selling_day_positions
from sample_group.sales import DAY, NEVER
from sample_group.stores import FIRST_DAY, TODAY, all_days
from sample_group.world import World

SUNDAY = 6


def units_by_day(world: World) -> np.ndarray:
    """New cars delivered: stores × days, up to the day before TODAY."""
    deals = world.deals
    new = (deals.stock_type == 0) & (deals.delivered_at < NEVER)
    days = deals.delivered_at[new] // DAY - FIRST_DAY.astype(np.int64)
    counted = np.zeros((len(world.stores), len(all_days())))
    np.add.at(counted, (deals.store[new], days), 1)
    counted[:, all_days() >= TODAY] = 0
    return counted


@pytest.mark.parametrize(("last", "tolerance"), [(1, 0.2), (3, 0.15), (5, 0.15)])
def test_month_ends_pile_up(world: World, last: int, tolerance: float) -> None:
    units = units_by_day(world)
    days = all_days()
    at_end = total = 0.0
    for store, sold in zip(world.stores, units, strict=True):
        calendar = world.calendars[store.oem]
        whole = days < np.datetime64("2025-07-01")
        _, to_end = selling_day_positions(store.is_open, calendar.month_of_day)
        total += sold[whole].sum()
        at_end += sold[whole & (to_end >= 1) & (to_end <= last)].sum()
    # An OEM's sales month never closes on a Saturday, the weakest day; a calendar month may, so the
    # sample's last days hold a little more than the measured ones.
    assert at_end / total == pytest.approx(SHARE_OF_LAST[last], rel=tolerance)


def test_weekdays_differ_as_measured(world: World) -> None:
    units = units_by_day(world).sum(axis=0)
    days = all_days()
    weekday = (days.astype(np.int64) + 3) % 7
    store = world.stores[0]
    calendar = world.calendars[store.oem]
    from_start, to_end = selling_day_positions(store.is_open, calendar.month_of_day)
    middle = (from_start > 3) & (to_end > 5) & (days < np.datetime64("2025-07-01"))
    tuesday = units[middle & (weekday == 1)].mean()
    for number in range(6):
        measured = units[middle & (weekday == number)].mean() / tuesday
        assert measured == pytest.approx(rhythm.WEEKDAYS[number], rel=0.15)


def test_nothing_is_sold_on_closed_days(world: World) -> None:
    units = units_by_day(world)
    for store, sold in zip(world.stores, units, strict=True):
        assert sold[~store.is_open].sum() == 0
    weekday = (all_days().astype(np.int64) + 3) % 7
    assert units[:, weekday == SUNDAY].sum() == 0
    for closed in ("2024-12-25", "2025-01-01", "2025-07-04", "2024-11-28"):
        assert units[:, all_days() == np.datetime64(closed)].sum() == 0


def test_the_trend_is_the_measured_one(world: World) -> None:
    units = units_by_day(world)
    days = all_days()
    old = [store.opened < FIRST_DAY for store in world.stores]
    years = [
        units[old][:, (days >= np.datetime64(first)) & (days < np.datetime64(last))].sum()
        for first, last in (("2022-08-01", "2023-08-01"), ("2024-08-01", "2025-08-01"))
    ]
    assert years[1] / years[0] == pytest.approx(TREND_PER_YEAR**2, rel=0.05)


def test_december_is_stronger_than_january(world: World) -> None:
    december = january = 0.0
    for store, sold in zip(world.stores, units_by_day(world), strict=True):
        calendar = world.calendars[store.oem]
        month = np.array([code[5:] for code in calendar.codes])[calendar.month_of_day]
        december += sold[month == "12"].sum()
        january += sold[month == "01"].sum()
    assert december > 1.2 * january


def test_volumes_are_those_of_stores(world: World) -> None:
    units = units_by_day(world)
    days = all_days()
    past_year = (days >= np.datetime64("2025-04-01")) & (days < np.datetime64("2025-08-01"))
    for store, sold in zip(world.stores, units, strict=True):
        assert 25 <= sold[past_year].sum() / 4 <= 170, store.id
        assert sold[past_year].sum() / 4 == pytest.approx(store.volume.new, rel=0.25), store.id
