"""Stacking over samples pays in each what stacking alone does."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.money import dollars
from programs.rule_across import AtMostOneOf, ExclusiveWith, FamilyCap
from programs.settlement import SettledPeriod
from programs.stacking import StatedStacking, settle_stacking
from programs.stacking_samples import PaidSamples, stack_samples
from programs.standing import ProgramStanding

CODES = ("a", "b", "c")
ZERO = Decimal("0.00")
AMOUNTS = st.sampled_from([0, 1, 50_000, 70_000, 120_001])


@st.composite
def rules(draw):
    """A stating program with a rule over some of the others, and one that isn't there."""
    code = draw(st.sampled_from(CODES))
    others = [other for other in (*CODES, "gone") if other != code]
    named = tuple(draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True)))
    kind = draw(st.sampled_from(["exclusive_with", "at_most_one_of", "family_cap"]))
    stacking = draw(st.sampled_from(["x", "y", "z"]))
    if kind == "exclusive_with":
        keeps = draw(st.sampled_from(["larger", "this", "others"]))
        rule = ExclusiveWith(stacking=stacking, kind=kind, programs=named, keeps=keeps)
    elif kind == "at_most_one_of":
        keeps = draw(st.sampled_from(["larger", "first"]))
        rule = AtMostOneOf(stacking=stacking, kind=kind, programs=named, keeps=keeps)
    else:
        percent = draw(st.sampled_from([None, Decimal("1.5")]))
        rule = FamilyCap(
            stacking=stacking, kind=kind, programs=named,
            amount=draw(st.sampled_from([Decimal(600), Decimal("900.01")])),
            msrp_percent=percent, of=code if percent else None,
        )  # fmt: skip
    return StatedStacking(code, rule)


def settled(code: str, earned: int, held: int, msrp: int) -> SettledPeriod:
    standing = ProgramStanding(
        code, (), ZERO, ZERO, ZERO, ZERO, dollars(held), dollars(earned), ZERO
    )
    return SettledPeriod(code, "2025-08", standing, dollars(msrp))


@settings(max_examples=150)
@given(
    st.lists(rules(), max_size=3, unique_by=lambda one: (one.rule.kind, one.rule.stacking)),
    st.lists(st.tuples(*[st.tuples(AMOUNTS, AMOUNTS, AMOUNTS)] * 3), min_size=1, max_size=5),
)
def test_each_sample_is_stacked_as_if_alone(stated, samples):
    columns = np.array(samples, dtype=np.int64)  # [samples, programs, earned / held / MSRP]
    found = stack_samples(
        {
            code: PaidSamples(*(columns[:, n, field] for field in range(3)))
            for n, code in enumerate(CODES)
        },
        stated,
    )
    for k, sample in enumerate(samples):
        alone = settle_stacking(
            {code: settled(code, *sample[n]) for n, code in enumerate(CODES)}, stated
        )
        for code in CODES:
            assert found[code].earned[k] == alone[code].amount_earned * 100
            assert found[code].held[k] == alone[code].amount_held * 100
