"""PostHog's rows as records. A row that cannot be one is `None`."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec import ValidationError, convert
from msgspec.json import encode

from health.records import Seat, Usage
from integrations.posthog.answers import Cell, Row

R = TypeVar("R", Seat, Usage)

_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000
_LONG_AGO = date(2000, 1, 1)
"""PostHog dates persons of whom it keeps no profile to 1970."""


def usage(row: Row, metrics: Sequence[str]) -> Usage | None:
    """An account's day: day, account, active users, those of 30 days, then the metrics in order."""
    day, account, active_users, active_users_30d, *counts = row
    if None in row or not account:
        return None
    stated = dict(zip(metrics, counts, strict=True))
    try:
        more = convert({n: v for n, v in stated.items() if n not in Usage._fields}, dict[str, int])
    except ValidationError:
        return None
    known = {
        "account_id": account,
        "day": day,
        "active_users": active_users,
        "active_users_30d": active_users_30d,
        "metrics": encode(more, order="sorted").decode() if more else None,
    }
    return _record(Usage, stated | known)


def seat(row: Row, details: Iterable[str]) -> Seat | None:
    """A user of an account: account, person, the day they were first seen, the last use, then details.

    Nobody gave them the seat as far as PostHog knows: the day they were first seen is when it was first used.
    """
    account, who, first_day, last_ms, *told = row
    if not account or not who or last_ms is None:
        return None
    known = {
        "account_id": account,
        "user_id": who,
        "activated_ms": _since_ms(first_day),
        "last_active_ms": last_ms,
    }
    return _record(Seat, {**known, **{n: v or None for n, v in zip(details, told, strict=True)}})


def _since_ms(first_day: Cell) -> Cell:
    """The start of a day in UTC; what is no day stays what it is, a day before there was PostHog is none."""
    try:
        day = date.fromisoformat(str(first_day))
    except ValueError:
        return first_day
    return (day - _EPOCH).days * _DAY_MS if day >= _LONG_AGO else None


def _record(kind: type[R], values: Mapping[str, Cell]) -> R | None:
    defaults: Mapping[str, Any] = kind._field_defaults
    try:
        return convert([values.get(name, defaults.get(name)) for name in kind._fields], kind)
    except ValidationError:
        return None
