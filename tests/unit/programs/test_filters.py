"""Filters: what counts, what is paid, and the first reason why not."""

from __future__ import annotations

import pytest

from programs.filters import ElementFilter, Membership, UnitClass
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook

F150 = UnitClass("Ford", "F-150", "XLT", 2023, "gas", "new", "retail")


def changed(unit: UnitClass, **traits: object) -> UnitClass:
    return UnitClass(**(vars(unit) | traits))


def of(rules: RuleVersion, unit: UnitClass) -> Membership:
    return ElementFilter(rules, rules.elements[0]).membership(unit)


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ({}, (True, True, "counted", "paid", "all")),
        ({"model_year": 2024}, (True, False, "counted", "wrong_model_year")),
        ({"model_year": 2022}, (False, False, "wrong_model_year", "wrong_model_year")),
        ({"model_year": None}, (False, False, "wrong_model_year", "wrong_model_year")),
        ({"make": "Lincoln"}, (False, False, "wrong_make", "wrong_make")),
        ({"make": "FORD", "model": "f-150 "}, (True, True, "counted", "paid", "all")),
        ({"model": "F-150 Lightning"}, (False, False, "wrong_model", "wrong_model")),
        ({"stock_type": "used"}, (False, False, "wrong_stock_type", "wrong_stock_type")),
        ({"sale_type": "fleet"}, (False, False, "wrong_sale_type", "wrong_sale_type")),
    ],
)
def test_counted_is_not_paid(sample_rulebooks, traits, expected):
    rules = sample_rulebooks["ford-f150"].versions[1].rules
    assert of(rules, changed(F150, **traits)) == Membership(*expected)


def test_what_is_paid_follows_what_counts_when_it_is_the_same(sample_rulebooks):
    rules = sample_rulebooks["nissan-one"].latest
    fleet = UnitClass("Nissan", "Rogue", sale_type="fleet")
    assert of(rules, fleet) == Membership(False, False, "wrong_sale_type", "not_counted")


def test_certified_cars_count_while_new_cars_are_paid(sample_rulebooks):
    rules = sample_rulebooks["vw-bonus"].latest
    certified, new = (
        UnitClass("Volkswagen", stock_type="certified"),
        UnitClass("Volkswagen", stock_type="new"),
    )
    element = ElementFilter(rules, rules.elements[1])
    assert element.membership(certified).is_counted
    assert not element.membership(certified).is_paid
    assert element.membership(new) == Membership(False, True, "wrong_stock_type", "paid", "all")
    csi = ElementFilter(rules, rules.elements[2]).membership(new)
    assert csi == Membership(False, True, "not_counted", "paid", "all")


@pytest.mark.parametrize(
    ("traits", "model", "trim", "powertrain", "reason"),
    [
        ("model: F-150*", "F-150 Lightning", None, None, "counted"),
        ("model: F-150*", "F-1500", None, None, "counted"),
        ("model: F-150*", "Ranger", None, None, "wrong_model"),
        ('model: "*150*"', "E-150 Van", None, None, "counted"),
        ("powertrain: [ev, hybrid]", "X", None, "EV", "counted"),
        ("powertrain: [ev, hybrid]", "X", None, "gas", "wrong_powertrain"),
        ("powertrain: [ev, hybrid]", "X", None, None, "wrong_powertrain"),
        ("trim: SV", "X", "sv", None, "counted"),
        ("trim: SV", "X", "SL", None, "wrong_trim"),
        ("except: [{model: X, trim: SL}]", "X", "SL", None, "wrong_model"),
        ("except: [{model: X, trim: SL}]", "X", "SV", None, "counted"),
        ("except: [{trim: Fleet*}]", "X", "fleet S", None, "wrong_trim"),
        ("except: [{trim: Fleet*}]", "X", None, None, "counted"),
    ],
)
def test_traits_of_every_kind(small_rulebook, traits, model, trim, powertrain, reason):
    text = small_rulebook.replace("{stock_type: new,", f"{{{traits}, stock_type: new,")
    rules = read_rulebook(text, "small.yaml", run_examples=False).latest
    unit = UnitClass("Nissan", model, trim, 2025, powertrain)
    assert of(rules, unit).reason_code == reason
