"""What a backtest must reach, judged from its rows.

Belongs here: the bounds and who they are held against. The figures come from `backtest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OURS, RUN_RATE, PROPHET = "stairstep", "run_rate", "prophet_default"
NOMINAL = {"inside_80": 0.80, "inside_95": 0.95}
# How far a band may be off over all forecasts, and within one origin or one third by volume.
WHOLE_MARGIN, PART_MARGIN = {"inside_80": 0.02, "inside_95": 0.01}, 0.05
# With fewer forecasts a share inside a band is off by over two points by luck alone, and chances
# in bins look worse than they are.
ENOUGH_FORECASTS = 400


@dataclass(frozen=True)
class Target:
    """One bound. low, high: the value must lie between them, both included. is_judged: False where
    there are too few forecasts to tell."""

    panel: str
    what: str
    value: float
    low: float
    high: float
    is_judged: bool = True

    @property
    def is_reached(self) -> bool:
        return self.low <= self.value <= self.high


def targets(
    rows: Sequence[Mapping[str, Any]], thirds: Sequence[Mapping[str, Any]] = ()
) -> list[Target]:
    """The bounds that the rows can be held to: those whose panel and forecasters are in the run."""
    found: list[Target] = []
    whole = {(r["panel"], r["forecaster"]): r for r in rows if r["origin"] == "all"}

    def ratio(panel: str, to: str, field: str, high: float, what: str) -> None:
        ours, theirs = whole.get((panel, OURS)), whole.get((panel, to))
        if ours and theirs:
            found.append(Target(panel, what, ours[field] / theirs[field], 0.0, high))

    ratio("rooftop", RUN_RATE, "weighted_quantile_loss", 0.49, "quantile loss to the run rate's")
    ratio("rooftop", PROPHET, "brier", 0.80, "Brier score to Prophet's as it comes")
    ours = whole.get(("rooftop", OURS))
    if ours:
        enough = ours["series"] >= ENOUGH_FORECASTS
        for field, nominal in NOMINAL.items():
            low, high = nominal - WHOLE_MARGIN[field], nominal + WHOLE_MARGIN[field]
            found.append(Target("rooftop", _band(field), ours[field], low, high, enough))
        error, what = ours["calibration_error"], "calibration error of the chances"
        found.append(Target("rooftop", what, error, 0.0, 0.025, enough))
        found += _parts(rows, thirds)
    ratio(
        "national", PROPHET, "weighted_quantile_loss", 0.75,
        "quantile loss to Prophet's as it comes",
    )  # fmt: skip
    return found


def _parts(
    rows: Sequence[Mapping[str, Any]], thirds: Sequence[Mapping[str, Any]]
) -> list[Target]:
    """Bands at each origin and in each third by volume."""
    named = [(f"at {r['origin']:.0%} of the quarter", r) for r in rows if r["origin"] != "all"]
    named += [(f"in volume third {r['third']}", r) for r in thirds]
    return [
        Target(
            "rooftop",
            f"{_band(field)} {where}",
            row[field],
            nominal - PART_MARGIN,
            min(nominal + PART_MARGIN, 1.0),
            row["series"] >= ENOUGH_FORECASTS,
        )
        for where, row in named
        if (row["panel"], row["forecaster"]) == ("rooftop", OURS)
        for field, nominal in NOMINAL.items()
    ]


def _band(field: str) -> str:
    return f"inside the {field.removeprefix('inside_')} % band"
