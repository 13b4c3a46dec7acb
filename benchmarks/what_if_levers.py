"""The levers that `benchmarks.what_if` moves: of each kind, one after another of another value.

Here: which kinds mean something at some rooftops, and their values. Not here: moving and timing
them (what_if.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import cycle, islice, product

from scenarios.choices import choices_of
from scenarios.lever_lines import lever_lines
from scenarios.rooftops import Group, Rooftop

SUNDAY = 6
Levers = tuple[str, ...]


def levers_of(
    group: Group, rooftops: Sequence[Rooftop], moves: int
) -> Mapping[str, Sequence[Levers]]:
    """So many moves of each kind of lever that means something at some of the rooftops."""
    today, numbers = group.as_of_date, range(1, moves + 1)
    books = {code: len(book.versions) for code, book in group.rules.books.items()}
    choices, lines = choices_of(rooftops, books), lever_lines(rooftops)
    ahead = [today + datetime.timedelta(days) for days in range(2 * moves)]
    selling = [str(day) for day in ahead if day.weekday() != SUNDAY]
    days = ["/".join(selling[:number]) for number in numbers]
    values = {
        "a score": [f"set {one}={80 + n}" for n, one in product(numbers, choices.scores)],
        "surveys": [
            f"survey metric={one},score={80 + n},count={n}"
            for n, one in product(numbers, choices.surveys)
        ],
        "items done": [f"set {item}=done" for item in choices.items],
        "a gate": [f"gate {one}={state}" for one in choices.gates for state in ("met", "not_met")],
        "reports": [f"report by={day}" for day in ahead if choices.pending],
        "unwinds": [f"unwind units={number}" for number in numbers],
        "recalls": ["recalls close=all", "recalls close=1"] if choices.recalled else [],
        "an objective": [
            f"objective program={code},units={10 + n}"
            for n, code in product(numbers, sorted(choices.aimed))
        ],
        "a bulletin": [
            f"bulletin program={code},version={version + 1}"
            for code, versions in sorted(choices.versions.items())
            for version in range(versions)
        ],
        "days closed": [f"days closed={some}" for some in days],
        "days open": [f"days open={some}" for some in days],
    }
    several = {
        "four lines": [
            tuple(line.sell(n + place).text for place, line in enumerate(lines[:4]))
            for n in numbers
        ]
    }
    one_each = {kind: [(lever,) for lever in levers] for kind, levers in values.items() if levers}
    return {
        kind: list(islice(cycle(levers), moves)) for kind, levers in (several | one_each).items()
    }
