"""One program's published rows as its state and its joint samples.

Here: rules, facts and gates of rows, put together as the forecast puts them together. Not here:
reading the rows (reading.py), the arithmetic (programs/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from programs.gates import GateResult, GateState, Leaf
from programs.ladder import ladder_from_rows
from programs.money import ZERO, cents_half_up
from programs.period_end import (
    OpenElement,
    OpenProgram,
    Share,
    element_samples,
    program_msrp_cents,
)
from programs.plan import ProgramOutlook
from programs.samples import ElementSamples
from programs.scenario import ElementState, ProgramState
from programs.standing import ElementFacts, ElementRules, ProgramCap
from scenarios.inputs import Pending, Score

Row = dict[str, Any]
Rows = list[Row]


class Element:
    """One element's rows as its rules, facts and scores."""

    def __init__(
        self, row: dict, ladder: Rows | None, gates: Sequence[dict], today: Mapping[str, Any]
    ) -> None:
        self.row, self.today = row, today
        is_known = row["standing_state"] == "ok"
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
        self.pending = Pending(
            row["pending_units"] or 0,
            today.get("pending_paid_units", 0),
            cents_half_up(today.get("pending_paid_msrp_amount", ZERO)),
        )

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


def state_of(head: dict, pieces: Sequence[Element], msrp: Mapping[str, Any]) -> ProgramState:
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


def outlook_of(
    rooftop_id: str,
    head: dict,
    pieces: Sequence[Element],
    msrp: Mapping[str, Any],
    members: Rows,
    draws: Mapping[tuple[str, date], Any],
    gate_draws: Mapping[tuple[str, str], np.ndarray],
) -> ProgramOutlook:
    """The program's samples, put together as the forecast puts them together; `gate_draws` has the
    state of each (element, gate) in every draw."""
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
    size = min(len(found.remaining) for found in draws.values())
    return ProgramOutlook(
        program.program_code,
        head["program_name"],
        program.period_code,
        tuple(
            _with_drawn_gates(element_samples(element, own, size), gate_draws)
            for element in elements
        ),
        program.cap,
        program_msrp_cents(program, own, size),
    )


def _with_drawn_gates(
    samples: ElementSamples, gate_draws: Mapping[tuple[str, str], np.ndarray]
) -> ElementSamples:
    """The samples with each gate as it was drawn; as it stands today where it was not."""
    code, size = samples.rules.element_code, len(samples.counted_units)
    if not any((code, gate.gate_code) in gate_draws for gate in samples.gates):
        return samples
    states = tuple(
        gate_draws.get((code, gate.gate_code), np.full(size, int(gate.state)))[:size]
        for gate in samples.gates
    )
    return replace(samples, gate_states=states)
