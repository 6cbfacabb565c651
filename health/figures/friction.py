"""Friction: what customers write tickets about, so that books of any size can be compared."""

from collections import Counter
from collections.abc import Iterable, Mapping

from health.figures.days import Span, day_of
from health.figures.segments import UNKNOWN
from health.figures.share import Mean, mean
from health.records import Ticket

_HUNDRED = 100


def ticket_topics(tickets: Iterable[Ticket], span: Span, accounts: int) -> Mapping[str, Mean]:
    """Return the tickets opened in a span of days per 100 accounts, by topic, the commonest first.

    Tickets without a topic are one topic by themselves: they are friction too.
    """
    found = Counter(each.topic or UNKNOWN for each in tickets if span.has(day_of(each.opened_ms)))
    ordered = sorted(found, key=lambda topic: (-found[topic], topic))
    return {topic: per_hundred(found[topic], accounts) for topic in ordered}


def per_hundred(tickets: int, accounts: int) -> Mean:
    """Return so many tickets per 100 of so many accounts."""
    told = mean(tickets, accounts)
    return told._replace(mean=_HUNDRED * told.mean) if isinstance(told.mean, float) else told
