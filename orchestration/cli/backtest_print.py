"""A backtest as printed tables: who missed by how much, what had to be reached, who won where.

Here: printing. The figures come from forecasting.backtest and its files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from forecasting.backtest_targets import ENOUGH_FORECASTS, OURS, Target, targets

Row = Mapping[str, Any]
COLUMNS = {
    "weighted_quantile_loss": ("quantile loss", "{:.4f}"),
    "median_error": ("median error", "{:.4f}"),
    "brier": ("Brier", "{:.4f}"),
    "calibration_error": ("calibration", "{:.4f}"),
    "inside_80": ("inside 80", "{:.1%}"),
    "inside_95": ("inside 95", "{:.1%}"),
    "width_80": ("width 80", "{:.3f}"),
    "log_score": ("log score", "{:.3f}"),
}


def print_backtest(rows: Sequence[Row], folder: Path) -> None:
    """Everything, a panel after the other; files of `folder` give years and thirds."""
    import pyarrow.parquet as pq

    console = Console()
    wide = Console(width=None if console.is_terminal else 160)
    for panel in dict.fromkeys(row["panel"] for row in rows):
        own = [row for row in rows if row["panel"] == panel]
        wide.print(f"\n[bold]{panel}[/bold]: whole periods, all origins")
        wide.print(_table("forecaster", [r for r in own if r["origin"] == "all"]))
        ours = [r for r in own if r["forecaster"] == OURS and r["origin"] != "all"]
        if ours:
            wide.print(f"{OURS} by the share of the quarter elapsed")
            wide.print(_table("origin", ours))
        wide.print(f"least quantile loss: {_winners(own)}")
    thirds = pq.read_table(folder / "thirds.parquet").to_pylist()
    years = json.loads((folder / "years.json").read_text(encoding="utf-8"))
    judged = {"": targets(rows, thirds)}
    if len({row["year"] for row in years}) > 1:
        for year in sorted({row["year"] for row in years}):
            judged[str(year)] = targets([row for row in years if row["year"] == year])
    for year, found in judged.items():
        if found:
            wide.print(f"\n[bold]to reach[/bold] {year}".rstrip())
            wide.print(_targets_table(found))
            unjudged = sum(not target.is_judged for target in found)
            if unjudged:
                wide.print(
                    f"{unjudged} more bounds, on bands and chances, can't be told from luck with "
                    f"fewer than {ENOUGH_FORECASTS} forecasts"
                )
    wide.print(f"\nfiles: {folder}", highlight=False, markup=False, soft_wrap=True)


def _winners(rows: Sequence[Row]) -> str:
    best = {}
    for row in rows:
        known = best.get(row["origin"])
        if known is None or row["weighted_quantile_loss"] < known["weighted_quantile_loss"]:
            best[row["origin"]] = row
    return ", ".join(
        f"{origin if origin == 'all' else format(origin, '.0%')} {row['forecaster']}"
        for origin, row in best.items()
    )


def _table(first: str, rows: Sequence[Row]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(first, no_wrap=True)
    table.add_column("forecasts", justify="right")
    for header, _ in COLUMNS.values():
        table.add_column(header, justify="right", no_wrap=True)
    for row in rows:
        name = format(row[first], ".0%") if isinstance(row[first], float) else str(row[first])
        cells = [shown.format(row[field]) for field, (_, shown) in COLUMNS.items()]
        table.add_row(name, f"{row['series']:,}", *cells)
    return table


def _targets_table(found: Sequence[Target]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for header in ("panel", "what", "is", "must be", ""):
        table.add_column(header, no_wrap=True)
    for target in (target for target in found if target.is_judged):
        bound = f"at most {target.high:g}"
        if target.low > 0:
            bound = f"{target.low:.2f} to {target.high:.2f}"
        table.add_row(
            target.panel, target.what, f"{target.value:.3f}", bound,
            "reached" if target.is_reached else "[bold red]MISSED[/bold red]",
        )  # fmt: skip
    return table
