"""Gates: four states that are never mixed up, and what they leave of an amount.

Belongs here: which score, surveys, items or units speak for a period, and trees of conditions.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .facts import Item, Period, Store, number
from .units import Line

NOT_MET, UNKNOWN, TOO_EARLY, MET = "not_met", "unknown", "too_early", "met"
ORDER = (NOT_MET, UNKNOWN, TOO_EARLY, MET)
WAYS = {
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
}


@dataclass(frozen=True)
class Reading:
    """A score as it speaks for a period."""

    score: Fraction
    sample: int | None
    region: Fraction | None = None
    nation: Fraction | None = None


@dataclass(frozen=True)
class Sight:
    """What gates look at. `elements`: code to counted units, target (None unknown) and whether its
    objective is waived. `lines` are those that any element counts or pays."""

    store: Store
    period: Period
    today: date
    elements: dict[str, tuple[int, int | None, bool]]
    lines: list[Line]

    @property
    def is_running(self) -> bool:
        return self.today <= self.period.end


def reading_of(
    store: Store, period: Period, today: date, metric: str, source: str
) -> Reading | None:
    """The score of a metric for a period, or the mean of its single surveys."""
    last = min(period.end, today)
    if source == "survey_average":
        found = [each.score for each in store.surveys
                 if each.metric == metric and period.start <= each.on <= last]
        return Reading(sum(found, Fraction(0)) / len(found), len(found)) if found else None
    told = [each for each in store.scores
            if each.metric == metric and period.start <= each.on <= last]
    if not told:
        return None
    latest = max(told, key=lambda each: each.on)
    return Reading(latest.score, latest.sample, latest.region, latest.nation)


def timely(sight: Sight, within: int) -> Reading | None:
    """The percent of the program's sales that were reported in so many days."""
    if sight.period.code in sight.store.told_timely:
        return Reading(sight.store.told_timely[sight.period.code], None)
    sales = [line.sale for line in sight.lines if line.step > 0]
    if not sales:
        return None
    quick = [sale for sale in sales if (sale.accepted_on - sale.on).days <= within]
    return Reading(Fraction(100 * len(quick), len(sales)), len(sales))


def state_of(condition: dict[str, Any], sight: Sight) -> str:
    for name, choose in (("any", max), ("all", min)):
        if name in condition:
            return choose((state_of(part, sight) for part in condition[name]), key=ORDER.index)
    if "items" in condition:
        return _items(condition, sight)
    if "units_of" in condition or "attainment_of" in condition:
        return _units(condition, sight)
    return _score(condition, sight)


def _stated(condition: dict[str, Any]) -> tuple[str, Callable[[Any, Any], bool], Any]:
    ((name, limit),) = [(name, condition[name]) for name in WAYS if name in condition]
    return name, WAYS[name], limit


def _score(condition: dict[str, Any], sight: Sight) -> str:
    source = condition.get("source", "csi_score")
    if "within_days" in condition:
        reading = timely(sight, condition["within_days"])
    else:
        reading = reading_of(sight.store, sight.period, sight.today, condition["metric"], source)
    if reading is None:
        return UNKNOWN
    wanted = condition.get("minimum_sample", 1 if source == "survey_average" else 0)
    if wanted and reading.sample is None:
        return UNKNOWN
    if wanted and reading.sample < wanted:
        return TOO_EARLY if sight.is_running else NOT_MET
    _, compare, limit = _stated(condition)
    averages = {"region_average": reading.region, "national_average": reading.nation}
    against = averages[limit] if limit in averages else number(limit)
    if against is None:
        return UNKNOWN
    return MET if compare(reading.score, against) else NOT_MET


def _units(condition: dict[str, Any], sight: Sight) -> str:
    name, compare, limit = _stated(condition)
    counted, target, is_waived = sight.elements[
        condition.get("units_of") or condition["attainment_of"]
    ]
    value = Fraction(counted)
    if "attainment_of" in condition:
        if is_waived:
            return MET
        if not target:
            return UNKNOWN
        value = Fraction(100 * counted, target)
    met = compare(value, number(limit))
    is_floor = name in ("at_least", "above")
    if sight.is_running and met != is_floor:
        return TOO_EARLY
    return MET if met else NOT_MET


def _items(condition: dict[str, Any], sight: Sight) -> str:
    known = [item for item in sight.store.items if item.type == condition["items"]]
    if "only" in condition:
        known = [item for item in known if item.code == condition["only"]]
    if not known:
        return UNKNOWN
    period = sight.period
    concerned = [
        item
        for item in known
        if (item.due is None or item.due <= period.end)
        and (item.completed is None or item.completed >= period.start)
    ]
    states = [_item(item, condition, sight) for item in concerned]
    return min(states, key=ORDER.index) if states else MET


def _item(item: Item, condition: dict[str, Any], sight: Sight) -> str:
    by_item = condition.get("due") == "item_due" and item.due is not None
    deadline = item.due if by_item else sight.period.end
    if item.completed is not None and item.completed <= sight.today:
        return MET if item.completed <= deadline else NOT_MET
    return TOO_EARLY if sight.today <= deadline else NOT_MET


@dataclass(frozen=True)
class Outcome:
    """What some gates together leave of an amount, and whether it must wait."""

    kept: Fraction = Fraction(1)
    is_held: bool = False
    states: tuple[str, ...] = ()


def outcome(gates: list[dict[str, Any]], sight: Sight, is_named: Callable[[Any], bool]) -> Outcome:
    """All gates of an element. `is_named` says whether stated periods hold this one."""
    kept, held, states = [Fraction(1)], False, []
    for gate in gates:
        state, effect = state_of(gate["require"], sight), gate["effect"]
        states.append(state)
        if effect == "waive" or is_named(gate.get("waived_in", [])):
            continue
        if state == NOT_MET:
            kept.append(Fraction(0) if effect == "forfeit" else _reduced(effect))
        held = held or state in (UNKNOWN, TOO_EARLY)
    return Outcome(min(kept), held, tuple(states))


def _reduced(effect: dict[str, Any]) -> Fraction:
    return number(effect["reduce_to_percent"]) / 100
