"""A program's position with cars put in or taken out, from its sums: nothing is counted anew.

Here: when sums are enough, and how they move; a test holds it to the position counted anew
(positions.py). Not here: other changes, amounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from programs.element_cents import ElementSamples
from programs.filters import filters_of
from programs.ladder_rules import is_paid_by_line
from programs.money import ZERO, cents_half_up
from programs.outcomes import Ends, Position
from programs.program_states import leaves_of
from programs.replaced import replaced
from programs.rule_models import RuleVersion
from programs.same import Same
from programs.scenario import ElementState
from programs.unit_sums import ElementSums, SoldUnits, unit_sums

# Where a gate goes by the units themselves.
BY_UNITS = ("element_units", "element_attainment")
NOTHING = ElementSums()


def adds_up(rules: RuleVersion, lots: Sequence[SoldUnits]) -> bool:
    """Whether more cars move nothing of a program but its sums: none is paid by itself, no gate
    goes by how many there are, and their MSRP is in whole cents."""
    return _is_summed(Same(rules)) and all(
        one.msrp_amount == one.msrp_amount.quantize(ZERO) for one in lots
    )


@lru_cache(maxsize=512)
def _is_summed(same: Same[RuleVersion]) -> bool:
    rules = same.part
    return not any(is_paid_by_line(element) for element in rules.elements) and not any(
        leaf.within_days is not None or leaf.metric_source in BY_UNITS for leaf in leaves_of(rules)
    )


def beside(
    base: Position,
    rules: RuleVersion,
    reported: Sequence[SoldUnits],
    known: Sequence[SoldUnits],
) -> Position:
    """A position with cars put in and taken out, where they add up: the units and MSRP so far move
    by those reported, those of every sample by those known, the pending ones too."""
    if not (reported or known):
        return base
    filters = filters_of(rules)
    now = unit_sums(filters, reported)
    ahead = now if known == reported else unit_sums(filters, known)
    state, outlook = base.state, base.outlook
    if any(one != NOTHING for one in now.elements):
        state = replaced(
            state,
            elements=tuple(map(_more, state.elements, now.elements)),
            paid_msrp_amount=state.paid_msrp_amount + now.paid_msrp_amount,
        )
    recalls = [one.open_recall_units for one in now.elements]
    if not any(recalls) and all(one == NOTHING for one in ahead.elements):
        return Position(state, base.ends)
    cents = outlook.paid_msrp_cents
    if cents is not None:
        cents = cents + cents_half_up(ahead.paid_msrp_amount)
    elements = tuple(map(_more_in_samples, outlook.elements, ahead.elements, recalls))
    return Position(state, Ends(replaced(outlook, elements=elements, paid_msrp_cents=cents)))


def _more(element: ElementState, sums: ElementSums) -> ElementState:
    facts = element.facts
    return replaced(
        element,
        facts=replaced(
            facts,
            counted_units=facts.counted_units + sums.counted_units,
            paid_units=facts.paid_units + sums.paid_units,
            paid_msrp_amount=facts.paid_msrp_amount + sums.paid_msrp_amount,
            open_recall_units=facts.open_recall_units + sums.open_recall_units,
        ),
    )


def _more_in_samples(samples: ElementSamples, sums: ElementSums, recalls: int) -> ElementSamples:
    """Recalls are those of today in every sample."""
    return replaced(
        samples,
        counted_units=samples.counted_units + sums.counted_units,
        paid_units=samples.paid_units + sums.paid_units,
        paid_msrp_cents=samples.paid_msrp_cents + cents_half_up(sums.paid_msrp_amount),
        open_recall_units=samples.open_recall_units + recalls,
    )
