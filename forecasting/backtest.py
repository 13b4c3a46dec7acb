"""The rolling-origin backtest: every candidate side by side, and what we use among them.

Belongs here: the run over quarters, candidates and panels, its table, and the files that the app's
page and the command line read. One quarter of one candidate goes to `backtest_cells`, scores to
`scores`, models to `candidates`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecasting.backtest_cells import (
    ORIGIN_SHARES,
    BacktestError,
    BacktestPanel,
    Cell,
    check_known,
    pooled,
    quarter_days,
    run_cell,
    usual_units,
)
from forecasting.calibration import volume_class
from forecasting.candidates.combination import CalibratedForecaster
from forecasting.candidates.roster import CANDIDATES, make_candidates
from forecasting.panel import Panel
from forecasting.past_forecasts import PastForecasts
from forecasting.registrations import NATIONAL, ONLINE_CHANNEL, read_registrations
from forecasting.scores import reliability, summarise

Progress = Callable[[str, float], None]
ROOFTOP_UNITS = (8.0, 300.0)  # usual units a quarter of what stands for a rooftop x segment
NATIONAL_UNITS = (300.0, np.inf)
ALL = "all"


def registration_panels(folder: Path) -> list[BacktestPanel]:
    """`rooftop` (office x maker, 8 to 300 units a quarter) and `national` (makers and models of 300
    and more). The dealers' online channel is no office: it teaches, and isn't measured."""
    panels = read_registrations(folder)
    known = _known_days(panels.rooftop)
    offices = np.flatnonzero([not k.startswith(f"{ONLINE_CHANNEL}|") for k in panels.rooftop.keys])
    return [
        BacktestPanel("rooftop", panels.rooftop, *ROOFTOP_UNITS, rows=offices, known_days=known),
        BacktestPanel(NATIONAL, panels.national, *NATIONAL_UNITS, known_days=known),
    ]


def _known_days(panel: Panel) -> int:
    """Days from the first up to the first selling day that nobody has registered a car on yet."""
    last = int(np.flatnonzero(panel.units.any(axis=0))[-1])
    open_days = np.flatnonzero(panel.is_selling_day.any(axis=0))
    missing = open_days[open_days > last]
    return int(missing[0]) if len(missing) else len(panel.dates)


def run_backtest(
    source: Path | Sequence[BacktestPanel],
    quarters: Sequence[str],
    candidates: Sequence[str] = CANDIDATES,
    out_dir: Path = Path("var/backtest"),
    progress: Progress | None = None,
    jobs: int = 1,
) -> list[dict]:
    """Measure candidates on quarters; the rows of the table, and files beside it.

    source: a folder of registrations, or panels (a home's: `backtest_home.home_panels`).
    quarters: like ``2023Q4``. out_dir: checkpoints (a run goes on where one stopped), and
    `table.json`, `reliability.parquet`, `thirds.parquet`, `years.json`, `weights.json`.
    jobs: processes that one-fit-a-series candidates may use. Rows: panel, forecaster, origin (share
    elapsed, or "all"), series (forecasts measured), and the fields of `scores.Summary`. Raises
    BacktestError when a quarter isn't in the data.
    """
    sources = registration_panels(source) if isinstance(source, Path) else list(source)
    if not quarters:
        raise BacktestError("no quarter to measure; give --from and --to, like 2023Q1 and 2023Q4")
    for panel in sources:
        for quarter in quarters:
            check_known(panel, quarter)
    cells: list[Cell] = []
    weights: list[dict] = []
    steps = len(sources) * len(quarters) * len(candidates)
    for panel in sources:
        models = make_candidates(candidates, PastForecasts(out_dir / "past" / panel.name), jobs)
        for quarter in quarters:
            for model in models:
                step = f"{panel.name} {quarter} {model.code}"
                done = len(cells) / steps
                if progress:
                    progress(step, done)

                def asking(share: float, step: str = step, done: float = done) -> None:
                    if progress:
                        progress(f"{step}, {share:.0%} elapsed", done + 0.8 * share / steps)

                cells.append(run_cell(panel, model, quarter, out_dir / "cells", asking))
                if isinstance(model, CalibratedForecaster):
                    weights.append(_weights_row(panel, model, quarter))
    if progress:
        progress("done", 1.0)
    rows = table_rows(cells)
    _write_files(cells, rows, weights, out_dir)
    return rows


def table_rows(cells: Sequence[Cell]) -> list[dict]:
    """The rows of the table over all the cells' quarters: panel by panel, then by candidate."""
    rows = []
    for panel, forecaster in _distinct(cells):
        scored, origin = pooled(_of(cells, panel, forecaster))
        for share in (*ORIGIN_SHARES, ALL):
            own = np.ones(len(origin), dtype=bool) if share == ALL else origin == share
            if own.any():
                rows.append(
                    {"panel": panel, "forecaster": forecaster, "origin": share}
                    | asdict(summarise(scored.rows(own)))
                )
    return rows


def reliability_rows(cells: Sequence[Cell]) -> list[dict]:
    """Bins of the reliability diagram, per panel, forecaster and origin (and all together)."""
    rows = []
    for panel, forecaster in _distinct(cells):
        scored, origin = pooled(_of(cells, panel, forecaster))
        for share in (*ORIGIN_SHARES, ALL):
            own = np.ones(len(origin), dtype=bool) if share == ALL else origin == share
            head = {"panel": panel, "forecaster": forecaster, "origin": str(share)}
            rows += [head | b for b in reliability(scored.chance[own], scored.reached[own])]
    return rows


def third_rows(cells: Sequence[Cell]) -> list[dict]:
    """The table's figures in each third by usual volume, 1 the smallest."""
    rows = []
    for panel, forecaster in _distinct(cells):
        scored, _ = pooled(_of(cells, panel, forecaster))
        edges = np.quantile(scored.volume, [1 / 3, 2 / 3])
        third = np.searchsorted(edges, scored.volume)
        for k in range(3):
            if (third == k).any():
                head = {"panel": panel, "forecaster": forecaster, "third": k + 1}
                rows.append(head | asdict(summarise(scored.rows(third == k))))
    return rows


def year_rows(cells: Sequence[Cell]) -> list[dict]:
    """The table's rows, year by year."""
    years = sorted({cell.quarter[:4] for cell in cells})
    return [
        {"year": int(year)} | row
        for year in years
        for row in table_rows([cell for cell in cells if cell.quarter.startswith(year)])
    ]


def _weights_row(panel: BacktestPanel, model: CalibratedForecaster, quarter: str) -> dict:
    """What the past taught a candidate by the quarter's first day."""
    first, _ = quarter_days(panel.panel, quarter)
    learnt = model.learn(panel.panel.as_known(first), first)
    calibration = learnt.calibration
    usual_class = np.bincount(volume_class(usual_units(panel.panel, quarter))).argmax()
    return {
        "panel": panel.name,
        "forecaster": model.code,
        "quarter": quarter,
        "models": [m.code for m in model.models],
        # Of a series with as many units a quarter as most that are measured; by class beside it.
        "weights_by_horizon": np.round(learnt.weights[:, usual_class], 4).tolist(),
        "weights_by_volume": np.round(learnt.weights, 4).tolist(),
        "records": calibration.record_count,
        "linear": round(calibration.linear, 4),
        "level_deviation": round(float(np.exp(calibration.level / 2)), 4),
        "bias_by_horizon": np.round(calibration.bias, 4).tolist(),
        "spread": np.round(calibration.spread, 3).tolist(),
        "shared": {
            "market": round(calibration.market, 4),
            "pool": round(calibration.pool, 4),
            "rooftop": round(calibration.rooftop, 4),
        },
    }


def _write_files(
    cells: Sequence[Cell], rows: list[dict], weights: list[dict], out_dir: Path
) -> None:
    out_dir.mkdir(parents=True, exist_ok=True)
    texts = {"table.json": rows, "years.json": year_rows(cells), "weights.json": weights}
    for name, content in texts.items():
        (out_dir / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for name, content in (
        ("reliability.parquet", reliability_rows(cells)),
        ("thirds.parquet", third_rows(cells)),
    ):
        pq.write_table(pa.Table.from_pylist(content), out_dir / name)


def _distinct(cells: Sequence[Cell]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((cell.panel, cell.forecaster) for cell in cells))


def _of(cells: Sequence[Cell], panel: str, forecaster: str) -> list[Cell]:
    return [cell for cell in cells if cell.panel == panel and cell.forecaster == forecaster]
