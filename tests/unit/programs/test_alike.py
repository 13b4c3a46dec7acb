"""Columns that are alike are one kind, whatever numbers they hold."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from programs.alike import one_of_each

FEW, LARGE = st.integers(-2, 3), st.integers(-(2**40), 2**40)


@given(
    st.integers(1, 60).flatmap(
        lambda size: st.lists(
            st.sampled_from([FEW, LARGE]).flatmap(
                lambda values: st.lists(values, min_size=size, max_size=size)
            ),
            min_size=1,
            max_size=4,
        )
    )
)
def test_each_kind_comes_as_often_as_its_columns(rows: list[list[int]]) -> None:
    columns = list(zip(*rows, strict=True))
    first, times = one_of_each([np.array(row) for row in rows])
    found = {columns[at]: count for at, count in zip(first, times, strict=True)}
    assert found == Counter(columns) and len(first) == len(found)
