"""When it happened and when it became known: a past morning comes back to the cent.

Here: the same files asked about different moments, names and orders of arrival. Not here: the cases
of counting (test_dbt_counting.py); replays of the sample group's mornings (pipeline tests).
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orchestration import dbt_build
from tests.integration.dbt_fixture import SmallHome, Store, Warehouse, moment, rulebook

STORE = Store("north", "Nissan", "nissan", "N1")
MORNING, LATER = "2025-06-18T07:00:00", "2025-07-10T07:00:00"
REVISION = """
revisions:
  - announced: 2025-06-20
    effective: 2025-06-01
    source: {bulletin: N-2, date: 2025-06-20}
    change:
      elements:
        - element: volume
          name: New vehicle volume
          counts: {stock_type: new, sale_type: [retail, lease]}
          pays: same
          against: objective
          tiers: {edges: percent, bands: [{from: 50, per_unit: 1000}]}
      examples:
        - {example: half, objective: 50, sold: [{units: 25}], amount: 25000}
"""


class Story:
    """A store's June as it became known; `until` leaves out the files of later moments."""

    def __init__(self, root: Path, until: str | None = None, *, backwards: bool = False) -> None:
        book = rulebook("nissan-one", lambda text: text + REVISION)
        self.home = SmallHome(root, [STORE], [book])
        self.until = moment(until) if until else None
        self.vins = [self.home.vin() for _ in range(12)]
        events = [
            self.objectives,
            self.first_sales,
            self.restated_deal,
            self.late_row,
            self.unwind,
            self.revised_objective,
        ]
        for event in reversed(events) if backwards else events:
            event()

    def land(self, kind: str, rows: list[dict[str, Any]], known_at: str, **more: Any) -> None:
        if self.until is None or moment(known_at) <= self.until:
            # Named by its content's moment, so that the order of landing leaves no trace.
            name = f"vendor/{kind.replace('/', '_')}_{known_at}.csv"
            self.home.land(kind, rows, known_at=known_at, file=name, **more)

    def objectives(self) -> None:
        self._objective(10, "2025-06-01", "2025-06-01T05:00:00")

    def revised_objective(self) -> None:
        self._objective(20, "2025-06-16", "2025-06-24T05:00:00")

    def _objective(self, units: int, announced: str, known_at: str) -> None:
        row = {
            "oem_code": "nissan",
            "dealer_code": "N1",
            "program_code": "nissan-one",
            "element_code": "volume",
            "period_code": "2025-06",
            "objective_units": units,
            "announced_date": date.fromisoformat(announced),
        }
        self.land("portal/objectives", [row], known_at)

    def first_sales(self) -> None:
        early = self.vins[:10]
        again = {"vendor/again.csv": "2025-06-30T05:00:00", "vendor/before.csv": MORNING}
        deals = [self.home.deal("north", vin, "2025-06-10") for vin in early]
        reports = [self.home.rdr("north", vin, "2025-06-10") for vin in early[:9]]
        named = {
            name: at for name, at in again.items() if self.until is None or moment(at) <= self.until
        }
        self.land("dms/deals", deals, "2025-06-11T05:00:00", also_named=named)
        self.land("portal/rdrs", reports, "2025-06-11T05:00:00")

    def restated_deal(self) -> None:
        stamp = {"row_updated_at": moment("2025-06-19T01:00:00")}
        row = self.home.deal("north", self.vins[9], "2025-07-01", **stamp)
        self.land("dms/deals", [row], "2025-06-19T05:00:00")

    def late_row(self) -> None:
        row = self.home.rdr("north", self.vins[10], "2025-06-12")
        self.land("portal/rdrs", [row], "2025-06-25T05:00:00")

    def unwind(self) -> None:
        at = moment("2025-07-02T12:00:00")
        row = self.home.rdr("north", self.vins[0], "2025-06-10", "unwound", event_at=at)
        self.land("portal/rdrs", [row], "2025-07-03T05:00:00")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("everything"))


def content(warehouse: Warehouse) -> dict[str, list[str]]:
    """Every row of every mart, as sorted text."""
    tables = warehouse.rows(
        "select table_name from information_schema.tables where table_schema = 'marts'"
    )
    return {
        row["table_name"]: sorted(
            json.dumps(found, default=str, sort_keys=True)
            for found in warehouse.rows(f"from {row['table_name']}")
        )
        for row in tables
    }


def test_a_past_morning_is_what_its_files_alone_gave(everything: Story, tmp_path: Path):
    then = content(Story(tmp_path, until=MORNING).home.build(MORNING))
    now = content(everything.home.build(MORNING))
    assert then["fct_counted_unit"] and then["fct_standing_daily"]
    for name, rows in then.items():
        assert now[name] == rows, name


def test_the_morning_knew_the_rules_and_objective_of_its_day(everything: Story):
    warehouse = everything.home.build(MORNING)
    element = warehouse.element("north", "nissan-one", "2025-06")
    assert (element["program_version"], element["objective_units"]) == (1, 10)
    assert (element["reported_units"], element["pending_units"]) == (9, 1)
    assert element["amount_earned"] == 9 * 350


def test_an_earlier_day_with_what_is_known_since(everything: Story):
    """The 18th as it looks from July: late row, new rules, revised objective; no unwind yet."""
    warehouse = everything.home.build(MORNING, known_at=LATER)
    element = warehouse.element("north", "nissan-one", "2025-06")
    assert (element["program_version"], element["objective_units"]) == (2, 20)
    assert (element["reported_units"], element["pending_units"]) == (10, 0)
    assert element["amount_earned"] == 10 * 1_000


def test_the_order_and_the_names_of_arrival_leave_no_trace(everything: Story, tmp_path: Path):
    backwards = Story(tmp_path, backwards=True)
    warehouse = everything.home.build(LATER)
    assert content(backwards.home.build(LATER)) == content(warehouse)
    element = warehouse.element("north", "nissan-one", "2025-06")
    assert element["reported_units"] == 9  # nine early, one late, one unwound
    assert warehouse.units(everything.vins[9], "nissan-one") == {
        "2025-07": ("pending", "pending_not_reported")
    }
    days = {
        row["date"].isoformat(): (row["objective_units"], row["reported_units"])
        for row in warehouse.rows("from fct_standing_daily where period_code = '2025-06'")
    }
    assert days["2025-06-15"] == (10, 11 - 1)
    assert days["2025-06-16"] == (20, 10)


def test_a_missing_moment_is_an_error_that_names_it(everything: Story):
    from dbt.cli.main import dbtRunner

    os.environ["STAIRSTEP_HOME"] = str(everything.home.root)
    arguments = [
        "compile",
        "--select",
        "stg_landing__files",
        "--vars",
        '{as_of_date: "2025-06-18"}',
    ]
    try:
        outcome = dbtRunner().invoke([*arguments, *dbt_build._flags(everything.home.home)])
    finally:
        del os.environ["STAIRSTEP_HOME"]
        dbt_build.close_warehouse()
    said = str(outcome.exception or [result.message for result in outcome.result.results])
    assert not outcome.success
    assert "The var 'known_at' is missing" in said
