"""Chase or let go as markup: each program's figures, its rule, its doubts, and what was decided.

Belongs here: markup from programs.chase and from kept decisions, every figure as they give it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from app import format as fmt
from app.components.plan_parts import NameOf, cents
from notebook.decisions import Decision
from programs.chase import AIM, Chase, Effort
from programs.outcomes import percent

VERDICTS = {
    "chase": "Chase",
    "long_shot": "A long shot",
    "let_go": "Let go",
    "secured": "Secured",
    "unknown": "Not known yet",
}
CHIPS = {"chase": "ss-met", "long_shot": "ss-apart", "let_go": "ss-loss", "unknown": "ss-unknown"}
DECIDED = {"chase": "chase", "let_go": "let go"}


def chase_card(
    chase: Chase, rooftop: str | None, decision: Decision | None, decide: str | None
) -> str:
    """One program's card. `rooftop` is named where several are shown; `decide` is the address of
    its form."""
    where = f"{escape(rooftop)} · " if rooftop else ""
    return (
        f'<article class="ss-card ss-chase" data-testid="chase-{escape(chase.program_code)}">'
        f"<header><div><h2>{escape(chase.program_name)}</h2>"
        f"<p>{where}{escape(chase.period_code)}</p></div>"
        f'<div class="ss-earned"><span>at stake</span><b>{fmt.money(chase.stake_amount)}</b>'
        f"<small>{_edge(chase)}</small></div></header>"
        f'<ul class="ss-chips"><li class="ss-chip {CHIPS.get(chase.verdict, "")}">'
        f"<b>{VERDICTS[chase.verdict]}</b></li>{_decided(decision)}</ul>"
        f'<dl class="ss-pace">{_facts(chase)}</dl>'
        f"{_why(chase, is_short=rooftop is not None)}{_link(decide)}</article>"
    )


def _why(chase: Chase, *, is_short: bool) -> str:
    """The rule and its doubts; behind a click where many programs are read down a phone."""
    said = f'<p class="ss-plain">{escape(_sentence(chase))}</p>{_doubts(chase)}'
    label = "Why, and where it is unsure" if chase.doubts else "Why"
    return f"<details><summary>{label}</summary>{said}</details>" if is_short else said


def history(
    decisions: Sequence[tuple[Decision, str]], name_of: NameOf, *, name_rooftop: bool
) -> str:
    """What was decided, newest first, each with what became of it."""
    rows = "".join(
        f'<li class="ss-gap ss-step"><div class="ss-gap-money"><b>{DECIDED[one.verdict]}</b>'
        f"<span>{escape(fmt.moment(one.decided_at))}<br>{escape(one.decided_by)}</span></div><div>"
        f"<h3>{escape(_title(one, name_of, name_rooftop))}</h3><p>{escape(one.reason)}</p>"
        f'<p class="ss-where">{escape(_figures(one.figures))}</p>'
        f'<p class="ss-evidence">{escape(became)}</p></div></li>'
        for one, became in decisions
    )
    return f'<ol class="ss-gaps" data-testid="decisions">{rows}</ol>'


def _edge(chase: Chase) -> str:
    if chase.tier_number is None:
        return "no objective yet"
    return f"tier {chase.tier_number} at {chase.edge_units:,} units"


def _facts(chase: Chase) -> str:
    facts = [("reported now", f"{chase.units_now:,}")]
    if chase.chance is not None:
        facts += [
            ("expected at the end", f"{chase.low_units:,} to {chase.high_units:,}"),
            (f"chance of tier {chase.tier_number}", percent(chase.chance)),
            ("expected money", cents(chase.expected_cents)),
        ]
    if chase.best is not None:
        best = chase.best
        facts += [
            (f"to be likely ({percent(AIM)})", _to_aim(chase)),
            ("pays best", f"{fmt.plural(best.units, 'more car')}"),
            ("costs", cents(best.cost_cents)),
            ("nets", cents(best.net_cents)),
        ]
    return "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)


def _to_aim(chase: Chase) -> str:
    if chase.is_likely:
        return "it is already"
    effort: Effort | None = chase.to_aim
    if effort is None:
        return "out of reach"
    return f"{fmt.plural(effort.units, 'car')}, {cents(effort.cost_cents)}"


def _sentence(chase: Chase) -> str:
    rule = chase.rule[:1].upper() + chase.rule[1:]
    if chase.best is None or chase.spread is None:
        return f"{rule}."
    best, spread = chase.best, chase.spread
    return (
        f"{rule}. {fmt.plural(best.units, 'more car')} at {cents(best.cost_cents)} bring "
        f"{cents(best.gain_cents)} over all programs and raise the chance to "
        f"{percent(best.chance)}; in the middle 80 % of samples they bring "
        f"{cents(spread.low_cents)} to {cents(spread.high_cents)}, and they pay for themselves in "
        f"{percent(spread.pays)} of them."
    )


def _doubts(chase: Chase) -> str:
    if not chase.doubts:
        return ""
    items = "".join(f"<li>{escape(doubt)}</li>" for doubt in chase.doubts)
    return f'<div class="ss-doubts"><b>Where this is unsure</b><ul>{items}</ul></div>'


def _decided(decision: Decision | None) -> str:
    if decision is None:
        return ""
    return (
        f'<li class="ss-chip" data-testid="decided">decided: <b>{DECIDED[decision.verdict]}</b> '
        f"{escape(decision.decided_by)}, {escape(fmt.moment(decision.decided_at))}</li>"
    )


def _link(decide: str | None) -> str:
    return (
        f'<p class="ss-source"><a href="{decide}" target="_self">Decide</a></p>' if decide else ""
    )


def _title(decision: Decision, name_of: NameOf, name_rooftop: bool) -> str:
    name = decision.figures.get("program_name", decision.program_code)
    where = f"{name_of(decision.rooftop_id)}: " if name_rooftop else ""
    return f"{where}{name}, {decision.period_code}"


def _figures(figures: Mapping[str, object]) -> str:
    """The figures on the screen when it was decided, in a line."""
    chance = figures.get("chance")
    if chance is None:
        return "No ladder stood then."
    return (
        f"Then: {figures['units_now']:,} units reported, {figures['low_units']:,} to "
        f"{figures['high_units']:,} expected, chance of tier {figures['tier_number']} "
        f"{fmt.chance(float(chance))}, {fmt.money(_amount(figures['stake_amount']))} at stake, "
        f"advice: {VERDICTS[str(figures['advice'])].lower()}."
    )


def _amount(text: object):  # noqa: ANN202 - exact dollars of a kept figure
    from decimal import Decimal

    return Decimal(str(text))
