"""A standing's explanation as rows: an element with its ladder, gates with every condition.

Here: the shapes that the command line and the app word alike, made of stored rows (a row is a
mapping of a mart's column names). Nothing is computed anew. The words are explanation_words.py;
reading the rows belongs to whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
COUNTS = {"reported": "is_counted", "pending": "is_pending", "official": "is_official"}


@dataclass(frozen=True)
class ExplainedElement:
    """One element: its rules, its standing and its ladder from the bottom."""

    rules: Row
    standing: Row
    ladder: tuple[Row, ...]

    @property
    def code(self) -> str:
        return str(self.standing["element_code"])

    @property
    def tiers(self) -> tuple[Row, ...]:
        """The first segment of each tier above the ground, lowest tier first."""
        first: dict[int, Row] = {}
        for segment in sorted(self.ladder, key=lambda row: (row["from_units"], row["tier_number"])):
            if segment["tier_number"] > 0:
                first.setdefault(segment["tier_number"], segment)
        return tuple(first[number] for number in sorted(first))

    @property
    def stood_on(self) -> Row | None:
        """The segment that holds the reported units; None without a ladder."""
        units = max(self.standing["reported_units"] or 0, 0)
        for segment in self.ladder:
            if segment["from_units"] <= units and (
                segment["to_units"] is None or units < segment["to_units"]
            ):
                return segment
        return None


@dataclass(frozen=True)
class ExplainedGate:
    """One gate of one element: met when every condition of any of its alternatives is."""

    element_code: str | None
    code: str
    name: str
    state: str
    effect: str | None
    alternatives: tuple[tuple[Row, ...], ...]

    @property
    def leaves(self) -> tuple[Row, ...]:
        return tuple(leaf for leaves in self.alternatives for leaf in leaves)


@dataclass(frozen=True)
class Difference:
    """A car that one of the three counts holds and another doesn't, with the reason."""

    unit: Row
    held_by: tuple[str, ...]
    missing_in: tuple[str, ...]
    reason: str


def difference_of(unit: Row, asked: Sequence[str] = tuple(COUNTS)) -> Difference | None:
    """The difference of one car among the counts asked for; None where they agree.

    A reported car isn't pending and the other way round: only the OEM's list can miss a reported
    one, while a pending one is missing among the reported.
    """
    held = tuple(name for name in asked if unit[COUNTS[name]])
    missing = []
    if "reported" not in held and held:
        missing.append("reported")
    if "official" in asked and "official" not in held and held:
        missing.append("official")
    if not missing:
        return None
    reason = unit["difference_reason"] or unit["reason_text"] or unit["reason_code"]
    return Difference(unit, held, tuple(missing), str(reason))


def gates_of_rows(leaves: Iterable[Row]) -> tuple[ExplainedGate, ...]:
    """Gates from their conditions, one row each; the order of the gates is that of the rows."""
    gates: dict[tuple[str | None, str], list[Row]] = {}
    for leaf in leaves:
        gates.setdefault((leaf["element_code"], leaf["gate_code"]), []).append(leaf)
    return tuple(
        ExplainedGate(
            element_code=element_code,
            code=code,
            name=str(leaves[0]["gate_name"] or code),
            state=str(leaves[0]["gate_state"]),
            effect=leaves[0]["effect"],
            alternatives=_alternatives(leaves),
        )
        for (element_code, code), leaves in gates.items()
    )


def _alternatives(leaves: Sequence[Row]) -> tuple[tuple[Row, ...], ...]:
    numbers = sorted({leaf["conjunct_number"] for leaf in leaves})
    return tuple(
        tuple(leaf for leaf in leaves if leaf["conjunct_number"] == number) for number in numbers
    )
