"""How many rows each dbt model read and gave, for the metadata of its asset.

Tables are counted from the warehouse's catalogue and landed Parquet from its footers, so nothing is
scanned; only views are counted. Which models there are belongs to dbt_project.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from orchestration import dbt_build
from orchestration.home import Home

_PARQUET = re.compile(r"read_parquet\('((?:[^']|'')*)'")


@dataclass(frozen=True)
class ModelRows:
    """Rows that one model read from all its parents, and rows that it holds."""

    rows_in: int
    rows_out: int

    def metadata(self) -> dict[str, int]:
        """A model sets nothing aside: what it doesn't take is told by a row of fct_set_aside."""
        return {
            "rows_in": self.rows_in,
            "rows_out": self.rows_out,
            "rows_set_aside": 0,
            "dagster/row_count": self.rows_out,
        }


def count_models(home: Home, unique_ids: Iterable[str]) -> dict[str, ModelRows]:
    """Rows in and out of the models named, by their unique id."""
    manifest = json.loads(dbt_build.manifest_path(home).read_text(encoding="utf-8"))
    wanted = [name for name in unique_ids if name.startswith(("model.", "seed."))]
    parents = {name: manifest["parent_map"].get(name, []) for name in wanted}
    nodes = {*wanted, *(parent for found in parents.values() for parent in found)}
    rows = {
        **_count_relations(
            home, {n: manifest["nodes"][n] for n in nodes if n in manifest["nodes"]}
        ),
        **{n: _count_source(manifest["sources"][n]) for n in nodes if n in manifest["sources"]},
    }
    return {
        name: ModelRows(sum(rows.get(parent, 0) for parent in parents[name]), rows.get(name, 0))
        for name in wanted
    }


def _count_relations(home: Home, nodes: dict[str, dict[str, Any]]) -> dict[str, int]:
    import duckdb

    with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
        tables = {
            (schema, name): rows
            for schema, name, rows in connection.execute(
                "select schema_name, table_name, estimated_size from duckdb_tables()"
            ).fetchall()
        }
        views = set(
            connection.execute("select schema_name, view_name from duckdb_views()").fetchall()
        )
        counted = {}
        for unique_id, node in nodes.items():
            place = (node["schema"], node.get("alias") or node["name"])
            if place in tables:
                counted[unique_id] = tables[place]
            elif place in views:
                sql = f'select count(*) from "{place[0]}"."{place[1]}"'
                counted[unique_id] = connection.execute(sql).fetchone()[0]
        return counted


def _count_source(source: dict[str, Any]) -> int:
    import pyarrow.parquet as parquet

    found = _PARQUET.search(source["config"].get("external_location") or "")
    if found is None:
        return 0
    pattern = found.group(1).replace("{name}", source["name"]).replace("''", "'")
    return sum(parquet.read_metadata(path).num_rows for path in glob.glob(pattern))
