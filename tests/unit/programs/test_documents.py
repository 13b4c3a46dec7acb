"""Documents keep their lines, their decimals and their faults apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from programs.documents import line_of, read_document
from programs.errors import DocumentError, StairstepError


def message(text: str) -> str:
    with pytest.raises(DocumentError) as found:
        read_document(text, "file.yaml")
    return str(found.value)


def test_decimals_are_read_from_their_own_text():
    document = read_document("share: 0.1\nunits: 1_000\n", "file.yaml")
    assert document["share"] == Decimal("0.1")
    assert document["units"] == 1000


def test_every_value_knows_its_line():
    document = read_document("a: 1\nb:\n  - x: 1\n    y: 2\n  - {x: 3,\n     y: 4}\n", "file.yaml")
    assert line_of(document, ("b", 0, "y")) == 4
    assert line_of(document, ("b", 1, "y")) == 6
    assert line_of(document, ("b", 0, "missing")) == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "file.yaml, line 1: is empty or not a mapping"),
        ("- a\n", "file.yaml, line 1: is empty or not a mapping"),
        ("a: 1\na: 2\n", "file.yaml, line 2: a: is stated twice (first on line 1); keep one"),
        ("a: 1\nb: [1, 2\n", "file.yaml, line 3: not readable as YAML"),
        ("code: 00417\n", "file.yaml, line 1: 00417 begins with a zero; quote it: '00417'"),
        ("day: 2025-02-30\n", "file.yaml, line 1: '2025-02-30' is not a valid timestamp"),
    ],
)
def test_faults_name_file_and_line(text, expected):
    assert message(text).startswith(expected)


def test_an_error_is_one_line():
    assert "\n" not in str(StairstepError("a\n  b"))


def test_a_folded_sentence_reads_as_one_line():
    document = read_document("rule: >-\n  pays on every unit back to\n  the first\n", "rules.yaml")
    assert document["rule"] == "pays on every unit back to the first"
