"""A what-if's answer as markup: the sums, and each program before and after.

Belongs here: markup from the outcomes of programs.what_if. Amounts are as it gives them, to the
cent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from app import format as fmt
from app.components.stair import stair
from app.components.tables import table, tiles
from app.queries import ElementView, ProgramView
from programs.money import ZERO
from programs.outcomes import Outcome
from programs.standing import ElementStanding, ProgramStanding
from programs.what_if import NextUnits
from scenarios.scenario import Result

GIVEN_ON = (1, 2, 3, 5, 10, 20)


def start_tiles(result: Result) -> str:
    """What is earned and expected before anything is changed."""
    total = result.total
    return _tiles(
        ("earned so far", fmt.money(total["amount_earned_before"]), "all open programs", ""),
        ("expected at the end", fmt.money(total["expected_amount_before"]),
         "the mean of the forecast's samples", ""),
    )  # fmt: skip


def result_tiles(result: Result) -> str:
    """The sums before and after."""
    total = result.total
    earned = total["amount_earned_after"] - total["amount_earned_before"]
    expected = total["expected_amount_after"] - total["expected_amount_before"]
    return _tiles(
        ("earned so far", fmt.money(total["amount_earned_before"]), "all open programs", ""),
        ("with these changes", fmt.money(total["amount_earned_after"]),
         fmt.signed_money(earned), "ss-first" if earned > 0 else ""),
        ("expected at the end", fmt.money(total["expected_amount_after"]),
         f"{fmt.signed_money(expected)}, from {fmt.money(total['expected_amount_before'])}", ""),
    )  # fmt: skip


def _tiles(*entries: tuple[str, str, str, str]) -> str:
    return f'<div data-testid="scenario">{tiles(*entries)}</div>'


def what_if_card(view: ProgramView, found: Outcome) -> str:
    """One program before and after, with the staircase and the sentence."""
    code = escape(found.program_code)
    drawings = "".join(
        _element(element, _of(found.before, element), _of(found.after, element))
        for element in view.elements
        if element.element is None or element.element.is_volume
    )
    change = found.after.amount_earned - found.before.amount_earned
    kind = "ss-up" if change > 0 else "ss-down" if change < 0 else ""
    return (
        f'<article class="ss-card ss-whatif" data-testid="what-if-{code}"><header><div>'
        f"<h2>{escape(found.program_name)}</h2></div>"
        f'<div class="ss-earned ss-change"><span>{fmt.money(found.before.amount_earned)} to</span>'
        f'<b data-testid="amount-after">{fmt.money(found.after.amount_earned)}</b>'
        f'<small class="{kind}">{fmt.signed_money(change)}</small></div></header>'
        f'<p class="ss-lead">{escape(found.explanation)}</p>{drawings}{_ahead(found)}'
        f"{_losses(found.after)}</article>"
    )


def unchanged(names: Sequence[str]) -> str:
    """Say which programs these changes don't move."""
    return f'<p class="ss-unchanged">Not moved by these: {escape(", ".join(names))}.</p>'


def outcome_table(
    outcomes: Sequence[tuple[str, Outcome]], name_of: Callable[[str], str]
) -> str:
    """Programs of several rooftops, before and after."""
    return table(
        (("Program", "ss-name"), ("Earned", "ss-num"), ("Expected", "ss-num"),
         ("Units", "ss-num"), ("Tier", "ss-num"), ("Chance", "ss-num")),
        [_outcome_row(escape(name_of(rooftop_id)), outcome) for rooftop_id, outcome in outcomes],
    )  # fmt: skip


def _outcome_row(rooftop: str, found: Outcome) -> tuple[str, ...]:
    """Money first, as a phone shows the first columns alone."""
    one, two = found.headline
    chance = found.chance
    return (
        f"<b>{escape(found.program_name)}</b><br>{rooftop}",
        _pair(fmt.money(found.before.amount_earned), fmt.money(found.after.amount_earned), "<br>"),
        _pair(fmt.money(found.expected_before), fmt.money(found.expected_after), "<br>"),
        _pair(str(one.counted_units), str(two.counted_units)),
        _pair(str(one.tier_number), str(two.tier_number)),
        _pair(*(fmt.chance(float(one)) for one in (chance.before, chance.after)))
        if chance
        else fmt.UNKNOWN,
    )


def _pair(before: str, after: str, between: str = " ") -> str:
    return after if before == after else f"<s>{before}</s>{between}{after}"


def give_away(curve: NextUnits) -> str:
    """What could be given away on each of the next units and still be ahead: the break-even."""
    return table(
        (("On the next", "ss-name"), ("Give away up to, each", "ss-num"),
         ("Adds at the end", "ss-num"), ("Up to, as it stands", "ss-num"),
         ("Adds today", "ss-num")),
        [
            (
                fmt.plural(units, "unit"),
                f"<b>{fmt.money(curve.give_away(units, expected=True))}</b>",
                fmt.money(curve.expected_amounts[units]),
                fmt.money(curve.give_away(units, expected=False)),
                fmt.money(curve.amounts[units]),
            )
            for units in GIVEN_ON
            if units < len(curve.amounts)
        ],
    )  # fmt: skip


def _of(standing: ProgramStanding, element: ElementView) -> ElementStanding:
    code = element.standing.element_code
    return next(found for found in standing.elements if found.element_code == code)


def _element(element: ElementView, before: ElementStanding, after: ElementStanding) -> str:
    if before == after or not element.segments:
        return ""
    facts = [
        ("units", f"{before.counted_units:,}", f"{after.counted_units:,}"),
        ("tier", _tier(before), _tier(after)),
        ("amount", fmt.money(before.amount_earned), fmt.money(after.amount_earned)),
    ]
    if after.units_to_next_tier is not None:
        worth = after.worth_of_next_tier_amount or ZERO
        text = f"{fmt.plural(after.units_to_next_tier, 'unit')}, {fmt.money(worth)}"
        facts.append((f"then to tier {after.next_tier_number}", text, text))
    added = after.counted_units - before.counted_units
    return f"{stair(element, added=added)}{_facts(facts)}"


def _ahead(found: Outcome) -> str:
    facts = []
    if found.chance is not None:
        one, two = (fmt.chance(float(x)) for x in (found.chance.before, found.chance.after))
        facts.append((f"chance of tier {found.chance.tier_number}", one, two))
    one, two = fmt.money(found.expected_before), fmt.money(found.expected_after)
    facts.append(("expected at the end", one, two))
    return _facts(facts)


def _facts(facts: Sequence[tuple[str, str, str]]) -> str:
    cells = "".join(
        f"<div><dt>{name}</dt><dd>{new if old == new else f'<s>{old}</s> {new}'}</dd></div>"
        for name, old, new in facts
    )
    return f'<dl class="ss-pace">{cells}</dl>'


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
