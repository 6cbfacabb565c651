"""A plainly invented book: records with what a test does not say filled in."""

from datetime import UTC, date, datetime

from config.policy import load
from health.records import Licence, Outcome, Seat, Subscription, Usage, Validation

AS_OF = date(2026, 6, 1)
RULES = load().renewals


def ms(text: str) -> int:
    """The instant of an ISO text, UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def term(account: str = "acme", **changes: object) -> Subscription:
    """A yearly term of 20 seats in its middle, that does not renew by itself."""
    year = Subscription(
        subscription_id=f"sub-{account}",
        account_id=account,
        term_start=date(2026, 1, 1),
        term_end=date(2027, 1, 1),
        plan="team",
        licence_model="seat",
        seats=20,
        mrr_minor=40_000,
        currency="EUR",
        status="active",
    )
    return year._replace(**changes)


def licence(number: int, account: str = "acme", **changes: object) -> Licence:
    found = Licence(f"key-{number}", account, "active", plan="team", issued_ms=ms("2026-05-01"))
    return found._replace(**changes)


def seat(user: str, last: str = "", account: str = "acme", **changes: object) -> Seat:
    found = Seat(account, user, last_active_ms=ms(last) if last else None)
    return found._replace(**changes)


def usage(day: str, account: str = "acme", **changes: object) -> Usage:
    return Usage(account, date.fromisoformat(day))._replace(**changes)


def validated(day: str, key: str = "key-1", account: str = "acme", **changes: object) -> Validation:
    found = Validation(account, date.fromisoformat(day), "ok", 1, licence_id=key)
    return found._replace(**changes)


def outcome(at: str, said: str, account: str = "acme", **changes: object) -> Outcome:
    return Outcome(account, date.fromisoformat(at), said)._replace(**changes)
