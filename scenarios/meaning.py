"""What levers mean at a rooftop: words to changes, or why they mean nothing there.

Not here: which cars are meant (cars.py), the grammar (words.py), what a change does
(programs/changes.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from programs.changes import (
    Change,
    ClosingDays,
    GateSet,
    ItemsDone,
    ObjectiveSet,
    RecallsClosed,
    Reported,
    RulesSet,
    Score,
    SoldCars,
    Surveys,
    Unwound,
)
from programs.gates import GateState
from programs.program_states import gates_of, scored_metrics
from programs.rulebook import Rulebook, read_rulebook
from scenarios.cars import is_like, sold_cars
from scenarios.rooftops import Rooftop
from scenarios.words import MOST_UNITS, Lever, amount, dates, fault, whole

SUNDAY = 6


@dataclass(frozen=True)
class Bulletins:
    """Where other rules come from: the published rulebooks, and drafts by their file's name."""

    books: Mapping[str, Rulebook]
    drafts: Mapping[str, str] = field(default_factory=dict)


def changes_of(
    rooftop: Rooftop, levers: Sequence[Lever], bulletins: Bulletins
) -> tuple[Change, ...]:
    """What levers change at a rooftop: those of it, and those of every rooftop. Raises LeverError
    for one that means nothing there."""
    return tuple(
        _CHANGES[found.kind](rooftop, found, bulletins)
        for found in levers
        if found.rooftop_id in (None, rooftop.rooftop_id)
    )


def _unwound(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> Unwound:
    cars = rooftop.open_cars
    if (said := found.get("vin")) is not None:
        vins = [vin.strip().upper() for vin in said.split("/")]
        unknown = [vin for vin in vins if vin not in cars]
        if unknown:
            raise fault(found, f"{unknown[0]} neither counts nor is pending in an open period")
        label = "car" if len(vins) > 1 else str(cars[vins[0]].unit.model or "car")
        return Unwound(frozenset(vins), label)
    units = whole(found, "units", found.get("units") or "1", 1, MOST_UNITS)
    # The newest first: an unwind is nearly always of a recent sale.
    newest = cars.values()
    if found.traits:
        newest = (car for car in newest if is_like(car.unit, found.traits))
    alike = list(islice(newest, units))
    if len(alike) < units:
        raise fault(found, f"only {len(alike)} of them count or are pending in open periods")
    label = str(alike[0].unit.model) if "model" in found.traits else "car"
    return Unwound(frozenset(car.vin for car in alike), label)


def _reported(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> Reported:
    pending = rooftop.pending_vins
    if not pending:
        raise fault(found, f"nothing is pending at '{rooftop.rooftop_id}'")
    (on,) = dates(found, "by", str(found.get("by")).partition("/")[0])
    if (said := found.get("vin")) is None:
        return Reported(on, None, len(pending))
    vins = frozenset(vin.strip().upper() for vin in said.split("/"))
    if not vins <= pending:
        raise fault(found, f"{min(vins - pending)} is not pending")
    return Reported(on, vins, len(vins))


def _recalls(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> RecallsClosed:
    vins, said = rooftop.recalled_vins, str(found.get("close"))
    if said == "all":
        return RecallsClosed(frozenset(vins))
    return RecallsClosed(frozenset(vins[: whole(found, "close", said, 0, len(vins))]))


# -- scores, items, gates


def _set(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> Change:
    ((metric, value),) = [pair for pair in found.pairs if pair[0] != "sample"]
    scores, items = known_metrics(rooftop)
    if metric in items and value == "done":
        return ItemsDone(metric)
    if metric not in scores:
        if metric in items:
            raise fault(found, f"{metric} takes done")
        listed = ", ".join(sorted({*scores, *items})) or "none, no open program has a gate"
        raise fault(found, f"no gate goes by '{metric}'; known: {listed}")
    sample = found.get("sample")
    count = None if sample is None else whole(found, "sample", sample, 0, 100_000)
    return Score(metric, amount(found, metric, value), count)


def known_metrics(rooftop: Rooftop) -> tuple[frozenset[str], frozenset[str]]:
    """The metrics that gates and tiers of the open programs go by, and the kinds of items."""
    programs = [program.facts for program in rooftop.facts.programs]
    return (
        frozenset(metric for facts in programs for metric in scored_metrics(facts.rules)),
        frozenset(item for facts in programs for item in facts.inputs.items),
    )


def _survey(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> Surveys:
    metric = str(found.get("metric"))
    known = {one for sums in rooftop.survey_sums.values() for one in sums}
    if metric not in known:
        listed = ", ".join(sorted(known)) or "none, no open program goes by surveys"
        raise fault(found, f"no gate goes by surveys of '{metric}'; known: {listed}")
    return Surveys(
        metric,
        amount(found, "score", str(found.get("score"))),
        whole(found, "count", found.get("count") or "1", 1, 1_000),
        {key: sums[metric] for key, sums in rooftop.survey_sums.items() if metric in sums},
    )


def gate_codes(rooftop: Rooftop) -> tuple[str, ...]:
    """The gates of the open programs."""
    codes = {
        gate.gate
        for program in rooftop.facts.programs
        for gate in gates_of(program.facts.rules)
    }
    return tuple(sorted(codes))


def _gate(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> GateSet:
    ((code, state),) = found.pairs
    known = gate_codes(rooftop)
    if code not in known:
        raise fault(found, f"there is no gate '{code}'; there are {', '.join(known) or 'none'}")
    if state not in ("met", "not_met"):
        raise fault(found, f"{code} is met or not_met")
    return GateSet(code, GateState[state.upper()])


# -- rules and days


def _program(rooftop: Rooftop, found: Lever) -> str:
    code = str(found.get("program"))
    known = [program.facts.program_code for program in rooftop.facts.programs]
    if code not in known:
        raise fault(found, f"no open program '{code}'; open: {', '.join(known)}")
    return code


def _objective(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> ObjectiveSet:
    code = _program(rooftop, found)
    units = whole(found, "units", str(found.get("units")), 0, 100_000)
    (facts,) = [one.facts for one in rooftop.facts.programs if one.facts.program_code == code][:1]
    having = [
        element.element
        for element in facts.rules.elements
        if element.against.target == "objective"
    ]
    element = found.get("element")
    if not having or (element is not None and element not in having):
        raise fault(found, f"{code} has an objective for {', '.join(having) or 'no element'}")
    return ObjectiveSet(code, units, element)


def _bulletin(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> RulesSet:
    code = _program(rooftop, found)
    name, number = found.get("file"), found.get("version")
    if (name is None) == (number is None):
        raise fault(found, "say version=N of the published rulebook, or file=NAME")
    if name is not None:
        text = bulletins.drafts.get(name)
        if text is None:
            raise fault(found, f"the rulebook {name} isn't there")
        book, label = _draft(text, name), f"the bulletin in {name}"
        if book.program_code != code:
            raise fault(found, f"{name} is of {book.program_code}")
        return RulesSet(code, book.latest, label)
    book = bulletins.books[code]
    wanted = whole(found, "version", str(number), 1, len(book.versions))
    return RulesSet(code, book.versions[wanted - 1].rules, f"version {wanted} of the rules")


@lru_cache(maxsize=16)
def _draft(text: str, name: str) -> Rulebook:
    """A draft is read once, not at every rooftop."""
    return read_rulebook(text, name)


def _closing(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> ClosingDays:
    days = {
        name: dates(found, name, said) if (said := found.get(name)) else ()
        for name in ("closed", "open")
    }
    if not any(days.values()):
        raise fault(found, "say closed=2025-08-20 or open=2025-08-24")
    for day in (*days["closed"], *days["open"]):
        if day < rooftop.facts.as_of_date:
            raise fault(found, f"{day} is past")
    if not rooftop.is_open_sundays:
        shut = [day for day in days["closed"] if day.weekday() == SUNDAY]
        if shut:
            raise fault(found, f"{shut[0]} is a Sunday, when '{rooftop.rooftop_id}' is closed")
    return ClosingDays(days["closed"], days["open"])


def _added(rooftop: Rooftop, found: Lever, bulletins: Bulletins) -> SoldCars:
    return sold_cars(rooftop, found)


_CHANGES: Mapping[str, Callable[[Rooftop, Lever, Bulletins], Change]] = {
    "add": _added,
    "set": _set,
    "survey": _survey,
    "gate": _gate,
    "report": _reported,
    "unwind": _unwound,
    "recalls": _recalls,
    "objective": _objective,
    "bulletin": _bulletin,
    "days": _closing,
}
