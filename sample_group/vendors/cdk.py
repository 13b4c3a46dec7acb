"""CDK-like JSON of one store: every value a list of one, dates DDMonYY, status F, D, X or else.

Here: keys and codes. Not here: which deals (dms.py).
"""

from __future__ import annotations

import json

from sample_group.vendors.dms import DayText, DealRow, clock, deal_rows, stock_rows
from sample_group.vendors.windows import Window, nightly, snapshots
from sample_group.world import World

VENDOR = "cdk"
_DATE = DayText("%d%b%y")
_FUEL = {
    "gas": "GAS",
    "hybrid": "HYB",
    "plug_in_hybrid": "PHEV",
    "electric": "ELEC",
    "diesel": "DSL",
}
_STOCK = {"new": "N", "used": "U", "certified": "C"}
_SALE = {
    "retail": "R",
    "lease": "L",
    "fleet": "F",
    "loaner": "C",
    "demo": "D",
    "employee": "E",
    "wholesale": "W",
}


def files(world: World) -> dict[str, bytes]:
    """Every file of the vendor: path relative to the inbox, bytes."""
    made = {}
    for window in nightly("05:00"):
        label = "salesdeal_history" if window.is_history else "salesdeal"
        made[f"{VENDOR}/cdk_{label}_{window.stamp}.json"] = _items(
            [_record(world, row) for row in deal_rows(world, VENDOR, window)]
        )
    for window in snapshots("05:10"):
        made[f"{VENDOR}/cdk_inventory_{window.stamp}.json"] = _inventory(world, window)
    return made


def _items(records: list[dict[str, str]]) -> bytes:
    lines = ",\n".join(
        json.dumps({key: [value] for key, value in record.items()}, separators=(",", ":"))
        for record in records
    )
    return f'{{"items":[\n{lines}\n]}}\n'.encode()


def _record(world: World, row: DealRow) -> dict[str, str]:
    who = row.person
    # A booked deal has one of several letters, by the desk that works on it.
    status = ("BWI"[row.number % 3], "D", "F", "X")[row.state]
    return {
        "HostItemID": f"{row.number}*1",
        "StoreId": world.stores[row.store].volume.store_number,
        "DealNo": str(row.number),
        "DealStatus": status,
        "SaleClass": _SALE[row.sale_type],
        "NewUsedCertified": _STOCK[row.stock_type],
        "StockNo": row.stock_number,
        "VIN": row.vin,
        "Year": str(row.year),
        "MakeName": row.make,
        "ModelName": row.model,
        "TrimLevel": row.trim,
        "FuelType": _FUEL[row.powertrain],
        "MSRP": f"{row.msrp}.00",
        "FrontGross": f"{row.gross_cents / 100:.2f}",
        "ContractDate": _DATE[row.contract_day],
        "DeliveryDate": "" if row.delivery_day is None else _DATE[row.delivery_day],
        "AccountingDate": "" if row.finalized_day is None else _DATE[row.finalized_day],
        "DateTimeStamp": f"{_DATE[row.updated_at // 86_400]} {clock(row.updated_at)}",
        "CustNo": f"{200_000 + who.number}",
        "Name1": f"{who.last},{who.first}",
        "Address": who.street,
        "City": "Sampleton",
        "ZipOrPostalCode": "00000",
        "HomePhone": who.phone_dashed,
        "Email1": who.email,
        "BirthDate": who.born.strftime("%d%b%y").upper(),
    }


def _inventory(world: World, window: Window) -> bytes:
    today = _DATE[int(window.day.astype(int))]
    return _items(
        [
            {
                "StoreId": world.stores[row.store].volume.store_number,
                "StockNo": row.stock_number,
                "VIN": row.vin,
                "Year": str(row.year),
                "MakeName": row.make,
                "ModelName": row.model,
                "TrimLevel": row.trim,
                "FuelType": _FUEL[row.powertrain],
                "NewUsedCertified": _STOCK[row.stock_type],
                "InventoryStatus": "S" if row.is_on_ground else "T",
                "MSRP": f"{row.msrp}.00",
                "ExpectedDate": "" if row.expected_day is None else _DATE[row.expected_day],
                "SnapshotDate": today,
            }
            for row in stock_rows(world, VENDOR, window)
        ]
    )
