"""What the pages on plans ask of scenarios/, cached by content, rooftop scope and wishes.

Belongs here: reading the inputs under the visitor's scope, and asking each question once. The
arithmetic is programs/, the questions scenarios/, the drawing app/components/.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app.published import Published
from programs.chase import Chase
from programs.plan import PlanError
from scenarios.decided import Became, Key, read_became
from scenarios.group_plans import GroupPlan, group_plan
from scenarios.inputs import RooftopInputs, ScenarioError
from scenarios.moves import Question, Wishes, question_of
from scenarios.plans import Answer, best_of, chases_of, cheapest_of, freed_text, without
from scenarios.reading import read_rooftops

BY_CONTENT = {Published: lambda source: source.cache_key}
# Frozen values with large arrays: shared, not copied. Some rooftops' questions and the group's.
shared = st.cache_resource(show_spinner=False, max_entries=40, hash_funcs=BY_CONTENT)
cached = st.cache_data(show_spinner=False, max_entries=400, hash_funcs=BY_CONTENT)


@shared
def inputs_of(
    source: Published, rooftop_ids: tuple[str, ...]
) -> tuple[dict[str, RooftopInputs], dict[str, str]]:
    """Rooftops' inputs, and why some have none."""
    with source.connection_for(rooftop_ids) as connection:
        return read_rooftops(connection, rooftop_ids)


def question(source: Published, rooftop_id: str, wishes: Wishes) -> Question | str:
    """One rooftop's planning question, or why there is none."""
    found, reasons = inputs_of(source, (rooftop_id,))
    if rooftop_id not in found:
        return reasons[rooftop_id]
    try:
        return question_of(found[rooftop_id], wishes)
    except ScenarioError as error:
        return str(error)


@cached
def best(source: Published, rooftop_id: str, wishes: Wishes) -> Answer | str:
    """The best plan, or why there is none."""
    return _asked(source, rooftop_id, wishes, best_of)


@cached
def cheapest(source: Published, rooftop_id: str, wishes: Wishes, cents: int) -> Answer | str:
    """The cheapest way to an expected amount, or why there is none."""
    return _asked(source, rooftop_id, wishes, lambda one: cheapest_of(one, cents))


@cached
def dropped(
    source: Published, rooftop_id: str, wishes: Wishes, program_code: str
) -> tuple[str, Answer] | str:
    """What dropping a program frees, in words and as the plan that is left; or why not."""

    def asked(one: Question) -> tuple[str, Answer]:
        found, answer = without(one, program_code)
        return freed_text(found), answer

    return _asked(source, rooftop_id, wishes, asked)


@cached
def chases(
    source: Published, rooftop_ids: tuple[str, ...], wishes: Wishes
) -> tuple[dict[str, tuple[Chase, ...]], dict[str, str]]:
    """Each open program of each rooftop, chase or let go, and why some rooftops have none."""
    inputs, reasons = inputs_of(source, rooftop_ids)
    found, reasons = {}, dict(reasons)
    for rooftop_id, own in inputs.items():
        try:
            found[rooftop_id] = chases_of(question_of(own, wishes))
        except (PlanError, ScenarioError) as error:
            reasons[rooftop_id] = str(error)
    return found, reasons


def group(
    source: Published,
    rooftop_ids: tuple[str, ...],
    wishes: Wishes,
    transfer_cents: int,
    moved: Callable[[int, int], None],
) -> GroupPlan:
    """The group's plans, next cars and exchanges. `moved` is told how far it is: what it draws
    can't be drawn again from a cache, so only the answer is kept there."""
    kept = _kept_group(source, rooftop_ids, wishes, transfer_cents)
    if not kept:
        inputs, _ = inputs_of(source, rooftop_ids)
        kept.append(group_plan(inputs, wishes, transfer_cents, moved))
    return kept[0]


@shared
def _kept_group(
    source: Published, rooftop_ids: tuple[str, ...], wishes: Wishes, transfer_cents: int
) -> list[GroupPlan]:
    """Where one group's answer is kept, once there is one."""
    return []


@cached
def became(source: Published, rooftop_ids: tuple[str, ...]) -> dict[Key, Became]:
    """How each program's period stands, or how it ended."""
    seen = [one for one in rooftop_ids if source.scope is None or one in source.scope]
    with source.connection_for(seen) as connection:
        return read_became(connection, seen)


def _asked(source: Published, rooftop_id: str, wishes: Wishes, ask):  # noqa: ANN001, ANN202
    found = question(source, rooftop_id, wishes)
    if isinstance(found, str):
        return found
    try:
        return ask(found)
    except PlanError as error:
        return str(error)
