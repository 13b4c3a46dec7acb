"""What a scenario may change of a rooftop: cars, scores, reports, recalls, objectives, rules, days.

Here: each change as plain values, and what it does to one program's facts. Not here: the words a
person says it in (scenarios/words.py), the amounts before and after (what_if.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from programs.calendars import Period
from programs.facts import Car, Facts
from programs.filters import UnitClass
from programs.gates import GateState, Reading
from programs.program_states import (
    gates_of,
    scored_metrics,
    sourced_metric,
)
from programs.rule_models import RuleVersion
from programs.unit_sums import SoldUnits

SURVEYS = "survey_average"


@dataclass(frozen=True)
class SoldCars:
    """Units of one class sold besides, dealt out to the days given in turn; negative: not sold."""

    label: str
    unit: UnitClass
    units: int
    days: tuple[datetime.date, ...]
    msrp_amount: Decimal

    @property
    def said(self) -> str:
        label = self.label if abs(self.units) == 1 else plural(self.label)
        return f"{self.units} {label}" if self.units >= 0 else f"{-self.units} {label} fewer"

    @property
    def is_one(self) -> bool:
        return abs(self.units) == 1

    def cars(self, number: int) -> list[Car]:
        """One car for each unit; `number` keeps those of several changes apart. Units not sold are
        taken back as one class, whichever cars they are."""
        sign = 1 if self.units > 0 else -1
        found = []
        for place in range(abs(self.units)):
            day = self.days[place % len(self.days)]
            vin = f"~{number:03d}-{place:05d}"
            found.append(
                Car(vin, self.unit, "reported", day, day, sign * self.msrp_amount, units=sign)
            )
        return found

    def units_in(self, period: Period) -> SoldUnits:
        """Those whose days fall into a period."""
        rounds, rest = divmod(abs(self.units), len(self.days))
        days = sum(
            rounds + (place < rest) for place, day in enumerate(self.days) if period.contains(day)
        )
        units = days if self.units > 0 else -days
        return SoldUnits(self.unit, units, units * self.msrp_amount)

    def apply(self, facts: Facts, number: int) -> Facts:
        mine = [car for car in self.cars(number) if facts.period.contains(car.counting_date)]
        return replace(facts, known_cars=(*facts.known_cars, *mine))


@dataclass(frozen=True)
class Score:
    """A metric's score as it might be; with its sample, or the sample as it is."""

    metric: str
    value: Decimal
    sample_count: int | None = None

    @property
    def said(self) -> str:
        return f"{_name(self.metric)} at {self.value}"

    is_one = True

    def apply(self, facts: Facts, number: int) -> Facts:
        if self.metric not in scored_metrics(facts.rules):
            return facts
        known = {sourced_metric("csi_score", self.metric): Reading(None)} | facts.inputs.readings
        facts = replace(facts, inputs=replace(facts.inputs, readings=known))
        return _read(facts, self.metric, lambda source, reading: self._reading(reading))

    def _reading(self, reading: Reading) -> Reading:
        sample = reading.sample_count if self.sample_count is None else self.sample_count
        return replace(reading, score=self.value, sample_count=sample)


@dataclass(frozen=True)
class Surveys:
    """More surveys of a metric, each with this score: the average moves exactly. `sums` is what
    the period's surveys add up to so far, by (program, period)."""

    metric: str
    score: Decimal
    count: int
    sums: Mapping[tuple[str, str], Decimal]

    @property
    def said(self) -> str:
        noun = "survey" if self.count == 1 else "surveys"
        return f"{self.count} more {_name(self.metric)} {noun} at {self.score}"

    @property
    def is_one(self) -> bool:
        return self.count == 1

    def apply(self, facts: Facts, number: int) -> Facts:
        so_far = self.sums.get((facts.program_code, facts.period.code), Decimal(0))

        def more(source: str, reading: Reading) -> Reading:
            if source != SURVEYS:
                return reading
            known, score = reading.sample_count or 0, reading.score or Decimal(0)
            # Exact from the sum of the surveys, unless another change has set their average.
            is_known = known > 0 and so_far / known == score
            before = so_far if is_known else score * known
            count = known + self.count
            return replace(
                reading, score=(before + self.score * self.count) / count, sample_count=count
            )

        return _read(facts, self.metric, more)


@dataclass(frozen=True)
class ItemsDone:
    """All items of a kind complete, by their deadline: training, facility, digital."""

    item: str

    is_one = True

    @property
    def said(self) -> str:
        return f"{_name(self.item)} complete"

    def apply(self, facts: Facts, number: int) -> Facts:
        if self.item not in facts.inputs.items:
            return facts
        items = {**facts.inputs.items, self.item: GateState.MET}
        return replace(facts, inputs=replace(facts.inputs, items=items))


@dataclass(frozen=True)
class GateSet:
    """A gate met or not, whatever it takes."""

    gate_code: str
    state: GateState

    is_one = True

    @property
    def said(self) -> str:
        return f"the {_name(self.gate_code)} gate {self.state.code.replace('_', ' ')}"

    def apply(self, facts: Facts, number: int) -> Facts:
        if all(gate.gate != self.gate_code for gate in gates_of(facts.rules)):
            return facts
        return replace(facts, gates={**facts.gates, self.gate_code: self.state})


@dataclass(frozen=True)
class Reported:
    """Pending cars accepted by the OEM on a day; None: all of them. Later than a program's report
    deadline they don't count in it."""

    on: datetime.date
    vins: frozenset[str] | None
    count: int

    is_one = False

    @property
    def said(self) -> str:
        noun = "pending report" if self.count == 1 else "pending reports"
        return f"{self.count} {noun} accepted on {self.on:%d %b}"

    def apply(self, facts: Facts, number: int) -> Facts:
        return facts.with_moved(
            [
                (car, car.accepted(self.on) if self.on <= _report_deadline(facts, car) else None)
                for car in facts.pending
                if self.vins is None or car.vin in self.vins
            ]
        )


@dataclass(frozen=True)
class Unwound:
    """Cars of open periods taken back."""

    vins: frozenset[str]
    label: str

    @property
    def is_one(self) -> bool:
        return len(self.vins) == 1

    @property
    def said(self) -> str:
        label = self.label if self.is_one else plural(self.label)
        return f"{len(self.vins)} {label} unwound"

    def apply(self, facts: Facts, number: int) -> Facts:
        gone = [car for vin in sorted(self.vins) for car in facts.by_vin.get(vin, ())]
        return facts.with_moved([(car, None) for car in gone])


@dataclass(frozen=True)
class RecallsClosed:
    """Recalls of delivered cars closed by their delivery: one closed later still deducts."""

    vins: frozenset[str]

    @property
    def is_one(self) -> bool:
        return len(self.vins) == 1

    @property
    def said(self) -> str:
        noun = "recall" if self.is_one else "recalls"
        return f"{len(self.vins)} open {noun} closed by delivery"

    def apply(self, facts: Facts, number: int) -> Facts:
        return facts.with_moved(
            [
                (car, replace(car, has_open_recall=False))
                for car in facts.recalled
                if car.vin in self.vins
            ]
        )


@dataclass(frozen=True)
class ObjectiveSet:
    """Another objective of a program, for one element or all that have one."""

    program_code: str
    units: int
    element_code: str | None = None

    is_one = True

    @property
    def said(self) -> str:
        return f"an objective of {self.units}"

    def apply(self, facts: Facts, number: int) -> Facts:
        if facts.program_code != self.program_code:
            return facts
        objectives = {
            element.element: self.units
            for element in facts.rules.elements
            if element.against.target == "objective"
            and self.element_code in (None, element.element)
        }
        inputs = replace(facts.inputs, objectives={**facts.inputs.objectives, **objectives})
        return replace(facts, inputs=inputs)


@dataclass(frozen=True)
class RulesSet:
    """Another version of a program's rules."""

    program_code: str
    rules: RuleVersion
    label: str

    is_one = True

    @property
    def said(self) -> str:
        return self.label

    def apply(self, facts: Facts, number: int) -> Facts:
        if facts.program_code != self.program_code:
            return facts
        return replace(facts, rules=self.rules)


@dataclass(frozen=True)
class ClosingDays:
    """Selling days fewer (closed) and more (opened) until a period's end: they move what is still
    to come, never what stands."""

    closed: tuple[datetime.date, ...] = ()
    opened: tuple[datetime.date, ...] = ()

    @property
    def is_one(self) -> bool:
        return len(self.closed) + len(self.opened) == 1

    @property
    def said(self) -> str:
        kinds = (("closed", self.closed), ("open", self.opened))
        return " and ".join(
            f"{len(days)} {'day' if len(days) == 1 else 'days'} {kind} "
            f"({', '.join(f'{day.day} {day:%b}' for day in days)})"
            for kind, days in kinds
            if days
        )

    def apply(self, facts: Facts, number: int) -> Facts:
        return facts

    def days_more(self, period: Period) -> int:
        """Selling days added to a period, negative where some are lost."""
        added = sum(period.contains(day) for day in self.opened)
        return added - sum(period.contains(day) for day in self.closed)


Change = (
    SoldCars
    | Score
    | Surveys
    | ItemsDone
    | GateSet
    | Reported
    | Unwound
    | RecallsClosed
    | ObjectiveSet
    | RulesSet
    | ClosingDays
)


def apply(changes: Sequence[Change], facts: Facts) -> Facts:
    """The facts with all changes made: other rules first, as the rest is judged under them."""
    rules = [change for change in changes if isinstance(change, RulesSet)]
    if rules:
        changes = [*rules, *(change for change in changes if not isinstance(change, RulesSet))]
    for number, change in enumerate(changes, 1):
        facts = change.apply(facts, number)
    return facts


def kept_days(changes: Sequence[Change], period: Period, days_left: int) -> Fraction:
    """The selling days that are left with the changes, as a share of those left without."""
    more = sum(change.days_more(period) for change in changes if isinstance(change, ClosingDays))
    if days_left <= 0:
        return Fraction(1)
    return Fraction(max(days_left + more, 0), days_left)


def plural(label: str) -> str:
    """A car's name for several of it: Frontiers, CX-5s, Mercedes-Benz GLCs; `F-150, 2023` keeps
    what tells it apart behind."""
    name, comma, rest = label.partition(",")
    return f"{name if name.endswith('s') else f'{name}s'}{comma}{rest}"


def _name(code: str) -> str:
    """A metric or gate as a person says it: CSI, training, facility."""
    words = code.replace("_", " ").replace("-", " ")
    return words.upper() if len(words) <= 3 else words


def _read(facts: Facts, metric: str, change: Callable[[str, Reading], Reading]) -> Facts:
    """The facts with a metric's readings changed, of each source that knows it."""
    changed = {
        key: change(source, reading)
        for key, reading in facts.inputs.readings.items()
        if key == sourced_metric(source := key.partition(":")[0], metric)
    }
    if not changed:
        return facts
    readings = {**facts.inputs.readings, **changed}
    return replace(facts, inputs=replace(facts.inputs, readings=readings))


def _report_deadline(facts: Facts, car: Car) -> datetime.date:
    deadlines = facts.rules.deadlines
    last = [datetime.date.max]
    if deadlines.report_days_after_sale is not None:
        last.append(car.sale_date + datetime.timedelta(days=deadlines.report_days_after_sale))
    if deadlines.report_days_after_period is not None:
        after = datetime.timedelta(days=deadlines.report_days_after_period)
        last.append(facts.period.end + after)
    return min(last)
