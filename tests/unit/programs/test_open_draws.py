"""Units to come on fewer or more selling days, and draws that differ with how often each comes.

Here: what `on_share` makes of draws, against the binomial distribution worked out exactly. Not
here: what the draws come to (test_more_cars.py).
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.open_draws import Fates, every_draw
from programs.period_end import SegmentDraws

DRAWS = 2_000
SHARES = [Fraction(top, bottom) for bottom in (13, 38) for top in (1, bottom // 2, bottom - 1)]


def drawn(*units: int) -> SegmentDraws:
    return SegmentDraws(np.resize(np.array(units), DRAWS), 30_000_00)


def on_share(code: str, draws: SegmentDraws, share: Fraction) -> np.ndarray:
    return Fates.of(code, draws.remaining).on_share(share)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("units", [1, 7, 40, 300])
def test_units_are_kept_as_the_binomial_distribution_says(units: int, share: Fraction) -> None:
    found = on_share("s", drawn(units), share)
    kept = np.bincount(found, minlength=units + 1).cumsum()
    exact = Fraction(0)
    for count in range(units + 1):
        exact += comb(units, count) * share**count * (1 - share) ** (units - count)
        assert abs(kept[count] - exact * DRAWS) <= Fraction(51, 100), count


@given(st.lists(st.integers(0, 90), min_size=1, max_size=20), st.integers(0, 25))
def test_fewer_days_never_leave_more(units: list[int], days: int) -> None:
    some, more = (on_share("s", drawn(*units), Fraction(one, 13)) for one in (days, days + 1))
    again = on_share("s", drawn(*units), Fraction(days, 13))
    assert (some <= more).all() and np.array_equal(some, again)
    assert (on_share("s", drawn(*units), Fraction(days // 13)) <= some).all()
    assert not on_share("s", drawn(5), Fraction(0)).any()


def test_segments_are_thinned_apart() -> None:
    one, two = (on_share(code, drawn(20), Fraction(1, 2)) for code in ("s", "t"))
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.1


def test_draws_of_several_segments_are_told_apart() -> None:
    units = {"s": drawn(1, 2), "t": drawn(5, 5, 6, 6)}
    found = every_draw(units, {}, {"e": np.resize([1, 1, 1, 0], DRAWS)})
    some = found.of_segments(["s", "t"], Fraction(1)).distinct()
    columns = zip(
        some.units["s"].remaining, some.units["t"].remaining, some.tiers["e"], some.weights.times,
        strict=True,
    )  # fmt: skip
    quarter = DRAWS // 4
    assert sorted(tuple(map(int, one)) for one in columns) == [
        (1, 5, 1, quarter), (1, 6, 1, quarter), (2, 5, 1, quarter), (2, 6, 0, quarter),
    ]  # fmt: skip
    alone = found.of_segments(["s"], Fraction(1)).distinct()
    assert alone.size == 3 and alone.weights.times.sum() == alone.weights.total == DRAWS
