"""Cars between a group's rooftops: transfers of stock and dealer trades that pay, both sides exact.

Here: what a rooftop's best plan gains by cars it gets and loses by cars it gives, and which
exchanges are best together. Not here: one rooftop's question (moves.py), the search (programs/).

A store that gives cars loses what its samples then have no car to sell, and what its best plan
would have sold besides; one that gets cars has them for its best plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from heapq import heapify, heappop, heappush

import numpy as np

from programs.plan import Plan, ProgramOutlook
from programs.plan_samples import less_units
from programs.plan_search import Search
from scenarios.moves import MOST_TRANSFERRED, LineKey, PlannedLine, Question

# Cars that make no difference of this much aren't worth a phone call.
WORTH_A_CALL_CENTS = 1_00
# Rooftops asked for each line that a store could use: those with most cars to spare first.
ASKED = 5


@dataclass(frozen=True)
class Transfer:
    """Cars of one line from a rooftop to another. Both sides are best plans, before and after."""

    giver_id: str
    receiver_id: str
    label: str
    units: int
    giver_loses_cents: Fraction
    receiver_gains_cents: Fraction
    cost_cents: int

    @property
    def net_cents(self) -> Fraction:
        """What the group is expected to have more, the cost of moving paid."""
        return self.receiver_gains_cents - self.giver_loses_cents - self.cost_cents


@dataclass(frozen=True)
class Trade:
    """One car for another between two rooftops. What each gains is by best plans, before and after,
    the car it gives gone; each is more than moving the car it gets costs."""

    first_id: str
    second_id: str
    first_gives: str
    second_gives: str
    first_gains_cents: Fraction
    second_gains_cents: Fraction
    cost_cents: int

    @property
    def net_cents(self) -> Fraction:
        """What the group is expected to have more, the cost of moving both paid."""
        return self.first_gains_cents + self.second_gains_cents - self.cost_cents


def exchanges(
    questions: Mapping[str, Question],
    plans: Mapping[str, Plan],
    cost_cents: int,
    asked: Callable[[int], None] = lambda rooftops: None,
) -> tuple[tuple[Transfer, ...], tuple[Trade, ...]]:
    """Transfers and trades that pay, the best first, each rooftop in one at the most so that what
    they bring adds up. `cost_cents`: of moving one car. `asked` is told how many rooftops have been
    asked what they want."""
    stores = {
        rooftop: _Store(rooftop, question, plans[rooftop])
        for rooftop, question in questions.items()
    }
    wanted = {}
    for rooftop, store in stores.items():
        wanted[rooftop] = store.wanted(cost_cents)
        asked(len(wanted))
    found = _apart(
        [
            *_transfers(stores, wanted, cost_cents),
            *_trades(stores, wanted, cost_cents),
        ]
    )
    return (
        tuple(one for one in found if isinstance(one, Transfer)),
        tuple(one for one in found if isinstance(one, Trade)),
    )


class _Store:
    """One rooftop's best plans with some cars more or fewer."""

    def __init__(self, rooftop_id: str, question: Question, plan: Plan) -> None:
        self.rooftop_id, self.plan = rooftop_id, plan
        self.lines = {line.key: line for line in question.lines}
        self._question = question
        self._found: dict[tuple, Plan] = {}

    def gain(self, got: LineKey, units: int) -> Fraction:
        """What so many cars more are worth to it."""
        return self._value(self._with({got: units})) - self._value(self.plan)

    def loss(self, given: LineKey, units: int) -> Fraction:
        """What it loses by so many cars fewer: no gain is made of sales that are lost."""
        return max(self._value(self.plan) - self._value(self._after(given, units, {})), Fraction(0))

    def swap(self, given: LineKey, got: LineKey) -> Fraction:
        """What it gains by one car more for another one fewer, no more than by the first alone."""
        then = self._value(self._after(given, 1, {got: 1})) - self._value(self.plan)
        return min(then, self.gain(got, 1))

    def wanted(self, cost_cents: int) -> dict[LineKey, list[Fraction]]:
        """Lines of which more cars are worth moving, and what 1, 2, ... of them gain. More cars of
        all lines never make a plan worse, nor do more of one: that is asked first."""
        least = max(WORTH_A_CALL_CENTS, cost_cents)
        every = {key: MOST_TRANSFERRED for key in self.lines}
        if self._value(self._with(every)) - self._value(self.plan) < least:
            return {}
        makes = self._question.inputs.makes
        return {
            key: [self.gain(key, units) for units in range(1, MOST_TRANSFERRED + 1)]
            for key in self.lines
            if (key[2] == "used" or key[0] in makes) and self.gain(key, MOST_TRANSFERRED) >= least
        }

    def spare(self, key: LineKey) -> int:
        """Cars of a line that its plan doesn't sell."""
        return self._spare(self.plan, key)

    def may_give(self, key: LineKey) -> bool:
        """Whether it has a car on the ground. A store whose objective isn't known yet gives none:
        nobody knows what it would lose."""
        return key in self._known and self.lines[key].on_ground_units > 0

    def _value(self, plan: Plan) -> Fraction:
        return plan.expected_after_cents - plan.cost_cents

    def _spare(self, plan: Plan, key: LineKey) -> int:
        line = self.lines[key]
        return line.most_units - plan.choice.units.get(line.move.code, 0)

    def _after(self, given: LineKey, units: int, got: Mapping[LineKey, int]) -> Plan:
        """The best plan without the given cars. That with them is it where neither its samples nor
        itself have any use for them."""
        kept = self._with(got) if got else self.plan
        short = self._short(given, units)
        if short is None and self._spare(kept, given) >= units:
            return kept
        return self._with({**got, given: -units}, short)

    def _with(
        self, more: Mapping[LineKey, int], outlooks: tuple[ProgramOutlook, ...] | None = None
    ) -> Plan:
        """The best plan with some cars more or fewer."""
        asked = tuple(sorted(more.items()))
        if asked not in self._found:
            search = self._search if outlooks is None else self._search_of(outlooks)
            only_more = outlooks is None and all(units > 0 for units in more.values())
            self._found[asked] = search.within(
                {
                    line.move.code: max(line.most_units + more.get(key, 0), 0)
                    for key, line in self.lines.items()
                },
                self.plan if only_more else None,
            )
        return self._found[asked]

    @cached_property
    def _search(self) -> Search:
        return self._search_of(self._question.outlooks)

    def _search_of(self, outlooks: Sequence[ProgramOutlook]) -> Search:
        """With as many cars as could ever be got."""
        wide = replace(
            self._question,
            lines=tuple(line.with_units(MOST_TRANSFERRED) for line in self._question.lines),
        )
        return Search(outlooks, wide.moves, wide.limits)

    @cached_property
    def _known(self) -> frozenset[LineKey]:
        return frozenset(key for key, line in self.lines.items() if self._is_known(line))

    def _is_known(self, line: PlannedLine) -> bool:
        moved = line.move.counted_by | line.move.paid_by
        return all(
            element.rules.ladder is not None
            for outlook in self._question.outlooks
            for key, element in zip(outlook.keys, outlook.elements, strict=True)
            if key in moved and element.rules.is_volume
        )

    def _short(self, key: LineKey, units: int) -> tuple[ProgramOutlook, ...] | None:
        """The outlooks with the sales that are lost for want of these cars; None where none is."""
        line = self.lines[key]
        lost = {end: found for end, found in self._lost(line, units).items() if found.any()}
        if not lost:
            return None
        outlooks = []
        for period in self._question.inputs.programs:
            missing, outlook = lost.get(period.period_end), period.outlook
            outlooks.append(outlook if missing is None else less_units(outlook, line.move, missing))
        return tuple(outlooks)

    def _lost(self, line: PlannedLine, units: int) -> dict:
        """By period end, how many sales each sample loses: it sells its share of the segment in
        this line, rounded up, as far as there are cars."""
        inputs = self._question.inputs
        cars = line.on_ground_units + line.arriving_units
        segment, sold = line.key[3], {}
        for row in inputs.stock:
            if row.segment_code == segment:
                key = (row.make, row.model, row.stock_type, row.segment_code)
                sold[key] = sold.get(key, 0) + row.sold_units
        share = Fraction(sold.get(line.key, 0), max(sum(sold.values()), 1))
        found = {}
        for (code, end), draws in inputs.draws.items():
            if code == segment:
                own = -(-draws.remaining * share.numerator // share.denominator)
                found[end] = np.minimum(own, cars) - np.minimum(own, cars - units)
        return found


Wanted = Mapping[str, Mapping[LineKey, Sequence[Fraction]]]
Deal = Transfer | Trade


@dataclass(order=True)
class _Open:
    """A deal that nets at most so much (negative: the best comes first), to be worked out when its
    turn comes; `deal` when that is done."""

    less_cents: Fraction
    is_worked_out: bool
    names: tuple[str, ...]
    rooftops: frozenset[str] = field(compare=False)
    work_out: Callable[[], Deal | None] = field(compare=False)


def _apart(found: Iterable[_Open]) -> list[Deal]:
    """The best deal, then the best of those without its rooftops, and so on."""
    heap, kept, taken = list(found), [], set()
    heapify(heap)
    while heap:
        one = heappop(heap)
        if taken & one.rooftops or -one.less_cents < WORTH_A_CALL_CENTS:
            continue
        deal = one.work_out()
        if one.is_worked_out:
            kept.append(deal)
            taken |= one.rooftops
        elif deal is not None:
            heappush(
                heap,
                _Open(-deal.net_cents, True, one.names, one.rooftops, lambda deal=deal: deal),
            )
    return kept


def _transfers(
    stores: Mapping[str, _Store], wanted: Wanted, cost_cents: int
) -> Iterator[_Open]:
    for receiver, lines in wanted.items():
        for key, gains in lines.items():
            for giver in _asked(stores, receiver, key):
                most = min(MOST_TRANSFERRED, giver.lines[key].on_ground_units)
                nets = [gain - cost_cents * units for units, gain in enumerate(gains[:most], 1)]
                label = giver.lines[key].move.label
                yield _Open(
                    -max(nets),
                    False,
                    (giver.rooftop_id, receiver, label),
                    frozenset({giver.rooftop_id, receiver}),
                    lambda giver=giver, receiver=receiver, key=key, gains=gains[:most]: _transfer(
                        giver, receiver, key, gains, cost_cents
                    ),
                )


def _asked(stores: Mapping[str, _Store], receiver: str, key: LineKey) -> list[_Store]:
    able = [one for one in stores.values() if one.rooftop_id != receiver and one.may_give(key)]
    return sorted(able, key=lambda one: (-one.spare(key), one.rooftop_id))[:ASKED]


def _transfer(
    giver: _Store, receiver: str, key: LineKey, gains: Sequence[Fraction], cost_cents: int
) -> Transfer:
    """The number of cars that nets most, the fewest of equals."""
    return max(
        (
            Transfer(
                giver.rooftop_id, receiver, giver.lines[key].move.label, units,
                giver.loss(key, units), gain, cost_cents * units,
            )
            for units, gain in enumerate(gains, 1)
        ),
        key=lambda one: one.net_cents,
    )  # fmt: skip


def _trades(stores: Mapping[str, _Store], wanted: Wanted, cost_cents: int) -> Iterator[_Open]:
    """Each pair of stores that have a car the other one wants; giving one is taken as free until
    the deal is worked out."""
    by_line: dict[LineKey, list[tuple[Fraction, str]]] = {}
    for rooftop, lines in wanted.items():
        for key, gains in lines.items():
            by_line.setdefault(key, []).append((-gains[0], rooftop))
    seen = set()
    for first, lines in wanted.items():
        for got, gains in lines.items():
            for given, partners in by_line.items():
                if given == got or not stores[first].may_give(given):
                    continue
                able = [
                    (less, second)
                    for less, second in sorted(partners)
                    if second != first and stores[second].may_give(got)
                ]
                for less, second in able[:ASKED]:
                    sides = ((first, given), (second, got))
                    if frozenset(sides) in seen or min(gains[0], -less) < cost_cents:
                        continue
                    seen.add(frozenset(sides))
                    (one, gives), (other, takes) = sorted(sides)
                    yield _Open(
                        less - gains[0] + 2 * cost_cents,
                        False,
                        (one, other, stores[one].lines[gives].move.label,
                         stores[other].lines[takes].move.label),
                        frozenset({one, other}),
                        lambda one=one, other=other, gives=gives, takes=takes: _trade(
                            stores[one], stores[other], gives, takes, cost_cents
                        ),
                    )  # fmt: skip


def _trade(
    first: _Store, second: _Store, given: LineKey, got: LineKey, cost_cents: int
) -> Trade | None:
    """The trade; None where one of the two wouldn't want it."""
    trade = Trade(
        first.rooftop_id, second.rooftop_id,
        first.lines[given].move.label, second.lines[got].move.label,
        first.swap(given, got), second.swap(got, given), 2 * cost_cents,
    )  # fmt: skip
    gains = (trade.first_gains_cents, trade.second_gains_cents)
    return trade if min(gains) >= cost_cents else None
