"""What scenarios and plans are made of: one rooftop's open programs, samples and model lines.

Here: rows of the published file as the pure inputs of programs/ (states, outlooks, stock).
Not here: the arithmetic (programs/), how chances are drawn (forecasting/), what is tried of them
(levers.py), options and printing (cli/).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from programs.errors import StairstepError
from programs.gates import GateResult, GateState, Leaf
from programs.ladder import ladder_from_rows
from programs.money import ZERO
from programs.period_end import (
    OpenElement,
    OpenProgram,
    SegmentDraws,
    Share,
    element_samples,
    program_msrp_cents,
)
from programs.plan import ProgramOutlook
from programs.scenario import ElementKey, ElementState, ProgramState
from programs.standing import ElementFacts, ElementRules, ProgramCap
from scenarios.queries import (
    GATES,
    MEMBERS,
    PENDING_AND_TODAY,
    PROGRAM_MSRP,
    REJECTED,
    SEGMENT_MSRP,
    STANDINGS,
    STOCK,
)

if TYPE_CHECKING:
    import duckdb

Rows = list[dict[str, Any]]


class ScenarioError(StairstepError):
    """A question that the published data can't answer, or a lever that isn't there."""


@dataclass(frozen=True)
class StockRow:
    """Cars of one description at the rooftop: sold of late, and to be had before a date."""

    make: str
    model: str
    trim: str | None
    model_year: int | None
    powertrain: str | None
    stock_type: str
    segment_code: str
    sold_units: int
    on_ground_units: int
    arriving_dates: tuple[date, ...]
    priced_units: int
    msrp_amount: Decimal


@dataclass(frozen=True)
class Score:
    """One leaf of a gate as published, so that another score can be tried in its place."""

    program_code: str
    element_code: str
    gate_code: str
    conjunct_number: int
    metric_code: str
    state: GateState
    leaf: Leaf | None
    sample_count: int | None


@dataclass(frozen=True)
class OpenPeriod:
    """One open program: as it stands, and with its samples."""

    state: ProgramState
    outlook: ProgramOutlook
    period_end: date
    selling_days_left: int
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class RooftopInputs:
    """All that one rooftop's scenarios and plans need. Memberships: by segment, the elements of
    the open programs that count it and those that pay it."""

    rooftop_id: str
    as_of_date: date
    programs: tuple[OpenPeriod, ...]
    stock: tuple[StockRow, ...]
    counted_by: Mapping[str, frozenset[ElementKey]]
    paid_by: Mapping[str, frozenset[ElementKey]]
    rejected: tuple[dict[str, Any], ...]


def read_rooftop(file: Path, rooftop_id: str) -> RooftopInputs:
    """One rooftop's inputs from a published file. Raises ScenarioError for a rooftop that isn't
    there, has no open program, or has no samples."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        reader = _Reader(connection, rooftop_id)
        reader.check()
        return reader.read()


class _Reader:
    """One published file, one rooftop."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, rooftop_id: str) -> None:
        self._connection, self._rooftop = connection, rooftop_id
        self._as_of: date = connection.execute("select as_of_date from meta").fetchone()[0]

    def _rows(self, sql: str, **values: object) -> Rows:
        given = {"rooftop": self._rooftop, "as_of": self._as_of, **values}
        used = {name: value for name, value in given.items() if f"${name}" in sql}
        cursor = self._connection.execute(sql, used)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def check(self) -> None:
        """Raises ScenarioError for a rooftop that isn't in the group."""
        known = [row["rooftop_id"] for row in self._rows("select rooftop_id from dim_rooftop")]
        if self._rooftop not in known:
            raise ScenarioError(
                f"there is no rooftop '{self._rooftop}'; known: {', '.join(sorted(known))}"
            )

    def read(self) -> RooftopInputs:
        standings = self._rows(STANDINGS)
        if not standings:
            raise ScenarioError(f"'{self._rooftop}' has no open program to change or plan")
        members = self._rows(MEMBERS)
        return RooftopInputs(
            self._rooftop,
            self._as_of,
            self._programs(standings, members),
            self._stock(),
            _moved(members, "is_counted"),
            _moved(members, "is_paid"),
            tuple(self._rows(REJECTED)),
        )

    def _programs(self, standings: Rows, members: Rows) -> tuple[OpenPeriod, ...]:
        by_program: dict[tuple[str, str], Rows] = defaultdict(list)
        for row in standings:
            by_program[row["program_code"], row["period_code"]].append(row)
        gates, ladders = self._gates(), self._ladders()
        msrps = {
            (row["program_code"], row["period_code"]): row for row in self._rows(PROGRAM_MSRP)
        }
        today = {_key(row): row for row in self._rows(PENDING_AND_TODAY)}
        draws = self._draws()
        found = []
        for key, rows in by_program.items():
            own_msrp = msrps.get(key, {})
            pieces = [
                _Element(row, ladders.get(_key(row)), gates.get(_key(row), ()),
                         today.get(_key(row), {}))
                for row in rows
            ]  # fmt: skip
            head = rows[0]
            scores = tuple(score for piece in pieces for score in piece.scores)
            state = _state(head, pieces, own_msrp)
            outlook = _outlook(self._rooftop, head, pieces, own_msrp, members, draws)
            end, left = head["period_end_date"], head["selling_days_left"] or 0
            found.append(OpenPeriod(state, outlook, end, left, scores))
        return tuple(found)

    def _gates(self) -> dict[tuple, tuple[dict, ...]]:
        found: dict[tuple, list[dict]] = defaultdict(list)
        for row in self._rows(GATES):
            found[_key(row)].append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    def _ladders(self) -> dict[tuple, Rows]:
        found: dict[tuple, Rows] = defaultdict(list)
        for row in self._rows(
            "select * from fct_ladder_segment where rooftop_id = $rooftop order by segment_number"
        ):
            found[_key(row)].append(row)
        return found

    def _draws(self) -> dict[tuple[str, date], Any]:
        """Draws of each segment to each period's end, with the MSRP of a unit to come."""
        import numpy as np

        cents = {
            row["segment_code"]: (2 * int(row["msrp"] * 100) + int(row["units"]))
            // (2 * int(row["units"]))
            for row in self._rows(SEGMENT_MSRP)
        }
        return {
            (row["segment_code"], row["period_end_date"]): SegmentDraws(
                np.array(row["remaining_units"], dtype=np.int64), cents.get(row["segment_code"], 0)
            )
            for row in self._rows(
                "select * from fct_forecast_sample where rooftop_id = $rooftop"
                " order by segment_code, period_end_date"
            )
        }

    def _stock(self) -> tuple[StockRow, ...]:
        return tuple(
            StockRow(
                **{
                    **row,
                    "arriving_dates": tuple(sorted(row["arriving_dates"] or ())),
                    "msrp_amount": row["msrp_amount"] or ZERO,
                }
            )
            for row in self._rows(STOCK)
        )


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["program_code"], row["period_code"], row["element_code"]


class _Element:
    """One element's rows as its rules, facts and scores."""

    def __init__(
        self, row: dict, ladder: Rows | None, gates: Sequence[dict], today: Mapping[str, Any]
    ) -> None:
        self.row, self.today = row, today
        is_known = row["standing_state"] != "no_objective"
        self.rules = ElementRules(
            program_code=row["program_code"],
            element_code=row["element_code"],
            element_order=row["element_order"],
            ladder=ladder_from_rows(ladder, row["tier_count"] or 0)
            if ladder and is_known
            else None,
            counts_equal_pays=row["counts_equal_pays"],
            is_volume=row["is_volume"],
            cap_amount=row["cap_amount"],
            has_open_recall_deduction=row["has_open_recall_deduction"],
        )
        self.scores = tuple(_score(gate) for gate in gates)
        results = {
            gate["gate_code"]: GateResult(
                gate["gate_code"],
                GateState[gate["gate_state"].upper()],
                gate["effect"],
                gate["reduce_to_share"],
            )
            for gate in gates
        }
        self.gates = tuple(results.values())

    def facts(self, *, with_pending: bool) -> ElementFacts:
        """As reported, or as if all that is pending were."""
        row, today = self.row, self.today if with_pending else {}
        pending = (row["pending_units"] or 0) if with_pending else 0
        return ElementFacts(
            counted_units=(row["reported_units"] or 0) + pending,
            paid_units=(row["paid_units"] or 0) + today.get("pending_paid_units", 0),
            paid_msrp_amount=(row["paid_msrp_amount"] or ZERO)
            + today.get("pending_paid_msrp_amount", ZERO),
            open_recall_units=row["open_recall_units"] or 0,
            gates=self.gates,
        )


def _score(gate: Mapping[str, Any]) -> Score:
    leaf = None
    if gate["metric_source"] != "compliance_items":
        leaf = Leaf(
            gate["metric_code"],
            gate["metric_source"],
            gate["comparison"],
            "fixed",
            gate["threshold_value"],
            gate["minimum_sample"],
        )
    return Score(
        gate["program_code"],
        gate["element_code"],
        gate["gate_code"],
        gate["conjunct_number"],
        gate["metric_code"],
        GateState[gate["leaf_state"].upper()],
        leaf,
        gate["sample_count"],
    )


def _state(head: dict, pieces: Sequence[_Element], msrp: Mapping[str, Any]) -> ProgramState:
    return ProgramState(
        program_code=head["program_code"],
        program_name=head["program_name"],
        period_code=head["period_code"],
        elements=tuple(
            ElementState(
                piece.rules,
                piece.facts(with_pending=False),
                piece.row["objective_units"]
                if piece.row["objective_units"] is not None
                else piece.row["base_units"],
            )
            for piece in pieces
        ),
        cap=_cap(head),
        paid_msrp_amount=msrp.get("reported_msrp_amount") or ZERO,
    )


def _cap(head: Mapping[str, Any]) -> ProgramCap:
    return ProgramCap(head["program_cap_amount"], head["program_cap_msrp_share"])


def _outlook(
    rooftop_id: str,
    head: dict,
    pieces: Sequence[_Element],
    msrp: Mapping[str, Any],
    members: Rows,
    draws: Mapping[tuple[str, date], Any],
) -> ProgramOutlook:
    """The program's samples, put together as the forecast puts them together."""
    elements = tuple(
        OpenElement(
            rules=piece.rules,
            facts=piece.facts(with_pending=True),
            shares=tuple(
                Share(row["segment_code"], row["is_counted"], row["is_paid"])
                for row in members
                if (row["program_code"], row["element_code"])
                == (head["program_code"], piece.row["element_code"])
            ),
            today_counted_units=piece.today.get("today_counted_units", 0),
            today_paid_units=piece.today.get("today_paid_units", 0),
            today_paid_msrp_amount=piece.today.get("today_paid_msrp_amount", ZERO),
        )
        for piece in pieces
    )
    program = OpenProgram(
        rooftop_id=rooftop_id,
        program_code=head["program_code"],
        period_code=head["period_code"],
        period_start=head["period_start_date"],
        period_end=head["period_end_date"],
        oem_code=head["oem_code"],
        calendar_code=None,
        cap=_cap(head),
        elements=elements,
        paid_msrp_amount=msrp.get("paid_msrp_amount") or ZERO,
        today_paid_msrp_amount=msrp.get("today_paid_msrp_amount") or ZERO,
    )
    own = {
        segment: found
        for (segment, end), found in draws.items()
        if end == program.period_end and segment in program.segments
    }
    sizes = {len(found.remaining) for found in draws.values()}
    if not sizes:
        raise ScenarioError(
            f"'{rooftop_id}' has no forecast samples; run `stairstep run` with its history first"
        )
    size = min(sizes)
    return ProgramOutlook(
        program.program_code,
        head["program_name"],
        program.period_code,
        tuple(element_samples(element, own, size) for element in elements),
        program.cap,
        program_msrp_cents(program, own, size),
    )


def _moved(members: Rows, flag: str) -> dict[str, frozenset[ElementKey]]:
    found: dict[str, set[ElementKey]] = defaultdict(set)
    for row in members:
        if row[flag]:
            found[row["segment_code"]].add((row["program_code"], row["element_code"]))
    return {segment: frozenset(keys) for segment, keys in found.items()}
