"""SQL and Python hold the same rules: programs of any shape, every amount compared to the cent.

Here: hundreds of drawn programs and months of deals through landed rows and real models, against
`programs.settlement` and `programs.stacking` on the same facts, and against a second evaluator.
Not here: drawing them (drawn_programs.py), the bulletins' figures (test_dbt_worked_figures.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from orchestration.gates.mart_frames import mart_frames
from orchestration.moments import Moments
from programs.ladder_rules import ladder_rules
from programs.program_states import PeriodState, period_state
from programs.rulebook import Rulebook, windows_in_force
from programs.settlement import SettledPeriod, settle_program
from programs.stacking import StatedStacking, settle_stacking
from tests.integration.dbt_fixture import ZONE, SmallHome, Store, Warehouse, moment
from tests.integration.drawn_programs import (
    AS_OF,
    STORES,
    StoreFacts,
    drawn_facts,
    drawn_rulebooks,
    evaluator_store,
    history,
    months,
)
from tests.integration.drawn_wider_rules import FAMILY, as_announced
from tests.unit.programs.evaluator import settle
from tests.unit.programs.evaluator.facts import Period

AMOUNTS = (
    "amount_before_gates",
    "amount_forfeited",
    "amount_deducted",
    "amount_capped",
    "amount_held",
    "amount_earned",
)
NEXT_TIER = (
    "next_tier_number",
    "next_tier_units",
    "units_to_next_tier",
    "next_tier_amount",
    "worth_of_next_tier_amount",
)
ELEMENT = (*AMOUNTS, *NEXT_TIER, "paid_units", "paid_msrp_amount", "tier_number", "tier_count",
           "standing_state")  # fmt: skip
Key = tuple[str, str, str]  # store, program, period
EVENING = f"{AS_OF}T20:00:00"


# The year's whole calendar and the one before, as the second evaluator takes it.
EVALUATED = [
    Period(
        f"{year}-{month:02d}",
        date(year, month, 1),
        date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1),
    )
    for year in (2024, 2025)
    for month in range(1, 13)
]


@dataclass(frozen=True)
class Settled:
    """What both make of the same programs."""

    home: SmallHome
    warehouse: Warehouse
    facts: dict[str, StoreFacts]
    rulebooks: list[Rulebook]
    states: dict[Key, PeriodState]
    settled: dict[Key, SettledPeriod]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    rulebooks = drawn_rulebooks()
    stores = [Store(name, "Example", "example", name.upper()) for name in STORES]
    home = SmallHome(tmp_path_factory.mktemp("any-shape"), stores, rulebooks)
    facts = drawn_facts(home)
    states, settled = {}, {}
    for store, here in facts.items():
        for book in rulebooks:
            ruled = history(book, here)
            own = [period_state(version.rules, found) for version, found in ruled]
            versions = {version.number: version for version, _ in ruled}
            windows = windows_in_force(book, versions.values(), {"plain": home.calendar})
            for state, found in zip(own, settle_program(own, windows), strict=True):
                states[store, book.program_code, found.period_code] = state
                settled[store, book.program_code, found.period_code] = found
        for month in months():
            settled |= _stacked(rulebooks, settled, store, month.code)
    return Settled(home, home.build(EVENING), facts, rulebooks, states, settled)


def _stacked(
    rulebooks: list[Rulebook], settled: dict[Key, SettledPeriod], store: str, period: str
) -> dict[Key, SettledPeriod]:
    """The programs of one store and period after the rules between them, family by family."""
    found: dict[Key, SettledPeriod] = {}
    for first in range(0, len(rulebooks), FAMILY):
        family = rulebooks[first : first + FAMILY]
        stated = [
            StatedStacking(book.program_code, rule)
            for book in family
            for rule in book.versions[0].rules.stacking
        ]
        before = {book.program_code: settled[store, book.program_code, period] for book in family}
        after = settle_stacking(before, stated)
        found |= {(store, code, period): program for code, program in after.items()}
    return found


def _by_key(rows: list[dict[str, Any]], *more: str) -> dict[tuple[str, ...], dict[str, Any]]:
    names = ("rooftop_id", "program_code", "period_code", *more)
    return {tuple(row[name] for name in names): row for row in rows}


def test_every_element_is_the_same_to_the_cent(both: Settled):
    rows = _by_key(both.warehouse.rows("from fct_element_standing"), "element_code")
    assert len(rows) == sum(len(state.elements) for state in both.states.values())
    seen: Counter[str] = Counter()
    for key, state in both.states.items():
        standing = state.standing()
        for inputs, expected in zip(state.elements, standing.elements, strict=True):
            row = rows[*key, expected.element_code]
            found = {name: row[name] for name in ELEMENT}
            wanted = {name: getattr(expected, name) for name in ELEMENT}
            assert found == wanted, (key, inputs.element, state.inputs)
            assert row["reported_units"] == expected.counted_units
            gate = expected.gate_state.code if expected.gate_state is not None else "none"
            assert row["gate_state"] == gate, (key, inputs.element)
            seen.update(_shapes(inputs, expected))
    # The dice made programs of every shape that earn something.
    assert {name for name, count in seen.items() if count >= 20} >= {
        "by line", "score", "waived", "other cap base", "marginal", "held", "forfeited", "capped",
        "deducted", "no_objective", "no_score", "next tier by line",
    }  # fmt: skip


def _shapes(inputs: Any, standing: Any) -> list[str]:
    rules, element = ladder_rules(inputs.element), inputs.element
    earns = standing.amount_before_gates > 0
    return [
        name
        for name, is_so in {
            "by line": earns and rules.is_paid_by_line,
            "score": earns and rules.edge_unit == "score",
            "waived": earns and inputs.is_waived,
            "other cap base": earns and not rules.cap_base_is_target,
            "marginal": earns and element.tiers.shape == "marginal",
            "held": standing.amount_held > 0,
            "forfeited": standing.amount_forfeited > 0,
            "capped": standing.amount_capped > 0,
            "deducted": standing.amount_deducted > 0,
            "next tier by line": standing.next_tier_amount and rules.is_paid_by_line,
            standing.standing_state: True,
        }.items()
        if is_so
    ]


def test_every_ladder_is_the_same_segment_by_segment(both: Settled):
    found = defaultdict(list)
    for row in both.warehouse.rows("from fct_ladder_segment order by segment_number"):
        found[row["rooftop_id"], row["program_code"], row["period_code"], row["element_code"]] += [
            row
        ]
    for key, state in both.states.items():
        for inputs in state.elements:
            ladder = inputs.rules.ladder
            segments = [] if ladder is None else ladder.segments
            rows = found[*key, inputs.element.element]
            # What is paid by line pays nothing by segment: only its edges count there.
            names = ("from_units", "to_units", "tier_number", "edge_pct")
            if ladder is None or ladder.by_line is None:
                names += ("fixed_amount", "amount_per_unit", "paid_offset_units", "msrp_share")
            assert [{name: row[name] for name in names} for row in rows] == [
                {name: getattr(segment, name) for name in names} for segment in segments
            ], (key, inputs.element)


def test_the_last_day_of_a_chart_is_the_standing(both: Settled):
    rows = both.warehouse.rows(
        """
        select *
        from fct_standing_daily as daily
        join fct_element_standing as standing
            using (rooftop_id, program_code, element_code, period_code)
        where daily.date = ?  -- in the running period, where nothing has been unwound since
            and (daily.reported_units, daily.tier_number, daily.amount_earned)
                <> (standing.reported_units, standing.tier_number, standing.amount_earned)
        """,
        AS_OF,
    )
    assert rows == []


def test_every_program_is_settled_the_same_to_the_cent(both: Settled):
    rows = _by_key(both.warehouse.rows("from fct_program_standing"))
    listed, later = defaultdict(list), 0
    sql = "from fct_program_adjustment order by adjustment_number"
    for row in both.warehouse.rows(sql):
        change = (row["rule_kind"], row["rule_code"], row["rule_program_code"])
        key = (row["rooftop_id"], row["program_code"], row["period_code"])
        listed[key].append((*change, row["amount_earned"], row["amount_held"]))
        later += row["rule_program_version"] > rows[key]["program_version"]
        assert row["rule_text"] and row["evidence_text"] and row["bulletin_number"] == "B"
    assert rows.keys() == both.settled.keys()
    assert later >= 3  # a revision in its window's middle rules a period before it
    seen: Counter[str] = Counter()
    for key, expected in both.settled.items():
        row, changes = rows[key], expected.adjustments
        assert listed[key] == [
            (one.kind, one.code, one.stated_by, one.amount_earned, one.amount_held)
            for one in changes
        ], key
        assert (row["amount_earned"], row["amount_held"]) == (
            expected.amount_earned,
            expected.amount_held,
        ), key
        seen.update(one.kind for one in changes)
    assert {name for name, count in seen.items() if count >= 3} == {
        "catch_up", "last_period", "all_periods", "strikes", "chargeback", "exclusive_with",
        "at_most_one_of", "family_cap",
    }, seen  # fmt: skip


def test_a_second_evaluator_settles_every_program_the_same(both: Settled):
    """From the pages alone, and from what happened: units, gates, periods and programs together."""
    rows = _by_key(both.warehouse.rows("from fct_program_standing"))
    for store, facts in both.facts.items():
        here = evaluator_store(facts)
        for first in range(0, len(both.rulebooks), FAMILY):
            family = both.rulebooks[first : first + FAMILY]
            slow = {
                book.program_code: settle.settle(as_announced(book), here, EVALUATED, AS_OF)
                for book in family
            }
            for month in months():
                left = settle.stack({code: found[month.code] for code, found in slow.items()})
                for code, (earned, held) in left.items():
                    row = rows[store, code, month.code]
                    assert (row["amount_earned"] * 100, row["amount_held"] * 100) == (
                        earned,
                        held,
                    ), (store, code, month.code)


def test_a_forecast_with_nothing_to_come_is_the_standing(both: Settled):
    """Every kind of rule, from the marts through the forecast's own arithmetic, to the cent."""
    # Here, as modules that are loaded before decide what is drawn.
    from forecasting.amounts import program_amounts
    from forecasting.chances import judge_program
    from forecasting.histories import with_histories
    from forecasting.marts import open_warehouse, read_open_programs, rules_by_version
    from forecasting.wider_rules import read_wider_rules
    from orchestration.settle import read_histories

    with open_warehouse(both.warehouse.path, both.home.home.compiled) as connection:
        programs, _ = with_histories(
            read_open_programs(connection, AS_OF, rules_by_version(both.rulebooks)),
            both.rulebooks,
            read_histories(both.warehouse.path, both.rulebooks, AS_OF),
            {"plain": both.home.calendar},
        )
        wider = read_wider_rules(connection)
    outlooks = [judge_program(program, {}, 2) for program in programs]
    rows = _by_key(both.warehouse.rows("from fct_program_standing where is_open"))
    assert len(outlooks) == len(rows)
    settled = 0
    for one in program_amounts(outlooks, wider):
        program = one.program
        row = rows[program.rooftop_id, program.program_code, program.period_code]
        cents = [int(row[name] * 100) for name in ("amount_earned", "amount_held")]
        for amounts, whole in zip((one.amounts.earned, one.amounts.held), cents, strict=True):
            assert amounts.tolist() == [whole, whole], program
        assert one.amounts.so_far.tolist() == [sum(cents)], program
        settled += row["amount_adjusted"] != 0
    assert settled >= 20  # a rule left out can't go unnoticed


def test_amounts_add_up_everywhere(both: Settled):
    parts = " + ".join(name for name in AMOUNTS if name != "amount_before_gates")
    for table_name, adjusted in (
        ("fct_element_standing", "0"),
        ("fct_program_standing", "amount_adjusted"),
    ):
        sql = f"from {table_name} where {parts} <> amount_before_gates + {adjusted}"
        assert both.warehouse.rows(sql) == []


def test_the_settlement_and_the_models_evaluate_each_period_alone_the_same(both: Settled):
    with mart_frames(both.home.home, Moments.of(moment(EVENING), None, ZONE)) as frames:
        frame = frames.marts_settlement()
    assert len(frame) == len(both.settled)
    for name in ("earned", "held", "with_pending"):
        assert (frame[f"alone_{name}_cents"] == frame[f"element_{name}_cents"]).all()
