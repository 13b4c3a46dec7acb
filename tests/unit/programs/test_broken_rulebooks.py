"""Broken rulebooks: each gets one clear error with the line, the field and what would be right."""

from __future__ import annotations

import pytest

from programs.errors import DocumentError
from programs.rule_schema import json_schema
from programs.rulebook import read_rulebook

BANDS = "        - {from: 90, to: 100, per_unit: 350}\n        - {from: 100, per_unit: 600}\n"
GATE = """
gates:
  - gate: csi
    name: CSI
    require: {metric: csi, at_least: 90}
    effect: forfeit
examples:"""


def errors(text: str) -> list[str]:
    with pytest.raises(DocumentError) as found:
        read_rulebook(text, "small.yaml")
    return [str(problem) for problem in found.value.problems]


def test_the_small_rulebook_is_sound(small_rulebook):
    assert read_rulebook(small_rulebook, "small.yaml").program_code == "small"


BROKEN = {
    "a field misspelt": (
        ("      edges: percent\n", "      edges: percent\n      roundng: up\n"),
        "line 18: elements[0].tiers.roundng: is not a field here; did you mean 'rounding'?",
    ),
    "a field missing": (
        ("oem: nissan\n", ""),
        "line 1: oem: is missing; add it",
    ),
    "a gap between bands": (
        ("to: 100", "to: 99"),
        "line 20: elements[0].tiers.bands[1].from: leaves 99 to 100 undefined; "
        "say which band it is in",
    ),
    "bands that overlap": (
        ("to: 100", "to: 101"),
        "line 20: elements[0].tiers.bands[1].from: overlaps the band before, which ends at 101",
    ),
    "bands out of order": (
        (BANDS, "        - {from: 100, per_unit: 600}\n        - {from: 90, per_unit: 350}\n"),
        "line 20: elements[0].tiers.bands[1].from: 90 is not above the band before (100)",
    ),
    "a top that ends": (
        ("{from: 100, per_unit: 600}", "{from: 100, to: 200, per_unit: 600}"),
        "line 20: elements[0].tiers.bands[1].to: leaves 200 and above undefined",
    ),
    "a band that pays nothing stated": (
        ("{from: 100, per_unit: 600}", "{from: 100}"),
        "line 20: elements[0].tiers.bands[1]: pays nothing stated; add per_unit, flat or",
    ),
    "an unknown stock type": (
        ("stock_type: new,", "stock_type: brand-new,"),
        "line 13: elements[0].counts.stock_type[0]: 'brand-new' is not one of 'new', 'used' or",
    ),
    "a number that is none": (
        ("per_unit: 600", "per_unit: a lot"),
        "line 20: elements[0].tiers.bands[1].per_unit: 'a lot' is not a number",
    ),
    "a date that is none": (
        ("effective: 2025-01-02", "effective: soon"),
        "line 6: effective: 'soon' is not a date like 2025-08-01",
    ),
    "dates that cross": (
        ("effective: 2025-01-02", "effective: 2025-01-02\nends: 2024-12-31"),
        "line 7: ends: 2024-12-31 is before effective (2025-01-02)",
    ),
    "percent of nothing": (
        ("against: objective", "against: units"),
        "line 17: elements[0].tiers.edges: percent of what? against units, edges are in units",
    ),
    "units against an objective": (
        ("edges: percent", "edges: units"),
        "line 17: elements[0].tiers.edges: against objective edges are in percent",
    ),
    "a cap whose rounding is not stated": (
        ("    tiers:", "    caps: {share_of_base: {percent: 20}}\n    tiers:"),
        "line 16: elements[0].caps.share_of_base.rounding: is missing; add it",
    ),
    "two caps in units": (
        (
            "    tiers:",
            "    caps: {units: 3, share_of_base: {percent: 20, rounding: up}}\n    tiers:",
        ),
        "line 16: elements[0].caps.units: state units or share_of_base, not both",
    ),
    "a gate that compares nothing": (
        ("\nexamples:", GATE.replace(", at_least: 90", "")),
        "line 24: gates[0].require.metric: needs exactly one of at_least, above, at_most, below",
    ),
    "a gate that compares twice": (
        ("\nexamples:", GATE.replace("at_least: 90", "at_least: 90, below: 95")),
        "line 24: gates[0].require.metric: needs exactly one of at_least, above, at_most, below",
    ),
    "a gate against a word": (
        ("\nexamples:", GATE.replace("at_least: 90", "at_least: average")),
        "line 24: gates[0].require.at_least: 'average' is not a number, region_average or",
    ),
    "a gate with an unknown effect": (
        ("\nexamples:", GATE.replace("effect: forfeit", "effect: warn")),
        "line 25: gates[0].effect: 'warn' is not forfeit, waive or",
    ),
    "a gate that reduces to everything": (
        ("\nexamples:", GATE.replace("effect: forfeit", "effect: {reduce_to_percent: 100}")),
        "line 25: gates[0].effect.reduce_to_percent: 100 % is no reduction",
    ),
    "a condition that is two": (
        ("\nexamples:", GATE.replace("metric: csi", "metric: csi, items: training")),
        "line 24: gates[0].require: a condition is exactly one of any, all, metric, items, "
        "units_of, attainment_of; this says metric and items",
    ),
    "surveys against an average": (
        (
            "\nexamples:",
            GATE.replace("at_least: 90", "source: survey_average, at_least: region_average"),
        ),
        "line 24: gates[0].require.at_least: single surveys carry no average of others",
    ),
    "a grain without a calendar": (
        ("{calendar: nissan, grain: month}", "{grain: month}"),
        "line 9: when.grain: month needs `calendar:`",
    ),
    "free dates without dates": (
        ("{calendar: nissan, grain: month}", "{grain: free}"),
        "line 9: when.grain: free needs `dates:",
    ),
    "free dates that overlap": (
        (
            "{calendar: nissan, grain: month}",
            "{grain: free, dates: [{start: 2025-01-01, end: 2025-02-01}, "
            "{start: 2025-02-01, end: 2025-03-01}]}",
        ),
        "line 9: when.dates[1].start: 2025-02-01 overlaps the period before",
    ),
    "a dealer code that YAML would eat": (
        ("dealer_codes: all", "dealer_codes: [00417]"),
        "line 8: 00417 begins with a zero; quote it: '00417'",
    ),
    "a dealer code as a number": (
        ("dealer_codes: all", "dealer_codes: [3127]"),
        "line 8: who.dealer_codes[0]: '3127' must be text; quote it: '3127'",
    ),
    "dealer codes in a word": (
        ("dealer_codes: all", "dealer_codes: every"),
        "line 8: who.dealer_codes: 'every' is neither `all` nor a list of dealer codes",
    ),
    "model years that cross": (
        ("stock_type: new,", "stock_type: new, model_year_from: 2025, model_year_to: 2024,"),
        "line 13: elements[0].counts.model_year_to: 2024 is before model_year_from (2025)",
    ),
    "nothing counted against an objective": (
        ("counts: {stock_type: new, sale_type: [retail, lease]}", "counts: nothing"),
        "line 13: elements[0].counts: nothing counts, so there is nothing to measure against",
    ),
    "marginal bands that add up twice": (
        ("      edges: percent\n",
         "      edges: percent\n      shape: marginal\n      choose: added\n"),  # fmt: skip
        "line 19: elements[0].tiers.choose: marginal bands already add up; write `choose: highest`",
    ),
    "an element named twice": (
        (
            "examples:",
            "  - {element: volume, name: V, counts: {stock_type: new, sale_type: retail}, "
            "pays: same, against: units, tiers: {edges: units, bands: [{from: 1, flat: 1}]}}\n"
            "examples:",
        ),
        "line 21: elements[1].element: 'volume' is used twice",
    ),
    "no example": (
        (
            "\n  - {example: at 90 %, objective: 50, sold: [{units: 45}], amount: 15750}",
            " []",
        ),
        "line 21: examples: is empty; list at least 1",
    ),
    "an example that doesn't come out": (
        ("amount: 15750", "amount: 15750.01"),
        "line 22: examples[0]: example 'at 90 %': the rules pay $15,750.00, the example says "
        "$15,750.01",
    ),
    "an example of another element": (
        ("objective: 50", "objective: {used: 50}"),
        "line 22: examples[0].objective.used: 'used' is no element; known are volume",
    ),
    "a revision before the first": (
        (
            "examples:",
            "revisions:\n  - {announced: 2024-01-01, effective: 2025-02-01, "
            "source: {bulletin: B, date: 2024-01-01}, change: {name: New}}\nexamples:",
        ),
        "line 22: revisions[0].announced: is before the version before",
    ),
    "a revision of nothing known": (
        (
            "examples:",
            "revisions:\n  - {announced: 2025-01-04, effective: 2025-02-01, "
            "source: {bulletin: B, date: 2025-01-04}, change: {tiers: []}}\nexamples:",
        ),
        "line 22: revisions[0].change.tiers: is no section a revision can change",
    ),
    "a revision that doesn't say when": (
        (
            "examples:",
            "revisions:\n  - {effective: 2025-02-01, "
            "source: {bulletin: B, date: 2025-01-04}, change: {name: New}}\nexamples:",
        ),
        "line 22: revisions[0].announced: is missing; add it",
    ),
    "money in tenths of a cent": (
        ("per_unit: 600", "per_unit: 600.001"),
        "line 20: elements[0].tiers.bands[1].per_unit: '600.001': decimal input should have no "
        "more than 2 decimal places",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rulebook_gets_its_one_clear_error(small_rulebook, name):
    (old, new), expected = BROKEN[name]
    assert old in small_rulebook
    found = errors(small_rulebook.replace(old, new, 1))
    assert found[0].startswith(f"small.yaml, {expected}")
    assert len(found) == 1


def test_a_revision_s_broken_example_names_the_revision_s_line(small_rulebook):
    revision = """
revisions:
  - announced: 2025-01-04
    effective: 2025-02-01
    source: {bulletin: B-2, date: 2025-01-04}
    change:
      examples:
        - {example: wrong, objective: 50, sold: [{units: 50}], amount: 1}
"""
    assert errors(small_rulebook + revision) == [
        "small.yaml, line 30: examples[0]: example 'wrong': the rules pay $30,000.00, the example "
        "says $1.00; mend the one that misreads the bulletin"
    ]


def test_the_schema_names_every_section():
    schema = json_schema()
    assert {"program", "elements", "examples", "revisions"} <= set(schema["properties"])
