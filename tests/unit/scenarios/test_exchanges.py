"""Transfers and trades against trying every one of them, on small groups."""

from __future__ import annotations

import itertools
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.element_cents import ElementSamples
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.plan import CloseGate, ProgramOutlook
from programs.plan_search import best_plan
from programs.standing import ElementRules
from scenarios.exchanges import WORTH_A_CALL_CENTS, Trade, Transfer, exchanges
from scenarios.inputs import OpenPeriod, RooftopInputs
from scenarios.moves import MOST_TRANSFERRED, LineKey, Question, Wishes, question_of
from tests.unit.programs.plan_cases import Case, all_choices, cost_cents, expected_cents
from tests.unit.scenarios.store_cases import MAKE, drawn_wishes, open_period, small_store

SEEDS = st.integers(0, 2**32 - 1)
COST_CENTS = 50_00


class Tried:
    """One rooftop's values by trying every plan, sample by sample."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.lines = {line.key: line for line in question.lines}
        self.own = self.value({})

    def value(self, more: dict[LineKey, int]) -> Fraction:
        """The most expected money after cost with some cars more or fewer."""
        lines = tuple(line.with_units(more.get(line.key, 0)) for line in self.question.lines)
        question = replace(self.question, lines=lines)
        outlooks = self.question.outlooks
        for key, units in more.items():
            if units < 0:
                outlooks = tuple(self._short(one, key, -units) for one in outlooks)
        moves = tuple(move for move in question.moves if not isinstance(move, CloseGate))
        case = Case(outlooks, moves, question.limits)
        return max(expected_cents(case, one) - cost_cents(case, one) for one in all_choices(case))

    def swap(self, gives: LineKey, gets: LineKey) -> Fraction:
        """What one car for another gains; nothing of it by sales that are lost."""
        return min(self.value({gives: -1, gets: 1}), self.value({gets: 1})) - self.own

    def _short(self, outlook: ProgramOutlook, key: LineKey, units: int) -> ProgramOutlook:
        """A line is its own segment here, so that it sells all of what its segment does."""
        line, inputs = self.lines[key], self.question.inputs
        cars = line.on_ground_units + line.arriving_units
        (draws,) = [one for (code, _), one in inputs.draws.items() if code == key[3]]
        sells = sum(row.sold_units for row in inputs.stock if row.segment_code == key[3]) > 0
        lost = [
            min(int(one), cars) - min(int(one), cars - units) if sells else 0
            for one in draws.remaining
        ]
        elements = []
        for name, element in zip(outlook.keys, outlook.elements, strict=True):
            is_counted, is_paid = name in line.move.counted_by, name in line.move.paid_by
            elements.append(
                replace(
                    element,
                    counted_units=element.counted_units - [n * is_counted for n in lost],
                    paid_units=element.paid_units - [n * is_paid for n in lost],
                    paid_msrp_cents=element.paid_msrp_cents
                    - [n * is_paid * line.move.msrp_cents for n in lost],
                )
            )
        once = outlook.paid_msrp_cents
        if once is not None and line.move.paid_by & set(outlook.keys):
            once = once - [n * line.move.msrp_cents for n in lost]
        return replace(outlook, elements=tuple(elements), paid_msrp_cents=once)


def every_deal(stores: dict[str, Tried]) -> list[Transfer | Trade]:
    """Each transfer at the number of cars that nets most, and each trade that both sides want."""
    found: list[Transfer | Trade] = []
    for (one, giver), (other, receiver) in itertools.permutations(stores.items(), 2):
        for key in giver.lines.keys() & receiver.lines.keys():
            line = giver.lines[key]
            units = range(1, min(MOST_TRANSFERRED, line.on_ground_units) + 1)
            options = [
                Transfer(
                    one, other, line.move.label, count,
                    max(giver.own - giver.value({key: -count}), Fraction(0)),
                    receiver.value({key: count}) - receiver.own,
                    COST_CENTS * count,
                )
                for count in units
            ]  # fmt: skip
            found += [max(options, key=lambda deal: deal.net_cents)] if options else []
    for (one, first), (other, second) in itertools.combinations(stores.items(), 2):
        for gives, gets in itertools.permutations(first.lines.keys() & second.lines.keys(), 2):
            if first.lines[gives].on_ground_units and second.lines[gets].on_ground_units:
                trade = Trade(
                    one, other, first.lines[gives].move.label, second.lines[gets].move.label,
                    first.swap(gives, gets), second.swap(gets, gives),
                    2 * COST_CENTS,
                )  # fmt: skip
                if min(trade.first_gains_cents, trade.second_gains_cents) >= COST_CENTS:
                    found.append(trade)
    return [deal for deal in found if deal.net_cents >= WORTH_A_CALL_CENTS]


def apart(deals: list[Transfer | Trade]) -> list[Transfer | Trade]:
    """The best first, each rooftop in one."""
    kept: list[Transfer | Trade] = []
    taken: set[str] = set()
    for deal in sorted(deals, key=lambda one: (-one.net_cents, names(one))):
        if not taken & set(names(deal)[:2]):
            kept.append(deal)
            taken |= set(names(deal)[:2])
    return kept


def names(deal: Transfer | Trade) -> tuple[str, ...]:
    if isinstance(deal, Transfer):
        return deal.giver_id, deal.receiver_id, deal.label
    return deal.first_id, deal.second_id, deal.first_gives, deal.second_gives


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_exchanges_are_the_best_of_all(seed: int) -> None:
    wishes = replace(drawn_wishes(seed), extra_units=2 + seed % 2)
    questions = {
        name: question_of(small_store(seed + number, name), wishes)
        for number, name in enumerate(("a", "b", "c"))
    }
    plans = {
        name: best_plan(one.outlooks, one.moves, one.limits) for name, one in questions.items()
    }
    transfers, trades = exchanges(questions, plans, COST_CENTS)
    expected = apart(every_deal({name: Tried(one) for name, one in questions.items()}))
    found = sorted([*transfers, *trades], key=lambda one: (-one.net_cents, names(one)))
    assert found == expected


def test_a_trade_gives_each_store_the_car_it_needs() -> None:
    """Each store is one unit below an edge of $1,000 and has only cars that the other one needs."""
    questions = {
        "a": question_of(_one_short("a", needs=0, has=1), Wishes(extra_units=1)),
        "b": question_of(_one_short("b", needs=1, has=0), Wishes(extra_units=1)),
    }
    plans = {
        name: best_plan(one.outlooks, one.moves, one.limits) for name, one in questions.items()
    }
    transfers, (trade,) = exchanges(questions, plans, COST_CENTS)
    assert transfers == ()
    assert (trade.first_gives, trade.second_gives) == ("Nissan L1", "Nissan L0")
    assert trade.first_gains_cents == trade.second_gains_cents == 1_000_00
    assert trade.net_cents == 1_900_00
    _, dear = exchanges(questions, plans, 1_000_01)
    assert dear == ()


def _one_short(name: str, needs: int, has: int) -> RooftopInputs:
    """Cars of the line that it has move a program whose edge is out of reach."""
    store = small_store(0, name)
    counted = {f"s{needs}": frozenset({("p", "e")}), f"s{has}": frozenset({("q", "e")})}
    return replace(
        store,
        programs=(_flat_bonus("p", 10), _flat_bonus("q", 99)),
        stock=tuple(
            replace(row, on_ground_units=3 * (line == has), arriving_dates=(), sold_units=0)
            for line, row in enumerate(store.stock)
        ),
        counted_by=counted,
        paid_by=counted,
        rejected=(),
        gross={(MAKE, row.model, "new"): (Decimal(900),) * 9 for row in store.stock},
    )


def _flat_bonus(code: str, edge: int) -> OpenPeriod:
    tier = TierRule(1, Decimal(edge), amount_flat=Decimal(1_000))
    rules = ElementRules(code, "e", 1, build_ladder(LadderRules((tier,), "units"), None))
    nine = np.array([9, 9])
    samples = ElementSamples(rules, nine, nine, nine * 0)
    return open_period(ProgramOutlook(code, code.upper(), "2025-08", (samples,)))
