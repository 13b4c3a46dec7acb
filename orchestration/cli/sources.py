"""Which marts a command reads: what is published, or a computation for another moment.

Here: from --as-of and --known-at to a DuckDB file and the schema its marts are in. Computing
belongs to `orchestration.scratch`, what is read to the commands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from orchestration.home import Home

PUBLISHED_SCHEMA = "main"


@dataclass(frozen=True)
class Source:
    """A DuckDB file with marts in `schema`, as of a moment, of what was known by another."""

    file: Path
    schema: str
    as_of: datetime
    known_at: datetime


@contextmanager
def marts_as_of(
    home: Home, as_of: str | None, known_at: str | None, *, marts: Sequence[str]
) -> Iterator[Source]:
    """The published marts where they are of the moments asked for, else computed ones.

    `marts` are those that will be read. Without `as_of` it is the published moment, without
    `known_at` the as-of moment. Raises StairstepError when nothing is published or landed, or a
    moment can't be read.
    """
    from orchestration.journal import read_json
    from orchestration.moments import parse_moment
    from orchestration.publish import MARTS, current_file
    from orchestration.rules import load_group

    published = None if as_of else current_file(home)  # it says what to do when there is none
    pointer = read_json(home.pointer) or {}
    if published and known_at is None:
        yield Source(published, PUBLISHED_SCHEMA, *_moments_of(pointer))
        return
    zone = load_group(home).time_zone
    moment = parse_moment(as_of or pointer["as_of"], zone)
    known = parse_moment(known_at, zone, option="--known-at") if known_at else moment
    if pointer and _moments_of(pointer) == (moment, known):
        yield Source(current_file(home), PUBLISHED_SCHEMA, moment, known)
        return
    from orchestration.scratch import computed

    with ExitStack() as stack:
        with Console(stderr=True).status(f"computing as of {moment.isoformat()}"):
            file = stack.enter_context(computed(home, moment, known, marts=marts))
        yield Source(file, MARTS, moment, known)


def _moments_of(pointer: Mapping[str, str]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(pointer["as_of"]), datetime.fromisoformat(pointer["known_at"])
