"""What rules cost (`python -m benchmarks.rules`): our path against the same tables made by hand.

Here: a made-up group (`benchmarks.rules_group`), both computations in one run, that they say the
same of every car and standing, the ratio, and a past morning against the newest. Our side compiles
the rules and builds from landed rows to standings, without data tests. The ratio is one of
processor time, which other work on the machine moves little; the clock's is told beside it. Not
here: whether amounts are right by the bulletin (tests); forecasts and gaps.
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
STORAGE = {"storage_compatibility_version": "latest"}
MEMORY = "12GB"  # one statement holds every step at once; our path has 4 GB
SHOWN_MODELS = 12
BY_HAND = Path(__file__).with_name("rules_by_hand.sql")
DIFFERENT_STANDINGS = """
select count(*), count(*) filter (
    theirs.units is distinct from ours.reported_units
    or theirs.pending is distinct from ours.pending_units
    or theirs.amount is distinct from ours.amount_earned
)
from standings_by_hand as theirs full join ours.marts.fct_program_standing as ours
    using (rooftop_id, program_code, period_code)
"""
DIFFERENT_UNITS = f"""
select count(*), count(*) filter ({
    " or ".join(
        f"theirs.{column} is distinct from ours.{column}"
        for column in (
            "count_state",
            "is_paid",
            "reason_code",
            "reason_text",
            "counting_date",
            "rdr_number",
            "deal_number",
            "accepted_at",
            "unwound_date",
            "msrp_amount",
            "source_file",
            "source_row",
        )
    )
})
from units_by_hand as theirs full join ours.marts.fct_counted_unit as ours
    using (rooftop_id, program_code, period_code, vin)
"""


@dataclass(frozen=True)
class Built:
    """One computation of the standings: seconds by step and by model, and of the processor."""

    steps: dict[str, float]
    models: dict[str, float]
    processor: float

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
    how = {"manifest": manifest, "is_tested": False}
    processor = time.process_time()

    def timed(name: str, step) -> None:
        start = time.perf_counter()
        found = step()
        steps[name] = time.perf_counter() - start
        if name.startswith("dbt"):
            dbt_build.raise_failed(found)
            results.extend(found)

    timed("compile rules", lambda: stages.compile_rules(home, moments))
    timed("dbt facts", lambda: stages.build_facts(home, moments, **how))
    timed("compile memberships", lambda: stages.compile_memberships(home, moments))
    timed("dbt marts", lambda: stages.build_marts(home, moments, marts=marts, **how))
    timed("settle", lambda: stages.settle(home, moments))
    timed("dbt settled", lambda: stages.build_settled(home, moments, marts=marts, **how))
    return Built(
        steps,
        {result.name: result.seconds for result in results if result.kind == "model"},
        time.process_time() - processor,
    )


def by_hand(home: Home, as_of: str, file: Path) -> tuple[float, float]:
    """The hand-written statements, with our engine's settings but for memory.

    Gives seconds by the clock and of the processor.
    """
    with duckdb.connect(str(file), config=STORAGE) as connection:
        connection.execute(f"set TimeZone = 'UTC'; set threads = 2; set memory_limit = '{MEMORY}'")
        connection.execute("set preserve_insertion_order = false")
        start, processor = time.perf_counter(), time.process_time()
        connection.execute(
            BY_HAND.read_text().format(landing=home.landing, compiled=home.compiled, as_of=as_of)
        )
        return time.perf_counter() - start, time.process_time() - processor


def compare(home: Home, file: Path, question: str) -> tuple[int, int]:
    """Rows of both, and how many of them say different things."""
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"attach '{home.warehouse_file}' as ours (read_only)")
        rows, different = connection.execute(question).fetchone() or (0, 0)
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
        hand, hand_processor = by_hand(home, AS_OF, Path(folder) / "hand.duckdb")
        cars, wrong_cars = compare(home, Path(folder) / "hand.duckdb", DIFFERENT_UNITS)
        rows, wrong_rows = compare(home, Path(folder) / "hand.duckdb", DIFFERENT_STANDINGS)
        ratio, ratio_by_clock = built.processor / hand_processor, built.seconds / hand
        say(f"by hand {hand:.1f} s, of the processor {hand_processor:.1f} s\n")
        say(f"  {cars:,} cars' verdicts, {wrong_cars:,} different\n")
        say(f"  {rows:,} standings, {wrong_rows:,} different\n")
        say(f"ratio {ratio:.2f} of processor time (target {TARGET}), ")
        say(f"{ratio_by_clock:.2f} by the clock\n")
        newest, past = replay(home, AS_OF, marts), replay(home, EARLIER, marts)
        say(f"replay: the newest morning {newest:.1f} s, a year earlier {past:.1f} s\n")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say(f"peak memory {peak:.1f} GB\n")
    return int(wrong_cars + wrong_rows > 0 or ratio > TARGET)


def _say_built(say, built: Built) -> None:
    for name, seconds in built.steps.items():
        say(f"  {name:<32}{seconds:8.1f} s\n")
    say(f"  {'together':<32}{built.seconds:8.1f} s, of the processor {built.processor:.1f} s\n")
    slowest = sorted(built.models.items(), key=lambda item: -item[1])[:SHOWN_MODELS]
    for name, seconds in slowest:
        say(f"    {name:<30}{seconds:8.1f} s\n")


if __name__ == "__main__":
    sys.exit(main())
