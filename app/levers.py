"""What a manager can move in a what-if, and the programs' states that it moves.

Belongs here: published rows turned into the pure inputs of programs.scenario: model lines with the
elements they count and are paid in, and each program's rules and facts. The arithmetic is
programs/; the page is app/screens/what_if.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from app.queries import ElementView, ProgramView
from app.records import LadderSegment
from app.rule_records import ElementLimit, GateEffect, SegmentMembership, Stock
from programs.gates import GateResult, GateState
from programs.ladder import Ladder, Segment
from programs.scenario import ElementKey, ElementState, Move, ProgramState, run_scenario
from programs.standing import ElementFacts, ElementRules, ProgramCap

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# How far the curve of the next units goes: a month's good day for most stores, a week's for a big
# one.
CURVE_UNITS = 30
JUMPS_NAMED = 3
# What tells two segments of one model apart, in the order in which a manager would say it.
TELLING = ("stock_type", "model_year", "trim", "powertrain")


@dataclass(frozen=True)
class ModelLine:
    """A lever: units of one model (of one segment of it), and the elements that they move."""

    code: str
    label: str
    msrp_amount: Decimal
    on_ground_units: int
    sold_units: int
    counted_by: frozenset[ElementKey]
    paid_by: frozenset[ElementKey]

    def move(self, units: int) -> Move:
        """Return this many units of the line as a move."""
        return Move(self.label, units, self.msrp_amount, self.counted_by, self.paid_by)


@dataclass(frozen=True)
class Rules:
    """What the published rules add to a standing: limits by element, effects by gate."""

    limits: Mapping[tuple[str, int, str], ElementLimit]
    effects: Mapping[tuple[str, int, str], GateEffect]


def program_state(view: ProgramView, rules: Rules, paid_msrp_amount: Decimal) -> ProgramState:
    """Return the program's state as programs.scenario takes it.

    `paid_msrp_amount` counts each paid unit once. KeyError when the rules lack one of its elements.
    """
    standing = view.standing
    limits = [
        rules.limits[standing.program_code, standing.program_version, element.standing.element_code]
        for element in view.elements
    ]
    return ProgramState(
        program_code=standing.program_code,
        program_name=standing.program_name,
        period_code=standing.period_code,
        elements=tuple(
            _element_state(element, limit, _gate_results(view, element, rules))
            for element, limit in zip(view.elements, limits, strict=True)
        ),
        cap=ProgramCap(limits[0].program_cap_amount, limits[0].program_cap_msrp_share)
        if limits
        else ProgramCap(),
        paid_msrp_amount=paid_msrp_amount,
    )


def model_lines(
    stock: Sequence[Stock],
    memberships: Sequence[SegmentMembership],
    views: Sequence[ProgramView],
) -> tuple[ModelLine, ...]:
    """Return the lines that move an open program, those that sell most first."""
    counted, paid = _moved_elements(memberships, views)
    by_model: dict[tuple[str, str], dict[str, list[Stock]]] = {}
    for row in stock:
        if counted.get(row.segment_code) or paid.get(row.segment_code):
            by_model.setdefault((row.make, row.model), {}).setdefault(row.segment_code, []).append(
                row
            )
    lines = [
        _line(f"{make} {model}", rows, _told_apart(rows, segments), counted, paid)
        for (make, model), segments in by_model.items()
        for rows in segments.values()
    ]
    lines.sort(key=lambda line: (-line.sold_units, -line.on_ground_units, line.label))
    return tuple(_with_own_codes(lines))


def value_curve(
    states: Sequence[ProgramState], moves: Sequence[Move], line: ModelLine
) -> tuple[Decimal, ...]:
    """Return what 0, 1, ... 30 more units of a line change in all, beside the other moves."""
    others = [move for move in moves if move.label != line.label]
    return tuple(
        run_scenario(states, [*others, line.move(units)]).change_amount
        for units in range(CURVE_UNITS + 1)
    )


def jumps(amounts: Sequence[Decimal]) -> tuple[tuple[int, Decimal], ...]:
    """Return the units that add most (at most three), where they stand out: the steps of tiers."""
    added = [(n, amounts[n] - amounts[n - 1]) for n in range(1, len(amounts))]
    usual = sorted(amount for _, amount in added)[len(added) // 2] if added else ZERO
    standing_out = [(n, amount) for n, amount in added if amount > 3 * usual and amount > 0]
    return tuple(sorted(sorted(standing_out, key=lambda jump: -jump[1])[:JUMPS_NAMED]))


def next_unit(states: Sequence[ProgramState], moves: Sequence[Move], line: ModelLine) -> Decimal:
    """Return what one more unit of a line adds to the moves."""
    now = run_scenario(states, moves).amount_after
    return run_scenario(states, [*moves, line.move(1)]).amount_after - now


def _element_state(
    view: ElementView, limit: ElementLimit, gates: tuple[GateResult, ...]
) -> ElementState:
    standing, element = view.standing, view.element
    ladder = None
    if view.segments:
        ladder = Ladder(
            tuple(_segment(row) for row in sorted(view.segments, key=lambda row: row.from_units)),
            standing.tier_count or 0,
        )
    return ElementState(
        ElementRules(
            program_code=standing.program_code,
            element_code=standing.element_code,
            element_order=element.element_order if element else 0,
            ladder=ladder,
            counts_equal_pays=element.counts_equal_pays if element else True,
            is_volume=element.is_volume if element else True,
            cap_amount=limit.cap_amount,
            has_open_recall_deduction=limit.has_open_recall_deduction,
        ),
        ElementFacts(
            counted_units=standing.reported_units or 0,
            paid_units=standing.paid_units or 0,
            paid_msrp_amount=standing.paid_msrp_amount or ZERO,
            open_recall_units=standing.open_recall_units or 0,
            gates=gates,
        ),
        target_units=standing.objective_units
        if standing.objective_units is not None
        else standing.base_units,
    )


def _segment(row: LadderSegment) -> Segment:
    return Segment(
        row.from_units, row.to_units, row.tier_number, row.fixed_amount, row.amount_per_unit,
        row.paid_offset_units, row.msrp_share, row.edge_pct, row.edge_exact,
    )  # fmt: skip


def _gate_results(view: ProgramView, element: ElementView, rules: Rules) -> tuple[GateResult, ...]:
    found: dict[str, GateResult] = {}
    for gate in view.gates:
        if gate.element_code not in (None, element.standing.element_code):
            continue
        effect = rules.effects[
            view.standing.program_code, view.standing.program_version, gate.gate_code
        ]
        found[gate.gate_code] = GateResult(
            gate.gate_code,
            GateState[gate.gate_state.upper()],
            effect.effect,
            effect.reduce_to_share,
        )
    return tuple(found.values())


Moved = Mapping[str, frozenset[ElementKey]]


def _moved_elements(
    memberships: Sequence[SegmentMembership], views: Sequence[ProgramView]
) -> tuple[Moved, Moved]:
    versions = {view.standing.program_code: view.standing.program_version for view in views}
    counted: dict[str, set[ElementKey]] = {}
    paid: dict[str, set[ElementKey]] = {}
    for row in memberships:
        if versions.get(row.program_code) != row.program_version:
            continue
        key = (row.program_code, row.element_code)
        if row.is_counted:
            counted.setdefault(row.segment_code, set()).add(key)
        if row.is_paid:
            paid.setdefault(row.segment_code, set()).add(key)
    return (
        {code: frozenset(keys) for code, keys in counted.items()},
        {code: frozenset(keys) for code, keys in paid.items()},
    )


def _line(label: str, rows: Sequence[Stock], apart: str, counted: Moved, paid: Moved) -> ModelLine:
    priced = sum(row.priced_units for row in rows)
    msrp = sum((row.msrp_amount for row in rows if row.msrp_amount is not None), ZERO)
    segment = rows[0].segment_code
    full = f"{label}, {apart}" if apart else label
    return ModelLine(
        code=re.sub(r"[^a-z0-9]+", "-", full.lower()).strip("-"),
        label=full,
        msrp_amount=(msrp / priced).quantize(CENT, ROUND_HALF_UP) if priced else ZERO,
        on_ground_units=sum(row.on_ground_units for row in rows),
        sold_units=sum(row.sold_units for row in rows),
        counted_by=counted.get(segment, frozenset()),
        paid_by=paid.get(segment, frozenset()),
    )


def _told_apart(rows: Sequence[Stock], segments: Mapping[str, Sequence[Stock]]) -> str:
    """Say what sets these rows apart from the model's other segments; nothing if there are none."""
    others = [row for found in segments.values() if found is not rows for row in found]
    if not others:
        return ""
    parts = []
    for name in TELLING:
        own = {getattr(row, name) for row in rows} - {None}
        if own and own.isdisjoint({getattr(row, name) for row in others}):
            parts.append(" or ".join(str(value) for value in sorted(own)))
            break
    if parts:
        return parts[0]
    years = sorted({row.model_year for row in rows if row.model_year is not None})
    return " or ".join([*(str(year) for year in years), rows[0].stock_type])


def _with_own_codes(lines: Sequence[ModelLine]) -> list[ModelLine]:
    """Number lines that would share an address or a label, so that each is moved by itself."""
    seen: dict[str, int] = {}
    made = []
    for line in lines:
        seen[line.code] = seen.get(line.code, 0) + 1
        number = seen[line.code]
        made.append(
            line
            if number == 1
            else replace(line, code=f"{line.code}-{number}", label=f"{line.label} ({number})")
        )
    return made
