"""Draws through ladders: the worked figures of public bulletins, to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from forecasting.chances import judge_program
from forecasting.gate_draws import GateDraws
from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.period_end import OpenElement, OpenProgram, SegmentDraws, Share
from programs.standing import ElementFacts, ElementRules, ProgramCap

NISSAN = LadderRules(
    tiers=(
        TierRule(1, Decimal(90), Decimal(350)),
        TierRule(2, Decimal(100), Decimal(600)),
        TierRule(3, Decimal(110), Decimal(1200)),
    ),
    edge_unit="pct",
)


def element(
    rules: LadderRules,
    target: int | None,
    counted: int,
    *,
    paid: int | None = None,
    msrp: Decimal = Decimal(0),
    shares=(Share("seg", True, True),),
    code: str = "volume",
    order: int = 1,
    gates: tuple[GateResult, ...] = (),
    today: int = 0,
    **settings,
) -> OpenElement:
    return OpenElement(
        rules=ElementRules(
            "program", code, order, build_ladder(rules, target),
            cap_amount=settings.get("cap_amount"),
            is_volume=settings.get("is_volume", True),
            has_open_recall_deduction=settings.get("recalls") is not None,
        ),
        facts=ElementFacts(
            counted, counted if paid is None else paid, msrp, settings.get("recalls") or 0, gates
        ),
        shares=tuple(replace(share, today_units=today) for share in shares),
    )  # fmt: skip


def program(*elements: OpenElement, cap: ProgramCap | None = None, msrp: int = 0) -> OpenProgram:
    return OpenProgram(
        rooftop_id="store",
        program_code="program",
        period_code="2025-08",
        period_start=date(2025, 8, 1),
        period_end=date(2025, 9, 2),
        oem_code="oem",
        calendar_code=None,
        cap=cap or ProgramCap(),
        elements=elements,
        paid_msrp_amount=Decimal(msrp),
    )


def draws(*units: int, msrp_cents: int = 0) -> SegmentDraws:
    return SegmentDraws(np.array(units, dtype=np.int32), msrp_cents)


@pytest.mark.parametrize(
    ("sold", "amount"),
    [(44, 0), (45, 15_750), (49, 17_150), (50, 30_000), (54, 32_400), (55, 66_000)],
)
def test_nissan_one_at_every_edge(sold, amount):
    """Objective 50, 40 sold so far: the draw brings the rest."""
    ours = program(element(NISSAN, 50, 40))
    (outlook,) = judge_program(ours, {"seg": draws(sold - 40)}, 1).elements
    assert outlook.expected_amount == Decimal(amount)
    assert outlook.expected_units == sold
    assert outlook.units_to_date == 40


def test_chances_are_shares_of_draws_and_amounts_their_mean():
    units = draws(4, 5, 10, 15)  # 44, 45, 50, 55: no tier, first, second, third
    (outlook,) = judge_program(program(element(NISSAN, 50, 40)), {"seg": units}, 4).elements
    assert [(tier.tier_number, tier.edge_units, tier.chance) for tier in outlook.tiers] == [
        (1, 45, 0.75), (2, 50, 0.5), (3, 55, 0.25),
    ]  # fmt: skip
    assert outlook.first_tier.chance == 0.75
    assert outlook.expected_amount == Decimal("27937.50")  # (0 + 15,750 + 30,000 + 66,000) / 4
    assert (outlook.band.low_95, outlook.band.median, outlook.band.high_95) == (44, 45, 55)


def test_the_as_of_dates_own_units_are_not_counted_twice():
    """Two of the 40 were reported this morning; the draws of the rest of today hold them."""
    ours = element(NISSAN, 50, 40, today=2)
    (outlook,) = judge_program(program(ours), {"seg": draws(17)}, 1).elements
    assert outlook.expected_units == 55


def test_honda_growth_is_capped_above_last_year():
    honda = LadderRules(
        tiers=(TierRule(1, Decimal(100), Decimal(3000)),),
        edge_unit="pct",
        shape="marginal",
        cap_base_share=Decimal("0.2"),
        cap_base_rounding="down",
        cap_base_minimum_units=1,
    )
    for base, sold, amount in ((100, 130, 60_000), (148, 190, 87_000), (100, 107, 21_000)):
        ours = program(element(honda, base, sold - 30))
        (outlook,) = judge_program(ours, {"seg": draws(30)}, 1).elements
        assert outlook.expected_amount == Decimal(amount)


def test_ford_counts_what_it_does_not_pay():
    """Objective 20: 14 of the paid model year, 10 that only count; 120 % pays $1,000 on 14."""
    ford = LadderRules(
        tiers=(TierRule(1, Decimal(100), Decimal(750)), TierRule(2, Decimal(120), Decimal(1000))),
        edge_unit="pct",
    )
    shares = (Share("my2023", True, True), Share("my2024", True, False))
    ours = program(element(ford, 20, 15, paid=10, shares=shares))
    (outlook,) = judge_program(ours, {"my2023": draws(4), "my2024": draws(5)}, 1).elements
    assert outlook.expected_units == 24
    assert outlook.expected_amount == Decimal(14_000)


def vw(gates: tuple[GateResult, ...] = (), cap: Decimal | None = Decimal("0.03")) -> OpenProgram:
    """New at 100 %, certified at 70 %, CSI met; $2,000,000 of paid MSRP with the draws."""
    shared = (Share("new", True, True), Share("certified", False, True))
    own = (Share("certified", True, True), Share("new", False, True))
    so_far = Decimal(1_900_000)
    new = LadderRules(
        tuple(
            TierRule(i + 1, Decimal(edge), msrp_share=Decimal(share))
            for i, (edge, share) in enumerate(
                ((75, "0.0025"), (100, "0.01"), (125, "0.0175"))
            )
        ),
        "pct",
    )
    certified = LadderRules(
        (
            TierRule(1, Decimal(70), msrp_share=Decimal("0.0025")),
            TierRule(2, Decimal(100), msrp_share=Decimal("0.005")),
        ),
        "pct",
    )
    csi = LadderRules((TierRule(1, Decimal(0), msrp_share=Decimal("0.0075")),), "none")
    paying = tuple(Share(code, False, True) for code in ("new", "certified"))
    return program(
        element(new, 40, 38, paid=44, msrp=so_far, shares=shared, code="new", order=1),
        element(certified, 10, 6, paid=44, msrp=so_far, shares=own, code="certified", order=2),
        element(
            csi, None, 0, paid=44, msrp=so_far, shares=paying, code="csi", order=3, gates=gates,
            is_volume=False,
        ),
        cap=ProgramCap(msrp_share=cap),
        msrp=1_900_000,
    )  # fmt: skip


VW_DRAWS = {"new": draws(2, msrp_cents=3_500_000), "certified": draws(1, msrp_cents=3_000_000)}


def test_vw_elements_are_judged_apart_and_pay_on_the_same_msrp():
    """1.00 % and 0.25 % of $2,000,000; the CSI element moves no units and gets no row."""
    new, certified = judge_program(vw(), VW_DRAWS, 1).elements
    assert (new.element_code, new.expected_amount) == ("new", Decimal(20_000))
    assert (certified.element_code, certified.expected_amount) == ("certified", Decimal(5_000))


def test_a_program_cap_takes_later_elements_first():
    new, certified = judge_program(vw(cap=Decimal("0.011")), VW_DRAWS, 1).elements
    assert (new.expected_amount, certified.expected_amount) == (Decimal(20_000), Decimal(2_000))
    assert certified.expected_before_gates_amount == Decimal(5_000)


def test_chevrolet_loses_the_share_with_open_recalls():
    chevrolet = LadderRules((TierRule(1, Decimal(120), Decimal(1000)),), "pct")
    ours = program(element(chevrolet, 80, 90, recalls=2))
    (outlook,) = judge_program(ours, {"seg": draws(10)}, 1).elements
    assert outlook.expected_amount == Decimal(98_000)
    assert outlook.expected_before_gates_amount == Decimal(100_000)


GATES = {
    "met": (GateResult("csi", GateState.MET), 30_000, 0, "csi: met in all draws"),
    "not met": (GateResult("csi", GateState.NOT_MET), 0, 0, "csi: forfeited in all draws"),
    "reduced": (
        GateResult("csi", GateState.NOT_MET, "reduce", Decimal("0.5")),
        15_000,
        0,
        "csi: reduced to 50 % in all draws",
    ),
    "waived": (GateResult("csi", GateState.NOT_MET, "waive"), 30_000, 0, "csi: waived, paid"),
    "unknown": (
        GateResult("csi", GateState.UNKNOWN),
        0,
        30_000,
        "csi: nothing known yet, so held and not counted as met",
    ),
}


@pytest.mark.parametrize("case", GATES)
def test_gates_that_were_not_drawn_stand_as_they_do_today(case):
    gate, earned, held, words = GATES[case]
    ours = program(element(NISSAN, 50, 40, gates=(gate,)))
    (outlook,) = judge_program(ours, {"seg": draws(10)}, 1).elements
    assert (outlook.expected_amount, outlook.expected_held_amount) == (earned, held)
    assert outlook.expected_before_gates_amount == Decimal(30_000)
    assert outlook.gate_assumption == words
    assert outlook.gate_state == gate.state.code
    # The chance of the tier is of the units, whatever the gate does; with gates, of both.
    is_met = gate.state is GateState.MET or gate.effect == "waive"
    unknown = gate.state is GateState.UNKNOWN
    assert outlook.first_tier.chance == 1.0
    assert outlook.first_tier.chance_with_gates == (None if unknown else float(is_met))
    assert outlook.chance_gates_met == (None if unknown else float(is_met))


def gate_draws(code: str, *states: GateState) -> GateDraws:
    return GateDraws(code, np.array(states, dtype=np.int64), ())


def test_each_draw_pays_by_its_own_gates():
    """Five draws at $30,000: met, forfeited, halved, not known, and met with too few units."""
    met, lost, unknown = GateState.MET, GateState.NOT_MET, GateState.UNKNOWN
    csi = GateResult("csi", GateState.TOO_EARLY)
    training = GateResult("training", GateState.TOO_EARLY, "reduce", Decimal("0.5"))
    ours = program(element(NISSAN, 50, 40, gates=(csi, training)))
    gates = {
        "volume": (
            gate_draws("csi", met, lost, met, unknown, met),
            gate_draws("training", met, met, lost, met, met),
        )
    }
    outlook = judge_program(ours, {"seg": draws(10, 10, 10, 10, 0)}, 5, gates)
    assert list(outlook.cents.earned) == [3_000_000, 0, 1_500_000, 0, 0]
    assert list(outlook.cents.held) == [0, 0, 0, 3_000_000, 0]
    (volume,) = outlook.elements
    assert (volume.expected_amount, volume.expected_held_amount) == (9_000, 6_000)
    assert volume.chance_gates_met == 0.4
    assert volume.first_tier.chance == 0.8
    assert volume.first_tier.chance_with_gates == 0.2
    assert volume.gate_assumption == (
        "csi: met in 60 %, forfeited in 20 %, held, not known in 20 %. "
        "training: met in 80 %, reduced to 50 % in 20 %"
    )


def test_pending_units_are_worth_what_the_draws_lose_without_them():
    """48 with 4 pending: 50 with them pays $30,000 in both draws, 46 without pays $16,100."""
    ours = program(replace(element(NISSAN, 50, 48), pending_counted_units=4, pending_paid_units=4))
    outlook = judge_program(ours, {"seg": draws(2, 2)}, 2)
    (volume,) = outlook.elements
    assert volume.expected_amount == 30_000
    assert volume.expected_without_pending_amount == 16_100
    second = volume.tiers[1]
    assert (second.chance, second.chance_without_pending) == (1.0, 0.0)
    assert list(outlook.without_pending.earned) == [1_610_000, 1_610_000]


def test_without_gates_it_says_that_too():
    (outlook,) = judge_program(program(element(NISSAN, 50, 40)), {"seg": draws(10)}, 1).elements
    assert outlook.gate_assumption == "no gates"
    assert outlook.first_tier.chance_with_gates == 1.0


def test_without_an_objective_there_are_units_but_no_chance_and_no_money():
    (outlook,) = judge_program(program(element(NISSAN, None, 40)), {"seg": draws(10)}, 1).elements
    assert outlook.expected_units == 50
    assert outlook.tiers == ()
    assert outlook.first_tier is outlook.expected_amount is None


def test_a_car_that_counts_twice_counts_twice_in_the_same_draw():
    """Two elements on one segment reach their tiers in the same draws, never apart."""
    generator = np.random.default_rng(3)
    units = SegmentDraws(generator.poisson(10, 500).astype(np.int32), 0)
    ours = program(
        element(NISSAN, 50, 40, code="a", order=1), element(NISSAN, 50, 40, code="b", order=2)
    )
    first, second = judge_program(ours, {"seg": units}, 500).elements
    assert first.tiers == second.tiers
    both = float((40 + units.remaining >= 50).mean())
    assert first.tiers[1].chance == both
