"""Across periods and programs: each rule against a plain reading of meaning.md."""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.filters import UnitClass
from programs.gates import GateState
from programs.money import round_money
from programs.program_states import PeriodInputs, PeriodState, SoldUnits, period_state
from programs.rule_across import AtMostOneOf, ExclusiveWith, FamilyCap
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook
from programs.settlement import SettledPeriod, settle_program
from programs.spans import Window, plain_period
from programs.stacking import StatedStacking, settle_stacking
from programs.standing import ProgramStanding

ZERO = Decimal("0.00")
MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
QUARTERS = (Window("2025-Q1", MONTHS[:3]), Window("2025-Q2", MONTHS[3:]))
RULEBOOK = """\
program: small
name: Small
oem: nissan
summary: Each unit pays.
announced: 2025-01-01
effective: 2025-01-01
source: {{bulletin: B-1, date: 2025-01-01}}
who: {{makes: [Nissan], dealer_codes: all}}
when: {{calendar: nissan, grain: month}}
{basis}
elements:
  - element: volume
    name: Volume
    counts: {{stock_type: new, sale_type: retail}}
    pays: same
    against: objective
    tiers:
      edges: percent
      bands: [{{from: 90, to: 100, per_unit: 100}}, {{from: 100, per_unit: 300}}]
    gates:
      - gate: items
        name: Items
        require: {{items: training}}
        effect: {{reduce_to_percent: 50}}
    caps: {{amount: 4000}}
{more}
examples:
  - {{example: none, sold: [], amount: 0}}
"""


def rules_with(more: str, basis: str = "") -> RuleVersion:
    return read_rulebook(RULEBOOK.format(more=more, basis=basis), "small.yaml").latest


def state(rules: RuleVersion, code: str, objective: int | None, units: int, **more) -> PeriodState:
    items = {"training": more.pop("training", GateState.MET)}
    sold = (SoldUnits(UnitClass("Nissan"), units, Decimal(units) * 30_000),)
    inputs = PeriodInputs(
        plain_period(code), sold, objectives={"volume": objective}, items=items, **more
    )
    return period_state(rules, inputs)


def earned(settled: tuple[SettledPeriod, ...]) -> list[Decimal]:
    return [found.amount_earned for found in settled]


CATCH_UP = """\
across:
  - {{rule: back, kind: catch_up, element: volume, within: quarter, tier: 2, judged: {judged}}}
"""


def slow_month(objective: int | None, units: int, tier_two: bool) -> Decimal:
    """One month's amount, by hand: 100 a unit from 90 %, 300 from 100 %, at most 4,000."""
    if not objective and not tier_two:
        return ZERO
    if tier_two or units >= objective:
        return min(Decimal(300 * units), Decimal(4000)).quantize(ZERO)
    return min(Decimal(100 * units), Decimal(4000)).quantize(ZERO) if (
        units * 100 >= 90 * objective
    ) else ZERO


MONTH = st.tuples(st.none() | st.integers(0, 12), st.integers(0, 16))


@pytest.mark.parametrize("judged", ["any_period", "window_end"])
@given(months=st.lists(MONTH, min_size=1, max_size=6))
def test_catch_up_is_what_the_page_says(judged, months):
    rules = CATCH_UP_RULES[judged]
    states = [state(rules, MONTHS[i], *month) for i, month in enumerate(months)]
    settled = settle_program(states, {"quarter": QUARTERS})
    for start in (0, 3):
        window = months[start : start + 3]
        reached = []
        for k in range(1, len(window) + 1):
            targets = [objective for objective, _ in window[:k]]
            known = None not in targets and sum(targets) > 0
            reached.append(known and sum(units for _, units in window[:k]) >= sum(targets))
        for m, (objective, units) in enumerate(window):
            missed = not objective or units < objective
            if judged == "any_period":
                back = missed and any(reached[m:])
            else:
                back = missed and len(window) == 3 and reached[-1]
            expected = slow_month(objective, units, tier_two=back or not missed)
            assert settled[start + m].amount_earned == expected


CATCH_UP_RULES = {
    judged: rules_with(CATCH_UP.format(judged=judged)) for judged in ("any_period", "window_end")
}


def test_what_is_earned_back_goes_through_its_own_month_s_gates():
    rules = CATCH_UP_RULES["any_period"]
    states = [
        state(rules, "2025-01", 10, 5, training=GateState.NOT_MET),
        state(rules, "2025-02", 10, 15, training=GateState.UNKNOWN),
    ]
    first, second = settle_program(states, {"quarter": QUARTERS})
    assert first.amount_earned == Decimal("750.00")  # half of 5 × 300
    assert first.standing.amount_earned == ZERO
    (change,) = first.adjustments
    assert (change.kind, change.code, change.amount_earned) == ("catch_up", "back", Decimal(750))
    assert (second.amount_earned, second.amount_held) == (ZERO, Decimal("4000.00"))


BONUS = """\
across:
  - rule: bonus
    kind: all_periods
    element: volume
    within: quarter
    tier: 1
    pays: {per_unit: 10, msrp_percent: 0.5, flat: 1000}
"""


@given(st.lists(MONTH, min_size=3, max_size=3), st.lists(st.booleans(), min_size=3, max_size=3))
def test_an_all_periods_bonus_is_rounded_once(months, trained):
    states = [
        state(
            BONUS_RULES, MONTHS[i], *month,
            training=GateState.MET if trained[i] else GateState.NOT_MET,
        )
        for i, month in enumerate(months)
    ]  # fmt: skip
    settled = settle_program(states, {"quarter": QUARTERS})
    kept = [Fraction(1) if one else Fraction(1, 2) for one in trained]
    met = all(objective and units * 100 >= 90 * objective for objective, units in months)
    exact = sum(
        (Fraction(10) * units + Fraction(5, 1000) * 30_000 * units) * share
        for (_, units), share in zip(months, kept, strict=True)
    ) + 1000 * min(kept)
    bonus = settled[2].amount_earned - settled[2].standing.amount_earned
    assert bonus == (round_money(exact) if met else ZERO)
    assert all(found.adjustments == () for found in settled[:2])


BONUS_RULES = rules_with(BONUS)


def test_an_undecided_month_holds_the_bonus():
    states = [
        state(BONUS_RULES, MONTHS[i], 10, 10, training=GateState.MET if i else GateState.TOO_EARLY)
        for i in range(3)
    ]
    last = settle_program(states, {"quarter": QUARTERS})[-1]
    assert last.amount_held == Decimal("5800.00")  # 30 × 10 + 0.5 % of 900,000 + 1,000
    assert last.amount_earned == Decimal("3000.00")


STRIKES = """\
deductions:
  - deduction: ads
    kind: strikes
    rolling_months: 3
    steps:
      - {strike: 2, takes_percent: 33.33}
      - {strike: 4, takes_percent: 100, suspends_periods: 2}
"""


@given(st.lists(st.dates(datetime.date(2025, 1, 1), datetime.date(2025, 6, 30)), max_size=9))
def test_strikes_take_what_their_number_says(days):
    states = [
        state(
            STRIKE_RULES, code, 10, 10,
            strikes=tuple(day for day in days if f"{day:%Y-%m}" == code),
        )
        for code in MONTHS
    ]  # fmt: skip
    ordered = sorted(days)
    suspended: set[int] = set()
    expected = []
    for month, _ in enumerate(MONTHS):
        share = Decimal(1) if month in suspended else Decimal(0)
        for position, day in enumerate(ordered):
            if day.month != month + 1:
                continue
            since = day.replace(day=1)
            for _ in range(3):
                since = (since - datetime.timedelta(days=1)).replace(day=1)
            following = (since.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
            last = (following - datetime.timedelta(days=1)).day
            since = since.replace(day=min(day.day, last))
            number = sum(1 for other in ordered[: position + 1] if other > since)
            if number >= 2:
                share = max(share, Decimal("0.3333"))
            if number >= 4:
                share = Decimal(1)
                suspended |= {month + 1, month + 2}
        expected.append(Decimal(3000) - round_money(Fraction(3000) * Fraction(share)))
    assert earned(settle_program(states, {})) == expected


STRIKE_RULES = rules_with(STRIKES)
CHARGEBACK_RULES = rules_with(
    "deductions:\n  - {deduction: back, kind: chargeback, per_unit: 700, look_back_days: 90}\n",
    "basis: {unwind_lands: nowhere}",
)


def test_strikes_of_the_code_before_its_first_period_count():
    """The second in three months, whether the first one fell into a period of the program or not;
    another dealer code's strikes are its own."""
    second = datetime.date(2025, 1, 20)
    for first, amount in (((2024, 12, 1), Decimal("2000.10")), ((2024, 10, 20), Decimal(3000))):
        here = state(
            STRIKE_RULES, "2025-01", 10, 10, dealer_strikes=(second, datetime.date(*first))
        )
        other = state(STRIKE_RULES, "2025-02", 10, 10, dealer_strikes=())
        assert earned(settle_program([here, other], {})) == [amount, Decimal(3000)]


@pytest.mark.parametrize(
    ("unwound", "amount"),
    [((), 3000), (((1, 90),), 2300), (((1, 90), (5, 91)), 2300), (((9, 1),), 0)],
)
def test_chargebacks_take_no_more_than_there_is(unwound, amount):
    (settled,) = settle_program([state(CHARGEBACK_RULES, "2025-01", 10, 10, unwound=unwound)], {})
    assert settled.amount_earned == amount


def paid(code: str, earned_amount: Decimal, held: Decimal, msrp: Decimal) -> SettledPeriod:
    whole = earned_amount + held
    return SettledPeriod(
        code,
        "2025-01",
        ProgramStanding(code, (), whole, ZERO, ZERO, ZERO, held, earned_amount, ZERO),
        msrp,
    )


MONEY = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)
FAMILY = st.tuples(*[st.tuples(st.sampled_from([ZERO, Decimal("100.00")]) | MONEY, MONEY)] * 3)


def programs(amounts) -> dict[str, SettledPeriod]:
    return {
        code: paid(code, *amount, Decimal("123456.78"))
        for code, amount in zip("abc", amounts, strict=True)
    }


def whole(found: SettledPeriod) -> Decimal:
    return found.amount_earned + found.amount_held


@given(FAMILY, st.none() | MONEY, st.none() | st.integers(0, 30_000))
def test_a_family_keeps_within_its_cap_and_loses_no_more_than_it_must(amounts, dollars, share):
    if dollars is None and share is None:
        return
    rule = FamilyCap(
        stacking="f", kind="family_cap", programs=("a", "c"), amount=dollars,
        msrp_percent=None if share is None else Decimal(share) / 10_000,
        of=None if share is None else "c",
    )  # fmt: skip
    before = programs(amounts)
    after = settle_stacking(before, [StatedStacking("b", rule)])
    limits = [] if dollars is None else [dollars]
    if share is not None:
        limits.append(round_money(Fraction(share, 1_000_000) * Fraction("123456.78")))
    total_earned = sum(found.amount_earned for found in before.values())
    total = sum(whole(found) for found in before.values())
    assert sum(whole(found) for found in after.values()) == min([total, *limits])
    assert sum(found.amount_earned for found in after.values()) == min([total_earned, *limits])
    # b states the rule, so it stands first and loses last.
    if after["b"].amount_earned < before["b"].amount_earned:
        assert after["a"].amount_earned == after["c"].amount_earned == 0


@given(FAMILY, st.sampled_from(["larger", "first"]))
def test_at_most_one_of_leaves_one(amounts, keeps):
    rule = AtMostOneOf(stacking="o", kind="at_most_one_of", programs=("a", "b", "c"), keeps=keeps)
    before = programs(amounts)
    after = settle_stacking(before, [StatedStacking("b", rule)])
    paying = [code for code in "abc" if whole(before[code])]
    kept = paying[:1]
    if keeps == "larger" and paying:
        kept = [sorted(paying, key=lambda code: (-whole(before[code]), code))[0]]
    for code in "abc":
        assert whole(after[code]) == (whole(before[code]) if code in kept else 0)


@given(FAMILY, st.sampled_from(["larger", "this", "others"]))
def test_exclusive_programs_pay_on_one_side_only(amounts, keeps):
    rule = ExclusiveWith(stacking="x", kind="exclusive_with", programs=("b", "c"), keeps=keeps)
    before = programs(amounts)
    after = settle_stacking(before, [StatedStacking("a", rule)])
    this, rest = whole(before["a"]), whole(before["b"]) + whole(before["c"])
    if not (this and rest):
        assert after == before
        return
    keeps_this = {"this": True, "others": False, "larger": this >= rest}[keeps]
    assert whole(after["a"]) == (this if keeps_this else 0)
    assert whole(after["b"]) + whole(after["c"]) == (0 if keeps_this else rest)


def test_each_rule_sees_what_the_ones_before_it_left():
    stated = [
        StatedStacking(
            "a",
            FamilyCap(stacking="cap", kind="family_cap", programs=("b", "c"), amount=Decimal(100)),
        ),
        StatedStacking(
            "b",
            ExclusiveWith(stacking="x", kind="exclusive_with", programs=("a",), keeps="this"),
        ),
    ]
    before = programs([(Decimal(90), ZERO), (Decimal(60), ZERO), (Decimal(70), ZERO)])
    after = settle_stacking(before, stated)
    assert [after[code].amount_earned for code in "abc"] == [0, 60, 40]
