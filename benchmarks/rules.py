"""What rules cost (`python -m benchmarks.rules`): our path against one hand-written statement.

Here: a made-up group (`benchmarks.rules_group`), both computations in one run, that they say the
same, the ratio, and a past morning against the newest. Not here: whether amounts are right by the
bulletin (tests); forecasts, gaps, charts by day and evidence by car, which the statement has not.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from benchmarks.rules_group import MAKES, SHAPES, Size, write_group
from orchestration import dbt_build, scratch, stages
from orchestration.home import Home
from orchestration.moments import Moments

ZONE = "America/Chicago"
AS_OF, EARLIER = "2025-07-02T07:00:00-05:00", "2024-07-02T07:00:00-05:00"
MARTS = ("fct_program_standing",)
TARGET = 1.5
SHOWN_MODELS = 12
HAND_WRITTEN = """
create table by_hand as
with reports as (
    select * from (
        select *, row_number() over (
            partition by oem_code, dealer_code, rdr_number order by event_at desc, event_code desc
        ) as newest
        from read_parquet('{landing}/portal/rdrs/*.parquet', union_by_name = true)
        where _known_at <= timestamptz '{as_of}' and event_at <= timestamptz '{as_of}'
    ) where newest = 1
),
deals as (
    select * from (
        select *, row_number() over (
            partition by rooftop_id, deal_number
            order by row_updated_at desc nulls last, _known_at desc
        ) as newest
        from read_parquet('{landing}/dms/deals/*.parquet', union_by_name = true)
        where _known_at <= timestamptz '{as_of}'
    ) where newest = 1
),
stores as (
    select distinct on (rooftop_id, oem_code, dealer_code) rooftop_id, oem_code, dealer_code
    from read_parquet('{compiled}/franchises.parquet')
),
cars as (
    select stores.rooftop_id, oem_code, vin, model, sale_type, msrp_amount, sale_date,
        true as is_reported
    from reports join stores using (oem_code, dealer_code)
    where event_code = 'accepted' and stock_type = 'new'
    union all
    select deals.rooftop_id, lower(make), vin, model, sale_type, msrp_amount, delivery_date, false
    from deals
    where stock_type = 'new' and not exists (from reports where reports.vin = deals.vin)
),
periods as (
    select program_code, split_part(program_code, '-', 1) as shape, period_code,
        period_start_date as starts, period_end_date as ends, base_start_date, base_end_date,
        'make' || split_part(program_code, '-make', 2) as oem_code
    from read_parquet('{compiled}/program_periods.parquet')
    where period_start_date <= '{as_of}'::date
),
counted as (
    select program_code, shape, period_code, rooftop_id,
        count(distinct vin) filter (is_reported) as units,
        count(distinct vin) filter (not is_reported) as pending,
        coalesce(sum(msrp_amount) filter (is_reported), 0) as msrp
    from cars join periods
        on cars.oem_code = periods.oem_code and sale_date between starts and ends
    where sale_type in ('retail', 'lease') and (shape <> 'lines' or model in ('Line 1', 'Line 2'))
    group by all
),
bases as (
    select program_code, period_code, rooftop_id, count(distinct vin) as base
    from cars join periods
        on cars.oem_code = periods.oem_code and sale_date between base_start_date and base_end_date
    where shape = 'growth' and is_reported and sale_type in ('retail', 'lease')
    group by all
),
objectives as (
    select rooftop_id, program_code, period_code,
        max_by(objective_units, (announced_date, _known_at)) as objective
    from read_parquet('{landing}/portal/objectives/*.parquet', union_by_name = true)
    join stores using (oem_code, dealer_code)
    where _known_at <= timestamptz '{as_of}'
    group by all
),
first_sales as (
    select oem_code, min(sale_date) as first_sale from cars where is_reported group by all
),
standings as (
    select stores.rooftop_id, periods.program_code, periods.shape, periods.period_code,
        coalesce(units, 0) as units, coalesce(pending, 0) as pending, coalesce(msrp, 0) as msrp,
        objective, if(first_sale <= base_start_date + 7, coalesce(base, 0), null) as base
    from stores join periods using (oem_code)
    left join counted using (rooftop_id, program_code, period_code)
    left join objectives using (rooftop_id, program_code, period_code)
    left join bases using (rooftop_id, program_code, period_code)
    left join first_sales using (oem_code)
)
select rooftop_id, program_code, period_code, units, pending,
    coalesce(case shape
        when 'tiers' then units * case
            when units >= ceil(objective * 110 / 100::decimal) then 1200
            when units >= ceil(objective * 100 / 100::decimal) then 600
            when units >= ceil(objective * 90 / 100::decimal) then 350 end
        when 'lines' then units * case when units >= 30 then 200 when units >= 20 then 100 end
        when 'growth' then 3000 * least(greatest(units - base, 0), greatest(base * 20 // 100, 1))
        when 'msrp' then round(msrp * case
            when units >= ceil(objective * 100 / 100::decimal) then 0.0100
            when units >= ceil(objective * 75 / 100::decimal) then 0.0025 end, 2)
    end, 0)::decimal(18, 2) as amount
from standings
"""
DIFFERENT = """
select count(*), count(*) filter (
    theirs.units is distinct from ours.reported_units
    or theirs.pending is distinct from ours.pending_units
    or theirs.amount is distinct from ours.amount_earned
)
from by_hand as theirs full join ours.marts.fct_program_standing as ours
    using (rooftop_id, program_code, period_code)
"""


@dataclass(frozen=True)
class Built:
    """One computation of the standings: seconds by step, and by model."""

    steps: dict[str, float]
    models: dict[str, float]
    tests: float

    @property
    def seconds(self) -> float:
        return sum(self.steps.values())


def build(home: Home, as_of: str, marts: Sequence[str]) -> Built:
    """Our whole path, from rulebooks and landed Parquet to the marts, in a warehouse of its own."""
    moments = Moments.of(datetime.fromisoformat(as_of), None, ZONE)
    home.warehouse_file.unlink(missing_ok=True)
    manifest = dbt_build.parse(home)  # a run only reads it
    steps: dict[str, float] = {}
    results: list[dbt_build.NodeResult] = []

    def timed(name: str, step) -> None:
        start = time.perf_counter()
        found = step()
        steps[name] = time.perf_counter() - start
        if name.startswith("dbt"):
            dbt_build.raise_failed(found)
            results.extend(found)

    timed("compile rules", lambda: stages.compile_rules(home, moments))
    timed("dbt facts", lambda: stages.build_facts(home, moments, manifest=manifest))
    timed("compile memberships", lambda: stages.compile_memberships(home, moments))
    timed("dbt marts", lambda: stages.build_marts(home, moments, marts=marts, manifest=manifest))
    return Built(
        steps,
        {result.name: result.seconds for result in results if result.kind == "model"},
        sum(result.seconds for result in results if result.kind == "test"),
    )


def by_hand(home: Home, as_of: str, file: Path) -> float:
    """The hand-written statement, with our engine's settings; its seconds."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("set TimeZone = 'UTC'; set threads = 2; set memory_limit = '4GB'")
        connection.execute("set preserve_insertion_order = false")
        start = time.perf_counter()
        connection.execute(
            HAND_WRITTEN.format(landing=home.landing, compiled=home.compiled, as_of=as_of)
        )
        return time.perf_counter() - start


def compare(home: Home, file: Path) -> tuple[int, int]:
    """Rows of both, and how many of them say different units or dollars."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"attach '{home.warehouse_file}' as ours (read_only)")
        rows, different = connection.execute(DIFFERENT).fetchone() or (0, 0)
    return rows, different


def replay(home: Home, as_of: str, marts: Sequence[str]) -> float:
    """A past morning, as `standing --as-of` computes it; its seconds."""
    start = time.perf_counter()
    with scratch.computed(home, datetime.fromisoformat(as_of), marts=marts):
        return time.perf_counter() - start


def main(words: Sequence[str] | None = None) -> int:
    """Prints what both cost; 1 when they disagree or the ratio misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rooftops", type=int, default=460)
    parser.add_argument("--sales", type=int, default=1_500_000)
    parser.add_argument("--all-marts", action="store_true", help="every mart, not standings alone")
    given = parser.parse_args(words)
    marts = () if given.all_marts else MARTS
    say = sys.stdout.write
    with tempfile.TemporaryDirectory(prefix="rules-") as folder:
        home = write_group(Path(folder) / "home", Size(given.rooftops, given.sales))
        say(
            f"{len(MAKES) * len(SHAPES)} programs, {given.rooftops} rooftops, "
            f"{given.sales:,} deals and their reports\n"
        )
        built = build(home, AS_OF, marts)
        _say_built(say, built)
        hand = by_hand(home, AS_OF, Path(folder) / "hand.duckdb")
        rows, different = compare(home, Path(folder) / "hand.duckdb")
        ratio = built.seconds / hand
        say(f"by hand {hand:.1f} s; {rows:,} standings, {different:,} different\n")
        say(f"ratio {ratio:.2f} (target {TARGET})\n")
        newest, past = replay(home, AS_OF, marts), replay(home, EARLIER, marts)
        say(f"replay: the newest morning {newest:.1f} s, a year earlier {past:.1f} s\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say(f"peak memory {peak:.1f} GB\n")
    return int(different > 0 or ratio > TARGET)


def _say_built(say, built: Built) -> None:
    for name, seconds in built.steps.items():
        say(f"  {name:<32}{seconds:8.1f} s\n")
    say(f"  {'together':<32}{built.seconds:8.1f} s (of which data tests {built.tests:.1f} s)\n")
    slowest = sorted(built.models.items(), key=lambda item: -item[1])[:SHOWN_MODELS]
    for name, seconds in slowest:
        say(f"    {name:<30}{seconds:8.1f} s\n")


if __name__ == "__main__":
    sys.exit(main())
