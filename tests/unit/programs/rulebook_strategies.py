"""Hypothesis strategies for whole rulebooks, any shape with any other, and for what was sold.

Here: documents as a writer could have written them (sound by construction) and period inputs.
Not here: what must hold of them (the tests).
"""

from __future__ import annotations

import datetime
import json
import re
from decimal import Decimal

from hypothesis import strategies as st

from programs.documents import Listing, Mapping
from programs.filters import UnitClass
from programs.gates import GateState, Reading
from programs.program_states import PeriodInputs, SoldUnits
from programs.spans import plain_period

MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04")
MODELS = ("Hauler", "Coupe", "Ranch")
METRICS = ("csi", "efficiency")
CENTS = st.integers(0, 2_000_00).map(lambda cents: cents / 100)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
PERCENTS = st.integers(0, 400).map(lambda hundredths: hundredths / 100)


@st.composite
def filters(draw) -> dict:
    found = {
        "stock_type": draw(st.sampled_from(["new", ["new", "certified"]])),
        "sale_type": draw(st.sampled_from(["retail", ["retail", "fleet"], ["retail", "lease"]])),
    }
    if draw(st.integers(0, 3)) == 0:
        found["model"] = draw(st.sampled_from(["Hauler", "*a*", ["Coupe", "Ranch"]]))
    if draw(st.integers(0, 4)) == 0:
        found["except"] = [{"model": "Ranch", "model_year_to": 2024}]
    return found


@st.composite
def bands(draw, edges: str, shape: str, groups: bool, pays_nothing: bool) -> list[dict]:
    top = {"percent": 130, "units": 12, "score": 100, "none": 0}[edges]
    count = 1 if edges == "none" else draw(st.integers(1, 3))
    edge = st.integers(0, top)
    if edges == "percent":  # of small objectives these are halves and whole units
        edge = st.sampled_from([0, 25, 50, 75, 87.5, 90, 100, 110, 112.5, 125]) | edge
    starts = sorted(draw(st.sets(edge, min_size=count, max_size=count)))
    starts = [0] if edges == "none" else starts
    found = []
    for start in starts:
        band: dict = {"from": start}
        if pays_nothing:
            found.append(band | {"flat": 0})
            continue
        wanted = draw(st.sets(st.sampled_from(["per_unit", "flat", "msrp_percent"]), min_size=1))
        if "per_unit" in wanted:
            by_group = {"trucks": draw(CENTS), "rest": draw(CENTS)}
            band["per_unit"] = by_group if groups and draw(st.booleans()) else draw(CENTS)
        if "flat" in wanted:
            band["flat"] = draw(CENTS)
        if "msrp_percent" in wanted:
            by_group = {"trucks": draw(PERCENTS), "rest": draw(PERCENTS)}
            band["msrp_percent"] = by_group if groups and draw(st.booleans()) else draw(PERCENTS)
        if wanted & {"per_unit", "msrp_percent"} and draw(st.integers(0, 3)) == 0:
            band["at_most_per_unit"] = draw(CENTS)
        found.append(band)
    return found


TARGETS = ("objective", "objective", "last_year", "units", "nothing", "score")


@st.composite
def elements(draw, number: int) -> dict:
    target = draw(st.sampled_from(TARGETS))
    counts = "nothing" if target == "score" and draw(st.booleans()) else draw(filters())
    pays = draw(st.sampled_from(["same", "same", "filter", "filter", "nothing"]))
    if pays == "filter" or (pays == "same" and counts == "nothing"):
        pays = draw(filters())
    groups = pays != "nothing" and draw(st.integers(0, 2)) == 0
    edges = {"objective": "percent", "last_year": "percent", "nothing": "none"}.get(target, target)
    shapes = ["retroactive"] if target == "score" else ["retroactive", "retroactive", "marginal"]
    shape = draw(st.sampled_from(shapes))
    tiers = {
        "edges": "units" if edges == "none" else edges,
        "shape": shape,
        "bands": draw(bands(edges, shape, groups, pays == "nothing")),
    }
    if edges == "percent":
        tiers["rounding"] = draw(st.sampled_from(["up", "down", "nearest"]))
    if shape == "retroactive" and draw(st.integers(0, 3)) == 0:
        tiers["choose"] = "added"
    against: object = target
    if target == "score":
        rounded = draw(st.sampled_from(["exact", {"places": 0, "rounding": "nearest"}]))
        against = {"metric": "efficiency", "rounded": rounded}
        if draw(st.booleans()):
            against["minimum_sample"] = 5
    elif edges == "percent" and shape == "retroactive" and draw(st.integers(0, 4)) == 0:
        tier = draw(st.integers(1, len(tiers["bands"])))
        against = {"target": target, "waived": {"periods": ["M02"], "tier": tier}}
    element = {
        "element": f"e{number}",
        "name": f"Element {number}",
        "counts": counts,
        "pays": pays,
        "against": against,
        "tiers": tiers,
    }
    if groups:
        element["pay_groups"] = [
            {"group": "trucks", "model": ["Hauler", "Ranch"]},
            {"group": "rest"},
        ]
    caps = draw(element_caps(target, tiers["bands"]))
    if caps:
        element["caps"] = caps
    if draw(st.integers(0, 3)) == 0:
        element["deductions"] = [{"deduction": "recalls", "kind": "open_recall_share"}]
    return element


@st.composite
def element_caps(draw, target: str, found: list[dict]) -> dict:
    caps = {}
    if draw(st.integers(0, 3)) == 0:
        caps["amount"] = draw(CENTS)
    if any("per_unit" in band or "msrp_percent" in band for band in found):
        kind = draw(st.integers(0, 5))
        if kind == 0:
            caps["units"] = draw(st.integers(1, 8))
        if kind == 1:
            share = {
                "percent": draw(st.sampled_from([0, 20, 25, 50]) | st.integers(0, 60)),
                "rounding": draw(st.sampled_from(["up", "down", "nearest"])),
                "at_least": draw(st.integers(0, 2)),
            }
            if target not in ("objective", "last_year") or draw(st.booleans()):
                share["of"] = draw(st.sampled_from(["objective", "last_year"]))
            caps["share_of_base"] = share
    return caps


@st.composite
def conditions(draw, found: list[dict], depth: int = 2) -> dict:
    kind = draw(st.integers(0, 6 if depth else 4))
    if kind == 0:
        return {"metric": "csi", "at_least": draw(st.integers(80, 95)), "minimum_sample": 3}
    if kind == 1:
        return {"metric": "csi", draw(st.sampled_from(["above", "below"])): "region_average"}
    if kind == 2:
        return {"items": "training", **draw(st.sampled_from([{}, {"only": "T1-2025-02"}]))}
    counting = [one for one in found if one["counts"] != "nothing"]
    if kind == 3 and counting:
        code = draw(st.sampled_from(counting))["element"]
        return {"units_of": code, "at_least": draw(st.integers(0, 9))}
    measured = [one for one in counting if one["tiers"]["edges"] == "percent"]
    if kind == 4 and measured:
        return {"attainment_of": draw(st.sampled_from(measured))["element"], "at_least": 97.5}
    if depth == 0:
        return {"metric": "timely", "within_days": 3, "at_least": 95}
    parts = draw(st.lists(conditions(found, depth - 1), min_size=1, max_size=3))
    return {draw(st.sampled_from(["any", "all"])): parts}


@st.composite
def gates(draw, found: list[dict], prefix: str) -> list[dict]:
    effects = st.sampled_from(["forfeit", "waive", {"reduce_to_percent": 33.33}])
    return [
        {
            "gate": f"{prefix}-{number}",
            "name": "Gate",
            "require": draw(conditions(found)),
            "effect": draw(effects),
            **({"waived_in": ["M03"]} if draw(st.integers(0, 4)) == 0 else {}),
        }
        for number in range(draw(st.sampled_from([0, 0, 1, 2])))
    ]


@st.composite
def across(draw, found: list[dict]) -> list[dict]:
    moved = [one for one in found if one["against"] != "nothing"]
    backable = [
        one
        for one in moved
        if one["tiers"]["edges"] != "score"
        and one["tiers"]["shape"] == "retroactive"
        and one["counts"] != "nothing"
    ]
    rules: list[dict] = []
    backed = set()
    if backable and draw(st.booleans()):
        one = draw(st.sampled_from(backable))
        backed.add(one["element"])
        tiers = st.integers(1, len(one["tiers"]["bands"]))
        rule = {"rule": "back", "element": one["element"], "within": "quarter", "tier": draw(tiers)}
        if draw(st.booleans()):
            judged = draw(st.sampled_from(["any_period", "window_end"]))
            rules.append(rule | {"kind": "catch_up", "judged": judged})
        else:
            rules.append(rule | {"kind": "last_period", "reaches": draw(tiers)})
    paying = [one for one in moved if one["pays"] != "nothing"]
    if paying and draw(st.booleans()):
        one = draw(st.sampled_from(paying))
        tiers = st.integers(1, len(one["tiers"]["bands"]))
        rule = {
            "rule": "bonus",
            "kind": "all_periods",
            "element": one["element"],
            "within": draw(st.sampled_from(["two_month", "quarter"])),
            "tier": draw(tiers),
            "pays": {"per_unit": draw(CENTS), "msrp_percent": draw(PERCENTS), "flat": draw(CENTS)},
        }
        if one["element"] in backed:
            rule["caught_up_counts"] = draw(st.booleans())
        rules.append(rule)
    return rules


@st.composite
def documents(draw) -> dict:
    """A sound rulebook of any shape."""
    found = [draw(elements(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    for element in found:
        own = draw(gates(found, element["element"]))
        if own:
            element["gates"] = own
    lands = draw(st.sampled_from(["sale_period", "unwind_period", "nowhere"]))
    document = {
        "program": "drawn",
        "name": "Drawn",
        "oem": "example",
        "summary": "Drawn.",
        "announced": "2024-12-01",
        "effective": "2025-01-01",
        "source": {"bulletin": "B", "date": "2024-12-01"},
        "who": {"makes": ["Example"], "dealer_codes": "all"},
        "when": {"calendar": "example", "grain": "month"},
        "basis": {"unwind_lands": lands},
        "elements": found,
        "gates": draw(gates(found, "program")),
        "across": draw(across(found)),
        "examples": [{"example": "none", "amount": 0}],
    }
    deductions = []
    if draw(st.integers(0, 2)) == 0:
        deductions.append(
            {
                "deduction": "ads",
                "kind": "strikes",
                "rolling_months": 2,
                "steps": [
                    {"strike": 1, "takes_percent": 12.5},
                    {"strike": 3, "takes_percent": 100, "suspends_periods": 1},
                ],
            }
        )
    if lands == "nowhere" and draw(st.booleans()):
        back = {"deduction": "back", "kind": "chargeback", "look_back_days": 90}
        deductions.append(back | {"per_unit": draw(CENTS)})
    document["deductions"] = deductions
    limits = [{}, {"amount": 900}, {"amount": 4_000}, {"msrp_percent": 1.5}]
    caps = draw(st.sampled_from(limits))
    return document | ({"caps": caps} if caps else {})


def as_text(document: dict) -> str:
    """A document as YAML text; JSON is YAML, but for its dates, which must not be quoted."""
    text = json.dumps(document)
    for name in ("announced", "effective", "date"):
        for day in ("2024-12-01", "2025-01-01", "2025-02-20", "2025-03-01"):
            text = text.replace(f'"{name}": "{day}"', f'"{name}": {day}')
    return text


def as_read(value: object) -> object:
    """A drawn value as reading its YAML would give it, without the time that YAML takes."""
    if isinstance(value, dict):
        read = Mapping({name: as_read(part) for name, part in value.items()})
        read.key_lines = dict.fromkeys(value, 1)
        return read
    if isinstance(value, list):
        items = Listing(as_read(part) for part in value)
        items.item_lines = [1] * len(items)
        return items
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, str) and ISO_DATE.fullmatch(value):
        return datetime.date.fromisoformat(value)
    return value


UNITS = st.builds(
    SoldUnits,
    st.builds(
        UnitClass,
        make=st.just("Example"),
        model=st.sampled_from(MODELS),
        model_year=st.sampled_from([2024, 2025]),
        stock_type=st.sampled_from(["new", "new", "certified"]),
        sale_type=st.sampled_from(["retail", "retail", "fleet", "lease"]),
    ),
    st.integers(1, 4),
    st.integers(0, 200_000_00).map(lambda cents: Decimal(cents) / 100),
    st.integers(0, 1),
)
COUNTS = st.none() | st.integers(0, 12)
UNWOUND = st.tuples(st.integers(1, 2), st.integers(0, 120))
READINGS = st.builds(
    Reading,
    st.integers(80_000, 101_000).map(lambda thousandths: Decimal(thousandths) / 1000),
    st.none() | st.integers(0, 9),
    st.none() | st.integers(80, 95).map(Decimal),
)


@st.composite
def period_inputs(draw, code: str, is_open: bool) -> PeriodInputs:
    period = plain_period(code)
    names = ("e1", "e2", "e3")
    metrics = ("csi", "efficiency", "timely")
    days = st.dates(period.start, period.end)
    return PeriodInputs(
        period=period,
        sold=tuple(draw(st.lists(UNITS, max_size=6))),
        objectives={name: draw(COUNTS) for name in names},
        bases={name: draw(COUNTS) for name in names},
        readings={name: draw(READINGS) for name in metrics if draw(st.booleans())},
        items={"training": draw(st.sampled_from(GateState))},
        is_open=is_open,
        strikes=tuple(draw(st.lists(days, max_size=2))),
        unwound=tuple(draw(st.lists(UNWOUND, max_size=1))),
    )


@st.composite
def histories(draw) -> tuple[PeriodInputs, ...]:
    """The periods begun, the last perhaps still running."""
    count = draw(st.integers(1, len(MONTHS)))
    is_open = draw(st.booleans())
    return tuple(
        draw(period_inputs(code, is_open and number == count - 1))
        for number, code in enumerate(MONTHS[:count])
    )


AS_OF = datetime.date(2025, 8, 15)
