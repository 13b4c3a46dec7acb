"""Reading a folder of mappings, and the checks that need more than one field.

Here: `load_mappings(folder)`: YAML to validated mappings, each error with file, line and field;
the fingerprint that tells when a mapping changed. Not here: the models (mapping.py), applying
them (convert.py and the readers).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path

from orchestration.landing.kinds import KINDS, Column, Kind
from orchestration.landing.mapping import ColumnMapping, Mapping, column_key
from programs.documents import problem_at, read_document, validate
from programs.errors import DocumentError, Problem
from programs.group import Group

# Raise it when the same file and mapping would land differently: everything then lands anew.
READER_VERSION = 1

_CONVERSIONS: dict[str, tuple[str, ...]] = {
    "text": ("text", "code"),
    "int": ("int", "code"),
    "money": ("money",),
    "score": ("score",),
    "date": ("date", "epoch_ms_date"),
    "moment": ("moment", "epoch_ms_moment"),
    "bool": ("bool", "code"),
}
# Names that say "customer". None of our columns needs one, so a mapping that reads one is wrong.
_CUSTOMER_WORDS = re.compile(
    r"birth|\bdob\b|_dob|e-?mail|phone|\bzip|postal|\bssn\b|street|address|"
    r"(customer|cust|buyer|owner|first|last|middle)[ _.-]*name",
    re.IGNORECASE,
)
_FIRST_AND_SECOND = re.compile(r"%([dm])\W%([dm])\W")
_At = tuple[tuple[str | int, ...], str]


@dataclass(frozen=True)
class LoadedMapping:
    """A mapping, the file that states it, and the time zone of each of its rooftops."""

    mapping: Mapping
    file: str
    rooftop_zones: tuple[tuple[str, str], ...] = ()
    group_zone: str = "UTC"

    @property
    def kind(self) -> Kind:
        return KINDS[self.mapping.kind]

    @cached_property
    def fingerprint(self) -> str:
        """Changes when landing by this mapping may give other rows. Globs and freshness don't."""
        stated = self.mapping.model_dump(mode="json", exclude={"files", "expected_every_days"})
        parts = [READER_VERSION, stated, repr(self.kind), self.rooftop_zones, self.group_zone]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def load_mappings(folder: Path, group: Group | None = None) -> tuple[LoadedMapping, ...]:
    """Every mapping of a folder (`*.yaml`), by file name.

    With a group, its rooftops are checked and give the time zones. Raises DocumentError with
    every problem of every file.
    """
    return read_mappings({p.name: p.read_bytes() for p in sorted(folder.glob("*.yaml"))}, group)


def read_mappings(texts: Map[str, bytes], group: Group | None = None) -> tuple[LoadedMapping, ...]:
    """Mappings from their texts (UTF-8) by file name. Raises as load_mappings."""
    loaded: list[LoadedMapping] = []
    problems: list[Problem] = []
    first: dict[tuple[str, str], str] = {}
    for name, text in texts.items():
        try:
            found = read_mapping(text.decode("utf-8"), name, group)
        except DocumentError as error:
            problems.extend(error.problems)
            continue
        except UnicodeDecodeError as error:
            problems.append(Problem(name, 1, "", f"is not UTF-8 at byte {error.start}"))
            continue
        key = (found.mapping.vendor, found.mapping.kind)
        if key in first:
            message = f"{key[0]} already has a mapping of {key[1]} in {first[key]}; join the two"
            problems.append(Problem(name, 1, "kind", message))
        first.setdefault(key, name)
        loaded.append(found)
    if problems:
        raise DocumentError(problems)
    return tuple(loaded)


def read_mapping(text: str, file: str, group: Group | None = None) -> LoadedMapping:
    """One mapping from YAML text. Raises DocumentError naming file, line and field."""
    document = read_document(text, file)
    mapping = validate(Mapping, document, file)
    problems = [problem_at(document, file, at, message) for at, message in _faults(mapping, group)]
    if problems:
        raise DocumentError(problems)
    zones: dict[str, str] = {}
    if group is not None and mapping.stores is not None:
        zones = {
            rooftop_id: group.rooftop(rooftop_id).time_zone
            for rooftop_id in mapping.stores.rooftops.values()
        }
    return LoadedMapping(
        mapping=mapping,
        file=file,
        rooftop_zones=tuple(sorted(zones.items())),
        group_zone=group.time_zone if group else "UTC",
    )


def conversion(column: Column, spec: ColumnMapping) -> str:
    """The conversion that a column goes through: stated, or what the canonical type implies."""
    if spec.type:
        return spec.type
    if spec.codes and column.type != "bool":
        return "code"
    return "vin" if column.name == "vin" else column.type


def _faults(mapping: Mapping, group: Group | None) -> Iterator[_At]:
    kind = KINDS.get(mapping.kind)
    if kind is None:
        yield ("kind",), f"'{mapping.kind}' is not a kind; known are {', '.join(sorted(KINDS))}"
        return
    yield from _store_faults(mapping, kind, group)
    known = {column.name: column for column in kind.mapped_columns}
    for name, column in known.items():
        if column.is_required and name not in mapping.columns:
            yield ("columns",), f"{name} is missing; every {kind.name} row needs it"
    for name, spec in mapping.columns.items():
        at = ("columns", name)
        if name not in known:
            yield at, _unknown_column(name, kind, known)
            continue
        yield from ((at + rest, message) for rest, message in _column_faults(known[name], spec))
        if spec.time_zone == "rooftop" and mapping.stores is None:
            yield (*at, "time_zone"), "rooftop needs stores; write a time zone"
    yield from _fixed_faults(mapping)
    yield from _personal_faults(mapping)


def _unknown_column(name: str, kind: Kind, known: Map[str, Column]) -> str:
    if any(column.name == name for column in kind.columns):
        return "is filled by landing itself; remove it"
    return f"is not a column of {kind.name}; known are {', '.join(known)}"


def _store_faults(mapping: Mapping, kind: Kind, group: Group | None) -> Iterator[_At]:
    if kind.has_stores and mapping.stores is None:
        yield ("stores",), f"is missing; {kind.name} needs store number to rooftop"
    if not kind.has_stores and mapping.stores is not None:
        yield ("stores",), f"{kind.name} rows carry a dealer code, not a store; remove it"
    if mapping.stores is None or group is None:
        return
    ids = {rooftop.id for rooftop in group.rooftops}
    for number, rooftop_id in mapping.stores.rooftops.items():
        if rooftop_id not in ids:
            known = ", ".join(sorted(ids))
            message = f"'{rooftop_id}' is no rooftop of the group; known are {known}"
            yield ("stores", "rooftops", number), message


def _column_faults(column: Column, spec: ColumnMapping) -> Iterator[_At]:
    by = conversion(column, spec)
    allowed = ("vin",) if column.name == "vin" else _CONVERSIONS[column.type]
    if by not in allowed:
        yield ("type",), f"{column.name} is {column.type}; its type must be {' or '.join(allowed)}"
    for key, needed in (
        ("format", ("date", "moment")),
        ("time_zone", ("moment", "epoch_ms_date")),
        ("round", ("money", "score")),
        ("pad", ("text", "code")),
        ("upper", ("text", "code")),
    ):
        if getattr(spec, key) and by not in needed:
            yield (key,), f"is for type {' or '.join(needed)}, not {by}"
    if by == "epoch_ms_date" and spec.time_zone is None:
        yield ("time_zone",), "is missing: it decides the day; write rooftop or a time zone"
    yield from _format_faults(spec.format)
    for at, value in _stated_values(spec):
        fault = literal_fault(column, value)
        if fault:
            yield at, fault


def _format_faults(formats: Sequence[str]) -> Iterator[_At]:
    orders = set()
    for text in formats:
        if text != "excel_serial" and "%" not in text:
            yield ("format",), f"'{text}' is no date format; write one like %m/%d/%Y"
        match = _FIRST_AND_SECOND.match(text)
        if match:
            orders.add(match.groups())
    if len(orders) > 1:
        yield ("format",), "both day first and month first: 03/04 would be a guess; keep one"


def _stated_values(spec: ColumnMapping) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every value that the mapping itself states for a column, with where it stands."""
    for key in ("constant", "otherwise"):
        value = getattr(spec, key)
        if value is not None:
            yield (key,), value
    for code, value in spec.codes.items():
        if value is not None:
            yield ("codes", code), value
    for key in ("override_from", "default_from"):
        for index, rule in enumerate(getattr(spec, key)):
            yield (key, index, "value"), rule.value


def literal_fault(column: Column, value: str) -> str | None:
    """Why a stated value can't stand in a column, or None."""
    if column.allowed and value not in column.allowed:
        return f"'{value}' is not a {column.name}; known are {', '.join(column.allowed)}"
    try:
        if column.type == "int":
            int(value)
        elif column.type in ("money", "score"):
            Decimal(value)
        elif column.type == "date":
            date.fromisoformat(value)
        elif column.type == "bool" and value not in ("true", "false"):
            return f"'{value}' must be true or false"
        elif column.type == "moment":
            return "a moment can't be stated; read it from a column"
    except (ValueError, InvalidOperation):
        return f"'{value}' is not a value of type {column.type}"
    return None


def _fixed_faults(mapping: Mapping) -> Iterator[_At]:
    if mapping.format.type != "fixed":
        return
    known = {column_key(field.name) for field in mapping.format.fields}
    for name, spec in mapping.columns.items():
        for source in spec.sources:
            if column_key(source) not in known:
                yield ("columns", name), f"'{source}' is none of format.fields; add its place"


def _personal_faults(mapping: Mapping) -> Iterator[_At]:
    """Customer data never gets a column, whether declared personal or named like it."""
    reads: list[tuple[tuple[str | int, ...], str]] = [
        (("columns", name), source)
        for name, spec in mapping.columns.items()
        for source in spec.sources
    ]
    if mapping.stores is not None:
        reads += [(("stores", "column"), source) for source in mapping.stores.column or ()]
    reads += [(("only_rows", source), source) for source in mapping.only_rows]
    for at, source in reads:
        if mapping.is_personal(source):
            yield at, f"'{source}' is declared personal: customer data is never landed"
        elif _CUSTOMER_WORDS.search(source):
            yield at, f"'{source}' is named like customer data, which is never landed"
