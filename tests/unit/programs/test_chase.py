"""Chase or let go: each advice on the side of its edge, and the figures that it is made of."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from programs.chase import Chase, chase_of
from programs.element_cents import ElementSamples
from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.plan import Limits, ProgramOutlook, SellMore
from programs.scenario import ElementState, ProgramState
from programs.standing import ElementFacts, ElementRules

KEY = frozenset({("p", "e")})


def weighed(
    units: list[int],
    cost: int = 100,
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    gates: tuple[GateResult, ...] = (),
    has_ladder: bool = True,
) -> Chase:
    """A program that pays $1,000 once at 10 units, 8 sold so far, three cars at one cost."""
    tier = TierRule(1, Decimal(10), amount_flat=Decimal(1_000))
    ladder = build_ladder(LadderRules((tier,), "units"), None) if has_ladder else None
    rules = ElementRules("p", "e", 1, ladder)
    counted = np.array(units)
    outlook = ProgramOutlook(
        "p", "P", "2025-08", (ElementSamples(rules, counted, counted, counted * 0, gates=gates),)
    )
    state = ProgramState("p", "P", "2025-08", (ElementState(rules, ElementFacts(8, 8)),))
    line = SellMore("line", "Line", (cost * 100,) * 3, 0, KEY, KEY)
    return chase_of(state, outlook, [outlook], [line], limits, ["few days of history"])


def test_what_brings_more_than_it_costs_is_chased() -> None:
    found = weighed([9] * 6 + [10] * 4)
    assert found.verdict == "chase"
    assert (found.tier_number, found.edge_units, found.units_now) == (1, 10, 8)
    assert (found.chance, found.stake_amount) == (Fraction(2, 5), Decimal(1_000))
    assert found.expected_cents == 400_00
    assert found.best is not None and found.to_aim is not None
    assert (found.best.units, found.best.cost_cents, found.best.gain_cents) == (1, 100_00, 600_00)
    assert (found.to_aim.units, found.to_aim.chance) == (1, 1)
    assert found.spread is not None and found.spread.pays == Fraction(3, 5)
    assert found.doubts == (
        "the middle 80 % of samples, 9 to 10 units, lies on both sides", "few days of history",
    )  # fmt: skip


def test_what_pays_in_fewer_than_half_of_the_samples_is_a_long_shot() -> None:
    found = weighed([9] * 4 + [5] * 6)
    assert found.verdict == "long_shot"
    assert found.best is not None and found.best.net_cents == 300_00
    assert found.to_aim is None  # three cars don't make five into ten
    assert weighed([9] * 5 + [5] * 5).verdict == "chase"


def test_what_costs_as_much_as_it_brings_is_let_go() -> None:
    assert weighed([9] * 6 + [10] * 4, cost=600).verdict == "let_go"
    assert weighed([9] * 6 + [10] * 4, cost=599).verdict == "chase"


def test_a_budget_holds() -> None:
    found = weighed([9] * 6 + [10] * 4, limits=Limits(budget_cents=99_99))
    assert (found.verdict, found.best, found.to_aim) == ("let_go", None, None)


@pytest.mark.parametrize(("short", "verdict"), [(1, "secured"), (2, "long_shot")])
def test_secured_is_95_of_100_samples(short: int, verdict: str) -> None:
    found = weighed([9] * short + [10] * (20 - short), cost=1)
    assert found.verdict == verdict
    assert found.is_likely and found.to_aim is None


def test_without_a_ladder_nothing_is_known() -> None:
    found = weighed([9, 9], has_ladder=False)
    assert (found.verdict, found.chance, found.units_now) == ("unknown", None, 8)


def test_a_gate_that_is_not_met_is_a_doubt() -> None:
    gate = GateResult("csi", GateState.NOT_MET, "forfeit", None)
    found = weighed([9] * 6 + [10] * 4, gates=(gate,))
    assert "gate csi is not met today: it pays nothing" in found.doubts
    assert found.verdict == "let_go"
    waived = weighed([9] * 6 + [10] * 4, gates=(replace(gate, effect="waive"),))
    assert not any("csi" in doubt for doubt in waived.doubts)
