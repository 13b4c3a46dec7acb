"""What is known on the morning asked about: which version holds, what was sold, what is pending.

Belongs here: the latest version of every fact (the feed's own stamp, then the file's moment), the
state of each retail delivery report, and the three counts' members. Which of them a program counts
and pays is asked in rules.py and standing.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from . import dms, portal
from .dms import Deal
from .files import GROUP_ZONE
from .portal import Event
from .values import Car, vin_adds_up


@dataclass(frozen=True)
class Report:
    """A retail delivery report, as its events left it."""

    rooftop: str
    number: str
    car: Car
    sold_on: date
    state: str
    accepted_on: date | None
    unwound_on: date | None


@dataclass(frozen=True)
class Rooftop:
    rooftop: str
    makes: frozenset[str]
    oem: str
    dealer: str
    since: date


@dataclass(frozen=True)
class Known:
    """Everything the evaluator may use, as known at one moment."""

    today: date
    rooftops: list[Rooftop]
    reports: dict[str, list[Report]]  # by rooftop
    pending: dict[str, list[Deal]]  # by rooftop
    objectives: dict[tuple[str, ...], dict[str, Any]]
    official: dict[tuple[str, ...], dict[str, Any]]
    items: list[dict[str, Any]]
    recalls: dict[str, list[dict[str, Any]]]  # by VIN
    surveys: list[dict[str, Any]]
    scores: list[dict[str, Any]]


def know(home: Path, known_at: datetime) -> Known:
    """Reads everything under the home's inbox that is known by then."""
    inbox, today = home / "inbox", known_at.astimezone(GROUP_ZONE).date()
    rooftops = _rooftops(home)
    reports = _reports(portal.events(inbox, known_at), rooftops)
    held = _holding(portal.recalls(inbox, known_at))
    return Known(
        today=today,
        rooftops=rooftops,
        reports=reports,
        pending=_pending(dms.deals(inbox, known_at), reports, today),
        objectives=objectives_announced(portal.objectives(inbox, known_at), today),
        official=_holding(portal.official_standings(inbox, known_at)),
        items=list(_holding(portal.items(inbox, known_at)).values()),
        recalls=_by(held.values(), lambda recall: recall["key"][0]),
        surveys=list(_holding(portal.surveys(inbox, known_at)).values()),
        scores=sorted(portal.scores(inbox, known_at), key=lambda score: score["stamp"]),
    )


def _by(facts: Iterable[Any], key: Any) -> dict[Any, list[Any]]:
    found = defaultdict(list)
    for fact in facts:
        found[key(fact)].append(fact)
    return dict(found)


def _holding(facts: Iterable[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """The version of each key with the latest stamp."""
    found: dict[Any, dict[str, Any]] = {}
    for fact in facts:
        if fact["key"] not in found or fact["stamp"] > found[fact["key"]]["stamp"]:
            found[fact["key"]] = fact
    return found


def objectives_announced(facts: Iterable[dict[str, Any]], day: date) -> dict[Any, dict[str, Any]]:
    """By that day. A later announcement revises an earlier one, whatever came last by file."""
    return _holding(
        {**fact, "stamp": (fact["announced"], *fact["stamp"])}
        for fact in facts
        if fact["announced"] <= day
    )


def _rooftops(home: Path) -> list[Rooftop]:
    """One franchise a rooftop: in this group every store has one OEM and one dealer code."""
    group = yaml.safe_load((home / "stairstep.yaml").read_text(encoding="utf-8"))
    found = []
    for store in group["rooftops"]:
        franchises = store["franchises"]
        codes = {(each["oem"], each["dealer_code"]) for each in franchises}
        if len(codes) != 1 or any("to" in each for each in franchises):
            raise ValueError(f"{store['id']}: the evaluator knows one lasting dealer code a store")
        (oem, dealer), since = codes.pop(), min(each["from"] for each in franchises)
        makes = frozenset(each["make"] for each in franchises)
        found.append(Rooftop(store["id"], makes, oem, dealer, since))
    return found


def _reports(events: Iterable[Event], rooftops: list[Rooftop]) -> dict[str, list[Report]]:
    """The reports of each store; the state is that of the last event."""
    store = {(each.oem, each.dealer): each.rooftop for each in rooftops}
    found = defaultdict(list)
    for (oem, dealer, number), told in _by(events, lambda e: (e.oem, e.dealer, e.number)).items():
        told.sort(key=lambda event: event.at)
        days = {event.what: event.at.astimezone(GROUP_ZONE).date() for event in told}
        found[store[oem, dealer]].append(
            Report(
                rooftop=store[oem, dealer],
                number=number,
                car=told[0].car,
                sold_on=told[0].sold_on,
                state=told[-1].what,
                accepted_on=days.get("accepted"),
                unwound_on=days.get("unwound"),
            )
        )
    return dict(found)


def _pending(
    versions: Iterable[Deal], reports: dict[str, list[Report]], today: date
) -> dict[str, list[Deal]]:
    """Deals that the DMS says are delivered and that no accepted report answers yet.

    A report that was submitted, or rejected, leaves the sale unreported until one is accepted. One
    that was unwound answers the sale it was made for, and not a later one. A VIN whose check digit
    fails can be answered by no report: such a deal is to be corrected, it is not pending.
    """
    latest: dict[tuple[str, str], Deal] = {}
    for deal in versions:
        key = (deal.rooftop, deal.number)
        if key not in latest or deal.stamp > latest[key].stamp:
            latest[key] = deal
    told = {store: _by(each, lambda report: report.car.vin) for store, each in reports.items()}
    found = defaultdict(list)
    for deal in latest.values():
        if deal.status not in ("delivered", "finalized") or deal.delivered_on is None:
            continue
        if deal.delivered_on > today or not vin_adds_up(deal.car.vin):
            continue
        answers = told.get(deal.rooftop, {}).get(deal.car.vin, [])
        if any(
            report.state == "accepted"
            or (report.state == "unwound" and report.sold_on >= deal.delivered_on)
            for report in answers
        ):
            continue
        found[deal.rooftop].append(deal)
    return dict(found)
