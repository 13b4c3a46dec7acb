"""Puts the definitions together: assets, checks, job, sensor and schedule of one home.

`build_definitions` gives fresh ones at every call and keeps nothing, so tests build their own and
nothing is patched. What each part does belongs to its module; this one only wires.
"""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration import dbt_build
from orchestration.assets.checks import gate_checks
from orchestration.assets.dbt import dbt_phases
from orchestration.assets.forecast import forecast_assets, forecast_key
from orchestration.assets.landing import landing_assets
from orchestration.assets.publish import publish_assets
from orchestration.assets.rules import rules_assets
from orchestration.assets.settle import settle_assets
from orchestration.automation import JOB, daily_schedule, inbox_sensor
from orchestration.home import Home
from orchestration.rules import load_group
from orchestration.settings import read_settings
from orchestration.stages import UNIT_CLASSES
from orchestration.walk import walk_resource


def build_definitions(
    *, home: Path | str, resources: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """Fresh definitions for the group whose home folder is `home`.

    `resources` replace ours by name ('walk'). Raises StairstepError when the home isn't one, or its
    settings, group or dbt project can't be read.
    """
    place = Home(Path(home).resolve())
    group, settings = load_group(place), read_settings(place)
    manifest = dbt_build.ensure_manifest(place)
    policy = _freshness(settings.daily_at, group.time_zone)

    landing = landing_assets(policy)
    phases = dbt_phases(manifest)
    facts, marts, settled = (sorted(phase.keys) for phase in phases)
    published_tables = [key for key in (*marts, *settled) if key.path[0] == "marts"]
    unit_classes = next(key for key in facts if key.path[-1] == UNIT_CLASSES)
    forecast = forecast_assets(published_tables, policy)
    forecast_keys = [key for definition in forecast for key in definition.keys]
    families = {
        "gate_landed": [key for definition in landing for key in definition.keys],
        "gate_marts": published_tables,
        "gate_forecasts": [*forecast_keys, forecast_key("fct_forecast")],
    }
    job = dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Land, check, transform, forecast, publish.",
    )
    return dg.Definitions(
        assets=[
            *landing,
            *rules_assets(unit_classes),
            *phases,
            *settle_assets(marts),
            *forecast,
            *publish_assets([*published_tables, *forecast_keys], policy),
        ],
        asset_checks=gate_checks(families),
        jobs=[job],
        sensors=[inbox_sensor(place, settings, job)],
        schedules=[daily_schedule(settings, group.time_zone, job)],
        resources={"walk": walk_resource(place), **(resources or {})},
        executor=dg.in_process_executor,
    )


def _freshness(daily_at: str, time_zone: str) -> dg.FreshnessPolicy:
    """New every morning: an hour after the daily run begins it should have been made that day."""
    hour, minute = (int(part) for part in daily_at.split(":"))
    deadline = f"{minute} {(hour + 1) % 24} * * *"
    return dg.FreshnessPolicy.cron(
        deadline_cron=deadline, lower_bound_delta=timedelta(hours=24), timezone=time_zone
    )
