"""dbt's models as assets and its data tests as blocking checks, in three phases.

The memberships are compiled after the first, programs are settled after the second.
The manifest says which there are; `orchestration.dbt_build` runs them in this process (the resource
of dagster-dbt starts a command for each call). What a model says belongs to dbt_project/.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration import dbt_build, stages
from orchestration.model_rows import ModelRows, count_models

UNIQUE_ID = "dagster_dbt/unique_id"
Build = Callable[..., list[dbt_build.NodeResult]]


class Translator(DagsterDbtTranslator):
    """Models are keyed and grouped by the folder they lie in: staging, intermediate, marts."""

    def __init__(self) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_code_references=False))

    def get_asset_key(self, dbt_resource_props: Any) -> dg.AssetKey:
        """Landed sources under landing's keys, models by folder and name: marts/fct_gap."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            source = dbt_resource_props["source_name"]
            if source.startswith("landed_"):
                return dg.AssetKey(["landing", f"{source.removeprefix('landed_')}_{name}"])
            return dg.AssetKey([source, name])
        folders = dbt_resource_props.get("fqn", [])[1:-1]
        return dg.AssetKey([*folders[:1], name])

    def get_group_name(self, dbt_resource_props: Any) -> str | None:
        folders = dbt_resource_props.get("fqn", [])[1:-1]
        return folders[0] if folders else None


def dbt_phases(manifest: Path) -> list[dg.AssetsDefinition]:
    """The three phases as assets: `dbt_facts`, `dbt_marts` and `dbt_settled`."""
    facts, settled = dbt_build.FACTS, dbt_build.SETTLED
    return [
        _phase("dbt_facts", manifest, stages.build_facts, select=facts),
        _phase("dbt_marts", manifest, stages.build_marts, exclude=f"{facts} {settled}"),
        _phase("dbt_settled", manifest, stages.build_settled, select=settled),
    ]


def _phase(
    name: str, manifest: Path, build: Build, *, select: str = "fqn:*", exclude: str | None = None
) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=manifest,
        name=name,
        select=select,
        exclude=exclude,
        dagster_dbt_translator=Translator(),
        required_resource_keys={"walk"},
    )
    def phase(context: dg.AssetExecutionContext):
        walk = context.resources.walk
        with walk.stage(name) as counts:
            shared = walk.shared
            if "manifest" not in shared:
                shared["manifest"] = dbt_build.parse(walk.home)
            results = build(
                walk.home,
                walk.moments,
                manifest=shared["manifest"],
                on_node=lambda node, status: walk.journal.progress.moved(name, node),
            )
            rows = count_models(walk.home, [item.unique_id for item in results if item.is_passed])
            counts.rows_in = sum(item.rows_in for item in rows.values())
            counts.rows_out = sum(item.rows_out for item in rows.values())
            counts.more = {
                "models": sum(item.kind == "model" for item in results),
                "tests": sum(item.kind == "test" for item in results),
            }
            yield from events(context, results, rows)
            verdicts = verdicts_of(results)
            walk.journal.note_gates(verdicts)
            if any(v["severity"] == "critical" for v in verdicts) and not errors(results):
                walk.journal.note_gate_stop(name, f"dbt test {verdicts[0]['expectation']} failed")
            dbt_build.raise_failed(results)

    return phase


def events(
    context: dg.AssetExecutionContext,
    results: Sequence[dbt_build.NodeResult],
    rows: dict[str, ModelRows],
) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult | dg.AssetObservation]:
    """A materialisation per built model, a check result per test."""
    assets = context.assets_def
    keys = {
        spec.metadata[UNIQUE_ID]: spec.key for spec in assets.specs if UNIQUE_ID in spec.metadata
    }
    checks = {
        spec.metadata[UNIQUE_ID]: spec.key
        for spec in assets.check_specs
        if UNIQUE_ID in spec.metadata
    }
    for item in results:
        if item.kind == "test" and item.unique_id in checks and item.status != "skipped":
            key = checks[item.unique_id]
            yield dg.AssetCheckResult(
                passed=item.status == "pass",
                asset_key=key.asset_key,
                check_name=key.name,
                severity=_severity(item),
                metadata={"failing_rows": item.failures or 0, "seconds": item.seconds},
            )
        elif item.unique_id in keys and item.is_passed:
            yield dg.MaterializeResult(
                asset_key=keys[item.unique_id],
                metadata={"seconds": item.seconds, **rows[item.unique_id].metadata()},
            )


def errors(results: Sequence[dbt_build.NodeResult]) -> bool:
    """True when something could not be built or asked, as against asked and failed."""
    return any(item.status in ("error", "runtime error") for item in results)


def verdicts_of(results: Sequence[dbt_build.NodeResult]) -> list[dict[str, Any]]:
    """dbt's failed tests as gate verdicts, so that a reader sees them beside the others."""
    return [
        {
            "suite": "dbt",
            "asset": "marts",
            "expectation": item.name,
            "column": None,
            "severity": "warning" if item.status == "warn" else "critical",
            "success": False,
            "unexpected_count": item.failures or 0,
            "details": f"{item.failures or 0} rows fail the data test",
        }
        for item in results
        if item.kind == "test" and item.status in ("fail", "warn")
    ]


def _severity(item: dbt_build.NodeResult) -> dg.AssetCheckSeverity:
    warning = item.status == "warn"
    return dg.AssetCheckSeverity.WARN if warning else dg.AssetCheckSeverity.ERROR
