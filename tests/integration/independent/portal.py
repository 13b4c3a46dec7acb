"""The OEMs' portals and the survey house: what their columns mean.

Belongs here: events of retail delivery reports, objectives, standings, items, recalls, surveys and
scores. Which version of a fact holds is settled in facts.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .files import GROUP_ZONE, Row, sheet_rows, text_rows
from .values import (
    SALE_TYPES,
    Car,
    code,
    day,
    day_or_none,
    moment,
    money,
    read,
    stamp,
    text,
    vin,
    whole,
)

OEMS = {
    "NISSAN": "nissan",
    "HONDA": "honda",
    "FORD": "ford",
    "VW": "volkswagen",
    "GM": "gm",
    "STELLANTIS": "stellantis",
    "TOYOTA": "toyota",
}


@dataclass(frozen=True)
class Event:
    """One event of a retail delivery report."""

    oem: str
    dealer: str
    number: str
    car: Car
    sold_on: date
    what: str
    at: datetime


def _event(row: Row) -> Event:
    c = row.cells
    kinds = {"New": "new", "Used": "used", "Certified": "certified"}
    return Event(
        oem=code(c["OEM"], OEMS),
        dealer=text(c["Dealer Code"]),
        number=text(c["RDR Number"]),
        car=Car(
            vin=vin(c["VIN"]),
            make=text(c["Make"]),
            model=text(c["Model"]),
            model_year=whole(c["Model Year"]),
            stock_type=code(c["Vehicle Type"], kinds),
            sale_type=code(c["Sale Type"].lower(), {name: name for name in SALE_TYPES}),
            msrp=money(c["MSRP"]),
        ),
        sold_on=day(c["Sale Date"], "%Y-%m-%d"),
        what=text(c["Event"]).lower(),
        at=moment(c["Event Time"], "%Y-%m-%d %H:%M:%S"),
    )


def _portal(inbox: Path, pattern: str, meaning: Callable[[Row], Any], known_at: datetime) -> Any:
    needed = ("OEM",)
    return read(
        lambda path, seen: text_rows(path, seen, needed=needed), meaning, inbox, pattern, known_at
    )


def events(inbox: Path, known_at: datetime) -> Iterator[Event]:
    """Every event of every retail delivery report."""
    return _portal(inbox, "portal/*/rdr_*.csv", _event, known_at)


def objectives(inbox: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """oem, dealer, program, element, period, units, announced, stamp."""

    def portal(row: Row) -> dict[str, Any]:
        c = row.cells
        return {
            "key": tuple(text(c[name]) for name in ("Dealer Code", "Program", "Element", "Period")),
            "units": whole(c["Objective"]),
            "announced": day(c["Announced"], "%Y-%m-%d"),
            "stamp": stamp(moment(c["Updated At"], "%Y-%m-%d %H:%M:%S"), row),
        }

    def toyota(row: Row) -> dict[str, Any]:
        # Excel made numbers of the dealer codes, which have five figures.
        c = row.cells
        names = (c["Program"], c["Element"], c["Period"])
        return {
            "key": (f"{int(c['Dealer']):05d}", *names),
            "units": int(c["Objective"]),
            "announced": c["Announced"],
            "stamp": stamp(c["Exported At"].replace(tzinfo=GROUP_ZONE), row),
        }

    yield from _portal(inbox, "portal/*/objectives_*.csv", portal, known_at)
    yield from read(
        lambda path, seen: sheet_rows(path, seen, "Objectives"),
        toyota,
        inbox,
        "portal/toyota/*objectives*.xlsx",
        known_at,
    )


def official_standings(inbox: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """The OEM's own count: key (dealer, program, element, period), units, amount, stamp."""

    def meaning(row: Row) -> dict[str, Any]:
        c = row.cells
        return {
            "key": tuple(text(c[name]) for name in ("Dealer Code", "Program", "Element", "Period")),
            "units": int(c["Units"]),
            "amount": None if c["Amount"] == "-" else Decimal(c["Amount"]),
            "stamp": (day(c["As Of"], "%Y-%m-%d"), row.known_at, row.line),
        }

    return _portal(inbox, "portal/*/standings_*.csv", meaning, known_at)


def items(inbox: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """Training, facility and digital items: key (dealer, program or '-', item)."""

    def meaning(row: Row) -> dict[str, Any]:
        c = row.cells
        return {
            "key": (text(c["Dealer Code"]), c["Program"].strip(), text(c["Item"])),
            "type": text(c["Type"]).lower(),
            "due": day_or_none(c["Due"], "%Y-%m-%d"),
            "completed": day_or_none(c["Completed"], "%Y-%m-%d"),
            "stamp": stamp(moment(c["Updated At"], "%Y-%m-%d %H:%M:%S"), row),
        }

    return _portal(inbox, "portal/*/items_*.csv", meaning, known_at)


def recalls(inbox: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """Recalls of single cars: key (vin, campaign), opened, remedied."""

    def meaning(row: Row) -> dict[str, Any]:
        c = row.cells
        return {
            "key": (vin(c["VIN"]), text(c["Campaign"])),
            "opened": day(c["Opened"], "%Y-%m-%d"),
            "remedied": day_or_none(c["Remedied"], "%Y-%m-%d"),
            "stamp": stamp(moment(c["Updated At"], "%Y-%m-%d %H:%M:%S"), row),
        }

    return _portal(inbox, "portal/*/recalls_*.csv", meaning, known_at)


def surveys(inbox: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """Single surveys: key is the survey's id."""

    def meaning(row: Row) -> dict[str, Any]:
        c = row.cells
        return {
            "key": text(c["Survey ID"]),
            "dealer": text(c["Dealer Code"]),
            "make": text(c["Make"]),
            "date": day(c["Survey Date"], "%Y-%m-%d"),
            "score": money(c["Score"]),
            "stamp": stamp(moment(c["Updated At"], "%Y-%m-%d %H:%M:%S"), row),
        }

    needed = ("Dealer Code", "Survey ID", "Score")
    return read(
        lambda path, seen: text_rows(path, seen, needed=needed),
        meaning,
        inbox,
        "csi/*surveys*.csv",
        known_at,
    )


def scores(inbox: Path, known_at: datetime) -> Iterator[dict[str, Any]]:
    """CSI scores with the region's average of the same date."""

    def meaning(row: Row) -> dict[str, Any]:
        c = row.cells
        return {
            "dealer": text(c["Dealer Code"]),
            "make": text(c["Make"]),
            "period_start": day(c["Period Start"], "%Y-%m-%d"),
            "date": day(c["Score Date"], "%Y-%m-%d"),
            "score": money(c["Score"]),
            "region": money(c["Region Average"]),
            "stamp": stamp(moment(c["Updated At"], "%Y-%m-%d %H:%M:%S"), row),
        }

    needed = ("Dealer Code", "Metric", "Score")
    return read(
        lambda path, seen: text_rows(path, seen, needed=needed),
        meaning,
        inbox,
        "csi/*scores*.csv",
        known_at,
    )
