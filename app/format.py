"""How a figure is written: money, units, shares, moments and chances.

Belongs here: turning exact values into text. No arithmetic on money, no reading of data
(app/queries.py), no HTML (app/components/). Every function takes None and answers with a dash, so
that an unknown is shown as unknown and never as zero.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

UNKNOWN = "–"
CENT = Decimal("0.01")

# Fractions a manager says aloud. Finer ones would claim a precision that a chance of this kind
# lacks.
SPOKEN_FRACTIONS = (
    Fraction(1, 20),
    Fraction(1, 10),
    Fraction(1, 5),
    Fraction(1, 4),
    Fraction(1, 3),
    Fraction(2, 5),
    Fraction(1, 2),
    Fraction(3, 5),
    Fraction(2, 3),
    Fraction(3, 4),
    Fraction(4, 5),
    Fraction(9, 10),
    Fraction(19, 20),
)


def money(amount: Decimal | None) -> str:
    """Write dollars exactly: whole dollars bare, otherwise both digits of the cents."""
    if amount is None:
        return UNKNOWN
    cents = amount.quantize(CENT, rounding=ROUND_HALF_UP)
    sign = "−" if cents < 0 else ""
    digits = f"{abs(cents):,.2f}"
    return f"{sign}${digits.removesuffix('.00')}"


def about_money(amount: Decimal | None) -> str:
    """Write an estimate: to the nearest hundred dollars from $10,000 on, else the nearest ten."""
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return money(amount)
    step = Decimal(100) if abs(amount) >= 10_000 else Decimal(10)
    return f"about {money((amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step)}"


def signed_money(amount: Decimal | None) -> str:
    """Write a change of dollars with its sign; no change is written as such."""
    if amount is None:
        return UNKNOWN
    if amount == 0:
        return "no change"
    return money(amount) if amount < 0 else f"+{money(amount)}"


def units(count: int | Decimal | None) -> str:
    """Write a count of units."""
    return UNKNOWN if count is None else f"{count:,}"


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """Write a count with its noun: `1 unit`, `3 units`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def percent(share: Decimal | None, places: int = 1) -> str:
    """Write a value that is already in percent (90.0 is 90 %), without idle zeros."""
    if share is None:
        return UNKNOWN
    text = f"{share:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} %"


def score(value: Decimal | None) -> str:
    """Write a score without idle zeros: `92`, `94.3`."""
    if value is None:
        return UNKNOWN
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rate(per_day: Decimal | float | None) -> str:
    """Write units a selling day with one decimal."""
    return UNKNOWN if per_day is None else f"{per_day:,.1f}"


def chance(probability: float | None) -> str:
    """Write a chance in whole percent, never 0 or 100: no count of draws makes a thing certain."""
    if probability is None:
        return UNKNOWN
    whole = round(probability * 100)
    if whole < 1:
        return "< 1 %"
    return "> 99 %" if whole > 99 else f"{whole} %"


def chance_in_words(probability: float | None) -> str:
    """Say a chance the way a manager says it: `about 2 in 3`."""
    if probability is None:
        return "no forecast"
    if probability >= 0.98:
        return "almost certain"
    if probability <= 0.02:
        return "hardly a chance"
    nearest = min(SPOKEN_FRACTIONS, key=lambda spoken: abs(float(spoken) - probability))
    if nearest == Fraction(1, 2):
        return "about even"
    return f"about {nearest.numerator} in {nearest.denominator}"


def day(value: date | None, today: date | None = None) -> str:
    """Write a date as `Fri Aug 15`, with its year where that isn't today's."""
    if value is None:
        return UNKNOWN
    if today is not None and value.year != today.year:
        return full_day(value)
    return f"{value:%a %b} {value.day}"


def full_day(value: date | None) -> str:
    """Write a date with its year, as `Aug 15, 2025`."""
    return UNKNOWN if value is None else f"{value:%b} {value.day}, {value.year}"


def moment(value: datetime | None) -> str:
    """Write a moment as `Fri Aug 15, 2025, 7:00 AM CDT`, in the zone it carries."""
    if value is None:
        return UNKNOWN
    hour = value.strftime("%I:%M %p").lstrip("0")
    return f"{value:%a} {full_day(value.date())}, {hour} {value:%Z}".strip()


def span(start: date, end: date) -> str:
    """Write a period by its first and last day: `Jul 1 to Sep 30`."""
    return f"{start:%b} {start.day} to {end:%b} {end.day}"


def period(code: str, start: date, end: date) -> str:
    """Write a period code in words: `August 2025`, `Q3 2025`, otherwise its days."""
    head, _, tail = code.partition("-")
    if len(code) == 7 and head.isdigit() and tail.isdigit():
        return f"{date(int(head), int(tail), 1):%B %Y}"
    if tail[:1] in ("Q", "H") and len(tail) == 2:
        return f"{tail} {head}"
    if code.isdigit() and len(code) == 4:
        return code
    return span(start, end)


def age(hours: Decimal | float | None) -> str:
    """Write an age coarsely: hours up to two days, then days."""
    if hours is None:
        return UNKNOWN
    if hours < 1:
        return "under an hour"
    if hours < 48:
        return plural(int(hours), "hour")
    return plural(int(hours // 24), "day")


def words(code: str | None) -> str:
    """Write a code of ours as words: `delivered_not_reported` becomes `delivered not reported`."""
    return UNKNOWN if not code else code.replace("_", " ")


# In the marts' sentences dollars have two decimals; scores have three and hours one.
_BARE_DOLLARS = re.compile(r"(?<![\w.$-])-?\d+\.\d{2}(?![\w.]*\d)")


def with_dollars(sentence: str) -> str:
    """Write the bare amounts of a mart's sentence as dollars: `1000.00 paid` is `$1,000 paid`."""
    return _BARE_DOLLARS.sub(lambda found: money(Decimal(found.group())), sentence)
