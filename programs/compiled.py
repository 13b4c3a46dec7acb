"""Rulebooks, group and calendars as tables that SQL, forecasts and scenarios read alike.

Here: the fixed schemas and one function per table. Decimals stay decimals.
Not here: what the rules mean (rule_models.py, standing.py); writing the files (orchestration).
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

import pyarrow as pa

from programs.calendars import Calendar, Period
from programs.compiled_rules import (
    ROWS_OF_VERSION,
    Row,
    version_key,
    waiver_rows,
    windows_rows,
)
from programs.compiled_schemas import SCHEMAS
from programs.errors import StairstepError, UnknownReferenceError
from programs.group import Franchise, Group, Rooftop
from programs.memberships import compile_memberships
from programs.rule_models import RuleVersion
from programs.rulebook import Rulebook, Version, periods_of
from programs.selling_days import closed_holidays, store_days

SELLING_DAYS_BEFORE = timedelta(days=4 * 366)
SELLING_DAYS_AFTER = timedelta(days=400)

__all__ = ["SCHEMAS", "compile_group", "compile_memberships"]


def compile_group(
    group: Group,
    calendars: Iterable[Calendar] | Mapping[str, Calendar],
    rulebooks: Iterable[Rulebook],
    *,
    as_of_date: datetime.date | None = None,
) -> dict[str, pa.Table]:
    """Every compiled table by name, with the schemas of SCHEMAS; the same input, the same bytes.

    `as_of_date` centres the selling days; without it the group's own `as_of`. Raises
    StairstepError for an unknown calendar or holiday, or when no moment is given.
    """
    found = calendars.values() if isinstance(calendars, Mapping) else calendars
    by_code = {calendar.code: calendar for calendar in found}
    books = sorted(rulebooks, key=lambda book: book.program_code)
    _check_names(books)
    if as_of_date is None:
        if group.as_of is None:
            raise StairstepError("stairstep.yaml: no as_of is stated; give the moment of the run")
        as_of_date = group.as_of_date(group.as_of)
    versions = [(book, version) for book in books for version in book.versions]
    rows: dict[str, Iterable[Row]] = {
        "rooftops": _rooftops(group),
        "franchises": _franchises(group),
        "programs": (_program(version) for _, version in versions),
        "program_makes": (row for _, version in versions for row in _makes(version)),
        "program_periods": (row for _, version in versions for row in _periods(version, by_code)),
        "enrolments": (row for _, version in versions for row in _enrolments(version, group)),
        "windows": (row for book in books for row in windows_rows(book, by_code)),
    }
    for name, of_version in ROWS_OF_VERSION.items():
        rows[name] = itertools.chain.from_iterable([of_version(version) for _, version in versions])
    rows["waivers"] = (
        row for _, version in versions for row in waiver_rows(version, by_code)
    )
    tables = {name: table(name, found) for name, found in rows.items()}
    tables["selling_days"] = _selling_days(group, as_of_date)
    return {name: tables[name] for name in SCHEMAS if name in tables}


def table(name: str, rows: Iterable[Row]) -> pa.Table:
    """Rows as the named table, with its fixed schema."""
    return pa.Table.from_pylist(list(rows), schema=SCHEMAS[name])


def _check_names(books: Sequence[Rulebook]) -> None:
    seen: dict[str, str] = {}
    for book in books:
        if book.program_code in seen:
            raise StairstepError(
                f"{book.file}: program '{book.program_code}' is already in "
                f"{seen[book.program_code]}; a program has one file, with revisions in it"
            )
        seen[book.program_code] = book.file


def _rooftops(group: Group) -> Iterator[Row]:
    for rooftop in group.rooftops:
        yield {
            "rooftop_id": rooftop.id,
            "rooftop_name": rooftop.name,
            "group_name": group.group_name,
            "city": rooftop.city,
            "state_code": rooftop.state,
            "region_code": rooftop.region,
            "time_zone": rooftop.time_zone,
            "is_open_sundays": rooftop.is_open_sundays,
            "opened_date": rooftop.opened_date,
        }


def _franchises(group: Group) -> Iterator[Row]:
    for rooftop in group.rooftops:
        for franchise in rooftop.franchises:
            yield {
                "rooftop_id": rooftop.id,
                "make": franchise.make,
                "oem_code": franchise.oem,
                "dealer_code": franchise.dealer_code,
                "from_date": franchise.from_date,
                "to_date": franchise.to_date,
            }


def _program(version: Version) -> Row:
    rules = version.rules
    percent = rules.caps.msrp_percent
    return version_key(version) | {
        "program_name": rules.name,
        "oem_code": rules.oem,
        "period_grain": rules.when.grain,
        "calendar_code": rules.when.calendar,
        "announced_date": rules.announced,
        "effective_date": rules.effective,
        "ends_date": rules.ends,
        "bulletin_number": rules.source.bulletin,
        "bulletin_date": rules.source.date,
        "bulletin_file": rules.source.file,
        "rule_summary": rules.summary,
        "cap_amount": rules.caps.amount,
        "cap_msrp_share": percent / 100 if percent is not None else None,
        "basis": rules.basis.event,
        "unwind_lands": rules.basis.unwind_lands,
        "pays_money": rules.pays_money,
        "report_days_after_sale": rules.deadlines.report_days_after_sale,
    }


def _makes(version: Version) -> Iterator[Row]:
    for make in version.rules.who.makes:
        yield version_key(version) | {"make": make}


def _periods(version: Version, calendars: dict[str, Calendar]) -> Iterator[Row]:
    rules = version.rules
    for period in periods_of(rules, calendars):
        base = _base_period(rules, period, calendars)
        yield version_key(version) | {
            "period_code": period.code,
            "period_start_date": period.start,
            "period_end_date": period.end,
            "base_start_date": base.start if base else None,
            "base_end_date": base.end if base else None,
            "claim_deadline_date": _after(period.end, rules.deadlines.claim_days_after_period),
            "report_deadline_date": _after(period.end, rules.deadlines.report_days_after_period),
            "documents_deadline_date": _after(
                period.end, rules.deadlines.documents_days_after_period
            ),
        }


def _base_period(
    rules: RuleVersion, period: Period, calendars: dict[str, Calendar]
) -> Period | None:
    """Last year's same period: the calendar's own; for free dates the stated days, or the same
    dates a year before."""
    if rules.when.grain != "free":
        return calendars[str(rules.when.calendar)].year_before(period)
    for span in rules.when.dates:
        if span.base_start and span.base_end and span.start == period.start:
            return Period(span.base_start, span.base_end, "", "free")
    return Period(_year_before(period.start), _year_before(period.end), "", "free")


def _year_before(day: datetime.date) -> datetime.date:
    """The same date a year before; 29 February becomes the 28th."""
    if (day.month, day.day) == (2, 29):
        return datetime.date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


def _after(day: datetime.date, days: int | None) -> datetime.date | None:
    return day + timedelta(days=days) if days is not None else None


def _enrolments(version: Version, group: Group) -> Iterator[Row]:
    """One row per rooftop, dealer code and span: one award however many makes share the code."""
    rules = version.rules
    makes = {make.casefold() for make in rules.who.makes}
    for rooftop in group.rooftops:
        spans: dict[str, list[Span]] = {}
        for franchise in rooftop.franchises:
            if franchise.make.casefold() in makes:
                _check_oem(rules, rooftop, franchise)
                spans.setdefault(franchise.dealer_code, []).extend(_spans(rules, franchise))
        for dealer_code, found in spans.items():
            for start, end in _merged(found):
                yield version_key(version) | {
                    "rooftop_id": rooftop.id,
                    "dealer_code": dealer_code,
                    "from_date": start,
                    "to_date": end,
                }


Span = tuple[datetime.date, datetime.date | None]


def _check_oem(rules: RuleVersion, rooftop: Rooftop, franchise: Franchise) -> None:
    """Portal files are matched by OEM: two names for one would leave the program without any."""
    if franchise.oem != rules.oem:
        raise UnknownReferenceError(
            f"{rules.program}: oem: '{rules.oem}', but stairstep.yaml has {franchise.make} at "
            f"{rooftop.id} under oem '{franchise.oem}'; give both the same name"
        )


def _spans(rules: RuleVersion, franchise: Franchise) -> Iterator[Span]:
    """When a franchise is enrolled: its own time within that of its code's enrolment."""
    own: Span = (franchise.from_date, franchise.to_date)
    if rules.who.dealer_codes is None:
        yield own
        return
    for enrolled in rules.who.dealer_codes:
        if enrolled.code == franchise.dealer_code:
            start = max(own[0], enrolled.from_date or own[0])
            end = min((day for day in (own[1], enrolled.to_date) if day), default=None)
            if end is None or start <= end:
                yield start, end


def _merged(spans: list[Span]) -> list[Span]:
    """Spans joined where they touch or overlap, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], span[1] or datetime.date.max)):
        if merged and (merged[-1][1] is None or start <= merged[-1][1] + timedelta(days=1)):
            before = merged[-1]
            is_endless = before[1] is None or end is None
            merged[-1] = (before[0], None if is_endless else max(before[1], end))
        else:
            merged.append((start, end))
    return merged


def _selling_days(group: Group, as_of_date: datetime.date) -> pa.Table:
    """Each day of each store. Most stores share their closed days, which are worked out once."""
    first, last = as_of_date - SELLING_DAYS_BEFORE, as_of_date + SELLING_DAYS_AFTER
    closed = closed_holidays(group.holidays, first, last)
    known: dict[tuple, pa.Table] = {}
    stores = [table("selling_days", ())]
    for rooftop in group.rooftops:
        alike = max(rooftop.opened_date, first), rooftop.closed_dates, rooftop.is_open_sundays
        if alike not in known:
            known[alike] = table("selling_days", _store_rows(rooftop, closed, first, last))
        days = known[alike]
        stores.append(days.set_column(0, "rooftop_id", pa.repeat(rooftop.id, days.num_rows)))
    return pa.concat_tables(stores)


def _store_rows(
    rooftop: Rooftop,
    closed: dict[datetime.date, str],
    first: datetime.date,
    last: datetime.date,
) -> Iterator[Row]:
    for day in store_days(rooftop, closed, first, last):
        yield {
            "rooftop_id": rooftop.id,
            "date": day.date,
            "is_selling_day": day.is_selling_day,
            "closed_reason": day.closed_reason,
        }
