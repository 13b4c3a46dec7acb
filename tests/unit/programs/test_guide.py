"""The guide: every key of the language is explained, every file it names is there and runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from programs.rule_schema import json_schema
from programs.rulebook import read_rulebook

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "rulebooks" / "README.md"
TEXT = GUIDE.read_text(encoding="utf-8")


def keys() -> set[str]:
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    return {key for part in parts for key in part.get("properties", {})}


@pytest.mark.parametrize("key", sorted(keys()))
def test_every_key_is_explained(key):
    assert re.search(rf"(^|[`{{ ]){re.escape(key)}[`:]", TEXT, re.MULTILINE), key


def values(node: object) -> set[str]:
    if isinstance(node, list):
        return {found for item in node for found in values(item)}
    if not isinstance(node, dict):
        return set()
    here = {value for value in node.get("enum", ()) if isinstance(value, str)}
    here |= {node["const"]} if isinstance(node.get("const"), str) else set()
    return here | {found for part in node.values() for found in values(part)}


@pytest.mark.parametrize("value", sorted(values(json_schema())))
def test_every_word_a_key_may_have_is_in_the_guide(value):
    assert re.search(rf"\b{re.escape(value)}\b", TEXT), value


def test_the_guide_names_every_worked_file():
    named = set(re.findall(r"\]\(([^)]+\.yaml)\)", TEXT))
    paths = {(GUIDE.parent / name).resolve() for name in named}
    assert all(path.is_file() for path in paths)
    examples = set((GUIDE.parent / "examples").glob("*.yaml"))
    sample = set((ROOT / "sample_group" / "home" / "rulebooks").glob("*.yaml"))
    # The sample's plainest program is the guide's own first file.
    assert {path.resolve() for path in examples | sample} - paths == {
        (ROOT / "sample_group" / "home" / "rulebooks" / "nissan-one.yaml").resolve()
    }


def test_the_guide_s_whole_file_is_sound():
    block = re.search(r"## A whole file\n```yaml\n(.*?)```", TEXT, re.DOTALL)
    assert read_rulebook(block.group(1), "guide.yaml").program_code == "nissan-one"


def test_links_within_the_documents_lead_somewhere():
    for page in (GUIDE, GUIDE.with_name("meaning.md"), ROOT / "docs" / "compiled-tables.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).resolve().exists(), (page.name, link)
