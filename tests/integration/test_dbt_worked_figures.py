"""The worked figures of the public bulletins, from landed rows through SQL, to the cent.

Here: what each program pays on known units. Not here: which cars count (test_dbt_counting.py), what
was known when (test_dbt_two_times.py), programs of any shape (test_dbt_any_shape.py).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from orchestration.home import Home
from orchestration.moments import Moments
from tests.integration.dbt_fixture import (
    ZONE,
    SmallHome,
    Store,
    Warehouse,
    moment,
    rulebook,
    run_unit_tests,
)

PROGRAMS = (
    "nissan-one",
    "honda-growth",
    "ford-f150",
    "vw-bonus",
    "chevrolet-volume",
    "mercedes-amg",
)
NISSAN_UNITS = (44, 45, 49, 50, 54, 55)
AS_OF = "2025-08-15T07:00:00"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    stores = [
        *(Store(f"nissan-{units}", "Nissan", "nissan", f"N{units}") for units in NISSAN_UNITS),
        Store("honda-130", "Honda", "honda", "H130"),
        Store("honda-190", "Honda", "honda", "H190"),
        Store("honda-new", "Honda", "honda", "H0"),
        Store("ford", "Ford", "ford", "F1"),
        Store("vw", "Volkswagen", "volkswagen", "V1"),
        Store("chevrolet", "Chevrolet", "gm", "C1"),
        Store("amg-10", "Mercedes-AMG", "mercedes", "A10"),
        Store("amg-11", "Mercedes-AMG", "mercedes", "A11"),
    ]
    home = SmallHome(
        tmp_path_factory.mktemp("worked"), stores, [rulebook(name) for name in PROGRAMS]
    )
    for units in NISSAN_UNITS:
        home.objective(f"nissan-{units}", "nissan-one", "2025-06", 50)
        home.sell(f"nissan-{units}", units, "2025-06-30")
    _sell_hondas(home)
    home.objective("ford", "ford-f150", "2025-06", 20, element="f150")
    home.sell("ford", 14, "2025-06-10", model="F-150", model_year=2023)
    home.sell("ford", 10, "2025-06-11", model="F-150", model_year=2024)
    _sell_volkswagens(home)
    home.objective("chevrolet", "chevrolet-volume", "2025-Q2", 80)
    _recall(home, home.sell("chevrolet", 100, "2025-05-10")[:2])
    for units in (10, 11):
        home.objective(f"amg-{units}", "mercedes-amg", "2025-06", 10)
        home.sell(f"amg-{units}", units, "2025-06-30")
    return home.build(AS_OF)


def _sell_hondas(home: SmallHome) -> None:
    for store, base, sold in (("honda-130", 100, 130), ("honda-190", 148, 190)):
        home.sell(store, base, "2024-06-03")
        home.sell(store, sold, "2025-06-30")
    home.sell("honda-new", 3, "2025-06-30")  # nothing last year: the cap is at least one unit


def _sell_volkswagens(home: SmallHome) -> None:
    home.objective("vw", "vw-bonus", "2025-Q2", 40, element="new")
    home.objective("vw", "vw-bonus", "2025-Q2", 10, element="certified")
    home.sell("vw", 40, "2025-05-10", msrp_amount=Decimal("50000.00"))
    home.sell("vw", 7, "2025-06-11", stock_type="certified")
    score = {
        "dealer_code": "V1",
        "make": "Volkswagen",
        "metric_code": "csi",
        "period_start_date": date(2025, 4, 1),
        "score_date": date(2025, 6, 30),
        "score": Decimal("92.1"),
        "region_average": Decimal("91.4"),
    }
    home.land("csi/scores", [score])


def _recall(home: SmallHome, vins: list[str]) -> None:
    opened = {"oem_code": "gm", "campaign_code": "N25", "opened_date": date(2025, 1, 1)}
    home.land("portal/recalls", [opened | {"vin": vin} for vin in vins])


@pytest.mark.parametrize(
    ("units", "amount"),
    [(44, 0), (45, 15_750), (49, 17_150), (50, 30_000), (54, 32_400), (55, 66_000)],
)
def test_nissan_one_pays_the_tier_on_every_unit(warehouse: Warehouse, units: int, amount: int):
    standing = warehouse.standing(f"nissan-{units}", "nissan-one", "2025-06")
    assert (standing["reported_units"], standing["amount_earned"]) == (units, amount)


def test_the_fifty_fifth_nissan_is_worth_33_600(warehouse: Warehouse):
    element = warehouse.element("nissan-54", "nissan-one", "2025-06")
    assert element["units_to_next_tier"] == 1
    assert element["next_tier_amount"] == 66_000
    assert element["worth_of_next_tier_amount"] == 33_600


def test_the_top_tier_has_no_next(warehouse: Warehouse):
    element = warehouse.element("nissan-55", "nissan-one", "2025-06")
    columns = (
        "next_tier_number",
        "next_tier_units",
        "units_to_next_tier",
        "next_tier_amount",
        "worth_of_next_tier_amount",
    )
    assert [element[name] for name in columns] == [None] * 5


@pytest.mark.parametrize(
    ("store", "base", "amount"),
    [("honda-130", 100, 60_000), ("honda-190", 148, 87_000), ("honda-new", 0, 3_000)],
)
def test_honda_pays_units_above_last_year_up_to_the_cap(
    warehouse: Warehouse, store: str, base: int, amount: int
):
    element = warehouse.element(store, "honda-growth", "2025-06", "growth")
    assert (element["base_units"], element["amount_earned"]) == (base, amount)


def test_a_base_before_the_first_report_is_unknown_and_pays_nothing(warehouse: Warehouse):
    element = warehouse.element("honda-130", "honda-growth", "2025-05", "growth")
    assert element["base_units"] is None
    assert (element["standing_state"], element["amount_earned"]) == ("no_objective", 0)


def test_f150_counts_both_model_years_and_pays_one(warehouse: Warehouse):
    element = warehouse.element("ford", "ford-f150", "2025-06", "f150")
    assert (element["reported_units"], element["paid_units"]) == (24, 14)
    assert (element["attainment_pct"], element["amount_earned"]) == (120, 14_000)


def test_volkswagen_elements_add_up_to_two_percent(warehouse: Warehouse):
    amounts = {
        element: warehouse.element("vw", "vw-bonus", "2025-Q2", element)["amount_earned"]
        for element in ("new", "certified", "csi")
    }
    assert amounts == {"new": 20_000, "certified": 5_000, "csi": 15_000}
    standing = warehouse.standing("vw", "vw-bonus", "2025-Q2")
    assert standing["amount_earned"] == 40_000
    assert (standing["gate_state"], standing["headline_element_code"]) == ("met", "new")


def test_chevrolet_deducts_the_share_with_an_open_recall(warehouse: Warehouse):
    element = warehouse.element("chevrolet", "chevrolet-volume", "2025-Q2")
    assert (element["delivered_units"], element["open_recall_units"]) == (100, 2)
    assert (element["amount_before_gates"], element["amount_deducted"]) == (100_000, 2_000)
    assert element["amount_earned"] == 98_000


@pytest.mark.parametrize(("units", "amount"), [(10, 7_500), (11, 16_500)])
def test_amg_pays_back_to_the_first(warehouse: Warehouse, units: int, amount: int):
    standing = warehouse.standing(f"amg-{units}", "mercedes-amg", "2025-06")
    assert standing["amount_earned"] == amount


def test_every_period_of_every_store_has_a_row_without_sales_too(warehouse: Warehouse):
    rows = warehouse.rows(
        "select period_code, reported_units, standing_state from fct_program_standing "
        "where rooftop_id = 'nissan-44' order by period_start_date"
    )
    assert [row["period_code"] for row in rows] == [f"2025-{month:02d}" for month in range(1, 9)]
    assert {row["reported_units"] for row in rows if row["period_code"] != "2025-06"} == {0}


def test_the_last_day_of_a_chart_is_the_standing(warehouse: Warehouse):
    rows = warehouse.rows(
        """
        select daily.reported_units, daily.amount_earned,
            standing.reported_units as standing_units, standing.amount_earned as standing_amount
        from fct_standing_daily as daily
        join fct_element_standing as standing
            using (rooftop_id, program_code, element_code, period_code)
        join fct_program_standing as period using (rooftop_id, program_code, period_code)
        where daily.date = least(period.period_end_date, date '2025-08-15')
        """
    )
    assert len(rows) > 40
    for row in rows:
        assert row["reported_units"] == row["standing_units"]
        assert row["amount_earned"] == row["standing_amount"]


def test_documented_columns_are_the_built_ones(warehouse: Warehouse):
    """Contracts hold the columns; here that each has words, read from dbt's own manifest."""
    import json

    manifest = json.loads(
        (warehouse.path.parent / "dbt" / "target" / "manifest.json").read_text(encoding="utf-8")
    )
    marts = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    ]
    assert len(marts) >= 14
    for node in marts:
        assert node["contract"]["enforced"] and node["description"], node["name"]
        for column in node["columns"].values():
            assert column["description"], f"{node['name']}.{column['name']} has no description"


def test_the_models_own_unit_tests_pass(warehouse: Warehouse):
    """dbt's unit tests need built relations to know the columns, so they run over this home."""
    home = Home(warehouse.path.parent.parent)
    moments = Moments.of(moment(AS_OF), None, ZONE)
    results = run_unit_tests(home, moments)
    assert len(results) >= 10
    assert {name: status for name, status in results.items() if status != "pass"} == {}
