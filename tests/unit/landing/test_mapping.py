"""The mapping language: what it refuses, and that an error says where and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.landing.mapping import Mapping, glob_pattern
from orchestration.landing.mapping_files import load_mappings, read_mapping
from programs.errors import DocumentError
from programs.group import read_group
from tests.unit.landing.tiny_home import DEALS, GROUP

SAMPLE = Path(__file__).parents[3] / "sample_group" / "home"


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as raised:
        read_mapping(text, "deals.yaml", read_group(GROUP))
    return [str(problem) for problem in raised.value.problems]


def test_the_tiny_mapping_is_good() -> None:
    loaded = read_mapping(DEALS, "deals.yaml", read_group(GROUP))
    assert dict(loaded.rooftop_zones) == {"east": "America/Detroit", "west": "America/Los_Angeles"}


# What is changed in the good mapping, and what the error must say.
REFUSED = {
    "unknown kind": (
        "kind: dms/deals",
        "kind: dms/sales",
        "'dms/sales' is not a kind",
    ),
    "unknown key": (
        "vendor: tiny",
        "vendor: tiny\nvendr: x",
        "vendr: is not a field here; did you mean",
    ),
    "unknown column": (
        "  make: {from: Make}",
        "  mak: {from: Make}\n  make: {from: Make}",
        "columns.mak: is not a column",
    ),
    "missing column": (
        "  make: {from: Make}\n",
        "",
        "make is missing; every dms/deals row needs it",
    ),
    "computed column": (
        "  make: {from: Make}",
        "  is_vin_valid: {from: V}\n  make: {from: Make}",
        "filled by landing itself",
    ),
    "unknown rooftop": (
        "west}",
        "south}",
        "'south' is no rooftop of the group",
    ),
    "no stores": (
        'stores: {column: "Store", rooftops: {"12": east, "14": west}}\n',
        "",
        "stores: is missing",
    ),
    "two store sources": (
        'column: "Store"',
        'column: "Store", constant: "12"',
        "exactly one of column",
    ),
    "wrong type": (
        "{from: Year}",
        "{from: Year, type: money}",
        "model_year is int; its type must be",
    ),
    "wrong vin type": (
        "{from: VIN}",
        "{from: VIN, type: text}",
        "its type must be vin",
    ),
    "unknown meaning": (
        "N: new",
        "N: nieuw",
        "'nieuw' is not a stock_type; known are new, used",
    ),
    "unknown default": (
        "{value: booked}",
        "{value: open}",
        "'open' is not a deal_status",
    ),
    "personal column": (
        "{from: MSRP}",
        "{from: Customer Age}",
        "declared personal",
    ),
    "named like a customer": (
        "{from: MSRP}",
        "{from: Buyer Name}",
        "named like customer data",
    ),
    "personal in a rule": (
        "column: Delivered",
        "column: Customer Id",
        "declared personal",
    ),
    "no source": (
        "{from: MSRP}",
        "{type: money}",
        "has no source",
    ),
    "two sources": (
        "{from: MSRP}",
        '{from: MSRP, constant: "1"}',
        "not several",
    ),
    "format of a number": (
        "{from: MSRP}",
        '{from: MSRP, format: "%d"}',
        "format: is for type date or moment",
    ),
    "no date format": (
        '"%m/%d/%Y"',
        '"MM/DD"',
        "'MM/DD' is no date format",
    ),
    "both orders": (
        '"%m/%d/%Y"',
        '["%m/%d/%Y", "%d/%m/%Y"]',
        "both day first and month first",
    ),
    "unknown zone": (
        "America/Chicago",
        "America/Atlantis",
        "not a time zone",
    ),
    "pattern without group": (
        "(\\\\d{8}T\\\\d{4})",
        "\\\\d{8}T\\\\d{4}",
        "needs exactly one group",
    ),
    "unknown encoding": (
        "latin-1",
        "latin-99",
        "'latin-99' is not an encoding",
    ),
    "two letters": (
        "type: csv",
        'type: csv, delimiter: "||"',
        "must be one ASCII character",
    ),
    "trailer of json": (
        "type: csv",
        "type: json, trailer: {prefix: T, count_field: 2}",
        "a trailer is for csv",
    ),
    "early catch-all": (
        "[{column: Delivered, when: filled, value: delivered},",
        "[{value: delivered},",
        "it must be the last",
    ),
    "codes without meaning": (
        "codes: {R: retail, L: lease}",
        "type: code",
        "type code needs codes",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_mapping_is_refused_with_file_line_and_field(case: str) -> None:
    old, new, words = REFUSED[case]
    assert old in DEALS
    changed = DEALS.replace(old, new, 1)
    told = problems(changed)
    assert any(words in problem for problem in told), told
    assert all(problem.startswith("deals.yaml, line ") for problem in told)


def test_the_error_names_the_line_of_the_field() -> None:
    changed = DEALS.replace("N: new", "N: nieuw")
    line = next(n for n, text in enumerate(changed.splitlines(), 1) if "nieuw" in text)
    assert problems(changed) == [
        f"deals.yaml, line {line}: columns.stock_type.codes.N: 'nieuw' is not a stock_type; "
        "known are new, used, certified"
    ]


def test_every_problem_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(DEALS.replace("N: new", "N: nieuw"))
    (tmp_path / "b.yaml").write_text("vendor: [")
    (tmp_path / "c.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentError) as raised:
        load_mappings(tmp_path, read_group(GROUP))
    assert [problem.file for problem in raised.value.problems] == ["a.yaml", "b.yaml", "c.yaml"]


def test_one_vendor_and_kind_has_one_mapping(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(DEALS)
    with pytest.raises(DocumentError, match="already has a mapping of dms/deals in a.yaml"):
        load_mappings(tmp_path, read_group(GROUP))


def test_the_samples_mappings_are_good() -> None:
    group = read_group((SAMPLE / "stairstep.yaml").read_text("utf-8"))
    assert len(load_mappings(SAMPLE / "mappings", group)) >= 20


def test_a_fingerprint_changes_with_what_lands_and_not_with_where_it_lies() -> None:
    def fingerprint(text: str, group: str = GROUP) -> str:
        return read_mapping(text, "x.yaml", read_group(group)).fingerprint

    same = DEALS.replace("*deals*", "*sales*").replace(
        "expected_every_days: 1", "expected_every_days: 9"
    )
    assert fingerprint(same) == fingerprint(DEALS)
    assert fingerprint(DEALS.replace("U: used", "U: certified")) != fingerprint(DEALS)
    moved = GROUP.replace("America/Detroit", "America/New_York")
    assert fingerprint(DEALS, moved) != fingerprint(DEALS)


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("tiny/*deals*.csv", "tiny/dv_deals_1.CSV", True),
        ("tiny/*deals*.csv", "tiny/old/deals.csv", False),
        ("tiny/**/*deals*.csv", "tiny/old/er/deals.csv", True),
        ("tiny/**/*deals*.csv", "tiny/deals.csv", True),
        ("**", "any/thing", True),
        ("a?[0-9].txt", "ab7.txt", True),
        ("a?[!0-9].txt", "ab7.txt", False),
        ("a+b(1).txt", "a+b(1).txt", True),
    ],
)
def test_globs(glob: str, path: str, matches: bool) -> None:
    assert bool(glob_pattern(glob).fullmatch(path.casefold())) is matches


def test_personal_globs_match_any_letter_case() -> None:
    mapping = read_mapping(DEALS, "deals.yaml").mapping
    assert isinstance(mapping, Mapping)
    assert mapping.is_personal("CUSTOMER  phone") and not mapping.is_personal("Make")
