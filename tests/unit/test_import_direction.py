"""The rooms import one way: what each may import of ours is written down once, here.

Read from the syntax, so that lazy imports inside functions count too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT: dict[str, set[str]] = {
    "programs": set(),
    "forecasting": {"programs"},
    "expectations": set(),
    "notebook": {"programs"},
    "scenarios": {"programs", "notebook"},
    "orchestration": {"programs", "scenarios", "forecasting", "expectations", "notebook"},
    "app": {"programs", "scenarios", "notebook"},
    "sample_group": {"programs"},
}
OURS = {*MAY_IMPORT, "tests", "benchmarks", "scripts"}
# House rule: nothing heavy at import time, so that the command line answers at once.
HEAVY = {
    "great_expectations", "prophet", "cmdstanpy", "dagster", "dbt", "streamlit", "pandas",
    "sqlalchemy", "alembic",
}  # fmt: skip
LIGHT_ROOMS = ("programs", "scenarios", "expectations", "orchestration/cli")


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.lineno, node.module


def _at_import_time(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Imports that run when the module is imported: not in functions, nor for type checkers."""
    pending: list[ast.stmt] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imports(node)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending.extend(node.orelse)
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ClassDef):
            pending.extend(
                child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)
            )


def _modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_it_may(room: str) -> None:
    allowed = MAY_IMPORT[room] | {room}
    assert _modules(room), f"{room} has no modules: was it renamed?"
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in _modules(room)
        for line, name in _imports(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in OURS - allowed
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", LIGHT_ROOMS)
def test_nothing_heavy_is_imported_at_import_time(folder: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in _modules(folder)
        for line, name in _at_import_time(ast.parse(path.read_text(encoding="utf-8")))
        if name.split(".")[0] in HEAVY
    ]
    assert wrong == []
