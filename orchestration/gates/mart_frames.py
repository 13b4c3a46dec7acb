"""Frames of the marts: keys, whole cents, and what one table says of another.

Read from the warehouse, never copied whole. What must hold of the frames belongs to
`expectations.marts`; the forecast's frames to `forecast_frames`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.home import Home
from orchestration.moments import Moments

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

AMOUNTS = (
    "amount_earned",
    "amount_held",
    "amount_forfeited",
    "amount_deducted",
    "amount_capped",
    "amount_before_gates",
)
ELEMENT_KEY = "rooftop_id, program_code, element_code, period_code"
PROGRAM_KEY = "rooftop_id, program_code, period_code"


@contextmanager
def mart_frames(home: Home, moments: Moments) -> Iterator[MartFrames]:
    """Frames of the marts of `home`."""
    with open_tables(home) as connection:
        yield MartFrames(connection, moments)


@contextmanager
def open_tables(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse as `w`, the compiled rules as `compiled_<table>`, the settlement's and the
    forecast's tables, where there are any."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach '{_quoted(str(home.warehouse_file))}' as w (read_only)")
        folders = ((home.forecast, ""), (home.settled, ""), (home.compiled, "compiled_"))
        for folder, prefix in folders:
            for file in folder.glob("*.parquet"):
                connection.execute(
                    f"create view {prefix}{file.stem} as "
                    f"from read_parquet('{_quoted(str(file))}')"
                )
        yield connection


class MartFrames:
    """The frames, each by the name of the suite that looks at it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, moments: Moments) -> None:
        self._connection = connection
        self._moments = moments

    def has_sales(self) -> bool:
        """Whether an enrolled rooftop sold anything in periods that stand: units must follow."""
        return self._is_any(
            f"""
            w.intermediate.int_sales s
            join compiled_enrolments e using (rooftop_id, dealer_code)
            join {_mart("standing")} p using (rooftop_id, program_code)
            where s.rdr_counting_date between p.period_start_date and p.period_end_date
                and s.rdr_counting_date between e.from_date
                    and coalesce(e.to_date, p.period_end_date)
            """
        )

    def has_targets(self) -> bool:
        """Whether any element has what it is measured against: then a ladder must follow."""
        return self._is_any(f"{_mart('element')} where standing_state = 'ok'")

    def marts_every_row(self) -> pd.DataFrame:
        """A row per enrolment and period of its program: how many standings, how many elements."""
        as_of = self._moments.as_of_date.isoformat()
        known = self._moments.known_at.date().isoformat()
        return self._frame(
            f"""
            with expected as (
                select distinct e.rooftop_id, e.program_code, p.period_code
                from compiled_enrolments e
                join compiled_program_periods p using (program_code, program_version)
                where p.period_start_date <= coalesce(e.to_date, date '9999-12-31')
                  and p.period_end_date >= coalesce(e.from_date, date '0001-01-01')
                  and p.period_start_date >= (
                      select min(period_start_date) from {_mart("standing")}
                  )
                  and p.period_start_date <= date '{as_of}'
                  and p.program_version = (
                      select max(program_version) from compiled_programs v
                      where v.program_code = p.program_code
                        and v.announced_date <= date '{known}'
                        and v.effective_date <= p.period_end_date
                  )
            ),
            actual as (
                select {PROGRAM_KEY}, program_version, count(*) as standing_row_count
                from {_mart("standing")} group by all
            ),
            elements as (
                select {PROGRAM_KEY}, count(*) as element_row_count
                from {_mart("element")} group by all
            ),
            stated as (
                select program_code, program_version, count(*) as element_count
                from compiled_elements group by all
            )
            select {PROGRAM_KEY}, coalesce(standing_row_count, 0) as standing_row_count,
                coalesce(element_row_count, 0) as element_row_count,
                coalesce(element_count, 0) as element_count
            from expected
            full join actual using ({PROGRAM_KEY})
            left join elements using ({PROGRAM_KEY})
            left join stated using (program_code, program_version)
            order by all
            """
        )

    def marts_program_standing(self) -> pd.DataFrame:
        """A row per standing: its states, its amounts in cents, and those of its elements and
        adjustments together."""
        return self._frame(
            f"""
            with parts as (
                select {PROGRAM_KEY}, amount_earned, amount_held from {_mart("element")}
                union all
                select {PROGRAM_KEY}, amount_earned, amount_held from {_mart("adjustment")}
            ),
            sums as (
                select {PROGRAM_KEY}, {cents("sum(amount_earned)")} as summed_amount_earned_cents,
                    {cents("sum(amount_held)")} as summed_amount_held_cents
                from parts group by all
            )
            select {PROGRAM_KEY}, standing_state, gate_state, {_amount_columns()},
                -{cents("amount_adjusted")} as minus_amount_adjusted_cents,
                coalesce(summed_amount_earned_cents, 0) as summed_amount_earned_cents,
                coalesce(summed_amount_held_cents, 0) as summed_amount_held_cents,
                selling_days_total,
                selling_days_elapsed + selling_days_left as selling_days_counted
            from {_mart("standing")} left join sums using ({PROGRAM_KEY}) order by all
            """
        )

    def marts_settlement(self) -> pd.DataFrame:
        """A row per settled period: the settlement's amounts of it alone beside the elements'."""
        return self._frame(
            f"""
            select {PROGRAM_KEY}, {cents("any_value(alone_earned_amount)")} as alone_earned_cents,
                {cents("any_value(alone_held_amount)")} as alone_held_cents,
                {cents("any_value(alone_with_pending_amount)")} as alone_with_pending_cents,
                {cents("sum(amount_earned)")} as element_earned_cents,
                {cents("sum(amount_held)")} as element_held_cents,
                {cents("sum(amount_with_pending)")} as element_with_pending_cents
            from settled_periods left join {_mart("element")} using ({PROGRAM_KEY})
            group by all order by all
            """
        )

    def marts_element_standing(self) -> pd.DataFrame:
        """A row per element: counts, tier, amounts in cents, and the VINs behind the count."""
        return self._frame(
            f"""
            with counted_class as (
                select rooftop_id, program_code, period_code, counted_element_codes, 1 as unit_count
                from {_mart("unit")} where count_state = 'reported'
                union all
                select rooftop_id, program_code, period_code, c.counted_element_codes,
                    -reversed_units
                from {_mart("unit")} u join w.intermediate.int_class_memberships c
                    using (program_code, program_version)
                where u.reversed_units > 0 and u.reversed_unit_class_id = c.unit_class_id
            ), counted as (
                select rooftop_id, program_code, period_code, c.element_code,
                    sum(unit_count) as counted_unit_count
                from counted_class, unnest(string_split(counted_element_codes, ','))
                    as c(element_code)
                group by all
            )
            select {ELEMENT_KEY}, s.reported_units, s.pending_units, s.tier_number, s.tier_count,
                case when coalesce(d.counts_equal_pays, false) then s.paid_units else 0 end
                    as paid_reported_units,
                coalesce(counted_unit_count, 0)::bigint as counted_unit_count, {_amount_columns()}
            from {_mart("element")} s
            left join counted using ({ELEMENT_KEY})
            left join w.marts.dim_element d using (program_code, program_version, element_code)
            order by all
            """
        )

    def marts_counted_units(self) -> pd.DataFrame:
        """A row per program and rooftop: how many of its units break which promise."""
        return self._frame(
            f"""
            with units as (
                select rooftop_id, program_code, period_code, vin,
                    count(*) as row_count,
                    count(*) filter (where reason_code is null or reason_code = '')
                        as unexplained_count,
                    count(*) filter (where source_file is null or source_row is null)
                        as untraced_count,
                    count(*) filter (where is_counted and (counting_date < period_start_date
                        or counting_date > period_end_date)) as outside_period_count
                from {_mart("unit")} group by rooftop_id, program_code, period_code, vin
            )
            select rooftop_id, program_code, sum(row_count - 1)::bigint as duplicate_count,
                sum(unexplained_count)::bigint as unexplained_count,
                sum(untraced_count)::bigint as untraced_count,
                sum(outside_period_count)::bigint as outside_period_count
            from units group by rooftop_id, program_code order by all
            """
        )

    def marts_standing_daily(self) -> pd.DataFrame:
        """A row per open element: the last day of its chart beside its standing."""
        return self._frame(
            f"""
            with last_day as (
                select {ELEMENT_KEY}, arg_max(reported_units, date) as reported_units,
                    {cents("arg_max(amount_earned, date)")} as amount_earned_cents
                from {_mart("daily")} group by all
            )
            select {ELEMENT_KEY}, last_day.reported_units, amount_earned_cents,
                e.reported_units as standing_reported_units,
                {cents("e.amount_earned")} as standing_amount_earned_cents
            from last_day
            join {_mart("element")} e using ({ELEMENT_KEY})
            join {_mart("standing")} s using ({PROGRAM_KEY})
            where s.is_open order by all
            """
        )

    def marts_ladders(self) -> pd.DataFrame:
        """A row per ladder: where it begins, whether it is whole."""
        return self._frame(
            f"""
            with segments as (
                select {ELEMENT_KEY}, from_units, to_units, tier_number,
                    lead(from_units) over w as next_from_units,
                    lead(tier_number) over w as next_tier_number,
                    row_number() over w as position
                from w.marts.fct_ladder_segment
                window w as (partition by {ELEMENT_KEY} order by segment_number)
            )
            select {ELEMENT_KEY},
                max(from_units) filter (where position = 1) as first_from_units,
                (1 - count(*) filter (where to_units is null)) as open_end_missing,
                count(*) filter (where next_from_units is not null
                    and to_units is distinct from next_from_units) as broken_join_count,
                count(*) filter (where next_tier_number < tier_number) as falling_tier_count
            from segments group by all order by all
            """
        )

    def marts_gaps(self) -> pd.DataFrame:
        """A row per gap."""
        return self._frame(
            f"select gap_id, rooftop_id, severity, {cents('amount_at_risk')} "
            "as amount_at_risk_cents from w.marts.fct_gap order by all"
        )

    def marts_feed_health(self) -> pd.DataFrame:
        """A row per feed."""
        return self._frame("select feed_id, feed_state from w.marts.fct_feed_health order by all")

    def _is_any(self, source: str) -> bool:
        return self._connection.execute(f"select 1 from {source} limit 1").fetchone() is not None

    def _frame(self, sql: str) -> pd.DataFrame:
        return self._connection.execute(sql).df()


_MARTS = {
    "standing": "w.marts.fct_program_standing",
    "element": "w.marts.fct_element_standing",
    "adjustment": "w.marts.fct_program_adjustment",
    "unit": "w.marts.fct_counted_unit",
    "daily": "w.marts.fct_standing_daily",
}


def _mart(name: str) -> str:
    return _MARTS[name]


def cents(amount: str) -> str:
    """Whole cents: pandas would make a float of a decimal."""
    return f"(({amount}) * 100)::bigint"


def _amount_columns() -> str:
    columns = [f"{cents(name)} as {name}_cents" for name in AMOUNTS]
    return ", ".join(
        [*columns, f"-{cents('amount_before_gates')} as minus_amount_before_gates_cents"]
    )


def _quoted(text: str) -> str:
    return text.replace("'", "''")
