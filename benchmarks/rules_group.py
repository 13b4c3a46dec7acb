"""A made-up group of stated size for `benchmarks.rules`: 460 rooftops, 40 programs, their sales.

Here: the home's documents, and landed Parquet written by one DuckDB statement a kind and month from
a hash of the sale's number, so that every run has the same cars. Facts come as they do in life: a
report is submitted before it is accepted or rejected, some are unwound, one deal in twenty is
restated, one car in a hundred is sold again. Not here: what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet

from orchestration.home import Home
from orchestration.landing.exports import FEEDS_SCHEMA, FILES_SCHEMA
from orchestration.landing.kinds import KINDS, QUARANTINE_SCHEMA

FIRST_MONTH, MONTHS = date(2022, 7, 1), 36
MAKES = tuple(f"Make{number}" for number in range(10))
SHAPES = ("tiers", "lines", "growth", "msrp")  # one program of each shape for each make
KNOWN_HOUR = "05:00:00+00"


@dataclass(frozen=True)
class Size:
    """How large the group is; each sale is a deal and its reports."""

    rooftops: int
    sales: int


def month_start(number: int) -> date:
    """The first day of a month counted from FIRST_MONTH."""
    index = FIRST_MONTH.month - 1 + number
    return date(FIRST_MONTH.year + index // 12, index % 12 + 1, 1)


def write_group(root: Path, size: Size) -> Home:
    """Writes the whole home: documents, landed rows, the ledger's export."""
    home = Home(root)
    for folder in (home.calendars, home.rulebooks, home.landing):
        folder.mkdir(parents=True)
    home.group_file.write_text(_group(size))
    (home.calendars / "plain.yaml").write_text(_calendar())
    for make in MAKES:
        for shape in SHAPES:
            path = home.rulebooks / f"{shape}-{make.lower()}.yaml"
            path.write_text(_rulebook(make, shape))
    schemas = {name: kind.arrow_schema for name, kind in KINDS.items()}
    for name, schema in (schemas | {"quarantine": QUARANTINE_SCHEMA}).items():
        (home.landing / name).mkdir(parents=True)
        parquet.write_table(schema.empty_table(), home.landing / name / "_schema.parquet")
    parquet.write_table(FEEDS_SCHEMA.empty_table(), home.landing / "feeds.parquet")
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        _land(connection, home, size)
    return home


def _group(size: Size) -> str:
    text = "group_name: Benchmark\ntime_zone: America/Chicago\nrooftops:\n"
    for number in range(size.rooftops):
        make = MAKES[number % len(MAKES)]
        text += (
            f"  - {{id: store-{number}, name: Store {number}, city: Madison, state: WI, "
            f"region: midwest, time_zone: America/Chicago, opened_date: 2010-01-01, franchises: "
            f"[{{make: {make}, oem: {make.lower()}, dealer_code: C{number}, from: 2015-01-01}}]}}\n"
        )
    return text


def _calendar() -> str:
    text = "code: plain\nmonths:\n"
    for number in range(-18, MONTHS + 6):
        start, end = month_start(number), month_start(number + 1) - timedelta(days=1)
        text += f"  - {{code: {start:%Y-%m}, start: {start}, end: {end}}}\n"
    return text


TIERS = {
    "tiers": (
        "against: objective",
        "{edges: percent, rounding: up, bands: [{from: 90, to: 100, per_unit: 350}, "
        "{from: 100, to: 110, per_unit: 600}, {from: 110, per_unit: 1200}]}",
        "objective: 50, sold: [{units: 55}], amount: 66000",
    ),
    "lines": (
        "against: units",
        "{edges: units, bands: [{from: 20, to: 30, per_unit: 100}, {from: 30, per_unit: 200}]}",
        "sold: [{units: 30, model: Line 1}], amount: 6000",
    ),
    "growth": (
        "against: last_year\n    caps: {share_of_base: {percent: 20, at_least: 1, rounding: down}}",
        "{edges: percent, shape: marginal, bands: [{from: 100, per_unit: 3000}]}",
        "base: 100, sold: [{units: 130}], amount: 60000",
    ),
    "msrp": (
        "against: objective",
        "{edges: percent, rounding: up, bands: [{from: 75, to: 100, msrp_percent: 0.25}, "
        "{from: 100, msrp_percent: 1.00}]}",
        "objective: 1, sold: [{units: 1, msrp_total: 30000}], amount: 300",
    ),
}


def _rulebook(make: str, shape: str) -> str:
    against, tiers, example = TIERS[shape]
    only = ", model: [Line 1, Line 2]" if shape == "lines" else ""
    return f"""program: {shape}-{make.lower()}
name: {shape} {make}
oem: {make.lower()}
summary: A benchmark's program.
announced: 2021-12-01
effective: 2022-01-01
source: {{bulletin: B, date: 2021-12-01}}
who: {{makes: [{make}], dealer_codes: all}}
when: {{calendar: plain, grain: {"quarter" if shape == "msrp" else "month"}}}
elements:
  - element: volume
    name: Volume
    counts: {{stock_type: new, sale_type: [retail, lease]{only}}}
    pays: same
    {against}
    tiers: {tiers}
examples:
  - {{example: its own, {example}}}
"""


def _land(connection: duckdb.DuckDBPyConnection, home: Home, size: Size) -> None:
    """Deals, reports and objectives, a file a month, known on the first of the next."""
    connection.execute(
        f"""create table sales as
        select
            number,
            number % {MONTHS} as month_number,
            'store-' || store as rooftop_id,
            'C' || store as dealer_code,
            'Make' || (store % {len(MAKES)}) as make,
            'Line ' || (1 + hash(car, 'model') % 6) as model,
            printf('1BENCH%011d', car) as vin,
            date '{FIRST_MONTH}' + to_months((number % {MONTHS})::int)
                + to_days((hash(number, 'day') % 28)::int) as sold_at,
            (20000 + hash(car, 'msrp') % 40000)::decimal(14, 2) as msrp_amount,
            if(hash(car, 'type') % 20 = 0, 'fleet', 'retail') as sale_type,
            hash(number, 'restated') % 20 = 0 as is_restated,
            hash(number, 'fate') % 100 as fate
        from (
            select number, car, hash(car, 'store') % {size.rooftops} as store
            from (
                select number, if(hash(number, 'again') % 100 = 0, number - 1, number) as car
                from range(1, {size.sales} + 1) as numbers(number)
            )
        )"""
    )
    connection.execute(
        """create table versions as
        select *, 'finalized' as deal_status, month_number as file_number, sold_at as updated_at
        from sales where not is_restated
        union all
        select * replace (null as msrp_amount), 'delivered', month_number, sold_at
        from sales where is_restated
        union all
        select *, 'finalized', month_number + 1, sold_at + to_days(9)
        from sales where is_restated"""
    )
    connection.execute(
        """create table events as
        select sales.*, month_number as file_number, event_code,
            sold_at + to_hours(event_hour) as event_at
        from sales join (values
            ('submitted', 10, 1, 99), ('accepted', 18, 3, 99), ('rejected', 18, 2, 2),
            ('unwound', 42, 3, 4)
        ) as steps(event_code, event_hour, lowest_fate, highest_fate)
            on fate between lowest_fate and highest_fate"""
    )
    car = (
        "vin, make, model, 'Base' as trim, 2024 as model_year, 'gas' as powertrain, "
        "'new' as stock_type, sale_type, msrp_amount, true as is_vin_valid"
    )
    deal = f"""select rooftop_id, '1' as store_number, 'D' || number as deal_number, {car},
        deal_status, sold_at::date as delivery_date, updated_at::timestamptz as row_updated_at
        from versions"""
    report = f"""select lower(make) as oem_code, dealer_code, 'R' || number as rdr_number, {car},
        sold_at::date as sale_date, event_code, event_at::timestamptz as event_at from events"""
    files = [
        _land_month(connection, home, kind, f"{sql} where file_number = {number}", number)
        for kind, sql in (("dms/deals", deal), ("portal/rdrs", report))
        for number in range(MONTHS + 1)
    ]
    files.append(_land_objectives(connection, home, size))
    connection.execute(
        f"create table files as from (values {', '.join(files)}) "
        "as files(content_hash, source_kind, known_at)"
    )
    names = ", ".join(field.name for field in FILES_SCHEMA)
    connection.execute(
        f"""copy (
            select {names} from (
                select content_hash, source_kind, known_at::timestamptz as known_at,
                    content_hash || '.csv' as source_file, 'made' as vendor_code,
                    'landed' as outcome, null::varchar as reason, 0::bigint as lines_in,
                    0::bigint as rows_landed, 0::bigint as rows_set_aside,
                    0::bigint as rows_ignored, known_at::timestamptz as first_loaded_at
                from files
            )
        ) to '{home.landing / "files.parquet"}' (format parquet)"""
    )


def _land_month(
    connection: duckdb.DuckDBPyConnection, home: Home, kind: str, sql: str, number: int
) -> str:
    name, known_at = f"{kind.replace('/', '-')}-{number}", f"{month_start(number + 1)} {KNOWN_HOUR}"
    return _write(connection, home, kind, sql, name, known_at)


def _land_objectives(connection: duckdb.DuckDBPyConnection, home: Home, size: Size) -> str:
    """An objective near what a store of this size sells, for each program that has one."""
    monthly = size.sales // (size.rooftops * MONTHS)
    sql = f"""select 'make' || (store % {len(MAKES)}) as oem_code, 'C' || store as dealer_code,
            shape || '-make' || (store % {len(MAKES)}) as program_code,
            'volume' as element_code,
            if(shape = 'msrp', strftime(start, '%Y') || '-Q' || quarter(start),
               strftime(start, '%Y-%m')) as period_code,
            (if(shape = 'msrp', 3, 1) * {monthly} * (85 + hash(store, start) % 20) // 100)::int
                as objective_units,
            date '2022-01-01' as announced_date
        from range({size.rooftops}) as stores(store), (values ('tiers'), ('msrp')) as s(shape),
            (select unnest(generate_series(date '{FIRST_MONTH}', date '{month_start(MONTHS)}',
                                           interval 1 month)) as start)
        where shape = 'tiers' or month(start) % 3 = 1"""
    known_at = f"2022-01-02 {KNOWN_HOUR}"
    return _write(connection, home, "portal/objectives", sql, "objectives", known_at)


def _write(
    connection: duckdb.DuckDBPyConnection, home: Home, kind: str, sql: str, name: str, known_at: str
) -> str:
    """Copies rows as a landed file; gives its line of the ledger as SQL values."""
    meta = (
        f"'made' as vendor_code, '{name}.csv' as _source_file, "
        "row_number() over () as _source_row, "
        f"timestamptz '{known_at}' as _known_at, timestamptz '{known_at}' as _loaded_at, "
        f"'{name}' as _content_hash"
    )
    connection.execute(
        f"copy (select *, {meta} from ({sql})) to '{home.landing / kind / name}.parquet' "
        "(format parquet)"
    )
    return f"('{name}', '{kind}', '{known_at}')"
