"""The language of a rulebook: one pydantic model per part, as a writer states it in YAML.

Here: the shape of each part and what one field alone can get wrong.
Not here: faults across fields (rule_checks.py); reading text, revisions (rulebook.py); what a
rule means once units are sold (filters.py, ladder.py, gates.py, standing.py).
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from programs.documents import Mapping, StrictModel
from programs.group import Code

Date = datetime.date
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Percent = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=4)]
Edge = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4)]
PositiveInt = Annotated[int, Field(ge=1)]
StockType = Literal["new", "used", "certified"]
SaleType = Literal["retail", "lease", "fleet", "loaner", "demo", "employee", "wholesale"]
Rounding = Literal["up", "down", "nearest"]
Averages = Literal["region_average", "national_average"]


def _listed(value: Any) -> Any:
    """One value stands for a list of one."""
    return value if value is None or isinstance(value, list | tuple) else [value]


def _threshold(value: Any) -> Any:
    if value in ("region_average", "national_average"):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"'{value}' is not a number, region_average or national_average")
    return Decimal(value)


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Years = Annotated[tuple[int, ...], BeforeValidator(_listed)]
Threshold = Annotated[Decimal | Averages, BeforeValidator(_threshold)]


class Source(StrictModel):
    """The bulletin a rule was written from; shown beside every number it makes."""

    bulletin: str
    date: Date
    file: str | None = None


class EnrolledCode(StrictModel):
    """One enrolled dealer code, perhaps for a part of the program's time (both ends included)."""

    code: str = Field(min_length=1)
    from_date: Date | None = Field(default=None, alias="from")
    to_date: Date | None = Field(default=None, alias="to")


def _enrolled_codes(value: Any) -> Any:
    if value == "all":
        return None
    if isinstance(value, list):
        return [{"code": item} if not isinstance(item, dict) else item for item in value]
    raise ValueError(f"'{value}' is neither `all` nor a list of dealer codes")


class Who(StrictModel):
    """Who is enrolled. `dealer_codes: all` means every dealer code with one of these makes."""

    makes: Texts = Field(min_length=1)
    dealer_codes: Annotated[tuple[EnrolledCode, ...] | None, BeforeValidator(_enrolled_codes)]


class FreeDates(StrictModel):
    """A period whose days the bulletin names, both ends included."""

    start: Date
    end: Date


class When(StrictModel):
    """The periods: a grain of a sales calendar, or free dates."""

    calendar: Code | None = None
    grain: Literal["month", "two_month", "quarter", "half", "year", "free"]
    dates: tuple[FreeDates, ...] = ()


class Basis(StrictModel):
    """Which event counts a unit, and which period an unwind falls into."""

    event: Literal["rdr", "delivery", "wholesale"] = "rdr"
    unwind_lands: Literal["sale_period", "unwind_period"] = "sale_period"


class Deadlines(StrictModel):
    """Days after the period's end by which a report or claim must be in; none: no deadline."""

    report_days_after_period: int | None = Field(default=None, ge=0)
    claim_days_after_period: int | None = Field(default=None, ge=0)


class UnitTraits(StrictModel):
    """Traits of a unit. A list means any of them; a trait not stated is any at all.

    Text is compared without regard to case; `*` in a model or trim stands for any text.
    """

    make: Texts | None = None
    model: Texts | None = None
    trim: Texts | None = None
    model_year: Years | None = None
    model_year_from: int | None = None
    model_year_to: int | None = None
    powertrain: Texts | None = None
    stock_type: Annotated[tuple[StockType, ...], BeforeValidator(_listed)] | None = None
    sale_type: Annotated[tuple[SaleType, ...], BeforeValidator(_listed)] | None = None


class UnitFilter(UnitTraits):
    """The units that count, or are paid. Stock and sale type must be said: they differ by OEM."""

    stock_type: Annotated[tuple[StockType, ...], BeforeValidator(_listed)]
    sale_type: Annotated[tuple[SaleType, ...], BeforeValidator(_listed)]
    excluding: tuple[UnitTraits, ...] = Field(default=(), alias="except")


class Band(StrictModel):
    """One tier: from its edge (included) to the next (not included), and what it pays."""

    from_edge: Edge = Field(alias="from")
    to_edge: Edge | None = Field(default=None, alias="to")
    per_unit: Money | None = None
    flat: Money | None = None
    msrp_percent: Percent | None = None


class Tiers(StrictModel):
    """The bands and how they are read."""

    edges: Literal["percent", "units"]
    rounding: Rounding = "up"
    shape: Literal["retroactive", "marginal"] = "retroactive"
    choose: Literal["highest", "added"] = "highest"
    bands: tuple[Band, ...] = Field(min_length=1)


def _target(value: Any) -> Any:
    return {"target": value} if isinstance(value, str) else value


class Against(StrictModel):
    """What counted units are measured against."""

    target: Literal["objective", "units", "last_year", "nothing"]


class ShareOfBase(StrictModel):
    """A cap in units as a share of the base, with its own rounding."""

    percent: Percent
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


class Condition(StrictModel):
    """One condition, or a tree of them: exactly one of any, all, metric, items."""

    any: tuple[Condition, ...] | None = None
    all: tuple[Condition, ...] | None = None
    metric: Code | None = None
    source: Literal["csi_score", "survey_average"] = "csi_score"
    at_least: Threshold | None = None
    above: Threshold | None = None
    at_most: Threshold | None = None
    below: Threshold | None = None
    minimum_sample: PositiveInt | None = None
    items: Literal["training", "facility", "digital"] | None = None
    due: Literal["period_end", "item_due"] = "period_end"


class ReduceTo(StrictModel):
    """What is left of the amount when the gate is not met."""

    reduce_to_percent: Percent


def _effect(value: Any) -> Any:
    """`forfeit`, `waive` or a mapping with reduce_to_percent."""
    if isinstance(value, Mapping | ReduceTo):
        return ReduceTo.model_validate(value)
    if value not in ("forfeit", "waive"):
        raise ValueError(f"'{value}' is not forfeit, waive or {{reduce_to_percent: 50}}")
    return value


class Gate(StrictModel):
    """A condition besides volume, and what happens when it is not met.

    `waive` means that the OEM waives the condition for now: it is shown and costs nothing.
    """

    gate: Code
    name: str
    require: Condition
    effect: Annotated[Literal["forfeit", "waive"] | ReduceTo, BeforeValidator(_effect)]


class Deduction(StrictModel):
    """What is taken off. open_recall_share: the share of delivered units with an open recall."""

    deduction: Code
    kind: Literal["open_recall_share"]


def _pays(value: Any) -> Any:
    return None if value == "same" else value


def _counts(value: Any) -> Any:
    return None if value == "nothing" else value


class Element(StrictModel):
    """One part of a program with its own ladder. Elements of a program add up."""

    element: Code
    name: str
    counts: Annotated[UnitFilter | None, BeforeValidator(_counts)]
    pays: Annotated[UnitFilter | None, BeforeValidator(_pays)]
    against: Annotated[Against, BeforeValidator(_target)]
    tiers: Tiers
    caps: ElementCaps = ElementCaps()
    gates: tuple[Gate, ...] = ()
    deductions: tuple[Deduction, ...] = ()

    @property
    def counts_equal_pays(self) -> bool:
        """Whether every counted unit is paid and the other way round."""
        return self.counts is not None and self.pays in (None, self.counts)

    @property
    def is_volume(self) -> bool:
        """Whether units move it (a CSI-only element has no volume to chase)."""
        return self.counts is not None and self.against.target != "nothing"


class ExampleUnits(StrictModel):
    """Units sold in an example. What isn't said of them is the program's make, new, retail."""

    units: int = Field(ge=0)
    make: str | None = None
    model: str | None = None
    trim: str | None = None
    model_year: int | None = None
    powertrain: str | None = None
    stock_type: StockType = "new"
    sale_type: SaleType = "retail"
    msrp_total: Money | None = None
    open_recalls: int = Field(default=0, ge=0)


class ExampleScore(StrictModel):
    """A score in an example, with its sample and the averages on its date."""

    score: Decimal
    sample: int | None = Field(default=None, ge=0)
    region_average: Decimal | None = None
    national_average: Decimal | None = None


class Example(StrictModel):
    """Inputs and the amount that the bulletin states for them. `objective` and `base` are one
    number, or one per element."""

    example: str
    sold: tuple[ExampleUnits, ...] = ()
    objective: int | dict[str, int] | None = None
    base: int | dict[str, int] | None = None
    scores: dict[str, ExampleScore] = {}
    items: dict[str, Literal["met", "not_met", "too_early", "unknown"]] = {}
    period_is: Literal["closed", "open"] = "closed"
    amount: Money
    held: Money | None = None
    tier: int | None = Field(default=None, ge=0)


class RuleVersion(StrictModel):
    """A whole program as it stands from one announcement on."""

    program: Code
    name: str
    oem: Code
    summary: str
    pays_money: bool = True
    announced: Date
    effective: Date
    ends: Date | None = None
    source: Source
    who: Who
    when: When
    basis: Basis = Basis()
    deadlines: Deadlines = Deadlines()
    elements: tuple[Element, ...] = Field(min_length=1)
    gates: tuple[Gate, ...] = ()
    caps: ProgramCaps = ProgramCaps()
    examples: tuple[Example, ...] = Field(min_length=1)


class Revision(StrictModel):
    """A later announcement: each section under `change` replaces that section whole."""

    announced: Date
    effective: Date
    ends: Date | None = None
    source: Source
    change: dict[str, Any] = Field(min_length=1)
