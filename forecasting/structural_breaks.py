"""Breaks in a market and in a series, found by rule from what was known at the origin.

Belongs here: closures of the whole market (a lockdown), whose days teach nothing, and how likely a
series that went silent still sells. New rooftops need no rule: their calendar says when they
opened.
"""

from __future__ import annotations

import numpy as np

# A market is closed while four weeks together sell less than this share of the median four weeks.
# Real closures fell to 1-15 %; the worst ordinary month, with two weeks of holidays, held 55 %.
CLOSED_SHARE = 0.35
WINDOW_DAYS = 28
# Too little history to know what is ordinary.
MINIMUM_DAYS = 3 * WINDOW_DAYS
# Chance that a series ends, before its silence is looked at: reached when a silence has lasted for
# several times ENDING_UNITS expected units, none at its start. And the overdispersion with which
# silence is judged (0 = Poisson: a quiet month would bury a lumpy fleet series).
ENDING_CHANCE = 0.05
ENDING_UNITS = 4.0
SILENCE_DISPERSION = 0.5


def closed_market_days(totals: np.ndarray) -> np.ndarray:
    """bool [days]: days inside any four weeks whose total fell below CLOSED_SHARE of the median.

    totals: units a day of the whole panel, up to the origin.
    """
    days = len(totals)
    closed = np.zeros(days, dtype=bool)
    if days < MINIMUM_DAYS:
        return closed
    running = np.r_[0, np.cumsum(totals, dtype=np.float64)]
    window_totals = running[WINDOW_DAYS:] - running[:-WINDOW_DAYS]
    for first in np.flatnonzero(window_totals < CLOSED_SHARE * np.median(window_totals)):
        closed[first : first + WINDOW_DAYS] = True
    return closed


def chance_still_sells(expected_in_silence: np.ndarray) -> np.ndarray:
    """Chance that a series hasn't ended, given the units expected since it last sold one.

    Bayes: silence of a living series has negative binomial chance (1 + d x) ** (-1/d), of an ended
    one it is sure.
    """
    silence = (1 + SILENCE_DISPERSION * expected_in_silence) ** (-1 / SILENCE_DISPERSION)
    ended = ENDING_CHANCE * expected_in_silence / (expected_in_silence + ENDING_UNITS)
    return (1 - ended) * silence / ((1 - ended) * silence + ended)
