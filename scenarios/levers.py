"""The words of a plan's wishes: pairs like `first=500,step=25`, and amounts of money.

Not here: the words of scenarios (words.py), what a plan chooses from (moves.py).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from programs.money import cents_half_up
from scenarios.inputs import ScenarioError
from scenarios.lines import CENT


def parse_pairs(text: str, option: str) -> dict[str, str]:
    """`a=1,b=2` as pairs. Raises ScenarioError with the word that is none."""
    pairs = {}
    for word in text.split(","):
        name, mark, value = word.partition("=")
        if not mark or not name.strip() or not value.strip():
            raise ScenarioError(f"{option} '{text}': '{word}' is not name=value")
        pairs[name.strip().lower()] = value.strip()
    return pairs


def parse_money(text: str, option: str) -> int:
    """Dollars as whole cents, exact. Raises ScenarioError for what is no amount."""
    try:
        amount = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation as error:
        raise ScenarioError(f"{option}: '{text}' is not an amount like 1200 or 1200.50") from error
    if not amount.is_finite() or amount != amount.quantize(CENT):
        raise ScenarioError(f"{option}: '{text}' has more than whole cents")
    return cents_half_up(amount)
