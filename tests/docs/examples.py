"""The account of the worked examples on docs/metrics.md, made of the facts that the page's tables state."""

from array import array
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from config.calendars import workdays
from config.policy import load
from health.features import SERIES_DAYS, Features, Freshness, Pulse, Series, Term, TicketFact
from health.judge import judge
from health.measures import measures
from health.nouns import Assessment
from health.policy import Policy
from health.rules import Measures
from tests.docs.pages import page

METRICS = page("metrics.md")
CALENDAR = workdays()
RECENT_DAYS = 14


def facts(section: str) -> Mapping[str, str]:
    """The facts that a section states, by name."""
    return METRICS.table(section, "fact").pairs("fact", "value")


BASELINE = facts("Example: baseline")
WEIGHTED = facts("Example: weighted")
RENEWAL = facts("Example: renewal")
AS_OF = date.fromisoformat(BASELINE["as_of"])
END = AS_OF - timedelta(days=1)


def minor(amount: str) -> int:
    return int(Decimal(amount) * 100)


@cache
def policy(engine: str = "weighted") -> Policy:
    return load(engine=engine)


def pulse() -> Pulse:
    kinds = frozenset(WEIGHTED["kinds stated"].split(", "))
    return Pulse({"files": Freshness(kinds, END)}, {"active_users": float(BASELINE["fleet trend"])})


def terms() -> tuple[Term, Term]:
    """The term before, and the one in force."""
    before = Term(
        subscription_id="sub-1",
        term_start=date(2025, 1, 1),
        term_end=date(2026, 1, 1),
        seats=int(WEIGHTED["seats"]),
        mrr_minor=minor(WEIGHTED["mrr of the term before"]),
        currency="EUR",
    )
    now = replace(
        before,
        term_start=date.fromisoformat(RENEWAL["term_start"]),
        term_end=date.fromisoformat(RENEWAL["term_end"]),
        mrr_minor=minor(WEIGHTED["mrr"]),
        growth_seats=int(WEIGHTED["growth seats"]),
        notice_days=int(RENEWAL["notice_days"]),
        auto_renew=RENEWAL["auto_renew"] == "yes",
    )
    return before, now


def series() -> Series:
    """Use on working days, at one level until the recent days and at another within them."""
    start = AS_OF - timedelta(days=SERIES_DAYS)
    days = [start + timedelta(days=day) for day in range(SERIES_DAYS)]
    before = float(BASELINE["active users a working day before"])
    lately = float(BASELINE["active users a working day in the last 14 days"])
    daily = (lately if day > END - timedelta(days=RECENT_DAYS) else before for day in days)
    works = CALENDAR.mask(start, SERIES_DAYS, BASELINE["country"], "")
    used = [level * work for level, work in zip(daily, works, strict=True)]
    snapshot = [float(WEIGHTED["active_users_30d"])] * SERIES_DAYS
    return Series(start, {"active_users": array("d", used), "active_users_30d": array("d", snapshot)})


def tickets() -> tuple[TicketFact, ...]:
    urgent = int(WEIGHTED["of these urgent"])
    return tuple(
        TicketFact(str(number), END, priority="urgent" if number < urgent else "normal", status="open")
        for number in range(int(WEIGHTED["open tickets"]))
    )


def account() -> Features:
    """The feature row of the examples."""
    return Features(
        account=1,
        key="acme",
        name="Acme Example",
        country=BASELINE["country"],
        sources=("files",),
        terms=terms(),
        series=series(),
        first_used_on=date(2025, 1, 7),
        last_used_on=END,
        tickets=tickets(),
    )


def cancelling() -> Features:
    """The same account, set to cancel."""
    before, now = terms()
    return replace(account(), terms=(before, replace(now, cancel_at_period_end=True)))


def judged(features: Features, as_of: date = AS_OF, engine: str = "weighted") -> Assessment:
    return judge(features, as_of, policy(engine), pulse(), CALENDAR)


def measured() -> Measures:
    return measures(account(), AS_OF, policy(), pulse(), CALENDAR)
