"""The sample's inbox, made once in memory for the tests of its maker."""

from __future__ import annotations

import csv
import io

import pytest

from sample_group import DEFAULT_SEED
from sample_group.make import inbox_files
from sample_group.world import World, make_world


@pytest.fixture(scope="session")
def inbox() -> dict[str, bytes]:
    """Every file of the inbox of the default seed, by path."""
    return inbox_files(DEFAULT_SEED)


@pytest.fixture(scope="session")
def world() -> World:
    """The truth behind the inbox."""
    return make_world(DEFAULT_SEED)


def rows_of(data: bytes, delimiter: str = ",") -> list[dict[str, str]]:
    """The rows of a sound delimited file, in plain Python."""
    text = data.decode("utf-8", "replace")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def moment_of(path: str) -> str:
    """The moment in a file's name, comparable as text: 20250729T0500."""
    return next(
        part for part in path.replace(".", "_").split("_") if len(part) == 13 and "T" in part
    )
