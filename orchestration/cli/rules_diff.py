"""Printing of `stairstep rules diff`: the same sales under two rulebooks.

Here: which facts are taken, rows, totals and formats. The comparison is `programs.rule_diff`, the
facts `orchestration.rule_facts`.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console

from orchestration.cli.options import Format
from programs.errors import StairstepError

if TYPE_CHECKING:
    from orchestration.home import Home
    from programs.rule_diff import DiffLine, Side
    from programs.rulebook import Rulebook

SIDES = ("counted_units", "paid_units", "tier_number", "amount_earned", "amount_held")


class NotComparableError(StairstepError):
    """Two rulebooks that aren't the same program's."""


def print_diff(
    home: Home, old: Rulebook, new: Rulebook, output: Format, *, all_periods: bool
) -> None:
    """Prints both rulebooks' standings on the published facts, and on standard error what rules
    they leave out. Raises StairstepError."""
    lines = differing_lines(home, old, new, all_periods=all_periods)
    rows = [as_row(line) for line in lines]
    if output is Format.json:
        sys.stdout.write(json.dumps(rows, indent=1, default=str) + "\n")
    elif output is Format.csv:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(as_row(None)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _table(lines)
    if names := _left_out(old, new):
        sys.stderr.write(f"Left out on both sides: {', '.join(names)}.\n")


def _left_out(old: Rulebook, new: Rulebook) -> tuple[str, ...]:
    """The rules that published facts don't tell of, or that other programs have a part in."""
    from programs.beyond import BEYOND

    rules = [version.rules for book in (old, new) for version in book.versions]
    kinds = [one.kind for version in rules for one in (*version.deductions, *version.stacking)]
    return tuple(dict.fromkeys(BEYOND[kind] for kind in kinds))


def differing_lines(
    home: Home, old: Rulebook, new: Rulebook, *, all_periods: bool
) -> list[DiffLine]:
    """One line per rooftop, period and element; open periods only unless asked."""
    from orchestration.publish import current_file
    from orchestration.rule_facts import published_facts
    from orchestration.rules import load_calendars
    from programs.rule_commands import diff
    from programs.rule_diff import periods_between

    _check_comparable(old, new)
    calendars = load_calendars(home)
    facts = published_facts(
        current_file(home), old.program_code, periods_between((old, new), calendars)
    )
    # A change is looked at before it is announced: its own announcement counts as known.
    known_on = max(facts.as_of_date, old.latest.announced, new.latest.announced)
    lines = diff(old, new, facts.rooftops, calendars, known_on)
    shown = [line for line in lines if all_periods or line.period_code in facts.open_periods]
    if not shown:
        raise NotComparableError(
            f"nothing of {old.program_code} is published "
            + ("yet; run `stairstep run` first" if all_periods else "as open; try --all-periods")
        )
    return shown


def _check_comparable(old: Rulebook, new: Rulebook) -> None:
    if old.program_code != new.program_code:
        raise NotComparableError(
            f"{old.file} is of {old.program_code}, {new.file} of {new.program_code}; compare two "
            "files of one program"
        )
    before, after = old.latest.when, new.latest.when
    if (before.grain, before.calendar) != (after.grain, after.calendar):
        raise NotComparableError(
            f"{old.file} goes by {before.grain} of {before.calendar or 'free dates'}, {new.file} "
            f"by {after.grain} of {after.calendar or 'free dates'}; only the same periods can be "
            "compared"
        )


def as_row(line: DiffLine | None) -> dict[str, Any]:
    """A line flat; without a line the columns, empty."""
    row: dict[str, Any] = {
        "rooftop_id": line.rooftop_id if line else None,
        "period_code": line.period_code if line else None,
        "element_code": line.element_code if line else None,
    }
    for name in SIDES:
        row[f"{name}_before"] = getattr(line.before, name) if line and line.before else None
        row[f"{name}_after"] = getattr(line.after, name) if line and line.after else None
    return row


def _table(lines: Sequence[DiffLine]) -> None:
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    names = ("rooftop", "period", "element", "units", "tier", "earned", "held", "change")
    for name in names:
        is_text = name in ("rooftop", "period", "element")
        table.add_column(name, justify="left" if is_text else "right", no_wrap=True)
    for line in lines:
        table.add_row(
            line.rooftop_id,
            line.period_code,
            line.element_code,
            *(
                _both(line.before, line.after, name)
                for name in ("counted_units", "tier_number", "amount_earned", "amount_held")
            ),
            _change(line),
        )
    console = Console()
    Console(width=None if console.is_terminal else 220).print(table)
    changed = sum(line.is_changed for line in lines)
    earned = _earned(lines, "before"), _earned(lines, "after")
    sys.stdout.write(
        f"{changed} of {len(lines)} change; earned {_shown(earned[0])} before, "
        f"{_shown(earned[1])} after\n"
    )


def _both(before: Side | None, after: Side | None, name: str) -> str:
    """`37` where both say so, else `37 → 41`; a dash where a rulebook doesn't rule."""
    values = [_shown(getattr(side, name) if side else None) for side in (before, after)]
    return values[0] if values[0] == values[1] else " → ".join(values)


def _shown(value: int | Decimal | None) -> str:
    if value is None:
        return "-"
    return f"${value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"


def _change(line: DiffLine) -> str:
    if line.before is None or line.after is None:
        return "no rule" if line.is_changed else "-"
    change = line.after.amount_earned - line.before.amount_earned
    return f"{'+' if change > 0 else '-'}${abs(change):,.2f}" if change else "-"


def _earned(lines: Sequence[DiffLine], name: str) -> Decimal:
    """The dollars of all rooftops; a program's amount stands on each of its elements' lines."""
    sides = {
        (line.rooftop_id, line.period_code): side.amount_earned
        for line in lines
        if (side := getattr(line, name)) is not None
    }
    return sum(sides.values(), Decimal("0.00"))
