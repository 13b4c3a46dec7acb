"""The settlement as an asset: what rules over several periods or between programs change.

Reading and writing belong to `orchestration.settle`, the rules to `programs`.
"""

import dagster as dg

from orchestration import stages
from orchestration.settle import SCHEMAS


def settle_assets(marts: list[dg.AssetKey]) -> list[dg.AssetsDefinition]:
    """The tables of dbt's source `settled`, after the marts they are made from."""

    @dg.multi_asset(
        name="settle",
        specs=[
            dg.AssetSpec(dg.AssetKey(["settled", name]), group_name="settled", deps=marts)
            for name in SCHEMAS
        ],
        required_resource_keys={"walk"},
    )
    def settle(context: dg.AssetExecutionContext):
        walk = context.resources.walk
        with walk.stage("settle") as counts:
            counts.rows_in, counts.rows_out = stages.settle(walk.home, walk.moments)
        for name in SCHEMAS:
            yield dg.MaterializeResult(
                asset_key=dg.AssetKey(["settled", name]), metadata=counts.metadata()
            )

    return [settle]
