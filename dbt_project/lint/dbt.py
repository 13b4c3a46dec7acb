"""Stand-ins for dbt's cross-database macros: sqlfluff renders models without a database.

They belong here only as far as models use them, and spell what DuckDB would; dbt itself never reads
this folder.
"""

from __future__ import annotations


def dateadd(datepart: str, interval: object, from_date_or_timestamp: object) -> str:
    return f"date_add({from_date_or_timestamp}, interval ({interval}) {datepart})"


def datediff(first_date: object, second_date: object, datepart: str) -> str:
    return f"datediff('{datepart}', {first_date}, {second_date})"


def date_spine(datepart: str, start_date: object, end_date: object) -> str:
    days = f"range({start_date}, {end_date}, interval 1 {datepart})"
    return f"select range as date_{datepart} from {days}"


def hash(field: object) -> str:
    return f"md5({field})"


def listagg(measure: object, delimiter: object, order_by_clause: object = "") -> str:
    return f"string_agg({measure}, {delimiter} {order_by_clause})"


def type_string() -> str:
    return "varchar"
