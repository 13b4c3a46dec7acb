"""A reading of its own of the seven bulletins: periods, who counts, bands, gates.

Belongs here: the rulebook files' text, read with yaml.safe_load and interpreted for the shapes that
these seven use; a key that the reading doesn't know stops it. The payout is in standing.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from .values import Car

KNOWN_KEYS = {
    "program": "program name oem summary announced effective source who when basis deadlines "
    "elements gates caps examples revisions",
    "element": "element name counts pays against tiers gates deductions caps",
    "tiers": "edges rounding shape bands",
    "band": "from to per_unit flat msrp_percent",
    "gate": "gate name require effect",
    "filter": "model model_year model_year_from stock_type sale_type",
    "change": "elements examples",
}


@dataclass(frozen=True)
class Period:
    code: str
    start: date
    end: date  # inclusive
    year_before: tuple[date, date] | None  # the same months of the sales calendar


def _checked(what: str, read: dict[str, Any]) -> dict[str, Any]:
    strange = set(read) - set(KNOWN_KEYS[what].split())
    if strange:
        raise ValueError(f"a {what} says {sorted(strange)}: the evaluator can't read that")
    return read


def load(home: Path) -> list[dict[str, Any]]:
    """The rulebooks as written."""
    found = []
    for path in sorted((home / "rulebooks").glob("*.yaml")):
        book = _checked("program", yaml.safe_load(path.read_text(encoding="utf-8")))
        if book["basis"]["event"] != "rdr" or book["who"]["dealer_codes"] != "all":
            raise ValueError(f"{path}: the evaluator can't read that")
        found.append(book)
    return found


def periods(home: Path, book: dict[str, Any], today: date) -> Iterator[Period]:
    """The program's periods from the one in which it takes effect to the one of today."""
    name = book["when"]["calendar"]
    calendar = yaml.safe_load((home / "calendars" / f"{name}.yaml").read_text(encoding="utf-8"))
    months = {str(month["code"]): (month["start"], month["end"]) for month in calendar["months"]}
    spans: dict[str, list[tuple[date, date]]] = {}
    for month, span in months.items():
        spans.setdefault(_code(book["when"]["grain"], month), []).append(span)
    whole = {"month": 1, "quarter": 3}[book["when"]["grain"]]
    for code, span in spans.items():
        start, end = min(span)[0], max(span)[1]
        if end < book["effective"] or start > today or len(span) != whole:
            continue
        before = spans.get(f"{int(code[:4]) - 1}{code[4:]}")
        base = (min(before)[0], max(before)[1]) if before else None
        yield Period(code, start, end, base)


def _code(grain: str, month: str) -> str:
    year, number = month.split("-")
    return month if grain == "month" else f"{year}-Q{(int(number) + 2) // 3}"


def in_force(book: dict[str, Any], period: Period, today: date) -> dict[str, Any]:
    """The rules of a period as known today: the last revision announced and in effect by its end.

    An effective date within a period governs the whole period (the F-150 bulletin of April 2024
    took effect on the tenth and pays the month).
    """
    rules = dict(book)
    for revision in sorted(book.get("revisions", []), key=lambda each: each["announced"]):
        if revision["announced"] <= today and revision["effective"] <= min(today, period.end):
            rules.update(_checked("change", revision["change"]))
    return rules


def elements(rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The elements, each with the filters, bands and gates that apply to it."""
    for element in rules["elements"]:
        _checked("element", element)
        _checked("tiers", element["tiers"])
        for band in element["tiers"]["bands"]:
            _checked("band", band)
        gates = [*rules.get("gates", []), *element.get("gates", [])]
        yield {
            **element,
            "gates": [_checked("gate", gate) for gate in gates],
            "bands": sorted(element["tiers"]["bands"], key=lambda band: band["from"]),
        }


def passes(car: Car, wanted: dict[str, Any] | str) -> bool:
    """Whether a car is among those a filter wants."""
    if wanted == "nothing":
        return False
    for key, value in _checked("filter", dict(wanted)).items():
        values = value if isinstance(value, list) else [value]
        if key == "model_year_from":
            passed = car.model_year >= value
        else:
            passed = getattr(car, key) in values
        if not passed:
            return False
    return True
