"""The language of a rulebook: a program and its elements, as a writer states them in YAML.

Here: the whole of a rulebook, made of its parts (rule_units.py, rule_tiers.py, rule_gates.py,
rule_across.py, rule_examples.py), and what one field alone can get wrong.
Not here: faults across fields (rule_checks.py); reading text, revisions (rulebook.py); what a
rule means once units are sold (filters.py, ladder.py, gates.py, standing.py, settlement.py).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from programs.documents import StrictModel
from programs.group import Code
from programs.rule_across import AcrossRule, ProgramDeduction, RecallShare, StackingRule
from programs.rule_examples import Example
from programs.rule_gates import Gate
from programs.rule_tiers import ElementCaps, ProgramCaps, StatedAgainst, Tiers
from programs.rule_units import Basis, Deadlines, PayGroup, Source, UnitFilter, When, Who
from programs.rule_values import ALL_UNITS, STATED, WORD, Date, word_or_stated


def _counts(value: Any) -> Any:
    return None if value == "nothing" else value


class Element(StrictModel):
    """One part of a program with its own ladder. Elements of a program add up.

    pays: `same` as what counts, a filter of its own, or `nothing` (it only counts, for a gate or
    for a tier to look at).
    """

    element: Code
    name: str
    counts: Annotated[
        UnitFilter | None,
        BeforeValidator(_counts, json_schema_input_type=Literal["nothing"] | UnitFilter),
    ]
    pays: Annotated[
        Annotated[Literal["same", "nothing"], Tag(WORD)] | Annotated[UnitFilter, Tag(STATED)],
        Discriminator(word_or_stated),
    ]
    pay_groups: tuple[PayGroup, ...] = ()
    against: StatedAgainst
    tiers: Tiers
    caps: ElementCaps = ElementCaps()
    gates: tuple[Gate, ...] = ()
    deductions: tuple[RecallShare, ...] = ()

    @property
    def counts_equal_pays(self) -> bool:
        """Whether every counted unit is paid and the other way round."""
        return self.counts is not None and self.pays in ("same", self.counts)

    @property
    def is_volume(self) -> bool:
        """Whether units move it (a CSI-only element has no volume to chase)."""
        return self.counts is not None and self.against.target not in ("nothing", "score")

    @property
    def group_codes(self) -> tuple[str, ...]:
        """The pay groups in order; one, `all`, where none is stated."""
        return tuple(group.group for group in self.pay_groups) or (ALL_UNITS,)


class RuleVersion(StrictModel):
    """A whole program as it stands from one announcement on."""

    program: Code
    name: str
    oem: Code
    summary: str
    pays_money: bool = True
    announced: Date
    effective: Date
    ends: Date | None = None
    source: Source
    who: Who
    when: When
    basis: Basis = Basis()
    deadlines: Deadlines = Deadlines()
    elements: tuple[Element, ...] = Field(min_length=1)
    gates: tuple[Gate, ...] = ()
    deductions: tuple[ProgramDeduction, ...] = ()
    across: tuple[AcrossRule, ...] = ()
    stacking: tuple[StackingRule, ...] = ()
    caps: ProgramCaps = ProgramCaps()
    examples: tuple[Example, ...] = Field(min_length=1)

    def element(self, code: str) -> Element:
        """The element of a code. Raises KeyError when there is none."""
        for found in self.elements:
            if found.element == code:
                return found
        raise KeyError(code)


class Revision(StrictModel):
    """A later announcement: each section under `change` replaces that section whole."""

    announced: Date
    effective: Date
    ends: Date | None = None
    source: Source
    change: dict[str, Any] = Field(min_length=1)
