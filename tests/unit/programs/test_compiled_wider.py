"""The compiled tables of the wider language: what SQL reads is what the rulebook says."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from programs.calendars import Calendar, Month
from programs.compiled import SCHEMAS, compile_group, compile_memberships
from programs.group import Group, read_group
from programs.ladder import (
    Ladder,
    LadderRules,
    TierRule,
    build_ladder,
    by_line_from_rows,
    ladder_rules,
)
from programs.memberships import CLASS_COLUMNS
from programs.pay_lines import GroupPay
from programs.rulebook import Rulebook, read_rulebook

FOLDER = Path(__file__).parents[3] / "docs" / "rulebooks" / "examples"
MAKES = (
    "Mercedes-Benz/mercedes", "Mazda/mazda", "Ford/ford", "Honda/honda", "Nissan/nissan",
    "Infiniti/infiniti", "Chevrolet/gm", "GMC/gm", "Buick/gm", "Hyundai/hyundai",
)  # fmt: skip
CODES = ("mercedes", "mazda", "ford", "honda", "nissan", "gm", "hyundai", "example")


@pytest.fixture(scope="module")
def group() -> Group:
    franchises = "".join(
        f"      - {{make: {make}, oem: {oem}, dealer_code: \"1\", from: 2010-01-01}}\n"
        for make, oem in (one.split("/") for one in MAKES)
    )
    for code in ("00417", "00512"):
        franchises += (
            f"      - {{make: Example, oem: example, dealer_code: \"{code}\", from: 2010-01-01}}\n"
        )
    return read_group(
        "group_name: G\ntime_zone: America/Chicago\nrooftops:\n  - id: all\n    name: All\n"
        "    city: M\n    state: WI\n    region: r\n    time_zone: America/Chicago\n"
        f"    opened_date: 2010-01-01\n    franchises:\n{franchises}"
    )


@pytest.fixture(scope="module")
def calendars() -> dict[str, Calendar]:
    starts = [datetime.date(2013 + month // 12, month % 12 + 1, 1) for month in range(14 * 12)]
    months = [
        Month(code=f"{start:%Y-%m}", start=start, end=after - datetime.timedelta(days=1))
        for start, after in zip(starts, starts[1:], strict=False)
    ]
    # The pilot's December ended on 2 January.
    ford = list(months)
    december = next(i for i, month in enumerate(ford) if month.code == "2014-12")
    end, start = datetime.date(2015, 1, 2), datetime.date(2015, 1, 3)
    ford[december] = ford[december].model_copy(update={"end": end})
    ford[december + 1] = ford[december + 1].model_copy(update={"start": start})
    return {
        code: Calendar(code=code, months=tuple(ford if code == "ford" else months))
        for code in CODES
    }


@pytest.fixture(scope="module")
def books() -> list[Rulebook]:
    return [
        read_rulebook(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(FOLDER.glob("*.yaml"))
    ]


@pytest.fixture(scope="module")
def tables(group, calendars, books) -> dict[str, pa.Table]:
    return compile_group(group, calendars, books, as_of_date=datetime.date(2025, 8, 15))


def rows(tables: dict[str, pa.Table], name: str, program: str, **wanted: object) -> list[dict]:
    wanted = {"program_code": program, **wanted}
    return [
        row
        for row in tables[name].to_pylist()
        if all(row[column] == value for column, value in wanted.items())
    ]


def test_every_table_has_its_fixed_schema(tables):
    assert all(table.schema.equals(SCHEMAS[name]) for name, table in tables.items())


def test_a_ladder_from_the_tables_alone_is_the_rulebook_s(tables, books):
    """Also where it pays line by line, and at a tier that units don't decide."""
    for book in books:
        for element in book.latest.elements:
            (row,) = rows(tables, "elements", book.program_code, element_code=element.element)
            tiers = rows(tables, "element_tiers", book.program_code, element_code=element.element)
            pays = rows(
                tables, "element_tier_pays", book.program_code, element_code=element.element
            )
            whole = LadderRules(
                tuple(tier_rule(tier, pays, row["is_paid_by_line"]) for tier in tiers),
                row["edge_unit"],
                row["edge_rounding"],
                row["tier_shape"],
                row["tier_choice"],
                row["cap_units"],
                row["cap_base_share"],
                row["cap_base_rounding"],
                row["cap_base_minimum_units"] or 0,
                row["cap_base_kind"] in (None, row["target_kind"]),
                row["is_paid_by_line"],
            )
            for fixed in (None, 0, len(tiers)):
                found, stated = (
                    build_ladder(one, 47, cap_base_units=25, fixed_tier=fixed)
                    for one in (whole, ladder_rules(element))
                )
                assert shape_of(found) == shape_of(stated)
                if stated and stated.by_line and fixed is None:
                    published = replace(stated, by_line=None)
                    again = by_line_from_rows(
                        published,
                        tiers,
                        pays,
                        shape=row["tier_shape"],
                        choice=row["tier_choice"],
                        cap_units=stated.by_line.cap_units,
                    )
                    assert shape_of(again) == shape_of(stated)


def shape_of(ladder: Ladder | None) -> object:
    """All that decides what a ladder pays. Grouped segments carry no pay of their own."""
    if ladder is None:
        return None
    if ladder.by_line is None:
        return ladder
    edges = [(found.from_units, found.to_units, found.tier_number) for found in ladder.segments]
    return edges, ladder.by_line


def tier_rule(tier: dict, pays: list[dict], is_by_line: bool) -> TierRule:
    groups = tuple(
        GroupPay(
            pay["pay_group_code"],
            pay["amount_per_unit"],
            pay["msrp_share"],
            pay["amount_at_most_per_unit"],
        )
        for pay in pays
        if pay["tier_number"] == tier["tier_number"]
    )
    return TierRule(
        tier["tier_number"],
        tier["from_edge"],
        tier["amount_per_unit"] or Decimal("0.00"),
        tier["amount_flat"],
        tier["msrp_share"] or Decimal(0),
        groups if is_by_line else (),
    )


def test_pay_groups_have_their_own_pay(tables):
    pays = rows(tables, "element_tier_pays", "shape-pay-groups", tier_number=2)
    assert [
        (pay["pay_group_code"], pay["amount_per_unit"], pay["msrp_share"]) for pay in pays
    ] == [
        ("trucks", Decimal("0.00"), Decimal("0.030000")),
        ("rest", Decimal("500.00"), Decimal("0.000000")),
    ]
    assert [pay["amount_at_most_per_unit"] for pay in pays] == [Decimal("1500.00"), None]
    tiers = rows(tables, "element_tiers", "shape-pay-groups")
    assert all(tier["amount_per_unit"] is None for tier in tiers)
    groups = rows(tables, "pay_groups", "shape-pay-groups")
    assert [(one["pay_group_code"], one["pay_group_order"]) for one in groups] == [
        ("trucks", 1),
        ("rest", 2),
    ]


def test_memberships_name_the_pay_group(books):
    units = [
        ("truck", "Example", "Hauler 350", None, 2025, None, "new", "retail"),
        ("coupe", "Example", "Coupe", None, 2025, None, "new", "retail"),
        ("fleet", "Example", "Ranch", None, 2025, None, "new", "fleet"),
    ]
    classes = pa.Table.from_pylist([dict(zip(CLASS_COLUMNS, unit, strict=True)) for unit in units])
    compiled = compile_memberships(books, classes)
    found = rows(compiled, "memberships", "shape-pay-groups")
    groups = {row["unit_class_id"]: (row["is_paid"], row["pay_group_code"]) for row in found}
    assert groups == {"truck": (True, "trucks"), "coupe": (True, "rest"), "fleet": (False, None)}
    segments = {
        row["unit_class_id"]: row["segment_code"] for row in compiled["segments"].to_pylist()
    }
    assert len(set(segments.values())) == 3
    (only_counts,) = {
        row["pay_reason_code"]
        for row in rows(compiled, "memberships", "honda-presidents-award")
    }
    assert only_counts == "element_pays_nothing"


def test_windows_hold_the_program_s_periods(tables):
    pilot = rows(tables, "windows", "ford-pilot")
    assert [(row["period_code"], row["period_number"], row["period_count"]) for row in pilot] == [
        ("2014-11", 1, 2),
        ("2014-12", 2, 2),
    ]
    quarter = rows(tables, "windows", "infiniti-bonus", window_code="2019-Q4")
    assert [row["period_code"] for row in quarter] == ["2019-10", "2019-11", "2019-12"]


def test_waivers_are_periods(tables):
    waived = rows(tables, "waivers", "infiniti-bonus")
    assert {row["period_code"][5:] for row in waived} == {"10", "11", "12"}
    assert {(row["element_code"], row["gate_code"]) for row in waived} == {("volume", None)}
    (element,) = rows(tables, "elements", "infiniti-bonus")
    assert element["waived_tier_number"] == 1
    (gate,) = rows(tables, "waivers", "shape-score")
    assert (gate["element_code"], gate["gate_code"]) == (None, "timely")
    assert gate["period_code"] == "2025-01_2025-02"


def test_scores_say_how_they_are_rounded(tables):
    (element,) = rows(tables, "elements", "shape-score")
    assert (element["target_kind"], element["edge_unit"]) == ("score", "score")
    assert (element["score_metric_code"], element["score_metric_source"]) == (
        "sales-efficiency",
        "csi_score",
    )
    assert (element["score_places"], element["score_rounding"]) == (0, "nearest")
    assert element["score_minimum_sample"] == 20


def test_gates_name_elements_items_and_days(tables):
    leaves = rows(tables, "gates", "gm-store-consultant")
    assert [(leaf["metric_source"], leaf["metric_code"]) for leaf in leaves] == [
        ("element_units", "chevrolet"),
        ("element_units", "gmc"),
        ("element_units", "buick"),
    ]
    award = rows(tables, "gates", "honda-presidents-award", gate_code="sales")
    assert [(leaf["conjunct_number"], leaf["metric_source"]) for leaf in award] == [
        (1, "element_attainment"),
        (1, "csi_score"),
        (2, "csi_score"),
    ]
    (image,) = rows(tables, "gates", "honda-presidents-award", gate_code="image")
    assert (image["item_type"], image["item_code"]) == ("facility", "image-program")
    (timely,) = rows(tables, "gates", "shape-score")
    assert (timely["metric_source"], timely["within_days"]) == ("rdr_timeliness", 3)


def test_deductions_stackings_and_deadlines(tables):
    columns = ("from_strike", "taken_share", "suspends_periods")
    steps = rows(tables, "strike_steps", "mercedes-advertising")
    assert [tuple(step[column] for column in columns) for step in steps] == [
        (2, Decimal("0.500000"), 0),
        (3, Decimal("1.000000"), 0),
        (5, Decimal("1.000000"), 6),
    ]
    (back,) = rows(tables, "program_deductions", "shape-chargeback")
    assert (back["kind"], back["amount_per_unit"], back["look_back_days"]) == (
        "chargeback",
        Decimal("250.00"),
        180,
    )
    members = rows(tables, "stacking_members", "shape-stacking", stacking_code="one-season")
    assert [member["member_program_code"] for member in members] == [
        "shape-stacking",
        "summer-bonus",
        "loyalty-bonus",
    ]
    (cap,) = rows(tables, "stackings", "shape-stacking", stacking_code="family")
    assert (cap["cap_amount"], cap["cap_msrp_share"], cap["cap_base_program_code"]) == (
        Decimal("12000.00"),
        Decimal("0.010000"),
        "shape-stacking",
    )
    first, second = rows(tables, "program_periods", "shape-chargeback")
    assert (first["base_start_date"], first["base_end_date"]) == (
        datetime.date(2024, 11, 29),
        datetime.date(2025, 1, 2),
    )
    assert second["base_start_date"] == datetime.date(2025, 2, 13)
    assert first["documents_deadline_date"] == datetime.date(2026, 4, 2)
    (program,) = rows(tables, "programs", "shape-chargeback")
    assert (program["report_days_after_sale"], program["unwind_lands"]) == (10, "nowhere")


def test_a_revision_in_a_window_s_middle_doesn_t_shorten_it(group, calendars):
    text = (FOLDER / "shape-last-month.yaml").read_text(encoding="utf-8") + (
        "revisions:\n  - announced: 2025-05-01\n    effective: 2025-05-01\n"
        "    source: {bulletin: EX-2, date: 2025-05-01}\n    change: {name: Closing bonus two}\n"
    )
    book = read_rulebook(text, "x.yaml")
    tables = compile_group(group, calendars, [book], as_of_date=datetime.date(2025, 8, 15))
    found = rows(tables, "windows", "shape-last-month", program_version=2, window_code="2025-Q2")
    assert [row["period_code"] for row in found] == ["2025-04", "2025-05", "2025-06"]
    ruled = rows(tables, "program_periods", "shape-last-month", program_version=2)
    assert ruled[0]["period_code"] == "2025-05"
