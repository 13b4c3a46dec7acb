"""How good is this?: what the backtest measured of the forecasts, and how often chances came true.

Belongs here: the order of things on this page. Sentences and tables are app/components/goodness.py,
the diagram app/components/charts.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from app import format as fmt
from app.components.charts import reliability_chart
from app.components.goodness import (
    ORIGINS,
    PANELS,
    candidates_table,
    coverage_table,
    name_of,
    percent,
    verdict,
    weights_table,
)
from app.components.states import nothing_here
from app.components.tables import tiles
from app.forecast_queries import (
    ALL,
    backtest,
    backtest_bins,
    backtest_thirds,
    backtest_weights,
    model_in_use,
)
from app.forecast_records import BacktestRow
from app.frame import Screen, open_screen
from app.theme import show_chart


def show(screen: Screen) -> None:
    """Draw the page."""
    rows = backtest(screen.source)
    if not rows:
        nothing_here(
            "No backtest yet",
            "A backtest forecasts your own past quarters as of past mornings and compares them "
            "with what came; the next run shows it here. Until then no chance on these pages has "
            "been checked against your own sales.",
            "stairstep backtest --home DIR",
        )
        return
    panel = _choose("panel", "Measured on", _known(PANELS, [row.panel for row in rows]))
    own = [row for row in rows if row.panel == panel]
    origins = _known(ORIGINS, [row.origin for row in own])
    origin = _choose("origin", "How far the period had run", origins)
    chosen = [row for row in own if row.origin == origin]
    in_use = model_in_use(screen.source)
    st.html(f'<p class="ss-lead" data-testid="verdict">{escape(verdict(chosen, in_use))}</p>')
    _tiles(chosen, in_use)
    shown = _reliability(screen, panel, origin, [row.forecaster for row in chosen], in_use)
    st.subheader("Every forecaster, side by side", anchor=False)
    st.html(candidates_table(chosen, in_use))
    st.caption(
        "Misses weigh how far the whole band lay from what came, so a wide band can't hide them. "
        "Off by: the middle guess's errors, as a share of all units. Brier score: 0 is a chance "
        "that always knew, a quarter is a coin."
    )
    thirds, weights = (
        [row for row in found if (row.panel, row.forecaster) == (panel, shown)]
        for found in (backtest_thirds(screen.source), backtest_weights(screen.source))
    )
    st.subheader(f"Do the bands hold what they promise? {name_of(shown)}", anchor=False)
    st.html(coverage_table([row for row in own if row.forecaster == shown], thirds))
    if len({row.model for row in weights}) > 1:
        st.subheader("What is weighed together", anchor=False)
        st.html(weights_table(weights))
        st.caption(
            f"As learnt by {weights[0].quarter}'s first day, from earlier quarters alone: a model "
            "that missed more counts less."
        )


def _tiles(rows: Sequence[BacktestRow], in_use: str) -> None:
    ours = next((row for row in rows if row.forecaster == in_use), None)
    if ours is None:
        return
    st.html(
        tiles(
            ("forecasts checked", f"{ours.series:,}", "series, quarters and mornings", "ss-first"),
            ("chances off by", f"{ours.calibration_error * 100:.1f}", "points on average", ""),
            ("in the 8-in-10 band", percent(ours.inside_80), "80 % would be right", ""),
            ("in the 19-in-20 band", percent(ours.inside_95), "95 % would be right", ""),
        )
    )


def _reliability(
    screen: Screen, panel: str, origin: str, forecasters: Sequence[str], in_use: str
) -> str:
    """The diagram of a forecaster that the visitor chooses, and its code."""
    st.subheader("Did chances come true?", anchor=False)
    ordered = sorted(set(forecasters), key=lambda code: (code != in_use, name_of(code)))
    shown = _choose("forecaster", "Forecaster", {code: name_of(code) for code in ordered})
    bins = [
        row
        for row in backtest_bins(screen.source)
        if (row.panel, row.forecaster, row.origin) == (panel, shown, origin)
    ]
    if not bins:
        nothing_here("No chances were checked here", "Choose another forecaster or moment.")
        return shown
    show_chart(
        reliability_chart(bins),
        key="reliability",
        alt="; ".join(
            f"said {fmt.chance(row.mean_chance)}, came true {percent(row.share_reached)} "
            f"of {row.chances:,}"
            for row in bins
        ),
    )
    st.caption(
        "Each dot is all chances of about one size; its area is how many. On the dashed line, 68 "
        "of a hundred chances of 68 % came true. Above it they came true more often than said, "
        "below it less often."
    )
    return shown


def _known(names: dict[str, str], codes: Sequence[str]) -> dict[str, str]:
    """Names of the codes there are, those with a name first and in its order."""
    there = dict.fromkeys(codes)
    return {code: names[code] for code in names if code in there} | {
        code: code for code in there if code not in names
    }


def _choose(name: str, label: str, names: dict[str, str]) -> str:
    """A choice among few; nothing to choose is not asked."""
    codes = list(names)
    if len(codes) == 1:
        return codes[0]
    first = ALL if ALL in codes else codes[0]
    return st.segmented_control(
        label, codes, format_func=names.get, default=first, key=name, bind="query-params",
        required=True,
    )  # fmt: skip


show(open_screen("how-good"))
