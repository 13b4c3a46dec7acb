"""What a period may still bring, in a manager's words: chances, gates, surveys, money, the day it
is decided.

Belongs here: sentences and small markup made of forecast records. The card that holds them is
app/components/card.py, charts app/components/charts.py. A sentence never suggests moving a date,
nor whom to ask for which answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from app import format as fmt
from app.components import words
from app.forecast_queries import AmountSpread
from app.forecast_records import (
    BacktestBin,
    ForecastGate,
    ForecastProgram,
    ForecastScoreTier,
)
from app.queries import ElementView, ProgramView
from app.records import Gate, ProgramStanding

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
Line = tuple[str, str]  # a name, and what is said: plain text


def outlook(view: ProgramView, track: BacktestBin | None = None) -> str:
    """Return an open program's outlook as markup; nothing where nothing is forecast."""
    lines = outlook_lines(view, track)
    if not lines:
        return ""
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(said)}</dd>" for name, said in lines)
    return f'<dl class="ss-outlook" data-testid="outlook">{items}</dl>'


def outlook_lines(view: ProgramView, track: BacktestBin | None) -> list[Line]:
    """Return what may be said of a program's end, line by line."""
    element = view.headline
    if not view.standing.is_open or element is None:
        return []
    scores, pays = _score_lines(view), ("Pays", amount_text(view.amount))
    if element.forecast is None:
        return [*scores, pays] if scores and pays[1] else scores
    found = [
        ("Such chances", track_record(track)),
        ("With its gates", with_gates(view, element)),
        ("Pending", pending_effect(element)),
        ("Decided", decided(view.standing, element)),
        pays,
    ]
    lines = [(name, said) for name, said in found if said]
    return [*lines, *scores, *_survey_lines(view)]


def _score_lines(view: ProgramView) -> list[Line]:
    """The chance of each tier of the elements that a score decides, one line an element."""
    lines = []
    for element in view.elements:
        if element.score_tiers:
            named = element.element.element_name if element.element else "Score"
            lines.append((named, score_text(element.score_tiers)))
    return lines


def score_text(tiers: Sequence[ForecastScoreTier]) -> str:
    """Say how likely a score ends in each tier; why there is no telling, where there is none."""
    if all(tier.chance is None for tier in tiers):
        text = tiers[0].assumption
        return f"{text[:1].upper()}{text[1:]}."
    said = [
        f"tier {tier.tier_number} from {tier.edge_score.normalize():f} "
        f"{fmt.chance(tier.chance)} ({fmt.chance_in_words(tier.chance)})"
        for tier in tiers
    ]
    return f"At the period's end {', '.join(said)}."


def track_record(track: BacktestBin | None) -> str:
    """Say how often chances of this size came true in the past."""
    if track is None:
        return ""
    return (
        f"Of {track.chances:,} that were checked between {track.bin_low * 100:.0f} and "
        f"{track.bin_high * 100:.0f} %, {track.share_reached * 100:.0f} % came true."
    )


def with_gates(view: ProgramView, element: ElementView) -> str:
    """Say the chance of the next tier together with every gate."""
    if not view.gates or not element.forecast_gates:
        return ""
    tier = words.next_tier(element)
    if tier is None:
        chance = element.forecast.chance_gates_met
        return "" if chance is None else f"{words.chance_text(chance)} that all gates are met."
    if tier.chance_with_gates is None:
        names = {gate.gate_code: gate.gate_name for gate in view.gates}
        unknown = [
            names.get(gate.gate_code, gate.gate_code)
            for gate in element.forecast_gates
            if gate.chance_gate_met is None
        ]
        named = ", ".join(dict.fromkeys(unknown))
        return f"Not known yet: nothing tells of {named}. What hangs on it is held, not expected."
    return f"{words.chance_text(tier.chance_with_gates)}, of the tier and every gate together."


def pending_effect(element: ElementView) -> str:
    """Say what the next tier's chance is worth of the pending reports."""
    tier, pending = words.next_tier(element), element.forecast.pending_units or 0
    if tier is None or not pending or tier.chance_without_pending is None:
        return ""
    if fmt.chance(tier.chance) == fmt.chance(tier.chance_without_pending):
        return ""
    are = "is" if pending == 1 else "are"
    they = "it" if pending == 1 else "they"
    return (
        f"{fmt.chance(tier.chance)} once the {fmt.plural(pending, 'pending RDR')} {are} reported, "
        f"{fmt.chance(tier.chance_without_pending)} if {they} never {are}."
    )


def decided(standing: ProgramStanding, element: ElementView) -> str:
    """Say from which evening on the tier is 90 % sure."""
    row = element.forecast
    if row.decided_by_date is None or row.likeliest_tier_number is None:
        return ""
    tier = f"tier {row.likeliest_tier_number}" if row.likeliest_tier_number else "no tier"
    if row.decided_by_date >= standing.period_end_date:
        return "Only at the very end: until then no tier is 90 % sure."
    chance = row.likeliest_tier_chance or 0.0
    if chance >= 0.9:
        return f"As good as now: it ends in {tier} in {fmt.chance(chance)} of cases."
    return (
        f"By the evening of {fmt.day(row.decided_by_date)} the tier is 90 % sure; "
        f"now {tier} is likeliest, {fmt.chance(chance)}."
    )


def amount_text(amount: ForecastProgram | None) -> str:
    """Say what the program may pay at its period's end."""
    if amount is None:
        return ""
    text = (
        f"{fmt.about_money(amount.expected_amount)} on average, in 8 of 10 cases "
        f"{_range(amount.low_80_amount, amount.high_80_amount)}."
    ).replace("about", "About", 1)
    if not amount.expected_amount and not amount.high_80_amount:
        text = "Nothing, as things are."
    if amount.expected_held_amount:
        text += f" {held_text(amount.expected_held_amount)}"
    if amount.left_out_note:
        text += f" {left_out_text(amount.left_out_note.split('; '))}"
    return text


def held_text(amount: Decimal) -> str:
    """Say what hangs on gates of which nothing is known."""
    return f"Another {fmt.about_money(amount)} hangs on gates of which nothing is known yet."


def left_out_text(kinds: Sequence[str]) -> str:
    """Say which rules an amount doesn't know of."""
    return f"Not in this figure: {', '.join(kinds)}."


def spread_remark(spread: AmountSpread) -> str:
    """Say an amount's 80 % band for a tile."""
    return f"8 in 10: {_range(spread.low_80_amount, spread.high_80_amount)}"


def _range(low: Decimal, high: Decimal) -> str:
    if low == high:
        return fmt.money(low)
    return f"{_rough(low)} to {_rough(high)}"


def _rough(amount: Decimal) -> str:
    return fmt.about_money(amount).removeprefix("about ")


def _survey_lines(view: ProgramView) -> list[Line]:
    rows = {
        (row.element_code, row.gate_code, row.conjunct_number, row.leaf_number): row
        for element in view.elements
        for row in element.forecast_gates
    }
    lines: dict[Line, None] = {}
    for gate in view.gates:
        key = (gate.element_code, gate.gate_code, gate.conjunct_number, gate.leaf_number)
        said = survey_text(gate, rows.get(key)) if key in rows else ""
        if said:
            # Another way to meet the same gate stands under it.
            is_other = any(name == gate.gate_name for name, _ in lines)
            lines["or" if is_other else gate.gate_name, said] = None
    return list(lines)


def survey_text(gate: Gate, row: ForecastGate | None) -> str:
    """Say where a gate's surveys stand and what those to come can do; or what its items can."""
    if row is None:
        return ""
    if gate.metric_source == "compliance_items":
        if gate.leaf_state in ("met", "not_met"):
            return ""
        if row.chance_leaf_met is None:
            return _unknown_text(row)
        return f"{row.assumption}: {words.chance_text(row.chance_leaf_met)}."
    if row.surveys_to_date is None or gate.threshold_value is None:
        return "" if row.chance_leaf_met is not None else _unknown_text(row)
    place = {"region_average": "the region's ", "national_average": "the nation's "}
    wanted = f"{place.get(gate.threshold_kind or '', '')}{fmt.score(gate.threshold_value)}"
    parts = [_standing_of(gate, row, wanted), _what_it_takes(gate, row, wanted)]
    if row.expected_surveys_to_come is not None:
        low, high = row.low_80_surveys_to_come, row.high_80_surveys_to_come
        span = f"{low}" if low == high else f"{low} to {high}"
        parts.append(f"{span} more are expected by the end.")
    if row.chance_leaf_met is not None:
        parts.append(f"Chance {words.chance_text(row.chance_leaf_met)}.")
    return " ".join(part for part in parts if part)


def _unknown_text(row: ForecastGate) -> str:
    return f"{row.assumption[:1].upper()}{row.assumption[1:]}."


def _standing_of(gate: Gate, row: ForecastGate, wanted: str) -> str:
    surveys = fmt.plural(row.surveys_to_date, "survey")
    if gate.score is None:
        return f"No survey yet where {wanted} is needed."
    verb = "averages" if row.surveys_to_date == 1 else "average"
    return f"{surveys} {verb} {fmt.score(gate.score)} where {wanted} is needed."


def _what_it_takes(gate: Gate, row: ForecastGate, wanted: str) -> str:
    """The exact number of perfect surveys, or how low the next one may be."""
    needed, lowest = row.perfect_surveys_needed, row.lowest_next_score
    if needed is None:
        return f"No number of perfect surveys reaches {wanted}."
    if needed == 0:
        if not lowest:
            return "No single survey takes it under."
        return f"The next one keeps it there from {fmt.score(lowest)} up."
    count = NUMBERS[needed] if needed < len(NUMBERS) else str(needed)
    if gate.score is not None and gate.score >= gate.threshold_value:
        return f"{count.capitalize()} more {'is' if needed == 1 else 'are'} needed to be judged."
    brings = "survey brings" if needed == 1 else "surveys bring"
    return f"{count.capitalize()} perfect {brings} it back to {wanted}."
