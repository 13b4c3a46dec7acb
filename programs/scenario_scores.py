"""Tiers by score in a scenario: as the forecast drew them, or as a change of the score leaves them.

Here: which of the two holds for an element, and the ladders of its tiers. Not here: the draws
(forecasting), the rest of a program's samples (positions.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from programs.changes import SURVEYS, Facts
from programs.gates import Reading
from programs.ladder import Ladder
from programs.program_states import cap_base_units
from programs.rule_models import Element
from programs.samples import Whole
from programs.score_samples import tier_ladders


@dataclass(frozen=True)
class Scored:
    """The tier that a score reaches in each draw, with the ladders of its tiers; nothing where the
    tier isn't drawn."""

    tiers: Whole | None = None
    ladders: Mapping[int, Ladder] = field(default_factory=dict)


def scored(
    drawn: Mapping[str, Whole], size: int, element: Element, known: Facts, facts: Facts
) -> Scored:
    """As drawn from what is known, unless a change moved the score or what it must reach."""
    tiers = drawn.get(element.element)
    if tiers is None or not _is_unmoved(element, known, facts):
        return Scored()
    base = cap_base_units(element, facts.inputs)
    return Scored(tiers[:size], tier_ladders(facts.rules, element, base))


def _is_unmoved(element: Element, known: Facts, facts: Facts) -> bool:
    stated = next((one for one in known.rules.elements if one.element == element.element), None)
    if stated is None or _asked(stated) != _asked(element):
        return False
    return _reading(element, known) == _reading(element, facts)


def _asked(element: Element) -> tuple[object, ...]:
    return element.against, tuple(band.from_edge for band in element.tiers.bands)


def _reading(element: Element, facts: Facts) -> Reading | None:
    source = SURVEYS if element.against.source == SURVEYS else "csi_score"
    return facts.inputs.reading(source, str(element.against.metric))
