"""Scenarios and plans expect what the forecast expects, to the cent, of programs of any shape.

Here: drawn programs with rules over several periods, tiers by score and pay line by line, forecast
and published; each program's expected amount worked out again from the published file alone. Not
here: scenarios that happened (test_scenario_is_sold.py), the command line.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet
import pytest

from forecasting.pipeline import run_forecast
from orchestration.moments import Moments
from orchestration.publish import publish
from orchestration.rules import write_documents
from orchestration.settle import read_histories
from programs.counted_text import counted_from, counted_text
from programs.money import round_money
from programs.plan_samples import expected_cents
from scenarios.facts import read_group
from scenarios.reading import read_group as read_plans
from scenarios.rooftops import Group
from tests.integration.dbt_fixture import ZONE, SmallHome, Store, moment
from tests.integration.drawn_programs import AS_OF, drawn_facts, drawn_rulebooks, drawn_texts

PROGRAMS, STORES = 60, {"small": 3, "large": 12}
EVENING = f"{AS_OF}T20:00:00"
Key = tuple[str, str]  # rooftop, program


@dataclass(frozen=True)
class Expected:
    """What the forecast expects of each program, and the published file."""

    file: Path
    home: SmallHome
    group: Group
    amounts: dict[Key, Decimal]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Expected:
    books, texts = drawn_rulebooks(PROGRAMS), drawn_texts(PROGRAMS)
    stores = [Store(name, "Example", "example", name.upper()) for name in STORES]
    home = SmallHome(tmp_path_factory.mktemp("expects"), stores, books)
    drawn_facts(home, STORES)
    warehouse, place = home.build(EVENING), home.home
    # Rules between programs are the forecast's last step, and no scenario's.
    for name in ("stackings", "stacking_members"):
        path = place.compiled / f"{name}.parquet"
        parquet.write_table(parquet.read_table(path).slice(0, 0), path)
    calendars = {"plain": home.calendar}
    run_forecast(
        warehouse.path, place.compiled, place.forecast, as_of_date=AS_OF, draws=12, seed=3,
        calendars=calendars, rulebooks=books,
        histories=read_histories(warehouse.path, books, AS_OF),
    )  # fmt: skip
    months = "".join(
        f"  - {{code: {one.code}, start: {one.start}, end: {one.end}}}\n"
        for one in home.calendar.months
    )
    documents = ((place.rulebooks, texts), (place.calendars, {"plain.yaml": HEAD + months}))
    for folder, files in documents:
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    write_documents(place)
    file = publish(
        place, run_id="x", moments=Moments.of(moment(EVENING), None, ZONE), group_name="Test",
        time_zone=ZONE, code_version="x", gates=[], keep=1, keep_seconds=0,
    ).file  # fmt: skip
    with duckdb.connect(str(file), read_only=True) as connection:
        rows = connection.execute(
            "select rooftop_id, program_code, expected_amount from fct_forecast_program"
        ).fetchall()
    return Expected(file, home, read_group(file), {row[:2]: row[2] for row in rows})


HEAD = "code: plain\nmonths:\n"


def test_a_scenario_without_a_change_expects_what_is_published(made: Expected) -> None:
    kinds: Counter[str] = Counter()
    for rooftop in made.group.rooftops.values():
        for found in rooftop.facts.programs:
            outlook, key = found.before.outlook, (rooftop.rooftop_id, found.facts.program_code)
            assert round_money(expected_cents(outlook) / 100) == made.amounts[key], key
            kinds["across"] += outlook.across is not None
            kinds["scored"] += any(one.score_tiers is not None for one in outlook.elements)
            kinds["by line"] += any(one.ahead for one in outlook.elements)
            kinds["paid"] += made.amounts[key] > 0
    # Hypothesis draws otherwise with other modules loaded, so the bound leaves room.
    assert min(kinds[name] for name in ("across", "scored", "by line", "paid")) >= 3, kinds


def test_a_plan_starts_from_the_same(made: Expected) -> None:
    rooftops, reasons = read_plans(made.file)
    assert reasons == {}
    for rooftop_id, inputs in rooftops.items():
        for period in inputs.programs:
            amount = round_money(expected_cents(period.outlook) / 100)
            assert amount == made.amounts[rooftop_id, period.state.program_code]


def test_what_a_program_is_settled_with_is_published_whole(made: Expected) -> None:
    read = read_histories(made.home.home.warehouse_file, made.home.rulebooks, AS_OF)
    histories = read(sorted(STORES), sorted(book.program_code for book in made.home.rulebooks))
    counted = [one.counted for found in histories["large"].values() for period in [found]
               for one in period]  # fmt: skip
    assert any(one.lines for one in counted) and any(one.strikes for one in counted)
    assert [counted_from(counted_text(one)) for one in counted] == counted
