"""Programs of any shape with months of deals behind them, once as landed rows and once as inputs.

Here: drawing rulebooks and what three stores sold, reported late, unwound, scored and were struck
for; landing all of it; and the same facts as `programs` takes them. Not here: what must hold of
the two (test_dbt_any_shape.py); the shapes (rulebook_strategies.py).
"""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from programs.calendars import Period
from programs.filters import ElementFilter, UnitClass
from programs.gates import Item, Leaf, Reading, items_state
from programs.program_states import PeriodInputs, SoldUnits
from programs.rule_models import RuleVersion
from programs.rulebook import Rulebook, Version, read_rulebook
from tests.integration.dbt_fixture import SmallHome, Store, moment
from tests.integration.drawn_documents import drawn_documents
from tests.integration.drawn_wider_rules import add_wider_rules, family_of, revision_of
from tests.unit.programs.evaluator import facts as evaluator
from tests.unit.programs.rulebook_strategies import MODELS, as_text

SEED, PROGRAMS = 20250420, 240
REVISED = 5  # one program in so many is revised in the middle of a quarter
AS_OF = date(2025, 4, 20)
STORES = {"small": 2, "middle": 7, "large": 14}  # most sales of a month
METRICS = ("csi", "efficiency")
ITEM = Leaf("training", "compliance_items", item_type="training", due="period_end")


def months() -> list[Period]:
    """January to April 2025; the last is running on the as-of date."""
    starts = [date(2025, month, 1) for month in range(1, 6)]
    return [
        Period(start, after - timedelta(days=1), f"{start:%Y-%m}", "month")
        for start, after in itertools.pairwise(starts)
    ]


@dataclass(frozen=True)
class Sale:
    """One car sold; perhaps unwound, perhaps with an open recall."""

    vin: str
    unit: UnitClass
    on: date
    accepted: date
    msrp: Decimal
    unwound: date | None
    is_recalled: bool


@dataclass
class StoreFacts:
    """All that happened at one store."""

    sales: list[Sale] = field(default_factory=list)
    base_sales: list[Sale] = field(default_factory=list)
    readings: dict[tuple[str, str], Reading] = field(default_factory=dict)
    items: list[tuple[str, Item]] = field(default_factory=list)
    strikes: list[date] = field(default_factory=list)
    objectives: dict[tuple[str, str, str], int] = field(default_factory=dict)


def drawn_rulebooks(count: int = PROGRAMS, *, are_alone: bool = False) -> list[Rulebook]:
    """The same programs every time, in families of four with rules between them."""
    texts = drawn_texts(count, are_alone=are_alone)
    return [read_rulebook(text, name, run_examples=False) for name, text in texts.items()]


def drawn_texts(count: int = PROGRAMS, *, are_alone: bool = False) -> dict[str, str]:
    """The texts of these rulebooks, by file. `are_alone`: without rules over several periods or
    programs."""
    found = drawn_documents(count)
    dice = random.Random(SEED)
    texts, drawn = {}, copy.deepcopy(found)
    for number, document in enumerate(found):
        code = f"p{number:03}"
        document |= {"program": code, "when": {"calendar": "plain", "grain": "month"}}
        others = [f"p{member:03}" for member in family_of(number, len(found)) if member != number]
        if are_alone:
            document |= {"across": [], "deductions": []}
        else:
            add_wider_rules(dice, document, others)
            if number % REVISED == 0:
                document["revisions"] = [revision_of(document, drawn[number - 1])]
        if number % 9 == 0:  # reports come up to four days after their sale
            document["deadlines"] = {"report_days_after_sale": 3 if number % 2 else 1}
        texts[f"{code}.yaml"] = as_text(document)
    return texts


def drawn_facts(home: SmallHome, stores: Mapping[str, int] = STORES) -> dict[str, StoreFacts]:
    """What each store did, landed in the home as it is drawn. `stores`: most sales of a month."""
    dice = random.Random(SEED)
    facts = {}
    for store, most in stores.items():
        here = StoreFacts()
        home.sell(store, 1, "2024-01-02", stock_type="used")  # history begins before any base
        for month in months():
            here.sales += _sales(dice, home, month, dice.randint(0, most))
            before = Period(
                month.start.replace(year=2024), month.end.replace(year=2024), "", "month"
            )
            here.base_sales += _sales(dice, home, before, dice.randint(0, most), is_plain=True)
            for metric in METRICS:
                if dice.random() < 0.7:
                    here.readings[month.code, metric] = _reading(dice)
            here.items += _items(dice, month)
            here.strikes += [
                day
                for _ in range(dice.randint(0, 2))
                if (day := _day(dice, month)) <= AS_OF
            ]
        for book, month in itertools.product(home.rulebooks, months()):
            rules = [version.rules for version in book.versions]
            codes = dict.fromkeys(one.element for found in rules for one in found.elements)
            for element in codes:
                units = dice.choice([None, 0, *([dice.randint(1, 12)] * 4)])
                if units is not None:
                    here.objectives[book.program_code, element, month.code] = units
        _land(home, home.store(store), here)
        facts[store] = here
    return facts


def _day(dice: random.Random, month: Period) -> date:
    last = min(month.end, AS_OF) if month.end.year == AS_OF.year else month.end
    return month.start + timedelta(days=dice.randint(0, (last - month.start).days))


def _sales(
    dice: random.Random, home: SmallHome, month: Period, count: int, *, is_plain: bool = False
) -> Iterator[Sale]:
    for _ in range(count):
        day = _day(dice, month)
        accepted = min(day + timedelta(days=0 if is_plain else dice.choice([0, 1, 3, 4])), AS_OF)
        unwound = day + timedelta(days=dice.randint(1, 100)) if dice.random() < 0.25 else None
        unwound = unwound and max(unwound, accepted + timedelta(days=1))  # no report, no unwind
        yield Sale(
            vin=home.vin(),
            unit=UnitClass(
                make="Example",
                model=dice.choice(MODELS),
                trim="Base",
                model_year=dice.choice([2024, 2025]),
                powertrain="gas",
                stock_type=dice.choice(["new", "new", "certified"]),
                sale_type=dice.choice(["retail", "retail", "fleet", "lease"]),
            ),
            on=day,
            accepted=accepted,
            msrp=Decimal(dice.randint(0, 6_000_000)) / 100,
            unwound=None if is_plain or (unwound and unwound > AS_OF) else unwound,
            is_recalled=not is_plain and dice.random() < 0.15,
        )


def _reading(dice: random.Random) -> Reading:
    return Reading(
        Decimal(dice.choice([dice.randint(80_000, 101_000), 90_000, 95_000])) / 1000,
        dice.choice([None, *range(9)]),
        dice.choice([None, Decimal(dice.randint(80, 95))]),
    )


def _items(dice: random.Random, month: Period) -> Iterator[tuple[str, Item]]:
    for code in ("T1", "T2"):
        if dice.random() < 0.5:
            due = _day(dice, month) if dice.random() < 0.8 else None
            done = _day(dice, month) + timedelta(days=dice.randint(0, 20))
            is_done = dice.random() < 0.7 and done <= AS_OF
            yield f"{code}-{month.code}", Item(due, done if is_done else None)


def _land(home: SmallHome, store: Store, facts: StoreFacts) -> None:
    key = {"oem_code": store.oem, "dealer_code": store.dealer_code}
    reports, recalls = [], []
    for sale in (*facts.sales, *facts.base_sales):
        traits = vars(sale.unit) | {"msrp_amount": sale.msrp}
        for event, on in (("accepted", sale.accepted), ("unwound", sale.unwound)):
            if on is not None:
                row = home.rdr(store.rooftop_id, sale.vin, str(sale.on), event, **traits)
                reports.append(row | {"event_at": moment(f"{on}T12:00:00-06:00")})
        if sale.is_recalled:
            recalls.append({"oem_code": store.oem, "vin": sale.vin, "campaign_code": "R"})
    home.land("portal/rdrs", reports)
    home.land("portal/recalls", [row | {"opened_date": date(2024, 1, 1)} for row in recalls])
    home.land(
        "csi/scores",
        [
            {
                "dealer_code": store.dealer_code,
                "make": store.make,
                "metric_code": metric,
                "score_date": date.fromisoformat(f"{code}-15"),
                "score": reading.score,
                "sample_count": reading.sample_count,
                "region_average": reading.region_average,
            }
            for (code, metric), reading in facts.readings.items()
        ],
    )
    items = [
        {"item_code": code, "item_type": "training"} | vars(item) for code, item in facts.items
    ]
    items += [
        {"item_code": f"S{number}", "item_type": "strike", "due_date": day}
        for number, day in enumerate(facts.strikes)
    ]
    named = [row | key | {"item_name": row["item_code"]} for row in items]
    home.land("portal/compliance_items", named)
    home.land(
        "portal/objectives",
        [
            key
            | {
                "program_code": program,
                "element_code": element,
                "period_code": period,
                "objective_units": units,
                "announced_date": date(2024, 12, 1),
            }
            for (program, element, period), units in facts.objectives.items()
        ],
    )


def evaluator_store(facts: StoreFacts) -> evaluator.Store:
    """The same facts as the second evaluator takes them."""
    return evaluator.Store(
        sales=tuple(
            evaluator.Sale(
                sale.vin, sale.on, sale.accepted, vars(sale.unit), Fraction(sale.msrp),
                sale.is_recalled, sale.unwound,
            )
            for sale in (*facts.sales, *facts.base_sales)
        ),
        objectives=dict(facts.objectives),
        scores=tuple(
            evaluator.Score(
                metric, date.fromisoformat(f"{code}-15"), Fraction(reading.score),
                reading.sample_count,
                None if reading.region_average is None else Fraction(reading.region_average),
            )
            for (code, metric), reading in facts.readings.items()
            if reading.score is not None
        ),
        items=tuple(
            evaluator.Item("training", code, item.due_date, item.completed_date)
            for code, item in facts.items
        ),
        strikes=tuple(facts.strikes),
    )  # fmt: skip


Filters = dict[str, ElementFilter]


def history(book: Rulebook, facts: StoreFacts) -> list[tuple[Version, PeriodInputs]]:
    """One program's periods at one store, as `programs` takes them, with the version of each."""
    ruling = [(month, book.version_for(month, AS_OF) or book.versions[0]) for month in months()]
    filters = {
        version.number: {
            element.element: ElementFilter(version.rules, element)
            for element in version.rules.elements
        }
        for _, version in ruling
    }
    by_month = {month.code: filters[version.number] for month, version in ruling}
    return [
        (version, _inputs(version.rules, by_month, facts, month)) for month, version in ruling
    ]


def _inputs(
    rules: RuleVersion, by_month: Mapping[str, Filters], facts: StoreFacts, month: Period
) -> PeriodInputs:
    filters = by_month[month.code]
    last = rules.deadlines.report_days_after_sale
    sales = [sale for sale in facts.sales if last is None or (sale.accepted - sale.on).days <= last]
    lines = sorted(_lines(rules, by_month, sales, month), key=lambda line: line[0])
    readings = {
        metric: reading
        for (code, metric), reading in facts.readings.items()
        if code == month.code
    }
    timely = _timely(filters, [sale for (_, after, _), sale in lines if not after])
    return PeriodInputs(
        period=month,
        sold=tuple(_units(sale, -1 if after else 1) for (_, after, _), sale in lines),
        objectives={
            element: facts.objectives.get((rules.program, element, month.code))
            for element in filters
        },
        bases={code: _base(found, facts.base_sales, month) for code, found in filters.items()},
        readings=readings | ({"timely": timely} if timely else {}),
        items=_item_states(facts.items, month),
        is_open=month.end >= AS_OF,
        strikes=tuple(sorted(day for day in facts.strikes if month.contains(day))),
        unwound=tuple(_unwound(by_month, sales, month)),
    )


Line = tuple[tuple[date, bool, str], Sale]


def _lines(
    rules: RuleVersion, by_month: Mapping[str, Filters], sales: Sequence[Sale], month: Period
) -> Iterator[Line]:
    """The units of a period and those taken back in it, to be ordered by their first part. What the
    rules of its own month didn't count or pay isn't taken back by later ones."""
    lands = rules.basis.unwind_lands
    for sale in sales:
        is_here = month.contains(sale.on)
        is_undone = sale.unwound is not None and (
            lands == "sale_period" or sale.unwound <= _end_of(sale.on)
        )
        if is_here and not is_undone:
            yield (sale.on, False, sale.vin), sale
        is_back = sale.unwound is not None and lands == "unwind_period" and not is_undone
        if is_back and month.contains(sale.unwound) and _is_unit(
            by_month[f"{sale.on:%Y-%m}"], sale
        ):
            yield (sale.unwound, True, sale.vin), sale


def _is_unit(filters: Filters, sale: Sale) -> bool:
    """Whether any element counts or pays it."""
    memberships = (one.membership(sale.unit) for one in filters.values())
    return any(found.is_counted or found.is_paid for found in memberships)


def _end_of(day: date) -> date:
    return next(month.end for month in months() if month.contains(day))


def _units(sale: Sale, step: int) -> SoldUnits:
    return SoldUnits(
        sale.unit, step, step * sale.msrp, int(sale.is_recalled) if step > 0 else 0
    )


def _base(found: ElementFilter, sales: Sequence[Sale], month: Period) -> int:
    return sum(
        (sale.on.month == month.start.month) and found.membership(sale.unit).is_counted
        for sale in sales
    )


def _timely(filters: dict[str, ElementFilter], sales: Sequence[Sale]) -> Reading | None:
    own = [sale for sale in sales if _is_unit(filters, sale)]
    if not own:
        return None
    in_time = sum((sale.accepted - sale.on).days <= 3 for sale in own)
    return Reading(Decimal(100 * in_time) / len(own), len(own))


def _item_states(items: Sequence[tuple[str, Item]], month: Period) -> dict[str, Any]:
    asked = {"training": [item for _, item in items]}
    asked |= {code: [item] for code, item in items}
    return {
        code: items_state(
            ITEM, found, period_start=month.start, period_end=month.end, as_of_date=AS_OF
        )
        for code, found in asked.items()
    }


def _unwound(
    by_month: Mapping[str, Filters], sales: Sequence[Sale], month: Period
) -> Iterator[tuple[int, int]]:
    """Units paid by the rules of their own month, with the days to their unwind in this one."""
    for sale in sales:
        if sale.unwound is None or not month.contains(sale.unwound) or month.contains(sale.on):
            continue
        filters = by_month[f"{sale.on:%Y-%m}"]
        if any(found.membership(sale.unit).is_paid for found in filters.values()):
            yield 1, (sale.unwound - sale.on).days
