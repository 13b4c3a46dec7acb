"""The candidates by name, and which of them we use.

Belongs here: how each is put together. What is registered for the daily pipeline is in
`forecasting.registry`; the models are modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forecasting.candidates.combination import CalibratedForecaster
from forecasting.candidates.pooled_pace import PooledPace, PoolMomentum
from forecasting.candidates.prophet_default import ProphetDefault
from forecasting.candidates.prophet_pooled import ProphetPooled
from forecasting.candidates.run_rate import RunRate
from forecasting.candidates.trees import BoostedTrees
from forecasting.panel import Forecaster
from forecasting.past_forecasts import PastForecasts
from forecasting.prophet_fit import ForecastError

CANDIDATES = (
    "run_rate", "prophet_default", "prophet_pooled", "pooled_pace", "trees", "stairstep",
)  # fmt: skip


def stairstep(past: PastForecasts | None = None) -> CalibratedForecaster:
    """What the pipeline uses."""
    models = (
        PooledPace(),
        PooledPace(half_life_days=120.0, code="slow_pace"),
        PoolMomentum(),
        BoostedTrees(),
    )
    return CalibratedForecaster("stairstep", models, past or PastForecasts())


def make_candidates(
    codes: Sequence[str], past: PastForecasts, jobs: int = 1
) -> list[Forecaster]:
    """Candidates of the codes given. Raises ForecastError for a code nobody knows."""
    # Prophet's answers about the past cost minutes: it is calibrated on a year of them.
    makers: dict[str, Callable[[], Forecaster]] = {
        "run_rate": RunRate,
        "prophet_default": lambda: ProphetDefault(jobs=jobs),
        "prophet_pooled": lambda: CalibratedForecaster(
            "prophet_pooled", (ProphetPooled(jobs=jobs),), past, periods=4
        ),
        "pooled_pace": lambda: CalibratedForecaster("pooled_pace", (PooledPace(),), past),
        "trees": lambda: CalibratedForecaster("trees", (BoostedTrees(),), past),
        "stairstep": lambda: stairstep(past),
    }
    unknown = [code for code in codes if code not in makers]
    if unknown:
        raise ForecastError(
            f"no candidate is called '{unknown[0]}'; choose from: {', '.join(makers)}"
        )
    return [makers[code]() for code in codes]
