"""Plans as markup: the moves with their inputs, programs before and after, the group's tables.

Belongs here: markup from the answers of scenarios/, every figure as they give it, to the cent.
Nothing here words a move: scenarios/plans.py does, for the command line too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from html import escape

from app import format as fmt
from app.components.tables import table, tiles
from programs.money import round_money
from programs.outcomes import Outcome, percent
from programs.plan import Plan
from scenarios.exchanges import Trade, Transfer
from scenarios.group_plans import GroupPlan, NextUnit
from scenarios.plans import Answer, Step

NameOf = Callable[[str | None], str]


def cents(amount: Fraction | int) -> str:
    """Exact cents as the app writes money, half a cent up."""
    return fmt.money(round_money(Fraction(amount) / 100))


def plan_tiles(answer: Answer) -> str:
    """The plan in four figures."""
    plan, spread = answer.plan, answer.spread
    sure = "no move is worth its cost" if spread is None else (
        f"pays for itself in {percent(spread.pays)} of samples"
    )  # fmt: skip
    return (
        '<div data-testid="plan">'
        + tiles(
            ("expected without it", cents(plan.expected_before_cents), "all open programs", ""),
            ("expected with it", cents(plan.expected_after_cents), sure, ""),
            ("it costs", cents(plan.cost_cents), _units(plan), ""),
            ("it nets", cents(plan.net_cents), "after its cost", "ss-first"),
        )
        + "</div>"
    )


def _units(plan: Plan) -> str:
    gates = len(plan.choice.gates)
    more = f", {fmt.plural(gates, 'gate')}" if gates else ""
    return f"{fmt.plural(plan.choice.unit_count, 'car')}{more}"


def step_list(steps: Sequence[Step]) -> str:
    """The moves, each with its cost, what it is worth in the plan, and where that comes from."""
    rows = "".join(
        f'<li class="ss-gap ss-step"><div class="ss-gap-money"><b>{cents(step.worth_cents)}</b>'
        f"<span>less net without it, costs {cents(step.cost_cents)}</span></div>"
        f"<div><h3>{escape(_said(step))}</h3>"
        f'<p class="ss-where">{escape(step.source)}</p></div></li>'
        for step in steps
    )
    return f'<ol class="ss-gaps" data-testid="moves">{rows}</ol>'


def _said(step: Step) -> str:
    what = step.what[:1].upper() + step.what[1:]
    if step.units and what.startswith("Sell "):
        return f"Sell {step.units} {what.removeprefix('Sell ')}"
    return what


def program_table(outcomes: Sequence[Outcome]) -> str:
    """Each program before and after."""
    rows = []
    for one in outcomes:
        before, after = one.headline
        chance = one.chance
        rows.append(
            (
                f"<b>{escape(one.program_name)}</b>",
                _pair(f"{before.counted_units:,}", f"{after.counted_units:,}"),
                fmt.UNKNOWN
                if chance is None
                else f"tier {chance.tier_number}: "
                + _pair(percent(chance.before), percent(chance.after)),
                _pair(fmt.money(one.expected_before), fmt.money(one.expected_after)),
            )
        )
    return table(
        (
            ("Program", "ss-name"),
            ("Units today", "ss-num"),
            ("Chance at period end", "ss-num"),
            ("Expected", "ss-num"),
        ),
        rows,
        "ss-pairs",
    )


def _pair(before: str, after: str) -> str:
    return escape(before) if before == after else f"{escape(before)} → <b>{escape(after)}</b>"


def group_tiles(found: GroupPlan) -> str:
    """The group's plans in sums."""
    plans = found.plans.values()
    before = sum((plan.expected_before_cents for plan in plans), Fraction(0))
    net = sum((plan.net_cents for plan in plans), Fraction(0))
    exchanged = [*found.transfers, *found.trades]
    moved = sum((one.net_cents for one in exchanged), Fraction(0))
    proven = sum(plan.is_proven for plan in plans)
    return tiles(
        ("expected as things are", cents(before),
         f"at {fmt.plural(len(found.plans), 'rooftop')}", ""),
        ("all plans net", cents(net),
         f"{proven} of {len(found.plans)} proven to the cent", "ss-first"),
        ("they cost", cents(sum(p.cost_cents for p in plans)),
         fmt.plural(sum(p.choice.unit_count for p in plans), "car"), ""),
        ("exchanges add", cents(moved),
         f"{fmt.plural(len(found.transfers), 'transfer')}, "
         f"{fmt.plural(len(found.trades), 'trade')}", ""),
    )  # fmt: skip


def next_table(nexts: Sequence[NextUnit], name_of: NameOf) -> str:
    """Where one more car is worth most: its net first, as a phone shows the first columns alone."""
    return table(
        (
            ("Rooftop", "ss-name"), ("One more", ""), ("Net", "ss-num"),
            ("It brings", "ss-num"), ("It costs", "ss-num"), ("There are", "ss-num"),
        ),
        [
            (
                f"<b>{escape(name_of(one.rooftop_id))}</b>",
                escape(one.label),
                f"<b>{cents(one.net_cents)}</b>",
                cents(one.gain_cents),
                cents(one.cost_cents),
                f"{one.cars:,}",
            )
            for one in nexts
        ],
    )  # fmt: skip


def transfer_list(transfers: Sequence[Transfer], name_of: NameOf) -> str:
    """Transfers that pay, both sides of each."""
    rows = "".join(
        f'<li class="ss-gap ss-step"><div class="ss-gap-money"><b>{cents(one.net_cents)}</b>'
        f"<span>net, moving costs {cents(one.cost_cents)}</span></div><div>"
        f"<h3>{one.units} {escape(one.label)} from {escape(name_of(one.giver_id))} to "
        f"{escape(name_of(one.receiver_id))}</h3>"
        f'<p class="ss-where">{escape(name_of(one.giver_id))} is expected to lose '
        f"{cents(one.giver_loses_cents)}; {escape(name_of(one.receiver_id))} gains "
        f"{cents(one.receiver_gains_cents)} with its best plan, the cost of selling them "
        "taken off.</p></div></li>"
        for one in transfers
    )
    return f'<ol class="ss-gaps" data-testid="transfers">{rows}</ol>'


def trade_list(trades: Sequence[Trade], name_of: NameOf) -> str:
    """Trades that pay, both sides of each."""
    rows = "".join(
        f'<li class="ss-gap ss-step"><div class="ss-gap-money"><b>{cents(one.net_cents)}</b>'
        f"<span>net, moving both costs {cents(one.cost_cents)}</span></div><div>"
        f"<h3>1 {escape(one.first_gives)} from {escape(name_of(one.first_id))} for "
        f"1 {escape(one.second_gives)} from {escape(name_of(one.second_id))}</h3>"
        f'<p class="ss-where">{escape(name_of(one.first_id))} gains '
        f"{cents(one.first_gains_cents)} and {escape(name_of(one.second_id))} gains "
        f"{cents(one.second_gains_cents)} with their best plans, the car each gives gone and the "
        "cost of selling taken off.</p></div></li>"
        for one in trades
    )
    return f'<ol class="ss-gaps" data-testid="trades">{rows}</ol>'


def plans_table(found: GroupPlan, name_of: NameOf, address: str) -> str:
    """Each rooftop's own plan, those that net most first."""
    plans = sorted(found.plans.items(), key=lambda item: (-item[1].net_cents, item[0]))
    return table(
        (
            ("Rooftop", "ss-name"), ("Net", "ss-num"), ("Cars", "ss-num"),
            ("Cost", "ss-num"), ("Expected", "ss-num"), ("Proof", "ss-keep"),
        ),
        [
            (
                f'<a href="{address}?rooftop={escape(rooftop)}" target="_self">'
                f"{escape(name_of(rooftop))}</a>",
                f"<b>{cents(plan.net_cents)}</b>",
                str(plan.choice.unit_count),
                cents(plan.cost_cents),
                _pair(cents(plan.expected_before_cents), cents(plan.expected_after_cents)),
                "proven" if plan.is_proven else f"within {cents(plan.gap_cents)}",
            )
            for rooftop, plan in plans
        ],
    )  # fmt: skip
