"""Explanations of the sample group: every figure adds up from its cars, every car is in its row."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.explain import Explanation, Question, explain
from orchestration.home import Home
from orchestration.journal import read_json
from programs.explanation_words import element_lines, formula_text
from tests.unit.app.published_fixture import AS_OF

pytestmark = pytest.mark.pipeline

REPOSITORY = Path(__file__).parents[2]
SAMPLED_ROWS = 400


def _stairstep(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *words],
        cwd=REPOSITORY,
        env={**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def published(sample_run: Path) -> Path:
    pointer = read_json(Home(sample_run).pointer)
    assert pointer is not None
    return Home(sample_run).published / pointer["file"]


@pytest.fixture(scope="module")
def explained(published: Path) -> list[Explanation]:
    """Every standing of the last two periods of each rooftop and program."""
    with duckdb.connect(str(published), read_only=True) as connection:
        asked = connection.execute(
            "select rooftop_id, program_code, period_code from fct_program_standing "
            "qualify row_number() over (partition by rooftop_id, program_code "
            "order by period_end_date desc) <= 2 order by all"
        ).fetchall()
    return [
        explain(published, "main", Question(*key), as_of=AS_OF, known_at=AS_OF) for key in asked
    ]


def _sum(units: Iterator[dict[str, Any]], flag: str, codes: str, element: str) -> int:
    return sum(1 for unit in units if unit[flag] and element in (unit[codes] or "").split(","))


def test_every_count_is_the_sum_of_its_cars(explained: list[Explanation]) -> None:
    assert len(explained) >= 24
    wrong = []
    for found in explained:
        for element in found.elements:
            if not element.rules["is_volume"]:
                continue
            back = sum(
                unit["reversed_units"]
                for unit in found.units
                if element.code in (unit["counted_element_codes"] or "").split(",")
            )
            counted = _sum(iter(found.units), "is_counted", "counted_element_codes", element.code)
            pending = _sum(iter(found.units), "is_pending", "counted_element_codes", element.code)
            said = element.standing["reported_units"], element.standing["pending_units"]
            if said != (counted - back, pending):
                wrong.append((found.standing["rooftop_id"], element.code, said, counted, pending))
    assert wrong == []


def test_paid_units_and_their_msrp_are_the_sum_of_their_cars(explained: list[Explanation]) -> None:
    wrong = []
    for found in explained:
        for element in found.elements:
            paid = [
                (1, unit["msrp_amount"] or Decimal(0))
                for unit in found.units
                if unit["is_paid"] and element.code in (unit["paid_element_codes"] or "").split(",")
            ]
            paid += [
                (-1, -unit["reversed_msrp_amount"])
                for unit in found.units
                if unit["reversed_units"]
                and element.code in (unit["paid_element_codes"] or "").split(",")
            ]
            said = element.standing["paid_units"], element.standing["paid_msrp_amount"]
            if said != (sum(n for n, _ in paid), sum((m for _, m in paid), Decimal(0))):
                wrong.append((found.standing["rooftop_id"], element.code, said))
    assert wrong == []


def test_every_amount_of_the_sample_has_its_formula(explained: list[Explanation]) -> None:
    """None of the sample's programs pays car by car, so the segment stood on tells all."""
    earning = [
        element
        for found in explained
        for element in found.elements
        if element.standing["amount_before_gates"]
    ]
    assert len(earning) > 10
    assert [element.code for element in earning if not formula_text(element)] == []


def test_lines_end_with_what_is_earned(explained: list[Explanation]) -> None:
    for found in explained:
        for element in found.elements:
            *_, last = element_lines(element, found.gates)
            assert last.label == "Earned"


@cache
def _lines(file: Path) -> tuple[bytes, ...]:
    return tuple(file.read_bytes().split(b"\n"))


@cache
def _records(file: Path) -> tuple[str, ...]:
    document = json.loads(file.read_text(encoding="utf-8"))
    if isinstance(document, dict):
        (document,) = [value for value in document.values() if isinstance(value, list)]
    return tuple(json.dumps(record) for record in document)


def _holds(inbox: Path, unit: dict[str, Any]) -> bool:
    """Whether the row named really holds the car: a physical line of text, a record of JSON."""
    file, row = inbox / unit["source_file"], unit["source_row"]
    if file.suffix == ".json":
        return unit["vin"] in _records(file)[row - 1]
    return unit["vin"].encode() in _lines(file)[row - 1]


def test_the_row_named_for_a_car_holds_it(explained: list[Explanation], sample_run: Path) -> None:
    units = [unit for found in explained for unit in found.units]
    chosen = random.Random(20250815).sample(units, min(SAMPLED_ROWS, len(units)))
    assert len({Path(unit["source_file"]).parts[0] for unit in chosen}) >= 3, "several vendors"
    wrong = [unit for unit in chosen if not _holds(sample_run / "inbox", unit)]
    assert [(unit["vin"], unit["source_file"], unit["source_row"]) for unit in wrong] == []


def test_every_evidence_names_a_file_that_came(
    explained: list[Explanation], sample_run: Path
) -> None:
    named = {
        row["source_file"]
        for found in explained
        for row in (*found.units, *(leaf for gate in found.gates for leaf in gate.leaves))
        if row["source_file"]
    }
    assert len(named) > 20
    assert [name for name in sorted(named) if not (sample_run / "inbox" / name).is_file()] == []


def test_gates_are_told_apart_from_one_another(explained: list[Explanation]) -> None:
    states = {
        (found.standing["rooftop_id"], gate.code): gate.state
        for found in explained
        for gate in found.gates
        if found.standing["is_open"]
    }
    assert states["kettle-moraine-toyota", "csi"] == "not_met", "under 90 and under its region"
    assert states["bootheel-toyota", "csi"] == "too_early", "short of surveys"


def test_differences_are_those_that_the_counts_have(explained: list[Explanation]) -> None:
    for found in explained:
        named = {difference.unit["vin"] for difference in found.differences}
        expected = {
            unit["vin"]
            for unit in found.units
            if unit["is_pending"]
            or (unit["is_official"] is not None and unit["is_official"] != unit["is_counted"])
        }
        assert named == expected
        assert all(difference.reason for difference in found.differences)


def test_a_car_that_the_oem_counts_under_another_code_is_named(
    explained: list[Explanation],
) -> None:
    reasons = {
        (found.standing["rooftop_id"], difference.unit["reason_code"])
        for found in explained
        for difference in found.differences
    }
    assert any(code == "counted_under_other_code" for _, code in reasons)
    assert {code for _, code in reasons} >= {"pending_not_reported", "counted"}


def test_the_command_says_the_same_in_each_format(sample_run: Path, published: Path) -> None:
    words = (
        "explain", "--home", str(sample_run), "--rooftop", "lakeside-nissan",
        "--program", "nissan-one",
    )  # fmt: skip
    with duckdb.connect(str(published), read_only=True) as connection:
        row = connection.execute(
            "select reported_units, amount_earned::varchar from fct_program_standing "
            "where rooftop_id = 'lakeside-nissan' and program_code = 'nissan-one' and is_open"
        ).fetchone()
    document = json.loads(_stairstep(*words, "--format", "json").stdout)
    standing = document["standing"]
    assert (standing["reported_units"], standing["amount_earned"]) == row
    rows = list(csv.DictReader(io.StringIO(_stairstep(*words, "--format", "csv").stdout)))
    assert sum(line["part"] == "vin" for line in rows) == len(document["units"])
    text = _stairstep(*words).stdout
    assert all(unit["vin"] in text for unit in document["units"])


def test_a_past_morning_is_explained_with_what_was_known_then(sample_run: Path) -> None:
    words = (
        "explain", "--home", str(sample_run), "--rooftop", "lakeside-nissan",
        "--program", "nissan-one", "--format", "json", "--as-of", "2025-07-31",
    )  # fmt: skip
    done = _stairstep(*words)
    assert done.returncode == 0, done.stderr
    then = json.loads(done.stdout)
    assert then["standing"]["period_code"] == "2025-07"
    known = {_day(unit["source_file"]) for unit in then["units"]}
    assert max(known) <= "20250731", "no file of a later day is evidence"
    later = json.loads(_stairstep(*words, "--known-at", "2025-08-15").stdout)
    assert later["known_at"].startswith("2025-08-15")
    assert max(_day(unit["source_file"]) for unit in later["units"]) > "20250731"


def _day(source_file: str) -> str:
    return source_file.rpartition("_")[2][:8]


def test_the_same_rules_change_nothing_and_pay_what_is_published(
    sample_run: Path, published: Path
) -> None:
    """Two ways to one figure: SQL's published amounts, and the rulebook over the same facts."""
    checked = 0
    for rulebook in sorted((sample_run / "rulebooks").glob("*.yaml")):
        done = _stairstep(
            "rules", "diff", str(rulebook), str(rulebook), "--home", str(sample_run),
            "--all-periods", "--format", "json",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        rows = json.loads(done.stdout)
        with duckdb.connect(str(published), read_only=True) as connection:
            stored = {
                (rooftop, period, element): (units, tier, str(earned), str(held))
                for rooftop, period, element, units, tier, earned, held in connection.execute(
                    "select s.rooftop_id, s.period_code, s.element_code, s.reported_units, "
                    "s.tier_number, p.amount_earned, p.amount_held "
                    "from fct_element_standing s join fct_program_standing p "
                    "using (rooftop_id, program_code, period_code) where s.program_code = ?",
                    [rulebook.stem],
                ).fetchall()
            }
        for row in rows:
            sides = [
                tuple(
                    row[f"{name}_{side}"]
                    for name in ("counted_units", "tier_number", "amount_earned", "amount_held")
                )
                for side in ("before", "after")
            ]
            assert sides[0] == sides[1]
            key = row["rooftop_id"], row["period_code"], row["element_code"]
            assert sides[0] == stored[key], f"{rulebook.stem} {key}"
            checked += 1
    assert checked > 200


def test_a_change_of_rules_shows_its_effect(sample_run: Path, tmp_path: Path) -> None:
    rulebook = sample_run / "rulebooks" / "nissan-one.yaml"
    text = rulebook.read_text(encoding="utf-8")
    draft = tmp_path / "draft.yaml"
    revision = (
        "\nrevisions:\n"
        "  - announced: 2025-08-20\n    effective: 2025-08-01\n"
        "    source: {bulletin: Nissan One 2025-08, date: 2025-08-20}\n"
        "    change:\n"
        "      examples: [{example: a lower edge, objective: 50, sold: [{units: 40}], "
        "amount: 14000}]\n"
        "      elements:\n"
        "        - element: volume\n          name: New vehicle volume\n"
        "          counts: {stock_type: new, sale_type: [retail, lease]}\n"
        "          pays: same\n          against: objective\n"
        "          tiers:\n            edges: percent\n            rounding: up\n"
        "            shape: retroactive\n            bands: [{from: 80, per_unit: 350}]\n"
    )
    draft.write_text(text + revision, encoding="utf-8")
    words = ("rules", "diff", str(rulebook), str(draft), "--home", str(sample_run))
    rows = json.loads(_stairstep(*words, "--format", "json").stdout)
    assert {row["period_code"] for row in rows} == {"2025-08"}
    (lakeside,) = [row for row in rows if row["rooftop_id"] == "lakeside-nissan"]
    assert lakeside["counted_units_before"] == lakeside["counted_units_after"]
    assert (lakeside["tier_number_before"], lakeside["tier_number_after"]) == (0, 1)
    paid = Decimal(lakeside["amount_earned_after"])
    assert paid == 350 * lakeside["counted_units_after"] > 0
    table = _stairstep(*words).stdout
    assert "lakeside-nissan" in table and "0 → 1" in table
