"""The best plan by walking every plan that a bound leaves open, lever by lever: exact and proven.

Here: the bound and the walk. At given prices each number of units of a lever and each entry of a
table stays below its best by so many cents; a plan stays below the bound by the sum of them. What
stays below it by more than a plan already found can't be better and is left out, all else is tried.
Not here: where the prices come from (plan_model.py), the tables (plan_tables.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from programs.plan import CloseGate, Limits
from programs.plan_model import Found, Group, Prices, Reached, tie_cents, units_of
from programs.plan_tables import Table

# So few plans are all tried, without any price.
FEW = 4_000
# The first walk only has to find a good plan: it goes on with this many, the nearest to the bound.
NARROW = 200
# More than this take longer to walk than the mixed-integer program takes.
MOST_ROWS = 150_000
CHUNK = 50_000
# So few rows are bounded by the most that any of them may still sell, all at once.
FEW_ROWS = 300
# Sums of floating cents are this close.
SURE_CENTS = 1e-3


@dataclass(frozen=True)
class _Lever:
    """Units of a group, or a gate. By number of units from 0: what they weigh (ties included),
    truly cost, and how far they stay below their best at the prices, in cents. `axes`: of each
    table, along which axis a unit moves; `strides`: over how many entries."""

    weights: np.ndarray
    costs: np.ndarray
    slack: np.ndarray
    best: float
    is_sold: bool
    axes: tuple[int | None, ...]
    strides: np.ndarray

    @property
    def most(self) -> int:
        return len(self.weights) - 1


@dataclass
class _Rows:
    """Plans under way: units by lever (0 where not walked yet), entries by table, and sums."""

    units: np.ndarray
    entries: np.ndarray
    sold: np.ndarray
    spent: np.ndarray
    below: np.ndarray

    def taken(self, which: np.ndarray) -> _Rows:
        return _Rows(*(values[which] for values in vars(self).values()))

    def with_units(self, at: int, lever: _Lever, units: np.ndarray) -> _Rows:
        """So many units of one more lever in each row."""
        placed = self.units.copy()
        placed[:, at] = units
        return _Rows(
            placed,
            self.entries + units[:, None] * lever.strides,
            self.sold + units * lever.is_sold,
            self.spent + lever.costs[units],
            self.below + lever.slack[units],
        )


class Slack:
    """One table's entries: their cents, and how far each stays below the best at the prices."""

    def __init__(self, table: Table, draws: int, prices: Sequence[float]) -> None:
        more = table.whole() - table.before_cents
        self.cents, self.axes = more.reshape(-1), more.ndim
        gain = more / draws
        for axis, (price, size) in enumerate(zip(prices, more.shape, strict=True)):
            along = [-1 if at == axis else 1 for at in range(more.ndim)]
            gain = gain - price * np.arange(size).reshape(along)
        self.best = float(gain.max())
        self._slack = self.best - gain
        self._known: dict[tuple[int, ...], np.ndarray] = {}

    def ahead(self, rooms: tuple[int, ...]) -> np.ndarray:
        """Of each entry the least slack that up to so many units more along each axis lead to."""
        if rooms not in self._known:
            found = self._slack
            for axis, room in enumerate(rooms):
                found = _least_ahead(found, axis, room)
            self._known[rooms] = found.reshape(-1)
        return self._known[rooms]


def _least_ahead(values: np.ndarray, axis: int, room: int) -> np.ndarray:
    """The least of each entry and the `room` entries after it along an axis."""
    found, width = np.moveaxis(values, axis, 0), 1
    room = min(room, len(found) - 1)
    while width <= room:
        step = min(width, room + 1 - width)
        later = np.full_like(found, np.inf)
        later[:-step] = found[step:]
        found, width = np.minimum(found, later), width + step
    return np.moveaxis(found, 0, axis)


class Priced:
    """Tables at prices, for one walk or many. Prices may be any: worse ones leave more open;
    without prices nothing is left out."""

    def __init__(self, tables: Sequence[Table], draws: int, prices: Prices | None = None) -> None:
        self.tables, self.draws = tables, draws
        self.prices = prices or Prices.none(tables)
        self.slacks = [
            Slack(table, draws, own)
            for table, own in zip(tables, self.prices.of_tables, strict=True)
        ]
        self.cents = np.concatenate([one.cents for one in self.slacks])
        self.starts = np.cumsum([0, *(len(one.cents) for one in self.slacks[:-1])])


class Walk:
    """One question for the most net money."""

    def __init__(
        self,
        priced: Priced,
        groups: Sequence[Group],
        gates: Sequence[CloseGate],
        limits: Limits,
    ) -> None:
        self._groups, self._gates, self._draws = groups, gates, priced.draws
        self._of_unit, self._of_cent = priced.prices.of_unit, priced.prices.of_cent
        self._slacks, self._cents, self._starts = priced.slacks, priced.cents, priced.starts
        self._levers = _levers(priced.tables, groups, gates, priced.prices)
        self._most_sold = sum(lever.most for lever in self._levers if lever.is_sold)
        if limits.extra_units is not None:
            self._most_sold = min(self._most_sold, limits.extra_units)
        self._budget = sum(int(lever.costs[-1]) for lever in self._levers)
        if limits.budget_cents is not None:
            self._budget = min(self._budget, limits.budget_cents)
        self._bound = (
            sum(one.best for one in [*self._slacks, *self._levers])
            + self._of_unit * self._most_sold
            + self._of_cent * self._budget
        )
        # Levers that are nearly decided first: they keep the rows few.
        self._order = sorted(
            range(len(self._levers)), key=lambda at: (-self._levers[at].slack.mean(), at)
        )

    @property
    def is_small(self) -> bool:
        """Whether all plans can be tried without any price."""
        return math.prod(lever.most + 1 for lever in self._levers) <= FEW

    def good(self) -> Reached:
        """A plan found quickly."""
        found = self._walked(math.inf, None if self.is_small else NARROW)
        if found is None:
            raise RuntimeError("a walk without a bound ended without a plan")
        return self._best_of(found)

    def best(self, known_cents: float) -> Reached | None:
        """The best plan of all, where one that nets so much is known; None where too many are
        open."""
        found = self._walked(self._bound - known_cents + SURE_CENTS, None)
        return None if found is None else self._best_of(found)

    def _walked(self, most_below: float, keep: int | None) -> _Rows | None:
        """Every plan within the limits that stays at most so much below the bound; only those that
        seem best where `keep` is given; None where they are too many."""
        size = len(self._levers)
        rows = _Rows(
            np.zeros((1, size), dtype=np.int16),
            self._starts.astype(np.int32)[None],
            np.zeros(1, dtype=np.int64),
            np.zeros(1, dtype=np.int64),
            np.zeros(1),
        )
        for place, at in enumerate(self._order):
            rest = [self._levers[other] for other in self._order[place + 1 :]]
            found, kept = [], 0
            for more in self._chunks(rows, at, most_below):
                ahead = more.below + self._ahead(more, rest)
                which = np.flatnonzero(ahead <= most_below)
                if keep is not None and len(which) > keep:
                    which = np.sort(which[np.argsort(ahead[which], kind="stable")[:keep]])
                found.append(more.taken(which))
                kept += len(which)
                if kept > MOST_ROWS:
                    return None
            rows = _joined(found)
        return rows

    def _chunks(self, rows: _Rows, at: int, most_below: float) -> Iterator[_Rows]:
        """The rows with each number of units of one more lever."""
        lever = self._levers[at]
        numbers = np.flatnonzero(lever.slack <= most_below)
        size = max(1, CHUNK // max(len(numbers), 1))
        for start in range(0, len(rows.below), size):
            some = rows.taken(np.arange(start, min(start + size, len(rows.below))))
            which = np.repeat(np.arange(len(some.below)), len(numbers))
            units = np.tile(numbers, len(some.below))
            fits = (
                (some.sold[which] + units * lever.is_sold <= self._most_sold)
                & (some.spent[which] + lever.costs[units] <= self._budget)
                & (some.below[which] + lever.slack[units] <= most_below)
            )
            yield some.taken(which[fits]).with_units(at, lever, units[fits])

    def _ahead(self, rows: _Rows, rest: Sequence[_Lever]) -> np.ndarray:
        """How much further below the bound each row comes at the least, whatever is made of the
        levers left."""
        left = self._most_sold - rows.sold
        sold = sum(lever.most for lever in rest if lever.is_sold)
        money = self._budget - rows.spent - sum(int(lever.costs[-1]) for lever in rest)
        below = self._of_unit * np.maximum(left - sold, 0) + self._of_cent * np.maximum(money, 0)
        rooms = [self._rooms(table, rest) for table in range(len(self._slacks))]
        if len(left) <= FEW_ROWS and rest:
            left = np.full_like(left, left.max(initial=0))
        for units in np.unique(left):
            slack = np.concatenate(
                [
                    one.ahead(tuple(free + min(of_sale, int(units)) for free, of_sale in own))
                    for one, own in zip(self._slacks, rooms, strict=True)
                ]
            )
            which = left == units
            below[which] += slack[rows.entries[which]].sum(axis=1)
        return below

    def _rooms(self, table: int, rest: Sequence[_Lever]) -> list[tuple[int, int]]:
        """Units that the levers left can still add along each axis: without and with a sale."""
        rooms = [[0, 0] for _ in range(self._slacks[table].axes)]
        for lever in rest:
            if (axis := lever.axes[table]) is not None:
                rooms[axis][lever.is_sold] += lever.most
        return [(free, of_sale) for free, of_sale in rooms]

    def _best_of(self, rows: _Rows) -> Reached:
        more = self._cents[rows.entries].sum(axis=1)
        net = more / self._draws
        for at, lever in enumerate(self._levers):
            net = net - lever.weights[rows.units[:, at]]
        best = int(net.argmax())
        units = [int(count) for count in rows.units[best]]
        count = len(self._groups)
        made = zip(self._gates, units[count:], strict=True)
        gates = frozenset(gate.code for gate, is_made in made if is_made)
        return Reached(tuple(units[:count]), gates, float(net[best]), int(more[best]))


def found_by(groups: Sequence[Group], reached: Reached) -> Found:
    """The same by move. It bounds itself: no other plan is better."""
    return Found(units_of(groups, reached.units), reached.gates, -reached.net_cents)


def _joined(parts: Sequence[_Rows]) -> _Rows:
    columns = zip(*(vars(part).values() for part in parts), strict=True)
    return _Rows(*(np.concatenate(column) for column in columns))


def _levers(
    tables: Sequence[Table],
    groups: Sequence[Group],
    gates: Sequence[CloseGate],
    prices: Prices,
) -> list[_Lever]:
    """Groups first, then gates: in the order in which ties are decided."""
    found = []
    for rank, group in enumerate(groups):
        codes = {step.code for step in group.steps}
        steps = [(step.weight, step.cost) for step in group.steps]
        axes = [_axis(table.axes, codes) for table in tables]
        found.append(_lever(tables, prices, rank, steps, axes, is_sold=group.is_sold))
    for rank, gate in enumerate(gates, len(groups)):
        steps = [(float(gate.cost_cents), gate.cost_cents)]
        axes = [_axis(table.axes, {gate.code}) for table in tables]
        found.append(_lever(tables, prices, rank, steps, axes, is_sold=False))
    return found


def _axis(axes: Sequence[tuple[str, ...]], codes: set[str]) -> int | None:
    return next((at for at, own in enumerate(axes) if codes & set(own)), None)


def _lever(
    tables: Sequence[Table],
    prices: Prices,
    rank: int,
    steps: Sequence[tuple[float, int]],
    axes: Sequence[int | None],
    *,
    is_sold: bool,
) -> _Lever:
    number = np.arange(len(steps) + 1)
    weights = np.cumsum([0.0, *(weight for weight, _ in steps)]) + number * tie_cents(rank)
    costs = np.cumsum([0, *(cost for _, cost in steps)])
    price = sum(
        own[axis] for own, axis in zip(prices.of_tables, axes, strict=True) if axis is not None
    )
    gain = number * (price - prices.of_unit * is_sold) - weights - prices.of_cent * costs
    strides = [
        0 if axis is None else math.prod(table.shape[axis + 1 :])
        for table, axis in zip(tables, axes, strict=True)
    ]
    return _Lever(
        weights, costs, gain.max() - gain, float(gain.max()), is_sold, tuple(axes),
        np.array(strides, dtype=np.int32),
    )  # fmt: skip
