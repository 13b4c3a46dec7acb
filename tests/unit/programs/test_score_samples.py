"""Tiers by score over many samples: each the same as one score alone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.element_cents import UNSCORED, ElementSamples
from programs.gates import Reading
from programs.ladder import build_ladder
from programs.ladder_rules import ladder_rules
from programs.program_states import PeriodInputs, element_rules, score_tier
from programs.rule_models import Element
from programs.rule_tiers import Against, RoundedScore
from programs.rulebook import read_rulebook
from programs.samples import program_cents
from programs.score_samples import score_tiers, tier_ladders
from programs.standing import ElementFacts, evaluate_element

EXAMPLES = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"


@pytest.fixture(scope="module")
def rules():
    path = EXAMPLES / "shape-score-tiers.yaml"
    return read_rulebook(path.read_text(encoding="utf-8"), path.name).latest


def by_score(rules) -> Element:
    return next(one for one in rules.elements if one.against.target == "score")


ROUNDED = st.none() | st.builds(
    RoundedScore, places=st.integers(0, 3), rounding=st.sampled_from(["up", "down", "nearest"])
)


@settings(max_examples=60, deadline=None)
@given(
    scores=st.lists(st.integers(0, 120_000), min_size=1, max_size=5),
    count=st.integers(1, 9),
    wanted=st.none() | st.integers(1, 9),
    rounded=ROUNDED,
    source=st.sampled_from(["figure", "survey_average"]),
    near=st.booleans(),
)
def test_each_sample_reaches_the_tier_of_its_score_alone(
    rules, scores, count, wanted, rounded, source, near
):
    element = by_score(rules)
    edges = [int(band.from_edge * 1000) for band in element.tiers.bands]
    if near:  # right at the edges, and a hair to either side
        scores = [edge + step for edge in edges for step in (-1, 0, 1)]
    against = Against(metric="m", source=source, minimum_sample=wanted, rounded=rounded)
    asked = element.model_copy(update={"against": against})
    # Sums of `count` scores in thousandths: an average with a remainder.
    tops = np.array([score * count + 1 for score in scores])
    bottoms = np.full(len(scores), count * 1000)
    found = score_tiers(asked, tops, bottoms, np.full(len(scores), count))
    for top, tier in zip(tops.tolist(), found.tolist(), strict=True):
        exact = Fraction(top, count * 1000)
        # A Decimal with all the places that an edge or a rounding can ask about.
        score = Decimal(exact.numerator) / Decimal(exact.denominator)
        inputs = PeriodInputs(readings={"m": Reading(score, count)})
        assert tier == score_tier(asked, inputs)


def test_a_sample_that_is_not_told_pays_nothing(rules):
    element = by_score(rules)
    asked = element.model_copy(
        update={"against": element.against.model_copy(update={"minimum_sample": 5})}
    )
    top, bottom = np.array([200_000]), np.array([1000])
    assert score_tiers(asked, top, bottom, None).tolist() == [UNSCORED]
    assert score_tiers(asked, top, bottom, np.array([4])).tolist() == [0]
    assert score_tiers(asked, top, bottom, np.array([5]))[0] == len(element.tiers.bands)


def test_each_sample_pays_its_own_tier(rules):
    """Every tier, none and not known, beside each other: each what the element alone pays."""
    element, tiers = by_score(rules), [0, UNSCORED, *range(len(by_score(rules).tiers.bands) + 1)]
    units, msrp = 7, Decimal("210000.00")
    whole = np.full(len(tiers), units)
    samples = ElementSamples(
        replace(element_rules(rules, element, 1, None), ladder=None),
        whole, whole, np.full(len(tiers), 21_000_000),
        score_tiers=np.array(tiers), tier_ladders=tier_ladders(rules, element, None),
    )  # fmt: skip
    found = program_cents([samples])
    for place, tier in enumerate(tiers):
        fixed = None if tier == UNSCORED else tier
        alone = element_rules(rules, element, 1, None, fixed_tier=fixed)
        facts = ElementFacts(units, units, msrp)
        assert found.earned[place] == int(evaluate_element(alone, facts).amount_earned * 100)
    assert found.earned.max() > 0
    assert build_ladder(ladder_rules(element), None) is None  # by units there is no tier
