"""The guide's bulletins over several periods, from landed rows: each example pays what it states.

Here: every example of a rulebook as a store of its own, all of them through SQL and settlement; and
a morning before a month was earned back. Not here: programs of any shape (test_dbt_any_shape.py),
bulletins of one period (test_dbt_worked_figures.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.landing.kinds import KINDS
from programs.calendars import Calendar, Period, read_calendar
from programs.rule_examples import Example, ExampleInputs, ExampleUnits
from programs.rulebook import Rulebook, read_rulebook
from tests.integration.dbt_fixture import SmallHome, Store, Warehouse, plain_calendar

GUIDE = Path(__file__).parents[2] / "docs" / "rulebooks" / "examples"
BULLETINS = (
    "ford-pilot-2014", "infiniti-2019", "shape-catch-up-tiers", "mercedes-advertising-2014",
)  # fmt: skip
EARLIEST = "2013-06-01T05:00:00"
AS_OF = "2019-12-31T20:00:00"


@dataclass(frozen=True)
class Told:
    """One example, and the store that it is landed as."""

    store: Store
    book: Rulebook
    example: Example

    @property
    def periods(self) -> tuple[Any, ...]:
        return self.example.periods

    def __str__(self) -> str:
        return f"{self.book.program_code}: {self.example.example}"


def _books() -> list[Rulebook]:
    """The guide's rulebooks, on one calendar."""
    books = []
    for name in BULLETINS:
        text = (GUIDE / f"{name}.yaml").read_text(encoding="utf-8")
        lines = text.splitlines()
        (when,) = (number for number, line in enumerate(lines) if line.startswith("when:"))
        lines[when] = "when: {calendar: plain, grain: month}"
        books.append(read_rulebook("\n".join(lines), f"{name}.yaml"))
    return books


BOOKS = _books()
TOLD = [
    Told(Store(f"{book.program_code}-{number}", book.latest.who.makes[0], book.latest.oem,
               f"{book.program_code}-{number}", from_date=date(2010, 1, 1)), book, example)
    for book in BOOKS
    for number, example in enumerate(book.latest.examples)
    if example.periods
]  # fmt: skip


def _calendar() -> Calendar:
    """Calendar months, but for the winter of 2014, as the Ford bulletin has it."""
    own = {
        "2014-11": (date(2014, 11, 1), date(2014, 12, 1)),
        "2014-12": (date(2014, 12, 2), date(2015, 1, 2)),
        "2015-01": (date(2015, 1, 3), date(2015, 1, 31)),
    }
    text = "code: plain\nmonths:\n"
    for month in plain_calendar(2012, 2020).months:
        start, end = own.get(month.code, (month.start, month.end))
        text += f"  - {{code: {month.code}, start: {start}, end: {end}}}\n"
    return read_calendar(text, "plain.yaml")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> SmallHome:
    calendar = _calendar()
    home = SmallHome(
        tmp_path_factory.mktemp("bulletins"), [told.store for told in TOLD], BOOKS, calendar
    )
    periods = {period.code: period for period in calendar.periods("month")}
    rows: dict[str, list[dict[str, Any]]] = {}
    for told in TOLD:
        for inputs in told.periods:
            for kind, row in _rows(home, told, inputs, periods[inputs.period]):
                rows.setdefault(kind, []).append(row)
    for kind, found in rows.items():
        home.land(kind, found, known_at=EARLIEST)
    return home


def _rows(
    home: SmallHome, told: Told, inputs: ExampleInputs, period: Period
) -> Iterator[tuple[str, dict[str, Any]]]:
    """What must be landed for one period of an example to have been so."""
    key = {"oem_code": told.store.oem, "dealer_code": told.store.dealer_code}
    number = 0
    for units in inputs.sold:
        for msrp in _shares(units):
            day = period.start + timedelta(days=number % ((period.end - period.start).days + 1))
            number += 1
            traits = {"stock_type": units.stock_type, "sale_type": units.sale_type}
            traits |= {"msrp_amount": msrp, "model_year": units.model_year or day.year}
            sale = home.rdr(told.store.rooftop_id, home.vin(), str(day), **traits)
            if told.book.latest.basis.event == "wholesale":
                yield "portal/shipments", _shipment(sale)
            else:
                yield "portal/rdrs", sale
    if inputs.objective is not None:
        yield "portal/objectives", key | {
            "program_code": told.book.program_code,
            "element_code": told.book.latest.elements[0].element,
            "period_code": period.code,
            "objective_units": inputs.objective,
            "announced_date": period.start - timedelta(days=5),
        }
    for number, day in enumerate(inputs.strikes):
        code = f"{period.code}-{number}"
        strike = {"item_code": code, "item_type": "strike", "item_name": code, "due_date": day}
        yield "portal/compliance_items", key | strike
    for metric, score in inputs.scores.items():
        yield "csi/scores", {
            "dealer_code": told.store.dealer_code,
            "make": told.store.make,
            "metric_code": metric,
            "score_date": period.end,
            "score": score.score,
            "sample_count": score.sample,
            "region_average": score.region_average,
        }


def _shipment(sale: dict[str, Any]) -> dict[str, Any]:
    """A car shipped to the dealer on the day, in the columns of its own kind."""
    names = {field.name for field in KINDS["portal/shipments"].arrow_schema}
    shipped = {"invoice_number": sale["rdr_number"], "shipped_date": sale["sale_date"]}
    return {name: value for name, value in (sale | shipped).items() if name in names}


def _shares(units: ExampleUnits) -> list[Decimal]:
    """The MSRP of alike units one by one, to the cent; the last one takes what is left."""
    total = units.msrp_total or Decimal(0)
    each = (total / units.units).quantize(Decimal("0.01"))
    return [*[each] * (units.units - 1), total - each * (units.units - 1)]


@pytest.fixture(scope="module")
def warehouse(home: SmallHome) -> Warehouse:
    return home.build(AS_OF)


@pytest.mark.parametrize("told", TOLD, ids=str)
def test_an_example_pays_what_it_states(told: Told, warehouse: Warehouse) -> None:
    rows = {
        row["period_code"]: row
        for row in warehouse.rows(
            "from fct_program_standing where (rooftop_id, program_code) = (?, ?)",
            told.store.rooftop_id, told.book.program_code,
        )
    }  # fmt: skip
    assert sum(row["amount_earned"] for row in rows.values()) == told.example.amount
    for period in told.periods:
        for figure, stated in (("amount_earned", period.amount), ("amount_held", period.held)):
            if stated is not None:
                assert rows[period.period][figure] == stated, (period.period, figure)


def test_a_month_earned_back_names_its_rule_and_figures(warehouse: Warehouse) -> None:
    row = warehouse.row("from fct_program_adjustment where rooftop_id = 'ford-pilot-0'")
    assert row["period_code"] == "2014-11"
    assert (row["amount_earned"], row["amount_held"]) == (9000, 0)
    assert (row["rule_kind"], row["bulletin_number"]) == ("catch_up", "Ford pilot 2014-11")
    assert row["evidence_text"].startswith(
        "2014-11: 18 of 20 units, tier 0; 2014-12: 22 of 20 units, tier 1"
    )


def test_on_the_morning_before_nothing_was_earned_back_yet(home: SmallHome) -> None:
    """The fortieth car of both months is sold on 23 December; a day counts whole."""
    before, after = (
        home.build(f"2014-12-{day}T07:00:00").standing("ford-pilot-0", "ford-pilot", "2014-11")
        for day in (22, 23)
    )
    assert (before["amount_earned"], before["amount_adjusted"]) == (0, 0)
    assert (after["amount_earned"], after["amount_adjusted"]) == (9000, 9000)
