"""The What next page of a group in which a dealer trade pays: both sides of it, as planned.

Here: a small publication made of one store of the sample's run and its like, each one car short of
an edge with only cars that the other one needs. Not here: which trades pay
(tests/unit/scenarios/test_exchanges.py).
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app.components.plan_parts import cents
from orchestration.home import Home
from orchestration.publish import current_file
from scenarios.group_plans import group_plan
from scenarios.moves import Wishes
from scenarios.reading import read_group

pytestmark = pytest.mark.pipeline
PAGE = Path(__file__).resolve().parents[2] / "app" / "screens" / "what_next.py"
STORE, OTHER, OTHER_NAME = "riverbend-volkswagen", "lakeshore-volkswagen", "Lakeshore Volkswagen"
NEEDS = {STORE: ("certified", "new"), OTHER: ("new", "certified")}
HASH = "two-stores"
MOVING_CENTS = 250_00  # as the page asks at first
OPEN = """
    (rooftop_id, program_code, period_code) in (
        select (rooftop_id, program_code, period_code) from fct_program_standing where is_open
    )
"""


def two_stores(file: Path) -> None:
    """Leaves one store and its like, nothing more to come at either. Each lacks the cars of the
    element whose edge is one car away; its other objective is out of reach."""
    with duckdb.connect(str(file)) as connection:
        execute = connection.execute
        tables = execute(
            "select table_name from information_schema.columns where column_name = 'rooftop_id'"
        ).fetchall()
        for (table,) in tables:
            execute(f'delete from "{table}" where rooftop_id is distinct from ?', [STORE])
            execute(
                f'insert into "{table}" select * replace (? as rooftop_id) from "{table}"', [OTHER]
            )
        execute("update meta set content_hash = ?", [HASH])
        execute("update dim_rooftop set rooftop_name = ? where rooftop_id = ?", [OTHER_NAME, OTHER])
        execute("""
            update fct_forecast_sample
            set remaining_units = list_transform(remaining_units, lambda units: 0::smallint)
        """)
        for rooftop, (lacks, has) in NEEDS.items():
            execute(
                "delete from fct_inventory where rooftop_id = ? and stock_type = ?",
                [rooftop, lacks],
            )
            for element, units in ((lacks, "reported_units + pending_units + 1"), (has, "1000")):
                execute(
                    f"update fct_element_standing set objective_units = {units} "
                    f"where rooftop_id = ? and element_code = ? and {OPEN}",
                    [rooftop, element],
                )


def test_a_trade_that_pays_is_shown_with_both_sides(
    sample_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(sample_copy)
    file = current_file(home)
    two_stores(file)
    # What was read is kept by content, for other tests of this process too.
    pointer = json.loads(home.pointer.read_text()) | {"content_hash": HASH}
    home.pointer.write_text(json.dumps(pointer))
    inputs, _ = read_group(file)
    (trade,) = group_plan(inputs, Wishes(), MOVING_CENTS).trades
    assert (trade.first_id, trade.second_id) == (OTHER, STORE)
    monkeypatch.setenv("STAIRSTEP_HOME", str(sample_copy))
    test = AppTest.from_file(str(PAGE), default_timeout=120)
    test.query_params["rooftop"] = "all"
    (shown,) = trades_shown(test.run())
    one, two = trade.first_gives, trade.second_gives
    assert f"1 {one} from {OTHER_NAME} for 1 {two} from Riverbend" in shown
    for gains in (trade.first_gains_cents, trade.second_gains_cents, trade.net_cents):
        assert cents(gains) in shown
    assert f"moving both costs {cents(2 * MOVING_CENTS)}" in shown
    dear = min(trade.first_gains_cents, trade.second_gains_cents) // 100 + 1
    test.number_input(key="moving").set_value(int(dear)).run()
    assert trades_shown(test) == []


def trades_shown(test: AppTest) -> list[str]:
    assert not test.exception
    blocks = [str(one.proto.body) for one in test.get("html")]
    return [block for block in blocks if 'data-testid="trades"' in block]
