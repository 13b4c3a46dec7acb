"""Several periods of one program: earned back, bonuses, strikes, chargebacks; then stacking.

Belongs here: which version rules a period, windows, what programs pay together. One period alone
is in alone.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from . import units
from .alone import Alone, Element, alone, months_of
from .facts import Period, Store, cents, number, whole

SIZES = {"two_month": 2, "quarter": 3, "half": 6, "year": 12}


@dataclass
class Settled:
    """One period of one program with everything settled, in cents. `tiers` are those that its
    elements stand at; `changes` what each rule across periods changed, earned and held."""

    alone: Alone
    tiers: dict[str, int]
    earned: int
    held: int
    changes: list[tuple[str, str, int, int]] = field(default_factory=list)

    def change(self, kind: str, code: str, earned: int, held: int) -> None:
        self.earned += earned
        self.held += held
        if earned or held:
            self.changes.append((kind, code, earned, held))


def versions_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The program as announced and as revised: each section under `change` replaces it whole."""
    first = {name: value for name, value in document.items() if name != "revisions"}
    found = [first]
    for revision in document.get("revisions", []):
        now = {name: value for name, value in found[-1].items() if name != "ends"}
        now.update({name: value for name, value in revision.items() if name != "change"})
        now.update(revision["change"])
        found.append(now)
    return found


def ruling(document: dict[str, Any], period: Period, today: date) -> dict[str, Any] | None:
    """The last announced of the versions that are in force in a period."""
    found = None
    for rules in versions_of(document):
        ended = "ends" in rules and rules["ends"] < period.start
        if rules["announced"] <= today and rules["effective"] <= period.end and not ended:
            found = rules
    return found


def settle(
    document: dict[str, Any], store: Store, months: Sequence[Period], today: date
) -> dict[str, Settled]:
    """The program's periods that have begun, each settled. `months` are the whole sales calendar,
    also of the year before."""
    by_code = {period.code: period for period in months}
    all_ruled = [period for period in months if ruling(document, period, today) is not None]
    begun = [period for period in all_ruled if period.start <= today and takes_part(store, period)]
    seen: dict[str, Alone] = {}

    def stand(period: Period, forced: dict[str, int]) -> Alone:
        rules = ruling(document, period, today)
        assert rules is not None
        year, _, rest = period.code.partition("-")
        before = f"{int(year) - 1}-{rest}"
        return alone(
            rules,
            store,
            period,
            today,
            earlier=[
                (each, then)
                for each in begun
                if each.start < period.start and (then := ruling(document, each, today))
            ],
            last_year=by_code.get(before),
            forced=forced,
        )

    for period in begun:
        seen[period.code] = stand(period, {})
    forced: dict[str, dict[str, int]] = {code: {} for code in seen}
    for rule, members, window in _rules(seen, all_ruled, ("catch_up", "last_period")):
        for code in _earned_back(rule, members, window):
            here = forced[code]
            tier = _tier_within(rule, seen[code])
            here[rule["element"]] = max(tier, here.get(rule["element"], 0))
    settled = {}
    for code, found in seen.items():
        then = stand(found.period, forced[code]) if forced[code] else found
        tiers = {name: element.own_tier for name, element in found.elements.items()}
        settled[code] = Settled(found, tiers | forced[code], found.earned, found.held)
        settled[code].change("back", "", then.earned - found.earned, then.held - found.held)
    for rule, members, window in _rules(seen, all_ruled, ("all_periods",)):
        if [member.period.code for member in members] == [each.code for each in window]:
            earned, held = _bonus(rule, members, settled)
            settled[members[-1].period.code].change("all_periods", rule["rule"], earned, held)
    _strikes(settled, store)
    for here in settled.values():
        for deduction in here.alone.rules.get("deductions", []):
            if deduction["kind"] == "chargeback":
                _charge(here, deduction, settled, store)
    return settled


def takes_part(store: Store, period: Period) -> bool:
    return not store.spans or any(
        first <= period.end and last >= period.start for first, last in store.spans
    )


def _rules(seen: dict[str, Alone], all_ruled: list[Period], kinds: tuple[str, ...]) -> list[Any]:
    """Rules with the periods they look at: those begun, and all of the window. The version that
    rules the last begun one says which rules there are."""
    found = []
    for within in (*SIZES, "all"):
        windows: dict[Any, list[Period]] = {}
        for period in all_ruled:
            windows.setdefault(_window(within, period), []).append(period)
        for window in windows.values():
            members = [seen[period.code] for period in window if period.code in seen]
            for rule in members[-1].rules.get("across", []) if members else []:
                having = [member for member in members if rule["element"] in member.elements]
                if rule["within"] == within and rule["kind"] in kinds and having:
                    found.append((rule, having, window))
    return found


def _window(within: str, period: Period) -> Any:
    if within == "all" or not months_of(period.code):  # free dates nest in no other window
        return None
    year, _, month = min(months_of(period.code)).partition("-")
    return year, (int(month) - 1) // SIZES[within]


def _earned_back(rule: dict[str, Any], members: list[Alone], window: list[Period]) -> list[str]:
    name = rule["element"]
    missed = [
        index
        for index, member in enumerate(members)
        if member.elements[name].own_tier < _tier_within(rule, member)
    ]
    is_complete = members[-1].period.code == window[-1].code
    if rule["kind"] == "last_period":
        reached = is_complete and members[-1].elements[name].own_tier >= rule["reaches"]
        chosen = [index for index in missed if index < len(members) - 1] if reached else []
    elif rule["judged"] == "window_end":
        chosen = missed if is_complete and _together(rule, members, members) else []
    else:
        chosen = [
            index
            for index in missed
            if any(_together(rule, members[: k + 1], members) for k in range(index, len(members)))
        ]
    return [members[index].period.code for index in chosen]


def _stated(rule: dict[str, Any], member: Alone) -> dict[str, Any]:
    """The rule's element as the rules of a period state it."""
    return next(each for each in member.rules["elements"] if each["element"] == rule["element"])


def _tier_within(rule: dict[str, Any], member: Alone) -> int:
    """The rule's tier; of a period whose rules have fewer tiers, its highest."""
    return min(rule["tier"], len(_stated(rule, member)["tiers"]["bands"]))


def _together(rule: dict[str, Any], members: list[Alone], begun: list[Alone]) -> bool:
    """Whether some periods reach the tier on their sums; a waived one adds neither. The edge is
    that of the rules of the window's last period begun."""
    measured = [member for member in members if not member.elements[rule["element"]].is_waived]
    if not measured:
        return False
    stated = _stated(rule, begun[-1])
    edge = number(stated["tiers"]["bands"][rule["tier"] - 1]["from"])
    rounding = stated["tiers"].get("rounding", "up")
    counted = sum(member.elements[rule["element"]].counted for member in measured)
    if units.kind_of(stated) == "units":
        return counted >= whole(edge * len(measured), rounding)
    targets = [member.elements[rule["element"]].target for member in measured]
    if None in targets or sum(targets) == 0:
        return False
    return counted >= whole(edge * sum(targets) / 100, rounding)


def _bonus(
    rule: dict[str, Any], members: list[Alone], settled: dict[str, Settled]
) -> tuple[int, int]:
    name, pays = rule["element"], rule["pays"]
    for member in members:
        own = member.elements[name].own_tier
        stands = settled[member.period.code].tiers[name] if rule.get("caught_up_counts") else own
        if stands < rule["tier"]:
            return 0, 0
    total = Fraction(0)
    for member in members:
        found = member.elements[name]
        left = found.gate.kept * (1 - found.recall_share if found.deducts else 1)
        per_unit = number(pays.get("per_unit", 0)) * max(found.paid, 0)
        share = number(pays.get("msrp_percent", 0)) / 100 * max(found.msrp, Fraction(0))
        total += (per_unit + share) * left
    parts: list[Element] = [member.elements[name] for member in members]
    total += number(pays.get("flat", 0)) * min(part.gate.kept for part in parts)
    return (0, cents(total)) if any(part.gate.is_held for part in parts) else (cents(total), 0)


def _strikes(settled: dict[str, Settled], store: Store) -> None:
    days = sorted(store.strikes)
    codes = list(settled)
    suspended: set[tuple[str, str]] = set()
    for index, (code, here) in enumerate(settled.items()):
        for deduction in here.alone.rules.get("deductions", []):
            if deduction["kind"] != "strikes":
                continue
            share = Fraction(1 if (code, deduction["deduction"]) in suspended else 0)
            for place, day in enumerate(days):
                if not here.alone.period.holds(day):
                    continue
                since = _months_before(day, deduction["rolling_months"])
                count = sum(1 for other in days[: place + 1] if other > since)
                steps = [step for step in deduction["steps"] if step["strike"] <= count]
                if steps:
                    share = max(share, number(steps[-1]["takes_percent"]) / 100)
                    after = steps[-1].get("suspends_periods", 0)
                    for later in codes[index + 1 : index + 1 + after]:
                        suspended.add((later, deduction["deduction"]))
            earned = cents(Fraction(here.earned, 100) * share)
            held = cents(Fraction(here.held, 100) * share)
            here.change("strikes", deduction["deduction"], -earned, -held)


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    for last in range(day.day, 0, -1):
        try:
            return date(year, month, last)
        except ValueError:  # that month is shorter: its last day
            continue
    raise AssertionError("a month has a first day")


def unwound_units(here: Settled, settled: dict[str, Settled], store: Store) -> list[int]:
    """Paid units of earlier periods whose unwind is dated in this one: the days since each sale."""
    days = []
    for other in settled.values():
        before, rules = other.alone.period, other.alone.rules
        if before.start >= here.alone.period.start:
            continue
        for line in units.lines_of(rules, store, before, []):
            sale = line.sale
            if sale.unwound_on is None or not here.alone.period.holds(sale.unwound_on):
                continue
            if any(units.is_paid(rules, element, sale) for element in rules["elements"]):
                days.append((sale.unwound_on - sale.on).days)
    return days


def _charge(
    here: Settled, deduction: dict[str, Any], settled: dict[str, Settled], store: Store
) -> None:
    most = deduction.get("look_back_days")
    found = [days for days in unwound_units(here, settled, store) if most is None or days <= most]
    amount = cents(number(deduction["per_unit"])) * len(found)
    earned = min(amount, here.earned)
    held = min(amount - earned, here.held)
    here.change("chargeback", deduction["deduction"], -earned, -held)


def stack(programs: dict[str, Settled]) -> dict[str, tuple[int, int]]:
    """What programs of one rooftop and period pay together, earned and held, by program."""
    left = {code: (found.earned, found.held) for code, found in programs.items()}
    stated = [
        (rule, code)
        for code, found in programs.items()
        for rule in found.alone.rules.get("stacking", [])
    ]
    order = ("exclusive_with", "at_most_one_of", "family_cap")
    for rule, code in sorted(
        stated, key=lambda each: (order.index(each[0]["kind"]), each[0]["stacking"])
    ):
        listed = rule["programs"] if code in rule["programs"] else [code, *rule["programs"]]
        members = [each for each in listed if each in left]
        if rule["kind"] == "family_cap":
            _family(rule, members, left, programs)
            continue
        for lost in _losers(rule, code, members, left):
            left[lost] = (0, 0)
    return left


def _losers(
    rule: dict[str, Any], code: str, members: list[str], left: dict[str, tuple[int, int]]
) -> list[str]:
    paying = {each: sum(left[each]) for each in members if sum(left[each]) > 0}
    if rule["kind"] == "exclusive_with":
        others = [each for each in members if each != code]
        rest = sum(sum(left[each]) for each in others)
        if code not in paying or rest == 0:
            return []
        this_stays = rule["keeps"] == "this" or (rule["keeps"] == "larger" and paying[code] >= rest)
        return others if this_stays else [code]
    best = max(paying.values(), default=0)
    kept = None
    for each, amount in paying.items():
        if rule["keeps"] == "first" or amount == best:
            kept = each
            break
    return [each for each in paying if each != kept]


def _family(
    rule: dict[str, Any],
    members: list[str],
    left: dict[str, tuple[int, int]],
    programs: dict[str, Settled],
) -> None:
    limits = []
    if "amount" in rule:
        limits.append(cents(number(rule["amount"])))
    if "msrp_percent" in rule:
        of = programs.get(rule["of"])
        msrp = max(of.alone.paid_msrp, Fraction(0)) if of else Fraction(0)
        limits.append(cents(number(rule["msrp_percent"]) / 100 * msrp))
    room = min(limits)
    kept: dict[str, list[int]] = {each: [0, 0] for each in members}
    for part in (0, 1):
        for each in members:
            kept[each][part] = min(left[each][part], room)
            room -= kept[each][part]
    for each in members:
        left[each] = (kept[each][0], kept[each][1])
