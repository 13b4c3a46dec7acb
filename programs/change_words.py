"""A change in one program as a sentence: what was changed, units, edge, tier, amounts.

`5 Frontiers take Nissan One from 54 to 59 of 50 × 110 % = 55: tier 3 on every unit, $32,400 to
$70,800`. Chances and expected amounts are added by outcomes.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.changes import plural
from programs.ladder import Segment
from programs.money import money_text
from programs.scenario import ElementState, ProgramState
from programs.standing import ElementStanding, ProgramStanding


@dataclass(frozen=True)
class Explained:
    """The sentence without its end, and the tier that it names."""

    text: str
    tier_number: int | None


def units_said(units: int, label: str) -> str:
    """`5 Frontiers`, `1 Frontier`, `2 Frontiers fewer`."""
    name = label if abs(units) == 1 else plural(label)
    return f"{units} {name}" if units >= 0 else f"{-units} {name} fewer"


def explain(
    before: ProgramState,
    after: ProgramState,
    one: ProgramStanding,
    two: ProgramStanding,
    subjects: Sequence[tuple[str, bool]],
    *,
    is_ahead: bool = False,
) -> Explained:
    """What some changes make of one program. `is_ahead`: they move what is still to come."""
    said = [text for text, _ in subjects] or ["Nothing changed"]
    subject = ", ".join(said[:-1]) + " and " + said[-1] if len(said) > 1 else said[0]
    subject = subject[0].upper() + subject[1:]
    is_one = len(subjects) == 1 and subjects[0][1]
    if before == after:
        if not subjects:
            return Explained(f"Nothing is changed in {after.program_name}", None)
        verb, nothing = ("leaves" if is_one else "leave"), "as it stands today"
        if not is_ahead:
            verb, nothing = ("changes" if is_one else "change") + " nothing in", ""
        return Explained(f"{subject} {verb} {after.program_name} {nothing}".strip(), None)
    parts, tier = _parts(before, after, one, two)
    verb = "takes" if is_one else "take"
    found = "; ".join(parts)
    joint = ", " if tier else "; "
    text = f"{subject} {verb} {after.program_name} {found}{joint}{_amounts(one, two)}"
    if not parts and _paid(one) == _paid(two):
        verb = "leaves" if is_one else "leave"
        text = f"{subject} {verb} {after.program_name} as it stands today, {_amounts(one, two)}"
    elif not parts:
        verb = "moves" if is_one else "move"
        text = f"{subject} {verb} {after.program_name}: {_amounts(one, two)}"
    return Explained(text, tier)


def _parts(
    before: ProgramState, after: ProgramState, one: ProgramStanding, two: ProgramStanding
) -> tuple[list[str], int | None]:
    parts, tier = [], None
    was = {state.rules.element_code: state for state in before.elements}
    earlier = {element.element_code: element for element in one.elements}
    later = {element.element_code: element for element in two.elements}
    moving = [
        (state, earlier[code], later[code])
        for state in after.elements
        if (code := state.rules.element_code) in earlier
        and _is_moved(was[code], state, earlier[code], later[code])
    ]
    for state, start, end in moving:
        name = f"{state.rules.element_code}: " if len(moving) > 1 else ""
        parts.append(name + _element_part(was[state.rules.element_code], state, start, end))
        if end.tier_number != start.tier_number:
            tier = end.tier_number
    turned = _turned_gates(before, after)
    if turned:
        parts.append(f"{'with' if parts else 'to'} {', '.join(turned)}")
    return parts, tier


def _is_moved(
    was: ElementState, state: ElementState, start: ElementStanding, end: ElementStanding
) -> bool:
    same = (start.counted_units, start.tier_number) == (end.counted_units, end.tier_number)
    return not same or was.target_units != state.target_units


def _element_part(
    was: ElementState, state: ElementState, start: ElementStanding, end: ElementStanding
) -> str:
    """How one element's count, edge and tier moved."""
    units = f"from {start.counted_units} to {end.counted_units}"
    if start.counted_units == end.counted_units:
        units = f"at {end.counted_units} units"
    if was.target_units != state.target_units:
        units += f", of {_known(was.target_units)} before and {_known(state.target_units)} now"
    ladder = state.rules.ladder
    if ladder is None:
        return f"{units} units, with no objective to measure them against"
    segment = ladder.segment_at(end.counted_units)
    if end.tier_number > start.tier_number:
        scope = "the units above" if segment.paid_offset_units else "every unit"
        flat = segment.amount_per_unit == 0 and segment.msrp_share == 0
        pays = "" if flat else f" on {scope}"
        return f"{units} of {_edge(state, segment)}: tier {end.tier_number}{pays}"
    if end.tier_number < start.tier_number:
        place = f"tier {end.tier_number}" if end.tier_number else "below the first tier"
        return f"{units}, back to {place}"
    if end.units_to_next_tier is None:
        return f"{units}, in the top tier as before"
    short = f"{end.units_to_next_tier} short of {end.next_tier_units} for tier"
    return f"{units}, {short} {end.next_tier_number}"


def _known(units: int | None) -> str:
    return "no objective" if units is None else str(units)


def _edge(state: ElementState, segment: Segment) -> str:
    """The edge of a segment's tier as the rule makes it: `47 × 110 % = 51.7, so 52`."""
    ladder = state.rules.ladder
    edges = dict(ladder.tier_edges()) if ladder else {}
    units = edges.get(segment.tier_number, segment.from_units)
    if segment.edge_pct is None or segment.edge_exact is None or state.target_units is None:
        return f"the {units} it takes"
    text = f"{state.target_units} × {_plain(segment.edge_pct)} % = {_plain(segment.edge_exact)}"
    return text if segment.edge_exact == units else f"{text}, so {units}"


def _turned_gates(before: ProgramState, after: ProgramState) -> list[str]:
    was = {
        (element.rules.element_code, gate.gate_code): gate.state
        for element in before.elements
        for gate in element.facts.gates
    }
    turned = {
        f"{gate.gate_code} {_said(state)} (was {_said(old)})"
        for element in after.elements
        for gate in element.facts.gates
        if (old := was.get((element.rules.element_code, gate.gate_code))) is not None
        and (state := gate.state) is not old
    }
    return sorted(turned)


def _said(state: object) -> str:
    return str(getattr(state, "code", state)).replace("_", " ")


def _paid(standing: ProgramStanding) -> tuple[Decimal, Decimal]:
    return standing.amount_earned, standing.amount_held


def _amounts(before: ProgramStanding, after: ProgramStanding) -> str:
    if before.amount_held or after.amount_held:
        return (
            f"earned {_from_to(before.amount_earned, after.amount_earned)}, "
            f"held {_from_to(before.amount_held, after.amount_held)} until its gates are decided"
        )
    return _from_to(before.amount_earned, after.amount_earned)


def _from_to(before: Decimal, after: Decimal) -> str:
    if before == after:
        return f"{money_text(before)} as before"
    return f"{money_text(before)} to {money_text(after)}"


def _plain(number: Decimal) -> str:
    """A decimal without trailing zeros: 110, 51.7."""
    return f"{number.normalize():f}"
