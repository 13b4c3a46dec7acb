"""Broken rulebooks of shapes that the whole one can't take by one change: one clear error each."""

from __future__ import annotations

import pytest

from programs.errors import DocumentError
from programs.rulebook import read_rulebook

# name: (changes of the small rulebook ..., the error)
SMALL = {
    "a window that cuts a period": (
        ("grain: month}", "grain: two_month}"),
        ("examples:", "across: [{rule: c, kind: last_period, element: volume, within: quarter, "
         "reaches: 1, tier: 1}]\nexamples:"),
        "line 21: across[0].within: a quarter doesn't hold several whole periods of grain two_mon",
    ),
    "all periods of a program that never ends": (
        ("examples:", "across: [{rule: c, kind: last_period, element: volume, within: all, "
         "reaches: 1, tier: 1}]\nexamples:"),
        "line 21: across[0].within: all periods of a program that never ends can't be met; state",
    ),
    "a catch-up of marginal tiers": (
        ("edges: percent", "edges: percent\n      shape: marginal"),
        ("examples:\n", "across: [{rule: c, kind: catch_up, element: volume, within: year, "
         "tier: 1, judged: window_end}]\nexamples:\n"),
        "line 22: across[0].element: 'volume' pays the units above its edge, and a missed period",
    ),
    "an award that nothing decides": (
        ("per_unit: 350", "flat: 0"),
        ("per_unit: 600", "flat: 0"),
        ("oem: nissan", "oem: nissan\npays_money: false"),
        "line 4: pays_money: without money the gates decide the award; add `gates:`",
    ),
    "an award that pays": (
        ("per_unit: 350", "flat: 0"),
        ("oem: nissan", "oem: nissan\npays_money: false"),
        ("examples:", "gates: [{gate: g, name: G, require: {items: digital}, effect: forfeit}]\n"
         "examples:"),
        "line 21: elements[0].tiers.bands[1].per_unit: pays, but the program says `pays_money: ",
    ),
    "half a base": (
        ("{calendar: nissan, grain: month}", "{grain: free, dates: [{start: 2025-01-02, "
         "end: 2025-02-01, base_start: 2024-01-02}]}"),
        "line 9: when.dates[0]: state base_start and base_end, or neither",
    ),
    "a cap that has no unit to cap": (
        ("per_unit: 350", "flat: 350"),
        ("per_unit: 600", "flat: 600"),
        ("    tiers:", "    caps: {units: 3}\n    tiers:"),
        "line 16: elements[0].caps.units: caps the units that are paid, but no band pays by unit",
    ),
    "pay by group without groups": (
        ("per_unit: 350", "per_unit: {trucks: 350}"),
        "line 19: elements[0].tiers.bands[0].per_unit: is stated by group, but the element has no",
    ),
    "an effect that is none": (
        ("examples:", "gates: [{gate: g, name: G, require: {items: digital}, "
         "effect: {reduce_by: 5}}]\nexamples:"),
        "line 21: gates[0].effect.reduce_to_percent: is missing; add it",
    ),
    "inputs beside periods": (
        ("[{units: 45}], amount", "[{units: 45}], periods: [{period: 2025-02}], amount"),
        "line 22: examples[0].objective: several periods have their own inputs; state it under",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_a_small_broken_rulebook_gets_its_one_clear_error(small_rulebook, name):
    *changes, expected = SMALL[name]
    text = small_rulebook
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(DocumentError) as found:
        read_rulebook(text, "small.yaml")
    problems = [str(problem) for problem in found.value.problems]
    assert problems[0].startswith(f"small.yaml, {expected}"), problems
