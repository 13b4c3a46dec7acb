"""Surveys still to come: how many, and with which scores, in every joint draw.

Belongs here: the pace and the scores of one store's surveys, each shrunk to its group's, and their
draws to several ends. Which surveys a store has goes to `gate_facts`, what they do to a gate to
`gate_draws`.

The number follows the store's own pace of the last year (a gamma-Poisson pace, the group's pace
weighing as much as a month of its own), spread as surveys are: by month, more than Poisson. Scores
come from the store's own of the last year, with ten of the group's mixed in; how satisfied its
customers really are is drawn once a draw, as few surveys don't tell it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

PACE_DAYS = 365  # of the past that a store's pace and scores are of: newer staff, today's form
PRIOR_DAYS = 30.0  # days of its own that the group's pace weighs as much as
PRIOR_SURVEYS = 10.0  # of the group's scores among a store's own
WINDOW_DAYS = 28  # whole weeks, near a month: how unevenly surveys come is judged by these
MOST_DISPERSION = 5.0
# A feed that came later than this is late, not quiet: surveys of older days aren't to come.
KNOWN_WITHIN_DAYS = 14


@dataclass(frozen=True)
class SurveyPast:
    """Answered surveys of stores that are judged alike: day numbers, scores in thousandths, and
    the store of each."""

    day: np.ndarray
    thousandths: np.ndarray
    store: np.ndarray

    def recent(self, origin: int) -> SurveyPast:
        """Those of the last year before day number `origin`."""
        chosen = (self.day < origin) & (self.day >= origin - PACE_DAYS)
        return SurveyPast(self.day[chosen], self.thousandths[chosen], self.store[chosen])


@dataclass(frozen=True)
class SurveyDraws:
    """Surveys to come until each end. count: int64 [ends, draws]; thousandths: their scores' sum,
    int64 [ends, draws]; perfect_thousandths: the best score that anyone gave."""

    count: np.ndarray
    thousandths: np.ndarray
    perfect_thousandths: int


def stream(seed: int, *parts: object) -> np.random.Generator:
    """Random numbers of their own for what `parts` name, whatever else is drawn."""
    digest = hashlib.sha256("|".join(map(str, parts)).encode()).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest[:16], dtype=np.uint32).tolist()])


def draw_surveys(
    past: SurveyPast,
    store: int,
    origin: int,
    ends: Sequence[int],
    draws: int,
    seed: int,
    name: object = "",
) -> SurveyDraws | None:
    """Draws for one store of `past` from day number `origin` on, to each end inclusive (rising).
    name: whose they are, for random numbers of its own.

    None where neither the store nor its group has a survey of the last year: nothing tells how many
    will come, or how they will be.
    """
    recent = past.recent(origin)
    if not len(recent.day):
        return None
    random = stream(seed, "surveys", name)
    first = max(int(recent.day.max()) + 1, origin - KNOWN_WITHIN_DAYS)
    pace = _draw_pace(recent, store, first, draws, random)
    unevenness = _dispersion(recent, first) - 1
    values, weights = _draw_weights(recent, store, draws, random)
    if unevenness > 0:
        usual = max(float(pace.mean()) * (ends[-1] - first + 1), 1e-9)
        pace = pace * random.gamma(usual / unevenness, unevenness / usual, draws)
    counts = np.zeros((len(ends), draws), dtype=np.int64)
    sums = np.zeros((len(ends), draws), dtype=np.int64)
    since = first
    for place, end in enumerate(ends):
        more = random.poisson(pace * max(end - since + 1, 0))
        counts[place], sums[place] = more, random.multinomial(more, weights) @ values
        since = max(since, end + 1)
    perfect = int(past.thousandths.max())
    return SurveyDraws(counts.cumsum(axis=0), sums.cumsum(axis=0), perfect)


def _draw_pace(
    recent: SurveyPast, store: int, until: int, draws: int, random: np.random.Generator
) -> np.ndarray:
    """Surveys a day, float64 [draws]."""
    stores = np.unique(recent.store)
    days = np.array([until - recent.day[recent.store == s].min() for s in stores], dtype=float)
    rate = len(recent.day) / max(days.sum(), 1.0)
    own = recent.store == store
    own_days = float(until - recent.day[own].min()) if own.any() else 0.0
    shape, scale = own.sum() + rate * PRIOR_DAYS, 1 / (own_days + PRIOR_DAYS)
    return random.gamma(max(shape, 1e-9), scale, draws)


def _dispersion(recent: SurveyPast, until: int) -> float:
    """Variance of the surveys of four weeks over their mean, within stores; 1 for Poisson."""
    apart, freedom = 0.0, 0
    for store in np.unique(recent.store):
        age = until - 1 - recent.day[recent.store == store]
        windows = int(age.max() + 1) // WINDOW_DAYS
        if windows >= 3:
            counts = np.bincount(age // WINDOW_DAYS, minlength=windows)[:windows]
            mean = counts.mean()
            apart += ((counts - mean) ** 2).sum() / max(mean, 1e-9)
            freedom += windows - 1
    return float(np.clip(apart / freedom, 1.0, MOST_DISPERSION)) if freedom else 1.0


def _draw_weights(
    recent: SurveyPast, store: int, draws: int, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The scores that come, int64 [values], and how likely each is, float64 [draws, values]."""
    values, which = np.unique(recent.thousandths, return_inverse=True)
    group = np.bincount(which, minlength=len(values)) / len(which)
    own = np.bincount(which[recent.store == store], minlength=len(values))
    raw = random.gamma(own + PRIOR_SURVEYS * group, size=(draws, len(values)))
    total = raw.sum(axis=1, keepdims=True)
    return values.astype(np.int64), raw / np.where(total > 0, total, 1.0)


def own_changes(
    day: np.ndarray, value: np.ndarray, spell: np.ndarray, horizon: int
) -> np.ndarray:
    """How far a figure moved, in its own past, over about `horizon` days within one spell.

    day: rising day numbers; value: in thousandths; spell: figures are compared within one only (a
    score to date begins anew each quarter). Too few such pairs: neighbours' changes, spread as a
    random walk spreads. Empty where the past has no two figures to compare.
    """
    apart = day[None, :] - day[:, None]
    alike = (spell[None, :] == spell[:, None]) & (apart > 0)
    slack = max(3, horizon // 5)
    wanted = alike & (np.abs(apart - horizon) <= slack)
    if wanted.sum() < 8:
        nearest = np.where(alike, apart, np.iinfo(np.int64).max).min(axis=1, initial=2**62)
        wanted = alike & (apart == nearest[:, None])
    start, end = np.nonzero(wanted)
    spread = np.sqrt(horizon / np.maximum(apart[start, end], 1))
    return (value[end] - value[start]) * spread


def draw_change(changes: np.ndarray, draws: int, seed: int, *name: object) -> np.ndarray:
    """A change in every draw, whole thousandths: one of the own past, up or down alike, as a random
    walk has no memory of which way it went. The same name gives changes that go together."""
    random = stream(seed, "change", *name)
    place, up = random.random(draws), random.random(draws) < 0.5
    if not len(changes):
        return np.zeros(draws, dtype=np.int64)
    found = np.sort(np.abs(changes))[(place * len(changes)).astype(np.int64)]
    return np.rint(np.where(up, found, -found)).astype(np.int64)
