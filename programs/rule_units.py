"""Who, when and which units: the parts of a rulebook that say whom and what a rule is about.

Here: enrolment, periods, basis, deadlines, and the filters of units.
Not here: what the units earn (rule_tiers.py); evaluating a filter (filters.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from programs.documents import StrictModel
from programs.group import Code
from programs.rule_values import Date, PositiveInt, SaleTypes, StockTypes, Texts, Years


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
    dealer_codes: Annotated[
        tuple[EnrolledCode, ...] | None,
        BeforeValidator(
            _enrolled_codes,
            json_schema_input_type=Literal["all"] | tuple[str | EnrolledCode, ...],
        ),
    ]


class FreeDates(StrictModel):
    """A period whose days the bulletin names, both ends included. `base_start` and `base_end` are
    last year's days to compare with; not stated: the same dates a year before."""

    start: Date
    end: Date
    base_start: Date | None = None
    base_end: Date | None = None


class When(StrictModel):
    """The periods: a grain of a sales calendar, or free dates."""

    calendar: Code | None = None
    grain: Literal["month", "two_month", "quarter", "half", "year", "free"]
    dates: tuple[FreeDates, ...] = ()


class Basis(StrictModel):
    """Which event counts a unit, and what an unwind after the sale's period does.

    sale_period: the sale no longer counts in its own period. unwind_period: it is taken off in the
    period of the unwind. nowhere: it goes on counting where it was sold (a chargeback may take its
    money). Within the sale's own period an unwound sale never counts.
    """

    event: Literal["rdr", "delivery", "wholesale"] = "rdr"
    unwind_lands: Literal["sale_period", "unwind_period", "nowhere"] = "sale_period"


class Deadlines(StrictModel):
    """Days within which a report, a claim or its documents must be in; none: no deadline.

    A unit reported later than either report deadline doesn't count; claims and documents are
    shown, and cost nothing by themselves.
    """

    report_days_after_sale: int | None = Field(default=None, ge=0)
    report_days_after_period: int | None = Field(default=None, ge=0)
    claim_days_after_period: int | None = Field(default=None, ge=0)
    documents_days_after_period: int | None = Field(default=None, ge=0)


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
    stock_type: StockTypes | None = None
    sale_type: SaleTypes | None = None

    @property
    def stated_traits(self) -> frozenset[str]:
        """The traits that are stated; the others are any at all."""
        return frozenset(name for name in UnitTraits.model_fields if getattr(self, name))


class UnitFilter(UnitTraits):
    """The units that count, or are paid. Stock and sale type must be said: they differ by OEM."""

    stock_type: StockTypes
    sale_type: SaleTypes
    excluding: tuple[UnitTraits, ...] = Field(default=(), alias="except")


class PayGroup(UnitTraits):
    """Units that are paid alike: of the paid ones, those with these traits that no group before
    it holds. Without traits it holds all the rest."""

    group: Code
    name: str | None = None


class Unwound(StrictModel):
    """Paid units of an earlier period, unwound in this one so long after their sale."""

    units: PositiveInt
    days_after_sale: int = Field(default=0, ge=0)
