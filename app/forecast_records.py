"""The records of what is forecast and of how good forecasts were: one dataclass per table.

Belongs here: shapes alone, as in app/records.py. What joint draws add up to is
app/forecast_queries.py. None means that nothing tells, which is never the same as zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from app.records import Record


@dataclass(frozen=True)
class Forecast(Record):
    TABLE: ClassVar[str] = "fct_forecast"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    model_code: str | None
    units_to_date: int | None
    pending_units: int | None
    median_units: int | None
    low_80_units: int | None
    high_80_units: int | None
    low_95_units: int | None
    high_95_units: int | None
    expected_units: float | None
    expected_amount: Decimal | None
    chance_gates_met: float | None
    chance_any_tier: float | None
    decided_by_date: date | None
    likeliest_tier_number: int | None
    likeliest_tier_chance: float | None
    fallback_note: str | None


@dataclass(frozen=True)
class ForecastTier(Record):
    TABLE: ClassVar[str] = "fct_forecast_tier"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    tier_number: int
    edge_units: int
    chance: float
    chance_with_gates: float | None
    chance_without_pending: float | None


@dataclass(frozen=True)
class ForecastScoreTier(Record):
    """A tier that a score decides; `assumption` says how the score was drawn."""

    TABLE: ClassVar[str] = "fct_forecast_score_tier"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    tier_number: int
    edge_score: Decimal
    chance: float | None
    assumption: str


@dataclass(frozen=True)
class ForecastGate(Record):
    TABLE: ClassVar[str] = "fct_forecast_gate"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    gate_code: str
    conjunct_number: int
    leaf_number: int
    chance_gate_met: float | None
    chance_leaf_met: float | None
    assumption: str
    surveys_to_date: int | None
    expected_surveys_to_come: float | None
    low_80_surveys_to_come: int | None
    high_80_surveys_to_come: int | None
    perfect_survey_score: Decimal | None
    is_reachable_by_surveys: bool | None
    perfect_surveys_needed: int | None
    lowest_next_score: Decimal | None


@dataclass(frozen=True)
class ForecastDay(Record):
    TABLE: ClassVar[str] = "fct_forecast_day"
    rooftop_id: str
    program_code: str
    element_code: str
    period_code: str
    date: date
    expected_units: float
    low_80_units: int
    median_units: int
    high_80_units: int
    needed_units: float | None
    sureness: float


@dataclass(frozen=True)
class ForecastProgram(Record):
    """`amount_cents[k]` belongs to the k-th joint draw, the same over all rooftops."""

    TABLE: ClassVar[str] = "fct_forecast_program"
    rooftop_id: str
    program_code: str
    period_code: str
    expected_amount: Decimal
    low_80_amount: Decimal
    median_amount: Decimal
    high_80_amount: Decimal
    chance_any_amount: float
    expected_held_amount: Decimal
    expected_without_pending_amount: Decimal
    left_out_note: str | None


@dataclass(frozen=True)
class ForecastRooftop(Record):
    TABLE: ClassVar[str] = "fct_forecast_rooftop"
    rooftop_id: str
    program_count: int
    expected_amount: Decimal
    low_80_amount: Decimal
    median_amount: Decimal
    high_80_amount: Decimal
    expected_held_amount: Decimal
    left_out_note: str | None
    amount_cents: list[int]


@dataclass(frozen=True)
class BacktestRow(Record):
    """How good one forecaster was on one panel, at one share of the period elapsed or at all."""

    TABLE: ClassVar[str] = "fct_backtest"
    SCOPE: ClassVar[str] = "open"
    panel: str
    forecaster: str
    origin: str
    series: int
    weighted_quantile_loss: float
    median_error: float
    brier: float
    calibration_error: float
    inside_80: float
    inside_95: float
    width_80: float
    log_score: float


@dataclass(frozen=True)
class BacktestThird(Record):
    TABLE: ClassVar[str] = "fct_backtest_third"
    SCOPE: ClassVar[str] = "open"
    panel: str
    forecaster: str
    third: int
    series: int
    inside_80: float
    inside_95: float
    calibration_error: float


@dataclass(frozen=True)
class BacktestBin(Record):
    """Chances of about one size: how many there were, their mean, the share that came true."""

    TABLE: ClassVar[str] = "fct_backtest_reliability"
    SCOPE: ClassVar[str] = "open"
    panel: str
    forecaster: str
    origin: str
    bin_low: float
    bin_high: float
    chances: int
    mean_chance: float
    share_reached: float


@dataclass(frozen=True)
class BacktestWeight(Record):
    """What one model weighs among those combined; horizon 1 is the nearest."""

    TABLE: ClassVar[str] = "fct_backtest_weight"
    SCOPE: ClassVar[str] = "open"
    panel: str
    forecaster: str
    quarter: str
    model: str
    horizon: int
    weight: float
