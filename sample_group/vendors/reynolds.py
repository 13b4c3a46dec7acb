"""Reynolds-like CSV of one store, pushed by hand; on the as-of morning ten days ago.

Here: columns and codes. Not here: which deals (dms.py).
"""

from __future__ import annotations

from sample_group.vendors.dms import DayText, DealRow, clock, deal_rows, stock_rows
from sample_group.vendors.windows import Window, by_hand
from sample_group.world import World

VENDOR = "reynolds"
_DATE = DayText("%m/%d/%y")
_FUEL = {
    "gas": "GAS",
    "hybrid": "HEV",
    "plug_in_hybrid": "PHEV",
    "electric": "BEV",
    "diesel": "DSL",
}
_STOCK = {"new": "N", "used": "U", "certified": "C"}
_SALE = {
    "retail": "RTL",
    "lease": "LSE",
    "fleet": "FLT",
    "loaner": "LNR",
    "demo": "DMO",
    "employee": "EMP",
    "wholesale": "WHL",
}
_STATUS = ("BOOK", "DELV", "FINL", "CANC")
_SALES = (
    "STORE_NO,DEAL_NO,DEAL_STAT,SALE_CLASS,NU_CODE,STOCK_NO,SERIAL_NO,MODEL_YR,MAKE_NAME,MODEL_NAME,TRIM,"
    "FUEL_TYPE,LIST_PRICE,FRONT_GROSS,CONTRACT_DT,DELIVERY_DT,FINAL_DT,UPDATED_TS,CUST_NO,CUST_NAME,"
    "CUST_ADDR,CUST_CITY,CUST_ST,CUST_ZIP,CUST_PHONE,CUST_EMAIL,CUST_DOB"
)
_STOCK_COLUMNS = (
    "STORE_NO,STOCK_NO,SERIAL_NO,MODEL_YR,MAKE_NAME,MODEL_NAME,TRIM,FUEL_TYPE,NU_CODE,INV_STAT,"
    "LIST_PRICE,EXPECTED_DT,SNAPSHOT_DT"
)


def files(world: World) -> dict[str, bytes]:
    """Every file of the vendor: path relative to the inbox, bytes."""
    made = {}
    for window in by_hand("17:40"):
        label = "sales_history" if window.is_history else "sales"
        made[f"{VENDOR}/RR_{label}_{window.stamp}.csv"] = _sales(world, window)
        if not window.is_history:
            made[f"{VENDOR}/RR_inventory_{window.stamp}.csv"] = _inventory(world, window)
    return made


def _sales(world: World, window: Window) -> bytes:
    lines = [_line(world, row) for row in deal_rows(world, VENDOR, window)]
    return ("\r\n".join([_SALES, *lines]) + "\r\n").encode()


def _line(world: World, row: DealRow) -> str:
    store, who = world.stores[row.store], row.person
    delivered = "" if row.delivery_day is None else _DATE[row.delivery_day]
    final = "" if row.finalized_day is None else _DATE[row.finalized_day]
    return (
        f"{store.volume.store_number},{row.number},{_STATUS[row.state]},{_SALE[row.sale_type]},"
        f"{_STOCK[row.stock_type]},{row.stock_number},{row.vin},{row.year},{row.make},{row.model},"
        f"{row.trim},{_FUEL[row.powertrain]},{row.msrp}.00,{row.gross_cents / 100:.2f},"
        f"{_DATE[row.contract_day]},{delivered},{final},"
        f"{_DATE[row.updated_at // 86_400]} {clock(row.updated_at)},{who.number},"
        f'"{who.last.upper()}/{who.first.upper()}",{who.street.upper()},SAMPLETON,{store.state},00000,'
        f"{who.phone_dashed},{who.email},{who.born:%m/%d/%y}"
    )


def _inventory(world: World, window: Window) -> bytes:
    today = _DATE[int(window.day.astype(int))]
    lines = [_STOCK_COLUMNS]
    for row in stock_rows(world, VENDOR, window):
        number = world.stores[row.store].volume.store_number
        expected = "" if row.expected_day is None else _DATE[row.expected_day]
        lines.append(
            f"{number},{row.stock_number},{row.vin},{row.year},{row.make},{row.model},{row.trim},"
            f"{_FUEL[row.powertrain]},{_STOCK[row.stock_type]},"
            f"{'STK' if row.is_on_ground else 'TRN'},{row.msrp}.00,"
            f"{expected},{today}"
        )
    return ("\r\n".join(lines) + "\r\n").encode()
