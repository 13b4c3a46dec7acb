"""What pages ask of the forecast: amounts and days to come, and how often chances came true.

Belongs here: one function per question, cached as in app/queries.py, and sums of joint draws within
the visitor's scope. Shapes are app/forecast_records.py, wording app/components/outlook.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.forecast_records import (
    BacktestBin,
    BacktestRow,
    BacktestThird,
    BacktestWeight,
    Forecast,
    ForecastDay,
    ForecastRooftop,
)
from app.published import Published
from app.queries import ElementKey, cached

# What the backtest calls its panel of rooftops, and all moments of a period together.
ROOFTOPS, ALL = "rooftop", "all"
# Fewer chances than this say little of how often such ones come true.
FEWEST_CHANCES = 20
BAND = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class AmountSpread:
    """What several rooftops' open programs may pay together, over the joint draws."""

    expected_amount: Decimal
    low_80_amount: Decimal
    median_amount: Decimal
    high_80_amount: Decimal
    expected_held_amount: Decimal
    left_out: tuple[str, ...]
    cents: tuple[int, ...]


@cached
def rooftop_amounts(source: Published) -> dict[str, ForecastRooftop]:
    """Return what each rooftop's open programs may pay together."""
    return {row.rooftop_id: row for row in source.read(ForecastRooftop, order_by="rooftop_id")}


def together(rows: Iterable[ForecastRooftop]) -> AmountSpread | None:
    """Add rooftops up draw by draw, so that what goes together goes together; None without any."""
    found = list(rows)
    if not found:
        return None
    cents = np.sum([row.amount_cents for row in found], axis=0, dtype=np.int64)
    low, median, high = np.quantile(cents, BAND, method="inverted_cdf")
    notes = [row.left_out_note for row in found if row.left_out_note]
    return AmountSpread(
        expected_amount=_dollars((2 * int(cents.sum()) + len(cents)) // (2 * len(cents))),
        low_80_amount=_dollars(int(low)),
        median_amount=_dollars(int(median)),
        high_80_amount=_dollars(int(high)),
        expected_held_amount=sum((row.expected_held_amount for row in found), Decimal("0.00")),
        left_out=tuple(dict.fromkeys(part for note in notes for part in note.split("; "))),
        cents=tuple(cents.tolist()),
    )


def _dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


@cached
def days_ahead(source: Published, key: ElementKey) -> tuple[ForecastDay, ...]:
    """Return an element's selling days left."""
    return source.read(
        ForecastDay,
        "rooftop_id = ? and program_code = ? and element_code = ? and period_code = ?",
        list(key),
        order_by="date",
    )


@cached
def model_in_use(source: Published) -> str:
    """Return the forecaster that the published figures come from; empty where none are."""
    found = source.read(Forecast, order_by="rooftop_id", limit=1)
    return (found[0].model_code or "") if found else ""


@cached
def backtest(source: Published) -> tuple[BacktestRow, ...]:
    """Return how good each forecaster was; nothing before the first backtest."""
    return source.read(BacktestRow, order_by="panel desc, forecaster, origin")


@cached
def backtest_thirds(source: Published) -> tuple[BacktestThird, ...]:
    """Return the same in each third by volume."""
    return source.read(BacktestThird, order_by="panel desc, forecaster, third")


@cached
def backtest_bins(source: Published) -> tuple[BacktestBin, ...]:
    """Return how often chances came true, bin by bin."""
    return source.read(BacktestBin, order_by="panel desc, forecaster, origin, bin_low")


@cached
def backtest_weights(source: Published) -> tuple[BacktestWeight, ...]:
    """Return what each model weighed in the last quarter measured."""
    return source.read(
        BacktestWeight,
        f"quarter = (select max(quarter) from {BacktestWeight.TABLE})",
        order_by="panel desc, forecaster, horizon, model",
    )


def came_true(
    bins: Sequence[BacktestBin], forecaster: str, chance: float
) -> BacktestBin | None:
    """Return the bin that a rooftop's chance falls into; None where too few such chances of the
    forecaster were checked."""
    for row in bins:
        if (row.panel, row.forecaster, row.origin) != (ROOFTOPS, forecaster, ALL):
            continue
        is_last = row.bin_high >= 1
        if row.bin_low <= chance < row.bin_high or (is_last and chance == 1):
            return row if row.chances >= FEWEST_CHANCES else None
    return None
