"""A ladder that pays car by car as live formulas: each car's row, and what its tier pays it.

Here: pay_lines.py in a spreadsheet's words. Not here: ladders that go by how many were sold, and
what is taken off (ladder_sheets.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from programs.pay_lines import PayByLine, UnitLine
from programs.rule_values import ALL_UNITS
from programs.scenario import ElementState
from programs.standing import average_msrp
from scenarios.sheet_rows import Rows

# Cars that may be put beside those sold.
BLANK_CARS = 30
NO_LIMIT = Decimal(10) ** 9
HEADS = ("Counted", "Pay group", "Paid", "MSRP", "Counted before", "At tier", "Paid before", "Pays")
# The rows between the cars' sums, which stand above them, and the first car.
ROWS_ABOVE = 5


@dataclass(frozen=True)
class CarList:
    """Where the cars of an element stand. `counted`, `msrp` and `pays` are whole columns."""

    first: int
    rates: Mapping[str, str]
    more: str
    cap: str | None
    counted: str
    msrp: str
    pays: str


def begin_cars(rows: Rows, ladder: PayByLine, state: ElementState) -> CarList:
    """Writes the rates and what may be changed; the cars follow ROWS_ABOVE rows further on."""
    rows.heads("Tier", "From units", "Flat", "Pay group", "Each", "Share of MSRP", "At most each")
    names = ("tier", "from", "flat", "group", "each", "share", "most")
    rates = rows.table(names, _rates(ladder))
    more = rows.named(
        "More cars like the average", 0, "input_units", note=f"change me, 0 to {BLANK_CARS}"
    )
    cap = None
    if ladder.cap_units is not None:
        cap = rows.named("Units paid at most", ladder.cap_units, "input_units")
    first = rows.number + ROWS_ABOVE
    last = first + len(state.facts.lines or ()) + BLANK_CARS - 1
    columns = [f"${letter}${first}:${letter}${last}" for letter in "ADH"]
    return CarList(first, rates, more, cap, *columns)


def _rates(ladder: PayByLine) -> Iterator[Sequence[tuple[object, str]]]:
    for bracket in ladder.brackets:
        for place, pay in enumerate(bracket.pays or (None,)):
            flat = bracket.amount_flat if place == 0 else Decimal(0)
            row = [(bracket.tier_number, "units"), (bracket.from_units, "units"),
                   (flat, "input_money")]  # fmt: skip
            if pay is not None:
                limit = NO_LIMIT if pay.at_most_per_unit is None else pay.at_most_per_unit
                row += [(pay.pay_group_code, "plain"), (pay.amount_per_unit, "input_money"),
                        (pay.msrp_share, "input_share"), (limit, "input_money")]  # fmt: skip
            yield row


def write_cars(
    rows: Rows, ladder: PayByLine, state: ElementState, listed: CarList, tier: str
) -> str:
    """Writes the cars, those sold and blank ones; what they are paid at `tier`."""
    rows.heads(*HEADS)
    assert rows.number == listed.first, "the cars begin where their sums say"
    for line in state.facts.lines or ():
        _car(rows, ladder, listed, tier, _sold(line))
    pays = ladder.brackets[0].pays
    group = pays[0].pay_group_code if pays else ALL_UNITS
    for number in range(1, BLANK_CARS + 1):
        sold = f"=IF({listed.more}>={number},1,0)"
        paid = sold if state.rules.counts_equal_pays else 0
        price = f"=C{rows.number}*{average_msrp(state.facts)}"
        _car(rows, ladder, listed, tier, (sold, group, paid, price))
    flats = f"SUMPRODUCT(({listed.rates['tier']}{_reach(ladder)}{tier})*{listed.rates['flat']})"
    return f"IF({tier}=0,0,MAX({flats}+SUM({listed.pays}),0))"


def _sold(line: UnitLine) -> tuple[int, str, int, Decimal]:
    """A car that was sold, or taken back: counted, pay group, paid, MSRP."""
    if not line.paid:
        return line.counted_units, "", 0, Decimal(0)
    (part,) = line.paid
    return line.counted_units, part.pay_group_code, int(part.units), Decimal(part.msrp_amount)


def _car(
    rows: Rows, ladder: PayByLine, listed: CarList, tier: str, car: Sequence[object]
) -> None:
    """One car: what is counted and paid of it, what came before it, and its pay."""
    here, rates = rows.number, listed.rates
    is_first = here == listed.first
    counted = "=0" if is_first else f"=E{here - 1}+A{here - 1}"
    at_tier = f"={tier}"
    paid = "=0" if is_first else f"=G{here - 1}+C{here - 1}"
    if ladder.shape == "marginal":
        # The bracket it stands in; units below the first edge aren't paid.
        place = f"IFERROR(MATCH(MIN(E{here},E{here}+A{here}),{rates['from']},1),0)"
        at_tier = f"=IF(A{here}=0,0,IF({place}=0,0,INDEX({rates['tier']},{place})))"
        paid = "=0" if is_first else f"=G{here - 1}+IF(F{here - 1}>0,C{here - 1},0)"
    reach = "=" if ladder.shape == "marginal" else _reach(ladder)
    each = f"({rates['each']}+{rates['share']}*IF(C{here}=0,0,D{here}/C{here}))"
    under = f"({each}<={rates['most']})*{each}+({each}>{rates['most']})*{rates['most']}"
    pays = (
        f"=C{here}*SUMPRODUCT(({rates['group']}=B{here})*({rates['tier']}{reach}F{here})*({under}))"
    )
    if listed.cap is not None:
        low, high = (f"{end}(G{here},G{here}+C{here})" for end in ("MIN", "MAX"))
        inside = f"MAX(MIN({high},{listed.cap})-MAX({low},0),0)"
        pays += f"*IF(C{here}=0,0,{inside}/ABS(C{here}))"
    styles = ("units", "plain", "units", "money", "units", "units", "units", "money")
    values = (*car, counted, at_tier, paid, pays)
    for column, (value, style) in enumerate(zip(values, styles, strict=True)):
        rows.write(column, value, style)
    rows.skip()


def _reach(ladder: PayByLine) -> str:
    """Which tiers pay beside the one reached: those below too, or it alone."""
    return "<=" if ladder.shape == "marginal" or ladder.choice == "added" else "="
