"""Charts drawn with Plotly: a period day by day, and the value of the next units.

Belongs here: figures made from records, in the app's palette. The staircase isn't a chart but
markup (app/components/stair.py). Positions are floats; figures in hover texts are written from
exact values.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import plotly.graph_objects as go

from app import format as fmt
from app.components.stair import first_segments
from app.queries import ElementView
from app.records import DailyStanding, ProgramStanding
from app.theme import palette, quiet_layout


def period_chart(
    days: Sequence[DailyStanding], view: ElementView, standing: ProgramStanding
) -> go.Figure:
    """Draw a period day by day: reported, pending on top, tier edges, the forecast's fan."""
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
    if dates and view.forecast and view.forecast.median_units is not None and standing.is_open:
        _fan(figure, dates[-1], counted[-1], view, standing)
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
    figure: go.Figure, last: date, counted: int, view: ElementView, standing: ProgramStanding
) -> None:
    colours, forecast = palette(), view.forecast
    x = [last, standing.period_end_date]
    figure.add_scatter(
        x=[*x, x[1], x[0]],
        y=[counted, forecast.high_80_units, forecast.low_80_units, counted],
        fill="toself",
        fillcolor=colours.forecast_soft,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x,
        y=[counted, forecast.median_units],
        mode="lines",
        line={"color": colours.forecast, "width": 2, "dash": "dash"},
        name="forecast",
        hovertemplate="%{y:,} likely<extra></extra>",
    )


def value_curve(
    amounts: Sequence[Decimal], sold: int, label: str, jumps: Sequence[tuple[int, Decimal]] = ()
) -> go.Figure:
    """Draw what 0 to n more units add in all: `amounts[i]` is the exact gain of i units.

    `jumps` are the units whose own gain is written on the curve.
    """
    colours = palette()
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
        x=[sold],
        y=[float(amounts[min(sold, len(amounts) - 1)])],
        mode="markers",
        marker={"size": 11, "color": colours.ink, "line": {"color": colours.card, "width": 2}},
        hoverinfo="skip",
    )
    for units, jump in jumps:
        # At the left edge a jump is named on its right: its name would lie on the axis's figures.
        is_at_the_edge = units < len(amounts) // 6
        figure.add_annotation(
            x=units,
            y=float(amounts[units]),
            text=f"unit {units}: {fmt.signed_money(jump)}",
            showarrow=False,
            xanchor="left" if is_at_the_edge else "right",
            yanchor="bottom",
            xshift=4 if is_at_the_edge else -4,
            font={"size": 11.5, "color": colours.muted},
        )
    quiet_layout(figure, 300)
    figure.update_layout(hovermode="x")
    figure.update_xaxes(
        title={"text": f"more units: {label}", "standoff": 8, "font": {"size": 12.5}},
        dtick=5,
        range=[-0.4, len(amounts) - 0.6],
    )
    figure.update_yaxes(tickprefix="$", tickformat=",.0f", rangemode="tozero")
    return figure
