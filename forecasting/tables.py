"""The forecast's tables: fixed schemas, and the files they are written to.

Belongs here: column names, types and keys of what forecasting publishes beside the marts, and
writing it in one step. Filling the rows belongs to `pipeline`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MONEY = pa.decimal128(14, 2)

_ELEMENT_KEY = [
    pa.field("rooftop_id", pa.string(), nullable=False),
    pa.field("program_code", pa.string(), nullable=False),
    pa.field("element_code", pa.string(), nullable=False),
    pa.field("period_code", pa.string(), nullable=False),
]

SCHEMAS: dict[str, pa.Schema] = {
    # One row per rooftop x element x open period. Units are counted units at the period's end if
    # every pending one is reported. Amounts and chances are null where no ladder stands (no
    # objective yet). expected_amount pays an undecided gate as if met: gate_assumption says so.
    "fct_forecast": pa.schema(
        [
            *_ELEMENT_KEY,
            pa.field("as_of_date", pa.date32(), nullable=False),
            pa.field("model_code", pa.string(), nullable=False),
            pa.field("units_to_date", pa.int32(), nullable=False),
            pa.field("median_units", pa.int32(), nullable=False),
            pa.field("low_80_units", pa.int32(), nullable=False),
            pa.field("high_80_units", pa.int32(), nullable=False),
            pa.field("low_95_units", pa.int32(), nullable=False),
            pa.field("high_95_units", pa.int32(), nullable=False),
            pa.field("expected_units", pa.float64(), nullable=False),
            pa.field("expected_amount", MONEY),
            pa.field("expected_before_gates_amount", MONEY),
            pa.field("gate_state", pa.string(), nullable=False),
            pa.field("gate_assumption", pa.string(), nullable=False),
            pa.field("chance_any_tier", pa.float64()),
            pa.field("history_days", pa.int32(), nullable=False),
            pa.field("fallback_note", pa.string()),
        ]
    ),
    # chance: of reaching at least this tier on units, before gates.
    "fct_forecast_tier": pa.schema(
        [
            *_ELEMENT_KEY,
            pa.field("tier_number", pa.int32(), nullable=False),
            pa.field("edge_units", pa.int32(), nullable=False),
            pa.field("chance", pa.float64(), nullable=False),
        ]
    ),
    # remaining_units[k] is the k-th joint draw, the same k over all rows. units_to_date counts from
    # units_from_date (the earliest start of the open periods with this end) to the day before the
    # as-of date; units already known for the as-of date itself are the least that any draw holds.
    "fct_forecast_sample": pa.schema(
        [
            pa.field("rooftop_id", pa.string(), nullable=False),
            pa.field("segment_code", pa.string(), nullable=False),
            pa.field("period_end_date", pa.date32(), nullable=False),
            pa.field("remaining_units", pa.list_(pa.int32()), nullable=False),
            pa.field("units_to_date", pa.int32(), nullable=False),
            pa.field("units_from_date", pa.date32(), nullable=False),
        ]
    ),
}

KEYS: dict[str, tuple[str, ...]] = {
    "fct_forecast": ("rooftop_id", "program_code", "element_code", "period_code"),
    "fct_forecast_tier": (
        "rooftop_id", "program_code", "element_code", "period_code", "tier_number",
    ),
    "fct_forecast_sample": ("rooftop_id", "segment_code", "period_end_date"),
}  # fmt: skip


def to_table(name: str, rows: list[dict]) -> pa.Table:
    """Rows as a table of the fixed schema, sorted by key. Raises pyarrow.ArrowInvalid on a value
    that doesn't fit and ValueError on a null where none may be, or on a key given twice."""
    schema, key = SCHEMAS[name], KEYS[name]
    ordered = sorted(rows, key=lambda row: tuple(row[column] for column in key))
    keys = [tuple(row[column] for column in key) for row in ordered]
    if len(set(keys)) != len(keys):
        raise ValueError(f"{name}: a key is given twice")
    table = pa.Table.from_pylist(ordered, schema=schema)
    for field in schema:
        if not field.nullable and table[field.name].null_count:
            raise ValueError(f"{name}.{field.name} may not be null")
    return table


def write_tables(tables: Mapping[str, pa.Table], out_dir: Path) -> None:
    """Write each as <out_dir>/<name>.parquet, each swapped in whole: a reader or a kill never meets
    half a file. The same rows give the same bytes."""
    out_dir.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        unfinished = out_dir / f".{name}.parquet.part"
        pq.write_table(table, unfinished, compression="zstd")
        os.replace(unfinished, out_dir / f"{name}.parquet")
