"""Past mornings: computed from everything landed since, they equal what that morning's files gave.

One home grows file by file, as an inbox does, and is computed each morning with nothing of the
future in it, rules included. The other holds everything and is asked about that morning.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from ruamel.yaml import YAML

from orchestration import dbt_build, scratch, stages
from orchestration.home import Home
from orchestration.journal import read_json
from orchestration.landing.land import export_files_table, feeds_table, land_all
from orchestration.moments import Moments
from orchestration.publish import MARTS
from orchestration.rules import write_tables

pytestmark = pytest.mark.pipeline

REPOSITORY = Path(__file__).parents[2]
ZONE = ZoneInfo("America/Chicago")
LAST = date(2025, 8, 14)
MORNINGS = [LAST - timedelta(days=back) for back in reversed(range(20))]
# A month's end and the day after the revision below are among the mornings.
REVISED = date(2025, 8, 6)
STANDINGS = ("fct_program_standing", "fct_element_standing", "fct_counted_unit")
COMPARED = (*STANDINGS, "fct_program_adjustment", "fct_ladder_segment", "fct_gate")
CONFIGURATION = ("stairstep.yaml", "calendars", "mappings", "rulebooks")
# The moment of a file as its vendor writes it into the name; read here apart from the mappings.
MOMENT = re.compile(r"_(\d{8}T\d{4})")


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(7), tzinfo=ZONE)


def _moments(day: date, known: date | None = None) -> Moments:
    return Moments.of(_morning(day), _morning(known or day), str(ZONE))


def _known_at(file: Path) -> datetime | None:
    """The moment in a file's name; None where there is none, as for a file nobody asked for."""
    found = MOMENT.search(file.name)
    if found is None:
        return None
    return datetime.strptime(found[1], "%Y%m%dT%H%M").replace(tzinfo=ZONE)


def _revise(rulebook: Path) -> None:
    """A month earned back by its quarter; and a revision in mid-period: leases no longer count, and
    the top edge is cut."""
    yaml = YAML()
    document = yaml.load(rulebook.read_text(encoding="utf-8"))
    elements = yaml.load(rulebook.read_text(encoding="utf-8"))["elements"]
    elements[0]["counts"]["sale_type"] = ["retail"]
    elements[0]["tiers"]["bands"][1]["to"] = 105
    elements[0]["tiers"]["bands"][2]["from"] = 105
    example = {"example": "the edge cut", "objective": 40, "sold": [{"units": 42}], "amount": 50400}
    back = {"rule": "quarter", "kind": "catch_up", "element": elements[0]["element"]}
    document["across"] = [back | {"within": "quarter", "tier": 1, "judged": "any_period"}]
    document["revisions"] = [
        {
            "announced": REVISED,
            "effective": date(2025, 8, 1),
            "source": {"bulletin": "Nissan One 2025-08", "date": REVISED, "file": "none.pdf"},
            "change": {"elements": elements, "examples": [example]},
        }
    ]
    with rulebook.open("w", encoding="utf-8") as handle:
        yaml.dump(document, handle)


def _forget_the_future(source: Path, target: Path, day: date) -> None:
    """Writes a rulebook without the revisions that weren't announced by the day."""
    yaml = YAML()
    document = yaml.load(source.read_text(encoding="utf-8"))
    if "revisions" in document:
        document["revisions"] = [
            revision for revision in document["revisions"] if revision["announced"] <= day
        ]
        if not document["revisions"]:
            del document["revisions"]
    with target.open("w", encoding="utf-8") as handle:
        yaml.dump(document, handle)


@pytest.fixture(scope="module")
def everything(sample_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with all that the sample's whole run landed, and one more revision of a rulebook."""
    home = Home(tmp_path_factory.mktemp("replay") / "everything")
    home.root.mkdir()
    for name in CONFIGURATION:
        source = sample_run / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, home.root / name)
    home.landing.symlink_to(sample_run / "landing")
    _revise(home.rulebooks / "nissan-one.yaml")
    dbt_build.parse(home)
    return home


class Growing:
    """A home that has seen the files up to a morning, and no later ones."""

    def __init__(self, everything: Home, inbox: Path, root: Path) -> None:
        self.home = Home(root)
        self._everything = everything
        self._inbox = inbox
        self._seen_to: datetime | None = None
        root.mkdir()
        for name in CONFIGURATION:
            source = everything.root / name
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, root / name)
        self._manifest = dbt_build.parse(self.home)

    def wake(self, day: date) -> None:
        """Lets the files of the days since the last morning arrive and lands them."""
        until = _morning(day)
        assert self._seen_to is None or self._seen_to <= until, "mornings go forward"
        for file in sorted(self._inbox.rglob("*")):
            known_at = _known_at(file)
            if known_at is None or known_at > until:
                continue
            target = self.home.inbox / file.relative_to(self._inbox)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, target)
        self._seen_to = until
        for rulebook in self._everything.rulebooks.iterdir():
            _forget_the_future(rulebook, self.home.rulebooks / rulebook.name, day)
        land_all(self.home.root, until, settle_seconds=0)
        export_files_table(self.home.root)
        write_tables({"feeds": feeds_table(self.home.root)}, self.home.landing)

    def compute(self, moments: Moments) -> Path:
        """The steps of a run up to the standings; what doesn't lead to them is left out."""
        stages.compile_rules(self.home, moments)
        facts = stages.build_facts(self.home, moments, manifest=self._manifest)
        dbt_build.raise_failed(facts)
        stages.compile_memberships(self.home, moments)
        built = stages.build_marts(self.home, moments, marts=COMPARED, manifest=self._manifest)
        dbt_build.raise_failed(built)
        stages.settle(self.home, moments)
        settled = stages.build_settled(
            self.home, moments, marts=COMPARED, manifest=self._manifest
        )
        dbt_build.raise_failed(settled)
        return self.home.warehouse_file


@pytest.fixture(scope="module")
def growing(
    everything: Home, sample_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Growing:
    root = tmp_path_factory.mktemp("mornings") / "home"
    return Growing(everything, sample_run / "inbox", root)


def _replay(
    home: Home, moments: Moments, marts: tuple[str, ...] = COMPARED
) -> AbstractContextManager[Path]:
    """The marts as of a moment, from everything that has landed since."""
    return scratch.computed(home, moments.as_of, moments.known_at, marts=marts)


def _differing(then: Path, now: Path, tables: tuple[str, ...], schema: str = MARTS) -> list[str]:
    """Tables whose rows differ in either direction, with the first of them."""
    found = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{then}' as past (read_only)")
        connection.execute(f"attach '{now}' as present (read_only)")
        for table in tables:
            ours, theirs = f'past."{schema}"."{table}"', f'present."{MARTS}"."{table}"'
            (count,) = connection.execute(f"select count(*) from {ours}").fetchone() or (0,)
            assert count > 0, f"{table} is empty, so this shows nothing"
            for name, one, other in (("only then", ours, theirs), ("only now", theirs, ours)):
                rows = connection.execute(f"from {one} except all from {other} limit 1").fetchall()
                found += [f"{table}, {name}: {row}" for row in rows]
    return found


@pytest.mark.parametrize("day", MORNINGS, ids=str)
def test_a_past_morning_comes_back_as_it_was(day: date, growing: Growing, everything: Home) -> None:
    growing.wake(day)
    then = growing.compute(_moments(day))
    with _replay(everything, _moments(day)) as now:
        assert _differing(then, now, COMPARED) == []


def test_what_a_run_published_comes_back_in_every_table(growing: Growing, everything: Home) -> None:
    growing.wake(LAST)
    subprocess.run(
        [
            sys.executable, "-m", "orchestration.cli", "run",
            "--home", str(growing.home.root), "--as-of", LAST.isoformat(),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0"},
        check=True,
        capture_output=True,
    )  # fmt: skip
    pointer = read_json(growing.home.pointer)
    assert pointer is not None
    published = growing.home.published / pointer["file"]
    with _replay(everything, _moments(LAST), marts=()) as now:
        with duckdb.connect(str(now), read_only=True) as connection:
            tables = connection.execute(
                "select table_name from information_schema.tables where table_schema = ?", [MARTS]
            ).fetchall()
        names = tuple(sorted(name for (name,) in tables))
        assert set(COMPARED) < set(names)
        assert _differing(published, now, names, schema="main") == []


def test_what_became_known_later_changes_a_past_day_only_when_asked(
    growing: Growing, everything: Home
) -> None:
    """The day before a month's last one, as it was known then and as it is known two weeks on."""
    day = date(2025, 7, 31)
    growing.wake(LAST)
    later = growing.compute(_moments(day, known=LAST))
    with _replay(everything, _moments(day, known=LAST)) as now:
        assert _differing(later, now, COMPARED) == []
    with _replay(everything, _moments(day)) as now:
        differing = {line.partition(",")[0] for line in _differing(later, now, STANDINGS)}
    assert differing == set(STANDINGS), "reports and restatements of two weeks must tell"
