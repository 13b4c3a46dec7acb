"""Each type's strict reading, on both sides of each edge, in the SQL that landing runs."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.landing.conversions import CONVERSIONS, Context
from orchestration.landing.kinds import KINDS, Column
from orchestration.landing.mapping import ColumnMapping
from orchestration.landing.vin import is_vin_valid_sql

CONTEXT = Context(zone="'America/Chicago'")
COLUMNS = {
    "text": Column("trim", "text"),
    "int": Column("units", "int"),
    "money": Column("amount", "money"),
    "score": Column("score", "score"),
    "date": Column("sale_date", "date"),
    "moment": Column("event_at", "moment"),
    "bool": Column("is_counted", "bool"),
    "code": Column("trim", "text"),
    "vin": Column("vin", "text"),
    "epoch_ms_moment": Column("event_at", "moment"),
    "epoch_ms_date": Column("sale_date", "date"),
}
_CON = duckdb.connect(config={"threads": 1})
_CON.execute("SET TimeZone = 'UTC'")


def read(kind: str, text: str | None, **spec: Any) -> tuple[Any, str | None]:
    """The value and the reason that a text gets."""
    mapping = ColumnMapping.model_validate({"from": "x", "type": kind, **spec})
    sql = CONVERSIONS[kind]("k", "f", COLUMNS[kind], mapping, CONTEXT)
    row = _CON.execute(
        f"SELECT {sql.value}, {sql.reason} FROM "
        f"(SELECT *, {sql.found} AS f FROM (SELECT CAST(? AS VARCHAR) AS k))",
        [text],
    ).fetchone()
    assert row is not None
    return row


def utc(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)  # type: ignore[arg-type]


GOOD: list[tuple[str, str, dict[str, Any], Any]] = [
    ("text", "SV", {}, "SV"),
    ("text", "sv", {"upper": True}, "SV"),
    ("text", "417", {"pad": 5}, "00417"),
    ("text", "00417", {"pad": 5}, "00417"),
    ("text", "123456", {"pad": 5}, "123456"),
    ("text", "A17", {"pad": 5}, "A17"),
    ("int", "12", {}, 12),
    ("int", "-3", {}, -3),
    ("int", "1,234", {}, 1234),
    ("int", "2025.0", {}, 2025),
    ("money", "28450.5", {}, Decimal("28450.50")),
    ("money", "$28,450.50", {}, Decimal("28450.50")),
    ("money", "(123.45)", {}, Decimal("-123.45")),
    ("money", "-$5", {}, Decimal("-5.00")),
    ("money", "123.45-", {}, Decimal("-123.45")),
    ("money", ".5", {}, Decimal("0.50")),
    ("money", "1.5000", {}, Decimal("1.50")),
    ("money", "1.005", {"round": True}, Decimal("1.01")),
    ("money", "999999999999.99", {}, Decimal("999999999999.99")),
    ("score", "94.300", {}, Decimal("94.300")),
    ("score", "94.3%", {}, Decimal("94.300")),
    ("score", "94.9996", {"round": True}, Decimal("95.000")),
    ("date", "2025-08-01", {}, datetime.date(2025, 8, 1)),
    ("date", "2025-08-01 00:00:00", {}, datetime.date(2025, 8, 1)),
    ("date", "08/01/2025", {"format": "%m/%d/%Y"}, datetime.date(2025, 8, 1)),
    ("date", "8/1/2025", {"format": "%m/%d/%Y"}, datetime.date(2025, 8, 1)),
    ("date", "03JAN24", {"format": "%d%b%y"}, datetime.date(2024, 1, 3)),
    ("date", "20250801", {"format": "%Y%m%d"}, datetime.date(2025, 8, 1)),
    ("date", "45870", {"format": "excel_serial"}, datetime.date(2025, 8, 1)),
    ("date", "01.08.2025", {"format": ["%m/%d/%Y", "%d.%m.%Y"]}, datetime.date(2025, 8, 1)),
    ("date", "02/29/2024", {"format": "%m/%d/%Y"}, datetime.date(2024, 2, 29)),
    ("date", "1980-01-01", {}, datetime.date(1980, 1, 1)),
    ("date", "2099-12-31", {}, datetime.date(2099, 12, 31)),
    ("moment", "2025-08-01T07:00:00-05:00", {}, utc(2025, 8, 1, 12)),
    ("moment", "2025-08-01T12:00:00Z", {}, utc(2025, 8, 1, 12)),
    ("moment", "2025-08-01 07:00", {}, utc(2025, 8, 1, 12)),
    ("moment", "2025-01-01 07:00:00", {}, utc(2025, 1, 1, 13)),
    ("moment", "08/01/2025 07:00:00", {"format": "%m/%d/%Y %H:%M:%S"}, utc(2025, 8, 1, 12)),
    ("moment", "2025-08-01 07:00 -0500", {"format": "%Y-%m-%d %H:%M %z"}, utc(2025, 8, 1, 12)),
    ("bool", "Yes", {}, True),
    ("bool", "0", {}, False),
    ("bool", "C", {"codes": {"C": True, "D": False}}, True),
    ("code", "n", {"codes": {"N": "new"}}, "new"),
    ("code", "Q", {"codes": {"N": "new"}, "otherwise": "used"}, "used"),
    ("code", "7", {"codes": {"007": "new"}, "pad": 3}, "new"),
    ("code", "X", {"codes": {"X": None}}, None),
    ("vin", "1m8gdm9axkp042788", {}, "1M8GDM9AXKP042788"),
    ("epoch_ms_moment", "1754049600000", {}, utc(2025, 8, 1, 12)),
    # 03:59:59 UTC is still the day before in Chicago.
    (
        "epoch_ms_date",
        "1754020799000",
        {"time_zone": "America/Chicago"},
        datetime.date(2025, 7, 31),
    ),
    ("epoch_ms_date", "1754024400000", {"time_zone": "America/Chicago"}, datetime.date(2025, 8, 1)),
]


@pytest.mark.parametrize(("kind", "text", "spec", "value"), GOOD)
def test_a_fitting_text_gets_its_value_and_no_reason(
    kind: str, text: str, spec: dict[str, Any], value: Any
) -> None:
    assert read(kind, text, **spec) == (value, None)


BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("text", "1.2E+10", {"pad": 12}),
    ("int", "12.7", {}),
    ("int", "1e3", {}),
    ("int", "12,34", {}),
    ("int", "99999999999", {}),
    ("int", "--1", {}),
    ("money", "1.005", {}),
    ("money", "1e3", {}),
    ("money", "1.234,56", {}),
    ("money", "12,34.50", {}),
    ("money", "(5", {}),
    ("money", "$", {}),
    ("money", "-", {}),
    ("money", ".", {}),
    ("money", "1000000000000.00", {}),
    ("money", "5%", {}),
    ("score", "94.9996", {}),
    ("score", "A+", {}),
    ("date", "2025-8-1", {}),
    ("date", "2025-08-01 10:00", {}),
    ("date", "02/29/2025", {"format": "%m/%d/%Y"}),
    ("date", "08/01/2025 10:00", {"format": "%m/%d/%Y"}),
    ("date", "08/01/25", {"format": "%m/%d/%Y"}),
    ("date", "08/01/2025", {"format": "%m/%d/%y"}),
    ("date", "2024112", {"format": "%Y%m%d"}),
    ("date", "202401021", {"format": "%Y%m%d"}),
    ("date", "00010101", {"format": "%Y%m%d"}),
    ("date", "1979-12-31", {}),
    ("date", "2100-01-01", {}),
    ("moment", "yesterday", {}),
    ("moment", "2025-08-01T25:00:00", {}),
    ("bool", "maybe", {}),
    ("bool", "X", {"codes": {"C": True}}),
    ("code", "Q", {"codes": {"N": "new"}}),
    ("vin", "1M8GDM9AXKP04278", {}),
    ("vin", "1M8GDM9AXKP0427888", {}),
    ("vin", "1M8GDM9AXKPI42788", {}),
    ("vin", "1M8GDM9AXKP 42788", {}),
    ("epoch_ms_moment", "yesterday", {}),
    ("epoch_ms_moment", "0", {}),
    ("epoch_ms_date", "17540208", {"time_zone": "America/Chicago"}),
]


@pytest.mark.parametrize(("kind", "text", "spec"), BAD)
def test_a_text_that_does_not_fit_gets_a_reason(kind: str, text: str, spec: dict[str, Any]) -> None:
    _, reason = read(kind, text, **spec)
    assert reason


@pytest.mark.parametrize("kind", CONVERSIONS)
def test_nothing_gets_neither_value_nor_reason(kind: str) -> None:
    spec: dict[str, Any] = {"codes": {"N": "new"}} if kind == "code" else {}
    assert read(kind, None, **spec) == (None, None)


@given(st.decimals(min_value=-999999999, max_value=999999999, places=2))
def test_every_amount_in_cents_survives(amount: Decimal) -> None:
    assert read("money", format(amount, "f")) == (amount, None)


@given(st.text(min_size=1, max_size=30))
def test_no_text_breaks_a_conversion(text: str) -> None:
    """Whatever a cell holds: a value or a reason, never an error of the engine."""
    for kind in CONVERSIONS:
        spec: dict[str, Any] = {"codes": {"N": "new"}} if kind == "code" else {}
        if kind in ("date", "moment"):
            spec = {"format": ["%m/%d/%Y"]}
        value, reason = read(kind, text.replace("\0", ""), **spec)
        assert value is not None or reason or text.replace("\0", "") == ""


def _check_digit(vin: str) -> str:
    """The rule of 49 CFR 565.15 in plain Python."""
    value = dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
            "12345678123457923456789" + "0123456789",
            strict=True,
        )
    )
    weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
    remainder = sum(int(value[c]) * w for c, w in zip(vin, weights, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


def is_valid(vin: str) -> bool | None:
    row = _CON.execute(f"SELECT {is_vin_valid_sql('v')} FROM (SELECT ? AS v)", [vin]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("vin", "valid"),
    [
        ("1M8GDM9AXKP042788", True),
        ("11111111111111111", True),
        ("1M8GDM9A1KP042788", False),
        ("1M8GDM9AXKP042789", False),
    ],
)
def test_known_check_digits(vin: str, valid: bool) -> None:
    assert is_valid(vin) is valid


@given(st.text("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", min_size=17, max_size=17))
def test_the_check_digit_is_the_rules(vin: str) -> None:
    right = vin[:8] + _check_digit(vin) + vin[9:]
    assert is_valid(right) is True
    assert is_valid(vin) is (vin == right)


def test_kinds_have_what_the_readers_count_on() -> None:
    for kind in KINDS.values():
        names = [column.name for column in kind.columns]
        assert len(names) == len(set(names))
        assert ("is_vin_valid" in names) <= ("vin" in names)
        assert kind.has_stores == ("store_number" in names)
