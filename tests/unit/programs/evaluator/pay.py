"""What units pay, before gates: edges, the tier reached, and the pay of each unit in its order.

Belongs here: one element's ladder against one target, its caps in units, the next tier's worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .facts import cents, number, whole
from .units import NO_GROUP, Unit, kind_of, pays_what_counts

NONE = Fraction(0)


@dataclass(frozen=True)
class Piece:
    """One unit to be paid: its step, whether it counts, and its shares of pay groups."""

    step: int
    is_counted: bool
    groups: tuple[tuple[str, Fraction], ...]
    msrp: Fraction


def pieces_of(units: Iterable[Unit]) -> list[Piece]:
    return [
        Piece(
            unit.line.step,
            unit.is_counted,
            ((unit.group, Fraction(1)),) if unit.is_paid else (),
            unit.line.sale.msrp,
        )
        for unit in units
    ]


def edges_of(element: dict[str, Any], target: int | None) -> list[int] | None:
    """Each tier's first unit. None: percents of nothing known."""
    tiers = element["tiers"]
    rounding = tiers.get("rounding", "up")
    if kind_of(element) == "nothing":
        return [0]
    if tiers["edges"] == "units":
        return [whole(number(band["from"]), rounding) for band in tiers["bands"]]
    if target is None or (target == 0 and tiers.get("shape") != "marginal"):
        return None
    return [whole(number(band["from"]) * target / 100, rounding) for band in tiers["bands"]]


def tier_at(edges: list[int], counted: int) -> int:
    return sum(edge <= max(counted, 0) for edge in edges)


@dataclass(frozen=True)
class Ladder:
    """An element's tiers at one rooftop in one period. `cap` is in units; `is_moved`: its units
    decide the tier."""

    element: dict[str, Any]
    edges: list[int]
    cap: int | None
    is_moved: bool

    @property
    def is_marginal(self) -> bool:
        return self.element["tiers"].get("shape") == "marginal"

    def amount(self, tier: int, pieces: list[Piece]) -> Fraction:
        """Dollars, exactly; never below nothing."""
        if tier == 0:
            return NONE
        bands = self.element["tiers"]["bands"][:tier]
        adds_up = self.is_marginal or self.element["tiers"].get("choose") == "added"
        paying = bands if adds_up else bands[-1:]
        flat = sum((number(band.get("flat", 0)) for band in paying), NONE)
        if self._is_by_line():
            pay = self._line_by_line(tier, pieces)
        else:
            pay = self._all_alike(paying, pieces)
        return max(flat + pay, NONE)

    def _is_by_line(self) -> bool:
        """Whether it matters which units were sold. Marginal tiers always go unit by unit here."""
        bands = self.element["tiers"]["bands"]
        if self.is_marginal or "pay_groups" in self.element:
            return True
        if any("at_most_per_unit" in band for band in bands):
            return True
        alike = pays_what_counts(self.element) and not any(
            number(band.get("msrp_percent", 0)) for band in bands
        )
        return self.cap is not None and not alike

    def _all_alike(self, bands: list[dict[str, Any]], pieces: list[Piece]) -> Fraction:
        paid = max(sum(piece.step for piece in pieces if piece.groups), 0)
        msrp = sum((piece.step * piece.msrp for piece in pieces if piece.groups), NONE)
        capped = paid if self.cap is None else min(paid, self.cap)
        return sum(
            (
                number(band.get("per_unit", 0)) * capped
                + number(band.get("msrp_percent", 0)) / 100 * msrp
                for band in bands
            ),
            NONE,
        )

    def _line_by_line(self, tier: int, pieces: list[Piece]) -> Fraction:
        adds_up = self.element["tiers"].get("choose") == "added"
        bands = self.element["tiers"]["bands"]
        total, number_so_far, paid_so_far = NONE, 0, 0
        for piece in pieces:
            position = None
            if piece.is_counted:
                number_so_far += piece.step
                position = number_so_far if piece.step > 0 else number_so_far + 1
            if not piece.groups:
                continue
            if self.is_marginal:
                above = [index for index, edge in enumerate(self.edges) if (position or 0) > edge]
                if position is None or not above:
                    continue
                paying = [bands[above[-1]]]
            else:
                paying = bands[:tier] if adds_up else [bands[tier - 1]]
            paid_so_far += piece.step
            place = paid_so_far if piece.step > 0 else paid_so_far + 1
            if self.cap is None or 1 <= place <= self.cap:
                total += piece.step * sum((_of_band(band, piece) for band in paying), NONE)
        return total


def _of_band(band: dict[str, Any], piece: Piece) -> Fraction:
    pay = NONE
    for group, share in piece.groups:
        made = _by_group(band, "per_unit", group) or NONE
        made += (_by_group(band, "msrp_percent", group) or NONE) / 100 * piece.msrp
        most = _by_group(band, "at_most_per_unit", group)
        pay += share * (made if most is None else min(made, most))
    return pay


def _by_group(band: dict[str, Any], name: str, group: str) -> Fraction | None:
    stated = band.get(name)
    if isinstance(stated, dict):
        stated = stated.get(group)
    return None if stated is None else number(stated)


def cap_in_units(
    element: dict[str, Any], target: int | None, objective: int | None, base: int | None
) -> int | str | None:
    """At most so many units; 'unknown' where its own base is."""
    caps = element.get("caps", {})
    if "share_of_base" not in caps:
        return caps.get("units")
    share, own = caps["share_of_base"], kind_of(element)
    of = share.get("of", own)
    found = (target or 0) if of == own else {"objective": objective, "last_year": base}[of]
    if found is None:
        return "unknown"
    exact = number(share["percent"]) / 100 * found
    return max(share.get("at_least", 0), whole(exact, share["rounding"]))


def next_tier(
    ladder: Ladder, counted: int, pieces: list[Piece], recalled: int | None
) -> tuple[int, int] | None:
    """Units to the next tier, and its worth in cents. `recalled`: open recalls that are deducted,
    of today's units at most, also where one was taken back; those units to go have none."""
    ahead = [edge for edge in ladder.edges if edge > max(counted, 0)]
    if not ahead:
        return None
    more = min(ahead) - counted
    paid = sum(piece.step for piece in pieces if piece.groups)
    msrp = sum((piece.step * piece.msrp for piece in pieces if piece.groups), NONE)
    each = Fraction(cents(msrp / paid), 100) if paid > 0 and msrp > 0 else NONE
    shares = _mix(ladder.element, pieces) if pays_what_counts(ladder.element) else ()
    then = pieces + [Piece(1, True, shares, each)] * more
    now = ladder.amount(tier_at(ladder.edges, counted), pieces) * _left(recalled, counted)
    today = None if recalled is None else min(recalled, max(counted, 0))
    after = ladder.amount(tier_at(ladder.edges, min(ahead)), then) * _left(today, min(ahead))
    return more, cents(after) - cents(now)


def _left(recalled: int | None, counted: int) -> Fraction:
    if recalled is None or counted <= 0:
        return Fraction(1)
    return 1 - Fraction(min(recalled, counted), counted)


def _mix(element: dict[str, Any], pieces: list[Piece]) -> tuple[tuple[str, Fraction], ...]:
    """The groups of the paid units so far in their shares; the first one without any."""
    so_far: dict[str, int] = {}
    for piece in pieces:
        for group, _ in piece.groups:
            so_far[group] = so_far.get(group, 0) + piece.step
    held = {group: count for group, count in so_far.items() if count > 0}
    if not held:
        groups = element.get("pay_groups")
        return ((groups[0]["group"] if groups else NO_GROUP, Fraction(1)),)
    return tuple((group, Fraction(count, sum(held.values()))) for group, count in held.items())
