"""What PostHog holds: use by account and day, and when people were last seen. It groups by our own id."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta

from sandbox.company.book import Account
from sandbox.company.cast import CHAMPION_LEFT, GONE_QUIET, NEW_MONTH, ON_PREMISES
from sandbox.company.clock import LAST_DAY
from sandbox.company.company import Company
from sandbox.company.use import LAST_SEEN
from sandbox.company.use import Day as Use
from sandbox.company.vendors import ids
from sandbox.posthog.book import Content, Day, Happened, User

KEPT_DAYS = 92
CALLS_PER_MINUTE = 10_000
USED, LOCKED, LIMITED = "screen_viewed", "locked_feature_tried", "rate_limit_hit"
UNITS = "units"
"""The property of an event that says how much it consumes."""
_UNITS = 40
_CHAMPION_SEEN = date(2026, 5, 17)
"""The last day of the champion who left: two weeks before the last one."""


def book(company: Company, at: datetime) -> Content:
    """All that is known at an instant of those who do not run the product themselves."""
    since = LAST_DAY - timedelta(days=KEPT_DAYS - 1)
    used = (use for use in company.usage if since <= use.day < at.date())
    accounts = {account.account_id: account for account in company.accounts}
    return Content(
        per_minute=CALLS_PER_MINUTE,
        per_hour=CALLS_PER_MINUTE,
        days=tuple(_day(use) for use in used if use.account_id not in ON_PREMISES),
        users=tuple(_users(company, accounts, at)),
    )


def _day(use: Use) -> Day:
    counts = ((LOCKED, use.locked_feature_attempts), (LIMITED, use.rate_limit_hits))
    rare = [Happened(event, times) for event, times in counts if times]
    properties = {UNITS: _UNITS} if use.account_id == NEW_MONTH else {}
    events = [Happened(USED, use.events, properties), *rare]
    return Day(use.account_id, use.day, use.active_users, use.active_users_30d, events)


def _users(company: Company, accounts: Mapping[str, Account], at: datetime) -> Iterator[User]:
    """Yield those of the contacts who use the product; a champion is one whose address the CRM knows."""
    for contact in company.contacts:
        if contact.role == "billing" or contact.account_id in ON_PREMISES:
            continue
        account = accounts[contact.account_id]
        yesterday = at.date() - timedelta(days=1)
        seen = min(yesterday, _last_seen(contact.account_id, contact.role))
        yield User(
            contact.account_id,
            ids.uuid("posthog", contact.email),
            _morning(account.created_on),
            (_morning(seen),),
            {"email": contact.email},
        )


def _last_seen(account_id: str, role: str) -> date:
    if account_id in GONE_QUIET:
        return LAST_SEEN
    return _CHAMPION_SEEN if (account_id, role) == (CHAMPION_LEFT, "champion") else LAST_DAY


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9, 30), UTC)
