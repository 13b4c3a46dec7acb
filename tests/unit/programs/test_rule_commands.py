"""What the command line does with rulebooks: check, test, use, new, schema, diff."""

from __future__ import annotations

import datetime
import itertools
import json
from decimal import Decimal
from pathlib import Path

import pytest

from programs import rule_commands
from programs.calendars import Calendar, read_calendar
from programs.errors import StairstepError
from programs.group import Group, read_group
from programs.rule_commands import Feeds, Surroundings
from programs.rule_diff import periods_between
from programs.rule_new import fault_of
from programs.rulebook import Rulebook, read_rulebook

HOME = Path(__file__).parents[3] / "sample_group" / "home"
AS_OF = datetime.date(2025, 8, 15)


@pytest.fixture(scope="module")
def calendars() -> dict[str, Calendar]:
    found = [
        read_calendar(path.read_text(encoding="utf-8"), path.name)
        for path in sorted((HOME / "calendars").glob("*.yaml"))
    ]
    return {calendar.code: calendar for calendar in found}


@pytest.fixture(scope="module")
def group() -> Group:
    return read_group((HOME / "stairstep.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def around(group, calendars) -> Surroundings:
    return Surroundings(group, calendars, Feeds(frozenset({"csi"})))


@pytest.fixture(scope="module")
def sample_texts() -> dict[str, str]:
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted((HOME / "rulebooks").glob("*.yaml"))
    }


def test_the_sample_has_no_problem(sample_texts, around):
    assert rule_commands.check(sample_texts, around) == []


def test_a_rulebook_whose_example_fails_is_not_used_and_the_others_are(sample_texts, around):
    texts = dict(sample_texts)
    texts["nissan-one.yaml"] = texts["nissan-one.yaml"].replace("amount: 15750", "amount: 1", 1)
    found = rule_commands.usable(texts, around)
    assert found.refused_files == ("nissan-one.yaml",)
    assert {book.file for book in found.rulebooks} == set(texts) - {"nissan-one.yaml"}
    (problem,) = found.problems
    assert "the rules pay $15,750.00, the example says $1.00" in problem.message


def test_two_files_for_one_program_are_told(small_rulebook):
    (problem,) = rule_commands.check({"a.yaml": small_rulebook, "b.yaml": small_rulebook})
    assert str(problem).startswith("b.yaml, line 1: program: 'small' is already in a.yaml")


def test_testing_gives_a_line_per_example_of_every_version(sample_texts):
    lines = rule_commands.test(sample_texts["ford-f150.yaml"], "ford-f150.yaml")
    assert [line.version for line in lines] == [1, 2, 2, 2, 2, 3]
    assert all(line.is_passed for line in lines)
    assert str(lines[0]).startswith("ok   ford-f150.yaml, line ")
    broken = sample_texts["ford-f150.yaml"].replace("amount: 10500", "amount: 10501")
    failed = [line for line in rule_commands.test(broken, "f.yaml") if not line.is_passed]
    (line,) = failed
    assert broken.splitlines()[line.line - 1].strip().startswith("- example: one short of 120 %")
    assert str(line).startswith("FAIL f.yaml, line ")


def test_the_schema_is_json_and_always_the_same():
    assert rule_commands.schema_text() == rule_commands.schema_text()
    assert json.loads(rule_commands.schema_text()) == rule_commands.json_schema()


def test_feeds_are_read_off_the_mappings():
    feeds = rule_commands.feeds_of(
        [
            {"kind": "csi/scores", "columns": {"metric_code": {"codes": {"C": "csi", "R": "rse"}}}},
            {"kind": "csi/scores", "columns": {"metric_code": {"constant": "retention"}}},
            {"kind": "portal/compliance_items", "columns": {"item_type": {"from": "Type"}}},
            {"kind": "portal/shipments", "columns": {}},
        ]
    )
    assert feeds.has_shipments
    assert feeds.metrics == {"csi", "rse", "retention"}
    assert not feeds.has_surveys
    assert feeds.item_types == {"training", "facility", "digital", "strike"}
    assert rule_commands.feeds_of(
        [{"kind": "csi/scores", "columns": {"metric_code": {"from": "Metric"}}}]
    ) == Feeds(None, False, frozenset(), has_shipments=False)


ANSWERS = {
    "name": 'The "Big" One: 50 %',
    "program": "big-one",
    "oem": "nissan",
    "makes": "Nissan",
    "bulletin": "N-1: June # 2",
    "announced": "2025-06-01",
    "effective": "2025-06-02",
    "calendar": "nissan",
    "dates": "2025-06-02, 2025-07-01",
    "bands": "100: 10, 110 %: 20.50",
    "amount": "10",
    "example_target": "10",
    "example_units": "0",
    "example_msrp": "0",
    "example_amount": "0",
}


@pytest.mark.parametrize(
    ("grain", "against", "pay", "shape"),
    list(
        itertools.product(
            ["month", "quarter", "free"],
            ["objective", "last_year", "units", "nothing"],
            ["per_unit", "msrp_percent"],
            ["retroactive", "marginal"],
        )
    ),
)
def test_any_answers_make_a_sound_first_rulebook(grain, against, pay, shape):
    answers = ANSWERS | {"grain": grain, "against": against, "pay": pay, "shape": shape}
    text = rule_commands.new(answers)
    assert rule_commands.check({"big-one.yaml": text}) == []
    book = read_rulebook(text, "big-one.yaml")
    assert (book.latest.name, book.latest.source.bulletin) == (ANSWERS["name"], "N-1: June # 2")


def test_only_the_questions_that_matter_are_asked():
    asked = rule_commands.asked({"grain": "free", "against": "nothing"})
    keys = [question.key for question in asked]
    assert "calendar" not in keys and "bands" not in keys and "dates" in keys
    assert "amount" in keys


@pytest.mark.parametrize(
    ("key", "answer", "fault"),
    [
        ("program", "Nissan One", "is no code; write small letters"),
        ("announced", "1 June", "is not a date like 2025-08-01"),
        ("announced", "", "an answer is needed"),
        ("grain", "week", "is not one of month, two_month"),
        ("sale_types", "retail, gift", "is not of retail, lease"),
        ("bands", "110: 5, 100: 6", "in rising order"),
        ("bands", "100", "is not edge and pay"),
        ("amount", "much", "is not a number"),
        ("dates", "2025-01-01", "is not two dates"),
    ],
)
def test_an_answer_that_won_t_do_says_why(key, answer, fault):
    question = next(found for found in rule_commands.QUESTIONS if found.key == key)
    assert fault in (fault_of(question, answer) or "")


def test_new_refuses_what_was_not_answered():
    with pytest.raises(StairstepError, match="oem: an answer is needed"):
        rule_commands.new({**ANSWERS, "oem": " "})


def sales(rooftop: str, period: str, units: int, **traits: object) -> list[dict]:
    return [
        {
            "rooftop_id": rooftop,
            "period_code": period,
            "counting_date": datetime.date.fromisoformat(f"{period}-10"),
            "vin": f"{rooftop}{period}{number}",
            "make": "Nissan",
            "stock_type": "new",
            "sale_type": "retail",
            "msrp_amount": Decimal("30000.00"),
            **traits,
        }
        for number in range(units)
    ]


def revised(sample_texts: dict[str, str]) -> tuple[Rulebook, Rulebook]:
    old = sample_texts["nissan-one.yaml"]
    new = old.replace("{from: 110, per_unit: 1200}", "{from: 110, per_unit: 1500}").replace(
        "sale_type: [retail, lease]}   #", "sale_type: [retail, lease, fleet]}   #"
    )
    assert new != old
    return (
        read_rulebook(old, "old.yaml"),
        read_rulebook(new, "new.yaml", run_examples=False),
    )


def test_a_diff_shows_units_tier_and_dollars_before_and_after(sample_texts, calendars):
    old, new = revised(sample_texts)
    facts = rule_commands.facts_of_rows(
        periods_between([old, new], calendars),
        [
            *sales("lakeside", "2025-07", 53),
            *sales("lakeside", "2025-07", 2, sale_type="fleet", vin="fleet"),
            *sales("capitol", "2025-07", 44),
        ],
        [
            {"rooftop_id": name, "period_code": "2025-07", "element_code": "volume",
             "objective_units": 50}
            for name in ("lakeside", "capitol", "prairie")
        ],
        as_of_date=AS_OF,
    )  # fmt: skip
    lines = {
        line.rooftop_id: line for line in rule_commands.diff(old, new, facts, calendars, AS_OF)
    }
    lakeside = lines["lakeside"]
    assert (lakeside.before.counted_units, lakeside.before.tier_number) == (53, 2)
    assert lakeside.before.amount_earned == Decimal("31800.00")
    assert (lakeside.after.counted_units, lakeside.after.tier_number) == (55, 3)
    assert lakeside.after.amount_earned == Decimal("82500.00")
    assert lakeside.is_changed
    assert not lines["capitol"].is_changed
    assert lines["prairie"].before.amount_earned == 0


def test_a_diff_goes_by_the_versions_announced_by_then(sample_texts, calendars):
    book = read_rulebook(sample_texts["csi-quarter-bonus.yaml"], "old.yaml")
    periods = periods_between([book], calendars)
    key = {"rooftop_id": "a", "period_code": "2025-Q3"}
    unit = {"make": "Toyota", "counting_date": AS_OF, "stock_type": "new", "sale_type": "retail"}
    facts = rule_commands.facts_of_rows(
        periods,
        [key | unit | {"vin": str(number)} for number in range(110)],
        [key | {"element_code": "volume", "objective_units": 100}],
        [key | {"metric_code": "csi", "score": Decimal(95), "sample_count": 9}],
        [key | {"item": "training", "state": "too_early"}],
        as_of_date=AS_OF,
    )
    sides = [
        rule_commands.diff(book, book, facts, calendars, known_on)[0].after
        for known_on in (datetime.date(2025, 7, 2), datetime.date(2025, 7, 3))
    ]
    assert [side.version for side in sides] == [1, 2]
    assert [side.amount_held for side in sides] == [Decimal(22000), Decimal(44000)]
