"""A program's ladder in a workbook: LibreOffice works out the standing's cents, changed ones too.

Here: programs of any shape as formulas alone, worked out anew. Not here: whole scenarios as files
(tests/browser/test_keeping_by_browser.py holds screen, files and command line to one cent).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineSheet, CalamineWorkbook
from xlsxwriter import Workbook

from programs.gates import GateState
from programs.ladder import Ladder, Segment
from programs.ladder_rules import is_paid_by_line
from programs.pay_lines import PaidPart, UnitLine
from programs.program_states import SoldUnits, period_state, program_cap
from programs.rulebook import Rulebook, rulebook_of
from programs.scenario import ElementState, ProgramState
from programs.standing import ElementFacts, ElementRules, ProgramStanding, average_msrp
from scenarios.export_xlsx import STYLES
from scenarios.ladder_sheets import write_program
from scenarios.sheet_rows import Rows
from tests.exported_files import recalculated, with_cells
from tests.unit.programs.rulebook_strategies import MONTHS, as_read, documents, period_inputs
from tests.unit.programs.strategies import programs

DRAWN, MORE = 150, 7
MUST_BE_SEEN = ("by line", "at most", "held", "forfeited", "reduced", "deducted", "capped",
                "marginal")  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A program, the rows that its block takes, and the cells of its amounts."""

    state: ProgramState
    first: int
    last: int
    cells: tuple[str, str]


def state_of(book: Rulebook, inputs) -> ProgramState:  # noqa: ANN001 - PeriodInputs
    """A drawn program as a scenario has it; where it pays car by car, each car by itself."""
    rules = book.versions[0].rules
    if any(is_paid_by_line(element) for element in rules.elements):
        inputs = replace(inputs, sold=tuple(one for sold in inputs.sold for one in apart(sold)))
    found = period_state(rules, inputs)
    return ProgramState(
        rules.program, rules.program, inputs.period_code,
        tuple(ElementState(one.rules, one.facts, one.target_units) for one in found.elements),
        program_cap(rules), found.paid_msrp_amount,
    )  # fmt: skip


def apart(sold: SoldUnits) -> list[SoldUnits]:
    each = (sold.msrp_amount / sold.units).quantize(Decimal("0.01"))
    rest = sold.msrp_amount - each * (sold.units - 1)
    return [
        replace(sold, units=1, msrp_amount=rest if number == 0 else each,
                open_recalls=int(number < sold.open_recalls))
        for number in range(sold.units)
    ]  # fmt: skip


def half_cents() -> list[ProgramState]:
    """Shares of MSRP that end on half a cent, which no double holds."""
    found = []
    for number in range(60):
        msrp = Decimal(35_682 + 4 * 1_117 * number)
        ladder = Ladder((Segment(0, None, 1, msrp_share=Decimal("0.002500")),), 1)
        state = ElementState(
            ElementRules("half", "e1", 1, ladder), ElementFacts(number + 1, number + 1, msrp)
        )
        found.append(ProgramState("half", "Half a cent", "2025-08", (state,)))
    return found


@pytest.fixture(scope="module")
def drawn() -> list[ProgramState]:
    found: list[ProgramState] = []

    @settings(
        max_examples=DRAWN, database=None, derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(documents(), st.booleans(), st.data())
    def draw(document, is_open, data) -> None:  # noqa: ANN001
        book = rulebook_of(as_read(document), "drawn.yaml")
        found.append(state_of(book, data.draw(period_inputs(MONTHS[-1], is_open))))

    @settings(max_examples=DRAWN, database=None, derandomize=True)
    @given(programs())
    def draw_plain(program) -> None:  # noqa: ANN001
        parts, cap, msrp = program
        # Of one element alone, what the program pays on is what the element pays on.
        msrp = parts[0][1].paid_msrp_amount if len(parts) == 1 else msrp
        elements = tuple(ElementState(rules, facts) for rules, facts in parts)
        found.append(ProgramState("plain", "Plain", MONTHS[-1], elements, cap, msrp))

    draw()
    draw_plain()
    return found + half_cents()


@pytest.fixture(scope="module")
def workbook(drawn: list[ProgramState], tmp_path_factory: pytest.TempPathFactory):
    """All drawn programs in one sheet, one under another."""
    file, written = tmp_path_factory.mktemp("ladders") / "ladders.xlsx", []
    with Workbook(str(file)) as book:
        formats = {name: book.add_format(dict(style)) for name, style in STYLES.items()}
        rows = Rows(book.add_worksheet(), formats)
        for state in drawn:
            first = rows.row
            cells = write_program(rows, state)
            written.append(Written(state, first, rows.row, (cells.earned, cells.held)))
    return file, written


def differences(
    sheet: CalamineSheet, written: Sequence[Written], expected: Mapping[int, ProgramStanding]
) -> list[str]:
    rows = sheet.to_python(skip_empty_area=False)

    def at(cell: str) -> object:
        column, row = re.fullmatch(r"\$([A-Z])\$(\d+)", cell).groups()
        return rows[int(row) - 1][ord(column) - ord("A")]

    found = []
    for number, standing in expected.items():
        one = written[number]
        for cell, amount in zip(
            one.cells, (standing.amount_earned, standing.amount_held), strict=True
        ):
            value = at(cell)
            if not isinstance(value, float) or Decimal(repr(value)) != amount:
                found.append(f"{number} {one.state.program_code} {cell}: {value}, not {amount}")
    return found


def test_the_formulas_give_the_standing_s_cents(workbook, tmp_path: Path) -> None:  # noqa: ANN001
    file, written = workbook
    sheet = recalculated(file, tmp_path).get_sheet_by_index(0)
    expected = {number: one.state.standing() for number, one in enumerate(written)}
    seen = Counter()
    for one in written:
        seen.update(kinds(one.state))
    assert all(seen[kind] >= 3 for kind in MUST_BE_SEEN), seen
    assert differences(sheet, written, expected) == []
    wrong = {0: replace(expected[0], amount_earned=expected[0].amount_earned + Decimal("0.01"))}
    assert len(differences(sheet, written, wrong)) == 1, "a cent is seen"


def kinds(state: ProgramState) -> set[str]:
    standing, found = state.standing(), set()
    for element in state.elements:
        ladder = element.rules.ladder
        if ladder is not None and ladder.by_line is not None:
            found.add("by line")
            pays = [pay for bracket in ladder.by_line.brackets for pay in bracket.pays]
            if any(pay.at_most_per_unit is not None for pay in pays):
                found.add("at most")
        elif ladder is not None and element.facts.paid_units > (
            offset := ladder.segment_at(element.facts.counted_units).paid_offset_units
        ):
            found |= {"marginal"} if offset else set()
        if any(
            gate.effect == "reduce" and gate.state is GateState.NOT_MET
            for gate in element.facts.gates
        ):
            found.add("reduced")
    amounts = {"held": standing.amount_held, "forfeited": standing.amount_forfeited,
               "deducted": standing.amount_deducted, "capped": standing.amount_capped}  # fmt: skip
    return found | {name for name, amount in amounts.items() if amount}


def test_other_units_in_the_cell_give_the_amount_of_those_units(
    workbook, tmp_path: Path  # noqa: ANN001
) -> None:
    """Each program's first element with a ladder is given seven more, as a person would type it."""
    file, written = workbook
    labels = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
    rows = labels.to_python(skip_empty_area=False)
    changed, expected = {}, {}
    for number, one in enumerate(written):
        place = next((row for row in range(one.first, one.last) if rows[row][0] in LABELS), None)
        element = next((e for e in one.state.elements if e.rules.ladder is not None), None)
        if place is None or element is None:
            continue
        is_by_line = rows[place][0] == BY_LINE
        assert is_by_line == (element.rules.ladder.by_line is not None)
        now = 0 if is_by_line else element.facts.counted_units
        changed[f"B{place + 1}"] = now + MORE
        expected[number] = with_more(one.state, element).standing()
    other = with_cells(file, 1, changed, tmp_path / "changed.xlsx")
    sheet = recalculated(other, tmp_path).get_sheet_by_index(0)
    assert len(expected) > DRAWN / 2
    moved = [n for n, standing in expected.items() if standing != written[n].state.standing()]
    assert len(moved) > DRAWN / 4
    assert differences(sheet, written, expected) == []


BY_LINE = "More cars like the average"
LABELS = ("Units counted", BY_LINE)


def with_more(state: ProgramState, element: ElementState) -> ProgramState:
    """Seven more like the average in one element; gates stay as they are."""
    facts, rules = element.facts, element.rules
    paid = MORE if rules.counts_equal_pays else 0
    msrp = paid * average_msrp(facts)
    lines = facts.lines
    if rules.ladder.by_line is not None:
        group = rules.ladder.by_line.brackets[0].pays[0].pay_group_code
        part = (PaidPart(group, 1, average_msrp(facts)),) if paid else ()
        lines = (*facts.lines, *(UnitLine(1, part) for _ in range(MORE)))
    then = replace(
        element,
        facts=replace(
            facts, counted_units=facts.counted_units + MORE, paid_units=facts.paid_units + paid,
            paid_msrp_amount=facts.paid_msrp_amount + msrp, lines=lines,
        ),
    )  # fmt: skip
    alone = len(state.elements) == 1
    return replace(
        state,
        elements=tuple(then if one is element else one for one in state.elements),
        paid_msrp_amount=state.paid_msrp_amount + (msrp if alone else 0),
    )
