"""Run rate by selling days: what dealers use, and the point every other candidate is scored on.

Belongs here: period-to-date units a selling day, times the selling days left. No band, no shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.day_features import period_starts
from forecasting.panel import Panel


@dataclass(frozen=True)
class RunRate:
    """Forecaster: every draw is the same point.

    period_start: day index on which the running period began; None takes the calendar quarter's
    first day, which is where the period-to-date of the backtest begins.
    """

    period_start: int | None = None
    code: str = "run_rate"

    def sample_remaining(
        self, panel: Panel, origin: int, ends: Sequence[int], draws: int, seed: int
    ) -> np.ndarray:
        """int32 [ends, series, draws]; seed is not used, there is nothing to draw."""
        start = self._start(panel, origin)
        sold = panel.units[:, start:origin].sum(axis=1)
        running = np.concatenate(
            [np.zeros((panel.series_count, 1)), np.cumsum(panel.is_selling_day, axis=1)], axis=1
        )
        elapsed = running[:, origin] - running[:, start]
        rate = sold / np.maximum(elapsed, 1)
        points = [np.rint(rate * (running[:, end + 1] - running[:, origin])) for end in ends]
        return np.repeat(np.stack(points).astype(np.int32)[:, :, None], draws, axis=2)

    def _start(self, panel: Panel, origin: int) -> int:
        if self.period_start is not None:
            return self.period_start
        starts = period_starts(quarter_index(panel.dates))
        return int(starts[starts <= max(origin - 1, 0)][-1])


def quarter_index(dates: np.ndarray) -> np.ndarray:
    """Calendar quarters counted from 1970, int64 [days]."""
    return dates.astype("datetime64[M]").astype(np.int64) // 3
