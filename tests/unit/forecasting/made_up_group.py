"""A small dealer group with a month-end pile, for tests of candidates. Seeded; no real data."""

from __future__ import annotations

import numpy as np

from forecasting.panel import Panel

FIRST_DAY = np.datetime64("2022-01-01")
DAYS = 1186  # to 2025-03-31


def made_up_group(
    rooftops: int = 6, segments: int = 2, seed: int = 3, days: int = DAYS, pace: float = 1.0
) -> Panel:
    """Rooftop x segment series, closed on Sundays; the last three days of a month sell four times
    as much as others."""
    random = np.random.default_rng(seed)
    dates = np.arange(FIRST_DAY, FIRST_DAY + days)
    open_days = (dates.astype(np.int64) + 3) % 7 != 6
    left = ((dates.astype("datetime64[M]") + 1).astype("datetime64[D]") - dates).astype(np.int64)
    shape = np.where(left <= 3, 4.0, 1.0) * open_days
    level = random.uniform(0.3, 2.0, rooftops * segments)[:, None] * pace
    drift = np.exp(np.cumsum(random.normal(0, 0.004, (rooftops * segments, days)), axis=1))
    units = random.poisson(level * drift * shape).astype(np.int32)
    names = [(r, s) for r in range(rooftops) for s in range(segments)]
    return Panel(
        keys=tuple(f"rooftop-{r}|segment-{s}" for r, s in names),
        dates=dates,
        units=units,
        is_selling_day=np.tile(open_days, (len(names), 1)),
        pools=tuple(f"make|region|segment-{s}" for _, s in names),
    )
