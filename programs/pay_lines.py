"""Pay that depends on which units were sold, not only on how many: line by line, in order.

Here: pay groups, at most per unit, marginal tiers where what is paid isn't what counts, and caps
in units on any of them. docs/rulebooks/meaning.md, "Line by line", says the same in words.
Not here: edges and tiers (ladder.py), what is taken off (standing.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from programs.money import ZERO

NO_SHARE = Decimal("0.000000")
NOTHING = Fraction(0)


@dataclass(frozen=True)
class GroupPay:
    """What one tier pays a unit of one pay group; `msrp_share` 0.0175 is 1.75 %."""

    pay_group_code: str
    amount_per_unit: Decimal = ZERO
    msrp_share: Decimal = NO_SHARE
    at_most_per_unit: Decimal | None = None

    def of_unit(self, msrp_amount: Fraction) -> Fraction:
        """A unit's pay, exact; never rounded here."""
        pay = Fraction(self.amount_per_unit) + Fraction(self.msrp_share) * msrp_amount
        return pay if self.at_most_per_unit is None else min(pay, Fraction(self.at_most_per_unit))


@dataclass(frozen=True)
class PaidPart:
    """Paid units of one group, alike, with their MSRP together; negative when taken back."""

    pay_group_code: str
    units: int | Fraction
    msrp_amount: Decimal | Fraction = ZERO

    def scaled(self, share: Fraction) -> PaidPart:
        """A share of these units, with as much of their MSRP."""
        msrp = Fraction(self.msrp_amount) * share
        return PaidPart(self.pay_group_code, Fraction(self.units) * share, msrp)

    def pay(self, pays: Sequence[GroupPay]) -> Fraction:
        """What these units are paid by all that applies to their group."""
        if self.units == 0:
            return NOTHING
        each = Fraction(self.msrp_amount) / Fraction(self.units)
        rates = [pay.of_unit(each) for pay in pays if pay.pay_group_code == self.pay_group_code]
        return sum(rates, NOTHING) * Fraction(self.units)


@dataclass(frozen=True)
class UnitLine:
    """Counted units one after another, and the paid ones among them, evenly spread.

    One unit is a line of its own; alike units may share one. counted_units 0: paid and not
    counted. Negative: sales of an earlier period taken back. Lines go by counting date; on one
    date sales before those taken back, then by VIN.
    """

    counted_units: int
    paid: tuple[PaidPart, ...] = ()

    @property
    def paid_units(self) -> Fraction:
        return sum((Fraction(part.units) for part in self.paid), NOTHING)


@dataclass(frozen=True)
class Bracket:
    """One tier of a ladder that pays by line: its first unit and what it pays by group."""

    tier_number: int
    from_units: int
    amount_flat: Decimal
    pays: tuple[GroupPay, ...]


@dataclass(frozen=True)
class Running:
    """How far some lines have come: their pay, and the counted and paid units so far."""

    pay: Fraction = NOTHING
    counted_units: int = 0
    paid_units: Fraction = NOTHING


@dataclass(frozen=True)
class PayByLine:
    """How a ladder pays line by line. Brackets are in order of tier."""

    shape: Literal["retroactive", "marginal"]
    choice: Literal["highest", "added"]
    brackets: tuple[Bracket, ...]
    cap_units: int | None = None

    def amount(
        self, tier_number: int, lines: Iterable[UnitLine], so_far: Running | None = None
    ) -> Fraction:
        """What the lines are paid at a tier, exact and never below 0; tier 0 pays nothing.

        `so_far` are the lines before these, run at the same tier.
        """
        if tier_number == 0:
            return NOTHING
        reached = self._reached(tier_number)
        adds_up = self.shape == "marginal" or self.choice == "added"
        flats = [found.amount_flat for found in (reached if adds_up else reached[-1:])]
        total = Fraction(sum(flats, ZERO)) + self.run(tier_number, lines, so_far).pay
        return max(total, NOTHING)

    def run(
        self, tier_number: int, lines: Iterable[UnitLine], so_far: Running | None = None
    ) -> Running:
        """Lines after those so far, at a tier that has been reached."""
        start = so_far or Running()
        if self.shape == "marginal":
            return self._above_edges(lines, start)
        reached = self._reached(tier_number)
        paying = reached if self.choice == "added" else reached[-1:]
        return self._back_to_the_first([pay for one in paying for pay in one.pays], lines, start)

    def _reached(self, tier_number: int) -> list[Bracket]:
        return [found for found in self.brackets if found.tier_number <= tier_number]

    def _back_to_the_first(
        self, pays: Sequence[GroupPay], lines: Iterable[UnitLine], start: Running
    ) -> Running:
        """Every paid unit at one rate; with a cap in units the first ones in order."""
        total, counted, paid = start.pay, start.counted_units, start.paid_units
        for line in lines:
            units = line.paid_units
            amount = sum((part.pay(pays) for part in line.paid), NOTHING)
            total += amount * self._share_under_cap(paid, units)
            paid += units
            counted += line.counted_units
        return Running(total, counted, paid)

    def _above_edges(self, lines: Iterable[UnitLine], start: Running) -> Running:
        """Each counted unit above the first edge at the rate of the bracket it stands in."""
        total, counted, paid = start.pay, start.counted_units, start.paid_units
        for line in lines:
            for bracket, share in self._pieces(counted, line.counted_units):
                units = line.paid_units * share
                amount = sum((part.pay(bracket.pays) for part in line.paid), NOTHING)
                total += amount * share * self._share_under_cap(paid, units)
                paid += units
            counted += line.counted_units
        return Running(total, counted, paid)

    def _pieces(self, before: int, units: int) -> Iterator[tuple[Bracket, Fraction]]:
        """The brackets that a line runs through, in its direction, with its share in each."""
        low, high = sorted((before, before + units))
        ends = [bracket.from_units for bracket in self.brackets[1:]] + [high]
        pairs = list(zip(self.brackets, ends, strict=True))
        for bracket, end in pairs if units > 0 else reversed(pairs):
            length = min(high, max(end, bracket.from_units)) - max(low, bracket.from_units)
            if length > 0:
                yield bracket, Fraction(length, abs(units))

    def _share_under_cap(self, paid: Fraction, units: Fraction) -> Fraction:
        """The share of some units, coming after `paid` others, that the cap in units lets be."""
        if self.cap_units is None or units == 0:
            return Fraction(1)
        low, high = sorted((paid, paid + units))
        inside = min(high, Fraction(self.cap_units)) - max(low, NOTHING)
        return max(inside, NOTHING) / abs(units)


def unit_lines(rows: Iterable[Mapping[str, Any]], *, with_pending: bool) -> tuple[UnitLine, ...]:
    """Rows of int_element_lines in order of date; on one date those taken back last; then VIN."""
    kept = [row for row in rows if with_pending or not row["is_pending"]]
    kept.sort(key=lambda row: (row["line_date"], row["step"] < 0, row["vin"]))
    return tuple(_unit_line(row) for row in kept)


def _unit_line(row: Mapping[str, Any]) -> UnitLine:
    step, paid = row["step"], ()
    if row["is_paid"]:
        paid = (PaidPart(row["pay_group_code"], step, step * row["msrp_amount"]),)
    return UnitLine(step if row["is_counted"] else 0, paid)


def mixed_lines(
    counted_units: int, paid_units: int, paid_msrp_amount: Decimal, first_group: str
) -> tuple[UnitLine, ...]:
    """Lines of units of which only the sums are known: the paid ones spread evenly among the
    counted, all in the first pay group. For what has not been sold yet, never for a standing."""
    part = PaidPart(first_group, paid_units, paid_msrp_amount)
    return spread_lines(counted_units, (part,))


def spread_lines(counted_units: int, parts: tuple[PaidPart, ...]) -> tuple[UnitLine, ...]:
    """Paid parts spread evenly over counted units; paid ones beyond them aren't counted."""
    paid = sum((Fraction(part.units) for part in parts), NOTHING)
    if not paid:
        return (UnitLine(counted_units),)
    within = min(max(counted_units / paid, NOTHING), Fraction(1))
    return (
        UnitLine(counted_units, tuple(part.scaled(within) for part in parts)),
        UnitLine(0, tuple(part.scaled(1 - within) for part in parts)),
    )


def mixed_parts(
    lines: Iterable[UnitLine],
    units: int | Fraction,
    msrp_amount_each: Decimal | Fraction,
    first_group: str,
) -> tuple[PaidPart, ...]:
    """Paid units to come, shared among the pay groups as the paid units so far; all in the first
    group when none is paid yet."""
    so_far: dict[str, Fraction] = {}
    for line in lines:
        for part in line.paid:
            so_far[part.pay_group_code] = so_far.get(part.pay_group_code, NOTHING) + part.units
    sold = {group: count for group, count in so_far.items() if count > 0}
    total = sum(sold.values(), NOTHING)
    if not total:
        return (PaidPart(first_group, units, units * Fraction(msrp_amount_each)),)
    return tuple(
        PaidPart(group, units * count / total, units * count / total * Fraction(msrp_amount_each))
        for group, count in sold.items()
    )
