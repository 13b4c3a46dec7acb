"""What units pay: bands in units, the amount of the highest one reached, the worth of the next.

Belongs here: the arithmetic of one element, in exact dollars; cents are made at the end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .gates import Left, cents

Bands = list[tuple[int, dict[str, Any]]]


@dataclass(frozen=True)
class Tally:
    """What an amount is worked out from. Recalls only where a share of them is deducted."""

    units: int
    paid_units: int
    msrp: Fraction
    recalls: int

    def plus(self, other: Tally) -> Tally:
        return Tally(
            self.units + other.units,
            self.paid_units + other.paid_units,
            self.msrp + other.msrp,
            self.recalls + other.recalls,
        )


def bands(element: dict[str, Any], objective: int | None, base: int | None) -> Bands | None:
    """The bands with their first unit; none without the objective they need."""
    tiers = element["tiers"]
    if element["against"] == "objective" and not objective:
        return None
    if tiers["edges"] == "units":
        return [(band["from"], band) for band in element["bands"]]
    if tiers.get("rounding", "up") != "up":
        raise ValueError("the evaluator only rounds edges up")
    hundred = Fraction(objective or base or 0)
    edges = [math.ceil(hundred * Fraction(str(band["from"])) / 100) for band in element["bands"]]
    return list(zip(edges, element["bands"], strict=True))


def _amount(
    element: dict[str, Any],
    reachable: Bands | None,
    base: int | None,
    tally: Tally,
) -> Fraction:
    """What the highest band reached pays, in dollars."""
    reached = [(edge, band) for edge, band in reachable or [] if edge <= tally.units]
    if not reached:
        return Fraction(0)
    band = reached[-1][1]
    if element["tiers"].get("shape") == "marginal":
        cap = element["caps"]["share_of_base"]
        if base is None or cap["rounding"] != "down" or len(element["bands"]) != 1:
            raise ValueError("the evaluator only reads one band above last year, capped down")
        most = max(math.floor(Fraction(base * cap["percent"], 100)), cap["at_least"])
        return Fraction(band["per_unit"]) * min(max(tally.paid_units - base, 0), most)
    return (
        Fraction(band.get("flat", 0))
        + Fraction(band.get("per_unit", 0)) * max(tally.paid_units, 0)
        + Fraction(str(band.get("msrp_percent", 0))) / 100 * max(tally.msrp, Fraction(0))
    )


def left(
    element: dict[str, Any],
    reachable: Bands | None,
    base: int | None,
    tally: Tally,
) -> Left:
    """The amount, and what the share of cars with an open recall leaves of it."""
    share = Fraction(tally.recalls, tally.units) if tally.recalls else Fraction(0)
    amount = _amount(element, reachable, base, tally)
    return Left(amount, amount * (1 - share))


def next_tier(
    element: dict[str, Any],
    reachable: Bands | None,
    base: int | None,
    now: Tally,
) -> dict[str, int | None]:
    """Units to the next band, and what it would be worth to have sold just them.

    They are cars like the ones paid so far; where other cars move the count than are paid, what is
    paid stays. They have no open recall.
    """
    above = [edge for edge, _ in reachable or [] if edge > now.units]
    if not above:
        return {"units_to_next_tier": None, "worth_of_next_tier_amount": None}
    more = above[0] - now.units
    paid = more if element["pays"] == "same" else 0
    then = now.plus(Tally(more, paid, paid * _average_msrp(now), 0))
    worth = cents(left(element, reachable, base, then).left) - cents(
        left(element, reachable, base, now).left
    )
    return {"units_to_next_tier": more, "worth_of_next_tier_amount": worth}


def _average_msrp(tally: Tally) -> Fraction:
    if tally.paid_units <= 0:
        return Fraction(0)
    return Fraction(cents(tally.msrp / tally.paid_units), 100)
