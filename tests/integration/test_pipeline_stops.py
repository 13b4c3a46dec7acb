"""When a run can't be published: a gate stops it, something fails, another run is under way.

What was published last stays up in each case, and last_run.json says what happened.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from app.navigation import page
from orchestration.home import Home
from orchestration.journal import read_json
from orchestration.lock import run_lock
from tests.unit.app.pages import open_page

REPOSITORY = Path(__file__).parents[2]
pytestmark = pytest.mark.pipeline


def _run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "run", "--home", str(home), *words],
        cwd=REPOSITORY,
        env={**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def _last_run(home: Path) -> dict[str, Any]:
    record = read_json(Home(home).last_run)
    assert record is not None
    return record


def test_a_critical_gate_stops_the_walk_and_names_what_failed(sample_copy: Path) -> None:
    published = Home(sample_copy).pointer.read_bytes()
    deals = max(
        (sample_copy / "landing/dms/deals").glob("*.parquet"), key=lambda p: p.stat().st_size
    )
    with duckdb.connect() as connection:  # a row that got into landing twice, behind the ledger
        connection.execute(f"create table t as from read_parquet('{deals}')")
        connection.execute("insert into t from t limit 1")
        connection.execute(f"copy t to '{deals}' (format parquet)")
    done = _run(sample_copy, "--force")
    assert done.returncode == 3, done.stderr
    assert "stopped by gate_landed: landing/dms_deals" in done.stderr
    assert Home(sample_copy).pointer.read_bytes() == published
    record = _last_run(sample_copy)
    assert (record["outcome"], record["failed_step"]) == ("stopped_by_gate", "gate_landed")
    stops = {
        g["expectation"]
        for g in record["gates"]
        if g["severity"] == "critical" and not g["success"]
    }
    assert "row_count_equals_distinct_row_count" in stops
    ran = {stage["stage"] for stage in record["stages"]}
    assert not ran & {"dbt_facts", "dbt_marts", "forecast", "publish"}


def test_a_broken_rulebook_fails_the_run_in_one_line(sample_copy: Path) -> None:
    published = Home(sample_copy).pointer.read_bytes()
    rulebook = sample_copy / "rulebooks" / "nissan-one.yaml"
    rulebook.write_text(rulebook.read_text().replace("rounding: up", "rounding: sideways"))
    done = _run(sample_copy)
    assert done.returncode == 1, done.stderr
    last_line = done.stderr.strip().splitlines()[-1]
    assert "rulebooks/nissan-one.yaml, line" in last_line
    assert "is not one of 'up', 'down' or 'nearest'" in last_line, "nor what would be right"
    assert "this run published nothing; still up is the standing as of 2025-08-15" in last_line
    assert "Traceback" not in done.stderr
    assert Home(sample_copy).pointer.read_bytes() == published
    record = _last_run(sample_copy)
    assert record["outcome"] == "failed"
    assert "nissan-one.yaml" in record["message"]


def test_a_rulebook_whose_examples_fail_is_not_used_and_the_app_says_so(
    sample_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = Home(sample_copy).pointer.read_bytes()
    rulebook = sample_copy / "rulebooks" / "nissan-one.yaml"
    text = rulebook.read_text()
    rulebook.write_text(text.replace("amount: 15750", "amount: 15750.01", 1))
    done = _run(sample_copy)
    assert done.returncode == 1, done.stderr
    assert Home(sample_copy).pointer.read_bytes() == published
    said = "the rules pay $15,750.00, the example says $15,750.01"
    assert said in done.stderr.strip().splitlines()[-1]
    opened = open_page(page("standing"), sample_copy, monkeypatch)
    assert opened.has("failed")
    assert "rulebooks/nissan-one.yaml, line" in opened.text
    assert said in opened.text
    assert "The figures here are still those of" in opened.text


def test_a_broken_group_file_is_a_failed_run_too(sample_copy: Path) -> None:
    group = sample_copy / "stairstep.yaml"
    group.write_text(
        group.read_text().replace("time_zone: America/Chicago", "time_zone: Mars/Base", 1)
    )
    done = _run(sample_copy)
    assert done.returncode == 1
    assert "stairstep.yaml, line" in done.stderr
    assert _last_run(sample_copy)["outcome"] == "failed"


def test_two_runs_on_one_home_do_not_mix(sample_copy: Path) -> None:
    before = _last_run(sample_copy)
    with run_lock(Home(sample_copy).lock_file, owner="run other"):
        done = _run(sample_copy, "--force")
    assert done.returncode == 1
    assert f"process {os.getpid()} (run other) is already running" in done.stderr
    assert _last_run(sample_copy) == before, "the other run's outcome is not ours to write"


def test_ctrl_c_ends_it_cleanly(sample_copy: Path) -> None:
    published = Home(sample_copy).pointer.read_bytes()
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "run", "--force", "--home", str(sample_copy)],
        cwd=REPOSITORY,
        env={**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until_running(sample_copy, process)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert Home(sample_copy).pointer.read_bytes() == published
    with run_lock(Home(sample_copy).lock_file, owner="next"):
        pass


def _wait_until_running(home: Path, process: subprocess.Popen[str]) -> None:
    journals = home / "logs" / "runs"
    before = set(journals.glob("*.jsonl"))
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        fresh = set(journals.glob("*.jsonl")) - before
        if any('"stage"' in path.read_text() for path in fresh):
            return
        time.sleep(0.1)
    pytest.fail("the run never began")


def test_the_same_files_again_publish_the_same_content(sample_copy: Path) -> None:
    inbox = sample_copy / "inbox"
    first = next(path for path in sorted(inbox.rglob("*.csv")))
    # Of two names with one content and one moment the first in order counts: this one comes after.
    (first.parent / f"{first.stem}_again{first.suffix}").write_bytes(first.read_bytes())
    before = read_json(Home(sample_copy).pointer)
    done = _run(sample_copy)
    assert done.returncode == 0, done.stderr
    after = read_json(Home(sample_copy).pointer)
    assert before is not None and after is not None
    assert _last_run(sample_copy)["run_id"] != before["run_id"]
    stages = {stage["stage"]: stage for stage in _last_run(sample_copy)["stages"]}
    assert (
        sum(
            s["rows_out"]
            for name, s in stages.items()
            if name.startswith("landing/") and name != "landing/account"
        )
        == 0
    )
