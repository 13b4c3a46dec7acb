"""The words of an explanation: one line a fact, in the order that leads from one to the next.

Here: wording and exact figures from stored rows, for the command line and the app alike.
Not here: the rows' shapes (explanation.py); markup, tables and files (whoever shows them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from programs.explanation import ExplainedElement, ExplainedGate, Row

UNKNOWN = "–"
CENT = Decimal("0.01")
STATES = {
    "met": "met",
    "not_met": "not met",
    "too_early": "too early to say",
    "unknown": "unknown",
    "none": "no gate",
}
EFFECTS = {
    "forfeit": "it forfeits the amount",
    "reduce": "it leaves {share} of the amount",
    "waive": "it costs nothing",
}


@dataclass(frozen=True)
class Line:
    """One fact: what it is, what is to be said of it, its figure, and the evidence it rests on."""

    part: str  # units, tier, amount, gate, condition, loss, adjustment, earned
    element_code: str | None
    label: str
    text: str
    figure: str
    state: str = ""  # of a gate or a condition; of a tier, whether it is stood on
    source_file: str | None = None
    source_row: int | None = None


def money(amount: Decimal | None) -> str:
    """Dollars exactly: whole dollars bare, otherwise both digits of the cents."""
    if amount is None:
        return UNKNOWN
    cents = amount.quantize(CENT, rounding=ROUND_HALF_UP)
    sign = "−" if cents < 0 else ""
    return f"{sign}${abs(cents):,.2f}".removesuffix(".00")


def units(count: int | None) -> str:
    return UNKNOWN if count is None else f"{count:,}"


def plain(value: Decimal | None) -> str:
    """A figure without idle zeros."""
    if value is None:
        return UNKNOWN
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal | None) -> str:
    """A value that is in percent already, to two places, without idle zeros."""
    return UNKNOWN if share is None else f"{plain(Decimal(f'{share:.2f}'))} %"


def words(code: str | None) -> str:
    return UNKNOWN if not code else code.replace("_", " ")


def full_day(value: date | None) -> str:
    return UNKNOWN if value is None else f"{value:%b} {value.day}, {value.year}"


def element_lines(element: ExplainedElement, gates: Sequence[ExplainedGate]) -> tuple[Line, ...]:
    """The reckoning of one element under its program's gates, from its units to what is earned."""
    earned = Line("earned", element.code, "Earned", "", money(element.standing["amount_earned"]))
    return (
        *_unit_lines(element),
        *_tier_lines(element),
        *_gate_lines(element, gates),
        *_loss_lines(element),
        earned,
    )


def _unit_lines(element: ExplainedElement) -> Iterator[Line]:
    standing, code = element.standing, element.code
    if not element.rules["is_volume"]:
        return
    for label, text, name in (
        ("Reported", "RDR accepted by the OEM", "reported_units"),
        (
            "Pending",
            "delivered in the DMS, no RDR accepted yet; not in the amount",
            "pending_units",
        ),
        ("Official", "the OEM's own count", "official_units"),
    ):
        yield Line("units", code, label, text, units(standing[name]))
    if standing["paid_units"] not in (None, standing["reported_units"]):
        text = "the units that the bulletin pays on"
        yield Line("units", code, "Paid units", text, units(standing["paid_units"]))
    if standing["objective_units"] is not None:
        share = standing["attainment_pct"]
        reached = f"{percent(share)} of it" if share else ""
        yield Line("units", code, "Objective", reached, units(standing["objective_units"]))
    if standing["base_units"] is not None:
        text = "the same period a year earlier"
        yield Line("units", code, "Base", text, units(standing["base_units"]))
    if standing["standing_state"] != "ok":
        text = "so there is no ladder and nothing can be earned yet"
        yield Line("units", code, words(standing["standing_state"]).capitalize(), text, "")


def _tier_lines(element: ExplainedElement) -> Iterator[Line]:
    standing, code = element.standing, element.code
    for tier in element.tiers:
        text = f"{edge_text(tier, standing['objective_units'])}, pays {rate_text(tier)}"
        number = tier["tier_number"]
        state = "current" if number == standing["tier_number"] else ""
        yield Line("tier", code, f"Tier {number}", text, _start_text(tier), state)
        for further in element.ladder:
            if further["tier_number"] == number and further is not tier:
                yield Line(
                    "tier", code, "  then", f"pays {rate_text(further)}", _start_text(further)
                )
    if element.ladder:
        number = standing["tier_number"]
        basis = f"tier {number}" if number else "below the first tier"
        formula = formula_text(element)
        text = f"{basis}: {formula}" if formula else basis
        yield Line("amount", code, "Before gates", text, money(standing["amount_before_gates"]))


def _start_text(segment: Row) -> str:
    return f"from {segment['from_units']:,}" if segment["from_units"] else ""


def edge_text(tier: Row, objective: int | None) -> str:
    """Where a tier begins: the share of the objective, exactly, and what it was rounded to."""
    start = tier["from_units"]
    if not start:
        return "at any volume"
    if tier["edge_pct"] is None or objective is None:
        return f"{start:,} units"
    text = f"{percent(tier['edge_pct'])} of {objective:,}"
    way = edge_rounding(tier)
    if way in (None, "exact"):
        return f"{text} is {start:,}"
    return f"{text} is {plain(tier['edge_exact'])}, so {start:,} (rounded {way})"


def edge_rounding(tier: Row) -> str | None:
    """How the exact edge became whole units: exact, up or down; None where none is stored."""
    exact, start = tier["edge_exact"], tier["from_units"]
    if exact is None:
        return None
    if exact == start:
        return "exact"
    return "up" if exact < start else "down"


def rate_text(segment: Row) -> str:
    """What a segment pays: `$600 a unit`, `$5,000 flat`, `1 % of MSRP`, or several."""
    parts = []
    if segment["amount_per_unit"]:
        offset = segment["paid_offset_units"]
        above = f" above {offset}" if offset else ""
        parts.append(f"{money(segment['amount_per_unit'])} a unit{above}")
    if segment["fixed_amount"]:
        parts.append(f"{money(segment['fixed_amount'])} flat")
    if segment["msrp_share"]:
        parts.append(f"{percent(segment['msrp_share'] * 100)} of MSRP")
    return " + ".join(parts) or "nothing"


def formula_text(element: ExplainedElement) -> str:
    """How the segment stood on makes the amount before gates.

    Empty where that isn't the whole of it (units that are paid each by its own rate): a formula
    that doesn't give the stored amount isn't shown.
    """
    segment, standing = element.stood_on, element.standing
    if segment is None or not segment["tier_number"]:
        return ""
    paid, msrp = standing["paid_units"] or 0, standing["paid_msrp_amount"] or Decimal(0)
    offset = segment["paid_offset_units"] or 0
    payable = max(paid - offset, 0)
    amount = (
        segment["fixed_amount"]
        + segment["amount_per_unit"] * payable
        + segment["msrp_share"] * msrp
    )
    if amount.quantize(CENT, rounding=ROUND_HALF_UP) != standing["amount_before_gates"]:
        return ""
    parts = []
    if segment["fixed_amount"]:
        parts.append(f"{money(segment['fixed_amount'])} flat")
    if segment["amount_per_unit"]:
        above = f" ({paid:,} less {offset:,})" if offset else ""
        parts.append(f"{payable:,} paid units{above} × {money(segment['amount_per_unit'])}")
    if segment["msrp_share"]:
        parts.append(f"{percent(segment['msrp_share'] * 100)} of {money(msrp)} MSRP")
    return " + ".join(parts)


def _gate_lines(element: ExplainedElement, gates: Sequence[ExplainedGate]) -> Iterator[Line]:
    for gate in gates:
        if gate.element_code not in (None, element.code):
            continue
        first, alone = gate.leaves[0], len(gate.leaves) == 1
        text = _evidence(first) if alone else _shape(gate)
        if gate.state == "not_met" and gate.effect in EFFECTS:
            text = f"{text}; {effect_text(gate)}" if text else effect_text(gate)
        yield Line(
            "gate",
            element.code,
            f"Gate: {gate.name}",
            text,
            STATES.get(gate.state, gate.state),
            gate.state,
            first["source_file"] if alone else None,
            first["source_row"] if alone else None,
        )
        if not alone:
            yield from _condition_lines(element, gate)


def effect_text(gate: ExplainedGate) -> str:
    """What an unmet gate does to the amount."""
    shares = {leaf.get("reduce_to_share") for leaf in gate.leaves} - {None}
    share = percent(max(shares) * 100) if shares else "a part"
    return EFFECTS[str(gate.effect)].format(share=share)


def _shape(gate: ExplainedGate) -> str:
    """How several conditions make one gate."""
    sizes = [len(leaves) for leaves in gate.alternatives]
    if len(sizes) == 1:
        return f"all {sizes[0]} conditions"
    each = "any one condition" if max(sizes) == 1 else "all conditions of any one alternative"
    return f"{each} of {len(sizes)}"


def _condition_lines(element: ExplainedElement, gate: ExplainedGate) -> Iterator[Line]:
    several = len(gate.alternatives) > 1
    for number, leaves in enumerate(gate.alternatives, 1):
        for leaf in leaves:
            label = f"  {'or ' if several and number > 1 and leaf is leaves[0] else ''}"
            label += condition_text(leaf)
            state = STATES.get(leaf["leaf_state"], leaf["leaf_state"])
            yield Line(
                "condition", element.code, label, _evidence(leaf), state, leaf["leaf_state"],
                leaf["source_file"], leaf["source_row"],
            )  # fmt: skip


def condition_text(leaf: Row) -> str:
    """A condition as stated: `csi >= 90`, `csi >= the region's average`, `training items`."""
    metric = words(leaf["metric_code"])
    if leaf["metric_source"] == "compliance_items":
        return f"{metric} items"
    averages = {"region_average": "the region's average", "national_average": "the nation's"}
    limit = averages.get(leaf["threshold_kind"]) or plain(leaf["threshold_value"])
    return f"{metric} {leaf['comparison'] or ''} {limit}".strip()


def _evidence(leaf: Row) -> str:
    text = leaf["evidence_text"] or ""
    source = source_text(leaf)
    return f"{text} ({source})".strip() if source else text


def source_text(row: Row) -> str:
    """Where a row comes from: the inbox file and the row in it; nothing where none is stored."""
    if not row["source_file"]:
        return ""
    place = f", row {row['source_row']:,}" if row["source_row"] is not None else ""
    return f"{row['source_file']}{place}"


def _loss_lines(element: ExplainedElement) -> Iterator[Line]:
    standing = element.standing
    recalls = ""
    if standing["open_recall_units"]:
        recalls = (
            f"{standing['open_recall_units']} of {standing['delivered_units']} "
            "delivered with an open recall"
        )
    for label, text, name in (
        ("Deducted", recalls, "amount_deducted"),
        ("Forfeited", "a gate is not met", "amount_forfeited"),
        ("Held", "until the gate is known; neither paid nor lost", "amount_held"),
        ("Over the cap", "", "amount_capped"),
    ):
        if standing[name]:
            yield Line("loss", element.code, label, text, f"−{money(standing[name])}")


def vehicle_text(unit: Row) -> str:
    """A car in words, with what is out of the ordinary about its sale."""
    parts = (unit["model_year"], unit["make"], unit["model"], unit["trim"])
    text = " ".join(str(part) for part in parts if part)
    kind = "" if unit["stock_type"] in (None, "new") else f", {unit['stock_type']}"
    sale = "" if unit["sale_type"] in (None, "retail") else f", {unit['sale_type']}"
    return text + kind + sale


def why_text(unit: Row) -> str:
    """Why a car counts or doesn't, and where the OEM counts otherwise."""
    text = unit["reason_text"] or words(unit["reason_code"])
    if unit["difference_reason"]:
        text += f" ({words(unit['difference_reason'])})"
    if unit.get("reversed_units"):
        text += f" Takes back 1 unit: unwound on {full_day(unit['reversed_date'])}."
    return text


def paid_text(unit: Row) -> str:
    if unit["is_paid"]:
        return "paid"
    return words(unit["pay_reason_code"]) if unit["is_counted"] else UNKNOWN


def listed_text(unit: Row) -> str:
    return {None: "no list", True: "on it", False: "not on it"}[unit["is_official"]]


def rule_text(unit: Row) -> str:
    """Which rule weighed a car and what it made of it: elements, program and version."""
    counted = _elements_text(unit, "counted_element_codes")
    paid = _elements_text(unit, "paid_element_codes")
    if unit["is_counted"] or unit["is_pending"]:
        would = "would count" if unit["is_pending"] else "counts"
        verdict = f"{would} in {counted}" if counted else "counts in no element"
        if unit["is_paid"] or unit["is_pending"]:
            verdict += f", pays in {paid}" if paid else ""
        else:
            verdict += f", not paid: {words(unit['pay_reason_code'])}"
    else:
        verdict = f"excluded: {words(unit['reason_code'])}"
    return f"{verdict} ({unit['program_code']} version {unit['program_version']})"


def _elements_text(unit: Row, name: str) -> str:
    return ", ".join(part for part in (unit[name] or "").split(",") if part)
