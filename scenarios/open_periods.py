"""What an open period needs beside its own rows: each segment's part, and the periods that it is
settled with.

Here: published rows as the values of programs/. Not here: the queries, a period's cars and targets
(facts.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from programs.calendars import Calendar
from programs.counted_text import counted_from
from programs.period_end import Share
from programs.rulebook import Rulebook
from programs.settled_rooftop import RuledPeriod, across_periods
from programs.settled_samples import Across

Row = Mapping[str, Any]
SegmentShares = Mapping[tuple[str, str], Share]  # by segment and element


def segment_shares(rows: Iterable[Row]) -> Mapping[tuple[str, int], SegmentShares]:
    """What each version of a program makes of each segment."""
    found: dict[tuple[str, int], dict[tuple[str, str], Share]] = defaultdict(dict)
    for row in rows:
        share = Share(
            row["segment_code"], row["is_counted"], row["is_paid"], row["pay_group_code"]
        )
        version = (row["program_code"], row["program_version"])
        found[version][row["segment_code"], row["element_code"]] = share
    return found


def across_of(
    book: Rulebook, rows: Sequence[Row], calendars: Mapping[str, Calendar]
) -> Across | None:
    """What a program's open period is settled with, as it was counted; None where it is alone."""
    if not rows:
        return None
    periods = [
        RuledPeriod(book.versions[row["counted_version"] - 1], counted_from(row["counted"]))
        for row in rows
    ]
    periods.sort(key=lambda period: period.counted.period.start)
    return across_periods(book, periods, calendars)
