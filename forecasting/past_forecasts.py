"""Means that models would have given on mornings of the past, beside what came.

Belongs here: which earlier periods and mornings are asked about, asking them as of then, and
keeping the answers. What is learnt from them goes to `calibration` and to weights in `combination`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forecasting.candidates.run_rate import quarter_index
from forecasting.day_features import group_calendars, period_starts
from forecasting.panel import Panel
from forecasting.situation import MeanModel, make_situation, prefix_digests
from forecasting.structural_breaks import closed_market_days

# Mornings of a quarter, as shares of its days, that are asked about. They lie at all horizons and
# at both ends of a month; more of them would say the same again.
MORNING_SHARES = (0.08, 0.25, 0.5, 0.75, 0.9)
MAXIMUM_PERIODS = 8
# Before this much known history there is no year's level to start from.
MINIMUM_HISTORY_DAYS = 180
MINIMUM_EXPECTED_UNITS = 0.5
CLOSED_BEFORE_DAYS = 28
# Part of every kept answer's name: raised when a model changes without its settings changing.
MODELS_VERSION = 3


@dataclass(frozen=True)
class Occasion:
    """One question to the past: on morning `origin`, how many units until each of `ends`?"""

    period: int
    origin: int
    ends: tuple[int, ...]


@dataclass(frozen=True)
class PastForecast:
    """Answers to one occasion. means: by model code, float64 [ends, series]. units: int64 [ends,
    series], what came. yearly: float64 [series], units in the year before."""

    occasion: Occasion
    means: dict[str, np.ndarray]
    units: np.ndarray
    yearly: np.ndarray


@dataclass
class PastForecasts:
    """Asks models about the past, once per morning and state of knowledge.

    folder: where answers are kept between runs, or None. Answers are named by a digest of all that
    was known on the morning, so that a correction of an old row asks again.
    """

    folder: Path | None = None
    _kept: dict[str, np.ndarray] = field(default_factory=dict)

    def ask(
        self,
        panel: Panel,
        occasions: Sequence[Occasion],
        models: Sequence[MeanModel],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[PastForecast]:
        """The models' answers, each from the panel as known on its morning."""
        digests = prefix_digests(panel, [occasion.origin for occasion in occasions])
        running = np.zeros((panel.series_count, len(panel.dates) + 1), dtype=np.int64)
        np.cumsum(panel.units, axis=1, out=running[:, 1:])
        answers = []
        for done, occasion in enumerate(occasions):
            means, situation = {}, None
            for model in models:
                name = f"{MODELS_VERSION}|{model!r}|{occasion.ends}|{digests[occasion.origin]}"
                found = self._find(name)
                if found is None:
                    situation = situation or make_situation(panel, occasion.origin)
                    found = model.means(situation, occasion.ends)
                    self._keep(name, found)
                means[model.code] = found
            ends = np.array(occasion.ends)
            units = (running[:, ends + 1] - running[:, [occasion.origin]]).T
            year = running[:, occasion.origin] - running[:, max(0, occasion.origin - 365)]
            answers.append(PastForecast(occasion, means, units, year.astype(np.float64)))
            if progress:
                progress(done + 1, len(occasions))
        return answers

    def _find(self, name: str) -> np.ndarray | None:
        if name in self._kept:
            return self._kept[name]
        path = self._path(name)
        if path is not None and path.exists():
            self._kept[name] = np.load(path)
            return self._kept[name]
        return None

    def _keep(self, name: str, answer: np.ndarray) -> None:
        self._kept[name] = answer
        path = self._path(name)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part.npy")
            np.save(part, answer)
            part.replace(path)  # an interrupted run leaves no half file under the real name

    def _path(self, name: str) -> Path | None:
        if self.folder is None:
            return None
        import hashlib

        return self.folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.npy"


def past_occasions(panel: Panel, origin: int, periods: int = MAXIMUM_PERIODS) -> list[Occasion]:
    """Mornings of the quarters that ended before the origin's own quarter began, latest last.

    Each is asked for its quarter's end and its sales month's end. Mornings after or in a closed
    market, and periods that hold one, teach nothing about open ones and are left out.
    """
    calendars = group_calendars(panel)
    month = calendars.month[calendars.main]
    months = period_starts(month)
    middles = panel.dates[(months[:-1] + months[1:] - 1) // 2]
    starts = months[:-1][np.r_[True, np.diff(quarter_index(middles)) != 0]]
    totals = panel.units[:, :origin].sum(axis=0)
    history = int(panel.is_selling_day.any(axis=0).argmax())
    current = starts[starts <= max(origin - 1, 0)][-1] if (starts < origin).any() else 0
    found: list[list[Occasion]] = []
    for low, high in zip(starts[:-1], starts[1:], strict=True):
        if high > current:
            break
        asked = [
            _occasion(int(low), int(high), share, months, totals)
            for share in MORNING_SHARES
        ]  # fmt: skip
        kept = [o for o in asked if o is not None and o.origin >= history + MINIMUM_HISTORY_DAYS]
        if kept:
            found.append(kept)
    return [occasion for quarter in found[-periods:] for occasion in quarter]


def _occasion(
    low: int, high: int, share: float, months: np.ndarray, totals: np.ndarray
) -> Occasion | None:
    origin = low + round(share * (high - low))
    # What was closed is judged as of the period's end: it is over by now.
    closed = closed_market_days(totals[:high])
    if closed[max(0, origin - CLOSED_BEFORE_DAYS) : high].any():
        return None
    month_end = int(months[np.searchsorted(months, origin, side="right")]) - 1
    return Occasion(low, origin, tuple(sorted({month_end, high - 1})))
