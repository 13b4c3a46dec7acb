"""Which columns of a file a mapping reads, and whether a file has them.

Here: the source slots of a mapping and their match with a header (or the paths of JSON).
Not here: reading values (the readers), turning them into types (convert.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from orchestration.landing.faults import FileFault
from orchestration.landing.mapping import Mapping, column_key

MOST_NAMES_TOLD = 10


@dataclass(frozen=True)
class Slot:
    """One text that a mapping reads of each row: a source column under one of several names, or
    (`is_from_name`) the group of a pattern over the file's path."""

    sql_name: str
    names: tuple[str, ...]
    is_optional: bool = False
    is_from_name: bool = False


@dataclass(frozen=True)
class Match:
    """The place of each slot in a header (None: optional and absent), and names not known."""

    places: tuple[int | None, ...]
    unexpected: tuple[str, ...]


def slots_of(mapping: Mapping) -> tuple[Slot, ...]:
    """Every slot of a mapping, once, in a stable order."""
    is_optional: dict[tuple[bool, tuple[str, ...]], bool] = {}

    def want(names: Sequence[str], optional: bool, from_name: bool = False) -> None:
        key = (from_name, tuple(names))
        is_optional[key] = is_optional.get(key, True) and optional

    if mapping.stores is not None:
        if mapping.stores.column:
            want(mapping.stores.column, False)
        if mapping.stores.from_name:
            want([mapping.stores.from_name], False, from_name=True)
    for name in mapping.only_rows:
        want([name], False)
    for spec in mapping.columns.values():
        if spec.from_:
            want(spec.from_, spec.optional)
        if spec.from_name:
            want([spec.from_name], False, from_name=True)
        for name in spec.rule_columns:
            want([name], spec.optional)
    return tuple(
        Slot(f"c{index}", names, optional, from_name)
        for index, ((from_name, names), optional) in enumerate(is_optional.items())
    )


def match_header(mapping: Mapping, slots: Sequence[Slot], header: Sequence[str]) -> Match:
    """Find each slot in a header. Raises FileFault naming what is missing and what is not known.

    Names of unknown columns are told only when half of the wanted ones are there: otherwise the
    "header" may be a line of data, and that holds customers.
    """
    place = {}
    for index, name in enumerate(header):
        place.setdefault(column_key(name), index)
    places: list[int | None] = []
    missing: list[str] = []
    wanted: set[str] = set()
    for slot in slots:
        if slot.is_from_name:
            places.append(None)
            continue
        keys = [column_key(name) for name in slot.names]
        wanted.update(keys)
        found = next((place[key] for key in keys if key in place), None)
        if found is None and not slot.is_optional:
            missing.append(slot.names[0])
        places.append(found)
    unexpected = [
        name
        for key, index in place.items()
        if key and key not in wanted and not mapping.is_personal(name := header[index])
    ]
    if missing:
        held = sum(key in place for key in wanted)
        raise missing_fault(missing, unexpected, held * 2 >= len(wanted))
    _refuse_doubles(header, places)
    return Match(tuple(places), tuple(unexpected))


def _by_likeness(names: Sequence[str], missing: Sequence[str]) -> list[str]:
    """Names most like one that is missing first: the renamed column leads the list."""

    def likeness(name: str) -> float:
        ratios = (SequenceMatcher(None, column_key(m), column_key(name)).ratio() for m in missing)
        return max(ratios, default=0.0)

    return sorted(names, key=lambda name: (-likeness(name), name))


def missing_fault(missing: Sequence[str], unexpected: Sequence[str], is_header: bool) -> FileFault:
    """The reason of a file without the columns that its mapping reads."""
    reason = f"lacks the columns {told(missing)}"
    if not is_header:
        return FileFault(f"{reason}: another file, or its header is missing")
    if unexpected:
        reason += f"; has the unexpected columns {told(_by_likeness(unexpected, missing))}"
    return FileFault(reason)


def told(names: Sequence[str]) -> str:
    """Names for a reason, shortened when there are many."""
    shown = ", ".join(f"'{name[:60]}'" for name in names[:MOST_NAMES_TOLD])
    more = len(names) - MOST_NAMES_TOLD
    return f"{shown} and {more} more" if more > 0 else shown


def _refuse_doubles(header: Sequence[str], places: Sequence[int | None]) -> None:
    counts = Counter(column_key(name) for name in header)
    doubled = [header[at] for at in places if at is not None and counts[column_key(header[at])] > 1]
    if doubled:
        names = told(list(dict.fromkeys(doubled)))
        raise FileFault(f"its header names {names} more than once: which one counts?")


def value_from_name(pattern: str, source_file: str) -> str:
    """The group of a pattern in a file's path. Raises FileFault when it isn't there."""
    match = re.search(pattern, source_file)
    if match is None or match.group(1) is None:
        raise FileFault(f"its name does not match {pattern}")
    return str(match.group(1))
