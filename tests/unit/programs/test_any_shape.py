"""Any shape with any other: sound rulebooks load, compile and pay, and nothing is lost or made."""

from __future__ import annotations

import datetime
from decimal import Decimal

import jsonschema
from hypothesis import HealthCheck, given, settings

from programs.calendars import Calendar, Month
from programs.compiled import SCHEMAS, compile_group
from programs.group import read_group
from programs.program_states import period_state
from programs.rule_schema import json_schema
from programs.rulebook import read_rulebook, windows_of_version
from programs.settlement import settle_program
from tests.unit.programs.rulebook_strategies import AS_OF, as_text, documents, histories

SLOW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
STARTS = [datetime.date(2024 + month // 12, month % 12 + 1, 1) for month in range(25)]
CALENDAR = Calendar(
    code="example",
    months=tuple(
        Month(code=f"{start:%Y-%m}", start=start, end=after - datetime.timedelta(days=1))
        for start, after in zip(STARTS, STARTS[1:], strict=False)
    ),
)
GROUP = read_group(
    "group_name: G\ntime_zone: America/Chicago\nrooftops:\n  - id: one\n    name: One\n"
    "    city: M\n    state: WI\n    region: r\n    time_zone: America/Chicago\n"
    "    opened_date: 2010-01-01\n    franchises:\n"
    "      - {make: Example, oem: example, dealer_code: \"1\", from: 2010-01-01}\n"
)


@SLOW
@given(documents(), histories())
def test_any_rulebook_pays_and_nothing_is_lost(document, history):
    book = read_rulebook(as_text(document), "drawn.yaml", run_examples=False)
    version = book.versions[0]
    states = [period_state(version.rules, inputs) for inputs in history]
    windows = windows_of_version(book, version, {"example": CALENDAR})
    settled = settle_program(states, windows)
    assert [found.period_code for found in settled] == [one.period_code for one in history]
    for found in settled:
        for standing in (found.standing, *found.standing.elements):
            parts = (
                standing.amount_earned + standing.amount_held + standing.amount_forfeited
                + standing.amount_deducted + standing.amount_capped
            )  # fmt: skip
            assert parts == standing.amount_before_gates
            assert min(standing.amount_earned, standing.amount_held, standing.amount_capped) >= 0
        assert found.amount_earned >= 0
        assert found.amount_held >= 0
        for amount in (found.amount_earned, found.amount_held):
            assert amount == amount.quantize(Decimal("0.01"))


@SLOW
@given(documents())
def test_any_rulebook_is_valid_by_the_schema_and_compiles(document):
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []
    book = read_rulebook(as_text(document), "drawn.yaml", run_examples=False)
    tables = compile_group(GROUP, [CALENDAR], [book], as_of_date=AS_OF)
    assert all(table.schema.equals(SCHEMAS[name]) for name, table in tables.items())
    assert tables["elements"].num_rows == len(document["elements"])
