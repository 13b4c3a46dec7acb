"""One quarter of one candidate on one panel: asked at four origins, scored, kept.

Belongs here: which series a quarter is measured on, asking a candidate through the guard, and the
checkpoint of the answer, so that an interrupted run goes on where it stopped. The table over many
cells goes to `backtest`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from forecasting.candidates.combination import CalibratedForecaster
from forecasting.panel import Forecaster, Panel, draw_remaining
from forecasting.scores import Scored, join, score
from forecasting.situation import known_digest
from programs.errors import StairstepError

ORIGIN_SHARES = (0.25, 0.5, 0.75, 0.9)
DRAWS = 1000
SEED = 0
# Part of every checkpoint's name: raised whenever the meaning of a stored figure changes.
FORMAT = 4
_QUARTER = re.compile(r"^(\d{4})-?Q([1-4])$")


class BacktestError(StairstepError):
    """A backtest that can't be run; the message says what to give instead."""


@dataclass(frozen=True)
class BacktestPanel:
    """A panel and the series of it that are measured.

    name: in the table. low, high: usual units a quarter (the median of the last four) between which
    a series is measured, both included. rows: those that may be measured, None for all. known_days:
    days from the first that are wholly known; None for all of the panel's.
    """

    name: str
    panel: Panel
    low: float
    high: float
    rows: np.ndarray | None = None
    known_days: int | None = None

    @property
    def known_until(self) -> np.datetime64:
        """The last day that is known."""
        days = len(self.panel.dates) if self.known_days is None else self.known_days
        return self.panel.dates[days - 1]


@dataclass(frozen=True)
class Cell:
    """Scores of one candidate in one quarter of one panel. origin: share elapsed, [rows]. series:
    row of the panel, [rows]."""

    panel: str
    forecaster: str
    quarter: str
    scored: Scored
    origin: np.ndarray
    series: np.ndarray


def parse_quarter(text: str) -> tuple[int, int]:
    """(year, quarter) of '2023Q4' or '2023-Q4'. Raises BacktestError."""
    found = _QUARTER.match(text.strip().upper())
    if not found:
        raise BacktestError(f"'{text}' is not a quarter; write it like 2023Q4")
    return int(found[1]), int(found[2])


def quarters_between(first: str, last: str) -> list[str]:
    """Quarters from first to last, both included. Raises BacktestError when there are none."""
    (year, quarter), end = parse_quarter(first), parse_quarter(last)
    found = []
    while (year, quarter) <= end:
        found.append(f"{year}Q{quarter}")
        year, quarter = (year + 1, 1) if quarter == 4 else (year, quarter + 1)
    if not found:
        raise BacktestError(f"no quarter lies between {first} and {last}")
    return found


def quarter_days(panel: Panel, quarter: str, back: int = 0) -> tuple[int, int]:
    """Day indices [first, last + 1) of a quarter, or of the one `back` quarters earlier.

    Indices may lie outside the panel; callers check.
    """
    year, number = parse_quarter(quarter)
    month = np.datetime64(f"{year}-{3 * number - 2:02d}", "M") - 3 * back
    first, after = month.astype("datetime64[D]"), (month + 3).astype("datetime64[D]")
    start = panel.dates[0]
    return int((first - start).astype(int)), int((after - start).astype(int))


def measurable_quarters(sources: Sequence[BacktestPanel]) -> list[str]:
    """Quarters wholly known in every panel, with a year of history before them. Raises
    BacktestError when there are none."""
    first = max(source.panel.dates[0] for source in sources).astype("datetime64[D]") + 365
    last = min(source.known_until for source in sources)
    quarter = first.astype("datetime64[M]")
    quarter -= int(quarter.astype(np.int64)) % 3
    if quarter.astype("datetime64[D]") < first:
        quarter += 3
    found = []
    while (quarter + 3).astype("datetime64[D]") - 1 <= last:
        months = int(quarter.astype(np.int64))
        found.append(f"{1970 + months // 12}Q{months % 12 // 3 + 1}")
        quarter += 3
    if not found:
        raise BacktestError(
            f"no quarter is known as a whole with a year before it: days from {first - 365} to "
            f"{last} are; add earlier files"
        )
    return found


def usual_units(panel: Panel, quarter: str) -> np.ndarray:
    """Median of the totals of the four quarters before, as far as the panel has them: [series].

    Raises BacktestError when it has none.
    """
    spans = [quarter_days(panel, quarter, back) for back in range(1, 5)]
    totals = [panel.units[:, a:b].sum(axis=1) for a, b in spans if a >= 0]
    if not totals:
        raise BacktestError(
            f"no quarter before {quarter} is in the data; begin the backtest a year after its start"
        )
    return np.median(np.stack(totals), axis=0)


def measured_rows(source: BacktestPanel, quarter: str) -> np.ndarray:
    """Rows measured in a quarter: chosen by what was known before it, never by how it came out."""
    usual = usual_units(source.panel, quarter)
    chosen = (usual >= source.low) & (usual <= source.high)
    if source.rows is not None:
        chosen &= np.isin(np.arange(len(usual)), source.rows)
    return np.flatnonzero(chosen)


def check_known(source: BacktestPanel, quarter: str) -> None:
    """Raises BacktestError unless the panel knows every day of the quarter."""
    first, after = quarter_days(source.panel, quarter)
    if first < 0 or source.panel.dates[0] + after - 1 > source.known_until:
        raise BacktestError(
            f"{quarter} isn't wholly in the data, which reaches from {source.panel.dates[0]} "
            f"to {source.known_until}"
        )


def run_cell(
    source: BacktestPanel,
    candidate: Forecaster,
    quarter: str,
    folder: Path,
    asking: Callable[[float], None] | None = None,
) -> Cell:
    """The cell, read from its checkpoint if it was run on the same data before.

    asking: told the share elapsed of each origin before it is asked about.
    """
    check_known(source, quarter)
    _, after = quarter_days(source.panel, quarter)
    rows = measured_rows(source, quarter)
    digest = _digest(source, candidate, after, rows)
    path = folder / f"{source.name}-{quarter}-{candidate.code}-{digest}.npz"
    if path.exists():
        return _read_cell(path, source.name, candidate.code, quarter)
    cell = _ask_and_score(source, candidate, quarter, rows, asking)
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    columns = {f.name: getattr(cell.scored, f.name) for f in fields(Scored)}
    np.savez_compressed(part, origin=cell.origin, series=cell.series, **columns)
    part.replace(path)
    return cell


def _ask_and_score(
    source: BacktestPanel,
    candidate: Forecaster,
    quarter: str,
    rows: np.ndarray,
    asking: Callable[[float], None] | None,
) -> Cell:
    panel = source.panel
    first, after = quarter_days(panel, quarter)
    usual = usual_units(panel, quarter)[rows]
    actual = panel.units[rows, first:after].sum(axis=1)
    # A model of single series needs no neighbours; the others learn from the whole panel.
    asked, place = (panel, rows) if learns_together(candidate) else (panel.select(rows), None)
    parts = []
    for share in ORIGIN_SHARES:
        if asking:
            asking(share)
        origin = first + round(share * (after - first))
        drawn = draw_remaining(candidate, asked, origin, [after - 1], DRAWS, SEED).remaining[0]
        drawn = drawn if place is None else drawn[place]
        to_date = panel.units[rows, first:origin].sum(axis=1)
        parts.append(score(drawn + to_date[:, None], actual, usual))
    return Cell(
        source.name,
        candidate.code,
        quarter,
        join(parts),
        np.repeat(ORIGIN_SHARES, len(rows)),
        np.tile(rows, len(ORIGIN_SHARES)),
    )


def learns_together(candidate: Forecaster) -> bool:
    """Whether a candidate learns from series that aren't measured themselves."""
    return isinstance(candidate, CalibratedForecaster)


def _digest(source: BacktestPanel, candidate: Forecaster, after: int, rows: np.ndarray) -> str:
    """Names all that a cell depends on: the data until the quarter's end, who was asked, how."""
    described = candidate.describe() if learns_together(candidate) else repr(candidate)
    parts = (FORMAT, DRAWS, SEED, ORIGIN_SHARES, described, known_digest(source.panel, after))
    text = repr(parts).encode() + rows.astype(np.int64).tobytes()
    return hashlib.sha256(text).hexdigest()[:16]


def _read_cell(path: Path, panel: str, forecaster: str, quarter: str) -> Cell:
    with np.load(path) as stored:
        scored = Scored(*(stored[f.name] for f in fields(Scored)))
        return Cell(panel, forecaster, quarter, scored, stored["origin"], stored["series"])


def pooled(cells: Sequence[Cell]) -> tuple[Scored, np.ndarray]:
    """(scores, origin of each) over cells."""
    return join([c.scored for c in cells]), np.concatenate([c.origin for c in cells])
