"""Stacking: what several programs of one rooftop pay together in one period.

Here: exclusive programs, at most one of several, and caps on a family, over settled periods.
docs/rulebooks/meaning.md, "Stacking", says the same in words.
Not here: one program (settlement.py); which periods belong together (callers: the same code).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from programs.money import ZERO, round_money
from programs.rule_across import AtMostOneOf, ExclusiveWith, FamilyCap
from programs.settlement import SettledPeriod

KIND_ORDER = {"exclusive_with": 0, "at_most_one_of": 1, "family_cap": 2}


@dataclass(frozen=True)
class StatedStacking:
    """A stacking rule and the program that states it."""

    program_code: str
    rule: ExclusiveWith | AtMostOneOf | FamilyCap

    @property
    def members(self) -> tuple[str, ...]:
        """All programs of the rule in order: the stating one where it is listed, else first."""
        listed = self.rule.programs
        return listed if self.program_code in listed else (self.program_code, *listed)


def settle_stacking(
    settled: Mapping[str, SettledPeriod], stated: Iterable[StatedStacking]
) -> dict[str, SettledPeriod]:
    """Programs of one rooftop and one period, by program code, after the rules between them.

    Exclusive programs first, then at most one of several, then caps, each in order of its code: a
    rule sees what those before it left. Programs that aren't here pay nothing.
    """
    found = dict(settled)
    order = sorted(stated, key=lambda one: (KIND_ORDER[one.rule.kind], one.rule.stacking))
    for one in order:
        members = [code for code in one.members if code in found]
        if isinstance(one.rule, FamilyCap):
            limit = _limit(one.rule, found)
            for code, (earned, held) in _over(limit, [found[code] for code in members]).items():
                found[code] = _lose(found[code], one, earned, held)
            continue
        for code in _losers(one, found, members):
            lost = found[code]
            found[code] = _lose(lost, one, lost.amount_earned, lost.amount_held)
    return found


def _lose(
    settled: SettledPeriod, one: StatedStacking, earned: Decimal, held: Decimal
) -> SettledPeriod:
    return settled.with_change(
        one.rule.kind, one.rule.stacking, -earned, -held, stated_by=one.program_code
    )


def _whole(settled: SettledPeriod | None) -> Decimal:
    """What a program pays or would pay: earned and held together."""
    return ZERO if settled is None else settled.amount_earned + settled.amount_held


def _losers(
    one: StatedStacking, found: Mapping[str, SettledPeriod], members: Sequence[str]
) -> list[str]:
    if isinstance(one.rule, ExclusiveWith):
        return _exclusive(one.program_code, one.rule, found)
    paying = [code for code in members if _whole(found[code])]
    if not paying:
        return []
    kept = paying[0]
    if one.rule.keeps == "larger":
        # max keeps the first of equals, so a tie goes by the order listed.
        kept = max(paying, key=lambda code: _whole(found[code]))
    return [code for code in paying if code != kept]


def _exclusive(
    program_code: str, rule: ExclusiveWith, found: Mapping[str, SettledPeriod]
) -> list[str]:
    others = [code for code in rule.programs if code in found]
    this = _whole(found.get(program_code))
    rest = sum((_whole(found[code]) for code in others), ZERO)
    if not this or not rest:
        return []
    keeps_this = rule.keeps == "this" or (rule.keeps == "larger" and this >= rest)
    return others if keeps_this else [program_code]


def _limit(rule: FamilyCap, found: Mapping[str, SettledPeriod]) -> Decimal:
    limits = [] if rule.amount is None else [rule.amount]
    if rule.msrp_percent is not None and rule.of is not None:
        base = found[rule.of].paid_msrp_amount if rule.of in found else ZERO
        share = Fraction(rule.msrp_percent) / 100
        limits.append(round_money(share * max(Fraction(base), Fraction(0))))
    return min(limits)


def _over(limit: Decimal, members: Sequence[SettledPeriod]) -> dict[str, tuple[Decimal, Decimal]]:
    """What each program loses (earned, held) over a limit: the limit keeps earned amounts before
    held ones, each in order; later ones lose first."""
    left, lost_earned = limit, {}
    for member in members:
        kept = min(member.amount_earned, left)
        left -= kept
        lost_earned[member.program_code] = member.amount_earned - kept
    lost = {}
    for member in members:
        kept = min(member.amount_held, left)
        left -= kept
        lost[member.program_code] = (
            lost_earned[member.program_code],
            member.amount_held - kept,
        )
    return lost
