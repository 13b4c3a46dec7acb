"""Sentences a manager reads: what the standing means and what the next tier takes.

Belongs here: wording made from records, with the figures as they are. Figures' own writing is
app/format.py, markup app/components/card.py. A sentence never suggests moving a date or a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from app import format as fmt
from app.components.stair import rate_beyond
from app.forecast_records import ForecastTier
from app.queries import ElementView, ProgramView
from app.records import ElementStanding, ProgramStanding

STATE_WORDS = {
    "met": "met",
    "not_met": "not met",
    "too_early": "too early to say",
    "unknown": "unknown",
    "none": "no gate",
}


@dataclass(frozen=True)
class Pace:
    """The pace so far beside the pace that the next tier needs; `is_enough` None where unknown."""

    current: Decimal | None
    needed: Decimal | None
    days_left: int | None
    is_enough: bool | None


def next_tier(view: ElementView) -> ForecastTier | None:
    """Return the forecast of the next tier, or None where there is none."""
    number = view.standing.next_tier_number
    return next((tier for tier in view.forecast_tiers if tier.tier_number == number), None)


def next_tier_chance(view: ElementView) -> float | None:
    """Return the forecast's chance of reaching the next tier, or None where there is none."""
    tier = next_tier(view)
    return tier.chance if tier else None


def chance_text(probability: float | None) -> str:
    """Write a chance as number and words: `68 %, about 2 in 3`."""
    if probability is None:
        return "no forecast"
    return f"{fmt.chance(probability)}, {fmt.chance_in_words(probability)}"


def pace(standing: ProgramStanding) -> Pace:
    """Return the pace now and the pace needed."""
    current, needed = standing.units_per_selling_day, standing.needed_units_per_selling_day
    enough = None if current is None or needed is None else current >= needed
    return Pace(current, needed, standing.selling_days_left, enough)


def expected_pace(view: ProgramView) -> Decimal | None:
    """Return the units a selling day that the forecast expects from now on; None without one."""
    element, days = view.headline, view.standing.selling_days_left
    forecast = element.forecast if element else None
    if forecast is None or forecast.expected_units is None or not days:
        return None
    known = forecast.units_to_date or 0
    return Decimal(str(round(max(forecast.expected_units - known, 0) / days, 3)))


def headline(view: ProgramView) -> str:
    """Return the one sentence that matters this morning."""
    standing, element = view.standing, view.headline
    if standing.standing_state == "no_objective":
        return "The OEM has published no objective for this period, so no tier can be reached yet."
    if standing.standing_state == "no_score":
        return "The score that decides the tier can't be judged yet, so no tier can be reached yet."
    if standing.standing_state == "not_enrolled":
        return "This rooftop isn't enrolled for this period."
    if element is None:
        return "No element of this program has a standing."
    if standing.next_tier_number is None or standing.units_to_next_tier is None:
        return _top_sentence(view)
    if not standing.is_open:
        missed = fmt.plural(standing.units_to_next_tier, "unit")
        return f"Ended {missed} short of tier {standing.next_tier_number}."
    to_go = fmt.plural(standing.units_to_next_tier, "more unit")
    if sum(e.element is None or e.element.is_volume for e in view.elements) > 1:
        name = element.element.element_name if element.element else element.standing.element_code
        to_go = f"{name}: {to_go}"
    worth = element.standing.worth_of_next_tier_amount
    reach = "reaches" if standing.units_to_next_tier == 1 else "reach"
    sentence = f"{to_go} {reach} tier {standing.next_tier_number}"
    if worth is not None and worth > 0:
        alone = " in this period alone" if view.adjustments else ""
        sentence += f", worth {fmt.money(worth)} more{alone}"
    elif (beyond := rate_beyond(element)) is not None:
        sentence += f"; from there on it pays {beyond}"
    return f"{sentence}.{_gate_remark(element.standing)}"


def _gate_remark(standing: ElementStanding) -> str:
    """Say what the gates would do to the amount as things are; nothing when they are met."""
    if standing.gate_state == "not_met":
        return {
            "forfeit": " A gate is not met, so as things are it would be forfeited.",
            "reduce": " A gate is not met, so as things are it would be reduced.",
        }.get(standing.gate_effect or "", "")
    if standing.gate_state in ("too_early", "unknown"):
        return " It is held until its gates are decided."
    return ""


def _top_sentence(view: ProgramView) -> str:
    element = view.headline
    current = next(
        (
            s
            for s in view.headline.segments
            if s.tier_number == element.standing.tier_number
            and (s.to_units is None or (element.standing.reported_units or 0) < s.to_units)
        ),
        None,
    )
    if not element.segments:
        return "There is no ladder for this period."
    if current is not None and current.amount_per_unit and view.standing.is_open:
        return f"Top tier reached. Every further unit adds {fmt.money(current.amount_per_unit)}."
    return "Top tier reached."


def differences(standing: ProgramStanding) -> str | None:
    """Say how the OEM's own count differs; None where it agrees, lags or wasn't given.

    The OEM's lists come weekly, so in an open period fewer units only mean that its list is older.
    """
    if standing.official_units is None or standing.reported_units is None:
        return None
    apart = standing.official_units - standing.reported_units
    if apart == 0 or (apart < 0 and standing.is_open):
        return None
    direction = "more" if apart > 0 else "fewer"
    return f"The OEM's last list counts {fmt.plural(abs(apart), 'unit')} {direction}"
