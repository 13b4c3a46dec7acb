"""A rulebook's own examples: inputs, and the amount that the bulletin states for them.

Here: the shape of an example, of one period or of several.
Not here: running them (examples.py).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from programs.documents import StrictModel
from programs.group import Code
from programs.rule_units import Unwound
from programs.rule_values import Date, Money, NamedSpan, SaleType, StockType

GateStateCode = Literal["met", "not_met", "too_early", "unknown"]


class ExampleUnits(StrictModel):
    """Units sold in an example, alike and one after another in the order listed. What isn't said of
    them is the program's make, new, retail. Negative units are sales of an earlier period that are
    taken back, where the basis says `unwind_lands: unwind_period`."""

    units: int
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


class ExampleInputs(StrictModel):
    """What was so in one period. `objective` and `base` (last year's units) are one number, or one
    per element. `items` are by type or by item code. `other_programs` is what the programs named
    under `stacking` earn in the same period, `other_msrp` the MSRP of the units they pay."""

    period: NamedSpan | None = None
    starts: Date | None = None
    ends: Date | None = None
    sold: tuple[ExampleUnits, ...] = ()
    objective: int | dict[Code, int] | None = None
    base: int | dict[Code, int] | None = None
    scores: dict[str, ExampleScore] = {}
    items: dict[str, GateStateCode] = {}
    strikes: tuple[Date, ...] = ()
    unwound: tuple[Unwound, ...] = ()
    other_programs: dict[Code, Money] = {}
    other_msrp: dict[Code, Money] = {}
    period_is: Literal["closed", "open"] = "closed"


class ExamplePeriod(ExampleInputs):
    """One of several periods of an example, and what it pays with everything settled."""

    period: NamedSpan
    amount: Money | None = None
    held: Money | None = None
    tier: int | None = Field(default=None, ge=0)


class Example(ExampleInputs):
    """Inputs of one period, or of several (`periods`), and the amount that the bulletin states.

    amount and held are those of all periods together, after everything; tier is the first
    element's. qualifies: for a program without money, whether the award is held.
    """

    example: str
    periods: tuple[ExamplePeriod, ...] = ()
    amount: Money
    held: Money | None = None
    tier: int | None = Field(default=None, ge=0)
    qualifies: Literal[True, False, "undecided"] | None = None
