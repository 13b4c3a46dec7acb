"""Stacking over many samples at once: the rules of stacking.py on arrays of whole cents.

Here: exclusive programs, at most one of several and family caps, sample by sample; a property test
holds each sample equal to stacking.py.
Not here: what one program's samples pay (samples.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from programs.alike import Whole
from programs.money import cents_half_up
from programs.rule_across import AtMostOneOf, ExclusiveWith, FamilyCap
from programs.samples import share_of_cents
from programs.stacking import KIND_ORDER, StatedStacking


@dataclass(frozen=True)
class PaidSamples:
    """What one program earns and holds in every sample, and the MSRP it pays on, in cents."""

    earned: Whole
    held: Whole
    paid_msrp_cents: Whole

    @property
    def whole(self) -> Whole:
        return self.earned + self.held

    def without(self, lost: np.ndarray) -> PaidSamples:
        """Nothing where `lost`."""
        return replace(
            self, earned=np.where(lost, 0, self.earned), held=np.where(lost, 0, self.held)
        )


def stack_samples(
    found: Mapping[str, PaidSamples], stated: Iterable[StatedStacking]
) -> dict[str, PaidSamples]:
    """Programs of one rooftop and one period code, by program, after the rules between them."""
    left = dict(found)
    for one in sorted(stated, key=lambda rule: (KIND_ORDER[rule.rule.kind], rule.rule.stacking)):
        members = [code for code in one.members if code in left]
        if isinstance(one.rule, ExclusiveWith):
            _exclusive(one.program_code, one.rule, left)
        elif isinstance(one.rule, AtMostOneOf):
            _at_most_one(one.rule, members, left)
        else:
            _family_cap(one.rule, members, left)
    return left


def _exclusive(program_code: str, rule: ExclusiveWith, left: dict[str, PaidSamples]) -> None:
    others = [code for code in rule.programs if code in left]
    if program_code not in left or not others:
        return
    this = left[program_code].whole
    rest = sum((left[code].whole for code in others), np.zeros_like(this))
    both = (this != 0) & (rest != 0)
    keeps_this = {"this": both, "others": np.zeros_like(both), "larger": both & (this >= rest)}
    for code in others:
        left[code] = left[code].without(keeps_this[rule.keeps])
    left[program_code] = left[program_code].without(both & ~keeps_this[rule.keeps])


def _at_most_one(rule: AtMostOneOf, members: list[str], left: dict[str, PaidSamples]) -> None:
    if not members:
        return
    wholes = np.stack([left[code].whole for code in members])
    # argmax takes the first of equals: the order listed.
    kept = (wholes if rule.keeps == "larger" else wholes != 0).argmax(axis=0)
    for place, code in enumerate(members):
        left[code] = left[code].without(kept != place)


def _family_cap(rule: FamilyCap, members: list[str], left: dict[str, PaidSamples]) -> None:
    if not members:
        return
    zero = np.zeros_like(left[members[0]].earned)
    limits = [] if rule.amount is None else [zero + cents_half_up(rule.amount)]
    if rule.msrp_percent is not None and rule.of is not None:
        base = left[rule.of].paid_msrp_cents if rule.of in left else zero
        limits.append(share_of_cents(Fraction(rule.msrp_percent) / 100, np.maximum(base, 0)))
    over = np.minimum.reduce(limits)
    for name in ("earned", "held"):
        for code in members:
            kept = np.minimum(getattr(left[code], name), over)
            over = over - kept
            left[code] = replace(left[code], **{name: kept})
