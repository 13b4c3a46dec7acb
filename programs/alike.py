"""Samples that are alike: which of many differ in some row, and how often each comes.

Here: columns of whole numbers, numbered by what they hold. Not here: what the rows are (samples.py,
open_draws.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
# Below this no step of the arithmetic leaves int64.
SAFE = 2**62
# Up to so many numbers for each sample it is quicker to count them all than to sort.
NUMBERS_A_SAMPLE = 32


@dataclass(frozen=True)
class Weights:
    """How many draws each of some samples stands for, and how many there are in all."""

    times: Whole
    total: int


def one_of_each(rows: Sequence[np.ndarray]) -> tuple[Whole, Whole]:
    """Positions of one column of each kind, alike where every row is, and how many there are."""
    which, limit = _numbers(rows)
    if limit > NUMBERS_A_SAMPLE * len(which):
        _, first, times = np.unique(which, return_index=True, return_counts=True)
        return first, times
    times = np.bincount(which, minlength=limit)
    one = np.empty(limit, dtype=np.int64)
    one[which] = np.arange(len(which))
    there = np.flatnonzero(times)
    return one[there], times[there]


def _numbers(rows: Sequence[np.ndarray]) -> tuple[Whole, int]:
    """Each column's kind as a number below a limit."""
    which, limit = np.zeros(len(rows[0]), dtype=np.int64), 1
    for row in rows:
        least = int(row.min())
        steps = int(row.max()) - least + 1
        if limit * steps > SAFE:
            found, which = np.unique(which, return_inverse=True)
            limit = len(found)
        which = which * steps + (row - least)
        limit *= steps
    return which, limit
