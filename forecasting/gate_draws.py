"""What gates are by their period's end, in every joint draw.

Belongs here: each leaf's state per draw, the trees over them, and what may be said of a leaf (how
many surveys are to come, how many perfect ones meet it). What is known goes to `gate_facts`, the
draws of scores to `score_draws`, money to `chances`.

Nothing is paid on what isn't known: a leaf of which nothing tells how it will end is `unknown` in
every draw, so its amount is held and not expected, and it isn't counted as met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np

from forecasting.gate_facts import GateFacts, GateLeaf, ItemPast
from forecasting.score_draws import DrawnSurveys, ScoreSimulator, day_number
from forecasting.survey_draws import draw_change, own_changes, stream
from programs.gates import COMPARE, GateState
from programs.period_end import OpenProgram
from programs.surveys import lowest_next_score, perfect_surveys_needed

# Fewer items of the past than this tell no chance of completing one in time.
FEWEST_ITEMS = 5
ITEM_PRIOR, REPORT_PRIOR = 4.0, 8.0  # items, and units, that the group's share weighs as much as


@dataclass(frozen=True)
class SurveyOutlook:
    """Surveys so far and to come, and what they can still do. `perfect_needed` is None where no
    number of perfect surveys meets the gate; `lowest_next` where the gate isn't met now."""

    count_to_date: int
    expected_to_come: float
    low_80_to_come: int
    high_80_to_come: int
    perfect_score: Fraction
    perfect_needed: int | None
    lowest_next: Fraction | None


@dataclass(frozen=True)
class LeafDraws:
    """A leaf in every draw. assumption: how it was drawn, in words."""

    leaf: GateLeaf
    states: np.ndarray
    assumption: str
    surveys: SurveyOutlook | None = None


@dataclass(frozen=True)
class GateDraws:
    """A gate in every draw, with its leaves."""

    gate_code: str
    states: np.ndarray
    leaves: tuple[LeafDraws, ...]


@dataclass(frozen=True)
class UnitDraws:
    """Units that gates may ask about: by element, counted at the period's end; and all that the
    program counts, so far and to come."""

    counted: Mapping[str, np.ndarray]
    to_come: np.ndarray


class GateSimulator:
    """Draws gates of one morning; the same facts give the same draws wherever they are asked for.
    """

    def __init__(
        self, facts: GateFacts, scores: ScoreSimulator, as_of_date: date, draws: int, seed: int
    ) -> None:
        self._facts, self._draws, self._seed = facts, draws, seed
        self._scores, self._origin = scores, day_number(as_of_date)

    def gates(
        self, program: OpenProgram, element_code: str, units: UnitDraws
    ) -> tuple[GateDraws, ...]:
        """The element's gates in order of code, its program's own included."""
        key = (program.rooftop_id, program.program_code, program.period_code, element_code)
        by_gate: dict[str, list[LeafDraws]] = {}
        for leaf in self._facts.leaves.get(key, ()):
            by_gate.setdefault(leaf.gate_code, []).append(self._leaf(program, leaf, units))
        return tuple(
            GateDraws(code, _tree(leaves), tuple(leaves))
            for code, leaves in sorted(by_gate.items())
        )

    def _leaf(self, program: OpenProgram, leaf: GateLeaf, units: UnitDraws) -> LeafDraws:
        source = leaf.leaf.metric_source
        if source == "compliance_items":
            return self._items(program, leaf)
        if source in ("element_units", "element_attainment"):
            return self._units(leaf, units)
        if source == "rdr_timeliness":
            return self._reports(program, leaf, units)
        return self._score(program, leaf)

    def _score(self, program: OpenProgram, leaf: GateLeaf) -> LeafDraws:
        """A score against what it must reach."""
        score = self._scores.score(program, leaf.reading)
        if isinstance(score, str):
            return self._unknown(leaf, f"{score}: held, not counted as met")
        threshold, said = self._threshold(program, leaf)
        if threshold is None:
            return self._unknown(leaf, said)
        states = _compared(leaf, score.top, threshold * score.bottom)
        if score.count is not None:
            states[score.count < max(leaf.leaf.minimum_sample or 1, 1)] = GateState.NOT_MET
        outlook = None if score.surveys is None else _survey_outlook(leaf, score.surveys)
        return LeafDraws(leaf, states, f"{score.how}; {said}", outlook)

    def _threshold(
        self, program: OpenProgram, leaf: GateLeaf
    ) -> tuple[np.ndarray | None, str]:
        """What the score is compared with at the period's end, in thousandths, and how it was
        taken."""
        if leaf.benchmark is None:
            return None, "nothing to compare with yet: held, not counted as met"
        now = np.full(self._draws, int(leaf.benchmark * 1000), dtype=np.int64)
        kind = leaf.leaf.threshold_kind
        if kind == "fixed" or leaf.score_date is None:
            return now, f"against {_plain(leaf.benchmark)}"
        past = self._facts.scores.get((leaf.store[1], leaf.leaf.metric_code))
        horizon = max(day_number(program.period_end) - day_number(leaf.score_date), 1)
        changes = np.zeros(0)
        if past is not None:
            figures = past.region_average if kind == "region_average" else past.national_average
            known = figures >= 0
            if kind == "region_average":
                known &= past.region == leaf.region
            day, first = np.unique(past.day[known], return_index=True)
            value = figures[known][first]
            changes = own_changes(day, value, np.zeros(len(day), dtype=np.int64), horizon)
        place = leaf.region if kind == "region_average" else "nation"
        name = (kind, place, leaf.store[1], leaf.leaf.metric_code)
        words = f"against the {place if place == 'nation' else 'region'}'s average"
        if not len(changes):
            return now, f"{words}, taken to stay at {_plain(leaf.benchmark)}"
        moved = draw_change(changes, self._draws, self._seed, *name)
        return now + moved, f"{words}, which moves as it used to"

    def _items(self, program: OpenProgram, leaf: GateLeaf) -> LeafDraws:
        """Items done or too late stay so; one that can still be completed is, as often as such
        ones were."""
        if leaf.state is GateState.UNKNOWN:
            return self._unknown(leaf, "no item is known: held, not counted as met")
        key = (program.rooftop_id, program.program_code, program.period_code, leaf.leaf.due or "")
        items = [
            item
            for item in self._facts.open_items.get(key, ())
            if leaf.leaf.item_code in (None, item.item_code)
            and (leaf.leaf.item_code is not None or item.item_type == leaf.leaf.item_type)
        ]
        states = np.full(self._draws, GateState.MET, dtype=np.int64)
        left = [item for item in items if item.state is GateState.TOO_EARLY]
        for item in items:
            if item.state is not GateState.TOO_EARLY:
                states = np.minimum(states, item.state)
                continue
            odds = _item_odds(
                self._facts.items.get(item.item_type), leaf.store[0], self._origin, item.deadline
            )
            if odds is None:
                states = np.minimum(states, GateState.UNKNOWN)
                continue
            random = stream(self._seed, "item", leaf.store[0], item.item_code)
            done = random.random(self._draws) < random.beta(*odds, self._draws)
            states = np.minimum(states, np.where(done, GateState.MET, GateState.NOT_MET))
        if not left:
            return LeafDraws(leaf, states, "all items are decided")
        named = f"{len(left)} of {len(items)} items can still be completed"
        if (states == GateState.UNKNOWN).any():
            return LeafDraws(leaf, states, f"{named}; no past tells how often: held")
        return LeafDraws(leaf, states, f"{named}, by how such items went before")

    def _units(self, leaf: GateLeaf, units: UnitDraws) -> LeafDraws:
        counted, rule = units.counted.get(leaf.leaf.metric_code), leaf.leaf
        if counted is None or rule.threshold_value is None:
            return self._unknown(leaf, "its element has no forecast: held, not counted as met")
        left, right = counted, np.full(self._draws, int(rule.threshold_value * 1000))
        if rule.metric_source == "element_attainment":
            if leaf.state is GateState.MET and not leaf.target_units:
                return LeafDraws(leaf, np.full(self._draws, GateState.MET), "objective waived")
            if not leaf.target_units:
                return self._unknown(leaf, "no objective: held, not counted as met")
            left, right = counted * 100, right * leaf.target_units
        return LeafDraws(leaf, _compared(leaf, left * 1000, right), "the forecast of its units")

    def _reports(self, program: OpenProgram, leaf: GateLeaf, units: UnitDraws) -> LeafDraws:
        """Units to come are reported in time as often as the store's were this period, with the
        group's share among them."""
        rows = [
            other
            for found in self._facts.leaves.values()
            for other in found
            if other.leaf.metric_source == "rdr_timeliness" and other.sample_count
            and other.leaf.within_days == leaf.leaf.within_days
        ]  # fmt: skip
        if not rows or leaf.leaf.threshold_value is None:
            return self._unknown(leaf, "no report tells of others: held, not counted as met")
        known = sum(other.sample_count or 0 for other in rows)
        share = sum(_timely(other) for other in rows) / known
        count, timely = leaf.sample_count or 0, _timely(leaf)
        random = stream(self._seed, "reports", program.rooftop_id, leaf.leaf.within_days)
        odds = random.beta(
            timely + REPORT_PRIOR * share + 1e-6,
            count - timely + REPORT_PRIOR * (1 - share) + 1e-6,
            self._draws,
        )
        more = random.binomial(units.to_come, odds)
        all_units = count + units.to_come
        states = _compared(
            leaf, (timely + more) * 100_000,
            all_units * int(leaf.leaf.threshold_value * 1000),
        )  # fmt: skip
        wanted = max(leaf.leaf.minimum_sample or 1, 1)
        states[all_units < wanted] = GateState.NOT_MET
        return LeafDraws(leaf, states, "units to come are reported in time as often as so far")

    def _unknown(self, leaf: GateLeaf, why: str) -> LeafDraws:
        return LeafDraws(leaf, np.full(self._draws, GateState.UNKNOWN, dtype=np.int64), why)


def _survey_outlook(leaf: GateLeaf, surveys: DrawnSurveys) -> SurveyOutlook | None:
    rule, so_far, drawn = leaf.leaf, surveys.so_far, surveys.drawn
    if rule.comparison not in (">=", ">") or leaf.benchmark is None:
        return None
    counts = drawn.count[surveys.place]
    low, high = np.quantile(counts, [0.1, 0.9], method="inverted_cdf")
    perfect, threshold = Fraction(drawn.perfect_thousandths, 1000), Fraction(leaf.benchmark)
    wanted = rule.minimum_sample or 1
    is_met = so_far.meets(rule.comparison, threshold, wanted)
    return SurveyOutlook(
        count_to_date=so_far.count,
        expected_to_come=float(counts.mean()),
        low_80_to_come=int(low),
        high_80_to_come=int(high),
        perfect_score=perfect,
        perfect_needed=perfect_surveys_needed(
            so_far, perfect, rule.comparison, threshold, wanted
        ),
        lowest_next=lowest_next_score(so_far, threshold) if is_met else None,
    )


def _tree(leaves: Sequence[LeafDraws]) -> np.ndarray:
    """An OR of ANDs, draw by draw: the largest of its conjuncts' smallest."""
    conjuncts: dict[int, np.ndarray] = {}
    for found in leaves:
        number = found.leaf.conjunct_number
        before = conjuncts.get(number, found.states)
        conjuncts[number] = np.minimum(before, found.states)
    return np.maximum.reduce(list(conjuncts.values()))


def _compared(leaf: GateLeaf, value: np.ndarray, threshold: np.ndarray) -> np.ndarray:
    if leaf.leaf.comparison is None:
        raise ValueError(f"gate {leaf.gate_code} has nothing to compare by")
    is_met = COMPARE[leaf.leaf.comparison](value, threshold)
    return np.where(is_met, int(GateState.MET), int(GateState.NOT_MET)).astype(np.int64)


def _item_odds(
    past: ItemPast | None, dealer: str, origin: int, deadline: int
) -> tuple[float, float] | None:
    """Beta parameters of the chance that an item still open is complete by its deadline: how often
    items of its type were that stood open as many days before theirs."""
    if past is None:
        return None
    days_left = max(deadline - origin, 0)
    never = past.completed < 0
    was_open = never | (past.completed > past.due - days_left)
    told = (past.due < origin) & was_open
    if told.sum() < FEWEST_ITEMS:
        return None
    done = told & ~never & (past.completed <= past.due)
    share = (done.sum() + 0.5) / (told.sum() + 1.0)
    own = past.dealer == dealer
    kept, missed = (done & own).sum(), (told & ~done & own).sum()
    return float(kept + ITEM_PRIOR * share), float(missed + ITEM_PRIOR * (1 - share))


def _timely(leaf: GateLeaf) -> int:
    """The units reported in time, from their percentage."""
    if leaf.score is None or not leaf.sample_count:
        return 0
    return round(Fraction(leaf.score) * leaf.sample_count / 100)


def _plain(figure: object) -> str:
    text = f"{figure}"
    return text.rstrip("0").rstrip(".") if "." in text else text
