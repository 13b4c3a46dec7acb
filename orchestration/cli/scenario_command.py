"""`stairstep scenario`: a few more cars or another score, and what every program makes of it.

Here: options. Printing is scenario_print.py, what levers mean and come to is scenarios/, and saved
ones are in the notebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestration.cli.options import Format, FormatOption, HomeOption, home_of
from orchestration.cli.scenario_print import print_compared, print_list, print_result
from programs.errors import StairstepError
from scenarios.words import NAMES, Lever, parse

if TYPE_CHECKING:
    from notebook.scenarios import Saved
    from notebook.store import Notebook
    from orchestration.home import Home
    from scenarios.scenario import Result, Scenario

RooftopOption = Annotated[str, typer.Option("--rooftop", metavar="R", help="The rooftop's id.")]
EVERY = "all"


class ScenarioCommandError(StairstepError):
    """Options that don't go together, or a saved scenario that isn't there."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("scenario")(scenario)


def _lever(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, help=f"{text} May be repeated.", show_default=False)


def scenario(
    rooftop: Annotated[
        list[str] | None,
        typer.Option(
            "--rooftop",
            metavar="R",
            help="The rooftop's id; several for a group, or 'all'.",
            show_default=False,
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        _lever(
            "CARS",
            "Cars sold besides: make=Nissan,model=Frontier,units=5 (also trim, model_year, "
            "powertrain, stock_type, sale_type, on=2025-08-20/2025-08-22, msrp; units=-2 takes "
            "away).",
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SCORE",
            help="A score or items as they might be: csi=93.1, csi=93.1,sample=12, training=done. "
            "May be repeated.",
            show_default=False,
        ),
    ] = None,
    survey: Annotated[
        list[str] | None, _lever("SURVEYS", "More surveys: metric=csi,score=95,count=3.")
    ] = None,
    gate: Annotated[
        list[str] | None, _lever("GATE", "A gate, whatever it takes: training=met.")
    ] = None,
    report: Annotated[
        list[str] | None,
        _lever("REPORTS", "Pending cars accepted by a day: by=2025-08-28[,vin=V1/V2]."),
    ] = None,
    unwind: Annotated[
        list[str] | None,
        _lever("CARS", "Cars taken back: vin=V1/V2, or model=Frontier,units=1 (the newest)."),
    ] = None,
    recalls: Annotated[
        list[str] | None, _lever("RECALLS", "Recalls closed by the delivery: close=all, close=2.")
    ] = None,
    objective: Annotated[
        list[str] | None,
        _lever("OBJECTIVE", "Another objective: program=nissan-one,units=55[,element=volume]."),
    ] = None,
    bulletin: Annotated[
        list[str] | None,
        _lever("RULES", "Other rules: program=nissan-one,version=2, or ...,file=draft.yaml."),
    ] = None,
    days: Annotated[
        list[str] | None,
        _lever("DAYS", "Closing days: closed=2025-08-20/2025-08-21, open=2025-08-24."),
    ] = None,
    save: Annotated[
        str | None, typer.Option("--save", metavar="NAME", help="Save it under a name.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the saved ones.")] = False,
    open_: Annotated[
        list[str] | None,
        typer.Option(
            "--open",
            metavar="SAVED",
            help="A saved one, by its id, or its name with --rooftop; several side by side.",
            show_default=False,
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            metavar="FILE",
            help="Write it as .xlsx, its ladders as live formulas, or as .pdf; also with --open.",
            show_default=False,
        ),
    ] = None,
    remove: Annotated[
        str | None, typer.Option("--remove", metavar="ID", help="Remove a saved one.")
    ] = None,
    home: HomeOption = None,
    output: FormatOption = Format.table,
) -> None:
    """Print what a few more cars, another score or other rules change in every open program.

    One car counts everywhere it counts. Amounts are exact; chances and expected amounts are from
    the forecast's own samples, before and after. A lever may name one rooftop of several:
    make=Nissan,units=2,rooftop=R. A comma within a value is written %2C.

    [bold]Examples[/bold]

      stairstep scenario --rooftop lakeside-nissan --add 'make=Nissan,model=Frontier,units=5'
      stairstep scenario --rooftop kettle-moraine-toyota --set csi=93.1 --format json
      stairstep scenario --rooftop prairie-nissan --add 'model=Rogue,units=20' --save 'Push Rogue'
      stairstep scenario --list
      stairstep scenario --open 'Push Rogue' --rooftop prairie-nissan --export rogue.xlsx
    """
    said = {
        "add": add, "set": set_, "survey": survey, "gate": gate, "report": report,
        "unwind": unwind, "recalls": recalls, "objective": objective, "bulletin": bulletin,
        "days": days,
    }  # fmt: skip
    place = home_of(home)
    levers, drafts = _levers(said)
    if list_ or remove or open_:
        if levers or save:
            raise ScenarioCommandError("--list, --open and --remove take no levers and no --save")
        _saved_ones(place, rooftop or [], open_ or [], remove, export, output)
        return
    asked = _asked(place, rooftop or [], levers, drafts)
    result = _run(place, asked)
    if save is not None:
        saved = _save(place, asked, result, save)
        typer.echo(f"Saved as '{saved.name}' ({saved.scenario_id})", err=True)
    if export is not None:
        _export(asked, result, save, export)
    print_result(result, output)


def _levers(said: Mapping[str, list[str] | None]) -> tuple[list[Lever], dict[str, str]]:
    """The levers in the order of their kinds, and the rulebooks that they try."""
    assert set(said) == set(NAMES), "each kind of lever has an option"
    levers, drafts = [], {}
    for kind, texts in said.items():
        for text in texts or ():
            lever = parse(kind, text)
            if kind == "bulletin" and (name := lever.get("file")) is not None:
                lever = parse(kind, text.replace(name, Path(name).name))
                drafts[Path(name).name] = _draft(Path(name))
            levers.append(lever)
    return levers, drafts


def _draft(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioCommandError(f"{path} can't be read: {error.strerror}") from error


def _asked(
    home: Home, rooftops: Sequence[str], levers: Sequence[Lever], drafts: Mapping[str, str]
) -> Scenario:
    from orchestration.publish import current_file
    from scenarios.scenario import Scenario, rooftops_of

    if not rooftops:
        raise ScenarioCommandError("which rooftop? name it with --rooftop")
    if not levers:
        raise ScenarioCommandError(
            "nothing is changed; give --add, --set or another lever (see --help)"
        )
    ids = rooftops_of(current_file(home)) if EVERY in rooftops else tuple(dict.fromkeys(rooftops))
    return Scenario(ids, tuple(levers), drafts)


def _run(home: Home, asked: Scenario) -> Result:
    from orchestration.publish import current_file
    from scenarios.facts import read_group
    from scenarios.scenario import run

    return run(read_group(current_file(home), asked.rooftop_ids), asked)


def _export(asked: Scenario, result: Result, name: str | None, path: Path) -> None:
    from scenarios.exported import UNNAMED, Exported, content_of

    content = content_of(Exported(result, asked.levers, name or UNNAMED), path.name)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise ScenarioCommandError(f"{path} can't be written: {error.strerror}") from error
    typer.echo(f"Written to {path}", err=True)


def _notebook(home: Home) -> Notebook:
    from notebook.store import open_notebook

    return open_notebook(home.root)


def _save(home: Home, asked: Scenario, result: Result, name: str) -> Saved:
    from orchestration.publish import current_file
    from orchestration.walk import Clock
    from scenarios.keeping import save

    return save(_notebook(home), current_file(home), asked, result, name, at=Clock.now())


def _saved_ones(
    home: Home,
    rooftops: Sequence[str],
    wanted: Sequence[str],
    remove: str | None,
    export: Path | None,
    output: Format,
) -> None:
    """--list, --open or --remove."""
    from notebook.scenarios import find_scenario, remove_scenario, saved_scenarios
    from scenarios.scenario import Scenario

    if export is not None and len(wanted) != 1:
        raise ScenarioCommandError("--export writes one scenario; open one")
    book = _notebook(home)
    rooftop = rooftops[0] if rooftops else None
    if remove is not None:
        if not remove_scenario(book, remove, None):
            raise ScenarioCommandError(f"no scenario '{remove}' is saved; see --list for the ids")
        typer.echo(f"Removed {remove}", err=True)
        return
    if not wanted:
        print_list(saved_scenarios(book, None, rooftop), output)
        return
    found = []
    for one in wanted:
        saved = find_scenario(book, one, None, rooftop or "group")
        if saved is None:
            where = f" for {rooftop}" if rooftop else "; a name needs its --rooftop"
            raise ScenarioCommandError(f"no scenario '{one}' is saved{where}; see --list")
        found.append(saved)
    results = [_run(home, Scenario.of(saved.levers)) for saved in found]
    if len(found) > 1:
        print_compared(found, results, output)
        return
    if found[0].readings and output is Format.table:
        typer.echo(found[0].readings[-1].figures["sentence"])
    if export is not None:
        _export(Scenario.of(found[0].levers), results[0], found[0].name, export)
    print_result(results[0], output)
