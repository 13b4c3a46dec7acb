"""Model lines of a rooftop: cars that differ in nothing a program asks about, as one lever.

Here: what describes a car, how a line is called, and one line as units to sell. Not here: the words
of levers (levers.py), how many a plan may sell and at what cost (moves.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from programs.money import ZERO, cents_half_up
from programs.plan import SellMore
from scenarios.inputs import RooftopInputs, StockRow

CENT = Decimal("0.01")
DESCRIPTION = ("make", "model", "trim", "model_year", "powertrain", "stock_type")


def is_like(row: StockRow, pairs: Mapping[str, str]) -> bool:
    return all(
        str(getattr(row, name) or "").lower() == value.lower() for name, value in pairs.items()
    )


def moves_something(inputs: RooftopInputs, row: StockRow) -> bool:
    return bool(inputs.counted_by.get(row.segment_code) or inputs.paid_by.get(row.segment_code))


def listed(values: Sequence[object]) -> str:
    return " or ".join(str(value) for value in values) or "unknown"


def label_of(rows: Sequence[StockRow]) -> str:
    kinds = sorted({row.stock_type for row in rows} - {"new"})
    name = f"{rows[0].make} {rows[0].model}"
    return f"{' or '.join(kinds)} {name}" if kinds else name


def average_msrp(rows: Sequence[StockRow]) -> Decimal:
    """The mean MSRP of cars that have one, to the cent; 0 without any."""
    priced = sum(row.priced_units for row in rows)
    total = sum((row.msrp_amount for row in rows), ZERO)
    return (total / priced).quantize(CENT, ROUND_HALF_UP) if priced else ZERO


def line_of(
    inputs: RooftopInputs, rows: Sequence[StockRow], label: str, costs: tuple[int, ...]
) -> SellMore:
    segment = rows[0].segment_code
    return SellMore(
        code=re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-"),
        label=label,
        unit_costs_cents=costs,
        msrp_cents=cents_half_up(average_msrp(rows)),
        counted_by=inputs.counted_by.get(segment, frozenset()),
        paid_by=inputs.paid_by.get(segment, frozenset()),
    )
