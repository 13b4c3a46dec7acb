"""The levers of scenarios, as a person words them: cars to add, scores to set.

Here: words like `make=Nissan,model=Frontier,units=5` to moves. Not here: the published rows
(inputs.py), what a plan chooses from (moves.py), the arithmetic and the search (programs/).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from programs.gates import GateState, Reading, metric_state, tree_state
from programs.money import cents_half_up
from programs.plan import SellMore
from scenarios.inputs import OpenPeriod, RooftopInputs, ScenarioError, Score, StockRow
from scenarios.lines import CENT, DESCRIPTION, is_like, label_of, line_of, listed, moves_something


@dataclass(frozen=True)
class Added:
    """Units to add of one line: what a scenario moves."""

    line: SellMore
    units: int


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
    return Added(line_of(inputs, segments[0], label_of(segments[0]), ()), int(units))


def _wanted(inputs: RooftopInputs, pairs: Mapping[str, str], said: str) -> list[StockRow]:
    unknown = sorted(set(pairs) - set(DESCRIPTION))
    if unknown:
        known = ", ".join((*DESCRIPTION, "units"))
        raise ScenarioError(f"{said}: '{unknown[0]}' is no lever; there are {known}")
    rows = [row for row in inputs.stock if is_like(row, pairs)]
    if "stock_type" not in pairs:
        rows = [row for row in rows if row.stock_type == "new"] or rows
    if not rows:
        named = sorted({f"{row.make} {row.model}" for row in inputs.stock
                        if row.stock_type == "new" and moves_something(inputs, row)})  # fmt: skip
        raise ScenarioError(
            f"{said}: '{inputs.rooftop_id}' neither sold one of late nor has one; its lines are "
            + ", ".join(named)
        )
    return rows


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
    return f"{label_of(rows)} of model_year {listed(years)} (trim {listed(trims)})"


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
