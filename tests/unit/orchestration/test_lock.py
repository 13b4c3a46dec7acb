"""One run at a time on one home; a dead owner's lock is taken over."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lock import LockedError, check_unlocked, run_lock

HOLD = """
import sys, time
from pathlib import Path
from orchestration.lock import run_lock
with run_lock(Path(sys.argv[1]), owner="run abc"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / ".run.lock")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path, holder: subprocess.Popen) -> None:
    with pytest.raises(LockedError, match=rf"process {holder.pid} \(run abc\) is already running"):
        check_unlocked(tmp_path / ".run.lock")


def test_a_killed_owners_lock_is_taken_over(tmp_path: Path, holder: subprocess.Popen) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with run_lock(tmp_path / ".run.lock", owner="next"):
        pass


def test_it_is_free_again_after_a_run_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="boom"), run_lock(tmp_path / ".run.lock", owner="one"):
        raise ValueError("boom")
    check_unlocked(tmp_path / ".run.lock")


def test_looking_for_a_lock_makes_no_file(tmp_path: Path) -> None:
    check_unlocked(tmp_path / ".run.lock")
    assert list(tmp_path.iterdir()) == []
