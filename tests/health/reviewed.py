"""A small book over two months, for what a review says of the second; every name is invented."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from config.metrics import entries, load_metrics
from config.policy import load
from health.figures.book import Known
from health.figures.days import start_ms
from health.periods import period
from health.records import (
    Account,
    Conversation,
    Licence,
    Outcome,
    Rate,
    Subscription,
    Survey,
    Ticket,
    Usage,
)
from health.tally import KINDS, Frame, Tally

MAY = period("2026-05")
END = MAY.span.until
FRAME = Frame(
    period=MAY,
    as_of=END,
    known_on=END,
    rules=load().renewals,
    currency="EUR",
    stated=frozenset(KINDS),
    titles={name: entry.title for name, entry in entries(load_metrics()).items()},
    rates=(Rate(date(2026, 1, 1), "USD", "EUR", 0.5), Rate(date(2026, 5, 20), "USD", "EUR", 0.6)),
)


def frame(**changes: object) -> Frame:
    return replace(FRAME, **changes)  # type: ignore[arg-type]  # a test names real fields


def term(account: str, start: date, end: date | None, **more: object) -> Subscription:
    """A term of an account's one subscription: 10 seats of the plan team for 100 euros a month."""
    same: dict[str, object] = {"plan": "team", "seats": 10, "mrr_minor": 10_000, "currency": "EUR"} | more
    return Subscription(f"s-{account}", account, start, end, **same)  # type: ignore[arg-type]  # see above


def ticket(account: str, number: int, day: date, topic: str | None = None) -> Ticket:
    return Ticket(f"{account}-{number}", account, start_ms(day), topic=topic)


STAYED = Known(  # renewed in May, nine days late, and pays more
    "stayed",
    (Account("stayed", customer_type="school"),),
    (
        term("stayed", date(2025, 5, 10), date(2026, 5, 10)),
        term("stayed", date(2026, 5, 10), date(2027, 5, 10), mrr_minor=12_000, seats=12),
    ),
    usage=(Usage("stayed", date(2026, 5, 31), active_users_30d=9),),
    tickets=(
        ticket("stayed", 0, date(2026, 3, 10), "export"),
        ticket("stayed", 1, date(2026, 4, 2), "export"),
        ticket("stayed", 2, date(2026, 5, 2), "export"),
        ticket("stayed", 3, date(2026, 5, 3)),
    ),
    conversations=(Conversation("stayed", start_ms(date(2026, 4, 1)), "call"),),
    surveys=(Survey("stayed", "nps", 9, start_ms(date(2026, 5, 5))),),
    outcomes=(Outcome("stayed", date(2026, 5, 19), "renewed"),),
)
LEFT = Known(  # said in March, 60 days ahead, that it would leave in May
    "left",
    (Account("left", customer_type="firm"),),
    (term("left", date(2025, 5, 20), date(2026, 5, 20), plan="solo"),),
    tickets=(ticket("left", 1, date(2026, 5, 2), "export"),),
    outcomes=(Outcome("left", date(2026, 3, 22), "churned", reason="price"),),
)
ABROAD = Known(  # pays in dollars, and did throughout
    "abroad",
    (Account("abroad", customer_type="firm"),),
    (term("abroad", date(2025, 2, 1), date(2027, 2, 1), currency="USD"),),
    licences=(Licence("k-1", "abroad", "active", "app", "audit", issued_ms=start_ms(date(2026, 5, 2))),),
)
BOOK = (STAYED, LEFT, ABROAD)


def tallied(*groups: Sequence[Known], at: Frame = FRAME) -> Tally:
    tally = Tally(at)
    for group in groups:
        tally.add(group)
    return tally
