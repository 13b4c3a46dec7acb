"""What a run leaves behind: its stages, its verdicts, its outcome, whatever way it ended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.journal import FAILED, PUBLISHED, STOPPED, Journal, Silent, read_json

VERDICT = {"suite": "s", "asset": "a", "expectation": "e", "severity": "critical", "success": False}


def _journal(home: Home) -> Journal:
    return Journal(home, "run-1", as_of="2025-08-15", known_at="2025-08-15", progress=Silent())


def test_a_published_run_says_so_with_its_stages(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = _journal(home)
    with journal.stage("land") as counts:
        counts.rows_in, counts.rows_out, counts.rows_set_aside = 10, 9, 1
    journal.finish(PUBLISHED)
    record = read_json(home.last_run)
    assert record is not None
    assert (record["outcome"], record["failed_step"]) == (PUBLISHED, None)
    (stage,) = record["stages"]
    assert stage == {
        "stage": "land",
        "seconds": stage["seconds"],
        "rows_in": 10,
        "rows_out": 9,
        "rows_set_aside": 1,
    }


def test_a_stage_that_raises_is_a_failed_run_with_its_name(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = _journal(home)
    with pytest.raises(OSError, match="disk"), journal.stage("land"):
        raise OSError("disk full\nsecond line")
    journal.finish()
    record = read_json(home.last_run)
    assert record is not None
    assert (record["outcome"], record["failed_step"]) == (FAILED, "land")
    assert record["message"] == "OSError: disk full"


def test_a_gate_that_stops_is_not_a_failure(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = _journal(home)
    journal.note_gates([VERDICT])
    journal.note_gate_stop("gate_landed", "a: e: 1 of 2")
    journal.finish()
    record = read_json(home.last_run)
    assert record is not None
    assert (record["outcome"], record["message"]) == (STOPPED, "a: e: 1 of 2")
    assert record["gates"] == [VERDICT]
    kept = read_json(home.logs / "gates" / "run-1.json")
    assert kept is not None and kept["gates"] == [VERDICT]


def test_a_part_that_published_nothing_leaves_the_last_outcome(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = _journal(home)
    with journal.stage("land"):
        pass
    journal.finish()
    assert not home.last_run.exists()


def test_a_killed_run_leaves_its_lines(tmp_path: Path) -> None:
    home = Home(tmp_path)
    journal = _journal(home)
    with journal.stage("land"):
        pass
    lines = (home.logs / "runs" / "run-1.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["started", "stage"]
