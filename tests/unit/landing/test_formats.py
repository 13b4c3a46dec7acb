"""JSON, lines of JSON, Excel, fixed width, and the less common keys of the mapping language."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.unit.landing.tiny_home import DEALS, GOOD_VIN, HEADER, TinyHome, deal, deals

NAME = "tiny/deals_20250801T0500"

JSON_MAPPING = (
    DEALS.replace("*deals*.csv", "*deals*.json*")
    .replace(
        DEALS[DEALS.index("columns:") :],
        """\
columns:
  deal_number: {from: dealNumber}
  stock_number: {from: vehicle.stock, optional: true}
  vin: {from: vehicles.0.vin}
  make: {constant: Nissan}
  model: {from: vehicle.model}
  model_year: {from: vehicle.year}
  stock_type: {constant: new}
  sale_type: {constant: retail}
  deal_status: {default_from: [{value: finalized}]}
  delivery_date: {from: deliveryDate, type: epoch_ms_date, time_zone: rooftop}
  msrp_amount: {from: pricing.msrp}
personal: ["customer.*"]
""",
    )
    .replace('column: "Store"', "column: store")
)


def as_json(home: TinyHome, form: str) -> None:
    home.mapping("deals", JSON_MAPPING.replace("{type: csv, encodings: [utf-8, latin-1]}", form))


def record(**changes: Any) -> dict[str, Any]:
    # 2025-08-01 05:30 UTC: August in Detroit, still July in Reno.
    return {
        "store": "12",
        "dealNumber": 1,
        "vehicles": [{"vin": GOOD_VIN}],
        "vehicle": {"model": "Rogue", "year": 2025},
        "deliveryDate": 1754026200000,
        "pricing": {"msrp": 30000.5},
        "customer": {"name": "Zebulon Testperson"},
    } | changes


def test_json_records_land_and_the_stores_zone_decides_the_day(home: TinyHome) -> None:
    as_json(home, "{type: json, records: data.deals}")
    text = json.dumps({"data": {"deals": [record(), record(store="14", dealNumber="D2")]}})
    home.put(f"{NAME}.json", text)
    home.land()
    shown = [
        (r["deal_number"], r["rooftop_id"], str(r["delivery_date"]), str(r["msrp_amount"]))
        for r in home.rows()
    ]
    assert shown == [
        ("1", "east", "2025-08-01", "30000.50"),
        ("D2", "west", "2025-07-31", "30000.50"),
    ]
    assert [r["_source_row"] for r in home.rows()] == [1, 2]
    assert "Testperson" not in home.everything_written()


def test_an_unknown_store_in_json_is_told_once_at_the_store(home: TinyHome) -> None:
    as_json(home, "{type: json}")
    home.put(f"{NAME}.json", json.dumps([record(store="99")]))
    home.land()
    assert home.reasons() == [
        (1, "store_number", "is a store number that the mapping does not list")
    ]


JSON_FAULTS = {
    "cut": (json.dumps([record(), record()])[:-9], "is not valid JSON (line 1, column"),
    "an object instead of a list": (json.dumps(record()), "has no list of records at its top"),
    "a renamed key": (
        json.dumps([record(dealDate=1, vehicle={"modelName": "R", "year": 1})]),
        "lacks the columns 'vehicle.model'; "
        "has the unexpected columns 'vehicle.modelName', 'dealDate'",
    ),
    "only letter case differs": (
        json.dumps([{("DealNumber" if k == "dealNumber" else k): v for k, v in record().items()}]),
        "lacks the columns 'dealNumber'",
    ),
}


@pytest.mark.parametrize("fault", JSON_FAULTS)
def test_json_that_cannot_be_read_is_set_aside_whole(home: TinyHome, fault: str) -> None:
    content, words = JSON_FAULTS[fault]
    as_json(home, "{type: json}")
    home.put(f"{NAME}.json", content)
    home.put("tiny/deals_20250802T0500.json", json.dumps([record(dealNumber="OK")]))
    home.land()
    told = home.files()[f"{NAME}.json"]
    assert told["outcome"] == "set_aside" and words in told["reason"]
    assert [row["deal_number"] for row in home.rows()] == ["OK"]


def test_json_rows_that_cannot_be_read_go_to_quarantine(home: TinyHome) -> None:
    as_json(home, "{type: json}")
    bad = [record(pricing={"msrp": [1, 2]}), record(pricing={"msrp": {"amount": 1}}), 7, None]
    home.put(f"{NAME}.json", json.dumps([record(), *bad, record(dealNumber=6)]))
    home.land()
    shape = "pricing.msrp holds a list or an object, not a value"
    assert home.reasons() == [
        (2, None, shape),
        (3, None, shape),
        (4, None, "is not an object"),
        (5, None, "is not an object"),
    ]
    assert [row["_source_row"] for row in home.rows()] == [1, 6]


def test_lists_of_one_are_unwrapped_by_declaration(home: TinyHome) -> None:
    wrapped = record(dealNumber=["7"], pricing={"msrp": [30000.5]})
    wrapped["vehicle"] = {"model": ["Rogue"], "year": ["2025"], "stock": []}
    for form, rows in (("{type: json}", 0), ("{type: json, unwrap_lists: true}", 1)):
        as_json(home, form)
        home.put(f"{NAME}.json", json.dumps([wrapped]))
        home.land()
        assert len(home.rows()) == rows
    assert home.rows()[0]["stock_number"] is None


def test_an_empty_list_of_records_is_a_quiet_day(home: TinyHome) -> None:
    as_json(home, "{type: json}")
    home.put(f"{NAME}.json", "[]")
    home.land()
    assert home.files()[f"{NAME}.json"]["outcome"] == "landed"


def test_lines_of_json_keep_their_line_numbers(home: TinyHome) -> None:
    as_json(home, "{type: jsonl}")
    lines = [json.dumps(record()), "", '{"store": "12", "deal', json.dumps(record(dealNumber=4))]
    home.put(f"{NAME}.jsonl", "\r\n".join(lines) + "\r\n")
    home.land()
    assert [(r["deal_number"], r["_source_row"]) for r in home.rows()] == [("1", 1), ("4", 4)]
    assert home.reasons() == [(3, None, "is not valid JSON: cut or damaged")]
    assert home.files()[f"{NAME}.jsonl"]["rows_ignored"] == 1


FIXED = DEALS.replace("*deals*.csv", "*deals*.txt").replace(
    "{type: csv, encodings: [utf-8, latin-1]}",
    "{type: fixed, fields: [{name: Store, start: 1, width: 2}, {name: Deal, start: 3, width: 5},"
    " {name: VIN, start: 8, width: 17}, {name: Year, start: 25, width: 4}],"
    " trailer: {prefix: END, count_field: 2}}",
)
FIXED = FIXED.replace(
    FIXED[FIXED.index("columns:") :],
    """\
columns:
  deal_number: {from: Deal}
  vin: {from: VIN}
  make: {constant: Nissan}
  model: {constant: Rogue}
  model_year: {from: Year}
  stock_type: {constant: new}
  sale_type: {constant: retail}
  deal_status: {constant: booked}
""",
)


def test_fixed_width(home: TinyHome) -> None:
    home.mapping("deals", FIXED)
    lines = [f"12D1   {GOOD_VIN}2025", f"12D2   {GOOD_VIN}", f"14É3   {GOOD_VIN}2024", "END 3"]
    home.put(f"{NAME}.txt", "\n".join(lines) + "\n")
    home.land()
    assert [(r["deal_number"], r["model_year"], r["_source_row"]) for r in home.rows()] == [
        ("D1", 2025, 1),
        ("É3", 2024, 3),
    ]
    assert home.reasons() == [(2, None, "has 24 characters, its last field starts at 25")]


def test_a_fixed_field_without_a_place_is_refused(home: TinyHome) -> None:
    home.mapping("deals", FIXED.replace("{name: Deal,", "{name: Dael,"))
    with pytest.raises(Exception, match="'Deal' is none of format.fields"):
        home.land()


def sheet(path: Path, rows: list[list[Any]], sheets: tuple[str, ...] = ("Deals",)) -> None:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    for name in sheets:
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                page.write(number, place, value)
    book.close()


EXCEL = (
    DEALS.replace("*deals*.csv", "*deals*.xlsx")
    .replace("{type: csv, encodings: [utf-8, latin-1]}", "{type: xlsx}")
    .replace(
        '{column: "Store", rooftops: {"12": east',
        '{column: "Store", pad: 4, rooftops: {"0012": east',
    )
    .replace("{from: Stock}", "{from: Stock, pad: 6}")
)


def excel_row(**changes: Any) -> list[Any]:
    row: dict[str, Any] = {
        "Store": 12,
        "Deal": "D1",
        "Stock": 417,
        "VIN": GOOD_VIN,
        "Make": "Nissan",
        "Model": "Rogue",
        "Year": 2025,
        "N/U": "N",
        "Sale": "R",
        "Status": "F",
        "Delivered": datetime.date(2025, 8, 1),
        "MSRP": 30000.5,
        "Customer": "Zebulon Testperson",
        "Customer Phone": "555-0142",
    }
    return list((row | changes).values())


def test_excel_gets_its_eaten_zeros_back(home: TinyHome) -> None:
    home.mapping("deals", EXCEL)
    path = home.put(f"{NAME}.xlsx", b"")
    rows = [HEADER.split(","), excel_row(), [], excel_row(Deal=7, Delivered="08/02/2025", MSRP="")]
    sheet(path, rows)
    home.land()
    shown = [
        (
            r["store_number"],
            r["stock_number"],
            r["deal_number"],
            str(r["delivery_date"]),
            str(r["msrp_amount"]),
            r["_source_row"],
        )
        for r in home.rows()
    ]
    assert shown == [
        ("0012", "000417", "D1", "2025-08-01", "30000.50", 2),
        ("0012", "000417", "7", "2025-08-02", "None", 4),
    ]
    told = home.files()[f"{NAME}.xlsx"]
    assert (told["lines_in"], told["rows_landed"], told["rows_ignored"]) == (4, 2, 2)
    assert "Testperson" not in home.everything_written()


def test_excel_faults(home: TinyHome) -> None:
    home.mapping("deals", EXCEL)
    good = [HEADER.split(","), excel_row(Stock="1.2E+10"), excel_row(Deal="D3", Year="#REF!")]
    path = home.put("tiny/deals_20250801T0100.xlsx", b"")
    sheet(path, good)
    home.put("tiny/deals_20250801T0200.xlsx", path.read_bytes()[:-100])
    sheet(home.put("tiny/deals_20250801T0300.xlsx", b""), good, ("One", "Two"))
    sheet(home.put("tiny/deals_20250801T0400.xlsx", b""), [])
    home.land()
    assert home.reasons() == [
        (2, "stock_number", "a spreadsheet turned it into powers of ten: its digits are lost"),
        (3, None, "holds an Excel error such as #N/A"),
    ]
    reasons = {name[-9:-5]: told["reason"] for name, told in home.files().items()}
    assert reasons["0200"].startswith("can't be opened as a workbook")
    assert reasons["0300"].startswith("has 2 sheets; say in the mapping which")
    assert reasons["0400"] == "has no header: its sheet is empty"


def change(home: TinyHome, old: str, new: str) -> None:
    assert old in DEALS
    home.mapping("deals", DEALS.replace(old, new))


def test_rows_not_asked_for_are_ignored_and_counted(home: TinyHome) -> None:
    change(home, "stores:", "only_rows: {Status: [F, D]}\nstores:")
    home.put(
        f"{NAME}.csv", deals(deal(), deal(Status="B"), deal(Deal="D3", MSRP="x"), deal(Status=""))
    )
    home.land()
    told = home.files()[f"{NAME}.csv"]
    assert (told["rows_landed"], told["rows_set_aside"], told["rows_ignored"]) == (1, 1, 3)


def test_a_column_may_go_by_several_names(home: TinyHome) -> None:
    change(home, "{from: Stock}", "{from: [Stock, Stock No]}")
    home.put(f"{NAME}.csv", deals(deal(), header=HEADER.replace("Stock", "stock  no")))
    home.land()
    assert [row["stock_number"] for row in home.rows()] == ["S1"]


def test_an_optional_column_may_be_missing(home: TinyHome) -> None:
    change(home, "{from: Stock}", "{from: Stok, optional: true}")
    home.put(f"{NAME}.csv", deals(deal()))
    home.land()
    assert [row["stock_number"] for row in home.rows()] == [None]


def test_a_store_may_stand_in_the_name_alone(home: TinyHome) -> None:
    change(home, 'column: "Store"', 'from_name: "store(\\\\d+)_"')
    home.put("tiny/store14_deals_20250801T0500.csv", deals(deal()))
    home.put("tiny/store12_deals_20250801T0500.csv", deals(deal(Deal="D2")))
    home.put("tiny/deals_20250801T0500.csv", deals(deal(Deal="D3")))
    home.land()
    assert [(r["deal_number"], r["rooftop_id"]) for r in home.rows()] == [
        ("D2", "east"),
        ("D1", "west"),
    ]
    told = home.files()["tiny/deals_20250801T0500.csv"]
    assert told["outcome"] == "set_aside" and "does not match" in told["reason"]


@pytest.mark.parametrize(
    ("status", "delivered", "expected"),
    [
        ("F", "", "finalized"),
        ("", "08/01/2025", "delivered"),
        ("", "00010101", "booked"),
        ("", "", "booked"),
        ("Z", "", "booked"),
    ],
)
def test_a_blank_status_follows_from_the_dates(
    home: TinyHome, status: str, delivered: str, expected: str
) -> None:
    home.put(f"{NAME}.csv", deals(deal(Status=status, Delivered=delivered)))
    home.land()
    assert [row["deal_status"] for row in home.rows()] == [expected]


def test_an_override_comes_before_the_columns_own_code(home: TinyHome) -> None:
    change(
        home,
        "deal_status: {from: Status,",
        "deal_status: {from: Status, override_from: [{column: N/U, is: [U], value: cancelled}],",
    )
    home.put(f"{NAME}.csv", deals(deal(), deal(Deal="D2", **{"N/U": "U"})))
    home.land()
    assert [row["deal_status"] for row in home.rows()] == ["finalized", "cancelled"]


def test_null_tokens_in_any_usual_letter_case(home: TinyHome) -> None:
    change(home, "stores:", 'null_tokens: ["NULL", "N/A"]\nstores:')
    home.put(f"{NAME}.csv", deals(deal(MSRP="null", Stock="n/a", Delivered="Null")))
    home.land()
    [row] = home.rows()
    assert (row["msrp_amount"], row["stock_number"], row["delivery_date"]) == (None, None, None)


SURVEY_COLUMNS = """\
columns:
  dealer_code: {from: Store}
  make: {from: Make}
  survey_id: {from: Deal}
  survey_date: {from: Delivered, format: "%m/%d/%Y"}
  score: {from: MSRP}
"""


def test_one_file_may_feed_two_kinds(home: TinyHome) -> None:
    head = DEALS[: DEALS.index("stores:")].replace("dms/deals", "csi/surveys")
    home.mapping("surveys", head + SURVEY_COLUMNS)
    home.put(f"{NAME}.csv", deals(deal(), deal(Deal="D2", MSRP="x")))
    home.land()
    home.land("csi/surveys")
    assert len(home.rows()) == len(home.rows("csi/surveys")) == 1
    assert sorted((q["source_kind"], q["column_name"]) for q in home.quarantine()) == [
        ("csi/surveys", "score"),
        ("dms/deals", "msrp_amount"),
    ]
