"""How good forecasts were, in plain words: the candidates, the bands, the weights.

Belongs here: names, sentences and tables made of backtest records. The diagram is
app/components/charts.py, the order of the page app/screens/how_good.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from app.components.tables import table
from app.forecast_queries import ALL
from app.forecast_records import BacktestRow, BacktestThird, BacktestWeight

RUN_RATE = "run_rate"
# What each forecaster is, as one would say it in a sales meeting.
NAMES = {
    RUN_RATE: ("Run rate", "units so far a selling day, straight on to the end; no band"),
    "prophet_default": ("Prophet as it comes", "one fit for each series by itself"),
    "prophet_pooled": ("Prophet on pools", "month-ends learnt from stores alike, recalibrated"),
    "pooled_pace": ("Shared rhythm, own pace", "the pool's days, the store's own speed"),
    "slow_pace": ("Own pace, longer memory", "the same, forgetting more slowly"),
    "pool_momentum": ("The pool's momentum", "the store's speed, carried by its pool's trend"),
    "trees": ("Boosted trees", "patterns found in all stores' past"),
    "stairstep": ("Stairstep", "several of these, each weighed by how good it was"),
}
ORIGINS = {
    ALL: "All moments",
    "0.25": "A quarter in",
    "0.5": "Halfway",
    "0.75": "Three quarters in",
    "0.9": "The last days",
}
PANELS = {"rooftop": "Rooftops", "national": "Whole makes and models"}
THIRDS = {1: "the smallest third of series", 2: "the middle third", 3: "the largest third"}
HORIZONS = {
    1: "up to 2 weeks ahead",
    2: "up to 5 weeks",
    3: "up to 8 weeks",
    4: "further ahead",
}


def name_of(code: str) -> str:
    """A forecaster's name; its code where it has none."""
    return NAMES.get(code, (code, ""))[0]


def percent(share: float) -> str:
    """A share in whole percent: these are counts of what was, so 0 and 100 may be."""
    return f"{share * 100:.0f} %"


def verdict(rows: Sequence[BacktestRow], in_use: str) -> str:
    """What a manager takes from the table, in three sentences; rows are of one panel and origin."""
    found = {row.forecaster: row for row in rows}
    ours = found.get(in_use)
    if ours is None:
        used = f" ({name_of(in_use)})" if in_use else ""
        return (
            f"The forecaster that the other pages use{used} wasn't measured in this backtest, so "
            "none of its chances has been checked."
        )
    said = (
        f"When a chance was said, it was off by {ours.calibration_error * 100:.1f} points on "
        f"average. {percent(ours.inside_80)} of the ends lay inside the band of 8 in 10, and "
        f"{percent(ours.inside_95)} inside that of 19 in 20."
    )
    run_rate = found.get(RUN_RATE)
    if run_rate is not None and run_rate.weighted_quantile_loss > 0:
        ratio = ours.weighted_quantile_loss / run_rate.weighted_quantile_loss
        said += f" Its misses are {percent(ratio)} of the run rate's."
    return said


def candidates_table(rows: Sequence[BacktestRow], in_use: str) -> str:
    """One row a forecaster, the best first; rows are of one panel and origin."""
    run_rate = next(
        (row.weighted_quantile_loss for row in rows if row.forecaster == RUN_RATE), None
    )
    heads = (
        ("Forecaster", "ss-name"),
        ("Misses, of the run rate's", "ss-num"),
        ("Middle guess off by", "ss-num"),
        ("Chances off by", "ss-num"),
        ("Brier score", "ss-num"),
        ("In the 8-in-10 band", "ss-num"),
        ("In the 19-in-20 band", "ss-num"),
        ("Width of 8 in 10", "ss-num"),
    )
    ordered = sorted(rows, key=lambda row: row.weighted_quantile_loss)
    return table(heads, [_candidate(row, run_rate, in_use) for row in ordered], "ss-measured")


def _candidate(row: BacktestRow, run_rate: float | None, in_use: str) -> tuple[str, ...]:
    name, what = NAMES.get(row.forecaster, (row.forecaster, ""))
    strong = f"<b>{escape(name)}</b>"
    if row.forecaster == in_use:
        strong += ' <span class="ss-chip ss-met">in use</span>'
    is_a_point = row.width_80 == 0
    ratio = percent(row.weighted_quantile_loss / run_rate) if run_rate else "–"
    return (
        f"{strong}<br><small>{escape(what)}</small>",
        ratio,
        percent(row.median_error),
        f"{row.calibration_error * 100:.1f} points",
        f"{row.brier:.3f}",
        "no band" if is_a_point else percent(row.inside_80),
        "no band" if is_a_point else percent(row.inside_95),
        "–" if is_a_point else percent(row.width_80),
    )


def coverage_table(rows: Sequence[BacktestRow], thirds: Sequence[BacktestThird]) -> str:
    """How often ends lay inside the bands, by how far the period had run and by volume; both of
    one forecaster and one panel."""
    heads = (
        ("", "ss-name"),
        ("Forecasts", "ss-num"),
        ("In the 8-in-10 band", "ss-num"),
        ("In the 19-in-20 band", "ss-num"),
        ("Chances off by", "ss-num"),
    )
    by_origin = {row.origin: row for row in rows}
    found = [(ORIGINS[code], by_origin[code]) for code in ORIGINS if code in by_origin]
    found += [(THIRDS.get(row.third, str(row.third)).capitalize(), row) for row in thirds]
    return table(
        heads,
        [
            (
                escape(name),
                f"{row.series:,}",
                percent(row.inside_80),
                percent(row.inside_95),
                f"{row.calibration_error * 100:.1f} points",
            )
            for name, row in found
        ],
        "ss-measured",
    )


def weights_table(weights: Sequence[BacktestWeight]) -> str:
    """How much each model counts, by how far ahead; of one panel."""
    horizons = sorted({row.horizon for row in weights})
    models = list(dict.fromkeys(row.model for row in weights))
    shares = {(row.model, row.horizon): row.weight for row in weights}
    heads = (("Model", "ss-name"), *((HORIZONS.get(h, str(h)), "ss-num") for h in horizons))
    return table(
        heads,
        [
            (
                f"<b>{escape(name_of(model))}</b><br>"
                f"<small>{escape(NAMES.get(model, ('', ''))[1])}</small>",
                *(percent(shares.get((model, horizon), 0.0)) for horizon in horizons),
            )
            for model in models
        ],
        "ss-measured",
    )
