"""A what-if's answer as markup: the sum, and each program before and after.

Belongs here: markup from programs.scenario's results. Amounts are as it gives them, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from app import format as fmt
from app.components.stair import stair
from app.components.tables import tiles
from app.queries import ProgramView
from programs.scenario import ProgramChange, Scenario
from programs.standing import ElementStanding, ProgramStanding


def start_tiles(scenario: Scenario, best: Sequence[tuple[str, Decimal]]) -> str:
    """Return what is earned, and which lines' next unit is worth most, before any unit is set."""
    return (
        '<div data-testid="scenario">'
        + tiles(
            ("earned so far", fmt.money(scenario.amount_before), "all open programs", ""),
            *(
                (f"one more {label}", fmt.signed_money(worth), "over all open programs",
                 "ss-first" if worth > 0 else "")
                for label, worth in best
            ),
        )
        + "</div>"
    )  # fmt: skip


def result_tiles(scenario: Scenario, units: int) -> str:
    """Return the sum before, after, and the change."""
    change = scenario.change_amount
    remark = f"{fmt.money(change / units)} a unit" if change else "no program pays more for these"
    return (
        '<div data-testid="scenario">'
        + tiles(
            ("earned so far", fmt.money(scenario.amount_before), "all open programs", ""),
            (f"with {fmt.plural(units, 'more unit')}", fmt.money(scenario.amount_after),
             "all open programs", ""),
            ("change", fmt.signed_money(change), remark, "ss-first" if change > 0 else ""),
        )
        + "</div>"
    )  # fmt: skip


def what_if_card(view: ProgramView, change: ProgramChange) -> str:
    """Return one program before and after, with the staircase and the sentence."""
    code = escape(change.program_code)
    drawings = "".join(
        _element(element, _of(change.before, element), _of(change.after, element))
        for element in view.elements
        if element.element is None or element.element.is_volume
    )
    kind = "ss-up" if change.change_amount > 0 else "ss-down" if change.change_amount < 0 else ""
    return (
        f'<article class="ss-card ss-whatif" data-testid="what-if-{code}"><header><div>'
        f"<h2>{escape(change.program_name)}</h2></div>"
        f'<div class="ss-earned ss-change"><span>{fmt.money(change.before.amount_earned)} to</span>'
        f'<b data-testid="amount-after">{fmt.money(change.after.amount_earned)}</b>'
        f'<small class="{kind}">{fmt.signed_money(change.change_amount)}</small></div></header>'
        f'<p class="ss-lead">{escape(change.explanation)}</p>{drawings}{_losses(change.after)}'
        f"</article>"
    )


def unchanged(views: Sequence[ProgramView]) -> str:
    """Say which programs these units don't move."""
    names = ", ".join(view.standing.program_name for view in views)
    return f'<p class="ss-unchanged">Not moved by these units: {escape(names)}.</p>'


def _of(standing: ProgramStanding, element) -> ElementStanding:  # noqa: ANN001
    code = element.standing.element_code
    return next(found for found in standing.elements if found.element_code == code)


def _element(element, before: ElementStanding, after: ElementStanding) -> str:  # noqa: ANN001
    if before == after or not element.segments:
        return ""
    facts = [
        ("units", f"{before.counted_units:,}", f"{after.counted_units:,}"),
        ("tier", _tier(before), _tier(after)),
        ("amount", fmt.money(before.amount_earned), fmt.money(after.amount_earned)),
    ]
    cells = "".join(
        f"<div><dt>{name}</dt><dd><s>{old}</s> {new}</dd></div>"
        if old != new
        else f"<div><dt>{name}</dt><dd>{new}</dd></div>"
        for name, old, new in facts
    )
    if after.units_to_next_tier is not None:
        worth = after.worth_of_next_tier_amount or Decimal(0)
        cells += (
            f"<div><dt>then to tier {after.next_tier_number}</dt>"
            f"<dd>{fmt.plural(after.units_to_next_tier, 'unit')}, {fmt.money(worth)}</dd></div>"
        )
    return (
        f"{stair(element, added=after.counted_units - before.counted_units)}"
        f'<dl class="ss-pace">{cells}</dl>'
    )


def _tier(standing: ElementStanding) -> str:
    return str(standing.tier_number) if standing.tier_number else "none"


def _losses(after: ProgramStanding) -> str:
    pieces = [
        f'<li class="ss-chip ss-loss">{fmt.money(amount)} {label}</li>'
        for label, amount in (
            ("deducted", after.amount_deducted),
            ("forfeited by a gate", after.amount_forfeited),
            ("held until a gate is known", after.amount_held),
            ("over the cap", after.amount_capped),
        )
        if amount
    ]
    return f'<ul class="ss-chips">{"".join(pieces)}</ul>' if pieces else ""
