"""The program card: one program at one rooftop, everything a manager asks of it in one look.

Belongs here: the card's markup from a ProgramView. Wording is app/components/words.py, the
staircase app/components/stair.py; the quarter's chart is drawn beside it by
app/components/charts.py.
"""

from __future__ import annotations

from html import escape

from app import format as fmt
from app.components import words
from app.components.outlook import outlook
from app.components.stair import first_segments, rate_text, stair
from app.forecast_records import BacktestBin
from app.queries import ElementView, ProgramView
from app.records import Adjustment, Gate
from programs.adjustment_words import LABELS, change_text


def card(
    view: ProgramView,
    *,
    show_amount_with_pending: bool = True,
    track: BacktestBin | None = None,
) -> str:
    """Return the card's markup. `track`: how often chances like its next tier's came true."""
    standing = view.standing
    volume = [e for e in view.elements if e.element is None or e.element.is_volume]
    others = [e for e in view.elements if e not in volume]
    body = "".join(_element(view, e, many=len(volume) > 1) for e in volume)
    body += "".join(_plain_element(e) for e in others)
    return (
        f'<article class="ss-card" data-testid="program-{escape(standing.program_code)}" '
        f'data-period="{escape(standing.period_code)}">{_head(view, show_amount_with_pending)}'
        f'<p class="ss-lead">{escape(words.headline(view))}{_chance_of(view)}</p>'
        f"{body}{outlook(view, track)}{_foot(view)}</article>"
    )


def _head(view: ProgramView, show_amount_with_pending: bool) -> str:
    standing = view.standing
    period = fmt.period(standing.period_code, standing.period_start_date, standing.period_end_date)
    days = fmt.span(standing.period_start_date, standing.period_end_date)
    pays = view.program is None or view.program.pays_money
    money = ""
    if pays:
        pending = ""
        extra = (standing.amount_with_pending or 0) - (standing.amount_earned or 0)
        if show_amount_with_pending and extra > 0 and standing.pending_units:
            pending = (
                f"<small>{fmt.money(standing.amount_with_pending)} once pending is reported</small>"
            )
        money = (
            f'<div class="ss-earned"><span>earned so far</span><b data-testid="amount-earned">'
            f"{fmt.money(standing.amount_earned)}</b>{pending}</div>"
        )
    return (
        f"<header><div><h2>{escape(standing.program_name)}</h2>"
        f"<p>{escape(period)} <i>{escape(days)}</i></p></div>{money}</header>"
    )


def _chance_of(view: ProgramView) -> str:
    element = view.headline
    if element is None or not view.standing.is_open or view.standing.next_tier_number is None:
        return ""
    probability = words.next_tier_chance(element)
    if probability is None:
        return ' <span class="ss-chance">No forecast.</span>'
    is_gated = element.standing.gate_state in ("not_met", "too_early", "unknown")
    what = "Chance of the units" if is_gated else "Chance"
    return (
        f' <span class="ss-chance">{what} <b>{fmt.chance(probability)}</b>, '
        f"{escape(fmt.chance_in_words(probability))}.</span>"
    )


def _element(view: ProgramView, element: ElementView, *, many: bool) -> str:
    name = element.element.element_name if element.element else element.standing.element_code
    title = f"<h3>{escape(name)}</h3>" if many else ""
    drawing = stair(element)
    if not drawing:
        return (
            f'{title}<div class="ss-noladder"><b data-testid="reported-units">'
            f"{fmt.units(element.standing.reported_units)}</b> units reported, "
            f"{fmt.units(element.standing.pending_units)} pending. No ladder without an "
            "objective.</div>"
        )
    is_headline = element is view.headline
    return (
        f'{title}<div class="ss-body"><div class="ss-left">{drawing}{_legend(element)}</div>'
        f'<div class="ss-right">{_tiers(element)}{_pace(view) if is_headline else ""}</div></div>'
    )


def _legend(element: ElementView) -> str:
    standing, forecast = element.standing, element.forecast
    objective = ""
    if standing.objective_units:
        objective = (
            f'<li><b data-testid="attainment">{fmt.percent(standing.attainment_pct)}</b> of '
            "objective "
            f"{standing.objective_units:,}</li>"
        )
    elif standing.base_units is not None:
        objective = f"<li><b>{standing.base_units:,}</b> a year earlier</li>"
    official = (
        f'<li><i class="ss-key-official"></i>official <b data-testid="official-units">'
        f"{fmt.units(standing.official_units)}</b></li>"
    )
    likely = ""
    if forecast and forecast.median_units is not None:
        likely = (
            f'<li><i class="ss-key-band"></i><span>period end '
            f"<b>{forecast.median_units:,}</b>, 8 in 10: {forecast.low_80_units:,} to "
            f"{forecast.high_80_units:,}</span></li>"
        )
    return (
        '<ul class="ss-legend">'
        f'<li><i class="ss-key-reported"></i>reported <b data-testid="reported-units">'
        f"{fmt.units(standing.reported_units)}</b></li>"
        f'<li><i class="ss-key-pending"></i>pending <b data-testid="pending-units">'
        f"{fmt.units(standing.pending_units)}</b></li>{official}{likely}{objective}</ul>"
    )


def _tiers(element: ElementView) -> str:
    chances = {row.tier_number: row.chance for row in element.forecast_tiers}
    reported = element.standing.reported_units or 0
    rows = []
    for tier in reversed(first_segments(element.segments)):
        reached = reported >= tier.from_units
        is_next = tier.tier_number == element.standing.next_tier_number
        state = "ss-reached" if reached else "ss-next" if is_next else ""
        share = f"<small>{fmt.percent(tier.edge_pct)}</small>" if tier.edge_pct is not None else ""
        rows.append(
            f'<tr class="{state}"><th scope="row">{tier.tier_number}</th>'
            f"<td>{tier.from_units:,}{share}</td><td>{escape(rate_text(tier))}</td>"
            f"<td>{_tier_chance(reached, chances.get(tier.tier_number))}</td></tr>"
        )
    return (
        '<table class="ss-tiers"><thead><tr><th scope="col">Tier</th><th scope="col">From</th>'
        '<th scope="col">Pays</th><th scope="col">Chance</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _tier_chance(reached: bool, probability: float | None) -> str:
    if probability is None:
        return '<span class="ss-ok">reached</span>' if reached else fmt.UNKNOWN
    if reached and probability >= 0.995:
        return '<span class="ss-ok">reached</span>'
    return (
        f'<span class="ss-meter" title="{escape(words.chance_text(probability))}">'
        f'<i style="width:{probability * 100:.0f}%"></i></span>'
        f"<span>{fmt.chance(probability)}</span>"
    )


def _pace(view: ProgramView) -> str:
    standing, shown = view.standing, words.pace(view.standing)
    if not standing.is_open:
        return ""
    days = fmt.units(shown.days_left)
    kind = "" if shown.is_enough is None else "ss-good" if shown.is_enough else "ss-short"
    needed = (
        f'<div class="{kind}"><dt>needed a day</dt><dd>{fmt.rate(shown.needed)}</dd></div>'
        if shown.needed is not None
        else ""
    )
    expected = words.expected_pace(view)
    ahead = (
        f"<div><dt>expected a day</dt><dd>{fmt.rate(expected)}</dd></div>"
        if expected is not None
        else ""
    )
    to_go = (
        '<div><dt>units to go</dt><dd data-testid="units-to-go">'
        f"{fmt.units(standing.units_to_next_tier)}</dd></div>"
        if standing.units_to_next_tier is not None
        else ""
    )
    return (
        f'<dl class="ss-pace">{to_go}{needed}{ahead}'
        f"<div><dt>pace now</dt><dd>{fmt.rate(shown.current)}</dd></div>"
        f"<div><dt>selling days</dt><dd>{days} left</dd></div></dl>"
    )


def _plain_element(element: ElementView) -> str:
    standing = element.standing
    name = element.element.element_name if element.element else standing.element_code
    state = words.STATE_WORDS.get(standing.gate_state or "none", standing.gate_state)
    return (
        f'<p class="ss-plain"><b>{escape(name)}</b> <span class="ss-chip ss-{standing.gate_state}">'
        f"{escape(state or '')}</span> earns {fmt.money(standing.amount_earned)}</p>"
    )


def _foot(view: ProgramView) -> str:
    standing = view.standing
    pieces = [_gate(gate) for gate in _one_per_gate(view.gates)]
    for label, amount in (
        ("deducted", standing.amount_deducted),
        ("forfeited by a gate", standing.amount_forfeited),
        ("held until a gate is known", standing.amount_held),
        ("over the cap", standing.amount_capped),
    ):
        if amount:
            pieces.append(f'<li class="ss-chip ss-loss">{fmt.money(amount)} {label}</li>')
    pieces += [_adjustment(change) for change in view.adjustments]
    if apart := words.differences(standing):
        pieces.append(f'<li class="ss-chip ss-apart">{escape(apart)}</li>')
    program = view.program
    source = (
        f"Bulletin {standing.bulletin_number}" if standing.bulletin_number else "No bulletin named"
    )
    if program and program.bulletin_date:
        source += f", {fmt.full_day(program.bulletin_date)}"
    rule = (
        f"<span>{escape(program.rule_summary)}</span>" if program and program.rule_summary else ""
    )
    chips = f'<ul class="ss-chips">{"".join(pieces)}</ul>' if pieces else ""
    return f'<footer>{chips}<p class="ss-source"><b>{escape(source)}</b>{rule}</p></footer>'


def _adjustment(change: Adjustment) -> str:
    """What a rule over several periods or between programs changes, the rule behind a hover."""
    said = escape(f"{change.rule_text} {change.evidence_text}")
    kind = "ss-loss" if change.amount_earned + change.amount_held < 0 else "ss-met"
    return (
        f'<li class="ss-chip {kind}" title="{said}">{LABELS[change.rule_kind]}: '
        f"<b>{change_text(vars(change))}</b></li>"
    )


def _one_per_gate(gates: tuple[Gate, ...]) -> tuple[Gate, ...]:
    seen: dict[tuple[str | None, str], Gate] = {}
    for gate in gates:
        seen.setdefault((gate.element_code, gate.gate_code), gate)
    return tuple(seen.values())


def _gate(gate: Gate) -> str:
    evidence = f' title="{escape(gate.evidence_text)}"' if gate.evidence_text else ""
    score = ""
    if gate.score is not None and gate.threshold_value is not None:
        score = f", {fmt.score(gate.score)} where {fmt.score(gate.threshold_value)} is needed"
    return (
        f'<li class="ss-chip ss-{escape(gate.gate_state)}"{evidence}>'
        f"{escape(gate.gate_name)}{score}: "
        f"<b>{escape(words.STATE_WORDS.get(gate.gate_state, gate.gate_state))}</b></li>"
    )
