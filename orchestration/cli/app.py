"""The Typer application and its entry point: options all commands share, and how errors end.

A command raises; here it becomes one clear line on standard error and an exit code, with a
traceback only under --debug. Commands belong to their own modules.
"""

from __future__ import annotations

import sys
import traceback
from typing import Annotated, Any

import typer

from orchestration.cli import (
    backtest_command,
    codes,
    decisions_command,
    explain_command,
    init_command,
    plan_command,
    rules_command,
    run_command,
    scenario_command,
    serve_commands,
    standing_command,
)
from orchestration.cli.options import GateStopped, state
from programs.errors import StairstepError

app = typer.Typer(
    name="stairstep",
    epilog=codes.EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """OEM dealer program progress from a dealer group's raw files.

    [bold]Start here[/bold]

      stairstep init my-group          a new group's folder, explained line by line
      stairstep run --home my-group    land, check, transform, forecast, publish
      stairstep standing --home my-group
      stairstep explain --rooftop R --program P
      stairstep scenario --rooftop R   what a few more cars change
      stairstep plan --rooftop R       the moves that are worth most
      stairstep decisions              what was chased or let go, and what became of it
      stairstep backtest               how good the forecasts were
      stairstep app --home my-group    the dashboard

    STAIRSTEP_HOME names the home folder where --home is left out.
    """
    state.debug = debug


for module in (
    init_command,
    run_command,
    standing_command,
    explain_command,
    scenario_command,
    plan_command,
    decisions_command,
    backtest_command,
    rules_command,
    serve_commands,
):
    module.register(app)


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits with its code."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """The exit code of a command line. Errors are printed, never raised."""
    if "--debug" in arguments:  # it counts wherever it stands
        arguments = ["--debug", *(word for word in arguments if word != "--debug")]
    try:
        code = _click(app)(args=arguments, standalone_mode=False)
    except GateStopped as stopped:
        _say(str(stopped))
        return codes.GATE_STOPPED
    except StairstepError as error:
        return _failed(str(error), codes.USER_ERROR)
    except KeyboardInterrupt:
        return _interrupted()
    except Exception as error:  # noqa: BLE001 - the outermost rim: any fault becomes a line and a code
        return _ended(error)
    # Typer gives back Ctrl-C as a code instead of raising it.
    return _interrupted() if code == codes.INTERRUPTED else int(code or codes.OK)


def _ended(error: Exception) -> int:
    """Typer's own ways to end, and everything unexpected."""
    if getattr(error, "exit_code", None) == codes.INTERRUPTED or type(error).__name__ == "Abort":
        return _interrupted()
    if hasattr(error, "exit_code"):
        shown = getattr(error, "format_message", None)
        if shown is None:
            return int(error.exit_code)
        return _usage(error)
    kind, text = type(error).__name__, " ".join(str(error).split())[:300]
    return _failed(f"unexpected {kind}: {text}", codes.UNEXPECTED)


def _interrupted() -> int:
    _say("interrupted; nothing that was published has changed")
    return codes.INTERRUPTED


def _usage(error: Any) -> int:
    if not error.format_message():  # no command at all: the help was shown
        return codes.USAGE
    context = getattr(error, "ctx", None)
    hint = f" (see {context.command_path} --help)" if context else ""
    _say(f"error: {error.format_message()}{hint}")
    return codes.USAGE


def _failed(message: str, code: int) -> int:
    if state.debug:
        traceback.print_exc()
    _say(f"error: {message}")
    return code


def _say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - plain, so that it is one line wherever it goes


def _click(application: typer.Typer) -> Any:
    return typer.main.get_command(application)
