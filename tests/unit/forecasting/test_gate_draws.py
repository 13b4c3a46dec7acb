"""Gates at a period's end: surveys to come, averages that move, items with a due date."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from forecasting.gate_draws import GateSimulator, UnitDraws
from forecasting.gate_facts import GateFacts, GateLeaf, ItemPast, OpenItem, ScorePast
from forecasting.score_draws import ScoreSimulator
from forecasting.survey_draws import SurveyPast, draw_change, draw_surveys, own_changes
from programs.gates import GateState, Leaf
from programs.period_end import OpenProgram
from programs.standing import ProgramCap

TODAY, END = date(2025, 8, 15), date(2025, 9, 30)
DRAWS = 2_000
STORE = ("00417", ("toyota",))
KEY = ("store", "bonus", "2025-Q3", "volume")
NOW = (TODAY - date(1970, 1, 1)).days
MET, NOT_MET, UNKNOWN = GateState.MET, GateState.NOT_MET, GateState.UNKNOWN
PROGRAM = OpenProgram(
    "store", "bonus", "2025-Q3", date(2025, 7, 1), END, "toyota", None, ProgramCap(), (),
    Decimal(0), Decimal(0),
)  # fmt: skip


def survey_past(rate: float = 0.5, score: int = 90_000, stores: int = 3) -> SurveyPast:
    """A year of surveys, `rate` a day and store; the first store is ours."""
    random = np.random.default_rng(4)
    day = np.concatenate([np.flatnonzero(random.random(365) < rate) for _ in range(stores)])
    store = np.repeat(np.arange(stores), [len(day) // stores] * (stores - 1)
                      + [len(day) - len(day) // stores * (stores - 1)])  # fmt: skip
    thousandths = np.where(random.random(len(day)) < 0.8, 100_000, score)
    return SurveyPast(NOW - 365 + day, thousandths.astype(np.int64), store)


def leaf(source: str, number: int = 1, state: GateState = NOT_MET, **given) -> GateLeaf:
    rule = {
        "comparison": ">=", "threshold_kind": "fixed", "threshold_value": None,
        "minimum_sample": None, "item_type": None, "due": None,
    } | {k: v for k, v in given.items() if k in Leaf.__dataclass_fields__}  # fmt: skip
    read = {"score": None, "sample_count": None, "score_date": None, "benchmark": None} | {
        k: v for k, v in given.items() if k in GateLeaf.__dataclass_fields__
    }
    metric = given.get("metric_code", "csi")
    rule.pop("metric_code", None)
    return GateLeaf(
        "gate", number, 1, Leaf(metric, source, **rule), state, store=STORE, region="midwest",
        target_units=given.get("target"), **read,
    )  # fmt: skip


def states(*leaves: GateLeaf, units: UnitDraws | None = None, **known):
    facts = GateFacts(
        leaves={KEY: leaves},
        surveys={("toyota",): known.get("surveys", survey_past())},
        stores={STORE: 0},
        scores=known.get("scores", {}),
        items=known.get("items", {}),
        open_items={("store", "bonus", "2025-Q3", "item_due"): known.get("open_items", ())},
        surveys_of_period={KEY[:3]: known.get("so_far", (Fraction(0), 0))},
    )
    scores = ScoreSimulator(facts, TODAY, [END], DRAWS, 1)
    simulator = GateSimulator(facts, scores, TODAY, DRAWS, 1)
    none = UnitDraws({}, np.zeros(DRAWS, dtype=np.int64))
    (gate,) = simulator.gates(PROGRAM, "volume", units or none)
    return gate


def share(gate, state: GateState) -> float:
    return float((gate.states == state).mean())


SURVEYS = {"comparison": ">=", "benchmark": Decimal(92), "threshold_value": Decimal(92)}


def test_surveys_to_come_follow_the_stores_own_pace():
    past = survey_past()
    own = (past.store == 0).sum()
    drawn = draw_surveys(past, 0, NOW, [NOW + 45], DRAWS, 1)
    rate = own / (NOW - past.day[past.store == 0].min())
    days = 46 + (NOW - 1 - past.day.max())
    assert drawn.count.mean() == pytest.approx(rate * days, rel=0.1)
    assert drawn.perfect_thousandths == 100_000
    mean = drawn.thousandths.sum() / drawn.count.sum()
    assert 97_000 < mean < 99_000  # four in five are 100, the rest 90


def test_a_store_without_surveys_borrows_the_groups_and_an_unsurveyed_group_says_nothing():
    past = survey_past()
    drawn = draw_surveys(past, 9, NOW, [NOW + 45], DRAWS, 1)
    assert drawn.count.mean() == pytest.approx(0.5 * 46, rel=0.4)
    old = SurveyPast(past.day - 800, past.thousandths, past.store)
    assert draw_surveys(old, 0, NOW, [NOW + 45], DRAWS, 1) is None


def test_a_later_end_never_has_fewer_surveys():
    drawn = draw_surveys(survey_past(), 0, NOW, [NOW + 10, NOW + 45], DRAWS, 1)
    assert (drawn.count[1] >= drawn.count[0]).all()
    assert (drawn.thousandths[1] - drawn.thousandths[0] >= 0).all()


def test_a_gate_far_above_or_below_is_sure_and_one_between_is_not():
    so_far = (Fraction(20 * 98), 20)  # customers give 98 on average
    chances = []
    for wanted in (92, 98, 100):
        given = SURVEYS | {"benchmark": Decimal(wanted), "threshold_value": Decimal(wanted)}
        chances.append(share(states(leaf("survey_average", **given), so_far=so_far), MET))
    assert chances[0] > 0.99
    assert 0.2 < chances[1] < 0.8
    assert chances[2] == 0.0


def test_three_perfect_surveys_bring_it_back_over_92():
    gate = states(leaf("survey_average", **SURVEYS), so_far=(Fraction(86 * 4), 4))
    found = gate.leaves[0].surveys
    assert (found.count_to_date, found.perfect_score, found.perfect_needed) == (4, 100, 3)
    assert found.lowest_next is None
    assert found.low_80_to_come <= found.expected_to_come <= found.high_80_to_come
    above = states(leaf("survey_average", **SURVEYS), so_far=(Fraction(95 * 4), 4))
    assert above.leaves[0].surveys.lowest_next == 80  # 380 + 80 over five is 92
    never = SURVEYS | {"benchmark": Decimal(100), "threshold_value": Decimal(100)}
    gate = states(leaf("survey_average", **never), so_far=(Fraction(99), 1))
    assert gate.leaves[0].surveys.perfect_needed is None


def test_too_small_a_sample_at_the_end_is_not_met():
    """Half a survey a month: hardly six by the period's end, however good they are."""
    given = SURVEYS | {"minimum_sample": 6, "benchmark": Decimal(50),
                       "threshold_value": Decimal(50)}  # fmt: skip
    rare = states(leaf("survey_average", **given), surveys=survey_past(rate=0.02))
    often = states(leaf("survey_average", **given), surveys=survey_past(rate=0.5))
    assert share(rare, MET) < 0.1
    assert share(often, MET) > 0.99
    assert share(rare, MET) + share(rare, NOT_MET) == 1


def test_what_nothing_is_known_of_is_held_and_never_met():
    unpublished = states(leaf("csi_score", benchmark=Decimal(90)))
    assert share(unpublished, UNKNOWN) == 1
    no_benchmark = states(leaf("csi_score", score=Decimal(95), score_date=TODAY, sample_count=9))
    assert share(no_benchmark, UNKNOWN) == 1
    no_item = states(leaf("compliance_items", state=UNKNOWN, due="item_due"))
    assert share(no_item, UNKNOWN) == 1


def test_either_of_two_ways_may_meet_a_gate():
    """An OR: own surveys, or a score of which nothing is known yet. Where the surveys fail, the
    gate isn't lost but unknown."""
    one = leaf("survey_average", 1, **SURVEYS | {"benchmark": Decimal(98),
                                                 "threshold_value": Decimal(98)})  # fmt: skip
    gate = states(one, leaf("csi_score", 2), so_far=(Fraction(20 * 98), 20))
    assert 0 < share(gate, MET) < 1
    assert share(gate, MET) + share(gate, UNKNOWN) == 1


def scores(figures: list[float], step: int = 7) -> dict:
    """Weekly scores of one quarter after another, with the region's average as given."""
    count = len(figures)
    day = NOW - step * np.arange(count)[::-1]
    value = (np.array(figures) * 1000).astype(np.int64)
    past = ScorePast(
        day, value, value, np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.int64),
        np.full(count, "00417", dtype=object), np.full(count, "midwest", dtype=object),
    )  # fmt: skip
    return {(("toyota",), "csi"): past}


def test_a_benchmark_moves_as_it_used_to():
    """A score of many surveys stands at 92; the region's average at 91.9, calm or restless."""
    given = {
        "score": Decimal(92), "sample_count": 5_000, "score_date": TODAY,
        "threshold_kind": "region_average", "benchmark": Decimal("91.9"),
    }  # fmt: skip
    random = np.random.default_rng(2)
    calm = states(leaf("csi_score", **given), scores=scores([91.9] * 60))
    walk = 91.9 + np.cumsum(random.normal(0, 0.4, 60))
    restless = states(leaf("csi_score", **given), scores=scores(list(walk)))
    assert share(calm, MET) > 0.95
    assert 0.3 < share(restless, MET) < 0.7
    assert "which moves as it used to" in restless.leaves[0].assumption
    unheard = states(leaf("csi_score", **given))
    assert "taken to stay at 91.9" in unheard.leaves[0].assumption


def test_a_score_without_a_sample_moves_by_its_own_past():
    given = {"score": Decimal(92), "score_date": TODAY, "benchmark": Decimal(92),
             "threshold_value": Decimal(92)}  # fmt: skip
    walk = 92 + np.cumsum(np.random.default_rng(2).normal(0, 0.4, 60))
    gate = states(leaf("csi_score", **given), scores=scores(list(walk)))
    assert 0.35 < share(gate, MET) < 0.65


def test_own_changes_stay_within_a_spell_and_know_their_horizon():
    day = np.arange(0, 100, 10)
    rising = day * 5
    assert set(own_changes(day, rising, np.zeros(10), 20)) == {100}
    broken = np.where(day < 50, 0, 1)
    assert set(own_changes(day, rising + 1_000_000 * broken, broken, 10)) == {50}
    # No pair forty days apart within a spell: neighbours, spread as a random walk spreads.
    short = own_changes(day, rising, day // 20, 40)
    assert short == pytest.approx([100.0] * 5)
    assert len(own_changes(np.array([1]), np.array([5]), np.array([0]), 9)) == 0


def test_changes_of_one_name_go_together():
    changes = np.array([-100.0, 200.0, 300.0])
    first = draw_change(changes, DRAWS, 1, "midwest")
    assert (first == draw_change(changes, DRAWS, 1, "midwest")).all()
    assert (first != draw_change(changes, DRAWS, 1, "west")).any()
    assert abs(first.mean()) < 20


def items_past(kept: int, missed: int, dealer: str = "00417") -> dict:
    """Items due 100 days ago, open a month before: so many were complete in time, so many not."""
    due = np.full(kept + missed, NOW - 100)
    completed = np.where(np.arange(kept + missed) < kept, due - 5, due + 5)
    return {"training": ItemPast(due, completed, np.full(kept + missed, dealer, dtype=object))}


def test_an_open_item_is_completed_as_often_as_such_items_were():
    asked = leaf("compliance_items", state=GateState.TOO_EARLY, item_type="training",
                 due="item_due", metric_code="training")  # fmt: skip
    done = OpenItem("A", "training", NOW + 20, MET)
    left = OpenItem("B", "training", NOW + 20, GateState.TOO_EARLY)
    late = OpenItem("C", "training", NOW - 1, NOT_MET)
    past = items_past(30, 10)
    assert share(states(asked, open_items=(done,), items=past), MET) == 1
    assert share(states(asked, open_items=(done, late, left), items=past), NOT_MET) == 1
    half = states(asked, open_items=(done, left), items=past)
    assert share(half, MET) == pytest.approx(0.75, abs=0.05)
    assert half.leaves[0].assumption.startswith("1 of 2 items can still be completed")
    untold = states(asked, open_items=(left,), items=items_past(2, 1))
    assert share(untold, UNKNOWN) == 1


def test_gates_on_units_and_on_reports_go_by_the_same_draws():
    counted = np.repeat([90, 110], DRAWS // 2)
    units = UnitDraws({"volume": counted}, np.full(DRAWS, 20))
    asked = {"metric_code": "volume", "threshold_value": Decimal(100)}
    many = states(leaf("element_units", **asked), units=units)
    assert (many.states == np.where(counted >= 100, MET, NOT_MET)).all()
    share_of = states(leaf("element_attainment", **asked, target=110), units=units)
    assert (share_of.states == np.where(counted >= 110, MET, NOT_MET)).all()
    reports = {"within_days": 3, "threshold_value": Decimal(95), "score": Decimal(100)}
    timely = states(leaf("rdr_timeliness", **reports, sample_count=100), units=units)
    assert share(timely, MET) > 0.95
    slow = reports | {"score": Decimal(80)}
    assert share(states(leaf("rdr_timeliness", **slow, sample_count=100), units=units), MET) == 0


def test_the_past_alone_decides(monkeypatch):
    """Surveys dated after the morning change nothing."""
    past = survey_past()
    later = SurveyPast(
        np.append(past.day, NOW + np.arange(40)),
        np.append(past.thousandths, np.zeros(40, dtype=np.int64)),
        np.append(past.store, np.zeros(40, dtype=np.int64)),
    )
    first, second = (draw_surveys(p, 0, NOW, [NOW + 45], 50, 1) for p in (past, later))
    assert (first.count == second.count).all()
    assert (first.thousandths == second.thousandths).all()
    assert TODAY + timedelta(days=46) == END
