"""Standing: one rooftop's open programs, each as a card, and the periods that ended.

Belongs here: the order of things on this page. A card is app/components/card.py.
"""

from __future__ import annotations

from datetime import date

import streamlit as st

from app import format as fmt
from app.components.card import card
from app.components.charts import period_chart
from app.components.outlook import spread_remark
from app.components.spread import show_spread
from app.components.stair import rate_beyond
from app.components.states import nothing_here
from app.components.tables import ended_periods, tiles
from app.components.words import next_tier_chance
from app.forecast_queries import (
    backtest_bins,
    came_true,
    days_ahead,
    model_in_use,
    rooftop_amounts,
    together,
)
from app.forecast_records import ForecastRooftop
from app.frame import Screen, choose_rooftop, open_screen, warn_of_feeds
from app.navigation import link
from app.queries import (
    ProgramView,
    daily_standings,
    element_key,
    gaps,
    program_views,
    to_act_on,
    total,
)
from app.theme import show_chart

# Two quarters of months: what a manager still asks about. The rest is a click away.
ENDED_SHOWN = 6


def show(screen: Screen) -> None:
    """Draw the page."""
    rooftop_id = choose_rooftop(screen)
    warn_of_feeds(screen, rooftop_id)
    views = program_views(screen.source, rooftop_id)
    if not views:
        nothing_here(
            "No program is open here",
            "No program that this rooftop is enrolled in has a period on this day. "
            "Ended periods are below.",
        )
    else:
        _summary(screen, rooftop_id, views)
        show_spread(
            together(_own_amounts(screen, rooftop_id)),
            "What this rooftop's open programs may pay",
            key="rooftop-amounts",
        )
    asked = st.query_params.get("program")
    ordered = sorted(views, key=lambda view: view.standing.program_code != asked)
    for view in ordered:
        _card(screen, rooftop_id, view)
    _ended(screen, rooftop_id)


def _summary(screen: Screen, rooftop_id: str, views: tuple[ProgramView, ...]) -> None:
    standings = [view.standing for view in views]
    risks = to_act_on(gaps(screen.source, rooftop_id))
    at_risk = total(gap.amount_at_risk for gap in risks)
    next_tier = total(row.worth_of_next_tier_amount for row in standings)
    # Where the edges themselves pay nothing, "$0" would hide what the units beyond them do.
    rates = [rate for view in views if view.headline and (rate := rate_beyond(view.headline))]
    spread = together(_own_amounts(screen, rooftop_id))
    next_end: date = min(row.period_end_date for row in standings)
    st.html(
        tiles(
            (
                "earned so far",
                fmt.money(total(row.amount_earned for row in standings)),
                f"in {fmt.plural(len(standings), 'open program')}",
                "ss-first",
            ),
            (
                "expected by period end",
                fmt.about_money(spread.expected_amount) if spread else fmt.UNKNOWN,
                spread_remark(spread) if spread else "no forecast",
                "",
            ),
            (
                "next tiers are worth",
                fmt.money(next_tier) if next_tier or not rates else rates[0],
                f"first period ends {fmt.day(next_end)}",
                "",
            ),
            (
                "at risk",
                fmt.money(at_risk),
                f"in {fmt.plural(len(risks), 'gap')}",
                "ss-risk" if at_risk else "",
            ),
        )
    )


def _own_amounts(screen: Screen, rooftop_id: str) -> list[ForecastRooftop]:
    row = rooftop_amounts(screen.source).get(rooftop_id)
    return [] if row is None else [row]


def _card(screen: Screen, rooftop_id: str, view: ProgramView) -> None:
    standing = view.standing
    key = f"{standing.program_code}-{standing.period_code}"
    given = {"rooftop": rooftop_id, "program": standing.program_code}
    with st.container(key=f"ss-block-{key}"):
        chance = next_tier_chance(view.headline) if view.headline else None
        track = None
        if chance is not None:
            model = model_in_use(screen.source)
            track = came_true(backtest_bins(screen.source), model, chance)
        st.html(card(view, track=track))
        with st.container(horizontal=True, key=f"ss-links-{key}", gap="small"):
            link("explain", "Explain, VIN by VIN", **given, period=standing.period_code)
            link("what-if", "What if", rooftop=rooftop_id)
        if view.headline is not None:
            with st.expander("Day by day", icon=":material/show_chart:"):
                _day_by_day(screen, view, key)


def _day_by_day(screen: Screen, view: ProgramView, name: str) -> None:
    standing, headline = view.standing, view.headline
    key = element_key(headline.standing)
    days = daily_standings(screen.source, *key)
    if not days:
        nothing_here("No day of this period has a standing yet", "It fills from its first day on.")
        return
    ahead = days_ahead(screen.source, key)
    show_chart(
        period_chart(days, headline, standing, ahead),
        key=f"chart-{name}",
        alt=f"{standing.program_name}: units reported on each day of the period",
    )
    if ahead and standing.is_open:
        st.caption(
            "Dashed: expected by each evening, in 8 of 10 cases within the band. Dotted: what the "
            "next tier needs by then, in the rhythm that units are expected in."
        )


def _ended(screen: Screen, rooftop_id: str) -> None:
    ended = program_views(screen.source, rooftop_id, is_open=False)
    if not ended:
        return
    standings = [view.standing for view in ended]
    st.subheader("Ended periods", anchor=False)
    st.html(ended_periods(standings[:ENDED_SHOWN]))
    if len(standings) > ENDED_SHOWN:
        with st.expander(f"{fmt.plural(len(standings) - ENDED_SHOWN, 'earlier period')}"):
            st.html(ended_periods(standings[ENDED_SHOWN:]))


show(open_screen("standing"))
