"""One block of whole lines: which are plain records, and what the others are.

Here: counting columns outside quotes with numpy, and the verdict on each line that isn't plain:
blank, trailer, doubtful quotes, a wrong number of columns. Only those are looked at one by one.
Not here: walking through the file, its encoding and header (text_scan.py).

A line is plain when each of its quotes opens at the start of a field and closes at the end of
one (doubled quotes aside): on such lines every reader agrees, so DuckDB may have them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from orchestration.landing.faults import LineFault
from orchestration.landing.quoting import Doubt, join_record, split_record

# A quoted value with line ends may span this many lines. A note of a few paragraphs fits; without
# a limit one unterminated quote would be held open to the end of the file.
LONGEST_RECORD_LINES = 50
LF = 10
LINE_DELIMITER = b"\x01"  # of files whose records are whole lines

Octets = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def count_columns(
    octets: Octets, starts: Ints, ends: Ints, delimiter: bytes, quote: bytes
) -> tuple[Ints, Mask]:
    """Columns of each line, and which lines have doubtful quotes (their count means nothing)."""
    delimiters = np.flatnonzero(octets == delimiter[0])
    is_doubtful = np.zeros(len(starts), bool)
    quotes = np.flatnonzero(octets == quote[0]) if quote else np.zeros(0, np.int64)
    if len(quotes):
        line = np.searchsorted(ends, quotes)
        first = np.searchsorted(quotes, starts)
        is_opening = (np.arange(len(quotes)) - first[line]) % 2 == 0
        before = np.where(quotes > 0, octets[quotes - 1], LF)
        after = octets[quotes + 1]
        beside = np.where(is_opening, before, after)
        is_odd = (beside != delimiter[0]) & (beside != LF) & (beside != quote[0])
        is_doubtful[line[is_odd]] = True
        is_doubtful |= np.diff(first, append=len(quotes)) % 2 == 1
        plain = quotes[~is_doubtful[line]]
        delimiters = delimiters[np.searchsorted(plain, delimiters) % 2 == 0]
    bounds = np.searchsorted(delimiters, np.append(starts, len(octets)))
    return np.diff(bounds) + 1, is_doubtful


@dataclass
class Block:
    """Whole lines that end with LF, and what is known of each. `first_line`: 1-based."""

    lines: bytes
    starts: Ints
    ends: Ints
    columns: Ints
    is_doubtful: Mask
    cannot_decode: Mask
    is_record: Mask
    first_line: int
    wanted_columns: int
    delimiter: bytes
    quote: bytes
    trailer_prefix: bytes = b""
    read_columns: frozenset[int] = frozenset()
    taken: int = 0
    ignored: int = 0
    has_quoted_newlines: bool = False
    is_changed: bool = False
    faults: list[LineFault] = field(default_factory=list)
    trailers: list[tuple[int, list[bytes]]] = field(default_factory=list)
    rewritten: dict[int, bytes] = field(default_factory=dict)

    def judge(self, is_last: bool) -> None:
        """Decide on every line that isn't a plain record; `taken` lines could be decided."""
        self.taken, resume = len(self.starts), 0
        for index in np.flatnonzero(~self.is_record).tolist():
            if index < resume:
                continue
            spanned = self._judge_line(index, is_last)
            if not spanned:
                self.taken = index
                break
            self.is_record[index + 1 : index + spanned] = False
            self.ignored += spanned - 1
            resume = index + spanned
        self.is_record = self.is_record[: self.taken]

    def _line(self, index: int) -> bytes:
        return self.lines[self.starts[index] : self.ends[index]]

    def _judge_line(self, index: int, is_last: bool) -> int:
        """The number of lines that the record spans; 0 when it needs lines not yet read."""
        self.is_changed = True
        line = self._line(index)
        if not line.strip():
            self.ignored += 1
            return 1
        if self.trailer_prefix:
            fields = self._trailer_fields(line)
            if fields:
                self.trailers.append((self.first_line + index, fields))
                self.ignored += 1
                return 1
        if self.cannot_decode[index]:
            return self._fault(index, "holds bytes that no declared encoding can read")
        if not self.is_doubtful[index]:
            if self.columns[index] == self.wanted_columns:  # looked like a trailer, but is none
                self.is_record[index] = True
                return 1
            return self._fault(index, self._wrong_columns(int(self.columns[index])))
        return self._judge_quotes(index, line, is_last)

    def _trailer_fields(self, line: bytes) -> list[bytes]:
        """The fields of a trailer, by blanks where records are whole lines; else nothing."""
        prefix = self.trailer_prefix
        if self.delimiter == LINE_DELIMITER:
            return [prefix, *line[len(prefix) :].split()] if line.startswith(prefix) else []
        fields = self._split(line)
        return fields if isinstance(fields, list) and fields[0].strip() == prefix else []

    def _judge_quotes(self, index: int, record: bytes, is_last: bool) -> int:
        for spanned in range(1, LONGEST_RECORD_LINES + 1):
            fields = self._split(record)
            if isinstance(fields, list):
                if len(fields) == self.wanted_columns and not self._swallows(
                    fields, index, spanned
                ):
                    self.is_record[index] = True
                    self.rewritten[index] = join_record(fields, self.delimiter, self.quote)
                    self.has_quoted_newlines |= spanned > 1
                    return spanned
                if spanned == 1:
                    return self._fault(index, self._wrong_columns(len(fields)))
                break
            if fields is Doubt.MALFORMED:
                if spanned == 1:
                    return self._fault(index, fields.value)
                break
            following = index + spanned
            if following >= len(self.starts):
                if not is_last:
                    return 0
                break
            if self.cannot_decode[following]:
                break
            record += b"\n" + self._line(following)
        return self._fault(index, Doubt.OPEN.value)

    def _swallows(self, fields: list[bytes], index: int, spanned: int) -> bool:
        """Whether a record over several lines is an unclosed quote that met another's: then a
        value that we read has line ends, or a line in its middle is a record by itself. (The last
        line of an address may look like one: it isn't asked.)"""
        if spanned > 1 and any(b"\n" in fields[place].strip() for place in self.read_columns):
            return True
        for following in range(index + 1, index + spanned - 1):
            alone = self._split(self._line(following))
            if isinstance(alone, list) and len(alone) == self.wanted_columns > 1:
                return True
        return False

    def _split(self, record: bytes) -> list[bytes] | Doubt:
        if not self.quote:
            return record.split(self.delimiter)
        return split_record(record, self.delimiter, self.quote)

    def _fault(self, index: int, reason: str) -> int:
        self.faults.append(LineFault(self.first_line + index, reason))
        return 1

    def _wrong_columns(self, columns: int) -> str:
        return f"has {columns} columns where the header has {self.wanted_columns}"

    def write(self, sink: BinaryIO) -> None:
        """Write the records that were taken, in order, the doubtful ones in their plain form."""
        start = 0
        breaks = np.flatnonzero(~self.is_record).tolist()
        for index in sorted({*breaks, *self.rewritten}):
            sink.write(self.lines[self.starts[start] : self.starts[index]])
            sink.write(self.rewritten.get(index, b""))
            start = index + 1
        if start < self.taken:
            sink.write(self.lines[self.starts[start] : self.ends[self.taken - 1] + 1])
