"""The candidates by name, and which of them we use.

Belongs here: how each is put together, and the one that a run uses unless told otherwise. The
models are modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from forecasting.candidates.combination import CalibratedForecaster
from forecasting.candidates.pooled_pace import PooledPace, PoolMomentum
from forecasting.candidates.prophet_default import ProphetDefault
from forecasting.candidates.prophet_pooled import ProphetPooled
from forecasting.candidates.run_rate import RunRate
from forecasting.candidates.trees import BoostedTrees
from forecasting.errors import ForecastError
from forecasting.panel import Forecaster
from forecasting.past_forecasts import PastForecasts
from forecasting.situation import MeanModel

CANDIDATES = (
    "run_rate", "prophet_default", "prophet_pooled", "pooled_pace", "trees", "stairstep",
)  # fmt: skip
IN_USE = "stairstep"
Progress = Callable[[int, int], None]


def stairstep(
    past: PastForecasts | None = None, progress: Progress | None = None
) -> CalibratedForecaster:
    """What the pipeline uses."""
    models = (
        PooledPace(),
        PooledPace(half_life_days=120.0, code="slow_pace"),
        PoolMomentum(),
        BoostedTrees(),
    )
    return CalibratedForecaster(IN_USE, models, past or PastForecasts(), progress=progress)


def make_candidates(
    codes: Sequence[str],
    past: PastForecasts,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[Forecaster]:
    """Candidates of the codes given. Raises ForecastError for a code nobody knows.

    progress: called with (mornings of the past judged, of) by those that learn from them.
    """
    def calibrated(code: str, model: MeanModel) -> CalibratedForecaster:
        return CalibratedForecaster(code, (model,), past, progress=progress)

    # Prophet's answers about the past cost minutes: it is calibrated on a year of them.
    makers: dict[str, Callable[[], Forecaster]] = {
        "run_rate": RunRate,
        "prophet_default": lambda: ProphetDefault(jobs=jobs),
        "prophet_pooled": lambda: CalibratedForecaster(
            "prophet_pooled", (ProphetPooled(jobs=jobs),), past, 4, progress
        ),
        "pooled_pace": lambda: calibrated("pooled_pace", PooledPace()),
        "trees": lambda: calibrated("trees", BoostedTrees()),
        "stairstep": lambda: stairstep(past, progress),
    }
    unknown = [code for code in codes if code not in makers]
    if unknown:
        raise ForecastError(
            f"no candidate is called '{unknown[0]}'; choose from: {', '.join(makers)}"
        )
    return [makers[code]() for code in codes]
