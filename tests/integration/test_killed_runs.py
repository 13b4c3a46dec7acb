"""A run killed at any moment and started again publishes what an undisturbed run publishes.

Real processes, real SIGKILL to the whole process group, moments drawn from a fixed seed over the
time that an undisturbed run takes.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
KILLS = 10
CONFIGURATION = ("stairstep.yaml", "calendars", "rulebooks", "mappings", "inbox")

pytestmark = pytest.mark.pipeline


def _start(home: Path) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli", "run", "--home", str(home)],
        cwd=REPOSITORY,
        env={**os.environ, "STAIRSTEP_SETTLE_SECONDS": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def _finish(home: Path) -> str:
    """Run to the end; the published content's hash."""
    process = _start(home)
    output, _ = process.communicate(timeout=900)
    assert process.returncode == 0, output[-4000:]
    return json.loads((home / "published" / "current.json").read_text())["content_hash"]


def _kill_after(home: Path, seconds: float) -> bool:
    """Start a run, kill it with all its children; whether it was still running."""
    process = _start(home)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def _fresh_home(source: Path, home: Path) -> Path:
    home.mkdir(parents=True)
    for name in CONFIGURATION:
        origin = source / name
        (shutil.copytree if origin.is_dir() else shutil.copy2)(origin, home / name)
    return home


@pytest.fixture(scope="module")
def undisturbed(sample_run: Path, tmp_path_factory) -> tuple[str, float]:
    """The content hash of an undisturbed run on a fresh home, and its seconds."""
    home = _fresh_home(sample_run, tmp_path_factory.mktemp("undisturbed") / "home")
    begun = time.monotonic()
    return _finish(home), time.monotonic() - begun


def test_ten_kills_end_in_the_same_published_content(sample_run, undisturbed, tmp_path):
    expected, seconds = undisturbed
    moments = random.Random(20250815)
    home = _fresh_home(sample_run, tmp_path / "home")
    killed = attempts = 0
    while killed < KILLS and attempts < 4 * KILLS:
        # What a killed run has landed is not landed again, so later runs are shorter: every second
        # one starts from nothing, or the early stages would be disturbed once only.
        if attempts % 2 == 0:
            shutil.rmtree(home)
            home = _fresh_home(sample_run, tmp_path / "home")
        if _kill_after(home, moments.uniform(0.5, seconds)):
            killed += 1
        else:
            seconds *= 0.8  # The machine has become faster: aim into the run.
        attempts += 1
    assert killed == KILLS
    assert _finish(home) == expected
    assert _finish(home) == expected


def test_landing_in_another_order_and_twice_changes_nothing(sample_run, undisturbed, tmp_path):
    expected, _ = undisturbed
    home = _fresh_home(sample_run, tmp_path / "home")
    inbox, waiting = home / "inbox", tmp_path / "waiting"
    inbox.rename(waiting)
    files = sorted(
        (file for file in waiting.rglob("*") if file.is_file()),
        key=lambda file: file.name[::-1],
        reverse=True,
    )
    half = len(files) // 2
    for batch in (files[:half], files[half:]):
        for file in batch:
            target = inbox / file.relative_to(waiting)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)
        # The first half alone may stop at a gate: what counts is where the second run ends.
        _start(home).communicate(timeout=900)
    assert _finish(home) == expected


def test_published_and_warehouse_come_back_when_deleted(sample_run, undisturbed, tmp_path):
    expected, _ = undisturbed
    home = tmp_path / "home"
    shutil.copytree(sample_run, home)
    shutil.rmtree(home / "published")
    shutil.rmtree(home / "warehouse")
    assert _finish(home) == expected
