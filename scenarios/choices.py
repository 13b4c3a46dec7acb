"""What can be changed at some rooftops beside units: what a form offers for each kind of lever.

Not here: units by line (lever_lines.py), what a lever means (meaning.py), the forms (app/).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from programs.facts import Car
from programs.filters import UnitClass
from scenarios.meaning import gate_codes, known_metrics
from scenarios.rooftops import Rooftop

# A car as a person picks it: its VIN and what it is.
Named = Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """What there is to choose from. `versions` is how many each program's rulebook has, where it
    has more than one; programs are named by their code."""

    units: tuple[UnitClass, ...]
    pending: Named
    counted: Named
    recalled: int
    surveys: tuple[str, ...]
    scores: tuple[str, ...]
    items: tuple[str, ...]
    gates: tuple[str, ...]
    aimed: Mapping[str, str]
    versions: Mapping[str, int]
    names: Mapping[str, str]


def choices_of(rooftops: Sequence[Rooftop], books: Mapping[str, int]) -> Choices:
    """What can be changed at these rooftops. `books` is how many versions each rulebook has."""
    cars = {
        car.vin: car
        for rooftop in rooftops
        for program in rooftop.facts.programs
        for car in program.facts.cars
        if car.units > 0
    }
    metrics = [known_metrics(rooftop) for rooftop in rooftops]
    programs = [program for rooftop in rooftops for program in rooftop.facts.programs]
    names = {one.facts.program_code: one.program_name for one in programs}
    aimed = {
        one.facts.program_code
        for one in programs
        if any(element.against.target == "objective" for element in one.facts.rules.elements)
    }
    return Choices(
        units=tuple(dict.fromkeys(one.unit for rooftop in rooftops for one in rooftop.classes)),
        pending=_named(car for car in cars.values() if car.state == "pending"),
        counted=_named(car for car in cars.values() if car.state == "reported"),
        recalled=sum(car.has_open_recall for car in cars.values()),
        surveys=_sorted(
            metric
            for rooftop in rooftops
            for sums in rooftop.survey_sums.values()
            for metric in sums
        ),
        scores=_sorted(metric for scores, _ in metrics for metric in scores),
        items=_sorted(item for _, items in metrics for item in items),
        gates=_sorted(code for rooftop in rooftops for code in gate_codes(rooftop)),
        aimed={code: name for code, name in names.items() if code in aimed},
        versions={code: books[code] for code in names if books.get(code, 1) > 1},
        names=names,
    )


def _sorted(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


def _named(cars: Iterable[Car]) -> Named:
    """The newest first, as they are looked for."""
    newest = sorted(cars, key=lambda car: (car.counting_date, car.vin), reverse=True)
    return {
        car.vin: f"{car.unit.model or car.unit.make}, {car.counting_date:%d %b}, {car.vin}"
        for car in newest
    }
