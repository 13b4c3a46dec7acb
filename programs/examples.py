"""A rulebook's own examples: inputs and the amount the bulletin states, run on every load.

Here: an example's inputs through one program's whole arithmetic, and what came out otherwise.
Not here: the models of an example (rule_examples.py); the arithmetic (program_states.py,
settlement.py, stacking.py); the standing of real stores (dbt's marts).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from programs.calendars import Period
from programs.filters import UnitClass
from programs.gates import GateState, Reading
from programs.money import ZERO
from programs.program_states import (
    PeriodInputs,
    PeriodState,
    SoldUnits,
    element_rules,
    period_state,
    program_cap,
)
from programs.rule_examples import Example, ExampleInputs, ExamplePeriod, ExampleUnits
from programs.rule_models import RuleVersion
from programs.settlement import SettledPeriod, settle_program
from programs.spans import ALL_PERIODS, Window, plain_period, whole_window, window_code
from programs.stacking import StatedStacking, settle_stacking
from programs.standing import ProgramStanding

__all__ = [
    "ExampleFailure",
    "ExampleResult",
    "element_rules",
    "example_result",
    "example_standing",
    "failed_examples",
    "program_cap",
]


@dataclass(frozen=True)
class ExampleFailure:
    """An example (by its position) that came out otherwise than the bulletin states."""

    index: int
    message: str


@dataclass(frozen=True)
class ExampleResult:
    """What the rules make of an example: its periods settled, and as they stood alone."""

    settled: tuple[SettledPeriod, ...]
    states: tuple[PeriodState, ...]

    @property
    def amount_earned(self) -> Decimal:
        return sum((found.amount_earned for found in self.settled), ZERO)

    @property
    def amount_held(self) -> Decimal:
        return sum((found.amount_held for found in self.settled), ZERO)


def failed_examples(rules: RuleVersion) -> Iterator[ExampleFailure]:
    """The examples that don't come out."""
    for index, example in enumerate(rules.examples):
        for message in example_differences(rules, example):
            yield ExampleFailure(index, f"example '{example.example}': {message}")


def example_differences(rules: RuleVersion, example: Example) -> list[str]:
    """How an example comes out otherwise; empty when it comes out."""
    return list(_differences(rules, example, example_result(rules, example)))


def example_standing(rules: RuleVersion, example: Example) -> ProgramStanding:
    """The standing of an example's one period alone, before anything across periods."""
    return period_state(rules, period_inputs(rules, example)).standing()


def example_result(rules: RuleVersion, example: Example) -> ExampleResult:
    """What the rules make of an example's inputs."""
    stated = example.periods or (example,)
    states = tuple(period_state(rules, period_inputs(rules, inputs)) for inputs in stated)
    settled = settle_program(states, example_windows(rules, states))
    stacking = [StatedStacking(rules.program, rule) for rule in rules.stacking]
    stacked = tuple(
        settle_stacking(_beside(found, inputs), stacking)[rules.program]
        for found, inputs in zip(settled, stated, strict=True)
    )
    return ExampleResult(stacked, states)


def example_windows(
    rules: RuleVersion, states: tuple[PeriodState, ...]
) -> Mapping[str, tuple[Window, ...]]:
    """The windows of an example's periods. `all` are the periods that the example lists; others
    are whole, but for periods that the program doesn't rule (by the plain calendar)."""
    codes = [state.inputs.period_code for state in states if state.inputs.period]
    windows: dict[str, dict[str, Window]] = {}
    for within in {rule.within for rule in rules.across}:
        found = windows.setdefault(within, {})
        for code in codes:
            members = tuple(codes)
            if within != ALL_PERIODS:
                members = tuple(
                    member
                    for member in whole_window(within, rules.when.grain, code)
                    if member in codes or _is_ruled(rules, plain_period(member))
                )
            name = window_code(within, code)
            found.setdefault(name, Window(name, members))
    return {within: tuple(found.values()) for within, found in sorted(windows.items())}


def _is_ruled(rules: RuleVersion, period: Period) -> bool:
    return rules.effective <= period.end and (rules.ends is None or rules.ends >= period.start)


def _beside(found: SettledPeriod, inputs: ExampleInputs) -> dict[str, SettledPeriod]:
    """A period beside what the example says of other programs."""
    others = {
        code: SettledPeriod(
            code,
            found.period_code,
            ProgramStanding(code, (), amount, ZERO, ZERO, ZERO, ZERO, amount, ZERO),
            inputs.other_msrp.get(code, ZERO),
        )
        for code, amount in inputs.other_programs.items()
    }
    return {found.program_code: found, **others}


def period_inputs(rules: RuleVersion, stated: ExampleInputs) -> PeriodInputs:
    """An example's inputs of one period."""
    return PeriodInputs(
        period=_period(stated),
        sold=tuple(_sold(rules, units) for units in stated.sold),
        objectives=_by_element(rules, stated.objective),
        bases=_by_element(rules, stated.base),
        readings={
            metric: Reading(
                score.score, score.sample, score.region_average, score.national_average
            )
            for metric, score in stated.scores.items()
        },
        items={name: GateState[state.upper()] for name, state in stated.items.items()},
        is_open=stated.period_is == "open",
        strikes=stated.strikes,
        unwound=tuple((found.units, found.days_after_sale) for found in stated.unwound),
    )


def _period(stated: ExampleInputs) -> Period | None:
    """The period named, with its own dates or the plain calendar's."""
    if stated.period is None:
        return None
    plain = plain_period(stated.period)
    if stated.starts is None or stated.ends is None:
        return plain
    return Period(stated.starts, stated.ends, plain.code, plain.grain)


def _sold(rules: RuleVersion, sold: ExampleUnits) -> SoldUnits:
    """An example's units; a make not stated is the program's first."""
    unit = UnitClass(
        make=sold.make or rules.who.makes[0],
        model=sold.model,
        trim=sold.trim,
        model_year=sold.model_year,
        powertrain=sold.powertrain,
        stock_type=sold.stock_type,
        sale_type=sold.sale_type,
    )
    msrp = sold.msrp_total or ZERO
    return SoldUnits(unit, sold.units, -msrp if sold.units < 0 else msrp, sold.open_recalls)


def _by_element(rules: RuleVersion, stated: int | dict[str, int] | None) -> dict[str, int]:
    """One number stands for every element."""
    if isinstance(stated, dict):
        return stated
    return {} if stated is None else {element.element: stated for element in rules.elements}


def _differences(rules: RuleVersion, example: Example, result: ExampleResult) -> Iterator[str]:
    yield from _other("pay", result.amount_earned, example.amount)
    yield from _other("hold", result.amount_held, example.held)
    for period, settled, state in zip(
        example.periods, result.settled, result.states, strict=bool(example.periods)
    ):
        yield from (f"{period.period}: {text}" for text in _in_period(period, settled, state))
    if not example.periods:
        yield from _tier(result.settled[0], result.states[0], example.tier)
    if example.qualifies is not None:
        yield from _award(result.states[-1], example.qualifies)


def _in_period(
    period: ExamplePeriod, settled: SettledPeriod, state: PeriodState
) -> Iterator[str]:
    yield from _other("pay", settled.amount_earned, period.amount)
    yield from _other("hold", settled.amount_held, period.held)
    yield from _tier(settled, state, period.tier)


def _other(verb: str, found: Decimal, stated: Decimal | None) -> Iterator[str]:
    if stated is not None and found != stated:
        yield (
            f"the rules {verb} {_money(found)}, the example says {_money(stated)}; "
            "mend the one that misreads the bulletin"
        )


def _tier(settled: SettledPeriod, state: PeriodState, stated: int | None) -> Iterator[str]:
    tier = (settled.tiers or {}).get(state.elements[0].element.element, 0)
    if stated is not None and tier != stated:
        yield f"the rules reach tier {tier}, the example says {stated}"


def _award(state: PeriodState, stated: object) -> Iterator[str]:
    found = state.award_state()
    said = {GateState.MET: True, GateState.NOT_MET: False}.get(found, "undecided")
    if said != stated:
        open_gates = [
            f"{gate.gate_code} {gate.state.code}"
            for gate in state.elements[0].facts.gates
            if gate.state is not GateState.MET
        ]
        yield (
            f"qualifies: the rules say {_said(said)} ({', '.join(open_gates) or 'all gates met'}), "
            f"the example says {_said(stated)}"
        )


def _said(value: object) -> str:
    return {True: "true", False: "false"}.get(value, "undecided")


def _money(amount: Decimal) -> str:
    return f"${amount:,.2f}"
