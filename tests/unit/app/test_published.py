"""Reading what was published: exact, within the scope, the current file and no other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from app import queries, records, run_records
from app.published import Published, PublishedError, read_access, read_last_run, read_pointer
from app.records import Gap, ProgramStanding, Record
from app.run_records import FeedHealth, SetAside
from tests.unit.app.published_fixture import AS_OF, SCHEMAS, write_home
from tests.unit.app.small_group import FORD, NISSAN, tables

MakeHome = Callable[..., Path]
RECORDS = [
    kind
    for module in (records, run_records)
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Record) and kind is not Record
]


def published(home: Path, scope: frozenset[str] | None = None) -> Published:
    pointer = read_pointer(home)
    assert pointer is not None
    return Published(pointer, scope)


@pytest.mark.parametrize("record", RECORDS, ids=[kind.__name__ for kind in RECORDS])
def test_every_record_reads_its_table(record: type[Record], make_home: MakeHome) -> None:
    assert published(make_home()).read(record), "the small group has a row of each"


def test_money_stays_decimal_to_the_cent(make_home: MakeHome) -> None:
    rows = tables()
    rows["fct_gap"][0]["amount_at_risk"] = Decimal("123456789012.07")
    gap = max(published(make_home(rows=rows)).read(Gap), key=lambda row: row.amount_at_risk or 0)
    assert gap.amount_at_risk == Decimal("123456789012.07")
    assert isinstance(gap.amount_at_risk, Decimal)


def test_sums_are_exact() -> None:
    assert queries.total([Decimal("0.10")] * 3 + [None]) == Decimal("0.30")


@pytest.mark.parametrize("record", RECORDS, ids=[kind.__name__ for kind in RECORDS])
def test_a_scope_lets_no_other_rooftop_through(record: type[Record], make_home: MakeHome) -> None:
    rows = published(make_home(), frozenset({NISSAN})).read(record)
    if "rooftop_id" in {name for name in record.__dataclass_fields__}:
        allowed = {NISSAN, None} if record.SCOPE == "rooftop_or_group" else {NISSAN}
        assert {row.rooftop_id for row in rows} <= allowed
    elif record.SCOPE == "group":
        assert not rows
    else:
        assert record.SCOPE == "open", f"{record.__name__} has no rooftop and isn't open to all"


def test_an_empty_scope_reads_nothing_of_any_rooftop(make_home: MakeHome) -> None:
    source = published(make_home(), frozenset())
    assert source.read(ProgramStanding) == ()
    assert {row.rooftop_id for row in source.read(FeedHealth)} == {None}
    assert source.read(SetAside) == ()


def test_a_rooftops_name_is_a_value_and_never_sql(make_home: MakeHome) -> None:
    source = published(make_home(), frozenset({"x') or true --"}))
    assert source.read(ProgramStanding) == ()


def test_cached_answers_don_t_cross_scopes(make_home: MakeHome) -> None:
    home = make_home()
    everyone = queries.program_standings(published(home))
    one = queries.program_standings(published(home, frozenset({FORD})))
    assert {row.rooftop_id for row in one} == {FORD}
    assert len(queries.program_standings(published(home))) == len(everyone) > len(one)


def test_cached_answers_don_t_cross_publications(make_home: MakeHome) -> None:
    home = make_home()
    assert queries.gaps(published(home))
    write_home(home, rows={**tables(), "fct_gap": []}, content_hash="withoutgaps")
    assert queries.gaps(published(home)) == ()


def test_the_reader_shuts_nobody_out(make_home: MakeHome) -> None:
    """A run may publish and remove the file that is being read; the reader keeps its own."""
    home = make_home()
    source = published(home)
    assert source.read(ProgramStanding)
    source.pointer.path.unlink()
    assert source.read(ProgramStanding)


def test_threads_read_side_by_side(make_home: MakeHome) -> None:
    source = published(make_home())
    counts: list[int] = []

    def read() -> None:
        for _ in range(20):
            counts.append(len(source.read(ProgramStanding)))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == 80
    assert len(set(counts)) == 1


def test_meta_is_in_the_groups_zone(make_home: MakeHome) -> None:
    meta = published(make_home()).meta()
    assert meta.as_of == AS_OF
    assert meta.as_of.utcoffset() == timedelta(hours=-5)


def test_a_missing_table_is_named(make_home: MakeHome) -> None:
    home = make_home()
    source_path = read_pointer(home).path
    with duckdb.connect(str(source_path)) as connection:
        connection.execute("drop table fct_gap")
    with pytest.raises(PublishedError, match="fct_gap"):
        published(home).read(Gap)


def test_nothing_published_is_none(tmp_path: Path) -> None:
    assert read_pointer(tmp_path) is None
    assert read_last_run(tmp_path) is None
    assert read_access(tmp_path) is None


def test_access_reads_all_and_some(make_home: MakeHome) -> None:
    home = make_home(
        access=[
            {"user": "GM@example.invalid ", "rooftops": [NISSAN]},
            {"user": "principal@example.invalid", "rooftops": "all"},
        ]
    )
    assert read_access(home) == {
        "gm@example.invalid": frozenset({NISSAN}),
        "principal@example.invalid": None,
    }


def test_the_last_run_knows_what_stopped_it(make_home: MakeHome) -> None:
    run = read_last_run(make_home(outcome="stopped_by_gate"))
    assert not run.is_published
    assert [gate.asset for gate in run.failed_gates] == ["fct_program_standing"]


def test_the_fixture_speaks_of_published_tables_alone() -> None:
    named = {kind.TABLE for kind in RECORDS if not kind.TABLE.lstrip().startswith("(")}
    assert named <= set(SCHEMAS)
