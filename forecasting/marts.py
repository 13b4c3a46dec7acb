"""What the forecast reads of programs: open periods with their ladders, facts and gates.

Belongs here: opening the warehouse read-only, and its queries on programs, as frozen values of
`programs`. Daily units go to `series`, simulating to forecasters, judging draws to `chances`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from forecasting.errors import ForecastError
from programs.gates import GateResult, GateState
from programs.ladder import Ladder, Segment
from programs.pay_lines import unit_lines
from programs.period_end import OpenElement, OpenProgram, Share
from programs.program_states import (
    PeriodInputs,
    element_rules,
    target_units,
    waived_tier_of,
)
from programs.rule_models import Element, RuleVersion
from programs.rulebook import Rulebook
from programs.score_samples import tier_ladders
from programs.standing import ElementFacts, ElementRules, ProgramCap

COMPILED_TABLES = (
    "rooftops", "programs", "elements", "deductions", "gates", "segment_memberships",
    "selling_days", "stackings", "stacking_members", "across_rules", "program_deductions",
)  # fmt: skip
ElementKey = tuple[str, str, str, str]  # rooftop, program, period, element
ProgramKey = tuple[str, str, str]
Version = tuple[str, int]  # program, version


def open_warehouse(warehouse_path: Path, compiled_dir: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection with the compiled rules as views of the schema `compiled`'s names.

    Raises ForecastError when the warehouse or a compiled table isn't there.
    """
    for path in (warehouse_path, *(compiled_dir / f"{name}.parquet" for name in COMPILED_TABLES)):
        if not path.exists():
            raise ForecastError(f"the forecast needs {path}; run the steps before it first")
    connection = duckdb.connect(":memory:")
    connection.execute(f"attach {_quoted(warehouse_path)} as warehouse (read_only)")
    for name in COMPILED_TABLES:
        source = _quoted(compiled_dir / f"{name}.parquet")
        connection.execute(f"create view {name} as select * from read_parquet({source})")
    return connection


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def as_rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[dict]:
    """A query's rows by name of column; decimals stay decimals."""
    return connection.execute(sql, list(values)).to_arrow_table().to_pylist()


def rules_by_version(rulebooks: Iterable[Rulebook]) -> dict[Version, RuleVersion]:
    """The rules of each version of each program."""
    return {
        (book.program_code, version.number): version.rules
        for book in rulebooks
        for version in book.versions
    }


def rules_of(rules: Mapping[Version, RuleVersion], program: str, version: int) -> RuleVersion:
    """One version's. Raises ForecastError where its rulebook isn't there."""
    found = rules.get((program, version))
    if found is None:
        raise ForecastError(
            f"the warehouse goes by version {version} of '{program}', which no rulebook has; run "
            "the steps before the forecast anew"
        )
    return found


def read_open_programs(
    connection: duckdb.DuckDBPyConnection,
    as_of_date: date,
    rules: Mapping[Version, RuleVersion],
) -> tuple[OpenProgram, ...]:
    """Every enrolled rooftop x program whose period holds the as-of date, in order of key. Rules
    are asked for where the marts' ladders don't say all: for tiers by score."""
    ladders = _read_ladders(connection)
    gates = _read_gates(connection)
    shares = _read_shares(connection)
    pending, msrp = _read_pending(connection), _read_program_msrp(connection)
    today, lines = _read_today(connection, as_of_date), _read_lines(connection, as_of_date)
    programs: dict[ProgramKey, list[OpenElement]] = defaultdict(list)
    heads: dict[ProgramKey, dict] = {}
    for row in as_rows(connection, _OPEN_ELEMENTS, as_of_date, as_of_date):
        program = (row["rooftop_id"], row["program_code"], row["period_code"])
        key = (*program, row["element_code"])
        owned = shares[row["program_code"], row["program_version"], row["element_code"]]
        owned = tuple(
            replace(share, today_units=today.get((*program, share.segment_code), 0))
            for share in owned
        )
        element = _element(row, ladders.get(key), gates[key], pending.get(key, {}), owned)
        if row["edge_unit"] == "score" or row["is_paid_by_line"]:
            stated = rules_of(rules, row["program_code"], row["program_version"])
            element = _ruled(element, stated, row, lines[key])
        programs[program].append(element)
        heads[program] = row
    return tuple(
        _program(heads[key], programs[key], msrp.get(key, {})) for key in sorted(programs)
    )


_OPEN_ELEMENTS = """
select
    standing.rooftop_id, standing.program_code, standing.program_version,
    standing.period_code, standing.element_code, standing.reported_units,
    standing.pending_units, standing.paid_units, standing.paid_msrp_amount,
    standing.open_recall_units, standing.tier_number, standing.tier_count,
    standing.standing_state,
    period.period_start_date, period.period_end_date,
    standing.objective_units, standing.base_units, standing.cap_base_units,
    elements.element_order, elements.counts_equal_pays, elements.is_volume,
    elements.edge_unit, elements.is_paid_by_line, elements.cap_amount,
    deductions.program_code is not null as has_open_recall_deduction,
    programs.oem_code, programs.calendar_code,
    programs.cap_amount as program_cap_amount, programs.cap_msrp_share
from warehouse.marts.fct_element_standing as standing
inner join warehouse.marts.fct_program_standing as period
    on standing.rooftop_id = period.rooftop_id
    and standing.program_code = period.program_code
    and standing.period_code = period.period_code
inner join elements
    on standing.program_code = elements.program_code
    and standing.program_version = elements.program_version
    and standing.element_code = elements.element_code
inner join programs
    on standing.program_code = programs.program_code
    and standing.program_version = programs.program_version
left join (
    select distinct program_code, program_version, element_code
    from deductions
    where kind = 'open_recall_share'
) as deductions
    on standing.program_code = deductions.program_code
    and standing.program_version = deductions.program_version
    and standing.element_code = deductions.element_code
where period.period_start_date <= ? and period.period_end_date >= ?
    and standing.standing_state <> 'not_enrolled'
order by
    standing.rooftop_id, standing.program_code, standing.period_code,
    elements.element_order, standing.element_code
"""


def _element(
    row: dict,
    ladder_segments: list[Segment] | None,
    gates: list[GateResult],
    pending: dict,
    shares: tuple[Share, ...],
) -> OpenElement:
    ladder = Ladder(tuple(ladder_segments), row["tier_count"] or 0) if ladder_segments else None
    return OpenElement(
        rules=ElementRules(
            program_code=row["program_code"],
            element_code=row["element_code"],
            element_order=row["element_order"],
            ladder=ladder if row["standing_state"] == "ok" else None,
            counts_equal_pays=row["counts_equal_pays"],
            is_volume=row["is_volume"],
            cap_amount=row["cap_amount"],
            has_open_recall_deduction=row["has_open_recall_deduction"],
        ),
        facts=ElementFacts(
            counted_units=(row["reported_units"] or 0) + (row["pending_units"] or 0),
            paid_units=(row["paid_units"] or 0) + pending.get("pending_paid_units", 0),
            paid_msrp_amount=(row["paid_msrp_amount"] or Decimal(0))
            + pending.get("pending_paid_msrp_amount", Decimal(0)),
            open_recall_units=row["open_recall_units"] or 0,
            gates=tuple(gates),
        ),
        shares=shares,
        pending_counted_units=row["pending_units"] or 0,
        pending_paid_units=pending.get("pending_paid_units", 0),
        pending_paid_msrp_amount=pending.get("pending_paid_msrp_amount", Decimal(0)),
    )


def _ruled(
    element: OpenElement, stated: RuleVersion, row: dict, lines: Sequence[dict]
) -> OpenElement:
    """With what the marts' ladders don't say: tiers by score, and pay unit by unit."""
    code = element.rules.element_code
    ruled = stated.element(code)
    base = row["cap_base_units"]
    if row["edge_unit"] == "score":
        element = replace(element, tier_ladders=tier_ladders(stated, ruled, base))
    if not row["is_paid_by_line"]:
        return element
    inputs = PeriodInputs(
        objectives={code: row["objective_units"]}, bases={code: row["base_units"]}
    )
    rules = element_rules(
        stated, ruled, element.rules.element_order, target_units(ruled, inputs),
        cap_base_units=base, fixed_tier=_fixed_tier(ruled, row),
    )  # fmt: skip
    ladder = rules.ladder if row["standing_state"] == "ok" else None
    return replace(
        element,
        rules=replace(element.rules, ladder=ladder),
        facts=replace(element.facts, lines=unit_lines(lines, with_pending=True)),
        reported_lines=unit_lines(lines, with_pending=False),
    )


def _fixed_tier(ruled: Element, row: dict) -> int | None:
    """The tier today where units don't decide it."""
    if ruled.against.target == "score":
        return row["tier_number"]
    return waived_tier_of(ruled, row["period_code"])


def _program(row: dict, elements: Iterable[OpenElement], msrp: dict) -> OpenProgram:
    return OpenProgram(
        rooftop_id=row["rooftop_id"],
        program_code=row["program_code"],
        period_code=row["period_code"],
        period_start=row["period_start_date"],
        period_end=row["period_end_date"],
        oem_code=row["oem_code"],
        calendar_code=row["calendar_code"],
        cap=ProgramCap(row["program_cap_amount"], row["cap_msrp_share"]),
        elements=tuple(elements),
        paid_msrp_amount=msrp.get("paid_msrp_amount", Decimal(0)),
        pending_paid_msrp_amount=msrp.get("pending_paid_msrp_amount", Decimal(0)),
        program_version=row["program_version"],
    )


def _read_ladders(connection: duckdb.DuckDBPyConnection) -> Mapping[ElementKey, list[Segment]]:
    found: dict[ElementKey, list[Segment]] = defaultdict(list)
    sql = """
        select * from warehouse.marts.fct_ladder_segment
        order by rooftop_id, program_code, period_code, element_code, segment_number
    """
    for row in as_rows(connection, sql):
        found[_key(row)].append(
            Segment(
                from_units=row["from_units"],
                to_units=row["to_units"],
                tier_number=row["tier_number"],
                fixed_amount=row["fixed_amount"],
                amount_per_unit=row["amount_per_unit"],
                paid_offset_units=row["paid_offset_units"],
                msrp_share=row["msrp_share"],
                edge_pct=row["edge_pct"],
                edge_exact=row["edge_exact"],
            )
        )
    return found


def _key(row: dict) -> ElementKey:
    return row["rooftop_id"], row["program_code"], row["period_code"], row["element_code"]


def _read_gates(connection: duckdb.DuckDBPyConnection) -> Mapping[ElementKey, list[GateResult]]:
    """Each gate's state today; how far it reduces stands in the compiled rules."""
    sql = """
        select distinct
            gate.rooftop_id, gate.program_code, gate.period_code, gate.element_code,
            gate.gate_code, gate.gate_state, gate.effect, rule.reduce_to_share
        from warehouse.marts.fct_gate as gate
        inner join warehouse.marts.fct_element_standing as standing
            on gate.rooftop_id = standing.rooftop_id
            and gate.program_code = standing.program_code
            and gate.period_code = standing.period_code
            and gate.element_code = standing.element_code
        left join (
            select distinct
                program_code, program_version, element_code, gate_code, reduce_to_share
            from gates
        ) as rule
            on gate.program_code = rule.program_code
            and standing.program_version = rule.program_version
            and gate.gate_code = rule.gate_code
            and (rule.element_code is null or rule.element_code = gate.element_code)
        order by all
    """
    found: dict[ElementKey, list[GateResult]] = defaultdict(list)
    for row in as_rows(connection, sql):
        state = GateState[row["gate_state"].upper()]
        found[_key(row)].append(
            GateResult(row["gate_code"], state, row["effect"], row["reduce_to_share"])
        )
    return found


def _read_shares(
    connection: duckdb.DuckDBPyConnection,
) -> Mapping[tuple[str, int, str], tuple[Share, ...]]:
    """The unit segments that an element counts or pays."""
    sql = """
        select program_code, program_version, element_code, segment_code, is_counted, is_paid,
            pay_group_code
        from segment_memberships
        where is_counted or is_paid
        order by all
    """
    found: dict[tuple[str, int, str], tuple[Share, ...]] = defaultdict(tuple)
    for row in as_rows(connection, sql):
        key = (row["program_code"], row["program_version"], row["element_code"])
        share = Share(
            row["segment_code"], row["is_counted"], row["is_paid"], row["pay_group_code"]
        )
        found[key] += (share,)
    return found


def _read_pending(connection: duckdb.DuckDBPyConnection) -> Mapping[ElementKey, dict]:
    """Pending units that would be paid, per element."""
    sql = """
        select
            unit.rooftop_id, unit.program_code, unit.period_code, member.element_code,
            count(*) as pending_paid_units,
            coalesce(sum(unit.msrp_amount), 0.00) as pending_paid_msrp_amount
        from warehouse.marts.fct_counted_unit as unit
        inner join segment_memberships as member
            on unit.segment_code = member.segment_code
            and unit.program_code = member.program_code
            and unit.program_version = member.program_version
        where unit.count_state = 'pending' and member.is_paid
        group by all
    """
    return {_key(row): row for row in as_rows(connection, sql)}


def _read_today(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> Mapping[tuple[str, str, str, str], int]:
    """The as-of date's own units, by rooftop, program, period and segment."""
    sql = """
        select rooftop_id, program_code, period_code, segment_code, count(*) as units
        from warehouse.marts.fct_counted_unit
        where count_state in ('pending', 'reported') and counting_date = ?
        group by all
    """
    return {
        (row["rooftop_id"], row["program_code"], row["period_code"], row["segment_code"]):
        row["units"]
        for row in as_rows(connection, sql, as_of_date)
    }  # fmt: skip


def _read_lines(
    connection: duckdb.DuckDBPyConnection, as_of_date: date
) -> Mapping[ElementKey, list[dict]]:
    """The units of elements that pay unit by unit, as they stand."""
    sql = """
        select line.*
        from warehouse.intermediate.int_element_lines as line
        inner join warehouse.marts.fct_program_standing as period
            using (rooftop_id, program_code, period_code)
        where ? between period.period_start_date and period.period_end_date
            and line.line_date <= ? and (line.until_date is null or line.until_date > ?)
    """
    found: dict[ElementKey, list[dict]] = defaultdict(list)
    for row in as_rows(connection, sql, as_of_date, as_of_date, as_of_date):
        found[_key(row)].append(row)
    return found


def _read_program_msrp(connection: duckdb.DuckDBPyConnection) -> Mapping[ProgramKey, dict]:
    """MSRP of the units that any element of a program pays, each once, less what was taken back; a
    cap is a share of it."""
    sql = """
        select
            rooftop_id, program_code, period_code, pending_paid_msrp_amount,
            paid_msrp_amount + pending_paid_msrp_amount as paid_msrp_amount
        from warehouse.intermediate.int_program_paid_msrp
    """
    return {
        (row["rooftop_id"], row["program_code"], row["period_code"]): row
        for row in as_rows(connection, sql)
    }
