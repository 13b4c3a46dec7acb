"""A program's ladder as live formulas: units, segments, gates and caps in cells, the amount from
them.

Here: one program after a scenario as a block of an xlsx sheet; changing its units, gates or cap
gives the amount anew. Not here: ladders that pay car by car (car_sheets.py), the workbook around it
(export_xlsx.py), the arithmetic that these formulas say again in a spreadsheet's words
(programs/standing.py, ladder.py).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.gates import GateResult
from programs.ladder import Ladder
from programs.scenario import ElementState, ProgramState
from programs.standing import ElementStanding, average_msrp, evaluate_element
from scenarios.car_sheets import begin_cars, write_cars
from scenarios.sheet_rows import Rows

# Doubles hold dollars to some ten places: rounding there first makes exact halves of a cent again
# of what adding them up has moved a hair.
EXACT_PLACES = 9
STATES = ("met", "not_met", "too_early", "unknown")


@dataclass(frozen=True)
class Cells:
    """Where a program's amounts stand, as formulas refer to them."""

    earned: str
    held: str


@dataclass(frozen=True)
class _Element:
    """Where the parts of one element stand that the program's sum needs."""

    amount: str
    is_held: str
    paid_msrp: str
    standing: ElementStanding


def write_program(rows: Rows, state: ProgramState) -> Cells:
    """Writes a program; where its amounts are."""
    rows.line(f"{state.program_name}, {state.period_code}", "title")
    standing = state.standing()
    by_code = {found.element_code: found for found in standing.elements}
    elements = [
        _write_element(rows, element, by_code[element.rules.element_code])
        for element in sorted(
            state.elements, key=lambda one: (one.rules.element_order, one.rules.element_code)
        )
    ]
    limit = _limit(rows, state, elements)
    rows.skip()
    rows.heads("Element", "Earned", "Held")
    first = rows.number
    for place, one in enumerate(elements):
        earned, held = _kept(elements, place, limit)
        rows.text(0, one.standing.element_code)
        rows.write(1, earned, "money", float(one.standing.amount_earned))
        rows.write(2, held, "money", float(one.standing.amount_held))
        rows.skip()
    last = rows.row
    rows.text(0, "The program pays", "strong")
    rows.write(1, f"=SUM(B{first}:B{last})", "total", float(standing.amount_earned))
    rows.write(2, f"=SUM(C{first}:C{last})", "total", float(standing.amount_held))
    found = Cells(f"$B${rows.number}", f"$C${rows.number}")
    rows.skip()
    rows.skip()
    return found


def _limit(rows: Rows, state: ProgramState, elements: Sequence[_Element]) -> str | None:
    """The program's cap; None without one."""
    cap, limits = state.cap, []
    if cap.amount is not None:
        limits.append(rows.named("The program's cap", cap.amount, "input_money"))
    if cap.msrp_share is not None:
        msrp, label = state.paid_msrp_amount, "MSRP that the program's cap is a share of"
        if len(elements) == 1:
            paid = rows.named(label, f"={elements[0].paid_msrp}", "money", float(msrp))
        else:
            note = "each paid car once; change it with the units"
            paid = rows.named(label, msrp, "input_money", note=note)
        share = rows.named("The program's cap, share of MSRP", cap.msrp_share, "input_share")
        limit = cap.limit(msrp)
        formula = f"={_rounded(f'{share}*MAX({paid},0)')}"
        limits.append(rows.named("The program's cap in dollars", formula, "money", float(limit)))
    return f"MIN({','.join(limits)})" if limits else None


def _kept(elements: Sequence[_Element], place: int, limit: str | None) -> tuple[str, str]:
    """What an element earns and holds under the program's cap: earned elements come before held
    ones, each in order."""
    earned = [f"IF({one.is_held},0,{one.amount})" for one in elements]
    held = [f"IF({one.is_held},{one.amount},0)" for one in elements]
    if limit is None:
        return f"={earned[place]}", f"={held[place]}"
    before, all_earned = "".join(f"-{one}" for one in earned[:place]), "-".join(["", *earned])
    held_before = "".join(f"-{one}" for one in held[:place])
    return (
        f"=MIN({earned[place]},MAX({limit}{before},0))",
        f"=MIN({held[place]},MAX({limit}{all_earned}{held_before},0))",
    )


# -- an element


def _write_element(rows: Rows, state: ElementState, standing: ElementStanding) -> _Element:
    rules, facts = state.rules, state.facts
    rows.skip()
    rows.line(f"Element {rules.element_code}", "part")
    if state.target_units is not None:
        rows.named("Objective, or last year's units", state.target_units, "units")
    if rules.ladder is None:
        reason = rules.no_ladder_state.replace("_", " ")
        amount = rows.named(f"Pays nothing: {reason}", Decimal(0), "money")
        msrp = rows.named("MSRP of the paid ones", facts.paid_msrp_amount, "money")
        return _Element(amount, "FALSE", msrp, standing)
    edges = _write_ladder(rows, rules.ladder)
    left, is_held = _write_gates(rows, facts.gates)
    write_pay = _by_units if rules.ladder.by_line is None else _by_car
    units, msrp, pays = write_pay(rows, state, edges)
    return _Element(_taken_off(rows, state, left, units, pays), is_held, msrp, standing)


def _write_ladder(rows: Rows, ladder: Ladder) -> dict[str, str]:
    """The segments; the ranges of their columns by name."""
    rows.heads("From units", "Tier", "Edge %", "Fixed", "Each paid unit", "Paid beyond unit",
               "Share of MSRP")  # fmt: skip
    styles = ("units", "units", "number", "input_money", "input_money", "units", "input_share")
    segments = (
        (one.from_units, one.tier_number, one.edge_pct, one.fixed_amount, one.amount_per_unit,
         one.paid_offset_units, one.msrp_share)
        for one in ladder.segments
    )  # fmt: skip
    return rows.table(
        ("from", "tier", "edge", "fixed", "each", "offset", "share"),
        [tuple(zip(values, styles, strict=True)) for values in segments],
    )


def _write_gates(rows: Rows, gates: Sequence[GateResult]) -> tuple[str, str]:
    """What the gates leave, and whether one holds the amount, as formulas."""
    if not gates:
        return "1", "FALSE"
    rows.heads("Gate", "State", "If not met, left", "Left", "Holds")
    first = rows.number
    for gate in gates:
        here, is_waived = rows.number, gate.effect == "waive"
        left = gate.reduce_to_share if gate.effect == "reduce" else Decimal(int(is_waived))
        holds = "FALSE" if is_waived else f'OR($B{here}="unknown",$B{here}="too_early")'
        rows.text(0, gate.gate_code)
        rows.text(1, gate.state.code, "input")
        rows.sheet.data_validation(
            rows.row, 1, rows.row, 1, {"validate": "list", "source": list(STATES)}
        )
        rows.write(2, left, "share")
        formula = f'=IF($B{here}="not_met",$C{here},1)'
        rows.write(3, formula, "share", float(gate.kept_share))
        rows.write(4, f"=IF({holds},1,0)", "units", int(gate.is_holding))
        rows.skip()
    return f"MIN($D${first}:$D${rows.row})", f"MAX($E${first}:$E${rows.row})=1"


def _by_units(
    rows: Rows, state: ElementState, edges: Mapping[str, str]
) -> tuple[str, str, str]:
    """Units, MSRP and pay of a ladder that goes by how many were sold."""
    facts, is_alike = state.facts, state.rules.counts_equal_pays
    units = rows.named("Units counted", facts.counted_units, "input_units", note="change me")
    extra = facts.paid_units - facts.counted_units
    if is_alike:
        formula = f"={units}" + (f"{extra:+d}" if extra else "")
        paid = rows.named("Units paid", formula, "units", facts.paid_units)
    else:
        note = "not every counted unit is paid: change both"
        paid = rows.named("Units paid", facts.paid_units, "input_units", note=note)
    average = rows.named("Average MSRP of the paid ones", average_msrp(facts), "input_money")
    msrp = rows.named(
        "MSRP of the paid ones",
        f"={facts.paid_msrp_amount}+({paid}-{facts.paid_units})*{average}",
        "money", float(facts.paid_msrp_amount),
    )  # fmt: skip
    row, _ = _place(rows, state, edges, units)
    pays = (
        f"INDEX({edges['fixed']},{row})"
        f"+INDEX({edges['each']},{row})*MAX({paid}-INDEX({edges['offset']},{row}),0)"
        f"+INDEX({edges['share']},{row})*{msrp}"
    )
    return units, msrp, f"MAX({pays},0)"


def _by_car(rows: Rows, state: ElementState, edges: Mapping[str, str]) -> tuple[str, str, str]:
    """Units, MSRP and pay of a ladder that pays car by car, in order."""
    ladder, facts = state.rules.ladder.by_line, state.facts
    listed = begin_cars(rows, ladder, state)
    counted = f"=SUM({listed.counted})"
    units = rows.named("Units counted", counted, "units", facts.counted_units)
    _, tier = _place(rows, state, edges, units)
    msrp = rows.named(
        "MSRP of the paid ones", f"=SUM({listed.msrp})", "money", float(facts.paid_msrp_amount)
    )
    return units, msrp, write_cars(rows, ladder, state, listed, tier)


def _place(
    rows: Rows, state: ElementState, edges: Mapping[str, str], units: str
) -> tuple[str, str]:
    """The row of the ladder that the units stand in, and its tier."""
    ladder, counted = state.rules.ladder, state.facts.counted_units
    row = rows.named(
        "Row of the ladder", f"=MATCH(MAX({units},0),{edges['from']},1)", "units",
        bisect_right(ladder.edges, max(counted, 0)),
    )  # fmt: skip
    tier = ladder.segment_at(counted).tier_number
    return row, rows.named("Tier", f"=INDEX({edges['tier']},{row})", "strong_units", tier)


def _taken_off(rows: Rows, state: ElementState, left: str, units: str, pays: str) -> str:
    """From what the ladder pays to the amount: gates, recalls, the element's cap."""
    rules, facts = state.rules, state.facts
    alone = evaluate_element(rules, facts)
    so_far = alone.amount_before_gates
    value = rows.named("The ladder pays", f"={pays}", "money", float(so_far))
    if facts.gates:
        so_far -= alone.amount_forfeited
        value = rows.named("after gates", f"={value}*{left}", "money", float(so_far))
    if rules.has_open_recall_deduction:
        recalls = rows.named("Units with an open recall", facts.open_recall_units, "input_units")
        so_far -= alone.amount_deducted
        kept = f"{value}*({units}-MIN({recalls},{units}))/{units}"
        value = rows.named(
            "after the share with an open recall", f"=IF({units}>0,{kept},{value})", "money",
            float(so_far),
        )  # fmt: skip
    if rules.cap_amount is not None:
        cap = rows.named("At most", rules.cap_amount, "input_money")
        so_far -= alone.amount_capped
        value = rows.named("under the cap", f"=MIN({value},{cap})", "money", float(so_far))
    formula = f"={_rounded(value)}"
    return rows.named("Amount, to the cent", formula, "strong_money", float(so_far))


def _rounded(value: str) -> str:
    return f"ROUND(ROUND({value},{EXACT_PLACES}),2)"
