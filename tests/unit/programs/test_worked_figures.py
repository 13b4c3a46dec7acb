"""The public figures of the seven sample programs, to the cent, on both sides of each edge.

Each runs from the rulebook's YAML through filter, ladder and standing; the figures are written
here again, so that a rulebook's own examples can't vouch for themselves.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from programs.examples import element_rules, example_standing
from programs.gates import GateResult, GateState
from programs.rule_examples import Example
from programs.rule_models import RuleVersion
from programs.standing import ElementFacts, evaluate_element


def earned(rules: RuleVersion, **inputs: object) -> Decimal:
    example = Example.model_validate({"example": "test", "amount": 0, **inputs})
    return example_standing(rules, example).amount_earned


@pytest.mark.parametrize(
    ("counted", "amount"),
    [
        (0, "0.00"),
        (44, "0.00"),
        (45, "15750.00"),
        (49, "17150.00"),
        (50, "30000.00"),
        (54, "32400.00"),
        (55, "66000.00"),
        (56, "67200.00"),
    ],
)
def test_nissan_one(sample_rulebooks, counted, amount):
    rules = sample_rulebooks["nissan-one"].latest
    assert earned(rules, objective=50, sold=[{"units": counted}]) == Decimal(amount)


def test_nissan_one_the_next_unit_is_worth_33600(sample_rulebooks):
    rules = sample_rulebooks["nissan-one"].latest
    standing = evaluate_element(
        element_rules(rules, rules.elements[0], 1, 50),
        ElementFacts(counted_units=54, paid_units=54),
    )
    assert standing.units_to_next_tier == 1
    assert standing.next_tier_units == 55
    assert standing.worth_of_next_tier_amount == Decimal("33600.00")
    assert standing.next_tier_amount == Decimal("66000.00")


def test_nissan_one_an_edge_of_51_and_7_tenths_is_52(sample_rulebooks):
    rules = sample_rulebooks["nissan-one"].latest
    assert earned(rules, objective=47, sold=[{"units": 51}]) == Decimal("30600.00")
    assert earned(rules, objective=47, sold=[{"units": 52}]) == Decimal("62400.00")


@pytest.mark.parametrize(
    ("base", "sold", "amount"),
    [
        (100, 99, 0),
        (100, 100, 0),
        (100, 101, 3000),
        (100, 120, 60000),
        (100, 121, 60000),
        (100, 130, 60000),
        (148, 176, 84000),
        (148, 177, 87000),
        (148, 190, 87000),
        (4, 6, 3000),  # a fifth of 4 is 0 rounded down, but one is always paid
        (5, 9, 3000),
        (0, 0, 0),
        (0, 9, 3000),
    ],
)
def test_honda_december_2013(sample_rulebooks, base, sold, amount):
    rules = sample_rulebooks["honda-growth"].latest
    assert earned(rules, base=base, sold=[{"units": sold}]) == Decimal(amount)


@pytest.mark.parametrize(
    ("paid", "only_counted", "amount"),
    [
        (14, 5, 0),  # 19 of 20
        (14, 6, 10500),  # 100 %
        (14, 9, 10500),  # one short of 120 %
        (14, 10, 14000),  # the bulletin's figure
        (0, 24, 0),  # the tier is reached, and nothing is paid
    ],
)
def test_ford_f150_april_2024(sample_rulebooks, paid, only_counted, amount):
    rules = sample_rulebooks["ford-f150"].versions[1].rules
    truck = {"model": "F-150"}
    sold = [
        truck | {"units": paid, "model_year": 2023},
        truck | {"units": only_counted, "model_year": 2024},
    ]
    assert earned(rules, objective=20, sold=sold) == Decimal(amount)


def vw(new: int, certified: int, score: str, msrp: int) -> dict[str, object]:
    return {
        "objective": {"new": 100, "certified": 100},
        "sold": [
            {"units": new, "msrp_total": msrp},
            {"units": certified, "stock_type": "certified", "msrp_total": 777777},
        ],
        "scores": {"csi": {"score": Decimal(score), "region_average": Decimal("90")}},
    }


@pytest.mark.parametrize(
    ("new", "certified", "score", "amount"),
    [
        (100, 70, "90", 40000),  # the bulletin's 2.00 %
        (99, 70, "90", 25000),  # 0.25 + 0.25 + 0.75
        (100, 69, "90", 35000),  # 1.00 + 0.75
        (100, 70, "89.999", 25000),  # CSI forfeits its own share only
        (74, 69, "89.999", 0),
        (75, 0, "89.999", 5000),
        (124, 99, "90", 40000),
        (125, 100, "90", 60000),  # 1.75 + 0.50 + 0.75, exactly the most
    ],
)
def test_volkswagen_2013(sample_rulebooks, new, certified, score, amount):
    rules = sample_rulebooks["vw-bonus"].latest
    assert earned(rules, **vw(new, certified, score, 2_000_000)) == Decimal(amount)


def test_volkswagen_never_pays_more_than_its_cap(sample_rulebooks):
    rules = sample_rulebooks["vw-bonus"].latest
    lower = rules.model_copy(
        update={"caps": rules.caps.model_copy(update={"msrp_percent": Decimal("1.9")})}
    )
    example = Example.model_validate({"example": "x", "amount": 0, **vw(100, 70, "90", 2_000_000)})
    standing = example_standing(lower, example)
    assert standing.amount_earned == Decimal("38000.00")
    assert standing.amount_capped == Decimal("2000.00")
    # The last element gives way first.
    assert [found.amount_earned for found in standing.elements] == [20000, 5000, 13000]


@pytest.mark.parametrize(
    ("sold", "open_recalls", "amount"),
    [(95, 0, "0"), (96, 0, "96000"), (100, 2, "98000"), (100, 100, "0"), (97, 96, "1000.00")],
)
def test_chevrolet_2016(sample_rulebooks, sold, open_recalls, amount):
    rules = sample_rulebooks["chevrolet-volume"].latest
    units = [{"units": sold, "open_recalls": open_recalls}]
    assert earned(rules, objective=80, sold=units) == Decimal(amount)


@pytest.mark.parametrize(
    ("sold", "amount"),
    [(24, 0), (25, 7500), (39, 7500), (40, 18000), (54, 18000), (55, 32000), (200, 32000)],
)
def test_absolute_units_pay_a_flat_amount(sample_rulebooks, sold, amount):
    rules = sample_rulebooks["cdjr-flat-bonus"].latest
    assert earned(rules, sold=[{"units": sold, "make": "Ram"}]) == Decimal(amount)


@pytest.mark.parametrize(
    ("score", "sample", "amount"),
    [("94.3", 7, 0), ("95", 7, 24000), ("95", 6, 24000), ("95", 5, 0)],
)
def test_one_bad_survey_costs_the_quarter(sample_rulebooks, score, sample, amount):
    """Six at 95 and one at 90 average 94.3, under a gate of 95."""
    text = sample_rulebooks["csi-quarter-bonus"].versions[0].rules
    condition = text.gates[0].require.any[0].model_copy(update={"at_least": Decimal(95)})
    gate = text.gates[0].model_copy(update={"require": condition})
    rules = text.model_copy(update={"gates": (gate,)})
    inputs = {
        "objective": 100,
        "sold": [{"units": 120 if amount else 100}],
        "scores": {"csi": {"score": Decimal(score), "sample": sample}},
    }
    assert earned(rules, **inputs) == Decimal(amount * 2)


def test_a_gate_reduces_to_its_share(sample_rulebooks):
    rules = sample_rulebooks["nissan-one"].latest
    gate = GateResult("training", GateState.NOT_MET, "reduce", Decimal("0.333333"))
    standing = evaluate_element(
        element_rules(rules, rules.elements[0], 1, 50), ElementFacts(50, 50, gates=(gate,))
    )
    assert standing.amount_earned == Decimal("9999.99")
    assert standing.amount_forfeited == Decimal("20000.01")
