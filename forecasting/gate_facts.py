"""What is known of open periods' gates: leaves, surveys, scores and benchmarks so far, and items.

Belongs here: the queries, and their rows as frozen values. What gates may become by the period's
end goes to `gate_draws`; programs and units to `marts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np

from forecasting.marts import ElementKey, as_rows
from forecasting.survey_draws import SurveyPast
from programs.gates import GateState, Leaf

StoreKey = tuple[str, tuple[str, ...]]  # dealer code, makes
SURVEY_AVERAGE = "survey_average"


@dataclass(frozen=True)
class ScoreReading:
    """A score so far: published, or the average of the period's own surveys. `score` and what
    comes with it are None where nothing is known. store: whose surveys and scores they are."""

    metric_code: str
    is_survey_average: bool
    score: Decimal | None
    sample_count: int | None
    score_date: date | None
    store: StoreKey


@dataclass(frozen=True)
class GateLeaf:
    """One condition of a gate as it stands. `reading` fields are None where nothing is known.
    store: whose surveys and scores they are. region: whose average is the region's."""

    gate_code: str
    conjunct_number: int
    leaf_number: int
    leaf: Leaf
    state: GateState
    score: Decimal | None
    sample_count: int | None
    score_date: date | None
    benchmark: Decimal | None
    store: StoreKey
    region: str
    target_units: int | None

    @property
    def reading(self) -> ScoreReading:
        """The score that the leaf asks about."""
        is_average = self.leaf.metric_source == SURVEY_AVERAGE
        return ScoreReading(
            self.leaf.metric_code, is_average, self.score, self.sample_count, self.score_date,
            self.store,
        )  # fmt: skip


@dataclass(frozen=True)
class ScorePast:
    """Published scores of one metric. Day numbers, figures in thousandths, and the spell (its own
    period to date) that each score belongs to; -1 stands for a figure that wasn't given."""

    day: np.ndarray
    score: np.ndarray
    region_average: np.ndarray
    national_average: np.ndarray
    spell: np.ndarray
    dealer: np.ndarray
    region: np.ndarray


@dataclass(frozen=True)
class ItemPast:
    """Items by item type: due and completed (-1: never) day numbers, and the dealer code."""

    due: np.ndarray
    completed: np.ndarray
    dealer: np.ndarray


@dataclass(frozen=True)
class OpenItem:
    """An item that concerns a period: its deadline as a day number, and how it stands."""

    item_code: str
    item_type: str
    deadline: int
    state: GateState


@dataclass(frozen=True)
class GateFacts:
    """All that the gates' chances are drawn from. surveys: by makes; stores: their numbers there.
    scores: by makes and metric. items: of the past, by item type. open_items: by rooftop, program,
    period and kind of deadline. surveys_of_period: the sum of scores and their number, by rooftop,
    program and period. tier_scores: the score that decides an element's tier."""

    leaves: Mapping[ElementKey, tuple[GateLeaf, ...]]
    surveys: Mapping[tuple[str, ...], SurveyPast]
    stores: Mapping[StoreKey, int]
    scores: Mapping[tuple[tuple[str, ...], str], ScorePast]
    items: Mapping[str, ItemPast]
    open_items: Mapping[tuple[str, str, str, str], tuple[OpenItem, ...]]
    surveys_of_period: Mapping[tuple[str, str, str], tuple[Fraction, int]]
    tier_scores: Mapping[ElementKey, ScoreReading] = field(default_factory=dict)


def read_gate_facts(connection: duckdb.DuckDBPyConnection, as_of_date: date) -> GateFacts:
    """Everything the gates of the periods that hold the as-of date hang on."""
    makes = _read_makes(connection)
    leaves = _read_leaves(connection, makes, as_of_date)
    tier_scores = _read_tier_scores(connection, makes, as_of_date)
    stores = sorted(
        {leaf.store for found in leaves.values() for leaf in found}
        | {reading.store for reading in tier_scores.values()}
    )
    numbers = {store: number for number, store in enumerate(stores)}
    return GateFacts(
        leaves=leaves,
        surveys=_read_surveys(connection, stores, numbers, as_of_date),
        stores=numbers,
        scores=_read_scores(connection, stores, as_of_date),
        items=_read_items(connection),
        open_items=_read_open_items(connection),
        surveys_of_period={
            (row["rooftop_id"], row["program_code"], row["period_code"]): (
                Fraction(row["score_sum"]), row["survey_count"],
            )
            for row in as_rows(
                connection, "select * from warehouse.intermediate.int_gate_surveys"
            )
        },
        tier_scores=tier_scores,
    )  # fmt: skip


def _read_makes(
    connection: duckdb.DuckDBPyConnection,
) -> Mapping[tuple[str, str, int], StoreKey]:
    sql = """
        select rooftop_id, program_code, program_version, dealer_code, list(make_key) as makes
        from warehouse.intermediate.int_program_dealer_makes
        group by all
        order by all
    """
    return {
        (row["rooftop_id"], row["program_code"], row["program_version"]): (
            row["dealer_code"], tuple(sorted(row["makes"])),
        )
        for row in as_rows(connection, sql)
    }  # fmt: skip


_LEAVES = """
select
    gate.*, rule.item_type, rule.due, rule.item_code, rule.within_days,
    standing.program_version, rooftops.region_code,
    coalesce(measured.objective_units, measured.base_units) as target_units
from warehouse.marts.fct_gate as gate
inner join warehouse.marts.fct_program_standing as period
    using (rooftop_id, program_code, period_code)
inner join warehouse.marts.fct_element_standing as standing
    using (rooftop_id, program_code, period_code, element_code)
inner join rooftops using (rooftop_id)
left join gates as rule
    on gate.program_code = rule.program_code
    and standing.program_version = rule.program_version
    and gate.gate_code = rule.gate_code
    and gate.conjunct_number = rule.conjunct_number
    and gate.leaf_number = rule.leaf_number
    and gate.element_code = coalesce(rule.element_code, gate.element_code)
left join warehouse.marts.fct_element_standing as measured
    on gate.rooftop_id = measured.rooftop_id
    and gate.program_code = measured.program_code
    and gate.period_code = measured.period_code
    and gate.metric_code = measured.element_code
where ? between period.period_start_date and period.period_end_date
order by
    gate.rooftop_id, gate.program_code, gate.period_code, gate.element_code, gate.gate_code,
    gate.conjunct_number, gate.leaf_number
"""


def _read_leaves(
    connection: duckdb.DuckDBPyConnection,
    makes: Mapping[tuple[str, str, int], StoreKey],
    as_of_date: date,
) -> dict[ElementKey, tuple[GateLeaf, ...]]:
    found: dict[ElementKey, list[GateLeaf]] = defaultdict(list)
    for row in as_rows(connection, _LEAVES, as_of_date):
        key = (row["rooftop_id"], row["program_code"], row["period_code"], row["element_code"])
        threshold = row["threshold_value"] if row["threshold_kind"] == "fixed" else None
        leaf = Leaf(
            metric_code=row["metric_code"],
            metric_source=row["metric_source"],
            comparison=row["comparison"],
            threshold_kind=row["threshold_kind"],
            threshold_value=threshold,
            minimum_sample=row["minimum_sample"],
            item_type=row["item_type"],
            due=row["due"],
            item_code=row["item_code"],
            within_days=row["within_days"],
        )
        found[key].append(
            GateLeaf(
                gate_code=row["gate_code"],
                conjunct_number=row["conjunct_number"],
                leaf_number=row["leaf_number"],
                leaf=leaf,
                state=GateState[row["leaf_state"].upper()],
                score=row["score"],
                sample_count=row["sample_count"],
                score_date=row["score_date"],
                benchmark=row["threshold_value"],
                store=makes.get(
                    (row["rooftop_id"], row["program_code"], row["program_version"]), ("", ())
                ),
                region=row["region_code"] or "",
                target_units=row["target_units"],
            )
        )
    return {key: tuple(rows) for key, rows in found.items()}


_TIER_SCORES = """
select
    period.rooftop_id, period.program_code, period.period_code, element.element_code,
    standing.program_version, element.score_metric_code, element.score_metric_source,
    published.score, published.sample_count, published.score_date
from warehouse.marts.fct_program_standing as period
inner join warehouse.marts.fct_element_standing as standing
    using (rooftop_id, program_code, period_code)
inner join elements as element
    on standing.program_code = element.program_code
    and standing.program_version = element.program_version
    and standing.element_code = element.element_code
left join warehouse.intermediate.int_gate_scores as published
    on period.rooftop_id = published.rooftop_id
    and period.program_code = published.program_code
    and period.period_code = published.period_code
    and element.score_metric_code = published.metric_code
where ? between period.period_start_date and period.period_end_date
    and standing.standing_state <> 'not_enrolled' and element.edge_unit = 'score'
order by all
"""


def _read_tier_scores(
    connection: duckdb.DuckDBPyConnection,
    makes: Mapping[tuple[str, str, int], StoreKey],
    as_of_date: date,
) -> dict[ElementKey, ScoreReading]:
    found = {}
    for row in as_rows(connection, _TIER_SCORES, as_of_date):
        program = (row["rooftop_id"], row["program_code"])
        found[(*program, row["period_code"], row["element_code"])] = ScoreReading(
            row["score_metric_code"],
            row["score_metric_source"] == SURVEY_AVERAGE,
            row["score"],
            row["sample_count"],
            row["score_date"],
            makes.get((*program, row["program_version"]), ("", ())),
        )
    return found


def _columns(
    connection: duckdb.DuckDBPyConnection, sql: str, *values: object
) -> dict[str, np.ndarray]:
    return connection.execute(sql, list(values)).fetchnumpy()


def _day(name: str) -> str:
    return f"coalesce(datediff('day', date '1970-01-01', {name}), -1)"


def _thousandths(name: str) -> str:
    return f"cast(coalesce({name} * 1000, -1) as bigint)"


def _read_surveys(
    connection: duckdb.DuckDBPyConnection,
    stores: Sequence[StoreKey],
    numbers: Mapping[StoreKey, int],
    as_of_date: date,
) -> dict[tuple[str, ...], SurveyPast]:
    """Surveys by makes: of every dealer code, as stores of one make are scored on one scale."""
    found = {}
    for makes in sorted({makes for _, makes in stores}):
        rows = _columns(
            connection,
            f"select dealer_code, {_day('survey_date')} as day, {_thousandths('score')} as score "
            "from warehouse.intermediate.int_csi_surveys_latest "
            "where list_contains(?, make_key) and survey_date <= ? order by all",
            list(makes),
            as_of_date,
        )
        known = {dealer: number for (dealer, own), number in numbers.items() if own == makes}
        others = sorted(set(rows["dealer_code"].tolist()) - set(known))
        known |= {dealer: -1 - number for number, dealer in enumerate(others)}
        store = np.array([known[dealer] for dealer in rows["dealer_code"].tolist()], dtype=np.int64)
        found[makes] = SurveyPast(rows["day"], rows["score"], store)
    return found


def _read_scores(
    connection: duckdb.DuckDBPyConnection, stores: Sequence[StoreKey], as_of_date: date
) -> dict[tuple[tuple[str, ...], str], ScorePast]:
    found = {}
    for makes in sorted({makes for _, makes in stores}):
        rows = _columns(
            connection,
            f"""
            select
                score.metric_code, score.dealer_code,
                coalesce(place.region_code, '') as region_code,
                {_day('score.score_date')} as day,
                {_day('score.period_start_date')} as spell,
                {_thousandths('score.score')} as score,
                {_thousandths('score.region_average')} as region_average,
                {_thousandths('score.national_average')} as national_average
            from warehouse.intermediate.int_csi_scores_latest as score
            left join (
                select dealer_code, min(region_code) as region_code
                from warehouse.intermediate.int_program_dealer_makes
                inner join rooftops using (rooftop_id)
                where list_contains(?, make_key)
                group by dealer_code
            ) as place using (dealer_code)
            where list_contains(?, score.make_key) and score.score_date <= ?
            order by all
            """,
            list(makes),
            list(makes),
            as_of_date,
        )
        metrics = rows.pop("metric_code")
        for metric in np.unique(metrics.astype(str)):
            own = {name: values[metrics == metric] for name, values in rows.items()}
            found[makes, str(metric)] = ScorePast(
                own["day"], own["score"], own["region_average"], own["national_average"],
                own["spell"], own["dealer_code"], own["region_code"],
            )  # fmt: skip
    return found


def _read_items(connection: duckdb.DuckDBPyConnection) -> dict[str, ItemPast]:
    rows = _columns(
        connection,
        f"select item_type, dealer_code, {_day('due_date')} as due, "
        f"{_day('completed_date')} as completed "
        "from warehouse.intermediate.int_compliance_items_latest "
        "where due_date is not null order by all",
    )
    types = rows.pop("item_type").astype(str)
    return {
        str(kind): ItemPast(*(rows[name][types == kind] for name in ("due", "completed")),
                            rows["dealer_code"][types == kind])
        for kind in np.unique(types)
    }  # fmt: skip


def _read_open_items(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str, str, str], tuple[OpenItem, ...]]:
    sql = f"""
        select distinct
            rooftop_id, program_code, period_code, due, item_code, item_type, item_state_rank,
            {_day("deadline_date")} as deadline
        from warehouse.intermediate.int_gate_items
        where is_of_period
        order by all
    """
    found: dict[tuple[str, str, str, str], list[OpenItem]] = defaultdict(list)
    for row in as_rows(connection, sql):
        found[row["rooftop_id"], row["program_code"], row["period_code"], row["due"]].append(
            OpenItem(
                row["item_code"], row["item_type"], row["deadline"],
                GateState(row["item_state_rank"]),
            )
        )  # fmt: skip
    return {key: tuple(items) for key, items in found.items()}
