"""A rulebook's own examples: inputs and the amount the bulletin states, run on every load.

Here: an example's units through filters, ladder, gates and standing, and what came out otherwise.
Not here: the models of an example (rule_models.py); the standing of real stores (dbt's marts).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from programs.filters import ElementFilter, UnitClass
from programs.gates import (
    GateResult,
    GateState,
    Leaf,
    Reading,
    conjuncts,
    effect_of,
    metric_state,
    tree_state,
)
from programs.ladder import build_ladder, ladder_rules
from programs.money import ZERO
from programs.rule_examples import Example, ExampleUnits
from programs.rule_gates import Gate
from programs.rule_models import Element, RuleVersion
from programs.standing import (
    ElementFacts,
    ElementRules,
    ProgramCap,
    ProgramStanding,
    evaluate_program,
)


@dataclass(frozen=True)
class ExampleFailure:
    """An example (by its position) that came out otherwise than the bulletin states."""

    index: int
    message: str


def failed_examples(rules: RuleVersion) -> Iterator[ExampleFailure]:
    """The examples that don't come out."""
    for index, example in enumerate(rules.examples):
        standing = example_standing(rules, example)
        for message in _differences(example, standing):
            yield ExampleFailure(index, f"example '{example.example}': {message}")


def example_standing(rules: RuleVersion, example: Example) -> ProgramStanding:
    """What the rules make of an example's inputs."""
    filters = [ElementFilter(rules, element) for element in rules.elements]
    units = [(unit_class(rules, sold), sold) for sold in example.sold]
    elements = [
        (
            element_rules(rules, element, order, _target(element, example)),
            _facts(rules, example, element, found, units),
        )
        for order, (element, found) in enumerate(zip(rules.elements, filters, strict=True), 1)
    ]
    paid_msrp = sum(
        (
            sold.msrp_total or ZERO
            for unit, sold in units
            if any(found.membership(unit).is_paid for found in filters)
        ),
        ZERO,
    )
    return evaluate_program(rules.program, elements, program_cap(rules), paid_msrp)


def element_rules(
    rules: RuleVersion, element: Element, order: int, target_units: int | None
) -> ElementRules:
    """An element's rules for one rooftop and period, given its objective or base."""
    return ElementRules(
        program_code=rules.program,
        element_code=element.element,
        element_order=order,
        ladder=build_ladder(ladder_rules(element), target_units),
        counts_equal_pays=element.counts_equal_pays,
        is_volume=element.is_volume,
        cap_amount=element.caps.amount,
        has_open_recall_deduction=any(
            deduction.kind == "open_recall_share" for deduction in element.deductions
        ),
    )


def program_cap(rules: RuleVersion) -> ProgramCap:
    """A program's cap."""
    percent = rules.caps.msrp_percent
    return ProgramCap(rules.caps.amount, percent / 100 if percent is not None else None)


def unit_class(rules: RuleVersion, sold: ExampleUnits) -> UnitClass:
    """The class of an example's units; a make not stated is the program's first."""
    return UnitClass(
        make=sold.make or rules.who.makes[0],
        model=sold.model,
        trim=sold.trim,
        model_year=sold.model_year,
        powertrain=sold.powertrain,
        stock_type=sold.stock_type,
        sale_type=sold.sale_type,
    )


def _target(element: Element, example: Example) -> int | None:
    stated = example.base if element.against.target == "last_year" else example.objective
    return stated.get(element.element) if isinstance(stated, dict) else stated


def _facts(
    rules: RuleVersion,
    example: Example,
    element: Element,
    filters: ElementFilter,
    units: list[tuple[UnitClass, ExampleUnits]],
) -> ElementFacts:
    counted = paid = recalls = 0
    msrp = ZERO
    for unit, sold in units:
        membership = filters.membership(unit)
        if membership.is_counted:
            counted += sold.units
            recalls += sold.open_recalls
        if membership.is_paid:
            paid += sold.units
            msrp += sold.msrp_total or ZERO
    gates = tuple(_gate(gate, example) for gate in (*element.gates, *rules.gates))
    return ElementFacts(counted, paid, msrp, recalls, gates)


def _gate(gate: Gate, example: Example) -> GateResult:
    effect, share = effect_of(gate)
    state = tree_state(
        [_leaf(leaf, example) for leaf in conjunct] for conjunct in conjuncts(gate.require)
    )
    return GateResult(gate.gate, state, effect, share)


def _leaf(leaf: Leaf, example: Example) -> GateState:
    if leaf.metric_source == "compliance_items":
        stated = example.items.get(str(leaf.item_type), "unknown")
        return GateState[stated.upper()]
    score = example.scores.get(leaf.metric_code)
    reading = score and Reading(
        score.score, score.sample, score.region_average, score.national_average
    )
    return metric_state(leaf, reading, is_period_open=example.period_is == "open")


def _differences(example: Example, standing: ProgramStanding) -> Iterator[str]:
    if standing.amount_earned != example.amount:
        yield (
            f"the rules pay {_money(standing.amount_earned)}, "
            f"the example says {_money(example.amount)}; mend the one that misreads the bulletin"
        )
    if example.held is not None and standing.amount_held != example.held:
        yield (
            f"the rules hold {_money(standing.amount_held)}, "
            f"the example says {_money(example.held)}; mend the one that misreads the bulletin"
        )
    tier = standing.elements[0].tier_number
    if example.tier is not None and tier != example.tier:
        yield f"the rules reach tier {tier}, the example says {example.tier}"


def _money(amount: Decimal) -> str:
    return f"${amount:,.2f}"
