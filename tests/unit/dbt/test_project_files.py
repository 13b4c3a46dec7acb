"""Habits of the SQL that its text alone shows: no clock, no floats, full tie-breaks, vars with why.

What the models compute is tested in tests/integration/test_dbt_*.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[3] / "dbt_project"
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
SQL = [*MODELS, *sorted((PROJECT / "macros").rglob("*.sql"))]
# The columns that tell two versions of one landed row apart whatever else is equal.
TIE_BREAK = ("known_at desc", "content_hash desc", "source_row desc")


def code(path: Path) -> str:
    """SQL without comments."""
    text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.sub(r"--.*", "", text)


@pytest.mark.parametrize("path", SQL, ids=lambda path: path.stem)
def test_no_model_reads_a_clock_or_computes_in_floats(path: Path):
    forbidden = r"\b(now\(|current_date|current_timestamp|getdate|today\(|double|float|real)\b"
    assert not re.findall(forbidden, code(path), flags=re.IGNORECASE)


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_model_says_what_it_holds(path: Path):
    text = re.sub(r"^{{ config.*}}\n", "", path.read_text(encoding="utf-8"))
    is_listing = "landed_rows(" in text
    assert is_listing or text.startswith("-- "), "open with a comment of what its rows are"


def test_every_latest_version_of_a_landed_row_has_a_full_tie_break():
    """What numbers versions or events of a landed row must leave nothing to chance."""
    window = r"row_number\(\) over \((.*?)\) as (?:version|event)_number"
    orders = {
        path.stem: order
        for path in MODELS
        for order in re.findall(window, code(path), flags=re.DOTALL)
    }
    assert len(orders) >= 8
    for name, order in orders.items():
        assert [part for part in TIE_BREAK if part not in order] == [], name


def test_every_var_explains_itself():
    """A comment of two lines at least stands before each var: unit, range, what breaks."""
    lines = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8").splitlines()
    block = lines[lines.index("vars:") + 1 : lines.index("models:")]
    for number, line in enumerate(block):
        if re.match(r"  [a-z_]+:", line) and not block[number - 1].startswith("  unpaid_warning"):
            before = [text.strip() for text in block[max(number - 4, 0) : number]]
            assert sum(text.startswith("#") for text in before) >= 2, line


def test_marts_enforce_contracts_and_telemetry_is_off():
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert project["models"]["stairstep"]["marts"]["+contract"] == {"enforced": True}
    assert project["flags"]["send_anonymous_usage_stats"] is False


def test_staging_models_list_every_column_of_their_kind():
    from orchestration.landing.kinds import KINDS

    for kind in KINDS.values():
        folder, name = kind.name.split("/")
        path = PROJECT / "models" / "staging" / folder / f"stg_{folder}__{name}.sql"
        listed = re.findall(r"'([a-z_]+)',", path.read_text(encoding="utf-8"))
        assert listed == [column.name for column in kind.columns], kind.name


def test_every_reason_code_has_words():
    seed = (PROJECT / "seeds" / "reason_codes.csv").read_text(encoding="utf-8")
    codes = {line.split(",")[0] for line in seed.splitlines()[1:]}
    said = set()
    for path in MODELS:
        said |= set(re.findall(r"then '([a-z_]+)'", code(path)))
    from programs.filters import TRAITS

    assert {f"wrong_{trait}" for trait in TRAITS} <= codes
    used = {"counted", "unwound", "vin_invalid", "reported_too_late", "counted_under_other_code"}
    assert used <= said & codes
