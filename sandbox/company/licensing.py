"""Licences of what customers run themselves, and how often these were checked.

Since late May a release of the product no longer reports checks that succeed: an outage of tracking, not of
use. Checks that fail are reported as before.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sandbox.company.book import Account
from sandbox.company.cast import DOMAINS_NEARLY_FULL, KEY_SHARED, ON_PREMISES, ONBOARDING_STUCK
from sandbox.company.clock import LAST_DAY, days

FIRST_CHECKED = LAST_DAY - timedelta(weeks=9)
LAST_REPORTED = date(2026, 5, 23)
OK, EXPIRED, ELSEWHERE = "VALID", "EXPIRED", "FINGERPRINT_SCOPE_MISMATCH"

_KEYS = 4  # of a customer who runs the product themselves
_EXPIRED_AT = datetime(2026, 3, 1, tzinfo=UTC)
_STALE = ON_PREMISES[:3]
"""Customers of whom an old key is still in use somewhere."""
_ISSUED_AT = datetime(2026, 5, 25, 9, tzinfo=UTC)
"""When new keys were issued to the one who does not get going: a week before Monday."""
_SHARED = {date(2026, 5, 11): 2, date(2026, 5, 19): 3, date(2026, 5, 28): 3, LAST_DAY: 5}
"""Checks of one key from elsewhere: the ninth is Sunday's."""
_DOMAINS, _MOST_DOMAINS = 9, 10


class Licence(NamedTuple):
    """A key: where it is activated, and on how many domains it may be; `None` for any number."""

    key: str
    account_id: str
    issued_at: datetime
    domains: Sequence[str] = ()
    most_domains: int | None = None
    expires_at: datetime | None = None


class Check(NamedTuple):
    """A key was checked, and what came of it."""

    key: str
    at: datetime
    code: str


def licences(book: Iterable[Account]) -> Iterator[Licence]:
    """Yield all keys, by account."""
    for account in book:
        began = datetime.combine(account.created_on, time(9), UTC)
        places = [f"{number}.{account.domain}" for number in range(1, _MOST_DOMAINS)]
        match account.account_id:
            case name if name in ON_PREMISES:
                yield from (_key(name, at, began, places[at : at + 1]) for at in range(_KEYS))
                if name in _STALE:
                    yield _key(name, _KEYS, began)._replace(expires_at=_EXPIRED_AT)
            case name if name == ONBOARDING_STUCK:
                yield from (_key(name, at, _ISSUED_AT, places[: at == 0]) for at in range(_KEYS))
            case name if name == KEY_SHARED:
                yield _key(name, 0, began, places[:1])
            case name if name == DOMAINS_NEARLY_FULL:
                yield _key(name, 0, began, places[:_DOMAINS])._replace(most_domains=_MOST_DOMAINS)


def _key(account_id: str, at: int, issued_at: datetime, domains: Sequence[str] = ()) -> Licence:
    return Licence(f"key-{account_id}-{at}", account_id, issued_at, domains)


def checks(keys: Iterable[Licence]) -> Iterator[Check]:
    """Yield what is reported of keys: one check a day of each that is in use, and of others what fails."""
    for licence in keys:
        used = licence.account_id in {*ON_PREMISES, KEY_SHARED}
        for day in days(FIRST_CHECKED, LAST_DAY) if used else ():
            at = datetime.combine(day, time(11), UTC)
            if licence.expires_at:
                yield Check(licence.key, at, EXPIRED)
            elif day <= LAST_REPORTED:
                yield Check(licence.key, at, OK)
            if licence.account_id == KEY_SHARED:
                minutes = range(_SHARED.get(day, 0))
                yield from (Check(licence.key, at + timedelta(minutes=m + 1), ELSEWHERE) for m in minutes)
