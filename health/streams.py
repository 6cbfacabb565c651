"""Use as the product itself tells it, event by event, and what a day of it comes to.

Events arrive late, twice and out of order. A day of an account is kept as what each user did (under a token)
and what was done in all, so that it can grow; users of 30 days are counted over the users of those days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from json import dumps
from typing import NamedTuple

from health.records import Account, Identifier, Usage

REACH = timedelta(days=30)
"""The days over which users are counted, the day itself among them."""
LATE = timedelta(days=7)
"""How far back a day may still change."""
AHEAD = timedelta(days=1)
"""How far a product's clock may be before ours."""


class Deed(NamedTuple):
    """Something that was done in the product on a day.

    ``message`` is the same each time that it is told. ``account_id`` is empty where only the user is named,
    ``user_id`` where nobody is. ``done`` are metrics and by how much each of them grows.
    """

    message: str
    day: date
    account_id: str
    user_id: str
    done: tuple[tuple[str, float], ...]


class Member(NamedTuple):
    """A user belongs to an account from an instant on, until a later one says otherwise."""

    user_id: str
    account_id: str
    at_ms: int


class Described(NamedTuple):
    """Fields of an account that were told at an instant; of those it leaves out the former hold."""

    account_id: str
    at_ms: int
    told: tuple[tuple[str, str], ...]


class Unread(NamedTuple):
    """An event that could not be read, and why: a label in small letters."""

    reason: str


Told = Deed | Member | Described | Unread
"""What a product tells of its use."""

Done = dict[str, float]
Acts = dict[str, tuple[str, Done]]
"""What each user did, by token, in the form of `health.records.People`; the department is never told."""


@dataclass(slots=True)
class Day:
    """One account's day as far as it was told."""

    acts: Acts = field(default_factory=dict)
    totals: Done = field(default_factory=dict)

    def add(self, user: str, done: Iterable[tuple[str, float]]) -> None:
        """Count something that a user did, by token; or nobody in particular."""
        theirs = self.acts.setdefault(user, ("", {}))[1] if user else {}
        for name, times in done:
            self.totals[name] = self.totals.get(name, 0) + times
            theirs[name] = theirs.get(name, 0) + times


def timely(day: date, received: date) -> str:
    """Return why an event of a day cannot count that was received on another, or nothing."""
    if day < received - LATE:
        return "too_late"
    return "too_early" if day > received + AHEAD else ""


TOLD = tuple(name for name in Account._fields if name not in {"account_id", "do_not_contact"})
"""What events may tell of an account, a text each."""


def described(account_id: str, told: Mapping[str, str]) -> Account:
    """Return an account with the fields that were told of it. A date that is none is left out."""
    known = {name: value for name, value in told.items() if name in TOLD}
    created = known.pop("created_on", "")[:10]
    try:
        day = date.fromisoformat(created) if created else None
    except ValueError:
        day = None
    return Account(account_id, **known, created_on=day, do_not_contact=None)


def our_id(account_id: str) -> Identifier:
    """Return that an account is named by our own id."""
    return Identifier(account_id, "our_id", account_id)


def days(
    account_id: str, kept: Mapping[date, Day], span: tuple[date, date], metrics: Sequence[str]
) -> Iterator[Usage]:
    """Yield an account's days of use within a span, both ends included.

    ``kept`` are the days that were told, from 29 days before the span on: as long as one of the 30 that end
    on a day was, the day is stated, with zeros for those of ``metrics`` that nobody did.
    """
    first, last = span
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        lately = [each for on, each in kept.items() if day - REACH < on <= day]
        if lately:
            yield _usage(
                account_id, day, kept.get(day, Day()), len(set().union(*(d.acts for d in lately))), metrics
            )


def _usage(account_id: str, day: date, told: Day, users_30d: int, metrics: Sequence[str]) -> Usage:
    stated = dict.fromkeys(metrics, 0.0) | told.totals
    known = {name: _whole(stated.pop(name)) for name in list(stated) if name in Usage._fields}
    others = {name: _whole(value) for name, value in sorted(stated.items())}
    packed = dumps(others, ensure_ascii=False, separators=(",", ":")) if others else None
    users = {"active_users": len(told.acts), "active_users_30d": users_30d}
    return Usage(account_id, day, **{**known, **users}, metrics=packed)  # type: ignore[arg-type]  # by name


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value
