"""Forecasters by code, and which one the pipeline uses.

Belongs here: the list, and how each is made from the run's settings. A new candidate is one line
here; making it the default is one other. The models themselves go to their own modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forecasting.panel import Forecaster
from forecasting.pool_rate import PoolRateForecaster
from forecasting.prophet_fit import ForecastError, Progress
from forecasting.prophet_model import ProphetForecaster, ProphetOptions

DEFAULT_FORECASTER = "prophet"


@dataclass(frozen=True)
class ForecasterSettings:
    """What a run tells a forecaster. processes: how many it may use. holiday_country: ISO code of
    public holidays. progress: called with (fits done, of)."""

    processes: int = 2
    holiday_country: str | None = None
    progress: Progress | None = None


FORECASTERS: dict[str, Callable[[ForecasterSettings], Forecaster]] = {
    "prophet": lambda settings: ProphetForecaster(
        ProphetOptions(holiday_country=settings.holiday_country),
        processes=settings.processes,
        progress=settings.progress,
    ),
    "pool_rate": lambda settings: PoolRateForecaster(),
}


def make_forecaster(
    code: str = DEFAULT_FORECASTER, settings: ForecasterSettings | None = None
) -> Forecaster:
    """The forecaster of a code. Raises ForecastError for a code nobody registered."""
    if code not in FORECASTERS:
        known = ", ".join(sorted(FORECASTERS))
        raise ForecastError(f"no forecaster is called '{code}'; choose one of: {known}")
    return FORECASTERS[code](settings or ForecasterSettings())
