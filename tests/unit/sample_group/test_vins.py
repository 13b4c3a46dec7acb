"""VINs: check digits by 49 CFR 565.15, one VIN a car."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sample_group.vins import compose, has_valid_check_digit, with_wrong_check_digit
from sample_group.world import World

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
VALUES = dict(zip(LETTERS, [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True))
VALUES |= {str(figure): figure for figure in range(10)}
WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def check_digit(vin: str) -> str:
    """The plain sum of the regulation, a VIN at a time."""
    remainder = sum(VALUES[c] * w for c, w in zip(vin, WEIGHTS, strict=True)) % 11
    return "X" if remainder == 10 else str(remainder)


@pytest.mark.parametrize("vin", ["1M8GDM9AXKP042788", "11111111111111111", "5GZCZ43D13S812715"])
def test_published_vins_are_valid(vin: str) -> None:
    assert check_digit(vin) == vin[8]
    assert has_valid_check_digit(np.array([vin]))[0]


def test_a_wrong_digit_is_seen() -> None:
    assert not has_valid_check_digit(np.array(["1M8GDM9A0KP042788"]))[0]


def test_every_vin_of_the_sample_is_valid(world: World) -> None:
    vins = world.deals.vin
    assert all(vin[8] == check_digit(vin) for vin in vins[::37].tolist())
    assert has_valid_check_digit(vins).all()
    assert all(re.fullmatch("[A-HJ-NPR-Z0-9]{17}", vin) for vin in vins.tolist())


def test_one_vin_a_car(world: World) -> None:
    cars, vins = world.deals.car, world.deals.vin
    assert len(np.unique(vins)) == len(np.unique(cars))
    sold_again = len(vins) - len(np.unique(vins))
    assert sold_again > 50


def test_model_year_is_in_the_tenth_place() -> None:
    vins = compose(
        np.array(["1N4", "1N4"]), np.array(["ABCDE"] * 2), np.array([2024, 2025]), np.array([7, 8])
    )
    assert [vin[9] for vin in vins] == ["R", "S"]


def test_wrong_check_digit_differs_by_two_figures_and_fails(world: World) -> None:
    for vin in world.deals.vin[:200].tolist():
        wrong = with_wrong_check_digit(vin)
        assert check_digit(wrong) != wrong[8]
        assert sum(a != b for a, b in zip(vin, wrong, strict=True)) in (1, 2)
