"""Why a program stands where it stands: every stored row behind one amount, gathered.

Here: which rows answer for a rooftop, program and period, read from published or scratch marts.
Nothing is computed anew. Their words are `programs.explanation_words`, shared with the app's page;
choosing the file and printing belong to the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from programs.errors import StairstepError
from programs.explanation import (
    COUNTS,
    Difference,
    ExplainedElement,
    ExplainedGate,
    Row,
    difference_of,
    gates_of_rows,
)

if TYPE_CHECKING:
    import duckdb

MARTS = (
    "dim_rooftop", "dim_program", "dim_element", "fct_program_standing", "fct_element_standing",
    "fct_program_adjustment", "fct_ladder_segment", "fct_gate", "fct_counted_unit",
)  # fmt: skip
SHOWN_PERIODS = 12


class UnknownQuestionError(StairstepError):
    """A rooftop, program or period that has no standing to explain."""


@dataclass(frozen=True)
class Question:
    """What is asked: without a period the open one, else the latest."""

    rooftop_id: str
    program_code: str
    period_code: str | None = None


@dataclass(frozen=True)
class Explanation:
    """Every row behind one program's amount at one rooftop in one period."""

    as_of: datetime
    known_at: datetime
    rooftop: Row
    program: Row
    standing: Row
    elements: tuple[ExplainedElement, ...]
    gates: tuple[ExplainedGate, ...]
    units: tuple[Row, ...]
    adjustments: tuple[Row, ...] = ()

    @property
    def has_official_list(self) -> bool:
        """Whether the OEM's portal gave a list of cars; without one nothing can miss on it."""
        return any(unit["is_official"] is not None for unit in self.units)

    @property
    def differences(self) -> tuple[Difference, ...]:
        """The cars that not every count holds, in the order of the units."""
        asked = [name for name in COUNTS if name != "official" or self.has_official_list]
        found = (difference_of(unit, asked) for unit in self.units)
        return tuple(difference for difference in found if difference is not None)


def explain(
    file: Path, schema: str, question: Question, *, as_of: datetime, known_at: datetime
) -> Explanation:
    """Gathers the rows from the marts in `schema` of a DuckDB file, opened for reading only.

    Raises UnknownQuestionError naming what is known instead.
    """
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        marts = _Marts(connection, schema)
        standing = _standing(marts, question)
        key = {name: standing[name] for name in ("rooftop_id", "program_code", "period_code")}
        version = {name: standing[name] for name in ("program_code", "program_version")}
        return Explanation(
            as_of=as_of,
            known_at=known_at,
            rooftop=marts.rows("dim_rooftop", {"rooftop_id": standing["rooftop_id"]})[0],
            program=marts.rows("dim_program", version)[0],
            standing=standing,
            elements=_elements(marts, key, version),
            gates=_gates(marts, key),
            adjustments=tuple(
                marts.rows("fct_program_adjustment", key, order="adjustment_number")
            ),
            units=tuple(
                marts.rows("fct_counted_unit", key, order="counting_date desc nulls last, vin")
            ),
        )


@dataclass(frozen=True)
class _Marts:
    connection: duckdb.DuckDBPyConnection
    schema: str

    def rows(self, table: str, equal: Row, *, order: str = "1") -> list[Row]:
        conditions = " and ".join(f'"{name}" = ?' for name in equal) or "true"
        cursor = self.connection.execute(
            f'select * from "{self.schema}"."{table}" where {conditions} order by {order}',
            list(equal.values()),
        )
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def values(self, table: str, column: str, equal: Row | None = None) -> list[str]:
        return sorted({str(row[column]) for row in self.rows(table, equal or {})})


def _standing(marts: _Marts, question: Question) -> Row:
    asked = {"rooftop_id": question.rooftop_id, "program_code": question.program_code}
    rows = marts.rows("fct_program_standing", asked, order="period_end_date, period_code")
    if not rows:
        raise UnknownQuestionError(_nothing(marts, question))
    if question.period_code is not None:
        for row in rows:
            if row["period_code"] == question.period_code:
                return row
        known = [row["period_code"] for row in rows][-SHOWN_PERIODS:]
        before = "the latest are" if len(rows) > SHOWN_PERIODS else "known:"
        raise UnknownQuestionError(
            f"{question.program_code} has no period {question.period_code!r} at "
            f"{question.rooftop_id}; {before} {', '.join(known)}"
        )
    return next((row for row in rows if row["is_open"]), rows[-1])


def _nothing(marts: _Marts, question: Question) -> str:
    rooftops = marts.values("dim_rooftop", "rooftop_id")
    if question.rooftop_id not in rooftops:
        return f"there is no rooftop {question.rooftop_id!r}; known: {', '.join(rooftops)}"
    programs = marts.values("dim_program", "program_code")
    if question.program_code not in programs:
        return f"there is no program {question.program_code!r}; known: {', '.join(programs)}"
    own = marts.values("fct_program_standing", "program_code", {"rooftop_id": question.rooftop_id})
    return (
        f"{question.rooftop_id} is not enrolled in {question.program_code}; its programs: "
        f"{', '.join(own) or 'none'}"
    )


def _elements(marts: _Marts, key: Row, version: Row) -> tuple[ExplainedElement, ...]:
    rules = marts.rows("dim_element", version, order="element_order, element_code")
    standings = {row["element_code"]: row for row in marts.rows("fct_element_standing", key)}
    ladder = marts.rows("fct_ladder_segment", key, order="element_code, segment_number")
    return tuple(
        ExplainedElement(
            rules=row,
            standing=standings[row["element_code"]],
            ladder=tuple(part for part in ladder if part["element_code"] == row["element_code"]),
        )
        for row in rules
        if row["element_code"] in standings
    )


def _gates(marts: _Marts, key: Row) -> tuple[ExplainedGate, ...]:
    order = "element_code nulls first, gate_code, conjunct_number, leaf_number"
    return gates_of_rows(marts.rows("fct_gate", key, order=order))
