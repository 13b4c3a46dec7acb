"""What a store's score is at a period's end, in every joint draw.

Belongs here: an average over the surveys so far and those to come, a published figure that moves as
it used to, and the tier of an element that a score decides. What a gate makes of a score goes to
`gate_draws`, the draws of surveys and of moving figures to `survey_draws`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from forecasting.gate_facts import GateFacts, ScoreReading, StoreKey
from forecasting.survey_draws import SurveyDraws, draw_change, draw_surveys, own_changes
from programs.element_cents import UNSCORED
from programs.period_end import OpenProgram
from programs.rule_models import Element
from programs.score_samples import score_tiers
from programs.surveys import SurveySum


@dataclass(frozen=True)
class DrawnSurveys:
    """Surveys of a period: those so far, and the store's draws with the place of its end."""

    so_far: SurveySum
    drawn: SurveyDraws
    place: int


@dataclass(frozen=True)
class ScoreDraws:
    """A score in every draw: `top` / `bottom` thousandths, exact; 0 / 0 where nobody answered.
    count: how many surveys it is of, None where that isn't told. how: it was drawn, in words."""

    top: np.ndarray
    bottom: np.ndarray
    count: np.ndarray | None
    how: str
    surveys: DrawnSurveys | None = None


@dataclass(frozen=True)
class TierDraws:
    """The tier of an element that a score decides, in every draw (UNSCORED: not known). edges: of
    its tiers, from the first."""

    tiers: np.ndarray
    edges: tuple[Decimal, ...]
    assumption: str


class ScoreSimulator:
    """Draws scores of one morning; a store's surveys are the same wherever they are asked for."""

    def __init__(
        self, facts: GateFacts, as_of_date: date, ends: Sequence[date], draws: int, seed: int
    ) -> None:
        self._facts, self._draws, self._seed = facts, draws, seed
        self._origin = day_number(as_of_date)
        self._ends = sorted({day_number(end) for end in ends})
        self._surveys: dict[StoreKey, SurveyDraws | None] = {}

    def score(self, program: OpenProgram, reading: ScoreReading) -> ScoreDraws | str:
        """The score at the program's period's end; why not, where nothing tells it."""
        if reading.is_survey_average:
            key = (program.rooftop_id, program.program_code, program.period_code)
            total, count = self._facts.surveys_of_period.get(key, (Fraction(0), 0))
            return self._average(program, reading, SurveySum(Fraction(total), count))
        if reading.score is None or reading.score_date is None:
            return "no score is published yet"
        if reading.sample_count:
            total = Fraction(reading.score) * reading.sample_count
            return self._average(program, reading, SurveySum(total, reading.sample_count))
        past = self._facts.scores.get((reading.store[1], reading.metric_code))
        if past is None:
            return "no past tells how the score moves"
        own = past.dealer == reading.store[0]
        horizon = max(day_number(program.period_end) - day_number(reading.score_date), 1)
        changes = own_changes(past.day[own], past.score[own], past.spell[own], horizon)
        moved = draw_change(changes, self._draws, self._seed, reading.store, reading.metric_code)
        how = "the score moves as it used to" if len(changes) else "the score is taken to stay"
        top = int(reading.score * 1000) + moved
        return ScoreDraws(top, np.ones_like(top), None, how)

    def tiers(
        self, program: OpenProgram, elements: Sequence[Element]
    ) -> dict[str, TierDraws]:
        """The tiers of the program's elements that a score decides."""
        found = {}
        for element in elements:
            key = (
                program.rooftop_id, program.program_code, program.period_code, element.element,
            )  # fmt: skip
            reading = self._facts.tier_scores.get(key)
            if reading is not None:
                found[element.element] = self._tiers(program, element, reading)
        return found

    def _tiers(
        self, program: OpenProgram, element: Element, reading: ScoreReading
    ) -> TierDraws:
        edges = tuple(band.from_edge for band in element.tiers.bands)
        drawn = self.score(program, reading)
        if isinstance(drawn, str):
            unknown = np.full(self._draws, UNSCORED, dtype=np.int64)
            return TierDraws(unknown, edges, f"{drawn}: nothing is paid on it")
        tiers = score_tiers(element, drawn.top, drawn.bottom * 1000, drawn.count)
        if (tiers == UNSCORED).all():
            why = "how many answers the score is of isn't told: nothing is paid on it"
            return TierDraws(tiers, edges, why)
        return TierDraws(tiers, edges, drawn.how)

    def _average(
        self, program: OpenProgram, reading: ScoreReading, so_far: SurveySum
    ) -> ScoreDraws | str:
        """An average over the surveys so far and those to come."""
        drawn = self._surveys_of(reading.store)
        if drawn is None:
            return "no survey tells of others"
        place = self._ends.index(day_number(program.period_end))
        count = so_far.count + drawn.count[place]
        # In thousandths, over a common denominator: a score times its sample may have thirds.
        total = so_far.total * 1000
        return ScoreDraws(
            total.numerator + drawn.thousandths[place] * total.denominator,
            count * total.denominator,
            count,
            "surveys to come at the store's own pace and scores",
            DrawnSurveys(so_far, drawn, place),
        )

    def _surveys_of(self, store: StoreKey) -> SurveyDraws | None:
        if store not in self._surveys:
            past, number = self._facts.surveys.get(store[1]), self._facts.stores.get(store)
            self._surveys[store] = (
                None
                if past is None or number is None or not len(past.day)
                else draw_surveys(
                    past, number, self._origin, self._ends, self._draws, self._seed,
                    name=store,
                )
            )  # fmt: skip
        return self._surveys[store]


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - date(1970, 1, 1)).days
