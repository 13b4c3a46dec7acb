"""The second evaluator is judged too: it gives every rulebook's own examples, the bulletins'
figures among them, and it shares no code with what it judges."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.programs.evaluator import settle
from tests.unit.programs.example_stores import NotToldError, dollars, told

ROOT = Path(__file__).parents[3]
EVALUATOR = Path(__file__).parent / "evaluator"
FOLDERS = ("docs/rulebooks/examples", "sample_group/home/rulebooks")
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).glob("*.yaml"))


def examples_of(path: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Every example with the version that it is of, as plain YAML says them."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        (version, example)
        for version in settle.versions_of(document)
        for example in version["examples"]
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_gives_the_rulebook_s_own_examples(path: Path) -> None:
    run = 0
    for version, example in examples_of(path):
        try:
            facts = told(version, example)
        except NotToldError:
            continue
        settled = settle.settle(version, facts.store, facts.periods, facts.today)
        where = (path.name, example["example"])
        assert sum(dollars(each.earned) for each in settled.values()) == example["amount"], where
        if "held" in example:
            assert sum(dollars(each.held) for each in settled.values()) == example["held"], where
        if "qualifies" in example:
            award = list(settled.values())[-1].alone.award
            said = {"met": True, "not_met": False}.get(str(award), "undecided")
            assert said == example["qualifies"], where
        if "tier" in example and "periods" not in example:
            (here,) = settled.values()
            assert next(iter(here.tiers.values())) == example["tier"], where
        for stated in example.get("periods", ()):
            if "amount" in stated:
                assert dollars(settled[stated["period"]].earned) == stated["amount"], where
        run += 1
    assert run, f"no example of {path.name} can be told as raw facts"


def test_most_examples_are_told() -> None:
    """What is left out: units taken back, chargebacks, other programs."""
    pairs = [pair for path in FILES for pair in examples_of(path)]
    left_out = 0
    for version, example in pairs:
        try:
            told(version, example)
        except NotToldError:
            left_out += 1
    assert len(pairs) > 100
    assert left_out < len(pairs) / 10


def test_the_evaluator_shares_no_code() -> None:
    files = sorted(EVALUATOR.glob("*.py"))
    assert len(files) > 5
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            else:
                continue
            strange = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names)
            assert not strange, f"{path.name}:{node.lineno} imports {sorted(strange)}"
