"""Tekion-like JSON of two stores: moments in milliseconds since 1970 UTC, gross and pricing nested.

Here: keys and codes. Not here: which deals (dms.py). An evening's contract is the next day in UTC.
"""

from __future__ import annotations

import json

from sample_group.vendors.dms import DealRow, deal_rows, stock_rows, utc_milliseconds
from sample_group.vendors.windows import Window, nightly, snapshots
from sample_group.world import World

VENDOR = "tekion"
_FUEL = {
    "gas": "GAS",
    "hybrid": "HYBRID",
    "plug_in_hybrid": "PHEV",
    "electric": "ELECTRIC",
    "diesel": "DIESEL",
}
_STOCK = {"new": "NEW", "used": "USED", "certified": "CPO"}
_STATUS = ("BOOKED", "DELIVERED", "CLOSED_OR_SOLD", "CANCELLED")
_EVENING = 19 * 3600 + 1200  # 19:20, after midnight in UTC in winter and in summer
_DAY = 86_400


def files(world: World) -> dict[str, bytes]:
    """Every file of the vendor: path relative to the inbox, bytes."""
    made = {}
    for window in nightly("05:00"):
        label = "deals_history" if window.is_history else "deals"
        made[f"{VENDOR}/{label}_{window.stamp}.json"] = _deals(world, window)
    for window in snapshots("05:10"):
        made[f"{VENDOR}/inventory_{window.stamp}.jsonl"] = _inventory(world, window)
    return made


def _deals(world: World, window: Window) -> bytes:
    records = [_record(world, row) for row in deal_rows(world, VENDOR, window)]
    head = {
        "status": "success",
        "extractedTime": utc_milliseconds(window.at),
        "count": len(records),
    }
    lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in records)
    body = json.dumps(head, separators=(",", ":"))
    return f'{{"meta":{body},"data":[\n{lines}\n]}}\n'.encode()


def _record(world: World, row: DealRow) -> dict[str, object]:
    who = row.person
    # Delivery at its hour; a corrected delivery date is entered in the evening.
    delivered = None
    if row.delivery_day is not None:
        same_day = row.delivered_at // _DAY == row.delivery_day
        delivered = utc_milliseconds(
            row.delivered_at if same_day else row.delivery_day * _DAY + _EVENING
        )
    closed = (
        None if row.finalized_day is None else utc_milliseconds(row.finalized_day * _DAY + _EVENING)
    )
    return {
        "dealerId": world.stores[row.store].volume.store_number,
        "dealNumber": str(row.number),
        "status": _STATUS[row.state],
        "type": row.sale_type.upper(),
        "contractDate": utc_milliseconds(row.contract_at),
        "deliveryDate": delivered,
        "accountingDate": closed,
        "modifiedTime": utc_milliseconds(row.updated_at),
        "vehicle": {
            "stockId": row.stock_number,
            "vin": row.vin,
            "year": row.year,
            "make": row.make,
            "model": row.model,
            "trim": row.trim,
            "fuelType": _FUEL[row.powertrain],
            "stockType": _STOCK[row.stock_type],
        },
        "pricing": {"msrp": {"amount": row.msrp, "currency": "USD"}},
        "gross": {"front": {"amount": row.gross_cents / 100}, "back": {"amount": row.deal % 2400}},
        "customer": {
            "id": f"c{who.number:06d}",
            "firstName": who.first,
            "lastName": who.last,
            "address": {"line1": who.street, "city": "Sampleton", "postalCode": "00000"},
            "phone": who.phone,
            "email": who.email,
            "birthDate": who.born.isoformat(),
        },
    }


def _inventory(world: World, window: Window) -> bytes:
    lines = []
    for row in stock_rows(world, VENDOR, window):
        expected = None
        if row.expected_day is not None:
            expected = utc_milliseconds(row.expected_day * _DAY + _EVENING)
        record = {
            "dealerId": world.stores[row.store].volume.store_number,
            "stockId": row.stock_number,
            "vin": row.vin,
            "year": row.year,
            "make": row.make,
            "model": row.model,
            "trim": row.trim,
            "fuelType": _FUEL[row.powertrain],
            "stockType": _STOCK[row.stock_type],
            "status": "STOCKED_IN" if row.is_on_ground else "IN_TRANSIT",
            "pricing": {"msrp": {"amount": row.msrp, "currency": "USD"}},
            "expectedArrival": expected,
            "snapshotTime": utc_milliseconds(window.at),
        }
        lines.append(json.dumps(record, separators=(",", ":")) + "\n")
    return "".join(lines).encode()
