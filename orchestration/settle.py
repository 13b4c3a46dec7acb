"""Reads what the marts have counted, settles each rooftop, and gives the outcome as tables for dbt.

Here: SQL over the built warehouse and the tables' schemas. Only programs that rules over several
periods or between programs reach are read, a few rooftops at a time. What the rules make of them
belongs to `programs`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from programs.calendars import Calendar, Period
from programs.errors import StairstepError
from programs.rulebook import Rulebook
from programs.settled_rooftop import (
    RuledPeriod,
    SettledStanding,
    programs_to_settle,
    settle_rooftop,
)
from programs.settled_states import CountedPeriod, StrikeItem, UnwoundUnit

if TYPE_CHECKING:
    import duckdb

    from forecasting.histories import Histories, ReadHistories

Row = Mapping[str, Any]
Key = tuple[str, str, str]  # rooftop, program, period
MONEY = pa.decimal128(14, 2)
CHUNK = 20  # rooftops read at a time: a group of 460 stays within some hundred MB

_KEY = [("rooftop_id", pa.string()), ("program_code", pa.string()), ("period_code", pa.string())]
SCHEMAS = {
    # `alone` is the period by itself as the settlement evaluates it: SQL must say the same.
    "settled_periods": pa.schema(
        _KEY
        + [
            (name, MONEY)
            for name in (
                "alone_earned_amount", "alone_held_amount", "alone_with_pending_amount",
                "adjusted_earned_amount", "adjusted_held_amount", "adjusted_with_pending_amount",
            )
        ]
    ),
    "adjustments": pa.schema(
        _KEY
        + [
            ("adjustment_number", pa.int32()),
            ("rule_kind", pa.string()),
            ("rule_code", pa.string()),
            ("rule_program_code", pa.string()),
            ("rule_program_version", pa.int32()),
            ("amount_earned", MONEY),
            ("amount_held", MONEY),
            ("rule_text", pa.string()),
            ("evidence_text", pa.string()),
        ]
    ),
}  # fmt: skip

WANTED = "rooftop_id = any($rooftops) and program_code = any($programs)"
PERIODS = f"""
select periods.rooftop_id, periods.program_code, periods.period_code, periods.program_version,
    periods.period_start_date, periods.period_end_date, periods.period_grain, periods.is_open,
    periods.oem_code, periods.dealer_code,
    coalesce(msrp.paid_msrp_amount, 0)::decimal(14, 2) as paid_msrp_amount,
    coalesce(msrp.pending_paid_msrp_amount, 0)::decimal(14, 2) as pending_paid_msrp_amount
from intermediate.int_enrolled_periods as periods
left join intermediate.int_program_paid_msrp as msrp
    using (rooftop_id, program_code, period_code)
where {WANTED}
order by rooftop_id, program_code, period_start_date, period_code
"""
ELEMENTS = f"""
select rooftop_id, program_code, period_code, element_code, objective_units, base_units,
    cap_base_units, fixed_tier_number, reported_units, pending_units, paid_units,
    pending_paid_units, paid_msrp_amount, pending_paid_msrp_amount, open_recall_units,
    pending_open_recall_units, is_held, amount_kept, amount_with_pending
from intermediate.int_elements_capped
where {WANTED}
"""
GATES = f"""
select distinct rooftop_id, program_code, period_code, element_code, gate_code, gate_state_rank,
    effect, reduce_to_share
from intermediate.int_gate_states
where {WANTED}
order by all
"""
LINES = f"""
select rooftop_id, program_code, period_code, element_code, vin, line_date, step, msrp_amount,
    is_pending, is_counted, is_paid, pay_group_code
from intermediate.int_element_lines
where {WANTED} and line_date <= $as_of and (until_date is null or until_date > $as_of)
"""
STRIKES = """
select oem_code, dealer_code, program_code, item_code, due_date
from intermediate.int_compliance_items_latest
where item_type = 'strike' and due_date <= $as_of
order by due_date, item_code
"""
# Where an unwind takes no unit back, the unit goes on counting and its unwind stands beside it.
UNWOUND = f"""
select rooftop_id, program_code, period_code, vin, counting_date, unwound_date
from marts.fct_counted_unit
where {WANTED} and is_paid and unwound_date > period_end_date
order by unwound_date, vin
"""


class UnsettledError(StairstepError):
    """The warehouse and the rulebooks don't belong together."""


def settled_tables(
    warehouse: Path,
    books: Sequence[Rulebook],
    calendars: Mapping[str, Calendar],
    as_of: datetime.date,
) -> dict[str, pa.Table]:
    """The tables of SCHEMAS. Without a program to settle the warehouse isn't even opened."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}
    programs = programs_to_settle(books)
    if programs:
        for rooftop_id, standing in _settled(warehouse, books, calendars, as_of, programs):
            key = (rooftop_id, standing.now.program_code, standing.now.period_code)
            rows["settled_periods"].append(_period_row(key, standing))
            rows["adjustments"] += _adjustment_rows(key, standing)
    return {
        name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in SCHEMAS.items()
    }


def read_histories(
    warehouse: Path, books: Sequence[Rulebook], as_of: datetime.date
) -> ReadHistories:
    """Gives the periods of some rooftops' programs, as they are settled."""

    def read(rooftops: Sequence[str], programs: Sequence[str]) -> Histories:
        import duckdb

        by_code = {book.program_code: book for book in books}
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return _Reader(connection, by_code, programs, as_of).histories(rooftops)

    return read


def _settled(
    warehouse: Path,
    books: Sequence[Rulebook],
    calendars: Mapping[str, Calendar],
    as_of: datetime.date,
    programs: frozenset[str],
) -> Iterator[tuple[str, SettledStanding]]:
    import duckdb

    by_code = {book.program_code: book for book in books}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        reader = _Reader(connection, by_code, sorted(programs & set(by_code)), as_of)
        rooftops = reader.rooftops()
        for first in range(0, len(rooftops), CHUNK):
            histories = reader.histories(rooftops[first : first + CHUNK])
            for rooftop_id, found in histories.items():
                for standing in settle_rooftop(by_code, found, calendars):
                    yield rooftop_id, standing


class _Reader:
    """The built warehouse, read for some programs."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        books: Mapping[str, Rulebook],
        programs: Sequence[str],
        as_of: datetime.date,
    ) -> None:
        self._connection = connection
        self._books = books
        self._given = {"programs": programs, "as_of": as_of}
        self._strikes = self._rows(STRIKES)

    def rooftops(self) -> list[str]:
        sql = (
            "select distinct rooftop_id from intermediate.int_enrolled_periods "
            "where program_code = any($programs) order by rooftop_id"
        )
        return [row["rooftop_id"] for row in self._rows(sql)]

    def histories(self, rooftops: Sequence[str]) -> dict[str, dict[str, list[RuledPeriod]]]:
        """By rooftop and program the periods that have begun, in order."""
        elements, gates, lines = (
            _grouped(self._rows(sql, rooftops=list(rooftops))) for sql in (ELEMENTS, GATES, LINES)
        )
        unwound: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self._rows(UNWOUND, rooftops=list(rooftops)):
            unwound[row["rooftop_id"], row["program_code"]].append(row)
        found: dict[str, dict[str, list[RuledPeriod]]] = defaultdict(lambda: defaultdict(list))
        for row in self._rows(PERIODS, rooftops=list(rooftops)):
            key = _key(row)
            period = Period(
                row["period_start_date"], row["period_end_date"], row["period_code"],
                row["period_grain"],
            )  # fmt: skip
            counted = CountedPeriod(
                period,
                row["is_open"],
                elements[key],
                gates[key],
                lines[key],
                row["paid_msrp_amount"],
                row["pending_paid_msrp_amount"],
                tuple(_strikes(self._strikes, row)),
                tuple(_unwound(unwound[key[:2]], period)),
            )
            book = self._books[row["program_code"]]
            if row["program_version"] > len(book.versions):
                raise UnsettledError(
                    f"{book.file}: the warehouse went by version {row['program_version']}, which "
                    "isn't there; run `stairstep run` anew"
                )
            version = book.versions[row["program_version"] - 1]
            found[row["rooftop_id"]][book.program_code].append(RuledPeriod(version, counted))
        return found

    def _rows(self, sql: str, **given: Any) -> list[Row]:
        named = {**self._given, **given}
        used = {name: value for name, value in named.items() if f"${name}" in sql}
        cursor = self._connection.execute(sql, used)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _key(row: Row) -> Key:
    return row["rooftop_id"], row["program_code"], row["period_code"]


def _grouped(rows: Sequence[Row]) -> defaultdict[Key, list[Row]]:
    found: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[_key(row)].append(row)
    return found


def _strikes(rows: Sequence[Row], period: Row) -> Iterator[StrikeItem]:
    """The strikes against a period's dealer code: those of the program, and those of none."""
    for row in rows:
        same_code = all(row[name] == period[name] for name in ("oem_code", "dealer_code"))
        if same_code and row["program_code"] in (None, period["program_code"]):
            yield StrikeItem(row["due_date"], row["item_code"])


def _unwound(rows: Sequence[Row], period: Period) -> Iterator[UnwoundUnit]:
    for row in rows:
        if period.contains(row["unwound_date"]):
            days = (row["unwound_date"] - row["counting_date"]).days
            yield UnwoundUnit(row["vin"], row["period_code"], days)


def _period_row(key: Key, standing: SettledStanding) -> dict[str, Any]:
    now, then = standing.now, standing.with_pending
    alone_then = then.standing.amount_earned + then.standing.amount_held
    return _named(key) | {
        "alone_earned_amount": now.standing.amount_earned,
        "alone_held_amount": now.standing.amount_held,
        "alone_with_pending_amount": alone_then,
        "adjusted_earned_amount": now.amount_earned - now.standing.amount_earned,
        "adjusted_held_amount": now.amount_held - now.standing.amount_held,
        "adjusted_with_pending_amount": then.amount_earned + then.amount_held - alone_then,
    }


def _adjustment_rows(key: Key, standing: SettledStanding) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(standing.adjustments, 1):
        yield _named(key) | {
            "adjustment_number": number,
            "rule_kind": one.change.kind,
            "rule_code": one.change.code,
            "rule_program_code": one.change.stated_by,
            "rule_program_version": one.version,
            "amount_earned": one.change.amount_earned,
            "amount_held": one.change.amount_held,
            "rule_text": one.words.rule,
            "evidence_text": one.words.evidence,
        }


def _named(key: Key) -> dict[str, Any]:
    return dict(zip(("rooftop_id", "program_code", "period_code"), key, strict=True))
