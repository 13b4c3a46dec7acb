"""One program at one rooftop in one period, alone: from its units to what is earned and held.

Belongs here: targets, the order of steps, the program's cap. Several periods are in settle.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from . import gates, pay, units
from .facts import Period, Store, cents, listed, number, whole


@dataclass(frozen=True)
class Element:
    """What one element comes to, in cents. `tier` None: no ladder to stand on. The five parts add
    up to `before`. `edges`: the first unit of each tier; none where units don't decide."""

    counted: int
    paid: int
    msrp: Fraction
    target: int | None
    is_waived: bool
    tier: int | None
    before: int
    forfeited: int
    deducted: int
    capped: int
    held: int
    earned: int
    gate: gates.Outcome
    recall_share: Fraction
    deducts: bool
    next_tier: tuple[int, int] | None
    edges: tuple[int, ...]

    @property
    def own_tier(self) -> int:
        return self.tier or 0


@dataclass(frozen=True)
class Alone:
    """A program in one period. `award`: the state of its own gates together."""

    rules: dict[str, Any]
    period: Period
    elements: dict[str, Element]
    paid_msrp: Fraction
    award: str | None

    @property
    def earned(self) -> int:
        return sum(element.earned for element in self.elements.values())

    @property
    def held(self) -> int:
        return sum(element.held for element in self.elements.values())


def alone(
    rules: dict[str, Any],
    store: Store,
    period: Period,
    today: date,
    *,
    earlier: Sequence[tuple[Period, dict[str, Any]]],
    last_year: Period | None,
    forced: Mapping[str, int] | None = None,
) -> Alone:
    """`earlier` are the program's periods before this one with their rules. `forced`: elements that
    stand at a tier whatever was sold."""
    lines = units.lines_of(rules, store, period, earlier)
    seen = {
        element["element"]: list(units.units_of(rules, element, lines))
        for element in rules["elements"]
    }
    targets = {
        element["element"]: _targets(rules, element, store, period, last_year)
        for element in rules["elements"]
    }
    own_lines = {id(unit.line): unit.line for found in seen.values() for unit in found}
    sight = gates.Sight(
        store,
        period,
        today,
        {
            element["element"]: (
                _count(seen[element["element"]]),
                _target(element, *targets[element["element"]]),
                _waived_tier(element, period) is not None,
            )
            for element in rules["elements"]
        },
        list(own_lines.values()),
    )
    found = {}
    for element in rules["elements"]:
        code = element["element"]
        found[code] = _element(rules, element, sight, seen[code], *targets[code], forced or {})
    paid_lines = {
        id(unit.line): unit.line for some in seen.values() for unit in some if unit.is_paid
    }
    msrp = sum((line.step * line.sale.msrp for line in paid_lines.values()), Fraction(0))
    own = rules.get("gates", [])
    award = gates.outcome(own, sight, partial(is_named, period.code)).states
    return Alone(
        rules,
        period,
        _under_cap(rules.get("caps", {}), found, msrp),
        msrp,
        min(award, key=gates.ORDER.index, default=None),
    )


def _count(found: list[units.Unit]) -> int:
    return sum(unit.line.step for unit in found if unit.is_counted)


def _targets(
    rules: dict[str, Any],
    element: dict[str, Any],
    store: Store,
    period: Period,
    last_year: Period | None,
) -> tuple[int | None, int | None]:
    key = (rules["program"], element["element"], period.code)
    base = store.told_bases.get(key)
    if base is None and last_year is not None:
        base = units.base_units(rules, element, store, last_year)
    return store.objectives.get(key), base


def _target(element: dict[str, Any], objective: int | None, base: int | None) -> int | None:
    return {"objective": objective, "last_year": base}.get(units.kind_of(element))


def _waived_tier(element: dict[str, Any], period: Period) -> int | None:
    against = element["against"]
    waived = against.get("waived") if isinstance(against, dict) else None
    if waived is None or not is_named(period.code, waived["periods"]):
        return None
    return waived.get("tier", 1)


def is_named(code: str, spans: Any) -> bool:
    """Whether a period lies in one of some named spans; Q4, H2, M11 are every year's."""
    months = months_of(code)
    return any(months and months <= months_of(span, code[:4]) for span in listed(spans))


def months_of(code: str, of_year: str = "") -> set[str]:
    """The months of 2025-08, 2025-07_2025-08, 2025-Q3, 2025-H2, 2025 or, of a given year, Q3; none
    of free dates."""
    first, _, last = code.partition("_")
    if len(first) == len("2025-08-01"):
        return set()
    if last:
        return months_of(first) | months_of(last)
    year, _, part = (first if first[0].isdigit() else f"{of_year}-{first}").partition("-")
    if not part:
        return {f"{year}-{month:02d}" for month in range(1, 13)}
    size = {"Q": 3, "H": 6, "M": 1}.get(part[0])
    if size is None:
        return {f"{year}-{part}"}
    end = size * int(part[1:])
    return {f"{year}-{month:02d}" for month in range(end - size + 1, end + 1)}


def _element(
    rules: dict[str, Any],
    element: dict[str, Any],
    sight: gates.Sight,
    seen: list[units.Unit],
    objective: int | None,
    base: int | None,
    forced: Mapping[str, int],
) -> Element:
    counted, target = _count(seen), _target(element, objective, base)
    pieces = pay.pieces_of(seen)
    tier, ladder = _standing(element, sight, counted, target, objective, base, forced)
    is_moved = ladder is not None and ladder.is_moved
    deducts = bool(element.get("deductions"))
    recalled = sum(
        unit.line.sale.has_open_recall and unit.line.step > 0 for unit in seen if unit.is_counted
    )
    share = Fraction(min(recalled, counted), counted) if counted > 0 else Fraction(0)
    own_gates = [*element.get("gates", []), *rules.get("gates", [])]
    gate = gates.outcome(own_gates, sight, partial(is_named, sight.period.code))
    exact = Fraction(0) if ladder is None else ladder.amount(tier or 0, pieces)
    before = cents(exact)
    kept = cents(exact * gate.kept)
    after = cents(exact * gate.kept * (1 - share)) if deducts else kept
    most = element.get("caps", {}).get("amount")
    left = after if most is None else min(after, cents(number(most)))
    return Element(
        counted=counted,
        paid=sum(piece.step for piece in pieces if piece.groups),
        msrp=sum((piece.step * piece.msrp for piece in pieces if piece.groups), Fraction(0)),
        target=target,
        is_waived=_waived_tier(element, sight.period) is not None,
        tier=tier,
        before=before,
        forfeited=before - kept,
        deducted=kept - after,
        capped=after - left,
        held=left if gate.is_held else 0,
        earned=0 if gate.is_held else left,
        gate=gate,
        recall_share=share,
        deducts=deducts,
        next_tier=pay.next_tier(ladder, counted, pieces, recalled if deducts else None)
        if is_moved
        else None,
        edges=tuple(ladder.edges) if is_moved else (),
    )


def _standing(
    element: dict[str, Any],
    sight: gates.Sight,
    counted: int,
    target: int | None,
    objective: int | None,
    base: int | None,
    forced: Mapping[str, int],
) -> tuple[int | None, pay.Ladder | None]:
    """The tier and the ladder it stands on."""
    cap = pay.cap_in_units(element, target, objective, base)
    if cap == "unknown":
        return None, None
    assert cap is None or isinstance(cap, int)
    still = [0] * len(element["tiers"]["bands"])
    tier = forced.get(element["element"])
    if tier is None:
        tier = _waived_tier(element, sight.period)
    if tier is None and units.kind_of(element) == "score":
        tier = _score_tier(element, sight)
        if tier is None:
            return None, None
    if tier is not None:
        return tier, pay.Ladder(element, still, cap, is_moved=False)
    edges = pay.edges_of(element, target)
    if edges is None:
        return None, None
    return pay.tier_at(edges, counted), pay.Ladder(element, edges, cap, is_moved=True)


def _score_tier(element: dict[str, Any], sight: gates.Sight) -> int | None:
    against = element["against"]
    source = against.get("source", "figure")
    found = gates.reading_of(sight.store, sight.period, sight.today, against["metric"], source)
    if found is None:
        return None
    wanted = against.get("minimum_sample", 1 if source == "survey_average" else 0)
    if wanted and found.sample is None:
        return None
    if wanted and found.sample < wanted:
        return None if sight.is_running else 0
    score, rounded = found.score, against["rounded"]
    if rounded != "exact":
        places = 10 ** rounded["places"]
        score = Fraction(whole(score * places, rounded["rounding"]), places)
    return sum(number(band["from"]) <= score for band in element["tiers"]["bands"])


def _under_cap(
    caps: dict[str, Any], found: dict[str, Element], msrp: Fraction
) -> dict[str, Element]:
    """The program's cap keeps earned elements before held ones, each in order."""
    limits = []
    if "amount" in caps:
        limits.append(cents(number(caps["amount"])))
    if "msrp_percent" in caps:
        limits.append(cents(number(caps["msrp_percent"]) / 100 * max(msrp, Fraction(0))))
    if not limits:
        return found
    left, kept = min(limits), {}
    for part in ("earned", "held"):
        for code, element in found.items():
            kept[code, part] = min(getattr(element, part), left)
            left -= kept[code, part]
    return {
        code: replace(
            element,
            earned=kept[code, "earned"],
            held=kept[code, "held"],
            capped=element.capped
            + element.earned
            + element.held
            - kept[code, "earned"]
            - kept[code, "held"],
        )
        for code, element in found.items()
    }
