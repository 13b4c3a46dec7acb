"""Rulebooks that name what a group doesn't have: a make, a code, a calendar, a feed, a program."""

from __future__ import annotations

import datetime

import pytest

from programs import rule_commands
from programs.calendars import read_calendar
from programs.group import read_group
from programs.rule_commands import Feeds, Surroundings

GROUP = """\
group_name: Summit
time_zone: America/Chicago
rooftops:
  - id: lakeside
    name: Lakeside
    city: Madison
    state: WI
    region: midwest
    time_zone: America/Chicago
    opened_date: 2010-01-01
    franchises: [{make: Nissan, oem: nissan, dealer_code: "3127", from: 2019-01-01}]
"""
MONTHS = [datetime.date(2025 + month // 12, month % 12 + 1, 1) for month in range(13)]
CALENDAR = "code: nissan\nmonths:\n" + "".join(
    f"  - {{code: {start:%Y-%m}, start: {start}, end: {after - datetime.timedelta(days=1)}}}\n"
    for start, after in zip(MONTHS, MONTHS[1:], strict=False)
)
GATE = (
    "gates: [{{gate: g, name: G, require: {{metric: {metric}{source}, at_least: 9}}, "
    "effect: waive}}]\nexamples:"
)
STACKING = "stacking: [{{stacking: s, kind: exclusive_with, programs: [{code}], keeps: this}}]\n"
NAMES_NOTHING = {
    "an unknown make": (
        ("makes: [Nissan]", "makes: [Nisan]"),
        "line 8: who.makes[0]: 'Nisan' is no make of this group; did you mean 'Nissan'?",
    ),
    "an unknown dealer code": (
        ("dealer_codes: all", 'dealer_codes: ["3127", "3172"]'),
        "line 8: who.dealer_codes[1]: '3172' is no dealer code of this group for Nissan; did you "
        "mean '3127'?",
    ),
    "another name for the OEM": (
        ("oem: nissan", "oem: nna"),
        "line 3: oem: 'nna', but stairstep.yaml has Nissan under oem 'nissan'; give both the same",
    ),
    "an unknown calendar": (
        ("calendar: nissan", "calendar: nisan"),
        "line 9: when.calendar: 'nisan' is no sales calendar; did you mean 'nissan'?",
    ),
    "dates that the calendar doesn't reach": (
        ("effective: 2025-01-02", "effective: 2026-01-02"),
        "line 6: effective: calendar 'nissan' (2025-01-01 to 2025-12-31) has no month that this",
    ),
    "a metric that no feed delivers": (
        ("examples:", GATE.format(metric="cis", source="")),
        "line 21: gates[0].require.metric: no feed delivers the metric 'cis'; did you mean 'csi'?",
    ),
    "surveys that no feed delivers": (
        ("examples:", GATE.format(metric="csi", source=", source: survey_average")),
        "line 21: gates[0].require.metric: no feed delivers single surveys; map one",
    ),
    "items that no feed delivers": (
        ("examples:", "gates: [{gate: g, name: G, require: {items: digital}, effect: waive}]\n"
         "examples:"),
        "line 21: gates[0].require.items: no feed delivers digital items; known are training",
    ),
    "strikes that no feed delivers": (
        ("examples:", "deductions: [{deduction: d, kind: strikes, rolling_months: 6, "
         "steps: [{strike: 2, takes_percent: 50}]}]\nexamples:"),
        "line 21: deductions[0].kind: no feed delivers strikes; map them as items of type strike",
    ),
    "shipments that no feed delivers": (
        ("examples:", "basis: {event: wholesale}\nexamples:"),
        "line 21: basis.event: no feed delivers wholesale shipments; map one (portal/shipments)",
    ),
    "a score target that no feed delivers": (
        ("against: objective", "against: {metric: share, rounded: exact}"),
        ("edges: percent", "edges: score"),
        ("amount: 15750", "amount: 0"),
        "line 15: elements[0].against.metric: no feed delivers the metric 'share'; known are csi",
    ),
    "an unknown program": (
        ("examples:", STACKING.format(code="smal2") + "examples:"),
        "line 21: stacking[0].programs[0]: 'smal2' is no program; did you mean",
    ),
    "a program of other periods": (
        ("examples:", STACKING.format(code="quarterly") + "examples:"),
        "line 21: stacking[0].programs[0]: 'quarterly' goes by quarter of nissan, this program by",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES_NOTHING)
def test_a_rulebook_that_names_what_isn_t_there_gets_its_one_clear_error(small_rulebook, name):
    *changes, expected = NAMES_NOTHING[name]
    text = small_rulebook
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    quarterly = small_rulebook.replace("program: small", "program: quarterly").replace(
        "grain: month", "grain: quarter"
    )
    calendar = read_calendar(CALENDAR, "nissan.yaml")
    around = Surroundings(
        read_group(GROUP),
        {"nissan": calendar},
        Feeds(
            frozenset({"csi"}),
            has_surveys=False,
            item_types=frozenset({"training"}),
            has_shipments=False,
        ),
    )
    problems = rule_commands.check({"small.yaml": text, "quarterly.yaml": quarterly}, around)
    assert [str(problem) for problem in problems][0].startswith(f"small.yaml, {expected}")
    assert len(problems) == 1


def test_a_stacking_rule_stated_in_two_files_is_told(small_rulebook):
    texts = {
        f"{code}.yaml": small_rulebook.replace("program: small", f"program: {code}").replace(
            "examples:", STACKING.format(code=other) + "examples:"
        )
        for code, other in (("one", "two"), ("two", "one"))
    }
    around = Surroundings(read_group(GROUP), {"nissan": read_calendar(CALENDAR, "nissan.yaml")})
    (problem,) = rule_commands.check(texts, around)
    assert str(problem).startswith(
        "two.yaml, line 21: stacking[0].stacking: 's' is stated in one.yaml too; state it in one"
    )
