"""A first look at every line of a text file, vectorised: what DuckDB's reader lets through.

Here: encoding, line ends, blank lines, header, quotes, column counts, trailer and last line, over
whole chunks with numpy. DuckDB's reader checks only the columns that a query asks for, swallows
the rest of a file after an unterminated quote, and says nothing about a cut last line; after this
look its input is well-formed and its row number leads back to the physical line.
Not here: which columns are needed (sources.py), typed values (convert.py).

A physical line ends with LF, CRLF or CR, also between quotes; lines are counted from 1. A record
that spans lines because of quoted line ends has the number of its first; the others count as
ignored, so lines in = records + faults + ignored. Cost: about 300 MB a second on one core.
"""

from __future__ import annotations

import codecs
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np

from orchestration.landing.faults import FileFault, LineFault
from orchestration.landing.mapping import Trailer
from orchestration.landing.quoting import Doubt, split_record
from orchestration.landing.text_block import (
    LF,
    LINE_DELIMITER,
    Block,
    Ints,
    Mask,
    Octets,
    count_columns,
)

CHUNK_BYTES = 8 << 20
LONGEST_LINE_BYTES = 16 << 20


@dataclass(frozen=True)
class Dialect:
    """How lines become fields. `names` empty: the header tells them; `quote` None: no quoting."""

    delimiter: str = ","
    quote: str | None = '"'
    names: tuple[str, ...] = ()
    skip_lines: int = 0
    encodings: tuple[str, ...] = ("utf-8",)
    trailer: Trailer | None = None
    needs_final_newline: bool = True

    @classmethod
    def whole_lines(cls, **rest: object) -> Dialect:
        """A dialect whose records are single lines with one field."""
        return cls(delimiter=LINE_DELIMITER.decode(), quote=None, names=("line",), **rest)  # type: ignore[arg-type]


@dataclass
class Scan:
    """What the look found. `needs_copy`: DuckDB can't read the file as it is."""

    names: tuple[str, ...] = ()
    lines_in: int = 0
    ignored: int = 0
    lines_before_data: int = 0
    record_lines: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    faults: list[LineFault] = field(default_factory=list)
    newline: str = "\n"
    needs_copy: bool = False
    has_quoted_newlines: bool = False
    has_odd_blanks: bool = False  # tabs or no-break spaces, which a value may need trimmed
    longest_line: int = 0
    recoded_lines: int = 0

    @property
    def records(self) -> int:
        return len(self.record_lines)


@dataclass(frozen=True)
class Use:
    """What the caller wants of a file, once its column names are known: where good records go,
    as UTF-8 with LF (None: nowhere), and the places of the columns that will be read."""

    sink: BinaryIO | None = None
    read_columns: frozenset[int] = frozenset()


UseOf = Callable[[tuple[str, ...]], Use]


def scan_text(path: Path, dialect: Dialect, use_of: UseOf = lambda names: Use()) -> Scan:
    """Look through a file. `use_of` is told the column names; it may refuse them by a FileFault.

    Raises FileFault for what concerns the whole file.
    """
    scanner = _Scanner(dialect, use_of)
    with path.open("rb", buffering=0) as file:
        decode = scanner.decoder(file)
        rest = b""
        while True:
            raw = file.read(CHUNK_BYTES)
            chunk = rest + decode(raw, not raw)
            cut = len(chunk) if not raw else _last_line_end(chunk)
            rest = scanner.take(chunk[:cut], not raw) + chunk[cut:]
            if not raw:
                return scanner.finish()
            if len(rest) > LONGEST_LINE_BYTES + CHUNK_BYTES:
                raise FileFault("has no line ends for many megabytes: this is not such a text file")


def _last_line_end(chunk: bytes) -> int:
    """Where the last whole line of a chunk ends; a CR at the very end may be half of a CRLF."""
    return chunk.rfind(b"\n") + 1 or chunk.rfind(b"\r", 0, -1) + 1


class _Scanner:
    """The state of one look: lines so far, the header, the trailer, what was found."""

    def __init__(self, dialect: Dialect, use_of: UseOf) -> None:
        self.dialect, self.use_of, self.use = dialect, use_of, Use()
        self.delimiter = dialect.delimiter.encode()
        self.quote = dialect.quote.encode() if dialect.quote else b""
        self.prefix = dialect.trailer.prefix.encode() if dialect.trailer else b""
        self.found = Scan(names=dialect.names)
        self.line_arrays: list[Ints] = []
        self.trailers: list[tuple[int, list[bytes]]] = []
        self.needs_head = True
        self.has_final_newline = True
        self.line_ends: set[str] = set()

    def decoder(self, file: BinaryIO) -> Callable[[bytes, bool], bytes]:
        """Raw bytes to bytes in which lines and delimiters can be seen: UTF-8 or nearly so."""
        start = file.read(4)
        file.seek(0)
        first = codecs.lookup(self.dialect.encodings[0]).name
        if start.startswith(codecs.BOM_UTF8):
            file.seek(len(codecs.BOM_UTF8))
            self.found.needs_copy = True
            first = "utf-8"
        elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            first = "utf-16"
        if first in ("utf-8", "ascii"):
            return lambda raw, is_last: raw
        self.found.needs_copy = True
        decoder = codecs.getincrementaldecoder(first)(errors="strict")

        def decode(raw: bytes, is_last: bool) -> bytes:
            try:
                return decoder.decode(raw, is_last).encode()
            except UnicodeDecodeError:
                raise FileFault(
                    f"holds bytes that are not {first}: cut, or not so encoded"
                ) from None

        return decode

    def take(self, chunk: bytes, is_last: bool) -> bytes:
        """Look at whole lines; returns those that need more lines before they can be judged."""
        lines = self._with_lf(chunk)
        if is_last and lines and not lines.endswith(b"\n"):
            self.has_final_newline = False
            lines += b"\n"
        if b"\0" in lines:
            line = self.found.lines_in + lines.count(b"\n", 0, lines.index(b"\0")) + 1
            raise FileFault(f"holds NUL bytes (line {line}): half-written, or not text")
        if self.needs_head:
            lines = self._take_head(lines)
            if not self.needs_head:
                self.use = self.use_of(self.found.names)
        if not lines:
            return b""
        lines, undecodable = self._in_utf8(lines)
        return self._take_records(lines, undecodable, is_last)

    def _with_lf(self, chunk: bytes) -> bytes:
        crlf = chunk.count(b"\r\n")
        if crlf:
            self.line_ends.add("\r\n")
        if chunk.count(b"\n") > crlf:
            self.line_ends.add("\n")
        if chunk.count(b"\r") > crlf:
            self.line_ends.add("\r")
        return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in chunk else chunk

    def _take_head(self, lines: bytes) -> bytes:
        """Skip what stands before the records and read the header."""
        at, found = 0, self.found
        while self.needs_head and at < len(lines):
            end = lines.index(b"\n", at)
            line = lines[at:end]
            if found.lines_before_data >= self.dialect.skip_lines:
                if self.dialect.names:
                    break
                if line.strip():
                    found.names = self._header(line, found.lines_before_data + 1)
                    self.needs_head = False
            at = end + 1
            found.lines_before_data += 1
        found.lines_in = found.ignored = found.lines_before_data
        if self.dialect.names and at < len(lines):
            self.needs_head = False
        return lines[at:]

    def _header(self, line: bytes, number: int) -> tuple[str, ...]:
        fields = (
            split_record(line, self.delimiter, self.quote)
            if self.quote
            else line.split(self.delimiter)
        )
        if isinstance(fields, Doubt):
            raise FileFault(f"its header (line {number}) can't be read: {fields.value}")
        text, _ = self._in_utf8(self.delimiter.join([b"", *fields]))
        try:
            return tuple(
                " ".join(name.split()) for name in text.decode().split(self.dialect.delimiter)[1:]
            )
        except UnicodeDecodeError:
            names = ", ".join(self.dialect.encodings)
            raise FileFault(f"its header (line {number}) is not {names}") from None

    def _in_utf8(self, lines: bytes) -> tuple[bytes, Ints]:
        """Lines in UTF-8, and the places of bytes that no declared encoding can read."""
        nothing = np.zeros(0, np.int64)
        if lines.isascii():
            return lines, nothing
        _FALLBACK.places, _FALLBACK.encodings = [], self.dialect.encodings[1:]
        text = lines.decode("utf-8", errors=_FALLBACK_NAME)
        places = np.array(_FALLBACK.places, np.int64)
        if not len(places):
            return lines, nothing
        self.found.needs_copy = True
        if not self.dialect.encodings[1:]:
            return lines, places
        ends = np.flatnonzero(np.frombuffer(lines, np.uint8) == LF)
        self.found.recoded_lines += len(np.unique(np.searchsorted(ends, places)))
        return text.encode(), nothing

    def _take_records(self, lines: bytes, undecodable: Ints, is_last: bool) -> bytes:
        octets = np.frombuffer(lines, np.uint8)
        ends = np.flatnonzero(octets == LF)
        starts = np.concatenate([[0], ends[:-1] + 1])
        columns, is_doubtful = count_columns(octets, starts, ends, self.delimiter, self.quote)
        cannot_decode = np.zeros(len(ends), bool)
        cannot_decode[np.searchsorted(ends, undecodable)] = True
        wanted = len(self.found.names)
        is_record = ~is_doubtful & ~cannot_decode & (columns == wanted) & (ends > starts)
        if self.prefix:
            is_record &= ~_begins_with(octets, starts, self.prefix)
            is_record &= ~_begins_with(octets, starts, self.quote + self.prefix)
        block = Block(
            lines=lines,
            starts=starts,
            ends=ends,
            columns=columns,
            is_doubtful=is_doubtful,
            cannot_decode=cannot_decode,
            is_record=is_record,
            first_line=self.found.lines_in + 1,
            wanted_columns=wanted,
            delimiter=self.delimiter,
            quote=self.quote,
            trailer_prefix=self.prefix,
            read_columns=self.use.read_columns,
        )
        block.judge(is_last)
        self._note(block)
        if self.use.sink is not None:
            block.write(self.use.sink)
        return lines[starts[block.taken] :] if block.taken < len(starts) else b""

    def _note(self, block: Block) -> None:
        found = self.found
        self.line_arrays.append(np.flatnonzero(block.is_record) + block.first_line)
        self.trailers.extend(block.trailers)
        found.has_odd_blanks |= b"\t" in block.lines or b"\xc2\xa0" in block.lines
        found.lines_in += block.taken
        found.ignored += block.ignored
        found.faults.extend(block.faults)
        found.needs_copy |= block.is_changed
        found.has_quoted_newlines |= block.has_quoted_newlines
        if block.taken:
            longest = int((block.ends - block.starts)[: block.taken].max())
            found.longest_line = max(found.longest_line, longest)

    def finish(self) -> Scan:
        """The whole file's verdict. Raises FileFault when it is half-written or has no header."""
        found, lines = self.found, self.found.lines_in
        if not found.names:
            raise FileFault("has no header: nothing but blank lines")
        if self.line_arrays:
            found.record_lines = np.concatenate(self.line_arrays)
        found.newline = "\r\n" if self.line_ends == {"\r\n"} else "\n"
        found.needs_copy |= len(self.line_ends) > 1 or "\r" in self.line_ends
        if self.dialect.trailer:
            self._check_trailer(self.dialect.trailer)
        elif not self.has_final_newline and self.dialect.needs_final_newline:
            raise FileFault(
                f"its last line ({lines}) has no line end: half-written; where a vendor always "
                "writes so, say format: {final_newline: optional}"
            )
        return found

    def _check_trailer(self, trailer: Trailer) -> None:
        found = self.found
        if not self.trailers:
            raise FileFault(f"has no trailer line ({trailer.prefix}): half-written")
        line, fields = self.trailers[0]
        last = max([*found.record_lines[-1:], *(fault.line for fault in found.faults), 0])
        if len(self.trailers) > 1 or last > line:
            raise FileFault(f"lines follow its trailer (line {line}): two files in one?")
        stated = (
            fields[trailer.count_field - 1].strip() if len(fields) >= trailer.count_field else b""
        )
        if not stated.isdigit():
            raise FileFault(f"its trailer (line {line}) states no count of records")
        held = found.records + len(found.faults)
        if int(stated) != held:
            raise FileFault(
                f"its trailer says {int(stated)} records, it holds {held}: half-written"
            )


def _begins_with(octets: Octets, starts: Ints, sought: bytes) -> Mask:
    same = np.ones(len(starts), bool)
    for offset, octet in enumerate(sought):
        same &= octets[np.minimum(starts + offset, len(octets) - 1)] == octet
    return same


_FALLBACK_NAME = "stairstep-declared-fallback"


class _Fallback(threading.local):
    """What the codec error handler needs and notes; codecs hand it nothing but the error."""

    encodings: tuple[str, ...] = ()
    places: list[int]


_FALLBACK = _Fallback()


def _decode_by_fallback(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are no UTF-8 by the declared fallbacks, in order; note their place."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    _FALLBACK.places.append(error.start)
    for encoding in _FALLBACK.encodings:
        try:
            return error.object[error.start : error.end].decode(encoding), error.end
        except UnicodeDecodeError:
            continue
    return "\ufffd", error.end


codecs.register_error(_FALLBACK_NAME, _decode_by_fallback)


def count_lines(path: Path) -> int:
    """The physical lines of any file, for the account of one that is set aside whole."""
    lines, last = 0, b"\n"
    with path.open("rb", buffering=0) as file:
        while raw := file.read(CHUNK_BYTES):
            crlf = raw.count(b"\r\n") + (last == b"\r" and raw[:1] == b"\n")
            lines += raw.count(b"\n") + raw.count(b"\r") - crlf
            last = raw[-1:]
    return lines + (last not in (b"\n", b"\r"))
