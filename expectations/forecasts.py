"""What must hold of a forecast before a chance is shown as a number.

Whether chances come true is measured by the backtest in `forecasting`; here is what no forecast may
break: bands in order, chances between 0 and 1 and falling with the tier, nothing open left out.
"""

from __future__ import annotations

from expectations.suites import Suite, at_least, between, equal, unique

BANDS = ("low_95_units", "low_80_units", "median_units", "high_80_units", "high_95_units")

FORECAST = Suite(
    "forecasts_bands",
    "forecast/fct_forecast",
    (
        unique(
            ["rooftop_id", "program_code", "element_code", "period_code"],
            "an element is forecast twice",
        ),
        *(
            at_least(upper, lower, "a band is out of order: it can't be drawn, nor believed")
            for lower, upper in zip(BANDS, BANDS[1:], strict=False)
        ),
        at_least(
            "low_95_units",
            "units_to_date",
            "a band begins below what is already sold and reported",
        ),
        at_least("high_95_units", "expected_units", "the expected units lie above the whole band"),
        between("chance_any_tier", "a chance is not between 0 and 1", low=0, high=1),
        between("expected_amount_cents", "a negative expected amount", low=0),
        between("history_days", "a negative length of history", low=0),
    ),
    may_be_empty=True,
)

TIERS = Suite(
    "forecasts_tiers",
    "forecast/fct_forecast_tier",
    (
        unique(
            ["rooftop_id", "program_code", "element_code", "period_code", "tier_number"],
            "a tier has two chances",
        ),
        between("chance", "a chance is not between 0 and 1", low=0, high=1),
        at_least(
            "chance_of_tier_below",
            "chance",
            "a higher tier is likelier than the one below it",
        ),
        equal("chance_any_tier", "chance_of_first_tier", "two chances of the first tier differ"),
    ),
    may_be_empty=True,
)

COVERAGE = Suite(
    "forecasts_coverage",
    "forecast/fct_forecast",
    (
        between(
            "forecast_row_count",
            "an open element has no forecast, or two: its chance would be missing on the board",
            low=1,
            high=1,
        ),
    ),
    may_be_empty=True,
)

SAMPLES = Suite(
    "forecasts_samples",
    "forecast/fct_forecast_sample",
    (
        unique(["rooftop_id", "segment_code", "period_end_date"], "a series has two sets of draws"),
        equal(
            "draw_count", "expected_draw_count", "a series has fewer or more draws than the others"
        ),
        between("lowest_remaining_units", "a draw sells fewer than none", low=0),
    ),
    may_be_empty=True,
)

SUITES: tuple[Suite, ...] = (FORECAST, TIERS, COVERAGE, SAMPLES)
