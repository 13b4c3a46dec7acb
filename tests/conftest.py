"""Tiers that can't mix, and the sample group's full run that the slow tiers share.

Unit tests (tests/unit) lean on nothing that runs the pipeline or a browser; a collection hook stops
the session when one does. Integration and browser tests share one run, made once a session.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# Speed is a benchmark's business: a busy machine must not fail a test that draws examples.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TESTS = Path(__file__).parent
# Fixtures that lean on the full run; a test that asks for one is marked `pipeline`.
FULL_RUN = {"sample_run", "sample_copy"}
SLOW_MARKS = ("pipeline", "browser", "registrations")


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample group's home after one whole run, made once a session, also for many workers.

    Read it only: take `sample_copy` to change something.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    home, said = shared / "sample", shared / "sample-run.txt"
    with _locked(shared / "sample-run.lock"):
        if not said.is_file():
            said.write_text(_make_and_run(home), encoding="utf-8")
    return home


@pytest.fixture
def sample_copy(sample_run: Path, tmp_path: Path) -> Path:
    """A copy of the sample group's home after its run, for a test that changes something."""
    return shutil.copytree(sample_run, tmp_path / "copy", symlinks=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks tests that lean on the full run, and refuses fast tests that do."""
    mixed = []
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & FULL_RUN:
            item.add_marker(pytest.mark.pipeline)
        if _tier(item.path) != "unit":
            continue
        marks = [name for name in SLOW_MARKS if item.get_closest_marker(name)]
        if marks:
            mixed.append(f"{item.nodeid} ({', '.join(marks)})")
    if mixed:
        raise pytest.UsageError(
            "unit tests may not lean on the full run or a browser; move to tests/integration or "
            "tests/browser: " + "; ".join(mixed)
        )


def _tier(path: Path) -> str:
    try:
        return path.relative_to(TESTS).parts[0]
    except ValueError:
        return ""


def _make_and_run(home: Path) -> str:
    """Through the same doors as a user; raises with what was said when one of them fails."""
    said = ""
    for words in (
        ["-m", "sample_group", "--home", str(home)],
        ["-m", "orchestration.cli", "run", "--home", str(home)],
    ):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=TESTS.parent,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        said += done.stdout
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{said}")
    return said


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
