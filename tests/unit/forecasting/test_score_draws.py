"""Tiers by score at a period's end: drawn from surveys and scores, paid in the wired forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecasting.errors import ForecastError
from forecasting.gate_facts import GateFacts, ScoreReading
from forecasting.pipeline import run_forecast
from forecasting.score_draws import ScoreSimulator
from programs.compiled_schemas import SCHEMAS as COMPILED
from programs.element_cents import UNSCORED
from programs.rulebook import Rulebook, read_rulebook
from tests.unit.forecasting.small_warehouse import (
    QUARTER,
    TODAY,
    compiled_tables,
    daily_units,
    make_home,
)
from tests.unit.forecasting.test_gate_draws import (
    DRAWS,
    END,
    KEY,
    PROGRAM,
    STORE,
    scores,
    survey_past,
)

TEXT = """
program: vw-quarter
name: Volkswagen quarter
oem: volkswagen
summary: New from 30 units 1.75 % of MSRP; CSI of 92 pays 0.25 %, of 96 0.75 %.
announced: 2024-12-20
effective: 2025-01-01
source: {bulletin: V-1, date: 2024-12-20}
who: {makes: [Volkswagen], dealer_codes: all}
when: {calendar: plain, grain: quarter}
elements:
  - element: new
    name: New volume
    counts: {stock_type: new, sale_type: [retail, lease]}
    pays: same
    against: units
    tiers: {edges: units, bands: [{from: 30, msrp_percent: 1.75}]}
  - element: csi
    name: Customer satisfaction
    counts: nothing
    pays: {stock_type: [new, certified], sale_type: [retail, lease]}
    against: {metric: csi, source: survey_average, minimum_sample: 5, rounded: exact}
    tiers:
      edges: score
      bands: [{from: 92, to: 96, msrp_percent: 0.25}, {from: 96, msrp_percent: 0.75}]
examples:
  - {example: none, sold: [{units: 1, msrp_total: 100}], amount: 0}
"""


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return read_rulebook(TEXT, "vw-quarter.yaml", run_examples=False)


def csi(book: Rulebook, **against):
    element = book.latest.element("csi")
    return element.model_copy(update={"against": element.against.model_copy(update=against)})


def tiers(element, reading: ScoreReading, **known):
    facts = GateFacts(
        leaves={}, surveys={("toyota",): known.get("surveys", survey_past())}, stores={STORE: 0},
        scores=known.get("scores", {}), items={}, open_items={},
        surveys_of_period={KEY[:3]: known.get("so_far", (Fraction(0), 0))},
        tier_scores={(*KEY[:3], "csi"): reading},
    )  # fmt: skip
    return ScoreSimulator(facts, TODAY, [END], DRAWS, 1).tiers(PROGRAM, [element])["csi"]


SURVEYS = ScoreReading("csi", True, None, None, None, STORE)


def published(score: str, sample: int | None = None) -> ScoreReading:
    return ScoreReading("csi", False, Decimal(score), sample, TODAY, STORE)


def test_an_average_ends_in_the_tier_that_its_surveys_bring_it_to(book):
    """Answers are 100 or 90: around 98. Twenty so far decide little or much by what they are."""
    element = csi(book)
    share = {}
    for so_far in (60, 94, 100):
        drawn = tiers(element, SURVEYS, so_far=(Fraction(so_far * 20), 20))
        share[so_far] = [float((drawn.tiers == tier).mean()) for tier in (0, 1, 2)]
    assert share[60][0] == 1.0 and share[100][2] == 1.0
    assert share[94][0] == 0.0 and min(share[94][1:]) > 0.1


def test_at_its_edge_a_score_is_in_the_tier_and_too_few_answers_are_in_none(book):
    none = replace(survey_past(), day=survey_past().day - 400)  # nobody answered for a year
    exact = tiers(csi(book), published("96.000", 5), scores=scores([96.0] * 9), surveys=none)
    assert exact.assumption.startswith("no survey tells of others")
    assert (exact.tiers == UNSCORED).all()
    still = scores([96.0] * 9)
    figure = csi(book, source="figure", minimum_sample=None)
    assert (tiers(figure, published("96.000"), scores=still).tiers == 2).all()
    assert (tiers(figure, published("95.999"), scores=still).tiers == 1).all()
    many = csi(book, minimum_sample=10_000)
    assert (tiers(many, SURVEYS, so_far=(Fraction(2000), 20)).tiers == 0).all()


def test_what_nothing_tells_of_is_not_known_and_says_so(book):
    figure = csi(book, source="figure")
    nothing = tiers(figure, ScoreReading("csi", False, None, None, None, STORE))
    untold = tiers(figure, published("99"), scores=scores([99.0] * 9))
    for drawn, why in ((nothing, "no score is published yet"), (untold, "how many answers")):
        assert (drawn.tiers == UNSCORED).all()
        assert drawn.assumption.startswith(why)
        assert drawn.assumption.endswith("nothing is paid on it")


def home_with_surveys(folder, so_far: list[int]):
    """The small warehouse with its VW's CSI element paid by survey average."""
    home = make_home(folder, daily_units())
    elements = compiled_tables()["elements"]
    for element in elements:
        if element["element_code"] == "csi":
            element |= {"edge_unit": "score", "score_metric_code": "csi",
                        "score_metric_source": "survey_average"}  # fmt: skip
    table = pa.Table.from_pylist(elements, schema=COMPILED["elements"])
    pq.write_table(table, home / "compiled" / "elements.parquet")
    dice = np.random.default_rng(3)
    year = [
        ("V1", "volkswagen", f"s{number}", TODAY - timedelta(days=50 + number), score)
        for number, score in enumerate(dice.choice([100, 90], 300, p=[0.7, 0.3]).tolist())
    ]
    now = [
        ("V1", "volkswagen", f"n{number}", TODAY - timedelta(days=1 + number % 40), score)
        for number, score in enumerate(so_far)
    ]
    with duckdb.connect(str(home / "stairstep.duckdb")) as connection:
        connection.execute(
            "insert into intermediate.int_program_dealer_makes "
            "values ('vw', 'V1', 'vw-quarter', 1, 'volkswagen')"
        )
        connection.executemany(
            "insert into intermediate.int_csi_surveys_latest values (?, ?, ?, ?, ?)", year + now
        )
        connection.execute(
            "insert into intermediate.int_gate_surveys values ('vw', 'vw-quarter', ?, ?, ?)",
            [QUARTER[0], len(so_far), sum(so_far)],
        )
        connection.execute("delete from marts.fct_gate")
    return home


def forecast(home, out, books):
    run_forecast(
        home / "stairstep.duckdb", home / "compiled", out,
        as_of_date=TODAY, draws=200, seed=5, rulebooks=books,
    )  # fmt: skip
    names = ("fct_forecast_program", "fct_forecast_score_tier", "fct_forecast_sample")
    return [pq.read_table(out / f"{name}.parquet").to_pylist() for name in names]


def test_each_draw_of_the_wired_forecast_pays_the_tier_of_its_score(book, tmp_path):
    """Plain arithmetic over the published draws: 1.75 % from 30 units on, and the CSI's share."""
    home = home_with_surveys(tmp_path, [100] * 12 + [90] * 8)
    programs, by_tier, drawn = forecast(home, tmp_path / "out", [book])
    vw = next(row for row in programs if row["program_code"] == "vw-quarter")
    first, second = by_tier
    assert (first["edge_score"], second["edge_score"]) == (92, 96)
    assert 1 >= first["chance"] > second["chance"] > 0
    assert second["chance"] == np.mean(np.array(second["tier_numbers"]) >= 2)
    assert vw["left_out_note"] is None
    own = {row["segment_code"]: row for row in drawn if row["rooftop_id"] == "vw"}
    new, certified = own["seg-new"], own["seg-cert"]
    for place, tier in enumerate(first["tier_numbers"]):
        units = new["units_to_date"] + new["remaining_units"][place]
        others = certified["units_to_date"] + certified["remaining_units"][place]
        msrp = 4_000_000 * units
        volume = Decimal(msrp) * Decimal("0.0175") if units >= 30 else Decimal(0)
        share = {0: Decimal(0), 1: Decimal("0.0025"), 2: Decimal("0.0075")}[tier]
        score = (msrp + 2_000_000 * others) * share
        assert vw["amount_cents"][place] == int(volume) + int(score)


def test_without_its_rulebook_a_tier_by_score_stops_the_forecast(tmp_path):
    home = home_with_surveys(tmp_path, [100])
    with pytest.raises(ForecastError, match="version 1 of 'vw-quarter', which no rulebook has"):
        forecast(home, tmp_path / "out", [])
