"""Everything that happened in the sample's three years, made once from a seed.

Here: putting the truth together. Not here: how it happened (the modules that it calls), files
(vendors/).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sample_group.awards import Awards
from sample_group.objectives import Objective, make_objectives
from sample_group.people import Person, make_people
from sample_group.portal_truth import (
    Difference,
    Item,
    Recall,
    Statement,
    make_differences,
    make_items,
    make_recalls,
    make_statements,
)
from sample_group.reports import ReportEvents, Reports, events, make_reports
from sample_group.sales import Deals, make_deals
from sample_group.standings import Counter
from sample_group.stores import Calendar, Store, read_calendars, read_stores
from sample_group.surveys import Scoreboard, Surveys, make_surveys


@dataclass
class World:
    """The whole truth. Moments are local seconds, see sales.py."""

    stores: list[Store]
    calendars: dict[str, Calendar]
    people: list[Person]
    deals: Deals
    reports: Reports
    report_events: ReportEvents
    counter: Counter
    objectives: list[Objective]
    surveys: Surveys
    scoreboard: Scoreboard
    recalls: list[Recall]
    items: list[Item]
    awards: Awards
    statements: list[Statement]
    differences: list[Difference]

    @cached_property
    def store_positions(self) -> dict[str, int]:
        """Position of each store by its id."""
        return {store.id: position for position, store in enumerate(self.stores)}

    def stores_of_vendor(self, vendor: str) -> np.ndarray:
        """Positions of the stores whose DMS is a vendor's."""
        return np.array([p for p, store in enumerate(self.stores) if store.volume.vendor == vendor])

    def stores_of_oem(self, oem: str) -> list[Store]:
        """The stores of an OEM."""
        return [store for store in self.stores if store.oem == oem]


def make_world(seed: int) -> World:
    """The sample's three years; the same seed makes the same."""
    stores, calendars = read_stores(), read_calendars()
    deals = make_deals(stores, calendars, seed)
    reports = make_reports(stores, calendars, deals, seed)
    counter = Counter(stores, calendars, deals, reports)
    objectives = make_objectives(stores, calendars, counter, seed)
    surveys = make_surveys(stores, deals, seed)
    scoreboard = Scoreboard(stores, calendars, deals, surveys)
    recalls = make_recalls(stores, deals, seed)
    by_vin = {recall.vin: (recall.opened, recall.remedied) for recall in recalls}
    awards = Awards(calendars, counter, objectives, scoreboard, by_vin)
    return World(
        stores=stores,
        calendars=calendars,
        people=make_people(seed),
        deals=deals,
        reports=reports,
        report_events=events(reports),
        counter=counter,
        objectives=objectives,
        surveys=surveys,
        scoreboard=scoreboard,
        recalls=recalls,
        items=make_items(stores, calendars, seed),
        awards=awards,
        statements=make_statements(stores, calendars, awards),
        differences=make_differences(stores, counter),
    )
