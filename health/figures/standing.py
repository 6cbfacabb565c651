"""Standing: which terms and licences are in force on a day. A renewed one counts once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from health.features import Term
from health.figures.days import start_ms
from health.policy import RenewalRules
from health.records import Licence, Subscription
from health.terms import in_force

ENDED_LICENCES = frozenset({"suspended", "banned", "inactive"})
"""Statuses that end a licence beside those that end a term."""


def standing(
    subscriptions: Iterable[Subscription], as_of: date, rules: RenewalRules, stated_on: date | None = None
) -> list[Subscription]:
    """Return the terms in force at the start of a day, by docs/metrics.md, "Renewals"; one of a subscription.

    Where two terms of a subscription overlap, the later one counts: it is the renewal of the other. A status
    is that of the day it was stated (by default ``as_of``): of earlier days the dates alone tell.
    """
    past = stated_on is not None and as_of < stated_on
    found: list[Subscription] = []
    for terms in by_account(subscriptions).values():
        known = [term_of(each._replace(status=None) if past else each) for each in terms]
        kept = in_force(known, as_of, rules)
        latest = {term.subscription_id: term.term_start for term in sorted(kept, key=_start)}
        found += [each for each in terms if latest.get(each.subscription_id) == each.term_start]
    return found


def _start(term: Term) -> date:
    return term.term_start


def by_account(subscriptions: Iterable[Subscription]) -> Mapping[str, Sequence[Subscription]]:
    """Return the subscriptions of each account."""
    found = defaultdict(list)
    for each in subscriptions:
        found[each.account_id].append(each)
    return found


def term_of(subscription: Subscription) -> Term:
    """Return what the judgement knows of a term."""
    return Term(
        subscription_id=subscription.subscription_id,
        term_start=subscription.term_start,
        term_end=subscription.term_end,
        plan=subscription.plan or "",
        licence_model=subscription.licence_model or "seat",
        seats=subscription.seats,
        mrr_minor=subscription.mrr_minor,
        currency=subscription.currency or "",
        status=subscription.status or "",
        trial_end=subscription.trial_end,
        notice_days=subscription.notice_days,
        review_on=subscription.review_on,
        auto_renew=bool(subscription.auto_renew),
        cancel_at_period_end=bool(subscription.cancel_at_period_end),
    )


def standing_licences(
    licences: Iterable[Licence], as_of: date, rules: RenewalRules, stated_on: date | None = None
) -> list[Licence]:
    """Return the licences in force at the start of a day: issued, not expired, and not ended otherwise.

    A status is that of the day it was stated, as for `standing`.
    """
    past = stated_on is not None and as_of < stated_on
    ended = frozenset() if past else rules.ended | ENDED_LICENCES
    return [each for each in licences if _dated(each, as_of) and each.status.lower() not in ended]


def _dated(licence: Licence, as_of: date) -> bool:
    issued = licence.issued_ms is None or licence.issued_ms < start_ms(as_of)
    return issued and (licence.expires_on is None or as_of < licence.expires_on)
