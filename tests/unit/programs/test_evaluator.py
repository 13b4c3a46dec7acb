"""A second evaluator, written from the pages alone, agrees on programs of any shape with any other.

Here: programs × months of deals through both, every unit and dollar compared. Not here: whether the
evaluator is right (test_evaluator_examples.py); SQL against Python (tests/integration).
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings

from programs import calendars
from programs.filters import ElementFilter, Membership, UnitClass
from programs.gates import GateState, Leaf, Reading, items_state
from programs.gates import Item as KnownItem
from programs.program_states import (
    PeriodInputs,
    PeriodState,
    SoldUnits,
    period_state,
    sourced_metric,
)
from programs.rulebook import Rulebook, Version, rulebook_of, windows_in_force
from programs.settlement import SettledPeriod, settle_program
from programs.stacking import StatedStacking, settle_stacking
from programs.standing import ElementStanding
from tests.unit.programs.evaluator import alone, gates, settle, units
from tests.unit.programs.evaluator.facts import Period, Store
from tests.unit.programs.rulebook_strategies import as_read
from tests.unit.programs.store_strategies import exact, families, stores

STARTS = [datetime.date(2024 + month // 12, month % 12 + 1, 1) for month in range(25)]
MONTHS = [
    Period(f"{start:%Y-%m}", start, after - datetime.timedelta(days=1))
    for start, after in zip(STARTS, STARTS[1:], strict=False)
]
BY_CODE = {month.code: month for month in MONTHS}
CALENDAR = calendars.Calendar(
    code="example",
    months=tuple(
        calendars.Month(code=one.code, start=one.start, end=one.end) for one in MONTHS
    ),
)
MOST = 2000
MUST_BE_SEEN = (
    "an edge hit exactly", "no unit", "one unit", "no objective", "everything unwound",
    "ties in time", "fewer than none", "earned", "held", "forfeited", "deducted", "capped",
    "back", "all_periods", "strikes", "chargeback", "stacked",
)  # fmt: skip
MANY = settings(
    max_examples=MOST,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def ours(period: Period) -> calendars.Period:
    return calendars.Period(period.start, period.end, period.code, "month")


@dataclass(frozen=True)
class Case:
    """One program at one store, as our own code takes it. Which sales fall into which period is
    SQL's to say (tests/integration): here both sides take the evaluator's word for it."""

    document: dict[str, Any]
    book: Rulebook
    store: Store
    today: datetime.date

    @property
    def begun(self) -> dict[str, Version]:
        """The periods that have begun, with the version that rules each by our own code."""
        found = {}
        for month in MONTHS:
            version = self.book.version_for(ours(month), self.today)
            if version and month.start <= self.today and settle.takes_part(self.store, month):
                found[month.code] = version
        return found

    def settled(self) -> tuple[dict[str, SettledPeriod], dict[str, PeriodState]]:
        """Our own settlement, and each period alone."""
        begun = self.begun
        states, strikes = {}, self.store.strikes
        for code, version in begun.items():
            inputs = replace(self.inputs(BY_CODE[code], version), strikes=strikes)
            states[code], strikes = period_state(version.rules, inputs), ()
        if not states:
            return {}, {}
        windows = windows_in_force(self.book, begun.values(), {"example": CALENDAR})
        settled = settle_program(list(states.values()), windows)
        return {found.period_code: found for found in settled}, states

    def inputs(self, month: Period, version: Version) -> PeriodInputs:
        store, lines = self.store, self.lines(month)
        rules = settle.ruling(self.document, month, self.today)
        assert rules is not None
        last_year = MONTHS[MONTHS.index(month) - 12]
        return PeriodInputs(
            period=ours(month),
            sold=tuple(sold(line) for line in lines),
            objectives={
                element: units
                for (_, element, code), units in store.objectives.items()
                if code == month.code
            },
            bases={
                element["element"]: units.base_units(rules, element, store, last_year)
                for element in rules["elements"]
            },
            readings=self.readings(month) | timely(version, lines),
            items={"training": self.items(month)},
            is_open=self.today <= month.end,
            unwound=self.unwound(month),
        )

    def lines(self, month: Period) -> list[units.Line]:
        rules = settle.ruling(self.document, month, self.today)
        assert rules is not None
        earlier = [
            (BY_CODE[code], then)
            for code in self.begun
            if code < month.code
            and (then := settle.ruling(self.document, BY_CODE[code], self.today))
        ]
        return units.lines_of(rules, self.store, month, earlier)

    def readings(self, month: Period) -> dict[str, Reading]:
        found = {}
        for source, metric in (
            ("csi_score", "csi"),
            ("csi_score", "efficiency"),
            ("survey_average", "csi"),
        ):
            told = gates.reading_of(self.store, month, self.today, metric, source)
            if told is not None:
                region = None if told.region is None else exact(told.region)
                reading = Reading(exact(told.score), told.sample, region)
                found[sourced_metric(source, metric)] = reading
        return found

    def items(self, month: Period) -> GateState:
        leaf = Leaf("training", "compliance_items", item_type="training", due="period_end")
        return items_state(
            leaf,
            [KnownItem(item.due, item.completed) for item in self.store.items],
            period_start=month.start,
            period_end=month.end,
            as_of_date=self.today,
        )

    def unwound(self, month: Period) -> tuple[tuple[int, int], ...]:
        """Paid units of earlier periods that are unwound in this one, with the days since."""
        found = []
        for code, version in self.begun.items():
            for line in self.lines(BY_CODE[code]) if code < month.code else ():
                gone = line.sale.unwound_on
                if line.step > 0 and gone and month.holds(gone) and is_paid(version, line):
                    found.append((1, (gone - line.sale.on).days))
        return tuple(found)


def sold(line: units.Line) -> SoldUnits:
    recalls = int(line.sale.has_open_recall and line.step > 0)
    msrp = exact(line.sale.msrp) * line.step
    return SoldUnits(UnitClass(**line.sale.traits), line.step, msrp, recalls)


def memberships(version: Version, line: units.Line) -> list[Membership]:
    unit = UnitClass(**line.sale.traits)
    rules = version.rules
    return [ElementFilter(rules, element).membership(unit) for element in rules.elements]


def is_paid(version: Version, line: units.Line) -> bool:
    return any(found.is_paid for found in memberships(version, line))


def timely(version: Version, lines: list[units.Line]) -> dict[str, Reading]:
    """The percent of the sales it counts or pays that were reported within three days."""
    late = [
        (line.sale.accepted_on - line.sale.on).days > 3
        for line in lines
        if line.step > 0
        and any(found.is_counted or found.is_paid for found in memberships(version, line))
    ]
    if not late:
        return {}
    percent = Decimal(100 * late.count(False)) / len(late)
    return {sourced_metric("rdr_timeliness", "timely"): Reading(percent, len(late))}


def cents(amount: Decimal) -> int:
    whole = amount * 100
    assert whole == int(whole), f"{amount} has parts of a cent"
    return int(whole)


def assert_element(here: alone.Element, ours: ElementStanding, where: object) -> None:
    """One element alone, before anything across periods."""
    found = {
        "counted": ours.counted_units,
        "paid": ours.paid_units,
        "msrp": Fraction(ours.paid_msrp_amount),
        "tier": ours.tier_number if ours.standing_state == "ok" else None,
        "before": cents(ours.amount_before_gates),
        "forfeited": cents(ours.amount_forfeited),
        "deducted": cents(ours.amount_deducted),
        "capped": cents(ours.amount_capped),
        "held": cents(ours.amount_held),
        "earned": cents(ours.amount_earned),
        "next_tier": None
        if ours.units_to_next_tier is None
        else (ours.units_to_next_tier, cents(ours.worth_of_next_tier_amount or Decimal(0))),
    }
    assert found == {name: getattr(here, name) for name in found}, where
    state = min(here.gate.states, key=gates.ORDER.index, default=None)
    assert state == (None if ours.gate_state is None else ours.gate_state.code), where


def assert_settled(here: settle.Settled, found: SettledPeriod, state: PeriodState) -> None:
    """One period with everything settled, and what each kind of rule changed."""
    where = (found.period_code, here.alone.rules)
    for standing in found.standing.elements:
        assert_element(here.alone.elements[standing.element_code], standing, where)
    assert state.award_state() == (
        None if here.alone.award is None else GateState[here.alone.award.upper()]
    )
    assert dict(found.tiers or {}) == here.tiers, where
    changes: dict[str, list[int]] = {}
    for change in found.adjustments:
        kind = "back" if change.kind in ("catch_up", "last_period") else change.kind
        summed = changes.setdefault(kind, [0, 0])
        summed[0] += cents(change.amount_earned)
        summed[1] += cents(change.amount_held)
    expected: dict[str, list[int]] = {}
    for kind, _, earned, held in here.changes:
        summed = expected.setdefault(kind, [0, 0])
        summed[0] += earned
        summed[1] += held
    assert changes == expected, where
    assert (cents(found.amount_earned), cents(found.amount_held)) == (here.earned, here.held)


@dataclass
class Seen:
    """What the drawn cases had in them: agreement on nothing would be no agreement."""

    periods: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def note(self, here: settle.Settled, store: Store) -> None:
        self.periods += 1
        period = here.alone.period
        sales = [sale for sale in store.sales if period.holds(sale.on)]
        days = Counter(sale.on for sale in sales)
        elements = list(here.alone.elements.values())
        self.found.update(
            {
                "an edge hit exactly": any(
                    one.counted in one.edges for one in elements if one.tier
                ),
                "no unit": any(one.counted == 0 for one in elements),
                "one unit": any(one.counted == 1 for one in elements),
                "no objective": any(one.tier is None for one in elements),
                "everything unwound": bool(sales) and all(sale.unwound_on for sale in sales),
                "ties in time": max(days.values(), default=0) > 1,
                "fewer than none": any(one.counted < 0 for one in elements),
                "earned": here.earned > 0,
                "held": here.held > 0,
                "forfeited": any(one.forfeited for one in elements),
                "deducted": any(one.deducted for one in elements),
                "capped": any(one.capped for one in elements),
                **{kind: True for kind, _, _, _ in here.changes},
            }
        )


def test_both_agree_on_programs_of_any_shape() -> None:
    """Each program settled over its months, then stacked with the two beside it."""
    seen = Seen()

    @MANY
    @given(families(), stores())
    def agree(family: list[dict[str, Any]], at: tuple[Store, datetime.date]) -> None:
        agree_on(family, *at, seen)

    agree()
    assert seen.periods > 2 * MOST
    missing = {name for name in MUST_BE_SEEN if not seen.found[name]}
    assert not missing


def agree_on(
    family: list[dict[str, Any]], store: Store, today: datetime.date, seen: Seen
) -> None:
    by_us: dict[str, dict[str, SettledPeriod]] = {}
    by_hand: dict[str, dict[str, settle.Settled]] = {}
    stated: dict[str, list[StatedStacking]] = {}
    for drawn in family:
        document = as_read(drawn)
        case = Case(document, rulebook_of(document, "drawn.yaml"), store, today)
        settled, states = case.settled()
        slow = settle.settle(document, store, MONTHS, today)
        assert list(settled) == list(slow)
        for code, found in settled.items():
            assert_settled(slow[code], found, states[code])
            by_us.setdefault(code, {})[drawn["program"]] = found
            by_hand.setdefault(code, {})[drawn["program"]] = slow[code]
            rules = case.begun[code].rules
            stated.setdefault(code, []).extend(
                StatedStacking(rules.program, rule) for rule in rules.stacking
            )
            if drawn is family[0]:
                seen.note(slow[code], store)
    for code, found in by_us.items():
        stacked = settle_stacking(found, stated[code])
        left = {
            program: (cents(one.amount_earned), cents(one.amount_held))
            for program, one in stacked.items()
        }
        assert left == settle.stack(by_hand[code]), (code, family)
        seen.found["stacked"] += left != {
            program: (one.earned, one.held) for program, one in by_hand[code].items()
        }
