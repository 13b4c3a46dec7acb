"""SQL and Python hold the same rules: programs of any shape, every amount compared to the cent.

Here: hundreds of drawn programs and months of deals through landed rows and real models, against
`programs.settlement` and `programs.stacking` on the same facts. Not here: drawing them
(drawn_programs.py), the bulletins' figures (test_dbt_worked_figures.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import pytest

from programs.ladder_rules import ladder_rules
from programs.program_states import PeriodState, period_state
from programs.rulebook import Rulebook, windows_of_version
from programs.settlement import SettledPeriod, settle_program
from programs.stacking import StatedStacking, settle_stacking
from tests.integration.dbt_fixture import SmallHome, Store, Warehouse
from tests.integration.drawn_programs import (
    AS_OF,
    FAMILY,
    STORES,
    drawn_facts,
    drawn_rulebooks,
    history,
    months,
)

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


@dataclass(frozen=True)
class Settled:
    """What both make of the same programs."""

    warehouse: Warehouse
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
            version = book.versions[0]
            own = [period_state(version.rules, found) for found in history(version.rules, here)]
            windows = windows_of_version(book, version, {"plain": home.calendar})
            for state, found in zip(own, settle_program(own, windows), strict=True):
                states[store, book.program_code, found.period_code] = state
                settled[store, book.program_code, found.period_code] = found
        for month in months():
            settled |= _stacked(rulebooks, settled, store, month.code)
    return Settled(home.build(f"{AS_OF}T20:00:00"), rulebooks, states, settled)


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


def test_amounts_add_up_everywhere(both: Settled):
    parts = " + ".join(name for name in AMOUNTS if name != "amount_before_gates")
    for table_name in ("fct_element_standing", "fct_program_standing"):
        sql = f"from {table_name} where {parts} <> amount_before_gates"
        assert both.warehouse.rows(sql) == []
