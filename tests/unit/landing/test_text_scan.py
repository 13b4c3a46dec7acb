"""The first look at text: against Python's csv module, and at the seams of chunks."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.landing import text_scan
from orchestration.landing.faults import FileFault
from orchestration.landing.mapping import Trailer
from orchestration.landing.quoting import Doubt, join_record, split_record
from orchestration.landing.text_scan import Dialect, Scan, Use, count_lines, scan_text

COLUMNS = 8
FIELD = st.text(st.sampled_from('ab ",é\n'), max_size=3)


def scan(tmp_path: Path, content: bytes, dialect: Dialect | None = None) -> tuple[Scan, bytes]:
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    sink = io.BytesIO()
    found = scan_text(path, dialect or Dialect(), lambda names: Use(sink))
    assert found.lines_in == found.records + len(found.faults) + found.ignored == count_lines(path)
    return found, sink.getvalue()


@given(st.lists(st.text(st.sampled_from("ab \",'\n"), max_size=8), min_size=1, max_size=5))
def test_a_joined_record_splits_into_its_fields(fields: list[str]) -> None:
    record = join_record([field.encode() for field in fields], b",", b'"')
    assert split_record(record[:-1], b",", b'"') == [field.encode() for field in fields]


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        (b"", [b""]),
        (b"a,,b,", [b"a", b"", b"b", b""]),
        (b'"a,b",c', [b"a,b", b"c"]),
        (b'a"b",c', [b'a"b"', b"c"]),
        (b' "a,b" ,c', [b"a,b", b"c"]),
        (b'"a""b"', [b'a"b']),
        (b'"a', Doubt.OPEN),
        (b'"a"b,c', Doubt.MALFORMED),
    ],
)
def test_splitting_by_hand(record: bytes, fields: object) -> None:
    assert split_record(record, b",", b'"') == fields


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(*[FIELD] * COLUMNS), min_size=0, max_size=8),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([16, 64, 1 << 20]),
)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, ...]], quoting: int, newline: str, chunk: int
) -> None:
    """Whatever is well-formed is read as it was written, at any size of chunk. (With fewer or
    longer columns a value can hold whole records; those are doubted, see the landing tests.)"""
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=newline)  # type: ignore[arg-type]
    writer.writerow([f"c{number}" for number in range(COLUMNS)])
    writer.writerows(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_scan, "CHUNK_BYTES", chunk)
        found, copy = scan(tmp_path, text.getvalue().encode())
    assert found.faults == []
    read = [tuple(row) for row in csv.reader(io.StringIO(copy.decode(), newline=""))]
    assert read == rows


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_line_numbers_hold_across_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(text_scan, "CHUNK_BYTES", chunk)
    content = 'a,b\r\n1,"x\r\ny"\n\n2,é\r3,"open\n4,5,6\r\n7,8\r\n'.encode()
    found, copy = scan(tmp_path, content)
    assert found.record_lines.tolist() == [2, 5, 8]
    assert [(f.line, f.reason) for f in found.faults] == [
        (6, "a quote is opened and never closed"),
        (7, "has 3 columns where the header has 2"),
    ]
    assert copy.decode() == '"1","x\ny"\n2,é\n7,8\n'


def test_a_clean_file_needs_no_copy(tmp_path: Path) -> None:
    for newline in ("\n", "\r\n"):
        text = newline.join(["a,b", '1,"x, y"', '2,"say ""hi"""', ""])
        found, _ = scan(tmp_path, text.encode())
        assert (found.needs_copy, found.newline, found.records) == (False, newline, 2)


TRAILED = Dialect(delimiter="|", trailer=Trailer(prefix="TRL", count_field=2))


def test_a_trailer_that_counts_right_proves_the_file_whole(tmp_path: Path) -> None:
    found, _ = scan(tmp_path, b"a|b\n1|2\nTRLX|4\nTRL|2", TRAILED)
    assert found.records == 2 and found.ignored == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a|b\n1|2\n", "no trailer"),
        (b"a|b\n1|2\nTRL|3\n", "says 3 records, it holds 1"),
        (b"a|b\n1|2\nTRL|x\n", "states no count"),
        (b"a|b\n1|2\nTRL\n", "states no count"),
        (b"a|b\nTRL|1\n1|2\n", "lines follow its trailer"),
        (b"a|b\n1|2\nTRL|1\n1|2\nTRL|1\n", "lines follow its trailer"),
    ],
)
def test_a_trailer_that_is_not_right_sets_the_file_aside(
    tmp_path: Path, content: bytes, words: str
) -> None:
    with pytest.raises(FileFault, match=words):
        scan(tmp_path, content, TRAILED)


def test_lines_before_the_header_are_skipped(tmp_path: Path) -> None:
    content = b"Report of August\n\na,b\n1,2\n"
    found, copy = scan(tmp_path, content, Dialect(skip_lines=1))
    assert found.names == ("a", "b") and found.record_lines.tolist() == [4] and copy == b"1,2\n"


def test_a_file_without_header_takes_the_declared_names(tmp_path: Path) -> None:
    found, _ = scan(tmp_path, b"1,2\n3,4\n", Dialect(names=("a", "b")))
    assert found.record_lines.tolist() == [1, 2]


def test_without_a_quote_character_quotes_are_letters(tmp_path: Path) -> None:
    found, copy = scan(tmp_path, b'a|b\n5" lift|"x\n', Dialect(delimiter="|", quote=None))
    assert found.records == 1 and copy == b'5" lift|"x\n'


def test_a_quote_inside_a_plain_value_is_kept(tmp_path: Path) -> None:
    _, copy = scan(tmp_path, b'a,b\n5" lift,x\n')
    assert list(csv.reader([copy.decode()])) == [['5" lift', "x"]]
