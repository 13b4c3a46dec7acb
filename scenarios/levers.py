"""The levers of scenarios and plans, as a person words them: cars to add, scores to set, costs.

Here: words like `make=Nissan,model=Frontier,units=5` to moves, and the moves a plan chooses from.
Not here: the published rows (inputs.py), the arithmetic and the search (programs/).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from programs.gates import GateState, Reading, metric_state, tree_state
from programs.money import ZERO, cents_half_up
from programs.plan import CloseGate, Move, ReportDelivered, SellMore, unmet
from scenarios.inputs import OpenPeriod, RooftopInputs, ScenarioError, Score, StockRow
from scenarios.queries import GROSS

CENT = Decimal("0.01")
DESCRIPTION = ("make", "model", "trim", "model_year", "powertrain", "stock_type")
# Fewer deals of a model line than this say little of its gross; then the make's are taken.
ENOUGH_DEALS = 8
Gross = Mapping[tuple[str, str, str], Sequence[Decimal]]


@dataclass(frozen=True)
class Added:
    """Units to add of one line: what a scenario moves."""

    line: SellMore
    units: int


@dataclass(frozen=True)
class CostRule:
    """What extra units of some cars cost: the first, and how much more each further one."""

    wanted: Mapping[str, str]
    first_cents: int
    step_cents: int


def parse_pairs(text: str, option: str) -> dict[str, str]:
    """`a=1,b=2` as pairs. Raises ScenarioError with the word that is none."""
    pairs = {}
    for word in text.split(","):
        name, mark, value = word.partition("=")
        if not mark or not name.strip() or not value.strip():
            raise ScenarioError(f"{option} '{text}': '{word}' is not name=value")
        pairs[name.strip().lower()] = value.strip()
    return pairs


def parse_money(text: str, option: str) -> int:
    """Dollars as whole cents, exact. Raises ScenarioError for what is no amount."""
    try:
        amount = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation as error:
        raise ScenarioError(f"{option}: '{text}' is not an amount like 1200 or 1200.50") from error
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise ScenarioError(f"{option}: '{text}' has more than whole cents")
    return cents_half_up(amount)


def added(inputs: RooftopInputs, text: str) -> Added:
    """What `--add` asks for. Raises ScenarioError when no car of the rooftop is meant, or cars that
    count differently are."""
    pairs = parse_pairs(text, "--add")
    units = pairs.pop("units", "1")
    if not re.fullmatch(r"[+-]?\d{1,4}", units):
        raise ScenarioError(f"--add '{text}': units={units} is no whole number")
    rows = _wanted(inputs, pairs, f"--add '{text}'")
    segments = _by_effect(inputs, rows)
    if len(segments) > 1:
        kinds = "; ".join(_described(found) for found in segments)
        raise ScenarioError(f"--add '{text}' means cars that count differently: {kinds}; say which")
    return Added(_line(inputs, segments[0], _label(segments[0]), ()), int(units))


def _wanted(inputs: RooftopInputs, pairs: Mapping[str, str], said: str) -> list[StockRow]:
    unknown = sorted(set(pairs) - set(DESCRIPTION))
    if unknown:
        known = ", ".join((*DESCRIPTION, "units"))
        raise ScenarioError(f"{said}: '{unknown[0]}' is no lever; there are {known}")
    rows = [row for row in inputs.stock if _is_like(row, pairs)]
    if "stock_type" not in pairs:
        rows = [row for row in rows if row.stock_type == "new"] or rows
    if not rows:
        named = sorted({f"{row.make} {row.model}" for row in inputs.stock
                        if row.stock_type == "new" and _moves(inputs, row)})  # fmt: skip
        raise ScenarioError(
            f"{said}: '{inputs.rooftop_id}' neither sold one of late nor has one; its lines are "
            + ", ".join(named)
        )
    return rows


def _is_like(row: StockRow, pairs: Mapping[str, str]) -> bool:
    return all(
        str(getattr(row, name) or "").lower() == value.lower() for name, value in pairs.items()
    )


def _moves(inputs: RooftopInputs, row: StockRow) -> bool:
    return bool(inputs.counted_by.get(row.segment_code) or inputs.paid_by.get(row.segment_code))


def _by_effect(inputs: RooftopInputs, rows: Sequence[StockRow]) -> list[list[StockRow]]:
    found: dict[tuple, list[StockRow]] = {}
    for row in rows:
        effect = (
            inputs.counted_by.get(row.segment_code, frozenset()),
            inputs.paid_by.get(row.segment_code, frozenset()),
        )
        found.setdefault(effect, []).append(row)
    return list(found.values())


def _described(rows: Sequence[StockRow]) -> str:
    years = sorted({row.model_year for row in rows if row.model_year})
    trims = sorted({row.trim for row in rows if row.trim})
    return f"{_label(rows)} of model_year {_listed(years)} (trim {_listed(trims)})"


def _listed(values: Sequence[object]) -> str:
    return " or ".join(str(value) for value in values) or "unknown"


def _label(rows: Sequence[StockRow]) -> str:
    kinds = sorted({row.stock_type for row in rows} - {"new"})
    name = f"{rows[0].make} {rows[0].model}"
    return f"{' or '.join(kinds)} {name}" if kinds else name


def average_msrp(rows: Sequence[StockRow]) -> Decimal:
    """The mean MSRP of cars that have one, to the cent; 0 without any."""
    priced = sum(row.priced_units for row in rows)
    total = sum((row.msrp_amount for row in rows), ZERO)
    return (total / priced).quantize(CENT, ROUND_HALF_UP) if priced else ZERO


def _line(
    inputs: RooftopInputs, rows: Sequence[StockRow], label: str, costs: tuple[int, ...]
) -> SellMore:
    segment = rows[0].segment_code
    return SellMore(
        code=re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-"),
        label=label,
        unit_costs_cents=costs,
        msrp_cents=cents_half_up(average_msrp(rows)),
        counted_by=inputs.counted_by.get(segment, frozenset()),
        paid_by=inputs.paid_by.get(segment, frozenset()),
    )


def tried_states(
    period: OpenPeriod, tried: Mapping[str, Decimal | None]
) -> dict[tuple[str, str], GateState]:
    """The states of a program's gates, by (element, gate), if metrics had some scores, or (None)
    if their items were complete. Gates without those metrics keep theirs and aren't named."""
    touched = sorted(
        {
            (score.element_code, score.gate_code)
            for score in period.scores
            if score.metric_code in tried
        }
    )
    states = {}
    for key in touched:
        conjuncts: dict[int, list[GateState]] = defaultdict(list)
        for score in period.scores:
            if (score.element_code, score.gate_code) == key:
                conjuncts[score.conjunct_number].append(_tried(score, tried))
        states[key] = tree_state(conjuncts.values())
    return states


def _tried(score: Score, tried: Mapping[str, Decimal | None]) -> GateState:
    if score.metric_code not in tried:
        return score.state
    value = tried[score.metric_code]
    if score.leaf is None:
        return GateState.MET if value is None else score.state
    if value is None:
        return score.state
    return metric_state(score.leaf, Reading(value, score.sample_count), is_period_open=True)


def parse_set(inputs: RooftopInputs, text: str) -> tuple[str, Decimal | None]:
    """What `--set` asks for: a metric and its score, or None for items done. Raises ScenarioError
    for a metric that no gate of the rooftop's open programs goes by."""
    pairs = parse_pairs(text, "--set")
    if len(pairs) != 1:
        raise ScenarioError(f"--set '{text}': one metric at a time; give --set again for another")
    ((metric, value),) = pairs.items()
    scores = [score for period in inputs.programs for score in period.scores]
    known = sorted({score.metric_code for score in scores})
    if metric not in known:
        listed = ", ".join(known) or "none, no open program has a gate"
        raise ScenarioError(f"--set '{text}': no gate goes by '{metric}'; known: {listed}")
    has_score = any(score.leaf is not None for score in scores if score.metric_code == metric)
    if value == "done" and not has_score:
        return metric, None
    try:
        score_value = Decimal(value)
    except InvalidOperation as error:
        wanted = "a score like 93.1" if has_score else "done"
        raise ScenarioError(f"--set '{text}': {metric} takes {wanted}") from error
    if not has_score or not score_value.is_finite():
        raise ScenarioError(f"--set '{text}': {metric} takes done")
    return metric, score_value


def parse_cost(text: str) -> CostRule:
    """`--cost make=Nissan,model=Frontier,first=500,step=50`."""
    pairs = parse_pairs(text, "--cost")
    if "first" not in pairs:
        raise ScenarioError(f"--cost '{text}': say what the first unit costs, like first=500")
    first = parse_money(pairs.pop("first"), "--cost first")
    step = parse_money(pairs.pop("step", "0"), "--cost step")
    unknown = sorted(set(pairs) - set(DESCRIPTION))
    if unknown:
        raise ScenarioError(f"--cost '{text}': '{unknown[0]}' describes no car")
    return CostRule(pairs, first, step)


def lines_to_plan(
    inputs: RooftopInputs, costs: Sequence[CostRule], gross: Gross | None
) -> tuple[SellMore, ...]:
    """The lines a plan may sell more of: cars on the ground or arriving before the first period
    that counts them ends, each at its cost. The last cost rule that describes a line holds; else
    the store's own gross."""
    by_line: dict[tuple[str, str, str, str], list[StockRow]] = {}
    for row in inputs.stock:
        if _moves(inputs, row):
            key = (row.make, row.model, row.stock_type, row.segment_code)
            by_line.setdefault(key, []).append(row)
    found = []
    for (make, model, stock_type, segment), rows in sorted(by_line.items()):
        cars = _cars(inputs, rows)
        if not cars:
            continue
        rule = next((rule for rule in reversed(costs) if _describes(rule, rows)), None)
        if rule is not None:
            prices = tuple(rule.first_cents + rule.step_cents * unit for unit in range(cars))
        else:
            prices = _from_gross(gross or {}, (make, model, stock_type), cars)
        label = _label(rows)
        same = [key for key in by_line if key[:3] == (make, model, stock_type)]
        if len(same) > 1:
            others = {row.model_year for key in same if key[3] != segment for row in by_line[key]}
            own = sorted({row.model_year for row in rows if row.model_year} - others)
            label = f"{label} {_listed(own)}" if own else f"{label} ({segment})"
        found.append(_line(inputs, rows, label, prices))
    return tuple(found)


def _describes(rule: CostRule, rows: Sequence[StockRow]) -> bool:
    return all(_is_like(row, rule.wanted) for row in rows)


def _cars(inputs: RooftopInputs, rows: Sequence[StockRow]) -> int:
    moved = inputs.counted_by.get(rows[0].segment_code, frozenset()) | inputs.paid_by.get(
        rows[0].segment_code, frozenset()
    )
    codes = {code for code, _ in moved}
    end = min(
        period.period_end for period in inputs.programs if period.state.program_code in codes
    )
    arriving = sum(day <= end for row in rows for day in row.arriving_dates)
    return sum(row.on_ground_units for row in rows) + arriving


def _from_gross(gross: Gross, key: tuple[str, str, str], cars: int) -> tuple[int, ...]:
    """What each further unit gives away, as the store's own deals of late show: from the median
    deal down to its thinnest one, evenly, so the first costs least."""
    make, _, stock_type = key
    deals = sorted(gross.get(key, ()))
    if len(deals) < ENOUGH_DEALS:
        deals = sorted(
            amount
            for (other, _, kind), amounts in gross.items()
            if (other, kind) == (make, stock_type)
            for amount in amounts
        )
    if len(deals) < ENOUGH_DEALS:
        raise ScenarioError(
            f"too few recent deals of {make} ({stock_type}) to learn a cost from; give --unit-cost"
        )
    middle = len(deals) // 2
    positions = [middle - (middle * unit + cars - 1) // cars for unit in range(1, cars + 1)]
    return tuple(cents_half_up(deals[middle] - deals[position]) for position in positions)


def recent_gross(warehouse: Path, inputs: RooftopInputs) -> Gross:
    """Front gross of the rooftop's retail deals of late, by (make, model, stock type). Raises
    ScenarioError when the warehouse isn't there or is in use by a run."""
    import duckdb

    if not warehouse.is_file():
        raise ScenarioError(
            f"there is no warehouse at {warehouse} to learn costs from; give --unit-cost"
        )
    try:
        connection = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.IOException as error:
        raise ScenarioError(
            "a run is writing the warehouse, so recent gross can't be read; give --unit-cost"
        ) from error
    as_of = inputs.as_of_date
    with connection:
        rows = connection.execute(GROSS, [inputs.rooftop_id, as_of, as_of]).fetchall()
    found: dict[tuple[str, str, str], list[Decimal]] = defaultdict(list)
    for make, model, stock_type, amount in rows:
        found[make, model, stock_type].append(amount)
    return found


def gates_to_plan(inputs: RooftopInputs, texts: Sequence[str]) -> tuple[CloseGate, ...]:
    """`--gate csi=1500`: gates not met that could be, by gate or metric, each at its cost."""
    open_gates = unmet(period.outlook for period in inputs.programs)
    found = []
    for text in texts:
        for name, cost in parse_pairs(text, "--gate").items():
            closes = frozenset(
                (score.program_code, score.gate_code)
                for period in inputs.programs
                for score in period.scores
                if name in (score.gate_code, score.metric_code)
            )
            if not closes & open_gates:
                listed = ", ".join(sorted({gate for _, gate in open_gates})) or "none"
                raise ScenarioError(f"--gate '{text}': no gate '{name}' is unmet; unmet: {listed}")
            cents = parse_money(cost, "--gate")
            found.append(CloseGate(f"gate-{name}", f"meet {name}", cents, closes & open_gates))
    return tuple(found)


def rejected_reports(inputs: RooftopInputs) -> tuple[ReportDelivered, ...]:
    """Cars delivered whose report was rejected: reporting them rightly costs nothing."""
    by_vin: dict[str, list[dict[str, Any]]] = {}
    for row in inputs.rejected:
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


def numbered(moves: Sequence[Move]) -> tuple[Move, ...]:
    """Moves with codes of their own: those that would share one are numbered."""
    seen: dict[str, int] = {}
    made = []
    for move in moves:
        seen[move.code] = seen.get(move.code, 0) + 1
        number = seen[move.code]
        made.append(move if number == 1 else replace(move, code=f"{move.code}-{number}"))
    return tuple(made)
