"""What a decision was made on, and what became of it when its period had ended.

Here: the figures of a program as a document that can be kept, and a kept document beside the
standing that came of it. Not here: the figures (programs/chase.py), keeping them (notebook/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from programs.chase import Chase, Effort
from programs.money import dollars, money_text, round_money
from programs.plan import Limits

if TYPE_CHECKING:
    import duckdb

Key = tuple[str, str, str]  # rooftop, program, period

# Every decided program's period, open or ended; the caller says of which rooftops.
STANDINGS = """
select rooftop_id, program_code, period_code, period_end_date, is_open, tier_number,
    coalesce(reported_units, 0) as units, amount_earned, amount_held
from fct_program_standing
where rooftop_id = any($rooftops) and standing_state <> 'not_enrolled'
"""


@dataclass(frozen=True)
class Became:
    """A program's period as it stands now, or as it ended."""

    is_open: bool
    period_end: Any
    units: int
    tier_number: int | None
    amount: Decimal


def figures_of(chase: Chase, limits: Limits) -> dict[str, Any]:
    """The figures on the screen, as a decision keeps them."""
    return {
        "program_name": chase.program_name,
        "advice": chase.verdict,
        "rule": chase.rule,
        "tier_number": chase.tier_number,
        "edge_units": chase.edge_units,
        "units_now": chase.units_now,
        "low_units": chase.low_units,
        "high_units": chase.high_units,
        "chance": None if chase.chance is None else float(chase.chance),
        "stake_amount": str(chase.stake_amount),
        "expected_amount": _plain(chase.expected_cents),
        "low_amount": str(dollars(chase.low_cents)),
        "high_amount": str(dollars(chase.high_cents)),
        "to_aim": _effort(chase.to_aim),
        "best": _effort(chase.best),
        "pays_share": None if chase.spread is None else float(chase.spread.pays),
        "doubts": list(chase.doubts),
        "extra_units": limits.extra_units,
        "budget_amount": None
        if limits.budget_cents is None
        else str(dollars(limits.budget_cents)),
    }


def read_became(
    connection: duckdb.DuckDBPyConnection, rooftop_ids: list[str]
) -> dict[Key, Became]:
    """What became of each program's period, from a published file."""
    rows = connection.execute(STANDINGS, {"rooftops": rooftop_ids}).fetchall()
    return {
        (rooftop, program, period): Became(
            is_open, end, units, tier, (earned or Decimal(0)) + (held or Decimal(0))
        )
        for rooftop, program, period, end, is_open, tier, units, earned, held in rows
    }


def words_of(figures: Mapping[str, Any], became: Became | None) -> str:
    """What happened, against what was shown when it was decided."""
    if became is None:
        return "Its period is no longer among the published ones."
    amount = money_text(became.amount)
    if became.is_open:
        return f"Open until {became.period_end}: {became.units} units and {amount} so far."
    parts = [f"Ended with {became.units} units and {amount}"]
    edge = figures.get("edge_units")
    if edge is not None:
        tier, short = figures["tier_number"], edge - became.units
        missed = f"missed by {short} unit{'' if short == 1 else 's'}"
        parts.append(f"tier {tier} was {'reached' if short <= 0 else missed}")
    low, high = figures["low_units"], figures["high_units"]
    if high:
        side = "inside" if low <= became.units <= high else "outside"
        parts.append(f"{side} the {low} to {high} units expected then")
    then = money_text(round_money(Decimal(figures["expected_amount"])))
    return f"{', '.join(parts)}. Expected then: {then}."


def _effort(effort: Effort | None) -> dict[str, Any] | None:
    if effort is None:
        return None
    return {
        "units": effort.units,
        "cost_amount": str(dollars(effort.cost_cents)),
        "gain_amount": _plain(effort.gain_cents),
        "net_amount": _plain(effort.net_cents),
        "chance": float(effort.chance),
    }


def _plain(cents: Fraction) -> str:
    return str(round_money(cents / 100))
