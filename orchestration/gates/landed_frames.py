"""Frames of landed data: a row per source file of each kind, and what holds between kinds.

Read straight from landed Parquet and the ledger's export, limited to what was known at the moment
asked about. What must hold of the frames belongs to `expectations.landed`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.home import Home
from orchestration.landing.kinds import KINDS, Kind
from orchestration.moments import Moments

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from programs.group import Group

# What is measured per file beside what every kind has; named as the checks name it.
_VIN = ["count(*) filter (where not is_vin_valid) as invalid_vin_count"]
_PRICE = ["min(msrp_amount) as lowest_msrp_amount", "max(msrp_amount) as highest_msrp_amount"]
_MODEL_YEAR = [
    "min(model_year) as lowest_model_year",
    "max(model_year - year(_known_at)) as highest_model_years_ahead",
]
_DELIVERED = "deal_status in ('delivered', 'finalized')"
_MEASURES: dict[str, list[str]] = {
    "dms/deals": [
        *_VIN,
        *_PRICE,
        *_MODEL_YEAR,
        f"count(*) filter (where {_DELIVERED} and delivery_date > _known_at::date)"
        " as future_delivery_count",
        f"count(*) filter (where {_DELIVERED} and delivery_date is null)"
        " as undated_delivered_count",
    ],
    "dms/inventory": [*_VIN, *_PRICE, *_MODEL_YEAR],
    "csi/surveys": ["min(score) as lowest_score", "max(score) as highest_score"],
    "csi/scores": [
        "min(score) as lowest_score",
        "max(score) as highest_score",
        "min(sample_count) as lowest_sample_count",
    ],
    "portal/objectives": [
        "min(objective_units) as lowest_objective_units",
        "max(objective_units) as highest_objective_units",
    ],
    "portal/rdrs": [
        *_VIN,
        *_PRICE,
        *_MODEL_YEAR,
        "count(*) filter (where event_code = 'accepted' and event_at::date < sale_date)"
        " as reported_before_sale_count",
    ],
    "portal/official_standings": ["min(official_units) as lowest_official_units"],
    "portal/official_units": [],
    "portal/payments": ["max(abs(amount)) as largest_amount"],
    "portal/compliance_items": [
        "count(*) filter (where item_type = 'strike' and due_date is null) as undated_strike_count"
    ],
    "portal/shipments": [
        *_VIN,
        *_PRICE,
        *_MODEL_YEAR,
        "count(*) filter (where cancelled_date < shipped_date) as cancelled_before_shipped_count",
    ],
    "portal/recalls": [
        "count(*) filter (where remedied_date < opened_date) as remedied_before_opened_count"
    ],
}


@contextmanager
def landed_frames(home: Home, moments: Moments, group: Group) -> Iterator[LandedFrames]:
    """Frames of what is landed in `home`, each made when it is asked for."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set TimeZone = ?", [group.time_zone])
        frames = LandedFrames(connection, home, moments, group)
        frames.prepare()
        yield frames


class LandedFrames:
    """The frames, by the name of the suite that looks at them."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        home: Home,
        moments: Moments,
        group: Group,
    ) -> None:
        self._connection = connection
        self._home = home
        self._moments = moments
        self._group = group

    def prepare(self) -> None:
        """Names what is landed, as views; and the group's rooftops and dealer codes, as tables."""
        known = self._moments.known_at.isoformat()
        landing = _quoted(str(self._home.landing))
        for kind in KINDS.values():
            self._connection.execute(
                f"create view {view_of(kind)} as from "
                f"read_parquet('{landing}/{kind.name}/*.parquet', union_by_name = true) "
                f"where _known_at <= '{known}'::timestamptz"
            )
        self._connection.execute(
            f"create view files as from read_parquet('{landing}/files.parquet') "
            f"where known_at <= '{known}'::timestamptz or known_at is null"
        )
        self._connection.execute("create table rooftops (rooftop_id varchar)")
        self._connection.execute(
            "create table dealer_codes (oem_code varchar, dealer_code varchar)"
        )
        for rooftop in self._group.rooftops:
            self._connection.execute("insert into rooftops values (?)", [rooftop.id])
            for franchise in rooftop.franchises:
                self._connection.execute(
                    "insert into dealer_codes values (?, ?)", [franchise.oem, franchise.dealer_code]
                )

    def files_of(self, kind: Kind) -> int:
        """How many files came for a kind, whatever became of them."""
        return self._number("select count(*) from files where source_kind = ?", kind.name)

    def kind(self, kind: Kind) -> pd.DataFrame:
        """A row per landed file of the kind: rows, faults, bounds."""
        required = [column.name for column in kind.columns if column.is_required]
        codes = [column for column in kind.columns if column.allowed]
        measures = [
            "_source_file as source_file",
            "_content_hash as content_hash",
            "any_value(vendor_code) as vendor_code",
            "any_value(_known_at) as known_at",
            "count(*) as row_count",
            "count(distinct _source_row) as distinct_row_count",
            f"{_sum_of([f'{name} is null' for name in required])} as missing_required_count",
            f"{_sum_of([_not_allowed(c.name, c.allowed) for c in codes])} as unknown_code_count",
            *_MEASURES[kind.name],
        ]
        return self._frame(
            f"with landed as (select {', '.join(measures)} from {view_of(kind)} "
            "group by _source_file, _content_hash), "
            "ledger as (select content_hash, max(rows_landed) as ledger_row_count, "
            "any_value(vendor_code) as ledger_vendor_code, min(known_at) as ledger_known_at "
            "from files "
            f"where outcome = 'landed' and source_kind = '{kind.name}' group by content_hash) "
            # A file that landed no row, rightly or because its Parquet is gone, has a row here too.
            "select * replace (coalesce(row_count, 0) as row_count, "
            "coalesce(distinct_row_count, 0) as distinct_row_count, "
            "coalesce(vendor_code, ledger_vendor_code) as vendor_code, "
            "case when row_count is null then ledger_known_at else known_at end as known_at, "
            "coalesce(ledger_row_count, 0) as ledger_row_count) "
            "from landed full join ledger using (content_hash) order by content_hash"
        )

    def rooftops(self) -> pd.DataFrame:
        """A row per rooftop id that a DMS row names."""
        return self._frame(
            "with named as (select rooftop_id from dms_deals union select rooftop_id "
            "from dms_inventory) select named.rooftop_id, rooftops.rooftop_id as known_rooftop_id "
            "from named left join rooftops using (rooftop_id) order by 1"
        )

    def dealer_codes(self) -> pd.DataFrame:
        """A row per OEM and dealer code that a portal row names."""
        portal = [view_of(k) for k in KINDS.values() if k.name.startswith("portal/")]
        named = " union ".join(
            f"select oem_code, dealer_code from {name}"
            for name in portal
            if name != "portal_recalls"
        )
        return self._frame(
            f"with named as ({named}), known as (select distinct * from dealer_codes) "
            "select named.oem_code || ' ' || named.dealer_code as dealer_code, "
            "known.dealer_code as known_dealer_code "
            "from named left join known using (oem_code, dealer_code) order by 1"
        )

    def reported_sales(self) -> pd.DataFrame:
        """A row per dealer code and month of the last year: reported VINs with a deal."""
        return self._frame(
            "with reported as (select distinct dealer_code, vin, "
            "date_trunc('month', sale_date) as month from portal_rdrs "
            "where event_code = 'accepted' and sale_date <= $as_of::date "
            "and sale_date > $as_of::date - 365), "
            "dealt as (select distinct vin from dms_deals) "
            "select dealer_code, month::date::varchar as month, count(*) as reported_count, "
            "count(dealt.vin) / count(*) as matched_share "
            "from reported left join dealt using (vin) group by all having count(*) >= 10 "
            "order by all",
            as_of=self._moments.as_of_date,
        )

    def weekly_volume(self) -> pd.DataFrame:
        """A row per rooftop that sells at all: its last week against the eight before."""
        return self._frame(
            f"{_WEEKS} select rooftop_id, {_RATIO} from weeks group by rooftop_id "
            "having count(*) filter (where weeks_ago between 1 and 8) >= 40 order by rooftop_id",
            as_of=self._moments.as_of_date,
        )

    def group_volume(self) -> pd.DataFrame:
        """One row: the group's last week against the eight before."""
        return self._frame(
            f"{_WEEKS} select {_RATIO} from weeks "
            "having count(*) filter (where weeks_ago between 1 and 8) >= 40",
            as_of=self._moments.as_of_date,
        )

    def files(self) -> pd.DataFrame:
        """A row per file event: its outcome, and whether its lines are accounted for."""
        return self._frame(
            "select source_file, outcome, coalesce(rows_landed, 0) as row_count, "
            "coalesce(rows_set_aside, 0) as rows_set_aside, "
            "case when outcome = 'landed' then abs(lines_in - rows_landed - rows_set_aside "
            "- coalesce(rows_ignored, 0)) else 0 end as unaccounted_line_count, "
            "(outcome = 'set_aside')::int as set_aside_file_count from files order by source_file"
        )

    def freshness(self, expected_days: dict[tuple[str, str], int]) -> pd.DataFrame:
        """A row per feed whose mapping says how often it comes: fresh, late or missing."""
        import pandas as pd

        last = dict(
            self._rows(
                "select vendor_code || ' ' || source_kind, max(known_at) from files "
                "where outcome in ('landed', 'duplicate') group by 1"
            )
        )
        return pd.DataFrame(
            [
                {
                    "feed": f"{vendor} {kind}",
                    "feed_state": _feed_state(last.get(f"{vendor} {kind}"), days, self._moments),
                }
                for (vendor, kind), days in sorted(expected_days.items())
            ],
            columns=["feed", "feed_state"],
        )

    def _frame(self, sql: str, **parameters: object) -> pd.DataFrame:
        return self._connection.execute(sql, parameters or None).df()

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        return self._connection.execute(sql).fetchall()

    def _number(self, sql: str, *parameters: object) -> int:
        return self._connection.execute(sql, list(parameters)).fetchone()[0]


_WEEKS = (
    "with weeks as (select distinct rooftop_id, deal_number, (date_diff('day', "
    "coalesce(delivery_date, contract_date), $as_of::date) - 1) // 7 as weeks_ago from dms_deals "
    f"where {_DELIVERED} and coalesce(delivery_date, contract_date) < $as_of::date "
    "and coalesce(delivery_date, contract_date) >= $as_of::date - 63)"
)
_RATIO = (
    "count(*) filter (where weeks_ago = 0) as last_week_count, "
    "count(*) filter (where weeks_ago = 0) * 8.0 "
    "/ nullif(count(*) filter (where weeks_ago between 1 and 8), 0) as volume_ratio"
)


def view_of(kind: Kind) -> str:
    """The name of a kind's view: 'dms/deals' is dms_deals."""
    return kind.name.replace("/", "_")


def _feed_state(last: object, expected_days: int, moments: Moments) -> str:
    if last is None:
        return "missing"
    age_days = (moments.as_of - last).total_seconds() / 86_400
    # Half a day of grace: a nightly file that comes at six instead of five isn't late.
    return "fresh" if age_days <= expected_days + 0.5 else "late"


def _sum_of(conditions: list[str]) -> str:
    if not conditions:
        return "0::bigint"
    return f"sum({' + '.join(f'({condition})::int' for condition in conditions)})::bigint"


def _not_allowed(name: str, allowed: tuple[str, ...]) -> str:
    values = ", ".join(f"'{value}'" for value in allowed)
    return f"coalesce({name} not in ({values}), false)"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
