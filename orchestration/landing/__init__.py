"""Landing: raw files of any vendor to typed, append-only Parquet, each content exactly once.

Here: the public functions and shapes. The mapping language is in mapping.py and docs/mappings.md,
the canonical columns in kinds.py. Not here: gates (expectations), Dagster assets
(orchestration/assets), what rows mean (dbt_project).
"""

from orchestration.landing.batch import Limits
from orchestration.landing.kinds import KINDS, Column, Kind
from orchestration.landing.land import (
    PendingFile,
    export_files_table,
    feeds_table,
    home_mappings,
    land_all,
    land_kind,
    pending_files,
)
from orchestration.landing.mapping_files import LoadedMapping, load_mappings
from orchestration.landing.report import FileOutcome, LandingReport, Progress, Step

__all__ = [
    "KINDS",
    "Column",
    "FileOutcome",
    "Kind",
    "LandingReport",
    "Limits",
    "LoadedMapping",
    "PendingFile",
    "Progress",
    "Step",
    "export_files_table",
    "feeds_table",
    "home_mappings",
    "land_all",
    "land_kind",
    "load_mappings",
    "pending_files",
]
