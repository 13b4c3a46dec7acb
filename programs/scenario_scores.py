"""Tiers by score in a scenario: as the forecast drew them, or as a change of the score leaves them.

Here: which of the two holds for an element, and the ladders of its tiers. Not here: the draws
(forecasting), the rest of a program's samples (positions.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from programs.changes import SURVEYS
from programs.facts import Facts
from programs.gates import Reading
from programs.ladder import Ladder
from programs.program_states import cap_base_units
from programs.rule_models import Element
from programs.score_samples import tier_ladders


def drawn_ladders(
    drawn: Collection[str], element: Element, known: Facts, facts: Facts
) -> Mapping[int, Ladder] | None:
    """The ladders of an element's tiers where its score is drawn from what is known; None where it
    isn't, or a change moved it or what it must reach."""
    if element.element not in drawn or not _is_unmoved(element, known, facts):
        return None
    return tier_ladders(facts.rules, element, cap_base_units(element, facts.inputs))


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
