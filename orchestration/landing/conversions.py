"""SQL that turns a cleaned text into a type, and says why it can't. One function a type.

Here: DuckDB expressions, strict where its casts are lenient: `12.7` is no whole number, `1.005` no
amount in cents, year 24 no date. Each returns a value (NULL when it can't) and a reason (NULL
when it can). Not here: which column goes through which conversion (convert.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from orchestration.landing.kinds import SCALES, SQL_TYPES, Column
from orchestration.landing.mapping import ColumnMapping

# Dates outside are typing errors or a vendor's null date that the mapping doesn't list as a null
# token. Wider lets '01/02/24' read as year 24 through; narrower refuses real purchase dates.
EARLIEST, LATEST = "1980-01-01", "2099-12-31"
_ISO_DATE = r"\d{4}-\d{2}-\d{2}([T ]00:00(:00(\.0+)?)?)?"
_ISO_MOMENT = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?"
_OFFSET = r" ?(Z|[+-]\d{2}(:?\d{2})?)"
_WHOLE = r"[+-]?(\d{1,10}|\d{1,3}(,\d{3})+)(\.0*)?"
_AMOUNT = r"\(?[+-]?\$? ?[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d*)?-?\)?"
_NO_SEPARATOR = re.compile(r"%[YymdHMSj](?=%[YymdHMSj])")
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2, "j": 3, "b": 3}
_TRUE, _FALSE = ("Y", "YES", "TRUE", "T", "1"), ("N", "NO", "FALSE", "F", "0")


@dataclass(frozen=True)
class Sql:
    """Three expressions: `found` over the text; value and reason over text and found's own name.

    Two steps, so that a costly parse stands once in the query.
    """

    found: str
    value: str
    reason: str


@dataclass(frozen=True)
class Context:
    """What a conversion needs besides its column. `zone` is SQL; in Excel dates are ISO."""

    zone: str
    is_excel: bool = False


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: tuple[str, ...]) -> str:
    return "(" + ", ".join(literal(text) for text in texts) + ")"


def typed_literal(column: Column, value: str | None) -> str:
    """A value that the mapping states, in the column's type."""
    return f"CAST({'NULL' if value is None else literal(value)} AS {SQL_TYPES[column.type]})"


NEVER = "CAST(NULL AS VARCHAR)"


def _told(text: str, found: str, message: str) -> str:
    return f"CASE WHEN {text} IS NOT NULL AND {found} IS NULL THEN {literal(message)} END"


def _text(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    reasons = []
    if spec.pad:
        reasons.append(
            f"WHEN regexp_full_match({text}, '\\d(\\.\\d+)?[Ee]\\+?\\d+') "
            "THEN 'a spreadsheet turned it into powers of ten: its digits are lost'"
        )
    if column.allowed:
        message = f"is none of {', '.join(column.allowed)}"
        reasons.append(f"WHEN {found} NOT IN {literals(column.allowed)} THEN {literal(message)}")
    reason = f"CASE {' '.join(reasons)} END" if reasons else NEVER
    return Sql(padded(text, spec.pad, spec.upper), found, reason)


def padded(text: str, width: int | None, is_upper: bool = False) -> str:
    """A text with the leading zeros that a spreadsheet ate, when it is all figures."""
    shown = f"upper({text})" if is_upper else text
    if not width:
        return shown
    return (
        f"CASE WHEN length({shown}) < {width} AND regexp_full_match({shown}, '\\d+') "
        f"THEN lpad({shown}, {width}, '0') ELSE {shown} END"
    )


def _int(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    parsed = (
        f"CASE WHEN regexp_full_match({text}, {literal(_WHOLE)}) "
        f"THEN TRY_CAST(replace(split_part({text}, '.', 1), ',', '') AS INTEGER) END"
    )
    return Sql(parsed, found, _told(text, found, "is not a whole number"))


def _amount(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    scale = SCALES[column.type]
    bare = f"rtrim({text}, '%')" if column.type == "score" else text
    digits = f"translate({bare}, '$,()+- ', '')"
    sign = f"CASE WHEN contains({bare}, '-') OR starts_with({bare}, '(') THEN '-' ELSE '' END"
    parsed = (
        f"CASE WHEN regexp_full_match({bare}, {literal(_AMOUNT)}) "
        f"AND regexp_matches({bare}, '\\d') "
        f"AND starts_with({bare}, '(') = ends_with({bare}, ')') THEN {sign} || {digits} END"
    )
    exact = "true" if spec.round else f"NOT regexp_matches({found}, '\\.\\d{{{scale}}}\\d*[1-9]')"
    value = f"CASE WHEN {exact} THEN TRY_CAST({found} AS {SQL_TYPES[column.type]}) END"
    reason = (
        f"CASE WHEN {text} IS NULL THEN NULL "
        f"WHEN {found} IS NULL THEN 'is not a number' "
        f"WHEN NOT ({exact}) THEN 'has more than {scale} decimals; a mapping may say round: true' "
        f"WHEN TRY_CAST({found} AS {SQL_TYPES[column.type]}) IS NULL THEN 'is too large' END"
    )
    return Sql(parsed, value, reason)


def _date(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    options = [_date_by(text, form) for form in spec.format]
    if not spec.format or context.is_excel:
        options.append(
            f"CASE WHEN regexp_full_match({text}, {literal(_ISO_DATE)}) "
            f"THEN TRY_CAST(left({text}, 10) AS DATE) END"
        )
    shown = " or ".join(spec.format) or "2025-08-01"
    return _in_range(text, found, f"coalesce({', '.join(options)})", f"is no date like {shown}")


def _date_by(text: str, form: str) -> str:
    if form == "excel_serial":
        return (
            f"CASE WHEN regexp_full_match({text}, '\\d{{5}}(\\.0+)?') "
            f"THEN DATE '1899-12-30' + TRY_CAST(left({text}, 5) AS INTEGER) END"
        )
    return f"CAST({_strptime(text, form)} AS DATE)"


def _strptime(text: str, form: str) -> str:
    """A strict parse: figures without separators need their full width, or 2024112 is a guess."""
    parsed = f"try_strptime({text}, {literal(form)})"
    directives = re.findall(r"%(.)", form)
    if not _NO_SEPARATOR.search(form) or not set(directives) <= set(_WIDTHS):
        return parsed
    width = sum(_WIDTHS[d] for d in directives) + len(re.sub(r"%.", "", form))
    return f"CASE WHEN length({text}) = {width} THEN {parsed} END"


def _in_range(text: str, found: str, parsed: str, message: str) -> Sql:
    """A date or moment in the years that can be; compared as text-free SQL of either type."""
    fits = f"{found} >= '{EARLIEST}' AND {found} <= '{LATEST}'"
    reason = (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN {found} IS NULL THEN {literal(message)} "
        f"WHEN NOT ({fits}) THEN 'is a date outside {EARLIEST[:4]} to {LATEST[:4]}' END"
    )
    return Sql(parsed, f"CASE WHEN {fits} THEN {found} END", reason)


def _moment(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    options = []
    for form in spec.format:
        parsed = _strptime(text, form)
        options.append(parsed if "%z" in form else f"timezone({context.zone}, {parsed})")
    if not spec.format or context.is_excel:
        options.append(
            f"CASE WHEN regexp_full_match({text}, {literal(_ISO_MOMENT)}) "
            f"THEN timezone({context.zone}, TRY_CAST({text} AS TIMESTAMP)) "
            f"WHEN regexp_full_match({text}, {literal(_ISO_MOMENT + _OFFSET)}) "
            f"THEN TRY_CAST({text} AS TIMESTAMPTZ) END"
        )
    shown = " or ".join(spec.format) or "2025-08-01T07:00:00-05:00"
    sql = _in_range(text, found, f"coalesce({', '.join(options)})", f"is no moment like {shown}")
    return _where_zone_is_known(sql, context)


def _epoch(text: str) -> str:
    """Milliseconds since 1970 UTC as TIMESTAMPTZ."""
    number = (
        f"CASE WHEN regexp_full_match({text}, '-?\\d{{1,14}}(\\.0+)?') "
        f"THEN TRY_CAST(split_part({text}, '.', 1) AS BIGINT) END"
    )
    return f"timezone('UTC', make_timestamp_ms({number}))"


_NO_EPOCH = "is not a count of milliseconds since 1970"


def _epoch_moment(
    text: str, found: str, column: Column, spec: ColumnMapping, context: Context
) -> Sql:
    return _in_range(text, found, _epoch(text), _NO_EPOCH)


def _epoch_date(
    text: str, found: str, column: Column, spec: ColumnMapping, context: Context
) -> Sql:
    local = f"CAST(timezone({context.zone}, {_epoch(text)}) AS DATE)"
    return _where_zone_is_known(_in_range(text, found, local, _NO_EPOCH), context)


def _where_zone_is_known(sql: Sql, context: Context) -> Sql:
    """Without a known store there is no time zone: that fault is told once, at the store."""
    reason = f"CASE WHEN {context.zone} IS NOT NULL THEN {sql.reason} END"
    return Sql(sql.found, sql.value, reason)


def _bool(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    if spec.codes:
        return _code(text, found, column, spec, context)
    parsed = (
        f"CASE WHEN upper({text}) IN {literals(_TRUE)} THEN true "
        f"WHEN upper({text}) IN {literals(_FALSE)} THEN false END"
    )
    return Sql(parsed, found, _told(text, found, "is neither yes nor no"))


def _code(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    known = {code.strip().upper(): value for code, value in spec.codes.items()}
    cases = " ".join(
        f"WHEN {literal(code)} THEN {typed_literal(column, value)}" for code, value in known.items()
    )
    rest, reason = "", NEVER
    if spec.otherwise is None:
        message = "is a code that the mapping does not list"
        reason = f"CASE WHEN {found} NOT IN {literals(tuple(known))} THEN {literal(message)} END"
    else:
        rest = f"ELSE CASE WHEN {text} IS NOT NULL THEN {typed_literal(column, spec.otherwise)} END"
    return Sql(padded(text, spec.pad, is_upper=True), f"CASE {found} {cases} {rest} END", reason)


def _vin(text: str, found: str, column: Column, spec: ColumnMapping, context: Context) -> Sql:
    reason = (
        f"CASE WHEN length({found}) <> 17 "
        f"THEN 'a VIN has 17 characters, this has ' || length({found}) "
        f"WHEN NOT regexp_full_match({found}, '[A-HJ-NPR-Z0-9]{{17}}') "
        "THEN 'a VIN has figures and letters, never I, O or Q' END"
    )
    return Sql(f"upper({text})", found, reason)


CONVERSIONS: dict[str, Callable[[str, str, Column, ColumnMapping, Context], Sql]] = {
    "text": _text,
    "int": _int,
    "money": _amount,
    "score": _amount,
    "date": _date,
    "moment": _moment,
    "bool": _bool,
    "code": _code,
    "vin": _vin,
    "epoch_ms_moment": _epoch_moment,
    "epoch_ms_date": _epoch_date,
}
