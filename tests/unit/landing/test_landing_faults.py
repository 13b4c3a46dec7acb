"""Every way in which feeds go wrong, planted one by one as a tiny file."""

from __future__ import annotations

import os
import re

import pytest

from tests.unit.landing.tiny_home import BAD_VIN, GOOD_VIN, HEADER, TinyHome, deal, deals

FILE = "tiny/deals_20250801T0500.csv"


def land_one(home: TinyHome, content: str | bytes) -> dict[str, object]:
    home.put(FILE, content)
    home.land()
    return home.files()[FILE]


def test_a_good_row_lands_with_its_types_and_origin(home: TinyHome) -> None:
    account = land_one(home, deals(deal()))
    [row] = home.rows()
    shown = {
        name: str(row[name])
        for name in (
            "rooftop_id",
            "store_number",
            "deal_number",
            "vin",
            "model_year",
            "stock_type",
            "sale_type",
            "deal_status",
            "delivery_date",
            "msrp_amount",
            "is_vin_valid",
            "vendor_code",
            "_source_file",
            "_source_row",
            "_known_at",
            "trim",
        )
    }
    assert shown == {
        "rooftop_id": "east",
        "store_number": "12",
        "deal_number": "D1",
        "vin": GOOD_VIN,
        "model_year": "2025",
        "stock_type": "new",
        "sale_type": "retail",
        "deal_status": "finalized",
        "delivery_date": "2025-08-01",
        "msrp_amount": "30000.50",
        "is_vin_valid": "True",
        "vendor_code": "tiny",
        "_source_file": FILE,
        "_source_row": "2",
        "_known_at": "2025-08-01 10:00:00+00:00",
        "trim": "None",
    }
    assert row["_content_hash"] == account["content_hash"]
    assert (account["lines_in"], account["rows_landed"], account["rows_ignored"]) == (2, 1, 1)


# A fault of one row: (the line, the column it is told of, words of the reason, the value quoted).
ROW_FAULTS = {
    "wrong store number": (deal(Store="99"), "store_number", "store number", "99"),
    "no store number": (deal(Store=" "), "store_number", "is empty", None),
    "a VIN of 16": (deal(VIN=GOOD_VIN[:16]), "vin", "17 characters, this has 16", GOOD_VIN[:16]),
    "a VIN with the letter O": (
        deal(VIN="1M8GDM9AXKPO42788"),
        "vin",
        "never I, O or Q",
        "1M8GDM9AXKPO42788",
    ),
    "no deal number": (deal(Deal=""), "deal_number", "is empty", None),
    "a code nobody declared": (deal(Sale="X"), "sale_type", "does not list", "X"),
    "a year with a letter": (deal(Year="20Z5"), "model_year", "not a whole number", "20Z5"),
    "a year with a fraction": (deal(Year="2025.5"), "model_year", "not a whole number", "2025.5"),
    "an amount in words": (deal(MSRP="CALL"), "msrp_amount", "not a number", "CALL"),
    "a third decimal": (deal(MSRP="1.005"), "msrp_amount", "more than 2 decimals", "1.005"),
    "a date the other way": (
        deal(Delivered="2025-08-01"),
        "delivery_date",
        "no date like",
        "2025-08-01",
    ),
    "the 30th of February": (
        deal(Delivered="02/30/2025"),
        "delivery_date",
        "no date like",
        "02/30/2025",
    ),
    "a year of two figures": (
        deal(Delivered="08/01/25"),
        "delivery_date",
        "outside 1980 to 2099",
        "08/01/25",
    ),
    "a field too few": (
        deal().rsplit(",", 1)[0],
        None,
        "has 13 columns where the header has 14",
        None,
    ),
    "a field too many": (deal() + ",x", None, "has 15 columns where the header has 14", None),
    "an unterminated quote": (deal(Stock='"S1'), None, "quote", None),
    "text after a quote": (deal(Stock='"S"1'), None, "after a closing quote", None),
    "an empty row": ("," * 13, None, "empty in every column", None),
}


@pytest.mark.parametrize("fault", ROW_FAULTS)
def test_a_bad_row_goes_to_quarantine_and_its_neighbours_land(home: TinyHome, fault: str) -> None:
    line, column, words, value = ROW_FAULTS[fault]
    account = land_one(home, deals(deal(Deal="D1"), line, deal(Deal="D3")))
    [told] = home.quarantine()
    assert (told["source_file"], told["source_row"], told["column_name"]) == (FILE, 3, column)
    assert words in told["reason"] and told["offending_value"] == value
    assert (told["source_kind"], told["vendor_code"]) == ("dms/deals", "tiny")
    assert [(row["deal_number"], row["_source_row"]) for row in home.rows()] == [
        ("D1", 2),
        ("D3", 4),
    ]
    assert (account["outcome"], account["rows_set_aside"]) == ("landed", 1)


def test_values_of_a_row_with_several_faults_are_not_quoted(home: TinyHome) -> None:
    """Such a row may have shifted: then a customer stands where a date should."""
    land_one(home, deals(deal(Delivered="Zebulon Testperson", MSRP="555-0142x")))
    assert [(q["column_name"], q["offending_value"]) for q in home.quarantine()] == [
        ("delivery_date", None),
        ("msrp_amount", None),
    ]
    assert "Testperson" not in home.everything_written()


def test_a_wrong_check_digit_lands_and_is_marked(home: TinyHome) -> None:
    land_one(home, deals(deal(VIN=BAD_VIN.lower())))
    assert [(row["vin"], row["is_vin_valid"]) for row in home.rows()] == [(BAD_VIN, False)]


WHOLE_FILE_FAULTS: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "is empty"),
    "only blank lines": ("\n\n", "no header"),
    "half-written last line": (deals(deal(), deal(Deal="D2"))[:-20], "line end: half-written"),
    "no final line end": (deals(deal())[:-1], "line end: half-written"),
    "a renamed column": (
        deals(deal(), header=HEADER.replace("VIN", "Serial")),
        "lacks the columns 'VIN'",
    ),
    "a doubled column": (
        deals(deal(), header=HEADER.replace("Stock", "Deal")),
        "lacks the columns 'Stock'",
    ),
    "a column named twice": (
        deals(deal() + ",9", header=HEADER + ",Deal"),
        "names 'Deal' more than once",
    ),
    "another file": ("a,b\n1,2\n", "another file, or its header is missing"),
    "no header": (deal() + "\n", "another file, or its header is missing"),
    "NUL bytes": (deals(deal()).encode() + b"\0" * 64, "NUL bytes (line 3)"),
    "a header with an open quote": ('"' + deals(deal()), "header (line 1) can't be read"),
}


@pytest.mark.parametrize("fault", WHOLE_FILE_FAULTS)
def test_a_bad_file_is_set_aside_whole_and_the_rest_goes_on(home: TinyHome, fault: str) -> None:
    content, words = WHOLE_FILE_FAULTS[fault]
    home.put("tiny/deals_20250802T0500.csv", deals(deal(Deal="OK")))
    account = land_one(home, content)
    assert account["outcome"] == "set_aside" and words in str(account["reason"])
    assert account["rows_landed"] == 0 and account["rows_set_aside"] == account["lines_in"]
    assert [row["deal_number"] for row in home.rows()] == ["OK"]
    assert home.quarantine() == []
    assert not re.search("Zebulon|555-0142", home.everything_written())


def test_a_renamed_column_is_told_beside_the_new_name_most_like_it(home: TinyHome) -> None:
    account = land_one(
        home, deals(deal() + ",1", header=HEADER.replace("VIN", "Vin No") + ",Colour")
    )
    assert account["reason"] == (
        "lacks the columns 'VIN'; has the unexpected columns 'Vin No', 'Colour'"
    )


CORRECTED: dict[str, str | bytes] = {
    "reordered columns": "\n".join(
        ",".join(reversed(line.split(","))) for line in deals(deal()).splitlines()
    )
    + "\n",
    "CRLF": deals(deal()).replace("\n", "\r\n"),
    "CR": deals(deal()).replace("\n", "\r"),
    "mixed line ends": deals(deal()).replace("\n", "\r\n", 1),
    "a byte order mark": b"\xef\xbb\xbf" + deals(deal()).encode(),
    "UTF-16": deals(deal()).encode("utf-16"),
    "a header in other letter case": deals(deal(), header=HEADER.upper()),
    "blanks around headers and values": deals(
        deal().replace(",", " , "), header=HEADER.replace(",", " ,\t")
    ),
    "all values quoted": "\n".join(
        ",".join(f'"{value}"' for value in line.split(",")) for line in deals(deal()).splitlines()
    )
    + "\n",
    "no-break spaces": deals(deal(Deal="\u00a0D1\u00a0")),
    "an unknown column": deals(deal() + ",blue", header=HEADER + ",Colour"),
    "blank lines": deals("", deal(), "", ""),
    "an amount with signs": deals(deal(MSRP='"$30,000.50"')),
    "a quoted comma in a name": deals(deal(Customer='"Testperson, Zebulon"')),
    "line ends in a customer's address": deals(deal(Customer='"12 Main St\nDetroit"')),
    "a status left blank": deals(deal(Status="")),
}


@pytest.mark.parametrize("case", CORRECTED)
def test_what_can_be_read_all_the_same_lands_right(home: TinyHome, case: str) -> None:
    account = land_one(home, CORRECTED[case])
    [row] = home.rows()
    assert row["deal_number"] == "D1" and row["vin"] == GOOD_VIN and row["rooftop_id"] == "east"
    assert str(row["msrp_amount"]) == "30000.50" and str(row["delivery_date"]) == "2025-08-01"
    assert row["deal_status"] == ("delivered" if case == "a status left blank" else "finalized")
    assert account["outcome"] == "landed" and account["rows_landed"] == 1
    assert home.quarantine() == []


def test_unknown_columns_are_dropped_and_told(home: TinyHome) -> None:
    account = land_one(home, deals(deal() + ",blue", header=HEADER + ",Colour"))
    assert account["reason"] == "columns not in the mapping, dropped: 'Colour'"
    assert "blue" not in home.everything_written()


def test_latin_1_in_a_utf_8_file_is_read_by_the_declared_fallback(home: TinyHome) -> None:
    lines = deals(deal(Stock="É1"), deal(Deal="D2", Stock="É2")).encode()
    account = land_one(home, lines.replace("É1".encode(), "É1".encode("latin-1")))
    assert [row["stock_number"] for row in home.rows()] == ["É1", "É2"]
    assert account["reason"] == "1 lines hold bytes read as latin-1"


def test_latin_1_without_a_fallback_sets_its_row_aside(home: TinyHome) -> None:
    mapping = home.path / "mappings" / "deals.yaml"
    mapping.write_text(mapping.read_text().replace("[utf-8, latin-1]", "[utf-8]"))
    land_one(home, deals(deal(), deal(Deal="D2", Stock="É2")).encode("latin-1"))
    assert home.reasons() == [(3, None, "holds bytes that no declared encoding can read")]
    assert [row["deal_number"] for row in home.rows()] == ["D1"]


def test_source_rows_are_physical_lines_after_blank_lines_and_quoted_line_ends(
    home: TinyHome,
) -> None:
    address = '"12 Main St\nUnit ""B""\nDetroit"'
    lines = deals(deal(Deal="D2"), "", deal(Deal="D4", Customer=address), deal(Deal="D7"), "x,y")
    account = land_one(home, lines)
    assert [(r["deal_number"], r["_source_row"]) for r in home.rows()] == [
        ("D2", 2),
        ("D4", 4),
        ("D7", 7),
    ]
    assert home.reasons() == [(8, None, "has 2 columns where the header has 14")]
    assert (account["lines_in"], account["rows_ignored"]) == (8, 4)


def test_two_stray_quotes_do_not_swallow_the_lines_between_them(home: TinyHome) -> None:
    lines = [deal(Deal=f"D{number}") for number in range(2, 8)]
    lines[1] = lines[1].replace("555-0142", '"555-0142')  # opens in the last column
    lines[3] = lines[3].replace("555-0142", '555-0142"')  # and would close two lines below
    land_one(home, deals(*lines))
    assert [row["deal_number"] for row in home.rows()] == ["D2", "D4", "D5", "D6", "D7"]
    assert [row for row, _, _ in home.reasons()] == [3]


def test_line_ends_in_the_first_column_are_no_fault(home: TinyHome) -> None:
    header = "Customer Note," + HEADER
    land_one(home, deals('"a\nb",' + deal(), "x," + deal(Deal="D4"), header=header))
    assert [(r["deal_number"], r["_source_row"]) for r in home.rows()] == [("D1", 2), ("D4", 4)]


def test_an_unclosed_quote_in_a_column_that_is_read_costs_only_its_own_line(home: TinyHome) -> None:
    header = ",".join(reversed(HEADER.split(",")))
    lines = [",".join(reversed(deal(Deal=f"D{n}").split(","))) for n in range(2, 6)]
    lines[0] = lines[0][:-2] + '"12'  # the last column is the store number
    lines[2] = lines[2] + '"'
    land_one(home, deals(*lines, header=header))
    assert [row["deal_number"] for row in home.rows()] == ["D3", "D5"]
    assert [row for row, _, _ in home.reasons()] == [2, 4]


def test_a_file_nobody_claims_is_reported_and_left_alone(home: TinyHome) -> None:
    path = home.put("bulletin.pdf", b"%PDF")
    report = home.land()
    assert report.files_unrecognised == 1 and path.read_bytes() == b"%PDF"
    assert home.files()["bulletin.pdf"]["outcome"] == "unrecognised"


def test_a_duplicate_lands_once_under_the_name_that_counts(home: TinyHome) -> None:
    home.put("tiny/deals_20250803T0500.csv", deals(deal()))
    home.put("tiny/copy of deals_20250801T0500.csv", deals(deal()))
    report = home.land()
    assert (report.files_landed, report.files_duplicate, len(home.rows())) == (1, 1, 1)
    told = home.files()["tiny/deals_20250803T0500.csv"]
    assert told["outcome"] == "duplicate"
    assert told["reason"] == "same content as tiny/copy of deals_20250801T0500.csv"
    assert home.rows()[0]["_known_at"].isoformat() == "2025-08-01T10:00:00+00:00"


def test_header_only_files_of_quiet_days_each_stand_for_themselves(home: TinyHome) -> None:
    for day in (4, 5):
        home.put(f"tiny/deals_2025070{day}T0500.csv", deals())
    home.land()
    told = home.files()
    assert [row["outcome"] for row in told.values()] == ["landed", "landed"]
    assert [row["known_at"].day for row in told.values()] == [4, 5]


def test_an_empty_file_is_a_quiet_day_where_the_mapping_says_so(home: TinyHome) -> None:
    mapping = home.path / "mappings" / "deals.yaml"
    mapping.write_text(
        mapping.read_text().replace("{type: csv,", "{type: csv, may_be_empty: true,")
    )
    for day in (4, 5):
        home.put(f"tiny/deals_2025070{day}T0500.csv", b"")
    home.land()
    assert {row["outcome"] for row in home.files().values()} == {"landed"}
    assert home.rows() == []


def test_a_name_without_a_moment_is_set_aside(home: TinyHome) -> None:
    home.put("tiny/deals.csv", deals(deal()))
    home.land()
    told = home.files()["tiny/deals.csv"]
    assert told["outcome"] == "set_aside" and "does not tell its moment" in told["reason"]


def test_a_file_that_two_mappings_claim_is_set_aside(home: TinyHome) -> None:
    text = (home.path / "mappings" / "deals.yaml").read_text()
    home.mapping("other", text.replace("vendor: tiny", "vendor: other"))
    told = land_one(home, deals(deal()))
    assert told["outcome"] == "set_aside" and "deals.yaml and other.yaml" in str(told["reason"])
    assert home.rows() == []


def test_the_inbox_is_only_read(home: TinyHome) -> None:
    path = home.put(FILE, deals(deal()))
    os.chmod(path, 0o444)
    before = path.stat()
    home.land()
    after = path.stat()
    assert (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    assert sorted(p.name for p in (home.path / "inbox").rglob("*")) == [path.name, "tiny"]


def test_no_customer_is_written_and_no_copy_is_left(home: TinyHome) -> None:
    land_one(home, deals(deal(), deal(Deal='"D2'), deal(Customer='"Testperson, Z"', MSRP="x")))
    assert not re.search("Zebulon|Testperson|555-0142", home.everything_written())
    assert sorted(p.name for p in home.path.iterdir()) == [
        "inbox",
        "landing",
        "mappings",
        "stairstep.yaml",
    ]
    assert list((home.path / "landing" / ".incoming").iterdir()) == []
