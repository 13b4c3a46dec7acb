"""The tables that others read: files.parquet and the feeds.

Here: one row per name, content and kind, with its outcome; one row per feed with its expected
rhythm. Both are pure functions of ledger and mappings. Not here: writing rows (batch.py).

`known_at` of a content is that of the name under which it counts (plan.py); the `_known_at` of
its landed rows is the same value, so staging may take it from either.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from orchestration.landing.ledger import Arrival, Landing
from orchestration.landing.mapping_files import LoadedMapping
from orchestration.landing.plan import Claim, claims
from orchestration.landing.reading import EMPTY_FILE

_MOMENT = pa.timestamp("us", tz="UTC")
FILES_SCHEMA = pa.schema(
    [
        ("content_hash", pa.string()),
        ("source_file", pa.string()),
        ("vendor_code", pa.string()),
        ("source_kind", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("known_at", _MOMENT),
        ("lines_in", pa.int64()),
        ("rows_landed", pa.int64()),
        ("rows_set_aside", pa.int64()),
        ("rows_ignored", pa.int64()),
        ("first_loaded_at", _MOMENT),
    ]
)
FEEDS_SCHEMA = pa.schema(
    [
        ("feed_id", pa.string()),
        ("vendor_code", pa.string()),
        ("source_kind", pa.string()),
        ("rooftop_id", pa.string()),
        ("expected_every_days", pa.int32()),
    ]
)


def files_table(
    arrivals: Iterable[Arrival],
    mappings: Sequence[LoadedMapping],
    landings: Mapping[tuple[str, str], Landing],
) -> pa.Table:
    """One row per name, content and kind. A file of a kind not yet landed has no row yet; one
    that no mapping knows is `unrecognised`, without kind. lines_in = rows_landed +
    rows_set_aside + rows_ignored in every row; a duplicate's lines are all ignored."""
    rows = [row for arrival in arrivals for row in _rows(arrival, mappings, landings)]
    rows.sort(key=lambda row: (row["source_file"], row["source_kind"] or "", row["content_hash"]))
    return pa.Table.from_pylist(rows, schema=FILES_SCHEMA)


def _rows(
    arrival: Arrival,
    mappings: Sequence[LoadedMapping],
    landings: Mapping[tuple[str, str], Landing],
) -> Iterator[dict[str, Any]]:
    found = claims(mappings, arrival.source_file, arrival.first_seen_at)
    row = {
        "content_hash": arrival.content_hash,
        "source_file": arrival.source_file,
        "known_at": arrival.first_seen_at,
        "first_loaded_at": arrival.first_seen_at,
        "lines_in": 0,
        "rows_landed": 0,
        "rows_set_aside": 0,
        "rows_ignored": 0,
        "vendor_code": None,
        "source_kind": None,
    }
    if not found:
        yield row | {"outcome": "unrecognised", "reason": "no mapping's files match its path"}
    for kind, claim in found.items():
        landing = landings.get((arrival.content_hash, kind))
        told = _outcome(arrival, claim, landing)
        if told is not None:
            known = {
                "vendor_code": claim.loaded.mapping.vendor,
                "source_kind": kind,
                "known_at": claim.known_at,
            }
            yield row | known | told


def _outcome(arrival: Arrival, claim: Claim, landing: Landing | None) -> dict[str, Any] | None:
    """What became of a name: its own landing, another's, or a fault of the name itself."""
    if landing is not None and landing.source_file == arrival.source_file:
        return _landed(landing) | {"known_at": landing.known_at}
    if arrival.size == 0 and claim.fault is None:
        may_be = claim.loaded.mapping.format.may_be_empty
        return {"outcome": "landed" if may_be else "set_aside", "reason": EMPTY_FILE}
    if claim.fault is not None:
        return {"outcome": "set_aside", "reason": claim.fault}
    if landing is None:
        return None
    if not landing.has_records:
        # Nothing in it, so nothing doubled: each quiet day's file stands for itself.
        return _landed(landing)
    return {
        "outcome": "duplicate",
        "reason": f"same content as {landing.source_file}",
        "lines_in": landing.lines_in,
        "rows_ignored": landing.lines_in,
        "first_loaded_at": landing.first_loaded_at,
    }


def _landed(landing: Landing) -> dict[str, Any]:
    names = ("outcome", "reason", "lines_in", "rows_landed", "rows_set_aside", "rows_ignored")
    return {name: getattr(landing, name) for name in (*names, "first_loaded_at")}


def feeds(mappings: Sequence[LoadedMapping]) -> pa.Table:
    """One row per mapping; its rooftop where it serves a single store, else group-wide (null)."""
    rows = []
    for loaded in mappings:
        mapping = loaded.mapping
        rooftops = sorted(set(mapping.stores.rooftops.values())) if mapping.stores else []
        rows.append(
            {
                "feed_id": f"{mapping.vendor}/{mapping.kind}",
                "vendor_code": mapping.vendor,
                "source_kind": mapping.kind,
                "rooftop_id": rooftops[0] if len(rooftops) == 1 else None,
                "expected_every_days": mapping.expected_every_days,
            }
        )
    rows.sort(key=lambda row: row["feed_id"])
    return pa.Table.from_pylist(rows, schema=FEEDS_SCHEMA)
