"""Rooftops as scenarios take them: their open programs, their cars by class, and the group's rules.

Here: the values, and what is looked up in them over and over. Not here: reading them (facts.py),
what words mean at one (meaning.py, cars.py).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

from programs.calendars import Calendar
from programs.errors import StairstepError
from programs.facts import Car
from programs.filters import UnitClass
from programs.money import ZERO
from programs.positions import RooftopFacts
from programs.rulebook import Rulebook

CENT = Decimal("0.01")


class ScenarioFactsError(StairstepError):
    """The published file doesn't hold what a scenario of a rooftop needs."""


@dataclass(frozen=True)
class KnownClass:
    """Cars of one class at a rooftop: sold of late, on the ground, and what one costs."""

    unit: UnitClass
    segment_code: str
    sold_units: int
    on_ground_units: int
    priced_units: int
    msrp_amount: Decimal

    @property
    def average_msrp(self) -> Decimal:
        if not self.priced_units:
            return ZERO
        return (self.msrp_amount / self.priced_units).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class MeantCars:
    """The cars that a description means at a rooftop: the class sold most, what a person calls
    them, and their mean MSRP; or why it means none."""

    unit: UnitClass | None = None
    label: str = ""
    msrp_amount: Decimal = ZERO
    fault: str = ""


@dataclass(frozen=True)
class Rooftop:
    """All that scenarios of one rooftop need, beside the levers. `meant`: what descriptions of cars
    have been found to mean."""

    rooftop_id: str
    rooftop_name: str
    is_open_sundays: bool
    facts: RooftopFacts
    classes: tuple[KnownClass, ...]
    survey_sums: Mapping[tuple[str, str], Mapping[str, Decimal]]
    meant: dict[tuple[tuple[str, str], ...], MeantCars] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def classes_by_model(self) -> Mapping[str, tuple[KnownClass, ...]]:
        """The classes by their model's name in small letters."""
        found: dict[str, list[KnownClass]] = defaultdict(list)
        for known in self.classes:
            found[str(known.unit.model or "").lower()].append(known)
        return {model: tuple(classes) for model, classes in found.items()}

    @cached_property
    def open_cars(self) -> Mapping[str, Car]:
        """Cars that count or are pending in open periods by VIN, the newest first."""
        programs = self.facts.programs
        cars = {
            car.vin: car for program in programs for car in program.facts.cars if car.units > 0
        }
        newest = sorted(cars.values(), key=lambda car: (car.counting_date, car.vin), reverse=True)
        return {car.vin: car for car in newest}

    @cached_property
    def pending_vins(self) -> frozenset[str]:
        programs = self.facts.programs
        return frozenset(
            car.vin
            for program in programs
            for car in program.facts.cars
            if car.state == "pending"
        )

    @cached_property
    def recalled_vins(self) -> tuple[str, ...]:
        return tuple(sorted(vin for vin, car in self.open_cars.items() if car.has_open_recall))

    @cached_property
    def new_lines(self) -> tuple[str, ...]:
        """The names of the new cars it sells."""
        units = (known.unit for known in self.classes if known.unit.stock_type == "new")
        return tuple(sorted({f"{unit.make} {unit.model}" for unit in units}))


@dataclass(frozen=True)
class Rules:
    """The rulebooks and calendars of a published file, with what was announced by its date."""

    books: Mapping[str, Rulebook]
    calendars: Mapping[str, Calendar]


@dataclass(frozen=True)
class Group:
    """The rooftops asked for, by id, of one published file."""

    as_of_date: datetime.date
    content_hash: str
    group_name: str
    rules: Rules
    rooftops: Mapping[str, Rooftop]

    def rooftop(self, rooftop_id: str) -> Rooftop:
        """One rooftop. Raises ScenarioFactsError where it isn't there."""
        found = self.rooftops.get(rooftop_id)
        if found is None:
            raise ScenarioFactsError(
                f"there is no rooftop '{rooftop_id}'; known: {', '.join(sorted(self.rooftops))}"
            )
        return found
