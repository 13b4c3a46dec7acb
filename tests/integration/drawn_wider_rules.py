"""Rules over several periods or programs for drawn programs, of which too few are drawn.

Here: periods earned back, chargebacks, stacking within families of four, revisions. Not here: the
other shapes (rulebook_strategies.py), drawing the programs (drawn_programs.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from programs.rulebook import Rulebook

FAMILY = 4


def family_of(number: int, count: int) -> range:
    """The numbers of the programs that may name each other."""
    first = number - number % FAMILY
    return range(first, min(first + FAMILY, count))


def add_wider_rules(
    dice: random.Random, document: dict[str, Any], others: Sequence[str]
) -> None:
    """Adds rules to a drawn document; `others` are the rest of its family."""
    if not document["across"] and dice.random() < 0.5:
        document["across"] = list(_earned_back(dice, document["elements"]))
    kinds = {deduction["kind"] for deduction in document["deductions"]}
    if document["basis"]["unwind_lands"] == "nowhere" and "chargeback" not in kinds:
        per_unit = dice.randint(1, 40_000) / 100
        document["deductions"].append(
            {"deduction": "back", "kind": "chargeback", "per_unit": per_unit}
        )
    if others:
        document["stacking"] = [_stacking(dice, document["program"], others)]


def revision_of(document: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """A revision that makes another drawn program's rules of a document, from March on."""
    change = {name: other[name] for name in ("elements", "gates", "across", "deductions")}
    if document["basis"]["unwind_lands"] != "nowhere":  # a chargeback needs that basis
        kept = [one for one in other["deductions"] if one["kind"] != "chargeback"]
        change["deductions"] = kept
    return {
        "announced": "2025-02-20",
        "effective": "2025-03-01",
        "source": {"bulletin": "B", "date": "2025-02-20"},
        "change": change,
    }


def as_announced(book: Rulebook) -> dict[str, Any]:
    """A rulebook as the document that the second evaluator reads, its revision in it."""
    first, *later = (version.document for version in book.versions)
    revisions = [
        {
            "announced": one["announced"],
            "effective": one["effective"],
            "change": {name: one[name] for name in ("elements", "gates", "across", "deductions")},
        }
        for one in later
    ]
    return dict(first) | {"revisions": revisions}


def _earned_back(
    dice: random.Random, elements: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    for element in elements:
        tiers, is_moved = element["tiers"], element["against"] != "nothing"
        if is_moved and tiers["edges"] != "score" and tiers["shape"] == "retroactive":
            count = len(tiers["bands"])
            rule = {"rule": f"back-{element['element']}", "element": element["element"]}
            rule |= {"within": "quarter", "tier": dice.randint(1, count)}
            if dice.random() < 0.3:
                yield rule | {"kind": "last_period", "reaches": dice.randint(1, count)}
            else:
                judged = dice.choice(["any_period", "window_end"])
                yield rule | {"kind": "catch_up", "judged": judged}


def _stacking(dice: random.Random, code: str, others: Sequence[str]) -> dict[str, Any]:
    some = sorted(dice.sample(others, dice.randint(1, len(others))))
    kind = dice.choice(["exclusive_with", "at_most_one_of", "family_cap"])
    rule: dict[str, Any] = {"stacking": f"rule-{code}", "kind": kind, "programs": some}
    if kind == "exclusive_with":
        return rule | {"keeps": dice.choice(["larger", "this", "others"])}
    if kind == "at_most_one_of":
        own = [*some, code] if dice.random() < 0.5 else some
        return rule | {"programs": own, "keeps": dice.choice(["larger", "first"])}
    cap = {"amount": dice.randint(0, 3000)}
    share = {"msrp_percent": dice.randint(0, 300) / 100, "of": dice.choice([code, *some])}
    return rule | dice.choice([cap, share, cap | share])
