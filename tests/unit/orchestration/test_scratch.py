"""A computation for another moment: what it refuses at once, and what a dead one leaves behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from orchestration.home import Home
from orchestration.moments import MomentError, Moments
from orchestration.scratch import NotLandedError, check_reach, sweep

CHICAGO = ZoneInfo("America/Chicago")
FIRST_FILE, NEWEST_FILE = "2025-03-03 06:00:00", "2025-08-15 06:00:00"


@pytest.fixture
def landed_home(template_home: Path, tmp_path: Path) -> Home:
    """The template's home (its calendar: 2023 to 2028) with two landed files, one set aside."""
    home = Home(shutil.copytree(template_home, tmp_path / "home"))
    home.landing.mkdir()
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'America/Chicago'")
        connection.execute(
            f"""copy (
                select moment::timestamptz as known_at, outcome from (values
                    ('{FIRST_FILE}', 'landed'), ('{NEWEST_FILE}', 'landed'),
                    ('2031-01-01', 'unrecognised')
                ) as files(moment, outcome)
            ) to '{home.landing / "files.parquet"}' (format parquet)"""
        )
    return home


def _moments(as_of: str, known_at: str | None = None) -> Moments:
    known = datetime.fromisoformat(known_at).replace(tzinfo=CHICAGO) if known_at else None
    asked = datetime.fromisoformat(as_of).replace(tzinfo=CHICAGO)
    return Moments.of(asked, known, str(CHICAGO))


@pytest.mark.parametrize(
    ("as_of", "known_at", "said"),
    [
        ("2022-12-31T23:59", "2025-08-15", "reach from 2023-01-01 to 2028-12-31"),
        ("2029-01-01T00:00", None, "reach from 2023-01-01 to 2028-12-31"),
        ("1999-01-01T07:00", None, "--as-of 1999-01-01 is outside every period"),
        ("2025-03-03T05:59", None, "files are of 2025-03-03 06:00 to 2025-08-15 06:00"),
        ("2025-08-15T07:00", "2025-03-03T05:59", "nothing was known by 2025-03-03 05:59"),
    ],
)
def test_a_moment_outside_the_data_is_refused_with_its_range(
    landed_home: Home, as_of: str, known_at: str | None, said: str
) -> None:
    with pytest.raises(MomentError, match=said) as refused:
        check_reach(landed_home, _moments(as_of, known_at))
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("as_of", "known_at"),
    [
        ("2025-03-03T06:00", None),
        ("2028-12-31T23:59", None),
        ("2023-01-01T00:00", "2025-03-03T06:00"),  # an old day, known since the first file
    ],
)
def test_both_ends_of_the_range_are_within_it(
    landed_home: Home, as_of: str, known_at: str | None
) -> None:
    check_reach(landed_home, _moments(as_of, known_at))


def test_free_dates_reach_beyond_the_calendars(landed_home: Home) -> None:
    rulebook = landed_home.rulebooks / "nissan-one.yaml"
    free = "{grain: free, dates: [{start: 2029-01-01, end: 2029-01-04}]}"
    text = rulebook.read_text().replace("{calendar: nissan, grain: month}", free)
    rulebook.write_text(text)
    check_reach(landed_home, _moments("2029-01-04T07:00"))
    with pytest.raises(MomentError, match="to 2029-01-04"):
        check_reach(landed_home, _moments("2029-01-05T07:00"))


def test_nothing_landed_is_said(landed_home: Home) -> None:
    (landed_home.landing / "files.parquet").unlink()
    with pytest.raises(NotLandedError, match="no file of"):
        check_reach(landed_home, _moments("2025-08-15T07:00"))


def test_what_a_killed_computation_left_is_swept_and_a_living_one_kept(tmp_path: Path) -> None:
    home = Home(tmp_path)
    stopped, running = home.scratch / "stopped", home.scratch / "running"
    for folder in (stopped, running):
        (folder / "warehouse").mkdir(parents=True)
    holds = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from orchestration.lock import run_lock\n"
        "with run_lock(Path(sys.argv[1]), owner='computing'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(home.scratch / "running.lock")],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        sweep(home)
        assert (stopped.exists(), running.exists()) == (False, True)
        os.kill(owner.pid, signal.SIGKILL)
    sweep(home)
    assert not running.exists()
