"""`stairstep rules`: a fault is said in a line; a first file can be asked for and used at once."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from orchestration.cli import codes
from orchestration.cli.app import run
from orchestration.cli.init_command import TEMPLATE
from orchestration.cli.rules_diff import _left_out
from programs.rule_commands import asked
from programs.rulebook import read_rulebook

RULEBOOK = TEMPLATE / "rulebooks" / "nissan-one.yaml"
ANSWERS = {
    "name": "Titan bonus", "program": "titan-bonus", "oem": "nissan", "makes": "Nissan",
    "bulletin": "NB-2025-7", "announced": "2025-06-20", "effective": "2025-07-01", "ends": "",
    "grain": "", "calendar": "nissan", "basis": "", "models": "Titan", "stock_types": "",
    "sale_types": "", "against": "units", "shape": "", "pay": "", "bands": "1: 2500, 10: 4000",
    "example_units": "10", "example_amount": "40000",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STAIRSTEP_HOME", raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return shutil.copytree(TEMPLATE, tmp_path / "home")


def _changed(home: Path, old: str, new: str, name: str = "nissan-one.yaml") -> Path:
    file = home / "rulebooks" / name
    text = RULEBOOK.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def _piped(monkeypatch: pytest.MonkeyPatch, answers: dict[str, str]) -> None:
    lines = [answers[question.key] for question in asked(answers) if question.key in answers]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))


def test_sound_rulebooks_are_ok(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "check", "--home", str(home)]) == codes.OK
    assert capsys.readouterr().out == f"{home / 'rulebooks' / 'nissan-one.yaml'}: ok\n"


def test_each_fault_is_a_line_with_file_line_and_field(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _changed(home, "makes: [Nissan]", "makes: [Nisan]")
    assert run(["rules", "check", "--home", str(home)]) == codes.USER_ERROR
    line = next(n for n, text in enumerate(file.read_text().splitlines(), 1) if "Nisan" in text)
    said = capsys.readouterr().out
    assert said.startswith(f"{file}, line {line}: who.makes[0]: 'Nisan' is no make of this group")
    assert "did you mean 'Nissan'?" in said


def test_a_file_alone_is_checked_without_a_home(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _changed(home, "makes: [Nissan]", "makes: [Nisan]")
    assert run(["rules", "check", str(file)]) == codes.OK, "no group, so any make may be"
    assert run(["rules", "check", str(file), "--home", str(home)]) == codes.USER_ERROR
    assert run(["rules", "check"]) == codes.USER_ERROR
    assert "which rulebooks?" in capsys.readouterr().err


def test_a_draft_stands_in_for_the_program_it_drafts(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = shutil.copy(RULEBOOK, home / "draft.yaml")
    assert run(["rules", "check", str(draft), "--home", str(home)]) == codes.OK
    assert capsys.readouterr().out == f"{draft}: ok\n"


def test_a_program_in_two_files_of_the_home_is_a_fault(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(RULEBOOK, home / "rulebooks" / "twice.yaml")
    assert run(["rules", "check", "--home", str(home)]) == codes.USER_ERROR
    assert "a program has one file" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_file_that_is_not_there_is_one_line(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", command, str(tmp_path / "none.yaml")]) == codes.USER_ERROR
    told = capsys.readouterr().err
    assert "none.yaml can't be read" in told
    assert len(told.strip().splitlines()) == 1


def test_examples_get_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "test", str(RULEBOOK)]) == codes.OK
    *lines, last = capsys.readouterr().out.splitlines()
    assert lines and all(line.startswith("ok ") for line in lines)
    assert last == f"{len(lines)} of {len(lines)} examples come out as stated"


def test_an_example_that_does_not_come_out_fails(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _changed(home, "amount: 30000", "amount: 30001")
    assert run(["rules", "test", str(file)]) == codes.USER_ERROR
    said = capsys.readouterr().out
    (failed,) = [line for line in said.splitlines() if line.startswith("FAIL ")]
    assert "30001" in failed.replace(",", "") and "30000" in failed.replace(",", "")
    assert run(["rules", "check", str(file)]) == codes.USER_ERROR


def test_a_rulebook_that_cannot_be_read_has_no_examples_to_run(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _changed(home, "grain: month", "grain: moon")
    assert run(["rules", "test", str(file)]) == codes.USER_ERROR
    assert "'moon'" in capsys.readouterr().out


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "schema"]) == codes.OK
    assert json.loads(capsys.readouterr().out)["title"] == "Stairstep rulebook"


def test_piped_answers_make_a_file_that_checks(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _piped(monkeypatch, ANSWERS)
    file = home / "rulebooks" / "titan.yaml"
    assert run(["rules", "new", str(file)]) == codes.OK, capsys.readouterr().err
    capsys.readouterr()
    assert run(["rules", "check", str(file), "--home", str(home)]) == codes.OK
    assert run(["rules", "test", str(file)]) == codes.OK
    assert "1 of 1 examples" in capsys.readouterr().out


def test_without_a_file_it_is_printed_apart_from_the_questions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _piped(monkeypatch, ANSWERS)
    assert run(["rules", "new"]) == codes.OK
    said = capsys.readouterr()
    assert "program: titan-bonus" in said.out
    assert "What is the program called?" in said.err and "called" not in said.out


def test_a_wrong_or_missing_answer_ends_a_piped_one_in_one_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _piped(monkeypatch, {**ANSWERS, "announced": "soon"})
    assert run(["rules", "new"]) == codes.USER_ERROR
    said = capsys.readouterr()
    assert "(announced): 'soon' is not a date like 2025-08-01" in said.err.splitlines()[-1]
    assert said.out == ""
    _piped(monkeypatch, {"name": "Titan bonus"})
    assert run(["rules", "new"]) == codes.USER_ERROR
    assert "the answers ended before" in capsys.readouterr().err


def test_nothing_is_written_over(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _piped(monkeypatch, ANSWERS)
    file = home / "rulebooks" / "nissan-one.yaml"
    assert run(["rules", "new", str(file)]) == codes.USER_ERROR
    assert "exists already" in capsys.readouterr().err
    assert file.read_bytes() == RULEBOOK.read_bytes()


def test_a_comparison_names_the_rules_that_it_leaves_out() -> None:
    guide = TEMPLATE.parents[1] / "docs" / "rulebooks" / "examples"
    struck, stacked, plain = (
        read_rulebook((guide / f"{name}.yaml").read_text(encoding="utf-8"), name)
        for name in ("mercedes-advertising-2014", "shape-stacking", "ford-pilot-2014")
    )
    assert _left_out(struck, struck) == ("strikes",)
    assert _left_out(plain, stacked)[0] == "programs that exclude each other"
    assert _left_out(plain, plain) == ()


def test_only_two_rulebooks_of_one_program_are_compared(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = _changed(home, "program: nissan-one", "program: nissan-two", "other.yaml")
    assert (
        run(["rules", "diff", str(RULEBOOK), str(other), "--home", str(home)]) == codes.USER_ERROR
    )
    assert "compare two files of one program" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "test", "schema", "new", "diff"])
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["rules", command, "--help"]) == codes.OK
    said = capsys.readouterr().out
    assert "Example" in said and f"stairstep rules {command}" in said
