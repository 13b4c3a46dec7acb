"""The forecast's tables: fixed schemas, and the files they are written to.

Belongs here: column names, types and keys of what forecasting publishes beside the marts, and
writing it in one step. Filling the rows belongs to `rows`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

MONEY, SCORE = pa.decimal128(14, 2), pa.decimal128(9, 3)

_ELEMENT_KEY = [
    pa.field("rooftop_id", pa.string(), nullable=False),
    pa.field("program_code", pa.string(), nullable=False),
    pa.field("element_code", pa.string(), nullable=False),
    pa.field("period_code", pa.string(), nullable=False),
]

_PROGRAM_KEY = [field for field in _ELEMENT_KEY if field.name != "element_code"]


def _field(name: str, kind: pa.DataType) -> pa.Field:
    return pa.field(name, kind, nullable=False)


# What open periods pay at their end: earned, after gates and rules between programs. Held amounts
# hang on gates of which nothing is known, and are in none of the others. amount_so_far: the same
# arithmetic with nothing to come, earned and held; the standing says the same. amount_cents[k]
# belongs to the k-th joint draw, so rooftops' add up to the group's draw by draw.
_AMOUNTS = [
    _field("as_of_date", pa.date32()),
    _field("expected_amount", MONEY),
    _field("low_95_amount", MONEY),
    _field("low_80_amount", MONEY),
    _field("median_amount", MONEY),
    _field("high_80_amount", MONEY),
    _field("high_95_amount", MONEY),
    _field("chance_any_amount", pa.float64()),
    _field("expected_held_amount", MONEY),
    _field("expected_without_pending_amount", MONEY),
    _field("amount_so_far", MONEY),
    pa.field("left_out_note", pa.string()),
    _field("amount_cents", pa.list_(pa.int64())),
]

SCHEMAS: dict[str, pa.Schema] = {
    # One row per rooftop x element x open period. Units are counted units at the period's end if
    # every pending one is reported; without_pending: if none ever is. Amounts and chances are null
    # where no ladder stands (no objective yet). chance_gates_met is null where a gate isn't known.
    # decided_by_date: from that evening on the tier is 90 % sure (`day_paths`); the as-of date
    # where it is already.
    "fct_forecast": pa.schema(
        [
            *_ELEMENT_KEY,
            _field("as_of_date", pa.date32()),
            _field("model_code", pa.string()),
            _field("units_to_date", pa.int32()),
            _field("pending_units", pa.int32()),
            _field("median_units", pa.int32()),
            _field("low_80_units", pa.int32()),
            _field("high_80_units", pa.int32()),
            _field("low_95_units", pa.int32()),
            _field("high_95_units", pa.int32()),
            _field("expected_units", pa.float64()),
            pa.field("expected_amount", MONEY),
            pa.field("expected_held_amount", MONEY),
            pa.field("expected_before_gates_amount", MONEY),
            pa.field("expected_without_pending_amount", MONEY),
            _field("gate_state", pa.string()),
            _field("gate_assumption", pa.string()),
            pa.field("chance_gates_met", pa.float64()),
            pa.field("chance_any_tier", pa.float64()),
            pa.field("decided_by_date", pa.date32()),
            pa.field("likeliest_tier_number", pa.int32()),
            pa.field("likeliest_tier_chance", pa.float64()),
            _field("history_days", pa.int32()),
            pa.field("fallback_note", pa.string()),
        ]
    ),
    # chance: of reaching at least this tier on units, before gates; with_gates: and all gates met,
    # null where one isn't known.
    "fct_forecast_tier": pa.schema(
        [
            *_ELEMENT_KEY,
            _field("tier_number", pa.int32()),
            _field("edge_units", pa.int32()),
            _field("chance", pa.float64()),
            pa.field("chance_with_gates", pa.float64()),
            _field("chance_without_pending", pa.float64()),
        ]
    ),
    # One row per leaf of each gate. Chances of being met at the period's end, null where nothing
    # tells. gate_states[k]: the gate's state (0 not met, 1 unknown, 3 met) in the k-th joint draw.
    # Survey columns are null for other leaves; perfect_surveys_needed also where no
    # number of perfect surveys meets the gate (is_reachable_by_surveys false), lowest_next_score
    # where the leaf isn't met now.
    "fct_forecast_gate": pa.schema(
        [
            *_ELEMENT_KEY,
            _field("gate_code", pa.string()),
            _field("conjunct_number", pa.int32()),
            _field("leaf_number", pa.int32()),
            pa.field("chance_gate_met", pa.float64()),
            pa.field("chance_leaf_met", pa.float64()),
            _field("assumption", pa.string()),
            _field("gate_states", pa.list_(pa.int8())),
            pa.field("surveys_to_date", pa.int32()),
            pa.field("expected_surveys_to_come", pa.float64()),
            pa.field("low_80_surveys_to_come", pa.int32()),
            pa.field("high_80_surveys_to_come", pa.int32()),
            pa.field("perfect_survey_score", SCORE),
            pa.field("is_reachable_by_surveys", pa.bool_()),
            pa.field("perfect_surveys_needed", pa.int32()),
            pa.field("lowest_next_score", SCORE),
        ]
    ),
    # One row per tier of each element whose tier a score decides. chance: of ending at least there;
    # null where nothing tells. tier_numbers[k]: the tier in the k-th joint draw, -1 not known.
    "fct_forecast_score_tier": pa.schema(
        [
            *_ELEMENT_KEY,
            _field("tier_number", pa.int32()),
            _field("edge_score", pa.decimal128(18, 6)),
            pa.field("chance", pa.float64()),
            _field("assumption", pa.string()),
            _field("tier_numbers", pa.list_(pa.int8())),
        ]
    ),
    # One row per selling day left of each element: counted units by its evening. needed_units:
    # that the next tier needs by then in the expected rhythm. sureness: of the tier, that evening.
    "fct_forecast_day": pa.schema(
        [
            *_ELEMENT_KEY,
            _field("date", pa.date32()),
            _field("expected_units", pa.float64()),
            _field("low_80_units", pa.int32()),
            _field("median_units", pa.int32()),
            _field("high_80_units", pa.int32()),
            pa.field("needed_units", pa.float64()),
            _field("sureness", pa.float64()),
        ]
    ),
    # One row per period that an open one is settled with where rules reach over several, itself
    # included: as it was counted (`programs.counted_text`).
    "fct_forecast_across": pa.schema(
        [
            *_PROGRAM_KEY,
            _field("counted_period_code", pa.string()),
            _field("counted_version", pa.int32()),
            _field("counted", pa.string()),
        ]
    ),
    "fct_forecast_program": pa.schema([*_PROGRAM_KEY, *_AMOUNTS]),
    "fct_forecast_rooftop": pa.schema(
        [_field("rooftop_id", pa.string()), _field("program_count", pa.int32()), *_AMOUNTS]
    ),
    # At most one row: all open periods of the whole group.
    "fct_forecast_group": pa.schema([_field("rooftop_count", pa.int32()), *_AMOUNTS]),
    # remaining_units[k] is the k-th joint draw, the same k over all rows. units_to_date counts from
    # units_from_date (the earliest start of the open periods with this end) to the day before the
    # as-of date; units already known for the as-of date itself are the least that any draw holds.
    "fct_forecast_sample": pa.schema(
        [
            _field("rooftop_id", pa.string()),
            _field("segment_code", pa.string()),
            _field("period_end_date", pa.date32()),
            _field("remaining_units", pa.list_(pa.int32())),
            _field("units_to_date", pa.int32()),
            _field("units_from_date", pa.date32()),
        ]
    ),
}

_KEY = ("rooftop_id", "program_code", "element_code", "period_code")
KEYS: dict[str, tuple[str, ...]] = {
    "fct_forecast": _KEY,
    "fct_forecast_tier": (*_KEY, "tier_number"),
    "fct_forecast_score_tier": (*_KEY, "tier_number"),
    "fct_forecast_gate": (*_KEY, "gate_code", "conjunct_number", "leaf_number"),
    "fct_forecast_day": (*_KEY, "date"),
    "fct_forecast_across": (
        "rooftop_id", "program_code", "period_code", "counted_period_code",
    ),
    "fct_forecast_program": ("rooftop_id", "program_code", "period_code"),
    "fct_forecast_rooftop": ("rooftop_id",),
    "fct_forecast_group": ("as_of_date",),
    "fct_forecast_sample": ("rooftop_id", "segment_code", "period_end_date"),
}


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
