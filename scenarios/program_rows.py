"""One program's published rows as what a plan asks about them.

Here: what is pending of an element, and its gates' conditions. Not here: reading the rows
(reading.py), how a program stands and may end (facts.py), the arithmetic (programs/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from programs.gates import GateState, Leaf
from programs.money import ZERO, cents_half_up
from scenarios.inputs import Pending, Score

Row = dict[str, Any]
Rows = list[Row]


class Element:
    """One element's rows as its scores and what is pending of it."""

    def __init__(self, row: dict, gates: Sequence[dict], pending: Mapping[str, Any]) -> None:
        self.scores = tuple(_score(gate) for gate in gates)
        self.pending = Pending(
            row["pending_units"] or 0,
            pending.get("pending_paid_units", 0),
            cents_half_up(pending.get("pending_paid_msrp_amount", ZERO)),
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
