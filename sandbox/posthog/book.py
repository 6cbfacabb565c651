"""What PostHog holds of the rehearsed company: use that is added up already, and its users.

A real project holds single events. Half a year of them for hundreds of accounts would be too much to
carry about, so the book holds what the queries that the stand-in knows would find in them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from sandbox.clock import Clock
from sandbox.posthog.throttle import Throttle

KEY = "phx_sandbox"


class Happened(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """So many events of one name and with these properties."""

    event: str
    times: int
    properties: Mapping[str, str | int | float | bool] = {}


class Day(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """An account's day: distinct persons on it and on the 30 days that end with it, and their events."""

    account: str
    day: date
    active_users: int
    active_users_30d: int
    events: Sequence[Happened] = ()


class User(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A person of an account, with the instants at which they were seen."""

    account: str
    id: str
    created_at: datetime
    seen: Sequence[datetime]
    properties: Mapping[str, str] = {}


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project: personal API keys with their scopes, and what its events name their account by."""

    project_id: int = 1
    timezone: str = "UTC"
    keys: Mapping[str, Sequence[str]] = msgspec.field(default_factory=lambda: {KEY: ("query:read",)})
    account: str = "$group_0"
    per_minute: int = 240
    per_hour: int = 2_400
    days: Sequence[Day] = ()
    users: Sequence[User] = ()


CONTENT = msgspec.json.Decoder(Content)


class PostHogBook:
    """Everything that the stand-in knows."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Hold nothing."""
        self.answered: dict[bytes, bytes] = {}  # what PostHog would answer again unless forced to look
        self._hold(Content())

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self._hold(CONTENT.decode(content))

    def _hold(self, content: Content) -> None:
        self.content = content
        self.throttle = Throttle(content.per_minute, content.per_hour)
        self.zone = ZoneInfo(content.timezone)
        self.users = sorted(content.users, key=lambda user: (user.account, user.id))
        self._days: dict[date, list[Day]] = defaultdict(list)
        for day in sorted(content.days, key=lambda day: day.account):
            self._days[day.day].append(day)

    def now(self) -> datetime:
        """The instant it is, in the project's time zone."""
        return datetime.fromtimestamp(self._clock.now_s(), UTC).astimezone(self.zone)

    def days(self) -> Sequence[date]:
        """The days up to today of which anything is held."""
        return sorted(day for day in self._days if day <= self.now().date())

    def on(self, day: date) -> Sequence[Day]:
        """Accounts' use of a day by account. Of a day that is not over, half of it has happened."""
        if day < self.now().date():
            return self._days[day]
        return [_half(each) for each in self._days[day]] if day == self.now().date() else []


def _half(day: Day) -> Day:
    events = [msgspec.structs.replace(each, times=each.times // 2) for each in day.events]
    return msgspec.structs.replace(day, active_users=(day.active_users + 1) // 2, events=events)
