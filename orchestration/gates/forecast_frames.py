"""Frames of the forecast: keys, whole cents, and what one table says of another.

Read from the forecast's Parquet and the warehouse beside it. What must hold of the frames belongs
to `expectations.forecasts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.gates.mart_frames import ELEMENT_KEY, PROGRAM_KEY, cents, open_tables
from orchestration.home import Home

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

BAND = ("low_95", "low_80", "median", "high_80", "high_95")


@contextmanager
def forecast_frames(home: Home) -> Iterator[ForecastFrames]:
    """Frames of the forecast of `home`."""
    with open_tables(home) as connection:
        yield ForecastFrames(connection)


class ForecastFrames:
    """The frames, each by the name of the suite that looks at it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def forecasts_bands(self) -> pd.DataFrame:
        """A row per forecast element. Expected units whole: a mean of 0.02 is above a band of 0.
        Without an objective there is no money and nothing to decide: zeros."""
        return self._frame(
            f"""
            select {ELEMENT_KEY}, units_to_date, low_95_units, low_80_units, median_units,
                high_80_units, high_95_units, floor(expected_units) as expected_units,
                chance_any_tier, chance_gates_met, history_days,
                {cents("expected_amount")} as expected_amount_cents,
                {cents("expected_held_amount")} as expected_held_amount_cents,
                coalesce({cents("expected_amount + expected_held_amount")}, 0)
                    as paid_amount_cents,
                coalesce({cents("expected_before_gates_amount")}, 0) + 1
                    as amount_cents_rounded_up,
                case when chance_gates_met is null
                    then coalesce({cents("expected_amount")}, 0) else 0 end
                    as unknown_gate_amount_cents,
                coalesce(datediff('day', as_of_date, decided_by_date), 0) as days_to_decision,
                coalesce(datediff('day', as_of_date, period_end_date), -1) as days_to_period_end
            from fct_forecast
            left join w.marts.fct_program_standing using (rooftop_id, program_code, period_code)
            order by all
            """
        )

    def forecasts_tiers(self) -> pd.DataFrame:
        """A row per tier of each forecast element, beside the tier below and the element."""
        return self._frame(
            f"""
            select t.rooftop_id, t.program_code, t.element_code, t.period_code, t.tier_number,
                t.chance, coalesce(t.chance_with_gates, 0) as chance_with_gates,
                t.chance_without_pending,
                coalesce(lag(t.chance) over w, 1.0) as chance_of_tier_below,
                coalesce(f.chance_any_tier, -1.0) as chance_any_tier,
                first_value(t.chance) over w as chance_of_first_tier
            from fct_forecast_tier t left join fct_forecast f using ({ELEMENT_KEY})
            window w as (
                partition by t.rooftop_id, t.program_code, t.element_code, t.period_code
                order by t.tier_number
            )
            order by all
            """
        )

    def forecasts_coverage(self) -> pd.DataFrame:
        """A row per open volume element: how many forecasts it has."""
        return self._frame(
            f"""
            with forecast as (
                select {ELEMENT_KEY}, count(*) as forecast_row_count
                from fct_forecast group by all
            )
            select e.rooftop_id, e.program_code, e.element_code, e.period_code,
                coalesce(forecast_row_count, 0) as forecast_row_count
            from w.marts.fct_element_standing e
            join w.marts.fct_program_standing s using ({PROGRAM_KEY})
            join w.marts.dim_element d
                on d.program_code = e.program_code and d.program_version = e.program_version
                and d.element_code = e.element_code
            left join forecast f
                on f.rooftop_id = e.rooftop_id and f.program_code = e.program_code
                and f.element_code = e.element_code and f.period_code = e.period_code
            where s.is_open and d.is_volume and e.standing_state <> 'not_enrolled' order by all
            """
        )

    def forecasts_samples(self) -> pd.DataFrame:
        """A row per series: how many draws, and its lowest."""
        return self._frame(
            """
            select rooftop_id, segment_code, period_end_date::varchar as period_end_date,
                len(remaining_units) as draw_count,
                (select max(len(remaining_units)) from fct_forecast_sample) as expected_draw_count,
                coalesce(list_min(remaining_units), -1) as lowest_remaining_units
            from fct_forecast_sample order by all
            """
        )

    def forecasts_gates(self) -> pd.DataFrame:
        """A row per leaf of an open element's gates: how many forecasts it has, and its chances."""
        return self._frame(
            f"""
            select g.rooftop_id, g.program_code, g.element_code, g.period_code, g.gate_code,
                g.conjunct_number, g.leaf_number,
                count(f.gate_code) as gate_row_count,
                max(f.chance_gate_met) as chance_gate_met,
                max(f.chance_leaf_met) as chance_leaf_met,
                coalesce(max(len(list_filter(f.gate_states, lambda s: s = 3))), 0)
                    as met_draw_count,
                coalesce(max(round(f.chance_gate_met * len(f.gate_states))), 0)::bigint
                    as met_draws_stated
            from w.marts.fct_gate g
            join w.marts.fct_program_standing s using ({PROGRAM_KEY})
            left join fct_forecast_gate f
                using ({ELEMENT_KEY}, gate_code, conjunct_number, leaf_number)
            where s.is_open group by all order by all
            """
        )

    def forecasts_score_tiers(self) -> pd.DataFrame:
        """A row per tier of each open element whose tier a score decides, beside the tier below and
        what its draws say; one where no tier has a chance."""
        return self._frame(
            f"""
            select e.rooftop_id, e.program_code, e.element_code, e.period_code, f.tier_number,
                count(f.tier_number) over w as tier_row_count,
                f.chance,
                coalesce(f.chance, 0) as stated_chance,
                coalesce(lag(f.chance) over (w order by f.tier_number), 1.0)
                    as chance_of_tier_below,
                coalesce(len(list_filter(f.tier_numbers, lambda t: t >= f.tier_number)), 0)
                    as reached_draw_count,
                coalesce(round(f.chance * len(f.tier_numbers)), 0)::bigint as reached_draws_stated
            from w.marts.fct_element_standing e
            join w.marts.fct_program_standing s using ({PROGRAM_KEY})
            join w.marts.dim_element d
                on d.program_code = e.program_code and d.program_version = e.program_version
                and d.element_code = e.element_code
            left join fct_forecast_score_tier f
                on f.rooftop_id = e.rooftop_id and f.program_code = e.program_code
                and f.element_code = e.element_code and f.period_code = e.period_code
            where s.is_open and d.target_kind = 'score' and e.standing_state <> 'not_enrolled'
            window w as (
                partition by e.rooftop_id, e.program_code, e.element_code, e.period_code
            )
            order by all
            """
        )

    def forecasts_days(self) -> pd.DataFrame:
        """A row per selling day left of each element, beside the day before and the period's
        end."""
        return self._frame(
            f"""
            select {ELEMENT_KEY}, d.date::varchar as date, expected_units, low_80_units,
                median_units, high_80_units, sureness,
                coalesce(lag(expected_units) over w, 0.0) as expected_units_before,
                coalesce(datediff('day', d.date, period_end_date), -1) as days_to_period_end
            from fct_forecast_day d
            left join w.marts.fct_program_standing s using ({PROGRAM_KEY})
            window w as (partition by {ELEMENT_KEY} order by d.date)
            order by all
            """
        )

    def forecasts_programs(self) -> pd.DataFrame:
        """A row per open program at a rooftop: how many amounts it has, their bands, and what they
        start from beside the standing, where nothing is said to be left out."""
        return self._frame(
            f"""
            select {PROGRAM_KEY}, count(f.as_of_date) as amount_row_count, {_bands("f.")},
                coalesce({cents("f.amount_so_far")}, 0) as so_far_amount_cents,
                case when f.left_out_note is null
                    then coalesce({cents("s.amount_earned + s.amount_held")}, 0)
                    else coalesce({cents("f.amount_so_far")}, 0)
                end as standing_amount_cents
            from w.marts.fct_program_standing s
            left join fct_forecast_program f using ({PROGRAM_KEY})
            where s.is_open and s.standing_state <> 'not_enrolled'
            group by all order by all
            """
        )

    def forecasts_rooftops(self) -> pd.DataFrame:
        """A row per rooftop: its bands, and in how many draws its programs add up to something
        else."""
        return self._frame(
            f"""
            with parts as (
                select rooftop_id, draw, sum(cents) as cents
                from ({_draws("fct_forecast_program", "rooftop_id")}) group by all
            ),
            apart as (
                select rooftop_id, count(*) filter (where parts.cents is distinct from whole.cents)
                    as draw_apart_count
                from ({_draws("fct_forecast_rooftop", "rooftop_id")}) as whole
                full join parts using (rooftop_id, draw) group by rooftop_id
            )
            select rooftop_id, draw_apart_count, {_bands("f.")}
            from apart left join fct_forecast_rooftop f using (rooftop_id) order by all
            """
        )

    def forecasts_group(self) -> pd.DataFrame:
        """One row where any rooftop has an amount: the group's bands, and in how many draws its
        rooftops add up to something else."""
        return self._frame(
            f"""
            with parts as (
                select draw, sum(cents) as cents
                from ({_draws("fct_forecast_rooftop")}) group by all
            ),
            apart as (
                select count(*) filter (where parts.cents is distinct from whole.cents)
                    as draw_apart_count, count(*) as draw_count
                from ({_draws("fct_forecast_group")}) as whole full join parts using (draw)
            )
            select draw_apart_count, (select count(*) from fct_forecast_group) as group_row_count,
                {_bands("f.")}
            from apart left join fct_forecast_group f on true
            where draw_count > 0 order by all
            """
        )

    def _frame(self, sql: str) -> pd.DataFrame:
        return self._connection.execute(sql).df()


def _bands(of: str) -> str:
    """Each band's edge and the mean in whole cents, and the mean of the draws, half up."""
    edges = [
        f"{cents(f'{of}{name}_amount')} as {name}_amount_cents" for name in (*BAND, "expected")
    ]
    drawn = f"{of}amount_cents"
    mean = f"(2 * list_sum({drawn}) + len({drawn})) // (2 * len({drawn}))"
    return ", ".join(
        [
            *edges,
            f"{cents(f'{of}expected_held_amount')} as expected_held_amount_cents",
            f"({mean})::bigint as mean_amount_cents",
            f"{of}chance_any_amount as chance_any_amount",
        ]
    )


def _draws(table: str, *keys: str) -> str:
    """A row per draw of a table of amounts."""
    names = "".join(f"{key}, " for key in keys)
    return (
        f"select {names}unnest(amount_cents) as cents, "
        f"generate_subscripts(amount_cents, 1) as draw from {table}"
    )
