"""The forecast from marts to tables, on a small warehouse of the marts' own shape.

The figures of the tables are worked out again here from fct_forecast_sample in plain Python.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecasting.errors import ForecastError
from forecasting.pipeline import run_forecast
from forecasting.tables import KEYS, SCHEMAS, to_table, write_tables
from programs.calendars import Calendar, Month
from programs.compiled_schemas import SCHEMAS as COMPILED
from tests.unit.forecasting.small_warehouse import (
    FLEET,
    MONTH,
    NISSAN_SEGMENT,
    PRICE,
    QUARTER,
    TODAY,
    VW_NEW,
    compiled_tables,
    daily_units,
    make_home,
)

DRAWS = 300


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return make_home(tmp_path_factory.mktemp("home"), daily_units())


def forecast(home: Path, out: Path, **settings):
    settings = {"draws": DRAWS, "seed": 5} | settings
    report = run_forecast(
        home / "stairstep.duckdb", home / "compiled", out, as_of_date=TODAY, **settings
    )
    return report, {name: pq.read_table(out / f"{name}.parquet") for name in SCHEMAS}


@pytest.fixture(scope="module")
def made(home, tmp_path_factory):
    return forecast(home, tmp_path_factory.mktemp("out"))


def rows_of(table: pa.Table, **values) -> list[dict]:
    return [
        row for row in table.to_pylist() if all(row[name] == it for name, it in values.items())
    ]


def one(table: pa.Table, **values) -> dict:
    (row,) = rows_of(table, **values)
    return row


def samples(tables, rooftop: str, segment: str, end: date) -> dict:
    return one(
        tables["fct_forecast_sample"],
        rooftop_id=rooftop, segment_code=segment, period_end_date=end,
    )  # fmt: skip


def test_the_tables_have_their_schemas_keys_and_every_open_element(made):
    report, tables = made
    for name, table in tables.items():
        assert table.schema.equals(SCHEMAS[name])
        keys = [tuple(row[column] for column in KEYS[name]) for row in table.to_pylist()]
        assert len(set(keys)) == len(keys) == report.rows[name]
    elements = {(r["rooftop_id"], r["program_code"], r["element_code"]) for r in
                tables["fct_forecast"].to_pylist()}  # fmt: skip
    assert elements == {
        ("old-nissan", "nissan-month", "volume"), ("old-nissan", "nissan-quarter", "volume"),
        ("new-nissan", "nissan-month", "volume"), ("new-nissan", "nissan-quarter", "volume"),
        ("vw", "vw-quarter", "new"),  # no row for the CSI element: it has no volume
    }  # fmt: skip
    assert report.program_count == 5
    assert report.model_code == "stairstep"


def nissan_amount(units: int) -> int:
    """The ladder of the month, by hand; pays every counted unit."""
    for edge, pay in ((44, 1200), (40, 600), (36, 350)):
        if units >= edge:
            return units * pay
    return 0


def test_the_month_is_the_samples_through_the_ladder(made):
    """Plain Python over fct_forecast_sample: units, band, chances and the mean amount."""
    _, tables = made
    drawn = samples(tables, "old-nissan", NISSAN_SEGMENT, MONTH[2])
    row = one(tables["fct_forecast"], rooftop_id="old-nissan", program_code="nissan-month")
    totals = [drawn["units_to_date"] + more for more in drawn["remaining_units"]]
    assert len(totals) == DRAWS
    assert drawn["units_from_date"] == MONTH[1]
    assert row["units_to_date"] == drawn["units_to_date"] + 2  # this morning's two
    assert row["expected_units"] == pytest.approx(sum(totals) / DRAWS)
    ordered = sorted(totals)
    for share, name in ((0.1, "low_80"), (0.5, "median"), (0.9, "high_80"), (0.975, "high_95")):
        assert row[f"{name}_units"] == ordered[math.ceil(share * DRAWS) - 1]
    tiers = rows_of(
        tables["fct_forecast_tier"], rooftop_id="old-nissan", program_code="nissan-month"
    )
    assert [tier["edge_units"] for tier in tiers] == [36, 40, 44]
    for tier in tiers:
        reached = sum(total >= tier["edge_units"] for total in totals) / DRAWS
        assert tier["chance"] == pytest.approx(reached)
    assert row["chance_any_tier"] == tiers[0]["chance"]
    assert 0 < row["chance_any_tier"] < 1
    cents = sum(nissan_amount(total) for total in totals) * 100
    assert row["expected_amount"] == Decimal((2 * cents + DRAWS) // (2 * DRAWS)).scaleb(-2)


def test_a_quarter_counts_the_fleet_cars_but_does_not_pay_them(made):
    _, tables = made
    ours = samples(tables, "old-nissan", NISSAN_SEGMENT, QUARTER[2])
    fleet = samples(tables, "old-nissan", FLEET, QUARTER[2])
    row = one(tables["fct_forecast"], rooftop_id="old-nissan", program_code="nissan-quarter")
    cents = units = 0
    for kept, moved in zip(ours["remaining_units"], fleet["remaining_units"], strict=True):
        paid = ours["units_to_date"] + kept
        counted = paid + fleet["units_to_date"] + moved
        units += counted
        cents += paid * (120_000 if counted >= 44 else 60_000 if counted >= 40 else
                         35_000 if counted >= 36 else 0)  # fmt: skip
    assert row["expected_units"] == pytest.approx(units / DRAWS)
    assert row["expected_amount"] == Decimal((2 * cents + DRAWS) // (2 * DRAWS)).scaleb(-2)


def test_month_and_quarter_share_the_same_paths(made):
    _, tables = made
    month = samples(tables, "old-nissan", NISSAN_SEGMENT, MONTH[2])["remaining_units"]
    quarter = samples(tables, "old-nissan", NISSAN_SEGMENT, QUARTER[2])["remaining_units"]
    assert all(more >= less for more, less in zip(quarter, month, strict=True))


def test_no_draw_holds_less_than_this_morning(made):
    _, tables = made
    drawn = samples(tables, "old-nissan", NISSAN_SEGMENT, MONTH[2])
    assert min(drawn["remaining_units"]) >= 2


def test_share_of_msrp_and_a_gate_that_reduces(made):
    """1.75 % of the paid MSRP from 30 units on, halved by the gate that isn't met; prices of cars
    to come are the mean of the last year's."""
    _, tables = made
    drawn = samples(tables, "vw", VW_NEW, QUARTER[2])
    row = one(tables["fct_forecast"], rooftop_id="vw")
    whole, halved = [], []
    for more in drawn["remaining_units"]:
        units = drawn["units_to_date"] + more
        cents = units * PRICE[VW_NEW] * 100 * Decimal("0.0175") if units >= 30 else Decimal(0)
        whole.append(math.floor(cents + Decimal("0.5")))
        halved.append(math.floor(cents / 2 + Decimal("0.5")))
    half_up = [Decimal((2 * sum(c) + DRAWS) // (2 * DRAWS)).scaleb(-2) for c in (whole, halved)]
    assert [row["expected_before_gates_amount"], row["expected_amount"]] == half_up
    assert row["gate_state"] == "not_met"
    assert row["gate_assumption"] == (
        "training: reduced to 50 % in all draws (all items are decided)"
    )


def test_programs_add_up_to_rooftops_and_rooftops_to_the_group_in_every_draw(made):
    _, tables = made
    programs = tables["fct_forecast_program"].to_pylist()
    assert len(programs) == 5
    by_rooftop: dict[str, list[int]] = {}
    for row in programs:
        so_far = by_rooftop.get(row["rooftop_id"], [0] * DRAWS)
        by_rooftop[row["rooftop_id"]] = [
            a + b for a, b in zip(so_far, row["amount_cents"], strict=True)
        ]
    for row in tables["fct_forecast_rooftop"].to_pylist():
        assert row["amount_cents"] == by_rooftop[row["rooftop_id"]]
        cents = sorted(row["amount_cents"])
        assert row["median_amount"] == Decimal(cents[math.ceil(DRAWS / 2) - 1]).scaleb(-2)
        assert row["chance_any_amount"] == sum(c > 0 for c in cents) / DRAWS
    (group,) = tables["fct_forecast_group"].to_pylist()
    columns = zip(*by_rooftop.values(), strict=True)
    assert group["amount_cents"] == [sum(column) for column in columns]
    assert group["rooftop_count"] == 3
    assert min(group["amount_cents"]) < group["expected_amount"] * 100 < max(group["amount_cents"])


def test_a_program_pays_for_all_its_elements_at_once(made):
    """The VW's CSI element moves no units and pays all the same: it is in the program's amount."""
    _, tables = made
    whole = one(tables["fct_forecast_program"], rooftop_id="vw")
    new = one(tables["fct_forecast"], rooftop_id="vw")
    assert whole["expected_amount"] > new["expected_amount"] > 0


def test_days_left_lead_from_this_morning_to_the_period_end(made):
    _, tables = made
    row = one(tables["fct_forecast"], rooftop_id="old-nissan", program_code="nissan-month")
    days = rows_of(
        tables["fct_forecast_day"], rooftop_id="old-nissan", program_code="nissan-month"
    )
    assert (days[0]["date"], days[-1]["date"]) == (TODAY, MONTH[2])
    assert all(day["date"].weekday() < 6 for day in days)  # no store sells on Sundays
    assert days[0]["median_units"] >= row["units_to_date"]
    assert days[-1]["expected_units"] == pytest.approx(row["expected_units"], rel=1e-9)
    assert days[-1]["sureness"] == 1.0
    for before, after in zip(days, days[1:], strict=False):
        assert after["expected_units"] >= before["expected_units"]
        assert after["needed_units"] is None or after["needed_units"] >= before["needed_units"]
    decided = row["decided_by_date"]
    assert TODAY <= decided <= MONTH[2]
    later = [day["sureness"] for day in days if day["date"] >= decided]
    assert decided == TODAY or min(later) >= 0.9


def test_without_its_pending_unit_the_month_is_less_likely(made):
    _, tables = made
    row = one(tables["fct_forecast"], rooftop_id="old-nissan", program_code="nissan-month")
    assert row["pending_units"] == 1
    assert row["expected_without_pending_amount"] < row["expected_amount"]
    tiers = rows_of(
        tables["fct_forecast_tier"], rooftop_id="old-nissan", program_code="nissan-month"
    )
    drawn = samples(tables, "old-nissan", NISSAN_SEGMENT, MONTH[2])
    for tier in tiers:
        fewer = [drawn["units_to_date"] + more - 1 for more in drawn["remaining_units"]]
        reached = sum(total >= tier["edge_units"] for total in fewer) / DRAWS
        assert tier["chance_without_pending"] == pytest.approx(reached)


def stack(home: Path, **stated) -> None:
    """Let the small group's compiled rules say something of two programs together."""
    for name, row in stated.items():
        version = {"program_code": "nissan-quarter", "program_version": 1}
        pq.write_table(
            pa.Table.from_pylist([version | one for one in row], schema=COMPILED[name]),
            home / "compiled" / f"{name}.parquet",
        )


def test_rules_over_periods_are_named_where_the_amount_leaves_them_out(tmp_path):
    wider = make_home(tmp_path / "home", daily_units())
    stack(
        wider,
        across_rules=[{"rule_code": "back", "rule_kind": "catch_up"}],
        program_deductions=[{"deduction_code": "audit", "kind": "strikes"}],
        stackings=[{"stacking_code": "cap", "kind": "family_cap", "cap_amount": Decimal(9000)}],
        stacking_members=[
            {"stacking_code": "cap", "member_program_code": code, "member_order": n}
            for n, code in enumerate(("nissan-quarter", "gone"))
        ],
    )
    _, tables = forecast(wider, tmp_path / "out")
    row = one(
        tables["fct_forecast_program"], rooftop_id="old-nissan", program_code="nissan-quarter"
    )
    assert one(tables["fct_forecast_program"], rooftop_id="vw")["left_out_note"] is None
    assert row["left_out_note"] == "periods earned back; strikes"
    assert max(row["amount_cents"]) == 900_000  # the family's cap holds in every draw
    month = one(
        tables["fct_forecast_program"], rooftop_id="old-nissan", program_code="nissan-month"
    )
    assert month["left_out_note"] is None
    whole = one(tables["fct_forecast_rooftop"], rooftop_id="old-nissan")
    assert whole["left_out_note"] == "periods earned back; strikes"


def test_a_new_store_borrows_its_pools_pace_and_says_so(home, tmp_path):
    told: list[tuple[str, float]] = []
    report, tables = forecast(
        home,
        tmp_path,
        holiday_country="US",
        progress=lambda message, share: told.append((message, share)),
    )
    assert any("past mornings judged" in message for message, _ in told)
    assert told[-1] == ("5 of 5 programs judged", 1.0)
    new = one(tables["fct_forecast"], rooftop_id="new-nissan", program_code="nissan-month")
    old = one(tables["fct_forecast"], rooftop_id="old-nissan", program_code="nissan-month")
    assert report.model_code == new["model_code"] == "stairstep"
    assert old["fallback_note"] is None
    assert new["fallback_note"].startswith("13 days of history: leans on its pool nissan|midwest")
    assert (new["history_days"], old["history_days"] > 700) == (13, True)
    # Nothing on 1 August, so its history starts on the 2nd. Sixteen selling days left at 1.4.
    remaining = new["expected_units"] - new["units_to_date"]
    assert 12 < remaining < 35
    quarter = one(tables["fct_forecast"], rooftop_id="new-nissan", program_code="nissan-quarter")
    assert quarter["fallback_note"].startswith("2 of 2 segments: ")


def test_same_inputs_and_seed_give_the_same_bytes(home, made, tmp_path):
    forecast(home, tmp_path / "a")
    forecast(home, tmp_path / "b")
    forecast(home, tmp_path / "c", seed=6)
    for name in SCHEMAS:
        first, second, third = (
            (tmp_path / folder / f"{name}.parquet").read_bytes() for folder in "abc"
        )
        assert first == second
        # The small group's gates are decided already; no score decides a tier there, and no rule
        # reaches over several periods.
        still = ("fct_forecast_gate", "fct_forecast_score_tier", "fct_forecast_across")
        assert (first != third) == (name not in still)


def test_moving_the_future_changes_nothing(home, made, tmp_path):
    """Rows dated after the as-of date, as a replay of a past morning would meet them."""
    _, tables = made
    later = [("old-nissan", NISSAN_SEGMENT, TODAY + timedelta(days=n), 50) for n in (1, 5, 20)]
    moved = make_home(tmp_path / "moved", daily_units())
    with duckdb.connect(str(moved / "stairstep.duckdb")) as connection:
        connection.executemany(
            "insert into marts.fct_daily_units values (?, ?, ?, ?, ?, 1000000)",
            [(r, s, d, n, n) for r, s, d, n in later],
        )
    _, theirs = forecast(moved, tmp_path / "out")
    for name in SCHEMAS:
        assert theirs[name].equals(tables[name])


def test_sales_calendars_move_the_month_end(home, made, tmp_path):
    """Month-ends are learnt and laid where the OEM's months end, where they are given."""
    months = []
    for year in range(2021, 2027):
        for number in range(1, 13):
            start = date(year, number, 3)
            after = date(year + number // 12, number % 12 + 1, 3)
            months.append(Month(code=f"{year}-{number:02d}", start=start,
                                end=after - timedelta(days=1)))  # fmt: skip
    calendar = Calendar(code="nissan", months=tuple(months))
    _, plain = made
    _, moved = forecast(home, tmp_path, calendars={"nissan": calendar})
    assert moved["fct_forecast_sample"] != plain["fct_forecast_sample"]


def test_nothing_open_gives_empty_tables(home, tmp_path):
    report = run_forecast(
        home / "stairstep.duckdb", home / "compiled", tmp_path,
        as_of_date=date(2025, 12, 1), draws=10, seed=1,
    )  # fmt: skip
    assert report.rows == {name: 0 for name in SCHEMAS}
    for name, schema in SCHEMAS.items():
        assert pq.read_table(tmp_path / f"{name}.parquet").schema.equals(schema)


def test_before_the_first_sale_units_to_date_are_all_there_is(home, tmp_path):
    """An open period and not one unit ever: zero, and the note says why."""
    empty = make_home(tmp_path / "home", [])
    report, tables = forecast(empty, tmp_path / "out")
    assert report.series_count == 0
    row = one(tables["fct_forecast"], rooftop_id="old-nissan", program_code="nissan-quarter")
    assert (row["expected_units"], row["expected_amount"]) == (0.0, Decimal("0.00"))
    assert row["fallback_note"].startswith("nothing like it was ever sold here")


def test_what_is_missing_is_named(home, tmp_path):
    with pytest.raises(ForecastError, match="stairstep.duckdb; run the steps before it"):
        run_forecast(tmp_path / "stairstep.duckdb", home / "compiled", tmp_path, as_of_date=TODAY)
    with pytest.raises(ForecastError, match="no candidate is called 'crystal-ball'; choose from"):
        forecast(home, tmp_path, forecaster_code="crystal-ball")
    short = make_home(tmp_path / "short", daily_units())
    rows = [row for row in compiled_tables()["selling_days"] if row["date"] < date(2025, 9, 1)]
    pq.write_table(
        pa.Table.from_pylist(rows, schema=COMPILED["selling_days"]),
        short / "compiled" / "selling_days.parquet",
    )
    with pytest.raises(ForecastError, match="selling days of .* are missing on 2025-09-01"):
        forecast(short, tmp_path / "out")


def test_the_warehouse_is_only_read(home, made, tmp_path):
    """A reader that has the file open elsewhere is not shut out."""
    with duckdb.connect(str(home / "stairstep.duckdb"), read_only=True) as other:
        forecast(home, tmp_path)
        assert other.execute("select count(*) from marts.fct_program_standing").fetchone() == (5,)


def test_tables_refuse_what_does_not_fit(tmp_path):
    row = {"rooftop_id": "a", "program_code": "p", "element_code": "e", "period_code": "2025-08",
           "tier_number": 1, "edge_units": 5, "chance": 0.5,
           "chance_without_pending": 0.5}  # fmt: skip
    with pytest.raises(ValueError, match="given twice"):
        to_table("fct_forecast_tier", [row, dict(row)])
    with pytest.raises(ValueError, match="chance may not be null"):
        to_table("fct_forecast_tier", [row | {"chance": None}])
    write_tables({"fct_forecast_tier": to_table("fct_forecast_tier", [row])}, tmp_path / "new")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["fct_forecast_tier.parquet"]
