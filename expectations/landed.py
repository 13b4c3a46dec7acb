"""What must hold of landed data before anything is computed from it.

A frame of a kind has a row per source file (counts and bounds of that file), so that a verdict
names the file and millions of rows cost what their files cost. Faults of single rows that landing
sets aside itself (unreadable values, unknown stores) are not repeated here; these are the ones that
only show afterwards.
"""

from __future__ import annotations

from expectations.suites import (
    Check,
    Suite,
    at_least,
    between,
    equal,
    not_null,
    one_of,
    unique,
    zero,
)

# Dollars. A car's list price above two million or below zero is a misread column, not a car.
MSRP_HIGH = 2_000_000
# Share of a week's deals against the mean of the eight weeks before, per rooftop.
WEEK_LOW, WEEK_HIGH = 0.2, 4.0
# The same for the whole group: below it the feeds have stopped, whatever single stores do.
GROUP_WEEK_LOW = 0.02

_COMMON: tuple[Check, ...] = (
    unique(["content_hash"], "a file landed twice, so its rows count twice"),
    not_null("vendor_code", "rows without a vendor can't be traced to their feed"),
    not_null("known_at", "rows without a moment of knowledge vanish from every replay"),
    equal(
        "row_count",
        "distinct_row_count",
        "a line of a file landed more than once, so it counts more than once",
    ),
    equal(
        "row_count",
        "ledger_row_count",
        "the rows on disk are not those in the ledger: an interrupted or altered landing",
    ),
    zero("missing_required_count", "a required column is empty"),
)

_CODES: tuple[Check, ...] = (
    zero("unknown_code_count", "a code column holds a value that no rule knows"),
)

_VIN: tuple[Check, ...] = (
    zero(
        "invalid_vin_count",
        "VINs whose check digit fails match no report and no program: correct them in the DMS",
        severity="warning",
    ),
)

_PRICE: tuple[Check, ...] = (
    between("lowest_msrp_amount", "a list price is negative", low=0),
    between("highest_msrp_amount", "a list price is beyond any car's", high=MSRP_HIGH),
)

_MODEL_YEAR: tuple[Check, ...] = (
    between("lowest_model_year", "a model year before 1950 is a misread column", low=1950),
    between("highest_model_years_ahead", "a model year over two years ahead of the file", high=2),
)


def _suite(kind: str, *checks: Check) -> Suite:
    asset = kind.replace("/", "_")
    return Suite(f"landed_{asset}", f"landing/{asset}", (*_COMMON, *checks))


KINDS: dict[str, Suite] = {
    suite.asset.removeprefix("landing/"): suite
    for suite in (
        _suite(
            "dms/deals",
            *_CODES,
            *_VIN,
            *_PRICE,
            *_MODEL_YEAR,
            zero(
                "future_delivery_count",
                "cars delivered after the file was written: a date is misread or entered ahead",
                severity="warning",
            ),
            zero(
                "undated_delivered_count",
                "delivered deals without a delivery date count in no period",
                severity="warning",
            ),
        ),
        _suite("dms/inventory", *_CODES, *_VIN, *_PRICE, *_MODEL_YEAR),
        _suite(
            "csi/surveys",
            between("lowest_score", "a survey score below zero", low=0),
            between(
                "highest_score", "a survey score above 1,000, the largest scale in use", high=1000
            ),
        ),
        _suite(
            "csi/scores",
            between("lowest_score", "a score below zero", low=0),
            between("highest_score", "a score above 1,000, the largest scale in use", high=1000),
            between("lowest_sample_count", "a negative number of surveys", low=0),
        ),
        _suite(
            "portal/objectives",
            between("lowest_objective_units", "a negative objective", low=0),
            between("highest_objective_units", "an objective beyond any store's", high=100_000),
        ),
        _suite(
            "portal/rdrs",
            *_CODES,
            *_VIN,
            *_PRICE,
            *_MODEL_YEAR,
            zero(
                "reported_before_sale_count",
                "reports accepted before the day of their sale: an auditor's first question",
                severity="warning",
            ),
        ),
        _suite(
            "portal/official_standings",
            between("lowest_official_units", "a negative official count", low=0),
        ),
        _suite("portal/official_units"),
        _suite(
            "portal/payments",
            between(
                "largest_amount",
                "a payment line beyond ten million dollars is a misread column",
                high=10_000_000,
            ),
        ),
        _suite(
            "portal/compliance_items",
            *_CODES,
            zero(
                "undated_strike_count",
                "strikes without a date (due_date) fall into no period, so they take nothing",
                severity="warning",
            ),
        ),
        _suite(
            "portal/shipments",
            *_CODES,
            *_VIN,
            *_PRICE,
            *_MODEL_YEAR,
            zero(
                "cancelled_before_shipped_count",
                "shipments cancelled before they were made",
                severity="warning",
            ),
        ),
        _suite(
            "portal/recalls",
            zero(
                "remedied_before_opened_count",
                "recalls closed before they were opened",
                severity="warning",
            ),
        ),
    )
}

ROOFTOPS = Suite(
    "landed_rooftops",
    "landing/dms_deals",
    (
        not_null(
            "known_rooftop_id",
            "deals or cars of a rooftop that stairstep.yaml does not know are in no standing",
        ),
    ),
    may_be_empty=True,
)

DEALER_CODES = Suite(
    "landed_dealer_codes",
    "landing/portal_rdrs",
    (
        not_null(
            "known_dealer_code",
            "portal rows under a dealer code that no franchise has are in no standing",
            severity="warning",
        ),
    ),
    may_be_empty=True,
)

REPORTED_SALES = Suite(
    "landed_reported_sales",
    "landing/portal_rdrs",
    (
        between(
            "matched_share",
            "many reported sales of a month have no deal in the DMS: a feed is missing or a "
            "store number is mapped to the wrong rooftop",
            low=0.8,
            severity="warning",
        ),
    ),
    may_be_empty=True,
)

WEEKLY_VOLUME = Suite(
    "landed_weekly_volume",
    "landing/dms_deals",
    (
        between(
            "volume_ratio",
            "a rooftop's last week is far from its eight weeks before: its feed lags or repeats",
            low=WEEK_LOW,
            high=WEEK_HIGH,
            severity="warning",
        ),
    ),
    may_be_empty=True,
)

GROUP_VOLUME = Suite(
    "landed_group_volume",
    "landing/dms_deals",
    (
        between(
            "volume_ratio",
            "the whole group's deals have all but stopped: the feeds are broken, not the business",
            low=GROUP_WEEK_LOW,
        ),
    ),
    may_be_empty=True,
)

FRESHNESS = Suite(
    "landed_freshness",
    "landing/files",
    (
        one_of(
            "feed_state",
            ["fresh"],
            "a feed is later than its mapping says it comes",
            severity="warning",
        ),
    ),
    may_be_empty=True,
)

FILES = Suite(
    "landed_files",
    "landing/files",
    (
        one_of(
            "outcome",
            ["landed", "duplicate", "set_aside", "unrecognised"],
            "a file has an outcome that nobody knows",
        ),
        zero(
            "unaccounted_line_count",
            "lines in are not rows landed + rows set aside + lines ignored: rows were lost",
        ),
        zero(
            "set_aside_file_count",
            "files that could not be read were set aside whole: their sales are missing",
            severity="warning",
        ),
        at_least(
            "row_count",
            "rows_set_aside",
            "more rows of a file were set aside than landed: its mapping no longer fits",
            severity="warning",
        ),
    ),
    may_be_empty=True,
)

ACROSS: tuple[Suite, ...] = (
    ROOFTOPS,
    DEALER_CODES,
    REPORTED_SALES,
    WEEKLY_VOLUME,
    GROUP_VOLUME,
    FRESHNESS,
    FILES,
)
