"""A counted period as text and back, so that what is settled can be settled again from a published
file.

Here: the JSON of one CountedPeriod, exact. Not here: what is made of it (settled_states.py).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from programs.calendars import Period
from programs.settled_states import CountedPeriod, StrikeItem, UnwoundUnit


def counted_text(counted: CountedPeriod) -> str:
    """The period as JSON; decimals and dates keep their kind."""
    period = counted.period
    plain = vars(counted) | {
        "period": [period.start, period.end, period.code, period.grain],
        "elements": [dict(row) for row in counted.elements],
        "gates": [dict(row) for row in counted.gates],
        "lines": [dict(row) for row in counted.lines],
        "strikes": [[one.day, one.item_code] for one in counted.strikes],
        "unwound": [[one.vin, one.period_code, one.days] for one in counted.unwound],
    }
    return json.dumps(plain, default=_named, separators=(",", ":"))


def counted_from(text: str) -> CountedPeriod:
    """The period that a text says."""
    plain = json.loads(text, object_hook=_value)
    return CountedPeriod(
        **plain
        | {
            "period": Period(*plain["period"]),
            "strikes": tuple(StrikeItem(*one) for one in plain["strikes"]),
            "unwound": tuple(UnwoundUnit(*one) for one in plain["unwound"]),
        }
    )


def _named(value: Any) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime.date):
        return {"date": value.isoformat()}
    raise TypeError(f"{value!r} has no place in a counted period")


def _value(found: Mapping[str, Any]) -> Any:
    if found.keys() == {"decimal"}:
        return Decimal(found["decimal"])
    if found.keys() == {"date"}:
        return datetime.date.fromisoformat(found["date"])
    return found
