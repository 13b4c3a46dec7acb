"""Reading rooftops' inputs from a published file, one or many at a time.

Here: rows as the pure inputs of programs/ (states, outlooks, stock). Only the named rooftops' rows
are asked for, so that whoever may see them decides it. Not here: the queries (queries.py), what is
made of the inputs (levers.py, moves.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from programs.money import ZERO, cents_half_up
from programs.period_end import SegmentDraws
from programs.scenario import ElementKey
from scenarios.drawn import with_lists
from scenarios.facts import group_of
from scenarios.inputs import Gross, OpenPeriod, RooftopInputs, ScenarioError, StockRow
from scenarios.program_rows import Element, Row, Rows
from scenarios.queries import (
    DRAWS,
    FALLBACKS,
    GATES,
    GROSS,
    MEMBERS,
    PENDING,
    PROGRAM_MSRP,
    REJECTED,
    ROOFTOPS,
    SEGMENT_MSRP,
    STANDINGS,
    STOCK,
)

if TYPE_CHECKING:
    import duckdb

def read_rooftop(file: Path, rooftop_id: str) -> RooftopInputs:
    """One rooftop's inputs from a published file. Raises ScenarioError for a rooftop that isn't
    there, has no open program, or has no samples."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        known = [row[0] for row in connection.execute(
            "select rooftop_id from dim_rooftop order by all").fetchall()]  # fmt: skip
        if rooftop_id not in known:
            raise ScenarioError(f"there is no rooftop '{rooftop_id}'; known: {', '.join(known)}")
        found, reasons = read_rooftops(connection, [rooftop_id])
    if rooftop_id not in found:
        raise ScenarioError(reasons[rooftop_id])
    return found[rooftop_id]


def read_group(file: Path) -> tuple[dict[str, RooftopInputs], dict[str, str]]:
    """All rooftops' inputs from a published file, and why some have none."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        known = connection.execute("select rooftop_id from dim_rooftop order by all").fetchall()
        return read_rooftops(connection, [row[0] for row in known])


def read_rooftops(
    connection: duckdb.DuckDBPyConnection, rooftop_ids: Sequence[str]
) -> tuple[dict[str, RooftopInputs], dict[str, str]]:
    """Inputs by rooftop, and why some have none: no open program, or no samples."""
    rows = _Rows(connection, rooftop_ids)
    found, reasons = {}, {}
    for rooftop in rooftop_ids:
        if not rows.of("standings", rooftop):
            reasons[rooftop] = f"'{rooftop}' has no open program to change or plan"
        elif not rows.draws[rooftop]:
            reasons[rooftop] = (
                f"'{rooftop}' has no forecast samples; run `stairstep run` with its history first"
            )
        else:
            found[rooftop] = _Rooftop(rows, rooftop).read()
    return found, reasons


class _Rows:
    """All that is asked of a file, once for all rooftops."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rooftop_ids: Sequence[str]) -> None:
        self.as_of: date = connection.execute("select as_of_date from meta").fetchone()[0]
        self._connection = connection
        self._given = {"rooftops": list(rooftop_ids), "as_of": self.as_of}
        self._by_name = {
            name: self._by_rooftop(sql)
            for name, sql in (
                ("standings", STANDINGS), ("members", MEMBERS), ("gates", GATES),
                ("msrp", PROGRAM_MSRP), ("pending", PENDING), ("stock", STOCK),
                ("rejected", REJECTED), ("gross", GROSS), ("fallbacks", FALLBACKS),
                ("rooftops", ROOFTOPS),
            )
        }  # fmt: skip
        self.draws = self._draws()
        self.facts = group_of(connection, rooftop_ids, with_closed=True).rooftops

    def of(self, name: str, rooftop: str) -> Rows:
        """A query's rows of one rooftop, in the query's order."""
        return self._by_name[name].get(rooftop, [])

    def _cursor(self, sql: str) -> duckdb.DuckDBPyConnection:
        used = {name: value for name, value in self._given.items() if f"${name}" in sql}
        return self._connection.execute(sql, used)

    def _rows(self, sql: str) -> Rows:
        cursor = self._cursor(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _by_rooftop(self, sql: str) -> dict[str, Rows]:
        found: dict[str, Rows] = defaultdict(list)
        for row in self._rows(sql):
            found[row.pop("rooftop_id")].append(row)
        return found

    def _draws(self) -> dict[str, dict[tuple[str, date], SegmentDraws]]:
        """Draws of each segment to each period's end, with the MSRP of a unit to come: the
        rooftop's own of late, else the group's."""
        cents = {
            (row["rooftop_id"], row["segment_code"]): _average_cents(row)
            for row in self._rows(SEGMENT_MSRP)
        }
        found: dict[str, dict[tuple[str, date], SegmentDraws]] = defaultdict(dict)
        for key, remaining in with_lists(self._cursor(DRAWS), "remaining_units"):
            rooftop, segment = key["rooftop_id"], key["segment_code"]
            msrp = cents.get((rooftop, segment), cents.get((None, segment), 0))
            found[rooftop][segment, key["period_end_date"]] = SegmentDraws(remaining, msrp)
        return found


def _average_cents(row: Row) -> int:
    units = int(row["units"])
    return (2 * int(row["msrp"] * 100) + units) // (2 * units)


class _Rooftop:
    """One rooftop's rows as its inputs."""

    def __init__(self, rows: _Rows, rooftop_id: str) -> None:
        self._rows, self._rooftop = rows, rooftop_id
        self._draws = rows.draws[rooftop_id]
        self._members = rows.of("members", rooftop_id)

    def read(self) -> RooftopInputs:
        """The inputs, programs in the order of their ends."""
        own = self._rows.of
        return RooftopInputs(
            rooftop_id=self._rooftop,
            as_of_date=self._rows.as_of,
            programs=self._programs(),
            stock=tuple(_stock_row(row) for row in own("stock", self._rooftop)),
            counted_by=_moved(self._members, "is_counted"),
            paid_by=_moved(self._members, "is_paid"),
            rejected=tuple(own("rejected", self._rooftop)),
            draws=self._draws,
            gross=_gross(own("gross", self._rooftop)),
            makes=_makes(own("rooftops", self._rooftop)),
        )

    def _programs(self) -> tuple[OpenPeriod, ...]:
        by_program: dict[tuple[str, str], Rows] = defaultdict(list)
        for row in self._rows.of("standings", self._rooftop):
            by_program[row["program_code"], row["period_code"]].append(row)
        gates = self._keyed("gates")
        pending = {_key(row): row for row in self._rows.of("pending", self._rooftop)}
        stands = {
            (found.facts.program_code, found.facts.period.code): found
            for found in self._rows.facts[self._rooftop].facts.programs
        }
        msrps = {
            (row["program_code"], row["period_code"]): row
            for row in self._rows.of("msrp", self._rooftop)
        }
        notes = self._keyed("fallbacks")
        found = []
        for key, rows in by_program.items():
            own_msrp, head = msrps.get(key, {}), rows[0]
            pieces = [
                Element(row, gates.get(_key(row), ()), pending.get(_key(row), {}))
                for row in rows
            ]
            found.append(
                OpenPeriod(
                    state=stands[key].before.state,
                    outlook=stands[key].outlook,
                    period_end=head["period_end_date"],
                    selling_days_left=head["selling_days_left"] or 0,
                    scores=tuple(score for piece in pieces for score in piece.scores),
                    pending=tuple(piece.pending for piece in pieces),
                    pending_msrp_cents=cents_half_up(
                        (own_msrp.get("paid_msrp_amount") or ZERO)
                        - (own_msrp.get("reported_msrp_amount") or ZERO)
                    ),
                    fallback_notes=tuple(
                        note["fallback_note"]
                        for row in rows
                        for note in notes.get(_key(row), ())
                    ),
                )
            )
        return tuple(found)

    def _keyed(self, name: str) -> dict[tuple[str, str, str], Rows]:
        found: dict[tuple[str, str, str], Rows] = defaultdict(list)
        for row in self._rows.of(name, self._rooftop):
            found[_key(row)].append(row)
        return found


def _stock_row(row: Row) -> StockRow:
    return StockRow(
        **{
            **row,
            "arriving_dates": tuple(sorted(row["arriving_dates"] or ())),
            "msrp_amount": row["msrp_amount"] or ZERO,
        }
    )


def _gross(rows: Rows) -> Gross:
    found: dict[tuple[str, str, str], list] = defaultdict(list)
    for row in rows:
        found[row["make"], row["model"], row["stock_type"]].append(row["front_gross_amount"])
    return found


def _makes(rows: Rows) -> frozenset[str]:
    """Makes as published: a list, or words between commas."""
    given = rows[0]["makes"] if rows else None
    words = given.split(",") if isinstance(given, str) else given or ()
    return frozenset(word.strip() for word in words)


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["program_code"], row["period_code"], row["element_code"]


def _moved(members: Rows, flag: str) -> dict[str, frozenset[ElementKey]]:
    found: dict[str, set[ElementKey]] = defaultdict(set)
    for row in members:
        if row[flag]:
            found[row["segment_code"]].add((row["program_code"], row["element_code"]))
    return {segment: frozenset(keys) for segment, keys in found.items()}
