"""`stairstep scenario` and `stairstep plan` on the sample group's published run."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.publish import current_file
from programs.money import round_money
from programs.outcomes import outcome
from programs.plan_samples import expected_cents
from scenarios.reading import read_rooftop

STORE = "prairie-nissan"


def _said(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *words, "--home", str(home)],
        text=True,
        capture_output=True,
        check=False,
    )


def _json(home: Path, *words: str) -> dict:
    done = _said(home, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_a_scenario_starts_from_is_what_is_published(sample_run: Path) -> None:
    file = current_file(Home(sample_run))
    with duckdb.connect(str(file), read_only=True) as connection:
        standings = connection.execute(
            "select rooftop_id, program_code, amount_earned, amount_held from fct_program_standing"
            " where is_open and standing_state <> 'not_enrolled'"
        ).fetchall()
        forecasts = connection.execute(
            "select rooftop_id, program_code, expected_amount from fct_forecast_program"
        ).fetchall()
        memberships = connection.execute(
            "select program_code, count(*) from dim_element where is_volume group by all"
        ).fetchall()
    assert len(standings) > 8
    assert memberships
    expected = {(rooftop, program): amount for rooftop, program, amount in forecasts}
    compared = 0
    for rooftop in sorted({row[0] for row in standings}):
        inputs = read_rooftop(file, rooftop)
        for period in inputs.programs:
            code = period.state.program_code
            before = period.state.standing()
            ((earned, held),) = [row[2:] for row in standings if row[:2] == (rooftop, code)]
            assert (before.amount_earned, before.amount_held) == (earned, held)
            # A scenario takes gates as they stand, the forecast as they end in each draw.
            if not any(element.gates for element in period.outlook.elements):
                mean = round_money(expected_cents(period.outlook) / 100)
                assert mean == expected[rooftop, code]
                compared += 1
            same = outcome(period.state, period.outlook, [])
            assert (same.before, same.expected_before) == (same.after, same.expected_after)
    assert compared > 5


def test_five_frontiers(sample_run: Path) -> None:
    words = ("scenario", "--rooftop", STORE, "--add", "make=Nissan,model=Frontier,units=5")
    (program,) = _json(sample_run, *words)["programs"]
    assert program["counted_units_after"] == program["counted_units_before"] + 5
    assert program["chance_after"] >= program["chance_before"]
    more = Decimal(program["expected_amount_after"]) - Decimal(program["expected_amount_before"])
    assert more > 0
    assert program["explanation"].startswith("5 Frontiers take Nissan One from")
    assert "chance of tier" in program["explanation"]
    table = _said(sample_run, *words)
    assert table.returncode == 0
    assert program["explanation"][:60] in table.stdout
    csv = _said(sample_run, *words, "--format", "csv").stdout.splitlines()
    assert len(csv) == 2
    assert program["expected_amount_after"] in csv[1]


def test_a_plan_keeps_its_limits_and_says_what_is_proven(sample_run: Path) -> None:
    words = ("plan", "--rooftop", STORE, "--unit-cost", "300+20")
    free = _json(sample_run, *words)
    tight = _json(sample_run, *words, "--budget", "1000", "--units", "6")
    assert tight["is_proven"] and free["is_proven"]
    assert sum(step["units"] for step in tight["steps"]) <= 6
    assert Decimal(tight["cost_amount"]) <= 1000
    assert Decimal(free["net_amount"]) >= Decimal(tight["net_amount"]) >= 0
    for found in (free, tight):
        gain = Decimal(found["expected_amount_after"]) - Decimal(found["expected_amount_before"])
        assert abs(gain - Decimal(found["cost_amount"]) - Decimal(found["net_amount"])) <= Decimal(
            "0.01"
        )
        after = sum(Decimal(row["expected_amount_after"]) for row in found["programs"])
        assert after == Decimal(found["expected_amount_after"])


def test_the_cheapest_way_and_what_dropping_frees(sample_run: Path) -> None:
    words = ("plan", "--rooftop", STORE, "--unit-cost", "300+20")
    free = _json(sample_run, *words)
    before = Decimal(free["expected_amount_before"])
    reach = before + (Decimal(free["expected_amount_after"]) - before) / 2
    reach = reach.quantize(Decimal("1"))
    found = _json(sample_run, *words, "--reach", str(reach))
    assert Decimal(found["expected_amount_after"]) >= reach
    assert Decimal(found["cost_amount"]) <= Decimal(free["cost_amount"])
    dropped = _json(sample_run, *words, "--drop", "nissan-one")
    assert dropped["steps"] == []
    assert dropped["notes"][0].startswith("Dropping nissan-one frees ")


def test_costs_come_from_the_stores_own_gross_when_none_is_given(sample_run: Path) -> None:
    found = _json(sample_run, "plan", "--rooftop", STORE)
    assert found["steps"]
    for step in found["steps"]:
        assert step["move"].startswith(("sell ", "report "))
        assert "deals of late: median $" in step["source"]
        assert Decimal(step["worth_amount"]) > 0
    assert "proven: no other plan is better by a cent" in found["notes"][0]


def test_a_line_is_planned_within_what_the_manager_allows(sample_run: Path) -> None:
    words = ("plan", "--rooftop", STORE, "--unit-cost", "300")
    free = {step["move"]: step["units"] for step in _json(sample_run, *words)["steps"]}
    name, units = max(free.items(), key=lambda item: item[1])
    model = name.removeprefix("sell Nissan ")
    held = _json(sample_run, *words, "--cost", f"model={model},most={units - 1}")
    assert {step["move"]: step["units"] for step in held["steps"]}.get(name, 0) < units


def test_the_group_sees_both_sides_of_each_transfer(sample_run: Path) -> None:
    found = _json(sample_run, "plan", "--group", "--transfer-cost", "100")
    assert len(found["plans"]) + len(found["unplanned"]) == 12
    own = _json(sample_run, "plan", "--rooftop", STORE)
    of_group = next(row for row in found["plans"] if row["rooftop_id"] == STORE)
    assert of_group["net_amount"] == own["net_amount"]
    nets = [Decimal(row["net_amount"]) for row in found["next_units"]]
    assert nets == sorted(nets, reverse=True)
    assert found["transfers"]
    sides = [row[side] for row in found["transfers"] for side in ("giver_id", "receiver_id")]
    assert len(set(sides)) == len(sides)
    for row in found["transfers"]:
        gains, loses = Decimal(row["receiver_gains_amount"]), Decimal(row["giver_loses_amount"])
        assert loses >= 0
        assert abs(gains - loses - 100 * row["units"] - Decimal(row["net_amount"])) <= Decimal(
            "0.01"
        )
        assert Decimal(row["net_amount"]) > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("scenario", "--rooftop", "nope", "--add", "make=Nissan"), "there is no rooftop 'nope'"),
        (("scenario", "--rooftop", STORE), "nothing is changed"),
        (("scenario", "--rooftop", STORE, "--add", "make=Nissan,model=Model T"), "its lines are"),
        (("scenario", "--rooftop", STORE, "--add", "colour=red"), "'colour' is no part of it"),
        (("scenario", "--rooftop", STORE, "--add", "Frontier"), "is not name=value"),
        (("scenario", "--rooftop", STORE, "--add", "make=Nissan,units=many"), "no whole number"),
        (("scenario", "--rooftop", STORE, "--set", "csi=93.1"), "no gate goes by 'csi'"),
        (("plan", "--rooftop", STORE, "--budget", "lots"), "'lots' is not an amount"),
        (("plan", "--rooftop", STORE, "--unit-cost", "1", "--reach", "99999999"), "nothing wi"),
        (("plan", "--rooftop", STORE, "--unit-cost", "1", "--drop", "x"), "no open program 'x'"),
        (("plan", "--rooftop", STORE, "--unit-cost", "1", "--gate", "csi=1"), "is unmet"),
        (("plan",), "--group"),
        (("plan", "--rooftop", STORE, "--cost", "model=Rogue"), "say what the first costs"),
    ],
)
def test_each_mistake_is_one_clear_line(
    sample_run: Path, words: tuple[str, ...], message: str
) -> None:
    done = _said(sample_run, *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
