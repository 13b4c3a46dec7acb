"""Landing as assets: one per kind of source, the ledger's account of files, and the quarantine.

Each lands what is new of its kind and says what came in, landed and was set aside. Reading, mapping
and the ledger belong to `orchestration.landing`.
"""

import traceback
from pathlib import Path

import dagster as dg

from orchestration.landing.kinds import KINDS
from orchestration.walk import Walk
from programs.errors import StairstepError

GROUP = "landing"
RETRY_SECONDS = 2.0  # a file held by another program is let go within seconds, or not at all


class LandingFailed(StairstepError):
    """A kind could not be landed. Says where, never what was read: that may hold a customer."""


def kind_key(name: str) -> dg.AssetKey:
    """The key of a kind's asset: dms/deals is landing/dms_deals."""
    return dg.AssetKey(["landing", name.replace("/", "_")])


FILES_KEY = dg.AssetKey(["landing", "files"])
QUARANTINE_KEY = dg.AssetKey(["landing", "quarantine"])
FEEDS_KEY = dg.AssetKey(["landing", "feeds"])
ACCOUNT_KEYS = (FILES_KEY, QUARANTINE_KEY, FEEDS_KEY)


def landing_assets(policy: dg.FreshnessPolicy) -> list[dg.AssetsDefinition]:
    """One asset per kind, then the account of files, quarantine and feeds."""
    kinds = [_kind_asset(name, policy) for name in KINDS]
    return [*kinds, _account([kind_key(name) for name in KINDS])]


def expected_days(walk: Walk) -> dict[tuple[str, str], int]:
    """(vendor, kind) to the days between its files, where the mapping says them."""
    from orchestration.landing.land import feeds_table

    rows = feeds_table(walk.home.root).to_pylist()
    return {
        (row["vendor_code"], row["source_kind"]): row["expected_every_days"]
        for row in rows
        if row["expected_every_days"] is not None
    }


def _kind_asset(name: str, policy: dg.FreshnessPolicy) -> dg.AssetsDefinition:
    @dg.asset(
        key=kind_key(name),
        group_name=GROUP,
        freshness_policy=policy,
        required_resource_keys={"walk"},
        description=f"Files of kind {name}, typed and append-only, each content once.",
    )
    def landed(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        walk: Walk = context.resources.walk
        stage = f"landing/{name.replace('/', '_')}"
        try:
            with walk.stage(stage) as counts:
                report = _land(walk, name, stage)
                counts.rows_in = report.rows_in
                counts.rows_out = report.rows_landed
                counts.rows_set_aside = report.rows_set_aside
                counts.more = {
                    "rows_ignored": report.rows_ignored,
                    "files_landed": report.files_landed,
                    "files_set_aside": report.files_set_aside,
                    "files_known": report.files_known,
                    "files_duplicate": report.files_duplicate,
                    "files_waiting": len(report.waiting),
                }
        except (PermissionError, BlockingIOError) as error:
            raise dg.RetryRequested(walk.settings.retries, RETRY_SECONDS) from error
        if report.waiting:
            walk.has_waiting_files = True
        return dg.MaterializeResult(metadata=counts.metadata())

    return landed


def _land(walk: Walk, name: str, stage: str):
    """Lands a kind; an error of the reader is told without the line it read."""
    from orchestration.landing.land import SETTLE_SECONDS, land_kind

    def moved(step) -> None:
        share = step.done / step.total if step.total else None
        walk.journal.progress.moved(stage, f"{step.done:,} of {step.total:,} files", share)

    try:
        return land_kind(
            walk.home.root,
            name,
            walk.started_at,
            moved,
            # The sensor has waited the whole time already; who runs by hand waits a moment at most.
            settle_seconds=min(walk.settings.settle_seconds, SETTLE_SECONDS),
        )
    except (StairstepError, OSError):
        raise
    except Exception as error:  # noqa: BLE001
        # Readers quote the line at fault, and a line holds a customer. What goes on, to logs and to
        # Dagster's events, is the kind of error and its place.
        place = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__} at {Path(place.filename).name}, line {place.lineno}"
    raise LandingFailed(f"{name} could not be landed ({told}); the files are as they were")


def _account(kinds: list[dg.AssetKey]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="landing_account",
        specs=[dg.AssetSpec(key, group_name=GROUP, deps=kinds) for key in ACCOUNT_KEYS],
        required_resource_keys={"walk"},
    )
    def account(context: dg.AssetExecutionContext):
        walk: Walk = context.resources.walk
        with walk.stage("landing/account") as counts:
            rows = _write_account(walk.home.root)
            counts.rows_in = counts.rows_out = rows
        for key in ACCOUNT_KEYS:
            yield dg.MaterializeResult(asset_key=key, metadata=counts.metadata())

    return account


def _write_account(root: Path) -> int:
    """Writes files.parquet and feeds.parquet anew; gives back the number of file events."""
    import pyarrow.parquet as parquet

    from orchestration.landing.land import export_files_table, feeds_table
    from orchestration.rules import write_tables

    path = export_files_table(root)
    write_tables({"feeds": feeds_table(root)}, root / "landing")
    return parquet.read_metadata(path).num_rows
