"""The steps of a run as plain functions: compile rules, facts, memberships, marts, forecast.

They know nothing of Dagster, so that a scratch computation (`standing --as-of`) runs the very same
steps as the job does. Order, retries, gates and events belong to `orchestration.assets`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from orchestration import dbt_build
from orchestration.home import Home
from orchestration.moments import Moments
from orchestration.rules import (
    load_calendars,
    load_group,
    load_rulebooks,
    write_documents,
    write_tables,
)
from orchestration.settings import Settings

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

MEMBERSHIP_TABLES = ("memberships", "segments", "segment_memberships")
UNIT_CLASSES = "int_unit_classes"


def compile_rules(home: Home, moments: Moments) -> tuple[int, int]:
    """Compiles group, calendars and rulebooks to warehouse/compiled. Gives (rulebooks, rows)."""
    from programs.compiled import compile_group

    group, calendars = load_group(home), load_calendars(home)
    rulebooks = load_rulebooks(home, moments.known_date)
    tables = compile_group(group, calendars, rulebooks, as_of_date=moments.as_of_date)
    write_documents(home)
    return len(rulebooks), write_tables(tables, home.compiled)


def compile_memberships(home: Home, moments: Moments) -> tuple[int, int]:
    """Evaluates each filter once per class of units. Gives (classes, rows)."""
    import duckdb

    from programs.compiled import compile_memberships as compiled

    with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
        schema = connection.execute(
            "select table_schema from information_schema.tables where table_name = ?",
            [UNIT_CLASSES],
        ).fetchone()
        if schema is None:
            raise dbt_build.DbtError(
                f"the warehouse has no {UNIT_CLASSES}; the facts were not built"
            )
        classes = connection.execute(f'from "{schema[0]}".{UNIT_CLASSES}').to_arrow_table()
    tables = compiled(load_rulebooks(home, moments.known_date), classes)
    return classes.num_rows, write_tables(tables, home.compiled)


def build_facts(
    home: Home,
    moments: Moments,
    *,
    manifest: Manifest | None = None,
    on_node: Callable[[str, str], None] | None = None,
) -> list[dbt_build.NodeResult]:
    """dbt's first phase: staged rows up to the classes of units."""
    return dbt_build.build(
        home, moments, select=dbt_build.FACTS, manifest=manifest, on_node=on_node
    )


def build_marts(
    home: Home,
    moments: Moments,
    *,
    marts: Sequence[str] = (),
    manifest: Manifest | None = None,
    on_node: Callable[[str, str], None] | None = None,
) -> list[dbt_build.NodeResult]:
    """dbt's second phase: everything that needs memberships, or what leads to the marts named."""
    return dbt_build.build(
        home,
        moments,
        select=" ".join(f"+{name}" for name in marts) or None,
        exclude=dbt_build.FACTS,
        manifest=manifest,
        on_node=on_node,
    )


def forecast(
    home: Home,
    moments: Moments,
    settings: Settings,
    progress: Callable[..., Any],
) -> Any:
    """Forecasts every open period into HOME/warehouse/forecast."""
    from forecasting.pipeline import run_forecast

    group = load_group(home)
    return run_forecast(
        home.warehouse_file,
        home.compiled,
        home.forecast,
        as_of_date=moments.as_of_date,
        draws=settings.draws,
        seed=settings.seed,
        progress=progress,
        holiday_country=group.holidays.country,
        calendars=load_calendars(home),
        rulebooks=load_rulebooks(home, moments.known_date),
    )
