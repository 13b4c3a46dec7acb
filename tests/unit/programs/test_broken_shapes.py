"""Broken rulebooks of every shape: each gets one clear error with line, field and what is right."""

from __future__ import annotations

import pytest

from programs.errors import DocumentError
from programs.rulebook import read_rulebook

RULEBOOK = """\
program: whole
name: Whole
oem: nissan
summary: A rulebook with every shape in it.
announced: 2025-01-01
effective: 2025-01-02
ends: 2025-12-31
source: {bulletin: B-1, date: 2025-01-01}
who: {makes: [Nissan], dealer_codes: [{code: "31", from: 2025-02-01}]}
when: {calendar: nissan, grain: month}
basis: {unwind_lands: nowhere}
elements:
  - element: volume
    name: Volume
    counts: {stock_type: new, sale_type: [retail, fleet]}
    pays: {stock_type: new, sale_type: retail}
    pay_groups:
      - {group: trucks, model: Frontier}
      - {group: rest}
    against: {target: objective, waived: {periods: [Q4], tier: 1}}
    tiers:
      edges: percent
      bands:
        - {from: 90, to: 100, per_unit: {trucks: 10, rest: 5}, at_most_per_unit: 9}
        - {from: 100, per_unit: 20}
    caps:
      units: 50
  - element: score
    name: Score
    counts: nothing
    pays: {stock_type: new, sale_type: retail}
    against: {metric: efficiency, rounded: {places: 0, rounding: nearest}}
    tiers:
      edges: score
      bands: [{from: 100, flat: 500}]
  - element: trucks
    name: Only counted
    counts: {model: Frontier, stock_type: new, sale_type: retail}
    pays: nothing
    against: units
    tiers: {edges: units, bands: [{from: 5, flat: 0}]}
gates:
  - gate: mixed
    name: Mixed
    require:
      any:
        - {attainment_of: volume, at_least: 95}
        - {units_of: trucks, at_least: 5}
        - {metric: timely, within_days: 3, at_least: 98}
        - {items: training, only: sales-101}
    effect: {reduce_to_percent: 50}
    waived_in: [M11]
deductions:
  - deduction: ads
    kind: strikes
    rolling_months: 6
    steps: [{strike: 2, takes_percent: 50}, {strike: 3, takes_percent: 100}]
  - {deduction: back, kind: chargeback, per_unit: 20}
across:
  - {rule: catch-up, kind: catch_up, element: volume, within: quarter, tier: 2, judged: any_period}
  - rule: bonus
    kind: all_periods
    element: volume
    within: quarter
    tier: 1
    pays: {flat: 1000}
    caught_up_counts: true
stacking:
  - {stacking: one, kind: at_most_one_of, programs: [other], keeps: larger}
  - {stacking: cap, kind: family_cap, programs: [other], msrp_percent: 1, of: other}
examples:
  - example: nothing sold
    period: 2025-03
    objective: 10
    sold: [{units: 0}]
    scores: {timely: {score: 99, sample: 3}}
    items: {sales-101: met}
    amount: 0
"""
# name: (what is written, what is written instead, the error)
BROKEN = {
    "a pay group that no band pays": (
        "{trucks: 10, rest: 5}",
        "{trucks: 10}",
        "line 24: elements[0].tiers.bands[0].per_unit: says nothing of rest; write 0 if",
    ),
    "an unknown pay group": (
        "{trucks: 10, rest: 5}",
        "{trucks: 10, rest: 5, vans: 1}",
        "line 24: elements[0].tiers.bands[0].per_unit.vans: 'vans' is no pay group; known are",
    ),
    "pay groups that leave a unit out": (
        "{group: rest}",
        "{group: rest, model: Rogue}",
        "line 19: elements[0].pay_groups[1]: a paid unit of no group would be undefined; add",
    ),
    "a pay group that nothing reaches": (
        "{group: trucks, model: Frontier}",
        "{group: trucks}",
        "line 18: elements[0].pay_groups[0]: holds all the rest, so later groups are empty",
    ),
    "a pay group twice": (
        "      - {group: trucks, model: Frontier}\n",
        "      - {group: trucks, model: Frontier}\n      - {group: trucks, model: Titan}\n",
        "line 19: elements[0].pay_groups[1].group: 'trucks' is used twice",
    ),
    "a limit on nothing": (
        "per_unit: {trucks: 10, rest: 5}, at_most_per_unit: 9",
        "flat: 5, at_most_per_unit: 9",
        "line 24: elements[0].tiers.bands[0].at_most_per_unit: limits nothing; add per_unit or",
    ),
    "a band that leaves a group out": (
        "at_most_per_unit: 9}\n        - {from: 100, per_unit: 20}",
        "at_most_per_unit: 9}\n        - {from: 100, per_unit: {trucks: 20}}",
        "line 25: elements[0].tiers.bands[1].per_unit: says nothing of rest",
    ),
    "a cap without its base": (
        "counts: nothing\n    pays: {stock_type: new, sale_type: retail}",
        "counts: nothing\n    pays: {stock_type: new, sale_type: retail}\n"
        "    caps: {share_of_base: {percent: 20, rounding: down}}",
        "line 32: elements[1].caps.share_of_base: against score there is no base to take a share",
    ),
    "a waiver of several tiers that names none": (
        "{periods: [Q4], tier: 1}",
        "{periods: [Q4]}",
        "line 20: elements[0].against.waived: there are 2 tiers; state `tier:`",
    ),
    "a waiver of a tier there isn't": (
        "{periods: [Q4], tier: 1}",
        "{periods: [Q4], tier: 3}",
        "line 20: elements[0].against.waived.tier: 3 is no tier; there are 2",
    ),
    "a waiver where nothing is to be waived": (
        "    against: units\n",
        "    against: {target: units, waived: {periods: [Q4]}}\n",
        "line 40: elements[2].against.waived: against units there is no objective to waive",
    ),
    "a waiver in no period": (
        "waived_in: [M11]",
        "waived_in: [Nov]",
        "line 52: gates[0].waived_in[0]: 'Nov' names no period; write one like Q4",
    ),
    "a score whose rounding is not stated": (
        "{metric: efficiency, rounded: {places: 0, rounding: nearest}}",
        "{metric: efficiency}",
        "line 32: elements[1].against: state `rounded: exact` or `rounded: {places: 0, rounding:",
    ),
    "a score that is rounded coarser than its edge": (
        "bands: [{from: 100, flat: 500}]",
        "bands: [{from: 99.5, flat: 500}]",
        "line 32: elements[1].against.rounded: the edge 99.5 has more places than the rounded",
    ),
    "a score with units as edges": (
        "edges: score",
        "edges: units",
        "line 34: elements[1].tiers.edges: against score edges are in score, not in units",
    ),
    "marginal tiers of a score": (
        "edges: score\n",
        "edges: score\n      shape: marginal\n",
        "line 35: elements[1].tiers.shape: marginal tiers pay the units above an edge, and a score",
    ),
    "a score without its metric": (
        "{metric: efficiency, rounded: {places: 0, rounding: nearest}}",
        "{minimum_sample: 3}",
        "line 32: elements[1].against: a score needs `metric:`; or state `target:` objective",
    ),
    "a metric where there is no score": (
        "    against: units\n",
        "    against: {target: units, metric: csi}\n",
        "line 40: elements[2].against.metric: only a score has metric; remove it",
    ),
    "an unknown target": (
        "    against: units\n",
        "    against: target\n",
        "line 40: elements[2].against: 'target' is not one of 'objective', 'units', 'last_year'",
    ),
    "an element that pays nothing and pays": (
        "bands: [{from: 5, flat: 0}]",
        "bands: [{from: 5, flat: 10}]",
        "line 41: elements[2].tiers.bands[0]: pays, but the element says `pays: nothing`",
    ),
    "a make that the program isn't about": (
        "{model: Frontier, stock_type: new, sale_type: retail}",
        "{make: Infiniti, model: Frontier, stock_type: new, sale_type: retail}",
        "line 38: elements[2].counts.make[0]: 'Infiniti' is not in who.makes (Nissan)",
    ),
    "a gate on an element there isn't": (
        "units_of: trucks",
        "units_of: vans",
        "line 48: gates[0].require.any[1].units_of: 'vans' is no element; known are",
    ),
    "attainment of an absolute number": (
        "attainment_of: volume",
        "attainment_of: trucks",
        "line 47: gates[0].require.any[0].attainment_of: element 'trucks' is against units, which",
    ),
    "units of an element that counts nothing": (
        "units_of: trucks",
        "units_of: score",
        "line 48: gates[0].require.any[1].units_of: element 'score' counts nothing; name one",
    ),
    "units against the region": (
        "{units_of: trucks, at_least: 5}",
        "{units_of: trucks, at_least: region_average}",
        "line 48: gates[0].require.any[1].at_least: counted units have no average of others",
    ),
    "timely reports against the region": (
        "within_days: 3, at_least: 98",
        "within_days: 3, at_least: region_average",
        "line 49: gates[0].require.any[2].at_least: our own count of timely reports has no average",
    ),
    "an item with a sample": (
        "{items: training, only: sales-101}",
        "{items: training, only: sales-101, minimum_sample: 3}",
        "line 50: gates[0].require.any[3].minimum_sample: means nothing here; only a condition on",
    ),
    "a waiver that a month can't lie in": (
        "waived_in: [M11]",
        "waived_in: [2025-11-01_2025-11-30]",
        "line 52: gates[0].waived_in[0]: no period of this program lies within 2025-11-01_2025",
    ),
    "strikes out of order": (
        "{strike: 3, takes_percent: 100}",
        "{strike: 2, takes_percent: 100}",
        "line 57: deductions[0].steps[1].strike: 2 is not above the step before (2); order",
    ),
    "strikes that take more than all": (
        "{strike: 3, takes_percent: 100}",
        "{strike: 3, takes_percent: 150}",
        "line 57: deductions[0].steps[1].takes_percent: 150 % is more than there is",
    ),
    "a deduction of an unknown kind": (
        "kind: strikes",
        "kind: penalty",
        "line 55: deductions[0].kind: 'penalty' is not one of 'strikes', 'chargeback'",
    ),
    "a chargeback of what is already lost": (
        "unwind_lands: nowhere",
        "unwind_lands: sale_period",
        "line 58: deductions[1].kind: with `unwind_lands: sale_period` an unwound unit already",
    ),
    "a window no larger than the period": (
        "element: volume, within: quarter",
        "element: volume, within: month",
        "line 60: across[0].within: 'month' is not one of 'two_month', 'quarter', 'half', 'year'",
    ),
    "a tier there isn't": (
        "within: quarter, tier: 2, judged",
        "within: quarter, tier: 3, judged",
        "line 60: across[0].tier: 3 is no tier; 'volume' has 2",
    ),
    "a catch-up that doesn't say when": (
        ", tier: 2, judged: any_period",
        ", tier: 2",
        "line 60: across[0].judged: is missing; add it",
    ),
    "a bonus that doesn't say what counts": (
        "    caught_up_counts: true\n",
        "",
        "line 61: across[1]: state `caught_up_counts: true` or false: does a period that",
    ),
    "a bonus that pays nothing": (
        "pays: {flat: 1000}",
        "pays: {}",
        "line 66: across[1].pays: pays nothing stated; add per_unit, flat or msrp_percent",
    ),
    "a family's cap without its base": (
        "msrp_percent: 1, of: other",
        "msrp_percent: 1",
        "line 70: stacking[1].msrp_percent: percent of whose MSRP? state `of:`",
    ),
    "a family's cap on nothing": (
        "msrp_percent: 1, of: other",
        "of: other",
        "line 70: stacking[1]: caps nothing; add amount, or msrp_percent with `of`",
    ),
    "a base outside the family": (
        "of: other",
        "of: another",
        "line 70: stacking[1].of: 'another' is not in this family; known are other, whole",
    ),
    "a program stacked with itself": (
        "kind: family_cap, programs: [other]",
        "kind: family_cap, programs: [other, whole]",
        "line 70: stacking[1].programs[1]: is this program itself; list the others only",
    ),
    "a score that no rule asks for": (
        "scores: {timely:",
        "scores: {timly:",
        "line 76: examples[0].scores.timly: no gate or target asks for this metric; asked are",
    ),
    "an item that no rule asks for": (
        "items: {sales-101: met}",
        "items: {training: met}",
        "line 77: examples[0].items.training: no gate asks for these items; asked are sales-101",
    ),
    "an example of no month": (
        "period: 2025-03",
        "period: 2025-Q1",
        "line 73: examples[0].period: '2025-Q1' is no month; write one like 2025-08",
    ),
    "another program that no rule names": (
        "    amount: 0\n",
        "    other_programs: {third: 5}\n    amount: 0\n",
        "line 78: examples[0].other_programs.third: no stacking rule names this program; asked are",
    ),
    "units taken back where none are": (
        "sold: [{units: 0}]",
        "sold: [{units: 3}, {units: -1}]",
        "line 75: examples[0].sold[1].units: -1 takes units back, and `unwind_lands: nowhere`",
    ),
    "a field misspelt in one kind of rule": (
        "judged: any_period}",
        "judgd: any_period}",
        "line 60: across[0].judgd: is not a field here; did you mean 'judged'?",
    ),
    "a number in quotes": (
        "{from: 100, per_unit: 20}",
        '{from: 100, per_unit: "20"}',
        "line 25: elements[0].tiers.bands[1].per_unit: '20' is text; remove its quotes",
    ),
}


def errors(text: str) -> list[str]:
    with pytest.raises(DocumentError) as found:
        read_rulebook(text, "whole.yaml")
    return [str(problem) for problem in found.value.problems]


def test_the_whole_rulebook_is_sound():
    assert read_rulebook(RULEBOOK, "whole.yaml").program_code == "whole"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rulebook_gets_its_one_clear_error(name):
    old, new, expected = BROKEN[name]
    assert old in RULEBOOK
    found = errors(RULEBOOK.replace(old, new, 1))
    assert found[0].startswith(f"whole.yaml, {expected}"), found
    assert len(found) == 1
