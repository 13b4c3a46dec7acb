"""Asks every suite of one gate, in order, and gives back the verdicts.

Three gates: landed data, marts, forecasts. Which asset a verdict belongs to is written in its
suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from expectations import forecasts, landed, marts
from expectations.suites import Suite, Verdict
from orchestration.gates.forecast_frames import ForecastFrames, forecast_frames
from orchestration.gates.landed_frames import LandedFrames, landed_frames
from orchestration.gates.mart_frames import MartFrames, mart_frames
from orchestration.home import Home
from orchestration.landing.kinds import KINDS
from orchestration.moments import Moments

if TYPE_CHECKING:
    import pandas as pd

    from programs.group import Group

Asked = Iterator[tuple[Suite, "pd.DataFrame"]]
Moved = Callable[[str], None]


def landed_gate(
    home: Home,
    moments: Moments,
    group: Group,
    expected_days: dict[tuple[str, str], int],
    moved: Moved,
) -> list[Verdict]:
    """The verdicts on landed data. `expected_days`: (vendor, kind) to days between files."""
    with landed_frames(home, moments, group) as frames:
        return _ask(_landed(frames, expected_days), moved)


def marts_gate(home: Home, moments: Moments, moved: Moved) -> list[Verdict]:
    """The verdicts on the marts."""
    with mart_frames(home, moments) as frames:
        return _ask(_marts(frames), moved)


def forecasts_gate(home: Home, moved: Moved) -> list[Verdict]:
    """The verdicts on the forecast. What is open must be covered, so nothing open may be empty."""
    with forecast_frames(home) as frames:
        return _ask(_named(frames, forecasts.SUITES), moved)


def _ask(asked: Asked, moved: Moved) -> list[Verdict]:
    from expectations.runner import run_suite

    verdicts: list[Verdict] = []
    for suite, frame in asked:
        moved(suite.name)
        verdicts.extend(run_suite(suite, frame))
    return verdicts


def _landed(frames: LandedFrames, expected_days: dict[tuple[str, str], int]) -> Asked:
    for kind in KINDS.values():
        suite = landed.KINDS[kind.name.replace("/", "_")]
        # No file ever came: nothing to check. Files came and no row landed: that is a failure.
        yield replace(suite, may_be_empty=frames.files_of(kind) == 0), frames.kind(kind)
    yield landed.ROOFTOPS, frames.rooftops()
    yield landed.DEALER_CODES, frames.dealer_codes()
    yield landed.REPORTED_SALES, frames.reported_sales()
    yield landed.WEEKLY_VOLUME, frames.weekly_volume()
    yield landed.GROUP_VOLUME, frames.group_volume()
    yield landed.FRESHNESS, frames.freshness(expected_days)
    yield landed.FILES, frames.files()


def _marts(frames: MartFrames) -> Asked:
    """A group that just begins has no units and no ladders; one with rows must have both."""
    may_be_empty = {
        marts.COUNTED_UNITS.name: not frames.has_sales(),
        marts.LADDERS.name: not frames.has_targets(),
    }
    for suite, frame in _named(frames, marts.SUITES):
        yield replace(suite, may_be_empty=may_be_empty.get(suite.name, suite.may_be_empty)), frame


def _named(frames: MartFrames | ForecastFrames, suites: tuple[Suite, ...]) -> Asked:
    for suite in suites:
        yield suite, getattr(frames, suite.name)()
