"""Publishing: named by content, switched in one step, nothing changed by the same content."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.home import Home
from orchestration.journal import read_json
from orchestration.moments import Moments
from orchestration.publish import (
    Published,
    PublishError,
    content_hash_of,
    current_file,
    publish,
    remove_old,
)

AS_OF = datetime(2025, 8, 15, 12, tzinfo=UTC)
MOMENTS = Moments(as_of=AS_OF, known_at=AS_OF, as_of_date=date(2025, 8, 15))
GATE = {
    "suite": "s", "asset": "a", "expectation": "e", "column": "c", "severity": "warning",
    "success": True, "unexpected_count": 0, "details": "3 checked", "examples": [],
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.forecast.mkdir(parents=True)
    _warehouse(home, "(1, 10.50), (2, 20.00)")
    duckdb.sql("select 1 as id, 0.5 as chance").write_parquet(str(home.forecast / "fct_x.parquet"))
    home.compiled.mkdir()
    rules = duckdb.sql("select 'rulebook' as kind, 'p.yaml' as file, 'program: p' as text")
    rules.write_parquet(str(home.compiled / "rule_document.parquet"))
    return home


def _warehouse(home: Home, rows: str) -> None:
    home.warehouse_file.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            f"create table marts.fct_y as select id, amount::decimal(14, 2) as amount "
            f"from (values {rows}) t(id, amount)"
        )


def _publish(home: Home, run_id: str = "run", code_version: str = "abc") -> Published:
    return publish(
        home,
        run_id=run_id,
        moments=MOMENTS,
        group_name="Group",
        time_zone="UTC",
        code_version=code_version,
        gates=[GATE],
        keep=3,
        keep_seconds=3_600,
    )


def test_the_pointer_names_a_whole_read_only_file(home: Home) -> None:
    result = _publish(home)
    pointer = read_json(home.pointer)
    assert pointer is not None
    assert pointer["file"] == result.file.name == current_file(home).name
    assert pointer["content_hash"] == result.content_hash
    assert pointer["as_of"] == "2025-08-15T12:00:00+00:00"
    assert not os.access(result.file, os.W_OK) or os.stat(result.file).st_mode & 0o222 == 0
    with duckdb.connect(str(result.file), read_only=True) as connection:
        assert connection.sql("select sum(amount)::varchar from fct_y").fetchone() == ("30.50",)
        assert connection.sql("select content_hash, code_version from meta").fetchone() == (
            result.content_hash,
            "abc",
        )
        assert connection.sql("select count(*) from gate_results").fetchone() == (1,)


def test_the_same_content_changes_nothing(home: Home) -> None:
    _publish(home, "first")
    before = {path: path.stat().st_mtime_ns for path in home.published.iterdir()}
    again = _publish(home, "second", code_version="other")
    assert not again.is_new
    assert {path: path.stat().st_mtime_ns for path in home.published.iterdir()} == before


def test_the_order_of_rows_is_no_content(home: Home) -> None:
    first = _publish(home)
    _warehouse(home, "(2, 20.00), (1, 10.50)")
    assert _publish(home).content_hash == first.content_hash


def test_a_cent_is_content(home: Home) -> None:
    first = _publish(home)
    _warehouse(home, "(1, 10.51), (2, 20.00)")
    second = _publish(home)
    assert second.content_hash != first.content_hash
    assert current_file(home) == second.file
    assert first.file.is_file(), "a reader may still hold the old one"


def test_a_reader_of_the_old_file_is_not_disturbed(home: Home) -> None:
    first = _publish(home)
    with duckdb.connect(str(first.file), read_only=True) as reader:
        _warehouse(home, "(1, 99.00)")
        _publish(home)
        assert reader.sql("select count(*) from fct_y").fetchone() == (2,)


def test_duplicate_rows_and_nulls_are_content() -> None:
    def hashed(rows: str) -> str:
        with duckdb.connect() as connection:
            connection.execute(f"create table t as from (values {rows}) v(a, b)")
            return content_hash_of(connection, ["t"])

    hashes = [
        hashed("('x', 'y')"),
        hashed("('x', 'y'), ('x', 'y')"),
        hashed("('x', null)"),
        hashed("('x', 'NULL')"),
        hashed("('x, y', '')"),
        hashed("('x', ', y')"),
    ]
    assert len(set(hashes)) == len(hashes)


def test_what_a_killed_run_left_half_built_is_removed(home: Home) -> None:
    home.published.mkdir()
    (home.published / ".building-1.duckdb").write_bytes(b"half")
    _publish(home)
    assert list(home.published.glob(".building-*")) == []


def test_old_files_go_but_never_the_current_nor_a_young_one(home: Home) -> None:
    files = []
    for amount in range(6):
        _warehouse(home, f"(1, {amount})")
        files.append(_publish(home).file)
    for number, file in enumerate(files):
        age = 10_000 - number * 100  # the first is the oldest
        os.utime(file, (datetime.now(UTC).timestamp() - age,) * 2)
    os.utime(files[0])  # young again: the same content was published once more
    removed = remove_old(home, keep=2, keep_seconds=3_600)
    assert set(removed) == {files[1], files[2], files[3], files[4]}
    assert set(home.published.glob("*.duckdb")) == {files[0], files[5]}


def test_a_current_file_stays_however_old(home: Home) -> None:
    for amount in range(3):
        _warehouse(home, f"(1, {amount})")
        result = _publish(home)
    os.utime(result.file, (0, 0))
    remove_old(home, keep=1, keep_seconds=0)
    assert current_file(home).is_file()


def test_nothing_to_publish_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="nothing was transformed"):
        _publish(Home(tmp_path))


def test_nothing_published_yet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PublishError, match="stairstep run --home"):
        current_file(Home(tmp_path))
