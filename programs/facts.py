"""What is known of one open program at one rooftop: its cars, targets, scores and rules.

Here: the values that changes apply to. Not here: the changes (changes.py), what they come to
(positions.py), where facts come from (scenarios/).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal

from programs.calendars import Period
from programs.filters import UnitClass
from programs.gates import GateState
from programs.money import ZERO
from programs.program_states import PeriodInputs
from programs.replaced import replaced
from programs.rule_models import RuleVersion


@dataclass(frozen=True)
class Car:
    """One car as one program sees it. `units` is -1 for a sale of an earlier period taken back;
    `reported_days`: from its sale to the OEM's acceptance."""

    vin: str
    unit: UnitClass
    state: Literal["reported", "pending"]
    counting_date: datetime.date
    sale_date: datetime.date
    msrp_amount: Decimal = ZERO
    has_open_recall: bool = False
    units: int = 1
    reported_days: int = 0

    def accepted(self, on: datetime.date) -> Car:
        """It as reported by a day."""
        return replaced(self, state="reported", reported_days=(on - self.sale_date).days)

    @property
    def adds(self) -> tuple[object, ...]:
        """What it adds to a program's sums."""
        return self.unit, self.units, self.msrp_amount, self.has_open_recall


@dataclass(frozen=True)
class Facts:
    """What changes apply to: one program of one rooftop in one open period. `inputs` is without
    its sales, which are the `known_cars`; `gates` are states set by hand, by gate; `moved`: cars as
    they were and as they are instead, or not at all."""

    program_code: str
    period: Period
    rules: RuleVersion
    inputs: PeriodInputs
    known_cars: tuple[Car, ...]
    gates: Mapping[str, GateState]
    moved: tuple[tuple[Car, Car | None], ...] = ()

    @cached_property
    def cars(self) -> tuple[Car, ...]:
        """The cars with those that were moved."""
        found: dict[int, Car | None] = {id(car): car for car in self.known_cars}
        first: dict[int, int] = {}
        for was, now in self.moved:
            place = first.get(id(was), id(was))
            found[place] = now
            first[id(now)] = place
        return tuple(car for car in found.values() if car is not None)

    @cached_property
    def pending(self) -> tuple[Car, ...]:
        """The cars that aren't reported yet."""
        return tuple(car for car in self.cars if car.state == "pending")

    @cached_property
    def recalled(self) -> tuple[Car, ...]:
        """The cars with an open recall."""
        return tuple(car for car in self.cars if car.has_open_recall)

    @cached_property
    def by_vin(self) -> Mapping[str, tuple[Car, ...]]:
        """The cars of each VIN: one may be sold, taken back and sold again."""
        found: dict[str, tuple[Car, ...]] = {}
        for car in self.cars:
            found[car.vin] = (*found.get(car.vin, ()), car)
        return found

    def with_moved(self, moved: Sequence[tuple[Car, Car | None]]) -> Facts:
        """The facts with some cars moved; the very same where none is."""
        return replaced(self, moved=(*self.moved, *moved)) if moved else self
