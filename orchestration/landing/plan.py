"""What has to be landed: a pure function of arrivals, mappings and the ledger.

Here: which mapping a name belongs to, a file's moment, under which name a content counts, and
what is out of date. Not here: touching files (inbox.py, land.py).

Of several names with one content, the earliest moment counts, then the name in order; so the
result doesn't depend on the order in which they came. A name that comes later and counts earlier
makes the content land anew under it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from orchestration.landing.ledger import Arrival, Landing, stamp
from orchestration.landing.mapping import Moment
from orchestration.landing.mapping_files import LoadedMapping


@dataclass(frozen=True)
class Claim:
    """What a mapping says of a name: its mapping and moment, or why it can't be landed."""

    loaded: LoadedMapping
    known_at: datetime | None
    fault: str | None = None


@dataclass(frozen=True)
class Candidate:
    """A name under which, and a mapping by which, a content may land."""

    loaded: LoadedMapping
    source_file: str
    known_at: datetime


@dataclass(frozen=True)
class Work:
    """A content to land by the first candidate that can. `read_from`: a name the inbox holds."""

    content_hash: str
    size: int
    read_from: str
    candidates: tuple[Candidate, ...]
    plan_key: str


@dataclass(frozen=True)
class Plan:
    """`work`: to land, by size and name; `forgotten`: contents that no mapping claims any more."""

    work: tuple[Work, ...]
    forgotten: tuple[str, ...]


def file_moment(
    moment: Moment | None, source_file: str, first_seen_at: datetime
) -> datetime | None:
    """The moment of a file by its name, in UTC; first seen when the mapping doesn't say; None when
    the name doesn't tell."""
    if moment is None:
        return first_seen_at
    match = re.search(moment.pattern, source_file)
    if match is None or match.group(1) is None:
        return None
    try:
        found = datetime.strptime(match.group(1), moment.format)  # noqa: DTZ007
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(moment.time_zone))
    return found.astimezone(UTC)


def claims(
    mappings: Sequence[LoadedMapping], source_file: str, first_seen_at: datetime
) -> dict[str, Claim]:
    """By kind, what the mappings say of a name; empty for a file that no mapping knows."""
    matching: dict[str, list[LoadedMapping]] = defaultdict(list)
    for loaded in mappings:
        if loaded.mapping.matches(source_file):
            matching[loaded.mapping.kind].append(loaded)
    return {kind: _claim(found, source_file, first_seen_at) for kind, found in matching.items()}


def _claim(found: Sequence[LoadedMapping], source_file: str, first_seen_at: datetime) -> Claim:
    first = found[0]
    known_at = file_moment(first.mapping.moment, source_file, first_seen_at)
    if len(found) > 1:
        names = " and ".join(loaded.file for loaded in found)
        return Claim(first, known_at, f"is claimed by {names}: narrow the globs under files")
    if known_at is None:
        assert first.mapping.moment is not None
        told = f"{first.mapping.moment.pattern} as {first.mapping.moment.format}"
        return Claim(first, None, f"its name does not tell its moment ({told})")
    return Claim(first, known_at)


def plan_kind(
    source_kind: str,
    arrivals: Iterable[Arrival],
    mappings: Sequence[LoadedMapping],
    landings: Mapping[tuple[str, str], Landing],
) -> Plan:
    """What has to be landed for a kind, and what its ledger must forget."""
    of_kind = [loaded for loaded in mappings if loaded.mapping.kind == source_kind]
    by_content: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        by_content[arrival.content_hash].append(arrival)
    work, forgotten = [], []
    for content_hash, names in by_content.items():
        landing = landings.get((content_hash, source_kind))
        present = [arrival for arrival in names if arrival.is_present]
        candidates = _candidates(names, of_kind)
        if not present:
            continue
        if not candidates:
            if landing is not None:
                forgotten.append(content_hash)
            continue
        key = _plan_key(candidates)
        if landing is None or landing.plan_key != key:
            first = min(present, key=lambda arrival: arrival.source_file)
            work.append(Work(content_hash, first.size, first.source_file, candidates, key))
    work.sort(key=lambda item: (item.candidates[0].loaded.file, item.candidates[0].source_file))
    return Plan(tuple(work), tuple(sorted(forgotten)))


def _candidates(
    names: Sequence[Arrival], mappings: Sequence[LoadedMapping]
) -> tuple[Candidate, ...]:
    """The earliest name for each mapping that claims one, in order of moment and name."""
    found = []
    for arrival in names:
        for claim in claims(mappings, arrival.source_file, arrival.first_seen_at).values():
            if claim.fault is None and claim.known_at is not None:
                found.append(Candidate(claim.loaded, arrival.source_file, claim.known_at))
    found.sort(key=lambda candidate: (candidate.known_at, candidate.source_file))
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(candidate.loaded.file, candidate)
    return tuple(first.values())


def _plan_key(candidates: Sequence[Candidate]) -> str:
    parts = [
        (c.loaded.mapping.vendor, c.loaded.fingerprint, c.source_file, stamp(c.known_at))
        for c in candidates
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
