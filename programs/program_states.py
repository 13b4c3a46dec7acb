"""One program, one rooftop, one period: what was sold and scored, as rules and facts to stand on.

Here: raw inputs through filters, targets, scores and gates to the elements that standing.py takes.
Not here: the amounts (standing.py), several periods or programs (settlement.py, stacking.py),
where inputs come from (examples.py, rule_diff.py; for real stores, dbt's marts).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache

from programs.calendars import Period
from programs.filters import ElementFilter
from programs.gates import (
    GateResult,
    GateState,
    Leaf,
    Reading,
    conjuncts,
    effect_of,
    gates_state,
    metric_state,
    tree_state,
    units_state,
)
from programs.ladder import Ladder, build_ladder, ladder_rules
from programs.ladder_rules import cap_base
from programs.rule_gates import Gate
from programs.rule_models import Element, RuleVersion
from programs.rule_tiers import Against
from programs.same import Same
from programs.spans import is_named
from programs.standing import (
    ElementFacts,
    ElementRules,
    ProgramCap,
    ProgramStanding,
    evaluate_program,
)
from programs.unit_sums import ElementSums, SoldUnits, UnitSums, unit_sums

ROUND_SCORE = {"up": ROUND_CEILING, "down": ROUND_FLOOR, "nearest": ROUND_HALF_UP}


@dataclass(frozen=True)
class PeriodInputs:
    """What is known of one program, rooftop and period. Objectives, bases (last year's counted
    units) are by element; readings by metric, or by `sourced_metric` where the scores and the
    surveys of one metric are both known; items by type or item code. `strikes` are those of the
    period; `dealer_strikes` all of the dealer code, where a feed tells them (else those of the
    program's periods). `unwound` are units of earlier periods whose unwind falls into this one,
    with the days since their sale."""

    period: Period | None = None
    sold: tuple[SoldUnits, ...] = ()
    objectives: Mapping[str, int | None] = field(default_factory=dict)
    bases: Mapping[str, int | None] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    items: Mapping[str, GateState] = field(default_factory=dict)
    is_open: bool = False
    strikes: tuple[datetime.date, ...] = ()
    unwound: tuple[tuple[int, int], ...] = ()
    dealer_strikes: tuple[datetime.date, ...] | None = None

    @property
    def period_code(self) -> str:
        return self.period.code if self.period else ""

    def reading(self, source: str, metric: str) -> Reading | None:
        """The reading of a metric from its source; None where nothing is known."""
        return self.readings.get(sourced_metric(source, metric), self.readings.get(metric))


def sourced_metric(source: str, metric: str) -> str:
    """The key of a reading that holds for one source of the metric alone."""
    return f"{source}:{metric}"


@dataclass(frozen=True)
class ElementInputs:
    """One element with all that its standing needs. `target_units` is its objective or base."""

    element: Element
    rules: ElementRules
    facts: ElementFacts
    target_units: int | None
    is_waived: bool


@dataclass(frozen=True)
class PeriodState:
    """One program, rooftop and period, ready to stand. `paid_msrp_amount` is of the units that any
    element pays, each once."""

    rules: RuleVersion
    inputs: PeriodInputs
    elements: tuple[ElementInputs, ...]
    paid_msrp_amount: Decimal
    _standings: dict[tuple[tuple[str, int], ...], ProgramStanding] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def element(self, code: str) -> ElementInputs | None:
        """The element of a code; None where this version has none."""
        return next((found for found in self.elements if found.element.element == code), None)

    def standing(self, forced_tiers: Mapping[str, int] | None = None) -> ProgramStanding:
        """The standing; elements in `forced_tiers` stand at that tier whatever was sold. Worked
        out once: periods are settled over and over."""
        forced = forced_tiers or {}
        key = tuple(sorted(forced.items()))
        if key not in self._standings:
            self._standings[key] = self._standing(forced)
        return self._standings[key]

    def _standing(self, forced: Mapping[str, int]) -> ProgramStanding:
        elements = [
            (
                self._at_tier(found, forced[found.element.element])
                if found.element.element in forced
                else found.rules,
                found.facts,
            )
            for found in self.elements
        ]
        return evaluate_program(
            self.rules.program, elements, program_cap(self.rules), self.paid_msrp_amount
        )

    def award_state(self) -> GateState | None:
        """Whether a program without money is won: the state of its own gates together."""
        codes = {gate.gate for gate in self.rules.gates}
        results = [gate for gate in self.elements[0].facts.gates if gate.gate_code in codes]
        return gates_state(results)

    def _at_tier(self, found: ElementInputs, tier: int) -> ElementRules:
        return element_rules(
            self.rules,
            found.element,
            found.rules.element_order,
            found.target_units,
            cap_base_units=cap_base_units(found.element, self.inputs),
            fixed_tier=tier,
        )


def period_state(
    rules: RuleVersion, inputs: PeriodInputs, sums: UnitSums | None = None
) -> PeriodState:
    """A program's elements for one rooftop and period. `sums`: those of its units, where they were
    added up already."""
    if sums is None:
        filters = [ElementFilter(rules, element) for element in rules.elements]
        sums = unit_sums(filters, inputs.sold)
    counted = {
        element.element: found.counted_units
        for element, found in zip(rules.elements, sums.elements, strict=True)
    }
    elements = tuple(
        _element_inputs(rules, element, order, inputs, counted, found)
        for order, (element, found) in enumerate(
            zip(rules.elements, sums.elements, strict=True), 1
        )
    )
    return PeriodState(rules, inputs, elements, sums.paid_msrp_amount)


def _element_inputs(
    rules: RuleVersion,
    element: Element,
    order: int,
    inputs: PeriodInputs,
    counted: Mapping[str, int],
    sums: ElementSums,
) -> ElementInputs:
    target = target_units(element, inputs)
    waived_tier = waived_tier_of(element, inputs.period_code)
    fixed_tier = waived_tier
    if element.against.target == "score":
        fixed_tier = score_tier(element, inputs)
    facts = ElementFacts(
        counted_units=sums.counted_units,
        paid_units=sums.paid_units,
        paid_msrp_amount=sums.paid_msrp_amount,
        open_recall_units=sums.open_recall_units,
        gates=tuple(
            _gate(rules, gate, inputs, counted) for gate in (*element.gates, *rules.gates)
        ),
        lines=sums.lines,
    )
    found = element_rules(
        rules,
        element,
        order,
        target,
        cap_base_units=cap_base_units(element, inputs),
        fixed_tier=fixed_tier,
    )
    return ElementInputs(element, found, facts, target, waived_tier is not None)


def element_rules(
    rules: RuleVersion,
    element: Element,
    order: int,
    target_units: int | None,
    *,
    cap_base_units: int | None = None,
    fixed_tier: int | None = None,
) -> ElementRules:
    """An element's rules for one rooftop and period, given its objective or base, and the tier
    where something else than units decides it."""
    return ElementRules(
        program_code=rules.program,
        element_code=element.element,
        element_order=order,
        ladder=_ladder(Same(element), target_units, cap_base_units, fixed_tier),
        counts_equal_pays=element.counts_equal_pays,
        is_volume=element.is_volume,
        cap_amount=element.caps.amount,
        has_open_recall_deduction=any(
            deduction.kind == "open_recall_share" for deduction in element.deductions
        ),
        no_ladder_state="no_score" if element.against.target == "score" else "no_objective",
    )


@lru_cache(maxsize=8192)
def _ladder(
    same: Same[Element],
    target_units: int | None,
    cap_base_units: int | None,
    fixed_tier: int | None,
) -> Ladder | None:
    return build_ladder(
        ladder_rules(same.part),
        target_units,
        cap_base_units=cap_base_units,
        fixed_tier=fixed_tier,
    )


def program_cap(rules: RuleVersion) -> ProgramCap:
    """A program's cap."""
    percent = rules.caps.msrp_percent
    return ProgramCap(rules.caps.amount, percent / 100 if percent is not None else None)


def target_units(element: Element, inputs: PeriodInputs) -> int | None:
    """What an element's percent edges are a percent of."""
    stated = inputs.bases if element.against.target == "last_year" else inputs.objectives
    return stated.get(element.element)


def cap_base_units(element: Element, inputs: PeriodInputs) -> int | None:
    """What a cap is a share of."""
    base = cap_base(element)
    if base is None:
        return None
    return (inputs.bases if base == "last_year" else inputs.objectives).get(element.element)


def waived_tier_of(element: Element, period_code: str) -> int | None:
    """The tier that a period earns because its objective is waived; None where it is not."""
    waived = element.against.waived
    if waived is None or not period_code or not is_named(period_code, waived.periods):
        return None
    return waived.tier or 1


def score_tier(element: Element, inputs: PeriodInputs) -> int | None:
    """The tier that a score reaches; None while it can't be judged.

    No reading, or an unknown sample where one is asked for, can't be judged; too small a sample
    neither while the period runs, and reaches no tier once it has ended.
    """
    against = element.against
    source = "survey_average" if against.source == "survey_average" else "csi_score"
    reading = inputs.reading(source, str(against.metric))
    if reading is None:
        return None
    wanted = against.minimum_sample or (1 if against.source == "survey_average" else 0)
    if wanted and reading.sample_count is None:
        return None
    if wanted and reading.sample_count is not None and reading.sample_count < wanted:
        return None if inputs.is_open else 0
    if reading.score is None:
        return None
    score = rounded_score(reading.score, against)
    return sum(1 for band in element.tiers.bands if band.from_edge <= score)


def rounded_score(score: Decimal, against: Against) -> Decimal:
    """A score as it meets the edges."""
    if against.rounded is None or isinstance(against.rounded, str):
        return score
    places = Decimal(1).scaleb(-against.rounded.places)
    return score.quantize(places, rounding=ROUND_SCORE[against.rounded.rounding])


def _gate(
    rules: RuleVersion, gate: Gate, inputs: PeriodInputs, counted: Mapping[str, int]
) -> GateResult:
    effect, share = effect_of(gate)
    if inputs.period_code and is_named(inputs.period_code, gate.waived_in):
        effect, share = "waive", None
    state = tree_state(
        [_leaf_state(rules, leaf, inputs, counted) for leaf in conjunct]
        for conjunct in conjuncts(gate.require)
    )
    return GateResult(gate.gate, state, effect, share)


def _leaf_state(
    rules: RuleVersion, leaf: Leaf, inputs: PeriodInputs, counted: Mapping[str, int]
) -> GateState:
    if leaf.metric_source == "compliance_items":
        return inputs.items.get(leaf.item_code or str(leaf.item_type), GateState.UNKNOWN)
    if leaf.metric_source in ("element_units", "element_attainment"):
        element = rules.element(leaf.metric_code)
        is_waived = waived_tier_of(element, inputs.period_code) is not None
        if leaf.metric_source == "element_attainment" and is_waived:
            return GateState.MET
        return units_state(
            leaf,
            counted[leaf.metric_code],
            target_units(element, inputs),
            is_period_open=inputs.is_open,
        )
    reading = inputs.reading(leaf.metric_source, leaf.metric_code)
    return metric_state(leaf, reading, is_period_open=inputs.is_open)


# Where a condition goes by a score that surveys give.
SCORED = ("csi_score", "survey_average")


def scored_metrics(rules: RuleVersion) -> frozenset[str]:
    """The metrics that a version's gates and tiers go by."""
    return _scored_metrics(Same(rules))


@lru_cache(maxsize=512)
def _scored_metrics(same: Same[RuleVersion]) -> frozenset[str]:
    against = [element.against for element in same.part.elements]
    return frozenset(
        [str(one.metric) for one in against if one.target == "score"]
        + [leaf.metric_code for leaf in leaves_of(same.part) if leaf.metric_source in SCORED]
    )


def gates_of(rules: RuleVersion) -> tuple[Gate, ...]:
    """All gates of a version."""
    return (*rules.gates, *(gate for element in rules.elements for gate in element.gates))


def leaves_of(rules: RuleVersion) -> list[Leaf]:
    """All conditions of a version's gates."""
    return [
        leaf for gate in gates_of(rules) for found in conjuncts(gate.require) for leaf in found
    ]
