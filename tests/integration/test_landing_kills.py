"""Landing killed (SIGKILL) at each of its steps and at random moments, then run again: the same
content as a run left in peace. The kill is real: another process, and no clean-up of its own."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.unit.landing.tiny_home import DEALS, TinyHome, deal, deals

STEPS = ("looked", "written", "in_place", "committed", "exported")

CHILD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from orchestration.landing import land_kind

home, step, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = 0

def progress(found):
    global seen
    seen += found.name == step
    if seen == count:
        os.kill(os.getpid(), signal.SIGKILL)
    print(found.name, flush=True)

land_kind(home, "dms/deals", datetime(2025, 8, 15, 12, tzinfo=UTC), progress, settle_seconds=0)
"""


def killed_at(home: TinyHome, step: str, count: int = 1) -> int:
    words = [sys.executable, "-c", CHILD, str(home.path), step, str(count)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def fill(home: TinyHome) -> None:
    """Good, bad, doubled and set-aside files of two mappings, so that there are two batches."""
    home.mapping(
        "other", DEALS.replace("vendor: tiny", "vendor: other").replace("tiny/*", "other/*")
    )
    for vendor in ("tiny", "other"):
        for day in range(1, 5):
            lines = [deal(Deal=f"{vendor}{day}{n}") for n in range(20)] + [deal(Sale="?"), "x"]
            home.put(f"{vendor}/deals_2025080{day}T0500.csv", deals(*lines))
    home.put("tiny/again_deals_20250801T0100.csv", deals(deal()))
    home.put("tiny/again_deals_20250809T0100.csv", deals(deal()))
    home.put("tiny/deals_20250808T0500.csv", deals(deal())[:-5])


@pytest.fixture
def peaceful(tmp_path: Path) -> TinyHome:
    home = TinyHome.make(tmp_path / "peaceful")
    fill(home)
    home.land()
    return home


def assert_as_in_peace(home: TinyHome, peaceful: TinyHome) -> None:
    assert home.content() == peaceful.content()
    assert not (home.path / ".landing-private").exists()
    assert list((home.path / "landing" / ".incoming").iterdir()) == []
    assert not re.search("Zebulon|555-0142", home.everything_written())


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_and_run_again(tmp_path: Path, peaceful: TinyHome, step: str) -> None:
    home = TinyHome.make(tmp_path / "home")
    fill(home)
    assert killed_at(home, step) == -signal.SIGKILL
    home.land()
    assert_as_in_peace(home, peaceful)


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_replacing_what_an_older_mapping_landed(
    tmp_path: Path, peaceful: TinyHome, step: str
) -> None:
    home = TinyHome.make(tmp_path / "home")
    fill(home)
    good = (home.path / "mappings" / "deals.yaml").read_text()
    home.mapping("deals", good.replace("N: new", "N: certified").replace("R: retail", "R: fleet"))
    home.land()
    home.mapping("deals", good)
    assert killed_at(home, step) == -signal.SIGKILL
    home.land()
    assert_as_in_peace(home, peaceful)


def test_a_mapping_taken_back_after_a_kill_between_parquet_and_ledger(
    tmp_path: Path, peaceful: TinyHome
) -> None:
    """The Parquet is the new mapping's, the ledger still the old one's: not to be believed."""
    home = TinyHome.make(tmp_path / "home")
    fill(home)
    home.land()
    good = (home.path / "mappings" / "deals.yaml").read_text()
    home.mapping("deals", good.replace("N: new", "N: certified"))
    assert killed_at(home, "in_place") == -signal.SIGKILL
    home.mapping("deals", good)
    home.land()
    assert_as_in_peace(home, peaceful)


def test_killed_again_and_again(tmp_path: Path, peaceful: TinyHome) -> None:
    home = TinyHome.make(tmp_path / "home")
    fill(home)
    kills = [killed_at(home, step, count) for count in (1, 2) for step in STEPS]
    assert kills.count(-signal.SIGKILL) >= 4
    home.land()
    assert_as_in_peace(home, peaceful)


def test_killed_at_random_moments(tmp_path: Path, peaceful: TinyHome) -> None:
    """The moment is drawn from the time between the child's first step and its end."""
    dice = random.Random(20250815)
    home = TinyHome.make(tmp_path / "home")
    fill(home)
    killed = 0
    for _ in range(8):
        words = [sys.executable, "-c", CHILD, str(home.path), "never", "1"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(dice.uniform(0, 0.4))
            child.kill()
            killed += child.wait() == -signal.SIGKILL
    assert killed
    home.land()
    assert_as_in_peace(home, peaceful)


def test_two_landings_at_once_give_what_one_gives(tmp_path: Path, peaceful: TinyHome) -> None:
    home = TinyHome.make(tmp_path / "home")
    fill(home)
    words = [sys.executable, "-c", CHILD, str(home.path), "never", "1"]
    both = [subprocess.Popen(words, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [child.wait(timeout=120) for child in both] == [0, 0]
    assert_as_in_peace(home, peaceful)
