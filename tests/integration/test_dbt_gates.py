"""Gates from evidence to verdict, in SQL: the four outcomes, and what each does to an amount.

Here: surveys, scores and items at both sides of their edges, while a period runs and after. Not
here: trees and effects by themselves (tests of programs), which cars count (test_dbt_counting.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.dbt_fixture import SmallHome, Store, Warehouse, rulebook

AS_OF = "2025-07-20T07:00:00"
FIRST, CLOSED, OPEN = date(2025, 4, 1), "2025-Q2", "2025-Q3"
TRAINED = {"item_code": "T1", "due_date": date(2025, 5, 1), "completed_date": date(2025, 5, 1)}


def surveys(*scores: str, start: date = date(2025, 6, 1)) -> list[dict[str, Any]]:
    return [
        {"survey_id": f"S{start}{n}", "survey_date": start + timedelta(n), "score": Decimal(score)}
        for n, score in enumerate(scores)
    ]


def score(value: str, region: str | None, on: date = date(2025, 6, 30)) -> dict[str, Any]:
    return {
        "metric_code": "csi",
        "period_start_date": FIRST,
        "score_date": on,
        "score": Decimal(value),
        "region_average": Decimal(region) if region else None,
    }


UNDER = score("90.999", "91.000")
SIX_GOOD = surveys(*["95"] * 6)
# Store to (surveys, scores, items); each sold its objective of 10 in the second quarter.
EVIDENCE: dict[str, tuple[list, list, list]] = {
    "met": (SIX_GOOD, [], [TRAINED]),
    "one-bad-survey": (surveys(*["95"] * 5, "90"), [UNDER], [TRAINED]),
    "hair-under": (surveys(*["95"] * 5, "94.998"), [UNDER], [TRAINED]),
    "five-surveys": (surveys(*["99"] * 5), [], [TRAINED]),
    "saved-by-region": (surveys("80"), [score("91.000", "91.000")], [TRAINED]),
    "under-region": (surveys("80"), [UNDER], [TRAINED]),
    "unscored": (surveys(*["95"] * 5, "90"), [], [TRAINED]),
    "no-benchmark": (surveys("80"), [score("99", None)], [TRAINED]),
    "nothing-known": (SIX_GOOD, [], []),
    "trained-late": (SIX_GOOD, [], [TRAINED | {"completed_date": date(2025, 5, 2)}]),
    "trained-last-year": (
        SIX_GOOD,
        [],
        [TRAINED | {"due_date": date(2024, 5, 1), "completed_date": date(2024, 6, 1)}],
    ),
    "restated-survey": (
        [*surveys(*["95"] * 5, "10"), surveys(*["95"] * 6)[5] | {"score": Decimal("95")}],
        [],
        [TRAINED],
    ),
    "restated-score": (
        surveys("80"),
        [score("80", "91"), score("92", "91", date(2025, 7, 9))],
        [TRAINED],
    ),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    stores = [Store(name, "Toyota", "toyota", f"T-{name}") for name in EVIDENCE]
    stores += [Store("open", "Toyota", "toyota", "T-open")]
    home = SmallHome(tmp_path_factory.mktemp("gates"), stores, [rulebook("toyota-gated")])
    for store in stores:
        home.objective(store.rooftop_id, "toyota-gated", CLOSED, 10)
        home.sell(store.rooftop_id, 10, "2025-06-30")
    for name, (answers, scores, items) in EVIDENCE.items():
        _land(home, name, answers, scores, items)
    home.objective("open", "toyota-gated", OPEN, 10)
    home.sell("open", 10, "2025-07-10")
    due = [
        {"item_code": "T2", "due_date": date(2025, 7, 20), "completed_date": None},
        {"item_code": "T3", "due_date": date(2025, 9, 30), "completed_date": None},
    ]
    _land(home, "open", surveys("99", "99", start=date(2025, 7, 1)), [], due)
    return home.build(AS_OF)


def _land(home: SmallHome, name: str, answers: list, scores: list, items: list) -> None:
    dealer = {"dealer_code": f"T-{name}"}
    vehicle = dealer | {"make": "Toyota"}
    # Later rows of one file win: a restated survey comes after the one it replaces.
    home.land("csi/surveys", [vehicle | row for row in answers], known_at="2025-07-15T05:00:00")
    home.land("csi/scores", [vehicle | row for row in scores], known_at="2025-07-15T05:00:00")
    training = {"oem_code": "toyota", "item_type": "training", "item_name": "Product course"}
    home.land("portal/compliance_items", [dealer | training | row for row in items])


@pytest.mark.parametrize(
    ("store", "csi", "training", "earned", "held", "forfeited"),
    [
        ("met", "met", "met", 2_000, 0, 0),
        ("one-bad-survey", "not_met", "met", 0, 0, 2_000),
        ("hair-under", "not_met", "met", 0, 0, 2_000),
        ("five-surveys", "unknown", "met", 0, 2_000, 0),
        ("saved-by-region", "met", "met", 2_000, 0, 0),
        ("under-region", "not_met", "met", 0, 0, 2_000),
        ("unscored", "unknown", "met", 0, 2_000, 0),
        ("no-benchmark", "unknown", "met", 0, 2_000, 0),
        ("nothing-known", "met", "unknown", 0, 2_000, 0),
        ("trained-late", "met", "not_met", 1_000, 0, 1_000),
        ("trained-last-year", "met", "met", 2_000, 0, 0),
        ("restated-survey", "met", "met", 2_000, 0, 0),
        ("restated-score", "met", "met", 2_000, 0, 0),
    ],
)
def test_a_closed_quarter(
    warehouse: Warehouse,
    store: str,
    csi: str,
    training: str,
    earned: int,
    held: int,
    forfeited: int,
):
    element = warehouse.element(store, "toyota-gated", CLOSED)
    amounts = (element["amount_earned"], element["amount_held"], element["amount_forfeited"])
    assert (states(warehouse, store, CLOSED), amounts) == (
        {"csi": csi, "training": training},
        (earned, held, forfeited),
    )


def states(warehouse: Warehouse, store: str, period: str) -> dict[str, str]:
    rows = warehouse.rows(
        "select distinct gate_code, gate_state from fct_gate "
        "where rooftop_id = ? and period_code = ?",
        store,
        period,
    )
    return {row["gate_code"]: row["gate_state"] for row in rows}


def test_a_running_quarter_is_too_early_and_holds(warehouse: Warehouse):
    assert states(warehouse, "open", OPEN) == {"csi": "too_early", "training": "too_early"}
    element = warehouse.element("open", "toyota-gated", OPEN)
    assert (element["amount_held"], element["amount_earned"]) == (2_000, 0)
    assert element["gate_state"] == "too_early"


def test_gaps_name_the_surveys_and_the_items_with_their_last_day(warehouse: Warehouse):
    gaps = {
        (row["gap_code"], row["item_code"]): row
        for row in warehouse.rows(
            "from fct_gap where rooftop_id = 'open' and period_code = ?", OPEN
        )
    }
    short = gaps["gate_short_of_surveys", None]
    assert (short["title"], short["amount_at_risk"]) == ("CSI: 2 of 6 surveys", 2_000)
    assert (short["last_day_date"], short["days_left"]) == (date(2025, 9, 30), 72)
    due = gaps["item_due", "T2"]
    assert (due["last_day_date"], due["days_left"]) == (date(2025, 7, 20), 0)
    assert due["severity"] == "critical"
    assert gaps["item_due", "T3"]["severity"] == "warning"


def test_the_average_shown_is_rounded_and_the_comparison_is_not(warehouse: Warehouse):
    leaf = warehouse.row(
        "from fct_gate where rooftop_id = 'hair-under' and period_code = ? "
        "and metric_source = 'survey_average'",
        CLOSED,
    )
    assert (leaf["score"], leaf["leaf_state"]) == (Decimal("95.000"), "not_met")
    assert leaf["sample_count"] == 6


def test_every_condition_shows_its_evidence(warehouse: Warehouse):
    rows = warehouse.rows("from fct_gate")
    assert all(row["evidence_text"] for row in rows)
    scored = [row for row in rows if row["metric_source"] == "csi_score" and row["score"]]
    assert scored and all(row["source_file"] and row["source_row"] for row in scored)
