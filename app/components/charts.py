"""Charts drawn with Plotly: a period day by day, amounts, reliability, and the value of units.

Belongs here: figures made from records, in the app's palette. The staircase isn't a chart but
markup (app/components/stair.py). Positions are floats; figures in hover texts are written from
exact values.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go

from app import format as fmt
from app.components.stair import first_segments
from app.forecast_queries import AmountSpread
from app.forecast_records import BacktestBin, ForecastDay
from app.queries import ElementView
from app.records import DailyStanding, ProgramStanding
from app.theme import palette, quiet_layout
from programs.what_if import NextUnits

JUMPS_NAMED = 3


def period_chart(
    days: Sequence[DailyStanding],
    view: ElementView,
    standing: ProgramStanding,
    ahead: Sequence[ForecastDay] = (),
) -> go.Figure:
    """Draw a period day by day: reported, pending on top, tier edges, and the days ahead: what is
    expected with its 80 % band, and what the next tier needs by then."""
    colours = palette()
    dates = [row.date for row in days]
    reported = [row.reported_units or 0 for row in days]
    counted = [(row.reported_units or 0) + (row.pending_units or 0) for row in days]
    figure = go.Figure()
    figure.add_scatter(
        x=dates,
        y=reported,
        mode="lines",
        line={"color": colours.fill, "width": 2.5, "shape": "hv"},
        fill="tozeroy",
        fillcolor=colours.fill_soft,
        name="reported",
        hovertemplate="%{y:,} reported<extra></extra>",
    )
    if counted != reported:
        figure.add_scatter(
            x=dates,
            y=counted,
            mode="lines",
            line={"color": colours.fill, "width": 1.5, "dash": "dot", "shape": "hv"},
            name="with pending",
            hovertemplate="%{y:,} with pending<extra></extra>",
        )
    if dates and ahead and standing.is_open:
        _fan(figure, dates[-1], counted[-1], ahead)
    tiers = first_segments(view.segments)
    for place, tier in enumerate(tiers):
        figure.add_hline(
            y=tier.from_units,
            line={"color": colours.muted, "width": 1, "dash": "dash"},
            annotation={
                "text": f"tier {tier.tier_number}: {tier.from_units:,}",
                "font": {"size": 11.5, "color": colours.muted},
                # Edges lie close together, so their names stand side by side.
                "x": 0.01 + 0.2 * place,
                "xanchor": "left",
                "yanchor": "bottom",
            },
        )
    quiet_layout(figure, 280)
    figure.update_xaxes(
        range=[standing.period_start_date, standing.period_end_date],
        tickformat="%b %-d",
        hoverformat="%a %b %-d",
    )
    highest = max([*counted, *(tier.from_units for tier in tiers), _high(view)], default=1)
    figure.update_yaxes(range=[0, highest * 1.12 + 1])
    return figure


def _high(view: ElementView) -> int:
    return (view.forecast.high_80_units if view.forecast else None) or 0


def _fan(
    figure: go.Figure, last: date, counted: int, ahead: Sequence[ForecastDay]
) -> None:
    colours = palette()
    x = [last, *(row.date for row in ahead)]
    upper = [counted, *(row.high_80_units for row in ahead)]
    lower = [counted, *(row.low_80_units for row in ahead)]
    figure.add_scatter(
        x=[*x, *reversed(x)],
        y=[*upper, *reversed(lower)],
        fill="toself",
        fillcolor=colours.forecast_soft,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x,
        y=[counted, *(row.expected_units for row in ahead)],
        mode="lines",
        line={"color": colours.forecast, "width": 2, "dash": "dash"},
        name="expected",
        hovertemplate="%{y:,.0f} expected<extra></extra>",
    )
    if all(row.needed_units is not None for row in ahead):
        figure.add_scatter(
            x=x,
            y=[counted, *(row.needed_units for row in ahead)],
            mode="lines",
            line={"color": colours.warning, "width": 1.5, "dash": "dot"},
            name="needed",
            hovertemplate="%{y:,.0f} needed by then<extra></extra>",
        )


def amount_chart(spread: AmountSpread) -> go.Figure:
    """Draw how likely which amount is: the draws in steps of money, the 80 % band in full colour,
    the average marked."""
    colours = palette()
    dollars = [cents / 100 for cents in spread.cents]
    lowest, highest = min(dollars), max(dollars)
    step = _round_step((highest - lowest) / 24)
    start = lowest // step * step
    counts = Counter(int((amount - start) // step) for amount in dollars)
    places = sorted(counts)
    low, high = float(spread.low_80_amount), float(spread.high_80_amount)
    edges = [start + place * step for place in places]
    figure = go.Figure()
    figure.add_bar(
        x=[edge + step / 2 for edge in edges],
        y=[counts[place] / len(dollars) for place in places],
        width=step * 0.94,
        marker={
            "color": [
                colours.forecast if low - step < edge <= high else colours.forecast_soft
                for edge in edges
            ],
            "line": {"width": 0},
        },
        customdata=[
            f"{fmt.money(Decimal(str(edge)))} to {fmt.money(Decimal(str(edge + step)))}"
            for edge in edges
        ],
        hovertemplate="%{customdata}: %{y:.0%}<extra></extra>",
    )
    figure.add_vline(
        x=float(spread.expected_amount),
        line={"color": colours.ink, "width": 1.5, "dash": "dot"},
        annotation={
            "text": f"average {fmt.about_money(spread.expected_amount).removeprefix('about ')}",
            "font": {"size": 12, "color": colours.ink},
            "yanchor": "bottom",
            "y": 1,
        },
    )
    quiet_layout(figure, 240)
    figure.update_layout(hovermode="closest", bargap=0, margin={"l": 0, "r": 8, "t": 28, "b": 0})
    figure.update_xaxes(tickprefix="$", tickformat="~s", nticks=7)
    figure.update_yaxes(tickformat=".0%", nticks=4)
    return figure


def _round_step(wanted: float) -> float:
    """The next step of 1, 2 or 5 times a power of ten."""
    if wanted <= 0:
        return 100.0
    size = 10.0 ** math.floor(math.log10(wanted))
    return next(size * times for times in (1, 2, 5, 10) if size * times >= wanted)


def reliability_chart(bins: Sequence[BacktestBin]) -> go.Figure:
    """Draw said chances against what came true: on the diagonal, a chance is what it says. A dot's
    area is how many chances it stands for."""
    colours = palette()
    most = max((row.chances for row in bins), default=1)
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": colours.muted, "width": 1, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[row.mean_chance for row in bins],
        y=[row.share_reached for row in bins],
        customdata=[row.chances for row in bins],
        mode="lines+markers",
        line={"color": colours.forecast_soft, "width": 2},
        marker={
            "color": colours.forecast,
            "size": [7 + 17 * math.sqrt(row.chances / most) for row in bins],
            "opacity": 1,
            "line": {"color": colours.card, "width": 1.5},
        },
        hovertemplate="said %{x:.0%}, came true %{y:.0%}<br>%{customdata:,} chances<extra></extra>",
    )
    quiet_layout(figure, 380)
    figure.update_layout(hovermode="closest", margin={"l": 0, "r": 12, "t": 12, "b": 0})
    axis = {"range": [-0.04, 1.04], "tickformat": ".0%", "dtick": 0.2}
    figure.update_xaxes(title={"text": "chance said", "font": {"size": 12.5}}, **axis)
    figure.update_yaxes(title={"text": "came true", "font": {"size": 12.5}}, **axis)
    return figure


def jumps(amounts: Sequence[Decimal]) -> tuple[tuple[int, Decimal], ...]:
    """The units that add most (at most three), where they stand out: the steps of tiers."""
    added = [(n, amounts[n] - amounts[n - 1]) for n in range(1, len(amounts))]
    usual = sorted(amount for _, amount in added)[len(added) // 2] if added else Decimal(0)
    standing_out = [(n, amount) for n, amount in added if amount > 3 * usual and amount > 0]
    return tuple(sorted(sorted(standing_out, key=lambda jump: -jump[1])[:JUMPS_NAMED]))


# Dollars that a curve's axis reaches at the least: of cents it would show steps that are none.
LEAST_SCALE = 1000


def value_curve(
    curve: NextUnits, sold: int, label: str, jumps: Sequence[tuple[int, Decimal]] = ()
) -> go.Figure:
    """Draw what 0 to n more units add in all: exact as it stands, dotted in the forecast's mean.

    `jumps` are the units whose own gain is written on the curve.
    """
    colours, amounts = palette(), curve.amounts
    figure = go.Figure()
    figure.add_scatter(
        x=list(range(len(amounts))),
        y=[float(amount) for amount in amounts],
        customdata=[fmt.money(amount) for amount in amounts],
        mode="lines",
        line={"color": colours.fill, "width": 2.5, "shape": "hv"},
        fill="tozeroy",
        fillcolor=colours.fill_soft,
        hovertemplate="%{x} more: %{customdata}<extra></extra>",
    )
    figure.add_scatter(
        x=list(range(len(amounts))),
        y=[float(amount) for amount in curve.expected_amounts],
        customdata=[fmt.money(amount) for amount in curve.expected_amounts],
        mode="lines",
        line={"color": colours.ink, "width": 1.6, "dash": "dot"},
        hovertemplate="at the end: %{customdata}<extra></extra>",
    )
    figure.add_scatter(
        x=[sold],
        y=[float(amounts[min(sold, len(amounts) - 1)])],
        mode="markers",
        marker={"size": 11, "color": colours.ink, "line": {"color": colours.card, "width": 2}},
        hoverinfo="skip",
    )
    for units, jump in jumps:
        # On the left a jump is named on its right: its name would lie on the axis's figures, on a
        # phone from a third of the way.
        is_at_the_edge = units < len(amounts) // 3
        figure.add_annotation(
            x=units,
            y=float(amounts[units]),
            text=f"unit {units}: {fmt.signed_money(jump)}",
            showarrow=False,
            xanchor="left" if is_at_the_edge else "right",
            yanchor="bottom",
            xshift=4 if is_at_the_edge else -4,
            font={"size": 11.5, "color": colours.muted},
            bgcolor=colours.card,
            borderpad=1,
        )
    quiet_layout(figure, 300)
    figure.update_layout(hovermode="x")
    figure.update_xaxes(
        title={"text": f"more units: {label}", "standoff": 8, "font": {"size": 12.5}},
        dtick=5,
        range=[-0.4, len(amounts) - 0.6],
    )
    figure.update_yaxes(tickprefix="$", tickformat=",.0f", rangemode="tozero")
    if max(*amounts, *curve.expected_amounts) < LEAST_SCALE:
        figure.update_yaxes(range=[0, LEAST_SCALE])
    return figure
