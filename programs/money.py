"""Exact rounding: the only places where money and edges lose digits.

Here: half-up to the cent on exact fractions, whole units by a stated rule, and dollars as text.
Not here: when a rule rounds (ladder.py for edges, standing.py for money).
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Literal

HALF = Fraction(1, 2)
ZERO = Decimal("0.00")
Exact = Fraction | Decimal | int


def cents_half_up(amount: Exact) -> int:
    """An exact amount in dollars as whole cents, half a cent up."""
    top, bottom = amount.as_integer_ratio()
    return half_up(100 * top, bottom)


def half_up(top: int, bottom: int) -> int:
    """top / bottom as a whole number, half up."""
    return (2 * top + bottom) // (2 * bottom)


def dollars(cents: int) -> Decimal:
    """Whole cents as dollars with two places."""
    return Decimal(cents).scaleb(-2)


def round_money(amount: Exact) -> Decimal:
    """An exact amount in dollars to the cent, half up."""
    return dollars(cents_half_up(amount))


def round_units(exact: Exact, rounding: Literal["up", "down", "nearest"]) -> int:
    """An exact number of units to whole units; `nearest` takes a half up."""
    exact = Fraction(exact)
    if rounding == "up":
        return math.ceil(exact)
    if rounding == "down":
        return math.floor(exact)
    return math.floor(exact + HALF)


def money_text(amount: Decimal) -> str:
    """$32,400, or $32,400.50 where there are cents."""
    whole = amount == amount.to_integral_value()
    return f"-{money_text(-amount)}" if amount < 0 else f"${amount:,.{0 if whole else 2}f}"
