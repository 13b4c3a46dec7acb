"""A good plan found quickly: where the search for the proven best starts.

Here: units and gates added one after another where they pay most for each, on the tables alone.
Not here: any proof; the search may find better (plan_model.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from programs.plan import CloseGate, Limits
from programs.plan_model import Group
from programs.plan_tables import Table

# How far ahead it looks for the next step of a ladder.
AHEAD = 12


@dataclass
class _Place:
    """Where a start stands: units by group, gates made, what is spent and sold."""

    units: list[int]
    gates: set[str]
    spent: float = 0.0
    sold: int = 0


@dataclass(frozen=True)
class _Step:
    """One way on: units of a group, or a gate, and what it nets for each."""

    rate: float
    cost: float
    group: int = -1
    units: int = 0
    gate: str = ""


def greedy_start(
    tables: Sequence[Table],
    groups: Sequence[Group],
    gates: Sequence[CloseGate],
    draws: int,
    limits: Limits,
) -> tuple[tuple[int, ...], frozenset[str]]:
    """Units of each group and gates: a plan within the limits, not proven the best."""
    touched = [_touched(tables, group) for group in groups]
    place = _Place([0] * len(groups), set())
    while True:
        steps = [
            step
            for at, group in enumerate(groups)
            for step in _steps(tables, groups, touched, place, at, draws, limits, group)
        ]
        steps += [
            _gate_step(tables, groups, place, gate, draws)
            for gate in gates
            if gate.code not in place.gates
        ]
        if limits.budget_cents is not None:
            left = limits.budget_cents - place.spent
            steps = [step for step in steps if step.cost <= left]
        best = max(steps, key=lambda step: step.rate, default=None)
        if best is None or best.rate <= 0:
            return tuple(place.units), frozenset(place.gates)
        place.spent += best.cost
        if best.gate:
            place.gates.add(best.gate)
        else:
            place.units[best.group] += best.units
            place.sold += best.units * groups[best.group].is_sold


def _touched(tables: Sequence[Table], group: Group) -> list[Table]:
    codes = {step.code for step in group.steps}
    return [
        table
        for table in tables
        if any(codes & set(kind.codes) for kind in table.part.kinds)
    ]


def _worth(table: Table, by_code: Mapping[str, int], gates: set[str]) -> int:
    """A table's cents over all samples with so many units by their group's first code."""
    mask = sum(1 << bit for bit, code in enumerate(table.part.gate_codes) if code in gates)
    index = tuple(
        sum(by_code.get(code, 0) for code in kind.codes) for kind in table.part.kinds
    )
    return int(table.cents[mask][index])


def _by_code(groups: Sequence[Group], units: Sequence[int]) -> dict[str, int]:
    return {group.steps[0].code: count for group, count in zip(groups, units, strict=True) if count}


def _steps(
    tables: Sequence[Table],
    groups: Sequence[Group],
    touched: Sequence[Sequence[Table]],
    place: _Place,
    at: int,
    draws: int,
    limits: Limits,
    group: Group,
) -> list[_Step]:
    had = place.units[at]
    most = min(len(group.steps) - had, AHEAD)
    if group.is_sold and limits.extra_units is not None:
        most = min(most, limits.extra_units - place.sold)
    now = _by_code(groups, place.units)
    before = [_worth(table, now, place.gates) for table in touched[at]]
    found, cost = [], 0.0
    for units in range(1, most + 1):
        cost += group.steps[had + units - 1].cost
        then = {**now, group.steps[0].code: had + units}
        more = sum(_worth(table, then, place.gates) for table in touched[at]) - sum(before)
        found.append(_Step((more / draws - cost) / units, cost, at, units))
    return found


def _gate_step(
    tables: Sequence[Table],
    groups: Sequence[Group],
    place: _Place,
    gate: CloseGate,
    draws: int,
) -> _Step:
    now = _by_code(groups, place.units)
    mine = [table for table in tables if gate.code in table.part.gate_codes]
    more = sum(
        _worth(table, now, place.gates | {gate.code}) - _worth(table, now, place.gates)
        for table in mine
    )
    return _Step(more / draws - gate.cost_cents, float(gate.cost_cents), gate=gate.code)
