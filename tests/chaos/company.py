"""A small company, and what its vendors hold of it on a Sunday and on the Monday after.

It is the sandbox's own, cut down to 200 accounts and five weeks; more payments fail, so that more is owed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Protocol, TypeVar

from sandbox.company.cast import ACTORS, BAYRAM, GONE_QUIET, ON_PREMISES, SISTERS
from sandbox.company.clock import BASELINE_AT, LAST_DAY, MONDAY_AT
from sandbox.company.company import Company, company
from sandbox.company.vendors.books import books

SUNDAY, MONDAY = LAST_DAY, LAST_DAY + timedelta(days=1)
NOON = time(12, tzinfo=UTC)
ACCOUNTS = 200
DAYS, CHECKED_DAYS = 35, 8
"""Of use, and of licences checked."""
FEW, FEW_DAYS = 48, 72
"""Accounts, and days of use: so many as a baseline needs."""
PAGES = {
    "SEATSIGNAL_POSTHOG_FIRST_DAYS": str(DAYS),
    "SEATSIGNAL_POSTHOG_DAYS_PER_QUERY": "7",
    "SEATSIGNAL_POSTHOG_OVERLAP_DAYS": "1",
    "SEATSIGNAL_KEYGEN_EVENT_LOG_DAYS": str(CHECKED_DAYS),
    "SEATSIGNAL_KEYGEN_PAGE_SIZE": "15",
    "SEATSIGNAL_ZENDESK_PAGE_SIZE": "30",
    "SEATSIGNAL_HUBSPOT_PAGE_SIZE": "60",
}
"""Settings by which a first pull of each vendor has eight pages or more."""


class _Owned(Protocol):
    @property
    def account_id(self) -> str: ...


Row = TypeVar("Row", bound=_Owned)


def noon_s(day: date) -> float:
    """A day's noon in seconds since 1970."""
    return datetime.combine(day, NOON).timestamp()


@cache
def books_of(day: date) -> Mapping[str, bytes]:
    """What each vendor holds on Sunday or on Monday, by vendor."""
    return books(_company(), MONDAY_AT if day == MONDAY else BASELINE_AT)


@cache
def books_of_few(day: date) -> Mapping[str, bytes]:
    """What each vendor holds on the morning of a day before Monday, of a few whom no story is about."""
    return books(_few(), datetime.combine(day, MONDAY_AT.timetz()))


@cache
def _few() -> Company:
    whole = _whole()
    known = ACTORS | {*BAYRAM, *GONE_QUIET, *ON_PREMISES}
    others = [each.account_id for each in whole.accounts if each.account_id not in known]
    kept = frozenset([*ON_PREMISES, *others][:FEW])
    since = datetime.combine(LAST_DAY - timedelta(days=CHECKED_DAYS + 4), NOON)
    few = _reduced(whole, kept, FEW_DAYS)
    return replace(few, checks=[check for check in few.checks if check.at >= since])


@cache
def _whole() -> Company:
    return company(seed=7)


@cache
def _company() -> Company:
    whole = _whole()
    due = {payment.account_id for payment in whole.payments if payment.due_on == LAST_DAY}
    chosen = [*ACTORS, *BAYRAM, *GONE_QUIET, *ON_PREMISES, *SISTERS, *due]
    others = [account.account_id for account in whole.accounts]
    kept = frozenset([*dict.fromkeys([*sorted(chosen), *others])][:ACCOUNTS])
    failing = {"paid_on": None, "status": "failed", "attempts": 1}
    reduced = _reduced(whole, kept, DAYS)
    payments = [
        payment._replace(**failing) if payment.due_on == LAST_DAY else payment for payment in reduced.payments
    ]
    return replace(reduced, payments=payments)


def _reduced(whole: Company, kept: frozenset[str], days: int) -> Company:
    def ours(rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if row.account_id in kept]

    licences = ours(whole.licences)
    keys = {licence.key for licence in licences}
    return replace(
        whole,
        accounts=ours(whole.accounts),
        contacts=ours(whole.contacts),
        terms=ours(whole.terms),
        usage=[use for use in ours(whole.usage) if use.day > LAST_DAY - timedelta(days=days)],
        tickets=ours(whole.tickets),
        payments=ours(whole.payments),
        licences=licences,
        checks=[check for check in whole.checks if check.key in keys],
    )
