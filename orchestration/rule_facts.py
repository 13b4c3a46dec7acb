"""What was sold, aimed at and scored, read from published marts for another set of rules.

Here: one program's facts as `programs.rule_diff` takes them. What rules make of them belongs to
`programs`; printing to the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

    from programs.calendars import Period
    from programs.rule_diff import RooftopFacts

# A sale that the OEM accepted and that stands, whatever the rules of the day made of its class.
UNITS = """
    select
        rooftop_id, period_code, counting_date, vin, make, model, trim, model_year, powertrain,
        stock_type, sale_type, msrp_amount, has_open_recall, 1 as units
    from fct_counted_unit
    where
        program_code = ?
        and (
            count_state = 'reported'
            or (rdr_status = 'accepted' and (reason_code like 'wrong\\_%' escape '\\'
                or reason_code = 'not_counted'))
        )
    union all
    select
        rooftop_id, period_code, reversed_date, vin, class.make, class.model, class.trim,
        class.model_year, class.powertrain, class.stock_type, class.sale_type,
        -reversed_msrp_amount, false, -1
    from fct_counted_unit as unit
    inner join dim_unit_class as class on unit.reversed_unit_class_id = class.unit_class_id
    where program_code = ? and reversed_units > 0
"""
TARGETS = """
    select rooftop_id, period_code, element_code, objective_units, base_units
    from fct_element_standing where program_code = ?
"""
# The averages stand in a gate that compares with them; elsewhere they aren't published.
READINGS = """
    select
        rooftop_id, period_code, metric_source, metric_code,
        max(score) as score,
        max(sample_count) as sample_count,
        max(threshold_value) filter (threshold_kind = 'region_average') as region_average,
        max(threshold_value) filter (threshold_kind = 'national_average') as national_average
    from fct_gate
    where program_code = ? and metric_source <> 'compliance_items'
    group by all
"""
ITEMS = """
    select distinct rooftop_id, period_code, metric_code as item, leaf_state as state
    from fct_gate
    where program_code = ? and metric_source = 'compliance_items'
"""


@dataclass(frozen=True)
class PublishedFacts:
    """One program's facts, the date they are of, and the periods open on it."""

    rooftops: tuple[RooftopFacts, ...]
    as_of_date: date
    open_periods: frozenset[str]


def published_facts(file: Path, program_code: str, periods: Sequence[Period]) -> PublishedFacts:
    """The facts of one program in a published file, for the periods given."""
    import duckdb

    from programs.rule_diff import facts_of_rows

    with duckdb.connect(str(file), read_only=True) as connection:
        (as_of_date,) = connection.execute("select as_of_date from meta").fetchone() or (None,)
        assert as_of_date is not None, "meta has one row"
        opened = connection.execute(
            "select distinct period_code from fct_program_standing "
            "where program_code = ? and is_open",
            [program_code],
        ).fetchall()
        rooftops = facts_of_rows(
            periods,
            _rows(connection, UNITS, program_code, program_code),
            _rows(connection, TARGETS, program_code),
            _rows(connection, READINGS, program_code),
            _rows(connection, ITEMS, program_code),
            as_of_date=as_of_date,
        )
    return PublishedFacts(tuple(rooftops), as_of_date, frozenset(code for (code,) in opened))


def _rows(
    connection: duckdb.DuckDBPyConnection, sql: str, *parameters: str
) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
