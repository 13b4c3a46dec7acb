"""What must hold of a forecast before a chance is shown as a number.

Whether chances come true is measured by the backtest in `forecasting`; here is what no forecast may
break: bands in order, chances between 0 and 1 and falling with the tier, nothing open left out.
"""

from __future__ import annotations

from expectations.suites import Check, Suite, at_least, between, equal, unique, zero

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
        between("expected_held_amount_cents", "a negative amount held", low=0),
        at_least(
            "amount_cents_rounded_up",
            "paid_amount_cents",
            "gates, deductions and caps add money to what the ladder pays",
        ),
        zero(
            "unknown_gate_amount_cents",
            "money is expected on a gate of which nothing is known: it must be held",
        ),
        between("chance_gates_met", "a chance is not between 0 and 1", low=0, high=1),
        between("days_to_decision", "the outcome is decided before the morning", low=0),
        at_least(
            "days_to_period_end",
            "days_to_decision",
            "the outcome is decided after the period has ended",
        ),
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
        at_least("chance", "chance_with_gates", "a tier is likelier with its gates than without"),
        at_least(
            "chance",
            "chance_without_pending",
            "a tier is likelier if what is pending is never reported",
        ),
        equal("chance_any_tier", "chance_of_first_tier", "two chances of the first tier differ"),
    ),
    may_be_empty=True,
)

GATES = Suite(
    "forecasts_gates",
    "forecast/fct_forecast_gate",
    (
        between(
            "gate_row_count",
            "a condition of an open gate has no forecast, or two: its chance would be missing",
            low=1,
            high=1,
        ),
        between("chance_gate_met", "a chance is not between 0 and 1", low=0, high=1),
        between("chance_leaf_met", "a chance is not between 0 and 1", low=0, high=1),
        equal("met_draw_count", "met_draws_stated", "a gate's chance isn't that of its draws"),
    ),
    may_be_empty=True,
)

SCORE_TIERS = Suite(
    "forecasts_score_tiers",
    "forecast/fct_forecast_score_tier",
    (
        unique(
            ["rooftop_id", "program_code", "element_code", "period_code", "tier_number"],
            "a tier has two chances",
        ),
        between(
            "tier_row_count",
            "an open element that a score decides has no chance of any tier",
            low=1,
        ),
        between("chance", "a chance is not between 0 and 1", low=0, high=1),
        at_least(
            "chance_of_tier_below",
            "stated_chance",
            "a higher tier is likelier than the one below it",
        ),
        equal(
            "reached_draw_count", "reached_draws_stated", "a tier's chance isn't that of its draws"
        ),
    ),
    may_be_empty=True,
)

DAYS = Suite(
    "forecasts_days",
    "forecast/fct_forecast_day",
    (
        unique(
            ["rooftop_id", "program_code", "element_code", "period_code", "date"],
            "a day is forecast twice",
        ),
        at_least("high_80_units", "median_units", "a day's band is out of order"),
        at_least("median_units", "low_80_units", "a day's band is out of order"),
        at_least("expected_units", "expected_units_before", "units are expected to be taken back"),
        between("sureness", "a sureness is not between 0 and 1", low=0, high=1),
        between("days_to_period_end", "a day lies after its period's end", low=0),
    ),
    may_be_empty=True,
)


def _amounts() -> tuple[Check, ...]:
    names = [band.replace("_units", "_amount_cents") for band in BANDS]
    return (
        between("low_95_amount_cents", "a negative amount", low=0),
        *(
            at_least(upper, lower, "a band is out of order: it can't be drawn, nor believed")
            for lower, upper in zip(names, names[1:], strict=False)
        ),
        equal("expected_amount_cents", "mean_amount_cents", "the mean isn't that of its draws"),
        between("expected_held_amount_cents", "a negative amount held", low=0),
        between("chance_any_amount", "a chance is not between 0 and 1", low=0, high=1),
    )


PROGRAMS = Suite(
    "forecasts_programs",
    "forecast/fct_forecast_program",
    (
        between(
            "amount_row_count",
            "an open program has no amount, or two: the rooftop's sum would be wrong",
            low=1,
            high=1,
        ),
        equal(
            "so_far_amount_cents",
            "standing_amount_cents",
            "with nothing to come the forecast pays something else than the standing: a rule is "
            "left out of it",
        ),
        *_amounts(),
    ),
    may_be_empty=True,
)

ROOFTOPS = Suite(
    "forecasts_rooftops",
    "forecast/fct_forecast_rooftop",
    (
        unique(["rooftop_id"], "a rooftop is summed twice"),
        zero("draw_apart_count", "a rooftop isn't the sum of its programs in every draw"),
        *_amounts(),
    ),
    may_be_empty=True,
)

GROUP = Suite(
    "forecasts_group",
    "forecast/fct_forecast_group",
    (
        between("group_row_count", "the group has no sum, or two", low=1, high=1),
        zero("draw_apart_count", "the group isn't the sum of its rooftops in every draw"),
        *_amounts(),
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

SUITES: tuple[Suite, ...] = (
    FORECAST,
    TIERS,
    GATES,
    SCORE_TIERS,
    DAYS,
    PROGRAMS,
    ROOFTOPS,
    GROUP,
    COVERAGE,
    SAMPLES,
)
