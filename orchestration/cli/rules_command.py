"""`stairstep rules ...`: check rulebooks, run their examples, begin one, compare two.

Here: reading files, asking, printing, exit codes. What a rulebook may say, and everything that is
found out about one, belongs to `programs.rule_commands`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import codes
from orchestration.cli.options import Format, FormatOption, HomeOption, home_of
from orchestration.home import Home
from programs.errors import StairstepError

if TYPE_CHECKING:
    from programs.errors import Problem
    from programs.rule_commands import Question
    from programs.rulebook import Rulebook

rules = typer.Typer(
    name="rules",
    help="Check rulebooks, run their examples, begin a new one, compare two.",
    no_args_is_help=True,
)


class RulesFileError(StairstepError):
    """A rulebook's file can't be read or written."""


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(rules)


@rules.command("check")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE]...",
            help="Rulebooks; without any, those of the home.",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Check rulebooks: one line a fault, with file, line, field and what would be right.

    With a home, what they name is looked up there too: makes, dealer codes, calendars, metrics and
    the other programs. Exit code 1 when there is any fault.

    [bold]Examples[/bold]

      stairstep rules check --home my-group
      stairstep rules check my-group/rulebooks/nissan-one.yaml --home my-group
      stairstep rules check draft.yaml
    """
    from orchestration.rules import load_surroundings
    from programs.rule_commands import check as checked

    place = _home_if_any(home, is_needed=not files)
    asked = _texts(files) if files else _texts(_rulebooks_of(place))
    around = load_surroundings(place) if place else None
    beside = _beside(place, asked) if files else {}
    problems = checked({**beside, **asked}, around)
    own = [problem for problem in problems if problem.file in asked]
    for problem in own:
        typer.echo(str(problem))
    faulty = {problem.file for problem in own}
    for file in asked:
        if file not in faulty:
            typer.echo(f"{file}: ok")
    if own:
        raise typer.Exit(codes.USER_ERROR)


@rules.command("test")
def test(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The rulebook.")],
) -> None:
    """Run a rulebook's own examples: a line each. Exit code 1 when any comes out otherwise.

    [bold]Example[/bold]

      stairstep rules test my-group/rulebooks/nissan-one.yaml
    """
    from programs.errors import DocumentError
    from programs.rule_commands import test as tested

    try:
        lines = tested(_text(file), str(file))
    except DocumentError as error:
        _echo_problems(error.problems)
        raise typer.Exit(codes.USER_ERROR) from error
    for line in lines:
        typer.echo(str(line))
    failed = sum(not line.is_passed for line in lines)
    typer.echo(f"{len(lines) - failed} of {len(lines)} examples come out as stated")
    if failed:
        raise typer.Exit(codes.USER_ERROR)


@rules.command("schema")
def schema() -> None:
    """Print the JSON Schema of a rulebook, for editors to complete and check by.

    [bold]Example[/bold]

      stairstep rules schema > rulebook.schema.json
    """
    from programs.rule_commands import schema_text

    sys.stdout.write(schema_text())


@rules.command("new")
def new(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Where to write it; without it, printed.", show_default=False
        ),
    ] = None,
) -> None:
    """Ask the way to a first rulebook and write it.

    Questions go to standard error, so answers may be piped in, one a line; an empty line takes the
    default. A wrong answer is asked again, or ends it where the answers were piped.

    [bold]Examples[/bold]

      stairstep rules new my-group/rulebooks/titan.yaml
      stairstep rules new < answers.txt > titan.yaml
    """
    from programs.rule_commands import new as written

    if file is not None and file.exists():
        raise RulesFileError(f"{file} exists already; name a file that doesn't, or remove it")
    text = written(_answers())
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RulesFileError(f"{file} can't be written: {error.strerror}") from error
    typer.echo(f"Wrote {file}. Next:", err=True)
    typer.echo("  1. add the bulletin's other figures under `examples`", err=True)
    typer.echo(f"  2. stairstep rules check {file} --home my-group", err=True)


@rules.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The rules as they are.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The rules as they would be.")],
    home: HomeOption = None,
    all_periods: Annotated[
        bool, typer.Option("--all-periods", help="Closed periods too, not only open ones.")
    ] = False,
    output: FormatOption = Format.table,
) -> None:
    """Compare two rulebooks over the published sales: units, tier, dollars before and after.

    One row per rooftop, period and element. Nothing is changed: both are evaluated on the sales,
    objectives, scores and items that are published.

    [bold]Example[/bold]

      stairstep rules diff my-group/rulebooks/nissan-one.yaml draft.yaml --home my-group
    """
    from orchestration.cli.rules_diff import print_diff

    print_diff(home_of(home), _book(old), _book(new), output, all_periods=all_periods)


def _book(file: Path) -> Rulebook:
    from programs.rulebook import read_rulebook

    return read_rulebook(_text(file), str(file))


def _answers() -> dict[str, str]:
    """Asks each question that the answers so far lead to."""
    from programs.rule_commands import asked

    answers: dict[str, str] = {}
    while True:
        open_questions = [found for found in asked(answers) if found.key not in answers]
        if not open_questions:
            return answers
        answers[open_questions[0].key] = _answer(open_questions[0])


def _answer(question: Question) -> str:
    from programs.rule_new import fault_of

    is_person = sys.stdin.isatty()
    choices = f" ({', '.join(question.choices)})" if question.choices else ""
    default = f" [{question.default or 'none'}]" if question.default is not None else ""
    if question.help:
        typer.echo(question.help, err=True)
    while True:
        typer.echo(f"{question.ask}{choices}{default} ", err=True, nl=not is_person)
        line = sys.stdin.readline()
        if not line:
            raise StairstepError(
                f"the answers ended before '{question.ask}' ({question.key}); give one a line"
            )
        answer = line.strip()
        fault = fault_of(question, answer)
        if fault is None:
            return answer
        if not is_person:
            raise StairstepError(f"{question.ask} ({question.key}): {fault}")
        typer.echo(fault, err=True)


def _home_if_any(given: Path | None, *, is_needed: bool) -> Home | None:
    """The home named by --home or STAIRSTEP_HOME; None where none is named and none is needed."""
    if given is None and not os.environ.get("STAIRSTEP_HOME"):
        if is_needed:
            raise RulesFileError("which rulebooks? name files, or a group's folder with --home")
        return None
    return home_of(given)


def _rulebooks_of(home: Home | None) -> list[Path]:
    if home is None:
        return []
    found = sorted(path for path in home.rulebooks.glob("*.y*ml") if path.is_file())
    if not found:
        raise RulesFileError(f"{home.rulebooks} holds no rulebook; begin one: stairstep rules new")
    return found


def _beside(home: Home | None, asked: Mapping[str, str]) -> dict[str, str]:
    """The home's other rulebooks, which the asked ones may name. One of the same program is left
    out: the asked one stands in for it, as a draft does."""
    if home is None or not home.rulebooks.is_dir():
        return {}
    drafted = {_program_of(text) for text in asked.values()}
    others = _texts(sorted(home.rulebooks.glob("*.y*ml")))
    return {file: text for file, text in others.items() if _program_of(text) not in drafted}


def _program_of(text: str) -> str:
    """The program that a rulebook's text names; empty where it can't be read."""
    from programs.documents import read_document
    from programs.errors import DocumentError

    try:
        return str(read_document(text, "").get("program", ""))
    except DocumentError:
        return ""


def _texts(files: Sequence[Path]) -> dict[str, str]:
    return {str(file): _text(file) for file in files}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise RulesFileError(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RulesFileError(f"{file} is not UTF-8 text; save it as UTF-8") from error


def _echo_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        typer.echo(str(problem))
