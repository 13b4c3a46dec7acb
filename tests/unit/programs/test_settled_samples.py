"""Rules over several periods in many samples: by hand, and each as its own standing is settled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programs.element_cents import ElementSamples
from programs.filters import ElementFilter, UnitClass
from programs.line_samples import PaidAhead
from programs.program_states import (
    PeriodInputs,
    PeriodState,
    SoldUnits,
    period_state,
    program_cap,
)
from programs.rulebook import read_rulebook, windows_of_version
from programs.samples import program_cents
from programs.settled_samples import Across, across, settled
from programs.settlement import settle_program
from programs.spans import Window, plain_period
from tests.unit.programs.rulebook_strategies import as_text, documents, histories
from tests.unit.programs.test_any_shape import CALENDAR

EXAMPLES = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"
MORE = UnitClass("Example", "Coupe", "Base", 2025, "gas")
PRICE = 3_000_000


def ends(rules, inputs: PeriodInputs, unit: UnitClass, more: list[int]) -> list[PeriodState]:
    """The period with so many more of a class sold."""
    return [
        period_state(
            rules,
            replace(
                inputs,
                sold=(*inputs.sold, SoldUnits(unit, units, Decimal(PRICE * units) / 100)),
            ),
        )
        for units in more
    ]


def samples_of(
    now: PeriodState, then: list[PeriodState], unit: UnitClass, more: list[int]
) -> tuple[list[ElementSamples], np.ndarray]:
    """The same ends as samples, as a forecast has them."""
    found = []
    for place, element in enumerate(now.elements):
        facts = [state.elements[place].facts for state in then]
        member = ElementFilter(now.rules, element.element).membership(unit)
        is_by_line = element.rules.ladder is not None and element.rules.ladder.by_line is not None
        ahead = PaidAhead(member.pay_group_code or "all", PRICE, np.array(more))
        found.append(
            ElementSamples(
                element.rules,
                np.array([one.counted_units for one in facts]),
                np.array([one.paid_units for one in facts]),
                np.array([int(one.paid_msrp_amount * 100) for one in facts]),
                element.facts.open_recall_units,
                element.facts.gates,
                lines=element.facts.lines if is_by_line else (),
                gate_states=tuple(
                    np.array([int(one.gates[number].state) for one in facts])
                    for number in range(len(element.facts.gates))
                ),
                ahead=(ahead,) if is_by_line and member.is_paid else (),
            )
        )
    return found, np.array([int(state.paid_msrp_amount * 100) for state in then])


def paid(context: Across, samples: list[ElementSamples], msrp: np.ndarray):
    return settled(
        program_cents(samples, program_cap(context.now.rules), msrp), context, samples, msrp
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(documents(), histories(), st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_each_sample_is_settled_as_its_standing_would_be(document, history, more):
    book = read_rulebook(as_text(document), "drawn.yaml", run_examples=False)
    rules, windows = book.latest, windows_of_version(book, book.versions[0], {"example": CALENDAR})
    states = [period_state(rules, inputs) for inputs in history]
    context = across(states, windows)
    if context is None:
        assert not (rules.across or rules.deductions)
        return
    then = ends(rules, history[-1], MORE, more)
    found = paid(context, *samples_of(states[-1], then, MORE, more))
    *earlier, _ = settle_program(states, windows)
    for place, state in enumerate(then):
        *earlier_then, own = settle_program((*states[:-1], state), windows)
        assert found.earned[place] == int(own.amount_earned * 100)
        assert found.held[place] == int(own.amount_held * 100)
        for name in ("earned", "held"):
            before, after = (
                sum((getattr(one, f"amount_{name}") for one in periods), Decimal(0))
                for periods in (earlier, earlier_then)
            )
            assert getattr(found, f"{name}_back")[place] == int((after - before) * 100)


def ford(*sold: int, objective: int = 20) -> tuple[PeriodState, ...]:
    path = EXAMPLES / "ford-pilot-2014.yaml"
    rules = read_rulebook(path.read_text(encoding="utf-8"), path.name).latest
    unit = UnitClass("Ford", "F-150")
    return tuple(
        period_state(
            rules,
            PeriodInputs(
                period=plain_period(code), sold=(SoldUnits(unit, units),),
                objectives={"volume": objective}, is_open=True,
            ),
        )
        for code, units in zip(("2014-11", "2014-12"), sold, strict=True)
    )  # fmt: skip


def test_the_ford_pilots_november_comes_back_with_decembers_units():
    """18 of 20 in November; 15 so far in December. 22 reach both objectives together, 21 only
    December's own, 19 neither: $500 a unit, November's 18 as well."""
    november, december = ford(18, 15)
    context = across((november, december), {"all": (Window("all", ("2014-11", "2014-12")),)})
    (element,) = december.elements
    units = np.array([22, 21, 19, 22])
    samples = [ElementSamples(element.rules, units, units, np.zeros(4, dtype=np.int64))]
    found = paid(context, samples, np.zeros(4, dtype=np.int64))
    assert found.earned.tolist() == [1_100_000, 1_050_000, 0, 1_100_000]
    assert found.earned_back.tolist() == [900_000, 0, 0, 900_000]


def test_only_periods_that_share_a_rule_are_settled_with_one():
    november, december = ford(18, 15)
    apart = {"all": (Window("a", ("2014-11",)), Window("b", ("2014-12",)))}
    assert across((november, december), apart).earlier == ()
    together = {"all": (Window("all", ("2014-11", "2014-12")),)}
    assert across((november, december), together).earlier == (november,)
