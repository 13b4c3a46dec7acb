"""Which cars a lever means: those that the rooftop sold of late or has on the ground.

Here: a description to one class of cars, its MSRP and what a person calls it. Not here: the words
(words.py), other levers (meaning.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from programs.changes import SoldCars
from programs.filters import UnitClass, filters_of
from scenarios.rooftops import KnownClass, MeantCars, Rooftop
from scenarios.words import Lever, amount, dates, fault


def sold_cars(rooftop: Rooftop, found: Lever) -> SoldCars:
    """Cars sold besides. Raises LeverError when no car of the rooftop is meant, or cars that count
    differently are, or a day before today."""
    units, meant = found.units, _meant(rooftop, found.description)
    if meant.unit is None:
        raise fault(found, meant.fault)
    days = (rooftop.facts.as_of_date,)
    if (said := found.get("on")) is not None:
        days = dates(found, "on", said)
        if min(days) < rooftop.facts.as_of_date:
            raise fault(
                found, f"{min(days)} is past; a scenario begins on {rooftop.facts.as_of_date}"
            )
    msrp = meant.msrp_amount
    if (price := found.get("msrp")) is not None:
        msrp = amount(found, "msrp", price)
    return SoldCars(meant.label, meant.unit, units, days, msrp)


def _meant(rooftop: Rooftop, description: tuple[tuple[str, str], ...]) -> MeantCars:
    """What a description means, worked out once at a rooftop."""
    found = rooftop.meant.get(description)
    if found is None:
        found = rooftop.meant[description] = _described_cars(rooftop, dict(description))
    return found


def _described_cars(rooftop: Rooftop, described: Mapping[str, str]) -> MeantCars:
    traits = {name: value.lower() for name, value in described.items()}
    classes, missing = _wanted_classes(rooftop, traits)
    if not classes:
        return MeantCars(fault=missing)
    alike = _by_effect(rooftop, classes)
    if len(alike) > 1:
        kinds = "; ".join(_described(group) for group in alike)
        return MeantCars(fault=f"these cars count differently: {kinds}; say which")
    best = max(classes, key=lambda known: (known.sold_units, known.on_ground_units))
    return MeantCars(best.unit, _label(described, classes), average_msrp(classes))


def _wanted_classes(
    rooftop: Rooftop, traits: Mapping[str, str]
) -> tuple[list[KnownClass], str]:
    """The classes of the rooftop's cars that a description means, new and retail unless said; why
    there is none."""
    pairs = dict(traits)
    sale_type = pairs.pop("sale_type", "retail")
    model = pairs.get("model")
    near = rooftop.classes if model is None else rooftop.classes_by_model.get(model, ())
    classes = [known for known in near if is_like(known.unit, pairs)]
    if "stock_type" not in pairs:
        others = sorted({str(known.unit.stock_type) for known in classes} - {"new"})
        classes = [known for known in classes if known.unit.stock_type == "new"]
        if others and not classes:
            said = f"'{rooftop.rooftop_id}' has no new one; say stock_type={' or '.join(others)}"
            return [], said
    # How a car is sold is the seller's choice, so any car may be sold any way.
    classes = _merged([_sold_as(one, sale_type) for one in classes])
    lines = ", ".join(rooftop.new_lines)
    return classes, (
        f"'{rooftop.rooftop_id}' neither sold one of late nor has one; its lines are {lines}"
    )


def _sold_as(known: KnownClass, sale_type: str) -> KnownClass:
    if known.unit.sale_type == sale_type:
        return known
    return replace(known, unit=replace(known.unit, sale_type=sale_type))


def _merged(classes: Sequence[KnownClass]) -> list[KnownClass]:
    found: dict[UnitClass, KnownClass] = {}
    for one in classes:
        had = found.get(one.unit)
        found[one.unit] = one if had is None else replace(
            one,
            sold_units=had.sold_units + one.sold_units,
            on_ground_units=had.on_ground_units + one.on_ground_units,
            priced_units=had.priced_units + one.priced_units,
            msrp_amount=had.msrp_amount + one.msrp_amount,
        )  # fmt: skip
    return list(found.values())


def is_like(unit: UnitClass, traits: Mapping[str, str]) -> bool:
    """Whether a class has all the traits, which are in small letters."""
    return all(
        str(getattr(unit, name) or "").lower() == value for name, value in traits.items()
    )


def average_msrp(classes: Sequence[KnownClass]) -> Decimal:
    """The mean MSRP of some classes' priced cars, to the cent."""
    return KnownClass(
        classes[0].unit, "", 0, 0,
        sum(known.priced_units for known in classes),
        sum((known.msrp_amount for known in classes), Decimal("0.00")),
    ).average_msrp  # fmt: skip


def effect_of(rooftop: Rooftop, unit: UnitClass) -> tuple[tuple[str, str, bool, bool], ...]:
    """The elements of the open programs that count or pay a class."""
    found = []
    for program in rooftop.facts.programs:
        rules = program.facts.rules
        for element, one in zip(rules.elements, filters_of(rules), strict=True):
            member = one.membership(unit)
            if member.is_counted or member.is_paid:
                found.append(
                    (rules.program, element.element, member.is_counted, member.pay_group_code)
                )
    return tuple(found)


def _by_effect(rooftop: Rooftop, classes: Sequence[KnownClass]) -> list[list[KnownClass]]:
    found: dict[object, list[KnownClass]] = {}
    for known in classes:
        found.setdefault(effect_of(rooftop, known.unit), []).append(known)
    return list(found.values())


def _described(classes: Sequence[KnownClass]) -> str:
    units = [known.unit for known in classes]
    years = sorted({unit.model_year for unit in units if unit.model_year})
    trims = sorted({unit.trim for unit in units if unit.trim})
    name = f"{units[0].make} {units[0].model}"
    return f"{name} of model_year {_listed(years)} (trim {_listed(trims)})"


def _listed(values: Sequence[object]) -> str:
    return " or ".join(str(value) for value in values) or "unknown"


def _label(described: Mapping[str, str], classes: Sequence[KnownClass]) -> str:
    """What a person calls these cars: the model, and what the words told apart."""
    unit = classes[0].unit
    kinds = sorted({known.unit.stock_type for known in classes} - {"new"})
    if unit.sale_type != "retail":
        kinds.insert(0, unit.sale_type)
    name = str(unit.model or unit.make)
    more = [value for key in ("trim", "model_year", "powertrain") if (value := described.get(key))]
    return " ".join([*kinds, ", ".join([name, *more])])
