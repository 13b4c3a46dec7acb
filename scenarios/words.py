"""The levers of a scenario in words: one grammar for command line, address, notebook.

Here: `add make=Nissan,model=Frontier,units=5` and its like, read and written. Not here: what they
mean at a rooftop (meaning.py, cars.py), what a change does (programs/changes.py).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from programs.errors import StairstepError

# What tells cars apart.
TRAITS = ("make", "model", "trim", "model_year", "powertrain", "stock_type", "sale_type")
MOST_UNITS = 999
# What may be said, by kind: the names before the bar are needed.
NAMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "add": ((), (*TRAITS, "units", "on", "msrp")),
    "set": ((), ("sample",)),
    "survey": (("metric", "score"), ("count",)),
    "gate": ((), ()),
    "report": (("by",), ("vin",)),
    "unwind": ((), ("vin", "units", *TRAITS)),
    "recalls": (("close",), ()),
    "objective": (("program", "units"), ("element",)),
    "bulletin": (("program",), ("version", "file")),
    "days": ((), ("closed", "open")),
}
# What a kind is called where it is read.
KINDS: Mapping[str, str] = {
    "add": "sell", "set": "score", "survey": "surveys", "gate": "gate", "report": "report",
    "unwind": "unwind", "recalls": "recalls", "objective": "objective", "bulletin": "rules",
    "days": "days",
}  # fmt: skip
# Kinds whose one pair is `what=state`, with a name of the group's own.
OWN_NAMES = ("set", "gate")
_ESCAPED = {",": "%2C", "=": "%3D", "%": "%25"}


class LeverError(StairstepError):
    """Words that are no lever, or that mean nothing at the rooftop."""


@dataclass(frozen=True)
class Lever:
    """One lever as it was said. `rooftop_id` None: every rooftop of the scenario."""

    kind: str
    pairs: tuple[tuple[str, str], ...]
    rooftop_id: str | None = None

    @cached_property
    def text(self) -> str:
        """The words that `read_lever` reads back as this lever."""
        pairs = list(self.pairs)
        if self.rooftop_id is not None:
            pairs.append(("rooftop", self.rooftop_id))
        return f"{self.kind} " + ",".join(f"{name}={_escaped(value)}" for name, value in pairs)

    @property
    def said(self) -> str:
        """As a person reads it: `sell: make Nissan, model Frontier, units 5`."""
        pairs = [*self.pairs, *([("rooftop", self.rooftop_id)] if self.rooftop_id else [])]
        return f"{KINDS[self.kind]}: " + ", ".join(f"{name} {value}" for name, value in pairs)

    @cached_property
    def _by_name(self) -> dict[str, str]:
        return dict(self.pairs)

    def get(self, name: str) -> str | None:
        return self._by_name.get(name)

    @cached_property
    def traits(self) -> Mapping[str, str]:
        """What it says of the cars it means, in small letters."""
        return {name: value.lower() for name, value in self.pairs if name in TRAITS}

    @cached_property
    def description(self) -> tuple[tuple[str, str], ...]:
        """What it says of the cars it means, as it was said."""
        return tuple(pair for pair in self.pairs if pair[0] in TRAITS)

    @cached_property
    def units(self) -> int:
        """The units that an `add` or `unwind` says; one where it says none."""
        return whole(self, "units", self.get("units") or "1", -MOST_UNITS, MOST_UNITS)


def lever(kind: str, rooftop_id: str | None = None, **pairs: object) -> Lever:
    """A lever from values; those that are None are left out."""
    said = tuple((name, str(value)) for name, value in pairs.items() if value is not None)
    return Lever(kind, said, rooftop_id)


def read_lever(text: str) -> Lever:
    """`kind name=value,...` as a lever. Raises LeverError naming the word that is none."""
    kind, _, said = text.strip().partition(" ")
    if kind not in NAMES:
        raise LeverError(f"'{kind}' is no lever; there are {', '.join(NAMES)}")
    return parse(kind, said.strip())


def parse(kind: str, said: str) -> Lever:
    """A lever's pairs, as the command line gives them after `--kind`."""
    where = f"--{kind} '{said}'"
    pairs: dict[str, str] = {}
    for word in said.split(","):
        name, mark, value = word.partition("=")
        if not mark or not name.strip() or not value.strip():
            raise LeverError(f"{where}: '{word}' is not name=value")
        pairs[name.strip().lower()] = _unescaped(value.strip())
    rooftop_id = pairs.pop("rooftop", None)
    needed, known = NAMES[kind]
    for name in needed:
        if name not in pairs:
            raise LeverError(f"{where}: say {name}=...")
    own = [name for name in pairs if name not in (*needed, *known)]
    if own and kind not in OWN_NAMES:
        listed = ", ".join((*needed, *known))
        raise LeverError(f"{where}: '{own[0]}' is no part of it; there are {listed}")
    if kind in OWN_NAMES and len(own) != 1:
        raise LeverError(f"{where}: one at a time; give --{kind} again for another")
    return Lever(kind, tuple(pairs.items()), rooftop_id)


def _escaped(value: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in value)


def _unescaped(value: str) -> str:
    for letter, code in _ESCAPED.items():
        value = value.replace(code, letter)
    return value


def fault(found: Lever, what: str) -> LeverError:
    return LeverError(f"--{found.kind} '{found.text.partition(' ')[2]}': {what}")


def whole(found: Lever, name: str, text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,6}", text) or not least <= int(text) <= most:
        raise fault(found, f"{name}={text} is no whole number from {least} to {most}")
    return int(text)


def amount(found: Lever, name: str, text: str) -> Decimal:
    try:
        value = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation as error:
        raise fault(found, f"{name}={text} is no number") from error
    if not value.is_finite():
        raise fault(found, f"{name}={text} is no number")
    return value


def dates(found: Lever, name: str, text: str) -> tuple[datetime.date, ...]:
    try:
        return tuple(datetime.date.fromisoformat(part.strip()) for part in text.split("/"))
    except ValueError as error:
        raise fault(found, f"{name}={text}: write dates like 2025-08-20/2025-08-21") from error
