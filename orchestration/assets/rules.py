"""Assets for compiled rules: what the rulebooks say, as tables of dbt's source `compiled`.

Compiling belongs to `programs.compiled`.
"""

import dagster as dg

from orchestration import stages

GROUP = "rules"


def compiled_key(table: str) -> dg.AssetKey:
    """The key under which dbt's source `compiled` knows a table."""
    return dg.AssetKey(["compiled", table])


def rules_assets(unit_classes: dg.AssetKey) -> list[dg.AssetsDefinition]:
    """The compiled rules, and the memberships of the classes of units that the facts hold."""
    from programs.compiled import SCHEMAS

    tables = [name for name in SCHEMAS if name not in stages.MEMBERSHIP_TABLES]

    @dg.multi_asset(
        name="compiled_rules",
        specs=[dg.AssetSpec(compiled_key(name), group_name=GROUP) for name in tables],
        required_resource_keys={"walk"},
    )
    def compiled_rules(context: dg.AssetExecutionContext):
        walk = context.resources.walk
        with walk.stage("compiled_rules") as counts:
            counts.rows_in, counts.rows_out = stages.compile_rules(walk.home, walk.moments)
        for name in tables:
            yield dg.MaterializeResult(asset_key=compiled_key(name), metadata=counts.metadata())

    @dg.multi_asset(
        name="compiled_memberships",
        specs=[
            dg.AssetSpec(
                compiled_key(name),
                group_name=GROUP,
                deps=[unit_classes, *(compiled_key(table) for table in tables)],
            )
            for name in stages.MEMBERSHIP_TABLES
        ],
        required_resource_keys={"walk"},
    )
    def compiled_memberships(context: dg.AssetExecutionContext):
        walk = context.resources.walk
        with walk.stage("compiled_memberships") as counts:
            counts.rows_in, counts.rows_out = stages.compile_memberships(walk.home, walk.moments)
        for name in stages.MEMBERSHIP_TABLES:
            yield dg.MaterializeResult(asset_key=compiled_key(name), metadata=counts.metadata())

    return [compiled_rules, compiled_memberships]
