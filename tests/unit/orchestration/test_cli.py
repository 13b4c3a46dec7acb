"""The command line's manners: quick help, one clear line, exit codes that scripts may rely on."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from orchestration.cli import app, codes
from orchestration.cli.app import run
from orchestration.cli.progress import Stages, shown
from orchestration.home import Home
from orchestration.journal import Counts
from orchestration.rules import load_calendars, load_group, load_rulebooks

REPOSITORY = Path(__file__).parents[3]
HEAVY = ("dagster", "dbt", "pandas", "duckdb", "pyarrow", "great_expectations", "streamlit")


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAIRSTEP_HOME", raising=False)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, orchestration.cli.app as a\n"
        "a.run(['--help'])\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert "stairstep run --home my-group" in done.stdout


@pytest.mark.parametrize("command", ["init", "run", "standing", "backtest", "app", "dagster"])
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([command, "--help"]) == codes.OK
    said = capsys.readouterr().out
    assert "Example" in said
    assert f"stairstep {command}" in said


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run"], codes.USER_ERROR, "which group? name its home folder"),
        (["run", "--home", "/nowhere/at/all"], codes.USER_ERROR, "does not exist"),
        (["standing", "--home", "/"], codes.USER_ERROR, "holds no stairstep.yaml"),
        (["run", "--frobnicate"], codes.USAGE, "--frobnicate"),
        (["frobnicate"], codes.USAGE, "frobnicate"),
        (["init"], codes.USAGE, "DIR"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == code
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_a_fault_of_ours_is_one_line_and_a_traceback_only_when_asked(
    template_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(home: Home) -> None:
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr("orchestration.publish.current_file", broken)
    words = ["standing", "--home", str(template_home)]
    assert run(words) == codes.UNEXPECTED
    assert capsys.readouterr().err == "error: unexpected ZeroDivisionError: a fault of ours\n"
    assert run([*words, "--debug"]) == codes.UNEXPECTED
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_has_its_own_code(
    template_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(home: Home) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.publish.current_file", stopped)
    assert run(["standing", "--home", str(template_home)]) == codes.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


def test_the_home_may_come_from_the_environment(
    template_home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAIRSTEP_HOME", str(template_home))
    assert run(["standing"]) == codes.USER_ERROR
    assert "nothing is published" in capsys.readouterr().err


def test_init_makes_a_group_that_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "mine")]) == codes.OK
    home = Home(tmp_path / "mine")
    assert load_group(home).rooftops
    assert load_calendars(home)
    assert load_rulebooks(home)
    assert home.inbox.is_dir()
    said = capsys.readouterr().out
    assert f"stairstep run --home {home.root}" in said
    for place in (home.group_file, home.calendars, home.mappings, home.rulebooks, home.inbox):
        assert str(place) in said, f"{place.name} is no next step"


def test_init_never_writes_into_a_folder_that_holds_something(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert run(["init", str(tmp_path)]) == codes.USER_ERROR
    assert "already holds something" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_template_explains_each_of_its_files() -> None:
    template = REPOSITORY / "orchestration" / "group_template"
    for path in template.rglob("*.yaml"):
        assert path.read_text().startswith("# "), f"{path.name} doesn't say what it is"


def test_without_a_terminal_a_long_stage_says_that_it_is_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orchestration.cli.progress.PLAIN_EVERY_SECONDS", 0.2)
    written = io.StringIO()
    with Stages(Console(file=written, width=200)) as stages:
        stages.started("forecast")
        stages.moved("forecast", "series 3 of 9", 1 / 3)
        time.sleep(1.2)
        stages.finished("forecast", 1.2, Counts(rows_in=1_234, rows_out=56, rows_set_aside=7))
    lines = written.getvalue().splitlines()
    assert "so far  33% series 3 of 9" in lines[0]
    assert "1,234 in, 56 out, 7 set aside" in lines[-1]


def test_stages_have_names_for_people() -> None:
    assert shown("landing/dms_deals") == "land dms deals"
    assert shown("dbt_marts") == "transform: standings"


def test_help_answers_within_a_second() -> None:
    """Measured as processor time, so that a busy machine doesn't fail it."""
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--help"],
        cwd=REPOSITORY, capture_output=True, check=True,
    )  # fmt: skip
    after = os.times()
    spent = after.children_user + after.children_system
    assert spent - before.children_user - before.children_system < 1.0


def test_main_exits_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as ended:
        app.main(["run"])
    assert ended.value.code == codes.USER_ERROR
