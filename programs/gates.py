"""Gates: conditions besides volume, with four states that are never mixed up.

Here: a gate's tree as OR of ANDs, the state of each leaf, and what the gates leave of an amount.
Not here: finding the score, the surveys or the items of a store (dbt's fct_gate); the amounts
themselves (standing.py).
"""

from __future__ import annotations

import datetime
import itertools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from programs.rule_checks_gates import COMPARISONS
from programs.rule_gates import Condition, Gate
from programs.same import Same

MetricSource = Literal[
    "csi_score",
    "survey_average",
    "compliance_items",
    "rdr_timeliness",
    "element_units",
    "element_attainment",
]
Comparison = Literal[">=", ">", "<=", "<"]
COMPARE = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


class GateState(IntEnum):
    """Ordered so that AND is min and OR is max.

    not_met: known, and under. unknown: nothing known to judge by. too_early: what is known isn't
    enough yet and more is to come. met: known, and reached. Unknown never pays nor forfeits.
    """

    NOT_MET = 0
    UNKNOWN = 1
    TOO_EARLY = 2
    MET = 3

    @property
    def code(self) -> str:
        return self.name.lower()


@dataclass(frozen=True)
class Leaf:
    """One condition of a gate. `threshold_value` is None for an average that moves; the item
    fields are None for a metric and the other way round. For element_units and
    element_attainment, `metric_code` is the element's code."""

    metric_code: str
    metric_source: MetricSource
    comparison: Comparison | None = None
    threshold_kind: Literal["fixed", "region_average", "national_average"] | None = None
    threshold_value: Decimal | None = None
    minimum_sample: int | None = None
    item_type: str | None = None
    due: Literal["period_end", "item_due"] | None = None
    item_code: str | None = None
    within_days: int | None = None


@dataclass(frozen=True)
class Reading:
    """What is known of a metric. `score` is None when there is no survey yet (sample 0)."""

    score: Decimal | None
    sample_count: int | None = None
    region_average: Decimal | None = None
    national_average: Decimal | None = None


@dataclass(frozen=True)
class Item:
    """One training, facility or digital item of a dealer code."""

    due_date: datetime.date | None
    completed_date: datetime.date | None


@dataclass(frozen=True)
class GateResult:
    """One gate of one element with its state. `reduce_to_share` is set for effect `reduce`."""

    gate_code: str
    state: GateState
    effect: Literal["forfeit", "reduce", "waive"] = "forfeit"
    reduce_to_share: Decimal | None = None

    @property
    def kept_share(self) -> Decimal:
        """The share of an amount that this gate leaves; open states leave it whole, but held."""
        if self.state is not GateState.NOT_MET or self.effect == "waive":
            return Decimal(1)
        if self.effect == "reduce" and self.reduce_to_share is not None:
            return self.reduce_to_share
        return Decimal(0)

    @property
    def is_holding(self) -> bool:
        """Whether this gate keeps an amount from being earned yet."""
        is_undecided = self.state in (GateState.UNKNOWN, GateState.TOO_EARLY)
        return is_undecided and self.effect != "waive"


def kept_share(gates: Iterable[GateResult]) -> Decimal:
    """The share that all gates together leave: the smallest of theirs (they don't compound)."""
    return min((gate.kept_share for gate in gates), default=Decimal(1))


def is_held(gates: Iterable[GateResult]) -> bool:
    """Whether what is left must wait for a gate that is too early or unknown."""
    return any(gate.is_holding for gate in gates)


def gates_state(gates: Iterable[GateResult]) -> GateState | None:
    """The state of all gates of an element together; None when it has no gate."""
    return min((gate.state for gate in gates), default=None)


def tree_state(conjuncts: Iterable[Iterable[GateState]]) -> GateState:
    """The state of an OR of ANDs."""
    return max(min(leaves) for leaves in conjuncts)


def conjuncts(condition: Condition) -> tuple[tuple[Leaf, ...], ...]:
    """A condition tree as OR of ANDs (disjunctive normal form), leaves in the order stated."""
    return _conjuncts(Same(condition))


@lru_cache(maxsize=4096)
def _conjuncts(same: Same[Condition]) -> tuple[tuple[Leaf, ...], ...]:
    condition = same.part
    if condition.any is not None:
        return tuple(found for part in condition.any for found in conjuncts(part))
    if condition.all is not None:
        choices = itertools.product(*(conjuncts(part) for part in condition.all))
        return tuple(tuple(itertools.chain.from_iterable(choice)) for choice in choices)
    return ((_leaf(condition),),)


def _leaf(condition: Condition) -> Leaf:
    if condition.items is not None:
        return Leaf(
            metric_code=condition.items,
            metric_source="compliance_items",
            item_type=condition.items,
            due=condition.due,
            item_code=condition.only,
        )
    name = next(name for name in COMPARISONS if getattr(condition, name) is not None)
    threshold = getattr(condition, name)
    return Leaf(
        metric_code=str(condition.metric or condition.units_of or condition.attainment_of),
        metric_source=_source(condition),
        comparison=COMPARISONS[name],
        threshold_kind=threshold if isinstance(threshold, str) else "fixed",
        threshold_value=None if isinstance(threshold, str) else threshold,
        minimum_sample=condition.minimum_sample,
        within_days=condition.within_days,
    )


def _source(condition: Condition) -> MetricSource:
    """Where the number comes from; a figure lands as the scores do, under its own metric."""
    if condition.units_of is not None:
        return "element_units"
    if condition.attainment_of is not None:
        return "element_attainment"
    if condition.within_days is not None:
        return "rdr_timeliness"
    return "csi_score" if condition.source == "figure" else condition.source


def effect_of(gate: Gate) -> tuple[Literal["forfeit", "reduce", "waive"], Decimal | None]:
    """A gate's effect and, for `reduce`, the share that is left."""
    if isinstance(gate.effect, str):
        return gate.effect, None
    return "reduce", gate.effect.reduce_to_percent / 100


def metric_state(leaf: Leaf, reading: Reading | None, *, is_period_open: bool) -> GateState:
    """The state of a metric's leaf.

    No reading at all: unknown. Too small a sample: too early while the period runs, not met once
    it has ended. No benchmark to compare with: unknown.
    """
    if reading is None:
        return GateState.UNKNOWN
    wanted = leaf.minimum_sample or (1 if leaf.metric_source == "survey_average" else 0)
    if wanted and reading.sample_count is None:
        return GateState.UNKNOWN
    if wanted and reading.sample_count is not None and reading.sample_count < wanted:
        return GateState.TOO_EARLY if is_period_open else GateState.NOT_MET
    threshold = _threshold(leaf, reading)
    if threshold is None or reading.score is None or leaf.comparison is None:
        return GateState.UNKNOWN
    is_met = COMPARE[leaf.comparison](reading.score, threshold)
    return GateState.MET if is_met else GateState.NOT_MET


def _threshold(leaf: Leaf, reading: Reading) -> Decimal | None:
    if leaf.threshold_kind == "region_average":
        return reading.region_average
    if leaf.threshold_kind == "national_average":
        return reading.national_average
    return leaf.threshold_value


def units_state(
    leaf: Leaf, counted_units: int, target_units: int | None, *, is_period_open: bool
) -> GateState:
    """The state of a leaf over an element's own units, or its attainment in percent of a target.

    While the period runs more units may come: a floor not reached yet, or a ceiling not passed
    yet, is too early. Without a target (or with one of 0) attainment is unknown.
    """
    value = Fraction(counted_units)
    if leaf.metric_source == "element_attainment":
        if not target_units:
            return GateState.UNKNOWN
        value = Fraction(counted_units * 100, target_units)
    if leaf.comparison is None or leaf.threshold_value is None:
        raise ValueError(f"a condition on the units of '{leaf.metric_code}' needs a number")
    is_met = COMPARE[leaf.comparison](value, Fraction(leaf.threshold_value))
    may_change = is_period_open and is_met != (leaf.comparison in (">=", ">"))
    if may_change:
        return GateState.TOO_EARLY
    return GateState.MET if is_met else GateState.NOT_MET


def items_state(
    leaf: Leaf,
    items: Iterable[Item],
    *,
    period_start: datetime.date,
    period_end: datetime.date,
    as_of_date: datetime.date,
) -> GateState:
    """The state of a leaf over compliance items, of one type and one dealer code.

    `items` are all of that type (where the leaf names an item code, all of that code) ever known:
    none at all is unknown. Those that concern the period
    are due by its end and weren't complete before its start. `item_due`: each by its own due date;
    `period_end`: each by the period's last day.
    """
    known = list(items)
    if not known:
        return GateState.UNKNOWN
    states = [
        _item_state(item, _deadline(leaf, item, period_end), as_of_date)
        for item in known
        if (item.due_date is None or item.due_date <= period_end)
        and (item.completed_date is None or item.completed_date >= period_start)
    ]
    return min(states, default=GateState.MET)


def _deadline(leaf: Leaf, item: Item, period_end: datetime.date) -> datetime.date:
    return item.due_date if leaf.due == "item_due" and item.due_date is not None else period_end


def _item_state(item: Item, deadline: datetime.date, as_of_date: datetime.date) -> GateState:
    if item.completed_date is not None and item.completed_date <= as_of_date:
        return GateState.MET if item.completed_date <= deadline else GateState.NOT_MET
    return GateState.TOO_EARLY if as_of_date <= deadline else GateState.NOT_MET
