"""What must hold of the marts before they may be shown to a manager.

dbt's own tests hold keys and contracts of each table; here is what holds between tables and over
the group: every row that must exist does, amounts add up to the cent, counts agree. Money comes as
whole cents.
"""

from __future__ import annotations

from expectations.suites import (
    Suite,
    adds_up,
    at_least,
    between,
    equal,
    not_null,
    one_of,
    unique,
    zero,
)

GATE_STATES = ["met", "not_met", "too_early", "unknown", "none"]
STANDING_STATES = ["ok", "no_objective", "no_score", "not_enrolled"]
AMOUNTS = ("amount_earned", "amount_held", "amount_forfeited", "amount_deducted", "amount_capped")

_PARTS = [*(f"{name}_cents" for name in AMOUNTS), "minus_amount_before_gates_cents"]
_ADDS_UP = adds_up(
    "amounts_add_up",
    _PARTS,
    "earned, held, forfeited, deducted and capped are not the amount before gates, to the cent",
)
_NOT_NEGATIVE = tuple(
    between(f"{name}_cents", "an amount below zero: a program never takes more than it gave", low=0)
    for name in (*AMOUNTS, "amount_before_gates")
)

EVERY_ROW = Suite(
    "marts_every_row",
    "marts/fct_program_standing",
    (
        between(
            "standing_row_count",
            "a rooftop, program and period has no row, or two: missing or doubled",
            low=1,
            high=1,
        ),
        equal(
            "element_row_count",
            "element_count",
            "a standing has not a row for each element: the sum over elements is wrong",
        ),
    ),
)

PROGRAM_STANDING = Suite(
    "marts_program_standing",
    "marts/fct_program_standing",
    (
        unique(["rooftop_id", "program_code", "period_code"], "a standing stands twice"),
        one_of("standing_state", STANDING_STATES, "a standing is in a state that nobody knows"),
        one_of("gate_state", GATE_STATES, "a gate is in a state that nobody knows"),
        adds_up(
            "amounts_add_up",
            [*_PARTS, "minus_amount_adjusted_cents"],
            "earned, held, forfeited, deducted and capped are not the amount before gates and what "
            "was adjusted, to the cent",
        ),
        *_NOT_NEGATIVE,
        *(
            equal(
                f"{name}_cents",
                f"summed_{name}_cents",
                "a program's amount is not the sum of its elements' and of the adjustments listed: "
                "money appears or vanishes",
            )
            for name in ("amount_earned", "amount_held")
        ),
        equal(
            "selling_days_total",
            "selling_days_counted",
            "selling days elapsed and left are not the period's: the pace asked for is wrong",
        ),
    ),
)

ELEMENT_STANDING = Suite(
    "marts_element_standing",
    "marts/fct_element_standing",
    (
        unique(
            ["rooftop_id", "program_code", "element_code", "period_code"], "an element stands twice"
        ),
        _ADDS_UP,
        *_NOT_NEGATIVE,
        between(
            "reported_units",
            "more units were unwound than sold: right only where unwinds land in their own period",
            low=0,
            severity="warning",
        ),
        between("pending_units", "a negative count of pending units", low=0),
        between("tier_number", "a tier below none", low=0),
        at_least("tier_count", "tier_number", "a tier above the program's highest"),
        at_least(
            "reported_units",
            "paid_reported_units",
            "more units are paid than count, in a program that pays only what it counts",
        ),
        equal(
            "reported_units",
            "counted_unit_count",
            "the count is not the number of VINs that it says it counted: it can't be explained",
        ),
    ),
)

SETTLEMENT = Suite(
    "marts_settlement",
    "marts/fct_program_adjustment",
    tuple(
        equal(
            f"alone_{name}_cents",
            f"element_{name}_cents",
            "the settlement evaluates a period otherwise than the models, so it adjusts an amount "
            "that does not stand",
        )
        for name in ("earned", "held", "with_pending")
    ),
    may_be_empty=True,
)

COUNTED_UNITS = Suite(
    "marts_counted_units",
    "marts/fct_counted_unit",
    (
        zero("duplicate_count", "a VIN counts twice in a program, rooftop and period"),
        zero("unexplained_count", "a unit has no reason why it counts or does not"),
        zero("untraced_count", "a unit names no source file and row, so it can't be traced"),
        zero("outside_period_count", "a unit counts in a period that does not hold its date"),
    ),
)

DAILY = Suite(
    "marts_standing_daily",
    "marts/fct_standing_daily",
    (
        equal(
            "reported_units",
            "standing_reported_units",
            "the chart of the period ends at another count than the standing beside it",
        ),
        equal(
            "amount_earned_cents",
            "standing_amount_earned_cents",
            "the chart of the period ends at another amount than the standing beside it",
        ),
    ),
    may_be_empty=True,
)

LADDERS = Suite(
    "marts_ladders",
    "marts/fct_ladder_segment",
    (
        zero("first_from_units", "a ladder does not begin at zero units"),
        zero("open_end_missing", "a ladder ends, so a high count is in no segment"),
        zero("broken_join_count", "a ladder has a gap or an overlap between its segments"),
        zero("falling_tier_count", "a tier falls as units rise"),
    ),
)

GAPS = Suite(
    "marts_gaps",
    "marts/fct_gap",
    (
        unique(["gap_id"], "a gap is listed twice, so its dollars count twice"),
        not_null("rooftop_id", "a gap without a rooftop reaches nobody"),
        one_of("severity", ["critical", "warning", "info"], "a gap of unknown severity"),
        between("amount_at_risk_cents", "negative dollars at risk", low=0),
    ),
    may_be_empty=True,
)

FEED_HEALTH = Suite(
    "marts_feed_health",
    "marts/fct_feed_health",
    (
        unique(["feed_id"], "a feed is listed twice"),
        one_of(
            "feed_state", ["fresh", "late", "missing"], "a feed is in a state that nobody knows"
        ),
    ),
)

SUITES: tuple[Suite, ...] = (
    EVERY_ROW,
    PROGRAM_STANDING,
    ELEMENT_STANDING,
    SETTLEMENT,
    COUNTED_UNITS,
    DAILY,
    LADDERS,
    GAPS,
    FEED_HEALTH,
)
