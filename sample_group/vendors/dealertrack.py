"""Dealertrack-like text of three stores: pipes and padded numbers, a null date is 0 or 00010101.

Here: columns and codes; inventory comes in fixed columns. The last line counts the records.
Not here: which deals (dms.py).
"""

from __future__ import annotations

from sample_group.vendors.dms import CANCELLED, DayText, DealRow, clock, deal_rows, stock_rows
from sample_group.vendors.windows import Window, nightly, snapshots
from sample_group.world import World

VENDOR = "dealertrack"
_DATE = DayText("%Y%m%d")
_FUEL = {"gas": "G", "hybrid": "H", "plug_in_hybrid": "P", "electric": "E", "diesel": "D"}
_VEHICLE = {"new": "NEW", "used": "USED", "certified": "CERT"}
_SALE = {
    "retail": "R",
    "lease": "L",
    "fleet": "F",
    "loaner": "C",
    "demo": "D",
    "employee": "E",
    "wholesale": "W",
}
_STATUS = "PDCU"
_COLUMNS = (
    "CompanyNumber|DealNumber|BuyerNumber|BuyerName|BuyerAddress|BuyerCity|BuyerState|BuyerZip|BuyerPhone|"
    "BuyerEmail|BuyerBirthDate|RecordStatus|RecordType|SaleType|VehicleType|StockNumber|VIN|ModelYear|Make|"
    "Model|TrimLevel|FuelCode|Odometer|ListPrice|SalePrice|FrontGrossProfit|BackGrossProfit|UnwindFlag|"
    "NewVehicleDeliveryReport|DateApproved|DateDelivered|DateCapped|DateTimeModified|Salesperson"
)
# Fixed columns of the inventory: name, width. The mapping states the same positions.
INVENTORY_FIELDS = (
    ("CompanyNumber", 3),
    ("StockNumber", 10),
    ("VIN", 17),
    ("ModelYear", 4),
    ("Make", 12),
    ("Model", 20),
    ("TrimLevel", 16),
    ("FuelCode", 1),
    ("VehicleType", 4),
    ("StockStatus", 1),
    ("ListPrice", 12),
    ("DateExpected", 8),
    ("DateExtracted", 8),
)


def files(world: World) -> dict[str, bytes]:
    """Every file of the vendor: path relative to the inbox, bytes."""
    made = {}
    for window in nightly("05:00"):
        label = "deals_history" if window.is_history else "deals"
        made[f"{VENDOR}/DT_{label}_{window.stamp}.txt"] = _deals(world, window)
    for window in snapshots("05:10"):
        made[f"{VENDOR}/DT_inventory_{window.stamp}.txt"] = _inventory(world, window)
    return made


def trailer(count: int) -> str:
    """The last line of a file of so many records."""
    return f"TRL|{count:08d}\n"


def _deals(world: World, window: Window) -> bytes:
    lines = [_line(world, row) for row in deal_rows(world, VENDOR, window)]
    return (_COLUMNS + "\n" + "".join(lines) + trailer(len(lines))).encode()


def _line(world: World, row: DealRow) -> str:
    store, who = world.stores[row.store], row.person
    # Two ways of saying "no date", as the records' programs were written by two people.
    nothing = "0" if row.number % 2 else "00010101"
    delivered = nothing if row.delivery_day is None else _DATE[row.delivery_day]
    capped = nothing if row.finalized_day is None else _DATE[row.finalized_day]
    return (
        f"{store.volume.store_number}|{row.number:010d}|{who.number:08d}|{who.last_comma_first}|"
        f"{who.street.upper()}|SAMPLETON|{store.state}|00000|{who.phone}|{who.email}|"
        f"{who.born:%Y%m%d}|{_STATUS[row.state]}|V|{_SALE[row.sale_type]}|{_VEHICLE[row.stock_type]}|"
        f"{row.stock_number}|{row.vin}|{row.year}|{row.make}|{row.model}|{row.trim}|"
        f"{_FUEL[row.powertrain]}|{row.deal % 60_000:06d}|{row.msrp:09d}.00|"
        f"{row.msrp - 800:09d}.00|"
        f"{_padded(row.gross_cents)}|{_padded(row.deal % 2400 * 100)}|"
        f"{'Y' if row.state == CANCELLED else 'N'}|{delivered}|{_DATE[row.contract_day]}|"
        f"{delivered}|{capped}|{_DATE[row.updated_at // 86_400]}"
        f"{clock(row.updated_at).replace(':', '')}|"
        f"{row.deal % 12:04d}\n"
    )


def _padded(cents: int) -> str:
    """Cents as padded dollars, the sign first: -00001234.50."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100:08d}.{abs(cents) % 100:02d}"


def _inventory(world: World, window: Window) -> bytes:
    today = _DATE[int(window.day.astype(int))]
    lines = []
    for row in stock_rows(world, VENDOR, window):
        values = (
            world.stores[row.store].volume.store_number,
            row.stock_number,
            row.vin,
            str(row.year),
            row.make,
            row.model,
            row.trim,
            _FUEL[row.powertrain],
            _VEHICLE[row.stock_type],
            "S" if row.is_on_ground else "T",
            f"{row.msrp:09d}.00",
            "0" if row.expected_day is None else _DATE[row.expected_day],
            today,
        )
        fields = zip(values, INVENTORY_FIELDS, strict=True)
        lines.append("".join(f"{value:<{width}}" for value, (_, width) in fields) + "\n")
    return "".join(lines).encode()
