"""The whole job on the sample group: what it leaves behind; a repetition changes nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.home import Home
from orchestration.journal import read_json
from sample_group import DEFAULT_SEED
from sample_group.people import customers_in_inbox

REPOSITORY = Path(__file__).parents[2]
WORD = re.compile(rb"[0-9A-Za-z\x80-\xff]+")


def _stairstep(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", *words],
        cwd=REPOSITORY,
        env={**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def _last_run(home: Path) -> dict[str, Any]:
    record = read_json(Home(home).last_run)
    assert record is not None
    return record


def _published(home: Path) -> Path:
    pointer = read_json(Home(home).pointer)
    assert pointer is not None
    return Home(home).published / pointer["file"]


@pytest.fixture(scope="module")
def instance(sample_run: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(sample_run / "dagster")) as instance:
        yield instance


@pytest.fixture(scope="module")
def definitions(sample_run: Path) -> dg.Definitions:
    from orchestration.build import build_definitions

    return build_definitions(home=sample_run)


def test_it_published_and_says_what_each_stage_took(sample_run: Path) -> None:
    record = _last_run(sample_run)
    assert record["outcome"] == "published"
    assert record["failed_step"] is None
    stages = {stage["stage"]: stage for stage in record["stages"]}
    assert {
        "landing/dms_deals", "landing/portal_rdrs", "gate_landed", "compiled_rules", "dbt_facts",
        "compiled_memberships", "dbt_marts", "settle", "dbt_settled", "gate_marts", "forecast",
        "gate_forecasts", "publish",
    } <= set(stages)  # fmt: skip
    deals = stages["landing/dms_deals"]
    assert deals["rows_in"] > 10_000
    assert deals["rows_set_aside"] > 0, "the sample plants rows that can't be read"
    idle = {"settle"}  # no program of the sample has a rule over several periods or programs
    assert all(
        stage["rows_out"] > 0
        for name, stage in stages.items()
        if "landing" not in name and name not in idle
    )


def test_its_gates_are_kept_with_the_run_and_in_the_file(sample_run: Path) -> None:
    record = _last_run(sample_run)
    assert len(record["gates"]) > 100
    assert not [g for g in record["gates"] if g["severity"] == "critical" and not g["success"]]
    kept = read_json(sample_run / "logs" / "gates" / f"{record['run_id']}.json")
    assert kept is not None and kept["gates"] == record["gates"]
    with duckdb.connect(str(_published(sample_run)), read_only=True) as connection:
        (count,) = connection.sql("select count(*) from gate_results").fetchone() or (0,)
    assert count == len(record["gates"])


def test_its_own_past_quarters_can_be_measured(sample_run: Path, tmp_path: Path) -> None:
    done = _stairstep(
        "backtest", "--home", str(sample_run), "--from", "2025Q2", "--out", str(tmp_path),
        "--candidates", "run_rate,pooled_pace", "--format", "json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loss = {
        row["forecaster"]: row["weighted_quantile_loss"]
        for row in json.loads(done.stdout)
        if row["origin"] == "all"
    }
    assert loss["pooled_pace"] < 0.6 * loss["run_rate"]


def test_the_planted_bad_vins_are_warned_of(sample_run: Path) -> None:
    failed = {
        (g["suite"], g["expectation"]) for g in _last_run(sample_run)["gates"] if not g["success"]
    }
    assert ("landed_dms_deals", "invalid_vin_count_is_zero") in failed


def test_every_asset_was_made_and_says_its_rows(
    sample_run: Path, instance: dg.DagsterInstance, definitions: dg.Definitions
) -> None:
    graph = definitions.resolve_asset_graph()
    silent, missing = [], []
    for key in graph.materializable_asset_keys:
        event = instance.get_latest_materialization_event(key)
        if event is None or event.asset_materialization is None:
            missing.append(key.to_user_string())
            continue
        metadata = event.asset_materialization.metadata
        if not {"rows_in", "rows_out", "rows_set_aside"} <= set(metadata):
            silent.append(key.to_user_string())
    assert missing == []
    assert silent == []


def test_every_check_was_asked_exactly_once(
    sample_run: Path, instance: dg.DagsterInstance, definitions: dg.Definitions
) -> None:
    asked: Counter[dg.AssetCheckKey] = Counter()
    records = instance.get_records_for_run(
        _last_run(sample_run)["run_id"], of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    )
    for record in records.records:
        event = record.event_log_entry.dagster_event
        assert event is not None
        asked[event.asset_check_evaluation_data.asset_check_key] += 1
    expected = definitions.resolve_asset_graph().asset_check_keys
    assert {key for key in expected if asked[key] != 1} == set()
    assert set(asked) - set(expected) == set()


def test_a_second_run_does_nothing(sample_run: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in sample_run.rglob("*") if p.is_file()}
    done = _stairstep("run", "--home", str(sample_run))
    assert done.returncode == 0, done.stderr
    assert "nothing new since the last run" in done.stderr
    assert {p: p.stat().st_mtime_ns for p in sample_run.rglob("*") if p.is_file()} == before


def test_no_customer_datum_is_written_anywhere(sample_run: Path) -> None:
    customers = customers_in_inbox(sample_run / "inbox", DEFAULT_SEED)
    # A birth date alone is any date; where one stood, a name or an address stood beside it.
    data = sorted(set(customers.all()) - set(customers.birth_dates))
    assert len(data) > 1_000
    found = []
    for folder in ("landing", "warehouse", "published", "logs", "dagster"):
        blob = b"\n".join(
            _readable(p) for p in sorted((sample_run / folder).rglob("*")) if p.is_file()
        )
        words = set(WORD.findall(blob))
        assert words, f"{folder} is empty, so this shows nothing"
        found += [
            f"{folder}: {datum}"
            for datum in data
            # Looking for each datum in every byte takes minutes; its words are looked up first.
            for spelt in {datum.encode(), datum.encode("latin-1", "replace")}
            if set(WORD.findall(spelt)) <= words and spelt in blob
        ]
    assert found == []


def _readable(path: Path) -> bytes:
    """A file's bytes; Parquet and DuckDB compress, so their values are written out as text."""
    if path.suffix == ".parquet":
        source = f"read_parquet('{path}')"
        with duckdb.connect() as connection:
            return _values(connection, [source])
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.sql(
                "select '\"' || schema_name || '\".\"' || table_name || '\"' from duckdb_tables()"
            ).fetchall()
            return _values(connection, [name for (name,) in tables])
    return path.read_bytes()


def _values(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> bytes:
    parts = []
    for table in tables:
        texts = [
            name
            for name, kind, *_ in connection.sql(f"describe from {table}").fetchall()
            if kind == "VARCHAR"
        ]
        for name in texts:
            rows = connection.sql(f'select distinct "{name}" from {table}').fetchall()
            parts += [value for (value,) in rows if value]
    return "\n".join(parts).encode()


def test_standing_prints_the_same_figures_in_each_format(sample_run: Path) -> None:
    words = ("standing", "--home", str(sample_run), "--program", "nissan-one")
    as_json = json.loads(_stairstep(*words, "--format", "json").stdout)
    lines = _stairstep(*words, "--format", "csv").stdout.splitlines()
    table = _stairstep(*words).stdout
    with duckdb.connect(str(_published(sample_run)), read_only=True) as connection:
        expected = connection.sql(
            "select rooftop_id, reported_units, amount_earned::varchar from fct_program_standing "
            "where program_code = 'nissan-one' and is_open order by rooftop_id"
        ).fetchall()
    assert [(r["rooftop_id"], r["reported_units"], r["amount_earned"]) for r in as_json] == expected
    header = lines[0].split(",")
    earned = [
        dict(zip(header, line.split(","), strict=True))["amount_earned"] for line in lines[1:]
    ]
    assert earned == [amount for _, _, amount in expected]
    for rooftop_id, _, amount in expected:
        line = next(line for line in table.splitlines() if line.startswith(rooftop_id))
        assert f"${float(amount):,.2f}" in line


def test_another_moment_is_computed_without_touching_what_is_published(sample_run: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (sample_run / "published").iterdir()}

    def reported(*words: str) -> int:
        done = _stairstep(
            *("standing", "--home", str(sample_run), "--format", "json"),
            *("--rooftop", "lakeside-nissan", "--program", "nissan-one", *words),
        )
        assert done.returncode == 0, done.stderr
        (row,) = json.loads(done.stdout)
        assert row["period_code"] == "2025-08"
        return row["reported_units"]

    published = reported()
    a_week_earlier = reported("--as-of", "2025-08-08")
    as_known_since = reported("--as-of", "2025-08-08", "--known-at", "2025-08-15")
    assert 0 < a_week_earlier <= as_known_since < published
    assert {p: p.stat().st_mtime_ns for p in (sample_run / "published").iterdir()} == before
    assert [p for p in (sample_run / "scratch").iterdir() if p.is_dir()] == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--rooftop", "nowhere"], 1, "there is no rooftop 'nowhere'; known: "),
        (["--program", "nothing"], 1, "there is no program 'nothing'; known: "),
        (["--as-of", "yesterday"], 1, "--as-of 'yesterday' is not a moment"),
        (["--as-of", "1999-01-01"], 1, "dates reach from 2021-01-01 to 2027-01-04"),
        (["--known-at", "2021-06-01"], 1, "nothing was known by 2021-06-01 07:00: this group's"),
        (["--format", "xml"], 2, "xml"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_one_line(
    sample_run: Path, words: list[str], code: int, said: str
) -> None:
    done = _stairstep("standing", "--home", str(sample_run), *words)
    assert done.returncode == code
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr
