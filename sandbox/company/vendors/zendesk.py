"""What Zendesk holds: organizations by numbers of its own, their tickets, and how these were rated."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from sandbox.company.book import Account
from sandbox.company.company import Company
from sandbox.company.desk import Ticket as Asked
from sandbox.company.vendors import ids
from sandbox.company.vendors.evidence import known_by_domain
from sandbox.zendesk.book import Contents
from sandbox.zendesk.objects import MetricSet, Organization, SatisfactionRating, Score, Ticket

_GOOD = 4  # of 5: what the desk's own scale calls good


def book(company: Company, at: datetime) -> Contents:
    """All that is known at an instant."""
    asked = [seen for ticket in company.tickets if (seen := ticket.seen(at)) is not None]
    return Contents(
        organizations=tuple(_organization(account) for account in company.accounts),
        tickets=tuple(map(_ticket, asked)),
        satisfaction_ratings=tuple(_ratings(asked)),
    )


def _organization(account: Account) -> Organization:
    created = f"{account.created_on.isoformat()}T08:00:00Z"
    by_domain = known_by_domain("zendesk", account.account_id)
    return Organization(
        id=ids.number("zendesk", account.account_id),
        name=account.name,
        created_at=created,
        updated_at=created,
        external_id=None if by_domain else account.account_id,
        domain_names=(account.domain,),
    )


def _ticket(ticket: Asked) -> Ticket:
    changed = ticket.solved_at or ticket.opened_at
    number = ids.number("zendesk ticket", ticket.ticket_id)
    return Ticket(
        id=number,
        created_at=_instant(ticket.opened_at),
        updated_at=_instant(changed),
        generated_timestamp=int(changed.timestamp()),
        status=ticket.status,
        requester_id=_requester(ticket),
        subject=ticket.subject,
        priority=ticket.priority,
        type="question",
        organization_id=ids.number("zendesk", ticket.account_id),
        tags=(ticket.topic,),
        satisfaction_rating=_score(ticket),
        metric_set=MetricSet(
            id=number,
            ticket_id=number,
            solved_at=_instant(ticket.solved_at) if ticket.solved_at else None,
        ),
    )


def _score(ticket: Asked) -> Score:
    if ticket.csat is not None:
        return Score(_answer(ticket.csat), ids.number("zendesk rating", ticket.ticket_id))
    return Score("offered" if ticket.solved_at else "unoffered")


def _ratings(asked: list[Asked]) -> Iterator[SatisfactionRating]:
    for ticket in asked:
        if ticket.csat is not None and ticket.solved_at is not None:
            answered = _instant(ticket.solved_at)
            yield SatisfactionRating(
                id=ids.number("zendesk rating", ticket.ticket_id),
                score=_answer(ticket.csat),
                ticket_id=ids.number("zendesk ticket", ticket.ticket_id),
                requester_id=_requester(ticket),
                created_at=answered,
                updated_at=answered,
            )


def _answer(csat: int) -> Literal["good", "bad"]:
    return "good" if csat >= _GOOD else "bad"


def _requester(ticket: Asked) -> int:
    return ids.number("zendesk user", ticket.account_id)


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
