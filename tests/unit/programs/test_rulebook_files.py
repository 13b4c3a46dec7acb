"""Every rulebook in the repository: read, its examples run, and valid by the exported schema."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from programs.documents import read_document
from programs.examples import example_result
from programs.rule_schema import json_schema, schema_text
from programs.rulebook import read_rulebook

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "docs" / "rulebooks" / "examples"
FILES = [
    *sorted((ROOT / "sample_group" / "home" / "rulebooks").glob("*.yaml")),
    *sorted(EXAMPLES.glob("*.yaml")),
]
NAMES = [path.name for path in FILES]


def plain(value: Any) -> Any:
    """A document as an editor's YAML reader hands it to a schema: plain JSON values."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_rulebook_is_sound_and_its_examples_come_out(path):
    book = read_rulebook(path.read_text(encoding="utf-8"), path.name)
    for version in book.versions:
        assert len(version.rules.examples) >= 1
        for example in version.rules.examples:
            assert example_result(version.rules, example).amount_earned == example.amount


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_rulebook_is_valid_by_the_schema(validator, path):
    document = plain(read_document(path.read_text(encoding="utf-8"), path.name))
    assert [error.message for error in validator.iter_errors(document)] == []


def test_a_file_s_examples_can_fail():
    """An example that states one cent more is caught in every file."""
    for path in FILES:
        book = read_rulebook(path.read_text(encoding="utf-8"), path.name)
        rules = book.latest
        example = rules.examples[0]
        assert example_result(rules, example).amount_earned != example.amount + Decimal("0.01")


BROKEN = {
    "a field misspelt": ("rounding: up", "roundng: up"),
    "a field missing": ("oem: mercedes\n", ""),
    "a word for a number": ("per_unit: 750", "per_unit: a lot"),
    "a number as text": ("per_unit: 750", 'per_unit: "750"'),
    "an unknown stock type": ("stock_type: new", "stock_type: fresh"),
    "an unknown grain": ("grain: month", "grain: week"),
    "a date that is none": ("effective: 2021-04-01", "effective: soon"),
    "a band that pays nothing stated": ("{from: 110, per_unit: 1500}", "{from: 110}"),
    "an unknown target": ("against: objective", "against: target"),
    "a dealer code as a number": ("dealer_codes: all", "dealer_codes: [3127]"),
    "no example": ("examples:", "gates: []\nexamples: []\nnotes:"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_schema_refuses(validator, name):
    old, new = BROKEN[name]
    text = (EXAMPLES / "mercedes-amg-2021.yaml").read_text(encoding="utf-8")
    assert old in text
    document = plain(read_document(text.replace(old, new, 1), "x.yaml"))
    assert list(validator.iter_errors(document)) != []


def test_every_key_of_the_schema_that_is_a_part_says_what_it_is():
    for name, part in json_schema()["$defs"].items():
        assert part.get("description"), name
