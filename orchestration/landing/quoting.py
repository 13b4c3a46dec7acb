"""Splitting one delimited record exactly, for the few lines that a vectorised look can't decide.

Here: the state machine for quotes. Every clean line is left to DuckDB's reader; this decides what
the doubtful ones mean and writes them in the one form on which all readers agree.
Not here: finding the doubtful lines (text_scan.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class Doubt(Enum):
    """Why a record has no fields."""

    OPEN = "a quote is opened and never closed"
    MALFORMED = "text stands after a closing quote"


def split_record(record: bytes, delimiter: bytes, quote: bytes) -> list[bytes] | Doubt:
    """The fields of a record without its line end, or why there are none.

    A field is quoted when its first character (blanks aside) is a quote; a doubled quote inside
    is one quote. Quotes elsewhere are characters like any other.
    """
    fields: list[bytes] = []
    at = 0
    while True:
        start = at
        while delimiter != b" " and record[start : start + 1] == b" ":
            start += 1
        if record[start : start + 1] == quote:
            found = _quoted(record, start + 1, quote)
            if found is None:
                return Doubt.OPEN
            field, at = found
            while delimiter != b" " and record[at : at + 1] == b" ":
                at += 1
            if at < len(record) and record[at : at + 1] != delimiter:
                return Doubt.MALFORMED
        else:
            begin, end = at, record.find(delimiter, at)
            at = end if end >= 0 else len(record)
            field = record[begin:at]
        fields.append(field)
        if at >= len(record):
            return fields
        at += 1


def _quoted(record: bytes, start: int, quote: bytes) -> tuple[bytes, int] | None:
    """A quoted field and the place after its closing quote; None when it never closes."""
    parts: list[bytes] = []
    while True:
        end = record.find(quote, start)
        if end < 0:
            return None
        if record[end + 1 : end + 2] != quote:
            parts.append(record[start:end])
            return b"".join(parts), end + 1
        parts.append(record[start : end + 1])
        start = end + 2


def join_record(fields: Sequence[bytes], delimiter: bytes, quote: bytes) -> bytes:
    """A record with every field quoted, and its line end."""
    return delimiter.join(quote + f.replace(quote, quote * 2) + quote for f in fields) + b"\n"
