"""What the seven OEMs count: the sample's own reading of its bulletins, independent of `programs`.

Here: programs and elements, counted units at any moment, as the OEMs would state them.
Not here: objectives (objectives.py), amounts (awards.py), the rules that Stairstep uses
(home/rulebooks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sample_group.catalog import variants
from sample_group.reports import Reports
from sample_group.sales import DAY, SALE_TYPES, STOCK_TYPES, Deals
from sample_group.stores import TODAY, Calendar, Store


@dataclass(frozen=True)
class Element:
    """One part of a program: which reported cars count."""

    code: str
    stock_type: str = "new"
    model: str | None = None
    sale_types: tuple[str, ...] = ("retail", "lease")
    edges: tuple[int, ...] = ()  # percent of the objective


@dataclass(frozen=True)
class Program:
    """One bulletin of one OEM."""

    code: str
    oem: str
    grain: str  # month or quarter
    elements: tuple[Element, ...]
    has_objectives: bool = True
    first_period: str = "2022-08"
    report_days: int | None = None  # accepted at most so many days after the period
    unwinds_later: bool = False  # an unwind is taken off in the period in which it happens


PROGRAMS = (
    Program("nissan-one", "nissan", "month", (Element("volume", edges=(90, 100, 110)),)),
    Program(
        "honda-growth",
        "honda",
        "month",
        (Element("growth", sale_types=("retail", "lease", "fleet", "loaner")),),
        has_objectives=False,
        first_period="2023-09",
    ),
    Program(
        "ford-f150",
        "ford",
        "month",
        (Element("f150", model="F-150", edges=(100, 120)),),
        report_days=10,
    ),
    Program(
        "vw-bonus",
        "volkswagen",
        "quarter",
        (
            Element("new", edges=(75, 100, 125)),
            Element("certified", stock_type="certified", edges=(70, 100)),
        ),
        first_period="2022-Q4",
    ),
    Program(
        "chevrolet-volume",
        "gm",
        "quarter",
        (Element("volume", edges=(120,)),),
        first_period="2022-Q4",
    ),
    Program(
        "cdjr-flat-bonus",
        "stellantis",
        "month",
        (Element("volume"),),
        has_objectives=False,
        unwinds_later=True,
    ),
    Program(
        "csi-quarter-bonus",
        "toyota",
        "quarter",
        (Element("volume", edges=(100, 110)),),
        first_period="2022-Q4",
    ),
)


def periods(program: Program, calendar: Calendar) -> list[str]:
    """The program's periods from its first to the one that holds TODAY, oldest first."""
    started = [
        code for code, start in zip(calendar.codes, calendar.starts, strict=True) if start <= TODAY
    ]
    if program.grain == "quarter":
        started = list(dict.fromkeys(f"{code[:4]}-Q{(int(code[5:]) + 2) // 3}" for code in started))
    return [code for code in started if code >= program.first_period]


class Counter:
    """Counts units as an OEM would, at any moment, from the reports it has accepted."""

    def __init__(
        self,
        stores: Sequence[Store],
        calendars: dict[str, Calendar],
        deals: Deals,
        reports: Reports,
    ) -> None:
        catalogue = variants()
        self._calendars = calendars
        self._reports = reports
        self._store = deals.store[reports.deal]
        self.sale_day = (deals.delivered_at[reports.deal] // DAY).astype("datetime64[D]")
        self._unwound_at = reports.unwound_at
        self.accepted_at = reports.accepted_at
        self._stock_type = np.array(STOCK_TYPES)[deals.stock_type[reports.deal]]
        self._sale_type = np.array(SALE_TYPES)[deals.sale_type[reports.deal]]
        self._model = catalogue.model[deals.variant[reports.deal]]
        self.vin = deals.vin[reports.deal]
        self.model_year = deals.model_year[reports.deal]
        self.msrp = deals.msrp[reports.deal]
        self._positions = {store.id: position for position, store in enumerate(stores)}

    def units(
        self, store: Store, program: Program, element: Element, period: str, at: int
    ) -> np.ndarray:
        """Positions of the reports that count at the moment `at` (local seconds), one a VIN."""
        first, last = self._calendars[program.oem].period(period)
        counts = (
            (self._store == self._positions[store.id])
            & (self._stock_type == element.stock_type)
            & np.isin(self._sale_type, element.sale_types)
            & (self.sale_day >= first)
            & (self.sale_day <= last)
            & (self.accepted_at <= at)
        )
        if element.model:
            counts &= self._model == element.model
        if program.report_days is not None:
            counts &= self.accepted_at < end_of(last + program.report_days)
        until = min(at, end_of(last) - 1) if program.unwinds_later else at
        known_unwound = self._unwound_at <= until
        found = np.flatnonzero(counts & ~known_unwound)
        _, first_of_vin = np.unique(self.vin[found], return_index=True)
        return found[np.sort(first_of_vin)]

    def taken_off(
        self, store: Store, program: Program, element: Element, period: str, at: int
    ) -> int:
        """Units of earlier periods that were unwound in this one, where the program says so."""
        if not program.unwinds_later:
            return 0
        first, last = self._calendars[program.oem].period(period)
        return int(
            (
                (self._store == self._positions[store.id])
                & (self._stock_type == element.stock_type)
                & np.isin(self._sale_type, element.sale_types)
                & (self.sale_day < first)
                & (self.accepted_at <= at)
                & (self._unwound_at >= end_of(first - 1))
                & (self._unwound_at <= min(at, end_of(last) - 1))
            ).sum()
        )

    def count(self, store: Store, program: Program, element: Element, period: str, at: int) -> int:
        """Counted units at the moment `at`."""
        units = len(self.units(store, program, element, period, at))
        return units - self.taken_off(store, program, element, period, at)


def end_of(day: np.datetime64) -> int:
    """The first second after a day."""
    return int((day + 1).astype("datetime64[D]").astype(np.int64)) * DAY
