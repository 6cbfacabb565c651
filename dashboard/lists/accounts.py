"""Accounts, the most urgent first; and those of them that are at risk, may grow, or renew soon."""

from collections.abc import Callable
from datetime import date, timedelta

from dashboard.listing import Asked, Filter, Listing, Owners, Rows, Shown, Unclear, Values
from dashboard.lists.sums import renewals_by_window, risk_by_reason
from health.nouns import BANDS
from health.reasons import reasons
from store import book, verdicts
from store.book import Place, Wanted
from store.database import Connection
from store.installation import business_day
from store.places import BadPlace
from store.verdicts import Verdict
from worker.deployment import Deployment
from worker.letters import person_name

AHEAD_DAYS = 120
"""Renewals are listed so far ahead: as long as the first window."""
_EXACT = {
    "band": "band",
    "plan": "plan",
    "customer_type": "customer_type",
    "owner": "csm_email",
    "currency": "currency",
    "main_reason": "main_reason",
}


def _narrowed(wanted: Asked) -> Wanted:
    return Wanted(
        only={_EXACT[name]: value for name, value in wanted.filters.items() if name in _EXACT},
        search=wanted.filters.get("search", ""),
        owners=wanted.owners,
        changed=wanted.filters.get("changed") == "yes",
        scored=_scored(wanted),
        alerted=wanted.filters.get("alerted") == "yes",
        grows=wanted.filters.get("grows") == "yes",
        sort=wanted.sort,
        descending=wanted.descending,
        after=wanted.after,
        limit=wanted.limit,
    )


SCORES = {f"{at} to {at + book.SCORE_STEP}": at for at in range(0, 100, book.SCORE_STEP)}
"""What scores may be narrowed down to, as they are counted together."""


def _scored(wanted: Asked) -> int | None:
    said = wanted.filters.get("score", "")
    if said and said not in SCORES:
        raise Unclear("score", f"is none of {', '.join(SCORES)}")
    return SCORES.get(said)


def everyone(deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    """Return a page of the book. Raises `Unclear`."""
    return rows(deployment, connection, _narrowed(wanted))


def at_risk(deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    """Return a page of the accounts at risk. Raises `Unclear`."""
    narrowed = _narrowed(wanted)
    return rows(deployment, connection, narrowed._replace(only={**narrowed.only, "band": "at_risk"}))


def growing(deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    """Return a page of the accounts with room to grow. Raises `Unclear`."""
    return rows(deployment, connection, _narrowed(wanted)._replace(grows=True))


def renewing(deployment: Deployment, connection: Connection, wanted: Asked) -> Rows:
    """Return a page of the accounts of which somebody must act soon, by the day. Raises `Unclear`."""
    today = business_day(connection)
    first = _day(wanted, "from") or today
    last = _day(wanted, "until") or today + timedelta(days=AHEAD_DAYS)
    return rows(deployment, connection, _narrowed(wanted)._replace(anchored=(first, last)))


def _day(wanted: Asked, name: str) -> date | None:
    return date.fromisoformat(wanted.filters[name]) if name in wanted.filters else None


def rows(_deployment: Deployment, connection: Connection, wanted: Wanted) -> Rows:
    """Return a page of the book with what its verdicts say."""
    try:
        found = book.page(connection, wanted)
    except BadPlace:
        raise Unclear("after", "is no place where a page of this list ended") from None
    said = {
        each.assessment.account: each
        for each in verdicts.current(connection, [place.account for place in found.places])
    }
    return Rows([_row(place, said.get(place.account)) for place in found.places], found.after)


def _row(place: Place, said: Verdict | None) -> Values:
    entry, facts = place.entry, said.shown.facts if said else {}
    why = reasons(said.shown.score, 2) if said else ()
    return {
        "account": place.key,
        "name": place.name,
        "band": said.shown.band if said else entry.band,
        "band_before": entry.band_before or None,
        "health": entry.points / 100,
        "moved": entry.moved / 100 if entry.band_before else None,
        "reasons": "; ".join(why),
        "main_reason": entry.main_reason or None,
        "utilisation_pct": entry.utilisation_pct,
        "seats": facts.get("seats"),
        "active_users": facts.get("active_users"),
        "mrr": entry.mrr_minor,
        "revenue_at_risk": entry.at_risk_minor,
        "currency": entry.currency or None,
        "anchor_on": entry.anchor_on,
        "days_to_anchor": facts.get("days_to_anchor"),
        "renewal_on": facts.get("renewal_on"),
        "days_until_full": facts.get("days_until_full"),
        "suggested_seats": facts.get("suggested_seats"),
        "uplift": facts.get("uplift_minor"),
        "priority": entry.priority,
        "plan": entry.plan or None,
        "customer_type": entry.customer_type or None,
        "owner": entry.csm_email or None,
        "owner_name": person_name(entry.csm_email) if entry.csm_email else None,
        "stale": facts.get("stale"),
        "payment": _payment(said),
    }


def _payment(said: Verdict | None) -> str | None:
    """Return whether payments failed; nothing where no source tells."""
    failed = said.assessment.inputs.get("failed_payments") if said else None
    return None if not isinstance(failed, int | float) else "failed" if failed else "in order"


_NAME = Shown("name", "Account", sort="name", link="/accounts/{account}")
_BAND = Shown("band", "Health", "band")
_HEALTH = Shown("health", "Score", "points", metric="", sort="health")
_MOVED = Shown("moved", "Change", "change", sort="moved")
_WHY = Shown("reasons", "Why")
_USE = Shown("utilisation_pct", "Utilisation", "percent", "utilisation_pct", "utilisation")
_MRR = Shown("mrr", "MRR", "money", "mrr", "mrr")
_RISK = Shown("revenue_at_risk", "Revenue at risk", "money", "revenue_at_risk", "revenue_at_risk")
_ANCHOR = Shown("anchor_on", "Act by", "day", sort="anchor")
_DAYS = Shown("days_to_anchor", "Days left", "number")
_OWNER = Shown("owner_name", "Owner")
_URGENT = Shown("priority", "Priority", "number", sort="priority")


_PLAIN = (
    *("account", "band_before", "seats", "active_users", "currency", "renewal_on", "days_until_full"),
    *("suggested_seats", "uplift", "plan", "customer_type", "owner", "stale", "payment", "main_reason"),
)
_KINDS = {
    **dict.fromkeys(("seats", "active_users", "days_until_full", "suggested_seats"), "number"),
    **dict.fromkeys(("renewal_on",), "day"),
    "uplift": "money",
}
_TOLD = (_BAND, _HEALTH, _MOVED, _WHY, _USE, _MRR, _RISK, _ANCHOR, _DAYS, _OWNER, _URGENT)


def _beside(*columns: Shown) -> tuple[Shown, ...]:
    """Return columns, and whatever else is told of an account, which only programs read."""
    known = {column.name for column in columns}
    plain = (Shown(name, name, _KINDS.get(name, "text")) for name in _PLAIN)
    rest = (each._replace(sort="", is_shown=False) for each in (*plain, *_TOLD) if each.name not in known)
    return (*columns, *rest)


def _of(column: str) -> Callable[[Connection, Owners], list[str]]:
    return lambda connection, owners: book.values(connection, column, owners)


_FILTERS = (
    Filter("search", "Name or key", kind="search"),
    Filter("band", "Health", lambda *_: BANDS),
    Filter("owner", "Owner", _of("csm_email")),
    Filter("plan", "Plan", _of("plan")),
    Filter("customer_type", "Customer type", _of("customer_type")),
    Filter("main_reason", "Main reason", _of("main_reason")),
)
ACCOUNTS = Listing(
    "accounts",
    "Accounts",
    "Every account that has been judged, the most urgent first: risk times nearness times revenue.",
    _beside(_NAME, _BAND, _HEALTH, _MOVED, _WHY, _USE, _MRR, _ANCHOR, _OWNER, _URGENT),
    everyone,
    (
        *_FILTERS,
        Filter("changed", "Changed since yesterday", lambda *_: ("yes",)),
        Filter("score", "Score", lambda *_: tuple(SCORES)),
        Filter("alerted", "With an open alert", lambda *_: ("yes",)),
    ),
    sort="priority",
    is_answered=True,
)
RISK = Listing(
    "risk",
    "At risk",
    "Accounts whose health is below 50, by priority.",
    _beside(_NAME, _HEALTH, _MOVED, _WHY, _RISK, _ANCHOR, _DAYS, _OWNER, _URGENT),
    at_risk,
    tuple(each for each in _FILTERS if each.name != "band"),
    sort="priority",
    empty="No account is at risk.",
    above=risk_by_reason,
    is_answered=True,
)
GROWTH = Listing(
    "expansions",
    "Room to grow",
    "Accounts of which two groups of triggers say that they need more, and nothing speaks against asking.",
    _beside(
        _NAME,
        _BAND,
        _USE,
        Shown("days_until_full", "Days until full", "number"),
        Shown("suggested_seats", "Suggested seats", "number"),
        Shown("uplift", "Uplift a month", "money"),
        _MRR,
        _ANCHOR,
        _OWNER,
    ),
    growing,
    _FILTERS,
    sort="priority",
    empty="No account has room to grow that two groups of triggers agree on.",
)
RENEWALS = Listing(
    "renewals",
    "Renewals",
    "The next day on which somebody must act: a notice deadline, a review, or the end of a term.",
    _beside(_ANCHOR, _DAYS, _NAME, _BAND, _WHY, _RISK, Shown("payment", "Payment"), _USE, _OWNER),
    renewing,
    (
        *_FILTERS,
        Filter("currency", "Currency", _of("currency")),
        Filter("from", "From", kind="date"),
        Filter("until", "Until", kind="date"),
    ),
    sort="anchor",
    descending=False,
    empty="Nobody has to act in these days.",
    above=renewals_by_window,
)
