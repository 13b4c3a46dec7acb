"""Rulebooks of any shape, drawn once and the same in every run.

Here: the drawing, in a process of its own: Hypothesis also draws the constants of whatever modules
are loaded, so the same seed draws other documents beside other tests. Not here: the shapes
(rulebook_strategies.py), what is made of the documents (drawn_programs.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.unit.programs.rulebook_strategies import documents

REPOSITORY = Path(__file__).parents[2]


def drawn_documents(count: int) -> list[dict[str, Any]]:
    """So many documents; a list of its own for every caller."""
    return json.loads(_drawn_apart(count))


@cache
def _drawn_apart(count: int) -> str:
    command = [sys.executable, "-m", "tests.integration.drawn_documents", str(count)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"no documents were drawn: {done.stderr}")
    return done.stdout


def _draw(count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(documents())
    def draw(document: dict[str, Any]) -> None:
        found.append(document)

    draw()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_draw(int(sys.argv[1]))))
