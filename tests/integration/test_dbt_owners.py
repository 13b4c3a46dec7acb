"""A rooftop that joins or leaves mid-period, and a dealer code that changes owner.

Here: which days of a period are whose, and how it is said. Not here: which cars count otherwise
(test_dbt_counting.py).
"""

from __future__ import annotations

from datetime import date

import pytest

from tests.integration.dbt_fixture import SmallHome, Store, Warehouse, rulebook

LAST_DAY, FIRST_DAY = date(2025, 6, 15), date(2025, 6, 16)
STORES = [
    Store("joins", "Nissan", "nissan", "N1", from_date=FIRST_DAY),
    Store("leaves", "Nissan", "nissan", "N2", to_date=LAST_DAY),
    Store("seller", "Nissan", "nissan", "N3", to_date=LAST_DAY),
    Store("buyer", "Nissan", "nissan", "N3", from_date=FIRST_DAY),
]
# Both sides of the day on which ownership passes: (day, units sold under each code).
SOLD = (("2025-06-15", 3), ("2025-06-16", 5))


@pytest.fixture(scope="module")
def owners(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict[str, list[str]]]:
    home = SmallHome(tmp_path_factory.mktemp("owners"), STORES, [rulebook("nissan-one")])
    vins: dict[str, list[str]] = {}
    for day, units in SOLD:
        for rooftop in ("joins", "leaves", "seller" if units == 3 else "buyer"):
            vins.setdefault(rooftop, []).extend(home.sell(rooftop, units, day))
    for rooftop, units in (("joins", 5), ("leaves", 3), ("seller", 3)):
        home.objective(rooftop, "nissan-one", "2025-06", units)
    return home.build("2025-07-20T07:00:00"), vins


@pytest.mark.parametrize(
    ("rooftop", "counted", "amount"),
    [("joins", 5, 3_000), ("leaves", 3, 1_800), ("seller", 3, 1_800), ("buyer", 5, 6_000)],
)
def test_a_store_counts_and_is_paid_for_the_days_that_are_its_own(
    owners, rooftop: str, counted: int, amount: int
):
    warehouse, _ = owners
    element = warehouse.element(rooftop, "nissan-one", "2025-06")
    # The objective is the dealer code's: both owners of N3 are measured against its three units.
    assert element["objective_units"] == (5 if rooftop == "joins" else 3)
    assert (element["reported_units"], element["amount_earned"]) == (counted, amount)


def test_a_car_is_shown_at_the_store_that_owned_the_code_on_its_day(owners):
    warehouse, vins = owners
    rows = warehouse.rows(
        "select rooftop_id, vin, counting_date from fct_counted_unit where is_counted"
    )
    shown: dict[str, set[str]] = {}
    for row in rows:
        shown.setdefault(row["rooftop_id"], set()).add(row["vin"])
        assert (row["counting_date"] <= LAST_DAY) == (row["rooftop_id"] in ("leaves", "seller"))
    before, after = slice(None, 3), slice(3, None)
    assert shown == {
        "joins": set(vins["joins"][after]),
        "leaves": set(vins["leaves"][before]),
        "seller": set(vins["seller"]),
        "buyer": set(vins["buyer"]),
    }


def test_no_standing_reaches_beyond_the_days_of_a_store(owners):
    warehouse, _ = owners
    rows = warehouse.rows("select distinct rooftop_id, period_code from fct_program_standing")
    periods: dict[str, set[str]] = {}
    for row in rows:
        periods.setdefault(row["rooftop_id"], set()).add(row["period_code"])
    for rooftop in ("joins", "buyer"):
        assert periods[rooftop] == {"2025-06", "2025-07"}
    for rooftop in ("leaves", "seller"):
        assert max(periods[rooftop]) == "2025-06"
