"""The inbox sensor's eyes: files that have settled, content that is new."""

from __future__ import annotations

import os
import time
from pathlib import Path

from orchestration.automation import look


def _put(inbox: Path, name: str, content: str) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def _look(inbox: Path, seen: dict | None = None, later: float = 100.0) -> tuple[dict, int]:
    return look(inbox, seen or {}, settle_seconds=30, now=time.time() + later)


def test_a_settled_file_is_found_at_any_depth(tmp_path: Path) -> None:
    _put(tmp_path, "vendor/2025/sales.csv", "a")
    found, unsettled = _look(tmp_path)
    assert (list(found), unsettled) == (["vendor/2025/sales.csv"], 0)


def test_a_file_that_still_grows_waits(tmp_path: Path) -> None:
    path = _put(tmp_path, "sales.csv", "a")
    os.utime(path, (0, 0))  # a copy that keeps the sender's time is as young as it is
    assert _look(tmp_path, later=5) == ({}, 1)


def test_a_touched_file_has_the_same_content(tmp_path: Path) -> None:
    path = _put(tmp_path, "sales.csv", "a")
    first, _ = _look(tmp_path)
    os.utime(path, (0, 0))
    second, _ = _look(tmp_path, first)
    assert first["sales.csv"][2] == second["sales.csv"][2]


def test_changed_content_is_seen(tmp_path: Path) -> None:
    _put(tmp_path, "sales.csv", "a")
    first, _ = _look(tmp_path)
    _put(tmp_path, "sales.csv", "b")
    second, _ = _look(tmp_path, first)
    assert first["sales.csv"][2] != second["sales.csv"][2]


def test_hidden_files_of_an_upload_are_left_alone(tmp_path: Path) -> None:
    _put(tmp_path, ".sales.csv.part", "a")
    assert _look(tmp_path) == ({}, 0)
