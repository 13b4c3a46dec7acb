"""The reckoning: one element's amount, line by line, from units to dollars earned.

Belongs here: stored figures in the order that leads from one to the next, each with its rule. It
adds nothing up: a line that the marts don't hold isn't shown.
"""

from __future__ import annotations

from html import escape

from app import format as fmt
from app.components import words
from app.components.stair import first_segments, rate_text
from app.queries import ElementView, ProgramView
from app.records import Gate, LadderSegment


def reckoning(view: ProgramView) -> str:
    """Return the markup: one list a element, the program's sum, the bulletin."""
    standing, program = view.standing, view.program
    lists = "".join(_element(view, element) for element in view.elements)
    several = (
        '<p class="ss-sum"><span>Elements together</span><b>'
        f"{fmt.money(standing.amount_earned)}</b></p>"
        if len(view.elements) > 1
        else ""
    )
    rule = escape(program.rule_summary or "") if program else ""
    bulletin = escape(standing.bulletin_number or "no bulletin named")
    dates = ""
    if program and program.effective_date:
        dates = (
            f"announced {fmt.full_day(program.announced_date)}, in force from "
            f"{fmt.full_day(program.effective_date)}, version {program.program_version}"
        )
    file = f" <i>{escape(program.bulletin_file)}</i>" if program and program.bulletin_file else ""
    return (
        '<section class="ss-card ss-reckoning"><header><div><h2>'
        f"{escape(standing.program_name)}</h2>"
        f"<p>{rule}</p></div>"
        f'<div class="ss-earned"><span>earned so far</span><b data-testid="amount-earned">'
        f"{fmt.money(standing.amount_earned)}</b></div></header>{lists}{several}"
        f'<footer><p class="ss-source"><b>Bulletin {bulletin}</b><span>{dates}{file}</span></p>'
        "</footer>"
        "</section>"
    )


def _element(view: ProgramView, element: ElementView) -> str:
    name = element.element.element_name if element.element else element.standing.element_code
    title = f"<h3>{escape(name)}</h3>" if len(view.elements) > 1 else ""
    rows = [*_unit_lines(element), *_tier_lines(element), *_loss_lines(view, element)]
    rows.append(("Earned", "", fmt.money(element.standing.amount_earned), "ss-total"))
    body = "".join(
        f'<tr class="{kind}"><th scope="row">{escape(label)}</th><td>{escape(text)}</td>'
        f"<td>{escape(figure)}</td></tr>"
        for label, text, figure, kind in rows
    )
    return f'{title}<table class="ss-lines"><tbody>{body}</tbody></table>'


def _unit_lines(element: ElementView) -> list[tuple[str, str, str, str]]:
    standing = element.standing
    if element.element is not None and not element.element.is_volume:
        return []
    lines = [
        ("Reported", "RDR accepted by the OEM", fmt.units(standing.reported_units), ""),
        (
            "Pending",
            "delivered in the DMS, no RDR accepted yet; not in the amount",
            fmt.units(standing.pending_units),
            "",
        ),
        ("Official", "the OEM's own count", fmt.units(standing.official_units), ""),
    ]
    if standing.paid_units is not None and standing.paid_units != standing.reported_units:
        lines.append(
            (
                "Paid units",
                "the units that the bulletin pays on",
                fmt.units(standing.paid_units),
                "",
            )
        )
    if standing.objective_units is not None:
        reached = (
            f"{fmt.percent(standing.attainment_pct, 2)} of it" if standing.attainment_pct else ""
        )
        lines.append(("Objective", reached, fmt.units(standing.objective_units), ""))
    if standing.base_units is not None:
        lines.append(("Base", "the same period a year earlier", fmt.units(standing.base_units), ""))
    return lines


def _tier_lines(element: ElementView) -> list[tuple[str, str, str, str]]:
    standing = element.standing
    lines = []
    for tier in first_segments(element.segments):
        is_current = tier.tier_number == standing.tier_number
        lines.append(
            (
                f"Tier {tier.tier_number}",
                f"{_edge_text(tier, standing.objective_units)}, pays {rate_text(tier)}",
                f"from {tier.from_units:,}" if tier.from_units else "",
                "ss-current" if is_current else "",
            )
        )
    if element.segments:
        basis = f"tier {standing.tier_number}" if standing.tier_number else "below the first tier"
        lines.append(("Before gates", basis, fmt.money(standing.amount_before_gates), ""))
    return lines


def _edge_text(tier: LadderSegment, objective: int | None) -> str:
    if not tier.from_units:
        return "at any volume"
    if tier.edge_pct is None or objective is None:
        return f"{tier.from_units:,} units"
    exact = fmt.score(tier.edge_exact) if tier.edge_exact is not None else None
    text = f"{fmt.percent(tier.edge_pct, 2)} of {objective:,}"
    if exact is not None and exact != str(tier.from_units):
        return f"{text} is {exact}, so {tier.from_units:,}"
    return f"{text} is {tier.from_units:,}"


def _loss_lines(view: ProgramView, element: ElementView) -> list[tuple[str, str, str, str]]:
    standing = element.standing
    seen: set[str] = set()
    lines = []
    for gate in view.gates:
        if gate.element_code not in (None, standing.element_code) or gate.gate_code in seen:
            continue
        seen.add(gate.gate_code)
        lines.append(
            (
                f"Gate: {gate.gate_name}",
                _gate_text(gate),
                words.STATE_WORDS.get(gate.gate_state, gate.gate_state),
                f"ss-{gate.gate_state}",
            )
        )
    for label, text, amount in (
        ("Deducted", _recall_text(element), standing.amount_deducted),
        ("Forfeited", "a gate is not met", standing.amount_forfeited),
        ("Held", "until the gate is known; neither paid nor lost", standing.amount_held),
        ("Over the cap", "", standing.amount_capped),
    ):
        if amount:
            lines.append((label, text, f"−{fmt.money(amount)}", "ss-loss"))
    return lines


def _recall_text(element: ElementView) -> str:
    standing = element.standing
    if not standing.open_recall_units:
        return ""
    return (
        f"{standing.open_recall_units} of {standing.delivered_units} delivered with an open recall"
    )


def _gate_text(gate: Gate) -> str:
    text = gate.evidence_text or ""
    if gate.source_file:
        row = f", row {gate.source_row:,}" if gate.source_row is not None else ""
        text += f" ({gate.source_file}{row})"
    return text.strip()
