"""Scenarios under a name, and what became of them: saved, found again, read anew each morning.

Here: what is kept of a scenario beside its levers, and its reading on later data. Not here: the
tables (notebook/scenarios.py), who may see which (the scope is given), printing and drawing.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from notebook.scenarios import Saved, note_reading, save_scenario, saved_scenarios
from notebook.store import Notebook
from programs.changes import plural
from programs.money import ZERO
from scenarios.facts import read_group
from scenarios.rooftops import Group
from scenarios.scenario import Result, Scenario, run
from scenarios.words import TRAITS, Lever, LeverError, read_lever

GROUP_PLACE = "group"


def place_of(scenario: Scenario) -> str:
    """Where a scenario's name is its own: its rooftop, or the group."""
    return scenario.rooftop_ids[0] if len(scenario.rooftop_ids) == 1 else GROUP_PLACE


def save(
    notebook: Notebook,
    file: Path,
    scenario: Scenario,
    result: Result,
    name: str,
    *,
    at: datetime.datetime,
    by: str = "",
) -> Saved:
    """Saves a scenario with its figures, and what was sold by then of the cars it adds."""
    figures = result.figures() | {"watched": _watched(file, scenario, result)}
    return save_scenario(
        notebook,
        place_code=place_of(scenario),
        name=name,
        rooftop_ids=scenario.rooftop_ids,
        levers=scenario.document(),
        figures=figures,
        as_of_date=result.as_of_date,
        content_hash=result.content_hash,
        created_at=at,
        created_by=by,
    )


def _watched(file: Path, scenario: Scenario, result: Result) -> list[dict[str, Any]]:
    """Per `add` lever and rooftop the cars like it that were sold already, in the open periods."""
    found = []
    for one in result.rooftops:
        periods = [program.facts.period for program in one.rooftop.facts.programs]
        window = {
            "from": min(period.start for period in periods).isoformat(),
            "to": max(period.end for period in periods).isoformat(),
        }
        for lever in scenario.levers:
            is_here = lever.rooftop_id in (None, one.rooftop.rooftop_id)
            if lever.kind == "add" and is_here and lever.units > 0:
                row = {"rooftop_id": one.rooftop.rooftop_id, "lever": lever.text, **window}
                found.append(row | {"units": lever.units, "sold_then": 0})
    return [
        row | {"sold_then": count}
        for row, count in zip(found, _sold(file, found), strict=True)
    ]


def _sold(file: Path, watched: Sequence[Mapping[str, Any]]) -> list[int]:
    """Cars like a lever's that count or are pending in its window."""
    import duckdb

    counts = []
    with duckdb.connect(str(file), read_only=True) as connection:
        for row in watched:
            traits = {name: value for name, value in read_lever(row["lever"]).pairs
                      if name in TRAITS}  # fmt: skip
            traits.setdefault("stock_type", "new")
            tests = [f"lower({name}::varchar) = ?" for name in traits]
            (count,) = connection.execute(
                "select count(distinct vin) from fct_counted_unit where rooftop_id = ? "
                "and (is_counted or is_pending) and counting_date between ? and ? and "
                + " and ".join(tests),
                [row["rooftop_id"], row["from"], row["to"],
                 *(value.lower() for value in traits.values())],
            ).fetchone() or (0,)  # fmt: skip
            counts.append(int(count))
    return counts


@dataclass(frozen=True)
class Step:
    """One lever of a saved scenario and how much of it has been done."""

    rooftop_id: str
    lever: str
    units: int
    sold: int

    @property
    def said(self) -> str:
        """`3 of 5 Frontiers sold`."""
        lever = read_lever(self.lever)
        name = lever.get("model") or lever.get("make") or "car"
        return f"{self.sold} of {self.units} {plural(name) if self.units != 1 else name} sold"


def reread(file: Path, group: Group, saved: Saved) -> dict[str, Any]:
    """What a saved scenario comes to on newer data: what was sold of it, each program now and with
    what is left of it, and the periods that have ended."""
    watched = saved.figures.get("watched", [])
    steps = [
        Step(row["rooftop_id"], row["lever"], row["units"], _between(count - row["sold_then"], row))
        for row, count in zip(watched, _sold(file, watched), strict=True)
    ]
    scenario = Scenario.of(saved.levers)
    result, left_out = _with_the_rest(group, scenario, steps)
    was = {(row["rooftop_id"], row["program_code"], row["period_code"]): row
           for row in saved.figures["programs"]}  # fmt: skip
    rows = [row for row in result.rows() if _key(row) in was]
    ended = _ended(file, [key for key in was if key not in {_key(row) for row in rows}])
    figures = result.figures() | {"programs": rows, "ended": ended, "left_out": left_out}
    figures["steps"] = [vars(step) | {"said": step.said} for step in steps]
    figures["sentence"] = _sentence(saved, steps, rows, ended)
    return figures


def _between(count: int, row: Mapping[str, Any]) -> int:
    return min(max(count, 0), row["units"])


def _key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["rooftop_id"], row["program_code"], row["period_code"]


def _with_the_rest(
    group: Group, scenario: Scenario, steps: Sequence[Step]
) -> tuple[Result, list[str]]:
    """The scenario with what is left to do. Levers that mean nothing any more (a report that was
    accepted since, a day gone by) are left out and named."""
    left_out, result = [], []
    for rooftop_id in scenario.rooftop_ids:
        sold = {step.lever: step.sold for step in steps if step.rooftop_id == rooftop_id}
        levers: list[Lever] = []
        for lever in scenario.levers:
            if lever.rooftop_id not in (None, rooftop_id):
                continue
            left = _left(lever, sold.get(lever.text, 0), group.as_of_date)
            if left is None:
                continue
            try:
                run(group, replace(scenario, rooftop_ids=(rooftop_id,), levers=(left,)))
            except LeverError as error:
                left_out.append(str(error))
            else:
                levers.append(left)
        only = replace(scenario, rooftop_ids=(rooftop_id,), levers=tuple(levers))
        result += run(group, only).rooftops
    found = Result(group.as_of_date, group.content_hash, group.group_name, tuple(result))
    return found, left_out


def _left(lever: Lever, sold: int, today: datetime.date) -> Lever | None:
    """What is left of a lever: fewer units, on days that are still to come."""
    if lever.kind != "add" or lever.units < 0:
        return lever
    units = lever.units - sold
    if units <= 0:
        return None
    days = (lever.get("on") or "").split("/")
    ahead = "/".join(day for day in days if day and day >= today.isoformat())
    pairs = [(name, value) for name, value in lever.pairs if name not in ("units", "on")]
    pairs.append(("units", str(units)))
    if ahead:
        pairs.append(("on", ahead))
    return replace(lever, pairs=tuple(pairs))


def _ended(file: Path, keys: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """How the periods that are over came out."""
    import duckdb

    found = []
    with duckdb.connect(str(file), read_only=True) as connection:
        for key in keys:
            row = connection.execute(
                "select program_name, tier_number, amount_earned from fct_program_standing "
                "where (rooftop_id, program_code, period_code) = (?, ?, ?)",
                list(key),
            ).fetchone()
            if row is not None:
                names = ("rooftop_id", "program_code", "period_code")
                found.append(
                    dict(zip(names, key, strict=True))
                    | {"program_name": row[0], "tier_number": row[1], "amount_earned": str(row[2])}
                )
    return found


def _sentence(
    saved: Saved,
    steps: Sequence[Step],
    rows: Sequence[Mapping[str, Any]],
    ended: Sequence[Mapping[str, Any]],
) -> str:
    """`Your plan of 9 Aug: 3 of 5 Frontiers sold; Nissan One: chance of tier 3 now 74 %, ...`"""
    day = saved.as_of_date
    parts = [", ".join(step.said for step in steps)] if steps else []
    moved = [row for row in rows if row["chance_before"] is not None]
    if moved:
        best = max(moved, key=lambda row: abs(_planned(saved, row)))
        now, then = (_percent(best[name]) for name in ("chance_before", "chance_after"))
        chance = f"{best['program_name']}: chance of tier {best['chance_tier_number']} now {now}"
        parts.append(chance if now == then else f"{chance}, {then} with the rest")
    parts += [
        f"{row['program_name']} {row['period_code']} ended in tier {row['tier_number']}"
        if row["tier_number"]
        else f"{row['program_name']} {row['period_code']} ended below the first tier"
        for row in ended
    ]
    said = "; ".join(part for part in parts if part) or "nothing of it is open any more"
    return f"Your plan of {day.day} {day:%b}: {said}."


def _planned(saved: Saved, row: Mapping[str, Any]) -> Decimal:
    """How much the plan moved a program's expected amount when it was saved."""
    for one in saved.figures["programs"]:
        if _key(one) == _key(row):
            return Decimal(one["expected_amount_after"]) - Decimal(one["expected_amount_before"])
    return ZERO


def _percent(chance: float) -> str:
    from fractions import Fraction

    from programs.outcomes import percent

    return percent(Fraction(chance))


def reread_all(notebook: Notebook, file: Path, at: datetime.datetime) -> int:
    """Reads every saved scenario on a published file that it wasn't read on yet, and gives how
    many. One whose rooftops are gone is left as it is."""
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        (as_of, content_hash) = connection.execute(
            "select as_of_date, content_hash from meta"
        ).fetchone() or (None, None)
        known = {
            row[0] for row in connection.execute("select rooftop_id from dim_rooftop").fetchall()
        }
    waiting = [
        saved
        for saved in saved_scenarios(notebook, None)
        if saved.as_of_date < as_of
        and set(saved.rooftop_ids) <= known
        and not any(one.content_hash == content_hash for one in saved.readings)
    ]
    if not waiting:
        return 0
    rooftops = sorted({one for saved in waiting for one in saved.rooftop_ids})
    group = read_group(file, rooftops, with_closed=True)
    for saved in waiting:
        note_reading(
            notebook,
            saved.scenario_id,
            as_of_date=as_of,
            content_hash=content_hash,
            figures=reread(file, group, saved),
            read_at=at,
        )
    return len(waiting)
