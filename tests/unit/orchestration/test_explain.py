"""Explaining a standing: the small group's figures, word for word as the app's page has them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest

from app.components.reckoning import reckoning
from app.published import Published, read_pointer
from app.queries import program_views
from orchestration.cli import codes
from orchestration.cli.app import run
from orchestration.cli.init_command import TEMPLATE
from orchestration.explain import Explanation, Question, UnknownQuestionError, explain
from programs.explanation import ExplainedElement, ExplainedGate, Row, difference_of
from programs.explanation_words import (
    edge_rounding,
    edge_text,
    element_lines,
    formula_text,
    money,
    rule_text,
    why_text,
)
from tests.unit.app.published_fixture import AS_OF, write_home
from tests.unit.app.small_group_evidence import vin

NISSAN, HONDA, FORD, VW = "lakeside-nissan", "northgate-honda", "prairie-ford", "harbor-volkswagen"
ROWS = re.compile(
    r'<tr class="[^"]*"><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', re.DOTALL
)
HELD_BY_ALL = {
    "is_counted": True, "is_pending": False, "is_official": True,
    "difference_reason": None, "reason_text": "RDR accepted", "reason_code": "counted",
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template's configuration with the app's small group published in it. Read it only."""
    root = tmp_path_factory.mktemp("explained") / "home"
    shutil.copytree(TEMPLATE, root)
    return write_home(root)


def _explained(home: Path, rooftop: str, program: str, period: str | None = None) -> Explanation:
    pointer = read_pointer(home)
    assert pointer is not None
    question = Question(rooftop, program, period)
    return explain(pointer.path, "main", question, as_of=AS_OF, known_at=AS_OF)


@pytest.mark.parametrize(
    ("rooftop", "program"),
    [
        (NISSAN, "nissan-one"),
        (NISSAN, "csi-quarter-bonus"),
        (HONDA, "honda-growth"),
        (FORD, "ford-f150"),
        (VW, "vw-bonus"),
    ],
)
def test_it_says_what_the_page_says(home: Path, rooftop: str, program: str) -> None:
    pointer = read_pointer(home)
    assert pointer is not None
    found = _explained(home, rooftop, program)
    (view,) = [
        view
        for view in program_views(Published(pointer, None), rooftop)
        if view.standing.program_code == program
    ]
    shown = [tuple(map(_plain, row)) for row in ROWS.findall(reckoning(view))]
    said = [
        (line.label.strip(), line.text, line.figure)
        for element in found.elements
        for line in element_lines(element, found.gates)
    ]
    assert shown == said
    assert len(shown) >= len(found.elements)


def _plain(markup: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", markup))


def test_an_amount_is_followed_down_to_its_edge(home: Path) -> None:
    found = _explained(home, NISSAN, "nissan-one")
    (element,) = found.elements
    lines = {line.label: line for line in element_lines(element, found.gates)}
    assert lines["Earned"].figure == "$32,400"
    assert lines["Before gates"].text == "tier 2: 54 paid units × $600"
    assert lines["Tier 2"].text == "100 % of 50 is 50, pays $600 a unit"
    assert lines["Reported"].figure == "54"


def test_a_tier_that_is_capped_says_from_where(home: Path) -> None:
    found = _explained(home, HONDA, "honda-growth")
    lines = element_lines(found.elements[0], found.gates)
    tiers = [(line.label, line.text, line.figure) for line in lines if line.part == "tier"]
    assert tiers == [
        ("Tier 1", "100 units, pays $3,000 a unit above 100", "from 100"),
        ("  then", "pays $60,000 flat", "from 120"),
    ]


def test_every_car_is_there_with_its_row_and_rule(home: Path) -> None:
    found = _explained(home, NISSAN, "nissan-one")
    assert len(found.units) == 60
    by_vin = {unit["vin"]: unit for unit in found.units}
    assert rule_text(by_vin[vin(0)]) == ("counts in volume, pays in volume (nissan-one version 1)")
    assert rule_text(by_vin[vin(55)]) == (
        "would count in volume, pays in volume (nissan-one version 1)"
    )
    assert rule_text(by_vin[vin(58)]) == "excluded: rdr rejected (nissan-one version 1)"
    assert all(unit["source_file"] and unit["source_row"] for unit in found.units)


def test_a_car_in_one_count_and_not_in_another_is_named(home: Path) -> None:
    differences = _explained(home, NISSAN, "nissan-one").differences
    assert {difference.unit["vin"] for difference in differences} == {vin(n) for n in range(53, 57)}
    (late,) = [found for found in differences if found.unit["vin"] == vin(53)]
    assert (late.held_by, late.missing_in) == (("reported",), ("official",))
    assert late.reason == "not yet on the OEM's list"


@pytest.mark.parametrize(
    ("changed", "held_by", "missing_in"),
    [
        ({}, None, None),
        ({"is_official": False}, ("reported",), ("official",)),
        ({"is_counted": False}, ("official",), ("reported",)),
        ({"is_counted": False, "is_pending": True}, ("pending", "official"), ("reported",)),
        ({"is_counted": False, "is_official": False}, None, None),
    ],
)
def test_a_difference_is_among_the_counts_that_there_are(
    changed: Row, held_by: tuple | None, missing_in: tuple | None
) -> None:
    found = difference_of({**HELD_BY_ALL, **changed})
    assert (found and found.held_by, found and found.missing_in) == (held_by, missing_in)


def test_without_the_oem_s_list_nothing_misses_on_it() -> None:
    unit = {**HELD_BY_ALL, "is_official": None}
    assert difference_of(unit, ("reported", "pending")) is None


@pytest.mark.parametrize(
    ("exact", "start", "way", "text"),
    [
        ("51.7", 52, "up", "110 % of 47 is 51.7, so 52 (rounded up)"),
        ("51.7", 51, "down", "110 % of 47 is 51.7, so 51 (rounded down)"),
        ("52", 52, "exact", "110 % of 47 is 52"),
    ],
)
def test_an_edge_says_how_it_was_rounded(exact: str, start: int, way: str, text: str) -> None:
    tier = {"from_units": start, "edge_pct": Decimal("110.0000"), "edge_exact": Decimal(exact)}
    assert edge_rounding(tier) == way
    assert edge_text(tier, 47) == text


def test_an_edge_in_units_needs_no_objective() -> None:
    tier = {"from_units": 11, "edge_pct": None, "edge_exact": Decimal(11)}
    assert edge_text(tier, None) == "11 units"
    assert edge_text({**tier, "from_units": 0}, None) == "at any volume"


def _element(before_gates: str, **standing: object) -> ExplainedElement:
    ladder = {
        "from_units": 0, "to_units": None, "tier_number": 1, "fixed_amount": Decimal("500.00"),
        "amount_per_unit": Decimal("3000.00"), "paid_offset_units": 100,
        "msrp_share": Decimal("0.017500"),
    }  # fmt: skip
    given = {
        "reported_units": 130, "paid_units": 130, "paid_msrp_amount": Decimal("2000000.00"),
        "amount_before_gates": Decimal(before_gates), **standing,
    }  # fmt: skip
    return ExplainedElement({}, given, (ladder,))


def test_a_formula_is_shown_only_when_it_gives_the_stored_amount() -> None:
    assert formula_text(_element("125500.00")) == (
        "$500 flat + 30 paid units (130 less 100) × $3,000 + 1.75 % of $2,000,000 MSRP"
    )
    assert formula_text(_element("125499.99")) == ""
    assert formula_text(_element("125500.00", paid_units=10, reported_units=0)) == ""


def _leaf(number: int, state: str, **given: object) -> Row:
    return {
        "element_code": "volume", "gate_code": "csi", "gate_name": "CSI", "gate_state": "not_met",
        "effect": "reduce", "reduce_to_share": Decimal("0.500000"), "conjunct_number": number,
        "leaf_number": 1, "metric_code": "csi", "metric_source": "survey_average",
        "comparison": ">=", "threshold_kind": "fixed", "threshold_value": Decimal("90.000"),
        "leaf_state": state, "evidence_text": f"alternative {number}",
        "source_file": "csi/surveys.csv", "source_row": 10 + number, **given,
    }  # fmt: skip


def test_each_condition_of_a_gate_has_its_evidence(home: Path) -> None:
    second = _leaf(2, "unknown", threshold_kind="region_average", threshold_value=None)
    gate = ExplainedGate(
        "volume", "csi", "CSI", "not_met", "reduce", ((_leaf(1, "not_met"),), (second,))
    )
    (element,) = _explained(home, NISSAN, "nissan-one").elements
    said = element_lines(element, [gate])
    lines = [line for line in said if line.part in ("gate", "condition")]
    assert [(line.label, line.figure) for line in lines] == [
        ("Gate: CSI", "not met"),
        ("  csi >= 90", "not met"),
        ("  or csi >= the region's average", "unknown"),
    ]
    assert lines[0].text == "any one condition of 2; it leaves 50 % of the amount"
    assert lines[1].text == "alternative 1 (csi/surveys.csv, row 11)"
    assert (lines[2].source_file, lines[2].source_row) == ("csi/surveys.csv", 12)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("not_met", "alternative 1 (csi/surveys.csv, row 11); it forfeits the amount"),
        ("met", "alternative 1 (csi/surveys.csv, row 11)"),
        ("too_early", "alternative 1 (csi/surveys.csv, row 11)"),
        ("unknown", "alternative 1 (csi/surveys.csv, row 11)"),
    ],
)
def test_only_an_unmet_gate_says_what_it_costs(home: Path, state: str, said: str) -> None:
    gate = ExplainedGate("volume", "csi", "CSI", state, "forfeit", ((_leaf(1, state),),))
    (element,) = _explained(home, NISSAN, "nissan-one").elements
    (line,) = [line for line in element_lines(element, [gate]) if line.part == "gate"]
    assert (line.text, line.state) == (said, state)


def test_a_car_that_is_taken_back_says_when() -> None:
    unit = {
        "reason_text": "The sale was unwound.", "reason_code": "unwound",
        "difference_reason": None, "reversed_units": 1, "reversed_date": date(2025, 8, 5),
    }  # fmt: skip
    assert why_text(unit) == "The sale was unwound. Takes back 1 unit: unwound on Aug 5, 2025."


@pytest.mark.parametrize(
    ("amount", "text"),
    [("32400", "$32,400"), ("0.5", "$0.50"), ("-3", "−$3"), ("1.005", "$1.01")],
)
def test_money_is_written_as_the_app_writes_it(amount: str, text: str) -> None:
    from app.format import money as of_the_app

    assert money(Decimal(amount)) == of_the_app(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question("nowhere", "nissan-one"), "there is no rooftop 'nowhere'; known: harbor"),
        (Question(NISSAN, "nothing"), "there is no program 'nothing'; known: csi-quarter-bonus"),
        (Question(HONDA, "nissan-one"), "not enrolled in nissan-one; its programs: honda-growth"),
        (
            Question(NISSAN, "nissan-one", "2019-01"),
            "no period '2019-01' at lakeside-nissan; known",
        ),
    ],
)
def test_what_is_not_there_is_said_with_what_is(home: Path, question: Question, said: str) -> None:
    pointer = read_pointer(home)
    assert pointer is not None
    with pytest.raises(UnknownQuestionError, match=re.escape(said)):
        explain(pointer.path, "main", question, as_of=AS_OF, known_at=AS_OF)


def test_without_a_period_it_is_the_open_one(home: Path) -> None:
    assert _explained(home, NISSAN, "nissan-one").standing["period_code"] == "2025-08"
    assert _explained(home, NISSAN, "nissan-one", "2025-07").standing["period_code"] == "2025-07"


def _said(home: Path, *words: str, capsys: pytest.CaptureFixture[str]) -> str:
    asked = ["explain", "--home", str(home), "--rooftop", NISSAN, "--program", "nissan-one"]
    assert run([*asked, *words]) == codes.OK, capsys.readouterr().err
    return capsys.readouterr().out


def test_the_command_prints_text_json_and_csv(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = _said(home, capsys=capsys)
    assert "Bulletin NA-25-081 (bulletins/NA-25-081.pdf)" in text
    assert "earned so far: $32,400" in text
    assert f"{vin(53)}" in text and "portal/nissan_rdrs_20250814T2200.csv, row 263" in text
    assert "(reported 54, pending 3, official 53)" in text

    document = json.loads(_said(home, "--format", "json", capsys=capsys))
    assert document["as_of"] == AS_OF.isoformat()
    assert document["standing"]["amount_earned"] == "32400.00"
    assert document["elements"][0]["ladder"][1]["edge_rounding"] == "exact"
    assert len(document["units"]) == 60
    assert {row["vin"] for row in document["differences"]} == {vin(n) for n in range(53, 57)}

    rows = list(csv.DictReader(io.StringIO(_said(home, "--format", "csv", capsys=capsys))))
    parts = [row["part"] for row in rows]
    assert (parts.count("vin"), parts.count("difference"), parts.count("earned")) == (60, 4, 1)
    (reported,) = [row for row in rows if row["label"] == "Reported"]
    assert (reported["figure"], reported["bulletin_number"]) == ("54", "NA-25-081")


def test_the_published_moment_is_read_and_not_computed(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing has landed in this home, so anything else than reading would fail."""
    same = _said(home, "--as-of", "2025-08-15", capsys=capsys)
    assert same == _said(home, capsys=capsys)
    words = ["explain", "--home", str(home), "--rooftop", NISSAN, "--program", "nissan-one"]
    assert run([*words, "--known-at", "2025-08-16"]) == codes.USER_ERROR
    assert "nothing has landed" in capsys.readouterr().err
    moment = datetime.fromisoformat(
        json.loads(_said(home, "--format", "json", capsys=capsys))["known_at"]
    )
    assert moment == AS_OF


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--help"]) == codes.OK
    assert "stairstep explain --rooftop lakeside-nissan" in capsys.readouterr().out
