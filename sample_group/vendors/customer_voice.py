"""The survey house's CSV files: single surveys and the OEMs' scores with region and nation.

Here: columns. Not here: who answered what (surveys.py).
"""

from __future__ import annotations

import numpy as np

from sample_group.catalog import variants
from sample_group.surveys import Score
from sample_group.vendors.dms import DayText, clock
from sample_group.vendors.windows import Window, weekly
from sample_group.world import World

VENDOR = "csi"
_DATE = DayText("%Y-%m-%d")
_SURVEYS = (
    "Dealer Code,Make,Survey ID,VIN,Survey Date,Score,Updated At,Customer Name,Customer Email,"
    "Customer Phone,Comment\n"
)
_SCORES = (
    "Dealer Code,Make,Metric,Period Start,Score Date,Score,Surveys,Region,Region Average,"
    "National Average,Updated At\n"
)
_COMMENTS = ("Friendly and quick", "Waited an hour for the keys", "N/A", "Would come again", "N/A")


def files(world: World) -> dict[str, bytes]:
    """Every file of the survey house: path relative to the inbox, bytes."""
    made = {}
    for window in weekly("05:30"):
        label = "_history" if window.is_history else ""
        made[f"{VENDOR}/surveys{label}_{window.stamp}.csv"] = _surveys(world, window)
        made[f"{VENDOR}/scores{label}_{window.stamp}.csv"] = _scores(world, window)
    return made


def _surveys(world: World, window: Window) -> bytes:
    surveys, deals, catalogue = world.surveys, world.deals, variants()
    found = np.flatnonzero((surveys.updated_at > window.since) & (surveys.updated_at <= window.at))
    found = found[np.lexsort((surveys.number[found], surveys.updated_at[found]))]
    lines = [_SURVEYS]
    for one in found.tolist():
        deal = int(surveys.deal[one])
        store, who = world.stores[deals.store[deal]], world.people[deals.person[deal]]
        day = int(surveys.survey_day[one].astype(int))
        updated = int(surveys.updated_at[one])
        lines.append(
            f"{store.dealer_code},{catalogue.make[deals.variant[deal]]},S{surveys.number[one]},"
            f"{deals.vin[deal]},{_DATE[day]},{surveys.score[one]:.1f},"
            f"{_DATE[updated // 86_400]} {clock(updated)},{who.full_name},{who.email},"
            f"{who.phone_dashed},{_COMMENTS[deal % len(_COMMENTS)]}\n"
        )
    return "".join(lines).encode()


def _scores(world: World, window: Window) -> bytes:
    """Scores of each Sunday in the window; in the history of each month's last day."""
    lines = [_SCORES]
    for day in _score_days(window):
        for store in world.stores:
            score = world.scoreboard.score(store, day)
            if score is not None:
                lines += [_score_line(score, make) for make in store.makes]
    return "".join(lines).encode()


def _score_days(window: Window) -> list[np.datetime64]:
    if not window.is_history:
        return [window.day - 1]
    first = np.datetime64("2022-09-01") if window.since == 0 else window.since // 86_400
    days = np.arange(np.datetime64(first, "D"), window.day)
    month_ends = days[(days + 1).astype("datetime64[M]") != days.astype("datetime64[M]")]
    return sorted({*month_ends, days[-1]})


def _score_line(score: Score, make: str) -> str:
    store = score.store
    return (
        f"{store.dealer_code},{make},CSI,{score.period_start},{score.day},"
        f"{score.thousandths / 1000:.3f},{score.surveys},{store.region},"
        f"{score.region_thousandths / 1000:.3f},{score.national_thousandths / 1000:.3f},"
        f"{score.day} 23:30:00\n"
    )
