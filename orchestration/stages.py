"""The steps of a run as plain functions: rules, facts, memberships, marts, settlement, forecast.

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
    is_tested: bool = True,
    on_node: Callable[[str, str], None] | None = None,
) -> list[dbt_build.NodeResult]:
    """dbt's first phase: staged rows up to the classes of units."""
    return dbt_build.build(
        home,
        moments,
        select=dbt_build.FACTS,
        manifest=manifest,
        is_tested=is_tested,
        on_node=on_node,
    )


def build_marts(
    home: Home,
    moments: Moments,
    *,
    marts: Sequence[str] = (),
    manifest: Manifest | None = None,
    is_tested: bool = True,
    on_node: Callable[[str, str], None] | None = None,
) -> list[dbt_build.NodeResult]:
    """dbt's second phase: all that needs memberships and no settlement, or what leads to the marts
    named."""
    return dbt_build.build(
        home,
        moments,
        select=" ".join(f"+{name}" for name in marts) or None,
        exclude=f"{dbt_build.FACTS} {dbt_build.SETTLED}",
        manifest=manifest,
        is_tested=is_tested,
        on_node=on_node,
    )


def settle(home: Home, moments: Moments) -> tuple[int, int]:
    """Settles programs over their periods and against each other. Gives (periods, adjustments)."""
    from orchestration.settle import settled_tables

    tables = settled_tables(
        home.warehouse_file,
        load_rulebooks(home, moments.known_date),
        load_calendars(home),
        moments.as_of_date,
    )
    write_tables(tables, home.settled)
    return tables["settled_periods"].num_rows, tables["adjustments"].num_rows


def build_settled(
    home: Home,
    moments: Moments,
    *,
    marts: Sequence[str] = (),
    manifest: Manifest | None = None,
    is_tested: bool = True,
    on_node: Callable[[str, str], None] | None = None,
) -> list[dbt_build.NodeResult]:
    """dbt's third phase: the standings as they are settled, and all that is made of them."""
    return dbt_build.build(
        home,
        moments,
        select=" ".join(f"+{name},{dbt_build.SETTLED}" for name in marts) or dbt_build.SETTLED,
        manifest=manifest,
        is_tested=is_tested,
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
    from orchestration.settle import read_histories

    group, books = load_group(home), load_rulebooks(home, moments.known_date)
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
        rulebooks=books,
        histories=read_histories(home.warehouse_file, books, moments.as_of_date),
    )
