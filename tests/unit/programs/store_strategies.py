"""Hypothesis strategies for what happened at a rooftop, sale by sale, and for programs beside it.

Here: raw sales with their dates, reports and unwinds; scores, surveys, items, strikes; the moment.
Not here: rulebooks (rulebook_strategies.py); what must hold (test_evaluator.py).
"""

from __future__ import annotations

import datetime
import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from tests.unit.programs.evaluator.facts import Item, Sale, Score, Store, Survey
from tests.unit.programs.rulebook_strategies import MONTHS, documents

FIRST = datetime.date(2025, 1, 1)
LAST_YEAR = datetime.date(2024, 1, 1)
# Few days, so that many sales fall on one; both ends of each month among them.
DAYS = (0, 1, 14, 29, 30, 31, 44, 58, 59, 60, 75, 89, 90, 100, 119)
CLASSES = tuple(
    {
        "make": "Example",
        "model": model,
        "model_year": year,
        "stock_type": stock,
        "sale_type": sale,
    }
    for model, year, (stock, sale) in itertools.product(
        ("Hauler", "Coupe", "ranch"),
        (2024, 2025),
        (("new", "retail"), ("new", "fleet"), ("certified", "retail"), ("new", "lease")),
    )
)
TODAY = tuple(
    FIRST + timedelta(days=days) for days in (15, 58, 59, 89, 90, 100, 119, 120, 125, 134, 200)
)
MSRPS = (2_000_000, 0, 3_199_999, 4_250_050, 6_000_001)
SALES = st.tuples(
    st.sampled_from(DAYS),
    st.integers(1, 6),  # so many of one class on one day
    st.integers(0, 7),  # 0: sales of the year before
    # The first class, one that most drawn filters take, half of the time.
    st.just(0) | st.integers(0, len(CLASSES) - 1),
    st.integers(0, len(MSRPS) - 1),
    st.integers(0, 6),  # days until the reports are accepted
    st.none() | st.integers(0, 100),  # days until one of them is unwound
    st.integers(0, 3),
)


def _sales(drawn: list[tuple], today: datetime.date) -> tuple[Sale, ...]:
    """What is known by a day. A car that was unwound may be sold again under its VIN."""
    found: list[Sale] = []
    free: list[tuple[datetime.date, str]] = []
    for day, count, era, kind, msrp, lag, gone, luck in sorted(drawn, key=str):
        on = (FIRST if era else LAST_YEAR) + timedelta(days=day)
        for place in range(count):
            number = len(found)
            again = [vin for unwound_on, vin in free if unwound_on < on]
            vin = again[0] if again else f"VIN{(number * 37) % 101:03d}"
            free = [each for each in free if each[1] != vin]
            accepted = on + timedelta(days=lag + place)
            # All of them, or only the first.
            is_unwound = gone is not None and (place == 0 or luck == 1)
            unwound = accepted + timedelta(days=gone or 0) if is_unwound else None
            if unwound is not None:
                free.append((unwound, vin))
            found.append(
                Sale(
                    vin=vin,
                    on=on,
                    accepted_on=accepted if accepted <= today else None,
                    traits=CLASSES[kind],
                    msrp=Fraction(MSRPS[(msrp + place) % len(MSRPS)], 100),
                    has_open_recall=luck == 0 and place % 2 == 0,
                    unwound_on=unwound if unwound is not None and unwound <= today else None,
                )
            )
    return tuple(found)


PLACES = st.integers(80_000, 101_000).map(lambda thousandths: Fraction(thousandths, 1000))
ROUND = st.sampled_from([80, 85, 90, 95, 100]).map(Fraction)
ON = st.sampled_from(DAYS).map(lambda days: FIRST + timedelta(days=days))
SCORES = st.builds(
    Score,
    st.sampled_from(["csi", "efficiency"]),
    ON,
    PLACES | ROUND,
    st.none() | st.integers(0, 9),
    st.none() | ROUND,
)
SURVEYS = st.builds(Survey, st.just("csi"), ON, ROUND)
ITEMS = st.builds(
    Item, st.just("training"), st.sampled_from(["sales-101", "b"]), st.none() | ON, st.none() | ON
)


@st.composite
def stores(draw) -> tuple[Store, datetime.date]:
    """A store and the day it is looked at."""
    today = draw(st.sampled_from(TODAY))
    codes, names = (*MONTHS, "2025-05"), ("e1", "e2", "e3")
    objectives = {
        ("drawn", name, code): units
        for code in codes
        for name in names
        if (units := draw(st.integers(-1, 12))) >= 0
    }
    scores = draw(st.lists(SCORES, max_size=4, unique_by=lambda each: (each.metric, each.on)))
    store = Store(
        sales=_sales(draw(st.lists(SALES, min_size=1, max_size=10)), today),
        objectives=objectives,
        scores=tuple(each for each in scores if each.on <= today),
        surveys=tuple(draw(st.lists(SURVEYS, max_size=3))),
        items=tuple(draw(st.lists(ITEMS, max_size=2))),
        strikes=tuple(each for each in draw(st.lists(ON, max_size=4)) if each <= today),
    )
    if draw(st.integers(0, 4)) == 0:  # it joins in mid-February, leaves after the tenth of April
        span = (FIRST + timedelta(days=44), FIRST + timedelta(days=99))
        store = replace(store, spans=(span,))
    return store, today


def beside(code: str, per_unit: int, stacking: list[dict]) -> dict:
    """A plain program that pays each new unit, to be stacked with."""
    return {
        "program": code,
        "name": code,
        "oem": "example",
        "summary": "Each unit pays.",
        "announced": "2024-12-01",
        "effective": "2025-01-01",
        "source": {"bulletin": "B", "date": "2024-12-01"},
        "who": {"makes": ["Example"], "dealer_codes": "all"},
        "when": {"calendar": "example", "grain": "month"},
        "elements": [
            {
                "element": "each",
                "name": "Each",
                "counts": {"stock_type": "new", "sale_type": ["retail", "fleet", "lease"]},
                "pays": "same",
                "against": "nothing",
                "tiers": {"edges": "units", "bands": [{"from": 0, "per_unit": per_unit}]},
            }
        ],
        "stacking": stacking,
        "examples": [{"example": "none", "amount": 0}],
    }


PAIR = ("second", "third")


@st.composite
def stackings(draw, own: str, others: tuple[str, ...]) -> list[dict]:
    found = []
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        rule: dict = {
            "stacking": f"{own}-{number}",
            "programs": draw(st.sampled_from([list(others), list(others[:1]), list(others[1:])])),
        }
        kind = draw(st.integers(0, 2))
        if kind == 0:
            keeps = draw(st.sampled_from(["larger", "this", "others"]))
            rule |= {"kind": "exclusive_with", "keeps": keeps}
        elif kind == 1:
            keeps = draw(st.sampled_from(["larger", "first"]))
            rule |= {"kind": "at_most_one_of", "keeps": keeps}
        else:
            rule["kind"] = "family_cap"
            if draw(st.booleans()):
                rule |= {"msrp_percent": draw(st.sampled_from([0.25, 1, 3])), "of": own}
            if "of" not in rule or draw(st.booleans()):
                rule["amount"] = draw(st.integers(0, 1500))
        found.append(rule)
    return found


@st.composite
def families(draw) -> list[dict]:
    """A program of any shape, perhaps revised, and two plain ones, stacked in any way."""
    document = draw(documents())
    if draw(st.integers(0, 3)) == 0:
        document["deadlines"] = {
            "report_days_after_sale": draw(st.integers(0, 10)),
            "report_days_after_period": draw(st.integers(0, 10)),
        }
    if draw(st.integers(0, 3)) == 0:
        later = draw(documents())
        changed = ("elements", "gates", "across", "deductions")
        document["revisions"] = [
            {
                "announced": "2025-02-20",
                "effective": draw(st.sampled_from(["2025-03-01", "2025-03-15"])),
                "source": {"bulletin": "B-2", "date": "2025-02-20"},
                "change": {name: later[name] for name in changed},
            }
        ]
        # A chargeback needs its basis, which a revision here leaves as it is.
        if document["basis"]["unwind_lands"] != "nowhere":
            kept = [one for one in later["deductions"] if one["kind"] == "strikes"]
            document["revisions"][0]["change"]["deductions"] = kept
    document["stacking"] = draw(stackings("drawn", PAIR))
    return [
        document,
        beside("second", draw(st.integers(0, 60)), draw(stackings("second", ("third", "drawn")))),
        beside("third", 100, []),
    ]


def exact(value: Fraction) -> Decimal:
    """A score as our own code takes it."""
    return Decimal(value.numerator) / Decimal(value.denominator)
