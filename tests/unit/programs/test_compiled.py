"""The compiled tables: schemas, enrolment, periods, tiers and memberships."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from programs.calendars import Calendar, read_calendar
from programs.compiled import SCHEMAS, compile_group, compile_memberships
from programs.errors import StairstepError, UnknownReferenceError
from programs.group import Group, read_group
from programs.ladder import LadderRules, TierRule, build_ladder, ladder_rules
from programs.memberships import CLASS_COLUMNS
from programs.rulebook import read_rulebook

GROUP = """\
group_name: Summit
time_zone: America/Chicago
rooftops:
  - id: cdjr
    name: CDJR
    city: Madison
    state: WI
    region: midwest
    time_zone: America/Chicago
    opened_date: 2010-01-01
    franchises:
      - {make: Chrysler, oem: stellantis, dealer_code: "44", from: 2010-01-01, to: 2015-12-31}
      - {make: Jeep, oem: stellantis, dealer_code: "44", from: 2016-01-01}
      - {make: Ram, oem: stellantis, dealer_code: "44", from: 2020-01-01, to: 2021-12-31}
  - id: nissan
    name: Nissan
    city: Madison
    state: WI
    region: midwest
    time_zone: America/Chicago
    opened_date: 2010-01-01
    franchises:
      - {make: Nissan, oem: nissan, dealer_code: "31", from: 2019-01-01, to: 2024-06-30}
      - {make: Nissan, oem: nissan, dealer_code: "32", from: 2024-07-01}
"""
MONTHS = "".join(
    f"  - {{code: {year}-{month:02d}, start: {year}-{month:02d}-01, end: {end}}}\n"
    for year in (2024, 2025)
    for month, end in [
        (month, date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
        for month in range(1, 13)
    ]
    for end in [date.fromordinal(end)]
)


@pytest.fixture(scope="module")
def group() -> Group:
    return read_group(GROUP)


@pytest.fixture(scope="module")
def calendars() -> dict[str, Calendar]:
    codes = ("nissan", "stellantis", "honda", "ford", "volkswagen", "gm", "toyota")
    return {code: read_calendar(f"code: {code}\nmonths:\n{MONTHS}", code) for code in codes}


@pytest.fixture(scope="module")
def tables(group, calendars, sample_rulebooks) -> dict[str, pa.Table]:
    return compile_group(group, calendars, sample_rulebooks.values(), as_of_date=date(2025, 8, 15))


def rows(table: pa.Table, **wanted: object) -> list[dict]:
    found = table.to_pylist()
    return [row for row in found if all(row[name] == value for name, value in wanted.items())]


def test_every_table_has_its_fixed_schema(tables):
    for name, table in tables.items():
        assert table.schema.equals(SCHEMAS[name]), name
    assert set(SCHEMAS) - set(tables) == {"memberships", "segments", "segment_memberships"}


def test_compiling_twice_gives_the_same(tables, group, calendars, sample_rulebooks):
    books = reversed(sample_rulebooks.values())
    again = compile_group(group, calendars.values(), books, as_of_date=date(2025, 8, 15))
    assert all(table.equals(again[name]) for name, table in tables.items())


def test_several_makes_under_one_code_are_one_enrolment(tables):
    (enrolled,) = rows(tables["enrolments"], program_code="cdjr-flat-bonus")
    assert (enrolled["rooftop_id"], enrolled["dealer_code"]) == ("cdjr", "44")
    # Chrysler until 2015 and Jeep from the day after join; Ram lies within Jeep's time.
    assert (enrolled["from_date"], enrolled["to_date"]) == (date(2010, 1, 1), None)


def test_a_code_that_changes_owner_is_two_enrolments(tables):
    enrolled = rows(tables["enrolments"], program_code="nissan-one")
    assert [(row["dealer_code"], row["from_date"], row["to_date"]) for row in enrolled] == [
        ("31", date(2019, 1, 1), date(2024, 6, 30)),
        ("32", date(2024, 7, 1), None),
    ]


def test_a_listed_dealer_code_is_enrolled_for_its_time_only(group, calendars, small_rulebook):
    listed = 'dealer_codes: ["32", {code: "31", from: 2024-01-01, to: 2024-03-31}, "99"]'
    book = read_rulebook(small_rulebook.replace("dealer_codes: all", listed), "small.yaml")
    table = compile_group(group, calendars, [book], as_of_date=date(2025, 8, 15))["enrolments"]
    assert [(row["dealer_code"], row["from_date"], row["to_date"]) for row in rows(table)] == [
        ("31", date(2024, 1, 1), date(2024, 3, 31)),
        ("32", date(2024, 7, 1), None),
    ]


def test_periods_begin_with_the_one_that_holds_the_effective_date(tables):
    periods = rows(tables["program_periods"], program_code="csi-quarter-bonus", program_version=2)
    assert [row["period_code"] for row in periods] == ["2025-Q3", "2025-Q4"]
    first = periods[0]
    assert first["period_start_date"] == date(2025, 7, 1)
    assert (first["base_start_date"], first["base_end_date"]) == (
        date(2024, 7, 1),
        date(2024, 9, 30),
    )
    assert first["claim_deadline_date"] == date(2025, 11, 29)
    assert first["report_deadline_date"] is None


def test_a_program_that_ends_has_no_period_after(group, calendars, small_rulebook):
    text = small_rulebook.replace(
        "effective: 2025-01-02", "effective: 2025-01-02\nends: 2025-03-01"
    )
    tables = compile_group(
        group, calendars, [read_rulebook(text, "small.yaml")], as_of_date=date(2025, 8, 15)
    )
    codes = [row["period_code"] for row in rows(tables["program_periods"])]
    assert codes == ["2025-01", "2025-02", "2025-03"]


def test_free_dates_have_last_year_s_dates_as_base(group, small_rulebook):
    text = small_rulebook.replace(
        "{calendar: nissan, grain: month}",
        "{grain: free, dates: [{start: 2025-12-03, end: 2026-01-02}]}",
    )
    tables = compile_group(
        group, {}, [read_rulebook(text, "small.yaml")], as_of_date=date(2025, 8, 15)
    )
    (period,) = rows(tables["program_periods"])
    assert period["period_code"] == "2025-12-03_2026-01-02"
    assert period["base_end_date"] == date(2025, 1, 2)


def test_the_compiled_ladder_is_the_rulebook_s(tables, sample_rulebooks):
    """A ladder built from the tables' rows alone equals the one from the rulebook."""
    for code, book in sample_rulebooks.items():
        for version in book.versions:
            for element in version.rules.elements:
                key = {"program_code": code, "program_version": version.number}
                (row,) = rows(tables["elements"], **key, element_code=element.element)
                tiers = rows(tables["element_tiers"], **key, element_code=element.element)
                from_rows = LadderRules(
                    tuple(
                        TierRule(
                            tier["tier_number"],
                            tier["from_edge"],
                            tier["amount_per_unit"],
                            tier["amount_flat"],
                            tier["msrp_share"],
                        )
                        for tier in tiers
                    ),
                    row["edge_unit"],
                    row["edge_rounding"],
                    row["tier_shape"],
                    row["tier_choice"],
                    row["cap_units"],
                    row["cap_base_share"],
                    row["cap_base_rounding"],
                    row["cap_base_minimum_units"] or 0,
                )
                for target in (1, 47, 100):
                    assert build_ladder(from_rows, target) == build_ladder(
                        ladder_rules(element), target
                    )


def test_honda_s_cap_and_volkswagen_s_elements(tables):
    (honda,) = rows(tables["elements"], program_code="honda-growth")
    assert honda["target_kind"] == "growth"
    assert honda["cap_base_share"] == Decimal("0.200000")
    assert (honda["cap_base_rounding"], honda["cap_base_minimum_units"]) == ("down", 1)
    new, certified, csi = rows(tables["elements"], program_code="vw-bonus")
    assert (new["counts_equal_pays"], new["is_volume"]) == (True, True)
    assert (certified["counts_equal_pays"], certified["is_volume"]) == (False, True)
    assert (csi["is_volume"], csi["target_kind"], csi["edge_unit"]) == (False, "none", "none")
    (program,) = rows(tables["programs"], program_code="vw-bonus")
    assert program["cap_msrp_share"] == Decimal("0.030000")


def test_a_gate_tree_is_rows_of_or_and_and(tables):
    leaves = rows(
        tables["gates"], program_code="csi-quarter-bonus", program_version=2, gate_code="csi"
    )
    assert [(row["conjunct_number"], row["leaf_number"]) for row in leaves] == [(1, 1), (2, 1)]
    surveys, score = leaves
    assert (surveys["metric_source"], surveys["minimum_sample"]) == ("survey_average", 6)
    assert (surveys["threshold_kind"], surveys["threshold_value"]) == ("fixed", Decimal("90.000"))
    assert (score["threshold_kind"], score["threshold_value"]) == ("region_average", None)
    (training,) = rows(tables["gates"], gate_code="training", program_version=2)
    assert (training["effect"], training["reduce_to_share"]) == ("reduce", Decimal("0.500000"))
    assert (training["item_type"], training["due"]) == ("training", "item_due")


def test_selling_days_reach_back_and_ahead(tables):
    days = rows(tables["selling_days"], rooftop_id="nissan")
    assert days[0]["date"] <= date(2021, 8, 15)
    assert days[-1]["date"] == date(2026, 9, 19)


def test_an_unknown_calendar_is_named(group, calendars, small_rulebook):
    book = read_rulebook(small_rulebook.replace("calendar: nissan", "calendar: kia"), "small.yaml")
    with pytest.raises(UnknownReferenceError, match="when.calendar: 'kia' is no calendar; known"):
        compile_group(group, calendars, [book], as_of_date=date(2025, 8, 15))


def test_two_names_for_one_oem_are_refused(group, calendars, small_rulebook):
    book = read_rulebook(small_rulebook.replace("oem: nissan", "oem: nna"), "small.yaml")
    with pytest.raises(UnknownReferenceError, match="oem: 'nna', but stairstep.yaml has Nissan at"):
        compile_group(group, calendars, [book], as_of_date=date(2025, 8, 15))


def test_two_files_for_one_program_are_refused(group, calendars, small_rulebook):
    books = [read_rulebook(small_rulebook, name) for name in ("a.yaml", "b.yaml")]
    with pytest.raises(StairstepError, match="b.yaml: program 'small' is already in a.yaml"):
        compile_group(group, calendars, books, as_of_date=date(2025, 8, 15))


def test_a_group_without_a_moment_must_be_given_one(group, calendars, small_rulebook):
    with pytest.raises(StairstepError, match="no as_of is stated"):
        compile_group(group, calendars, [read_rulebook(small_rulebook, "small.yaml")])


def classes(*units: tuple) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(CLASS_COLUMNS, unit, strict=True)) for unit in units])


CLASSES = classes(
    ("rogue", "Nissan", "Rogue", "SV", 2025, "gas", "new", "retail"),
    ("ariya", "Nissan", "Ariya", None, 2024, "ev", "new", "lease"),
    ("fleet", "Nissan", "Rogue", "SV", 2025, "gas", "new", "fleet"),
    ("old", "Ford", "F-150", "XL", 2023, "gas", "new", "retail"),
    ("new", "Ford", "F-150", "XL", 2024, "gas", "new", "retail"),
    ("other", "Kia", "Soul", None, 2024, None, "new", "retail"),
)


def test_classes_that_no_rule_tells_apart_share_a_segment(sample_rulebooks):
    compiled = compile_memberships(sample_rulebooks.values(), CLASSES)
    for name, table in compiled.items():
        assert table.schema.equals(SCHEMAS[name]), name
    segments = {row["unit_class_id"]: row["segment_code"] for row in rows(compiled["segments"])}
    assert segments["rogue"] == segments["ariya"]
    assert segments["old"] != segments["new"]
    assert segments["fleet"] == segments["other"] == "none"


def test_a_segment_s_memberships_are_its_classes(sample_rulebooks):
    compiled = compile_memberships(sample_rulebooks.values(), CLASSES)
    segments = {row["unit_class_id"]: row["segment_code"] for row in rows(compiled["segments"])}
    by_class = {
        (segments[row["unit_class_id"]], row["program_code"], row["program_version"],
         row["element_code"], row["is_counted"], row["is_paid"], row["pay_group_code"])
        for row in rows(compiled["memberships"])
        if row["is_counted"] or row["is_paid"]
    }  # fmt: skip
    by_segment = {tuple(row.values()) for row in rows(compiled["segment_memberships"])}
    assert by_class == by_segment
    assert len(rows(compiled["memberships"])) == 6 * 12


def test_no_class_at_all_compiles(sample_rulebooks):
    compiled = compile_memberships(sample_rulebooks.values(), CLASSES.slice(0, 0))
    assert all(table.num_rows == 0 for table in compiled.values())
