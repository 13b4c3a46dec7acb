"""The group's matrix: rooftops down, programs across, each cell a standing at a glance.

Belongs here: the matrix's markup and its order. Sums are exact and come with the records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from app import format as fmt
from app.components import words
from app.forecast_records import ForecastRooftop
from app.navigation import page
from app.queries import total
from app.records import ProgramStanding

ORDERS = {
    "earned": "Earned",
    "stake": "Next tiers' worth",
    "chance": "Chance",
    "name": "Name",
}


@dataclass(frozen=True)
class Line:
    """One rooftop's row: its open standings and the figures it is sorted by."""

    rooftop_id: str
    name: str
    standings: tuple[ProgramStanding, ...]
    chances: Mapping[str, float]
    earned: Decimal
    stake: Decimal

    @property
    def best_chance(self) -> float:
        """The best chance among its next tiers; below zero where there is none to reach."""
        return max(self.chances.values(), default=-1.0)


def lines(
    standings: Sequence[ProgramStanding],
    names: Mapping[str, str],
    chances: Mapping[tuple[str, str, str], float],
    order: str,
) -> list[Line]:
    """Return one line a rooftop, in the order asked for; rooftops without programs too."""
    by_rooftop: dict[str, list[ProgramStanding]] = {rooftop_id: [] for rooftop_id in names}
    for row in standings:
        by_rooftop.setdefault(row.rooftop_id, []).append(row)
    made = [
        Line(
            rooftop_id,
            names.get(rooftop_id, rooftop_id),
            tuple(rows),
            {
                row.program_code: chances[row.rooftop_id, row.program_code, row.period_code]
                for row in rows
                if (row.rooftop_id, row.program_code, row.period_code) in chances
            },
            total(row.amount_earned for row in rows),
            total(row.worth_of_next_tier_amount for row in rows),
        )
        for rooftop_id, rows in by_rooftop.items()
    ]
    made.sort(key=lambda line: line.name)
    if order == "earned":
        made.sort(key=lambda line: line.earned, reverse=True)
    elif order == "stake":
        made.sort(key=lambda line: line.stake, reverse=True)
    elif order == "chance":
        made.sort(key=lambda line: line.best_chance, reverse=True)
    return made


def matrix(rows: Sequence[Line], amounts: Mapping[str, ForecastRooftop]) -> str:
    """Return the matrix: each rooftop's sum and what it may become beside its name, each program's
    sum below."""
    top = max((float(row.high_80_amount) for row in amounts.values()), default=0.0)
    programs: dict[str, str] = {}
    for line in rows:
        for row in line.standings:
            programs.setdefault(row.program_code, row.program_name)
    codes = sorted(programs, key=lambda code: programs[code])
    head = "".join(f'<th scope="col">{escape(programs[code])}</th>' for code in codes)
    body = "".join(_row(line, codes, amounts.get(line.rooftop_id), top) for line in rows)
    by_program = {
        code: total(
            row.amount_earned for line in rows for row in line.standings if row.program_code == code
        )
        for code in codes
    }
    sums = "".join(f"<td><b>{fmt.money(by_program[code])}</b></td>" for code in codes)
    whole = fmt.money(total(line.earned for line in rows))
    return (
        '<div class="ss-scroll"><table class="ss-matrix" data-testid="matrix"><thead><tr>'
        '<th scope="col">Rooftop</th><th scope="col" class="ss-num">Earned so far</th>'
        f"{head}</tr></thead>"
        f'<tbody>{body}</tbody><tfoot><tr><th scope="row">Whole group</th>'
        f'<td class="ss-num"><b data-testid="group-earned">{whole}</b></td>{sums}</tr></tfoot>'
        "</table></div>"
    )


def _row(
    line: Line, codes: Sequence[str], amount: ForecastRooftop | None, top: float
) -> str:
    found = {row.program_code: row for row in line.standings}
    cells = "".join(
        f'<td data-program="{escape(found[code].program_name)}">'
        f"{_cell(found[code], line.chances.get(code))}</td>"
        if code in found
        else '<td class="ss-none" aria-label="not enrolled"></td>'
        for code in codes
    )
    return (
        f'<tr><th scope="row">{escape(line.name)}</th>'
        f'<td class="ss-num"><b>{fmt.money(line.earned)}</b>{_expected(amount, top)}</td>'
        f"{cells}</tr>"
    )


def _expected(amount: ForecastRooftop | None, top: float) -> str:
    """What the rooftop may end with: the average, and a bar of its 80 % band on one scale."""
    if amount is None or top <= 0 or not amount.expected_amount:
        return ""
    low, middle, high = (
        float(value) / top * 100
        for value in (amount.low_80_amount, amount.expected_amount, amount.high_80_amount)
    )
    span = (
        f"8 in 10: {fmt.money(amount.low_80_amount)} to {fmt.money(amount.high_80_amount)}"
    )
    return (
        f'<small class="ss-ahead" title="{escape(span)}">'
        f"{fmt.about_money(amount.expected_amount).removeprefix('about ')} expected</small>"
        f'<i class="ss-range" role="img" aria-label="{escape(span)}">'
        f'<i style="left:{low:.1f}%;width:{max(high - low, 1.5):.1f}%"></i>'
        f'<b style="left:{min(middle, 99):.1f}%"></b></i>'
    )


def _cell(row: ProgramStanding, probability: float | None) -> str:
    if row.standing_state != "ok":
        return f'<div class="ss-cell"><span>{escape(_state(row))}</span></div>'
    count = row.tier_count or 0
    steps = "".join(
        f'<i class="{"ss-on" if number <= (row.tier_number or 0) else ""}" '
        f'style="height:{5 + 13 * number // max(count, 1)}px"></i>'
        for number in range(1, count + 1)
    )
    target = f" of {row.objective_units:,}" if row.objective_units else ""
    lost = row.gate_state == "not_met"
    gate = '<span class="ss-lost">gate not met</span>' if lost else ""
    next_step = ""
    if row.next_tier_number is not None and row.units_to_next_tier is not None:
        next_step = (
            f'<span class="ss-go" title="to tier {row.next_tier_number}: '
            f'{escape(words.chance_text(probability))}">'
            f"{row.units_to_next_tier:,} to go"
            + (f", <em>{fmt.chance(probability)}</em>" if probability is not None else "")
            + "</span>"
        )
    elif count:
        next_step = "<span>top tier</span>"
    href = f"{page('explain').address}?rooftop={row.rooftop_id}&amp;program={row.program_code}"
    return (
        f'<a class="ss-cell" href="{href}" target="_self"><b><span class="ss-mini" '
        f'title="tier {row.tier_number or 0} of {count}">{steps}</span>'
        f"{fmt.money(row.amount_earned)}</b>"
        f"<span>{fmt.units(row.reported_units)}{target} units</span>{next_step}{gate}</a>"
    )


def _state(row: ProgramStanding) -> str:
    return {
        "no_objective": "no objective yet",
        "no_score": "no score yet",
        "not_enrolled": "not enrolled",
    }.get(row.standing_state, fmt.words(row.standing_state))
