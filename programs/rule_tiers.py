"""Targets, tiers and caps: what units are measured against and what they then earn.

Here: the shape of each part, as a writer states it.
Not here: faults across fields (rule_checks_elements.py); the arithmetic (ladder.py, pay_lines.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from programs.documents import StrictModel
from programs.group import Code
from programs.rule_values import (
    STATED,
    WORD,
    Edge,
    Money,
    MoneyByGroup,
    NamedSpans,
    Percent,
    PercentByGroup,
    PositiveInt,
    Rounding,
    word_or_stated,
)


class Band(StrictModel):
    """One tier: from its edge (included) to the next (not included), and what it pays.

    per_unit, msrp_percent and at_most_per_unit are one number for every paid unit, or one per pay
    group. at_most_per_unit limits what one unit earns by per_unit and msrp_percent together.
    """

    from_edge: Edge = Field(alias="from")
    to_edge: Edge | None = Field(default=None, alias="to")
    per_unit: MoneyByGroup | None = None
    flat: Money | None = None
    msrp_percent: PercentByGroup | None = None
    at_most_per_unit: MoneyByGroup | None = None


class Tiers(StrictModel):
    """The bands and how they are read."""

    edges: Literal["percent", "units", "score"]
    rounding: Rounding = "up"
    shape: Literal["retroactive", "marginal"] = "retroactive"
    choose: Literal["highest", "added"] = "highest"
    bands: tuple[Band, ...] = Field(min_length=1)


class RoundedScore(StrictModel):
    """How a score is rounded before it meets the edges: to so many places, up, down or nearest."""

    places: int = Field(ge=0, le=3)
    rounding: Rounding


class Waived(StrictModel):
    """Periods in which the objective is waived: they earn a tier whatever was sold."""

    periods: NamedSpans = Field(min_length=1)
    tier: PositiveInt | None = None


Target = Literal["objective", "units", "last_year", "nothing"]


class Against(StrictModel):
    """What an element is measured against.

    objective: the portal's. last_year: last year's same period. units: an absolute number.
    nothing: what is paid is paid. score: a figure that a feed brings (CSI, sales efficiency, market
    share), named by `metric`; its tier comes from the score and not from units.
    """

    target: Literal["objective", "units", "last_year", "nothing", "score"] = "score"
    waived: Waived | None = None
    metric: Code | None = None
    source: Literal["csi_score", "figure", "survey_average"] = "figure"
    minimum_sample: PositiveInt | None = None
    rounded: (
        Annotated[
            Annotated[Literal["exact"], Tag(WORD)] | Annotated[RoundedScore, Tag(STATED)],
            Discriminator(word_or_stated),
        ]
        | None
    ) = None


def _target(value: Any) -> Any:
    """`against: objective` stands for `against: {target: objective}`."""
    return {"target": value} if isinstance(value, str) else value


StatedAgainst = Annotated[
    Against, BeforeValidator(_target, json_schema_input_type=Target | Against)
]


class ShareOfBase(StrictModel):
    """A cap in units as a share of a base, with its own rounding. `of` is the base where the
    element isn't measured against one."""

    percent: Percent
    of: Literal["objective", "last_year"] | None = None
    rounding: Rounding
    at_least: int = Field(default=0, ge=0)


class ElementCaps(StrictModel):
    """The most that one element may pay: in units, as a share of the base, or in dollars."""

    units: PositiveInt | None = None
    share_of_base: ShareOfBase | None = None
    amount: Money | None = None


class ProgramCaps(StrictModel):
    """The most that all elements together may pay."""

    amount: Money | None = None
    msrp_percent: Percent | None = None
