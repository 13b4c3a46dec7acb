"""A rooftop's facts as scenarios change them: cars, objectives, scores, items, rules, draws.

Here: rows of one published file as programs.what_if takes them, for one rooftop or many at once.
Not here: what is changed (words.py), the arithmetic (programs/).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from programs.beyond import beyond_text, kinds_beyond
from programs.calendars import Period, read_calendar
from programs.changes import SURVEYS
from programs.facts import Car, Facts
from programs.filters import UnitClass
from programs.gates import GateState, Reading
from programs.ladder_rules import cap_base
from programs.money import ZERO
from programs.period_end import SegmentDraws
from programs.positions import OpenFacts, RooftopFacts
from programs.program_states import PeriodInputs, sourced_metric
from programs.rule_models import RuleVersion
from programs.rulebook import read_rulebook
from scenarios import fact_queries as sql
from scenarios.drawn import gate_draws, tier_draws, with_lists
from scenarios.open_periods import across_of, segment_shares
from scenarios.rooftops import Group, KnownClass, Rooftop, Rules, ScenarioFactsError
from scenarios.words import TRAITS

if TYPE_CHECKING:
    import duckdb

Row = Mapping[str, Any]


def read_group(
    file: Path, rooftop_ids: Sequence[str] | None = None, *, with_closed: bool = False
) -> Group:
    """The rooftops of a published file; None: all of them. Raises ScenarioFactsError for one that
    isn't there, or, unless `with_closed`, has no open program."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        return group_of(connection, rooftop_ids, with_closed=with_closed)


def group_of(
    connection: duckdb.DuckDBPyConnection,
    rooftop_ids: Sequence[str] | None,
    *,
    with_closed: bool = False,
) -> Group:
    """`read_group` on a published file that is open already."""
    return _Reader(connection).read(rooftop_ids, with_closed=with_closed)


class _Reader:
    """One published file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._wanted: list[str] = []
        self._as_of = datetime.date.min

    def _cursor(self, query: str) -> duckdb.DuckDBPyConnection:
        given = {"rooftops": self._wanted, "as_of": self._as_of}
        used = {name: value for name, value in given.items() if f"${name}" in query}
        return self._connection.execute(query, used)

    def _rows(self, query: str) -> list[dict[str, Any]]:
        cursor = self._cursor(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def read(self, rooftop_ids: Sequence[str] | None, *, with_closed: bool) -> Group:
        (meta,) = self._rows("select as_of_date, content_hash, group_name from meta")
        self._as_of = meta["as_of_date"]
        names = {row["rooftop_id"]: row for row in self._rows(sql.ROOFTOPS)}
        self._wanted = sorted(names) if rooftop_ids is None else list(rooftop_ids)
        unknown = [one for one in self._wanted if one not in names]
        if unknown:
            raise ScenarioFactsError(
                f"there is no rooftop '{unknown[0]}'; known: {', '.join(sorted(names))}"
            )
        documents = tuple(
            (row["kind"], row["file"], row["text"]) for row in self._rows(sql.DOCUMENTS)
        )
        rules = _rules(documents, self._as_of)
        programs = self._programs(rules)
        if rooftop_ids is not None and not with_closed:
            for one in self._wanted:
                if not programs.get(one):
                    raise ScenarioFactsError(f"'{one}' has no open program to change")
        classes = _by_rooftop(self._rows(sql.CLASSES), _known_class)
        sums = self._survey_sums()
        return Group(
            self._as_of,
            meta["content_hash"],
            meta["group_name"],
            rules,
            {
                one: Rooftop(
                    one,
                    names[one]["rooftop_name"],
                    bool(names[one]["is_open_sundays"]),
                    RooftopFacts(one, self._as_of, tuple(programs.get(one, ()))),
                    tuple(classes.get(one, ())),
                    sums.get(one, {}),
                )
                for one in self._wanted
            },
        )

    def _programs(self, rules: Rules) -> dict[str, list[OpenFacts]]:
        """Open programs by rooftop, the one that ends first first."""
        cars = _grouped(self._rows(sql.CARS))
        targets = _grouped(self._rows(sql.TARGETS))
        readings = _grouped(self._rows(sql.READINGS))
        items = _grouped(self._rows(sql.ITEMS))
        draws, units = self._draws(), self._segment_units()
        gates = gate_draws(self._cursor(sql.GATE_DRAWS))
        tiers = tier_draws(self._cursor(sql.TIER_DRAWS))
        today, across = _grouped(self._rows(sql.TODAY)), _grouped(self._rows(sql.ACROSS))
        members = segment_shares(self._rows(sql.MEMBERS))
        found: dict[str, list[OpenFacts]] = defaultdict(list)
        periods = self._rows(sql.PERIODS)
        ruling: dict[tuple[str, str], list[RuleVersion]] = defaultdict(list)
        for row in periods:
            ruling[row["rooftop_id"], row["period_code"]].append(_version(rules, row))
        for row in periods:
            key = (row["rooftop_id"], row["program_code"], row["period_code"])
            version = _version(rules, row)
            beyond = kinds_beyond(version, ruling[row["rooftop_id"], row["period_code"]])
            book = rules.books[row["program_code"]]
            settled_with = across_of(book, across[key], rules.calendars)
            program = (row["program_code"], row["program_version"])
            period = Period(
                row["period_start_date"], row["period_end_date"], row["period_code"],
                row["period_grain"],
            )  # fmt: skip
            inputs = PeriodInputs(
                period=period,
                objectives=_objectives(version, targets[key]),
                bases=_by_element(targets[key], "base_units"),
                readings=_tier_readings(version, targets[key])
                | {
                    sourced_metric(one["metric_source"], one["metric_code"]): _reading(one)
                    for one in readings[key]
                },
                items={one["item"]: GateState[one["state"].upper()] for one in items[key]},
                is_open=True,
            )
            facts = Facts(
                row["program_code"], period, version, inputs,
                tuple(_car(one) for one in cars[key]), {},
            )  # fmt: skip
            own = draws.get((row["rooftop_id"], period.end), {})
            found[row["rooftop_id"]].append(
                OpenFacts(
                    program_name=row["program_name"],
                    oem_code=row["oem_code"],
                    as_of_date=self._as_of,
                    facts=facts,
                    selling_days_left=row["selling_days_left"] or 0,
                    draws=own,
                    segment_units={code: units[code] for code in own if code in units},
                    gate_draws=gates.get(key, {}),
                    tier_draws=tiers.get(key, {}),
                    across=settled_with,
                    today_units={one["segment_code"]: one["units"] for one in today[key]},
                    segment_shares=members[program],
                    beyond=beyond_text(
                        beyond, row["amount_adjusted"], is_settled=settled_with is not None
                    ),
                )
            )
        return found

    def _draws(self) -> dict[tuple[str, datetime.date], dict[str, SegmentDraws]]:
        own: dict[tuple[str | None, str], int] = {
            (row["rooftop_id"], row["segment_code"]): _half_up(row["msrp"], row["units"])
            for row in self._rows(sql.SEGMENT_MSRP)
        }
        found: dict[tuple[str, datetime.date], dict[str, SegmentDraws]] = defaultdict(dict)
        for row, remaining in with_lists(self._cursor(sql.DRAWS), "remaining_units"):
            rooftop, segment = row["rooftop_id"], row["segment_code"]
            cents = own.get((rooftop, segment), own.get((None, segment), 0))
            found[rooftop, row["period_end_date"]][segment] = SegmentDraws(remaining, cents)
        return found

    def _segment_units(self) -> dict[str, UnitClass]:
        """What the units of each segment are like: its class sold most."""
        return {row["segment_code"]: _unit(row) for row in self._rows(sql.SEGMENT_UNITS)}

    def _survey_sums(self) -> dict[str, dict[tuple[str, str], dict[str, Decimal]]]:
        found: dict[str, dict[tuple[str, str], dict[str, Decimal]]] = {}
        for row in self._rows(sql.SURVEY_SUMS):
            of_rooftop = found.setdefault(row["rooftop_id"], {})
            sums = of_rooftop.setdefault((row["program_code"], row["period_code"]), {})
            sums[row["metric_code"]] = row["score_sum"]
        return found


@lru_cache(maxsize=4)
def _rules(documents: tuple[tuple[str, str, str], ...], known_on: datetime.date) -> Rules:
    """The rules of a publication; its examples ran when it was made."""
    calendars = [read_calendar(text, file) for kind, file, text in documents if kind == "calendar"]
    books = [
        read_rulebook(text, file, run_examples=False)
        for kind, file, text in documents
        if kind == "rulebook"
    ]
    return Rules(
        {book.program_code: book for book in books},
        {calendar.code: calendar for calendar in calendars},
    )


def _version(rules: Rules, row: Row) -> RuleVersion:
    """The version that rules a period. Raises ScenarioFactsError where it wasn't published."""
    book = rules.books.get(row["program_code"])
    if book is None or row["program_version"] > len(book.versions):
        raise ScenarioFactsError(
            f"the published rules lack version {row['program_version']} of "
            f"'{row['program_code']}'; run `stairstep run` to publish anew"
        )
    return book.versions[row["program_version"] - 1].rules


def _grouped(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[Row]]:
    found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["rooftop_id"], row["program_code"], row["period_code"]].append(row)
    return found


def _by_rooftop(rows: Iterable[Row], make: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["rooftop_id"]].append(make(row))
    return found


def _by_element(rows: Iterable[Row], column: str) -> dict[str, int | None]:
    return {row["element_code"]: row[column] for row in rows}


def _reading(row: Row) -> Reading:
    """A reading, exact: what was measured over how many."""
    score = row["measured"] / row["measured_of"] if row["measured_of"] else None
    return Reading(score, row["sample_count"], row["region_average"], row["national_average"])


def _tier_readings(rules: RuleVersion, targets: Iterable[Row]) -> dict[str, Reading]:
    """The scores that decide elements' tiers. Where a gate goes by one too, it says more of it."""
    measured = {row["element_code"]: row for row in targets}
    found = {}
    for element in rules.elements:
        row, against = measured.get(element.element), element.against
        if against.target != "score" or row is None or row["score_measured"] is None:
            continue
        source = SURVEYS if against.source == SURVEYS else "csi_score"
        found[sourced_metric(source, str(against.metric))] = Reading(
            row["score_measured"] / row["score_measured_of"], row["score_sample_count"]
        )
    return found


def _objectives(rules: RuleVersion, targets: Iterable[Row]) -> dict[str, int | None]:
    """Objectives by element, also those that only a cap is a share of."""
    rows, found = {row["element_code"]: row for row in targets}, {}
    for element in rules.elements:
        row = rows.get(element.element)
        if row is not None:
            units = row["objective_units"]
            if units is None and cap_base(element) == "objective":
                units = row["cap_base_units"]
            found[element.element] = units
    return found


def _unit(row: Row) -> UnitClass:
    return _class_of(*(row[name] for name in TRAITS))


@lru_cache(maxsize=16_384)
def _class_of(*traits: Any) -> UnitClass:
    """One object for all cars of a class."""
    return UnitClass(**dict(zip(TRAITS, traits, strict=True)))


def _car(row: Row) -> Car:
    return Car(
        vin=row["vin"],
        unit=_unit(row),
        state=row["state"],
        counting_date=row["counting_date"],
        sale_date=row["sale_date"],
        msrp_amount=row["msrp_amount"] or ZERO,
        has_open_recall=bool(row["has_open_recall"]),
        units=row["units"],
        reported_days=row["reported_days"],
    )


def _known_class(row: Row) -> KnownClass:
    return KnownClass(
        _unit(row),
        row["segment_code"],
        row["sold_units"],
        row["on_ground_units"],
        row["priced_units"],
        row["msrp_amount"] or ZERO,
    )


def _half_up(msrp: Decimal, units: int) -> int:
    """Average cents of a unit to come, half up, as the forecast takes it."""
    return (2 * int(msrp * 100) + int(units)) // (2 * int(units))
