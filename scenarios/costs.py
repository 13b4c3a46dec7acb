"""What an extra car costs: the manager's own curve, or what the store's deals of late gave away.

Here: rules as worded and as a list of costs, unit by unit, that never falls. Not here: how many
cars there are to sell (moves.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from programs.money import cents_half_up
from scenarios.inputs import Gross, ScenarioError
from scenarios.levers import parse_money, parse_pairs
from scenarios.lines import DESCRIPTION

# Fewer deals than this say little of a line's gross; then the make's are taken, then the store's.
ENOUGH_DEALS = 8
# The thinnest deal of late is where selling this many times as much as usual is taken to end.
TIMES_USUAL = 2


@dataclass(frozen=True)
class CostRule:
    """What extra units of some cars cost: the first, and how much more each further one; and the
    most of them to sell. Without `first_cents` the store's own gross says it."""

    wanted: Mapping[str, str]
    first_cents: int | None = None
    step_cents: int = 0
    most_units: int | None = None


@dataclass(frozen=True)
class Costs:
    """Costs of the first, second, ... extra unit, and where they come from, in words."""

    unit_costs_cents: tuple[int, ...]
    source: str


def parse_cost(text: str) -> CostRule:
    """`--cost make=Nissan,model=Frontier,first=500,step=50,most=3`."""
    pairs = parse_pairs(text, "--cost")
    first, most = pairs.pop("first", None), pairs.pop("most", None)
    step = parse_money(pairs.pop("step", "0"), "--cost step")
    if first is None and most is None:
        raise ScenarioError(
            f"--cost '{text}': say what the first costs (first=500) or the most to sell (most=3)"
        )
    if most is not None and not most.isdecimal():
        raise ScenarioError(f"--cost '{text}': most={most} is no whole number")
    unknown = sorted(set(pairs) - set(DESCRIPTION))
    if unknown:
        raise ScenarioError(f"--cost '{text}': '{unknown[0]}' describes no car")
    return CostRule(
        pairs,
        None if first is None else parse_money(first, "--cost first"),
        step,
        None if most is None else int(most),
    )


def parse_unit_cost(text: str) -> CostRule:
    """`--unit-cost 500+25`: of every car."""
    first, _, step = text.partition("+")
    return CostRule(
        {}, parse_money(first, "--unit-cost"), parse_money(step or "0", "--unit-cost")
    )


def costs_by_rule(rule: CostRule, units: int) -> Costs:
    """The manager's own curve."""
    first = rule.first_cents or 0
    each = tuple(first + rule.step_cents * unit for unit in range(units))
    return Costs(each, "as given")


def costs_by_gross(
    gross: Gross, key: tuple[str, str, str], usual_units: Fraction, units: int
) -> Costs:
    """What each further unit gives away beside the median deal of late: evenly down the thinner
    half, to its thinnest deal when twice as many as usual are sold besides.

    `usual_units`: what the forecast sells of the line to the period's end.
    """
    deals, whose = _deals(gross, key)
    middle = len(deals) // 2
    span = TIMES_USUAL * max(1, math.ceil(usual_units))
    each = tuple(
        cents_half_up(deals[middle] - deals[max(0, middle - math.ceil(middle * unit / span))])
        for unit in range(1, units + 1)
    )
    return Costs(
        each, f"{len(deals)} {whose} deals of late: median ${deals[middle]:,.0f} gross, "
        f"thinnest {'-' if deals[0] < 0 else ''}${abs(deals[0]):,.0f}"
    )  # fmt: skip


def _deals(gross: Gross, key: tuple[str, str, str]) -> tuple[Sequence[Decimal], str]:
    make, model, stock_type = key
    for deals, whose in (
        (gross.get(key, ()), model),
        (_all(gross, lambda one: (one[0], one[2]) == (make, stock_type)), make),
        (_all(gross, lambda one: one[2] == stock_type), f"{stock_type} car"),
    ):
        if len(deals) >= ENOUGH_DEALS:
            return sorted(deals), whose
    raise ScenarioError(
        f"too few recent deals of {make} ({stock_type}) to learn a cost from; give --unit-cost"
    )


def _all(gross: Gross, is_meant) -> list[Decimal]:  # noqa: ANN001 - of a key of gross
    return [amount for key, amounts in gross.items() if is_meant(key) for amount in amounts]
