"""The truth of the sample: every deal of every store, with the moments at which its state changed.

Here: drawing deals from volumes and rhythm; unwound and sold-again cars. Times are local seconds
since 1970 (all stores are in one time zone); NEVER stands for "did not happen".
Not here: what the OEMs were told (reports.py), how vendors write it (vendors/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from sample_group import rhythm
from sample_group.catalog import PRICE_GROWTH, Variants, variants
from sample_group.people import PEOPLE
from sample_group.stores import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Calendar,
    Store,
    all_days,
    is_holiday,
)
from sample_group.vins import compose

DAY = 86_400
NEVER = np.int64(2**62)
STOCK_TYPES = ("new", "certified", "used")
SALE_TYPES = ("retail", "lease", "fleet", "loaner", "demo", "employee", "wholesale")
_RETAIL, _LEASE, _LOANER, _WHOLESALE = 0, 1, 3, 6
# Spread of a store's month (standard deviation of the log) and day (gamma shape) around its rhythm.
_MONTH_NOISE = 0.07
_DAY_SHAPE = 20.0


@dataclass
class Deals:
    """Deals as columns of one length, in the order of their contracts within a store."""

    store: np.ndarray  # position among the stores
    number: np.ndarray  # the DMS's deal number, rising within a store
    stock_type: np.ndarray  # position in STOCK_TYPES
    sale_type: np.ndarray  # position in SALE_TYPES
    variant: np.ndarray
    model_year: np.ndarray
    vin: np.ndarray
    msrp: np.ndarray  # dollars
    gross: np.ndarray  # cents
    contract_at: np.ndarray
    delivered_at: np.ndarray
    finalized_at: np.ndarray
    cancelled_at: np.ndarray
    restated_at: np.ndarray  # when a wrongly entered delivery date (a day early) was put right
    arrived_day: np.ndarray  # when the car came into stock (days since 1970)
    person: np.ndarray
    car: np.ndarray  # which car: two deals of one car have the same VIN
    is_punched: np.ndarray  # reported on a period's last day and unwound that evening

    def __len__(self) -> int:
        return len(self.store)

    @property
    def delivery_day(self) -> np.ndarray:
        """The day of delivery; NaT where there was none."""
        days = (self.delivered_at // DAY).astype("datetime64[D]")
        return np.where(self.delivered_at < NEVER, days, np.datetime64("NaT"))

    def take(self, positions: np.ndarray) -> Deals:
        """The deals at some positions."""
        return Deals(**{f.name: getattr(self, f.name)[positions] for f in fields(self)})


def local_seconds(text: str) -> int:
    """Local seconds of an ISO moment without a zone."""
    return int(np.datetime64(text, "s").astype(np.int64))


def make_deals(stores: Sequence[Store], calendars: dict[str, Calendar], seed: int) -> Deals:
    """Every deal from FIRST_DAY to LAST_DAY; those after TODAY are the cars that stand in stock.

    Each store draws from a stream of its own, so that a change to one leaves the others' sales.
    """
    parts = []
    for position, store in enumerate(stores):
        random = np.random.default_rng([seed, 2, position])
        weights = _weights(store, calendars[store.oem], random)
        volumes = (store.volume.new, store.volume.certified, store.volume.used)
        counts = [random.poisson(weights * volume) for volume in volumes]
        stock_type = np.repeat([0, 1, 2], [count.sum() for count in counts])
        day = np.concatenate([np.repeat(np.arange(len(count)), count) for count in counts])
        planted = _PLANTED.get(store.id)
        is_planted = np.zeros(len(day), dtype=bool)
        if planted is not None:
            at = int((np.datetime64(planted.day) - FIRST_DAY).astype(int))
            stock_type = np.append(stock_type, np.zeros(planted.count, dtype=np.int64))
            day = np.append(day, np.full(planted.count, at))
            is_planted = np.append(is_planted, np.ones(planted.count, dtype=bool))
        is_burst = is_planted & (planted is not None and not planted.is_punched)
        is_punched = is_planted & (planted is not None and planted.is_punched)
        where = np.full(len(day), position)
        deals = _draw(stores, where, stock_type, day, is_burst, is_punched, random)
        deals = _with_unwound(stores, deals, random)
        deals.car = deals.car + sum(part.car.max() + 1 for part in parts[-1:])
        parts.append(deals)
    return _numbered(stores, _joined(parts))


def _joined(parts: Sequence[Deals]) -> Deals:
    columns = {f.name: [getattr(part, f.name) for part in parts] for f in fields(Deals)}
    return Deals(**{name: np.concatenate(column) for name, column in columns.items()})


def expected_weights(store: Store, calendar: Calendar) -> np.ndarray:
    """A store's expected share of a month's volume on each day, as the rhythm has it.

    At TODAY's level they add up to 1 a month, over a year; a store that opened within the year is
    measured by the days since.
    """
    days = all_days()
    shape = rhythm.day_weights(days, store.is_open, calendar.month_of_day, is_holiday())
    past_year = (days > TODAY - 365) & (days <= TODAY)
    months = (past_year & (days >= store.opened)).sum() / 30.44
    return shape * (months / shape[past_year].sum()) * rhythm.level(days, TODAY)


def _weights(store: Store, calendar: Calendar, random: np.random.Generator) -> np.ndarray:
    """The expected weights with what no objective foresees: months, surges, chance by day."""
    days = all_days()
    noise = np.exp(random.normal(0.0, _MONTH_NOISE, len(calendar.codes)))
    weights = expected_weights(store, calendar) * noise[calendar.month_of_day]
    for first, last, factor in store.volume.surges:
        in_surge = (days >= np.datetime64(first)) & (days <= np.datetime64(last))
        weights = np.where(in_surge, weights * factor, weights)
    return weights * random.gamma(_DAY_SHAPE, 1 / _DAY_SHAPE, len(days))


@dataclass(frozen=True)
class _Planted:
    """Units that a store adds on a month's last day: loaner codes, or reports that are unwound."""

    day: str
    count: int
    is_punched: bool


_PLANTED = {
    "northshore-honda": _Planted("2025-07-31", 9, is_punched=False),
    "heartland-cdjr": _Planted("2025-06-30", 5, is_punched=True),
}


def _draw(
    stores: Sequence[Store],
    store: np.ndarray,
    stock_type: np.ndarray,
    day: np.ndarray,
    is_burst: np.ndarray,
    is_punched: np.ndarray,
    random: np.random.Generator,
) -> Deals:
    """Deals of drawn (store, stock type, day of delivery)."""
    count = len(store)
    catalogue = variants()
    model_year, variant = _cars(catalogue, stores, store, stock_type, day, random)
    age = 2025 - model_year
    msrp = catalogue.msrp[variant] * PRICE_GROWTH ** (-age.astype(float))
    msrp = (np.round(msrp / 5) * 5).astype(np.int64) + random.integers(0, 60, count) * 35
    sale_type = _sale_types(stores, store, stock_type, random)
    sale_type = np.where(is_burst, _LOANER, np.where(is_punched, _RETAIL, sale_type))
    delivered_day = _seconds(FIRST_DAY + day)
    delivered_at = delivered_day + random.integers(10 * 3600, 19 * 3600 + 1800, count)
    ahead = random.choice(5, count, p=(0.70, 0.17, 0.07, 0.04, 0.02))
    is_open = np.array([s.is_open for s in stores])
    earlier = np.maximum(day - ahead, 0)
    ahead = np.where(is_open[store, earlier] & ~is_burst & ~is_punched, day - earlier, 0)
    contract_at = np.where(
        ahead == 0,
        delivered_at - random.integers(1800, 5400, count),
        delivered_day - ahead * DAY + random.integers(9 * 3600, 19 * 3600, count),
    )
    finalized_at = delivered_day + random.integers(2, 10, count) * DAY + 17 * 3600
    finalized_at += random.integers(0, 3600, count)
    cancelled_at = np.full(count, NEVER)
    fell_through = (random.random(count) < 0.015) & ~is_burst & ~is_punched
    cancelled_at[fell_through] = contract_at[fell_through] + 2 * DAY
    cancelled_at[is_punched] = delivered_day[is_punched] + 20 * 3600 + 2700
    gross = random.normal(1450, 900, count) + (stock_type == 2) * 900
    return Deals(
        store=store,
        number=np.zeros(count, dtype=np.int64),
        stock_type=stock_type,
        sale_type=sale_type,
        variant=variant,
        model_year=model_year,
        vin=np.zeros(count, dtype="U17"),
        msrp=msrp,
        gross=np.round(gross * 100).astype(np.int64),
        contract_at=contract_at,
        delivered_at=np.where(fell_through, NEVER, delivered_at),
        finalized_at=np.where(fell_through | is_punched, NEVER, finalized_at),
        cancelled_at=cancelled_at,
        restated_at=np.where(
            (ahead > 0) & ~fell_through & (random.random(count) < 0.015),
            delivered_day + random.integers(1, 4, count) * DAY + 11 * 3600,
            NEVER,
        ),
        arrived_day=contract_at // DAY - random.integers(2, 48, count),
        person=random.integers(0, PEOPLE, count),
        car=np.arange(count),
        is_punched=is_punched,
    )


def _cars(
    catalogue: Variants,
    stores: Sequence[Store],
    store: np.ndarray,
    stock_type: np.ndarray,
    day: np.ndarray,
    random: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Model year and variant of each unit: the store's makes, but any make among used cars."""
    count = len(store)
    old_lines = catalogue.first_year == 0
    used = stock_type == 2
    variant = random.choice(len(old_lines), count)
    instead = random.choice(np.flatnonzero(old_lines), count)
    for position, one in enumerate(stores):
        mine = np.flatnonzero((store == position) & ~used)
        odds = np.zeros(len(old_lines))
        for make, share in one.make_shares().items():
            of_make = catalogue.of_make(make)
            odds[of_make] = catalogue.share[of_make] * share
        variant[mine] = random.choice(len(odds), len(mine), p=odds / odds.sum())
        odds = np.where(old_lines, odds, 0.0)
        instead[mine] = random.choice(len(odds), len(mine), p=odds / odds.sum())
    draws = (
        random.random(count),
        random.choice((1, 2, 3, 4), count, p=(0.2, 0.35, 0.3, 0.15)),
        random.integers(1, 10, count),
    )
    years = _model_years(catalogue, variant, stock_type, FIRST_DAY + day, draws)
    # A line that was not built yet is another line.
    variant = np.where(years < catalogue.first_year[variant], instead, variant)
    return _model_years(catalogue, variant, stock_type, FIRST_DAY + day, draws), variant


def _model_years(
    catalogue: Variants,
    variant: np.ndarray,
    stock_type: np.ndarray,
    dates: np.ndarray,
    draws: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> np.ndarray:
    """New: this year's, the coming one from August on, the outgoing one in spring; others older."""
    draw, certified_age, used_age = draws
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    coming = np.clip((month - 7.3) / 6, 0, 0.75)
    outgoing = np.clip(0.32 - 0.05 * month, 0.02, None) + catalogue.leftover[variant]
    new = year + (draw < coming) - (draw > 1 - outgoing)
    new = np.minimum(new, catalogue.last_year[variant])
    return np.select(
        [stock_type == 0, stock_type == 1], [new, year - certified_age], year - used_age
    )


def _sale_types(
    stores: Sequence[Store], store: np.ndarray, stock_type: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Retail, lease, fleet, loaner, demo, employee; used cars retail or wholesale."""
    draw = random.random(len(store))
    edges = (0.045, 0.065, 0.072, 0.085)  # fleet, loaner, demo, employee
    others = 2 + np.searchsorted(edges, draw, side="right")
    lease = np.array([one.volume.lease for one in stores])[store]
    consumer = np.where((draw - edges[-1]) / (1 - edges[-1]) < lease, _LEASE, _RETAIL)
    new = np.where(draw < edges[-1], others, consumer)
    used = np.where(draw < 0.16, _WHOLESALE, _RETAIL)
    return np.select([stock_type == 0, stock_type == 2], [new, used], _RETAIL)


def _with_unwound(stores: Sequence[Store], deals: Deals, random: np.random.Generator) -> Deals:
    """Some delivered new cars come back, and most of those are sold again to someone else."""
    candidates = (deals.stock_type == 0) & (deals.delivered_at < NEVER) & ~deals.is_punched
    unwound = np.flatnonzero(candidates & (random.random(len(deals)) < 0.012))
    back = deals.delivered_at[unwound] // DAY + random.integers(2, 60, len(unwound))
    deals.cancelled_at[unwound] = back * DAY + 15 * 3600 + random.integers(0, 7200, len(unwound))
    resold = unwound[random.random(len(unwound)) < 0.65]
    again = deals.take(resold)
    is_open = np.array([s.is_open for s in stores])
    start = again.cancelled_at // DAY - _seconds(FIRST_DAY) // DAY
    day = np.minimum(start + random.integers(2, 25, len(resold)), len(all_days()) - 1)
    keep = is_open[again.store, day] & (day + FIRST_DAY <= LAST_DAY)
    again, day = again.take(np.flatnonzero(keep)), day[keep]
    again.delivered_at = _seconds(FIRST_DAY + day) + 14 * 3600 + random.integers(0, 9000, len(day))
    again.contract_at = again.delivered_at - 3600
    again.finalized_at = again.delivered_at + 4 * DAY
    again.cancelled_at = np.full(len(day), NEVER)
    again.restated_at = np.full(len(day), NEVER)
    again.arrived_day = again.contract_at // DAY  # it never went back into stock
    again.person = random.integers(0, PEOPLE, len(day))
    again.sale_type = np.full(len(day), _RETAIL)
    return _joined([deals, again])


def _numbered(stores: Sequence[Store], deals: Deals) -> Deals:
    """Deals in contract order within each store, with numbers and VINs."""
    deals = deals.take(np.lexsort((deals.car, deals.contract_at, deals.store)))
    for position in range(len(stores)):
        mine = np.flatnonzero(deals.store == position)
        deals.number[mine] = 30_001 + position * 1_000 + np.arange(len(mine))
    deals.vin = vins_of(deals.variant, deals.model_year, deals.car)
    return deals


def vins_of(variant: np.ndarray, model_year: np.ndarray, car: np.ndarray) -> np.ndarray:
    """The VIN of each car; car numbers are below 900,000 and make it unique."""
    catalogue = variants()
    serial = 100_000 + (car * 7_919) % 900_000
    return compose(catalogue.wmi[variant], catalogue.descriptor[variant], model_year, serial)


def _seconds(day: np.ndarray | np.datetime64) -> np.ndarray:
    return np.asarray(day, dtype="datetime64[D]").astype(np.int64) * DAY
