"""The public figures of the programs that the sample group doesn't run, written here again, so that
a rulebook's own examples can't vouch for themselves."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from programs.examples import example_result
from programs.gates import GateState
from programs.rule_examples import Example
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook

FOLDER = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"


def rules(name: str) -> RuleVersion:
    return read_rulebook((FOLDER / name).read_text(encoding="utf-8"), name).latest


def paid(found: RuleVersion, **inputs: object) -> list[Decimal]:
    example = Example.model_validate({"example": "test", "amount": 0, **inputs})
    return [period.amount_earned for period in example_result(found, example).settled]


@pytest.mark.parametrize(("sold", "amount"), [(9, 0), (10, 7500), (11, 16500)])
def test_mercedes_amg_april_2021(sold, amount):
    found = rules("mercedes-amg-2021.yaml")
    assert paid(found, objective=10, sold=[{"units": sold, "model": "AMG GT"}]) == [amount]


@pytest.mark.parametrize(
    ("facility", "manager", "score", "amount"),
    [
        ("met", "not_met", "88", 48000),
        ("met", "met", "88", 65000),
        ("met", "met", "87.999", 45000),
        ("met", "not_met", "87.999", 28000),
        ("not_met", "met", "88", 20000),
        ("not_met", "not_met", "87", 0),
    ],
)
def test_mazda_mbep_2018(facility, manager, score, amount):
    inputs = {
        "sold": [{"units": 31, "msrp_total": 1_000_000}],
        "items": {"exclusive-facility": facility, "exclusive-manager": manager},
        "scores": {
            "customer-experience": {"score": Decimal(score), "region_average": Decimal(88)}
        },
    }
    assert paid(rules("mazda-mbep-2018.yaml"), **inputs) == [amount]


@pytest.mark.parametrize(
    ("november", "december", "is_paid"),
    [
        (18, 22, (True, True)),
        (18, 21, (False, True)),
        (20, 19, (True, False)),
        (22, 18, (True, True)),
        (21, 18, (True, False)),
        (19, 19, (False, False)),
    ],
)
def test_ford_pilot_2014(november, december, is_paid):
    periods = [
        {"period": code, "objective": 20, "sold": [{"units": units}]}
        for code, units in (("2014-11", november), ("2014-12", december))
    ]
    found = paid(rules("ford-pilot-2014.yaml"), periods=periods)
    assert [amount > 0 for amount in found] == list(is_paid)
    assert found == [
        500 * units if one else 0 for units, one in zip((november, december), is_paid, strict=True)
    ]


AWARD = {"objective": 500, "rse": 31, "rse_average": 32, "vci": 97, "cse": 91, "retention": 60,
         "image": "met", "sold": 480}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, GateState.MET),  # 96 %, RSE 31: qualifies
        ({"rse": Decimal("29.999")}, GateState.NOT_MET),
        ({"rse": 30}, GateState.MET),
        ({"rse": 20, "rse_average": 20, "sold": 500}, GateState.MET),
        ({"rse": 20, "rse_average": 20, "sold": 499}, GateState.NOT_MET),
        ({"rse": 20, "rse_average": Decimal("20.001"), "sold": 500}, GateState.NOT_MET),
        ({"vci": Decimal("96.999")}, GateState.NOT_MET),
        ({"cse": Decimal("90.999")}, GateState.NOT_MET),
        ({"retention": Decimal("59.999")}, GateState.NOT_MET),
        ({"image": "not_met"}, GateState.NOT_MET),
        ({"image": "unknown"}, GateState.UNKNOWN),
        ({"objective": None, "rse": 20, "rse_average": 20}, GateState.UNKNOWN),
    ],
)
def test_honda_s_presidents_award_2018(changes, state):
    inputs = AWARD | changes
    example = Example.model_validate(
        {
            "example": "test",
            "amount": 0,
            "objective": inputs["objective"],
            "sold": [{"units": inputs["sold"]}],
            "scores": {
                "rse": {"score": inputs["rse"], "national_average": inputs["rse_average"]},
                "vci": {"score": inputs["vci"]},
                "cse": {"score": inputs["cse"]},
                "retention": {"score": inputs["retention"], "national_average": 60},
            },
            "items": {"image-program": inputs["image"]},
        }
    )
    result = example_result(rules("honda-presidents-award-2018.yaml"), example)
    assert result.states[0].award_state() is state
    assert result.amount_earned == 0


@pytest.mark.parametrize(
    ("chevrolet", "gmc", "buick", "amount"),
    [
        (11, 0, 0, 1650),
        (10, 6, 4, 0),
        (10, 7, 4, 3150),
        (0, 0, 5, 750),
        (0, 0, 0, 0),
    ],
)
def test_gm_store_consultant_2018(chevrolet, gmc, buick, amount):
    sold = [
        {"units": units, "make": make}
        for make, units in (("Chevrolet", chevrolet), ("GMC", gmc), ("Buick", buick))
    ] + [{"units": 30, "make": "Chevrolet", "sale_type": "fleet"}]
    assert paid(rules("gm-store-consultant-2018.yaml"), sold=sold) == [amount]


def infiniti(*months: tuple[str, int, int | None]) -> list[Decimal]:
    periods = [
        {
            "period": code,
            "objective": objective,
            "sold": [{"units": units, "msrp_total": units * 50_000}],
        }
        for code, units, objective in months
    ]
    return paid(rules("infiniti-2019.yaml"), periods=periods)


def test_infiniti_2019():
    met = infiniti(("2019-07", 10, 10), ("2019-08", 10, 10), ("2019-09", 10, 10))
    assert met == [6250, 6250, 6250 + 15000]
    missed = infiniti(("2019-07", 10, 10), ("2019-08", 9, 10), ("2019-09", 10, 10))
    assert missed == [6250, 0, 6250]
    waived = infiniti(("2019-10", 1, 10), ("2019-11", 1, None), ("2019-12", 1, 10))
    assert waived == [625, 625, 625 + 1500]


def test_mercedes_advertising_2014():
    days = ["2014-01-02", "2014-01-03", "2014-02-03", "2014-02-04", "2014-03-05"]
    periods = [
        {
            "period": f"2014-{month:02d}",
            "sold": [{"units": 2, "sale_type": "wholesale"}],
            "strikes": [day for day in days if day[5:7] == f"{month:02d}"],
        }
        for month in range(1, 12)
    ]
    found = paid(rules("mercedes-advertising-2014.yaml"), periods=periods)
    # Half of January; February and March whole; April to September suspended.
    assert found == [445, *[0] * 8, 890, 890]
    single = [{**period, "strikes": period["strikes"][:1]} for period in periods[:3]]
    assert paid(rules("mercedes-advertising-2014.yaml"), periods=single) == [890, 445, 0]


@pytest.mark.parametrize(("sold", "amount"), [(0, 0), (1, 2500), (4, 10000), (5, 20000)])
def test_nissan_titan_2021(sold, amount):
    found = rules("nissan-titan-2021.yaml")
    assert paid(found, sold=[{"units": sold, "model": "Titan XD"}]) == [amount]


@pytest.mark.parametrize(
    ("facility", "score", "digital", "amount"),
    [
        ("met", "92", "met", 20000),
        ("not_met", "92", "met", 12500),
        ("met", "91.999", "met", 12500),
        ("met", "92", "not_met", 15000),
        ("not_met", "91.999", "not_met", 0),
    ],
)
def test_hyundai_accelerate(facility, score, digital, amount):
    inputs = {
        "sold": [{"units": 31, "msrp_total": 1_000_000}],
        "items": {"facility": facility, "training": "met", "digital": digital},
        "scores": {"csi": {"score": Decimal(score), "sample": 10, "region_average": 92}},
    }
    assert paid(rules("hyundai-accelerate.yaml"), **inputs) == [amount]
