"""Companies as accounts, conversations as tickets, and what customers answered about these."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape

from health.records import Account, Identifier, Record, Survey, Ticket
from integrations.companies import size_band
from integrations.intercom.answers import Company, Conversation, Rating

CLOSED = "closed"
PRIORITIES = {"priority": "high", "not_priority": "normal", "medium": "normal", "none": None}
"""Intercom's words for what other help desks call otherwise."""
BEST = 5
_MARK = re.compile(r"<[^>]*>")


def company(each: Company, kind: str) -> Iterator[Record]:
    """Yield a company as an account, and what it goes by elsewhere; ``kind`` is what its company id is."""
    created = each.remote_created_at or each.created_at
    yield Account(
        each.id,
        name=each.name,
        industry=each.industry or None,
        size_band=size_band(str(each.size)) if each.size else None,
        created_on=_day(created),
    )
    if each.company_id and kind != "nothing":
        yield Identifier(each.id, kind, each.company_id)


def is_readable(each: Conversation) -> bool:
    """Whether it has what every conversation has."""
    return bool(each.created_at and each.updated_at and each.state)


def conversation(each: Conversation, topics: tuple[str, ...]) -> Iterator[Record]:
    """Yield a conversation as a ticket of its company's, and the answer of who was asked how it went.

    Nothing of one without a company, for then it is nobody's.
    """
    whose = each.company.id if each.company else None
    if not whose or each.created_at is None:
        return
    rating = each.conversation_rating or Rating()
    score = float(rating.rating) if rating.rating and 1 <= rating.rating <= BEST else None
    tags = [name for tag in (each.tags.tags if each.tags else ()) if (name := _word(tag.name))]
    yield Ticket(
        each.id,
        whose,
        each.created_at * 1_000,
        solved_ms=_solved_ms(each),
        priority=PRIORITIES.get(each.priority or "", each.priority),
        status=each.state,
        topic=next((topic for topic in topics if _word(topic) in tags), None),
        subject=_plain(each.title) or _plain(each.source.subject if each.source else None),
        tags=" ".join(tags) or None,
        csat=score,
    )
    answered_s = rating.updated_at or rating.created_at
    if score is not None and answered_s:
        yield Survey(whose, "csat", score, answered_s * 1_000, _id(rating))


def _solved_ms(each: Conversation) -> int | None:
    """When it was closed, if it still is."""
    if each.state != CLOSED:
        return None
    closed = each.statistics.last_close_at if each.statistics else None
    return (closed or each.updated_at or 0) * 1_000


def _id(rating: Rating) -> str:
    return (rating.contact.id or "") if rating.contact else ""


def _word(name: str | None) -> str:
    """A tag's name as one word: tags are told apart by blanks."""
    return "_".join((name or "").split())


def _plain(text: str | None) -> str | None:
    """A line of text without the marks that it may have."""
    return " ".join(unescape(_MARK.sub(" ", text or "")).split()) or None


def _day(at_s: int | None) -> date | None:
    try:
        return datetime.fromtimestamp(at_s, UTC).date() if at_s else None
    except (ValueError, OverflowError, OSError):
        return None
