"""What the tests of `programs` share: the sample's rulebooks and small documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs.rulebook import Rulebook, read_rulebook

RULEBOOKS = Path(__file__).parents[3] / "sample_group" / "home" / "rulebooks"

SMALL_RULEBOOK = """\
program: small
name: Small
oem: nissan
summary: Each unit pays.
announced: 2025-01-01
effective: 2025-01-02
source: {bulletin: B-1, date: 2025-01-01}
who: {makes: [Nissan], dealer_codes: all}
when: {calendar: nissan, grain: month}
elements:
  - element: volume
    name: Volume
    counts: {stock_type: new, sale_type: [retail, lease]}
    pays: same
    against: objective
    tiers:
      edges: percent
      bands:
        - {from: 90, to: 100, per_unit: 350}
        - {from: 100, per_unit: 600}
examples:
  - {example: at 90 %, objective: 50, sold: [{units: 45}], amount: 15750}
"""


@pytest.fixture(scope="session")
def sample_rulebooks() -> dict[str, Rulebook]:
    """The sample group's rulebooks by program code."""
    books = [
        read_rulebook(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(RULEBOOKS.glob("*.yaml"))
    ]
    return {book.program_code: book for book in books}


@pytest.fixture
def small_rulebook() -> str:
    """A whole, sound rulebook to break in one place."""
    return SMALL_RULEBOOK
