"""The moves a plan chooses from: cars to sell more of, gates to meet, reports to put right.

Here: how many of each line there are, what each costs, and where both figures come from.
Not here: the search (programs/plan_search.py), words and options (costs.py, orchestration/cli).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from programs.money import ZERO, cents_half_up
from programs.plan import CloseGate, Limits, Move, ProgramOutlook, ReportDelivered, SellMore, unmet
from scenarios.costs import CostRule, Costs, costs_by_gross, costs_by_rule
from scenarios.inputs import RooftopInputs, ScenarioError, StockRow
from scenarios.lines import is_like, label_of, line_of, listed, moves_something

# Cars that the feeds don't know of yet come later than this: what is sold until then is sold from
# cars that are known. Higher counts the factory's next cars as stock; lower plans cars twice.
KNOWN_STOCK_DAYS = 21
# More than this many cars of one line hardly change hands between two stores at a time.
MOST_TRANSFERRED = 3
LineKey = tuple[str, str, str, str]  # make, model, stock type, segment


@dataclass(frozen=True)
class Wishes:
    """What the manager sets. `rules`: what some cars cost and the most of them, the last that fits
    holds; `gate_costs_cents`: gates that could be met, by gate or metric."""

    budget_cents: int | None = None
    extra_units: int | None = None
    rules: tuple[CostRule, ...] = ()
    gate_costs_cents: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedLine:
    """One line that a plan may sell more of. `own_units`: what the forecast sells of it anyway,
    rounded up. `costs` goes beyond the units of the move by those that a transfer could bring."""

    key: LineKey
    move: SellMore
    on_ground_units: int
    arriving_units: int
    own_units: int
    costs: Costs

    @property
    def most_units(self) -> int:
        """How many more could be sold of the cars that are there."""
        return len(self.move.unit_costs_cents)

    def with_units(self, more: int) -> PlannedLine:
        """The line with some cars more (or, negative, fewer) to sell."""
        most = max(self.most_units + more, 0)
        costs = self.costs.unit_costs_cents[:most]
        return replace(self, move=replace(self.move, unit_costs_cents=costs))


@dataclass(frozen=True)
class Question:
    """One rooftop's planning question, with the lines it was made of."""

    inputs: RooftopInputs
    lines: tuple[PlannedLine, ...]
    others: tuple[Move, ...]
    limits: Limits

    @property
    def outlooks(self) -> tuple[ProgramOutlook, ...]:
        return tuple(period.outlook for period in self.inputs.programs)

    @property
    def moves(self) -> tuple[Move, ...]:
        """Reports first: they cost least; then cars, then gates."""
        reports = [move for move in self.others if isinstance(move, ReportDelivered)]
        gates = [move for move in self.others if not isinstance(move, ReportDelivered)]
        return (*reports, *(line.move for line in self.lines if line.most_units), *gates)


def question_of(inputs: RooftopInputs, wishes: Wishes) -> Question:
    """The question as the manager sets it; without a limit on units, one a selling day left."""
    days = min(period.selling_days_left for period in inputs.programs)
    units = days if wishes.extra_units is None else wishes.extra_units
    return Question(
        inputs,
        lines_to_plan(inputs, wishes.rules),
        (*rejected_reports(inputs), *gates_to_plan(inputs, wishes.gate_costs_cents)),
        Limits(wishes.budget_cents, units),
    )


def lines_to_plan(inputs: RooftopInputs, rules: Sequence[CostRule]) -> tuple[PlannedLine, ...]:
    """Each line that moves an open program, with its cars and what each further one costs."""
    by_line: dict[LineKey, list[StockRow]] = {}
    for row in inputs.stock:
        if moves_something(inputs, row):
            key = (row.make, row.model, row.stock_type, row.segment_code)
            by_line.setdefault(key, []).append(row)
    found = [
        _planned(inputs, key, rows, _label(key, by_line), rules)
        for key, rows in sorted(by_line.items())
    ]
    return _numbered(found)


def _planned(
    inputs: RooftopInputs,
    key: LineKey,
    rows: Sequence[StockRow],
    label: str,
    rules: Sequence[CostRule],
) -> PlannedLine:
    end = _end(inputs, key[3])
    on_ground = sum(row.on_ground_units for row in rows)
    arriving = sum(day <= end for row in rows for day in row.arriving_dates)
    to_end, to_horizon = _own_units(inputs, rows, end)
    own = math.ceil(to_horizon)
    own_rules = [rule for rule in rules if all(is_like(row, rule.wanted) for row in rows)]
    bounds = [rule.most_units for rule in own_rules if rule.most_units is not None]
    most = min([max(on_ground + arriving - own, 0), *bounds[-1:]])
    curves = [rule for rule in own_rules if rule.first_cents is not None]
    size = most + MOST_TRANSFERRED
    costs = (
        costs_by_rule(curves[-1], size)
        if curves
        else costs_by_gross(inputs.gross, key[:3], to_end, size)
    )
    move = line_of(inputs, rows, label, costs.unit_costs_cents[:most])
    return PlannedLine(key, move, on_ground, arriving, own, costs)


def _label(key: LineKey, by_line: Mapping[LineKey, Sequence[StockRow]]) -> str:
    """The line's name; with its model years where the model's other ones count differently."""
    rows = by_line[key]
    others = [row for other in by_line if other[:3] == key[:3] and other != key
              for row in by_line[other]]  # fmt: skip
    if not others:
        return label_of(rows)
    years = {row.model_year for row in rows if row.model_year}
    own = sorted(years - {row.model_year for row in others})
    return f"{label_of(rows)} {listed(own)}" if own else f"{label_of(rows)} ({key[3]})"


def _end(inputs: RooftopInputs, segment: str) -> date:
    """The last day of the first period that the segment's cars move."""
    moved = inputs.counted_by.get(segment, frozenset()) | inputs.paid_by.get(segment, frozenset())
    codes = {code for code, _ in moved}
    return min(one.period_end for one in inputs.programs if one.state.program_code in codes)


def _own_units(
    inputs: RooftopInputs, rows: Sequence[StockRow], end: date
) -> tuple[Fraction, Fraction]:
    """What the forecast sells of a line on average: to the period's end, and while only cars that
    are known today can be sold. The line's share of its segment is that of the sales of late."""
    segment = rows[0].segment_code
    draws = inputs.draws.get((segment, end))
    sold = sum(row.sold_units for row in inputs.stock if row.segment_code == segment)
    if draws is None or not sold:
        return Fraction(0), Fraction(0)
    mean = Fraction(int(draws.remaining.sum()), len(draws.remaining))
    to_end = mean * sum(row.sold_units for row in rows) / sold
    known = [day for row in inputs.stock for day in row.arriving_dates]
    horizon = max(known, default=end), inputs.as_of_date + timedelta(days=KNOWN_STOCK_DAYS)
    days = (end - inputs.as_of_date).days + 1
    known_days = (min(end, max(horizon)) - inputs.as_of_date).days + 1
    return to_end, to_end * known_days / days


def _numbered(lines: Sequence[PlannedLine]) -> tuple[PlannedLine, ...]:
    """Lines with codes of their own: those that would share one are numbered."""
    seen: dict[str, int] = {}
    made = []
    for line in lines:
        code = line.move.code
        seen[code] = seen.get(code, 0) + 1
        if seen[code] > 1:
            line = replace(line, move=replace(line.move, code=f"{code}-{seen[code]}"))
        made.append(line)
    return tuple(made)


def gates_to_plan(inputs: RooftopInputs, costs: Mapping[str, int]) -> tuple[CloseGate, ...]:
    """Gates not met that could be, by gate or metric, each at its cost. Raises ScenarioError for
    one that isn't unmet."""
    open_gates = unmet(period.outlook for period in inputs.programs)
    found = []
    for name, cents in costs.items():
        closes = frozenset(
            (score.program_code, score.gate_code)
            for period in inputs.programs
            for score in period.scores
            if name in (score.gate_code, score.metric_code)
        )
        if not closes & open_gates:
            known = ", ".join(sorted({gate for _, gate in open_gates})) or "none"
            raise ScenarioError(
                f"no gate '{name}' of '{inputs.rooftop_id}' is unmet; unmet: {known}"
            )
        found.append(CloseGate(f"gate-{name}", f"meet {name}", cents, closes & open_gates))
    return tuple(found)


def rejected_reports(inputs: RooftopInputs) -> tuple[ReportDelivered, ...]:
    """Cars delivered whose report was rejected: reporting them rightly costs nothing. One that is
    to be delivered later was rejected rightly."""
    by_vin: dict[str, list[dict[str, Any]]] = {}
    for row in inputs.rejected:
        if row["delivery_date"] <= inputs.as_of_date:
            by_vin.setdefault(row["vin"], []).append(row)
    found = []
    for vin, rows in by_vin.items():
        row, codes = rows[0], {row["program_code"] for row in rows}
        counted = inputs.counted_by.get(row["segment_code"], frozenset())
        paid = inputs.paid_by.get(row["segment_code"], frozenset())
        found.append(
            ReportDelivered(
                code=f"report-{vin.lower()}",
                label=f"{row['make']} {row['model']} {vin}",
                vin=vin,
                delivered_date=row["delivery_date"],
                as_of_date=inputs.as_of_date,
                msrp_cents=cents_half_up(row["msrp_amount"] or ZERO),
                counted_by=frozenset(key for key in counted if key[0] in codes),
                paid_by=frozenset(key for key in paid if key[0] in codes),
            )
        )
    return tuple(found)
