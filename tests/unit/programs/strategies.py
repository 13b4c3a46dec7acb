"""Hypothesis strategies for rules and facts: every shape, edges that are hit exactly, zero units.

Here: what to draw. Not here: what must hold of it (the tests).
"""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.standing import ElementFacts, ElementRules, ProgramCap

MONEY = st.integers(0, 5_000_00).map(lambda cents: Decimal(cents) / 100)
SHARES = st.integers(0, 30_000).map(lambda millionths: Decimal(millionths) / 1_000_000)


@st.composite
def ladders(draw, shapes=("retroactive", "marginal")) -> LadderRules:
    shape = draw(st.sampled_from(shapes))
    unit = draw(st.sampled_from(["pct", "units"]))
    edges = sorted(draw(st.sets(st.integers(0, 1_500_000), min_size=1, max_size=5)))
    tiers = tuple(
        TierRule(
            number,
            Decimal(edge) / 10_000,
            draw(MONEY),
            Decimal("0.00") if shape == "marginal" else draw(MONEY),
            Decimal("0.000000") if shape == "marginal" else draw(SHARES),
        )
        for number, edge in enumerate(edges, 1)
    )
    return LadderRules(
        tiers,
        unit,
        draw(st.sampled_from(["up", "down", "nearest"])),
        shape,
        "highest" if shape == "marginal" else draw(st.sampled_from(["highest", "added"])),
        cap_units=draw(st.none() | st.integers(1, 60)),
    )


GATES = st.lists(
    st.builds(
        GateResult,
        st.just("gate"),
        st.sampled_from(GateState),
        st.sampled_from(["forfeit", "reduce", "waive"]),
        SHARES.map(lambda share: share * 30),
    ),
    max_size=3,
).map(tuple)
FACTS = st.builds(
    ElementFacts,
    counted_units=st.integers(-5, 200),
    paid_units=st.integers(-5, 200),
    paid_msrp_amount=st.integers(-(10**7), 10**9).map(lambda cents: Decimal(cents) / 100),
    open_recall_units=st.integers(0, 30),
    gates=GATES,
)
TARGETS = st.none() | st.integers(0, 150)


@st.composite
def elements(draw, order: int = 1) -> tuple[ElementRules, ElementFacts]:
    rules = ElementRules(
        program_code="p",
        element_code=f"e{order}",
        element_order=order,
        ladder=build_ladder(draw(ladders()), draw(TARGETS)),
        counts_equal_pays=draw(st.booleans()),
        cap_amount=draw(st.none() | MONEY),
        has_open_recall_deduction=draw(st.booleans()),
    )
    return rules, draw(FACTS)


CAPS = st.builds(ProgramCap, st.none() | MONEY, st.none() | SHARES)


@st.composite
def programs(draw):
    parts = [draw(elements(order)) for order in range(1, draw(st.integers(1, 4)) + 1)]
    return (
        parts,
        draw(CAPS),
        draw(st.integers(-(10**7), 10**9).map(lambda cents: Decimal(cents) / 100)),
    )
