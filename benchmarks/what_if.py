"""How fast the What if page answers a moved lever (`python -m benchmarks.what_if --home HOME`).

Here: the rooftops of HOME's publication under names of their own, 460 or a few more; the page
itself runs on them, levers are moved, and the page says how long it took from the start of its run
to the figures. The baseline is the same question with every program counted anew from its cars.
Not here: whether the answer is right (tests/unit/programs/test_more_cars.py).
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
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from programs.changes import apply
from programs.outcomes import outcome_between
from programs.positions import OpenFacts, worked_out
from scenarios.facts import Group, read_group
from scenarios.scenario import Scenario, run
from scenarios.words import read_lever

PAGE = Path(__file__).resolve().parents[1] / "app" / "screens" / "what_if.py"
ROOFTOPS, MOVES, LIMIT_MS = 460, 20, 100
SAID = re.compile(r"Answered in (\d+) ms")
GROUP = "all"
# Other levers than units, for the whole group.
OTHERS = ("report by={day}", "days closed={day}", "recalls close=all", "set csi=93")


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
    """The page on one place, as its server runs it."""

    def __init__(self, place: str) -> None:
        from streamlit.testing.v1 import AppTest

        self._test = AppTest.from_file(str(PAGE), default_timeout=600)
        self._test.query_params["rooftop"] = place
        self.processor_ms: list[float] = []
        self._run()

    def _run(self) -> float:
        start = time.process_time()
        self._test.run()
        self.processor_ms.append(1000 * (time.process_time() - start))
        if self._test.exception:
            raise RuntimeError(self._test.exception[0].value)
        return float(SAID.findall(" ".join(one.value for one in self._test.caption))[0])

    def moved(self, line: int, number: int) -> float:
        """Another number of units in a line: milliseconds, as the page says."""
        self._test.number_input[line].set_value(1 + number % 9)
        return self._run()

    def followed(self, lever: str) -> float:
        """A lever given by the address: milliseconds, as the page says."""
        self._test.query_params["lever"] = [lever]
        return self._run()

    def levers(self) -> list[str]:
        found = self._test.query_params["lever"]
        return [found] if isinstance(found, str) else list(found)


def counted_anew(group: Group, scenario: Scenario) -> None:
    """The baseline: each program before and after, from all its cars."""
    changes = {
        found.rooftop.rooftop_id: found.changes for found in run(group, scenario).rooftops
    }
    for rooftop_id, made in changes.items():
        for program in group.rooftop(rooftop_id).facts.programs:
            found: OpenFacts = replace(program)  # nothing is remembered of it
            outcome_between(
                worked_out(found, found.facts, ()),
                worked_out(found, apply(made, found.facts), made),
                [(one.said, one.is_one) for one in made],
            )


def told(label: str, times: Sequence[float]) -> str:
    return f"{label}: median {statistics.median(times):.0f} ms, slowest {max(times):.0f} ms"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when the promise isn't kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.what_if", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--rooftops", type=int, default=ROOFTOPS)
    options = parser.parse_args(arguments)
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as made:
        file = published_group(options.home, Path(made), options.rooftops)
        os.environ["STAIRSTEP_HOME"] = made
        group = read_group(file)
        ids = [one for one in group.rooftops if group.rooftop(one).facts.programs]
        programs = sum(len(group.rooftop(one).facts.programs) for one in ids)
        print(f"{len(group.rooftops)} rooftops with {programs} open programs")
        one, whole = Page(ids[0]), Page(GROUP)
        times = [one.moved(0, number) for number in range(MOVES)]
        print(told(f"one rooftop, a line's units moved {MOVES} times", times))
        of_group = [whole.moved(0, number) for number in range(MOVES)]
        print(told(f"the whole group, a line's units moved {MOVES} times", of_group))
        busy = statistics.median(whole.processor_ms[1:])
        print(f"  of which the processor {busy:.0f} ms, with the page's rest behind the figures")
        scenario = Scenario(tuple(ids), tuple(map(read_lever, whole.levers())))
        start = time.perf_counter()
        counted_anew(group, scenario)
        anew = 1000 * (time.perf_counter() - start)
        ratio = anew / statistics.median(of_group)
        print(f"the same with every program counted anew: {anew:.0f} ms, {ratio:.1f} times as long")
        four = [whole.moved(number % 4, number) for number in range(MOVES)]
        print(told("the whole group, four lines moved in turn, all of them changed", four))
        for words in OTHERS:
            lever = words.format(day=group.as_of_date)
            answers = [whole.followed(lever) for _ in range(3)]
            print(told(f"the whole group, {lever}", answers))
        is_kept = max(statistics.median(times), statistics.median(of_group)) <= LIMIT_MS
        print(f"{'kept' if is_kept else 'NOT KEPT'}: a line's units within {LIMIT_MS} ms (median)")
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
