"""Which cars count, are pending, or don't, and the reason that is given: one car a case.

Here: RDR states, unwinds, duplicates, restatements, period edges, deadlines, official lists. Not
here: what counted cars pay (test_dbt_worked_figures.py), gates (test_dbt_gates.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.dbt_fixture import SmallHome, Store, Warehouse, moment, rulebook

AS_OF = "2025-07-20T07:00:00"
STORES = [
    Store("north", "Nissan", "nissan", "N1"),
    Store("south", "Nissan", "nissan", "N2"),
    Store("ford", "Ford", "ford", "F1"),
    Store("jeep", "Jeep", "stellantis", "J1"),
    Store("mazda", "Mazda", "mazda", "Z1"),
]
PROGRAMS = ("nissan-one", "ford-f150", "jeep-flat", "mazda-delivery")
# Cars that the OEM's list counts and the reports don't, and what is said of each.
LISTED = {
    "pending_submitted": "the OEM has not answered yet.",
    "pending_rejected": "The OEM said: MSRP",
    "unwound_before_the_list": "Here: The sale was unwound; it no longer counts.",
    "unwound_after_the_list": "Unwound since the OEM list of 2025-07-10.",
    "fleet": "The program does not count this type of sale.",
    "sold_by_the_other_store": "The OEM accepted the car under another dealer code. (N2)",
}
FORD_LIST = {"oem_code": "ford", "dealer_code": "F1", "program_code": "ford-f150"}
Case = Callable[["Lot"], str]
CASES: dict[str, Case] = {}


class Lot:
    """A home's sales under construction: all deals and RDR events land in one file each."""

    def __init__(self, home: SmallHome) -> None:
        self.home = home
        self.deals: list[dict[str, Any]] = []
        self.reports: list[dict[str, Any]] = []

    def deal(self, store: str, vin: str, on: str | None, **changes: Any) -> None:
        self.deals.append(self.home.deal(store, vin, on, **changes))

    def rdr(self, store: str, vin: str, on: str, event: str = "accepted", **changes: Any) -> None:
        if "at" in changes:
            changes["event_at"] = moment(changes.pop("at"))
        self.reports.append(self.home.rdr(store, vin, on, event, **changes))

    def land(self) -> None:
        self.home.land("dms/deals", self.deals, known_at="2025-07-20T05:00:00")
        self.home.land("portal/rdrs", self.reports, known_at="2025-07-20T05:00:00")


def case(function: Case) -> Case:
    """Registers a maker of one car; it gives back the VIN."""
    CASES[function.__name__] = function
    return function


@pytest.fixture(scope="module")
def lot(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, dict[str, str]]:
    root = tmp_path_factory.mktemp("counting")
    home = SmallHome(root, STORES, [rulebook(name) for name in PROGRAMS])
    sales = Lot(home)
    vins = {name: function(sales) for name, function in CASES.items()}
    sales.land()
    official = {"oem_code": "nissan", "dealer_code": "N1", "program_code": "nissan-one"}
    listed = {"period_code": "2025-06", "as_of_date": date(2025, 7, 10), "is_counted": True}
    on_list = ["reported", "pending_never_submitted", "sold_on_the_first_of_next_month"]
    rows = [official | listed | {"vin": vins[name]} for name in on_list]
    refused = {"vin": vins["sold_on_the_last_day"], "is_counted": False, "reason": "fleet"}
    rows.append(official | listed | refused)
    rows.append(official | listed | {"vin": "1UNKNOWN000000001"})
    for name in LISTED:
        rows.append(official | listed | {"vin": vins[name]})
    rows.append(official | FORD_LIST | listed | {"vin": vins["another_truck_year"]})
    stale = {"vin": vins["unwound"], "as_of_date": date(2025, 7, 1)}
    home.land("portal/official_units", [*rows, official | listed | stale])
    return home.build(AS_OF), vins


def nissan(lot: tuple[Warehouse, dict[str, str]], name: str) -> dict[str, tuple[str, str]]:
    warehouse, vins = lot
    return warehouse.units(vins[name], "nissan-one")


@case
def reported(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-10")
    lot.rdr("north", vin, "2025-06-10", "submitted", at="2025-06-10T18:00:00")
    lot.rdr("north", vin, "2025-06-10", at="2025-06-11T09:00:00")
    return vin


def test_an_accepted_report_counts_and_is_traced(lot):
    warehouse, vins = lot
    unit = warehouse.unit(vins["reported"], "nissan-one", "2025-06")
    assert (unit["count_state"], unit["reason_code"], unit["rdr_status"]) == (
        "reported",
        "counted",
        "accepted",
    )
    assert (unit["is_counted"], unit["is_paid"], unit["pay_reason_code"]) == (True, True, "paid")
    assert (unit["accepted_date"], unit["deal_number"]) == (
        date(2025, 6, 11),
        f"D{vins['reported'][-6:]}",
    )
    assert unit["source_file"].startswith("vendor/portal_rdrs") and unit["source_row"] >= 2
    assert (unit["is_official"], unit["difference_reason"]) == (True, None)


@case
def pending_never_submitted(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    return vin


@case
def pending_submitted(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", "submitted")
    return vin


@case
def pending_rejected(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", "submitted", at="2025-06-12T12:00:00")
    lot.rdr("north", vin, "2025-06-12", "rejected", at="2025-06-13T12:00:00", reject_reason="MSRP")
    return vin


@case
def rejected_then_corrected(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-05-12", "rejected", at="2025-06-13T12:00:00")
    lot.rdr("north", vin, "2025-06-12", rdr_number="R-corrected", at="2025-06-14T12:00:00")
    return vin


@case
def submitted_without_a_deal(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-12", "submitted")
    return vin


@case
def booked_only(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, None, deal_status="booked")
    return vin


@case
def cancelled(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12", deal_status="cancelled")
    return vin


@case
def delivered_tomorrow(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-07-21")
    return vin


@case
def delivered_today(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-07-20")
    return vin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pending_never_submitted", {"2025-06": ("pending", "pending_not_reported")}),
        ("pending_submitted", {"2025-06": ("pending", "pending_rdr_submitted")}),
        ("pending_rejected", {"2025-06": ("pending", "rdr_rejected")}),
        ("rejected_then_corrected", {"2025-06": ("reported", "counted")}),
        ("submitted_without_a_deal", {"2025-06": ("not_counted", "pending_rdr_submitted")}),
        ("booked_only", {}),
        ("cancelled", {}),
        ("delivered_tomorrow", {}),
        ("delivered_today", {"2025-07": ("pending", "pending_not_reported")}),
    ],
)
def test_what_is_not_accepted_is_pending_only_when_delivered(lot, name, expected):
    assert nissan(lot, name) == expected


def test_a_rejection_says_what_the_oem_said(lot):
    warehouse, vins = lot
    unit = warehouse.unit(vins["pending_rejected"], "nissan-one", "2025-06")
    assert unit["reason_text"].endswith("The OEM said: MSRP")


@case
def unwound(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", at="2025-06-12T12:00:00")
    lot.rdr("north", vin, "2025-06-12", "unwound", at="2025-07-03T12:00:00")
    return vin


@case
def unwound_and_sold_again_next_month(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", at="2025-06-12T12:00:00")
    lot.rdr("north", vin, "2025-06-12", "unwound", at="2025-06-20T12:00:00")
    lot.deal("north", vin, "2025-07-02", deal_number="again")
    lot.rdr("north", vin, "2025-07-02", rdr_number="R-again", at="2025-07-02T12:00:00")
    return vin


@case
def unwound_and_sold_again_same_month(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-02", at="2025-06-02T12:00:00")
    lot.rdr("north", vin, "2025-06-02", "unwound", at="2025-06-10T12:00:00")
    lot.rdr("north", vin, "2025-06-20", rdr_number="R-again-2", at="2025-06-20T12:00:00")
    return vin


@case
def unwound_and_delivered_again_unreported(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", at="2025-06-12T12:00:00")
    lot.rdr("north", vin, "2025-06-12", "unwound", at="2025-07-05T12:00:00")
    lot.deal("north", vin, "2025-07-08", deal_number="again-unreported")
    return vin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("unwound", {"2025-06": ("not_counted", "unwound")}),
        (
            "unwound_and_sold_again_next_month",
            {"2025-06": ("not_counted", "unwound"), "2025-07": ("reported", "counted")},
        ),
        ("unwound_and_sold_again_same_month", {"2025-06": ("reported", "counted")}),
        (
            "unwound_and_delivered_again_unreported",
            {"2025-06": ("not_counted", "unwound"), "2025-07": ("pending", "pending_not_reported")},
        ),
    ],
)
def test_an_unwound_sale_no_longer_counts_and_a_new_one_counts_on_its_own_date(lot, name, expected):
    assert nissan(lot, name) == expected


def test_the_chart_counts_an_unwound_car_until_its_unwind(lot):
    warehouse, _ = lot
    sql = """
        select date, reported_units from fct_standing_daily
        where rooftop_id = 'jeep' and period_code = ? order by date
    """
    june = {row["date"].day: row["reported_units"] for row in warehouse.rows(sql, "2025-06")}
    july = {row["date"].day: row["reported_units"] for row in warehouse.rows(sql, "2025-07")}
    assert (june[4], june[5], june[30]) == (0, 5, 5)
    assert (july[2], july[3], july[15]) == (0, -1, 0)


def test_the_chart_counts_a_car_sold_again_from_its_first_sale_to_its_unwind(lot):
    warehouse, _ = lot
    sql = """
        select date, reported_units from fct_standing_daily
        where rooftop_id = 'jeep' and period_code = '2025-05' order by date
    """
    may = {row["date"].day: row["reported_units"] for row in warehouse.rows(sql)}
    assert [may[day] for day in (1, 2, 9, 10, 19, 20, 31)] == [0, 1, 1, 0, 0, 1, 1]


@case
def jeep_sold_again_in_may(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("jeep", vin, "2025-05-02", at="2025-05-02T12:00:00")
    lot.rdr("jeep", vin, "2025-05-02", "unwound", at="2025-05-10T12:00:00")
    lot.rdr("jeep", vin, "2025-05-20", rdr_number="R-jeep-again", at="2025-05-20T12:00:00")
    return vin


@case
def jeep_unwound_next_month(lot: Lot) -> str:
    for _ in range(4):
        lot.rdr("jeep", lot.home.vin(), "2025-06-05")
    vin = lot.home.vin()
    lot.rdr("jeep", vin, "2025-06-05", at="2025-06-05T12:00:00")
    lot.rdr("jeep", vin, "2025-06-05", "unwound", at="2025-07-03T12:00:00")
    lot.rdr("jeep", lot.home.vin(), "2025-07-15")
    return vin


def test_an_unwind_may_land_in_its_own_period(lot):
    warehouse, vins = lot
    june = warehouse.element("jeep", "jeep-flat", "2025-06")
    july = warehouse.element("jeep", "jeep-flat", "2025-07")
    assert (june["reported_units"], june["amount_earned"]) == (5, 1_000)
    assert (july["reported_units"], july["paid_units"], july["amount_earned"]) == (0, 0, 0)
    taken_back = warehouse.unit(vins["jeep_unwound_next_month"], "jeep-flat", "2025-07")
    assert (taken_back["count_state"], taken_back["reversed_units"]) == ("not_counted", 1)
    assert taken_back["reversed_date"] == date(2025, 7, 3)


@case
def jeep_unwound_and_sold_again_as_fleet(lot: Lot) -> str:
    lot.rdr("jeep", lot.home.vin(), "2025-03-05")
    lot.rdr("jeep", lot.home.vin(), "2025-04-05")
    vin = lot.home.vin()
    lot.rdr("jeep", vin, "2025-03-05", at="2025-03-05T12:00:00")
    lot.rdr("jeep", vin, "2025-03-05", "unwound", at="2025-04-10T12:00:00")
    again = {"rdr_number": "R-jeep-fleet", "sale_type": "fleet", "at": "2025-04-20T12:00:00"}
    lot.rdr("jeep", vin, "2025-04-20", **again)
    return vin


def test_an_unwound_unit_is_taken_back_as_what_it_was_sold_as(lot):
    warehouse, vins = lot
    march = warehouse.element("jeep", "jeep-flat", "2025-03")
    april = warehouse.element("jeep", "jeep-flat", "2025-04")
    assert (march["reported_units"], april["reported_units"], april["paid_units"]) == (2, 0, 0)
    unit = warehouse.unit(vins["jeep_unwound_and_sold_again_as_fleet"], "jeep-flat", "2025-04")
    assert (unit["reason_code"], unit["sale_type"]) == ("wrong_sale_type", "fleet")
    (was,) = warehouse.rows(
        "from dim_unit_class where unit_class_id = ?", unit["reversed_unit_class_id"]
    )
    assert (unit["reversed_units"], was["sale_type"]) == (1, "retail")
    (paid,) = warehouse.rows(
        "from intermediate.int_program_paid_msrp where (program_code, period_code) = "
        "('jeep-flat', '2025-04')"
    )
    assert paid["paid_msrp_amount"] == 0


@case
def accepted_twice(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-07-01", rdr_number="R-twice")
    return vin


@case
def accepted_twice_in_one_month(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-15", rdr_number="R-twice-2")
    return vin


@case
def courtesy_car_sold_later(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-05-12", sale_type="loaner")
    lot.rdr("north", vin, "2025-07-01", rdr_number="R-loaner")
    return vin


@case
def fleet(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-12", sale_type="fleet")
    return vin


@case
def used(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12", stock_type="used")
    return vin


@case
def another_make(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12", make="Honda", stock_type="used")
    return vin


@case
def mistyped(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12", is_vin_valid=False)
    return vin


@case
def sold_by_the_other_store(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-12")
    lot.rdr("south", vin, "2025-06-12")
    return vin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "accepted_twice",
            {"2025-06": ("reported", "counted"), "2025-07": ("not_counted", "duplicate_vin")},
        ),
        ("accepted_twice_in_one_month", {"2025-06": ("reported", "counted")}),
        (
            "courtesy_car_sold_later",
            {"2025-05": ("not_counted", "wrong_sale_type"), "2025-07": ("reported", "counted")},
        ),
        ("fleet", {"2025-06": ("not_counted", "wrong_sale_type")}),
        ("used", {"2025-06": ("not_counted", "wrong_stock_type")}),
        ("another_make", {}),
        ("mistyped", {"2025-06": ("not_counted", "vin_invalid")}),
    ],
)
def test_a_car_counts_once_and_says_why_not(lot, name, expected):
    assert nissan(lot, name) == expected


def test_a_car_reported_under_another_code_is_not_pending_here(lot):
    warehouse, vins = lot
    rows = warehouse.rows(
        "select rooftop_id, count_state, reason_code from fct_counted_unit "
        "where vin = ? order by rooftop_id",
        vins["sold_by_the_other_store"],
    )
    assert [tuple(row.values()) for row in rows] == [
        ("north", "not_counted", "counted_under_other_code"),
        ("south", "reported", "counted"),
    ]


@case
def sold_on_the_last_day(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-07-01")
    lot.rdr("north", vin, "2025-06-30", at="2025-06-30T23:59:59")
    return vin


@case
def sold_on_the_first_of_next_month(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("north", vin, "2025-06-30")
    lot.rdr("north", vin, "2025-07-01")
    return vin


@case
def mazda_delivered_in_june_reported_in_july(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("mazda", vin, "2025-06-30")
    lot.rdr("mazda", vin, "2025-07-01")
    return vin


def test_the_counting_date_decides_the_period(lot):
    assert nissan(lot, "sold_on_the_last_day") == {"2025-06": ("reported", "counted")}
    by_report = nissan(lot, "sold_on_the_first_of_next_month")
    assert by_report["2025-07"] == ("reported", "counted")
    warehouse, vins = lot
    mazda = vins["mazda_delivered_in_june_reported_in_july"]
    by_delivery = warehouse.units(mazda, "mazda-delivery")
    assert by_delivery == {"2025-06": ("reported", "counted")}


@case
def accepted_on_the_deadline(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("ford", vin, "2025-06-30", model="F-150", model_year=2023, at="2025-07-10T23:59:00")
    return vin


@case
def accepted_after_the_deadline(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("ford", vin, "2025-06-30", model="F-150", model_year=2023, at="2025-07-11T00:01:00")
    return vin


@case
def pending_after_the_deadline(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.deal("ford", vin, "2025-06-30", model="F-150", model_year=2023)
    return vin


@case
def another_truck(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("ford", vin, "2025-06-30", model="Ranger")
    return vin


@case
def counted_not_paid(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("ford", vin, "2025-06-30", model="F-150", model_year=2024)
    return vin


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accepted_on_the_deadline", ("reported", "counted", "paid")),
        ("accepted_after_the_deadline", ("not_counted", "reported_too_late", "not_counted")),
        ("pending_after_the_deadline", ("not_counted", "reported_too_late", "not_counted")),
        ("another_truck", ("not_counted", "wrong_model", "wrong_model")),
        ("counted_not_paid", ("reported", "counted", "wrong_model_year")),
    ],
)
def test_deadlines_and_filters_give_their_reason(lot, name, expected):
    warehouse, vins = lot
    unit = warehouse.unit(vins[name], "ford-f150", "2025-06")
    assert (unit["count_state"], unit["reason_code"], unit["pay_reason_code"]) == expected


@case
def restated_delivery(lot: Lot) -> str:
    vin = lot.home.vin()
    first = {"row_updated_at": moment("2025-06-13T01:00:00"), "deal_number": "restated"}
    later = first | {"row_updated_at": moment("2025-07-02T01:00:00")}
    lot.deal("north", vin, "2025-07-01", **later)
    lot.deal("north", vin, "2025-06-12", **first)
    return vin


@case
def restated_on_one_stamp(lot: Lot) -> str:
    vin = lot.home.vin()
    stamp = {"row_updated_at": moment("2025-06-13T01:00:00"), "deal_number": "one-stamp"}
    lot.deal("north", vin, "2025-06-12", **stamp)
    lot.deal("north", vin, "2025-06-28", msrp_amount=Decimal("31000"), **stamp)
    return vin


def test_a_restated_deal_replaces_its_earlier_version(lot):
    assert nissan(lot, "restated_delivery") == {"2025-07": ("pending", "pending_not_reported")}
    warehouse, vins = lot
    unit = warehouse.unit(vins["restated_on_one_stamp"], "nissan-one", "2025-06")
    assert (unit["delivery_date"], unit["msrp_amount"]) == (date(2025, 6, 28), 31_000)


@case
def unwound_before_the_list(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", "unwound", at="2025-07-05T12:00:00")
    return vin


@case
def unwound_after_the_list(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("north", vin, "2025-06-12")
    lot.rdr("north", vin, "2025-06-12", "unwound", at="2025-07-12T12:00:00")
    return vin


@case
def another_truck_year(lot: Lot) -> str:
    vin = lot.home.vin()
    lot.rdr("ford", vin, "2025-06-30", model="F-150", model_year=2022)
    return vin


def test_each_difference_with_the_oems_list_is_named(lot):
    warehouse, vins = lot
    said = {
        row["vin"]: (row["is_official"], row["difference_reason"])
        for row in warehouse.rows(
            "from fct_counted_unit where program_code = 'nissan-one' and period_code = '2025-06' "
            "and rooftop_id = 'north'"
        )
    }
    assert said[vins["reported"]] == (True, None)
    assert "no RDR has been submitted" in said[vins["pending_never_submitted"]][1]
    assert said[vins["sold_on_the_last_day"]][1].endswith("fleet")
    assert "not on the OEM list" in said[vins["accepted_twice"]][1]
    assert "outside this period" in said[vins["sold_on_the_first_of_next_month"]][1]
    assert "no feed" in said["1UNKNOWN000000001"][1]
    assert said[vins["unwound"]] == (False, None)  # only the latest list speaks


@pytest.mark.parametrize("name", LISTED)
def test_each_reason_for_which_the_oem_counts_a_car_and_the_reports_do_not(lot, name):
    warehouse, vins = lot
    unit = warehouse.row(
        "from fct_counted_unit where (vin, rooftop_id, period_code) = (?, 'north', '2025-06')",
        vins[name],
    )
    assert (unit["is_official"], unit["is_counted"]) == (True, False)
    assert unit["difference_reason"].endswith(LISTED[name]), unit["difference_reason"]


def test_the_oem_counts_a_model_year_that_the_program_does_not(lot):
    warehouse, vins = lot
    unit = warehouse.unit(vins["another_truck_year"], "ford-f150", "2025-06")
    assert (unit["is_official"], unit["is_counted"]) == (True, False)
    assert unit["difference_reason"].endswith("The program does not count this model year.")


def test_counts_are_the_cars_behind_them(lot):
    warehouse, _ = lot
    for row in warehouse.rows(
        """
        select rooftop_id, program_code, period_code,
            standing.reported_units, standing.pending_units,
            count(*) filter (units.is_pending) as pending,
            count(*) filter (units.is_counted) - coalesce(sum(units.reversed_units), 0) as counted
        from fct_element_standing as standing
        left join fct_counted_unit as units using (rooftop_id, program_code, period_code)
        group by all
        """
    ):
        assert (row["reported_units"], row["pending_units"]) == (row["counted"], row["pending"])


def test_a_gap_for_each_car_that_can_still_be_mended(lot):
    warehouse, vins = lot
    rows = warehouse.rows("from fct_gap where rooftop_id in ('north', 'ford')")
    gaps = {(row["vin"], row["gap_code"]) for row in rows}
    assert (vins["pending_never_submitted"], "delivered_not_reported") in gaps
    assert (vins["pending_rejected"], "rdr_rejected") in gaps
    assert (vins["mistyped"], "vin_invalid") in gaps
    assert not any(vin == vins["pending_after_the_deadline"] for vin, _ in gaps)
    assert not any(vin == vins["pending_submitted"] for vin, _ in gaps)
