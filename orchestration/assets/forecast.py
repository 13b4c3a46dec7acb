"""The forecast as assets: one per table that forecasting writes.

Models, samples and chances belong to `forecasting`.
"""

from pathlib import Path
from typing import Any

import dagster as dg

from orchestration import stages
from orchestration.home import Home

TABLES = (
    "fct_forecast",
    "fct_forecast_tier",
    "fct_forecast_gate",
    "fct_forecast_score_tier",
    "fct_forecast_day",
    "fct_forecast_across",
    "fct_forecast_program",
    "fct_forecast_rooftop",
    "fct_forecast_group",
    "fct_forecast_sample",
)


def forecast_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["forecast", table])


def forecast_assets(
    marts: list[dg.AssetKey], policy: dg.FreshnessPolicy
) -> list[dg.AssetsDefinition]:
    """The forecast tables, after the marts they are made from."""

    @dg.multi_asset(
        name="forecast",
        specs=[
            dg.AssetSpec(
                forecast_key(table), group_name="forecast", deps=marts, freshness_policy=policy
            )
            for table in TABLES
        ],
        required_resource_keys={"walk"},
    )
    def forecast(context: dg.AssetExecutionContext):
        walk = context.resources.walk

        def moved(message: str = "", share: float | None = None, **_: Any) -> None:
            walk.journal.progress.moved("forecast", str(message), share)

        with walk.stage("forecast") as counts:
            stages.forecast(walk.home, walk.moments, walk.settings, moved)
            rows = {table: _rows(walk.home.forecast / f"{table}.parquet") for table in TABLES}
            counts.rows_in = _input_rows(walk.home)
            counts.rows_out = sum(rows.values())
        for table in TABLES:
            yield dg.MaterializeResult(
                asset_key=forecast_key(table),
                metadata={**counts.metadata(), "dagster/row_count": rows[table]},
            )

    return [forecast]


def _rows(path: Path) -> int:
    import pyarrow.parquet as parquet

    return parquet.read_metadata(path).num_rows


def _input_rows(home: Home) -> int:
    import duckdb

    with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
        return connection.execute("select count(*) from marts.fct_daily_units").fetchone()[0]
