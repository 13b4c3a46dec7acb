"""Rules over several periods or programs for drawn programs, of which too few are drawn.

Here: catch-ups, chargebacks and stacking within families of four. Not here: the other shapes
(rulebook_strategies.py), drawing the programs (drawn_programs.py).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

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
        document["across"] = list(_catch_ups(dice, document["elements"]))
    kinds = {deduction["kind"] for deduction in document["deductions"]}
    if document["basis"]["unwind_lands"] == "nowhere" and "chargeback" not in kinds:
        per_unit = dice.randint(1, 40_000) / 100
        document["deductions"].append(
            {"deduction": "back", "kind": "chargeback", "per_unit": per_unit}
        )
    if others:
        document["stacking"] = [_stacking(dice, document["program"], others)]


def _catch_ups(
    dice: random.Random, elements: Sequence[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    for element in elements:
        tiers, is_moved = element["tiers"], element["against"] != "nothing"
        if is_moved and tiers["edges"] != "score" and tiers["shape"] == "retroactive":
            yield {
                "rule": f"back-{element['element']}",
                "kind": "catch_up",
                "element": element["element"],
                "within": "quarter",
                "tier": dice.randint(1, len(tiers["bands"])),
                "judged": dice.choice(["any_period", "window_end"]),
            }


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
