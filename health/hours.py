"""Contact hours: when the people of an account may be written to, by their own clock and calendar."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from health.calendars import Workdays

_AT_ONCE = timedelta()
_DAYS_AHEAD = 31
"""Further ahead than any run of days on which a whole country rests."""


@dataclass(frozen=True, slots=True)
class Hours:
    """From the hour at which they open, 0 to 23, to that at which they close, 1 to 24, on working days."""

    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an account is: its zone, and the country and region whose holidays it keeps."""

    zone: tzinfo = UTC
    country: str = ""
    region: str = ""


def next_open(
    now: datetime, hours: Hours, place: Place, workdays: Workdays, takes: timedelta = _AT_ONCE
) -> datetime:
    """Return ``now`` where it is within the hours, else when they open next; both in UTC.

    What ``takes`` a while must end within them too: shortly before they close it is too late to begin.
    Where no day of the next month is a workday, return its end: a time to ask again, not one to write at.
    """
    here = now.astimezone(place.zone).date()
    for day in (here + timedelta(ahead) for ahead in range(_DAYS_AHEAD)):
        first, end = max(now, _at(day, hours.opens, place.zone)), _at(day, hours.closes, place.zone) - takes
        if first < end and workdays.is_workday(day, place.country, place.region):
            return first
    return now + timedelta(_DAYS_AHEAD)


def _at(day: date, hour: int, zone: tzinfo) -> datetime:
    """Return when it is an hour of a day somewhere; the first time, where a clock is set back over it."""
    wall = datetime.combine(day, time()) + timedelta(hours=hour)
    return wall.replace(tzinfo=zone).astimezone(UTC)
