"""How fast the What if page answers a moved lever (`python -m benchmarks.what_if --home HOME`).

Here: the rooftops of HOME's publication under names of their own, 460 or a few more; the page
itself runs on them, levers of each kind are moved, each time to another value, and the page says
how long it took from the start of its run to the figures. The baseline is the same question with
every program counted anew from its cars.
Not here: which levers (what_if_levers.py); whether the answer is right
(tests/unit/programs/test_more_cars.py).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from benchmarks.what_if_levers import Levers, levers_of
from programs.changes import apply
from programs.outcomes import Outcome
from programs.positions import OpenFacts, worked_out
from scenarios.facts import read_group
from scenarios.rooftops import Group
from scenarios.scenario import Scenario, outcome_row, run
from scenarios.words import read_lever

PAGE = Path(__file__).resolve().parents[1] / "app" / "screens" / "what_if.py"
ROOFTOPS, MOVES, LIMIT_MS = 460, 12, 100
SAID = re.compile(r"Answered in (\d+) ms")
GROUP = "all"


def published_group(home: Path, folder: Path, rooftops: int) -> Path:
    """Publishes HOME's rooftops as often as it takes; the published file."""
    pointer = json.loads((home / "published" / "current.json").read_text())
    (folder / "published").mkdir(parents=True)
    file = folder / "published" / pointer["file"]
    shutil.copy(home / "published" / pointer["file"], file)
    (folder / "published" / "current.json").write_text(json.dumps(pointer))
    with duckdb.connect(str(file)) as connection:
        (own,) = connection.execute("select count(*) from dim_rooftop").fetchone() or (1,)
        tables = connection.execute(
            "select table_name from information_schema.columns where column_name = 'rooftop_id'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                f'insert into "{table}" select * exclude (copy) '
                "replace (rooftop_id || '-' || copy as rooftop_id) "
                f'from "{table}", range(1, {-(-rooftops // own)}) as made(copy) '
                "where rooftop_id is not null"
            )
    return file


class Page:
    """The page on one place, as its server runs it; each step says its milliseconds."""

    def __init__(self, place: str) -> None:
        from streamlit.testing.v1 import AppTest

        self._test = AppTest.from_file(str(PAGE), default_timeout=600)
        self._test.query_params["rooftop"] = place
        self._levers: Levers = ()
        self.opened_ms = self._run()

    def _run(self) -> float:
        self._test.run()
        if self._test.exception:
            raise RuntimeError(self._test.exception[0].value)
        return float(SAID.findall(" ".join(one.value for one in self._test.caption))[0])

    def clicked(self, units: int) -> float:
        """Units of the first line clicked."""
        self._test.number_input[0].set_value(units)
        return self._run()

    def followed(self, levers: Levers) -> float:
        """Levers given by the address, where they aren't those that are set."""
        self._test.query_params["lever"] = list(levers)
        return self._run()

    def moves(self, levers: Sequence[Levers]) -> Iterator[float]:
        """Levers of one kind, one after another."""
        for before, now in zip(((), *levers), levers, strict=False):
            if now == before:  # A lever that has one value is taken out before it is set again.
                self.followed(())
            yield self.followed(now)


def counted_anew(group: Group, scenario: Scenario) -> None:
    """The baseline: each program before and after, from all its cars."""
    changes = {
        found.rooftop.rooftop_id: found.changes for found in run(group, scenario).rooftops
    }
    for rooftop_id, made in changes.items():
        for program in group.rooftop(rooftop_id).facts.programs:
            found: OpenFacts = replace(program)  # nothing is remembered of it
            then = worked_out(found, apply(made, found.facts), made)
            outcome_row(rooftop_id, Outcome(worked_out(found, found.facts, ()), then, made))


def told(label: str, times: Sequence[float]) -> str:
    return f"  {label}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms"


def moved(group: Group, place: str, ids: Sequence[str], moves: int) -> float:
    """Moves each kind of lever at one place and prints what it takes; the largest median."""
    opened = Page(place)
    clicks = [opened.clicked(1 + number % 9) for number in range(moves)]
    print(f"  read and opened: {opened.opened_ms:.0f} ms; the first click: {clicks[0]:.0f} ms")
    found = {"a line's units clicked": clicks}
    rooftops = [group.rooftop(one) for one in ids]
    for kind, levers in levers_of(group, rooftops, moves).items():
        found[kind] = list(opened.moves(levers))
    for kind, times in found.items():
        print(told(kind, times))
    return max(statistics.median(times) for times in found.values())


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when the promise isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.what_if", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rooftops", type=int, default=ROOFTOPS)
    parser.add_argument("--moves", type=int, default=MOVES, help="of each kind of lever")
    options = parser.parse_args(arguments)
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as made:
        file = published_group(options.home, Path(made), options.rooftops)
        os.environ["STAIRSTEP_HOME"] = made
        group = read_group(file)
        ids = [one for one in group.rooftops if group.rooftop(one).facts.programs]
        programs = sum(len(group.rooftop(one).facts.programs) for one in ids)
        print(f"{len(group.rooftops)} rooftops with {programs} open programs")
        widest = max(ids, key=lambda one: len(levers_of(group, [group.rooftop(one)], 1)))
        print(f"one rooftop, {widest}, each lever moved {options.moves} times:")
        slowest = [moved(group, widest, [widest], options.moves)]
        print(f"the whole group, each lever moved {options.moves} times:")
        slowest.append(moved(group, GROUP, ids, options.moves))
        scenario = Scenario(tuple(ids), (read_lever("unwind units=1"),))
        start = time.perf_counter()
        counted_anew(group, scenario)
        anew = 1000 * (time.perf_counter() - start)
        print(f"a car unwound at each rooftop with every program counted anew: {anew:.0f} ms")
    is_kept = max(slowest) <= LIMIT_MS
    print(f"{'kept' if is_kept else 'NOT KEPT'}: every lever within {LIMIT_MS} ms (median)")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
