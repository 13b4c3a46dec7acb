"""Deals of the five DMS vendors: what their columns mean.

Belongs here: one small reader a vendor. Which version of a deal holds is settled in facts.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from .files import Row, json_rows, text_rows
from .values import (
    SALE_TYPES,
    Car,
    Unreadable,
    code,
    day_or_none,
    from_epoch,
    moment,
    money,
    read,
    stamp,
    text,
    vin,
    whole,
)

LETTERS = dict(zip("RLFCDEW", SALE_TYPES, strict=True))
SHORT = dict(zip(("RTL", "LSE", "FLT", "LNR", "DMO", "EMP", "WHL"), SALE_TYPES, strict=True))

STORES = {
    "1203": "lakeside-nissan",
    "1217": "prairie-nissan",
    "1240": "northshore-honda",
    "1266": "fox-valley-chevrolet",
    "1281": "kettle-moraine-toyota",
    "007": "capitol-nissan",
    "011": "badger-ford",
    "015": "riverbend-volkswagen",
    "gateway_4410": "gateway-nissan",
    "ozark_4427": "ozark-honda",
    "C158": "heartland-cdjr",
    "62": "bootheel-toyota",
}


@dataclass(frozen=True)
class Deal:
    rooftop: str
    number: str
    status: str
    delivered_on: date | None
    car: Car
    stamp: tuple[datetime, datetime, int]


def _dealervault(row: Row) -> Deal:
    c = row.cells
    finalized = day_or_none(c["Finalized Date"], "%m/%d/%Y")
    delivered = day_or_none(c["Delivery Date"], "%m/%d/%Y")
    # The status is often blank: then the dates say how far the deal has come.
    by_dates = "F" if finalized else "D" if delivered else "B"
    told = c["Deal Status"].strip() or by_dates
    states = {"B": "booked", "D": "delivered", "F": "finalized", "X": "cancelled"}
    kinds = {"N": "new", "U": "used", "C": "certified"}
    return Deal(
        rooftop=code(c["Store Number"], STORES),
        number=text(c["Deal Number"]),
        status=code(told, states),
        delivered_on=delivered,
        car=Car(
            vin=vin(c["VIN"]),
            make=text(c["Make"]),
            model=text(c["Model"]),
            model_year=whole(c["Year"]),
            stock_type=code(c["New/Used"], kinds),
            sale_type=code(c["Sale Type"].lower(), {name: name for name in SALE_TYPES}),
            msrp=money(c["MSRP"]),
        ),
        stamp=stamp(moment(c["Last Update Date"], "%m/%d/%Y %H:%M:%S"), row),
    )


def _dealertrack(row: Row) -> Deal:
    c = row.cells
    states = {"P": "booked", "D": "delivered", "C": "finalized", "U": "cancelled"}
    kinds = {"NEW": "new", "USED": "used", "CERT": "certified"}
    return Deal(
        rooftop=code(c["CompanyNumber"], STORES),
        number=text(c["DealNumber"]),
        status=code(c["RecordStatus"], states),
        delivered_on=day_or_none(c["DateDelivered"], "%Y%m%d"),
        car=Car(
            vin=vin(c["VIN"]),
            make=text(c["Make"]),
            model=text(c["Model"]),
            model_year=whole(c["ModelYear"]),
            stock_type=code(c["VehicleType"], kinds),
            sale_type=code(c["SaleType"], LETTERS),
            msrp=money(c["ListPrice"]),
        ),
        stamp=stamp(moment(c["DateTimeModified"], "%Y%m%d%H%M%S"), row),
    )


def _tekion(row: Row) -> Deal:
    c, v = row.cells, row.cells["vehicle"]
    states = {
        "BOOKED": "booked",
        "DELIVERED": "delivered",
        "CLOSED_OR_SOLD": "finalized",
        "CANCELLED": "cancelled",
    }
    kinds = {"NEW": "new", "USED": "used", "CPO": "certified"}
    from_epoch(c["contractDate"])  # a deal without a readable contract is no deal
    delivered = c["deliveryDate"]
    return Deal(
        rooftop=code(c["dealerId"], STORES),
        number=text(c["dealNumber"]),
        status=code(c["status"], states),
        delivered_on=None if delivered is None else from_epoch(delivered).date(),
        car=Car(
            vin=vin(v["vin"]),
            make=text(v["make"]),
            model=text(v["model"]),
            model_year=whole(v["year"]),
            stock_type=code(v["stockType"], kinds),
            sale_type=code(c["type"].lower(), {name: name for name in SALE_TYPES}),
            msrp=money(c["pricing"]["msrp"]["amount"]),
        ),
        stamp=stamp(from_epoch(c["modifiedTime"]), row),
    )


def _cdk(row: Row) -> Deal:
    if any(len(values) != 1 for values in row.cells.values()):
        raise Unreadable("a list of one holds another number of values")
    c = {name: values[0] for name, values in row.cells.items()}
    states = {"F": "finalized", "D": "delivered", "X": "cancelled"}
    return Deal(
        rooftop=code(c["StoreId"], STORES),
        number=text(c["DealNo"]),
        status=states.get(c["DealStatus"], "booked"),
        delivered_on=day_or_none(c["DeliveryDate"], "%d%b%y"),
        car=Car(
            vin=vin(c["VIN"]),
            make=text(c["MakeName"]),
            model=text(c["ModelName"]),
            model_year=whole(c["Year"]),
            stock_type=code(c["NewUsedCertified"], {"N": "new", "U": "used", "C": "certified"}),
            sale_type=code(c["SaleClass"], LETTERS),
            msrp=money(c["MSRP"]),
        ),
        stamp=stamp(moment(c["DateTimeStamp"], "%d%b%y %H:%M:%S"), row),
    )


def _reynolds(row: Row) -> Deal:
    c = row.cells
    states = {"BOOK": "booked", "DELV": "delivered", "FINL": "finalized", "CANC": "cancelled"}
    return Deal(
        rooftop=code(c["STORE_NO"], STORES),
        number=text(c["DEAL_NO"]),
        status=code(c["DEAL_STAT"], states),
        delivered_on=day_or_none(c["DELIVERY_DT"], "%m/%d/%y"),
        car=Car(
            vin=vin(c["SERIAL_NO"]),
            make=text(c["MAKE_NAME"]),
            model=text(c["MODEL_NAME"]),
            model_year=whole(c["MODEL_YR"]),
            stock_type=code(c["NU_CODE"], {"N": "new", "U": "used", "C": "certified"}),
            sale_type=code(c["SALE_CLASS"], SHORT),
            msrp=money(c["LIST_PRICE"]),
        ),
        stamp=stamp(moment(c["UPDATED_TS"], "%m/%d/%y %H:%M:%S"), row),
    )


def deals(inbox: Path, known_at: datetime) -> Iterator[Deal]:
    """Every version of every deal of the twelve stores that a known file holds."""
    both = ("utf-8", "latin-1")
    dv = ("Store Number", "Deal Number", "VIN", "Deal Status", "Delivery Date", "Last Update Date")
    dt = ("CompanyNumber", "DealNumber", "VIN", "RecordStatus", "DateDelivered", "SaleType")
    rr = ("STORE_NO", "DEAL_NO", "SERIAL_NO", "DEAL_STAT", "DELIVERY_DT", "UPDATED_TS")
    sources = (
        (
            "dealervault/*sales*.csv",
            lambda path, seen: text_rows(path, seen, needed=dv, encodings=both),
            _dealervault,
        ),
        (
            "dealertrack/*deals*.txt",
            lambda path, seen: text_rows(
                path, seen, needed=dt, delimiter="|", encodings=both, counting_trailer="TRL"
            ),
            _dealertrack,
        ),
        ("tekion/*deals*.json", lambda path, seen: json_rows(path, seen, "data"), _tekion),
        ("cdk/*salesdeal*.json", lambda path, seen: json_rows(path, seen, "items"), _cdk),
        ("reynolds/*sales*.csv", lambda path, seen: text_rows(path, seen, needed=rr), _reynolds),
    )
    for pattern, rows, meaning in sources:
        yield from read(rows, meaning, inbox, pattern, known_at)
