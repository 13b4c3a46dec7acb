"""A family of processes that is served ends as a whole, also the ones that don't listen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
# A parent with a child that ignores being told; both write their numbers.
FAMILY = """
import os, signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c",
    "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN);"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"])
open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
time.sleep(600)
"""
SERVE = """
import os, sys
from orchestration.cli import serve_commands
serve_commands.GRACE_SECONDS = 1.0
words = [sys.executable, "-c", sys.argv[1], sys.argv[2]]
sys.exit(serve_commands.run_group(words, dict(os.environ)))
"""


def _is_alive(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nobody_is_left_behind(tmp_path: Path, number: int) -> None:
    noted = tmp_path / "family"
    process = subprocess.Popen([sys.executable, "-c", SERVE, FAMILY, str(noted)], cwd=REPOSITORY)
    deadline = time.monotonic() + 60
    while not (noted.is_file() and len(noted.read_text().split()) == 2):
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.1)
    family = [int(word) for word in noted.read_text().split()]
    assert all(_is_alive(member) for member in family)
    os.kill(process.pid, number)
    assert process.wait(timeout=60) == 0
    time.sleep(0.2)
    assert [member for member in family if _is_alive(member)] == []


def test_the_code_of_a_family_that_ends_by_itself_is_handed_on() -> None:
    from orchestration.cli.serve_commands import run_group

    assert run_group([sys.executable, "-c", "raise SystemExit(7)"], dict(os.environ)) == 7
