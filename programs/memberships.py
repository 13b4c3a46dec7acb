"""Which classes of units each element counts and pays, and the segments that follow from it.

Here: every class against every element of every version, once; classes that no rule tells apart
share a segment, the finest set that a forecast has to know.
Not here: one class against one filter (filters.py); the facts of single units (dbt's int_*).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pyarrow as pa

from programs.compiled_schemas import SCHEMAS
from programs.filters import ElementFilter, Membership, UnitClass
from programs.rule_values import ALL_UNITS
from programs.rulebook import Rulebook

NO_SEGMENT = "none"
CLASS_COLUMNS = (
    "unit_class_id",
    "make",
    "model",
    "trim",
    "model_year",
    "powertrain",
    "stock_type",
    "sale_type",
)
ElementKey = tuple[str, int, str]
Signature = tuple[tuple[ElementKey, bool, bool, str | None], ...]


def compile_memberships(
    rulebooks: Iterable[Rulebook], unit_classes: pa.Table
) -> dict[str, pa.Table]:
    """The tables `memberships`, `segments` and `segment_memberships`.

    `unit_classes` has the columns CLASS_COLUMNS, one row per class. Memberships hold every class ×
    element × version; segments hold every class, 'none' where nothing counts or pays it.
    """
    filters = _filters(rulebooks)
    classes = unit_classes.select(list(CLASS_COLUMNS)).to_pylist()
    columns: dict[str, list[object]] = {name: [] for name in SCHEMAS["memberships"].names}
    segments: dict[str, list[str]] = {"unit_class_id": [], "segment_code": []}
    signatures: dict[str, Signature] = {}
    for row in classes:
        class_id = row.pop("unit_class_id")
        unit = UnitClass(**row)
        found = [(key, element.membership(unit)) for key, element in filters]
        _append(columns, class_id, found)
        signature = _signature(found)
        code = segment_code(signature)
        signatures[code] = signature
        segments["unit_class_id"].append(class_id)
        segments["segment_code"].append(code)
    return {
        "memberships": pa.table(columns, schema=SCHEMAS["memberships"]),
        "segments": pa.table(segments, schema=SCHEMAS["segments"]),
        "segment_memberships": _segment_memberships(signatures),
    }


def segment_code(signature: Signature) -> str:
    """A segment's code: a short digest of what counts and pays it; 'none' for nothing."""
    if not signature:
        return NO_SEGMENT
    text = "|".join(
        f"{'/'.join(map(str, key))}:{is_counted:d}{is_paid:d}{_group_text(group)}"
        for key, is_counted, is_paid, group in signature
    )
    return f"seg-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _group_text(group: str | None) -> str:
    """Only a stated pay group tells classes apart."""
    return "" if group in (None, ALL_UNITS) else f"/{group}"


def _filters(rulebooks: Iterable[Rulebook]) -> list[tuple[ElementKey, ElementFilter]]:
    return [
        (
            (book.program_code, version.number, element.element),
            ElementFilter(version.rules, element),
        )
        for book in sorted(rulebooks, key=lambda book: book.program_code)
        for version in book.versions
        for element in version.rules.elements
    ]


def _append(
    columns: dict[str, list[object]], class_id: str, found: list[tuple[ElementKey, Membership]]
) -> None:
    for (program_code, number, element_code), membership in found:
        columns["unit_class_id"].append(class_id)
        columns["program_code"].append(program_code)
        columns["program_version"].append(number)
        columns["element_code"].append(element_code)
        columns["is_counted"].append(membership.is_counted)
        columns["is_paid"].append(membership.is_paid)
        columns["reason_code"].append(membership.reason_code)
        columns["pay_reason_code"].append(membership.pay_reason_code)
        columns["pay_group_code"].append(membership.pay_group_code)


def _signature(found: list[tuple[ElementKey, Membership]]) -> Signature:
    return tuple(
        (key, membership.is_counted, membership.is_paid, membership.pay_group_code)
        for key, membership in found
        if membership.is_counted or membership.is_paid
    )


def _segment_memberships(signatures: dict[str, Signature]) -> pa.Table:
    rows = [
        {
            "segment_code": code,
            "program_code": program_code,
            "program_version": number,
            "element_code": element_code,
            "is_counted": is_counted,
            "is_paid": is_paid,
            "pay_group_code": group,
        }
        for code, signature in sorted(signatures.items())
        for (program_code, number, element_code), is_counted, is_paid, group in signature
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMAS["segment_memberships"])
