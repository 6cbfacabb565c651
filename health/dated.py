"""Dated: from when each column of a fact was known, where the fact itself was read later.

An import states years at once. What it says counts as known from its own date on; what states how things
stood when it was read is unknown before (docs/backtest.md, "What was known").
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from health.service import SOLVED

_EPOCH = date(1970, 1, 1)
_DAY_MS = 86_400_000
_UNPAID = frozenset({"open", "failed", "uncollectible"})

Stated = Mapping[str, object]
"""The columns of one stored fact."""


class Dating(NamedTuple):
    """What of a kind of fact is known from when; every column is in one of the four.

    ``by``: the first of these that is stated dates the row. Without any, the row has always held.
    ``later``: dates of what happened after that; until then they are empty. ``present``: how things stood
    when the row was read. ``lasting``: as good as the row itself.
    """

    by: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    lasting: tuple[str, ...] = ()


DATING: Mapping[str, Dating] = MappingProxyType(
    {
        "accounts": Dating(
            by=("created_on",),
            present=("do_not_contact",),
            lasting=(
                *("account_id", "name", "domain", "customer_type", "industry", "size_band", "country"),
                *("region", "timezone", "language", "currency", "parent_id", "csm_email", "sales_email"),
            ),
        ),
        "identifiers": Dating(lasting=("account_id", "kind", "value")),
        "contacts": Dating(present=("role", "consent"), lasting=("account_id", "email", "name", "language")),
        "subscriptions": Dating(
            by=("term_start",),
            present=("renewal_mrr_minor", "status", "cancel_at_period_end"),
            lasting=(
                *("subscription_id", "account_id", "term_end", "product", "plan", "licence_model", "seats"),
                *("growth_seats", "growth_until", "mrr_minor", "list_price_minor", "discount", "committed"),
                *("billing_period", "currency", "purchased_ms", "started_on", "trial_end", "notice_days"),
                *("review_on", "auto_renew"),
            ),
        ),
        "licences": Dating(
            by=("issued_ms",),
            later=("activated_ms", "first_validated_ms"),
            present=("status",),
            lasting=("licence_id", "account_id", "product", "plan", "expires_on"),
        ),
        "activation_steps": Dating(
            by=("at_ms",), lasting=("account_id", "step", "outcome", "user_id", "help")
        ),
        "seats": Dating(
            by=("assigned_on", "activated_ms"),
            present=("role", "department", "last_active_ms"),
            lasting=("account_id", "user_id", "product", "email"),
        ),
        "usage": Dating(
            by=("day",),
            lasting=(
                *("account_id", "product", "active_users", "active_users_30d", "sign_ins", "events"),
                *("rate_limit_hits", "locked_feature_attempts", "invitations", "invitations_accepted"),
                *("consumption", "metrics"),
            ),
        ),
        "people": Dating(by=("day",), lasting=("account_id", "product", "acts")),
        "validations": Dating(
            by=("day",), lasting=("account_id", "outcome", "times", "licence_id", "country")
        ),
        "limits": Dating(by=("as_of",), lasting=("account_id", "limit", "used", "allowed")),
        "tickets": Dating(
            by=("opened_ms",),
            later=("solved_ms",),
            present=("status", "csat"),
            lasting=("ticket_id", "account_id", "priority", "topic", "subject", "tags"),
        ),
        "conversations": Dating(by=("at_ms",), lasting=("account_id", "kind", "subject", "by")),
        "payments": Dating(
            by=("due_on",),
            later=("paid_on",),
            present=("status", "attempts"),
            lasting=("invoice_id", "account_id", "amount_minor", "currency"),
        ),
        "surveys": Dating(by=("answered_ms",), lasting=("account_id", "kind", "score", "user_id")),
        "events": Dating(by=("at_ms",), lasting=("account_id", "kind", "detail")),
        "outcomes": Dating(by=("at",), lasting=("account_id", "outcome", "mrr_after_minor", "reason")),
        "rates": Dating(by=("day",), lasting=("base", "quote", "rate")),
    }
)
"""By kind of fact. Columns are those of its record."""


class Known(NamedTuple):
    """What was known of a fact on a day: its columns, or `None` if it was not known at all.

    ``unknown`` are the measures that nobody can tell, for want of what the fact said that day.
    """

    stated: Stated | None
    unknown: tuple[str, ...] = ()


def before(kind: str, stated: Stated, day: date) -> Stated | None:
    """Return a fact without what is dated on ``day`` or after; `None` if that is the whole of it.

    A term that starts on the day is known: the day begins with it.
    """
    dating = DATING[kind]
    last = day if kind == "subscriptions" else day - timedelta(days=1)
    on = dated(kind, stated)
    if on is not None and on > last:
        return None
    ahead = {name: None for name in dating.by[1:] + dating.later if not _past(stated, name, day)}
    return {**stated, **ahead} if ahead else stated


def backfilled(kind: str, stated: Stated, day: date) -> Known:
    """Return what was known at the start of ``day`` of a fact that was read later."""
    then = before(kind, stated, day)
    if kind in _UNDATED and (then is None or dated(kind, then) is None):
        return Known(None, _UNDATED[kind](then))
    if then is None:
        return Known(None)
    known = {**then, **dict.fromkeys(DATING[kind].present)}
    return _TOLD[kind](stated, known) if kind in _TOLD else Known(known)


def dated(kind: str, stated: Stated) -> date | None:
    """Return the day that a fact is known from, if it says."""
    return next((on for name in DATING[kind].by if (on := _day(stated, name)) is not None), None)


def restated(kind: str, then: Stated | None, now: Stated | None, day: date) -> Known:
    """Return how a fact stood at the start of ``day``, as known by now.

    ``then`` is what was known of it when the day was judged, ``now`` what is; `None` where nothing. Only what
    is dated before the day came late. Any other change has no date of its own and is news: the fact stood
    as it was known then, and so does one that is gone since.
    """
    if now is None:
        return Known(then and before(kind, then, day))
    if then is None:
        on = dated(kind, now)
        return backfilled(kind, now, day) if on is not None else Known(None)
    if kind in _HAPPENED:
        return Known(before(kind, now, day) or before(kind, then, day))
    return Known(before(kind, {**then, **_came(kind, then, now, day)}, day))


def _came(kind: str, then: Stated, now: Stated, day: date) -> Stated:
    """Return the dates that were not known then, and what they settle."""
    came = {
        name: now[name] for name in MOVES.get(kind, ()) if now[name] != then[name] and _before(now, name, day)
    }
    settled = DATING[kind].present if came and kind in _SETTLES else ()
    return came | {name: now[name] for name in settled}


def speaks_of(kind: str, then: Stated | None, now: Stated) -> date | None:
    """Return the first day that what came of a fact speaks of; `None` where it is news of the present.

    ``then`` is the version that it replaces, if there was one.
    """
    if then is None or kind in _HAPPENED or kind in _COUNTED:
        return dated(kind, now)
    came = (_day(now, name) for name in MOVES.get(kind, ()) if now[name] != then[name])
    return min((on for on in came if on is not None), default=None)


def _before(stated: Stated, name: str, day: date) -> bool:
    on = _day(stated, name)
    return on is not None and on < day


def _day(stated: Stated, name: str) -> date | None:
    value = stated[name]
    if isinstance(value, int):
        return _EPOCH + timedelta(days=value // _DAY_MS)
    return value if isinstance(value, date) else None


def _past(stated: Stated, name: str, day: date) -> bool:
    on = _day(stated, name)
    return on is None or on < day


def _term(stated: Stated, known: Stated) -> Known:
    """What the row does not state, its source never does: then nothing is hidden."""
    hidden = {
        "cancelling": stated["cancel_at_period_end"] is not None,
        "price_change_pct": stated["renewal_mrr_minor"] is not None,
        "in_trial": stated["status"] is not None and stated["trial_end"] is None,
    }
    return Known(known, tuple(name for name in hidden if hidden[name]))


def _ticket(stated: Stated, known: Stated) -> Known:
    """What is solved without a date may have been open. What is open, or was solved later, was."""
    if stated["status"] in SOLVED and stated["solved_ms"] is None:
        return Known({**known, "status": stated["status"]}, _OPEN)
    return Known(known)


def _payment(stated: Stated, known: Stated) -> Known:
    """What was paid later, or not by the time it was read, was due; nobody knows if a charge had failed."""
    if known["paid_on"] is not None:
        return Known(known)
    if stated["paid_on"] is not None or stated["status"] in _UNPAID:
        return Known({**known, "status": "open"}, ("failed_payments",))
    return Known(known, ("failed_payments", "overdue_days"))


_OPEN = ("open_tickets", "urgent_tickets", "ticket_load")
_TOLD: Mapping[str, Callable[[Stated, Stated], Known]] = MappingProxyType(
    {"subscriptions": _term, "tickets": _ticket, "payments": _payment}
)
_UNDATED: Mapping[str, Callable[[Stated | None], tuple[str, ...]]] = MappingProxyType(
    {
        # what is dated later was not there yet; what has no date may have been
        "seats": lambda then: () if then is None else ("assigned_seats", "assigned_pct", "adopted_pct"),
        "limits": lambda then: () if then is None else ("domain_use_pct",),
    }
)
_HAPPENED = frozenset({"activation_steps", "limits", "conversations", "surveys", "events", "outcomes"})
"""What happened once, or was measured on a day: a later version says better what it was then."""
_COUNTED = frozenset({"usage", "validations"})
MOVES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **{kind: dating.later for kind, dating in DATING.items() if dating.later},
        "seats": ("activated_ms", "last_active_ms"),
    }
)
"""Dates of what happens to a fact after it began: each may come late by itself."""
_SETTLES = frozenset({"tickets", "payments"})
"""Kinds of which such a date settles how they stand."""
