"""Customer satisfaction: single surveys, and the OEMs' scores with region and nation beside them.

Here: which deliveries were surveyed with which score, corrections, scores to date.
Not here: the files (vendors/customer_voice.py), gates (awards.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sample_group.sales import DAY, NEVER, Deals
from sample_group.stores import Calendar, Store

ANSWERS = np.array([100.0, 97.5, 95.0, 90.0, 80.0, 60.0, 35.0])
MINIMUM_PUBLISHED = 6  # fewer surveys than that, and the OEM publishes no score


@dataclass
class Surveys:
    """Survey versions as columns; a corrected survey has two, with one number."""

    number: np.ndarray
    deal: np.ndarray
    survey_day: np.ndarray  # datetime64[D]
    score: np.ndarray
    updated_at: np.ndarray  # local seconds

    def __len__(self) -> int:
        return len(self.number)


def make_surveys(stores: Sequence[Store], deals: Deals, seed: int) -> Surveys:
    """Every survey of new cars delivered to consumers; one in eighty is corrected later."""
    random = np.random.default_rng([seed, 5])
    rate = np.array([store.volume.responses for store in stores])[deals.store]
    asked = (deals.stock_type == 0) & (deals.sale_type < 2) & (deals.delivered_at < NEVER)
    deal = np.flatnonzero(asked & (random.random(len(deals)) < rate))
    day = deals.delivered_at[deal] // DAY + random.integers(5, 26, len(deal))
    mean = np.array([store.volume.csi for store in stores])[deals.store[deal]]
    score = ANSWERS[_answer(mean, random.random(len(deal)))]
    order = np.lexsort((deal, day))
    deal, day, score = deal[order], day[order], score[order]
    number = 700_001 + np.arange(len(deal))
    updated = day * DAY + random.integers(8 * 3600, 20 * 3600, len(deal))
    corrected = np.flatnonzero(random.random(len(deal)) < 1 / 80)
    better = np.minimum(score[corrected] + 10, 100)
    survey_day = day.astype("datetime64[D]")
    return Surveys(
        number=np.concatenate([number, number[corrected]]),
        deal=np.concatenate([deal, deal[corrected]]),
        survey_day=np.concatenate([survey_day, survey_day[corrected]]),
        score=np.concatenate([score, better]),
        updated_at=np.concatenate([updated, updated[corrected] + 9 * DAY]),
    )


def _answer(mean: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Positions in ANSWERS so that the scores average `mean` (87 to 95)."""
    happy = np.array([0.58, 0.12, 0.12, 0.08, 0.05, 0.03, 0.02])  # averages 94.2
    unhappy = np.array([0.34, 0.10, 0.13, 0.12, 0.12, 0.11, 0.08])  # averages 84.9
    low, high = float(unhappy @ ANSWERS), float(happy @ ANSWERS)
    share = np.clip((mean - low) / (high - low), 0, 1)[:, None]
    edges = np.cumsum(share * happy + (1 - share) * unhappy, axis=1)
    return np.minimum((draw[:, None] > edges).sum(axis=1), len(ANSWERS) - 1)


@dataclass(frozen=True)
class Score:
    """A store's score on one day, over the surveys of the quarter to date."""

    store: Store
    period_start: np.datetime64
    day: np.datetime64
    thousandths: int
    surveys: int
    region_thousandths: int
    national_thousandths: int


class Scoreboard:
    """The OEMs' scores on any day."""

    def __init__(
        self,
        stores: Sequence[Store],
        calendars: dict[str, Calendar],
        deals: Deals,
        surveys: Surveys,
    ) -> None:
        self._calendars = calendars
        self._store = deals.store[surveys.deal]
        self._surveys = surveys
        self._positions = {store.id: position for position, store in enumerate(stores)}

    def score(self, store: Store, day: np.datetime64) -> Score | None:
        """The score as published for a day; None where too few customers have answered."""
        start = self._quarter_start(store, day)
        surveys = self._surveys
        until = (int(day.astype(np.int64)) + 1) * DAY
        known = np.flatnonzero(
            (self._store == self._positions[store.id])
            & (surveys.survey_day >= start)
            & (surveys.survey_day <= day)
            & (surveys.updated_at < until)
        )
        # The latest version of each survey.
        known = known[np.lexsort((surveys.updated_at[known], surveys.number[known]))]
        last = np.append(surveys.number[known][1:] != surveys.number[known][:-1], True)
        scores = surveys.score[known[last]] if len(known) else np.zeros(0)
        if len(scores) < MINIMUM_PUBLISHED:
            return None
        region, nation = benchmarks(store, day)
        total = int((scores * 1000).sum())
        mean = (2 * total + len(scores)) // (2 * len(scores))
        return Score(store, start, day, mean, len(scores), region, nation)

    def _quarter_start(self, store: Store, day: np.datetime64) -> np.datetime64:
        calendar = self._calendars[store.oem]
        month = int(np.searchsorted(np.array(calendar.starts), day, side="right")) - 1
        return calendar.starts[month - month % 3]


def benchmarks(store: Store, day: np.datetime64) -> tuple[int, int]:
    """Region and national average on a day in thousandths of a point: they move slowly."""
    weeks = float((day - np.datetime64("2022-08-01")).astype(int)) / 7
    shift = sum(map(ord, store.oem + store.region)) % 17 / 10
    region = 90.4 + shift / 2 + 0.6 * np.sin(weeks / 9 + shift * 3) + 0.004 * weeks
    nation = 90.9 + 0.4 * np.sin(weeks / 13 + shift) + 0.004 * weeks
    return round(region * 1000), round(nation * 1000)
