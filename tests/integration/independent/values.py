"""What single values mean: texts, codes, money, days and moments, VINs; and reading row by row.

Belongs here: what dms.py and portal.py share. A row with a value that can't be read is no row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from .files import GROUP_ZONE, Row, known_files

NULLS = {"", "-", "NULL", "null", "N/A", "0", "00010101"}
VIN_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
SALE_TYPES = ("retail", "lease", "fleet", "loaner", "demo", "employee", "wholesale")


class Unreadable(ValueError):
    """A value that means nothing here: its row is left out."""


@dataclass(frozen=True)
class Car:
    vin: str
    make: str
    model: str
    model_year: int
    stock_type: str
    sale_type: str
    msrp: Decimal


def vin_adds_up(vin: str) -> bool:
    """The check digit of 49 CFR 565: the weighted sum modulo 11 stands in ninth place."""
    worth = (int(VIN_LETTERS.get(sign, sign)) for sign in vin)
    rest = sum(w * v for w, v in zip(VIN_WEIGHTS, worth, strict=True)) % 11
    return vin[8] == ("X" if rest == 10 else str(rest))


def text(value: Any) -> str:
    """The value as text; a row without it is unreadable."""
    if value is None or str(value).strip() in NULLS:
        raise Unreadable("nothing")
    return str(value).strip()


def vin(value: Any) -> str:
    """Seventeen signs without I, O and Q."""
    written = text(value).upper()
    if not re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", written):
        raise Unreadable(written)
    return written


def whole(value: Any) -> int:
    return int(money(value))


def money(value: Any) -> Decimal:
    try:
        return Decimal(text(value))
    except InvalidOperation as wrong:
        raise Unreadable(str(value)) from wrong


def day(value: Any, form: str) -> date:
    return moment(value, form).date()


def day_or_none(value: Any, form: str) -> date | None:
    return None if value is None or str(value).strip() in NULLS else day(value, form)


def moment(value: Any, form: str) -> datetime:
    """A wall-clock moment in the group's time zone."""
    return datetime.strptime(text(value), form).replace(tzinfo=GROUP_ZONE)


def from_epoch(value: Any) -> datetime:
    """Milliseconds since 1970 UTC: the store's clock (all are in one zone) decides the day."""
    if not isinstance(value, int):
        raise Unreadable(str(value))
    return datetime.fromtimestamp(value / 1000, UTC).astimezone(GROUP_ZONE)


def code(value: Any, table: dict[str, str]) -> str:
    written = text(value)
    if written not in table:
        raise Unreadable(written)
    return table[written]


def read(
    rows: Callable[[Path, datetime], Iterator[Row]],
    meaning: Callable[[Row], Any],
    inbox: Path,
    pattern: str,
    known_at: datetime,
) -> Iterator[Any]:
    """Every readable fact of the files of a pattern."""
    for path, seen_at in known_files(inbox, pattern, known_at):
        for row in rows(path, seen_at):
            try:
                fact = meaning(row)
            except (Unreadable, ValueError):
                continue
            yield fact


def stamp(updated: datetime, row: Row) -> tuple[datetime, datetime, int]:
    """The feed's own stamp first, then the file's moment, then the place in the file."""
    return (updated, row.known_at, row.line)
