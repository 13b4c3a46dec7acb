"""Gates: whether CSI and training let the amount through, and what is left of it.

Belongs here: the states of conditions besides volume, and the steps from the ladder's amount to
what is earned, held, forfeited and deducted, in cents.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .facts import Known, Rooftop
from .rules import Period

NOT_MET, UNKNOWN, TOO_EARLY, MET = "not_met", "unknown", "too_early", "met"
WORST_FIRST = (NOT_MET, UNKNOWN, TOO_EARLY, MET)


def state(
    known: Known, rooftop: Rooftop, book: dict[str, Any], gate: dict[str, Any], period: Period
) -> str:
    return _require(known, rooftop, book, gate["require"], period)


def _require(
    known: Known, rooftop: Rooftop, book: dict[str, Any], require: dict[str, Any], period: Period
) -> str:
    if "any" in require:
        states = [_require(known, rooftop, book, each, period) for each in require["any"]]
        return max(states, key=WORST_FIRST.index)
    undecided = TOO_EARLY if known.today <= period.end else UNKNOWN
    if "items" in require:
        return _items(known, rooftop, book, require, period)
    if require["metric"] != "csi":
        raise ValueError(f"the evaluator can't read the metric {require['metric']}")
    if require["source"] == "survey_average":
        found = [
            Fraction(survey["score"])
            for survey in known.surveys
            if survey["dealer"] == rooftop.dealer
            and survey["make"] in rooftop.makes
            and period.start <= survey["date"] <= min(period.end, known.today)
        ]
        if len(found) < require["minimum_sample"]:
            return undecided
        return MET if sum(found) / len(found) >= require["at_least"] else NOT_MET
    if require["source"] == "csi_score" and require["at_least"] == "region_average":
        told = [
            score
            for score in known.scores
            if score["dealer"] == rooftop.dealer
            and score["make"] in rooftop.makes
            and period.start <= score["date"] <= min(period.end, known.today)
        ]
        if not told:
            return undecided
        last = max(told, key=lambda score: (score["date"], *score["stamp"]))
        return MET if last["score"] >= last["region"] else NOT_MET
    raise ValueError(f"the evaluator can't read the gate {require}")


def _items(
    known: Known, rooftop: Rooftop, book: dict[str, Any], require: dict[str, Any], period: Period
) -> str:
    """Every item of that kind due in the period, done by its own due day."""
    if require.get("due") != "item_due":
        raise ValueError(f"the evaluator can't read the items {require}")
    states = []
    for item in known.items:
        dealer, program, _ = item["key"]
        if dealer != rooftop.dealer or program not in ("-", book["program"]):
            continue
        if item["type"] != require["items"] or item["due"] is None:
            continue
        if not period.start <= item["due"] <= period.end:
            continue
        if item["completed"] is not None and item["completed"] <= item["due"]:
            states.append(MET)
        else:
            states.append(TOO_EARLY if known.today <= item["due"] else NOT_MET)
    return min(states, key=WORST_FIRST.index) if states else UNKNOWN


@dataclass(frozen=True)
class Left:
    """A ladder's amount in dollars, and what a deduction leaves of it."""

    amount: Fraction
    left: Fraction

    @property
    def before(self) -> int:
        return cents(self.amount)

    @property
    def deducted(self) -> int:
        return cents(self.amount) - cents(self.left)


def money(left: Left, gates: list[dict[str, Any]], states: dict[str, str]) -> dict[str, int]:
    """What gates forfeit of it and hold; the rest is earned. In cents, each rounded once."""
    kept = left.left
    for gate in gates:
        if states[gate["gate"]] == NOT_MET:
            kept *= _kept_share(gate["effect"])
    undecided = any(state in (UNKNOWN, TOO_EARLY) for state in states.values())
    return {
        "amount_forfeited": cents(left.left) - cents(kept),
        "amount_held": cents(kept) if undecided else 0,
        "amount_earned": 0 if undecided else cents(kept),
    }


def _kept_share(effect: Any) -> Fraction:
    if effect == "forfeit":
        return Fraction(0)
    if isinstance(effect, dict) and set(effect) == {"reduce_to_percent"}:
        return Fraction(effect["reduce_to_percent"], 100)
    raise ValueError(f"the evaluator can't read the effect {effect}")


def cents(dollars: Fraction | int) -> int:
    return rounded(dollars * 100)


def rounded(value: Fraction | int) -> int:
    """Half up."""
    return math.floor(value + Fraction(1, 2))
