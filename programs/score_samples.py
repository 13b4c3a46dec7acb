"""Tiers that a score decides, over many samples at once.

Here: scores of many samples, exact, to the tiers they reach, and the ladder that pays each tier; a
property test holds each sample equal to program_states.score_tier.
Not here: one score (program_states.py), where samples come from (forecasting).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from programs.alike import Whole
from programs.element_cents import UNSCORED
from programs.ladder import Ladder
from programs.program_states import element_rules
from programs.rule_models import Element, RuleVersion
from programs.rule_tiers import Against


def score_tiers(element: Element, top: Whole, bottom: Whole, count: Whole | None) -> Whole:
    """The tier that each score, top / bottom, reaches at its period's end.

    `count`: how many answers it is of, None where that isn't told; too few reach no tier, and where
    some are asked for and none are told nothing is known (UNSCORED).
    """
    against = element.against
    wanted = against.minimum_sample or int(against.source == "survey_average")
    if wanted and count is None:
        return np.full(len(top), UNSCORED, dtype=np.int64)
    score, of = _rounded(top, np.maximum(bottom, 1), against)
    tiers = np.zeros(len(top), dtype=np.int64)
    for band in element.tiers.bands:
        edge = Fraction(band.from_edge)
        tiers += score * edge.denominator >= edge.numerator * of
    if count is not None:
        tiers[count < max(wanted, 1)] = 0
    return tiers


def _rounded(top: Whole, bottom: Whole, against: Against) -> tuple[Whole, Whole]:
    """Scores as they meet the edges."""
    if against.rounded is None or isinstance(against.rounded, str):
        return top, bottom
    scale = 10**against.rounded.places
    whole = {
        "up": -((-top * scale) // bottom),
        "down": top * scale // bottom,
        "nearest": (2 * top * scale + bottom) // (2 * bottom),
    }[against.rounded.rounding]
    return whole, np.full_like(bottom, scale)


def tier_ladders(
    rules: RuleVersion, element: Element, cap_base_units: int | None
) -> Mapping[int, Ladder]:
    """The ladder at each tier that a score may reach; empty where the base of its cap isn't
    known."""
    found = {
        tier: element_rules(
            rules, element, 1, None, cap_base_units=cap_base_units, fixed_tier=tier
        ).ladder
        for tier in range(len(element.tiers.bands) + 1)
    }
    return {tier: ladder for tier, ladder in found.items() if ladder is not None}
