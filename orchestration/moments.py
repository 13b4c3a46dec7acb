"""The two times of a computation: the moment asked about, and what was known by then.

Here a person's words (a date, an ISO moment) become aware datetimes. No clock is read here: the
command line, the schedule and the sensor read it once and hand it in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from programs.errors import StairstepError

MORNING = time(7, 0)  # a bare date means that morning, when the sales meeting looks at the board


class MomentError(StairstepError):
    """A moment can't be read."""


@dataclass(frozen=True)
class Moments:
    """The moment asked about and the moment of knowledge, both aware; and the date in the group's
    zone.
    """

    as_of: datetime
    known_at: datetime
    as_of_date: date

    @property
    def known_date(self) -> date:
        """The day of knowledge, in the group's zone: what was announced on it is known."""
        return self.known_at.date()

    @classmethod
    def of(cls, as_of: datetime, known_at: datetime | None, time_zone: str) -> Moments:
        zone = ZoneInfo(time_zone)
        local = as_of.astimezone(zone)
        known = (known_at or as_of).astimezone(zone)
        return cls(as_of=local, known_at=known, as_of_date=local.date())


def parse_moment(text: str, time_zone: str, *, option: str = "--as-of") -> datetime:
    """A date (that morning at 07:00) or an ISO moment, in the group's zone when it names none."""
    zone = ZoneInfo(time_zone)
    cleaned = text.strip()
    try:
        if len(cleaned) == len("2025-08-15"):
            return datetime.combine(date.fromisoformat(cleaned), MORNING, tzinfo=zone)
        moment = datetime.fromisoformat(cleaned)
    except ValueError as error:
        raise MomentError(
            f"{option} {text!r} is not a moment; write 2025-08-15 or 2025-08-15T07:00:00-05:00"
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
