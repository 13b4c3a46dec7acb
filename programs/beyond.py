"""Rules that reach beyond one program and period, by name: what a period alone leaves out.

Here: which of them a program has, and the sentence that says so. Not here: their arithmetic
(settlement.py, stacking.py), the words of what they changed (adjustment_words.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from programs.explanation_words import money
from programs.rule_models import RuleVersion

BEYOND = {
    "catch_up": "periods earned back",
    "last_period": "periods earned back",
    "all_periods": "the bonus for all periods",
    "strikes": "strikes",
    "chargeback": "chargebacks",
    "exclusive_with": "programs that exclude each other",
    "at_most_one_of": "programs of which one pays",
    "family_cap": "the cap on several programs",
}


BETWEEN = ("exclusive_with", "at_most_one_of", "family_cap")


def kinds_beyond(rules: RuleVersion, beside: Iterable[RuleVersion]) -> tuple[str, ...]:
    """The kinds of a version's own rules, and of those that versions beside it, ruling the same
    period at one rooftop, state of its program."""
    own = [rule.kind for rule in (*rules.across, *rules.deductions, *rules.stacking)]
    others = [
        rule.kind
        for other in beside
        for rule in other.stacking
        if other.program != rules.program and rules.program in rule.programs
    ]
    return tuple(dict.fromkeys([*own, *others]))


def beyond_text(
    kinds: Iterable[str], amount_adjusted: Decimal, *, is_settled: bool = False
) -> str:
    """What amounts of a period alone leave out, and what that changes today; empty without any.
    is_settled: expected amounts are settled over several periods."""
    kinds = tuple(kinds)
    names = ", ".join(dict.fromkeys(BEYOND[kind] for kind in kinds))
    if not names:
        return ""
    over_periods = [BEYOND[kind] for kind in kinds if kind not in BETWEEN]
    sign = "+" if amount_adjusted > 0 else ""
    text = f"Without {names}: today they change it by {sign}{money(amount_adjusted)}."
    if is_settled and over_periods:
        text += f" Expected amounts have {', '.join(dict.fromkeys(over_periods))} in them."
    return text
