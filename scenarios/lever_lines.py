"""The lines a rooftop's cars fall into for a scenario: each an `add` lever without its units.

Here: cars that every open program sees alike as one lever, told apart by as little as it takes. Not
here: which cars a lever means (cars.py), the lines of plans (lines.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from scenarios.cars import effect_of
from scenarios.rooftops import KnownClass, Rooftop
from scenarios.words import Lever, lever

RETAIL, NEW = "retail", "new"
# What may tell the cars of a model apart, in the order in which a manager would say it.
TELLING = (("model_year",), ("trim",), ("powertrain",), ("model_year", "trim", "powertrain"))


@dataclass(frozen=True)
class Line:
    """Cars that count alike. `lever` says them without units."""

    lever: Lever
    label: str
    sold_units: int
    on_ground_units: int

    def sell(self, units: int) -> Lever:
        """So many of them, as a lever."""
        return replace(self.lever, pairs=(*self.lever.pairs, ("units", str(units))))


def lever_lines(rooftops: Sequence[Rooftop]) -> tuple[Line, ...]:
    """The lines that move an open program, those that sell most first; of several rooftops
    together."""
    found: dict[str, Line] = {}
    for rooftop in rooftops:
        for line in _lines_of(rooftop):
            had = found.get(line.lever.text)
            found[line.lever.text] = line if had is None else replace(
                had,
                sold_units=had.sold_units + line.sold_units,
                on_ground_units=had.on_ground_units + line.on_ground_units,
            )  # fmt: skip
    order = sorted(
        found.values(), key=lambda line: (-line.sold_units, -line.on_ground_units, line.label)
    )
    return tuple(order)


def _lines_of(rooftop: Rooftop) -> Iterator[Line]:
    def model(known: KnownClass) -> tuple[str, str, str]:
        return str(known.unit.stock_type), str(known.unit.make), str(known.unit.model)

    for _, classes in groupby(sorted(rooftop.classes, key=model), key=model):
        yield from _told_apart(rooftop, list(classes))


def _told_apart(rooftop: Rooftop, classes: Sequence[KnownClass]) -> Iterator[Line]:
    """One line, or as many as the programs make of these cars."""
    effects = {
        known: effect_of(rooftop, replace(known.unit, sale_type=RETAIL)) for known in classes
    }
    for names in ((), *TELLING):
        parts: dict[tuple[object, ...], list[KnownClass]] = {}
        for known in classes:
            parts.setdefault(tuple(getattr(known.unit, name) for name in names), []).append(known)
        if all(len({effects[known] for known in part}) == 1 for part in parts.values()):
            for values, part in parts.items():
                if effects[part[0]] and None not in values:
                    yield _line(part, dict(zip(names, values, strict=True)))
            return


def _line(classes: Sequence[KnownClass], told: dict[str, object]) -> Line:
    unit = classes[0].unit
    stock_type = None if unit.stock_type == NEW else unit.stock_type
    name = ", ".join([f"{unit.make} {unit.model}", *(str(value) for value in told.values())])
    return Line(
        lever("add", make=unit.make, model=unit.model, stock_type=stock_type, **told),
        name if stock_type is None else f"{stock_type} {name}",
        sum(known.sold_units for known in classes),
        sum(known.on_ground_units for known in classes),
    )
