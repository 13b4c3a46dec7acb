"""The canonical kinds: what a landed row of each kind looks like, whatever vendor wrote it.

Here: kinds, their typed columns, which are required, which values a code column may hold, and
the meta columns of every landed row. Not here: how a vendor's file becomes these columns
(mapping.py and convert.py), nor what they mean for a program (dbt, programs).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

ColumnType = Literal["text", "int", "money", "score", "date", "moment", "bool"]

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "int": "INTEGER",
    "money": "DECIMAL(14,2)",
    "score": "DECIMAL(9,3)",
    "date": "DATE",
    "moment": "TIMESTAMPTZ",
    "bool": "BOOLEAN",
}
ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int32(),
    "money": pa.decimal128(14, 2),
    "score": pa.decimal128(9, 3),
    "date": pa.date32(),
    "moment": pa.timestamp("us", tz="UTC"),
    "bool": pa.bool_(),
}
# Decimal places kept; a value with more is refused unless its mapping says `round: true`.
SCALES: dict[ColumnType, int] = {"money": 2, "score": 3}

META_COLUMNS: tuple[tuple[str, str, pa.DataType], ...] = (
    ("vendor_code", "VARCHAR", pa.string()),
    ("_source_file", "VARCHAR", pa.string()),
    ("_source_row", "BIGINT", pa.int64()),
    ("_loaded_at", "TIMESTAMPTZ", pa.timestamp("us", tz="UTC")),
    ("_content_hash", "VARCHAR", pa.string()),
    ("_known_at", "TIMESTAMPTZ", pa.timestamp("us", tz="UTC")),
)

QUARANTINE_COLUMNS: tuple[tuple[str, str, pa.DataType], ...] = (
    ("content_hash", "VARCHAR", pa.string()),
    ("source_file", "VARCHAR", pa.string()),
    ("source_row", "BIGINT", pa.int64()),
    ("source_kind", "VARCHAR", pa.string()),
    ("vendor_code", "VARCHAR", pa.string()),
    ("column_name", "VARCHAR", pa.string()),
    ("reason", "VARCHAR", pa.string()),
    ("offending_value", "VARCHAR", pa.string()),
    ("known_at", "TIMESTAMPTZ", pa.timestamp("us", tz="UTC")),
)


@dataclass(frozen=True)
class Column:
    """One canonical column. `allowed` empty: any value; `is_computed`: landing fills it itself."""

    name: str
    type: ColumnType
    is_required: bool = False
    allowed: tuple[str, ...] = ()
    is_computed: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of landed rows, e.g. `dms/deals`. `has_stores`: rows belong to a store number."""

    name: str
    columns: tuple[Column, ...]
    has_stores: bool = False

    def column(self, name: str) -> Column:
        """The column of a name. Raises KeyError when the kind has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def mapped_columns(self) -> tuple[Column, ...]:
        """The columns that a mapping fills: all but the computed and the store columns."""
        stores = ("rooftop_id", "store_number") if self.has_stores else ()
        return tuple(c for c in self.columns if not c.is_computed and c.name not in stores)

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema of this kind's Parquet files."""
        own = [(column.name, ARROW_TYPES[column.type]) for column in self.columns]
        return pa.schema(own + [(name, arrow) for name, _, arrow in META_COLUMNS])


QUARANTINE_SCHEMA = pa.schema([(name, arrow) for name, _, arrow in QUARANTINE_COLUMNS])

STOCK_TYPES = ("new", "used", "certified")
SALE_TYPES = ("retail", "lease", "fleet", "loaner", "demo", "employee", "wholesale")


def _columns(*specs: str) -> tuple[Column, ...]:
    """Columns from lines like `stock_type text * new|used|certified` (`*`: required)."""
    columns = []
    for spec in specs:
        name, column_type, *rest = spec.split()
        allowed = next((part for part in rest if part != "*"), "")
        columns.append(
            Column(
                name=name,
                type=column_type,  # type: ignore[arg-type]
                is_required="*" in rest,
                allowed=tuple(allowed.split("|")) if allowed else (),
                is_computed=name == "is_vin_valid",
            )
        )
    return tuple(columns)


_STOCK = f"stock_type text * {'|'.join(STOCK_TYPES)}"
_SALE = f"sale_type text * {'|'.join(SALE_TYPES)}"
_VEHICLE = (
    "make text *",
    "model text *",
    "trim text",
    "model_year int *",
    "powertrain text",
    _STOCK,
)
_DEALER = ("oem_code text *", "dealer_code text *")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "dms/deals",
            _columns(
                "rooftop_id text *",
                "store_number text *",
                "deal_number text *",
                "stock_number text",
                "vin text *",
                *_VEHICLE,
                _SALE,
                "deal_status text * booked|delivered|finalized|cancelled",
                "contract_date date",
                "delivery_date date",
                "finalized_date date",
                "msrp_amount money",
                "front_gross_amount money",
                "row_updated_at moment",
                "is_vin_valid bool",
            ),
            has_stores=True,
        ),
        Kind(
            "dms/inventory",
            _columns(
                "rooftop_id text *",
                "store_number text *",
                "stock_number text *",
                "vin text *",
                *_VEHICLE,
                "inventory_status text * on_ground|in_transit",
                "msrp_amount money",
                "expected_date date",
                "snapshot_date date *",
                "is_vin_valid bool",
            ),
            has_stores=True,
        ),
        Kind(
            "csi/surveys",
            _columns(
                "dealer_code text *",
                "make text *",
                "survey_id text *",
                "vin text",
                "survey_date date *",
                "score score *",
                "row_updated_at moment",
            ),
        ),
        Kind(
            "csi/scores",
            _columns(
                "dealer_code text *",
                "make text *",
                "metric_code text *",
                "period_start_date date",
                "score_date date *",
                "score score *",
                "sample_count int",
                "region_code text",
                "region_average score",
                "national_average score",
                "row_updated_at moment",
            ),
        ),
        Kind(
            "portal/objectives",
            _columns(
                *_DEALER,
                "program_code text *",
                "element_code text *",
                "period_code text *",
                "objective_units int *",
                "announced_date date *",
                "effective_date date",
                "row_updated_at moment",
            ),
        ),
        Kind(
            "portal/rdrs",
            _columns(
                *_DEALER,
                "rdr_number text *",
                "vin text *",
                *_VEHICLE,
                _SALE,
                "msrp_amount money",
                "sale_date date *",
                "event_code text * submitted|accepted|rejected|unwound",
                "event_at moment *",
                "reject_reason text",
                "is_vin_valid bool",
            ),
        ),
        Kind(
            "portal/official_standings",
            _columns(
                *_DEALER,
                "program_code text *",
                "element_code text *",
                "period_code text *",
                "as_of_date date *",
                "official_units int *",
                "official_amount money",
            ),
        ),
        Kind(
            "portal/official_units",
            _columns(
                *_DEALER,
                "program_code text *",
                "period_code text *",
                "as_of_date date *",
                "vin text *",
                "is_counted bool *",
                "reason text",
            ),
        ),
        Kind(
            "portal/payments",
            _columns(
                *_DEALER,
                "statement_number text *",
                "statement_date date *",
                "program_code text *",
                "period_code text *",
                "vin text",
                "units int",
                "amount money *",
            ),
        ),
        Kind(
            "portal/compliance_items",
            _columns(
                *_DEALER,
                "program_code text",
                "item_code text *",
                "item_type text * training|facility|digital|strike",
                "item_name text *",
                "due_date date",
                "completed_date date",
                "row_updated_at moment",
            ),
        ),
        Kind(
            "portal/shipments",
            _columns(
                *_DEALER,
                "invoice_number text *",
                "vin text *",
                *_VEHICLE,
                "msrp_amount money",
                "shipped_date date *",
                "cancelled_date date",
                "row_updated_at moment",
                "is_vin_valid bool",
            ),
        ),
        Kind(
            "portal/recalls",
            _columns(
                "oem_code text *",
                "vin text *",
                "campaign_code text *",
                "opened_date date *",
                "remedied_date date",
                "row_updated_at moment",
            ),
        ),
    )
}
