"""Cars as what they add up to under a version of rules: units, MSRP, recalls, how timely.

Here: the cars of one program, all of them or those that changes move. Not here: single units
through the filters (unit_sums.py), what sums come to (positions.py, more_cars.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from programs.facts import Car, Facts
from programs.filters import ElementFilter, UnitClass, filters_of
from programs.gates import Reading
from programs.money import ZERO
from programs.program_states import leaves_of, sourced_metric
from programs.rule_models import RuleVersion
from programs.unit_sums import SoldUnits, UnitSums, unit_sums


@dataclass(frozen=True)
class Sold:
    """What some cars add up to under a version of rules, and the share of them reported in time."""

    sums: UnitSums
    timeliness: Mapping[str, Reading]

    @classmethod
    def of(cls, rules: RuleVersion, cars: Sequence[Car]) -> Sold:
        sums = unit_sums(filters_of(rules), _lots(rules, cars))
        return cls(sums, _timeliness(rules, cars))


def sold_of(facts: Facts) -> tuple[Sold, Sold]:
    """Of the cars that are reported, and of those pending too."""
    cars = [car for car in facts.cars if car.state == "reported"]
    reported = Sold.of(facts.rules, cars)
    if len(cars) == len(facts.cars):
        return reported, reported
    return reported, Sold.of(facts.rules, facts.cars)


def _timeliness(rules: RuleVersion, cars: Sequence[Car]) -> dict[str, Reading]:
    """The share of cars counted or paid that was reported in time, of each gate that goes by it."""
    leaves = [leaf for leaf in leaves_of(rules) if leaf.within_days is not None]
    if not leaves:
        return {}
    filters = filters_of(rules)
    own = [car for car in cars if car.units > 0 and _is_of(filters, car.unit)]
    found = {}
    for leaf in leaves:
        timely = sum(car.reported_days <= int(leaf.within_days or 0) for car in own)
        if own:
            reading = Reading(Decimal(100 * timely) / len(own), len(own))
            found[sourced_metric(leaf.metric_source, leaf.metric_code)] = reading
    return found


def _is_of(filters: Sequence[ElementFilter], unit: UnitClass) -> bool:
    """Whether any element counts or pays a class."""
    memberships = (one.membership(unit) for one in filters)
    return any(found.is_counted or found.is_paid for found in memberships)


def _lots(rules: RuleVersion, cars: Sequence[Car]) -> Sequence[SoldUnits]:
    """Sales in order of counting date; on one date those taken back last; then VIN. Where no
    element pays line by line their order is nothing to it, and those of a class are one line."""
    if any(found.is_paid_by_line for found in filters_of(rules)):
        ordered = sorted(cars, key=lambda car: (car.counting_date, car.units < 0, car.vin))
        return [
            SoldUnits(car.unit, car.units, car.msrp_amount, int(car.has_open_recall))
            for car in ordered
        ]
    found = _ByClass()
    for car in cars:
        found.put_in(car)
    return found.lots()


class _ByClass:
    """Cars put in and taken out, those of a class together where the class is one object."""

    def __init__(self) -> None:
        self._sums: dict[int, list[Any]] = {}

    def put_in(self, car: Car) -> None:
        sums = self._of(car)
        sums[1] += car.units
        sums[2] += car.msrp_amount
        sums[3] += car.has_open_recall

    def take_out(self, car: Car) -> None:
        sums = self._of(car)
        sums[1] -= car.units
        sums[2] -= car.msrp_amount
        sums[3] -= car.has_open_recall

    def _of(self, car: Car) -> list[Any]:
        return self._sums.setdefault(id(car.unit), [car.unit, 0, ZERO, 0])

    def lots(self) -> list[SoldUnits]:
        return [SoldUnits(*sums) for sums in self._sums.values() if any(sums[1:])]


def moved_lots(
    moved: Sequence[tuple[Car, Car | None]],
) -> tuple[list[SoldUnits], list[SoldUnits]]:
    """What came to some cars and what left them: of those reported, and of all."""
    reported, every = _ByClass(), _ByClass()
    for was, now in moved:
        if was.state == "reported":
            reported.take_out(was)
        if now is not None and now.state == "reported":
            reported.put_in(now)
        if now is None:
            every.take_out(was)
        elif now.adds != was.adds:
            every.take_out(was)
            every.put_in(now)
    return reported.lots(), every.lots()
