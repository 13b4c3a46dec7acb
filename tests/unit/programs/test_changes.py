"""Changes that are made together: what each finds of the others.

Here: surveys beside a score that is set, and other rules beside what is judged by them. Not here:
what changes come to (test_more_cars.py, tests/integration/test_scenario_is_sold.py).
"""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from programs.changes import Change, Reported, RulesSet, Score, Surveys, apply
from programs.facts import Car, Facts
from programs.filters import UnitClass
from programs.gates import Reading
from programs.program_states import PeriodInputs
from programs.rulebook import read_rulebook
from programs.spans import plain_period

RULEBOOK = Path(__file__).parents[3] / "sample_group/home/rulebooks/csi-quarter-bonus.yaml"
RULES = read_rulebook(RULEBOOK.read_text("utf-8"), RULEBOOK.name).versions[-1].rules
DAY = datetime.date(2025, 4, 9)
SUM = Decimal("190.000")
SURVEYS = Surveys("csi", Decimal(80), 2, {(RULES.program, "2025-04"): SUM})


def facts() -> Facts:
    inputs = PeriodInputs(
        plain_period("2025-04"),
        readings={"survey_average:csi": Reading(SUM / 3, 3)},
        is_open=True,
    )
    car = Car("V1", UnitClass("Toyota", "Camry"), "pending", DAY, DAY)
    return Facts(RULES.program, inputs.period, RULES, inputs, (car,), {})


def surveyed(*changes: Change) -> Reading:
    return apply(changes, facts()).inputs.readings["survey_average:csi"]


def test_more_surveys_are_averaged_exactly() -> None:
    assert surveyed(SURVEYS) == Reading(Decimal(70), 5)


def test_surveys_after_a_score_that_is_set_are_averaged_with_it() -> None:
    assert surveyed(Score("csi", Decimal(96), 8), SURVEYS) == Reading(Decimal("92.8"), 10)
    assert surveyed(SURVEYS, Score("csi", Decimal(96), 8)) == Reading(Decimal(96), 8)


@pytest.mark.parametrize("is_first", [True, False])
def test_reports_are_judged_by_other_rules_wherever_these_stand(is_first: bool) -> None:
    strict = RULES.model_copy(
        update={"deadlines": RULES.deadlines.model_copy(update={"report_days_after_sale": 1})}
    )
    changes = [RulesSet(RULES.program, strict, "a draft"), Reported(DAY.replace(day=12), None, 1)]
    made = apply(changes if is_first else changes[::-1], facts())
    assert made.cars == () and replace(made, rules=RULES, moved=()) == facts()
    (car,) = apply([changes[1]], facts()).cars
    assert (car.state, car.reported_days) == ("reported", 3)
