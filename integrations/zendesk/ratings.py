"""Ratings: what customers answered when asked how a ticket went."""

from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from health.records import Survey
from integrations.zendesk.answers import Many, Rating, Ratings
from integrations.zendesk.errors import contradiction, repeated
from integrations.zendesk.instants import milliseconds
from integrations.zendesk.place import Place
from integrations.zendesk.tickets import SCORES


def after(place: Place, answer: Ratings, seen: Collection[str]) -> Place:
    """The place behind a page. Raises `RetryLater` for one that leads nowhere, or to a cursor of ``seen``."""
    meta = answer.meta
    if not meta.has_more:
        return place.rated()
    if not answer.satisfaction_ratings or not meta.after_cursor:
        raise contradiction()
    if meta.after_cursor in seen:
        raise repeated()
    return replace(place, ratings_cursor=meta.after_cursor)


def is_readable(rating: Rating) -> bool:
    """Whether it says about which ticket, what and when."""
    return bool(rating.ticket_id) and rating.score in SCORES and bool(milliseconds(rating.updated_at))


def owners(ids: Collection[int], answer: Many) -> dict[int, int]:
    """The organization of each ticket that has one. Raises `RetryLater` for tickets nobody asked for."""
    shown = {each.id for each in answer.tickets}
    if (answer.count and not shown) or not shown <= {*ids}:
        raise contradiction()
    return {each.id: each.organization_id for each in answer.tickets if each.organization_id is not None}


def records(ratings: Iterable[Rating], owned: Mapping[int, int]) -> list[Survey]:
    """Answers of organizations' people; ``owned`` is the organization of each ticket."""
    return [_record(each, owned[each.ticket_id or 0]) for each in ratings if each.ticket_id in owned]


def _record(rating: Rating, organization_id: int) -> Survey:
    return Survey(
        str(organization_id),
        "csat",
        SCORES[rating.score or ""],
        milliseconds(rating.updated_at) or 0,
        str(rating.requester_id or ""),
    )
