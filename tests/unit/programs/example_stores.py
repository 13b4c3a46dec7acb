"""A rulebook's own examples as stores for the second evaluator, read from the file's plain YAML.

Here: an example's inputs to sales, scores, items and strikes. Not here: what must come out
(test_evaluator_examples.py).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any

from tests.unit.programs.evaluator.alone import months_of
from tests.unit.programs.evaluator.facts import Item, Period, Sale, Score, Store, Survey, number

SIZES = {"month": 1, "two_month": 2, "quarter": 3, "half": 6, "year": 12}
LATER = ("unwound", "other_programs", "other_msrp")  # what comes from outside the example


class NotToldError(Exception):
    """An example whose inputs can't be told as raw facts: units taken back, other programs."""


@dataclass(frozen=True)
class Told:
    """An example as facts: the store, the program's periods, the day it is looked at."""

    store: Store
    periods: list[Period]
    today: datetime.date


def told(rules: dict[str, Any], example: dict[str, Any]) -> Told:
    """Raises NotToldError."""
    inputs = example.get("periods", [example])
    stated = [_period(rules, each) for each in inputs]
    within = {rule["within"] for rule in rules.get("across", [])}
    periods = stated
    if within - {"all"}:
        own = {period.code: period for period in stated}
        plain = _plain(SIZES[rules["when"]["grain"]], stated[0].start.year, stated[-1].end.year)
        periods = [own.get(period.code, period) for period in plain]
    is_open = inputs[-1].get("period_is") == "open"
    today = stated[-1].end if is_open else stated[-1].end + timedelta(days=1)
    store = Store()
    for each, period in zip(inputs, stated, strict=True):
        store = _with(store, rules, each, period)
    return Told(store, periods, today)


def _period(rules: dict[str, Any], inputs: dict[str, Any]) -> Period:
    when, code = rules["when"], inputs.get("period")
    if when["grain"] == "free":
        span = when["dates"][0] if code is None else None
        first, last = (
            (span["start"], span["end"])
            if span
            else map(datetime.date.fromisoformat, str(code).split("_"))
        )
        return Period(f"{first}_{last}", first, last)
    if code is None:
        after = rules["effective"]
        last = rules.get("ends", datetime.date.max)
        plain = _plain(SIZES[when["grain"]], after.year, after.year + 2)
        ruled = [period for period in plain if period.start >= after and period.start <= last]
        # The second: in the first something may be waived, and then an example names it.
        return ruled[:2][-1]
    months = sorted(months_of(str(code)))
    first = inputs.get("starts", _first(months[0]))
    last = inputs.get("ends", _first(months[-1], 1) - timedelta(days=1))
    return Period(str(code), first, last)


def _plain(size: int, first_year: int, last_year: int) -> list[Period]:
    found = []
    for year in range(first_year, last_year + 1):
        for month in range(1, 13, size):
            first, last = f"{year}-{month:02d}", f"{year}-{month + size - 1:02d}"
            code = {
                1: first,
                2: f"{first}_{last}",
                3: f"{year}-Q{(month + 2) // 3}",
                6: f"{year}-H{(month + 5) // 6}",
                12: str(year),
            }[size]
            found.append(Period(code, _first(first), _first(last, 1) - timedelta(days=1)))
    return found


def _first(month: str, after: int = 0) -> datetime.date:
    year, number_of = map(int, month.split("-"))
    years, index = divmod(number_of - 1 + after, 12)
    return datetime.date(year + years, index + 1, 1)


def _with(store: Store, rules: dict[str, Any], inputs: dict[str, Any], period: Period) -> Store:
    if any(inputs.get(name) for name in LATER):
        raise NotToldError
    scores, surveys = _scores(rules, inputs, period)
    return Store(
        sales=(*store.sales, *_sales(rules, inputs, period, len(store.sales))),
        objectives=store.objectives | _by_element(rules, inputs, "objective", period),
        told_bases=store.told_bases | _by_element(rules, inputs, "base", period),
        scores=(*store.scores, *scores),
        surveys=(*store.surveys, *surveys),
        told_timely=store.told_timely | _timely(rules, inputs, period),
        items=(*store.items, *_items(rules, inputs, period)),
        strikes=(*store.strikes, *inputs.get("strikes", ())),
    )


def _sales(
    rules: dict[str, Any], inputs: dict[str, Any], period: Period, before: int
) -> Iterator[Sale]:
    for sold in inputs.get("sold", ()):
        if sold["units"] < 0:
            raise NotToldError
        traits = {"make": rules["who"]["makes"][0], "stock_type": "new", "sale_type": "retail"}
        traits |= {name: value for name, value in sold.items() if name not in ("units",)}
        for index in range(sold["units"]):
            before += 1
            yield Sale(
                vin=f"{before:05d}",
                on=period.start,
                accepted_on=period.start,
                traits=traits,
                msrp=number(sold.get("msrp_total", 0)) / sold["units"],
                has_open_recall=index < sold.get("open_recalls", 0),
            )


def _by_element(
    rules: dict[str, Any], inputs: dict[str, Any], name: str, period: Period
) -> dict[tuple[str, str, str], int]:
    stated = inputs.get(name)
    if stated is None:
        return {}
    if not isinstance(stated, dict):
        stated = {element["element"]: stated for element in rules["elements"]}
    return {(rules["program"], code, period.code): units for code, units in stated.items()}


def _scores(
    rules: dict[str, Any], inputs: dict[str, Any], period: Period
) -> tuple[list[Score], list[Survey]]:
    scores, surveys = [], []
    for metric, stated in inputs.get("scores", {}).items():
        if _is_timeliness(rules, metric):
            continue
        averages = [
            None if stated.get(name) is None else number(stated[name])
            for name in ("region_average", "national_average")
        ]
        score = number(stated["score"])
        scores.append(Score(metric, period.start, score, stated.get("sample"), *averages))
        surveys += [Survey(metric, period.start, score)] * stated.get("sample", 0)
    return scores, surveys


def _is_timeliness(rules: dict[str, Any], metric: str) -> bool:
    return any(
        "within_days" in each for each in _conditions(rules) if each.get("metric") == metric
    )


def _timely(
    rules: dict[str, Any], inputs: dict[str, Any], period: Period
) -> dict[str, Fraction]:
    told_scores = [
        number(stated["score"])
        for metric, stated in inputs.get("scores", {}).items()
        if _is_timeliness(rules, metric)
    ]
    return {period.code: told_scores[0]} if told_scores else {}


def _items(rules: dict[str, Any], inputs: dict[str, Any], period: Period) -> Iterator[Item]:
    for name, state in inputs.get("items", {}).items():
        if state == "unknown":
            continue
        types = {each["items"] for each in _conditions(rules) if each.get("only") == name}
        done = period.start if state == "met" else None
        yield Item(next(iter(types), name), name, None, done)


def _conditions(rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every single condition and score target of a program."""
    gates = [*rules.get("gates", [])]
    for element in rules["elements"]:
        gates += element.get("gates", [])
        if isinstance(element["against"], dict):
            yield element["against"]
    for gate in gates:
        yield from _leaves(gate["require"])


def _leaves(condition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in ("any", "all"):
        for part in condition.get(name, ()):
            yield from _leaves(part)
    yield condition


def dollars(cents: int) -> Fraction:
    return Fraction(cents, 100)
