"""SQL and Python hold the same arithmetic: generated programs, every amount compared to the cent.

Here: ladders of every shape, targets, caps, gates, deductions and program caps, evaluated by the
models and by `programs.standing` from the same generated rules. Not here: the bulletins' figures
(test_dbt_worked_figures.py).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from orchestration.dbt_build import DbtError
from programs.compiled import table
from programs.gates import GateResult, GateState
from programs.ladder import LadderRules, TierRule, build_ladder
from programs.standing import (
    ElementFacts,
    ElementRules,
    ElementStanding,
    ProgramCap,
    evaluate_program,
)
from tests.integration.dbt_fixture import SmallHome, Store, Tables, Warehouse, rulebook

SEED, PROGRAMS, ELEMENTS = 20250815, 60, 4
STORES = ("small", "middle", "large")
UNITS = {"small": 2, "middle": 14, "large": 47}  # most units of one model; some have none
MODELS = tuple(f"M{number}" for number in range(6))
BASE_DAY, SALE_DAY, PERIOD = "2024-06-12", "2025-06-12", "2025-06"
SCORE = {"small": Decimal("88.5"), "middle": Decimal("91"), "large": Decimal("96")}
AMOUNTS = (
    "amount_before_gates",
    "amount_forfeited",
    "amount_deducted",
    "amount_capped",
    "amount_held",
    "amount_earned",
)
NEXT_TIER = (
    "next_tier_number",
    "next_tier_units",
    "units_to_next_tier",
    "next_tier_amount",
    "worth_of_next_tier_amount",
)


@dataclass(frozen=True)
class Sold:
    """What one store sold of each model, this year and last."""

    units: Counter[str]
    base: Counter[str]
    msrp: dict[str, Decimal]
    recalled: Counter[str]


@dataclass(frozen=True)
class Gate:
    """A gate on the store's score: `threshold` None asks for a metric that no feed has."""

    code: str
    threshold: Decimal | None
    effect: str
    share: Decimal | None

    def result(self, store: str) -> GateResult:
        if self.threshold is None:
            state = GateState.UNKNOWN
        else:
            state = GateState.MET if SCORE[store] >= self.threshold else GateState.NOT_MET
        return GateResult(self.code, state, self.effect, self.share)


@dataclass(frozen=True)
class Element:
    """A generated element: its rules, and which models it counts and pays."""

    code: str
    order: int
    target: str
    rules: LadderRules
    counted: frozenset[str]
    paid: frozenset[str]
    cap_amount: Decimal | None
    has_deduction: bool
    gates: tuple[Gate, ...]
    objectives: dict[str, int | None] = field(hash=False)


@dataclass(frozen=True)
class Program:
    """A generated program."""

    code: str
    cap_amount: Decimal | None
    cap_msrp_share: Decimal | None
    elements: tuple[Element, ...]


def generate(dice: random.Random, number: int) -> Program:
    has_cap = dice.random() < 0.5
    return Program(
        code=f"p{number:02d}",
        cap_amount=_money(dice, 200, 60_000) if has_cap else None,
        cap_msrp_share=_share(dice, 0.03) if has_cap and dice.random() < 0.5 else None,
        elements=tuple(_element(dice, order) for order in range(1, ELEMENTS + 1)),
    )


def _element(dice: random.Random, order: int) -> Element:
    target = dice.choice(["objective", "objective", "growth", "units", "none"])
    shape = dice.choice(["retroactive", "marginal"])
    counted = frozenset(dice.sample(MODELS, dice.randint(1, 5)))
    is_same = dice.random() < 0.6
    edge_unit = {"objective": "pct", "growth": "pct", "units": "units", "none": "none"}[target]
    return Element(
        code=f"e{order}",
        order=order,
        target=target,
        rules=_rules(dice, shape, edge_unit, has_cap=dice.random() < 0.4),
        counted=counted,
        paid=counted if is_same else frozenset(dice.sample(MODELS, dice.randint(1, 5))),
        cap_amount=_money(dice, 100, 30_000) if dice.random() < 0.3 else None,
        has_deduction=dice.random() < 0.3,
        gates=tuple(_gate(dice, index) for index in range(dice.choice([0, 0, 0, 1, 2]))),
        objectives={store: _objective(dice, UNITS[store]) for store in STORES},
    )


def _rules(dice: random.Random, shape: str, edge_unit: str, *, has_cap: bool) -> LadderRules:
    top = 30_000 if edge_unit == "pct" else 12_000  # 300 %, or 120 units, in hundredths
    edges = sorted(dice.sample(range(0, top, 5), dice.randint(1, 5)))
    tiers = [
        TierRule(
            tier_number=number,
            from_edge=Decimal(edge).scaleb(-2),
            amount_per_unit=_money(dice, 0, 3_000),
            amount_flat=_money(dice, 0, 9_000) if shape == "retroactive" else Decimal(0),
            msrp_share=_share(dice, 0.04) if shape == "retroactive" else Decimal(0),
        )
        for number, edge in enumerate(edges, 1)
    ]
    is_share = has_cap and dice.random() < 0.5
    return LadderRules(
        tiers=tuple(tiers),
        edge_unit=edge_unit,
        edge_rounding=dice.choice(["up", "down", "nearest"]),
        shape=shape,
        choice=dice.choice(["highest", "added"]),
        cap_units=dice.randint(1, 60) if has_cap and not is_share else None,
        cap_base_share=_share(dice, 0.9) if is_share else None,
        cap_base_rounding=dice.choice(["up", "down", "nearest"]) if is_share else None,
        cap_base_minimum_units=dice.randint(0, 3) if is_share else 0,
    )


def _gate(dice: random.Random, index: int) -> Gate:
    effect = dice.choice(["forfeit", "reduce", "waive"])
    return Gate(
        code=f"g{index}",
        threshold=dice.choice([Decimal("88.5"), Decimal("91.001"), Decimal("96"), None]),
        effect=effect,
        share=_share(dice, 1) if effect == "reduce" else None,
    )


def _objective(dice: random.Random, most: int) -> int | None:
    return dice.choice([None, 0, 1, dice.randint(1, most * 3), dice.randint(1, most * 3)])


def _money(dice: random.Random, low: int, high: int) -> Decimal:
    return Decimal(dice.randint(low * 100, high * 100)).scaleb(-2)


def _share(dice: random.Random, most: float) -> Decimal:
    return Decimal(dice.randint(1, int(most * 1_000_000))).scaleb(-6)


def compiled_with(programs: list[Program], tables: Tables) -> Tables:
    """The compiled tables of the one real rulebook, with the generated programs in its place."""
    changed = dict(tables)
    for name in ("programs", "program_makes", "program_periods", "enrolments"):
        if name in tables:
            changed[name] = _for_each(tables[name], programs)
    if "elements" in tables:
        changed |= {
            "elements": table("elements", _element_rows(programs)),
            "element_tiers": table("element_tiers", _tier_rows(programs)),
            "gates": table("gates", _gate_rows(programs)),
            "deductions": table("deductions", _deduction_rows(programs)),
        }
    return changed


def _for_each(found: pa.Table, programs: list[Program]) -> pa.Table:
    rows = []
    for program in programs:
        caps = {"cap_amount": program.cap_amount, "cap_msrp_share": program.cap_msrp_share}
        own = caps if "cap_amount" in found.column_names else {}
        rows += [row | own | {"program_code": program.code} for row in found.to_pylist()]
    return pa.Table.from_pylist(rows, schema=found.schema)


def _elements(programs: list[Program]) -> Iterator[tuple[dict[str, Any], Element]]:
    for program in programs:
        for element in program.elements:
            key = {"program_code": program.code, "program_version": 1}
            yield key | {"element_code": element.code}, element


def _element_rows(programs: list[Program]) -> Iterator[dict[str, Any]]:
    for key, element in _elements(programs):
        rules = element.rules
        yield key | {
            "element_name": element.code,
            "element_order": element.order,
            "target_kind": element.target,
            "edge_unit": rules.edge_unit,
            "edge_rounding": rules.edge_rounding,
            "tier_shape": rules.shape,
            "tier_choice": rules.choice,
            "cap_units": rules.cap_units,
            "cap_base_share": rules.cap_base_share,
            "cap_base_rounding": rules.cap_base_rounding,
            "cap_base_minimum_units": rules.cap_base_minimum_units,
            "cap_amount": element.cap_amount,
            "counts_equal_pays": element.counted == element.paid,
            "is_volume": True,
        }


def _tier_rows(programs: list[Program]) -> Iterator[dict[str, Any]]:
    for key, element in _elements(programs):
        for tier in element.rules.tiers:
            yield key | vars(tier) | {"to_edge": None}


def _gate_rows(programs: list[Program]) -> Iterator[dict[str, Any]]:
    for key, element in _elements(programs):
        for gate in element.gates:
            yield key | {
                "gate_code": gate.code,
                "gate_name": gate.code,
                "conjunct_number": 1,
                "leaf_number": 1,
                "metric_code": "csi" if gate.threshold is not None else "unheard-of",
                "metric_source": "csi_score",
                "comparison": ">=",
                "threshold_kind": "fixed",
                "threshold_value": gate.threshold or Decimal(90),
                "effect": gate.effect,
                "reduce_to_share": gate.share,
            }


def _deduction_rows(programs: list[Program]) -> Iterator[dict[str, Any]]:
    for key, element in _elements(programs):
        if element.has_deduction:
            yield key | {"deduction_code": "recalls", "kind": "open_recall_share"}


def memberships_with(programs: list[Program], tables: Tables, models: dict[str, str]) -> Tables:
    """Memberships of the generated elements, by the model of each class."""
    rows = []
    for key, element in _elements(programs):
        for class_id, model in models.items():
            is_counted, is_paid = model in element.counted, model in element.paid
            rows.append(
                key
                | {
                    "unit_class_id": class_id,
                    "is_counted": is_counted,
                    "is_paid": is_paid,
                    "reason_code": "counted" if is_counted else "wrong_model",
                    "pay_reason_code": "paid" if is_paid else "wrong_model",
                }
            )
    return tables | {"memberships": table("memberships", rows)}


@dataclass(frozen=True)
class Generated:
    warehouse: Warehouse
    programs: list[Program]
    sold: dict[str, Sold]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    dice = random.Random(SEED)
    programs = [generate(dice, number) for number in range(PROGRAMS)]
    stores = [Store(name, "Nissan", "nissan", name.upper()) for name in STORES]
    home = SmallHome(tmp_path_factory.mktemp("ladders"), stores, [rulebook("nissan-one")])
    sold = {store: _sell(home, dice, store) for store in STORES}
    _objectives(home, programs)
    for store in STORES:
        score = {"dealer_code": store.upper(), "make": "Nissan", "metric_code": "csi"}
        on = {"score_date": date(2025, 6, 30), "score": SCORE[store]}
        home.land("csi/scores", [score | on])

    def compiled(tables: Tables) -> Tables:
        if "memberships" not in tables:
            return compiled_with(programs, tables)
        sql = "from intermediate.int_unit_classes"
        classes = _rows_of(home, sql)
        models = {row["unit_class_id"]: row["model"] for row in classes}
        return memberships_with(programs, tables, models)

    return Generated(home.build("2025-07-20T07:00:00", compiled=compiled), programs, sold)


def _rows_of(home: SmallHome, sql: str) -> list[dict[str, Any]]:
    import duckdb

    with duckdb.connect(str(home.home.warehouse_file), read_only=True) as connection:
        return connection.execute(sql).to_arrow_table().to_pylist()


def _sell(home: SmallHome, dice: random.Random, store: str) -> Sold:
    units, base, recalled = Counter(), Counter(), Counter()
    msrp: dict[str, Decimal] = defaultdict(Decimal)
    home.sell(store, 1, "2024-01-02", model="before-any-base")
    for model in MODELS:
        for day, counts in ((BASE_DAY, base), (SALE_DAY, units)):
            counts[model] = dice.randint(0, UNITS[store])
            price = _money(dice, 20_000, 60_000)
            vins = home.sell(store, counts[model], day, model=model, msrp_amount=price)
            if day == SALE_DAY:
                msrp[model] = price * counts[model]
                recalled[model] = dice.randint(0, min(2, len(vins)))
                _recall(home, vins[: recalled[model]])
    return Sold(units, base, dict(msrp), recalled)


def _recall(home: SmallHome, vins: list[str]) -> None:
    opened = {"oem_code": "nissan", "campaign_code": "R", "opened_date": date(2025, 6, 12)}
    home.land("portal/recalls", [opened | {"vin": vin} for vin in vins])


def _objectives(home: SmallHome, programs: list[Program]) -> None:
    rows = [
        {
            "oem_code": "nissan",
            "dealer_code": store.upper(),
            "program_code": key["program_code"],
            "element_code": key["element_code"],
            "period_code": PERIOD,
            "objective_units": units,
            "announced_date": date(2025, 5, 30),
        }
        for key, element in _elements(programs)
        for store, units in element.objectives.items()
        if element.target == "objective" and units is not None
    ]
    home.land("portal/objectives", rows)


def in_python(program: Program, store: str, sold: Sold) -> dict[str, ElementStanding]:
    """The program's standing by programs.standing, from the same rules and units."""
    paid_models = frozenset().union(*(element.paid for element in program.elements))
    standing = evaluate_program(
        program.code,
        [(_python_rules(program, element, store, sold), _facts(element, store, sold))
         for element in program.elements],
        ProgramCap(program.cap_amount, program.cap_msrp_share),
        sum((sold.msrp[model] for model in paid_models), Decimal(0)),
    )  # fmt: skip
    return {element.element_code: element for element in standing.elements}


def _target(element: Element, store: str, sold: Sold) -> int | None:
    if element.target == "growth":
        return sum(sold.base[model] for model in element.counted)
    return element.objectives[store] if element.target == "objective" else None


def _python_rules(program: Program, element: Element, store: str, sold: Sold) -> ElementRules:
    return ElementRules(
        program_code=program.code,
        element_code=element.code,
        element_order=element.order,
        ladder=build_ladder(element.rules, _target(element, store, sold)),
        counts_equal_pays=element.counted == element.paid,
        cap_amount=element.cap_amount,
        has_open_recall_deduction=element.has_deduction,
    )


def _facts(element: Element, store: str, sold: Sold) -> ElementFacts:
    return ElementFacts(
        counted_units=sum(sold.units[model] for model in element.counted),
        paid_units=sum(sold.units[model] for model in element.paid),
        paid_msrp_amount=sum((sold.msrp[model] for model in element.paid), Decimal(0)),
        open_recall_units=sum(sold.recalled[model] for model in element.counted),
        gates=tuple(gate.result(store) for gate in element.gates),
    )


@pytest.mark.parametrize("store", STORES)
def test_every_amount_is_the_same_to_the_cent(generated: Generated, store: str):
    sql = "from fct_element_standing where rooftop_id = ? and period_code = ?"
    rows = {
        (row["program_code"], row["element_code"]): row
        for row in generated.warehouse.rows(sql, store, PERIOD)
    }
    assert len(rows) == PROGRAMS * ELEMENTS
    paying = 0
    for program in generated.programs:
        for code, expected in in_python(program, store, generated.sold[store]).items():
            row = rows[program.code, code]
            names = (*AMOUNTS, *NEXT_TIER, "tier_number", "tier_count", "standing_state")
            found = {name: row[name] for name in names}
            assert found == {name: getattr(expected, name) for name in names}, (program, code)
            assert row["reported_units"] == expected.counted_units
            paying += expected.amount_earned > 0
    assert paying > PROGRAMS / 2  # the dice made programs that pay


@pytest.mark.parametrize("store", STORES)
def test_every_ladder_is_the_same_segment_by_segment(generated: Generated, store: str):
    sql = "from fct_ladder_segment where rooftop_id = ? and period_code = ? order by segment_number"
    found = defaultdict(list)
    for row in generated.warehouse.rows(sql, store, PERIOD):
        found[row["program_code"], row["element_code"]].append(row)
    for program in generated.programs:
        for element in program.elements:
            target = _target(element, store, generated.sold[store])
            ladder = build_ladder(element.rules, target)
            expected = [] if ladder is None else [vars(segment) for segment in ladder.segments]
            rows = found[program.code, element.code]
            assert [
                {name: row[name] for name in segment}
                for row, segment in zip(rows, expected, strict=True)
            ] == [_as_stored(segment) for segment in expected], (program.code, element)


def _as_stored(segment: dict[str, Any]) -> dict[str, Any]:
    """A segment as the mart holds it: the exact edge to six decimals, for show."""
    exact = segment["edge_exact"]
    shown = None if exact is None else Decimal(exact).quantize(Decimal("0.000001"), "ROUND_HALF_UP")
    return segment | {"edge_exact": shown}


def test_amounts_add_up_everywhere(generated: Generated):
    parts = " + ".join(name for name in AMOUNTS if name != "amount_before_gates")
    for table_name in ("fct_element_standing", "fct_program_standing"):
        sql = f"from {table_name} where {parts} <> amount_before_gates"
        assert generated.warehouse.rows(sql) == []


def test_a_rule_that_sql_would_leave_out_stops_the_build_by_name(tmp_path: Path):
    home = SmallHome(tmp_path, [Store("north", "Nissan", "nissan", "N1")], [rulebook("nissan-one")])
    home.sell("north", 1, "2025-06-12")

    def by_line(tables: Tables) -> Tables:
        if "elements" not in tables:
            return tables
        rows = [row | {"is_paid_by_line": True} for row in tables["elements"].to_pylist()]
        return tables | {"elements": table("elements", rows)}

    with pytest.raises(DbtError, match="rules_are_within_what_sql_computes fail"):
        home.build("2025-07-20T07:00:00", compiled=by_line)
