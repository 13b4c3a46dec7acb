"""The app's look: page setting, style sheet, and the palette for charts drawn in Python.

Belongs here: colours by meaning and how they get on the page. Streamlit's own widgets take the same
palette from app/.streamlit/config.toml; our own markup takes it from app/style.css. The three
agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

STYLE_SHEET = Path(__file__).with_name("style.css")
ICON = Path(__file__).parent / "static" / "icon.png"
FONT = "Archivo, ui-sans-serif, system-ui, 'Segoe UI', Roboto, sans-serif"


@dataclass(frozen=True)
class Palette:
    """Colours by meaning, for one light."""

    ink: str
    muted: str
    line: str
    card: str
    fill: str
    fill_soft: str
    forecast: str
    forecast_soft: str
    warning: str
    danger: str


LIGHT = Palette(
    "#14201d",
    "#5a6a65",
    "#d9e1db",
    "#ffffff",
    "#0c7c61",
    "rgba(12,124,97,.16)",
    "#3b4cc0",
    "rgba(59,76,192,.16)",
    "#a86400",
    "#b93424",
)
DARK = Palette(
    "#e8eeeb",
    "#93a39d",
    "#2a3733",
    "#161f1c",
    "#2db48c",
    "rgba(45,180,140,.2)",
    "#9aa8ff",
    "rgba(154,168,255,.2)",
    "#e9a93c",
    "#ff7a66",
)


def palette() -> Palette:
    """Return the palette of the light the browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def set_page() -> None:
    """Name the browser's tab and use the whole width."""
    st.set_page_config(
        page_title="Stairstep",
        page_icon=str(ICON),
        layout="wide",
        initial_sidebar_state="auto",
    )


def use_style() -> None:
    """Put the style sheet on the page."""
    st.html(f"<style>{_style_sheet()}</style>")


def quiet_layout(figure: go.Figure, height: int) -> go.Figure:
    """Give a chart the app's type, colours and margins: no box, faint grid, no toolbar."""
    colours = palette()
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 8, "t": 12, "b": 0},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": FONT, "size": 12.5, "color": colours.muted},
        hoverlabel={
            "bgcolor": colours.card,
            "bordercolor": colours.line,
            "font": {"family": FONT, "size": 13, "color": colours.ink},
        },
        hovermode="x unified",
        showlegend=False,
        dragmode=False,
    )
    axis = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": colours.line,
        "automargin": True,
        "fixedrange": True,
        "tickcolor": colours.line,
    }
    figure.update_xaxes(**axis)
    figure.update_yaxes(**{**axis, "showgrid": True, "gridcolor": colours.line, "griddash": "dot"})
    return figure


def show_chart(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a chart at the container's width with a text for who can't see it."""
    st.plotly_chart(
        figure,
        width="stretch",
        theme=None,
        key=key,
        alt=alt,
        config={"displayModeBar": False, "responsive": True, "scrollZoom": False},
    )


@cache
def _style_sheet() -> str:
    return STYLE_SHEET.read_text(encoding="utf-8")
