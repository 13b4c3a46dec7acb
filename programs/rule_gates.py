"""Gates: conditions besides volume, as a writer states them.

Here: conditions, their trees and what happens when one is not met.
Not here: the states of a gate (gates.py); faults across fields (rule_checks_gates.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from programs.documents import StrictModel
from programs.group import Code
from programs.rule_values import (
    STATED,
    WORD,
    NamedSpans,
    Percent,
    PositiveInt,
    Threshold,
    word_or_stated,
)


class Condition(StrictModel):
    """One condition, or a tree of them: exactly one of any, all, metric, items, units_of,
    attainment_of.

    metric: a score or figure that a feed brings; with `within_days` our own count, the percent of
    the program's counted units that were reported within so many days of their sale. items:
    training, facility or digital items, all of them or `only` the one of that item code. units_of:
    an element's counted units. attainment_of: an element's counted units in percent of its
    objective (or of last year's).
    """

    any: tuple[Condition, ...] | None = None
    all: tuple[Condition, ...] | None = None
    metric: Code | None = None
    source: Literal["csi_score", "figure", "survey_average"] = "csi_score"
    within_days: int | None = Field(default=None, ge=0)
    units_of: Code | None = None
    attainment_of: Code | None = None
    at_least: Threshold | None = None
    above: Threshold | None = None
    at_most: Threshold | None = None
    below: Threshold | None = None
    minimum_sample: PositiveInt | None = None
    items: Literal["training", "facility", "digital"] | None = None
    only: str | None = None
    due: Literal["period_end", "item_due"] = "period_end"


class ReduceTo(StrictModel):
    """What is left of the amount when the gate is not met."""

    reduce_to_percent: Percent


def _effect(value: Any) -> Any:
    if isinstance(value, str) and value not in ("forfeit", "waive"):
        raise ValueError(f"'{value}' is not forfeit, waive or {{reduce_to_percent: 50}}")
    return value


class Gate(StrictModel):
    """A condition besides volume, and what happens when it is not met.

    `waive` means that the OEM waives the condition for now: it is shown and costs nothing.
    `waived_in` names the periods in which it is.
    """

    gate: Code
    name: str
    require: Condition
    effect: Annotated[
        Annotated[Literal["forfeit", "waive"], Tag(WORD)] | Annotated[ReduceTo, Tag(STATED)],
        Discriminator(word_or_stated),
        BeforeValidator(_effect),
    ]
    waived_in: NamedSpans = ()
