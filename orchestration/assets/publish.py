"""The last asset of the walk: the published file and its pointer.

How a file is built, named and switched to belongs to `orchestration.publish`.
"""

import dagster as dg

from orchestration.inputs import code_version
from orchestration.journal import PUBLISHED
from orchestration.publish import publish, write_access
from orchestration.saved_scenarios import read_anew

KEY = dg.AssetKey("published")


def publish_assets(
    upstream: list[dg.AssetKey], policy: dg.FreshnessPolicy
) -> list[dg.AssetsDefinition]:
    """The published file, after every mart and forecast table and all that gates them."""

    @dg.asset(
        key=KEY,
        group_name="publish",
        deps=upstream,
        freshness_policy=policy,
        required_resource_keys={"walk"},
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        walk = context.resources.walk
        with walk.stage("publish") as counts:
            write_access(walk.home, walk.group.access)
            result = publish(
                walk.home,
                run_id=context.run_id,
                moments=walk.moments,
                group_name=walk.group.group_name,
                time_zone=walk.group.time_zone,
                code_version=code_version(),
                gates=walk.journal.gates,
                keep=walk.settings.keep_published,
                keep_seconds=walk.settings.keep_published_seconds,
            )
            rows = sum(result.row_counts.values())
            counts.rows_in = counts.rows_out = rows
            counts.more = {
                "file": result.file.name,
                "content_hash": result.content_hash,
                "is_new": result.is_new,
                "tables": len(result.row_counts),
                "saved_scenarios": read_anew(walk.home, result.file, walk.started_at),
            }
        walk.journal.head["inputs_hash"] = "" if walk.has_waiting_files else walk.inputs_hash
        walk.journal.head["content_hash"] = result.content_hash
        walk.journal.outcome = PUBLISHED
        return dg.MaterializeResult(metadata=counts.metadata())

    return [published]
