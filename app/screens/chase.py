"""Chase or let go: what each program is worth chasing, and what was decided.

Belongs here: the order of the programs, the form that keeps a decision, and those that were kept.
It reads the clock once, to say when a decision was made; no figure depends on it. The figures are
programs.chase, the table of decisions notebook/decisions.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from app import format as fmt
from app import kept, planning
from app.components import frames
from app.components.chase_parts import VERDICTS, chase_card, history
from app.components.states import banner, nothing_here
from app.components.tables import tiles
from app.frame import Screen, choose_rooftop, keep_choice, open_screen, warn_of_feeds
from app.navigation import link, page
from notebook.decisions import LONGEST_REASON, Decision, record_decision
from notebook.place import NotebookError
from programs.chase import Chase
from programs.money import dollars
from scenarios.decided import figures_of, words_of
from scenarios.moves import Wishes

# Of a group's programs: those seen at once, and those behind a click.
FIRST, SHOWN_AT_ONCE = 5, 30
# What wants a decision comes first.
ORDER = {"chase": 0, "long_shot": 1, "let_go": 2, "unknown": 3, "secured": 4}
SAYS = {"chase": "Chase it", "let_go": "Let it go"}
COLUMNS = (
    frames.Column("Rooftop", pa.string()),
    frames.Column("Program", pa.string()),
    frames.Column("Period", pa.string()),
    frames.Column("Advice", pa.string()),
    frames.Column("At stake", frames.MONEY, frames.money_config()),
    frames.Column("Chance", pa.float64(), st.column_config.NumberColumn(format="percent")),
    frames.Column("Cars to be likely", pa.int64()),
    frames.Column("Pays best, cars", pa.int64()),
    frames.Column("Cost", frames.MONEY, frames.money_config()),
    frames.Column("Net", frames.MONEY, frames.money_config()),
    frames.Column("Decided", pa.string()),
)
KEPT_COUNT = "decisions-kept"
Found = tuple[str, Chase]
Newest = Mapping[tuple[str, str, str], Decision]


def show(screen: Screen) -> None:
    """Draw the page."""
    rooftop_id = choose_rooftop(screen, with_group=len(screen.rooftops) > 1)
    warn_of_feeds(screen, rooftop_id)
    ids = (rooftop_id,) if rooftop_id else tuple(row.rooftop_id for row in screen.rooftops)
    by_rooftop, reasons = planning.chases(screen.source, ids, Wishes())
    found = sorted(
        ((rooftop, chase) for rooftop, own in by_rooftop.items() for chase in own),
        key=lambda one: (ORDER[one[1].verdict], -_net(one[1]), one[0], one[1].program_code),
    )
    decisions = _decisions(screen, rooftop_id)
    newest = {one.key: one for one in reversed(decisions)}
    if found:
        st.html(_tiles(found, newest))
        _cards(screen, found, newest, named=rooftop_id is None)
    else:
        nothing_here("Nothing to decide", next(iter(reasons.values()), "No program is open."))
    if rooftop_id is not None and found:
        _form(screen, rooftop_id, found)
    _history(screen, decisions, named=rooftop_id is None)
    if found:
        for rooftop, reason in reasons.items():
            st.caption(f"{screen.rooftop_name(rooftop)}: {reason}")


def _net(chase: Chase) -> float:
    return float(chase.best.net_cents) if chase.best else 0.0


def _tiles(found: Sequence[Found], newest: Newest) -> str:
    chasing = [chase for _, chase in found if chase.verdict == "chase"]
    open_ones = [one for one in found if one[1].verdict not in ("secured", "unknown")]
    undecided = [one for one in open_ones if _key(one) not in newest]
    return tiles(
        ("worth chasing", fmt.plural(len(chasing), "program"),
         f"of {len(open_ones):,} not secured yet", "ss-first"),
        ("at stake in them", fmt.money(sum((one.stake_amount for one in chasing), dollars(0))),
         "the next tier's edge, each", ""),
        ("long shots", str(sum(one.verdict == "long_shot" for _, one in found)),
         "pay on average, rarely", ""),
        ("not decided", str(len(undecided)), "of those not secured",
         "ss-risk" if undecided else ""),
    )  # fmt: skip


def _key(one: Found) -> tuple[str, str, str]:
    rooftop, chase = one
    return rooftop, chase.program_code, chase.period_code


def _cards(screen: Screen, found: Sequence[Found], newest: Newest, *, named: bool) -> None:
    kinds = [kind for kind in ORDER if any(chase.verdict == kind for _, chase in found)]
    if named and len(kinds) > 1:
        counts = {kind: sum(chase.verdict == kind for _, chase in found) for kind in kinds}
        chosen = st.pills(
            "Show", kinds, selection_mode="multi", key="advice", bind="query-params",
            format_func=lambda kind: f"{VERDICTS[kind]} {counts[kind]:,}",
        )  # fmt: skip
        found = [one for one in found if not chosen or one[1].verdict in chosen]
    _card_list(screen, found[:FIRST] if named else found, newest, named=named)
    if named and (rest := found[FIRST:]):
        label = f"{fmt.plural(len(rest), 'more program')}, those worth most first"
        more = st.expander(label, key="more-chases", on_change="rerun")
        # Closed, its cards aren't written: a group has hundreds, and a phone shows one at a time.
        if more.open:
            with more:
                _card_list(screen, rest[:SHOWN_AT_ONCE], newest, named=True)
                if len(rest) > SHOWN_AT_ONCE:
                    st.caption(
                        f"The first {SHOWN_AT_ONCE} of {len(rest):,}; the table holds all."
                    )
    if named:
        _table(screen, found, newest)


def _card_list(
    screen: Screen, found: Sequence[Found], newest: Newest, *, named: bool
) -> None:
    for rooftop, chase in found:
        address = f"{page('chase').address}?rooftop={rooftop}&amp;program={chase.program_code}"
        st.html(
            chase_card(
                chase,
                screen.rooftop_name(rooftop) if named else None,
                newest.get(_key((rooftop, chase))),
                address if named else None,
            )
        )


def _table(screen: Screen, found: Sequence[Found], newest: Newest) -> None:
    rows = [
        (
            screen.rooftop_name(rooftop),
            chase.program_name,
            chase.period_code,
            VERDICTS[chase.verdict],
            chase.stake_amount,
            None if chase.chance is None else float(chase.chance),
            None if chase.to_aim is None else chase.to_aim.units,
            None if chase.best is None else chase.best.units,
            None if chase.best is None else dollars(chase.best.cost_cents),
            None if chase.best is None else dollars(round(chase.best.net_cents)),
            SAYS[newest[key].verdict] if (key := _key((rooftop, chase))) in newest else None,
        )
        for rooftop, chase in found
    ]
    with st.expander("As a table to sort and export", icon=":material/table_rows:"):
        frames.show(COLUMNS, rows, key="chase-table")
        st.download_button(
            "Download CSV",
            frames.to_csv([column.title for column in COLUMNS], rows),
            file_name=f"chase-{screen.meta.as_of_date}.csv",
            mime="text/csv",
        )


def _form(screen: Screen, rooftop_id: str, found: Sequence[Found]) -> None:
    st.subheader("Decide", anchor="decide")
    chases = {chase.program_code: chase for _, chase in found}
    names = {code: chase.program_name for code, chase in chases.items()}
    code = keep_choice("program", "Program", list(chases), names)
    chase = chases[code]
    # What is refused stays as it was written; what is kept leaves an empty form.
    written = st.session_state.get(KEPT_COUNT, 0)
    with st.form(f"decide-{rooftop_id}-{code}-{written}"):
        verdict = st.radio(
            "Decision", list(SAYS), format_func=SAYS.get, horizontal=True, index=None
        )
        reason = st.text_area(
            "Why", max_chars=LONGEST_REASON, placeholder="What you know that the figures don't"
        )
        signed_in = screen.visitor.address
        who = signed_in or st.text_input("Who decides", max_chars=100)
        if st.form_submit_button("Keep this decision", type="primary"):
            _keep(screen, rooftop_id, chase, verdict, reason, who)
    st.caption(
        "Kept with it: the figures above as they stand now, the rule, its doubts, who and when. "
        "Decided anew, the newest holds and the earlier ones stay. At the period's end it is set "
        "against what happened."
    )


def _keep(
    screen: Screen, rooftop_id: str, chase: Chase, verdict: str | None, reason: str, who: str
) -> None:
    limits = planning.question(screen.source, rooftop_id, Wishes())
    try:
        if verdict is None:
            raise NotebookError("choose to chase it or to let it go")
        if isinstance(limits, str):
            raise NotebookError(limits)
        record_decision(
            kept.notebook(screen.home),
            rooftop_id=rooftop_id,
            program_code=chase.program_code,
            period_code=chase.period_code,
            verdict=verdict,
            reason=reason,
            decided_by=who,
            decided_at=datetime.now(UTC),
            as_of_date=screen.meta.as_of_date,
            content_hash=screen.pointer.content_hash,
            figures=figures_of(chase, limits.limits),
        )
    except NotebookError as error:
        banner("danger", "Not kept:", f"{error}.", "not-kept")
        return
    st.session_state[KEPT_COUNT] = st.session_state.get(KEPT_COUNT, 0) + 1
    st.session_state["decision_kept"] = f"{SAYS[verdict]}: {chase.program_name}."
    st.rerun()


def _decisions(screen: Screen, rooftop_id: str | None) -> tuple[Decision, ...]:
    said = st.session_state.pop("decision_kept", None)
    if said:
        banner("quiet", "Kept.", said, "kept")
    try:
        return kept.decisions(
            screen.home, screen.visitor.scope, rooftop_id, screen.meta.as_of.tzinfo
        )
    except NotebookError as error:
        banner("danger", "Decisions can't be read:", f"{error}.", "notebook-closed")
        return ()


def _history(screen: Screen, decisions: Sequence[Decision], *, named: bool) -> None:
    st.subheader("What was decided, and what became of it", anchor=False)
    if not decisions:
        nothing_here("Nothing yet", "Decisions are kept here with their reasons and figures.")
        if named:
            link("what-next", "What next, for the whole group")
        return
    became = planning.became(screen.source, tuple(sorted({one.rooftop_id for one in decisions})))
    st.html(
        history(
            [(one, words_of(one.figures, became.get(one.key))) for one in decisions],
            screen.rooftop_name,
            name_rooftop=named,
        )
    )


show(open_screen("chase"))
