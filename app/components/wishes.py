"""What the manager sets for a plan: limits, costs, gates, and the most of each line.

Belongs here: the widgets and the wishes they make. What wishes mean is scenarios/moves.py.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from app.components.states import banner
from programs.money import dollars
from programs.plan import unmet
from scenarios.costs import CostRule
from scenarios.moves import PlannedLine, Question, Wishes

GROSS, OWN = "From our own deals", "As I say"
LINES = pa.schema(
    [
        ("Line", pa.string()),
        ("To sell", pa.int64()),
        ("At most", pa.int64()),
        ("First costs", pa.int64()),
        ("Each further one", pa.int64()),
        ("Where from", pa.string()),
    ]
)


def rooftop_wishes(question: Question) -> Wishes | None:
    """The wishes for one rooftop; None where what is set can't be."""
    rooftop = question.inputs.rooftop_id
    with st.grid("auto", min_column_width=190):
        units = st.number_input(
            "Most cars to sell besides", min_value=0, max_value=999,
            value=question.limits.extra_units, step=1, key=f"units-{rooftop}",
            help="Without a wish of yours: one a selling day left.",
        )  # fmt: skip
        budget = st.number_input(
            "Budget, in dollars", min_value=0, value=None, step=500, key=f"budget-{rooftop}",
            placeholder="no limit",
        )  # fmt: skip
        rules = _costs(rooftop)
    gates = _gates(question)
    lines = _lines(question, rooftop)
    if lines is None:
        return None
    return Wishes(
        budget_cents=None if budget is None else int(budget) * 100,
        extra_units=units,
        rules=(*rules, *lines),
        gate_costs_cents=gates,
    )


def group_wishes() -> tuple[Wishes, int]:
    """The wishes that hold for each rooftop, and what moving one car costs, in cents."""
    with st.grid("auto", min_column_width=190):
        units = st.number_input(
            "Most cars to sell besides, each", min_value=0, max_value=999, value=None, step=1,
            key="units-group", placeholder="one a selling day",
        )  # fmt: skip
        budget = st.number_input(
            "Budget of each, in dollars", min_value=0, value=None, step=500, key="budget-group",
            placeholder="no limit",
        )  # fmt: skip
        rules = _costs("group")
        moving = st.number_input(
            "Moving one car costs, in dollars", min_value=0, value=250, step=50, key="moving"
        )
    cents = None if budget is None else int(budget) * 100
    return Wishes(cents, units, tuple(rules)), int(moving) * 100


def _costs(place: str) -> list[CostRule]:
    source = st.selectbox(
        "What an extra car costs", [GROSS, OWN], key=f"costs-{place}",
        help="From our own deals: beside the median deal of late, down to the thinnest when twice "
        "as many as usual are sold.",
    )  # fmt: skip
    if source == GROSS:
        return []
    first = st.number_input(
        "The first costs, in dollars", min_value=0, value=500, step=50, key=f"first-{place}"
    )
    step = st.number_input(
        "Each further one of its line, more", min_value=0, value=25, step=5, key=f"step-{place}"
    )
    return [CostRule({}, int(first) * 100, int(step) * 100)]


def _gates(question: Question) -> dict[str, int]:
    """Gates that aren't met, each at what meeting it would cost; without a cost it isn't tried."""
    names = sorted({gate for _, gate in unmet(question.outlooks)})
    if not names:
        return {}
    costs = {}
    with st.expander("Gates that could be met", icon=":material/verified:"):
        st.caption("Give what it would take, and the plan weighs it. An empty one is left as is.")
        for name in names:
            cost = st.number_input(
                f"Meeting {name} costs, in dollars", min_value=0, value=None, step=100,
                key=f"gate-{question.inputs.rooftop_id}-{name}", placeholder="not tried", width=340,
            )  # fmt: skip
            if cost is not None:
                costs[name] = int(cost) * 100
    return costs


def _lines(question: Question, rooftop: str) -> list[CostRule] | None:
    """Limits and costs of single lines; the whole table is the plan's input, open to be read."""
    with st.expander("Each line: how many there are, and at which cost", icon=":material/tune:"):
        st.caption(
            "To sell: on the ground and arriving in time, less what the forecast sells anyway. "
            "Fill in what should be otherwise: the most to sell, the first one's cost, how much "
            "more each further one costs."
        )
        edited = st.data_editor(
            pa.Table.from_pylist([_line_row(line) for line in question.lines], schema=LINES),
            hide_index=True, width="stretch", key=f"lines-{rooftop}", placeholder="as is",
            disabled=["Line", "To sell", "Where from"],
            column_config={
                "At most": st.column_config.NumberColumn(min_value=0, step=1),
                "First costs": st.column_config.NumberColumn(min_value=0, format="$%d"),
                "Each further one": st.column_config.NumberColumn(min_value=0, format="$%d"),
            },
        )  # fmt: skip
    rules = []
    for line, row in zip(question.lines, edited.to_pylist(), strict=True):
        most, first, step = row["At most"], row["First costs"], row["Each further one"]
        if step is not None and first is None:
            banner("warning", f"{line.move.label}:", "say what the first one costs, too.", "wishes")
            return None
        if most is not None or first is not None:
            rules.append(_rule(line, most, first, step))
    return rules


def _rule(line: PlannedLine, most: int | None, first: int | None, step: int | None) -> CostRule:
    make, model, stock_type, segment = line.key
    return CostRule(
        {"make": make, "model": model, "stock_type": stock_type, "segment_code": segment},
        None if first is None else first * 100,
        (step or 0) * 100,
        most,
    )


def _line_row(line: PlannedLine) -> dict[str, Any]:
    ends = [f"${dollars(cents):,.0f}" for cents in line.move.unit_costs_cents]
    shown = f"{' to '.join(dict.fromkeys((ends[0], ends[-1])))}; " if ends else ""
    return {
        "Line": line.move.label,
        "To sell": line.most_units,
        "At most": None,
        "First costs": None,
        "Each further one": None,
        "Where from": f"{shown}{line.costs.source}",
    }
