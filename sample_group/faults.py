"""The faults that the sample's inbox holds on purpose, as a table that tests assert one by one.

Here: which file and row, what must become of it, and words that its reason must hold.
Not here: how they are put into the files (planting.py). README.md shows the same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["quarantine", "set_aside", "corrected", "flagged", "nothing"]
LandingOutcome = Literal["landed", "set_aside", "duplicate", "unrecognised"]


@dataclass(frozen=True)
class PlantedFault:
    """One fault. `row`: physical line of a text file, record number in JSON, row of a sheet.

    `outcome`: quarantine (the row is kept apart), set_aside (the whole file is), corrected (it
    lands right all the same), flagged (it lands and is pointed out), nothing (it is as it should
    be). `reason`: words that landing's reason for the row or file must contain, letter case aside.
    """

    code: str
    path: str
    row: int | None
    outcome: Outcome
    landing_outcome: LandingOutcome
    reason: str
    what: str
    repaired_by: str | None = None  # the file that brings the same facts in good order


PLANTED_FAULTS: tuple[PlantedFault, ...] = (
    PlantedFault(
        "restated_sale_date",
        "dealervault/dv_sales_20250731T0500.csv",
        2,
        "corrected",
        "landed",
        "",
        "the delivery date was corrected: the deal stands there a second time, stamped later",
    ),
    PlantedFault(
        "lagging_feed",
        "reynolds/RR_sales_20250805T1740.csv",
        None,
        "flagged",
        "landed",
        "late",
        "pushed by hand at least every seven days, and the last push is ten days old",
    ),
    PlantedFault(
        "duplicate_file",
        "dealervault/dv_sales_20250801T0500_resent.csv",
        None,
        "nothing",
        "duplicate",
        "same content",
        "the same bytes as dv_sales_20250801T0500.csv under another name",
    ),
    PlantedFault(
        "half_written_csv",
        "dealervault/dv_sales_20250729T0500.csv",
        None,
        "set_aside",
        "set_aside",
        "half-written",
        "the transfer broke off in the middle of a line",
        "dealervault/dv_sales_20250729T0640.csv",
    ),
    PlantedFault(
        "half_written_json",
        "tekion/deals_20250731T0500.json",
        None,
        "set_aside",
        "set_aside",
        "not valid json",
        "the transfer broke off in the middle of a record",
        "tekion/deals_20250731T0635.json",
    ),
    PlantedFault(
        "truncated_last_line",
        "csi/surveys_20250728T0530.csv",
        None,
        "set_aside",
        "set_aside",
        "no line end",
        "only the last line is cut; every line before it is whole",
        "csi/surveys_20250728T0615.csv",
    ),
    PlantedFault(
        "missing_trailer",
        "dealertrack/DT_deals_20250802T0500.txt",
        None,
        "set_aside",
        "set_aside",
        "no trailer",
        "cut after a whole line: only the missing trailer tells",
        "dealertrack/DT_deals_20250802T0650.txt",
    ),
    PlantedFault(
        "reordered_columns",
        "dealervault/dv_sales_20250805T0500.csv",
        None,
        "corrected",
        "landed",
        "",
        "the same columns in another order",
    ),
    PlantedFault(
        "renamed_column",
        "dealervault/dv_sales_20250806T0500.csv",
        None,
        "set_aside",
        "set_aside",
        "'VIN'",
        "VIN is called Vehicle VIN",
        "dealervault/dv_sales_20250806T0655.csv",
    ),
    PlantedFault(
        "duplicate_header",
        "dealertrack/DT_deals_20250807T0500.txt",
        None,
        "set_aside",
        "set_aside",
        "'DealNumber' more than once",
        "two columns are called DealNumber",
        "dealertrack/DT_deals_20250807T0645.txt",
    ),
    PlantedFault(
        "empty_file_on_holiday",
        "dealertrack/DT_deals_20250705T0500.txt",
        None,
        "nothing",
        "landed",
        "",
        "no bytes at all after Independence Day: this vendor's way of saying that nothing changed",
    ),
    PlantedFault(
        "empty_file",
        "portal/ford/standings_20250707T0610.csv",
        None,
        "set_aside",
        "set_aside",
        "empty",
        "no bytes at all from a portal that always writes its header",
        "portal/ford/standings_history_20250721T0610.csv",
    ),
    PlantedFault(
        "mixed_line_endings",
        "dealervault/dv_sales_20250809T0500.csv",
        None,
        "corrected",
        "landed",
        "",
        "every other line ends with LF, the rest with CRLF",
    ),
    PlantedFault(
        "latin1_in_utf8",
        "dealervault/dv_sales_20250812T0500.csv",
        2,
        "corrected",
        "landed",
        "",
        "a byte of Latin-1 in the stock number (É), while other lines hold UTF-8",
    ),
    PlantedFault(
        "bad_utf8",
        "reynolds/RR_sales_20250729T1740.csv",
        2,
        "quarantine",
        "landed",
        "encoding",
        "bytes that are no UTF-8, and no other encoding is declared",
        "reynolds/RR_sales_20250805T1740.csv",
    ),
    PlantedFault(
        "unterminated_quote",
        "dealervault/dv_sales_20250808T0500.csv",
        2,
        "quarantine",
        "landed",
        "quote",
        "a quote is opened and never closed; the lines after it are sound",
        "dealervault/dv_sales_20250809T0500.csv",
    ),
    PlantedFault(
        "wrong_store_number",
        "dealervault/dv_sales_20250807T0500.csv",
        2,
        "quarantine",
        "landed",
        "store number",
        "store 1299 is none of ours",
        "dealervault/dv_sales_20250808T0500.csv",
    ),
    PlantedFault(
        "wrong_type_money",
        "dealertrack/DT_deals_20250808T0500.txt",
        2,
        "quarantine",
        "landed",
        "not a number",
        "the list price says CALL",
        "dealertrack/DT_deals_20250809T0500.txt",
    ),
    PlantedFault(
        "wrong_type_year",
        "dealertrack/DT_deals_20250808T0500.txt",
        3,
        "quarantine",
        "landed",
        "not a whole number",
        "the model year says 20Z5",
        "dealertrack/DT_deals_20250809T0500.txt",
    ),
    PlantedFault(
        "wrong_type_date",
        "tekion/deals_20250808T0500.json",
        1,
        "quarantine",
        "landed",
        "milliseconds",
        "contractDate says yesterday",
        "tekion/deals_20250809T0500.json",
    ),
    PlantedFault(
        "missing_field",
        "dealertrack/DT_deals_20250806T0500.txt",
        2,
        "quarantine",
        "landed",
        "columns where the header has",
        "one field too few",
        "dealertrack/DT_deals_20250808T0500.txt",
    ),
    PlantedFault(
        "extra_field",
        "dealertrack/DT_deals_20250806T0500.txt",
        3,
        "quarantine",
        "landed",
        "columns where the header has",
        "one field too many",
        "dealertrack/DT_deals_20250808T0500.txt",
    ),
    PlantedFault(
        "two_values_in_list",
        "cdk/cdk_salesdeal_20250807T0500.json",
        1,
        "quarantine",
        "landed",
        "list",
        "the list of one holds two VINs",
        "cdk/cdk_salesdeal_20250808T0500.json",
    ),
    PlantedFault(
        "short_vin",
        "tekion/deals_20250806T0500.json",
        1,
        "quarantine",
        "landed",
        "17 characters",
        "a VIN of sixteen characters",
        "tekion/deals_20250807T0500.json",
    ),
    PlantedFault(
        "vin_check_digit",
        "dealervault/dv_sales_20250813T0500.csv",
        2,
        "flagged",
        "landed",
        "check digit",
        "two figures of the VIN were typed in the wrong order; the RDR has them right",
    ),
    PlantedFault(
        "cut_json_line",
        "tekion/inventory_20250801T0510.jsonl",
        2,
        "quarantine",
        "landed",
        "not valid json",
        "one line of a file of lines is cut",
        "tekion/inventory_20250805T0510.jsonl",
    ),
    PlantedFault(
        "short_fixed_line",
        "dealertrack/DT_inventory_20250801T0510.txt",
        2,
        "quarantine",
        "landed",
        "characters",
        "a line of fixed columns ends too early",
        "dealertrack/DT_inventory_20250805T0510.txt",
    ),
    PlantedFault(
        "eaten_leading_zeros",
        "portal/toyota/objectives_20250806T0600.xlsx",
        2,
        "corrected",
        "landed",
        "",
        "Excel made the number 417 of dealer code 00417; the mapping declares five figures",
    ),
    PlantedFault(
        "unknown_file",
        "portal/nissan/bulletin_20250729.txt",
        None,
        "nothing",
        "unrecognised",
        "",
        "a file that no mapping claims",
    ),
)


@dataclass(frozen=True)
class PlantedPattern:
    """Something true of the sample that an auditor or a controller should be shown."""

    code: str
    store: str
    what: str


PLANTED_PATTERNS: tuple[PlantedPattern, ...] = (
    PlantedPattern(
        "same_day_unwinds",
        "heartland-cdjr",
        "five RDRs accepted on 2025-06-30, the month's last day, and unwound the same evening",
    ),
    PlantedPattern(
        "loaner_burst",
        "northshore-honda",
        "nine loaner codes on 2025-07-31, the month's last day, where two a month are usual",
    ),
    PlantedPattern(
        "counted_under_other_code",
        "lakeside-nissan",
        "the OEM's VIN list has one of its August cars under Gateway Nissan's dealer code",
    ),
    PlantedPattern(
        "missing_from_official",
        "ozark-honda",
        "one of its July cars is on no list of the OEM, though its RDR was accepted",
    ),
    PlantedPattern(
        "earned_not_paid", "prairie-nissan", "June 2025 earned Nissan One and no statement pays it"
    ),
    PlantedPattern(
        "earned_long_ago", "lakeside-nissan", "May 2025 earned Nissan One and no statement pays it"
    ),
    PlantedPattern(
        "paid_short", "gateway-nissan", "the statement for June 2025 leaves out two counted cars"
    ),
    PlantedPattern(
        "no_objective_yet", "capitol-nissan", "August 2025 has no objective on the as-of morning"
    ),
    PlantedPattern("csi_under_gate", "kettle-moraine-toyota", "under 90 and under its region"),
    PlantedPattern("short_of_surveys", "bootheel-toyota", "fewer than six surveys this quarter"),
)
