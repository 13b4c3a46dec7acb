"""A saved scenario on a later morning: what was sold of it, the chance now, and who is told."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from notebook.scenarios import SavedScenario, find_scenario
from notebook.store import open_notebook
from orchestration.home import Home
from orchestration.publish import current_file
from orchestration.saved_scenarios import read_anew
from scenarios.facts import read_group
from scenarios.keeping import save
from scenarios.scenario import Scenario, run
from scenarios.words import parse

pytestmark = pytest.mark.pipeline
STORE = "lakeside-nissan"
NOW = datetime(2025, 8, 15, 12, tzinfo=UTC)


def test_a_plan_of_the_9th_says_what_was_sold_of_it(sample_copy: Path) -> None:
    home = Home(sample_copy)
    file, book = current_file(home), open_notebook(home.root)
    asked = Scenario((STORE,), (parse("add", "make=Nissan,model=Frontier,units=5"),))
    result = run(read_group(file, [STORE]), asked)
    saved = save(book, file, asked, result, "Push Frontier", at=NOW)
    assert read_anew(home, file, NOW) == "0 read anew", "nothing is newer than what it was saved on"
    # As if it had been saved six days and three Frontiers earlier.
    (watched,) = saved.figures["watched"]
    assert watched["sold_then"] >= 3
    figures = {**saved.figures, "watched": [watched | {"sold_then": watched["sold_then"] - 3}]}
    with book.writing() as session:
        session.execute(
            update(SavedScenario).values(
                as_of_date=datetime(2025, 8, 9, tzinfo=UTC).date(), figures=figures
            )
        )
    assert read_anew(home, file, NOW) == "1 read anew"
    assert read_anew(home, file, NOW) == "0 read anew", "a morning is read once"
    (reading,) = find_scenario(book, saved.scenario_id, None).readings
    sentence = reading.figures["sentence"]
    assert sentence.startswith("Your plan of 9 Aug: 3 of 5 Frontiers sold; ")
    assert "chance of tier" in sentence
    two_more = run(
        read_group(file, [STORE]),
        Scenario((STORE,), (parse("add", "make=Nissan,model=Frontier,units=2"),)),
    )
    assert reading.figures["total"] == two_more.figures()["total"], "what is left of it is two"
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "scenario", "--list", "--format", "json",
         "--home", str(home.root)],
        text=True, capture_output=True, check=True,
    )  # fmt: skip
    assert [row["now"] for row in json.loads(done.stdout)] == [sentence]


def test_a_notebook_that_is_away_is_said_and_holds_up_nothing(
    sample_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(sample_copy)
    monkeypatch.setenv("STAIRSTEP_NOTEBOOK", "nonsense")
    assert read_anew(home, current_file(home), NOW).startswith("not read: ")
