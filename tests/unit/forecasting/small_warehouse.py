"""A warehouse of three stores in the marts' own shape, made without the pipeline that fills them.

Here: the tables that the forecast reads, two years of seeded units. Not here: any test.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from programs.compiled_schemas import SCHEMAS as COMPILED

TODAY = date(2025, 8, 15)
FIRST = date(2023, 8, 1)
ROOFTOPS = {"old-nissan": date(2015, 1, 1), "new-nissan": date(2025, 7, 1), "vw": date(2010, 1, 1)}
MONTH = ("2025-08", date(2025, 8, 1), date(2025, 9, 2))
QUARTER = ("2025-Q3", date(2025, 7, 1), date(2025, 9, 30))

MARTS = """
create schema marts;
create table marts.fct_daily_units (
    rooftop_id varchar, segment_code varchar, counting_date date,
    eligible_units integer, reported_units integer, msrp_amount decimal(14, 2)
);
create table marts.fct_element_standing (
    rooftop_id varchar, program_code varchar, element_code varchar, period_code varchar,
    program_version integer, reported_units integer, pending_units integer, paid_units integer,
    paid_msrp_amount decimal(14, 2), open_recall_units integer, tier_number integer,
    tier_count integer,
    standing_state varchar, objective_units integer, base_units integer, cap_base_units integer
);
create table marts.fct_program_standing (
    rooftop_id varchar, program_code varchar, period_code varchar,
    period_start_date date, period_end_date date
);
create table marts.fct_ladder_segment (
    rooftop_id varchar, program_code varchar, element_code varchar, period_code varchar,
    segment_number integer, program_version integer, from_units integer, to_units integer,
    tier_number integer, fixed_amount decimal(14, 2), amount_per_unit decimal(14, 2),
    paid_offset_units integer, msrp_share decimal(9, 6), edge_pct decimal(18, 6),
    edge_exact decimal(18, 6)
);
create table marts.fct_gate (
    rooftop_id varchar, program_code varchar, element_code varchar, period_code varchar,
    gate_code varchar, conjunct_number integer, leaf_number integer, gate_state varchar,
    effect varchar, leaf_state varchar, metric_code varchar, metric_source varchar,
    comparison varchar, threshold_kind varchar, threshold_value decimal(9, 3),
    minimum_sample integer, score decimal(9, 3), sample_count integer, score_date date
);
create table marts.fct_counted_unit (
    rooftop_id varchar, program_code varchar, program_version integer, period_code varchar,
    vin varchar, segment_code varchar, counting_date date, count_state varchar,
    msrp_amount decimal(14, 2)
);
create schema intermediate;
create table intermediate.int_program_dealer_makes (
    rooftop_id varchar, dealer_code varchar, program_code varchar, program_version integer,
    make_key varchar
);
create table intermediate.int_csi_surveys_latest (
    dealer_code varchar, make_key varchar, survey_id varchar, survey_date date, score decimal(9, 3)
);
create table intermediate.int_csi_scores_latest (
    dealer_code varchar, make_key varchar, metric_code varchar, period_start_date date,
    score_date date, score decimal(9, 3), sample_count integer, region_average decimal(9, 3),
    national_average decimal(9, 3)
);
create table intermediate.int_compliance_items_latest (
    item_type varchar, dealer_code varchar, item_code varchar, due_date date, completed_date date
);
create table intermediate.int_gate_items (
    rooftop_id varchar, program_code varchar, period_code varchar, due varchar,
    item_code varchar, item_type varchar, item_state_rank integer, deadline_date date,
    is_of_period boolean
);
create view intermediate.int_program_paid_msrp as
select
    rooftop_id, program_code, period_code,
    coalesce(sum(msrp_amount) filter (count_state = 'reported'), 0) as paid_msrp_amount,
    coalesce(sum(msrp_amount) filter (count_state = 'pending'), 0) as pending_paid_msrp_amount
from marts.fct_counted_unit
where segment_code <> 'seg-fleet'
group by all;
create table intermediate.int_element_lines (
    rooftop_id varchar, program_code varchar, period_code varchar, element_code varchar,
    vin varchar, line_date date, until_date date, step integer, msrp_amount decimal(14, 2),
    is_pending boolean, is_counted boolean, is_paid boolean, pay_group_code varchar
);
create table intermediate.int_gate_scores (
    rooftop_id varchar, program_code varchar, period_code varchar, metric_code varchar,
    score decimal(9, 3), sample_count integer, score_date date
);
create table intermediate.int_gate_surveys (
    rooftop_id varchar, program_code varchar, period_code varchar, survey_count bigint,
    score_sum decimal(18, 3)
);
"""
# Objective 40: 36 / 40 / 44 pay $350 / $600 / $1,200 on every unit.
NISSAN_TIERS = ((0, 36, 0, "0"), (36, 40, 1, "350"), (40, 44, 2, "600"), (44, None, 3, "1200"))
NISSAN_SEGMENT, FLEET, VW_NEW, VW_CERTIFIED = "seg-n", "seg-fleet", "seg-new", "seg-cert"
MEMBERSHIPS = [
    ("nissan-month", "volume", NISSAN_SEGMENT, True, True),
    ("nissan-quarter", "volume", NISSAN_SEGMENT, True, True),
    ("nissan-quarter", "volume", FLEET, True, False),  # counts, isn't paid
    ("vw-quarter", "new", VW_NEW, True, True),
    ("vw-quarter", "csi", VW_NEW, False, True),
    ("vw-quarter", "csi", VW_CERTIFIED, False, True),
]
PROGRAMS = {
    "nissan-month": ("nissan", MONTH, ("volume",), ("old-nissan", "new-nissan")),
    "nissan-quarter": ("nissan", QUARTER, ("volume",), ("old-nissan", "new-nissan")),
    "vw-quarter": ("volkswagen", QUARTER, ("new", "csi"), ("vw",)),
}
PRICE = {NISSAN_SEGMENT: 30_000, FLEET: 25_000, VW_NEW: 40_000, VW_CERTIFIED: 20_000}


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def daily_units() -> list[tuple[str, str, date, int]]:
    """Two years of Mondays to Saturdays; the new store has two weeks."""
    generator = np.random.default_rng(7)
    rates = [
        ("old-nissan", NISSAN_SEGMENT, 1.4, FIRST),
        ("old-nissan", FLEET, 0.3, FIRST),
        ("new-nissan", NISSAN_SEGMENT, 1.4, date(2025, 8, 1)),
        ("vw", VW_NEW, 0.9, FIRST),
        ("vw", VW_CERTIFIED, 0.01, FIRST),
    ]
    found = []
    for rooftop, segment, rate, first in rates:
        for day in days(first, TODAY - timedelta(days=1)):
            units = int(generator.poisson(rate)) if day.weekday() < 6 else 0
            if units:
                found.append((rooftop, segment, day, units))
    return found + [("old-nissan", NISSAN_SEGMENT, TODAY, 2)]  # reported before seven


def compiled_tables() -> dict[str, list[dict]]:
    version = {"program_version": 1}
    programs = [
        {"program_code": code, "oem_code": oem, "calendar_code": oem} | version
        for code, (oem, *_) in PROGRAMS.items()
    ]
    elements = [
        {
            "program_code": code, "element_code": element, "element_order": order,
            "counts_equal_pays": True, "is_volume": element != "csi",
        } | version
        for code, (_, _, codes, _) in PROGRAMS.items()
        for order, element in enumerate(codes, start=1)
    ]  # fmt: skip
    return {
        "rooftops": [
            {"rooftop_id": code, "region_code": "midwest", "opened_date": opened}
            for code, opened in ROOFTOPS.items()
        ],
        "programs": programs,
        "elements": elements,
        "deductions": [],
        "stackings": [],
        "stacking_members": [],
        "across_rules": [],
        "program_deductions": [],
        "gates": [
            {
                "program_code": "vw-quarter", "element_code": None, "gate_code": "training",
                "conjunct_number": number, "leaf_number": 1, "effect": "reduce",
                "reduce_to_share": Decimal("0.500000"), "item_type": "training",
                "due": "item_due",
            } | version
            for number in (1, 2)
        ],
        "segment_memberships": [
            {
                "program_code": code, "element_code": element, "segment_code": segment,
                "is_counted": counted, "is_paid": paid,
            } | version
            for code, element, segment, counted, paid in MEMBERSHIPS
        ],
        "selling_days": [
            {"rooftop_id": code, "date": day, "is_selling_day": day.weekday() < 6}
            for code in ROOFTOPS
            for day in days(date(2021, 8, 15), date(2026, 9, 19))
        ],
    }  # fmt: skip


def fill_marts(connection: duckdb.DuckDBPyConnection, units) -> None:
    _insert(
        connection,
        "marts.fct_daily_units",
        [(r, s, d, n, n, n * PRICE[s]) for r, s, d, n in units],
    )
    for program, (_, period, codes, rooftops) in PROGRAMS.items():
        code, start, end = period
        for rooftop in rooftops:
            connection.execute(
                "insert into marts.fct_program_standing values (?, ?, ?, ?, ?)",
                [rooftop, program, code, start, end],
            )
            for element in codes:
                fill_element(connection, units, program, element, rooftop, period)


def fill_element(connection, units, program, element, rooftop, period) -> None:
    code, start, end = period
    member = {s: (c, p) for g, e, s, c, p in MEMBERSHIPS if (g, e) == (program, element)}
    own = [
        (s, d, n) for r, s, d, n in units if r == rooftop and s in member and start <= d <= end
    ]
    counted = sum(n for s, _, n in own if member[s][0])
    paid = sum(n for s, _, n in own if member[s][1])
    msrp = sum(n * PRICE[s] for s, _, n in own if member[s][1])
    pending = 1 if counted and (program, rooftop) == ("nissan-month", "old-nissan") else 0
    connection.execute(
        "insert into marts.fct_element_standing values "
        "(?, ?, ?, ?, 1, ?, ?, ?, ?, 0, null, ?, 'ok', null, null, null)",
        [rooftop, program, element, code, counted - pending, pending, paid - pending,
         msrp - pending * PRICE[NISSAN_SEGMENT], 3 if element == "volume" else 1],
    )  # fmt: skip
    if element != "csi":
        vins = [(s, d) for s, d, n in own if member[s][0] or member[s][1] for _ in range(n)]
        _insert(
            connection,
            "marts.fct_counted_unit",
            [
                (rooftop, program, 1, code, f"vin{i}", s, d,
                 "pending" if pending and i == 0 else "reported", PRICE[s])
                for i, (s, d) in enumerate(vins)
            ],
        )  # fmt: skip
    if element == "volume":
        rows = [(f, t, n, "0", a, "0") for f, t, n, a in NISSAN_TIERS]
    elif element == "new":
        rows = [(0, 30, 0, "0", "0", "0"), (30, None, 1, "0", "0", "0.0175")]
    else:
        rows = [(0, None, 1, "0", "0", "0.0075")]
    for number, (first, last, tier, fixed, per_unit, share) in enumerate(rows):
        connection.execute(
            """
            insert into marts.fct_ladder_segment values
            (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, 0, ?, null, null)
            """,
            [rooftop, program, element, code, number, first, last, tier, fixed, per_unit, share],
        )
    if program == "vw-quarter":
        for conjunct in (1, 2):
            connection.execute(
                "insert into marts.fct_gate by name select ? as rooftop_id, ? as program_code, "
                "? as element_code, ? as period_code, 'training' as gate_code, "
                "? as conjunct_number, 1 as leaf_number, 'not_met' as gate_state, "
                "'not_met' as leaf_state, 'reduce' as effect, 'training' as metric_code, "
                "'compliance_items' as metric_source",
                [rooftop, program, element, code, conjunct],
            )
        connection.execute(
            "insert into intermediate.int_gate_items values "
            "(?, ?, ?, 'item_due', 'SLS-1', 'training', 0, date '2025-08-01', true)",
            [rooftop, program, code],
        )


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"insert into {table} values ({marks})", rows)


def make_home(folder: Path, units) -> Path:
    for name, rows in compiled_tables().items():
        path = folder / "compiled" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=COMPILED[name]), path)
    with duckdb.connect(str(folder / "stairstep.duckdb")) as connection:
        connection.execute(MARTS)
        fill_marts(connection, units)
    return folder
