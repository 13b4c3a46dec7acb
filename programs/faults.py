"""What a check of a rulebook yields: where, and what would be right.

Here: the types that all checks share.
Not here: the checks (rule_checks*.py), and problems with their file and line (errors.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Path = tuple[str | int, ...]
Fault = tuple[Path, str]


def repeated(named: Iterable[tuple[Path, str]]) -> Iterator[Fault]:
    """A fault for each name that was used before."""
    seen: set[str] = set()
    for path, name in named:
        if name in seen:
            yield path, f"'{name}' is used twice; give each its own name"
        seen.add(name)


def listed(names: Iterable[str]) -> str:
    """Names as a sentence ends with them."""
    return ", ".join(sorted(names)) or "none"
