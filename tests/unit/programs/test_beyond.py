"""Which rules beyond a period a program has, and the sentence that names them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from programs.beyond import beyond_text, kinds_beyond
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook

GUIDE = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"


def rules(name: str) -> RuleVersion:
    path = GUIDE / f"{name}.yaml"
    return read_rulebook(path.read_text(encoding="utf-8"), path.name, run_examples=False).latest


def test_its_own_rules_and_those_that_others_state_of_it():
    stacking, plain = rules("shape-stacking"), rules("nissan-titan-2021")
    match = plain.model_copy(update={"program": "volume-match"})
    assert kinds_beyond(rules("ford-pilot-2014"), []) == ("catch_up",)
    assert kinds_beyond(stacking, [stacking]) == ("exclusive_with", "at_most_one_of", "family_cap")
    assert "exclusive_with" in kinds_beyond(match, [match, stacking])
    assert kinds_beyond(plain, [stacking]) == ()


def test_each_is_named_once_with_what_it_changes_today():
    kinds = ("catch_up", "last_period", "strikes")
    assert beyond_text(kinds, Decimal("-50.5")) == (
        "Without periods earned back, strikes: today they change it by −$50.50."
    )
    assert "by +$50" in beyond_text(kinds, Decimal(50))
    assert beyond_text((), Decimal(0)) == ""
    assert beyond_text((*kinds, "family_cap"), Decimal(50), is_settled=True).endswith(
        "by +$50. Expected amounts have periods earned back, strikes in them."
    )
