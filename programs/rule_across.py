"""Rules that look beyond one period or one program: earning back, bonuses, strikes, stacking.

Here: the shape of each, as a writer states it.
Not here: their arithmetic (settlement.py, stacking.py); faults across fields
(rule_checks_across.py).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from programs.documents import StrictModel
from programs.group import Code
from programs.rule_values import Money, Percent, PositiveInt

# `all`: every period of the program; it then needs `ends`, or free dates.
Within = Literal["two_month", "quarter", "half", "year", "all"]


class CatchUp(StrictModel):
    """A missed period is earned back at `tier` when the periods so far reach that tier together.

    judged: window_end looks once, at the window's last period; any_period looks at the missed
    period and each one after it in the window.
    """

    rule: Code
    kind: Literal["catch_up"]
    element: Code
    within: Within
    tier: PositiveInt
    judged: Literal["window_end", "any_period"]


class LastPeriod(StrictModel):
    """Missed periods are earned back at `tier` when the window's last one alone reaches
    `reaches`."""

    rule: Code
    kind: Literal["last_period"]
    element: Code
    within: Within
    reaches: PositiveInt
    tier: PositiveInt


class BonusPay(StrictModel):
    """What a bonus pays: per paid unit of the window, a share of their MSRP, or once."""

    per_unit: Money | None = None
    flat: Money | None = None
    msrp_percent: Percent | None = None


class AllPeriods(StrictModel):
    """A bonus when every period of the window reaches `tier`; it is the last period's.

    caught_up_counts: whether a period that was earned back counts as reached.
    """

    rule: Code
    kind: Literal["all_periods"]
    element: Code
    within: Within
    tier: PositiveInt
    pays: BonusPay
    caught_up_counts: bool | None = None


AcrossRule = Annotated[CatchUp | LastPeriod | AllPeriods, Field(discriminator="kind")]


class RecallShare(StrictModel):
    """Of an element: the share of its delivered units with an open recall is taken off."""

    deduction: Code
    kind: Literal["open_recall_share"]


class StrikeStep(StrictModel):
    """From this strike on (counted in the rolling months) so much is taken off the period."""

    strike: PositiveInt
    takes_percent: Percent
    suspends_periods: int = Field(default=0, ge=0)


class Strikes(StrictModel):
    """Of a program: strikes against the dealer, counted in a rolling number of months."""

    deduction: Code
    kind: Literal["strikes"]
    rolling_months: PositiveInt
    steps: tuple[StrikeStep, ...] = Field(min_length=1)


class Chargeback(StrictModel):
    """Of a program: dollars for each paid unit of an earlier period that is unwound in this one,
    when no more than `look_back_days` after its sale (none: however long)."""

    deduction: Code
    kind: Literal["chargeback"]
    per_unit: Money
    look_back_days: PositiveInt | None = None


ProgramDeduction = Annotated[Strikes | Chargeback, Field(discriminator="kind")]


class ExclusiveWith(StrictModel):
    """This program, or the others: not both. `others` are compared by their sum."""

    stacking: Code
    kind: Literal["exclusive_with"]
    programs: tuple[Code, ...] = Field(min_length=1)
    keeps: Literal["larger", "this", "others"]


class AtMostOneOf(StrictModel):
    """Of this program and the others only one pays: the larger, or the first in order that earns
    anything (this program stands where its own code is listed, or first)."""

    stacking: Code
    kind: Literal["at_most_one_of"]
    programs: tuple[Code, ...] = Field(min_length=1)
    keeps: Literal["larger", "first"]


class FamilyCap(StrictModel):
    """This program and the others together pay at most so much; the later in order lose first.

    msrp_percent is of the paid MSRP of the program that `of` names.
    """

    stacking: Code
    kind: Literal["family_cap"]
    programs: tuple[Code, ...] = Field(min_length=1)
    amount: Money | None = None
    msrp_percent: Percent | None = None
    of: Code | None = None


StackingRule = Annotated[ExclusiveWith | AtMostOneOf | FamilyCap, Field(discriminator="kind")]
