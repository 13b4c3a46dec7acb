"""DealerVault-like CSV of five stores: several hundred readable columns, dates MM/DD/YYYY.

Here: columns and codes. Not here: which deals (dms.py). The status is blank on three rows of four.
"""

from __future__ import annotations

from sample_group.vendors.dms import CANCELLED, DayText, DealRow, clock, deal_rows, stock_rows
from sample_group.vendors.windows import Window, nightly, snapshots
from sample_group.world import World

VENDOR = "dealervault"
_DATE = DayText("%m/%d/%Y")
_FUEL = {
    "gas": "Gas",
    "hybrid": "Hybrid",
    "plug_in_hybrid": "Plug-In Hybrid",
    "electric": "Electric",
    "diesel": "Diesel",
}
_STOCK = {"new": "N", "used": "U", "certified": "C"}
_STATUS = "BDFX"

# Columns with a value; all others of `_header` are there and empty, as in a real extract.
_FILLED = (
    "File Type", "Store Number", "Store Name", "Deal Number", "Customer Number", "Customer Name",
    "Customer First Name", "Customer Last Name", "Customer Address", "Customer City",
    "Customer State", "Customer Zip", "Customer Home Phone", "Customer Cell Phone",
    "Customer Email",
    "Customer Birth Date", "Co-Buyer Name", "Co-Buyer First Name", "Co-Buyer Last Name",
    "Co-Buyer Address", "Co-Buyer Home Phone", "Co-Buyer Email", "Co-Buyer Birth Date",
    "Stock Number", "VIN", "New/Used", "Year", "Make", "Model", "Trim", "Fuel Type", "Odometer",
    "MSRP", "Sale Price", "Front Gross", "Back Gross", "Deal Type", "Sale Type", "Deal Status",
    "Entry Date", "Booked Date", "Contract Date", "Delivery Date", "Finalized Date",
    "Last Update Date", "Salesperson 1 Number",
)  # fmt: skip


def _header() -> list[str]:
    """The columns in the vendor's order: 317 of them."""
    head = [name for name in _FILLED if not name.endswith("Date") or "Birth" in name]
    dates = [name for name in _FILLED if name not in head]
    extra = [
        "Customer Work Phone",
        "Customer County",
        "Customer Opt Out",
        "Body Style",
        "Color",
        "Engine",
    ]
    extra += [
        "Transmission",
        "Key Number",
        "License Plate",
        "Bank Name",
        "Term",
        "APR",
        "Down Payment",
    ]
    for number in range(1, 4):
        trade = ("VIN", "Year", "Make", "Model", "Odometer", "Allowance", "ACV", "Payoff")
        extra += [f"Trade {number} {part}" for part in trade]
    for number in range(1, 11):
        extra += [
            f"F&I Product {number} {part}" for part in ("Name", "Sale", "Cost", "Term", "Miles")
        ]
    for number in range(1, 21):
        extra += [f"Accessory {number} {part}" for part in ("Name", "Sale", "Cost")]
        extra += [f"Fee {number} Name", f"Fee {number} Amount"]
    for number in range(1, 9):
        extra += [f"Salesperson {number} {part}" for part in ("Commission", "Split")]
    for number in range(1, 9):
        extra += [f"Tax {number} Name", f"Tax {number} Rate", f"Tax {number} Amount"]
    for number in range(1, 6):
        extra += [
            f"Rebate {number} Name",
            f"Rebate {number} Amount",
            f"We Owe {number} Description",
        ]
    extra += [
        f"Lease {part}" for part in ("Residual", "Money Factor", "Miles", "Deposit", "Payment")
    ]
    extra += [f"Insurance {part}" for part in ("Company", "Policy", "Agent", "Expires")]
    extra += [f"Custom Field {number}" for number in range(1, 21)]
    return [*head[:22], extra[0], *head[22:], *dates, *extra[1:]]


_HEADER = _header()
_TEMPLATE = ",".join("%s" if name in _FILLED else "" for name in _HEADER) + "\r\n"
_ORDER = [_FILLED.index(name) for name in _HEADER if name in _FILLED]
_INVENTORY = (
    "Store Number", "Stock Number", "VIN", "Year", "Make", "Model", "Trim", "Body Style",
    "Fuel Type",
    "Exterior Color", "Interior Color", "Odometer", "New/Used", "Inventory Status", "MSRP",
    "Invoice",
    "List Price", "Internet Price", "Entry Date", "Expected Date", "Age", "Lot Location",
    "Key Number", "Snapshot Date",
)  # fmt: skip


def files(world: World) -> dict[str, bytes]:
    """Every file of the vendor: path relative to the inbox, bytes."""
    made = {}
    for window in nightly("05:00"):
        label = "sales_history" if window.is_history else "sales"
        made[f"{VENDOR}/dv_{label}_{window.stamp}.csv"] = _sales(world, window)
    for window in snapshots("05:10"):
        made[f"{VENDOR}/dv_inventory_{window.stamp}.csv"] = _inventory(world, window)
    return made


def _sales(world: World, window: Window) -> bytes:
    lines = [",".join(_HEADER), "\r\n"]
    for row in deal_rows(world, VENDOR, window):
        values = _values(world, row)
        lines.append(_TEMPLATE % tuple([values[position] for position in _ORDER]))
    return "".join(lines).encode()


def _values(world: World, row: DealRow) -> tuple[object, ...]:
    """The values of a row in the order of `_FILLED`."""
    store = world.stores[row.store]
    who, other = row.person, row.second_person
    born = who.born.strftime("%m/%d/%Y")
    second = ("", "", "", "", "", "", "")
    if other is not None:
        second = (
            other.full_name, other.first, other.last, f'"{other.street}"', other.phone_bracketed,
            other.email, other.born.strftime("%m/%d/%Y"),
        )  # fmt: skip
    contract = _DATE[row.contract_day]
    # Stores fill the status now and then; a cancelled deal always has one.
    status = _STATUS[row.state] if row.number % 4 == 0 or row.state == CANCELLED else ""
    is_new = row.stock_type == "new"
    return (
        "SALES", store.volume.store_number, store.name, row.number, 100_000 + who.number,
        who.full_name, who.first, who.last, f'"{who.street}"', "Sampleton", store.state, "00000",
        who.phone_bracketed, who.phone_bracketed, who.email, born, *second,
        row.stock_number, row.vin, _STOCK[row.stock_type], row.year, row.make, row.model, row.trim,
        _FUEL[row.powertrain], 9 if is_new else 11_000 + row.deal % 60_000,
        f"{row.msrp}.00", f"{row.msrp - 800}.00", f"{row.gross_cents / 100:.2f}",
        f"{row.deal % 2400}.00", "Lease" if row.sale_type == "lease" else "Finance",
        row.sale_type.capitalize(), status, contract, contract, contract,
        "" if row.delivery_day is None else _DATE[row.delivery_day],
        "" if row.finalized_day is None else _DATE[row.finalized_day],
        f"{_DATE[row.updated_at // 86_400]} {clock(row.updated_at)}", 400 + row.deal % 12,
    )  # fmt: skip


def _inventory(world: World, window: Window) -> bytes:
    today = _DATE[int(window.day.astype(int))]
    lines = [",".join(_INVENTORY)]
    for row in stock_rows(world, VENDOR, window):
        number = world.stores[row.store].volume.store_number
        expected = "" if row.expected_day is None else _DATE[row.expected_day]
        status = "In Stock" if row.is_on_ground else "In Transit"
        lines.append(
            f"{number},{row.stock_number},{row.vin},{row.year},{row.make},{row.model},{row.trim},,"
            f"{_FUEL[row.powertrain]},,,,{_STOCK[row.stock_type]},{status},{row.msrp}.00,,,,,"
            f"{expected},,,,{today}"
        )
    return ("\r\n".join(lines) + "\r\n").encode()
