"""The group, its sales calendars and its selling days."""

from __future__ import annotations

from datetime import date

import pytest

from programs.calendars import free_period, read_calendar
from programs.errors import DocumentError, UnknownReferenceError
from programs.group import Holidays, read_group
from programs.selling_days import closed_holidays, store_days

GROUP = """\
group_name: Two Stores
time_zone: America/Chicago
as_of: 2025-08-15T23:30:00-05:00
holidays: {country: US, closed: [Thanksgiving Day, Christmas Day], extra_dates: [2025-12-26]}
rooftops:
  - id: one
    name: One
    city: Madison
    state: WI
    region: midwest
    time_zone: America/Chicago
    closed_dates: [2025-12-22]
    opened_date: 2025-12-02
    franchises: [{make: Nissan, oem: nissan, dealer_code: "0127", from: 2019-01-01}]
access:
  - {user: gm@example.invalid, rooftops: [one]}
"""


def group_error(old: str, new: str) -> str:
    assert old in GROUP
    with pytest.raises(DocumentError) as found:
        read_group(GROUP.replace(old, new))
    return str(found.value)


def test_a_group_is_read():
    group = read_group(GROUP)
    assert group.rooftop("one").franchises[0].dealer_code == "0127"
    assert group.as_of_date(group.as_of) == date(2025, 8, 15)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"0127"', "3127", "line 14: rooftops[0].franchises[0].dealer_code: '3127' must be text"),
        ("opened_date", "opend_date", "line 13: rooftops[0].opend_date: is not a field here; did"),
        ("zone: America/Chicago\nas_of", "zone: CST6\nas_of", "line 2: time_zone: 'CST6' is not"),
        ("T23:30:00-05:00", "T23:30:00", "line 3: as_of: '2025-08-15 23:30:00' is not a moment"),
        ("[one]", "[two]", "line 16: access[0].rooftops[0]: 'two' is no rooftop of this group"),
        (
            "from: 2019-01-01",
            "from: 2019-01-01, to: 2018-01-01",
            "line 14: rooftops[0].franchises[0].to: 2018-01-01 is before from (2019-01-01)",
        ),
        ("state: WI", "state: Wisconsin", "line 9: rooftops[0].state: 'Wisconsin'"),
    ],
)
def test_a_group_s_faults_name_line_and_field(old, new, expected):
    assert expected in group_error(old, new)


def calendar_text(*months: tuple[str, str, str]) -> str:
    rows = "".join(f"  - {{code: {c}, start: {s}, end: {e}}}\n" for c, s, e in months)
    return f"code: nissan\nmonths:\n{rows}"


MONTHS = [
    ("2024-10", "2024-10-01", "2024-10-31"),
    ("2024-11", "2024-11-01", "2024-12-02"),
    ("2024-12", "2024-12-03", "2025-01-02"),
    ("2025-01", "2025-01-03", "2025-01-31"),
    ("2025-02", "2025-02-01", "2025-02-28"),
]


def test_periods_are_made_of_the_calendar_s_months():
    calendar = read_calendar(calendar_text(*MONTHS), "nissan.yaml")
    (quarter,) = calendar.periods("quarter")
    assert (quarter.code, quarter.start, quarter.end) == (
        "2024-Q4",
        date(2024, 10, 1),
        date(2025, 1, 2),
    )
    assert [period.code for period in calendar.periods("two_month")] == [
        "2024-11_2024-12",
        "2025-01_2025-02",
    ]
    # 2 January still belongs to December, in the OEM's eyes.
    assert calendar.period_of("month", date(2025, 1, 2)).code == "2024-12"
    assert calendar.period_of("month", date(2025, 3, 1)) is None
    assert calendar.periods("year") == ()
    assert calendar.year_before(calendar.periods("month")[-1]) is None


def test_last_year_s_same_period_has_its_own_dates():
    months = [*MONTHS[2:], *[("2025-03", "2025-03-01", "2025-03-31")]]
    for number in range(4, 13):
        months.append((f"2025-{number:02d}", f"2025-{number:02d}-01", f"2025-{number:02d}-28"))
    fixed = [(code, start, end) for code, start, end in months]
    for index in range(4, len(fixed)):
        following = fixed[index]
        day_after = date.fromordinal(date.fromisoformat(fixed[index - 1][2]).toordinal() + 1)
        fixed[index] = (following[0], day_after.isoformat(), following[2])
    calendar = read_calendar(calendar_text(*fixed), "nissan.yaml")
    december = calendar.periods("month")[-1]
    assert december.code == "2025-12"
    assert calendar.year_before(december).end == date(2025, 1, 2)


def test_free_dates_are_their_own_code():
    assert free_period(date(2013, 12, 3), date(2014, 1, 2)).code == "2013-12-03_2014-01-02"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("2024-12", "2024-12-04", "2025-01-02"), "so this must be 2024-12-03"),
        (("2024-12", "2024-12-02", "2025-01-02"), "so this must be 2024-12-03"),
        (("2025-12", "2024-12-03", "2025-01-02"), "'2025-12' doesn't follow '2024-11'"),
        (("2024-12", "2024-12-03", "2024-12-02"), "2024-12-02 is before start"),
        (("2024-13", "2024-12-03", "2025-01-02"), "'2024-13'"),
    ],
)
def test_a_calendar_with_a_hole_is_refused(change, expected):
    text = calendar_text(*MONTHS[:2], change, *MONTHS[3:])
    with pytest.raises(DocumentError) as found:
        read_calendar(text, "nissan.yaml")
    assert expected in str(found.value)
    assert "line 5" in str(found.value)


def test_selling_days_know_why_a_store_is_closed():
    group = read_group(GROUP)
    first, last = date(2025, 12, 1), date(2025, 12, 31)
    closed = closed_holidays(group.holidays, first, last)
    days = list(store_days(group.rooftops[0], closed, first, last))
    reasons = {day.date.day: day.closed_reason for day in days if not day.is_selling_day}
    assert reasons == {
        1: "not open yet",
        7: "Sunday",
        14: "Sunday",
        21: "Sunday",
        22: "store closed",
        25: "Christmas Day",
        26: "group closed",
        28: "Sunday",
    }


def test_a_store_that_opens_on_sundays_sells_on_them():
    rooftop = read_group(GROUP).rooftops[0].model_copy(update={"is_open_sundays": True})
    (day,) = store_days(rooftop, {}, date(2025, 12, 7), date(2025, 12, 7))
    assert day.is_selling_day


def test_the_observed_day_of_a_holiday_is_a_selling_day():
    closed = closed_holidays(
        Holidays(closed=("Christmas Day",)), date(2022, 12, 20), date(2022, 12, 31)
    )
    assert list(closed) == [date(2022, 12, 25)]


def test_a_holiday_that_nobody_has_is_refused():
    with pytest.raises(UnknownReferenceError, match="'Dealer Day' is no holiday of US"):
        closed_holidays(Holidays(closed=("Dealer Day",)), date(2025, 1, 1), date(2025, 12, 31))
