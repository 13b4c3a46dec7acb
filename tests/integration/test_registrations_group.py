"""The whole job at real size: 2.55 million real registrations as deals and delivery reports.

Every count and amount is compared with a plain query of the source files and arithmetic written
out here. Skipped only where the folder is absent; name another with STAIRSTEP_REGISTRATIONS.
"""

from __future__ import annotations

import datetime
import json
import math
import os
import resource
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from sample_group.registrations.make import make_registrations_group

REPOSITORY = Path(__file__).parents[2]
FOLDER = Path(
    os.environ.get("STAIRSTEP_REGISTRATIONS")
    or REPOSITORY.parent / "shared" / "data" / "registrations"
)
AS_OF_DATE = datetime.date(2023, 11, 15)
ROOFTOPS = 60

pytestmark = [
    pytest.mark.registrations,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no registrations folder at {FOLDER}"),
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    home = tmp_path_factory.mktemp("registrations") / "home"
    make_registrations_group(FOLDER, home, rooftops=ROOFTOPS)
    command = [sys.executable, "-m", "orchestration.cli", "run", "--home", str(home)]
    environment = {**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0"}
    run = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
    _say_costs(home)
    pointer = json.loads((home / "published" / "current.json").read_text())
    return duckdb.connect(str(home / "published" / pointer["file"]), read_only=True)


def _say_costs(home: Path) -> None:
    """Time by stage and peak memory, shown with `pytest -s` for whoever quotes them."""
    last_run = json.loads((home / "published" / "last_run.json").read_text())
    peak_gib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    for stage in last_run["stages"]:
        sys.stdout.write(f"{stage['stage']}: {stage['seconds']:.1f} s, {stage['rows_in']} in\n")
    sys.stdout.write(f"peak memory of the largest process: {peak_gib:.2f} GiB\n")


@pytest.fixture(scope="module")
def units() -> dict[tuple[str, str], int]:
    """Registrations by dealer code's rank-free key (office | maker) and quarter, known at as-of."""
    rows = duckdb.execute(
        """
        with known as (
            select state || ' | ' || maker as pair, date_reg
            from read_parquet(?) where date_reg < ? and date_reg >= date '2020-01-01'
        ), largest as (
            select state || ' | ' || maker as pair from read_parquet(?)
            where date_reg between date '2020-01-01' and date '2023-12-31'
            group by state, maker order by count(*) desc, state, maker limit ?
        )
        select pair, year(date_reg) || '-Q' || quarter(date_reg), count(*)
        from known where pair in (select pair from largest) group by all
        """,
        [str(FOLDER / "*.parquet"), AS_OF_DATE, str(FOLDER / "*.parquet"), ROOFTOPS],
    ).fetchall()
    return {(pair, quarter): count for pair, quarter, count in rows}


def _standings(published: duckdb.DuckDBPyConnection, program: str) -> dict:
    rows = published.execute(
        """
        select rooftop.city || ' | ' || rooftop.makes, standing.period_code,
            standing.reported_units, standing.objective_units, standing.amount_earned
        from fct_program_standing as standing join dim_rooftop as rooftop using (rooftop_id)
        where standing.program_code = ? and standing.period_start_date < ?
        """,
        [program, AS_OF_DATE],
    ).fetchall()
    return {(pair, quarter): rest for pair, quarter, *rest in rows}


def _year_earlier(quarter: str) -> str:
    return f"{int(quarter[:4]) - 1}{quarter[4:]}"


def _nissan_amount(objective: int, sold: int) -> Decimal:
    for percent, pay in ((110, 1200), (100, 600), (90, 350)):
        if sold >= math.ceil(objective * percent / 100):
            return Decimal(sold * pay)
    return Decimal(0)


def _honda_amount(base: int, sold: int) -> Decimal:
    return Decimal(3000 * min(max(sold - base, 0), max(1, base * 20 // 100)))


@pytest.mark.parametrize("program", ["nissan-rule", "honda-rule"])
def test_every_rooftop_and_quarter_counts_what_the_source_counts(published, units, program):
    standings = _standings(published, program)
    pairs = {pair for pair, _ in units}
    assert len(pairs) == ROOFTOPS
    assert len(standings) >= ROOFTOPS * 12
    wrong = {
        key: (reported, units.get(key, 0))
        for key, (reported, _, _) in standings.items()
        if reported != units.get(key, 0)
    }
    assert wrong == {}


def test_nissan_rule_pays_what_its_bands_say(published, units):
    paid = 0
    for (pair, quarter), (_, objective, amount) in _standings(published, "nissan-rule").items():
        expected_objective = _known_a_year_ago(units, pair, quarter)
        assert (objective or 0) == expected_objective, (pair, quarter)
        sold = units.get((pair, quarter), 0)
        expected = _nissan_amount(expected_objective, sold) if expected_objective else Decimal(0)
        assert amount == expected, (pair, quarter)
        paid += amount > 0
    assert paid > 100


def test_honda_rule_pays_growth_up_to_a_fifth_of_the_base(published, units):
    paid = 0
    for (pair, quarter), (_, _, amount) in _standings(published, "honda-rule").items():
        base = units.get((pair, _year_earlier(quarter)), 0)
        sold = units.get((pair, quarter), 0)
        assert amount == _honda_amount(base, sold), (pair, quarter)
        paid += amount > 0
    assert paid > 100


def _known_a_year_ago(units: dict[tuple[str, str], int], pair: str, quarter: str) -> int:
    return units.get((pair, _year_earlier(quarter)), 0)


def test_landed_rows_equal_the_source_rows(published):
    (landed,) = published.execute(
        "select sum(rows_landed_count) from fct_feed_health where source_kind = 'portal/rdrs'"
    ).fetchone()
    expected = duckdb.execute(
        """
        select sum(n) from (
            select count(*) as n from read_parquet(?)
            where date_reg between date '2020-01-01' and date '2023-11-14'
            group by state, maker
            qualify row_number() over (order by count(*) desc, state, maker) <= ?
        )
        """,
        [str(FOLDER / "*.parquet"), ROOFTOPS],
    ).fetchone()[0]
    assert landed >= expected
