"""The error of a forecast that couldn't be made.

Belongs here: nothing else, so that reading marts needs no model. Errors of a backtest belong to
`backtest_cells`.
"""

from __future__ import annotations

from programs.errors import StairstepError


class ForecastError(StairstepError):
    """A forecast that couldn't be made; the message names what is missing and what to do."""
