"""What next: the moves that net the most expected money, and where the group's next car belongs.

Belongs here: what the manager sets, and the order of the answers. The questions are scenarios/, the
markup app/components/plan_parts.py.
"""

from __future__ import annotations

import streamlit as st

from app import planning
from app.components.plan_parts import (
    group_tiles,
    next_table,
    plan_tiles,
    plans_table,
    program_table,
    step_list,
    trade_list,
    transfer_list,
)
from app.components.states import banner, nothing_here
from app.components.wishes import group_wishes, rooftop_wishes
from app.frame import Screen, choose_rooftop, open_screen, warn_of_feeds
from app.navigation import link, page
from scenarios.moves import Question, Wishes
from scenarios.plans import Answer

NEXT_SHOWN = 12
HOW = (
    "A plan takes cars on the ground or arriving before the period ends, less what the forecast "
    "sells of them anyway, at the costs above. Expected money is the mean over the forecast's "
    "samples, all programs together. No plan holds a date, a delivery or a sale type to be changed."
)


def show(screen: Screen) -> None:
    """Draw the page."""
    rooftop_id = choose_rooftop(screen, with_group=len(screen.rooftops) > 1)
    warn_of_feeds(screen, rooftop_id)
    if rooftop_id is None:
        _group(screen)
    else:
        _rooftop(screen, rooftop_id)


def _rooftop(screen: Screen, rooftop_id: str) -> None:
    plain = planning.question(screen.source, rooftop_id, Wishes())
    if isinstance(plain, str):
        nothing_here("There is nothing to plan here", plain)
        return
    wishes = rooftop_wishes(plain)
    if wishes is None:
        return
    answer = planning.best(screen.source, rooftop_id, wishes)
    if isinstance(answer, str):
        nothing_here("There is no plan", answer)
        return
    st.html(plan_tiles(answer))
    _plan(answer, "Nothing within these limits is worth its cost.")
    st.caption(HOW)
    link("chase", "Chase or let go, program by program", rooftop=rooftop_id)
    _other_questions(screen, rooftop_id, plain, wishes)


def _plan(answer: Answer, empty: str) -> None:
    if answer.steps:
        st.subheader("Do this", anchor=False)
        st.html(step_list(answer.steps))
    else:
        nothing_here(empty, "What is expected without it stays as it is.")
    for note in answer.notes:
        st.caption(note.replace("$", r"\$"))
    st.html(program_table(answer.outcomes))


def _other_questions(screen: Screen, rooftop_id: str, plain: Question, wishes: Wishes) -> None:
    st.subheader("Ask another way", anchor=False)
    with st.expander("The cheapest way to an amount", icon=":material/flag:"):
        amount = st.number_input(
            "Expected money to reach, in dollars", min_value=0, value=None, step=1000,
            key=f"reach-{rooftop_id}", width=340,
        )  # fmt: skip
        if amount:
            found = planning.cheapest(screen.source, rooftop_id, wishes, int(amount) * 100)
            _said(found)
    with st.expander("What letting a program go frees", icon=":material/block:"):
        names = {one.state.program_code: one.state.program_name for one in plain.inputs.programs}
        code = st.selectbox(
            "Program", list(names), index=None, format_func=names.get,
            placeholder="Choose a program", key=f"drop-{rooftop_id}", width=340,
        )  # fmt: skip
        if code:
            found = planning.dropped(screen.source, rooftop_id, wishes, code)
            if isinstance(found, str):
                _said(found)
            else:
                banner("quiet", "Let go.", found[0], "freed")
                _said(found[1])


def _said(found: Answer | str) -> None:
    if isinstance(found, str):
        nothing_here("Not within these limits", found)
        return
    st.html(plan_tiles(found))
    _plan(found, "Nothing needs doing for it.")


def _group(screen: Screen) -> None:
    ids = tuple(row.rooftop_id for row in screen.rooftops)
    _, reasons = planning.inputs_of(screen.source, ids)
    wishes, transfer_cents = group_wishes()
    shown = st.progress(0.0, "Planning each rooftop") if len(ids) > 1 else st.empty()
    found = planning.group(
        screen.source, ids, wishes, transfer_cents,
        lambda done, of: shown.progress(done / of, "Planning each rooftop, then exchanges"),
    )  # fmt: skip
    shown.empty()
    if not found.plans:
        nothing_here("There is nothing to plan", "No rooftop has an open program and a forecast.")
        return
    name_of = screen.rooftop_name
    st.html(group_tiles(found))
    st.subheader("Where the next car is worth most", anchor=False)
    st.html(next_table(found.next_units[:NEXT_SHOWN], name_of))
    st.subheader("Transfers of stock that pay", anchor=False)
    if found.transfers:
        st.html(transfer_list(found.transfers, name_of))
        st.caption(
            "Both sides are best plans with and without the cars. A store gives what its forecast "
            "then has no car for, and one whose objective isn't known yet gives nothing. Each "
            "rooftop is in one transfer or trade at the most, so they add up."
        )
    else:
        nothing_here("None", "No store could use another one's cars for more than moving costs.")
    st.subheader("Trades of one car for another that pay", anchor=False)
    if found.trades:
        st.html(trade_list(found.trades, name_of))
    else:
        nothing_here("None", "No two stores each have a car that the other one needs more.")
    st.subheader("Each rooftop's own plan", anchor=False)
    st.html(plans_table(found, name_of, page("what-next").address))
    for rooftop_id, reason in {**reasons, **found.unplanned}.items():
        st.caption(f"{name_of(rooftop_id)}: {reason}")




show(open_screen("what-next"))
