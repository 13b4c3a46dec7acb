"""Programs that count cars as the OEM ships them: which shipments count, and that sales don't.

Here: one car a case, a base of last year's shipments, and the stop without a feed. Not here: the
Mercedes bulletin's figures (test_dbt_bulletins.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from orchestration.dbt_build import DbtError
from programs.rulebook import read_rulebook
from tests.integration.dbt_fixture import CAR, SmallHome, Store, Warehouse, rulebook

AS_OF = "2025-07-20T07:00:00"
WHOLESALE = """
program: shipped
name: Shipped
oem: nissan
summary: $100 for each car shipped in a month above the same month of last year.
announced: 2024-12-01
effective: 2025-01-01
source: {bulletin: B-1, date: 2024-12-01}
who: {makes: [Nissan], dealer_codes: all}
when: {calendar: plain, grain: month}
basis: {event: wholesale}
elements:
  - element: volume
    name: Shipped
    counts: {stock_type: new, sale_type: wholesale}
    pays: same
    against: last_year
    tiers: {edges: percent, rounding: up, shape: marginal, bands: [{from: 100, per_unit: 100}]}
examples:
  - {example: two above, base: 1, sold: [{units: 3, sale_type: wholesale}], amount: 200}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    books = [read_rulebook(WHOLESALE, "shipped.yaml"), rulebook("nissan-one")]
    return SmallHome(
        tmp_path_factory.mktemp("shipments"), [Store("north", "Nissan", "nissan", "N1")], books
    )


@pytest.fixture(scope="module")
def vins(home: SmallHome) -> dict[str, str]:
    names = ("shipped", "cancelled", "moved", "again", "retailed", "last_year", "history")
    return {name: home.vin() for name in names}


@pytest.fixture(scope="module")
def warehouse(home: SmallHome, vins: dict[str, str]) -> Warehouse:
    def shipment(name: str, on: str, invoice: str = "", **changes: Any) -> dict[str, Any]:
        own = {"oem_code": "nissan", "dealer_code": "N1", "make": "Nissan", "vin": vins[name]}
        own |= {"invoice_number": invoice or name, "shipped_date": date.fromisoformat(on)}
        return {**CAR, **own, **changes}

    def land(rows: list[dict[str, Any]], known_at: str) -> None:
        rows = [{name: row[name] for name in row if name != "sale_type"} for row in rows]
        home.land("portal/shipments", rows, known_at=known_at)

    with pytest.raises(DbtError, match="rules_have_their_feeds"):
        home.build(AS_OF)  # nothing has told of a shipment yet
    land(
        [
            shipment("history", "2024-01-05"),
            shipment("last_year", "2024-06-30"),
            shipment("shipped", "2025-06-01"),
            shipment("cancelled", "2025-06-10", cancelled_date=date(2025, 6, 20)),
            shipment("moved", "2025-06-28"),
            shipment("again", "2025-06-03", "first", cancelled_date=date(2025, 6, 5)),
            shipment("again", "2025-06-15", "second"),
            shipment("retailed", "2025-06-12"),
        ],
        "2025-07-01T05:00:00",
    )
    land([shipment("moved", "2025-07-02")], "2025-07-05T05:00:00")
    sale = home.rdr("north", vins["retailed"], "2025-06-25")
    home.land("portal/rdrs", [sale], known_at="2025-07-01T05:00:00")
    return home.build(AS_OF)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shipped", {"2025-06": ("reported", "counted")}),
        ("cancelled", {"2025-06": ("not_counted", "unwound")}),
        ("moved", {"2025-07": ("reported", "counted")}),
        ("again", {"2025-06": ("reported", "counted")}),
        ("retailed", {"2025-06": ("reported", "counted")}),
    ],
)
def test_a_shipment_counts_on_its_day(
    warehouse: Warehouse, vins: dict[str, str], name: str, expected: dict[str, Any]
) -> None:
    assert warehouse.units(vins[name], "shipped") == expected


def test_shipments_are_measured_against_last_years(warehouse: Warehouse) -> None:
    row = warehouse.standing("north", "shipped", "2025-06")
    assert (row["reported_units"], row["base_units"], row["amount_earned"]) == (3, 1, 200)


def test_a_program_of_sales_sees_the_sale_alone(
    warehouse: Warehouse, vins: dict[str, str]
) -> None:
    assert warehouse.standing("north", "nissan-one", "2025-06")["reported_units"] == 1
    assert warehouse.units(vins["retailed"], "nissan-one") == {"2025-06": ("reported", "counted")}
    assert warehouse.units(vins["shipped"], "nissan-one") == {}
