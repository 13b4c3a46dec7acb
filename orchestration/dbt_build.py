"""Runs dbt inside this process: parse once, build a selection, give back typed results.

A command would start Python and parse the project anew each time (12 to 17 s against 3). What the
SQL says belongs to dbt_project/; turning results into Dagster events belongs to
`orchestration.assets.dbt`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.home import Home
from orchestration.moments import Moments
from programs.errors import StairstepError

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
# With `+` their tests too, also those that ask a table besides that no settled one is made of.
FACTS, SETTLED = "tag:facts", "tag:settled+"
# Set-up parses, runs only read: these hold while a manifest is made, and a run's own win over them.
PARSE_VARS = {
    "as_of_at": "2000-01-01T00:00:00+00:00",
    "known_at": "2000-01-01T00:00:00+00:00",
    "as_of_date": "2000-01-01",
}
PASSED = {"success", "pass", "warn", "no-op", "reused"}


class DbtError(StairstepError):
    """dbt couldn't parse or build."""


@dataclass(frozen=True)
class NodeResult:
    """What became of one model or test."""

    unique_id: str
    name: str
    kind: str  # model, test, seed, snapshot, unit_test
    status: str  # success, error, skipped; pass, fail, warn
    seconds: float
    failures: int | None
    message: str

    @property
    def is_passed(self) -> bool:
        return self.status in PASSED


def manifest_path(home: Home) -> Path:
    return home.dbt / "target" / "manifest.json"


def ensure_manifest(home: Home) -> Path:
    """The path of a manifest that fits the project as it is; parses only when it is stale."""
    path, mark = manifest_path(home), home.dbt / "manifest.sha256"
    wanted = _project_hash(home)
    if not (path.is_file() and mark.is_file() and mark.read_text() == wanted):
        parse(home)
        mark.write_text(wanted)
    return path


def parse(home: Home) -> Manifest:
    """Parses the project (what hasn't changed is read back from the last time). Raises DbtError."""
    home.dbt.mkdir(parents=True, exist_ok=True)
    with _environment(home):
        result = _invoke(_runner(), ["parse", "--vars", json.dumps(PARSE_VARS), *_flags(home)])
    if not result.success:
        raise DbtError(f"dbt can't parse {PROJECT.name}: {_one_line(result.exception)}")
    return result.result


def build(
    home: Home,
    moments: Moments,
    *,
    select: str | None = None,
    exclude: str | None = None,
    manifest: Manifest | None = None,
    is_tested: bool = True,
    on_node: Callable[[str, str], None] | None = None,
) -> list[NodeResult]:
    """Builds and tests a selection as of the moments; `on_node(name, status)` hears of each node.

    Returns a result per node, failed ones included: `raise_failed` turns those into one error.
    Raises DbtError when dbt itself can't run. The warehouse file is closed when this returns.
    """
    # A test across phases belongs to the one that builds the last of what it asks: `buildable`
    # leaves it out until all that it asks is there.
    arguments = [
        "build",
        "--indirect-selection",
        "buildable",
        "--exclude-resource-type",
        "unit_test",
        "--no-write-json",  # the manifest is known, and results come back as they are
        "--vars",
        json.dumps(_vars(moments)),
    ]
    if not is_tested:
        arguments += ["--exclude-resource-type", "test"]
    if select:
        arguments += ["--select", *select.split()]
    if exclude:
        arguments += ["--exclude", *exclude.split()]
    known = manifest or parse(home)
    with _environment(home):
        try:
            runner = _runner(manifest=known, callbacks=[_listener(on_node)] if on_node else [])
            outcome = _invoke(runner, [*arguments, *_flags(home)])
        finally:
            close_warehouse()
    if outcome.result is None:
        raise DbtError(f"dbt can't build: {_one_line(outcome.exception)}")
    return [_result(item) for item in outcome.result.results]


def raise_failed(results: Sequence[NodeResult]) -> None:
    """Raises DbtError for the first model or test that failed, with how many did."""
    failed = [result for result in results if result.status in ("error", "fail", "runtime error")]
    if failed:
        first = failed[0]
        rows = f" ({first.failures} rows)" if first.failures else ""
        raise DbtError(
            f"dbt {first.kind} {first.name} {first.status}{rows}: {_one_line(first.message)}"
            + (f"; and {len(failed) - 1} more" if len(failed) > 1 else "")
        )


def close_warehouse() -> None:
    """Lets go of the warehouse file: dbt-duckdb keeps it open, and shuts every other reader out."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _runner(**options: Any) -> Any:
    from dbt.cli.main import dbtRunner

    return dbtRunner(**options)


def _invoke(runner: Any, arguments: list[str]) -> Any:
    """One call of dbt. It makes an error of an interrupt; here it is an interrupt again."""
    result = runner.invoke(arguments)
    if result.exception is not None and not isinstance(result.exception, Exception):
        raise result.exception
    return result


def _flags(home: Home) -> list[str]:
    return [
        "--project-dir", str(PROJECT),
        "--profiles-dir", str(PROJECT),
        "--target-path", str(home.dbt / "target"),
        "--log-path", str(home.logs / "dbt"),
        "--quiet",
        "--log-level", "none",  # what it says of an error comes back in the result
        "--no-use-colors",
        "--log-level-file", "info",
    ]  # fmt: skip


def _vars(moments: Moments) -> dict[str, str]:
    return {
        "as_of_at": moments.as_of.isoformat(),
        "known_at": moments.known_at.isoformat(),
        "as_of_date": moments.as_of_date.isoformat(),
    }


@contextmanager
def _environment(home: Home) -> Iterator[None]:
    """The variables that the project's profile and sources read, for the time of one call."""
    wanted = {
        "STAIRSTEP_HOME": str(home.root),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _listener(on_node: Callable[[str, str], None]) -> Callable[[Any], None]:
    def hear(event: Any) -> None:
        if event.info.name in ("LogModelResult", "LogTestResult"):
            on_node(event.data.node_info.node_name, str(event.data.status))

    return hear


def _result(item: Any) -> NodeResult:
    return NodeResult(
        unique_id=item.node.unique_id,
        name=item.node.name,
        kind=str(item.node.resource_type.value),
        status=str(item.status.value if hasattr(item.status, "value") else item.status),
        seconds=float(item.execution_time or 0.0),
        failures=item.failures,
        message=item.message or "",
    )


def _one_line(value: object) -> str:
    return " ".join(str(value).split())[:400]


def _project_hash(home: Home) -> str:
    digest = hashlib.sha256(str(home.root).encode())
    for path in sorted(PROJECT.rglob("*")):
        if path.suffix in {".sql", ".yml", ".yaml", ".csv"} and not {"target", "logs"} & set(
            path.parts
        ):
            digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
