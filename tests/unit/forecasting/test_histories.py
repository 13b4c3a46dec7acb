"""Open programs and the periods that they are settled with: asked for, chosen, missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from forecasting.errors import ForecastError
from forecasting.histories import CHUNK, with_histories
from programs.calendars import Calendar, Month
from programs.period_end import OpenProgram
from programs.rulebook import read_rulebook
from programs.settled_rooftop import RuledPeriod
from programs.settled_states import CountedPeriod
from programs.spans import plain_period
from programs.standing import ProgramCap

EXAMPLES = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"
FORD = read_rulebook(
    (EXAMPLES / "ford-pilot-2014.yaml").read_text(encoding="utf-8"), "ford-pilot-2014.yaml"
)
DECEMBER = OpenProgram(
    "store", "ford-pilot", "2014-12", date(2014, 12, 1), date(2014, 12, 31), "ford", "ford",
    ProgramCap(), (), Decimal(0),
)  # fmt: skip
CALENDAR = {
    "ford": Calendar(
        code="ford",
        months=(
            Month(code="2014-11", start=date(2014, 11, 1), end=date(2014, 11, 30)),
            Month(code="2014-12", start=date(2014, 12, 1), end=date(2014, 12, 31)),
        ),
    )
}


def counted(code: str, units: int) -> RuledPeriod:
    row = {
        "element_code": "volume", "objective_units": 20, "base_units": None,
        "cap_base_units": None, "fixed_tier_number": None, "reported_units": units,
        "pending_units": 0, "paid_units": units, "pending_paid_units": 0,
        "paid_msrp_amount": Decimal(0), "pending_paid_msrp_amount": Decimal(0),
        "open_recall_units": 0, "pending_open_recall_units": 0,
    }  # fmt: skip
    return RuledPeriod(
        FORD.versions[0], CountedPeriod(plain_period(code), code == "2014-12", (row,))
    )


def found(*periods: RuledPeriod):
    return with_histories(
        [DECEMBER], [FORD], lambda rooftops, programs: {"store": {"ford-pilot": periods}}, CALENDAR
    )


def test_a_program_comes_with_the_periods_that_its_rules_look_at():
    (program,), kept = found(counted("2014-11", 18), counted("2014-12", 15))
    assert [one.inputs.period_code for one in program.across.earlier] == ["2014-11"]
    assert program.across.now.inputs.period_code == "2014-12"
    (periods,) = kept.values()
    assert [period.code for period in periods] == ["2014-11", "2014-12"]


def test_a_settlement_that_lacks_the_open_period_is_named():
    with pytest.raises(ForecastError, match="doesn't know its period 2014-12"):
        found(counted("2014-11", 18))


def test_without_a_reader_or_a_rule_nothing_is_asked():
    assert with_histories([DECEMBER], [FORD], None, CALENDAR) == ((DECEMBER,), {})
    plain = replace(DECEMBER, program_code="plain")

    def never(rooftops, programs):
        raise AssertionError("no rule reaches over its periods")

    assert with_histories([plain], [FORD], never, CALENDAR) == ((plain,), {})


def test_many_rooftops_are_read_a_few_at_a_time():
    asked = []

    def read(rooftops, programs):
        asked.append(len(rooftops))
        periods = (counted("2014-11", 18), counted("2014-12", 15))
        return {rooftop: {"ford-pilot": periods} for rooftop in rooftops}

    stores = [replace(DECEMBER, rooftop_id=f"s{number:02}") for number in range(CHUNK + 3)]
    programs, _ = with_histories(stores, [FORD], read, CALENDAR)
    assert asked == [CHUNK, 3]
    assert all(program.across is not None for program in programs)
