"""The words of an adjustment: which rule made it, and the figures it rests on.

Here: a sentence for the rule and one for its evidence, from the same states that settlement.py and
stacking.py went by; and the lines that show them as they were stored. Nothing is decided here.
Not here: other words of a standing (explanation_words.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from programs.explanation import Row
from programs.explanation_words import Line, full_day, money, percent
from programs.program_states import PeriodState
from programs.rule_across import (
    AllPeriods,
    AtMostOneOf,
    CatchUp,
    Chargeback,
    ExclusiveWith,
    FamilyCap,
    LastPeriod,
    Strikes,
)
from programs.settled_states import CountedPeriod
from programs.settlement import Adjustment, SettledPeriod, own_tier
from programs.spans import Window
from programs.stacking import StatedStacking

LABELS = {
    "catch_up": "Earned back",
    "last_period": "Earned back",
    "all_periods": "Bonus for all periods",
    "strikes": "Strikes",
    "chargeback": "Charged back",
    "exclusive_with": "Excluded by another program",
    "at_most_one_of": "Another program pays",
    "family_cap": "Over the cap of several programs",
}


@dataclass(frozen=True)
class Words:
    """What an adjustment's rule says and what it went by; `ruled_by` is the period whose version of
    the rulebook it is (a window goes by the rules of its last period begun)."""

    rule: str
    evidence: str
    ruled_by: str


@dataclass(frozen=True)
class _Found:
    """A rule of a program with the begun periods that it looks at, the last of which has it."""

    rule: Any
    members: Sequence[PeriodState]

    @property
    def ruled_by(self) -> str:
        return self.members[-1].inputs.period_code


def program_words(
    change: Adjustment,
    period_code: str,
    states: Sequence[PeriodState],
    windows: Mapping[str, Sequence[Window]],
    counted: CountedPeriod,
) -> Words:
    """The words of an adjustment that a rule of the program itself made."""
    found = next(
        one
        for one in _rules(period_code, states, windows)
        if (one.rule.kind, _code(one.rule)) == (change.kind, change.code)
    )
    rule, evidence = _WORDS[type(found.rule)](found, counted)
    return Words(rule, evidence, found.ruled_by)


def _rules(
    period_code: str, states: Sequence[PeriodState], windows: Mapping[str, Sequence[Window]]
) -> Iterator[_Found]:
    by_code = {state.inputs.period_code: state for state in states}
    for within, all_windows in windows.items():
        for window in all_windows:
            members = [by_code[code] for code in window.period_codes if code in by_code]
            if period_code not in window.period_codes or not members:
                continue
            for rule in members[-1].rules.across:
                if rule.within == within:
                    yield _Found(rule, members)
    here = by_code[period_code]
    for deduction in here.rules.deductions:
        yield _Found(deduction, [here])


def _code(rule: Any) -> str:
    return rule.deduction if isinstance(rule, Strikes | Chargeback) else rule.rule


def _caught_up(found: _Found, counted: CountedPeriod) -> tuple[str, str]:
    rule: CatchUp = found.rule
    said = (
        f"A missed period is earned back at tier {rule.tier} when the periods together reach it"
        + (" by the last of them." if rule.judged == "window_end" else ", then or later.")
    )
    return said, _side_by_side(found)


def _last_period(found: _Found, counted: CountedPeriod) -> tuple[str, str]:
    rule: LastPeriod = found.rule
    said = (
        f"Missed periods are earned back at tier {rule.tier} when the last one alone reaches "
        f"tier {rule.reaches}."
    )
    return said, _side_by_side(found)


def _all_periods(found: _Found, counted: CountedPeriod) -> tuple[str, str]:
    rule: AllPeriods = found.rule
    pays = rule.pays
    parts = [
        text
        for value, text in (
            (pays.flat, f"{money(pays.flat)} once"),
            (pays.per_unit, f"{money(pays.per_unit)} a paid unit"),
            (pays.msrp_percent, f"{percent(pays.msrp_percent)} of MSRP"),
        )
        if value
    ]
    said = f"All periods at tier {rule.tier} or above pay {' and '.join(parts)} more."
    return said, _side_by_side(found)


def _side_by_side(found: _Found) -> str:
    """Each period's units, target and tier by themselves, and their sums."""
    texts, counted, targets = [], 0, []
    for state in found.members:
        element = state.element(found.rule.element)
        if element is None:
            continue
        units, target = element.facts.counted_units, element.target_units
        counted += units
        targets.append(target)
        aimed = "" if target is None else f" of {target}"
        state_words = "objective waived" if element.is_waived else f"{units}{aimed} units"
        tier = own_tier(state, found.rule.element)
        texts.append(f"{state.inputs.period_code}: {state_words}, tier {tier}")
    whole = "" if None in targets else f" of {sum(targets)}"
    return f"{'; '.join(texts)}; together {counted}{whole}"


def _strikes(found: _Found, counted: CountedPeriod) -> tuple[str, str]:
    rule: Strikes = found.rule
    steps = "; ".join(
        f"from strike {step.strike} on {percent(step.takes_percent)}"
        + (f" and {step.suspends_periods} periods after it" if step.suspends_periods else "")
        for step in rule.steps
    )
    said = f"Strikes within {rule.rolling_months} months take of the period: {steps}."
    listed = ", ".join(f"{full_day(one.day)} ({one.item_code})" for one in counted.strikes)
    return said, f"Strikes so far: {listed}"


def _charged_back(found: _Found, counted: CountedPeriod) -> tuple[str, str]:
    rule: Chargeback = found.rule
    reach = f" at most {rule.look_back_days} days after its sale" if rule.look_back_days else ""
    said = (
        f"{money(rule.per_unit)} back for each paid unit of an earlier period unwound in this "
        f"one{reach}."
    )
    cars = [
        f"{one.vin} ({one.period_code}, after {one.days} days)"
        for one in counted.unwound
        if rule.look_back_days is None or one.days <= rule.look_back_days
    ]
    return said, f"{len(cars)} unwound: {', '.join(cars)}"


_WORDS: Mapping[type, Callable[[_Found, CountedPeriod], tuple[str, str]]] = {
    CatchUp: _caught_up,
    LastPeriod: _last_period,
    AllPeriods: _all_periods,
    Strikes: _strikes,
    Chargeback: _charged_back,
}


def stacking_words(
    change: Adjustment,
    stated: Sequence[StatedStacking],
    before: Mapping[str, SettledPeriod],
) -> Words:
    """The words of an adjustment that a rule between programs made; `before` is what each program
    pays by itself."""
    one = next(
        each
        for each in stated
        if (each.rule.kind, each.rule.stacking, each.program_code)
        == (change.kind, change.code, change.stated_by)
    )
    members = [code for code in one.members if code in before]
    amounts = ", ".join(
        f"{code} {money(before[code].amount_earned + before[code].amount_held)}"
        for code in members
    )
    period = before[one.program_code].period_code
    return Words(_stacking_rule(one), f"By themselves: {amounts}", period)


def _stacking_rule(one: StatedStacking) -> str:
    rule, others = one.rule, " and ".join(one.rule.programs)
    if isinstance(rule, ExclusiveWith):
        kept = {"this": one.program_code, "others": "the others", "larger": "the larger"}
        return f"{one.program_code} and {others} exclude each other; {kept[rule.keeps]} stays."
    if isinstance(rule, AtMostOneOf):
        kept = "the largest" if rule.keeps == "larger" else "the first that pays"
        return f"Of {', '.join(one.members)} at most one pays: {kept}."
    assert isinstance(rule, FamilyCap)
    limits = [] if rule.amount is None else [money(rule.amount)]
    if rule.msrp_percent is not None:
        limits.append(f"{percent(rule.msrp_percent)} of the MSRP that {rule.of} pays")
    return f"{', '.join(one.members)} together pay at most {' and '.join(limits)}; later ones lose."


def adjustment_lines(standing: Row, adjustments: Sequence[Row]) -> tuple[Line, ...]:
    """From what the elements earn together to what the program earns, adjustment by adjustment;
    none where there is no adjustment."""
    if not adjustments:
        return ()
    alone = standing["amount_earned"] - sum(row["amount_earned"] for row in adjustments)
    lines = [Line("amount", None, "Elements together", "each period by itself", money(alone))]
    for row in adjustments:
        lines.append(
            Line("adjustment", None, LABELS[row["rule_kind"]], row["rule_text"], change_text(row))
        )
        evidence = f"{row['evidence_text']} (bulletin {row['bulletin_number'] or 'not named'})"
        lines.append(Line("adjustment", None, f"  {row['rule_code']}", evidence, ""))
    lines.append(Line("earned", None, "Earned after all", "", money(standing["amount_earned"])))
    if standing["amount_held"]:
        held = money(standing["amount_held"])
        lines.append(Line("amount", None, "Held after all", "until its gates are known", held))
    return tuple(lines)


def change_text(row: Row) -> str:
    """What an adjustment adds or takes, held amounts named."""
    parts = [
        f"{'+' if amount > 0 else ''}{money(amount)}{word}"
        for amount, word in ((row["amount_earned"], ""), (row["amount_held"], " held"))
        if amount
    ]
    return ", ".join(parts)
